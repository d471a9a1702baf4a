//! The build stage of a Go program, and what the image takes from it.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use serde::Serialize;

use super::cgo::{CInside, short};
use super::generate;
use super::observe::{COMPILED_IN, Stamp, StampKind};
use super::settings::PrivateAccess;
use super::toolchain::{Fetches, Picked, pick};
use super::{Dependencies, Facts};
use crate::choices::Choices;
use crate::decision::{Decision, Topic};
use crate::diagnostic::Result;
use crate::evidence::{Fact, places_of};
use crate::need::{Libc, Need};
use crate::plan::{Blueprint, BuildNeed, Copy, Setting, ShellLine, Target};
use crate::settings::DebugVariant;

/// What `templates/go` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Build {
    /// The reference for FROM.
    pub image: String,
    /// Set when the compiler runs on the builder's processor and compiles for the image's.
    pub cross: bool,
    /// Environment of the whole stage.
    pub env: BTreeMap<&'static str, String>,
    /// Manifests, before anything else of the project.
    pub manifests: Vec<Copy>,
    /// `--mount` flags of the downloads.
    pub mounts: Vec<String>,
    /// The commands that fetch the dependencies.
    pub downloads: Vec<ShellLine>,
    /// Generators to install, before the sources are there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub installs: Vec<ShellLine>,
    /// The commands that make sources which are not there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub generates: Vec<ShellLine>,
    /// What they make.
    pub generated: String,
    /// The debugger to install, in a debug variant that asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debugger: Option<String>,
    /// Build arguments that the compilation takes.
    pub arguments: Vec<String>,
    /// The compiler's cache, where it is not the usual one: what was compiled for one C library is of no use to another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<&'static str>,
    /// Environment of the compilation.
    pub variables: Vec<ShellLine>,
    /// The module's directory, when it is not the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Flags of `go build`.
    pub flags: Vec<String>,
    /// Flags of the linker, between their quotes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ldflags: Option<ShellLine>,
    /// Flags of the compiler.
    pub gcflags: String,
    /// Where the program is put.
    pub output: String,
    /// The package to build.
    pub package: String,
}

pub(super) fn blueprint(facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Build>> {
    let linkage = Linkage::of(choices.fit.variant.id);
    let picked = pick(facts, libc_for(choices.fit.variant.id), &choices.layers, choices.catalog)?;
    let suite = picked.distribution;
    let private = private(facts, choices);
    let generates = generate::settle(facts, choices)?;
    let (stamp_arguments, stamp_flags) = stamps(facts);
    // what tells it from its namesakes is no part of the program's name
    let name = choices.found.app.name.split('@').next().unwrap_or_default();
    let output = format!("/out/{name}");
    let installed = format!("/usr/local/bin/{name}");
    let debugger = picked.toolchain.debugger.as_ref().filter(|_| target == Target::Debug(DebugVariant::Debugger));
    let debugging = target != Target::Production;

    // a debugger is installed for the processor that it is built on, and the program beside it has to be for the same
    let cross = linkage == Linkage::Pure && debugger.is_none();
    let mut arguments: Vec<String> = if cross { ["TARGETOS", "TARGETARCH"].map(str::to_owned).to_vec() } else { Vec::new() };
    let mut ldflags = match linkage {
        Linkage::StaticC => vec![ShellLine::of("-linkmode external -extldflags -static")],
        Linkage::Pure | Linkage::DynamicC => Vec::new(),
    };
    if !debugging {
        arguments.extend(stamp_arguments);
        ldflags.insert(0, ShellLine::of("-s -w"));
        ldflags.extend(stamp_flags);
    }
    let build = Build {
        image: choices.reference(&picked.toolchain.image(picked.version, picked.suite)),
        cross,
        env: if picked.fetches == Fetches::Toolchain { BTreeMap::from([("GOTOOLCHAIN", "auto".to_owned())]) } else { BTreeMap::new() },
        manifests: manifests(facts),
        mounts: private.as_ref().map(|private| private.mount.to_owned()).into_iter().collect(),
        downloads: downloads(facts, private.as_ref()),
        installs: generates.installs,
        generates: generates.commands,
        generated: generates.comment,
        debugger: debugger.map(|debugger| debugger.package.clone()),
        arguments,
        cache: (libc_for(choices.fit.variant.id) == Libc::Musl).then_some("go-build-musl"),
        variables: linkage.variables(cross),
        module: (!facts.module.as_str().is_empty()).then(|| facts.module.to_string()),
        flags: flags(facts, choices, debugging),
        ldflags: (!ldflags.is_empty()).then(|| ShellLine::default().all(ldflags).between("\"", "\"")),
        gcflags: if debugging { "all=-N -l".into() } else { String::new() },
        output: output.clone(),
        package: facts.package.clone(),
    };
    let mut takes = vec![Copy::stage("build", output, &installed)];
    let entrypoint = match debugger {
        Some(debugger) => {
            takes.push(Copy::stage("build", "/go/bin/dlv", "/usr/local/bin/dlv"));
            let listen = format!("--listen=:{}", debugger.port);
            ["/usr/local/bin/dlv", "exec", &installed, "--headless", &listen, "--api-version=2", "--accept-multiclient", "--continue", "--"]
                .map(str::to_owned)
                .to_vec()
        }
        None => vec![installed],
    };
    Ok(Blueprint {
        headline: if debugging { debug_headline(target) } else { headline(facts, choices, &picked) },
        builder: suite.into(),
        build_needs: build_needs(facts, linkage, private.is_some())
            .into_iter()
            .chain(generates.needs.into_iter().map(BuildNeed::from))
            .collect(),
        takes,
        env: BTreeMap::new(),
        setting: Setting::default(),
        entrypoint,
        arguments: choices.found.app.behaviour.command_arguments(choices.ports.first().copied()),
        ports: debugger.map(|debugger| debugger.port).into_iter().collect(),
        decisions: decisions(facts, choices, &picked, &build).into_iter().chain(generates.decisions).collect(),
        warnings: picked.warnings.into_iter().chain(generates.warnings).collect(),
        build,
    })
}

/// How the program is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Linkage {
    /// No C: static, and compiled for any processor by any.
    Pure,
    /// C, linked with the base's C library.
    DynamicC,
    /// C, with musl inside.
    StaticC,
}

impl Linkage {
    fn of(variant: &str) -> Self {
        match variant {
            "static" => Linkage::Pure,
            "static-c" => Linkage::StaticC,
            _ => Linkage::DynamicC,
        }
    }

    fn variables(self, cross: bool) -> Vec<ShellLine> {
        let c = if self == Linkage::Pure { "CGO_ENABLED=0" } else { "CGO_ENABLED=1" };
        let target = if cross { &["GOOS=$TARGETOS", "GOARCH=$TARGETARCH"][..] } else { &[] };
        [c].iter().chain(target).map(|variable| ShellLine::of(variable)).collect()
    }
}

fn libc_for(variant: &str) -> Libc {
    if matches!(variant, "musl" | "static-c") { Libc::Musl } else { Libc::Glibc }
}

fn build_needs(facts: &Facts, linkage: Linkage, private: bool) -> Vec<BuildNeed> {
    let of = |inside: &Fact<CInside>| inside.value.build.iter().map(|need| inside.with(need.clone()).into()).collect::<Vec<BuildNeed>>();
    let mut needs: Vec<BuildNeed> = facts.c_inside.iter().flat_map(of).collect();
    let for_c = |name: &str| {
        let need = Need::Program(name.into());
        facts.c_inside.first().map_or_else(|| need.clone().into(), |inside| inside.with(need.clone()).into())
    };
    if linkage != Linkage::Pure {
        needs.push(for_c("gcc"));
    }
    if needs.iter().any(|asked| matches!(&asked.need, Need::Library(name) if name == "libstdc++")) {
        needs.push(for_c("g++"));
    }
    if private {
        needs.push(Need::Program("git".into()).into());
    }
    needs
}

fn manifests(facts: &Facts) -> Vec<Copy> {
    if facts.dependencies != Dependencies::Downloaded {
        return Vec::new();
    }
    let copy = |manifest: &super::Manifest| {
        let to = if manifest.directory.as_str().is_empty() { "./".to_owned() } else { format!("{}/", manifest.directory) };
        let sources = manifest.files.iter().map(|file| manifest.directory.join(file).to_string()).collect();
        Copy { from: None, owner: None, sources, to }
    };
    facts.manifests.iter().map(copy).collect()
}

fn downloads(facts: &Facts, private: Option<&Private>) -> Vec<ShellLine> {
    if facts.dependencies != Dependencies::Downloaded {
        return Vec::new();
    }
    let prefix = private.map_or_else(ShellLine::default, |private| private.prefix.clone());
    let in_workspace = facts.manifests.first().is_some_and(|manifest| manifest.files.contains(&"go.work"));
    if facts.module.as_str().is_empty() || in_workspace {
        vec![prefix.then("go mod download")]
    } else {
        vec![prefix.then("go -C").path(&facts.module).then("mod download")]
    }
}

fn flags(facts: &Facts, choices: &Choices<'_>, debugging: bool) -> Vec<String> {
    // a program that looks beside its sources has to know where they lay
    let looks = choices.found.app.behaviour.reads.iter().any(|read| read.value.opened_as.starts_with(COMPILED_IN));
    let mut flags: Vec<String> = if debugging || looks { Vec::new() } else { vec!["-trimpath".into()] };
    // a context without .git, or with one that belongs to somebody else, must not fail the build
    flags.push("-buildvcs=false".into());
    let tags = choices.layers.list("go.tags", |settings| settings.languages.go.tags.clone(), facts.tags.clone());
    if !tags.is_empty() {
        flags.push(format!("-tags={}", tags.iter().map(|tag| tag.value.as_str()).collect::<Vec<_>>().join(",")));
    }
    flags
}

/// What the linker fills in: an argument for each kind, whose default is what the variable holds anyway.
fn stamps(facts: &Facts) -> (Vec<String>, Vec<ShellLine>) {
    let (mut arguments, mut flags) = (Vec::new(), Vec::new());
    for (kind, name, value) in [(StampKind::Version, "VERSION", "=$VERSION"), (StampKind::Revision, "REVISION", "=$REVISION")] {
        let of_kind: Vec<&Stamp> = facts.stamps.iter().map(|stamp| &stamp.value).filter(|stamp| stamp.kind == kind).collect();
        let Some(first) = of_kind.first() else { continue };
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
        let default = if !first.initial.is_empty() && first.initial.chars().all(plain) { first.initial.as_str() } else { "dev" };
        arguments.push(format!("{name}={default}"));
        flags.extend(of_kind.iter().map(|stamp| ShellLine::of("-X ").in_quotes(&stamp.symbol).glued(value)));
    }
    (arguments, flags)
}

struct Private {
    mount: &'static str,
    prefix: ShellLine,
    decision: Decision,
}

/// How private modules are fetched: by a secret that is mounted for the one step and in no layer.
fn private(facts: &Facts, choices: &Choices<'_>) -> Option<Private> {
    let detected: Vec<_> = facts.private.iter().cloned().collect();
    let paths = choices.layers.list("go.private", |settings| settings.languages.go.private.clone(), detected);
    let first = paths.first()?;
    let value = paths.iter().map(|path| path.value.as_str()).collect::<Vec<_>>().join(",");
    let access = choices.layers.iter().find_map(|layer| layer.settings().languages.go.private_access).unwrap_or(PrivateAccess::Netrc);
    let (mount, rest, how) = match access {
        PrivateAccess::Netrc => {
            ("--mount=type=secret,id=netrc,target=/root/.netrc", ShellLine::default(), "docker build --secret id=netrc,src=$HOME/.netrc")
        }
        PrivateAccess::Ssh => ("--mount=type=ssh", over_ssh(paths.iter().map(|path| path.value.as_str())), "docker build --ssh default"),
    };
    let decision = Decision::chosen(Topic::Dependencies, format!("private modules ({value}) by {how}"), first);
    Some(Private { mount, prefix: ShellLine::assignment("GOPRIVATE", &value).line(rest), decision })
}

/// What has git fetch by SSH what Go asks for by HTTPS, for every host that the patterns of `GOPRIVATE` name.
fn over_ssh<'a>(patterns: impl Iterator<Item = &'a str>) -> ShellLine {
    let is_host = |host: &&str| host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c));
    let hosts: BTreeSet<_> =
        patterns.flat_map(|path| path.split(',')).filter_map(|path| path.trim().split('/').next()).filter(is_host).collect();
    let rewrite = |(index, host): (usize, &str)| {
        let key = ShellLine::assignment(&format!("GIT_CONFIG_KEY_{index}"), &format!("url.ssh://git@{host}/.insteadOf"));
        key.line(ShellLine::assignment(&format!("GIT_CONFIG_VALUE_{index}"), &format!("https://{host}/")))
    };
    let count = ShellLine::assignment("GIT_CONFIG_COUNT", &hosts.len().to_string());
    ShellLine::of("GIT_SSH_COMMAND='ssh -o StrictHostKeyChecking=accept-new'").line(count).all(hosts.into_iter().enumerate().map(rewrite))
}

fn decisions(facts: &Facts, choices: &Choices<'_>, picked: &Picked<'_>, build: &Build) -> Vec<Decision> {
    let mut decisions = vec![picked.decision.clone()];
    let linkage = &choices.fit.variant;
    let mut linked = Decision::detected(Topic::Build, &linkage.summary, &places_of(&facts.c_inside));
    for optional in &facts.c_optional {
        linked = linked.over(format!("C from {}", short(&optional.value.what)), "the program has another way", optional.because());
    }
    if facts.c_inside.is_empty() {
        linked = linked.why("nothing that it reaches is C");
    }
    decisions.push(linked);
    decisions.push(match &facts.dependencies {
        Dependencies::None => Decision::detected(Topic::Dependencies, "none", &[]),
        Dependencies::Vendored(evidence) => Decision::detected(Topic::Dependencies, "vendored", std::slice::from_ref(evidence)),
        Dependencies::Downloaded => {
            Decision::detected(Topic::Dependencies, build.downloads.join(", "), &[]).why("in a layer that only the manifests change")
        }
    });
    decisions.extend(private(facts, choices).map(|private| private.decision));
    decisions.extend(facts.stamps.iter().map(|stamp| Decision::detected(Topic::Stamp, &stamp.value.symbol, stamp.because())));
    decisions
}

fn headline(facts: &Facts, choices: &Choices<'_>, picked: &Picked<'_>) -> String {
    let version = picked.version.series();
    let word = facts.pinned.as_ref().filter(|pinned| pinned.value.series() == version).unwrap_or(&facts.go);
    let asks = if word.value.series() == version { String::new() } else { format!(": {} or newer", word.value.series()) };
    let mut parts = vec![format!("Go {version} ({}{asks})", word.file())];
    match (facts.c_inside.first(), Linkage::of(choices.fit.variant.id)) {
        (Some(inside), Linkage::DynamicC) => {
            let libc = if libc_for(choices.fit.variant.id) == Libc::Musl { "musl" } else { "glibc" };
            parts.push(format!("C inside ({} {}), needs {libc}", inside.file(), short(&inside.value.what)));
        }
        (Some(inside), Linkage::StaticC) => {
            parts.push(format!("C inside ({} {}), linked statically", inside.file(), short(&inside.value.what)));
        }
        _ => parts.push("static".into()),
    }
    let programs = choices.found.app.behaviour.needs.iter().filter(|need| matches!(need.value, Need::Program(_)));
    parts.extend(programs.map(|need| format!("runs {} ({})", if let Need::Program(name) = &need.value { name } else { "" }, need.file())));
    parts.extend(read_files(&choices.found.app.behaviour.reads));
    parts.join(", ")
}

fn read_files(reads: &[Fact<crate::app::RunFile>]) -> Option<String> {
    let first = reads.first()?;
    let names: Vec<_> = reads.iter().map(|file| Utf8Path::new(&file.value.source).as_str()).collect();
    let names = match names.as_slice() {
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} and {two}"),
        [one, rest @ ..] => format!("{one} and {} more", rest.len()),
        [] => return None,
    };
    Some(format!("{names} beside it ({})", first.file()))
}

fn debug_headline(target: Target) -> String {
    match target {
        Target::Debug(DebugVariant::Debugger) => "symbols, no optimisation, delve on port 2345 (docker run --cap-add SYS_PTRACE)".into(),
        _ => "symbols, no optimisation".into(),
    }
}
