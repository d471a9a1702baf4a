//! Every way to state a version, with the tag that comes out; and whether every tag that can come out was ever there, by the dated list in
//! `tests/versions/tags.tsv`.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use imggen::internal::{Catalog, catalog};
use imggen::{Layer, Layers, Packs, Source, Tree, generate};

const TAGS: &str = include_str!("versions/tags.tsv");

type Files = Vec<(String, String)>;

fn tags() -> BTreeSet<(&'static str, &'static str)> {
    let mut tags = BTreeSet::new();
    for line in TAGS.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.split('\t');
        tags.insert((parts.next().unwrap(), parts.next().unwrap()));
    }
    tags
}

/// Whether a reference is of a family in the list, and not in it.
fn is_missing(reference: &str, tags: &BTreeSet<(&str, &str)>) -> bool {
    let (family, tag) = reference.split_once(':').unwrap_or((reference, ""));
    tags.iter().any(|(known, _)| *known == family) && !tags.contains(&(family, tag))
}

fn with(files: &[(&str, &str)], more: &[(&str, &str)]) -> Files {
    let all = files.iter().filter(|(path, _)| !more.iter().any(|(other, _)| other == path)).chain(more);
    all.map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// The first image, or the code of the error.
fn image(files: &Files, settings: &[&str]) -> String {
    let settings: Vec<_> = settings.iter().map(|text| (*text).to_owned()).collect();
    let layers = Layer::assignments(Source::CommandLine, &settings).map(|layer| Layers::new(vec![layer]));
    let tree = Tree::from_memory(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let made = layers.and_then(|layers| generate(&tree, &layers, &Packs::default()));
    match made {
        Err(error) => error.code.to_owned(),
        Ok(made) => {
            let tags = tags();
            let text = &made.files[0].text;
            let images: Vec<&str> = text
                .lines()
                .filter(|line| line.starts_with("FROM "))
                .filter_map(|line| line.split(' ').find(|word| word.contains(':')))
                .collect();
            for image in &images {
                assert!(!is_missing(image, &tags), "{image} was never there\n{text}");
            }
            images[0].to_owned()
        }
    }
}

/// What is stated, where, and the tag that comes out.
fn check(name: &str, files: &[(&str, &str)], table: &[(&str, &str, &str)]) {
    assert!(table.len() >= 10, "{name}");
    let mut wrong = Vec::new();
    for (file, text, expected) in table {
        let (more, settings) = if file.is_empty() { (vec![], vec![*text]) } else { (vec![(*file, *text)], vec![]) };
        let found = image(&with(files, &more), &settings);
        let found = found.strip_prefix(&format!("{name}:")).unwrap_or(&found);
        if found != *expected {
            wrong.push(format!("{file} {text:?}: {found}, and not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn go() {
    let module = |rest: &str| format!("module example.com/shop\n\n{rest}\n");
    let lines = [
        "go 1.16",
        "go 1.22.0",
        "go 1.25",
        "go 1.26",
        "go 1.27.1",
        "go 1.22\n\ntoolchain go1.24.3",
        "go 1.26\n\nrequire golang.org/x/net v0.54.0",
        "go 1.28",
    ];
    let [old, older, past, named, newest, toolchain, breaks, newer] = lines.map(module);
    let main = "package main\n\nfunc main() { println(1) }\n";
    let files = [("go.mod", "module example.com/shop\n\ngo 1.20\n"), ("main.go", main)];
    check(
        "golang",
        &files,
        &[
            ("go.mod", &old, "1.26-trixie"),
            ("go.mod", &older, "1.26-trixie"),
            ("go.mod", &past, "1.26-trixie"),
            ("go.mod", &named, "1.26-trixie"),
            ("go.mod", &newest, "1.27-trixie"),
            ("go.mod", &toolchain, "1.24-trixie"),
            ("go.mod", &breaks, "1.26-trixie"),
            ("go.mod", &newer, "1.27-trixie"),
            (".go-version", "1.25.1\n", "1.25-trixie"),
            (".tool-versions", "golang 1.21.4\n", "1.21-bookworm"),
            ("mise.toml", "[tools]\ngo = \"1.27\"\n", "1.27-trixie"),
            (".go-version", "1.19\n", "go::version-conflict"),
            ("", "go.version=1.23", "1.23-bookworm"),
            ("", "go.version=1.18", "go::too-old"),
        ],
    );
}

#[test]
fn rust() {
    let manifest = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    let files = [
        ("Cargo.toml", manifest),
        ("Cargo.lock", "version = 3\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n"),
        ("src/main.rs", "fn main() {}\n"),
    ];
    let least = format!("{manifest}rust-version = \"1.70\"\n");
    check(
        "rust",
        &files,
        &[
            ("Cargo.toml", manifest, "1-slim-trixie"),
            ("Cargo.toml", &least, "1-slim-trixie"),
            ("rust-toolchain", "1.75.0\n", "1.75.0-slim-bookworm"),
            ("rust-toolchain", "stable\n", "1-slim-trixie"),
            ("rust-toolchain", "1.56\n", "1.56-slim-bullseye"),
            ("rust-toolchain.toml", "[toolchain]\nchannel = \"1.80\"\n", "1.80-slim-bookworm"),
            ("rust-toolchain.toml", "[toolchain]\nchannel = \"nightly-2025-01-01\"\n", "1-slim-trixie"),
            ("mise.toml", "[tools]\nrust = \"1.90\"\n", "1.90-slim-trixie"),
            (".tool-versions", "rust 1.86.0\n", "1.86.0-slim-bookworm"),
            ("", "rust.version=1.84", "1.84-slim-bookworm"),
            ("rust-toolchain", "1.30.0\n", "toolchain::unknown-version"),
        ],
    );
}

#[test]
fn node() {
    let package = |more: &str| format!("{{ \"name\": \"s\", \"scripts\": {{ \"start\": \"node server.js\" }}{more} }}\n");
    let (plain, range, least, volta) = (
        package(""),
        package(", \"engines\": { \"node\": \">=14 <17\" }"),
        package(", \"engines\": { \"node\": \">=8\" }"),
        package(", \"volta\": { \"node\": \"18.20.1\" }"),
    );
    let files = [
        ("package.json", plain.as_str()),
        ("package-lock.json", "{ \"name\": \"s\", \"lockfileVersion\": 3, \"packages\": { \"\": { \"name\": \"s\" } } }\n"),
        ("server.js", "process.on('SIGTERM', () => process.exit());\nrequire('http').createServer().listen(8080);\n"),
    ];
    let ci = "on: push\njobs:\n  t:\n    strategy:\n      matrix:\n        node-version: [18, 22]\n";
    check(
        "node",
        &files,
        &[
            ("package.json", &plain, "26-trixie-slim"),
            ("package.json", &range, "16-bookworm-slim"),
            ("package.json", &least, "26-trixie-slim"),
            ("package.json", &volta, "18-bookworm-slim"),
            (".nvmrc", "8\n", "8-buster-slim"),
            (".nvmrc", "v12.22.1\n", "12-bullseye-slim"),
            (".nvmrc", "14\n", "14-bullseye-slim"),
            (".nvmrc", "15\n", "15-buster-slim"),
            (".nvmrc", "lts/iron\n", "20-trixie-slim"),
            (".nvmrc", "lts/*\n", "26-trixie-slim"),
            (".node-version", "23.1.0\n", "23-bookworm-slim"),
            ("mise.toml", "[tools]\nnode = \"25\"\n", "25-trixie-slim"),
            (".tool-versions", "nodejs 16.1.0\n", "16-bookworm-slim"),
            (".github/workflows/ci.yml", ci, "22-trixie-slim"),
            ("", "node.version=22", "22-trixie-slim"),
        ],
    );
}

#[test]
fn python() {
    let app = "from flask import Flask\n\napp = Flask(__name__)\n";
    let files = [("requirements.txt", "flask==3.0.3\ngunicorn==22.0.0\n"), ("app.py", app)];
    let project = |range: &str| {
        format!("[project]\nname = \"s\"\nversion = \"1\"\nrequires-python = \"{range}\"\ndependencies = [\"flask\", \"gunicorn\"]\n")
    };
    let (below, equal, least) = (project(">=3.11,<3.12"), project("==3.12.*"), project(">=3.14"));
    let ci =
        "on: push\njobs:\n  t:\n    steps:\n      - uses: actions/setup-python@v5\n        with:\n          python-version: \"3.11\"\n";
    check(
        "python",
        &files,
        &[
            (".python-version", "3.6.15\n", "3.6-slim-bullseye"),
            (".python-version", "3.7\n", "3.7-slim-bookworm"),
            (".python-version", "3.8.18\n", "3.8-slim-bookworm"),
            (".python-version", "3.10.4\n", "3.10-slim-trixie"),
            (".python-version", "3.13\n3.12\n", "3.13-slim-trixie"),
            ("runtime.txt", "python-3.11.4\n", "3.11-slim-trixie"),
            ("mise.toml", "[tools]\npython = \"3.9\"\n", "3.9-slim-trixie"),
            (".tool-versions", "python 3.12.1\n", "3.12-slim-trixie"),
            ("pyproject.toml", &below, "3.11-slim-trixie"),
            ("pyproject.toml", &equal, "3.12-slim-trixie"),
            ("pyproject.toml", &least, "3.14-slim-trixie"),
            (".github/workflows/ci.yml", ci, "3.11-slim-trixie"),
            ("requirements.txt", "flask==2.3.2\npandas==2.0.3\ngunicorn==21.2.0\n", "3.11-slim-trixie"),
            ("", "python.version=3.13", "3.13-slim-trixie"),
        ],
    );
}

#[test]
fn java() {
    let pom = |properties: &str, plugin: &str| {
        format!(
            "<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>s</artifactId><version>1</version>\
             <properties>{properties}</properties><build><plugins><plugin><artifactId>maven-jar-plugin</artifactId><configuration><archive>\
             <manifest><mainClass>a.App</mainClass></manifest></archive></configuration></plugin>{plugin}</plugins></build></project>\n"
        )
    };
    let level = |level: &str| pom(&format!("<maven.compiler.release>{level}</maven.compiler.release>"), "");
    let (eight, eleven, newest) = (level("8"), level("11"), level("26"));
    let toolchain = pom(
        "<maven.compiler.release>8</maven.compiler.release>",
        "<plugin><artifactId>maven-toolchains-plugin</artifactId><configuration><toolchains><jdk><version>11</version></jdk></toolchains>\
         </configuration></plugin>",
    );
    let enforcer = pom(
        "<maven.compiler.release>8</maven.compiler.release>",
        "<plugin><artifactId>maven-enforcer-plugin</artifactId><executions><execution><goals><goal>enforce</goal></goals><configuration>\
         <rules><requireJavaVersion><version>[11,12)</version></requireJavaVersion></rules></configuration></execution></executions></plugin>",
    );
    let main = "package a;\n\npublic class App {\n  public static void main(String[] a) {\n    System.out.println(1);\n  }\n}\n";
    let files = [("pom.xml", eight.as_str()), ("src/main/java/a/App.java", main)];
    let ci = "on: push\njobs:\n  t:\n    steps:\n      - uses: actions/setup-java@v4\n        with:\n          java-version: \"11\"\n";
    check(
        "maven",
        &files,
        &[
            ("pom.xml", &eight, "3-eclipse-temurin-17-noble"),
            ("pom.xml", &eleven, "3-eclipse-temurin-17-noble"),
            ("pom.xml", &newest, "3-eclipse-temurin-26-noble"),
            ("pom.xml", &toolchain, "3-eclipse-temurin-11-noble"),
            ("pom.xml", &enforcer, "3-eclipse-temurin-11-noble"),
            (".java-version", "11\n", "3-eclipse-temurin-11-noble"),
            (".sdkmanrc", "java=8.0.402-tem\n", "3-eclipse-temurin-8-noble"),
            (".tool-versions", "java temurin-17.0.10+7\n", "3-eclipse-temurin-17-noble"),
            ("system.properties", "java.runtime.version=21\n", "3-eclipse-temurin-21-noble"),
            ("mise.toml", "[tools]\njava = \"temurin-25\"\n", "3-eclipse-temurin-25-noble"),
            (".github/workflows/ci.yml", ci, "3-eclipse-temurin-11-noble"),
            ("", "java.version=11", "3-eclipse-temurin-11-noble"),
        ],
    );
    let gradle = |text: &str| format!("plugins {{ id 'java'; id 'application' }}\n{text}\napplication {{ mainClass = 'a.App' }}\n");
    for (text, expected) in [
        ("java { toolchain { languageVersion = JavaLanguageVersion.of(11) } }", "gradle:8-jdk11-jammy"),
        ("java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }", "gradle:9-jdk21-noble"),
        ("java { sourceCompatibility = JavaVersion.VERSION_1_8 }", "gradle:9-jdk17-noble"),
        ("kotlin { jvmToolchain(8) }", "gradle:8-jdk8-jammy"),
    ] {
        let files = with(
            &[("settings.gradle", "rootProject.name = 's'\n"), ("src/main/java/a/App.java", main)],
            &[("build.gradle", &gradle(text))],
        );
        assert_eq!(image(&files, &[]), expected, "{text}");
    }
}

#[test]
fn places_that_contradict_one_another_are_both_named() {
    let app = ("app.py", "from flask import Flask\n\napp = Flask(__name__)\n");
    let package = "{ \"name\": \"s\", \"volta\": { \"node\": \"18.20.1\" }, \"scripts\": { \"start\": \"node server.js\" } }\n";
    let toolchain = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\nrust-version = \"1.85\"\n";
    for (files, places) in [
        (vec![("package.json", package), (".nvmrc", "22\n"), ("server.js", "")], ["package.json", ".nvmrc"]),
        (
            vec![("requirements.txt", "flask\n"), app, (".python-version", "3.10\n"), ("runtime.txt", "python-3.12.1\n")],
            [".python-version", "runtime.txt"],
        ),
        (
            vec![("go.mod", "module a\n\ngo 1.26\n"), ("main.go", "package main\n\nfunc main() {}\n"), (".go-version", "1.24\n")],
            ["go.mod", ".go-version"],
        ),
        (
            vec![("Cargo.toml", toolchain), ("src/main.rs", "fn main() {}\n"), ("rust-toolchain", "1.70\n")],
            ["Cargo.toml", "rust-toolchain"],
        ),
    ] {
        let error = generate(&Tree::from_memory(files), &Layers::default(), &Packs::default()).map(|_| ()).unwrap_err();
        for place in places {
            assert!(error.labels.iter().any(|label| label.file == place), "{place} is not in {error:?}");
        }
    }
}

#[test]
fn every_tag_of_the_catalog_was_there() {
    let catalog: Catalog = catalog(&Packs::default()).unwrap();
    let tags = tags();
    let mut wrong = Vec::new();
    for language in ["go", "node", "python", "rust", "java"] {
        let toolchain = catalog.toolchain(language).unwrap();
        for release in &toolchain.releases {
            let images = release.suites.iter().map(|suite| toolchain.image(release.version, suite));
            wrong.extend(images.filter(|image| is_missing(image, &tags)));
        }
    }
    for (_, base) in catalog.bases() {
        let versions = base.interpreter.iter().flat_map(|interpreter| interpreter.versions.iter().map(ToString::to_string));
        let images: Vec<_> = versions.map(|version| base.image.replace("{version}", &version)).chain([base.image.clone()]).collect();
        wrong.extend(images.into_iter().filter(|image| !image.contains('{') && is_missing(image, &tags)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join(", "));
}

/// In CI's scheduled form alone, `.ci/scheduled`: a plain run must not fail because time passes.
#[test]
fn the_catalog_is_of_these_days() {
    if std::env::var_os("IMGGEN_SCHEDULED").is_none() {
        eprintln!("IMGGEN_SCHEDULED is not set: the clock is not asked");
        return;
    }
    let catalog = catalog(&Packs::default()).unwrap();
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = |text: &str| text.parse::<jiff::civil::Date>().unwrap();
    let mut wrong = Vec::new();
    if (today - day(catalog.as_of())).get_days() > 180 {
        wrong.push(format!("the catalog is of {}", catalog.as_of()));
    }
    for language in ["go", "node", "python", "rust", "java"] {
        let releases = &catalog.toolchain(language).unwrap().releases;
        let ended = releases.iter().filter(|release| !catalog.is_past(release) && day(&release.end_of_life) <= today);
        wrong.extend(ended.map(|release| format!("{language} {} had its last fix on {}", release.version, release.end_of_life)));
    }
    assert!(wrong.is_empty(), "{}\n`.ci/refresh` brings the catalog up to date", wrong.join("\n"));
}
