//! Which app is meant. The project's own word decides, then what listens, then the name; a tie is the user's.

use crate::app::Claim;
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::evidence::Fact;
use crate::lang::Found;
use crate::layers::Layers;

/// The one app that is meant, and the decision that says why.
///
/// # Errors
/// When there is no app, none of the name that was asked for, or several with nothing to choose by.
pub fn select<'a>(found: &'a [Found], layers: &Layers) -> Result<(&'a Found, Decision)> {
    if let Some(asked) = layers.choose("app", |settings| settings.app.clone()) {
        let named = found.iter().find(|found| found.app.name == asked.value).ok_or_else(|| asked.blame(unknown(&asked.value, found)))?;
        let decision = others(Decision::chosen(Topic::App, &named.app.name, &asked), found, named, "not the one that was asked for");
        return Ok((named, decision));
    }
    match open(found).as_slice() {
        [] => Err(nothing().into()),
        [one] => {
            let why = reason(one, found);
            let because = deciding(one, found).map_or(std::slice::from_ref(&one.app.program), Fact::because);
            let decision = Decision::detected(Topic::App, &one.app.name, because).why(why);
            Ok((one, others(decision, found, one, "less speaks for it")))
        }
        several => Err(tie(several).into()),
    }
}

/// The apps among which nothing decides: one when it is clear which is meant.
#[must_use]
pub fn open(found: &[Found]) -> Vec<&Found> {
    let mut left: Vec<&Found> = found.iter().collect();
    let narrow = |left: &mut Vec<&Found>, claim: Claim, wanted: bool| {
        let with: Vec<_> = left.iter().copied().filter(|found| has(found, claim) == wanted).collect();
        if !with.is_empty() {
            *left = with;
        }
    };
    narrow(&mut left, Claim::Aside, false);
    for claim in [Claim::Named, Claim::Listens, Claim::Namesake] {
        if left.len() > 1 {
            narrow(&mut left, claim, true);
        }
    }
    left
}

fn has(found: &Found, claim: Claim) -> bool {
    found.app.claims.iter().any(|fact| fact.value == claim)
}

fn deciding<'a>(one: &'a Found, found: &[Found]) -> Option<&'a Fact<Claim>> {
    let rivals = |claim: Claim| found.iter().filter(|other| !has(other, Claim::Aside) && has(other, claim)).count();
    let order = [Claim::Named, Claim::Listens, Claim::Namesake];
    order
        .iter()
        .find(|claim| has(one, **claim) && rivals(**claim) < found.len())
        .and_then(|claim| one.app.claims.iter().find(|fact| fact.value == *claim))
}

fn reason(one: &Found, found: &[Found]) -> String {
    if found.len() == 1 {
        return "the only one".into();
    }
    match deciding(one, found).map(|fact| fact.value) {
        Some(Claim::Named) => "the project itself names it",
        Some(Claim::Listens) => "the only one that listens on a port",
        Some(Claim::Namesake) => "it bears the project's name",
        Some(Claim::Aside) | None => "the others are examples, tools or tests",
    }
    .into()
}

fn others(decision: Decision, found: &[Found], taken: &Found, why: &str) -> Decision {
    found.iter().filter(|other| other.app.name != taken.app.name).fold(decision, |decision, other| {
        let aside = other.app.claims.iter().find(|fact| fact.value == Claim::Aside);
        let (why, because) = aside.map_or((why, &[][..]), |fact| ("an example, a tool or a test", fact.because()));
        decision.over(&other.app.name, why, because)
    })
}

fn unknown(asked: &str, found: &[Found]) -> Diagnostic {
    let names: Vec<_> = found.iter().map(|found| found.app.name.as_str()).collect();
    let error = Diagnostic::usage("app::unknown", format!("there is no app `{asked}` here"));
    match nearest(asked, names.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => error,
        None => error.help(format!("there are {}", names.join(", "))),
    }
}

fn tie(several: &[&Found]) -> Diagnostic {
    let names: Vec<_> = several.iter().map(|found| format!("`{}`", found.app.name)).collect();
    let error = Diagnostic::usage(
        "app::ambiguous",
        format!("there are {} apps, and nothing says which one is meant: {}", several.len(), names.join(", ")),
    );
    let error = several.iter().fold(error, |error, found| {
        let directory = if found.app.directory.as_str().is_empty() { "." } else { found.app.directory.as_str() };
        error.info(format!("`{}` is {} in `{directory}`", found.app.name, found.language.name()))
    });
    error.help(format!("name one: `--app {}`", several.first().map_or("NAME", |found| found.app.name.as_str())))
}

fn nothing() -> Diagnostic {
    let languages = crate::lang::ALL.iter().map(|language| language.name()).collect::<Vec<_>>().join(", ");
    Diagnostic::error("app::none", "nothing here becomes an image")
        .info(format!("looked for programs in {languages}"))
        .help("run imggen in the directory that holds the project's manifest, or name it: `imggen init DIR`")
}
