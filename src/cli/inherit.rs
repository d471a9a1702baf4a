//! What a Dockerfile that imggen replaces decided. It is evidence as long as it is there; what it alone decided goes into `imggen.toml`
//! when it goes, so that the next run gives the same files: as settings where those say it, else in its own words.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use toml_edit::DocumentMut;

use super::args::Target;
use super::console::Console;
use super::leaves::{Leaf, leaves, put};
use super::project::{Made, Project, SETTINGS, Said, Survey};
use super::record::{add, needed, pending};
use super::text::plain;
use crate::change::{self, Change, File, Header, State};
use crate::declared::Words;
use crate::diagnostic::{Diagnostic, Result};
use crate::layers::Layers;

/// What stands over the values.
const COMMENT: &str = "from the Dockerfile that stood here before";
/// The image's file.
const DOCKERFILE: &str = "Dockerfile";

/// Adds what the replaced files decided to the change of `imggen.toml`; says what no setting can.
///
/// # Errors
/// When the settings could not be read again.
pub fn inherit(
    project: &Project,
    survey: &Survey<'_>,
    prompted: Option<&Said>,
    made: &Made,
    target: &Target,
    changes: &mut Vec<Change>,
    console: &mut Console,
) -> Result<()> {
    if target.output_dir.is_some() {
        return Ok(());
    }
    let foreign = changes.iter().filter(|change| change.state == State::Foreign);
    let gone: Vec<Utf8PathBuf> = foreign.map(|change| project.place.member.join(&change.path)).collect();
    if gone.is_empty() {
        return Ok(());
    }
    let recorded = project.recorded.as_ref().map(|recorded| recorded.text.as_str());
    let tree = survey.tree.without(&gone);
    let text = pending(recorded, changes).unwrap_or_default().to_owned();
    let later = |said: &[Leaf]| -> Result<Vec<File>> {
        let text = with(&text, said);
        let tree = tree.with(&project.place.member.join(SETTINGS), text.clone());
        let layers = layers(project, prompted, &text)?;
        let survey = project.detect(survey.catalog, &tree)?;
        Ok(project.make(&survey, &survey.pick(&layers)?, &layers)?.files)
    };
    let gives = |said: &[Leaf]| later(said).is_ok_and(|files| acts(&files) == acts(&made.files));
    let app = || leaves(&format!("app = {}\n", toml::Value::from(made.plan.app.as_str())));
    let (mut said, without) = match later(&[]) {
        Ok(files) => (Vec::new(), files),
        // which of several apps is meant was its word, too
        Err(_) => (app(), later(&app()).unwrap_or_default()),
    };
    if acts(&without) == acts(&made.files) {
        return Ok(());
    }
    let body = |files: &[File]| files.iter().find(|file| file.path == DOCKERFILE).map_or_else(String::new, |file| change::body(&file.text));
    let suggested = change::suggest(DOCKERFILE, &body(&without), &body(&made.files));
    let settings: Vec<_> = said.iter().cloned().chain(suggested.settings.iter().flat_map(|(_, setting)| leaves(setting))).collect();
    let words = Words::of(survey.tree, &project.place.member);
    said.extend(leaves(&toml::to_string(&BTreeMap::from([("declared", words)])).unwrap_or_default()));
    // a setting is what people know; one that stands for what only followed from a word is none
    let is_plain = gives(&settings);
    let said = if is_plain { settings } else { said };
    let reached = later(&said).unwrap_or_default();
    let same = |said: &[Leaf]| later(said).is_ok_and(|files| acts(&files) == acts(&reached));
    let said = needed(said, |_, trial| Ok(same(trial)));
    let said = if is_plain { said } else { fewest(said, same) };
    if acts(&reached) != acts(&made.files) {
        let lost = change::suggest(DOCKERFILE, &body(&reached), &body(&made.files));
        let lost: Vec<_> =
            lost.settings.into_iter().map(|(line, _)| line).chain(lost.others).map(|line| format!("`{}`", plain(&line))).collect();
        let what = if lost.is_empty() { "its other files".to_owned() } else { lost.join(", ") };
        let message = format!("the Dockerfile that is replaced decided {what}, and no setting says so");
        console
            .draw(&Diagnostic::warning("write::lost-word", message).help("the next run no longer sees it: say it in a template of yours"));
    }
    if said.is_empty() { Ok(()) } else { add(recorded, said, Some(COMMENT), changes) }
}

/// What the files do, their comments aside.
fn acts(files: &[File]) -> Vec<(&Utf8Path, Option<String>)> {
    files.iter().map(|file| (&*file.path, Header::find(&file.text).map(|header| header.instructions))).collect()
}

/// The lists without the items that make no difference.
fn fewest(mut said: Vec<Leaf>, same: impl Fn(&[Leaf]) -> bool) -> Vec<Leaf> {
    for number in 0..said.len() {
        let mut index = 0;
        while let Some(list) = said[number].value.as_array().filter(|list| index < list.len() && list.len() > 1).cloned() {
            let others = list.iter().enumerate().filter(|(place, _)| *place != index).map(|(_, item)| item);
            said[number].value = others.map(Leaf::plain).collect::<toml_edit::Array>().into();
            if !same(&said) {
                said[number].value = list.into();
                index += 1;
            }
        }
    }
    said
}

/// The settings file with these values in it.
fn with(text: &str, said: &[Leaf]) -> String {
    let mut document: DocumentMut = text.parse().unwrap_or_default();
    said.iter().for_each(|leaf| put(&mut document, leaf));
    document.to_string()
}

/// The layers of a later run, whose `imggen.toml` has this text.
fn layers(project: &Project, prompted: Option<&Said>, text: &str) -> Result<Layers> {
    let recorded = Said::recorded(text.to_owned());
    Ok(Layers::new(project.given.iter().chain(prompted).chain([&recorded]).map(Said::layer).collect::<Result<_>>()?))
}
