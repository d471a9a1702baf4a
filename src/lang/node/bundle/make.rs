//! The bundle of a program: whether it is asked for, the command that makes it, what the image takes.

use camino::Utf8Path;

use super::{Bundle, Bundling, Format};
use crate::choices::Choices;
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Result};
use crate::lang::node::build::{APP, Maker, place};
use crate::lang::node::{Facts, Modules, Start};
use crate::layers::Chosen;
use crate::plan::{Copy, ShellLine, Target};
use crate::tree::path::normal;

/// Where the build stage puts it.
const OUTPUT: &str = "/out/bundle.js";
/// Gives a file of modules the `require` that packages of the older kind call.
const REQUIRE: &str = r#"--banner:js='import{createRequire as __rq}from"module";const require=__rq(import.meta.url);'"#;

/// A package that asks for its place by `import.meta` would be told nothing: it fails when it is built, and not when it runs.
const NO_META: &str = "--log-override:empty-import-meta=error";

/// The bundle, where the settings ask for one.
///
/// # Errors
/// When the program would not run as one file.
pub(in crate::lang::node) fn asked<'f>(facts: &Facts, start: &'f Start, choices: &Choices<'_>) -> Result<Option<&'f Bundle>> {
    if !setting(choices).is_some_and(|asked| asked.value) {
        return Ok(None);
    }
    let bundle = match &start.bundling {
        Bundling::Safe(bundle) => bundle,
        Bundling::Unsafe(why) => return Err(why.clone()),
    };
    if matches!(facts.modules, Modules::None { .. }) {
        let error = Diagnostic::error("node::bundle", "there is nothing to bundle: no package is needed when it runs");
        return Err(error.because(&start.at).help("leave `node.bundle` out: the image holds no node_modules").into());
    }
    let command = choices.layers.iter().find_map(|layer| layer.settings().languages.node.command.as_ref());
    if let Some(command) = command.filter(|words| !words.iter().any(|word| normal(Utf8Path::new(word)) == bundle.file)) {
        let message = format!("`node.command` starts `{}`, and `node.bundle` makes one file of `{}`", command.join(" "), bundle.file);
        return Err(Diagnostic::usage("node::bundle", message).help("leave one of the two out").into());
    }
    Ok(Some(bundle))
}

fn setting(choices: &Choices<'_>) -> Option<Chosen<bool>> {
    choices.layers.choose("node.bundle", |settings| settings.languages.node.bundle)
}

/// What cannot be known of a bundle before it runs.
pub(in crate::lang::node) fn warning() -> Diagnostic {
    Diagnostic::warning("node::bundle-untried", "what packages load or read from beside themselves is not in the one file")
        .info("packages that are known to are refused, and no list of them is whole; paths that the program computes are not seen")
        .help("try it: start the image, and use all that the program does")
}

impl Maker<'_> {
    /// The command that makes the bundle, in lines.
    pub(in crate::lang::node) fn bundling(&self) -> Option<[ShellLine; 3]> {
        let bundle = self.bundle?;
        let entry = self.facts.directory.join(&bundle.entry);
        let (format, more) = match bundle.format {
            Format::Esm => ("--format=esm", REQUIRE),
            Format::Cjs => ("--format=cjs", NO_META),
        };
        // traces and logs name functions and classes: nothing is renamed, and nothing is made smaller at their cost
        let bundles = ShellLine::of("esbuild").path(entry).then("--bundle --platform=node");
        let bundles = bundles.word(format!("--target=node{}", self.version)).then("--keep-names").then(format);
        let traces = ShellLine::of(if self.target == Target::Production { "" } else { "--sourcemap=inline" });
        Some([bundles, ShellLine::of(more), traces.word(format!("--outfile={OUTPUT}"))])
    }

    /// What the image takes where it has a bundle.
    pub(in crate::lang::node) fn bundled(&self, bundle: &Bundle) -> Vec<Copy> {
        let facts = self.facts;
        let here = |path: &Utf8Path| place(&facts.directory.join(path)).to_string();
        let manifest = here(Utf8Path::new("package.json"));
        let manifest = bundle.needs_manifest().then(|| Copy::stage("build", manifest.as_str(), manifest.as_str()));
        let beside = bundle.beside.iter().map(|path| Copy::stage("build", here(path), here(path)));
        let file = Copy::stage("build", OUTPUT, here(&bundle.file));
        manifest.into_iter().chain(beside).chain([file]).collect()
    }

    /// What the image has of the dependencies: a bundle, or the offer of one.
    pub(in crate::lang::node) fn packed(&self, dependencies: Decision) -> Vec<Decision> {
        let asked = setting(self.choices);
        match (self.bundle, &asked, &self.start.bundling) {
            (Some(bundle), Some(asked), _) => {
                let value = format!("in one file, {APP}/{}", self.facts.directory.join(&bundle.file));
                let why = "fewer and smaller files; its names are kept, and traces show its lines in place of the packages' own";
                vec![dependencies, Decision::chosen(Topic::Dependencies, value, asked).why(why)]
            }
            (None, None, Bundling::Safe(_)) if matches!(self.facts.modules, Modules::Production { .. }) => {
                let why = "smaller and of fewer files, but traces show its lines, and what packages read beside themselves is lost";
                vec![dependencies.over("one file without node_modules (`node.bundle = true`)", why, &[])]
            }
            _ => vec![dependencies],
        }
    }
}
