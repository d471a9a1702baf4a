//! Every way to state a version, with the tag that comes out; and whether every tag that can come out was ever there, by the dated list in
//! `tests/versions/tags.tsv`.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use imggen::internal::{Catalog, catalog};
use imggen::{Layer, Layers, Pack, Packs, Source, Tree, generate};

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
        let found = found.strip_prefix(&format!("{name}:")).filter(|tag| !tag.starts_with(':')).unwrap_or(&found);
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
            (".tool-versions", "go 1.27.1\n", "1.27-trixie"),
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
            ("rust-toolchain", "1.85.0-x86_64-unknown-linux-gnu\n", "1.85.0-slim-bookworm"),
            ("rust-toolchain.toml", "[toolchain]\npath = \"/opt/rust\"\n", "rust::toolchain-path"),
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
    let locked = "{ \"name\": \"s\", \"lockfileVersion\": 3, \"packages\": { \"\": { \"name\": \"s\" }, \"node_modules/ws\": { \"version\": \"8.18.0\" } } }\n";
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
            (".nvmrc", "9.11.2\n", "9-slim"),
            (".nvmrc", "11\n", "11-stretch-slim"),
            (".nvmrc", "lts/carbon\n", "8-buster-slim"),
            (".nvmrc", "lts/-1\n", "24-trixie-slim"),
            (".tool-versions", "nodejs lts-iron\n", "20-trixie-slim"),
            ("mise.toml", "[tools]\n\"core:node\" = \"20\"\n", "20-trixie-slim"),
            (".npmrc", "use-node-version=22.3.0\n", "22-trixie-slim"),
            ("package.json", &package(", \"engines\": { \"node\": \">=22\" }"), "22-trixie-slim"),
            ("package.json", &package(", \"engines\": { \"node\": \"18.x || 20.x\" }"), "20-trixie-slim"),
            (
                "package.json",
                &package(", \"devEngines\": { \"runtime\": [{ \"name\": \"node\", \"version\": \"22\" }] }"),
                "22-trixie-slim",
            ),
            ("Dockerfile", "ARG NODE=22.3\nFROM node:${NODE}-alpine\nCOPY . .\nCMD [\"node\", \"server.js\"]\n", "22-trixie-slim"),
            (".circleci/config.yml", "jobs:\n  t:\n    docker:\n      - image: cimg/node:22.3\n", "22-trixie-slim"),
            ("package-lock.json", locked, "22-trixie-slim"),
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
            (".python-version", "2.7.18\n", "2.7-slim-buster"),
            (".python-version", "3.13t\n", "python::free-threaded"),
            (".python-version", "cpython-3.12.4-linux-x86_64-gnu\n", "3.12-slim-trixie"),
            ("pyproject.toml", &project("~=3.11.2"), "3.11-slim-trixie"),
            ("pyproject.toml", &format!("{}[tool.pixi.dependencies]\npython = \"3.12.*\"\n", project(">=3.9")), "3.12-slim-trixie"),
            ("pixi.toml", "[dependencies]\npython = \">=3.11,<3.12\"\n", "3.11-slim-trixie"),
            ("environment.yml", "dependencies:\n  - conda-forge::python>=3.11,<3.12\n", "3.11-slim-trixie"),
            ("Dockerfile", "FROM python:3.11-slim\nCOPY . .\nCMD [\"gunicorn\", \"app:app\"]\n", "3.11-slim-trixie"),
            (".gitlab-ci.yml", "image: python:3.11\n", "3.11-slim-trixie"),
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
    let compiler = pom("", "<plugin><artifactId>maven-compiler-plugin</artifactId><version>3.1</version></plugin>");
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
            ("pom.xml", &level("6"), "3-eclipse-temurin-11-noble"),
            ("pom.xml", &level("22"), "3-eclipse-temurin-25-noble"),
            ("pom.xml", &compiler, "3-eclipse-temurin-8-noble"),
            (".java-version", "openjdk64-11.0.2\n", "3-eclipse-temurin-11-noble"),
            (".java-version", "19\n", "3-eclipse-temurin-21-noble"),
            (".gitlab-ci.yml", "image: maven:3.9-eclipse-temurin-11\n", "3-eclipse-temurin-11-noble"),
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
    let edition = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let engines = "{ \"name\": \"s\", \"engines\": { \"node\": \"20.x\" }, \"scripts\": { \"start\": \"node server.js\" } }\n";
    let toolchain = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\nrust-version = \"1.85\"\n";
    for (files, places) in [
        (vec![("package.json", package), (".nvmrc", "22\n"), ("server.js", "")], ["package.json", ".nvmrc"]),
        (vec![("Cargo.toml", edition), ("src/main.rs", "fn main() {}\n"), ("rust-toolchain", "1.80\n")], ["Cargo.toml", "rust-toolchain"]),
        (vec![("package.json", engines), (".nvmrc", "22\n"), ("server.js", "")], ["package.json", ".nvmrc"]),
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

/// Debian's next suite costs data only: a pack names it, and what is built and run stands on it.
#[test]
fn a_new_suite_costs_data_only() {
    let bases = "[slim]\nlike = \"slim\"\nimage = \"debian:forky-slim\"\nrelease = \"debian14\"\npackages-of = \"debian13\"\nhas = [\"time-zones\", \"temporary-directory\", \"user-database\", \"glibc@2.43\", \"library:libgcc\"]\n\n[slim.debug]\nimage = \"debian:forky-slim\"\nshell = \"/bin/sh\"\n";
    let toolchains = "[go]\nlike = \"go\"\n\n[go.suites.forky]\nrelease = \"debian14\"\nlibc = \"glibc@2.43\"\nhas = [\"ca-certificates\", \"time-zones\", \"program:gcc\"]\n\n[[go.releases]]\nversion = \"1.27\"\nnewest = \"1.27.3\"\nend-of-life = \"2027-08-01\"\nsuites = [\"forky\"]\n";
    let files = [("bases", bases), ("toolchains", toolchains)];
    let files = files.map(|(name, text)| (format!("presets/_catalog/{name}.toml").into(), text.to_owned()));
    let packs = Packs::over_built_in([Pack::from_memory("own", files)]);
    let main = "package main\n\n// #include <stdlib.h>\nimport \"C\"\n\nfunc main() { println(int(C.abs(-1))) }\n";
    let tree = Tree::from_memory([("go.mod", "module a\n\ngo 1.27\n"), ("main.go", main)]);
    let settings = Layer::assignments(Source::CommandLine, &["base=slim".to_owned()]).unwrap();
    let made = generate(&tree, &Layers::new(vec![settings]), &packs).unwrap();
    let text = &made.files[0].text;
    assert!(text.contains("FROM golang:1.27-forky AS build") && text.contains("FROM debian:forky-slim AS runtime"), "{text}");
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

/// A manager of packages is taken in a version that the old interpreter runs, or refused with both places.
#[test]
fn tools_serve_the_interpreter_that_is_asked_for() {
    let text = |files: &[(&str, &str)]| {
        let made = generate(&Tree::from_memory(files.iter().copied()), &Layers::default(), &Packs::default());
        made.map_or_else(|error| error.code.to_owned(), |made| made.files[0].text.clone())
    };
    let package = "{ \"name\": \"s\", \"scripts\": { \"start\": \"node server.js\" }, \"dependencies\": { \"ms\": \"^2.0.0\" } }\n";
    let pnpm = "lockfileVersion: 5.1\nspecifiers:\n  ms: ^2.0.0\ndependencies:\n  ms: 2.1.3\npackages:\n  /ms/2.1.3:\n    dev: false\n";
    let old = [("package.json", package), ("pnpm-lock.yaml", pnpm), ("server.js", ""), (".nvmrc", "8\n")];
    assert!(text(&old).contains("npm install --global pnpm@3"), "{}", text(&old));
    let named = package.replace("\"name\"", "\"packageManager\": \"pnpm@9.1.0\", \"name\"");
    let newer = [("package.json", named.as_str()), ("pnpm-lock.yaml", pnpm), ("server.js", ""), (".nvmrc", "16\n")];
    assert_eq!(text(&newer), "node::manager-too-new");
    let app = ("app.py", "from flask import Flask\n\napp = Flask(__name__)\n");
    let python = |version| [("requirements.txt", "flask==1.1.4\ngunicorn==19.10.0\n"), app, (".python-version", version)];
    let two = text(&python("2.7\n"));
    assert!(two.contains("virtualenv /opt/venv") && !two.contains("uv") && !two.contains("invalidation"), "{two}");
    let three = text(&python("3.6\n"));
    assert!(three.contains("uv venv") && !three.contains("INVALIDATION") && !three.contains("invalidation"), "{three}");
}
