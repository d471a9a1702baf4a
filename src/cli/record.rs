//! What `imggen.toml` has to hold so that a later run decides the same: no more than what detection and preset would not decide anyway.

use toml_edit::DocumentMut;

use super::leaves::{Leaf, fold, leaves, put, splice};
use super::project::{Made, Project, SETTINGS, Said, Survey};
use crate::change::{Change, State};
use crate::diagnostic::Result;
use crate::layers::Layers;
use crate::settings::SCHEMA;

/// The change to `imggen.toml` that keeps what flags, answers and prompts decided; nothing when it holds all of it already.
///
/// # Errors
/// When a layer that was read before cannot be read.
pub fn record(project: &Project, survey: &Survey, prompted: &Said, made: &Made) -> Result<Option<Change>> {
    let said = project.given.iter().chain([prompted]).map(|said| leaves(&said.text));
    let mut said = said.fold(Vec::new(), fold);
    said.retain(|leaf| leaf.key() != "schema");
    let needed = needed(said, |trial| decides_the_same(project, survey, trial, made));
    if needed.is_empty() {
        return Ok(None);
    }
    let before = project.recorded.as_ref().map(|recorded| recorded.text.clone());
    let after = with(before.as_deref(), needed);
    if before.as_deref() == Some(&*after) {
        return Ok(None);
    }
    // read as any other settings file, so that what is written can be read
    Said::recorded(after.clone()).layer()?;
    let state = if before.is_some() { State::Ours } else { State::New };
    Ok(Some(Change { path: SETTINGS.into(), state, before, after }))
}

/// What is left when every value that makes no difference is taken out, one after another.
fn needed(mut said: Vec<Leaf>, same: impl Fn(&[Leaf]) -> bool) -> Vec<Leaf> {
    let mut index = 0;
    while index < said.len() {
        let leaf = said.remove(index);
        if !same(&said) {
            said.insert(index, leaf);
            index += 1;
        }
    }
    said
}

fn decides_the_same(project: &Project, survey: &Survey, trial: &[Leaf], made: &Made) -> bool {
    let mut document = DocumentMut::new();
    trial.iter().for_each(|leaf| put(&mut document, leaf));
    let layers = [Some(Said::at_prompts(document.to_string())), project.recorded.clone()];
    let layers: Result<Vec<_>> = layers.iter().flatten().map(Said::layer).collect();
    let remade = layers.and_then(|layers| project.make(survey, &Layers::new(layers)));
    remade.is_ok_and(|remade| remade.files == made.files)
}

/// The file's text with these values in it, everything else as it was.
fn with(before: Option<&str>, said: Vec<Leaf>) -> String {
    let fresh = format!(
        "# what differs from what imggen finds and from its preset; `imggen schema settings` lists what can be set\nschema = {SCHEMA}\n"
    );
    let mut document: DocumentMut = before.unwrap_or(&fresh).parse().unwrap_or_default();
    let below = leaves(before.unwrap_or_default());
    for mut leaf in said {
        if let Some(below) = below.iter().find(|below| below.path == leaf.path) {
            splice(&mut leaf, below);
        }
        put(&mut document, &leaf);
    }
    document.to_string()
}
