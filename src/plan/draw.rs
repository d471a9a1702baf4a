//! Draws the plan: the language's blueprint and the choices put together.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::inspect;
use super::joined::Joined;
use super::labels::labels;
use super::layout::Layout;
use super::locales;
use super::modes;
use super::network::network;
use super::scripts;
use super::writable::{Writing, owner};
use super::{
    Aside, Blueprint, BuildNeed, Builder, Commented, Copy, Image, Install, Plan, Runtime, SCHEMA, ShellLine, Staged, Start, Target,
};
use crate::app::App;
use crate::catalog::{Catalog, Installer};
use crate::choices::Choices;
use crate::context::{self, Kept, Outcome};
use crate::decision::{Decision, Topic};
use crate::detect::Detection;
use crate::diagnostic::Result;
use crate::evidence::Evidence;
use crate::ladder::Way;
use crate::layers::Chosen;
use crate::need::Need;
use crate::registry;
use crate::settings::{DebugVariant, tree_path};
use crate::settle::libc_of;
use crate::tree::path::normal;

/// Where programs find the CA bundle, in every distribution that we build in and in distroless.
const CA_BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";
/// Where programs find the time zone database.
const ZONES: &str = "/usr/share/zoneinfo";

/// A first process that hands signals on, without a C library: where the build stage has it, and where the image does.
const INIT: (&str, &str) = ("/usr/bin/tini-static", "/usr/local/bin/tini");

/// Draws the plan of the chosen app.
///
/// # Errors
/// When the language cannot carry out the choices.
pub fn draw(detection: &Detection<'_>, choices: &Choices<'_>) -> Result<Plan> {
    let found = choices.found;
    let blueprint = found.language.plan(choices, Target::Production)?;
    let mut layout = Layout::of(choices, blueprint.setting.workdir.as_deref());
    let gone = layout.drop_gone(detection);
    let Outcome { groups: ignore, kept_out, notes } = decide_context(detection, choices, &layout, &blueprint);
    layout.files.retain(|(file, _)| !kept_out.iter().any(|out| out.path == file.value));
    let mut decisions = choices.decisions.clone();
    decisions.extend(blueprint.decisions.clone());
    decisions.extend(layout.decisions());
    let mut warnings = choices.warnings.clone();
    warnings.extend(blueprint.warnings.clone());
    warnings.extend(detection.tree.passed_over());
    warnings.extend(kept_out.into_iter().map(|out| out.warning));
    warnings.extend(notes);
    warnings.extend(layout.lost());
    warnings.extend(gone);
    let image = image(detection, choices, &layout, blueprint, Target::Production)?;
    warnings.extend(modes::closed(detection.tree, &ignore, &image.runtime.copies, &image.aside));
    decisions.extend(entry(&image.runtime, &found.app));
    decisions.extend(installed(&image));
    let debug = match choices.debug {
        DebugVariant::Off => None,
        variant => {
            let target = Target::Debug(variant);
            Some(self::image(detection, choices, &layout, found.language.plan(choices, target)?, target)?)
        }
    };
    decisions.push(Decision::detected(Topic::Context, context::summary(&ignore), &[]));
    decisions.sort_by_key(|decision| decision.topic);
    warnings.extend(registry::unmatched(&choices.layers, &references(&image, debug.as_ref())));
    let preset = format!("{}/{}{}", choices.preset.name, choices.preset.revision, choices.packs);
    Ok(Plan {
        schema: SCHEMA,
        app: found.app.name.clone(),
        language: found.language.name(),
        preset,
        image,
        debug,
        network: network(&choices.layers, choices.catalog)?,
        own_ignore_files: context::theirs(detection.tree).is_some(),
        ignore,
        decisions,
        warnings,
    })
}

/// All texts of the images, among them the references of what they are made from.
fn references(image: &Image, debug: Option<&Image>) -> Vec<String> {
    let mut waiting: Vec<Value> = [Some(image), debug].into_iter().flatten().filter_map(|image| serde_json::to_value(image).ok()).collect();
    let mut texts = Vec::new();
    while let Some(value) = waiting.pop() {
        match value {
            Value::String(text) => texts.push(text),
            Value::Array(items) => waiting.extend(items),
            Value::Object(fields) => waiting.extend(fields.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    texts
}

fn image(detection: &Detection<'_>, choices: &Choices<'_>, layout: &Layout, blueprint: Blueprint<Value>, target: Target) -> Result<Image> {
    let base = choices.base;
    let mut joined = Joined::of(choices, layout, &blueprint)?;
    let scripts = if target == Target::Part { None } else { scripts::of(detection.tree, choices) };
    let Taking { mut copies, mut staging, aside, .. } = copies(detection, choices, layout, &blueprint);
    joined.place(&mut copies);
    modes::open_up(&copies, blueprint.setting.sources.as_deref(), &mut staging, &mut joined);
    let script_path = scripts.map(|scripts| {
        joined.stages.push(scripts.stage);
        copies.push(scripts.copy);
        scripts.path
    });
    let staged_needs =
        choices.fit.met.iter().filter(|met| {
            matches!(met.need.value, Need::CaCertificates | Need::TimeZones | Need::Init) && choices.fit.copies(&met.need.value)
        });
    let locales = locales::tool(&choices.fit);
    let asked = choices.found.app.build_needs.iter().cloned().map(BuildNeed::from);
    let needs = blueprint.build_needs.iter().cloned().chain(asked).chain(locales.map(BuildNeed::from));
    let needs = needs.chain(staged_needs.map(|met| met.need.clone().into()));
    let packages = build_packages(choices, &blueprint.builder, needs);
    let mut env: BTreeMap<String, String> = blueprint.env;
    if base.installer.is_some() {
        // a user whom the base does not know has `/` for a home, and may not write there
        env.entry("HOME".to_owned()).or_insert_with(|| "/tmp".to_owned());
    }
    env.extend(choices.env.clone());
    let name = &choices.found.app.name;
    let named = choices.found.app.stage.as_ref().map_or("runtime", |stage| stage.value.as_str());
    let (stage, reference, headline, tools) = match target {
        Target::Production | Target::Part => (named, &base.image, format!("{name}: {}", blueprint.headline), None),
        Target::Debug(_) => ("debug", &base.debug.image, inspect::headline(name, &blueprint.headline), Some(inspect::tools(base))),
    };
    let arguments = choices.layers.iter().find_map(|layer| layer.settings().arguments.clone()).unwrap_or(blueprint.arguments);
    let (entrypoint, arguments) = match blueprint.setting.start {
        Start::Program => (blueprint.entrypoint, arguments),
        Start::Command => (Vec::new(), [blueprint.entrypoint, arguments].concat()),
    };
    let stamped = choices.layers.choose("image-labels", |settings| settings.image_labels).is_some_and(|chosen| chosen.value);
    let stop_signal = choices.found.app.behaviour.stops_on.as_ref();
    let init = choices.fit.met.iter().find(|met| met.need.value == Need::Init && choices.fit.copies(&Need::Init));
    let first = init.map(|_| [INIT.1, "--"].map(str::to_owned)).into_iter().flatten();
    let demands = choices.found.app.behaviour.demands.iter().map(|name| name.value.clone()).filter(|name| !env.contains_key(name));
    let runtime = Runtime {
        stage: stage.to_owned(),
        demands: demands.collect(),
        base: choices.fit.base.clone(),
        image: choices.reference(reference),
        libc: libc_of(&choices.fit.variant).cloned(),
        prepare: blueprint.setting.prepare,
        packages: inspect::packages(run_packages(choices), base, target),
        path: blueprint.setting.path.or(script_path),
        env,
        temporary: layout.writes_temporary_files() || blueprint.setting.web.is_some(),
        volumes: layout.volumes(&joined.places),
        web: blueprint.setting.web,
        copies,
        workdir: layout.workdir.as_ref().map(ToString::to_string),
        user: choices.user.clone(),
        ports: choices.ports.iter().copied().chain(blueprint.ports).collect(),
        labels: all_labels(detection, choices, stamped),
        stamped,
        stop_signal: stop_signal
            .map(|signal| Commented { value: signal.value, comment: format!("handles only SIGINT ({})", signal.file()) }),
        init: init.map(|met| format!("no SIGTERM handler ({}): tini forwards signals", met.need.file())),
        entrypoint: first.chain(entrypoint).collect(),
        arguments,
    };
    Ok(Image {
        headline,
        tools,
        parts: joined.stages,
        trimmed: joined.trimmed,
        assets: joined.build,
        build: blueprint.build,
        packages,
        staged: reasons(staging.iter().map(|staged| staged.comment.clone())),
        staging,
        aside,
        runtime,
    })
}

/// What settings say, over what manifests say of where the image comes from.
fn all_labels(detection: &Detection<'_>, choices: &Choices<'_>, stamped: bool) -> BTreeMap<String, String> {
    let app = &choices.found.app;
    let mut all = if stamped { labels(detection.tree, &app.home, &app.name) } else { BTreeMap::new() };
    all.extend(choices.layers.map("labels", |settings| &settings.labels).into_iter().map(|(name, chosen)| (name, chosen.value)));
    all
}

/// What the image takes, and what the build stage makes or sets aside for it.
#[derive(Default)]
pub(super) struct Taking {
    pub(super) copies: Vec<Copy>,
    staging: Vec<Staged>,
    pub(super) aside: Vec<Aside>,
    /// The directories above those that lie aside in `/out`: what lies below a directory that is copied onto gets owner and mode.
    pub(super) parents: BTreeSet<Utf8PathBuf>,
}

impl Taking {
    pub(super) fn stage(&mut self, comment: impl Into<String>, command: ShellLine) {
        self.staging.push(Staged { comment: comment.into(), command });
    }

    pub(super) fn take(&mut self, source: &str, to: &str) {
        self.copies.push(Copy::stage("build", source, to));
    }

    /// What the base does not bring.
    fn needs(&mut self, choices: &Choices<'_>) {
        let brings = |need: &Need| choices.fit.copies(need);
        if brings(&Need::CaCertificates) {
            self.take(CA_BUNDLE, CA_BUNDLE);
        }
        if brings(&Need::TimeZones) {
            self.take(ZONES, ZONES);
        }
        if brings(&Need::UserDatabase) {
            let (uid, gid) = choices.user.split_once(':').unwrap_or((&choices.user, &choices.user));
            let user = format!("nonroot:x:{uid}:{gid}::/:/sbin/nologin");
            self.stage("a name for the user", ShellLine::of("mkdir -p /out && echo").word(user).then("> /out/passwd"));
            self.take("/out/passwd", "/etc/passwd");
        }
        if brings(&Need::TemporaryDirectory) {
            // by the directory above it, for one that is copied onto keeps no mode
            self.stage("a /tmp", ShellLine::of("install -d -m 1777 /out/top/tmp"));
            self.take("/out/top", "/");
        }
        if brings(&Need::Init) {
            self.take(INIT.0, INIT.1);
        }
        self.locales(&choices.fit);
    }
}

fn copies(detection: &Detection<'_>, choices: &Choices<'_>, layout: &Layout, blueprint: &Blueprint<Value>) -> Taking {
    let mut all = Taking::default();
    all.needs(choices);
    let writing = Writing::of(choices, layout, blueprint, |to| source_of(detection, &blueprint.takes, to).is_some());
    if let Some(workdir) = &writing.open {
        let made = format!("/out/root{workdir}");
        all.stage("the working directory takes new files", ShellLine::of("install -d -m 1777").path(&made));
    }
    let linked = all.link(choices, layout);
    if writing.open.is_some() || linked {
        all.take("/out/root", "/");
    }
    let owner = owner(&choices.user);
    // what a program reads of what is there anyway needs no copy of its own
    let reads = &choices.found.app.behaviour.reads;
    let is_there = |file: &str, to: &Utf8Path| {
        let tree = blueprint.setting.tree.as_deref().is_some_and(|tree| to.starts_with(tree));
        // what is copied above the working directory is packages, or the manifests of a workspace
        let above = |path: &str| layout.workdir.as_deref().is_some_and(|workdir| workdir != path && workdir.starts_with(path));
        // a directory that takes a single file has its slash
        let taken = || blueprint.takes.iter().any(|copy| !copy.to.ends_with('/') && to.starts_with(&copy.to) && !above(&copy.to));
        (tree || taken()) && reads.iter().any(|read| read.value.source == file)
    };
    for (file, to) in layout.files.iter().filter(|(file, to)| !is_there(&file.value, to)) {
        match writing.empty.iter().find(|(_, path)| path == to) {
            Some((chosen, _)) => all.lay_aside(chosen, to, &file.value),
            None => all.copies.push(Copy::context(&file.value, to.as_str())),
        }
    }
    for copy in &blueprint.takes {
        match writing.in_tree.iter().chain(&writing.empty).find(|(_, path)| path == &copy.to) {
            None => all.copies.push(copy.clone()),
            Some((_, to)) if Some(to.as_path()) == writing.open || copy.from.as_deref() != Some("build") => {
                all.share_files(copy);
                all.copies.push(copy.clone().owned(&owner));
            }
            Some((chosen, to)) => all.move_aside(chosen, to, &copy.sources[0]),
        }
    }
    let is_file = |to: &Utf8Path| layout.files.iter().any(|(_, file)| file == to);
    let empty: Vec<_> = writing.empty.iter().filter(|(_, to)| !is_file(to)).copied().collect();
    all.make_writable(&empty, layout.workdir.as_deref(), &owner);
    let is_whole = |to: &Utf8Path| blueprint.takes.iter().any(|copy| copy.to == to);
    let apart: Vec<_> = writing.in_tree.iter().filter(|(_, to)| !is_whole(to)).copied().collect();
    if let Some(tree) = blueprint.setting.tree.as_deref() {
        let sources = blueprint.setting.context.clone().unwrap_or_default();
        let is_there = |to: &Utf8Path| to.strip_prefix(tree).is_ok_and(|path| detection.tree.has_directory(sources.join(path)));
        all.hand_over(&apart, &blueprint.takes, tree, is_there, &owner);
    }
    // the same where the tree comes out of the build context
    for (chosen, to) in writing.filled {
        if let Some(source) = source_of(detection, &blueprint.takes, to) {
            all.lay_aside(chosen, to, source.as_str());
        }
    }
    all.take_aside(&owner);
    all
}

/// The directory of the project that lies at `to` in the image, inside of what is taken out of the build context.
fn source_of(detection: &Detection<'_>, takes: &[Copy], to: &Utf8Path) -> Option<Utf8PathBuf> {
    let around = takes.iter().rev().find(|copy| to.starts_with(&copy.to)).filter(|copy| copy.from.is_none() && copy.to != to)?;
    let inside = to.strip_prefix(&around.to).ok()?;
    let source = Utf8Path::new(around.sources.first()?).join(inside);
    let source = source.strip_prefix(".").unwrap_or(&source);
    detection.tree.has_directory(source).then(|| source.to_owned())
}

pub(super) fn build_packages(choices: &Choices<'_>, builder: &Builder, needs: impl Iterator<Item = BuildNeed>) -> Option<Install> {
    let (mut packages, mut because, mut why) = (Vec::new(), Vec::new(), Vec::new());
    for BuildNeed { need, because: places } in needs.filter(|asked| !builder.has.contains(&asked.need)) {
        packages.extend(build_names(choices.catalog, &need, &builder.release));
        why.extend(places.first().map(|at| reason(&need, at)));
        because.extend(places);
    }
    let set = choices.layers.list("packages.build", |settings| settings.packages.build.clone(), Vec::new());
    why.extend(set.first().map(|_| SET.to_owned()));
    packages.extend(set.into_iter().map(|chosen| chosen.value));
    install(builder.installer, builder.archived, packages, because, why)
}

fn build_names(catalog: &Catalog, need: &Need, release: &str) -> Vec<String> {
    if let (Need::Package(name), false) = (need, catalog.lists(need)) {
        return vec![name.clone()];
    }
    let packages = catalog.packages(need, release).cloned().unwrap_or_default();
    if packages.build.is_empty() { packages.run } else { packages.build }
}

fn run_packages(choices: &Choices<'_>) -> Option<Install> {
    let found: Vec<_> = choices.fit.packages();
    let extra = choices.layers.list("packages.run", |settings| settings.packages.run.clone(), Vec::new());
    let installed = || choices.fit.met.iter().filter(|met| matches!(met.way, Way::Installed(_)));
    let because = installed().flat_map(|met| met.need.because().iter().cloned()).collect();
    let why = installed().filter_map(|met| Some(reason(&met.need.value, met.need.because().first()?)));
    let why = why.chain(extra.first().map(|_| SET.to_owned())).collect();
    let packages = found.into_iter().chain(extra.into_iter().map(|chosen| chosen.value)).collect();
    install(choices.base.installer?, choices.base.archived, packages, because, why)
}

/// Why settings install something.
const SET: &str = "as settings say";

/// Why something is installed, in a few words: what needs it, and where that stands. Versions are left out, which change without it.
fn reason(need: &Need, at: &Evidence) -> String {
    match need {
        Need::Init => return format!("tini, as {} handles no SIGTERM", at.file),
        Need::Program(name) if at.rule.starts_with("program.") => return format!("{name}, which {} starts", at.file),
        _ => {}
    }
    let text = at.text.trim_start_matches(['"', '\'']);
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"@/_.-".contains(c)).unwrap_or(text.len());
    // a name, and no call or tag
    let is_name = end > 0 && !text[end..].starts_with(['(', '<', '{', ':']);
    if is_name { format!("for {} ({})", &text[..end], at.file) } else { format!("for {}", at.file) }
}

fn install(installer: Installer, archived: bool, mut packages: Vec<String>, found: Vec<Evidence>, why: Vec<String>) -> Option<Install> {
    packages.sort();
    packages.dedup();
    // one line may ask for several of them
    let mut because: Vec<Evidence> = Vec::new();
    for at in found {
        if !because.contains(&at) {
            because.push(at);
        }
    }
    let comment = why.into_iter().chain([inspect::unpinned(installer).to_owned()]);
    (!packages.is_empty()).then(|| Install { installer, packages, archived, comment: reasons(comment), because })
}

/// Reasons in one line, each once.
fn reasons(all: impl Iterator<Item = String>) -> String {
    let mut once: Vec<String> = Vec::new();
    for reason in all.filter(|reason| !reason.is_empty()) {
        if !once.contains(&reason) {
            once.push(reason);
        }
    }
    once.join("; ")
}

fn entry(runtime: &Runtime, app: &App) -> Vec<Decision> {
    let words: Vec<_> = runtime.entrypoint.iter().chain(&runtime.arguments).map(String::as_str).collect();
    // a web server is started for what was built, and not by what the project says
    let mut because = if runtime.web.is_some() { Vec::new() } else { vec![app.sighting.program.clone()] };
    because.extend(app.behaviour.command.iter().flat_map(|command| command.because().iter().cloned()));
    let started = Decision::detected(Topic::Entry, words.join(" "), &because);
    let mut decisions = vec![Decision { passed_over: app.passed_over.clone(), ..started }];
    decisions.extend(
        runtime
            .stop_signal
            .as_ref()
            .map(|signal| Decision::detected(Topic::StopSignal, signal.value.to_string(), &[]).why(&signal.comment)),
    );
    decisions
}

fn installed(image: &Image) -> Vec<Decision> {
    let decision = |install: &Install, stage: &str| {
        Decision::detected(Topic::Packages, install.packages.join(" "), &install.because).why(format!("in the {stage} stage"))
    };
    image
        .packages
        .iter()
        .map(|install| decision(install, "build"))
        .chain(image.runtime.packages.iter().map(|install| decision(install, "runtime")))
        .collect()
}

/// What stays out of the build context. Keys are told from what is public by what they hold, so what is copied is known before.
fn decide_context(detection: &Detection<'_>, choices: &Choices<'_>, layout: &Layout, blueprint: &Blueprint<Value>) -> Outcome {
    let source = |chosen: &Chosen<String>| {
        let path = normal(&chosen.value);
        Kept { path, by_build: false, because: chosen.because.clone() }
    };
    let mut reads: Vec<Kept> = layout.files.iter().map(|(file, _)| source(file)).collect();
    let apps = || std::iter::once(&choices.found.app).chain(choices.parts.iter().map(|part| &part.part.found.app));
    reads.extend(apps().flat_map(|app| &app.keeps).map(|path| Kept { path: path.clone(), by_build: true, because: Vec::new() }));
    let prebuilt = choices.layers.list("prebuilt", |settings| settings.prebuilt.clone(), Vec::new());
    reads.extend(prebuilt.into_iter().map(|chosen| Kept { path: tree_path(&chosen.value), by_build: true, because: chosen.because }));
    let certificates = choices.layers.choose("network.certificates", |settings| settings.network.certificates.clone());
    reads.extend(certificates.map(|chosen| Kept { path: normal(&chosen.value), by_build: true, because: chosen.because }));
    let settings = choices.layers.list("ignore", |settings| settings.ignore.clone(), Vec::new());
    context::decide(context::Request {
        tree: detection.tree,
        lists: choices.catalog.context(),
        directory: &choices.found.app.directory,
        outputs: apps().flat_map(|app| app.ignore_patterns.clone()).collect(),
        reads,
        settings: settings.into_iter().map(|chosen| chosen.value).collect(),
        is_served: blueprint.setting.web.is_some(),
    })
}
