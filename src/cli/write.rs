//! Rendered files and the disk: what may be written without a question, and what was.

use camino::{Utf8Path, Utf8PathBuf};

use super::args::{Form, Target};
use super::console::Console;
use super::project::{Made, Project};
use super::report::Report;
use super::text::{self, STRONG, clip, plain, styled};
use super::{Exit, Stop};
use super::{base, drift, next};
use crate::change::{self, Change, File, Header, State, compare, diff};
use crate::diagnostic::{Diagnostic, Result, Severity};
use crate::layers::Layers;
use crate::pack::Packs;
use crate::policy;
use crate::render::with_own_ignore_files;
use crate::settings::Names;

/// The debug variant's file, which is left alone when it is no longer wanted.
const DEBUG: &str = "Dockerfile.debug";
/// More of an instruction is for the diff.
const LINE: usize = 60;

/// The directory to write below.
pub fn target<'a>(dir: &'a Utf8Path, target: &'a Target) -> &'a Utf8Path {
    target.output_dir.as_deref().unwrap_or(dir)
}

/// How the files stand to those that are there: in the directory to write below, or in the project that was given in memory.
///
/// # Errors
/// When a file there cannot be read.
pub fn changes(project: &Project, target: &Target, files: &[File]) -> Result<Vec<Change>> {
    // Docker reads a `.dockerignore` in the root of the build context alone
    let is_elsewhere = target.output_dir.is_some() || project.place.is_member();
    let files = if is_elsewhere { with_own_ignore_files(files.to_vec()) } else { files.to_vec() };
    let before = match &project.files {
        Some(known) if target.output_dir.is_none() => files.iter().map(|file| known.get(&file.path).cloned()).collect(),
        _ => change::read(self::target(&project.place.dir, target), files.iter().map(|file| &file.path))?,
    };
    Ok(before.into_iter().zip(&files).map(|(before, file)| compare(before, file)).collect())
}

/// Whether nobody's work is lost when it is written.
pub fn is_safe(change: &Change) -> bool {
    matches!(change.state, State::New | State::Same | State::Ours)
}

/// Stops when a file is not ours to write, with the diff of those files.
///
/// # Errors
/// When a newer imggen wrote one; when one was edited or is not ours, unless `--force` was given.
pub fn refuse(changes: &[Change], target: &Target, project: Option<&Utf8Path>, console: &mut Console) -> Result<(), Stop> {
    refuse_newer(changes)?;
    let unsafe_changes: Vec<_> = changes.iter().filter(|change| !is_safe(change)).collect();
    if target.force || unsafe_changes.is_empty() {
        return Ok(());
    }
    for change in &unsafe_changes {
        console.say(&text::diff(&diff(change)));
    }
    console.say("\n");
    let what = |change: &&Change| match change.state {
        State::Edited => format!("`{}` was edited since imggen wrote it", change.path),
        _ => format!("`{}` was not written by imggen", change.path),
    };
    let message = unsafe_changes.iter().map(what).collect::<Vec<_>>().join(", ");
    let mut error = Diagnostic::usage("write::not-ours", format!("{message}: nothing was written"));
    let edited: Vec<_> = unsafe_changes.into_iter().filter(|change| change.state == State::Edited).collect();
    for change in &edited {
        error = settings_for(change, project, error);
    }
    if !edited.is_empty() && target.output_dir.is_none() {
        error = error.help("`imggen generate --merge` keeps the edits and brings what is new");
    }
    Err(error.help("`--force` overwrites; `--output-dir DIR` writes elsewhere; `imggen init` at a terminal asks file by file").into())
}

/// Names the settings that say what was edited.
fn settings_for(change: &Change, project: Option<&Utf8Path>, error: Diagnostic) -> Diagnostic {
    let rendered = change::body(&change.after);
    let base = project.and_then(|dir| base::find(dir, change)).unwrap_or(rendered);
    let edited = change::body(change.before.as_deref().unwrap_or_default());
    let change::Suggestions { settings, others } = change::suggest(change.path.as_str(), &base, &edited);
    let settings =
        settings.into_iter().map(|(line, setting)| format!("`{}` is said by `{setting}` in imggen.toml", clip(&plain(&line), LINE)));
    let error = settings.fold(error, |error, help| if error.help.contains(&help) { error } else { error.help(help) });
    match others.first() {
        Some(line) => error.info(format!("no setting says `{}` of `{}`; a template of yours can", clip(&plain(line), LINE), change.path)),
        None => error,
    }
}

/// Holds what will be there against what the packs' organisations allow: what is kept or was edited as well as what is written. Says how
/// many digests are missing.
///
/// # Errors
/// When a rule is broken.
pub fn obey(packs: &Packs, changes: &[Change], console: &mut Console) -> Result<usize> {
    let mut missing = 0;
    for change in changes {
        let stays = change.state == State::Same || change.state.is_theirs();
        let text = change.before.as_deref().filter(|_| stays).unwrap_or(&change.after);
        for fault in policy::faults(packs, &change.path, text) {
            if fault.severity == Severity::Error {
                return Err(fault.into());
            }
            missing += 1;
            console.draw(&fault);
        }
    }
    Ok(missing)
}

/// Whether the settings say that the edits of a file stay as they are.
fn is_kept(layers: &Layers, change: &Change) -> bool {
    let kept = layers.choose("keep", |settings| settings.keep.clone().map(Names));
    change.state.is_theirs() && kept.is_some_and(|kept| kept.value.0.iter().any(|path| change.path == *path))
}

/// Leaves out the files whose edits stay as they are: foreign ones altogether, ours as long as imggen would write what it wrote then.
pub fn leave_kept(changes: &mut Vec<Change>, layers: &Layers) {
    let is_up_to_date = |change: &Change| {
        let acts = |text: &str| Header::find(text).map(|header| header.instructions);
        change
            .before
            .as_deref()
            .and_then(|before| acts(&before.replace("\r\n", "\n")))
            .is_none_or(|before| Some(before) == acts(&change.after))
    };
    changes.retain(|change| !(is_kept(layers, change) && is_up_to_date(change) && change.state != State::Newer));
}

/// Stops when a newer imggen wrote one of the files: what it knew would be lost, whoever asks.
///
/// # Errors
/// That.
pub fn refuse_newer(changes: &[Change]) -> Result<(), Stop> {
    let Some(newer) = changes.iter().find(|change| change.state == State::Newer) else { return Ok(()) };
    let header = newer.before.as_deref().and_then(Header::find);
    let tool = header.map_or_else(|| "a newer imggen".to_owned(), |header| format!("imggen {}", header.tool));
    let message = format!("`{}` was written by {tool}, and this is {}: nothing was written", newer.path, env!("CARGO_PKG_VERSION"));
    Err(Diagnostic::usage("write::newer", message).help(format!("use {tool}; or delete `{}` to start over", newer.path)).into())
}

/// Writes, says what was written, and then how to build and to run it. Programs get a report; a project that was given in memory has no
/// place to write to, and is printed.
///
/// # Errors
/// When the system refuses; nothing is written then.
pub fn finish(project: &Project, changes: &[Change], made: &Made, out: &Output<'_>, console: &mut Console) -> Result<Exit> {
    let Output { target, form, notes } = *out;
    let commands = next::commands(made, &project.place);
    if project.files.is_some() && target.output_dir.is_none() {
        return match form {
            Form::Json => console.print(&text::json(&Report::new(made, changes, notes, commands, false))),
            Form::Text => console.print(&text::files(changes.iter().map(|change| (&*change.path, &*change.after)))),
        }
        .map(|()| Exit::Fine);
    }
    let dir = self::target(&project.place.dir, target);
    change::write(dir, changes)?;
    base::remember(changes);
    if form == Form::Json {
        return console.print(&text::json(&Report::new(made, changes, notes, commands, true))).map(|()| Exit::Fine);
    }
    for change in changes {
        drift::carried(change).iter().for_each(|note| console.draw(note));
    }
    let written: Vec<_> = changes.iter().filter(|change| change.state != State::Same).map(|change| shown(dir, &change.path)).collect();
    if written.is_empty() {
        console.say("nothing to write: the files are as they should be\n");
    } else {
        console.say(&format!("wrote {}\n", written.join(", ")));
    }
    if !made.files.iter().any(|file| file.path == DEBUG) {
        mention_left_over(dir, console)?;
    }
    if !written.is_empty() && target.output_dir.is_none() && !console.is_quiet() {
        console.print(&format!("\n  {}\n", commands.map(|command| styled(STRONG, command)).join("\n  ")))?;
    }
    Ok(Exit::Fine)
}

/// Where what was made goes.
#[derive(Clone, Copy)]
pub struct Output<'a> {
    /// The directory.
    pub target: &'a Target,
    /// For people or for programs.
    pub form: Form,
    /// What was passed over while looking.
    pub notes: &'a [Diagnostic],
}

/// Mentions a debug variant that imggen wrote once and would not write now.
fn mention_left_over(dir: &Utf8Path, console: &mut Console) -> Result<()> {
    let before = change::read(dir, [DEBUG])?.pop().flatten();
    if before.is_some_and(|text| Header::find(&text).is_some()) {
        let note = Diagnostic::note("write::left-over", format!("`{DEBUG}` was written by imggen and is no longer asked for"));
        console.draw(&note.help("imggen removes nothing: delete it, or ask for it with `--debug shell`"));
    }
    Ok(())
}

fn shown(dir: &Utf8Path, path: &Utf8Path) -> String {
    let path: Utf8PathBuf = if dir == "." { path.to_owned() } else { dir.join(path) };
    path.into_string()
}
