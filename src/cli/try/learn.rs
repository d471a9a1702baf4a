//! Rounds of a trial: what one shows stands in `[learned]` of imggen.toml before the next.

use jiff::{Timestamp, tz};
use toml_edit::{DocumentMut, Item};

use super::super::console::Console;
use super::super::leaves::{Leaf, put};
use super::super::project::{Made, Project, SETTINGS, Said};
use super::super::record::FRESH;
use super::super::write;
use super::{Trial, make};
use crate::change::{self, Change, Header, State};
use crate::diagnostic::Result;
use crate::layers::Source;
use crate::settings::{Learned, Ports};
use crate::trial::lesson::{Lesson, settings};
use crate::trial::report::{Report, Verdict};

/// More rounds would be guessing.
const ROUNDS: usize = 4;

/// Tries, learns and tries again, as long as there is something new; then writes what was learned, and says what changed.
pub fn rounds(trial: &Trial<'_>, project: &mut Project, mut made: Made, console: &mut Console) -> Result<(Report, Vec<String>)> {
    let before = project.recorded.as_ref().map(|said| said.text.clone());
    let mut learned = known(project)?;
    let mut taught: Vec<Lesson> = Vec::new();
    let mut report = trial.once(project, &made, console)?;
    let first = report.verdict;
    for round in 1..ROUNDS {
        let lessons = trial.lessons(project, &made, &report, console)?;
        let new: Vec<_> = lessons.into_iter().filter(|lesson| lesson.add_to(&mut learned)).collect();
        if new.is_empty() {
            break;
        }
        let text = with(project.recorded.as_ref().map(|said| said.text.as_str()), &learned, &new, &made.plan.image.runtime.ports);
        let kept = project.recorded.replace(Said::recorded(text));
        let again = match make(project, trial.survey, trial.picked, console) {
            Ok(again) => again,
            Err(why) => {
                // nothing that cannot be built is written
                project.recorded = kept;
                console.draw(&why);
                break;
            }
        };
        for setting in settings(&new) {
            console.say(&format!("round {round}: learned `{setting}`\n"));
        }
        let next = trial.once(project, &again, console)?;
        if failure(&next).is_some() && failure(&next) == failure(&report) {
            // what did not help was a guess, and is not kept
            project.recorded = kept;
            break;
        }
        taught.extend(new);
        (made, report) = (again, next);
    }
    let mut said = Vec::new();
    if taught.is_empty() {
        said.push("nothing to learn\n".to_owned());
        return Ok((report, said));
    }
    let after = project.recorded.as_ref().map(|said| said.text.clone()).unwrap_or_default();
    let state = if before.is_some() { State::Ours } else { State::New };
    let mut changes = vec![Change { path: SETTINGS.into(), state, before, after, carried: Vec::new() }];
    changes.extend(regenerated(project, &made)?);
    change::write(&project.place.dir, &changes)?;
    let names: Vec<_> = changes.iter().filter(|change| change.state != State::Same).map(|change| change.path.as_str()).collect();
    said.push(format!("\nlearned and wrote to {}:\n", names.join(", ")));
    said.extend(settings(&taught).into_iter().map(|setting| format!("  {setting}\n")));
    if first == Verdict::Fails && report.verdict != Verdict::Fails {
        said.push("it failed before, and works now\n".to_owned());
    }
    report.learned = taught;
    Ok((report, said))
}

/// What makes an image fail.
fn failure(report: &Report) -> Option<&str> {
    report.findings.iter().find(|finding| finding.fails()).map(|finding| finding.diagnostic.message.as_str())
}

/// The files that imggen wrote into the project and nobody edited, as they are now.
fn regenerated(project: &Project, made: &Made) -> Result<Vec<Change>> {
    let target = super::super::args::Target { force: false, output_dir: None };
    let mut changes = write::changes(project, &target, &made.files)?;
    let is_written = changes.iter().any(|change| change.path == "Dockerfile" && change.before.as_deref().and_then(Header::find).is_some());
    changes.retain(|change| is_written && write::is_safe(change));
    Ok(changes)
}

/// What was learned before.
fn known(project: &Project) -> Result<Learned> {
    let layers = project.layers(None)?;
    let own = layers.iter().find(|layer| matches!(layer.source(), Source::Project(_)));
    Ok(own.and_then(|layer| layer.settings().learned.clone()).unwrap_or_default())
}

/// The settings' text with what was learned in it; what is new says when it was seen.
fn with(before: Option<&str>, learned: &Learned, new: &[Lesson], found: &[u16]) -> String {
    let list = |items: &[String]| items.iter().cloned().collect::<toml_edit::Array>().into();
    let ports = |ports: &[u16]| match ports {
        [port] => i64::from(*port).into(),
        ports => ports.iter().map(|port| i64::from(*port)).collect::<toml_edit::Array>().into(),
    };
    let mut values: Vec<(Vec<&str>, toml_edit::Value)> = Vec::new();
    for lesson in new {
        let entry = match lesson {
            Lesson::Port(_) => (vec!["port"], ports(&learned.port.as_ref().map(Ports::list).unwrap_or_default())),
            Lesson::Writable(_) => (vec!["writable"], list(learned.writable.as_deref().unwrap_or_default())),
            Lesson::File(_) => (vec!["files"], list(learned.files.as_deref().unwrap_or_default())),
            Lesson::RunPackage(_) => (vec!["packages", "run"], list(learned.packages.run.as_deref().unwrap_or_default())),
            Lesson::BuildPackage(_) => (vec!["packages", "build"], list(learned.packages.build.as_deref().unwrap_or_default())),
            Lesson::Env(name, value) => (vec!["env", name], value.as_str().into()),
            Lesson::Arguments(words) => (vec!["arguments"], list(words)),
        };
        if !values.iter().any(|(path, _)| *path == entry.0) {
            values.push(entry);
        }
        if matches!(lesson, Lesson::Port(_)) && !found.is_empty() && learned.instead_of.port.is_none() {
            values.push((vec!["instead-of", "port"], ports(found)));
        }
    }
    let mut document: DocumentMut = before.unwrap_or(FRESH).parse().unwrap_or_default();
    let today = Timestamp::now().to_zoned(tz::TimeZone::UTC).date();
    for (path, value) in values {
        let path: Vec<String> = std::iter::once("learned").chain(path).map(str::to_owned).collect();
        put(&mut document, &Leaf { path: path.clone(), value });
        let mut item = Some(document.as_item_mut());
        for part in &path {
            item = item.and_then(|item| item.get_mut(part.as_str()));
        }
        if let Some(value) = item.and_then(Item::as_value_mut) {
            value.decor_mut().set_suffix(format!(" # seen when it ran, {today}"));
        }
    }
    document.to_string()
}

impl Trial<'_> {
    /// What a report teaches. A program that may not write, and does not say where, is let for once: as root, in a container that goes.
    fn lessons(&self, project: &Project, made: &Made, report: &Report, console: &mut Console) -> Result<Vec<Lesson>> {
        let findings = report.findings.iter().chain(&report.hardened_findings);
        let mut lessons: Vec<Lesson> = findings.clone().flat_map(|finding| finding.lessons.iter().cloned()).collect();
        if findings.clone().any(|finding| finding.wants_writable_run) {
            lessons.extend(self.writes(project, made, console)?);
        }
        Ok(lessons)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::leaves::leaves;

    #[test]
    fn what_is_learned_is_added_and_says_when() {
        let mut learned = Learned { writable: Some(vec!["data".into()]), ..Learned::default() };
        let new = [Lesson::Writable("logs".into()), Lesson::Port(vec![3000]), Lesson::Env("MODE".into(), "x".into())];
        new.iter().for_each(|lesson| _ = lesson.add_to(&mut learned));
        let text = with(Some("schema = 1\nport = 80 # mine\n[learned]\nwritable = [\"data\"]\n"), &learned, &new, &[8080]);
        assert!(text.contains("port = 80 # mine\n") && text.contains("writable = [\"data\", \"logs\"] # seen when it ran, "), "{text}");
        let keys: Vec<_> = leaves(&text).iter().map(Leaf::key).collect();
        assert_eq!(keys, ["schema", "port", "learned.writable", "learned.port", "learned.instead-of.port", "learned.env.MODE"]);
        assert!(Said::recorded(text).layer().is_ok());
    }
}
