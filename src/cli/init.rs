//! `imggen init`: what was found, what is open, what will be written; then it is written.

#[cfg(test)]
mod tests;

use super::args::{Form, Init, Target};
use super::ask::{self, Answers};
use super::console::{Console, is_interactive};
use super::inherit::inherit;
use super::plan::reason;
use super::project::{Project, SETTINGS, Scene};
use super::prompt::{Prompt, Terminal};
use super::record::{self, record};
use super::text::{self, FAINT, STRONG, cell, heading, plain, table};
use super::{Exit, Stop, base, merge, write};
use crate::change::{Change, State, diff};
use crate::decision::Topic;
use crate::plan::Plan;

/// What the first look tells, and what it calls it.
const FINDINGS: [(Topic, &str); 5] =
    [(Topic::App, "app"), (Topic::Toolchain, "built with"), (Topic::Build, "as"), (Topic::Port, "listens on"), (Topic::Base, "runs on")];

pub(super) fn run(args: &Init, console: &mut Console) -> Result<Exit, Stop> {
    let (project, scene) = Project::open(&args.place.dir, &args.given, console)?;
    let asks = !args.yes && args.format.format == Form::Text && project.files.is_none() && is_interactive();
    let mut terminal = Terminal::new(console.style());
    init(&project, &scene, &args.target, args.format.format, asks.then_some(&mut terminal as &mut dyn Prompt), console)
}

/// With somebody who answers, or without.
fn init(
    project: &Project,
    scene: &Scene,
    target: &Target,
    form: Form,
    mut prompt: Option<&mut dyn Prompt>,
    console: &mut Console,
) -> Result<Exit, Stop> {
    let survey = project.survey(scene)?;
    let says = form == Form::Text;
    if says {
        console.draw_all(&survey.detection.notes);
    }
    let mut answers = Answers::default();
    let said = project.layers(None)?;
    if let Some(prompt) = prompt.as_deref_mut() {
        ask::app(&survey, &said, prompt, &mut answers)?;
    }
    let first = project.layers(Some(&answers.said()))?;
    let picked = survey.pick(&first)?;
    let plan = project.plan(&survey, &picked, &first)?;
    if says {
        console.say(&findings(&plan));
        console.say("\n");
    }
    if let Some(prompt) = prompt.as_deref_mut() {
        let choices = project.settle(&survey, &picked, &first)?;
        if ask::rest(&choices, &said, &project.packs, prompt, &mut answers)? {
            console.say("\n");
        }
    }
    let prompted = answers.said();
    let made = project.make(&survey, &picked, &project.layers(Some(&prompted))?)?.verified(&survey, &project.packs, console)?;
    let mut changes = write::changes(project, target, &made.files)?;
    if target.output_dir.is_none() {
        changes.extend(record(project, &survey, &picked, &prompted, &made)?);
    }
    write::obey(&project.packs, &changes, console)?;
    write::leave_kept(&mut changes, &project.layers(Some(&prompted))?);
    if says {
        console.draw_all(&made.plan.warnings);
    }
    let mut open = false;
    match prompt {
        None => {
            write::refuse(&changes, target, Some(&project.place.dir), console)?;
            inherit(project, &survey, Some(&prompted), &made, target, &mut changes, console)?;
        }
        Some(prompt) => {
            write::refuse_newer(&changes)?;
            if !target.force {
                open = settle_conflicts(project, &mut changes, prompt, console)?;
            }
            inherit(project, &survey, Some(&prompted), &made, target, &mut changes, console)?;
            confirm(&changes, prompt, console)?;
        }
    }
    let out = write::Output { target, form, notes: &survey.detection.notes };
    let exit = write::finish(project, &changes, &made, &out, console)?;
    Ok(if open { Exit::Usage } else { exit })
}

/// What was found, in a few aligned lines.
fn findings(plan: &Plan) -> String {
    let mut said = Vec::new();
    let mut row = |(topic, name): &(Topic, &str)| {
        let decision = plan.decisions.iter().find(|decision| decision.topic == *topic)?;
        // what moved the base is what decided the build, a line above
        let is_said = !decision.because.is_empty() && said.contains(&&decision.because);
        said.push(&decision.because);
        let reason = if is_said && !decision.why.is_empty() { plain(&decision.why) } else { reason(decision, 1) };
        Some([cell(*name), cell(plain(&decision.value)).style(STRONG), cell(reason).style(FAINT)])
    };
    table("", &FINDINGS.iter().filter_map(&mut row).collect::<Vec<_>>())
}

/// Asks for every file that somebody else has worked on. Says whether a merge left something to decide.
fn settle_conflicts(project: &Project, changes: &mut Vec<Change>, prompt: &mut dyn Prompt, console: &mut Console) -> Result<bool, Stop> {
    let (mut kept, mut merged) = (Vec::new(), Vec::new());
    for change in changes.iter().filter(|change| !write::is_safe(change)) {
        let what = if change.state == State::Edited { "was edited since imggen wrote it" } else { "was not written by imggen" };
        let question = format!("{} {what}. What becomes of it?", change.path);
        let can_merge = change.state == State::Edited && base::find(&project.place.dir, change).is_some();
        let mut options = vec![(Fate::Keep, "keep it as it is")];
        options.extend(can_merge.then_some((Fate::Merge, "merge: keep the edits and bring what is new")));
        options.extend([(Fate::Overwrite, "overwrite it"), (Fate::Show, "show the difference first")]);
        let texts: Vec<_> = options.iter().map(|(_, text)| (*text).to_owned()).collect();
        loop {
            match options[prompt.select(&question, &texts)?].0 {
                Fate::Keep => kept.push(change.path.clone()),
                Fate::Merge => merged.push(change.path.clone()),
                Fate::Overwrite => {}
                Fate::Show => {
                    console.say(&text::diff(&diff(change)));
                    continue;
                }
            }
            break;
        }
    }
    changes.retain(|change| !kept.contains(&change.path));
    let recorded = project.recorded.as_ref().map(|recorded| recorded.text.as_str());
    record::keep(recorded, &kept, changes)?;
    // what is merged is kept too, in the same settings
    let is_merged = |change: &Change| merged.contains(&change.path) || !merged.is_empty() && change.path == SETTINGS;
    let (mut both, others) = changes.drain(..).partition(is_merged);
    let open = merge::merge(&project.place.dir, recorded, &mut both, console)?;
    changes.extend(others);
    changes.extend(both);
    Ok(open)
}

/// What becomes of a file that somebody else has worked on.
#[derive(Clone, Copy)]
enum Fate {
    Keep,
    Merge,
    Overwrite,
    Show,
}

/// Shows what matters most and asks whether to write.
fn confirm(changes: &[Change], prompt: &mut dyn Prompt, console: &mut Console) -> Result<(), Stop> {
    let pending: Vec<_> = changes.iter().filter(|change| change.state != State::Same).collect();
    if pending.is_empty() {
        return Ok(());
    }
    // a new .dockerignore or debug variant would push the Dockerfile off the screen
    let (shown, waiting): (Vec<&Change>, Vec<&Change>) =
        pending.iter().partition(|change| change.state != State::New || matches!(change.path.as_str(), "Dockerfile" | "imggen.toml"));
    console.say(&shown.into_iter().map(show).collect::<String>());
    let names: Vec<_> = pending.iter().map(|change| change.path.as_str()).collect();
    let question = format!("Write {}?", names.join(", "));
    let mut options = vec!["yes".to_owned(), "no".to_owned()];
    if !waiting.is_empty() {
        let names: Vec<_> = waiting.iter().map(|change| change.path.as_str()).collect();
        options.push(format!("show {} first", names.join(" and ")));
    }
    loop {
        match prompt.select(&question, &options)? {
            0 => return Ok(()),
            1 => return Err(Stop::Cancelled),
            _ => {
                console.say(&waiting.iter().map(|change| show(change)).collect::<String>());
                options.truncate(2);
            }
        }
    }
}

/// What is new, or takes the place of something else, as it will be; what is changed by its difference.
fn show(change: &Change) -> String {
    if matches!(change.state, State::New | State::Foreign) {
        return format!("{}\n{}\n", heading(&change.path), change.after);
    }
    format!("{}\n", text::diff(&diff(change)))
}
