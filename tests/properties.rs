//! Whatever a manifest, a file name or a setting says: no value adds an instruction, and the same input gives the same bytes.
#![allow(clippy::unwrap_used)]

use imggen::{Document, Layer, Layers, Output, Packs, Source, Tree, generate};
use parse_dockerfile::Instruction;
use proptest::prelude::*;

/// Text that tries to leave its place: line ends, quotes, continuations, comment signs, template signs.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\n",
        "\r",
        "\r\n",
        "\"",
        "'",
        "\\",
        "\\\n",
        "#",
        "$",
        "${X}",
        "`",
        "{{",
        "}}",
        "{%",
        "%}",
        "[",
        "]",
        "<<EOF",
        "EOF",
        "\u{2028}",
        "\u{85}",
        "\t",
        "\0",
        " ",
        "RUN evil",
        "USER root",
        "x",
        "é",
        "--",
        "&&",
        ";",
        "*",
        "/",
        "..",
    ]);
    prop::collection::vec(pieces, 1..6).prop_map(|pieces| pieces.concat())
}

fn tree(module: &str, directory: &str, file: &str) -> Tree {
    let source = format!(
        "package main\n\nimport (\n\t\"net/http\"\n\t\"os\"\n)\n\nfunc main() {{\n\tos.ReadFile({file:?})\n\thttp.ListenAndServe(\":8080\", nil)\n}}\n"
    );
    Tree::from_memory([
        ("go.mod".to_owned(), format!("module {module}\n\ngo 1.26\n")),
        (format!("cmd/{directory}/main.go"), source),
        (file.to_owned(), "words".into()),
    ])
}

fn make(tree: &Tree, settings: &str) -> Option<Output> {
    let document = Document::parse("imggen.toml".into(), settings, &[]).ok()?;
    generate(tree, &Layers::new(vec![Layer::new(Source::Project("imggen.toml".into()), document)]), &Packs::default()).ok()
}

/// The instructions' names, in order; a COPY, which every file that is read adds, counts once.
fn shape(output: &Output) -> Vec<String> {
    let text = &output.files.iter().find(|file| file.path == "Dockerfile").unwrap().text;
    let mut names: Vec<String> = parse_dockerfile::parse(text)
        .unwrap()
        .instructions
        .iter()
        .map(|instruction| match instruction {
            Instruction::Copy(_) => "COPY".to_owned(),
            other => format!("{other:?}").split('(').next().unwrap_or_default().to_owned(),
        })
        .collect();
    names.dedup();
    names
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_name_of_the_project_adds_an_instruction(module in hostile(), directory in hostile(), file in hostile()) {
        let expected = shape(&make(&tree("example.com/x", "x", "words.txt"), "").unwrap());
        let settings = format!("app = {}\n", toml::Value::String(directory.rsplit('/').next().unwrap_or_default().to_owned()));
        for settings in ["", settings.as_str()] {
            if let Some(output) = make(&tree(&module, &directory, &file), settings) {
                let without_files = shape(&make(&tree("example.com/x", "x", "/"), "").unwrap());
                let shape = shape(&output);
                prop_assert!(shape == expected || shape == without_files, "{shape:?} is neither {expected:?} nor {without_files:?}");
            }
        }
    }

    #[test]
    fn no_setting_adds_an_instruction(value in hostile(), key in hostile()) {
        let value = toml::Value::String(value);
        let key = toml::Value::String(key);
        let plain = tree("example.com/x", "x", "words.txt");
        for (hostile, harmless) in [
            (format!("[env]\n{key} = {value}\n"), "[env]\nA = \"b\"\n"),
            (format!("[labels]\n{key} = {value}\n"), "[labels]\nA = \"b\"\n"),
            (format!("arguments = [{value}]\n"), "arguments = [\"b\"]\n"),
            (format!("workdir = {value}\n"), "workdir = \"/b\"\n"),
            (format!("[go]\ntags = [{value}]\n"), "[go]\ntags = [\"b\"]\n"),
            (format!("[go]\nprivate = [{value}]\n"), "[go]\nprivate = [\"b\"]\n"),
            (format!("[packages]\nbuild = [{value}]\n"), "[packages]\nbuild = [\"b\"]\n"),
            (format!("writable = [{value}]\n"), "writable = [\"b\"]\n"),
        ] {
            if let Some(output) = make(&plain, &hostile) {
                prop_assert_eq!(shape(&output), shape(&make(&plain, harmless).unwrap()), "{}", hostile);
            }
        }
    }

    #[test]
    fn the_same_input_gives_the_same_bytes(directory in "[a-z]{1,8}", file in "[a-z]{1,8}\\.txt") {
        let texts = |output: Output| output.files.into_iter().map(|file| file.text).collect::<Vec<_>>();
        let make = || texts(make(&tree("example.com/x", &directory, &file), "").unwrap());
        prop_assert_eq!(make(), make());
    }
}
