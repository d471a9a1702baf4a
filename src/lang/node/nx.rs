//! Nx: where its targets put what they build, and what that was written as.

use camino::{Utf8Path, Utf8PathBuf};

use super::bundler::settings::Settings;
use super::package::Package;
use crate::evidence::{Fact, Rule};
use crate::read::document::Document;
use crate::tree::Tree;
use crate::tree::path::normal;

const PUTS: Rule = Rule::parsed("node.nx-output", "Nx puts there what it builds");

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

/// Where Nx puts the pages of a project, relative to the package; `name` is the project's.
pub fn pages(tree: &Tree, root: &Package<'_>, name: &str) -> Option<Fact<Utf8PathBuf>> {
    let mut projects = tree.below(&root.directory).filter(|path| path.file_name() == Some("project.json"));
    let of = |file: &Utf8Path| Document::jsonc(file, tree.text(file).ok()?).ok();
    let named = |file: &Utf8Path, document: &Document<'_>| {
        let stated = document.string(&["name"]).map(|(name, _)| name);
        stated.or_else(|| file.parent()?.file_name()) == Some(name)
    };
    let (file, document) = projects.find_map(|file| Some((file, of(file).filter(|document| named(file, document))?)))?;
    let directory = file.parent().unwrap_or(Utf8Path::new(""));
    let option = ["outputPath", "outputDir", "outDir"];
    let stated = option.iter().find_map(|key| document.string(&["targets", "build", "options", key]));
    let stated = stated.or_else(|| {
        let outputs = document.strings(&["targets", "build", "outputs"]);
        outputs.into_iter().find(|(path, _)| !path.contains("{options."))
    });
    let inside = |path: Utf8PathBuf| path.strip_prefix(&root.directory).map(Utf8Path::to_owned).ok();
    if let Some((path, value)) = stated {
        // Angular's newer builder puts what browsers get below
        let executor = document.string(&["targets", "build", "executor"]).map_or("", |(executor, _)| executor);
        let below = if executor.ends_with(":application") { "browser" } else { "" };
        let path = inside(normal(placed(root, directory, path).join(below)))?;
        return Some(Fact::new(path, document.evidence(value, PUTS)));
    }
    let settings = ["vite.config", "rsbuild.config"].iter().find_map(|stem| {
        let endings = ["ts", "mts", "js", "mjs"];
        endings.iter().find_map(|ending| Settings::of(tree, &directory.join(format!("{stem}.{ending}"))))
    })?;
    let set = settings.text(&["build", "outDir"])?;
    let path = inside(normal(directory.join(&set.value)))?;
    Some(set.with(path))
}

/// A path of a target, which may begin at the workspace or at the project.
fn placed(root: &Package<'_>, directory: &Utf8Path, path: &str) -> Utf8PathBuf {
    match path.strip_prefix("{projectRoot}") {
        Some(rest) => normal(directory.join(rest.trim_start_matches('/'))),
        None => root.inside(path.trim_start_matches("{workspaceRoot}").trim_start_matches('/')),
    }
}

fn application(tree: &Tree, root: &Package<'_>, file: &Utf8Path) -> Option<Application> {
    let document = Document::jsonc(file, tree.text(file).ok()?).ok()?;
    let text = |keys: &[&str]| document.string(keys).map(|(text, _)| text);
    if text(&["projectType"]).is_some_and(|kind| kind != "application") {
        return None;
    }
    let directory = file.parent().unwrap_or(Utf8Path::new(""));
    let sources = text(&["sourceRoot"]).map_or_else(|| directory.join("src"), |path| root.inside(path));
    let inside = |path: &str| placed(root, directory, path);
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
