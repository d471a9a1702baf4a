//! A history replayed: commits that change nothing about an image change nothing on disk, in every language; one that does is seen.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use imggen::{File, Layers, Packs, State, Tree, compare, generate};

type Files = BTreeMap<String, String>;

/// A project, and where its history works on it.
struct History {
    fixture: &'static str,
    /// A source file that starts it, what stands at its beginning, and the same with an import more.
    import: (&'static str, &'static str, &'static str),
    /// A test of the language's kind.
    test: (&'static str, &'static str),
    /// A manifest or lock file, and a dependency of it that moves on.
    bump: (&'static str, &'static str, &'static str),
    /// A commit that does change the image, with a part of the Dockerfile then.
    moves: (&'static str, &'static str, &'static str, &'static str),
}

const HISTORIES: [History; 6] = [
    History {
        fixture: "go-gin",
        import: ("main.go", "import (\n", "import (\n\t\"unicode/utf8\"\n"),
        test: ("main_test.go", "package main\n\nimport \"testing\"\n\nfunc TestPing(t *testing.T) {}\n"),
        bump: ("go.mod", "gin v1.12.0", "gin v1.12.1"),
        moves: ("main.go", "r.Run()", "r.Run(\":9191\")", "EXPOSE 9191\n"),
    },
    History {
        fixture: "python-fastapi",
        import: ("main.py", "from fastapi import", "import json\nfrom fastapi import"),
        test: ("tests/test_main.py", "def test_root():\n    assert True\n"),
        bump: ("uv.lock", "version = \"0.0.7\"", "version = \"0.0.8\""),
        moves: ("pyproject.toml", "requires-python = \">=3.11\"", "requires-python = \"==3.12.*\"", "python:3.12"),
    },
    History {
        fixture: "node-express",
        import: ("app.js", "const express", "const os = require(\"os\");\nconst express"),
        test: ("test/app.test.js", "test(\"it\", () => {});\n"),
        bump: ("package-lock.json", "\"version\": \"1.3.8\"", "\"version\": \"1.3.9\""),
        moves: ("app.js", "|| 4000", "|| 4001", "EXPOSE 4001\n"),
    },
    History {
        fixture: "node-typescript",
        import: ("src/main.ts", "import ", "import os from \"node:os\";\nimport "),
        test: ("src/main.test.ts", "test(\"it\", () => {});\n"),
        bump: ("package-lock.json", "\"lockfileVersion\": 3", "\"lockfileVersion\":  3"),
        moves: ("package.json", "\">=22\"", "\"24.x\"", "node:24"),
    },
    History {
        fixture: "rust-axum",
        import: ("src/main.rs", "use std::net", "use std::fmt as _;\nuse std::net"),
        test: ("tests/serves.rs", "#[test]\nfn serves() {}\n"),
        bump: ("Cargo.toml", "axum = { version = \"0.8\"", "axum = { version = \"0.8.1\""),
        moves: ("src/main.rs", "PORT: u16 = 3000", "PORT: u16 = 3001", "EXPOSE 3001\n"),
    },
    History {
        fixture: "java-boot",
        import: ("src/main/java/com/example/Shop.java", "import ", "import java.util.BitSet;\nimport "),
        test: ("src/test/java/com/example/ShopTest.java", "package com.example;\n\nclass ShopTest {}\n"),
        bump: ("pom.xml", "<version>4.0.3</version>", "<version>4.0.4</version>"),
        moves: ("src/main/resources/application.properties", "", "server.port=9191\n", "EXPOSE 9191\n"),
    },
];

/// Commits of every project's history.
const COMMITS: [(&str, &str); 10] = [
    ("README.md", "# A project\n"),
    ("README.md", "# A project\n\nWith a second line.\n"),
    ("LICENSE", "MIT\n"),
    ("CHANGELOG.md", "- first\n"),
    ("docs/guide.md", "# Guide\n"),
    (".vscode/settings.json", "{}\n"),
    (".idea/workspace.xml", "<project/>\n"),
    (".editorconfig", "root = true\n"),
    (".github/workflows/ci.yml", "on: push\njobs:\n  check:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"),
    (".github/ISSUE_TEMPLATE.md", "What happened?\n"),
];

fn read(dir: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{path}/"), files);
        } else if path != "case.toml" {
            files.extend(fs::read_to_string(entry.path()).ok().map(|text| (path, text)));
        }
    }
}

fn write(files: &Files) -> Vec<File> {
    let tree = Tree::from_memory(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    generate(&tree, &Layers::default(), &Packs::default()).unwrap().files
}

/// The files that a commit makes imggen write anew, where `disk` is what it wrote before.
fn touched(disk: &[File], files: &Files) -> Vec<String> {
    let now = write(files);
    let change = |(before, after): (&File, &File)| compare(Some(before.text.clone()), after);
    assert_eq!(disk.len(), now.len());
    let changes = disk.iter().zip(&now).map(change);
    changes.filter(|change| change.state != State::Same).map(|change| change.path.into_string()).collect()
}

#[test]
fn commits_that_change_no_instruction_change_no_file() {
    let mut wrong = Vec::new();
    for history in &HISTORIES {
        let mut files = Files::new();
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(history.fixture), "", &mut files);
        let disk = write(&files);
        let replaced = |files: &Files, (path, from, to): (&str, &str, &str)| {
            assert!(files[path].contains(from), "{}: {path} has no {from}", history.fixture);
            (path.to_owned(), files[path].replacen(from, to, 1))
        };
        let mut commit = |files: &mut Files, what: String, (path, text): (String, String)| {
            files.insert(path, text);
            let touched = touched(&disk, files);
            if !touched.is_empty() {
                wrong.push(format!("{}: {what} changes {}", history.fixture, touched.join(", ")));
            }
        };
        for (path, text) in COMMITS.into_iter().chain([history.test]) {
            commit(&mut files, path.to_owned(), (path.to_owned(), text.to_owned()));
        }
        let import = replaced(&files, history.import);
        commit(&mut files, "an import".to_owned(), import);
        let bump = replaced(&files, history.bump);
        commit(&mut files, "a dependency's version".to_owned(), bump);

        let (path, from, to, expected) = history.moves;
        let (path, text) = replaced(&files, (path, from, to));
        files.insert(path, text);
        assert!(touched(&disk, &files).iter().any(|path| path == "Dockerfile"), "{}: nobody sees {to}", history.fixture);
        let dockerfile = &write(&files)[0].text;
        assert!(dockerfile.contains(expected), "{}: {expected} is not in\n{dockerfile}", history.fixture);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
