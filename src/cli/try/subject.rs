//! What the plan and the project's documents say of the image that is tried.

use std::collections::BTreeMap;

use super::super::next;
use super::super::project::Made;
use super::Trial;
use crate::catalog::Catalog;
use crate::decision::Topic;
use crate::declared;
use crate::trial::Subject;
use crate::trial::lesson::is_secret;

/// What a demanded variable is given whose value nobody knows: long enough for a key.
const PLACEHOLDER: &str = "imggen-try-placeholder-of-32-bytes";

/// The subject.
pub fn of(trial: &Trial<'_>, made: &Made) -> Subject {
    let plan = &made.plan;
    let runtime = &plan.image.runtime;
    let app = &trial.picked.found.app;
    let documents = declared::read(trial.survey.tree, &app.directory);
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for said in &documents.variables {
        if let Some(value) = said.fact.value.value.clone().filter(|_| !is_secret(&said.fact.value.name)) {
            known.entry(said.fact.value.name.clone()).or_insert(value);
        }
    }
    let ports = runtime.ports.clone();
    let give = |name: &String| {
        let fits = |variable: &&crate::trial::explain::Variable| variable.name.0.is_match(name);
        let by_name = trial.knowledge.variables.iter().find(fits).map(|variable| variable.value.as_str());
        let port = ports.first().copied().unwrap_or(8080).to_string();
        let by_name =
            by_name.map(|value| value.replace("{port}", &port).replace("{workdir}", runtime.workdir.as_deref().unwrap_or("/app")));
        (name.clone(), known.get(name).cloned().or(by_name).unwrap_or_else(|| PLACEHOLDER.to_owned()))
    };
    let mut env: Vec<_> = runtime.demands.iter().map(give).collect();
    if trial.args.with.is_some() {
        // beside its services it runs as compose says, addresses and passwords included
        let said = documents.variables.iter().filter_map(|said| Some((said.fact.value.name.clone(), said.fact.value.value.clone()?)));
        let said: BTreeMap<_, _> = said.collect();
        env.retain(|(name, _)| !said.contains_key(name));
        env.extend(said);
    }
    let base = trial.survey.catalog.base(&runtime.base);
    let dockerfile = made.files.iter().find(|file| file.path == "Dockerfile").map_or("", |file| &file.text);
    Subject {
        app: plan.app.clone(),
        shell: made.shell.clone(),
        release: base.filter(|base| base.installer.is_some()).and_then(|base| base.release.clone().or_else(|| base.packages_of.clone())),
        build_release: release_of(dockerfile, trial.survey.catalog),
        serves: !ports.is_empty() || !app.behaviour.listens.is_empty(),
        ports,
        health: documents.health.first().map(|said| said.fact.value.clone()),
        env,
        writable: plan
            .decisions
            .iter()
            .filter(|decision| decision.topic == Topic::Writable)
            .map(|decision| decision.value.clone())
            .collect(),
        workdir: runtime.workdir.clone().unwrap_or_default(),
        entrypoint: runtime.entrypoint.len(),
        command: runtime.entrypoint.iter().chain(&runtime.arguments).cloned().collect(),
        access: next::access(dockerfile),
        declared: known,
    }
}

/// The release that the last stage before the image's builds on, by the suite in its tag.
fn release_of(dockerfile: &str, catalog: &Catalog) -> Option<String> {
    let mut images = dockerfile.lines().filter(|line| line.starts_with("FROM ")).rev().skip(1);
    images.find_map(|line| line.split(' ').find_map(|word| catalog.distribution_of(word)).map(str::to_owned))
}
