//! Rules about what is run: while the image is built, and when it starts.

use super::Case;
use super::image::{self, Shell};
use super::model::{Action, Command, Stage, Step};
use crate::diagnostic::Diagnostic;
use crate::evidence::Span;

/// Instructions that have no place in a file that is made.
pub(super) fn allowed(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |step: &Step| {
        let why = match step.keyword {
            "ADD" => "fetches and unpacks without being asked; COPY does neither",
            "MAINTAINER" => "is deprecated; a label says it",
            "ONBUILD" => "acts in other builds, where nothing here was looked at",
            _ => return None,
        };
        Some(case.refuse("verify::forbidden-instruction", step.span, format!("{} {why}", step.keyword), "this instruction"))
    };
    case.model.steps().filter_map(judge).collect()
}

/// CMD and ENTRYPOINT name a program and not a shell's line, or no signal reaches the program.
pub(super) fn exec_form(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |step: &Step| match &step.action {
        Action::Start(command) if command.shell_form => {
            let message = format!("this {} starts a shell, which keeps signals from the program", step.keyword);
            let found = case.refuse("verify::shell-form", step.span, message, "in the shell form");
            Some(found.help("write it as a JSON array of strings"))
        }
        _ => None,
    };
    case.model.steps().filter_map(judge).collect()
}

/// Of CMD, ENTRYPOINT and HEALTHCHECK a stage has one each: only the last would count.
pub(super) fn once(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |stage: &Stage| {
        let of = |keyword: &'static str| stage.steps.iter().filter(move |step| step.keyword == keyword);
        let repeated = |keyword| of(keyword).skip(1).map(move |step| (step, of(keyword).next()));
        let judge = |(step, first): (&Step, Option<&Step>)| {
            let message = format!("a stage has more than one {}, and only the last one counts", step.keyword);
            let found = case.refuse("verify::repeated-instruction", step.span, message, "once more");
            first.into_iter().fold(found, |found, first| found.at(case.file, Some(first.span), "first here"))
        };
        ["CMD", "ENTRYPOINT", "HEALTHCHECK"].into_iter().flat_map(repeated).map(judge).collect::<Vec<_>>()
    };
    case.model.stages.iter().flat_map(judge).collect()
}

/// What needs a shell has one.
pub(super) fn shell_is_there(case: &Case<'_>) -> Vec<Diagnostic> {
    (0..case.model.stages.len()).flat_map(|index| shell_in_stage(case, index)).collect()
}

fn shell_in_stage(case: &Case<'_>, index: usize) -> Vec<Diagnostic> {
    let lineage = case.model.lineage(index);
    let (Some((stage, ancestors)), Some(root)) = (lineage.split_last(), lineage.first()) else { return Vec::new() };
    let Some(reference) = root.image.value.as_deref() else { return Vec::new() };
    let shell = image::shell(case.expected.catalog, reference);
    let mut chosen = ancestors.iter().flat_map(|stage| &stage.steps).filter_map(chosen_shell).next_back();
    let mut found = Vec::new();
    for step in &stage.steps {
        chosen = chosen_shell(step).or(chosen);
        let there = match shell {
            Shell::Usual => true,
            Shell::At(path) => chosen == Some(path),
            Shell::None => false,
        };
        let (Action::Run(command) | Action::Start(command) | Action::Health(Some(command))) = &step.action else { continue };
        if !there && needs_shell(command, shell) {
            found.push(no_shell(case, step.span, step.keyword, reference, shell));
        }
    }
    found
}

fn chosen_shell(step: &Step) -> Option<&str> {
    match &step.action {
        Action::Shell(program) => program.as_deref(),
        _ => None,
    }
}

/// The shell form does, and so does an exec form that names a shell; in a debug image such a name may be found on the path.
fn needs_shell(command: &Command, shell: Shell<'_>) -> bool {
    let names_shell = match command.program.as_deref() {
        Some("sh" | "bash") => shell == Shell::None,
        Some("/bin/sh" | "/bin/bash") => true,
        _ => false,
    };
    command.shell_form || names_shell
}

fn no_shell(case: &Case<'_>, span: Span, keyword: &str, reference: &str, shell: Shell<'_>) -> Diagnostic {
    let message = format!("this {keyword} needs a shell, and `{reference}` has none at `/bin/sh`");
    let found = case.refuse("verify::no-shell", span, message, "runs in a shell");
    match shell {
        Shell::At(path) => found.help(format!("say `SHELL [\"{path}\", \"-c\"]` before it")),
        _ => found.help("do it in the build stage and copy the result, or name the program itself in a JSON array"),
    }
}

/// The image starts something, where its base would start nothing or a shell.
pub(super) fn something_starts(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = || {
        let (index, last) = case.model.last()?;
        let lineage = case.model.lineage(index);
        let reference = lineage.first()?.image.value.as_deref()?;
        let starts = lineage.iter().flat_map(|stage| &stage.steps).any(|step| matches!(step.action, Action::Start(_)));
        if starts || !image::is_known(case.expected.catalog, reference) {
            return None;
        }
        let message = format!("the image has neither ENTRYPOINT nor CMD, and `{reference}` brings none that starts a program");
        Some(case.refuse("verify::no-command", last.from.span, message, "the last stage"))
    };
    judge().into_iter().collect()
}
