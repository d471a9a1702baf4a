//! What people and bots do to the files, told apart and kept, by the program as it is run.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const SERVER: &str = "package main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.ListenAndServe(\":8080\", nil)\n}\n";

/// A Go server in a directory of its own, with the files that imggen writes.
struct Project(TempDir);

impl Project {
    fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        fs::create_dir(project.0.path().join("shop")).unwrap();
        project.put("go.mod", "module example.com/shop\n\ngo 1.26\n");
        project.put("main.go", SERVER);
        assert_eq!(project.imggen(&["generate"]).0, 0);
        project
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join("shop").join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "{from} is not in\n{text}");
        self.put(name, &text.replace(from, to));
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.0.path().join("shop")).env("XDG_STATE_HOME", self.0.path().join("state"));
        command.env("NO_COLOR", "1").stdin(Stdio::null()).output().unwrap()
    }

    /// How it ended, and what it said.
    fn imggen(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(env!("CARGO_BIN_EXE_imggen"), arguments);
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    fn git(&self, arguments: &[&str]) {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        assert!(self.run("git", &[&identity, arguments].concat()).status.success());
    }

    fn listens_on(&self, port: &str) {
        self.put("main.go", &SERVER.replace("8080", port));
    }
}

fn has_git() -> bool {
    Command::new("git").arg("--version").output().is_ok()
}

#[test]
fn a_check_says_which_it_is_and_why() {
    let project = Project::new();
    project.listens_on("9090");
    let (exit, said) = project.imggen(&["generate", "--check"]);
    assert_eq!(exit, 1);
    assert!(said.contains("Dockerfile is stale\n  - EXPOSE 8080\n  + EXPOSE 9090  main.go:6\n"), "{said}");

    project.listens_on("8080");
    project.edit("Dockerfile", "EXPOSE 8080\n", "ENV TZ=UTC\nEXPOSE 8080\n");
    let (exit, said) = project.imggen(&["generate", "--check"]);
    assert_eq!((exit, said.trim()), (1, "Dockerfile was edited by hand\n  + ENV TZ=UTC"));

    project.listens_on("9090");
    let (_, said) = project.imggen(&["generate", "--check"]);
    assert!(
        said.contains(
            "was edited by hand, is stale\n  + ENV TZ=UTC\n  and imggen would change\n  - EXPOSE 8080\n  + EXPOSE 9090  main.go:6"
        ),
        "{said}"
    );

    let other = Project::new();
    let (_, said) = other.imggen(&["generate", "--check", "--preset", "go-scratch"]);
    assert!(said.contains("was written under go-distroless/1, which is go-scratch/1 now"), "{said}");
    assert_eq!(other.imggen(&["generate", "--check"]), (0, String::new()));
    other.edit("Dockerfile", "# shop: ", "# my shop: ");
    other.put("README.md", "# more\n");
    assert_eq!(other.imggen(&["generate", "--check"]), (0, String::new()), "comments and what nothing reads are no drift");
}

#[test]
fn a_refusal_names_the_setting_that_says_the_same() {
    let project = Project::new();
    project.edit("Dockerfile", "EXPOSE 8080\n", "ENV TZ=UTC\nEXPOSE 8080 9000\n");
    let (exit, said) = project.imggen(&["generate"]);
    assert_eq!(exit, 2);
    for help in ["`ENV TZ=UTC` is said by `env.TZ = \"UTC\"`", "`port = [8080, 9000]`", "generate --merge"] {
        assert!(said.contains(help), "{said}");
    }
    project.put("imggen.toml", "port = [8080, 9000]\nenv.TZ = \"UTC\"\n");
    assert_eq!(project.imggen(&["generate", "--force"]).0, 0);
    assert_eq!(project.imggen(&["generate", "--check"]).0, 0);
}

#[test]
fn a_merge_keeps_both_and_the_next_check_is_green() {
    let project = Project::new();
    project.edit("Dockerfile", "EXPOSE 8080\n", "# ours\nENV TZ=UTC\nEXPOSE 8080\n");
    project.listens_on("9090");
    let (exit, said) = project.imggen(&["generate", "--merge"]);
    assert_eq!(exit, 0, "{said}");
    let dockerfile = project.text("Dockerfile");
    assert!(dockerfile.contains("# ours\nENV TZ=UTC\nEXPOSE 9090\n"), "{dockerfile}");
    assert!(project.text("imggen.toml").contains("keep = [\"Dockerfile\"]"));
    assert_eq!(project.imggen(&["generate", "--check"]), (0, String::new()));
    assert_eq!(project.imggen(&["generate"]).0, 0);
    assert_eq!(project.text("Dockerfile"), dockerfile);

    // and once more, from what the merge kept
    project.listens_on("7070");
    assert_eq!(project.imggen(&["generate", "--check"]).0, 1);
    assert_eq!(project.imggen(&["generate", "--merge"]).0, 0);
    assert!(project.text("Dockerfile").contains("ENV TZ=UTC\nEXPOSE 7070\n"));
}

#[test]
fn what_both_changed_is_marked() {
    let project = Project::new();
    project.edit("Dockerfile", "EXPOSE 8080", "EXPOSE 8081");
    project.listens_on("9090");
    let (exit, said) = project.imggen(&["generate", "--merge"]);
    assert!(exit == 2 && said.contains("merge::conflict"), "{said}");
    let dockerfile = project.text("Dockerfile");
    assert!(dockerfile.contains("<<<<<<< edited by hand\nEXPOSE 8081\n=======\nEXPOSE 9090\n>>>>>>> imggen"), "{dockerfile}");
    assert!(project.imggen(&["generate", "--merge"]).1.contains("merge::open"));
}

#[test]
fn the_base_of_a_merge_is_found_in_the_history() {
    if !has_git() {
        eprintln!("git is missing: skipped");
        return;
    }
    let project = Project::new();
    for arguments in [&["init", "-q"][..], &["add", "-A"], &["commit", "-qm", "first"]] {
        project.git(arguments);
    }
    project.edit("Dockerfile", "EXPOSE 8080\n", "ENV TZ=UTC\nEXPOSE 8080\n");
    project.git(&["commit", "-qam", "zone"]);
    project.listens_on("9090");
    fs::remove_dir_all(project.0.path().join("state")).unwrap();
    let (exit, said) = project.imggen(&["generate", "--merge"]);
    assert_eq!(exit, 0, "{said}");
    assert!(project.text("Dockerfile").contains("ENV TZ=UTC\nEXPOSE 9090\n"));

    fs::remove_dir_all(project.path(".imggen")).unwrap();
    fs::remove_dir_all(project.0.path().join("state")).unwrap();
    fs::remove_dir_all(project.path(".git")).unwrap();
    let (exit, said) = project.imggen(&["generate", "--merge"]);
    assert!(exit == 2 && said.contains("merge::no-base"), "{said}");
}

#[test]
fn what_bots_do_is_kept_and_said() {
    let project = Project::new();
    let digest = format!("nonroot@sha256:{}", "0".repeat(64));
    project.edit("Dockerfile", "static-debian13:nonroot", &format!("static-debian13:{digest}"));
    assert_eq!(project.imggen(&["generate", "--check"]).0, 0);
    project.listens_on("9090");
    let (exit, said) = project.imggen(&["generate"]);
    assert!(exit == 0 && said.contains("write::kept"), "{said}");
    let dockerfile = project.text("Dockerfile");
    assert!(dockerfile.contains(&digest) && dockerfile.contains("EXPOSE 9090"), "{dockerfile}");
    assert_eq!(project.imggen(&["generate", "--check"]).0, 0);
}

#[test]
fn an_older_imggen_leaves_a_newer_ones_files_alone() {
    let project = Project::new();
    project.edit("Dockerfile", &format!("# imggen {} ", env!("CARGO_PKG_VERSION")), "# imggen 99.0.0 ");
    project.listens_on("9090");
    let before = project.text("Dockerfile");
    for arguments in [&["generate"][..], &["generate", "--force"], &["generate", "--merge"], &["init", "--yes", "--force"]] {
        let (exit, said) = project.imggen(arguments);
        assert!(exit == 2 && said.contains("write::newer"), "{said}");
        assert_eq!(project.text("Dockerfile"), before);
    }
    assert!(project.imggen(&["generate", "--check"]).1.contains("was written by imggen 99.0.0, which is newer"));
    project.put("imggen.toml", "requires = \">=99\"\n");
    let (exit, said) = project.imggen(&["generate"]);
    assert!(exit == 2 && said.contains("requires imggen >=99"), "{said}");
    assert!(Path::new(&project.path("imggen.toml")).exists());
}
