//! Packages that become a site: what bundles them, where it leaves the files, and how those are handed out.

pub mod angular;
mod command;
mod outputs;
mod project;
mod runner;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::baked::{self, Baked};
use super::build::{self, APP, Build};
use super::bundle::Bundling;
use super::bundler::{Bundler, Pages};
use super::package::Package;
use super::runtime::Runtime;
use super::{Facts, Start, Taken};
use crate::app::Behaviour;
use crate::choices::Choices;
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact};
use crate::plan::{Blueprint, Setting, Target};
use crate::settings::tree_path;
use crate::tree::Tree;
use crate::tree::path::normal;
use crate::web::{self, Site};

/// Pages, as a build leaves them.
#[derive(Debug, Serialize)]
pub struct Output {
    /// What builds them.
    pub bundler: Bundler,
    /// Where they lie then, inside the package, where that can be seen.
    pub directory: Option<Utf8PathBuf>,
    /// What says so, where it is not the bundler's own choice.
    pub because: Option<Evidence>,
    /// How they are handed out.
    pub site: Site,
    /// What of the build's environment ends in them.
    pub baked: Vec<Fact<Baked>>,
    /// Why this is what is built.
    pub at: Evidence,
}

/// What a bundler's settings say of its output.
#[derive(Debug)]
struct Bundled {
    /// None where nothing shows it.
    directory: Option<Utf8PathBuf>,
    because: Option<Evidence>,
    base: Option<Fact<String>>,
    hashed: Option<Fact<web::Hashed>>,
    otherwise: web::Otherwise,
    bare_names: bool,
}

/// Looks at what is built.
///
/// # Errors
/// When a settings file of the bundler is broken, or what it names cannot be a directory of the package.
pub fn look(tree: &Tree, package: &Package<'_>, root: &Package<'_>, pages: &Pages) -> Result<(Output, Behaviour)> {
    let bundled = project::Project { tree, package, root, pages }.read()?;
    let at = &pages.at;
    // what a build leaves is still to be made, so that any of its kind may be there
    let types = web::types_of_any();
    let Bundled { directory, because, base, hashed, otherwise, bare_names } = bundled;
    let directory = directory.map(|directory| inside(package, &directory, because.as_ref().unwrap_or(at))).transpose()?;
    let site = Site { page: at.clone(), base, otherwise, hashed, bare_names, types };
    let behaviour = Behaviour { listens: vec![web::listens(at)], needs: web::needs(at), ..Behaviour::default() };
    let baked = baked::find(tree, package);
    Ok((Output { bundler: pages.bundler, directory, because, site, baked, at: at.clone() }, behaviour))
}

/// What a build of the pages makes, relative to the project's root; none where nothing shows it.
///
/// # Errors
/// When a settings file of the bundler is broken.
pub fn output(tree: &Tree, package: &Package<'_>, root: &Package<'_>, pages: &Pages) -> Result<Option<Fact<Utf8PathBuf>>> {
    let bundled = project::Project { tree, package, root, pages }.read()?;
    let at = bundled.because.unwrap_or_else(|| pages.at.clone());
    Ok(bundled.directory.map(|directory| Fact::new(normal(package.directory.join(directory)), at)))
}

impl Output {
    /// Where the files are: what a setting says, or else what was seen.
    ///
    /// # Errors
    /// When neither says it, or the setting names no directory inside the package.
    fn place(&self, choices: &Choices<'_>) -> Result<(Utf8PathBuf, Decision)> {
        if let Some(set) = choices.layers.choose("node.output", |settings| settings.languages.node.output.clone()) {
            let directory = tree_path(&set.value);
            if directory.as_str().is_empty() || !web::is_plain(directory.as_str()) {
                let message = format!("`{}` cannot be where the site is built: it has to be a directory inside the package", set.value);
                return Err(set.blame(Diagnostic::usage("node::output-directory", message)).into());
            }
            let decision = Decision::chosen(Topic::Files, directory.as_str(), &set);
            return Ok((directory, decision));
        }
        let because = self.because.as_ref().unwrap_or(&self.at);
        let Some(directory) = &self.directory else {
            let message =
                format!("nothing shows in which directory the build leaves the site: {} is not all that builds it", self.bundler.name());
            let error = Diagnostic::usage("node::output-unknown", message).because(because);
            return Err(error.help("name its output: `--set node.output=dist`, or `[node]` `output = \"dist\"` in imggen.toml").into());
        };
        let decision = Decision::detected(Topic::Files, directory.as_str(), std::slice::from_ref(because));
        Ok((directory.clone(), decision.why(format!("where {} leaves them", self.bundler.name()))))
    }
}

/// The output's directory, which has to lie in the build context.
fn inside(package: &Package<'_>, directory: &Utf8Path, because: &Evidence) -> Result<Utf8PathBuf> {
    let path = normal(package.directory.join(directory));
    let outside = path.is_absolute() || path.starts_with("..") || path.as_str().is_empty() || !web::is_plain(path.as_str());
    if outside {
        let message = format!("`{directory}` cannot be where the site is built: it has to be a directory inside the project");
        return Err(Diagnostic::error("node::output-directory", message).because(because).into());
    }
    Ok(normal(directory))
}

/// The build stages of a site, and the server in place of node.
pub(super) fn blueprint(facts: &Facts, output: &Output, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Build>> {
    let nothing = Start {
        runtime: Fact::new(Runtime::Node, output.at.clone()),
        what: output.bundler.name().to_owned(),
        words: Vec::new(),
        dependency: None,
        program: None,
        line: None,
        env: Vec::new(),
        taken: Taken::Parts(Vec::new()),
        owned: false,
        modules: false,
        bundling: Bundling::elsewhere(output.bundler.name(), &output.at),
        tool: false,
        baked: output.baked.clone(),
        at: output.at.clone(),
    };
    let mut blueprint = build::blueprint(facts, &nothing, choices, target)?;
    // nothing else stands on what is installed, so that one stage does both
    blueprint.build.first = "build";
    if target == Target::Part {
        // files for a program of any processor are built once
        blueprint.build.cross = true;
        return Ok(Blueprint { takes: Vec::new(), entrypoint: Vec::new(), arguments: Vec::new(), ports: Vec::new(), ..blueprint });
    }
    let site = output.site.under(&choices.layers);
    let (inside, files) = output.place(choices)?;
    let directory = build::place(&facts.directory.join(&inside));
    blueprint.build.compress = site.compress(&facts.directory.join(&inside));
    let mut decisions = blueprint.decisions;
    decisions.push(files);
    decisions.extend(site.decisions(&choices.layers));
    Ok(Blueprint {
        headline: match target {
            Target::Production | Target::Part => format!("{}, served by nginx", blueprint.headline),
            Target::Debug(_) => "the same files and server".into(),
        },
        takes: vec![site.take(directory.as_str())],
        env: BTreeMap::new(),
        setting: Setting { web: Some(site.server(&choices.ports)), sources: Some(APP.into()), ..Setting::default() },
        entrypoint: web::entrypoint(),
        arguments: Vec::new(),
        ports: Vec::new(),
        decisions,
        ..blueprint
    })
}
