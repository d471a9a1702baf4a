//! Which app is meant. The project's own word decides, then what listens, then the name; a tie is the user's.

use camino::Utf8Path;

use crate::app::Claim;
use crate::auxiliary;
use crate::catalog::Catalog;
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::evidence::{Evidence, Fact};
use crate::lang::language::Seen;
use crate::lang::manifests::foreign_language;
use crate::layers::Layers;

/// The apps among which nothing decides: one when it is clear which is meant.
#[derive(Debug)]
pub struct Open<'a> {
    /// The apps.
    pub left: Vec<&'a Seen<'a>>,
    /// What decided last.
    decided: Option<Decided>,
}

/// A claim that one app has and the others have not.
#[derive(Debug)]
struct Decided {
    why: &'static str,
    because: Vec<Evidence>,
}

/// The one app that is meant, and the decision that says why.
///
/// # Errors
/// When there is no app, none of the name that was asked for, or several with nothing to choose by.
pub fn select<'a>(catalog: &Catalog, seen: &'a [Seen<'a>], layers: &Layers) -> Result<(&'a Seen<'a>, Decision)> {
    if let Some(asked) = layers.choose("app", |settings| settings.app.clone()) {
        let named = match in_directory(&asked.value, seen).as_slice() {
            _ if seen.iter().any(|seen| seen.sighting.name == asked.value) => seen.iter().find(|seen| seen.sighting.name == asked.value),
            [one] => Some(*one),
            [] => None,
            several => return Err(asked.blame(tie(several)).into()),
        };
        let named = named.ok_or_else(|| asked.blame(unknown(&asked.value, seen)))?;
        let decision = Decision::chosen(Topic::App, &named.sighting.name, &asked);
        return Ok((named, passing_over(decision, seen, named, "not the one that was asked for")));
    }
    let open = open(catalog, seen)?;
    match open.left.as_slice() {
        [] => Err(nothing().into()),
        [one] => {
            if let Some(foreign) = claim(one, Claim::Foreign) {
                return Err(part_of_another(one, foreign).into());
            }
            let decided = open.decided.unwrap_or_else(|| Decided { why: alone(seen), because: vec![one.sighting.program.clone()] });
            let decision = Decision::detected(Topic::App, &one.sighting.name, &decided.because).why(decided.why);
            Ok((one, passing_over(decision, seen, one, "less speaks for it")))
        }
        several => Err(tie(several).into()),
    }
}

/// Narrows the apps down as far as the project itself does.
///
/// # Errors
/// When looking at an app finds a broken manifest.
pub fn open<'a>(catalog: &Catalog, seen: &'a [Seen<'a>]) -> Result<Open<'a>> {
    let mut open = Open { left: seen.iter().collect(), decided: None };
    let is_plain = |seen: &Seen| [Claim::Aside, Claim::Foreign].iter().all(|against| claim(seen, *against).is_none());
    let plain = |seen: &Seen| if is_plain(seen) { vec![seen.sighting.program.clone()] } else { Vec::new() };
    open.narrow(Reach::Everywhere, plain, None);
    open.narrow(Reach::Below, |seen| evidence(claim(seen, Claim::Named)), Some("the project itself names it"));
    open.set_pages_aside();
    if open.are_images() {
        return Ok(open);
    }
    if open.left.len() > 1 {
        // the costly question comes only when the cheap ones leave it open
        // every site listens: beside a program that says nothing of it
        let programs = open.left.iter().any(|seen| claim(seen, Claim::Pages).is_none());
        let asked = |seen: &&Seen<'_>| !programs || claim(seen, Claim::Pages).is_none();
        let listens =
            open.left.iter().map(|seen| if asked(seen) { seen.listens(catalog) } else { Ok(Vec::new()) }).collect::<Result<Vec<_>>>()?;
        let mut answers = listens.into_iter();
        open.narrow(Reach::Everywhere, |_| answers.next().unwrap_or_default(), Some("the only one that listens on a port"));
    }
    open.narrow(Reach::Below, |seen| evidence(claim(seen, Claim::Namesake)), Some("it bears the project's name"));
    open.narrow(Reach::Below, |seen| evidence(claim(seen, Claim::Built)), Some("the only one that the project's own tools build"));
    Ok(open)
}

impl Open<'_> {
    /// Leaves out the pages that are about the project, where a program is there too.
    fn set_pages_aside(&mut self) {
        let is_pages = |seen: &Seen<'_>| claim(seen, Claim::Pages).is_some();
        if self.left.iter().all(|seen| is_pages(seen)) {
            return;
        }
        let about = |seen: &Seen<'_>| auxiliary::holds_no_pages(&seen.sighting.directory);
        self.left.retain(|seen| !(is_pages(seen) && about(seen)));
    }

    /// Whether the project makes images of several of them: none of these is the one.
    fn are_images(&self) -> bool {
        self.left.iter().filter(|seen| claim(seen, Claim::Image).is_some()).count() > 1
    }

    /// Keeps those that something speaks for, if it speaks for any, and those that it does not speak of.
    fn narrow(&mut self, reach: Reach, mut speaks: impl FnMut(&Seen<'_>) -> Vec<Evidence>, why: Option<&'static str>) {
        if self.left.len() < 2 {
            return;
        }
        let all: Vec<_> = self.left.iter().map(|seen| (*seen, speaks(seen))).collect();
        let with: Vec<_> = all.iter().filter(|(_, because)| !because.is_empty()).collect();
        let beaten = |seen: &Seen| with.iter().flat_map(|(_, because)| because).any(|at| reach.takes_in(at, seen));
        self.left = all.iter().filter(|(seen, because)| !because.is_empty() || !beaten(seen)).map(|(seen, _)| *seen).collect();
        if let (Some(why), true, [_], [(_, because)]) = (why, all.len() > 1, self.left.as_slice(), with.as_slice()) {
            self.decided = Some(Decided { why, because: because.clone() });
        }
    }
}

/// Directories in which people keep the Dockerfile of the one around.
const KEPT_APART: [&str; 2] = ["docker", ".docker"];

/// How far a word reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// It sets an app apart from all others.
    Everywhere,
    /// It stands in a manifest or the like, and tells apart what lies below that: `api/go.mod` says nothing of `web/`.
    Below,
}

impl Reach {
    fn takes_in(self, at: &Evidence, seen: &Seen<'_>) -> bool {
        // what is kept in a directory for such files speaks for what lies around that
        let kept_apart = |directory: &Utf8Path| directory.file_name().is_some_and(|name| KEPT_APART.contains(&name));
        let directory = at.file.parent().map(|directory| directory.parent().filter(|_| kept_apart(directory)).unwrap_or(directory));
        self == Self::Everywhere || directory.is_some_and(|directory| seen.sighting.directory.starts_with(directory))
    }
}

fn claim<'s>(seen: &'s Seen<'_>, claim: Claim) -> Option<&'s Fact<Claim>> {
    seen.sighting.claims.iter().find(|fact| fact.value == claim)
}

fn evidence(claim: Option<&Fact<Claim>>) -> Vec<Evidence> {
    claim.map(|fact| fact.because().to_vec()).unwrap_or_default()
}

fn alone(seen: &[Seen<'_>]) -> &'static str {
    if seen.len() == 1 { "the only one" } else { "the others are examples, tools or tests" }
}

fn passing_over(decision: Decision, seen: &[Seen<'_>], taken: &Seen<'_>, why: &str) -> Decision {
    seen.iter().filter(|other| other.sighting.name != taken.sighting.name).fold(decision, |decision, other| {
        match claim(other, Claim::Aside).or_else(|| claim(other, Claim::Foreign)) {
            Some(against) => decision.over(&other.sighting.name, against.value.words(), against.because()),
            None => decision.over(&other.sighting.name, why, &[]),
        }
    })
}

/// The apps of a directory, which names one as well as its name does.
fn in_directory<'a>(asked: &str, seen: &'a [Seen<'a>]) -> Vec<&'a Seen<'a>> {
    let directory = asked.trim_start_matches("./").trim_end_matches('/');
    seen.iter().filter(|seen| !directory.is_empty() && seen.sighting.directory == directory).collect()
}

fn unknown(asked: &str, seen: &[Seen<'_>]) -> Diagnostic {
    let names: Vec<_> = seen.iter().map(|seen| seen.sighting.name.as_str()).collect();
    let error = Diagnostic::usage("app::unknown", format!("there is no app `{asked}` here"));
    match nearest(asked, names.iter().copied()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => error,
        None => error.help(format!("there are {}", names.join(", "))),
    }
}

fn tie(several: &[&Seen<'_>]) -> Diagnostic {
    let names: Vec<_> = several.iter().map(|seen| format!("`{}`", seen.sighting.name)).collect();
    let message = format!("there are {} apps, and nothing says which one is meant: {}", several.len(), names.join(", "));
    let error = several.iter().fold(Diagnostic::usage("app::ambiguous", message), |error, seen| error.because(&seen.sighting.program));
    error.help(format!("name one: `--app {}`", several.first().map_or("NAME", |seen| seen.sighting.name.as_str())))
}

fn part_of_another(seen: &Seen<'_>, foreign: &Fact<Claim>) -> Diagnostic {
    let name = &seen.sighting.name;
    let manifest = foreign.because().first().map_or("", |at| at.file.as_str());
    let language = foreign_language(manifest).unwrap_or("another language");
    let message =
        format!("the project is written in {language}, which imggen does not know, and `{name}` may be no more than a part of it");
    let error = Diagnostic::usage("app::foreign", message).because(&seen.sighting.program);
    let error = foreign.because().iter().fold(error, Diagnostic::because);
    error.help(format!("if it is what becomes the image, say so: `--app {name}`"))
}

fn nothing() -> Diagnostic {
    let languages = crate::lang::ALL.iter().map(|language| language.name()).collect::<Vec<_>>().join(", ");
    Diagnostic::error("app::none", "nothing here becomes an image")
        .info(format!("looked for programs in {languages}"))
        .help("run imggen in the directory that holds the project's manifest, or name it: `imggen init DIR`")
}
