//! A directory that is named and the build context that it belongs to; files that were there before.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

/// How it ended, and all that it said.
fn imggen(dir: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imggen"));
    let output = command.args(arguments).current_dir(dir).env("NO_COLOR", "1").output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    (output.status.code().unwrap(), said)
}

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.starts_with("Dockerfile") || name.starts_with(".docker") || name == "imggen.toml");
    names.sort();
    names
}

const MEMBER: [&str; 5] = ["Dockerfile", "Dockerfile.debug", "Dockerfile.debug.dockerignore", "Dockerfile.dockerignore", "imggen.toml"];

const NODE: [(&str, &str); 3] = [
    ("package.json", r#"{"name":"shop","private":true,"workspaces":["apps/*"]}"#),
    ("apps/api/package.json", r#"{"name":"api","main":"index.js","scripts":{"start":"node index.js"}}"#),
    ("apps/api/index.js", "require('http').createServer().listen(3000)"),
];
const RUST: [(&str, &str); 4] = [
    ("Cargo.toml", "[workspace]\nmembers = [\"services/api\", \"services/job\"]\nresolver = \"3\"\n"),
    ("services/api/Cargo.toml", "[package]\nname = \"api\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("services/api/src/main.rs", "fn main() {\n    std::net::TcpListener::bind(\"0.0.0.0:3000\").unwrap();\n}\n"),
    ("services/job/Cargo.toml", "[package]\nname = \"job\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
];
const GO: [(&str, &str); 3] = [
    ("go.work", "go 1.26\n\nuse ./services/api\n"),
    ("services/api/go.mod", "module example.com/api\n\ngo 1.26\n"),
    ("services/api/main.go", "package main\n\nimport \"net/http\"\n\nfunc main() { http.ListenAndServe(\":3000\", nil) }\n"),
];
const PYTHON: [(&str, &str); 3] = [
    ("pyproject.toml", "[tool.uv.workspace]\nmembers = [\"services/*\"]\n"),
    ("services/api/pyproject.toml", "[project]\nname = \"api\"\nversion = \"0.1\"\ndependencies = [\"flask\", \"gunicorn\"]\n"),
    ("services/api/app.py", "from flask import Flask\n\napp = Flask(__name__)\n"),
];
const JAVA: [(&str, &str); 3] = [
    (
        "pom.xml",
        "<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>all</artifactId><version>1</version><packaging>pom</packaging><modules><module>api</module></modules></project>",
    ),
    (
        "api/pom.xml",
        "<project><modelVersion>4.0.0</modelVersion><parent><groupId>a</groupId><artifactId>all</artifactId><version>1</version></parent><artifactId>api</artifactId></project>",
    ),
    (
        "api/src/main/java/a/Main.java",
        "package a;\npublic class Main { public static void main(String[] a) throws Exception { new java.net.ServerSocket(3000).accept(); } }\n",
    ),
];

#[test]
fn a_member_is_built_from_the_workspace_above_it_and_its_files_stand_with_it() {
    for (files, member) in
        [(&NODE[..], "apps/api"), (&RUST, "services/api"), (&GO, "services/api"), (&PYTHON, "services/api"), (&JAVA, "api")]
    {
        let project = tempfile::tempdir().unwrap();
        write(project.path(), files);
        let (exit, said) = imggen(project.path(), &["init", "--yes", member]);
        assert_eq!(exit, 0, "{member}: {said}");
        assert!(said.contains(&format!("docker build -t api -f {member}/Dockerfile .")), "{said}");
        assert_eq!(names(&project.path().join(member)), MEMBER, "{member}");
        assert_eq!(names(project.path()), [""; 0], "{member}");
        // the record is enough: from within, and without the workspace's own word
        let (exit, said) = imggen(&project.path().join(member), &["generate", "--check"]);
        assert_eq!((exit, said.as_str()), (0, ""), "{member}");
        let ignored = fs::read_to_string(project.path().join(member).join("Dockerfile.dockerignore")).unwrap();
        assert!(ignored.contains(&format!("\n{member}/Dockerfile\n")), "{ignored}");
    }
}

#[test]
fn a_directory_of_a_repository_belongs_to_it() {
    let project = tempfile::tempdir().unwrap();
    write(project.path(), &[(".git/HEAD", "ref: refs/heads/main\n")]);
    write(&project.path().join("backend"), &GO[1..].iter().map(|(path, text)| (&path["services/api/".len()..], *text)).collect::<Vec<_>>());
    let (exit, said) = imggen(&project.path().join("backend"), &["init", "--yes"]);
    assert_eq!(exit, 0, "{said}");
    assert!(said.contains("note[place::context]: the build context is `..`: it is the repository's root"), "{said}");
    assert!(said.contains("docker build -t api -f Dockerfile .."), "{said}");
}

#[test]
fn a_directory_that_is_a_build_context_already_stays_one() {
    for own in [".dockerignore", "imggen.toml", "../compose.yaml"] {
        let project = tempfile::tempdir().unwrap();
        write(project.path(), &[(".git/HEAD", "ref: refs/heads/main\n")]);
        write(project.path(), &GO[1..]);
        let text = if own.ends_with("yaml") { "services:\n  api:\n    build: ./services/api\n" } else { "" };
        let path = if own.ends_with("yaml") { "compose.yaml".to_owned() } else { format!("services/api/{own}") };
        write(project.path(), &[(&path, text)]);
        let (exit, said) = imggen(project.path(), &["init", "--yes", "services/api"]);
        assert_eq!(exit, 0, "{own}: {said}");
        assert!(said.contains("docker build -t api services/api\n"), "{own}: {said}");
    }
}

#[test]
fn what_is_recorded_is_above_or_an_error() {
    let project = tempfile::tempdir().unwrap();
    write(project.path(), &NODE);
    for wrong in ["../x", "/tmp", "x"] {
        write(project.path(), &[("apps/api/imggen.toml", &format!("context = {wrong:?}\n"))]);
        let (exit, said) = imggen(project.path(), &["plan", "apps/api"]);
        assert_eq!(exit, 2, "{said}");
        assert!(said.contains("place::outside"), "{said}");
    }
}

/// A program whose sources say little: the Dockerfile says the rest.
const OWN: [(&str, &str); 2] =
    [("requirements.txt", "flask==3.0.0\ngunicorn==22.0.0\n"), ("app.py", "from flask import Flask\n\napp = Flask(__name__)\n")];

#[test]
fn what_a_replaced_dockerfile_decided_is_kept() {
    let dockerfiles = [
        (
            "FROM python:3.12\nENV GREETING=hi\nEXPOSE 9000\nCMD [\"gunicorn\", \"-b\", \"0.0.0.0:9000\", \"app:app\"]\n",
            vec!["port = 9000"],
        ),
        ("FROM python:3.12-slim\nRUN apt-get update && apt-get install -y ffmpeg\nCMD [\"gunicorn\", \"app:app\"]\n", vec!["ffmpeg"]),
        ("FROM python:3.12-slim\nCMD [\"gunicorn\", \"app:app\"]\n", vec![]),
    ];
    for (dockerfile, kept) in dockerfiles {
        let project = tempfile::tempdir().unwrap();
        write(project.path(), &OWN);
        write(project.path(), &[("Dockerfile", dockerfile)]);
        let (exit, said) = imggen(project.path(), &["init", "--yes"]);
        assert_eq!(exit, 2, "without leave nothing is written: {said}");
        assert!(said.contains("--output-dir") && said.contains("--force"), "{said}");
        assert_eq!(names(project.path()), ["Dockerfile"], "{dockerfile}");
        let (exit, said) = imggen(project.path(), &["init", "--yes", "--force"]);
        assert_eq!(exit, 0, "{said}");
        let settings = fs::read_to_string(project.path().join("imggen.toml")).unwrap_or_default();
        assert!(kept.iter().all(|kept| settings.contains(kept)), "{settings}\n{said}");
        assert_eq!(settings.contains("# from the Dockerfile that stood here before\n"), !kept.is_empty(), "{settings}");
        // the second run gives the same bytes
        let written = fs::read_to_string(project.path().join("Dockerfile")).unwrap();
        let (exit, said) = imggen(project.path(), &["init", "--yes"]);
        assert_eq!(exit, 0, "{said}");
        assert_eq!(fs::read_to_string(project.path().join("Dockerfile")).unwrap(), written);
        assert_eq!(imggen(project.path(), &["generate", "--check"]), (0, String::new()));
    }
}
