//! The binary: everything is in the library's `cli`.
fn main() {
    let dir = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let tree = imggen::Tree::open(camino::Utf8PathBuf::from(dir)).unwrap();
    match imggen::generate(
        &tree,
        &imggen::Layers::new(vec![
            imggen::Layer::assignments(imggen::Source::CommandLine, &std::env::args().skip(2).collect::<Vec<_>>()).unwrap(),
        ]),
        &imggen::Packs::default(),
    ) {
        Ok(out) => {
            for f in out.files {
                println!("=== {}\n{}", f.path, f.text);
            }
            for w in out.plan.warnings {
                println!("{:#?}", w.message)
            }
        }
        Err(e) => println!("{e:#?}"),
    }
}
