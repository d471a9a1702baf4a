//! A package that a bundler builds, and what is read of it whichever bundler that is.

use camino::Utf8PathBuf;

use super::Bundled;
use super::command::Command;
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::node::bundler::Pages;
use crate::lang::node::bundler::settings::Settings;
use crate::lang::node::package::Package;
use crate::tree::Tree;
use crate::web::{Hashed, Otherwise, is_plain};

const NAMES: Rule = Rule::parsed("node.hashed-names", "this bundler puts a hash of the content into the names there");
const ROUTER: Rule = Rule::parsed("node.client-router", "this router runs in the browser");
const SINGLE: Rule = Rule::parsed("node.single-page", "the project serves it so");
const NOT_FOUND: Rule = Rule::parsed("node.not-found-page", "this becomes the page for addresses that lead nowhere");

/// Routers that run in the browser, by the package that brings them.
const ROUTERS: [&str; 14] = [
    "@angular/router",
    "@reach/router",
    "@solidjs/router",
    "@tanstack/react-router",
    "@tanstack/solid-router",
    "@tanstack/vue-router",
    "navigo",
    "preact-iso",
    "preact-router",
    "react-router",
    "react-router-dom",
    "svelte-routing",
    "vue-router",
    "wouter",
];

/// A package that is built, and what its settings say.
pub(super) struct Project<'p, 't> {
    pub(super) tree: &'t Tree,
    pub(super) package: &'p Package<'t>,
    pub(super) root: &'p Package<'t>,
    pub(super) pages: &'p Pages,
}

/// What a bundler does when nothing says otherwise.
pub(super) struct Usual {
    pub(super) directory: &'static str,
    /// The directory with hashed names.
    pub(super) hashed: &'static str,
    /// Where files lie that are copied into the output as they are.
    pub(super) copied_from: &'static str,
}

impl<'t> Project<'_, 't> {
    pub(super) fn settings(&self, stem: &str) -> Option<Settings<'t>> {
        Settings::read(self.tree, self.package, stem)
    }

    pub(super) fn command(&self, programs: &[&str]) -> Option<Command> {
        Command::of(self.package, self.pages.script.as_deref(), programs)
    }

    /// The settings that a command names: `--config build/webpack.js`.
    pub(super) fn configured(&self, command: Option<&Command>) -> Option<Settings<'t>> {
        let file = command?.flag(&["--config", "-c"])?;
        Settings::of_package(self.tree, self.package, &self.package.inside(&file.value))
    }

    /// The usual output, with what settings and flags say over it.
    pub(super) fn usual(&self, usual: &Usual, directory: Option<Fact<Utf8PathBuf>>, base: Option<Fact<String>>) -> Bundled {
        let because = directory.as_ref().map(|directory| directory.because()[0].clone());
        Bundled {
            directory: Some(directory.map_or_else(|| usual.directory.into(), |directory| directory.value)),
            because,
            base: base.and_then(below_root),
            hashed: self.hashed(usual.hashed, usual.copied_from, None),
            otherwise: Otherwise::Server,
            bare_names: false,
        }
    }

    /// The directory with hashed names, unless files with plain names are copied into it.
    pub(super) fn hashed(&self, directory: &str, copied_from: &str, set: Option<&Evidence>) -> Option<Fact<Hashed>> {
        let directory = directory.trim_matches('/').trim_start_matches("./");
        let mixed = self.tree.has_directory(self.package.inside(copied_from).join(directory));
        let at = set.cloned().unwrap_or_else(|| self.pages.at.under(NAMES));
        (!mixed && !directory.is_empty() && is_plain(directory)).then(|| Fact::new(Hashed::Directory(directory.to_owned()), at))
    }

    pub(super) fn named(&self, pattern: &str, at: Option<Evidence>) -> Fact<Hashed> {
        let at = at.unwrap_or_else(|| self.pages.at.under(NAMES));
        Fact::new(Hashed::Named(pattern.to_owned()), at)
    }

    /// The page of a client router where there is one among the dependencies.
    pub(super) fn router(&self, page: &str) -> Otherwise {
        if let Some(at) = &self.pages.single {
            return Otherwise::Router(Fact::new(page.to_owned(), at.under(SINGLE)));
        }
        let router = ROUTERS.iter().find_map(|name| self.package.dependency(name).or_else(|| self.root.dependency(name)));
        router.map_or(Otherwise::Server, |router| {
            let at = router.because()[0].under(ROUTER);
            Otherwise::Router(Fact::new(page.to_owned(), at))
        })
    }

    /// The generator's page for addresses that lead nowhere: always there, or made from one of these sources.
    pub(super) fn error_page(&self, sources: &[&str]) -> Otherwise {
        let page = |at: Evidence| Otherwise::Page(Fact::new("404.html".into(), at));
        if sources.is_empty() {
            return page(Evidence {
                rule: NOT_FOUND.id,
                meaning: "this generator makes a page for addresses that lead nowhere",
                ..self.pages.at.clone()
            });
        }
        let source = sources.iter().map(|source| self.package.inside(source)).find(|source| self.tree.has(source));
        source.map_or(Otherwise::Server, |source| page(Evidence::exists(source, NOT_FOUND)))
    }
}

/// A base path as it is used: between slashes, and none for the root, a relative one, or another host's.
fn below_root(base: Fact<String>) -> Option<Fact<String>> {
    let path = base.value.trim_matches('/').to_owned();
    let is_path = base.value.starts_with('/') && !base.value.starts_with("//") && is_plain(&path);
    is_path.then(|| base.map(|_| format!("/{path}/")))
}
