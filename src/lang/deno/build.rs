//! The build stage of a Deno program: packages first, then what the sources import besides, then what a task builds.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::apps::SERVE_PORT;
use super::start::PORT;
use super::{Facts, INTERPRETER};
use crate::choices::Choices;
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::need::Need;
use crate::plan::{Blueprint, Copy, Setting, ShellLine, Start as Started, Step, Target};
use crate::settings::DebugVariant;
use crate::version::Version;

/// Where everything lies, in the build stage and in the image.
const APP: &str = "/app";
/// Where Deno keeps packages and compiled modules.
const CACHE: &str = "/deno-dir";

/// What `templates/deno` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Build {
    /// The reference for FROM.
    pub image: String,
    /// Environment of the build stage.
    pub env: Vec<(String, String)>,
    /// What has to be there to install.
    pub manifests: Vec<Copy>,
    /// The step that installs what the manifests name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub install: Option<Step>,
    /// Everything else.
    pub source: Copy,
    /// The step that builds, and fetches what only the sources name.
    pub make: Step,
}

pub(super) fn blueprint(facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Build>> {
    let toolchain = choices.catalog.toolchain(INTERPRETER.name)?;
    let known = toolchain.releases.first().map(|release| release.version);
    let missing = || Diagnostic::error("catalog::no-release", "the catalog knows no Deno");
    let version = choices.interpreter(INTERPRETER.name).or(known).ok_or_else(missing)?;
    let (suite_name, suite) = toolchain.suite(version, |suite| choices.is_on(suite))?;
    let image = choices.reference(&toolchain.image(version, suite_name));
    let debugger = toolchain.debugger.as_ref().filter(|_| target == Target::Debug(DebugVariant::Debugger));
    let build = build(facts, image);
    let mut arguments = words(facts, choices);
    if let Some(debugger) = debugger {
        arguments.insert(1.min(arguments.len()), format!("--inspect=0.0.0.0:{}", debugger.port));
    }
    let start = &facts.start;
    let mut env = BTreeMap::from([("DENO_DIR".to_owned(), CACHE.to_owned()), ("DENO_NO_UPDATE_CHECK".to_owned(), "1".to_owned())]);
    env.extend(start.env.iter().map(|(name, value)| (name.clone(), settled(choices, value))));
    let shell = choices.base.holds(&Need::Program("sh".into()));
    let workdir = place(&facts.directory);
    Ok(Blueprint {
        headline: match target {
            Target::Production | Target::Part => headline(facts, &Fact::new(version, facts.at.clone())),
            Target::Debug(_) => debugger.map_or_else(String::new, |debugger| format!("the inspector on port {}", debugger.port)),
        },
        decisions: decisions(facts, &build),
        builder: suite.into(),
        build_needs: Vec::new(),
        takes: vec![Copy::stage("build", CACHE, CACHE), Copy::stage("build", APP, APP)],
        env,
        setting: Setting {
            workdir: Some(workdir),
            context: Some(facts.context.clone()),
            sources: Some(APP.into()),
            tree: Some(APP.into()),
            start: if shell { Started::Command } else { Started::Program },
            ..Setting::default()
        },
        entrypoint: vec![INTERPRETER.name.to_owned()],
        arguments,
        ports: debugger.map(|debugger| debugger.port).into_iter().collect(),
        warnings: Vec::new(),
        build,
    })
}

fn headline(facts: &Facts, version: &Fact<Version>) -> String {
    let mut parts = vec![INTERPRETER.headline(version, super::ANY)];
    parts.extend((!facts.what.is_empty()).then(|| facts.what.clone()));
    parts.extend(facts.lock.as_ref().map(ToString::to_string));
    parts.join(", ")
}

fn place(directory: &Utf8Path) -> Utf8PathBuf {
    directory.components().fold(APP.into(), |path: Utf8PathBuf, part| path.join(part))
}

fn build(facts: &Facts, image: String) -> Build {
    let frozen = if facts.lock.is_some() { "--frozen" } else { "" };
    let inside = |path: &Utf8Path| path.strip_prefix(&facts.context).unwrap_or(path).to_owned();
    let mut manifests: BTreeMap<Utf8PathBuf, Vec<String>> = BTreeMap::new();
    for path in facts.install.iter().filter(|_| facts.declares) {
        manifests.entry(inside(path).parent().unwrap_or(Utf8Path::new("")).to_owned()).or_default().push(path.to_string());
    }
    let to = |directory: &Utf8Path| if directory.as_str().is_empty() { "./".to_owned() } else { format!("{directory}/") };
    let manifests = manifests.into_iter().map(|(directory, sources)| Copy { from: None, owner: None, sources, to: to(&directory) });
    let directory = &facts.directory;
    let below = !directory.as_str().is_empty();
    // a scheme makes it a module of elsewhere
    let module = if facts.start.module.contains(':') { facts.start.module.clone() } else { directory.join(&facts.start.module).into() };
    let fetch = ShellLine::of("deno cache").then(frozen).word(&module);
    let in_place = || if below { ShellLine::of("deno task --cwd").path(directory) } else { ShellLine::of("deno task") };
    let task = facts.build.iter().map(|task| in_place().word(&task.value));
    let commands = task.chain([fetch]).collect();
    let context = if facts.context.as_str().is_empty() { "." } else { facts.context.as_str() };
    Build {
        image,
        env: vec![("DENO_DIR".to_owned(), CACHE.to_owned()), ("DENO_NO_UPDATE_CHECK".to_owned(), "1".to_owned())],
        manifests: manifests.collect(),
        install: facts.declares.then(|| Step { mounts: Vec::new(), commands: vec![ShellLine::of("deno install").then(frozen)] }),
        source: Copy::context(context, "."),
        make: Step { mounts: Vec::new(), commands },
    }
}

/// A word with the port in it.
fn settled(choices: &Choices<'_>, text: &str) -> String {
    let own = || choices.found.app.behaviour.listens.iter().find_map(|listen| listen.value.port);
    let port = choices.ports.first().copied().or_else(own).unwrap_or(SERVE_PORT);
    text.replace(PORT, &port.to_string())
}

/// What deno is given. Nothing is fetched when it starts.
fn words(facts: &Facts, choices: &Choices<'_>) -> Vec<String> {
    let set = choices.layers.iter().find_map(|layer| layer.settings().languages.deno.command.clone());
    if let Some(words) = set.filter(|words| !words.is_empty()) {
        return words;
    }
    let start = &facts.start;
    let flags = start.flags.iter().map(String::as_str);
    let words = [start.verb, "--cached-only"].into_iter().chain(flags).chain([start.module.as_str()]);
    let command = choices.found.app.behaviour.command.iter().flat_map(|command| &command.value);
    let words = words.chain(start.arguments.iter().chain(command).map(String::as_str));
    let mut words: Vec<_> = words.map(|word| settled(choices, word)).collect();
    words.extend(choices.found.app.behaviour.further_arguments(&words));
    words
}

fn decisions(facts: &Facts, build: &Build) -> Vec<Decision> {
    let steps = build.install.iter().flat_map(|step| &step.commands);
    let installed: Vec<_> = steps.map(|line| line.as_str().to_owned()).collect();
    let installed = if installed.is_empty() { "what the sources import".to_owned() } else { installed.join(", ") };
    let made: Vec<_> = build.make.commands.iter().map(|line| line.as_str().to_owned()).collect();
    let because = facts.build.as_ref().map_or(std::slice::from_ref(&facts.at), |task| task.because());
    vec![
        Decision::detected(Topic::Toolchain, &build.image, std::slice::from_ref(&facts.at))
            .why("the newest release that the catalog knows"),
        Decision::detected(Topic::Dependencies, installed, std::slice::from_ref(&facts.at)),
        Decision::detected(Topic::Build, made.join(", "), because),
    ]
}
