//! What `init` asks: only what nobody has said, and always with the answer first that a run without a terminal would take.

use super::Stop;
use super::project::{Said, Survey};
use super::prompt::Prompt;
use super::text::{cell, table};
use crate::app::Claim;
use crate::choices::Choices;
use crate::lang::language::Seen;
use crate::layers::Layers;
use crate::pack::Packs;
use crate::select::open;
use crate::settings::{DebugVariant, Settings};
use crate::settle::bases_that_fit;

/// Answers so far, as lines of a settings file.
#[derive(Debug, Default)]
pub struct Answers(Vec<String>);

impl Answers {
    /// The layer that they make.
    pub fn said(&self) -> Said {
        Said::at_prompts(self.0.concat())
    }

    fn take(&mut self, key: &str, value: impl Into<toml::Value>) {
        self.0.push(format!("{key} = {}\n", value.into()));
    }
}

/// Which app is meant, where there are several.
///
/// # Errors
/// When the question is cancelled.
pub fn app(survey: &Survey<'_>, layers: &Layers, prompt: &mut dyn Prompt, answers: &mut Answers) -> Result<(), Stop> {
    if says(layers, |settings| settings.app.is_some()) {
        return Ok(());
    }
    let likely = open(survey.catalog, &survey.detection.seen)?.left;
    let is_aside = |seen: &Seen<'_>| seen.sighting.claims.iter().any(|claim| matches!(claim.value, Claim::Aside | Claim::Foreign));
    let is_likely = |seen: &Seen<'_>| likely.iter().any(|likely| likely.sighting.name == seen.sighting.name);
    let others = survey.detection.seen.iter().filter(|seen| !is_aside(seen) && !is_likely(seen));
    let apps: Vec<&Seen> = likely.iter().copied().chain(others).collect();
    if apps.len() < 2 {
        return Ok(());
    }
    let rows: Vec<_> = apps.iter().map(|seen| [cell(&seen.sighting.name), cell(describe(seen))]).collect();
    let taken = prompt.select("Which app becomes the image?", &lines(&table("", &rows)))?;
    if taken > 0 || likely.len() > 1 {
        answers.take("app", apps[taken].sighting.name.as_str());
    }
    Ok(())
}

fn describe(seen: &Seen<'_>) -> String {
    let directory = if seen.sighting.directory.as_str().is_empty() { "." } else { seen.sighting.directory.as_str() };
    format!("{} in {directory}", seen.language.name())
}

/// Base, port and debug variant; says whether anything was asked.
///
/// # Errors
/// When a question is cancelled.
pub fn rest(choices: &Choices<'_>, said: &Layers, packs: &Packs, prompt: &mut dyn Prompt, answers: &mut Answers) -> Result<bool, Stop> {
    let asks_base = !says(said, |settings| settings.base.is_some() || settings.ladder.is_some());
    let asks_port = choices.port_is_unknown();
    let asks_debug = !says(said, |settings| settings.debug.is_some());
    if asks_base {
        base(choices, packs, prompt, answers)?;
    }
    if asks_port {
        let port = prompt.text("Which port does it listen on?", "a number; empty for none", check_port)?;
        match port.parse::<u16>() {
            Ok(port) => answers.take("port", i64::from(port)),
            Err(_) => answers.take("port", toml::Value::Array(Vec::new())),
        }
    }
    if asks_debug {
        debug(choices.debug, prompt, answers)?;
    }
    Ok(asks_base || asks_port || asks_debug)
}

fn base(choices: &Choices<'_>, packs: &Packs, prompt: &mut dyn Prompt, answers: &mut Answers) -> Result<(), Stop> {
    let mut bases = bases_that_fit(choices, packs)?;
    // the ladder's pick first, the others as they are, by size
    bases.sort_by_key(|id| *id != choices.fit.base);
    if bases.len() < 2 {
        return Ok(());
    }
    let row = |id: &String| {
        let base = choices.catalog.base(id);
        let size = base.map_or_else(String::new, |base| format!("{:>3} MB", base.megabytes));
        [cell(id), cell(size), cell(base.map_or("", |base| &base.summary))]
    };
    let rows: Vec<_> = bases.iter().map(row).collect();
    let taken = prompt.select("Which base image does it run on?", &lines(&table("", &rows)))?;
    if taken > 0 {
        answers.take("base", bases[taken].as_str());
    }
    Ok(())
}

fn debug(default: DebugVariant, prompt: &mut dyn Prompt, answers: &mut Answers) -> Result<(), Stop> {
    let mut variants = [
        (DebugVariant::Shell, "shell", "the program with symbols, and a shell beside it"),
        (DebugVariant::Debugger, "debugger", "the program under its language's debugger"),
        (DebugVariant::Off, "off", "no debug variant"),
    ];
    variants.sort_by_key(|(variant, ..)| *variant != default);
    let rows = variants.map(|(_, id, summary)| [cell(id), cell(summary)]);
    let taken = prompt.select("Which debug variant stands beside it?", &lines(&table("", &rows)))?;
    if taken > 0 {
        answers.take("debug", variants[taken].1);
    }
    Ok(())
}

fn check_port(text: &str) -> Result<(), String> {
    match text.parse::<u16>() {
        Ok(0) => Err("0 is no port".into()),
        Err(_) if !text.is_empty() => Err("a port is a number up to 65535".into()),
        _ => Ok(()),
    }
}

fn says(layers: &Layers, what: impl Fn(&Settings) -> bool) -> bool {
    layers.iter().any(|layer| what(layer.settings()))
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_a_port_or_nothing() {
        assert_eq!(["", "1", "65535"].map(|text| check_port(text).is_ok()), [true; 3]);
        assert_eq!(["0", "65536", "-1", "http"].map(|text| check_port(text).is_ok()), [false; 4]);
    }
}
