//! The build stages of a Rust program, and what the image takes from them.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::native::Inside;
use super::settings::Lto;
use super::toolchain::{Picked, pick};
use super::{Dependencies, Facts, config, kind};
use crate::catalog::Links;
use crate::choices::Choices;
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::layers::Layers;
use crate::need::Need;
use crate::plan::{Blueprint, BuildNeed, Copy, Setting, ShellLine, Target};
use crate::settings::DebugVariant;
use crate::version::Version;

/// The target of static programs, for whatever processor builds.
const STATIC_TARGET: &str = "$(uname -m)-unknown-linux-musl";
/// The target of the others, where it has to be said.
const DYNAMIC_TARGET: &str = "$(uname -m)-unknown-linux-gnu";

/// Where the debugger is in a debug variant, with a C library of its own: a static base has none, and another's would not fit.
const DEBUGGER: &str = "/opt/debugger";
/// Where the build puts it.
const DEBUGGER_MADE: &str = "/out/debugger";

/// What `templates/rust` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Build {
    /// The reference for FROM.
    pub image: String,
    /// What stays of the project where its dependencies are built apart from its sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skeleton: Option<Skeleton>,
    /// The debugger to put beside the program, in a debug variant that asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debugger: Option<String>,
    /// Commands that prepare the toolchain.
    pub setup: Vec<ShellLine>,
    /// Whether the image's own toolchain stands in for one that the project names.
    pub own_toolchain: bool,
    /// Environment of all build stages, before anything is compiled: it enters every compiled package's fingerprint.
    pub env: BTreeMap<String, String>,
    /// The workspace's directory.
    pub workdir: String,
    /// Where the sources are copied to.
    pub sources: &'static str,
    /// `--mount` flags of what fetches: credentials.
    pub mounts: Vec<String>,
    /// `--mount` flags of the compilation where no layer holds the dependencies.
    pub caches: Vec<String>,
    /// What is built, as flags.
    pub flags: ShellLine,
    /// The program, where the build leaves it.
    pub program: ShellLine,
    /// Where the program is put.
    pub output: String,
}

/// The project without its sources, from which the dependencies are built: a layer that outlives every edit but those of manifests.
///
/// `cargo chef` does the same with a tool that every cold builder compiles first: axum on two busy cores took 227 s with it from nothing
/// and 140 s so (November 2026). After an edit both compile the project alone; a builder with nothing but a cache of layers profits too.
#[derive(Clone, Debug, Serialize)]
pub struct Skeleton {
    /// Patterns of `find -path` for what stays as it is, besides the manifests: vendored packages.
    pub whole: Vec<String>,
    /// Patterns for sources that Cargo wants to see under names of their own.
    pub roots: Vec<String>,
}

pub(super) fn blueprint(facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Build>> {
    chosen_feature(facts, &choices.layers)?;
    let picked = pick(facts, &choices.layers, choices.catalog)?;
    let variant = choices.fit.variant.id;
    let is_static = variant != "glibc";
    let debugging = target != Target::Production;
    let inside = facts.inside(&choices.layers);
    let output = format!("/out/{}", facts.bin);
    let installed = format!("/usr/local/bin/{}", facts.bin);
    let triple = if is_static { Some(STATIC_TARGET) } else { facts.config.target.as_ref().map(|_| DYNAMIC_TARGET) };
    let debugger = picked.toolchain.debugger.as_ref().filter(|_| target == Target::Debug(DebugVariant::Debugger));
    let build = Build {
        image: choices.reference(&picked.image),
        skeleton: (facts.dependencies == Dependencies::Apart).then(|| skeleton(facts)),
        debugger: debugger.map(|debugger| debugger.package.clone()),
        setup: setup(facts, is_static),
        own_toolchain: facts.config.channel.as_ref().is_some_and(|channel| config::is_release(&channel.value)),
        env: env(facts, choices, inside, debugging),
        workdir: if facts.root.as_str().is_empty() { "/src".into() } else { format!("/src/{}", facts.root) },
        sources: if facts.root.as_str().is_empty() { "." } else { "/src" },
        caches: caches(facts),
        mounts: mounts(facts),
        flags: flags(facts, &choices.layers, triple),
        program: program(facts, triple),
        output: output.clone(),
    };
    let decisions = decisions(facts, choices, &picked, inside);
    let mut warnings = picked.warnings.clone();
    warnings.extend(facts.config.warnings());
    warnings.extend(facts.allocator.clone().filter(|_| is_static));
    warnings.extend(unknown_libraries(inside, choices));
    warnings.extend(facts.history.iter().map(made_up_history));
    let mut takes = vec![Copy::stage("build", output, &installed)];
    let mut build_needs = build_needs(facts, inside, variant);
    let entrypoint = match debugger {
        Some(debugger) => {
            takes.push(Copy::stage("build", DEBUGGER_MADE, DEBUGGER));
            build_needs.push(Need::Program(debugger.package.clone()).into());
            let loader = [format!("{DEBUGGER}/ld.so"), "--library-path".into(), DEBUGGER.into()];
            let server =
                [format!("{DEBUGGER}/{}", debugger.package), "--no-startup-with-shell".into(), "--no-disable-randomization".into()];
            loader.into_iter().chain(server).chain([format!(":{}", debugger.port), installed]).collect()
        }
        None => vec![installed],
    };
    Ok(Blueprint {
        setting: Setting::default(),
        headline: match debugger {
            Some(debugger) => format!("symbols, no optimisation, {} listens on port {}", debugger.package, debugger.port),
            None if debugging => "symbols, no optimisation".into(),
            None => headline(facts, choices, inside),
        },
        builder: picked.suite.into(),
        build_needs,
        takes,
        env: BTreeMap::new(),
        entrypoint,
        arguments: choices.found.app.behaviour.command_arguments(choices.ports.first().copied()),
        ports: debugger.map(|debugger| debugger.port).into_iter().collect(),
        decisions,
        warnings,
        build,
    })
}

fn made_up_history(history: &Fact<()>) -> Diagnostic {
    let message = "the build asks git for the revision, and `.git` is not sent to the builder: it gets an empty repository, whose revision is nobody's";
    let warning = history.because().iter().fold(Diagnostic::warning("rust::needs-history", message), Diagnostic::because);
    warning.help("let the build script take the revision from a variable where one is set, and give it with `--build-arg`")
}

/// One of the features has to be chosen, and nobody did.
fn chosen_feature(facts: &Facts, layers: &Layers) -> Result<()> {
    let Some(one_of) = &facts.one_of else { return Ok(()) };
    let asked = layers.list("rust.features", |settings| settings.languages.rust.features.clone(), Vec::new());
    if asked.iter().any(|chosen| one_of.value.contains(&chosen.value)) {
        return Ok(());
    }
    let names: Vec<String> = one_of.value.iter().map(|name| format!("`{name}`")).collect();
    let error =
        Diagnostic::usage("rust::no-feature", format!("nothing compiles without one of the features {}, and none is on", names.join(", ")));
    let error = one_of.because().iter().fold(error, Diagnostic::because);
    let first = one_of.value.first().map_or("", String::as_str);
    Err(error.help(format!("choose one: `--set rust.features={first}`")).into())
}

fn skeleton(facts: &Facts) -> Skeleton {
    let pattern = |path: &Utf8PathBuf| format!("/src/{path}");
    Skeleton {
        whole: facts.vendored.iter().map(|path| format!("/src/{path}/*")).collect(),
        roots: facts.roots.iter().map(pattern).collect(),
    }
}

/// How what is not public is fetched: by what is mounted for the one step and in no layer.
fn mounts(facts: &Facts) -> Vec<String> {
    let registry =
        facts.config.registry.iter().map(|_| "--mount=type=secret,id=cargo-credentials,target=/usr/local/cargo/credentials.toml");
    registry.chain(facts.ssh.iter().map(|_| "--mount=type=ssh")).map(str::to_owned).collect()
}

/// What makes fetching cheaper; not the compiled, which a cache would judge by the times of files.
fn caches(facts: &Facts) -> Vec<String> {
    let fetched = (facts.dependencies == Dependencies::WithSources).then_some("--mount=type=cache,target=/usr/local/cargo/registry");
    fetched.into_iter().map(str::to_owned).collect()
}

fn setup(facts: &Facts, is_static: bool) -> Vec<ShellLine> {
    let fetched = facts.config.channel.as_ref().filter(|channel| !config::is_release(&channel.value));
    let sources = if facts.config.builds_std.is_some() { "--component rust-src \"$RUSTUP_TOOLCHAIN\"" } else { "\"$RUSTUP_TOOLCHAIN\"" };
    let install = fetched.map(|_| ShellLine::of("rustup toolchain install --profile minimal").then(sources));
    let history = "git init -q /src && git -C /src -c user.name=build -c user.email=build@localhost commit -q --allow-empty -m build";
    let history = facts.history.iter().map(|_| ShellLine::of(history));
    install
        .into_iter()
        .chain(history)
        .chain(is_static.then(|| ShellLine::of("rustup target add \"").glued(STATIC_TARGET).glued("\"")))
        .collect()
}

/// The environment of everything that is compiled. What the manifest settles for itself stays as it is there.
fn env(facts: &Facts, choices: &Choices<'_>, inside: &[Fact<Inside>], debugging: bool) -> BTreeMap<String, String> {
    let mut env = facts.build_env.clone();
    env.extend(inside.iter().flat_map(|fact| fact.value.env.clone()));
    if let Some(channel) = facts.config.channel.as_ref().filter(|channel| !config::is_release(&channel.value)) {
        env.insert("RUSTUP_TOOLCHAIN".into(), channel.value.clone());
    }
    if facts.ssh.is_some() {
        env.insert("CARGO_NET_GIT_FETCH_WITH_CLI".into(), "true".into());
        env.insert("GIT_SSH_COMMAND".into(), "ssh -o StrictHostKeyChecking=accept-new".into());
    }
    if facts.config.wrapper.is_some() {
        // an empty one takes the place of the one that the configuration names
        env.extend(["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"].map(|name| (name.to_owned(), String::new())));
    }
    if facts.config.target_dir.is_some() {
        env.insert(
            "CARGO_TARGET_DIR".into(),
            if facts.root.as_str().is_empty() { "/src/target".into() } else { format!("/src/{}/target", facts.root) },
        );
    }
    if let Some(flags) = &facts.config.rustflags {
        env.insert("RUSTFLAGS".into(), flags.value.clone());
    }
    let mut profile = |key: &str, value: &str| _ = env.insert(format!("CARGO_PROFILE_RELEASE_{key}"), value.to_owned());
    if debugging {
        for (key, value) in [("DEBUG", "full"), ("LTO", "off"), ("OPT_LEVEL", "0"), ("STRIP", "none")] {
            profile(key, value);
        }
        return env;
    }
    if !facts.profile.iter().any(|key| key == "strip" || key == "debug") {
        profile("STRIP", "symbols");
    }
    let rust = || choices.layers.iter().map(|layer| &layer.settings().languages.rust);
    if let Some(lto) = rust().find_map(|settings| settings.lto) {
        profile("LTO", if lto == Lto::Thin { "thin" } else { "fat" });
    }
    if let Some(units) = rust().find_map(|settings| settings.codegen_units) {
        profile("CODEGEN_UNITS", &units.to_string());
    }
    env
}

fn flags(facts: &Facts, layers: &Layers, triple: Option<&'static str>) -> ShellLine {
    let mut flags = ShellLine::of("--release");
    // without dependencies there is nothing to hold it to, and a lock file that comes later changes nothing
    if facts.lock.is_some() && facts.dependencies != Dependencies::None {
        flags = flags.then("--locked");
    }
    flags = facts.package.iter().fold(flags, |flags, package| flags.then("--package").word(package)).then("--bin").word(&facts.bin);
    let asked = layers.list("rust.features", |settings| settings.languages.rust.features.clone(), Vec::new());
    let features: Vec<_> = facts.required.iter().cloned().chain(asked.into_iter().map(|chosen| chosen.value)).collect();
    if !features.is_empty() {
        flags = flags.then("--features").word(features.join(","));
    }
    if layers.iter().find_map(|layer| layer.settings().languages.rust.default_features) == Some(false) {
        flags = flags.then("--no-default-features");
    }
    triple.into_iter().fold(flags, |flags, triple| flags.then("--target \"").glued(triple).glued("\""))
}

fn program(facts: &Facts, triple: Option<&'static str>) -> ShellLine {
    match triple {
        Some(triple) => ShellLine::of("\"target/").glued(triple).glued("/release/").in_quotes(&facts.bin).glued("\""),
        None => ShellLine::of("target/release/").joined(&facts.bin),
    }
}

fn build_needs(facts: &Facts, inside: &[Fact<Inside>], variant: &str) -> Vec<BuildNeed> {
    let inside = inside.iter().flat_map(|fact| fact.value.build.iter().map(|need| fact.with(need.clone()).into()));
    let mut needs: Vec<BuildNeed> = inside.collect();
    needs.extend(facts.config.linkers.iter().chain(&facts.script_needs).cloned().map(BuildNeed::from));
    let by_git = facts.config.git_cli.iter().chain(&facts.history).next();
    needs.extend(by_git.map(|asks| asks.with(Need::Program("git".into())).into()));
    needs.extend(facts.ssh.iter().flat_map(|ssh| ["git", "ssh"].map(|name| ssh.with(Need::Program(name.into())).into())));
    if variant == "static-c" {
        needs.push(Need::Program("musl-gcc".into()).into());
    }
    needs
}

fn decisions(facts: &Facts, choices: &Choices<'_>, picked: &Picked<'_>, inside: &[Fact<Inside>]) -> Vec<Decision> {
    let linked: Vec<_> = inside.iter().filter(|fact| fact.value.links != Links::Nothing).flat_map(|fact| fact.because().to_vec()).collect();
    let mut linkage = Decision::detected(Topic::Build, &choices.fit.variant.summary, &linked);
    if linked.is_empty() {
        linkage = linkage.why(match &facts.lock {
            Some(lock) => format!("nothing in {lock} that it reaches is anything but Rust"),
            None if facts.dependencies == Dependencies::None => "it depends on nothing".into(),
            None => "without a Cargo.lock nothing shows that it is all Rust".into(),
        });
    }
    let dependencies = match facts.dependencies {
        Dependencies::None => Decision::detected(Topic::Dependencies, "none", &[]),
        Dependencies::Apart => {
            Decision::detected(Topic::Dependencies, "apart from the sources", &[]).why("in a layer that only the manifests change")
        }
        Dependencies::WithSources => Decision::detected(Topic::Dependencies, "with the sources", &[])
            .why("a path leads to a package that is no member of the workspace"),
    };
    let registry = facts.config.registry.iter().map(|registry| {
        let how =
            format!("the registry `{}` by docker build --secret id=cargo-credentials,src=$HOME/.cargo/credentials.toml", registry.value);
        Decision::detected(Topic::Dependencies, how, registry.because())
    });
    let ssh = facts.ssh.iter().map(|package| {
        Decision::detected(Topic::Dependencies, format!("`{}` by docker build --ssh default", package.value), package.because())
    });
    [picked.decision.clone(), linkage, dependencies].into_iter().chain(registry).chain(ssh).collect()
}

/// What was found, in one line.
fn headline(facts: &Facts, choices: &Choices<'_>, inside: &[Fact<Inside>]) -> String {
    let stated = facts.config.channel.iter().find_map(|channel| Some(channel.with(channel.value.parse::<Version>().ok()?)));
    let least = || facts.rust.first().map(|fact| format!("Rust ({}: {} or newer)", fact.file(), fact.value));
    let version = stated.map(|fact| format!("Rust {} ({})", fact.value, fact.file())).or_else(least);
    let edition = || facts.edition.as_ref().map(|fact| format!("Rust, edition {} ({})", fact.value, fact.file()));
    let mut parts = vec![version.or_else(edition).unwrap_or_else(|| "Rust".into())];
    let linked: Vec<_> = inside.iter().filter(|fact| fact.value.links != Links::Nothing).collect();
    parts.push(match (linked.as_slice(), choices.fit.variant.id, &facts.lock) {
        ([], "glibc", None) if facts.dependencies != Dependencies::None => "no Cargo.lock shows what is inside, so it gets glibc".into(),
        ([], "glibc", _) => "needs glibc".into(),
        ([], _, Some(lock)) => format!("nothing but Rust inside ({lock}): static"),
        ([], ..) => "static".into(),
        ([first, rest @ ..], variant, _) => {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            let linked = if variant == "glibc" { "needs glibc" } else { "linked statically" };
            format!("{} inside ({} {}{more}), {linked}", kind(&first.value), first.file(), first.value.name)
        }
    });
    let programs = choices.found.app.behaviour.needs.iter().filter_map(|need| match &need.value {
        Need::Program(name) => Some(format!("runs {name} ({})", need.file())),
        _ => None,
    });
    parts.extend(programs);
    parts.join(", ")
}

fn unknown_libraries(inside: &[Fact<Inside>], choices: &Choices<'_>) -> Vec<Diagnostic> {
    let named = choices.layers.iter().any(|layer| layer.settings().packages.build.is_some());
    let unknown = inside.iter().filter(|fact| fact.value.links == Links::Unknown && !named);
    let warn = |fact: &Fact<Inside>| {
        let message = format!("`{}` looks for a system library that imggen does not know", fact.value.name);
        let warning = fact.because().iter().fold(Diagnostic::warning("rust::unknown-library", message), Diagnostic::because);
        warning.help("name the distribution's packages: `packages.build = [\"lib...-dev\"]`, and `packages.run` for what it loads")
    };
    unknown.map(warn).collect()
}
