//! The files that are built: those that are written, or those that would be, beside the project and not in it.

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::super::console::Console;
use super::super::project::{Made, Project};
use super::Trial;
use crate::change::{self, Header, State, compare};
use crate::diagnostic::{Diagnostic, Result};
use crate::render::with_own_ignore_files;
use crate::trial::Files;

/// What ships.
const DOCKERFILE: &str = "Dockerfile";
/// What it leaves out, where that lies beside it.
const IGNORE: &str = "Dockerfile.dockerignore";

/// Files that lie where an engine finds them.
pub struct Laid {
    /// Where.
    pub files: Files,
    /// Gone when this is.
    _directory: TempDir,
}

/// Lays the files out: what imggen wrote into the project is built as it stands there, edited or not; anything else as imggen would write it.
///
/// # Errors
/// When they cannot be written.
pub fn lay(trial: &Trial<'_>, project: &Project, made: &Made, console: &mut Console) -> Result<Laid> {
    let unwritable =
        |error: std::io::Error| Diagnostic::error("try::directory", format!("no directory can be made to build from: {error}"));
    let directory = TempDir::with_prefix("imggen-try-").map_err(unwritable)?;
    let below = Utf8Path::from_path(directory.path()).ok_or_else(|| unwritable(std::io::Error::other("its path is no text")))?.to_owned();
    let layout = (!trial.engine.dialect.runs()).then(|| below.join("image"));
    let context = project.place.context.clone();
    let on_disk = change::read(&project.place.dir, [DOCKERFILE])?.pop().flatten();
    let is_ours = on_disk.as_deref().is_some_and(|text| Header::find(text).is_some());
    if is_ours && !trial.args.learn {
        let change = made.files.iter().find(|file| file.path == DOCKERFILE).map(|file| compare(on_disk, file));
        if let Some(State::Ours | State::Edited) = change.map(|change| change.state) {
            let note =
                Diagnostic::note("try::as-written", "the Dockerfile is not what imggen would write now, and is tried as it is written");
            console.draw(&note.help("`imggen generate --diff` shows how it differs"));
        }
        let own = project.place.dir.join(IGNORE);
        let ignore_file = Some(own).filter(|file| file.exists());
        let files = Files { dockerfile: project.place.dir.join(DOCKERFILE), ignore_file, context, layout };
        return Ok(Laid { files, _directory: directory });
    }
    let files = with_own_ignore_files(made.files.clone());
    let write = |name: &str| -> Result<Option<Utf8PathBuf>> {
        let Some(file) = files.iter().find(|file| file.path == name) else { return Ok(None) };
        let path = below.join(name);
        std::fs::write(&path, &file.text).map_err(unwritable)?;
        Ok(Some(path))
    };
    let dockerfile = write(DOCKERFILE)?.unwrap_or_else(|| below.join(DOCKERFILE));
    let ignore_file = write(IGNORE)?;
    Ok(Laid { files: Files { dockerfile, ignore_file, context, layout }, _directory: directory })
}
