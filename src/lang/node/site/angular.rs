//! `angular.json`: which project is built, and where it goes.

use camino::Utf8PathBuf;

use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::node::package::Package;
use crate::read::document::{Document, Value};
use crate::tree::Tree;

const WORKSPACE: Rule = Rule::parsed("node.angular-project", "Angular's workspace says so");

/// What the workspace says of the project that is built.
pub(super) struct Project {
    /// Where the pages go.
    pub(super) directory: Fact<Utf8PathBuf>,
    /// The path that its addresses begin with.
    pub(super) base: Option<Fact<String>>,
    /// What names its files by their content.
    pub(super) hashed: Option<Evidence>,
}

/// Reads the project that `ng build` builds: the one that `named` names, or the only application.
///
/// # Errors
/// When the file is broken, or has several applications and nothing says which one is meant.
pub(super) fn project(tree: &Tree, package: &Package<'_>, named: Option<&str>) -> Result<Option<Project>> {
    let file = package.inside("angular.json");
    let Some(text) = tree.manifest(&file)? else { return Ok(None) };
    let document = Document::jsonc(&file, text)?;
    let programs: Vec<_> = document
        .get(&["projects"])
        .map(Value::map)
        .unwrap_or_default()
        .iter()
        .filter(|(_, project)| project.get(&["projectType"]).and_then(Value::string) != Some("library"))
        .collect();
    let default = document.string(&["defaultProject"]).map(|(name, _)| name);
    let wanted = named.or(default);
    let chosen = match (wanted, programs.as_slice()) {
        (Some(name), _) => programs.iter().find(|(key, _)| key.name == name),
        (None, [one]) => Some(one),
        (None, []) => None,
        (None, several) => {
            let listed: Vec<_> = several.iter().map(|(key, _)| format!("`{}`", key.name)).collect();
            let message = format!(
                "Angular's workspace has {} applications, and nothing says which one is built: {}",
                several.len(),
                listed.join(", ")
            );
            let error = Diagnostic::usage("node::angular-projects", message);
            let error = several.iter().fold(error, |error, (key, value)| error.because(&document.entry_evidence(key, value, WORKSPACE)));
            return Err(error.help(format!("name it in the script: `\"build\": \"ng build {}\"`", several[0].0.name)).into());
        }
    };
    let Some((key, project)) = chosen else { return Ok(None) };
    let here = document.entry_evidence(key, project, WORKSPACE);
    let target = ["architect", "targets"].into_iter().find_map(|name| project.get(&[name, "build"]));
    let builder = target.and_then(|target| target.get(&["builder"])).and_then(Value::string).unwrap_or_default();
    let options = target.and_then(|target| target.get(&["options"]));
    let value = |name: &[&str]| {
        let production = target.and_then(|target| target.get(&["configurations", "production"])).and_then(|own| own.get(name));
        production.or_else(|| options?.get(name))
    };
    let path = |name: &[&str]| value(name).and_then(|value| Some((value.string()?, document.evidence(value, WORKSPACE))));
    // the newer builder puts what browsers get beside what a server would
    let below = if builder.ends_with(":application") { "browser" } else { "" };
    let (base, browser, at) = match (path(&["outputPath"]), path(&["outputPath", "base"])) {
        (Some((base, at)), _) => (base.to_owned(), below.to_owned(), at),
        (None, Some((base, at))) => {
            let browser = path(&["outputPath", "browser"]).map_or(below, |(browser, _)| browser);
            (base.to_owned(), browser.to_owned(), at)
        }
        (None, None) => (format!("dist/{}", key.name), below.to_owned(), here.clone()),
    };
    let directory = Fact::new(Utf8PathBuf::from(base).join(browser), at);
    let base = path(&["baseHref"]).map(|(base, at)| Fact::new(base.to_owned(), at));
    let hashing = path(&["outputHashing"]).filter(|(kind, _)| *kind == "all").map(|(_, at)| at);
    Ok(Some(Project { directory, base, hashed: hashing }))
}

/// A server that renders the pages.
pub struct Rendering {
    /// Where it goes.
    pub directory: Fact<Utf8PathBuf>,
    /// Its file there.
    pub file: &'static str,
    /// What builds it besides the pages, where that does not.
    pub apart: Option<String>,
}

/// The servers that the workspace's applications build.
pub fn servers(tree: &Tree, package: &Package<'_>) -> Vec<Rendering> {
    let file = package.inside("angular.json");
    let Some(document) = tree.text(&file).ok().and_then(|text| Document::jsonc(&file, text).ok()) else { return Vec::new() };
    let projects = document.get(&["projects"]).map(Value::map).unwrap_or_default().iter();
    let server = |(key, project): &(crate::read::document::Key<'_>, Value<'_>)| {
        let targets = ["architect", "targets"].into_iter().find_map(|name| project.get(&[name]))?;
        let at = document.entry_evidence(key, project, WORKSPACE);
        if let Some(path) = targets.get(&["server", "options", "outputPath"]) {
            let directory = Fact::new(path.string()?.into(), document.evidence(path, WORKSPACE));
            let apart = targets.get(&["server", "configurations", "production"]).map_or("", |_| ":production");
            return Some(Rendering { directory, file: "main.js", apart: Some(format!("ng run {}:server{apart}", key.name)) });
        }
        let options = targets.get(&["build", "options"])?;
        let rendered = options.get(&["ssr"]).filter(|ssr| ssr.boolean() != Some(false))?;
        let is_static = options.get(&["outputMode"]).and_then(Value::string) == Some("static");
        let base = ["outputPath"].iter().find_map(|name| options.get(&[name]));
        let base = base.and_then(|base| base.string().or_else(|| base.get(&["base"])?.string()));
        let base = base.map_or_else(|| format!("dist/{}", key.name), str::to_owned);
        let at = at.under(WORKSPACE);
        let directory = Fact::new(Utf8PathBuf::from(base).join("server"), at).and(document.evidence(rendered, WORKSPACE));
        (!is_static).then_some(Rendering { directory, file: "server.mjs", apart: None })
    };
    projects.filter_map(server).collect()
}
