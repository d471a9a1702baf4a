//! Keys, logins and local state that lie in a project, ignored by git or not, at the root and below: none of them reaches the builder,
//! whatever the language.

mod common;

use anyhow::{Context as _, Result, ensure};
use camino::{Utf8Path, Utf8PathBuf};
use imggen::internal::Ignore;
use imggen::{Layers, Packs, Tree, generate};

use common::planted::plant;
use common::tests;

/// One project for each language, and a site.
const PROJECTS: [&str; 6] = ["go-http", "java-plain", "node-http", "python-flask", "rust-std", "site-plain"];

#[test]
fn nothing_that_is_private_is_sent() -> Result<()> {
    for project in PROJECTS {
        let home = tempfile::tempdir()?;
        let root = Utf8Path::from_path(home.path()).context("a path")?;
        copy(&fixture(project)?, root)?;
        let planted = plant(root)?;
        let output = generate(&Tree::open(root)?, &Layers::default(), &Packs::default()).with_context(|| project.to_owned())?;
        let text = output.files.iter().find(|file| file.path == ".dockerignore").context("no .dockerignore")?;
        let ignore = Ignore::parse(&text.text);
        let sent: Vec<_> = planted.iter().filter(|path| ignore.hides(path).is_none()).collect();
        ensure!(sent.is_empty(), "{project} sends {sent:?}");
    }
    Ok(())
}

fn fixture(name: &str) -> Result<Utf8PathBuf> {
    Utf8PathBuf::from_path_buf(tests("fixtures").join(name)).map_err(|path| anyhow::anyhow!("{}", path.display()))
}

fn copy(from: &Utf8Path, to: &Utf8Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in from.read_dir_utf8()? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() { copy(entry.path(), &target)? } else { _ = std::fs::copy(entry.path(), &target)? }
    }
    Ok(())
}
