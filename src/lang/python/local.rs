//! Dependencies that lie beside the project: where they are, and how far up the build context has to reach for them.

use camino::{Utf8Path, Utf8PathBuf};

use super::locked::Locked;
use super::project::Project;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Evidence;
use crate::read::requirement::normal;
use crate::tree::Tree;

/// The directory that holds the project and all that it takes from beside itself, where that is not the project's own.
pub fn context(project: &Project) -> Option<Utf8PathBuf> {
    let own = &project.directory;
    let places = project.locals.iter().filter_map(|local| joined(own, &local.value));
    let above = places.fold(own.clone(), |above, place| shared(&above, &place));
    (above != *own).then_some(above)
}

/// Refuses what is not there.
///
/// # Errors
/// When a dependency lies on another machine, above the tree, or nowhere in it.
pub fn refuse(tree: &Tree, project: &Project) -> Result<()> {
    let mut absolute = project.locals.iter().filter(|local| is_absolute(&local.value)).peekable();
    if let Some(first) = absolute.peek() {
        let error = Diagnostic::error("python::path-elsewhere", format!("`{}` lies outside the project", first.value));
        let error = absolute.take(8).flat_map(crate::evidence::Fact::because).fold(error, Diagnostic::because);
        return Err(error.help("ask for the package by its name and version: conda writes such paths where `pip freeze` is used; `pip list --format=freeze` writes versions").into());
    }
    for local in &project.locals {
        let why = |error: Diagnostic| local.because().iter().fold(error, Diagnostic::because);
        let Some(path) = joined(&project.directory, &local.value) else {
            let message = format!("`{}` lies above the directory that imggen was given, and the build sees nothing of it", local.value);
            let error = Diagnostic::error("python::path-above", message);
            return Err(why(error).help("run imggen in the directory that holds both: `imggen init --app NAME`").into());
        };
        if !path.as_str().is_empty() && !tree.has(&path) && !tree.has_directory(&path) {
            let error = Diagnostic::error("python::path-missing", format!("`{path}` is asked for, and is not there"));
            return Err(why(error).help("commit it, or ask for the package by its name: the build sees what the repository holds").into());
        }
    }
    Ok(())
}

/// Whether a package is one of them: its line names the path, or the path ends in its name.
pub fn is_one(project: &Project, locked: &Locked) -> bool {
    let same = |at: &Evidence| (&at.file, at.span) == (&locked.at.file, locked.at.span);
    let named = |path: &str| Utf8Path::new(path).file_name().is_some_and(|name| normal(name) == locked.name);
    project.locals.iter().any(|local| named(&local.value) || local.because().iter().any(same))
}

/// A path from `directory`; nothing when it leads out of the tree.
fn joined(directory: &Utf8Path, path: &str) -> Option<Utf8PathBuf> {
    let mut joined = Utf8PathBuf::new();
    let path = path.strip_prefix("file:").unwrap_or(path);
    for part in directory.join(path).components() {
        match part.as_str() {
            ".." if !joined.pop() => return None,
            ".." | "." => {}
            name => joined.push(name),
        }
    }
    Some(joined)
}

/// The directory that holds both.
fn shared(one: &Utf8Path, other: &Utf8Path) -> Utf8PathBuf {
    one.components().zip(other.components()).take_while(|(one, other)| one == other).map(|(part, _)| part.as_str()).collect()
}

/// A path from a machine's root, Windows' too.
fn is_absolute(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.starts_with(|c: char| c.is_ascii_alphabetic());
    path.starts_with(['/', '~', '\\']) || drive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_followed_inside_the_tree() {
        assert_eq!(joined("apps/api".into(), "../../libs/x").as_deref(), Some(Utf8Path::new("libs/x")));
        assert_eq!(joined("api".into(), "../../x"), None);
        assert_eq!(shared("apps/api".into(), "apps/libs/x".into()), "apps");
        assert!(is_absolute("C:\\x") && is_absolute("/tmp/x") && !is_absolute("./x"));
    }
}
