//! Imports of packages that are installed for development alone, and so are not there when the program starts.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::entry::{Entry, Run};
use super::framework;
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
    pub fn brings(&self, name: &str) -> bool {
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

/// What is declared for development alone and loaded when the program starts all the same, by its settings or by a flag: all packages
/// stay for it.
pub fn kept(package: &Package<'_>, entry: &Entry, installed: &Installed<'_>) -> Option<Fact<String>> {
    const LOADING: [&str; 4] = ["-r", "--require", "--import", "--loader"];
    let development = |name: &str| {
        let name = package_of(name);
        let declared = package.dependency(name).filter(|declared| declared.value == Kind::Development)?;
        (!installed.brings(name)).then(|| (name.to_owned(), declared.because()[0].clone()))
    };
    if let Run::File(file) = &entry.run {
        let flags = file.flags.iter().zip(file.flags.iter().skip(1)).filter(|(flag, _)| LOADING.contains(&flag.as_str()));
        let joined = file.flags.iter().filter_map(|flag| flag.split_once('=').filter(|(flag, _)| LOADING.contains(flag)));
        let mut named = flags.map(|(_, value)| value.as_str()).chain(joined.map(|(_, value)| value));
        if let Some((name, at)) = named.find_map(development) {
            return Some(entry.at.iter().take(1).fold(Fact::new(name, at), |fact, at| fact.and(at.clone())));
        }
    }
    // what Next.js serves it serves by its settings, whoever starts it
    package.runs_with("next").filter(|_| matches!(entry.run, Run::File(_) | Run::Server(_)))?;
    framework::settings_of(package, "next.config").into_iter().find_map(|settings| {
        settings.loads().iter().find_map(|load| {
            let (name, at) = development(&load.module)?;
            Some(Fact::new(name, settings.evidence(load.at, IMPORTED, load.module.clone())).and(at))
        })
    })
}

/// What is to be known of it.
pub fn kept_note(kept: &Fact<String>, manager: Manager) -> Diagnostic {
    let message = format!("`{}` is there for development and loaded when the program starts: the image keeps all packages", kept.value);
    let note = kept.because().iter().fold(Diagnostic::note("node::development-kept", message), Diagnostic::because);
    note.help(format!("for a smaller image, move it to dependencies: `{}`", moved(manager, &kept.value)))
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
pub fn package_of(import: &str) -> &str {
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
