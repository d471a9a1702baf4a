//! The way to a release: workflows that parse and pin what they use, an archive, an install script that checks what it downloads.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

use regex::Regex;

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// All workflows and the action.
fn workflows() -> Vec<(String, String)> {
    let folder = std::fs::read_dir(".github/workflows").unwrap().map(|entry| entry.unwrap().path().display().to_string());
    folder.chain(["action.yml".to_owned()]).map(|path| (path.clone(), read(&path))).collect()
}

#[test]
fn workflows_are_yaml_and_pin_what_they_use() {
    let full = Regex::new(r"^[\w-]+/[\w/-]+@v\d+\.\d+\.\d+$").unwrap();
    for (path, text) in workflows() {
        for event in saphyr_parser::Parser::new_from_str(&text) {
            assert!(event.is_ok(), "{path}: {event:?}");
        }
        let used = text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: "));
        for action in used.filter(|action| *action != "./") {
            assert!(full.is_match(action), "{path} uses {action}, which is no full version");
        }
        // what others write is data for a shell, and no part of its script
        let mut in_script = false;
        for line in text.lines() {
            let trimmed = line.trim().trim_start_matches("- ");
            in_script = trimmed.starts_with("run:") || in_script && line.starts_with("          ");
            assert!(!in_script || !line.contains("${{"), "{path}: {line}");
        }
    }
}

#[test]
fn workflows_do_what_the_scripts_do() {
    assert!(read(".github/workflows/ci.yml").contains("run: .ci/run\n"));
    assert!(read(".github/workflows/scheduled.yml").contains("run: .ci/scheduled\n"));
    let release = read(".github/workflows/release.yml");
    let (script, formula) = (read("release/install.sh"), read("release/imggen.rb"));
    for target in ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl", "x86_64-apple-darwin", "aarch64-apple-darwin"] {
        assert!(release.contains(&format!("target: {target}")), "{target}");
        assert!(formula.contains(&format!("-{target}.tar.gz")) && formula.contains(&format!("@SHA256:{target}@")), "{target}");
        let (_, system) = target.split_once('-').unwrap();
        assert!(script.contains(&format!("$machine-{system}")), "{target}");
    }
    for step in ["actions/attest-build-provenance@", ".ci/release archive", ".ci/dockerfile", ".ci/release index \"$GITHUB_REPOSITORY\""] {
        assert!(release.contains(step), "{step}");
    }
    // nobody's address is made up: it is filled in when there is one
    for text in [&script, &formula] {
        assert!(text.contains("github.com/@REPOSITORY@"));
    }
}

#[test]
fn the_action_starts_what_it_installs() {
    let action = read("action.yml");
    let root = "$RUNNER_TEMP/imggen";
    assert!(action.contains(&format!("--path \"$GITHUB_ACTION_PATH\" --root \"{root}\"")));
    assert!(action.contains(&format!("\"${{PROGRAM:-{root}/bin/imggen}}\" generate --check")));
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let program = &manifest["bin"].as_array().unwrap()[0];
    assert_eq!(program["name"].as_str(), Some("imggen"), "what cargo installs below bin/");
}

#[test]
fn binstall_finds_the_archive_that_is_made() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let binstall = &manifest["package"]["metadata"]["binstall"];
    let (url, inside) = (binstall["pkg-url"].as_str().unwrap(), binstall["bin-dir"].as_str().unwrap());
    let script = read(".ci/release");
    assert!(script.contains("name=imggen-$version-$1") && script.contains("\"$work/$name/imggen\""));
    assert!(url.ends_with("/releases/download/v{ version }/imggen-{ version }-{ target }.tar.gz"), "{url}");
    assert_eq!(inside, "imggen-{ version }-{ target }/{ bin }{ binary-ext }");
}

/// A release of this machine's target alone, with the program of this test run, and what the install script makes of it.
#[test]
fn what_is_released_is_what_is_installed() {
    let room = tempfile::tempdir().unwrap();
    let machine = if cfg!(target_arch = "aarch64") { "aarch64" } else { "x86_64" };
    let system = if cfg!(target_os = "macos") { "apple-darwin" } else { "unknown-linux-musl" };
    let target = format!("{machine}-{system}");
    let dist = room.path().join("dist");
    let release = |arguments: &[&str]| -> Output {
        let mut command = Command::new(".ci/release");
        command.args(arguments).env("IMGGEN_BIN", env!("CARGO_BIN_EXE_imggen")).env("IMGGEN_DIST", &dist).env("IMGGEN_PARTIAL", "1");
        command.output().unwrap()
    };
    for arguments in [["archive", target.as_str()], ["index", "somebody/imggen"]] {
        let output = release(&arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(!release(&["index", "nobody"]).status.success());
    let install = |home: &str| -> (Output, std::path::PathBuf) {
        let into = room.path().join(home);
        let url = format!("file://{}", dist.display());
        let mut command = Command::new("sh");
        command.arg(dist.join("install.sh")).env("IMGGEN_INSTALL", &into).env("IMGGEN_URL", url);
        (command.output().unwrap(), into.join("imggen"))
    };
    let (output, program) = install("first");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let version = Command::new(&program).arg("--version").output().unwrap();
    assert!(String::from_utf8_lossy(&version.stdout).starts_with("imggen "), "{version:?}");

    let archive = dist.join(format!("imggen-{}-{target}.tar.gz", env!("CARGO_PKG_VERSION")));
    std::fs::write(&archive, b"something else").unwrap();
    let (output, program) = install("second");
    assert!(!output.status.success() && !Path::new(&program).exists());
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing is installed"), "{output:?}");
}
