//! Facts and settings, settled: one value for everything that is open, each with its origin and what it displaced.

use std::collections::BTreeMap;
use std::fmt;

use crate::app::{Interface, Role};
use crate::catalog::Catalog;
use crate::choices::{Choices, PartChoices};
use crate::decision::{Decision, Topic};
use crate::detect::Picked;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, places_of};
use crate::ladder::{Fit, Variant, climb};
use crate::lang::language::{Found, Offers};
use crate::layers::{Chosen, Layer, Layers};
use crate::learned::Seen;
use crate::need::Need;
use crate::pack::Packs;
use crate::preset::{self, Chain};
use crate::registry;
use crate::settings::{DebugVariant, Ports};

/// The port that a program is given where it demands one and nobody names another; a second one gets the next.
const DEMANDED_PORT: u16 = 8080;

/// Settles everything.
///
/// # Errors
/// When a choice is open that has no default, a setting names what does not exist, or no base holds the program.
pub fn settle<'a>(picked: &'a Picked, settings: &Layers, packs: &Packs, catalog: &'a Catalog) -> Result<Choices<'a>> {
    let mut parts = Vec::new();
    for part in &picked.parts {
        let decision = Decision::detected(Topic::Parts, format!("{} at {}", part.output, part.into), &part.because);
        let choices = settle_app(&part.found, decision, Vec::new(), &settings.for_part(), packs, catalog)?;
        parts.push(PartChoices { part, choices });
    }
    settle_app(&picked.found, picked.decision.clone(), parts, settings, packs, catalog)
}

fn settle_app<'a>(
    found: &'a Found,
    decision: Decision,
    parts: Vec<PartChoices<'a>>,
    settings: &Layers,
    packs: &Packs,
    catalog: &'a Catalog,
) -> Result<Choices<'a>> {
    let (chain, preset_decision) = take_preset(found, settings, packs)?;
    let mut layers = settings.clone();
    layers.extend(chain.layers);
    registry::check(&layers)?;
    let (learned, stale) = take_learned(found, settings, catalog);
    layers.extend(learned.layer);
    let mut offers = found.language.variants(found, &layers, catalog)?;
    offers.variants.iter_mut().for_each(|variant| variant.needs.extend(learned.needs.iter().cloned()));
    let (fit, base) = take_base(&offers, &layers, catalog)?;
    let (ports, port) = take_ports(found, &layers);
    let (env, environment) = take_env(found, &layers, &ports);
    let (user, user_decision) = take_user(&layers)?;
    let (debug, debug_decision) = take_debug(&layers);
    let mut decisions = vec![decision, preset_decision, base, user_decision, debug_decision];
    decisions.extend(port);
    decisions.extend(environment);
    let mut warnings = found.app.warnings.clone();
    warnings.extend(stale);
    for part in &parts {
        decisions.extend(part.choices.decisions.iter().filter(|decision| decision.topic == Topic::Parts).cloned());
        warnings.extend(part.choices.warnings.iter().cloned());
    }
    let gone = || Diagnostic::error("base::unknown", format!("`{}` is no base image that imggen knows", fit.base));
    let image = catalog.base(&fit.base).ok_or_else(gone)?;
    let packs = packs.versions();
    let mut choices = Choices {
        found,
        catalog,
        preset: chain.preset,
        packs,
        layers,
        fit,
        base: image,
        ports,
        user,
        debug,
        env,
        parts,
        decisions,
        warnings,
    };
    if choices.port_is_unknown() {
        choices.warnings.push(unknown_port(found));
    }
    Ok(choices)
}

/// Which bases hold the program, the smallest first: what a prompt offers in place of the one that the ladder found. Those that are there
/// for other languages are left out, whatever they would hold.
///
/// # Errors
/// When a preset's file is broken.
pub fn bases_that_fit(choices: &Choices<'_>, packs: &Packs) -> Result<Vec<String>> {
    let offers = choices.found.language.variants(choices.found, &choices.layers, choices.catalog)?;
    let others = preset::bases_of_others(packs, choices.found.language.presets(choices.found)?)?;
    let fits = |id: &str| climb(&offers.variants, &[id.to_owned()], choices.catalog).is_ok();
    let mut bases: Vec<_> = choices.catalog.bases().filter(|(id, _)| !others.contains(*id) && fits(id)).collect();
    bases.sort_by_key(|(_, base)| base.megabytes);
    Ok(bases.into_iter().map(|(id, _)| id.to_owned()).collect())
}

/// What a trial saw.
#[derive(Default)]
struct TakenLearned {
    layer: Option<Layer>,
    needs: Vec<Fact<Need>>,
}

/// What a trial saw, as far as the project does not say otherwise by now.
fn take_learned(found: &Found, settings: &Layers, catalog: &Catalog) -> (TakenLearned, Option<Diagnostic>) {
    let Some(mut seen) = Seen::of(settings) else { return (TakenLearned::default(), None) };
    let detected: Vec<u16> = found.app.behaviour.listens.iter().filter_map(|listen| listen.value.port).collect();
    let stale = seen.drop_stale(&detected);
    (TakenLearned { layer: Some(seen.layer()), needs: seen.needs(catalog) }, stale)
}

fn take_preset(found: &Found, settings: &Layers, packs: &Packs) -> Result<(Chain, Decision)> {
    let language = found.language.presets(found)?;
    let Some(asked) = settings.choose("preset", |settings| settings.preset.clone()) else {
        let chain = preset::default_for(packs, language)?;
        let name = chain.preset.name.clone();
        let decision = Decision::detected(Topic::Preset, name, std::slice::from_ref(&found.app.program));
        return Ok((chain, decision.why(format!("the default for {language}"))));
    };
    let chain = preset::chain(packs, &asked.value).map_err(|error| asked.blame(*error))?;
    if let Some(other) = chain.preset.language.as_deref().filter(|other| *other != language) {
        let error = Diagnostic::usage(
            "preset::language",
            format!("the preset `{}` is for {other}, and `{}` takes one for {language}", asked.value, found.app.name),
        );
        return Err(asked.blame(error).help("`imggen presets` lists them all").into());
    }
    let decision = Decision::chosen(Topic::Preset, &asked.value, &asked);
    Ok((chain, decision))
}

/// The base that is asked for, or the ladder: whichever a stronger layer names.
#[derive(Clone, Debug)]
enum Rungs {
    One(String),
    Ladder(Vec<String>),
}

impl Rungs {
    fn ids(&self) -> Vec<String> {
        match self {
            Rungs::One(id) => vec![id.clone()],
            Rungs::Ladder(ids) => ids.clone(),
        }
    }
}

impl fmt::Display for Rungs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rungs::One(id) => f.write_str(id),
            Rungs::Ladder(ids) => write!(f, "the ladder {}", ids.join(", ")),
        }
    }
}

fn take_base(offers: &Offers, layers: &Layers, catalog: &Catalog) -> Result<(Fit, Decision)> {
    let rungs =
        layers.choose("base", |settings| settings.base.clone().map(Rungs::One).or_else(|| settings.ladder.clone().map(Rungs::Ladder)));
    let mut rungs = rungs.ok_or_else(|| {
        Diagnostic::usage("base::no-ladder", "neither a preset nor a setting names a base image").help("set `base` or `ladder`")
    })?;
    if let Rungs::Ladder(ids) = &mut rungs.value {
        *ids = ladder(layers);
    }
    let fit = climb(&offers.variants, &rungs.value.ids(), catalog)
        .map_err(|error| way_out(rungs.blame(*error), offers, layers, catalog, &rungs))?;
    let mut decision = Decision::chosen(Topic::Base, &fit.base, &rungs);
    decision.because = deciding(&fit);
    decision.why = match &rungs.value {
        Rungs::One(_) => format!("asked for, and it holds the program ({})", fit.variant.summary),
        Rungs::Ladder(_) => format!("the smallest base image that meets the requirements ({})", fit.variant.summary),
    };
    for misfit in &fit.passed_over {
        let lacks = misfit.lacks.iter().map(|need| need.value.words()).collect::<Vec<_>>().join(", no ");
        let because = places_of(&misfit.lacks);
        decision = decision.over(format!("{} ({})", misfit.base, misfit.variant), format!("it has no {lacks}"), &because);
    }
    Ok((fit, decision))
}

/// The strongest ladder, in which `"..."` stands for the next weaker one; a base that both name keeps its first place.
fn ladder(layers: &Layers) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for chosen in layers.list("ladder", |settings| settings.ladder.clone(), Vec::new()) {
        if !ids.contains(&chosen.value) {
            ids.push(chosen.value);
        }
    }
    ids
}

/// What moved the base up its ladder: the needs that the smaller bases lacked.
fn deciding(fit: &Fit) -> Vec<Evidence> {
    places_of(fit.passed_over.iter().flat_map(|misfit| &misfit.lacks))
}

fn way_out(error: Diagnostic, offers: &Offers, layers: &Layers, catalog: &Catalog, rungs: &Chosen<Rungs>) -> Diagnostic {
    if error.code != "base::missing-need" {
        return error;
    }
    let all: Vec<_> = catalog.bases().map(|(id, _)| id.to_owned()).collect();
    let ladder =
        layers.iter().filter_map(|layer| layer.settings().ladder.clone()).find(|ladder| *ladder != rungs.value.ids()).unwrap_or_default();
    let smallest = |ladder: &[String]| climb(&offers.variants, ladder, catalog).ok();
    let mut error = match smallest(&ladder).or_else(|| smallest(&by_size(&all, catalog))) {
        Some(fit) => error.help(format!("take `base = \"{}\"`, which holds it", fit.base)),
        None => error.help("no base in the catalog holds it; write the image by hand, or add a base to a pack's catalog"),
    };
    for (variant, words) in &offers.on_request {
        if climb(std::slice::from_ref::<Variant>(variant), &rungs.value.ids(), catalog).is_ok() {
            error = error.help(format!("or {words}"));
        }
    }
    error
}

fn by_size(ids: &[String], catalog: &Catalog) -> Vec<String> {
    let mut ids = ids.to_vec();
    ids.sort_by_key(|id| catalog.base(id).map_or(u32::MAX, |base| base.megabytes));
    ids
}

fn take_ports(found: &Found, layers: &Layers) -> (Vec<u16>, Option<Decision>) {
    let mut detected: Option<Fact<PortList>> = None;
    let mut demanded = DEMANDED_PORT;
    for listen in &found.app.behaviour.listens {
        let port = listen.value.port.or_else(|| listen.value.variable.as_ref().map(|_| demanded));
        demanded += u16::from(listen.value.port.is_none());
        let Some(port) = port else { continue };
        let mut ports = detected
            .take()
            .map_or_else(|| listen.with(PortList(Vec::new())), |ports| listen.because().iter().cloned().fold(ports, Fact::and));
        if !ports.value.0.contains(&port) {
            ports.value.0.push(port);
        }
        detected = Some(ports);
    }
    let chosen = layers.choose_or("port", |settings| settings.port.as_ref().map(|ports| PortList(ports.list())), detected);
    match chosen {
        Some(chosen) => {
            let decision = Decision::chosen(Topic::Port, chosen.value.to_string(), &chosen);
            (chosen.value.0, Some(decision))
        }
        None => (Vec::new(), None),
    }
}

struct PortList(Vec<u16>);

impl fmt::Display for PortList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ports::Many(self.0.clone()).fmt(f)
    }
}

fn take_env(found: &Found, layers: &Layers, ports: &[u16]) -> (BTreeMap<String, String>, Vec<Decision>) {
    let mut decisions = Vec::new();
    let mut env = BTreeMap::new();
    let mut give = |name: &str, value: String, why: &str, because: &[Evidence]| {
        if !env.contains_key(name) {
            decisions.push(Decision::detected(Topic::Environment, format!("{name}={value}"), because).why(why));
            env.insert(name.to_owned(), value);
        }
    };
    for fact in &found.app.behaviour.environment {
        give(&fact.value.name, fact.value.value.clone(), "by itself it is set for a developer's machine", fact.because());
    }
    let mut demanded = DEMANDED_PORT;
    for (number, listen) in found.app.behaviour.listens.iter().enumerate() {
        if let (Interface::Loopback, Some(host)) = (listen.value.interface, &listen.value.host) {
            give(host, "0.0.0.0".into(), "by default it is only reachable from inside the container", listen.because());
        }
        let Some(variable) = &listen.value.variable else { continue };
        // a port that was set by the user reaches the program by the variable that it reads
        let differs =
            listen.value.port.is_some_and(|own| number == 0 && ports.first().is_some_and(|port| *port != own && !ports.contains(&own)));
        let why = if differs { "the port that was set" } else { "the program does not start without it" };
        if differs || variable.role == Role::Demanded {
            let port = if number == 0 { ports.first().copied().unwrap_or(demanded) } else { listen.value.port.unwrap_or(demanded) };
            give(&variable.name, port.to_string(), why, listen.because());
        }
        demanded += u16::from(listen.value.port.is_none());
    }
    for (name, chosen) in layers.map("env", |settings| &settings.env) {
        decisions.push(Decision::chosen(Topic::Environment, format!("{name}={}", chosen.value), &chosen));
        env.insert(name, chosen.value);
    }
    (env, decisions)
}

fn take_user(layers: &Layers) -> Result<(String, Decision)> {
    let missing = || Diagnostic::usage("user::missing", "neither a preset nor a setting names a user").help("set `user = \"65532:65532\"`");
    let user = layers.choose("user", |settings| settings.user.clone()).ok_or_else(missing)?;
    let (uid, gid) = user.value.split_once(':').unwrap_or((&user.value, ""));
    let numeric = |id: &str| id.parse::<u32>().is_ok();
    if !numeric(uid) || !numeric(gid) || uid.parse() == Ok(0_u32) {
        let error = Diagnostic::usage("user::invalid", format!("`{}` cannot be the image's user", user.value));
        return Err(user
            .blame(error)
            .help("give `uid:gid` in numbers, and not root: Kubernetes refuses names, and root is no user for a service")
            .into());
    }
    let decision = Decision::chosen(Topic::User, &user.value, &user);
    Ok((user.value, decision))
}

fn take_debug(layers: &Layers) -> (DebugVariant, Decision) {
    let words = |variant: &DebugVariant| match variant {
        DebugVariant::Off => "off",
        DebugVariant::Shell => "shell",
        DebugVariant::Debugger => "debugger",
    };
    let chosen = layers.choose("debug", |settings| settings.debug.as_ref().map(words).map(str::to_owned));
    let variant = layers.iter().find_map(|layer| layer.settings().debug).unwrap_or(DebugVariant::Off);
    let decision = match chosen {
        Some(chosen) => Decision::chosen(Topic::Debug, words(&variant), &chosen),
        None => Decision::detected(Topic::Debug, words(&variant), &[]).why("nothing asks for one"),
    };
    (variant, decision)
}

fn unknown_port(found: &Found) -> Diagnostic {
    let message = format!("`{}` listens, but nothing shows on which port: the image exposes none", found.app.name);
    let warning = Diagnostic::warning("port::unknown", message).help("name it: `--set port=8080`, or `port = 8080` in imggen.toml");
    found.app.behaviour.listens.iter().flat_map(Fact::because).fold(warning, super::diagnostic::Diagnostic::because)
}

/// The C library among a variant's needs.
#[must_use]
pub fn libc_of(variant: &Variant) -> Option<&Need> {
    variant.needs.iter().map(|need| &need.value).find(|need| matches!(need, Need::Libc(..)))
}
