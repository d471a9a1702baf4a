//! Who manages the dependencies of a project: the lock file says it, then the manifest.

use camino::{Utf8Path, Utf8PathBuf};

use super::manager::{Manager, lock_directory};
use super::requirements;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::document::Document;
use crate::tree::Tree;

const LOCK: Rule = Rule::parsed("python.lock", "this locks the dependencies");
const LISTS: Rule = Rule::parsed("python.manifest", "this lists the dependencies");

/// Who manages the dependencies of the project in `directory`; nothing when there is no project, and several when several lock files are
/// there and the manifest speaks for none.
pub fn managers(tree: &Tree, directory: &Utf8Path, pyproject: Option<&Document<'_>>) -> Vec<Fact<Manager>> {
    let locks: Vec<(Manager, Utf8PathBuf)> = Manager::LOCKING
        .into_iter()
        .filter_map(|manager| Some((manager, lock_directory(tree, directory, manager).join(manager.lock()?))))
        .filter(|(_, file)| tree.has(file))
        .collect();
    let fact = |(manager, file): &(Manager, Utf8PathBuf)| Fact::new(*manager, Evidence::exists(file.clone(), LOCK));
    let spoken_for =
        |(manager, _): &&(Manager, Utf8PathBuf)| pyproject.zip(manager.section()).is_some_and(|(table, section)| table.has(section));
    match locks.as_slice() {
        [] => {}
        [one] => return vec![fact(one)],
        several => {
            return match several.iter().filter(spoken_for).collect::<Vec<_>>().as_slice() {
                [one] => vec![fact(one)],
                _ => several.iter().map(fact).collect(),
            };
        }
    }
    unlocked(tree, directory, pyproject).into_iter().collect()
}

/// Who manages dependencies that nothing locks.
fn unlocked(tree: &Tree, directory: &Utf8Path, pyproject: Option<&Document<'_>>) -> Option<Fact<Manager>> {
    let at = |file: &Utf8Path| Evidence::exists(file.to_owned(), LISTS);
    let requirements = requirements::main_file(tree, directory);
    let described = |keys: &[&str]| pyproject.and_then(|table| Some(table.evidence(table.get(keys)?, LISTS)));
    let dynamic = pyproject.is_some_and(|table| table.strings(&["project", "dynamic"]).iter().any(|(field, _)| *field == "dependencies"));
    if let Some(file) = requirements {
        return Some(Fact::new(Manager::Requirements, at(&file)));
    }
    let pipfile = directory.join("Pipfile");
    if tree.has(&pipfile) {
        return Some(Fact::new(Manager::Pipenv, at(&pipfile)));
    }
    if let Some(evidence) = described(&["project", "name"]).filter(|_| !dynamic) {
        return Some(Fact::new(Manager::Project, evidence));
    }
    if let Some(evidence) = described(&["tool", "poetry", "dependencies"]).filter(|_| !dynamic) {
        return Some(Fact::new(Manager::Poetry, evidence));
    }
    let built = described(&["project", "name"]).or_else(|| described(&["tool", "poetry", "name"]));
    let setup = ["setup.py", "setup.cfg"].iter().map(|name| directory.join(name)).find(|file| tree.has(file));
    built.or_else(|| setup.map(|file| at(&file))).map(|evidence| Fact::new(Manager::Install, evidence))
}

/// Several locks, and nobody says which one counts.
pub fn conflict<'f>(locks: impl IntoIterator<Item = &'f Fact<Manager>>) -> Diagnostic {
    let locks: Vec<_> = locks.into_iter().collect();
    let names: Vec<_> = locks.iter().map(|lock| format!("`{}`", lock.place())).collect();
    let message = format!("{} lock the same dependencies, and nothing says which one counts", names.join(" and "));
    let error = Diagnostic::usage("python::locks", message);
    let error = locks.iter().fold(error, |error, lock| error.at(lock.place().file.to_owned(), None, "one of them"));
    let ids: Vec<_> = locks.iter().map(|lock| lock.value.id()).collect();
    error.help(format!("delete those that are stale, or name the one that counts: `python.lock` may be {}", ids.join(" or ")))
}
