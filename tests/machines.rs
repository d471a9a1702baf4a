//! imggen in the hands of programs: JSON in, JSON out, and nothing else on the stream.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// How it ended, its results, and what else it said.
fn imggen(dir: &std::path::Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imggen"));
    command.args(arguments).current_dir(dir).env("XDG_STATE_HOME", dir.join("state")).env("NO_COLOR", "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn project() -> Value {
    json!({
        "go.mod": "module example.com/shop\n\ngo 1.26\n",
        "main.go": "package main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.ListenAndServe(\":8080\", nil)\n}\n",
    })
}

fn file<'r>(report: &'r Value, path: &str) -> &'r Value {
    report["files"].as_array().unwrap().iter().find(|file| file["path"] == path).unwrap()
}

#[test]
fn a_project_comes_and_goes_as_json() {
    let empty = tempfile::tempdir().unwrap();
    for input in [project(), json!({ "files": project() })] {
        let (exit, out, said) = imggen(empty.path(), &["generate", "--files", "-", "--format", "json"], &input.to_string());
        assert_eq!((exit, said.as_str()), (0, ""));
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((&report["schema"], &report["app"], &report["preset"]), (&json!(1), &json!("shop"), &json!("go-distroless/1")));
        let dockerfile = file(&report, "Dockerfile");
        assert_eq!((&dockerfile["state"], &dockerfile["written"]), (&json!("new"), &json!(false)));
        assert!(dockerfile["text"].as_str().unwrap().contains("EXPOSE 8080\n"));
        assert!(report["decisions"].as_array().unwrap().iter().any(|decision| decision["topic"] == "port"));
        assert!(report["commands"][0].as_str().unwrap().starts_with("docker build"));
    }
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0, "a project without a directory is written nowhere");
}

#[test]
fn what_is_there_in_memory_is_compared_and_its_settings_hold() {
    let empty = tempfile::tempdir().unwrap();
    let run = |files: &Value| {
        let (exit, out, _) = imggen(empty.path(), &["generate", "--check", "--files", "-", "--format", "json"], &files.to_string());
        (exit, serde_json::from_str::<Value>(&out).unwrap())
    };
    let mut files = project();
    let (exit, report) = run(&files);
    assert_eq!(exit, 1);
    for made in report["files"].as_array().unwrap() {
        files[made["path"].as_str().unwrap()] = made["text"].clone();
    }
    assert_eq!(run(&files).0, 0);
    files["imggen.toml"] = json!("port = 9090\n");
    let (exit, report) = run(&files);
    let dockerfile = file(&report, "Dockerfile");
    assert_eq!((exit, &dockerfile["causes"]), (1, &json!([{ "why": "stale" }])));
    assert_eq!(dockerfile["stale"], json!([{ "line": "EXPOSE 8080", "added": false }, { "line": "EXPOSE 9090", "added": true }]));
}

#[test]
fn what_is_no_project_is_refused() {
    let empty = tempfile::tempdir().unwrap();
    for input in ["", "[]", "{\"../x\": \"\"}", "{\"/etc/x\": \"\"}", "{\"x\": 1}"] {
        let (exit, out, said) = imggen(empty.path(), &["generate", "--files", "-", "--format", "json"], input);
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!((exit, &report["error"]["code"]), (2, &json!("files::broken")), "{said}");
    }
}

#[test]
fn answers_come_on_standard_input_and_a_quiet_run_says_nothing() {
    let room = tempfile::tempdir().unwrap();
    for (path, text) in project().as_object().unwrap() {
        fs::write(room.path().join(path), text.as_str().unwrap()).unwrap();
    }
    let (exit, out, said) = imggen(room.path(), &["init", "--yes", "-q", "--answers", "-"], "port = 9090\n");
    assert_eq!((exit, out.as_str(), said.as_str()), (0, "", ""));
    assert!(fs::read_to_string(room.path().join("Dockerfile")).unwrap().contains("EXPOSE 9090\n"));
    assert!(fs::read_to_string(room.path().join("imggen.toml")).unwrap().contains("port = 9090"));
    let (exit, out, _) = imggen(room.path(), &["init", "--format", "json"], "");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((exit, &file(&report, "Dockerfile")["state"]), (0, &json!("same")));
}
