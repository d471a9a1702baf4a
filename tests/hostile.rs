//! Trees on a disk that no tool should stumble over: each is a clear error, or a limit that is said.
#![allow(clippy::unwrap_used)]

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};

use camino::Utf8PathBuf;
use imggen::{Diagnostic, Layers, Output, Packs, Tree, generate};
use tempfile::TempDir;

const GO_MOD: &str = "module example.com/shop\n\ngo 1.26\n";
const MAIN: &str = "package main\n\nfunc main() {}\n";

fn project(files: &[(&str, &[u8])]) -> (TempDir, Utf8PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).unwrap();
    for (path, bytes) in files {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), bytes).unwrap();
    }
    (directory, root)
}

fn run(root: &Utf8PathBuf) -> Result<(Tree, Output), Box<Diagnostic>> {
    let tree = Tree::open(root)?;
    let output = generate(&tree, &Layers::default(), &Packs::default())?;
    Ok((tree, output))
}

fn dockerfile(output: &Output) -> &str {
    &output.files[0].text
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    let (_plain, root) = project(&[("go.mod", GO_MOD.as_bytes()), ("main.go", MAIN.as_bytes())]);
    let (_, expected) = run(&root).unwrap();
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes();
    let (_windows, root) = project(&[("go.mod", &windows(GO_MOD)), ("main.go", &windows(MAIN))]);
    assert_eq!(dockerfile(&run(&root).unwrap().1), dockerfile(&expected));
}

#[test]
fn a_manifest_of_100_mb_is_not_read() {
    let (_directory, root) = project(&[("main.go", MAIN.as_bytes())]);
    File::create(root.join("go.mod")).unwrap().set_len(100 * 1024 * 1024).unwrap();
    let error = run(&root).unwrap_err();
    assert_eq!((error.code, error.message.as_str()), ("tree::unreadable", "`go.mod` is larger than 16 MiB, more than imggen reads"));
}

#[test]
fn a_manifest_that_is_no_text_is_said_with_its_line() {
    let (_directory, root) = project(&[("go.mod", b"module x\n\xff\xfe\n")]);
    let error = run(&root).unwrap_err();
    assert_eq!(error.message, "`go.mod` is not UTF-8 text");
    assert_eq!(error.labels[0].span.map(|span| span.line), Some(2));
}

#[test]
fn links_are_not_followed() {
    let (_directory, root) = project(&[("go.mod", GO_MOD.as_bytes()), ("main.go", MAIN.as_bytes())]);
    symlink(&root, root.join("again")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    symlink("/etc", root.join("outside")).unwrap();
    let (tree, _) = run(&root).unwrap();
    assert!(tree.has("again") && tree.has("loop") && !tree.has("again/go.mod") && !tree.has("outside/passwd"));
}

#[test]
fn a_name_that_is_not_utf8_is_passed_over_and_said() {
    let (_directory, root) = project(&[("go.mod", GO_MOD.as_bytes()), ("main.go", MAIN.as_bytes())]);
    fs::write(root.as_std_path().join(std::ffi::OsStr::from_bytes(b"bad\xff.txt")), "").unwrap();
    let (tree, _) = run(&root).unwrap();
    assert_eq!(tree.notes().iter().map(|note| note.code).collect::<Vec<_>>(), ["tree::not-utf8"]);
}

#[test]
fn a_directory_that_cannot_be_listed_is_passed_over_and_said() {
    let (_directory, root) = project(&[("go.mod", GO_MOD.as_bytes()), ("main.go", MAIN.as_bytes()), ("closed/x.txt", b"")]);
    fs::set_permissions(root.join("closed"), fs::Permissions::from_mode(0o000)).unwrap();
    let listable = fs::read_dir(root.join("closed")).is_ok();
    let outcome = run(&root);
    fs::set_permissions(root.join("closed"), fs::Permissions::from_mode(0o755)).unwrap();
    if listable {
        eprintln!("SKIPPED: this user may list every directory, as root does");
        return;
    }
    assert_eq!(outcome.unwrap().0.notes().iter().map(|note| note.code).collect::<Vec<_>>(), ["tree::unreadable"]);
}

#[test]
fn a_tree_without_end_is_cut_and_said() {
    let (_directory, root) = project(&[("go.mod", GO_MOD.as_bytes()), ("main.go", MAIN.as_bytes())]);
    let deep: Utf8PathBuf = std::iter::repeat_n("d", 70).collect();
    fs::create_dir_all(root.join(&deep)).unwrap();
    fs::write(root.join(&deep).join("x.go"), MAIN).unwrap();
    let (tree, _) = run(&root).unwrap();
    assert_eq!(tree.notes().iter().map(|note| note.code).collect::<Vec<_>>(), ["tree::too-deep"]);
}

#[test]
fn ignored_files_do_not_count() {
    let (_directory, root) = project(&[
        (".gitignore", b"build/\n.env\n"),
        (".imggenignore", b"legacy/\n"),
        ("go.mod", GO_MOD.as_bytes()),
        ("main.go", MAIN.as_bytes()),
    ]);
    let (_, expected) = run(&root).unwrap();
    for (path, text) in
        [("build/main.go", MAIN), (".env", "SECRET=1"), ("legacy/go.mod", "broken ("), ("node_modules/x/go.mod", "broken (")]
    {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), text).unwrap();
    }
    let (_, output) = run(&root).unwrap();
    let texts = |output: &Output| output.files.iter().map(|file| file.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(&output), texts(&expected));
}

#[test]
fn a_line_for_a_binary_hides_no_program() {
    let (_directory, root) = project(&[
        (".gitignore", b"shopd\n"),
        ("go.mod", GO_MOD.as_bytes()),
        ("cmd/shopd/main.go", MAIN.as_bytes()),
        ("cmd/shopd/shopd", b"\x7fELF"),
    ]);
    let (tree, output) = run(&root).unwrap();
    assert!(tree.has("cmd/shopd/main.go") && !tree.has("cmd/shopd/shopd"));
    assert_eq!(output.plan.app, "shopd");
}

/// What is read of a project in `seconds`, on a thread that a pipe may keep for ever.
fn in_time(root: &Utf8PathBuf, seconds: u64) -> Result<(), String> {
    let (done, waits) = std::sync::mpsc::channel();
    let root = root.clone();
    std::thread::spawn(move || done.send(run(&root).map(drop).map_err(|error| format!("{}: {}", error.code, error.message))));
    waits.recv_timeout(std::time::Duration::from_secs(seconds)).unwrap_or_else(|_| Err("it hangs".into()))
}

fn pipe(path: &Utf8PathBuf) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn ignore_files_that_never_end_are_refused() {
    for place in [".gitignore", ".imggenignore", "web/.gitignore"] {
        for device in [true, false] {
            let (_directory, root) = project(&[("go.mod", GO_MOD.as_bytes()), ("main.go", MAIN.as_bytes()), ("web/x.txt", b"")]);
            if device {
                symlink("/dev/zero", root.join(place)).unwrap();
            } else {
                pipe(&root.join(place));
            }
            let error = in_time(&root, 20).unwrap_err();
            assert!(error.starts_with("tree::ignore-file: "), "{place}: {error}");
        }
    }
}

#[test]
fn pipes_among_the_sources_are_passed_over() {
    let (_directory, root) = project(&[("go.mod", GO_MOD.as_bytes()), ("main.go", MAIN.as_bytes())]);
    for name in ["other.go", "Procfile", "Dockerfile", ".dockerignore", "package.json"] {
        pipe(&root.join(name));
    }
    assert_eq!(in_time(&root, 20), Ok(()));
}

#[test]
fn what_a_killed_run_left_is_no_source() {
    let (_directory, root) = project(&[("go.mod", GO_MOD.as_bytes()), ("main.go", MAIN.as_bytes()), (".imggen-aB3x9Z", b"half")]);
    assert!(!run(&root).unwrap().0.has(".imggen-aB3x9Z"));
}

#[test]
fn properties_that_double_or_name_themselves_end() {
    let doubling: String = (0..60).map(|index| format!("<p{index}>${{p{0}}}${{p{0}}}${{p{0}}}</p{index}>", index + 1)).collect();
    for (properties, name, packaging) in [
        (doubling.as_str(), "${p0}", "jar"),
        ("<a>${b}</a><b>${a}</b>", "${a}", "jar"),
        ("", "${project.artifactId}${project.name}", "${project.packaging}"),
        ("", "${project.build.finalName}", "${packaging}${pom.packaging}"),
    ] {
        let pom = format!(
            "<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>{name}</artifactId><version>${{project.version}}</version><packaging>{packaging}</packaging><properties>{properties}</properties><build><finalName>{name}</finalName></build></project>"
        );
        let (_directory, root) =
            project(&[("pom.xml", pom.as_bytes()), ("src/main/java/App.java", b"class App { public static void main(String[] a) {} }")]);
        assert_ne!(in_time(&root, 20), Err("it hangs".into()), "{properties}");
    }
}

#[test]
fn no_directory_is_an_error() {
    assert_eq!(Tree::open("/nowhere/at/all").unwrap_err().code, "tree::no-directory");
}
