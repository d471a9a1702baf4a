//! Whatever a manifest, a file name or a setting says: no value adds an instruction, and the same input gives the same bytes.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

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

/// Every fixture's files that are text, whatever its language.
static FIXTURES: LazyLock<Vec<Vec<(String, String)>>> = LazyLock::new(|| {
    let mut fixtures: Vec<_> = fs::read_dir("tests/fixtures").unwrap().map(|entry| entry.unwrap().path()).collect();
    fixtures.sort();
    fixtures.iter().map(|fixture| texts(fixture, fixture)).collect()
});

fn texts(root: &Path, directory: &Path) -> Vec<(String, String)> {
    let mut entries: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let text = |path: &Path| {
        let name = path.strip_prefix(root).unwrap().to_str()?.to_owned();
        (name != "case.toml").then(|| fs::read_to_string(path).ok()).flatten().map(|text| (name, text))
    };
    entries.iter().flat_map(|path| if path.is_dir() { texts(root, path) } else { text(path).into_iter().collect() }).collect()
}

/// The places in a manifest where a value stands: between quotes, between XML's tags, or else a word.
fn values(name: &str, text: &str) -> Vec<(usize, usize)> {
    let (open, close): (&[char], &[char]) = match name.rsplit('.').next() {
        Some("json" | "toml" | "lock" | "kts" | "gradle") => (&['"'], &['"']),
        Some("xml") => (&['>'], &['<']),
        _ => (&[' ', '\n', '='], &[' ', '\n', '=']),
    };
    let mut places = Vec::new();
    let mut rest = 0;
    while let Some(start) = text[rest..].find(open).map(|found| rest + found + 1) {
        let Some(end) = text[start..].find(close).map(|found| start + found) else { break };
        if end > start {
            places.push((start, end));
        }
        rest = if open == close && name.contains('.') && open.len() == 1 { end + 1 } else { end };
    }
    places
}

/// `value` as it stands in a file of that name.
fn written(name: &str, value: &str) -> String {
    match name.rsplit('.').next() {
        Some("json" | "toml" | "lock" | "kts" | "gradle") => {
            let quoted = serde_json::to_string(value).unwrap();
            quoted[1..quoted.len() - 1].to_owned()
        }
        Some("xml") => value.replace('&', "&amp;").replace('<', "&lt;").replace('\0', ""),
        _ => value.to_owned(),
    }
}

const MANIFESTS: &[&str] = &[
    "go.mod",
    "go.work",
    "package.json",
    "Procfile",
    "requirements.txt",
    "pyproject.toml",
    "Pipfile",
    "Cargo.toml",
    "Cargo.lock",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    ".nvmrc",
    ".node-version",
    ".python-version",
    "rust-toolchain.toml",
    "pnpm-workspace.yaml",
    ".npmrc",
    "angular.json",
    "application.properties",
    "application.yml",
    "tsconfig.json",
    "nest-cli.json",
    "uv.lock",
    "poetry.lock",
    "setup.cfg",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// In every language: a value of a manifest becomes `RUN evil` in another line, and no image runs it.
    #[test]
    fn no_value_of_a_manifest_adds_an_instruction(fixture: prop::sample::Index, place: prop::sample::Index, before in hostile(), after in hostile()) {
        let mut files = fixture.get(&FIXTURES).clone();
        let is_manifest = |name: &str| MANIFESTS.iter().any(|manifest| name == *manifest || name.ends_with(&format!("/{manifest}")));
        let places: Vec<_> = (files.iter().enumerate())
            .filter(|(_, (name, _))| is_manifest(name))
            .flat_map(|(file, (name, text))| values(name, text).into_iter().map(move |place| (file, place)))
            .collect();
        prop_assume!(!places.is_empty());
        let (file, (start, end)) = *place.get(&places);
        let (name, text) = &mut files[file];
        text.replace_range(start..end, &written(name, &format!("{before}\nRUN evil\nUSER root\n{after}")));
        let Ok(output) = generate(&Tree::from_memory(files), &Layers::default(), &Packs::default()) else { return Ok(()) };
        for file in output.files.iter().filter(|file| file.path.as_str().starts_with("Dockerfile")) {
            let said = file.text.lines().any(|line| line.starts_with("RUN evil") || line.starts_with("USER root"));
            prop_assert!(!said, "{}", file.text);
        }
    }
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
