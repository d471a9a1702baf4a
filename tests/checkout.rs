//! Checkouts as git and people leave them: work trees and submodules whose `.git` is a file, submodules that nobody fetched, pointers of
//! Git LFS, links, files that their owner alone may read, databases of which nothing tells whether they are committed.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use imggen::internal::detect;
use imggen::{Diagnostic, Layers, Output, Packs, Tree, generate};
use tempfile::TempDir;

const GO: [(&str, &str); 2] = [
    ("go.mod", "module example.com/shop\n\ngo 1.26\n"),
    ("main.go", "package main\n\nimport \"os\"\n\nfunc main() { os.ReadFile(\"conf/shop.conf\") }\n"),
];

fn project(files: &[(&str, &str)]) -> (TempDir, Utf8PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let root = Utf8PathBuf::from_path_buf(home.path().join("shop")).unwrap();
    for (path, text) in files {
        put(&root, path, text);
    }
    (home, root)
}

fn put(root: &Utf8Path, path: &str, text: &str) {
    fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
    fs::write(root.join(path), text).unwrap();
}

fn git(at: &Utf8Path, words: &[&str]) {
    let settings = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "protocol.file.allow=always"];
    assert!(Command::new("git").args(settings).args(words).current_dir(at).status().unwrap().success(), "{words:?}");
}

fn commit(root: &Utf8Path) {
    git(root, &["init", "-q"]);
    git(root, &["add", "-A", "-f"]);
    git(root, &["commit", "-q", "-m", "x"]);
}

fn run(root: &Utf8Path) -> Result<Output, Box<Diagnostic>> {
    generate(&Tree::open(root)?, &Layers::default(), &Packs::default())
}

fn notes(root: &Utf8Path) -> Vec<(&'static str, String)> {
    let tree = Tree::open(root).unwrap();
    detect(&tree).unwrap().notes.into_iter().map(|note| (note.code, note.message)).collect()
}

fn texts(output: &Output) -> Vec<&str> {
    output.files.iter().map(|file| file.text.as_str()).collect()
}

#[test]
fn a_work_tree_and_a_submodule_have_their_index_elsewhere() {
    let mut files = GO.to_vec();
    files.extend([(".gitignore", "*.conf\n"), ("conf/shop.conf", "tracked all the same")]);
    let (home, root) = project(&files);
    commit(&root);
    let expected = run(&root).unwrap();
    assert!(texts(&expected).iter().any(|text| text.contains("!conf/shop.conf")), "{:?}", texts(&expected));
    let above = Utf8Path::from_path(home.path()).unwrap();
    git(&root, &["worktree", "add", "-q", "../other/shop"]);
    git(above, &["init", "-q", "whole"]);
    git(&above.join("whole"), &["submodule", "--quiet", "add", root.as_str(), "shop"]);
    for place in ["other/shop", "whole/shop"] {
        assert!(above.join(place).join(".git").is_file());
        assert_eq!(texts(&run(&above.join(place)).unwrap()), texts(&expected), "{place}");
    }
}

#[test]
fn a_submodule_that_nobody_fetched_is_refused_where_the_build_needs_it() {
    let modules = "[submodule \"money\"]\n\tpath = third_party/money\n\turl = https://example.com/money.git\n";
    let (_home, root) = project(&[GO[0], GO[1], (".gitmodules", modules)]);
    let (code, message) = notes(&root).remove(0);
    assert!(code == "checkout::submodule" && message.contains("third_party/money"), "{message}");
    put(
        &root,
        "go.mod",
        "module example.com/shop\n\ngo 1.26\n\nrequire example.com/money v0.0.0\n\nreplace example.com/money => ./third_party/money\n",
    );
    let error = run(&root).unwrap_err();
    assert_eq!((error.code, error.help[0].as_str()), ("checkout::submodule", "`git submodule update --init third_party/money` fetches it"));
    put(&root, "third_party/money/go.mod", "module example.com/money\n\ngo 1.26\n");
    assert_eq!(notes(&root), []);
}

#[test]
fn pointers_of_git_lfs_are_told_from_files() {
    let attributes = "*.bin filter=lfs diff=lfs merge=lfs -text\n";
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n";
    let (_home, root) =
        project(&[GO[0], GO[1], (".gitattributes", attributes), ("models/a.bin", pointer), ("models/b.bin", "itself"), ("c.txt", pointer)]);
    let (code, message) = notes(&root).remove(0);
    assert_eq!((code, message.split(" is ").next()), ("checkout::pointer", Some("`models/a.bin`")));
    put(&root, "models/a.bin", "itself too");
    assert_eq!(notes(&root), []);
}

#[test]
fn a_link_inside_the_project_is_the_file_and_one_out_of_it_is_none() {
    let (home, root) = project(&[("build/go.mod", GO[0].1), GO[1], ("conf/shop.conf", "")]);
    symlink("build/go.mod", root.join("go.mod")).unwrap();
    let (_plain, plain) = project(&[GO[0], GO[1], ("conf/shop.conf", ""), ("build/go.mod", "module x\n")]);
    assert_eq!(texts(&run(&root).unwrap())[0], texts(&run(&plain).unwrap())[0]);
    fs::rename(root.join("build/go.mod"), home.path().join("go.mod")).unwrap();
    for target in ["../go.mod", "go.mod", home.path().join("go.mod").to_str().unwrap()] {
        fs::remove_file(root.join("go.mod")).unwrap();
        symlink(target, root.join("go.mod")).unwrap();
        assert_eq!(run(&root).unwrap_err().code, "tree::unreadable", "{target}");
    }
}

#[test]
fn a_link_to_a_directory_of_the_project_is_followed_and_one_out_of_it_is_named() {
    let (home, root) = project(&[GO[0], GO[1], ("etc/shop.conf", "")]);
    fs::create_dir(home.path().join("outside")).unwrap();
    fs::write(home.path().join("outside/shop.conf"), "").unwrap();
    for (target, is_read, is_out) in [("etc", true, false), ("../outside", false, true), ("/etc", false, true), ("conf", false, false)] {
        symlink(target, root.join("conf")).unwrap();
        let output = run(&root).unwrap();
        assert_eq!(output.files[0].text.contains("COPY etc/shop.conf /app/conf/shop.conf\n"), is_read, "{target}");
        assert_eq!(notes(&root).iter().any(|(code, _)| *code == "checkout::link"), is_out, "{target}");
        fs::remove_file(root.join("conf")).unwrap();
    }
}

#[test]
fn files_that_their_owner_alone_may_read_are_named_where_the_image_takes_them_as_they_are() {
    let (_home, root) = project(&[GO[0], GO[1], ("conf/shop.conf", ""), ("conf/mail.conf", "")]);
    let said = |root: &Utf8Path| {
        let warnings = run(root).unwrap().plan.warnings;
        warnings.into_iter().filter(|warning| warning.code == "context::mode").map(|warning| warning.message).collect::<Vec<_>>()
    };
    assert_eq!(said(&root), Vec::<String>::new());
    // what the build alone reads, nobody has to
    fs::set_permissions(root.join("main.go"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(root.join("conf/mail.conf"), fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(said(&root), Vec::<String>::new());
    fs::set_permissions(root.join("conf/shop.conf"), fs::Permissions::from_mode(0o640)).unwrap();
    let message = "only its owner may read `conf/shop.conf`, and the image's user is another: COPY keeps the mode";
    assert_eq!(said(&root), [message]);
}

#[test]
fn a_database_that_may_not_be_committed_is_said_where_no_index_tells() {
    let main = "package main\n\nimport \"os\"\n\nfunc main() { os.ReadFile(\"songs.db\") }\n";
    let (_home, root) = project(&[GO[0], ("main.go", main), ("songs.db", "")]);
    let said = |root: &Utf8Path| {
        let output = run(root).unwrap();
        let is_in = texts(&output).iter().any(|text| text.contains("!songs.db"));
        (is_in, output.plan.warnings.iter().any(|warning| warning.code == "context::state"))
    };
    assert_eq!(said(&root), (true, true));
    put(&root, ".gitignore", "*.db\n");
    assert_eq!(said(&root), (false, false));
    fs::remove_file(root.join(".gitignore")).unwrap();
    commit(&root);
    assert_eq!(said(&root), (true, false));
    // it is read and stays out: the image lacks it, and that is said
    git(&root, &["rm", "-q", "--cached", "songs.db"]);
    assert_eq!(said(&root), (false, true));
}
