//! What a package's build script starts and asks for, before anything of the package is compiled.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::outline::outline;
use super::scan::{Kind, scan};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::need::Need;
use crate::program::{Program, Source};
use crate::tree::Tree;
use crate::tree::path::inside;

const STARTS: Rule = Rule::parsed("rust.build-starts", "the build script starts this");
const OUTSIDE: Rule = Rule::parsed("rust.build-outside", "the build script reads this");
const BUILDS: Rule = Rule::parsed("rust.build-builds", "the build script builds the package in this directory");
const SAYS: Rule = Rule::parsed("rust.compile-error-says", "this is what the compiler says then");
const ASKS: Rule = Rule::parsed("rust.compile-error", "nothing compiles without one of these features");

/// What comes with every toolchain.
const ALWAYS_THERE: [&str; 4] = ["cargo", "rustc", "rustfmt", "cc"];

/// What was found.
#[derive(Debug, Default)]
pub struct Scripts {
    /// Programs that build scripts start.
    pub needs: Vec<Fact<Need>>,
    /// Packages of another toolchain that they speak of by their directories.
    pub builds: Vec<Fact<Utf8PathBuf>>,
    /// The revision of the repository is asked for.
    pub history: Option<Evidence>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// A package whose build script is looked at.
#[derive(Debug)]
pub struct Scripted<'p> {
    /// Its directory.
    pub directory: &'p Utf8Path,
    /// Its script, where that lies elsewhere than usual.
    pub script: Option<Utf8PathBuf>,
    /// Its features that are on.
    pub features: &'p BTreeSet<String>,
}

/// Looks through the build scripts of these packages.
///
/// # Errors
/// When a pack's vocabulary is broken.
pub fn look<'p>(tree: &Tree, packages: impl Iterator<Item = Scripted<'p>>, catalog: &Catalog) -> Result<Scripts> {
    let mut scripts = Scripts::default();
    let vocabulary = catalog.vocabulary("rust")?;
    for package in packages {
        let path = package.script.unwrap_or_else(|| package.directory.join("build.rs"));
        let Some((path, text)) = tree.paths().find(|known| *known == path).and_then(|path| Some((path, tree.text(path).ok()?))) else {
            continue;
        };
        let source = Source::new(path, text, "crate", outline(text, "crate", Some(package.features)));
        for started in Program::new(vec![&source], vocabulary).starts() {
            if let Need::Program(name) = &started.value
                && !ALWAYS_THERE.contains(&name.as_str())
            {
                scripts.start(name, &started.because()[0].under(STARTS), catalog);
            }
        }
        scripts.outside(package.directory, &source);
        for (text, at) in &source.outline.texts {
            let Some(directory) = inside(package.directory, Utf8Path::new(text)).filter(|_| !text.is_empty()) else { continue };
            if directory != *package.directory && tree.has(directory.join("package.json")) {
                scripts.builds.push(Fact::new(directory, source.evidence(*at, BUILDS)));
            }
        }
    }
    Ok(scripts)
}

impl Scripts {
    fn start(&mut self, name: &str, evidence: &Evidence, catalog: &Catalog) {
        if name == "git" {
            self.history.get_or_insert_with(|| evidence.clone());
        }
        let need = Need::Program(name.to_owned());
        if catalog.knows(&need) {
            self.needs.push(Fact::new(need, evidence.clone()));
            return;
        }
        let message = format!(
            "the build script starts `{name}`, and no package that imggen knows gives it: the build fails where it cannot do without"
        );
        let warning = Diagnostic::warning("rust::unknown-build-program", message).because(evidence);
        self.warnings.push(
            warning.help(format!("install `{name}` in a pack's `before_dependencies` block, or run it before and commit what it makes")),
        );
    }

    /// Paths that lead out of what is given to the builder.
    fn outside(&mut self, directory: &Utf8Path, source: &Source<'_>) {
        let mut told = BTreeSet::new();
        for (text, at) in &source.outline.texts {
            if text.starts_with("../") && inside(directory, Utf8Path::new(text)).is_none() && told.insert(text.as_str()) {
                let message = format!("the build script reads `{text}`, which lies outside of this directory: no build can see it");
                let warning = Diagnostic::warning("rust::outside", message).because(&source.evidence(*at, OUTSIDE));
                self.warnings.push(warning.help("run imggen in the directory above, which holds both"));
            }
        }
    }
}

/// The features of which a `compile_error!` in the file asks for one, when none of them is on.
#[must_use]
pub fn demanded_features(tree: &Tree, path: &Utf8Path, on: &BTreeSet<String>) -> Option<Fact<Vec<String>>> {
    let text = tree.text(path).ok()?;
    if !text.contains("compile_error!") {
        return None;
    }
    let tokens = scan(text);
    let starts = (0..tokens.len()).filter(|at| tokens[*at].is("#") && tokens.get(at + 2).is_some_and(|token| token.is("cfg")));
    for at in starts {
        let close = super::scan::closing(&tokens, at + 1);
        if !tokens.get(close + 1).is_some_and(|token| token.is("compile_error")) {
            continue;
        }
        let condition = &tokens[at + 3..close];
        let denies = condition.get(1).is_some_and(|token| token.is("not"));
        let features: Vec<String> =
            condition.iter().filter(|token| token.kind == Kind::Str).filter_map(|token| Some(token.value()?.into_owned())).collect();
        if denies && !features.is_empty() && !features.iter().any(|feature| on.contains(feature)) {
            let span = Span::of(text, tokens[at].start(), tokens[close].end());
            let said = text[tokens[at].start()..tokens[close].end()].lines().next().unwrap_or_default();
            let fact = Fact::new(features, Evidence::at(path, span, ASKS, said));
            let message = tokens[close + 1..].iter().take(5).find_map(|token| Some((token, token.value()?)));
            return Some(match message {
                Some((token, says)) => fact.and(Evidence::at(path, Span::of(text, token.start(), token.end()), SAYS, says)),
                None => fact,
            });
        }
    }
    None
}
