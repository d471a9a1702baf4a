//! Nx: where its targets put what they build, and what that was written as.

use camino::{Utf8Path, Utf8PathBuf};

use super::package::Package;
use crate::read::document::Document;
use crate::tree::Tree;
use crate::tree::path::normal;

/// An application of an Nx workspace.
#[derive(Debug)]
pub struct Application {
    /// Its name in the workspace.
    pub name: String,
    /// Where its build puts it, relative to the project's root.
    pub output: Utf8PathBuf,
    /// The source that it starts in, relative to the project's root.
    pub main: Utf8PathBuf,
}

impl Application {
    /// What its build makes of the source that it starts in, relative to the project's root.
    pub fn made(&self) -> Utf8PathBuf {
        self.output.join(self.main.file_stem().unwrap_or("main")).with_extension("js")
    }
}

/// The programs of the workspace whose root is this package; pages have a page in their place.
pub fn applications(tree: &Tree, root: &Package<'_>) -> Vec<Application> {
    if !tree.has(root.inside("nx.json")) {
        return Vec::new();
    }
    let projects = tree.below(&root.directory).filter(|path| path.file_name() == Some("project.json"));
    projects.filter_map(|file| application(tree, root, file)).collect()
}

fn application(tree: &Tree, root: &Package<'_>, file: &Utf8Path) -> Option<Application> {
    let document = Document::jsonc(file, tree.text(file).ok()?).ok()?;
    let text = |keys: &[&str]| document.string(keys).map(|(text, _)| text);
    if text(&["projectType"]).is_some_and(|kind| kind != "application") {
        return None;
    }
    let directory = file.parent().unwrap_or(Utf8Path::new(""));
    let sources = text(&["sourceRoot"]).map_or_else(|| directory.join("src"), |path| root.inside(path));
    let inside = |path: &str| match path.strip_prefix("{projectRoot}") {
        Some(rest) => normal(directory.join(rest.trim_start_matches('/'))),
        None => root.inside(path.trim_start_matches("{workspaceRoot}").trim_start_matches('/')),
    };
    let stated = text(&["targets", "build", "options", "main"]).map(|path| root.inside(path));
    let usual = || ["main.ts", "main.js", "index.ts", "server.ts"].iter().map(|name| sources.join(name)).find(|path| tree.has(path));
    let main = stated.filter(|path| tree.has(path)).or_else(usual)?;
    if tree.has(sources.join("index.html")) || tree.has(directory.join("index.html")) {
        return None;
    }
    let set = text(&["targets", "build", "options", "outputPath"]);
    let declared =
        document.strings(&["targets", "build", "outputs"]).first().map(|(path, _)| *path).filter(|path| !path.contains("{options."));
    let beside = || root.inside("dist").join(directory.strip_prefix(&root.directory).unwrap_or(directory));
    let output = set.or(declared).map_or_else(beside, inside);
    let name = text(&["name"]).or(directory.file_name())?.to_owned();
    Some(Application { name, output, main })
}
