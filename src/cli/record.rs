//! What `imggen.toml` has to hold so that a later run decides the same: no more than what detection and preset would not decide anyway.

use camino::Utf8PathBuf;
use toml_edit::{Array, DocumentMut};

use super::leaves::{Leaf, annotate, fold, leaves, put, splice};
use super::project::{Made, Project, SETTINGS, Said, Survey};
use crate::change::{Change, State};
use crate::detect::Picked;
use crate::diagnostic::Result;
use crate::layers::Layers;

/// What a new file starts with. The schema is [`crate::settings::SCHEMA`].
pub const FRESH: &str =
    "# what differs from what imggen finds and from its preset; `imggen schema settings` lists what can be set\nschema = 1\n";
/// The key of the packs.
const PACKS: &str = "packs";
/// The key of the files whose edits stay.
const KEEP: &str = "keep";
/// The key of the build context's root.
const CONTEXT: &str = "context";
/// The table of what a Dockerfile said that was replaced.
const DECLARED: &str = "declared";
/// The key of the app.
const APP: &str = "app";

/// The change to `imggen.toml` that keeps what flags, answers and prompts decided; nothing when it holds all of it already.
///
/// # Errors
/// When a layer that was read before cannot be read.
pub fn record(project: &Project, survey: &Survey<'_>, picked: &Picked, prompted: &Said, made: &Made) -> Result<Option<Change>> {
    let said = project.given.iter().chain([prompted]).map(|said| leaves(&said.text));
    let mut said = said.fold(Vec::new(), fold);
    said.retain(|leaf| leaf.key() != "schema");
    let mut needed = needed(said, |without, trial| {
        let layers = layers(project, trial)?;
        if without == APP {
            // looking at an app is costly, and no other key changes which one it is
            return Ok(survey.pick(&layers)?.found.app.name == picked.found.app.name);
        }
        Ok(project.make(survey, picked, &layers)?.files == made.files)
    });
    needed.extend(packs(project));
    if project.place.is_member() {
        // without a repository around it nothing else would tell
        needed.push(Leaf { path: vec![CONTEXT.to_owned()], value: project.place.recorded().into() });
    }
    let before = project.recorded.as_ref().map(|recorded| recorded.text.clone());
    let after = with(before.as_deref(), needed);
    if before.as_deref().unwrap_or(FRESH) == after {
        return Ok(None);
    }
    // read as any other settings file, so that what is written can be read
    Said::recorded(after.clone()).layer()?;
    let state = if before.is_some() { State::Ours } else { State::New };
    Ok(Some(Change { path: SETTINGS.into(), state, before, after, carried: Vec::new() }))
}

/// Adds the change to `imggen.toml` that says that the edits of these files stay, to those that are there.
///
/// # Errors
/// When the settings could not be read again.
pub fn keep(recorded: Option<&str>, files: &[Utf8PathBuf], changes: &mut Vec<Change>) -> Result<()> {
    let known = leaves(pending(recorded, changes).unwrap_or_default()).into_iter().find(|leaf| leaf.key() == KEEP);
    let mut all: Vec<String> =
        known.iter().filter_map(|leaf| leaf.value.as_array()).flatten().filter_map(|file| file.as_str().map(str::to_owned)).collect();
    let new: Vec<_> = files.iter().map(ToString::to_string).filter(|file| !all.contains(file)).collect();
    if new.is_empty() {
        return Ok(());
    }
    all.extend(new);
    let value: Array = all.into_iter().collect();
    add(recorded, vec![Leaf { path: vec![KEEP.to_owned()], value: value.into() }], None, changes)
}

/// The text of `imggen.toml` as it will be.
pub fn pending<'t>(recorded: Option<&'t str>, changes: &'t [Change]) -> Option<&'t str> {
    changes.iter().find(|change| change.path == SETTINGS).map(|change| change.after.as_str()).or(recorded)
}

/// Adds values to `imggen.toml`, with a comment over each that says where they come from.
///
/// # Errors
/// When the settings could not be read again.
pub fn add(recorded: Option<&str>, said: Vec<Leaf>, comment: Option<&str>, changes: &mut Vec<Change>) -> Result<()> {
    let paths: Vec<_> = said.iter().map(|leaf| leaf.path.clone()).collect();
    let mut document: DocumentMut = with(pending(recorded, changes), said).parse().unwrap_or_default();
    for (number, path) in paths.iter().enumerate() {
        // what a Dockerfile said stands in a table of its own, over which it is said once
        let is_said = path[0] == DECLARED && paths[..number].iter().any(|other| other[0] == DECLARED);
        comment.filter(|_| !is_said).into_iter().for_each(|comment| annotate(&mut document, path, comment));
    }
    let after = document.to_string();
    Said::recorded(after.clone()).layer()?;
    changes.retain(|change| change.path != SETTINGS);
    let (before, state) = (recorded.map(str::to_owned), if recorded.is_some() { State::Ours } else { State::New });
    changes.push(Change { path: SETTINGS.into(), state, before, after, carried: Vec::new() });
    Ok(())
}

/// The packs of the command line, over those that are recorded: a later run needs them whatever they changed today.
fn packs(project: &Project) -> Option<Leaf> {
    let given = project.given_packs.iter().map(|pack| pack.as_str().to_owned());
    let recorded = leaves(project.recorded.as_ref().filter(|_| !project.only_packs).map_or("", |recorded| &recorded.text));
    let recorded = recorded.iter().filter(|leaf| leaf.key() == PACKS).filter_map(|leaf| leaf.value.as_array()).flatten();
    let recorded =
        recorded.filter_map(|pack| pack.as_str().map(str::to_owned)).filter(|pack| !project.given_packs.iter().any(|given| given == pack));
    let all: Array = given.chain(recorded).collect();
    (!project.given_packs.is_empty()).then(|| Leaf { path: vec![PACKS.to_owned()], value: all.into() })
}

/// What is left when every value that makes no difference is taken out, one after another.
pub fn needed(mut said: Vec<Leaf>, same: impl Fn(&str, &[Leaf]) -> Result<bool>) -> Vec<Leaf> {
    let mut index = 0;
    while index < said.len() {
        let leaf = said.remove(index);
        // a choice that is open without it makes a difference too
        if !same(&leaf.key(), &said).unwrap_or(false) {
            said.insert(index, leaf);
            index += 1;
        }
    }
    said
}

/// The layers that a later run would have if it were given `said`.
fn layers(project: &Project, said: &[Leaf]) -> Result<Layers> {
    let mut document = DocumentMut::new();
    for leaf in said {
        put(&mut document, leaf);
    }
    let layers = [Some(Said::at_prompts(document.to_string())), project.recorded.clone()];
    Ok(Layers::new(layers.iter().flatten().map(Said::layer).collect::<Result<_>>()?))
}

/// The file's text with these values in it, everything else as it was.
fn with(before: Option<&str>, said: Vec<Leaf>) -> String {
    let mut document: DocumentMut = before.unwrap_or(FRESH).parse().unwrap_or_default();
    let below = leaves(before.unwrap_or_default());
    for mut leaf in said {
        if let Some(below) = below.iter().find(|below| below.path == leaf.path) {
            splice(&mut leaf, below);
        }
        put(&mut document, &leaf);
    }
    document.to_string()
}
