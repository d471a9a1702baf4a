//! Imports of packages that are installed for development alone, and so are not there when the program starts.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::lock::Locked;
use super::manager::Manager;
use super::outline::Load;
use super::package::{Kind, Package};
use super::source::Source;
use super::sources::Sources;
use super::workspace::Workspace;
use crate::catalog::NativeUse;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};

const IMPORTED: Rule = Rule::parsed("node.development-import", "the program imports this when it starts");

/// What an import of a development package comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// Node loads the files as they are written: what they import has to be there.
    AsWritten,
    /// A compiler writes them anew, and leaves out what is imported for its types.
    Compiled,
}

/// What is known of what is installed.
pub struct Installed<'i> {
    /// Who installs.
    pub manager: Manager,
    /// What is locked.
    pub locked: &'i [Locked],
    /// Packages that are native code.
    pub natives: &'i [Fact<NativeUse>],
    /// What says that a loader finds the packages, where there is one.
    pub loader: Option<&'i Evidence>,
}

impl Installed<'_> {
    /// Whether a package that is declared for development alone is surely missing in production: another one may bring it.
    fn lacks(&self, name: &str) -> bool {
        // pnpm shows a package only what that package declares
        let development = |package: &Locked| package.name == name && package.development;
        self.manager == Manager::Pnpm || self.locked.iter().any(development)
    }

    /// Whether another package surely brings it.
    fn brings(&self, name: &str) -> bool {
        let says = self.locked.iter().any(|package| package.development);
        self.manager != Manager::Pnpm && says && self.locked.iter().any(|package| package.name == name && !package.development)
    }
}

/// The imports that a program makes whatever happens, of what is declared for development alone: an error where it surely fails, a
/// warning where it may.
pub fn imports(
    workspace: &Workspace<'_>,
    package: &Package<'_>,
    sources: &Sources<'_>,
    installed: &Installed<'_>,
    loaded: Loaded,
) -> Result<Option<Diagnostic>, Box<Diagnostic>> {
    let own = |source: &&Source<'_>| owner(workspace, &source.path).is_some_and(|owner| owner.directory == package.directory);
    let mut seen = BTreeSet::new();
    let mut found: Vec<(String, Evidence, Fact<Kind>)> = Vec::new();
    for source in sources.certain().filter(own) {
        for import in source.loads_at_once() {
            let name = package_of(&import.module);
            let Some(declared) = package.dependency(name).filter(|declared| declared.value == Kind::Development) else { continue };
            if !installed.brings(name) && seen.insert(name.to_owned()) {
                found.push((name.to_owned(), place(source, import), declared));
            }
        }
    }
    let Some((name, ..)) = found.first() else { return Ok(None) };
    let names: Vec<_> = found.iter().map(|(name, ..)| format!("`{name}`")).collect();
    let message = format!("{} is imported when the program starts, and installed for development alone", names.join(", "));
    let sure = loaded == Loaded::AsWritten && found.iter().any(|(name, ..)| installed.lacks(name));
    let new = if sure { Diagnostic::error } else { Diagnostic::warning };
    let diagnostic = found.iter().fold(new("node::development-import", message), |diagnostic, (_, at, declared)| {
        declared.because().iter().fold(diagnostic.because(at), Diagnostic::because)
    });
    let diagnostic = diagnostic.help(format!("move it from devDependencies to dependencies: `{}`", moved(installed.manager, name)));
    if sure {
        return Err(diagnostic.into());
    }
    Ok(Some(diagnostic.help("or, where only its types are meant, write `import type`")))
}

fn place(source: &Source<'_>, import: &Load) -> Evidence {
    source.evidence(import.at, IMPORTED, import.module.clone())
}

/// The package that a file belongs to: the innermost.
fn owner<'w, 't>(workspace: &'w Workspace<'t>, file: &Utf8Path) -> Option<&'w Package<'t>> {
    let around = workspace.members.iter().chain([&workspace.root]).filter(|package| file.starts_with(&package.directory));
    around.max_by_key(|package| package.directory.components().count())
}

/// The package of an import: `@scope/name` of `@scope/name/file`.
fn package_of(import: &str) -> &str {
    let parts = if import.starts_with('@') { 2 } else { 1 };
    let end = import.match_indices('/').nth(parts - 1).map_or(import.len(), |(at, _)| at);
    &import[..end]
}

fn moved(manager: Manager, name: &str) -> String {
    match manager {
        Manager::Npm => format!("npm install --save-prod {name}"),
        Manager::Pnpm => format!("pnpm add --save-prod {name}"),
        Manager::YarnClassic | Manager::YarnBerry => format!("yarn add {name}"),
        Manager::Bun => format!("bun add {name}"),
    }
}
