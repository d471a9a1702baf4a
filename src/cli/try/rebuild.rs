//! What an edit of a source rebuilds: the edit is made in a copy of the project, which is gone afterwards.

use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::WalkBuilder;
use tempfile::TempDir;

use super::Trial;
use super::files::Laid;
use crate::diagnostic::{Diagnostic, Result};
use crate::trial::report::Rebuilt;
use crate::trial::{self, Subject, Traces};

/// Files whose edit is an everyday one.
const SOURCES: [&str; 17] =
    ["go", "rs", "py", "js", "mjs", "cjs", "ts", "tsx", "jsx", "java", "kt", "vue", "svelte", "astro", "html", "css", "md"];

/// Edits a source in a copy, and builds that.
///
/// # Errors
/// When nothing can be copied, or the engine does not run.
pub fn rebuild(trial: &Trial<'_>, subject: &Subject, laid: &Laid, traces: &Traces<'_>) -> Result<Option<Rebuilt>> {
    let Some(source) = source(trial) else { return Ok(None) };
    let failed = |error: io::Error| Diagnostic::error("try::copy", format!("the project cannot be copied for `--rebuild`: {error}"));
    let directory = TempDir::with_prefix("imggen-try-").map_err(failed)?;
    let to = Utf8Path::from_path(directory.path()).ok_or_else(|| failed(io::Error::other("its path is no text")))?;
    copy(&laid.files.context, to, &source).map_err(failed)?;
    let image = trial::build(trial.engine, subject, &laid.files.with_context(to), &trial.wishes, traces, &mut |_| ())?;
    let (cached, again) = image.log.steps.into_iter().partition::<Vec<_>, _>(|step| step.cached);
    // what a stage stands on is looked up, and never built
    let again = again.into_iter().filter(|step| !step.instruction.starts_with("FROM ")).collect();
    Ok(Some(Rebuilt { edited: source.to_string(), tenths: image.tenths, again, cached: cached.len() }))
}

/// The program's own source, or the first one beside it.
fn source(trial: &Trial<'_>) -> Option<Utf8PathBuf> {
    let app = &trial.picked.found.app;
    let is_source = |path: &Utf8Path| path.extension().is_some_and(|ending| SOURCES.contains(&ending));
    let own = Some(app.program.file.clone()).filter(|file| is_source(file) && trial.survey.tree.has(file));
    let is_test = |path: &Utf8Path| path.as_str().contains("test");
    own.or_else(|| {
        trial.survey.tree.paths().find(|path| path.starts_with(&app.directory) && is_source(path) && !is_test(path)).map(Utf8Path::to_owned)
    })
}

fn copy(from: &Utf8Path, to: &Utf8Path, edited: &Utf8Path) -> io::Result<()> {
    let walk = WalkBuilder::new(from)
        .hidden(false)
        .parents(false)
        .git_global(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    for entry in walk {
        let entry = entry.map_err(io::Error::other)?;
        let Some(path) = Utf8Path::from_path(entry.path()) else { continue };
        let inside = path.strip_prefix(from).unwrap_or(path);
        let to = to.join(inside);
        match entry.file_type() {
            Some(kind) if kind.is_dir() => fs::create_dir_all(&to)?,
            Some(kind) if kind.is_file() && inside == edited => {
                let mut text = fs::read(path)?;
                text.push(b'\n');
                fs::write(&to, text)?;
                fs::set_permissions(&to, fs::metadata(path)?.permissions())?;
            }
            // the same bytes under another name, where the file system has that
            Some(kind) if kind.is_file() => fs::hard_link(path, &to).or_else(|_| fs::copy(path, &to).map(drop))?,
            #[cfg(unix)]
            Some(kind) if kind.is_symlink() => std::os::unix::fs::symlink(fs::read_link(path)?, &to)?,
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edit_is_made_in_the_copy_alone() {
        let (from, to) =
            (TempDir::new().unwrap_or_else(|error| panic!("{error}")), TempDir::new().unwrap_or_else(|error| panic!("{error}")));
        let [from, to] = [&from, &to].map(|directory| Utf8Path::from_path(directory.path()).unwrap_or(Utf8Path::new("")).to_owned());
        for (path, text) in [("a/main.go", "x"), ("b.txt", "y")] {
            _ = fs::create_dir_all(from.join(path).parent().unwrap_or(&from));
            _ = fs::write(from.join(path), text);
        }
        copy(&from, &to, Utf8Path::new("a/main.go")).unwrap_or_else(|error| panic!("{error}"));
        let read = |root: &Utf8Path, path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
        assert_eq!((read(&to, "a/main.go").as_str(), read(&to, "b.txt").as_str(), read(&from, "a/main.go").as_str()), ("x\n", "y", "x"));
    }
}
