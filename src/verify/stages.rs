//! Rules about stages: how many, their names, the images that they come from.

use super::image;
use super::model::{Stage, Step};
use super::{Case, Kind};
use crate::diagnostic::Diagnostic;

/// What builds the program does not ship with it.
pub(super) fn at_least_two(case: &Case<'_>) -> Vec<Diagnostic> {
    match case.model.stages.as_slice() {
        [only] => {
            let message = "one stage alone ships what builds the program along with it";
            vec![
                case.refuse("verify::single-stage", only.from.span, message, "the only stage")
                    .help("build in a stage of its own and copy the result"),
            ]
        }
        _ => Vec::new(),
    }
}

/// Every stage has a name that other instructions and `--target` can use.
pub(super) fn named(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |stage: &Stage| {
        let Some(name) = &stage.name else {
            return Some(case.refuse("verify::unnamed-stage", stage.from.span, "a stage has no name", "no `AS name` here"));
        };
        if matches!(name.to_ascii_lowercase().as_str(), "scratch" | "context") {
            let message = format!("`{name}` is a name that Docker keeps for itself");
            return Some(case.refuse("verify::reserved-stage", stage.from.span, message, "this stage"));
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(plain) {
            let message = format!("`{name}` is no name for a stage: lower-case letters, digits, `-`, `_` and `.`, a letter first");
            return Some(case.refuse("verify::stage-name", stage.from.span, message, "this stage"));
        }
        None
    };
    case.model.stages.iter().filter_map(judge).collect()
}

/// No two stages share a name.
pub(super) fn unique(case: &Case<'_>) -> Vec<Diagnostic> {
    let stages = &case.model.stages;
    let judge = |(index, stage): (usize, &Stage)| {
        let name = stage.name.as_ref()?;
        let same = |other: &&Stage| other.name.as_ref().is_some_and(|other| other.eq_ignore_ascii_case(name));
        let first = stages[..index].iter().find(same)?;
        let message = format!("two stages are named `{name}`");
        let found = case.refuse("verify::duplicate-stage", stage.from.span, message, "the second one");
        Some(found.at(case.file, Some(first.from.span), "the first one"))
    };
    stages.iter().enumerate().filter_map(judge).collect()
}

/// A production image is neither the debug stage nor made from a debug image.
pub(super) fn nothing_to_debug(case: &Case<'_>) -> Vec<Diagnostic> {
    if case.expected.variant == Kind::Debug {
        return Vec::new();
    }
    let last = case
        .model
        .last()
        .map(|(_, stage)| stage)
        .filter(|stage| stage.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case("debug")));
    let stage = last.map(|stage| {
        let message = "the last stage, which is what a plain build makes, is the debug stage";
        case.refuse("verify::debug-stage", stage.from.span, message, "the last stage").help("put the stage of the production image last")
    });
    let bases = case.model.stages.iter().filter(|stage| stage.parent.is_none()).filter_map(|stage| {
        let reference = stage.image.value.as_deref()?;
        image::is_debug(case.expected.catalog, reference)
            .then(|| case.refuse("verify::debug-base", stage.image.span, format!("`{reference}` is a debug image"), "in a production file"))
    });
    stage.into_iter().chain(bases).collect()
}

/// An image is named with a tag that says what it is, or a digest.
pub(super) fn from_something_tagged(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |stage: &Stage| {
        let Some(reference) = stage.image.value.as_deref() else {
            let message = format!("nothing gives `{}` a value, so this file does not build as it stands", stage.image.raw);
            let found = case.refuse("verify::unset-argument", stage.image.span, message, "this image");
            return Some(found.help("give the ARG before the first FROM a default"));
        };
        if stage.parent.is_some() || reference == "scratch" {
            return None;
        }
        let why = match image::pin(reference) {
            image::Pin::None => "names no version",
            image::Pin::Tag("latest") => "is another image tomorrow",
            image::Pin::Tag(_) | image::Pin::Digest => return None,
        };
        Some(case.refuse("verify::untagged-image", stage.image.span, format!("`{reference}` {why}"), "this image").help("name a tag"))
    };
    case.model.stages.iter().filter_map(judge).collect()
}

/// What is copied or mounted from elsewhere comes from an earlier stage or from an image with a tag.
pub(super) fn sources_exist(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |index: usize, step: &Step| {
        let copied = step.flag("from").map(|flag| (flag.span, flag.value.clone()));
        let mounted = step.mounts().filter_map(|(flag, keys)| Some((flag.span, (*keys.get("from")?).to_owned())));
        let judge = |(span, name): (_, String)| {
            // a variable is filled in by no frontend here
            let image = !name.contains('$') && matches!(image::pin(&name), image::Pin::Tag(tag) if tag != "latest");
            let known = image || image::pin(&name) == image::Pin::Digest || case.model.earlier(index, &name).is_some();
            (!known).then(|| {
                let message = format!("`{name}` is no earlier stage and no image with a tag");
                case.refuse("verify::unknown-stage", span, message, "taken from here")
            })
        };
        copied.into_iter().chain(mounted).filter_map(judge).collect::<Vec<_>>()
    };
    let stages = case.model.stages.iter().enumerate();
    stages.flat_map(|(index, stage)| stage.steps.iter().flat_map(move |step| judge(index, step))).collect()
}
