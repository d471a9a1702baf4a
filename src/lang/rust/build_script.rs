//! What a package's build script starts and asks for, before anything of the package is compiled.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::outline::outline;
use super::scan::{Kind, scan};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::need::Need;
use crate::program::Source;
use crate::tree::Tree;

const STARTS: Rule = Rule::parsed("rust.build-starts", "the build script starts this");
const OUTSIDE: Rule = Rule::parsed("rust.build-outside", "the build script reads this");
const ASKS: Rule = Rule::parsed("rust.compile-error", "nothing compiles without one of these features");

/// What comes with every toolchain.
const ALWAYS_THERE: [&str; 4] = ["cargo", "rustc", "rustfmt", "cc"];

/// What was found.
#[derive(Debug, Default)]
pub struct Scripts {
    /// Programs that build scripts start.
    pub needs: Vec<Fact<Need>>,
    /// The revision of the repository is asked for.
    pub history: Option<Evidence>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// Looks through the build scripts of these packages; nothing can lie above `root`.
#[must_use]
pub fn look<'p>(tree: &Tree, packages: impl Iterator<Item = (&'p Utf8Path, Option<Utf8PathBuf>)>, catalog: &Catalog) -> Scripts {
    let mut scripts = Scripts::default();
    for (directory, script) in packages {
        let path = script.unwrap_or_else(|| directory.join("build.rs"));
        let Some((path, text)) = tree.paths().find(|known| *known == path).and_then(|path| Some((path, tree.text(path).ok()?))) else {
            continue;
        };
        let source = Source::new(path, text, "crate", outline(text, "crate", None));
        for call in source.outline.calls.iter().filter(|call| call.path == "std.process.Command.new") {
            let Some(name) = call.arguments.first().and_then(|argument| argument.value.text()).filter(|name| is_name(name)) else {
                continue;
            };
            scripts.start(name, source.evidence(call.at, STARTS), catalog);
        }
        scripts.outside(directory, &source);
    }
    scripts
}

impl Scripts {
    fn start(&mut self, name: &str, evidence: Evidence, catalog: &Catalog) {
        if name == "git" {
            self.history.get_or_insert_with(|| evidence.clone());
        }
        let need = Need::Program(name.to_owned());
        if catalog.knows(&need) {
            self.needs.push(Fact::new(need, evidence));
            return;
        }
        let message = format!(
            "the build script starts `{name}`, and no package that imggen knows gives it: the build fails where it cannot do without"
        );
        let warning = Diagnostic::warning("rust::unknown-build-program", message).because(&evidence);
        self.warnings.push(
            warning.help(format!("install `{name}` in a pack's `before_dependencies` block, or run it before and commit what it makes")),
        );
    }

    /// Paths that lead out of what is given to the builder.
    fn outside(&mut self, directory: &Utf8Path, source: &Source<'_>) {
        let mut told = BTreeSet::new();
        for (text, at) in &source.outline.texts {
            if text.starts_with("../") && crate::tree::path::inside(directory, Utf8Path::new(text)).is_none() && told.insert(text.as_str())
            {
                let message = format!("the build script reads `{text}`, which lies outside of this directory: no build can see it");
                let warning = Diagnostic::warning("rust::outside", message).because(&source.evidence(*at, OUTSIDE));
                self.warnings.push(warning.help("run imggen in the directory above, which holds both"));
            }
        }
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c))
        && !ALWAYS_THERE.contains(&name)
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
            return Some(Fact::new(features, Evidence::at(path, span, ASKS, said)));
        }
    }
    None
}
