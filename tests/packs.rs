//! Packs of organisations: where they are found, which of them wins, and what is said of one that is wrong.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A repository with a Go server in `apps/shop`, and room for packs.
struct Room(TempDir);

impl Room {
    fn new() -> Self {
        let room = Self(tempfile::tempdir().unwrap());
        room.put("repository/.git/HEAD", "ref: refs/heads/main\n");
        room.put("repository/apps/shop/go.mod", "module example.com/shop\n\ngo 1.26\n");
        let server = "package main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.ListenAndServe(\":8080\", nil)\n}\n";
        room.put("repository/apps/shop/main.go", server);
        room
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A pack whose preset is Go's default and bears a label of its name.
    fn pack(&self, path: &str, name: &str) {
        let preset =
            format!("summary = \"ours\"\nlanguage = \"go\"\nextends = \"go-distroless\"\ndefault = true\n\n[labels]\nfrom = \"{name}\"\n");
        self.put(&format!("{path}/presets/z-{name}.toml"), &preset);
    }

    fn imggen(&self, arguments: &[&str], packs: &[&Path]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_imggen"));
        command.args(arguments).current_dir(self.path("repository/apps/shop")).env("XDG_STATE_HOME", self.path("state"));
        command.env("NO_COLOR", "1").env("IMGGEN_PACKS", std::env::join_paths(packs).unwrap()).stdin(Stdio::null());
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// The name of the pack whose default preset was taken.
    fn winner(&self, arguments: &[&str], packs: &[&Path]) -> String {
        let (exit, out, said) = self.imggen(&[&["generate", "--stdout=Dockerfile"], arguments].concat(), packs);
        assert_eq!(exit, 0, "{said}");
        out.lines().find_map(|line| line.strip_prefix("LABEL from=")).unwrap_or("none").to_owned()
    }
}

#[test]
fn packs_are_found_from_near_to_far_and_the_nearest_default_wins() {
    let room = Room::new();
    room.pack("elsewhere", "variable");
    let variable = room.path("elsewhere");
    assert_eq!(room.winner(&[], &[]), "none");
    assert_eq!(room.winner(&[], &[&variable]), "variable");
    room.pack("above/.imggen", "outside");
    room.pack("repository/.imggen", "root");
    assert_eq!(room.winner(&[], &[&variable]), "root");
    room.pack("repository/apps/.imggen", "apps");
    assert_eq!(room.winner(&[], &[&variable]), "apps");
    room.pack("recorded", "recorded");
    room.put("repository/apps/shop/imggen.toml", "packs = [\"../../../recorded\"]\n");
    assert_eq!(room.winner(&[], &[]), "recorded");
    room.pack("flag", "flag");
    assert_eq!(room.winner(&["--pack", "../../../flag"], &[]), "flag");
    room.pack("repository/apps/shop/.imggen", "own");
    assert_eq!(room.winner(&["--pack", "../../../flag"], &[]), "own");
    assert_eq!(room.winner(&["--pack", "../../../flag", "--only-packs"], &[]), "flag");
}

#[test]
fn a_pack_says_its_name_version_and_what_it_requires() {
    let room = Room::new();
    room.pack("acme", "one");
    room.put("acme/pack.toml", "name = \"acme\"\nversion = \"1.4\"\nrequires = \">=0.1\"\n");
    let (exit, out, said) = room.imggen(&["generate", "--stdout=Dockerfile", "--pack", "../../../acme"], &[]);
    assert!(exit == 0 && out.contains(" z-one/1+acme/1.4 sha256:"), "{out}{said}");

    // a checkout of the same pack takes the place of the one that is recorded
    room.pack("checkout", "two");
    room.put("checkout/pack.toml", "name = \"acme\"\nversion = \"1.5\"\n");
    room.put("repository/apps/shop/imggen.toml", "packs = [\"../../../acme\"]\n");
    assert_eq!(room.winner(&["--pack", "../../../checkout"], &[]), "two");

    room.put("acme/pack.toml", "name = \"acme\"\nrequires = \">=99\"\n");
    let (exit, _, said) = room.imggen(&["generate"], &[]);
    assert!(exit == 2 && said.contains("acme/pack.toml` requires imggen >=99"), "{said}");
    room.put("acme/pack.toml", "nam = \"acme\"\n");
    let (exit, _, said) = room.imggen(&["generate"], &[]);
    assert!(exit == 2 && said.contains("pack::broken"), "{said}");
}

#[test]
fn two_defaults_of_one_pack_are_not_settled_by_the_alphabet() {
    let room = Room::new();
    room.pack("acme", "one");
    room.pack("acme", "two");
    let (exit, _, said) = room.imggen(&["generate", "--pack", "../../../acme"], &[]);
    assert!(exit == 2 && said.contains("`z-one` and `z-two` of `../../../acme` are both the default for `go`"), "{said}");
}

#[test]
fn stray_files_do_no_harm_and_a_check_names_them() {
    let room = Room::new();
    room.pack("acme", "one");
    fs::write(room.path("acme/presets/.DS_Store"), [0xff, 0xfe, 0, 1]).unwrap();
    room.put("acme/presets/README.md", "# ours\n");
    room.put("acme/presets/_catalog/notes.txt", "later\n");
    room.put("acme/templates/go/Dockerfile.tml", "FROM x\n");
    assert_eq!(room.winner(&["--pack", "../../../acme"], &[]), "one");
    let (exit, out, said) = room.imggen(&["presets", "--check", "--pack", "../../../acme"], &[]);
    assert_eq!((exit, out.as_str()), (1, "1 presets rendered, 4 things are wrong\n"), "{said}");
    for name in [".DS_Store", "README.md", "notes.txt", "Dockerfile.tml"] {
        assert!(said.contains(name), "{name}: {said}");
    }
    room.put("acme/presets/typo.toml", "summary = \"x\"\nlanguage = \"golang\"\n");
    let (_, _, said) = room.imggen(&["presets", "--check", "--pack", "../../../acme"], &[]);
    assert!(said.contains("`golang` is no language that imggen knows") && said.contains("../../../acme/presets/typo.toml"), "{said}");
}

#[test]
fn a_broken_preset_is_named_with_its_pack_and_file() {
    let room = Room::new();
    room.pack("acme", "one");
    room.put("acme/pack.toml", "name = \"acme\"\n");
    room.put("acme/presets/z-one.toml", "summary = \"x\"\nlanguage = \"go\"\nprot = 1\n");
    let (exit, _, said) = room.imggen(&["generate", "--pack", "../../../acme"], &[]);
    assert!(exit == 2 && said.contains("in ../../../acme/presets/z-one.toml of the pack `acme`"), "{said}");
}

#[test]
fn a_ladder_takes_in_the_one_below() {
    let room = Room::new();
    room.put("repository/apps/shop/imggen.toml", "ladder = [\"scratch\", \"...\"]\n");
    let (exit, out, said) = room.imggen(&["explain", "base"], &[]);
    assert!(exit == 0 && out.starts_with("base  scratch"), "{out}{said}");
    room.put("repository/apps/shop/main.go", "package main\n\nimport \"C\"\n\nfunc main() {}\n");
    let (exit, out, said) = room.imggen(&["explain", "base"], &[]);
    assert!(exit == 0 && out.starts_with("base  distroless-base"), "{out}{said}");
}

#[test]
fn a_policy_is_held_against_what_is_written_and_what_is_edited() {
    let room = Room::new();
    let policy = |rules: &str| room.put("acme/pack.toml", &format!("name = \"acme\"\n\n[policy]\n{rules}\n"));
    let generate = |arguments: &[&str]| room.imggen(&[&["generate", "--pack", "../../../acme"], arguments].concat(), &[]);
    for (rules, code) in [
        ("registries = [\"mirror.example.com\"]", "policy::registry"),
        ("images = [\"docker.io/library/golang:*\"]", "policy::image"),
        ("labels = [\"org.opencontainers.image.vendor\"]", "policy::label"),
    ] {
        policy(rules);
        let (exit, _, said) = generate(&[]);
        assert!(exit == 3 && said.contains(code) && said.contains("acme/pack.toml:4:"), "{rules}: {said}");
    }
    policy(
        "registries = [\"docker.io/library\", \"gcr.io/distroless\"]\nhighest-base = \"distroless-static\"\nforbidden-packages = [\"curl\"]",
    );
    let (exit, _, said) = generate(&[]);
    assert_eq!(exit, 0, "{said}");
    let (exit, _, said) = generate(&["--preset", "go-slim"]);
    assert!(exit == 3 && said.contains("`slim` is larger than `distroless-static`"), "{said}");

    let file = room.path("repository/apps/shop/Dockerfile");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("WORKDIR /src\n", "WORKDIR /src\nRUN apt-get update && apt-get install -y curl=8 && curl x\n")).unwrap();
    room.put("repository/apps/shop/imggen.toml", "keep = [\"Dockerfile\"]\n");
    let (exit, _, said) = generate(&[]);
    assert!(exit == 3 && said.contains("`Dockerfile` installs `curl`, which is forbidden") && said.contains("acme/pack.toml:6:"), "{said}");
    fs::write(&file, text.replace("gcr.io/distroless/static-debian13:nonroot", "quay.io/ubuntu")).unwrap();
    policy("registries = [\"gcr.io\", \"docker.io/library\"]");
    let (_, _, said) = generate(&[]);
    assert!(said.contains("`quay.io/ubuntu` in `Dockerfile`"), "{said}");
}

#[test]
fn a_digest_that_is_demanded_fails_the_check_and_not_the_writing() {
    let room = Room::new();
    room.put("acme/pack.toml", "[policy]\ndigests = true\n");
    let (exit, _, said) = room.imggen(&["generate", "--pack", "../../../acme"], &[]);
    assert!(exit == 0 && said.contains("warning[policy::digest]"), "{said}");
    assert_eq!(room.imggen(&["generate", "--check", "--pack", "../../../acme"], &[]).0, 1);
    for name in ["Dockerfile", "Dockerfile.debug"] {
        let file = room.path(&format!("repository/apps/shop/{name}"));
        let digest = format!("@sha256:{}", "0".repeat(64));
        let text = fs::read_to_string(&file).unwrap();
        let pin = |line: &str| if line.starts_with("FROM ") { line.replacen(" AS ", &format!("{digest} AS "), 1) } else { line.to_owned() };
        fs::write(&file, text.lines().map(pin).collect::<Vec<_>>().join("\n") + "\n").unwrap();
    }
    let (exit, _, said) = room.imggen(&["generate", "--check", "--pack", "../../../acme"], &[]);
    assert_eq!((exit, said.as_str()), (0, ""));
}

#[test]
fn one_hook_stands_in_every_language() {
    let room = Room::new();
    room.put("acme/templates/base/build_top.j2", "RUN touch /built\n");
    room.put("acme/templates/base/run_end.j2", "LABEL hooked=yes\n");
    let dir = |path: &str| format!("repository/{path}");
    room.put(&dir("py/app.py"), "from flask import Flask\n\napp = Flask(__name__)\n");
    room.put(&dir("py/requirements.txt"), "flask==3.1.0\ngunicorn==23.0.0\n");
    room.put(&dir("site/index.html"), "<title>x</title>\n");
    room.put(&dir("rs/Cargo.toml"), "[package]\nname = \"rs\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    room.put(&dir("rs/Cargo.lock"), "version = 4\n\n[[package]]\nname = \"rs\"\nversion = \"0.1.0\"\n");
    room.put(&dir("rs/src/main.rs"), "fn main() {}\n");
    for project in [".", "../../py", "../../site", "../../rs"] {
        let (exit, out, said) = room.imggen(&["generate", "--stdout=Dockerfile", "--pack", "../../../acme", project], &[]);
        assert_eq!(exit, 0, "{said}");
        let hook = out.find("RUN touch /built\n").unwrap_or_else(|| panic!("{out}"));
        let first = out.find("FROM ").unwrap();
        assert!(!out[first..hook].contains("RUN ") && !out[first..hook].contains("COPY "), "{out}");
        assert!(out.contains("LABEL hooked=yes\nUSER "), "{out}");
    }
}
