//! What of the missing sources the build makes; what it cannot make is refused, or said.

use camino::Utf8PathBuf;

use super::Generation;
use crate::choices::Choices;
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::lang::go::{Dependencies, Facts};
use crate::need::Need;
use crate::plan::ShellLine;
use crate::settings::tree_path;

/// What the build stage does before it compiles.
#[derive(Debug, Default)]
pub struct Runs {
    /// What is made, in words.
    pub comment: String,
    /// Programs to install, before the sources are there.
    pub installs: Vec<ShellLine>,
    /// Commands that make sources.
    pub commands: Vec<ShellLine>,
    /// Programs of the distribution.
    pub needs: Vec<Need>,
    /// What is made, and by what.
    pub decisions: Vec<Decision>,
    /// What the program may miss.
    pub warnings: Vec<Diagnostic>,
}

/// Settles what is run.
///
/// # Errors
/// When the program does not compile without something that nobody brings.
pub fn settle(facts: &Facts, choices: &Choices<'_>) -> Result<Runs> {
    let prebuilt = choices.layers.list("prebuilt", |settings| settings.prebuilt.clone(), Vec::new());
    let mut runs = Runs::default();
    let mut made = Vec::new();
    for fact in &facts.generations {
        let generation = &fact.value;
        if prebuilt.iter().any(|chosen| generation.makes.starts_with(tree_path(&chosen.value))) {
            continue;
        }
        if !generation.runs() {
            if generation.fatal {
                return Err(unmade(fact, Diagnostic::error).into());
            }
            runs.warnings.push(unmade(fact, Diagnostic::warning));
            continue;
        }
        for package in &generation.installs {
            let of_module = !package.contains('@');
            let install = install(package, of_module.then_some(&facts.module));
            // what the module requires is there before the sources only where its manifests are
            let early = !of_module || facts.dependencies == Dependencies::Downloaded;
            let lines = if early { &mut runs.installs } else { &mut runs.commands };
            if !lines.contains(&install) {
                lines.push(install);
            }
        }
        runs.commands.push(generation.command.clone());
        runs.needs.extend(generation.needs.iter().cloned());
        made.push(generation.makes.as_str());
        let decision = format!("{} by {}", generation.makes, generation.command);
        runs.decisions.push(Decision::detected(Topic::Build, decision, fact.because()).why("it is not in the project"));
    }
    runs.comment = format!("{}: not in the project", made.join(", "));
    Ok(runs)
}

fn install(package: &str, module: Option<&Utf8PathBuf>) -> ShellLine {
    let go = match module.filter(|module| !module.as_str().is_empty()) {
        Some(module) => ShellLine::of("go -C").path(module).then("install"),
        None => ShellLine::of("go install"),
    };
    go.word(package)
}

/// What to say of sources that the build cannot make.
fn unmade(fact: &Fact<Generation>, of: fn(&'static str, String) -> Diagnostic) -> Diagnostic {
    let Generation { makes, says, lacks, .. } = &fact.value;
    let what = match (says.as_str(), lacks.first()) {
        ("", _) => "is needed and not in the project, and nothing here says what makes it".to_owned(),
        (says, Some(package)) => format!("is not in the project: `{says}` makes it, and nothing says which version of `{package}`"),
        (says, None) => format!("is not in the project: `{says}` makes it, which the build cannot run as it is written"),
    };
    let said = fact.because().iter().fold(of("go::missing-package", format!("`{makes}` {what}")), Diagnostic::because);
    let command = if says.is_empty() { "make it".to_owned() } else { format!("run `{says}`") };
    let outside = format!("{command} and commit the result; if it is there before `docker build`: `prebuilt = [\"{makes}\"]`");
    match lacks.iter().find(|package| package.contains('.')) {
        Some(package) => said
            .help(format!("make it a tool of the module, and the build runs it: `go get -tool {package}@latest`"))
            .help(format!("or {outside}")),
        None => said.help(outside),
    }
}
