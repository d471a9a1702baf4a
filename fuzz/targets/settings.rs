//! An `imggen.toml`, and what `--set` takes: no panic, and what is taken changes the image or is refused.
#![no_main]

use imggen::{Document, Layer, Layers, Packs, Source, Tree, generate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let _ = Layer::assignments(Source::CommandLine, &lines);
    let Ok(document) = Document::parse("imggen.toml".into(), text, &[]) else { return };
    let tree = Tree::from_memory([
        ("go.mod", "module example.com/a\n\ngo 1.26\n"),
        ("main.go", "package main\n\nimport \"net/http\"\n\nfunc main() { http.ListenAndServe(\":8080\", nil) }\n"),
    ]);
    let _ = generate(&tree, &Layers::new(vec![Layer::new(Source::Project("imggen.toml".into()), document)]), &Packs::default());
});
