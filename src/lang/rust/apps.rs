//! Every program of a project, with what speaks for its being the one that is meant.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::build_script;
use super::config::Config;
use super::native::{self, Findings, Inside, guess};
use super::observe::{self, World};
use super::reach::{Reach, reach};
use super::workspace::{Bin, Package, Project};
use super::{Dependencies, Facts, toolchain};
use crate::app::{App, Behaviour, Claim, Sighting};
use crate::catalog::{Catalog, Links};
use crate::command::{Command, Word};
use crate::declared::{self, Declared, Own};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::DRIFTS_WITH_LOCK;
use crate::lang::language::{self, Sightings};
use crate::need::Need;
use crate::read::cargo_lock::Lock;
use crate::tree::Tree;
use crate::tree::path::inside;
use crate::version::Version;

const ASIDE: Rule = Rule::parsed("rust.aside", "a program of this name runs the project's own tasks");
const OPTIONAL: Rule = Rule::parsed("rust.required-features", "this program is built with features that are off by default");
const BROWSER: Rule = Rule::parsed("rust.browser", "this is built for the browser by a tool of its own");
const SSH: Rule = Rule::parsed("rust.git-ssh", "this is fetched from a repository by SSH");
const NESTED: Rule = Rule::parsed("rust.nested", "this package is no member of the project's workspace");
const DEFAULT_RUN: Rule = Rule::parsed("rust.default-run", "this is what the package runs by default");
const DEFAULT_MEMBER: Rule = Rule::parsed("rust.default-members", "this is what the workspace builds by default");
const NAMESAKE: Rule = Rule::parsed("rust.package", "this is the package's name");
const RUST_VERSION: Rule = Rule::parsed("rust.rust-version", "the project asks for this release or a newer one");
/// Editions, and the releases that were the first to know them.
const EDITIONS: [(&str, Version); 3] = [("2018", Version::minor(1, 31)), ("2021", Version::minor(1, 56)), ("2024", Version::minor(1, 85))];
/// The first release that reads locks of format 4.
const LOCK_4: Version = Version::minor(1, 78);
const LOCK_FORMAT: Rule = Rule::parsed("rust.lock-format", "older releases do not read this format");
const EDITION: Rule = Rule::parsed("rust.edition", "this is the edition of the language");
const LIBRARY: Rule = Rule::parsed("rust.library", "this package is a library");

/// What it takes to find a program again: its package's directory and its name.
#[derive(Clone, Debug)]
pub struct Seed {
    package: Utf8PathBuf,
    bin: String,
}

impl Seed {
    fn of(package: &Package<'_>, bin: &Bin) -> Self {
        Self { package: package.directory.clone(), bin: bin.name.clone() }
    }
}

fn library_only(package: &Package<'_>) -> Diagnostic {
    Diagnostic::error("rust::library-only", format!("`{}` is a library, and no package here makes a program", package.name))
        .because(&Evidence::exists(package.file(), LIBRARY))
        .help("add a program: `src/main.rs`, or `src/bin/NAME.rs`")
}

/// The programs of a project's packages.
pub struct Programs<'t> {
    tree: &'t Tree,
    project: Project<'t>,
}

impl<'t> language::Project<'t> for Programs<'t> {
    type Seed = Seed;
    type Facts = Facts;

    fn open(tree: &'t Tree) -> Result<Self> {
        Ok(Self { tree, project: Project::read(tree)? })
    }

    fn find(&self) -> Result<Sightings<Seed>> {
        let declared = declared::read(self.tree, Utf8Path::new(""));
        let mut apps = Vec::new();
        for package in self.project.packages.values() {
            for bin in package.bins.iter().filter(|bin| self.tree.has(&bin.path)) {
                let claims = self.claims(package, bin, &declared);
                let (name, directory) = (bin.name.clone(), package.directory.clone());
                apps.push((Sighting { name, directory, program: bin.evidence.clone(), claims }, Seed::of(package, bin)));
            }
        }
        let mut packages = self.project.packages.values();
        let incomplete = packages.clone().find_map(|package| package.incomplete.clone());
        let library = || packages.find(|package| package.library.is_some()).map(|package| library_only(package).into());
        Ok(Sightings { apps, otherwise: incomplete.or_else(library) })
    }

    /// What leads out of the project listens nowhere.
    fn listens(&self, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<Vec<Evidence>> {
        let (package, bin) = self.again(sighting, seed)?;
        let reach = reach(&self.project, package, bin, &[], true);
        let vocabulary = catalog.vocabulary("rust")?;
        Ok(reach.map(|reach| observe::listening(self.tree, &reach, package, bin, vocabulary)).unwrap_or_default())
    }

    fn look(&self, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<(App, Facts)> {
        let (package, bin) = self.again(sighting, seed)?;
        if let Some(tool) = self.browser(package) {
            return Err(for_browsers(&package.name, &tool).into());
        }
        let reached = reach(&self.project, package, bin, &[], true)?;
        let everything: Vec<String> = package.manifest.says.features.keys().cloned().collect();
        let at_most = reach(&self.project, package, bin, &everything, true)?;
        let lock = self.lock(&package.root)?;
        let findings = findings(&reached, lock.as_ref(), catalog);
        let most = findings_at_most(&at_most, lock.as_ref(), catalog, &findings);
        let config = Config::read(self.tree, &package.root)?;
        let observed = observe::observe(
            self.tree,
            &reached,
            package,
            bin,
            &World { packages: &findings.packages, vocabulary: catalog.vocabulary("rust")? },
        );
        let mut warnings = observed.warnings.clone();
        let unstable = observed.unstable.iter().chain(&config.unstable).filter(|_| !config.takes_unstable());
        warnings.extend(unstable.take(1).map(needs_nightly));
        if lock.is_none() && !reached.externals.is_empty() {
            warnings.push(no_lock(package, &reached));
        }
        let scripted = reached.locals.iter().map(|local| build_script::Scripted {
            directory: &local.package.directory,
            script: local.package.script(),
            features: &local.features,
        });
        let scripts = build_script::look(self.tree, scripted, catalog)?;
        warnings.extend(scripts.warnings);
        let is_on = |local: &super::reach::Local<'_>| local.package.directory == package.directory;
        let on = reached.locals.iter().find(|local| is_on(local)).map(|local| local.features.clone()).unwrap_or_default();
        let roots = [package.script().unwrap_or_else(|| package.directory.join("build.rs")), bin.path.clone()];
        let roots = roots.into_iter().chain(package.library.as_ref().map(|(_, path)| path.clone()));
        let one_of = roots.into_iter().find_map(|path| build_script::demanded_features(self.tree, &path, &on));
        let one_of = one_of.map(|demanded| demanded.map(|names| with_those_that_turn_them_on(package, names)));
        let history = scripts.history.or_else(|| {
            let git = Need::Program("git".to_owned());
            let asks = |fact: &&Fact<Inside>| fact.value.links == Links::Nothing && fact.value.build.contains(&git);
            findings.inside.iter().find(asks).map(|fact| fact.because()[0].clone())
        });
        let mut behaviour = observed.behaviour;
        behaviour.builds.extend(scripts.builds);
        warnings.extend(self.declared(package, bin, &mut behaviour));
        let app = App {
            sighting: sighting.clone(),
            behaviour,
            home: if self.tree.has("Cargo.toml") { Utf8PathBuf::new() } else { package.root.clone() },
            keeps: observed.keeps,
            build_needs: Vec::new(),
            stage: None,
            ignore_patterns: self.ignore_patterns(&reached),
            passed_over: Vec::new(),
            warnings,
        };
        let alone = self.project.packages.values().filter(|other| other.root == package.root).count() == 1;
        let facts = Facts {
            root: package.root.clone(),
            package: (!alone).then(|| package.name.clone()),
            bin: bin.name.clone(),
            main: bin.evidence.clone(),
            rust: self.rust(package, &config, lock.as_ref()),
            edition: self.project.value(package, EDITION, "edition").map(|(value, evidence)| Fact::new(value, evidence)),
            breaks: lock.as_ref().and_then(|lock| toolchain::breaks(lock, &findings.packages, catalog)),
            ssh: lock.as_ref().and_then(|lock| lock.by_ssh().map(|locked| Fact::new(locked.name.clone(), lock.evidence(locked, SSH)))),
            lock: lock.map(|lock| lock.file),
            dependencies: self.dependencies(package, &at_most),
            roots: self.roots(package),
            inside: findings.inside,
            inside_at_most: most,
            script_needs: scripts.needs,
            history: history.map(|evidence| Fact::new((), evidence)),
            one_of,
            required: bin.required.iter().filter(|feature| !is_on_by_default(package, feature)).cloned().collect(),
            profile: self.profile(package),
            vendored: config.vendored.clone().filter(|path| self.tree.has_directory(path)),
            config,
            allocator: observed.allocator,
            build_env: observed.build_env,
        };
        Ok((app, facts))
    }
}

impl Programs<'_> {
    fn again(&self, sighting: &Sighting, seed: &Seed) -> Result<(&Package<'_>, &Bin)> {
        let package = self.project.packages.get(&seed.package);
        let found = package.and_then(|package| Some((package, package.bins.iter().find(|bin| bin.name == seed.bin)?)));
        Ok(found.ok_or_else(|| sighting.gone())?)
    }

    /// Takes what the project's documents say of starting the program.
    fn declared(&self, package: &Package<'_>, bin: &Bin, behaviour: &mut Behaviour) -> Option<Diagnostic> {
        let bins = self.project.packages.values().flat_map(|package| package.bins.iter().map(move |bin| (package, bin)));
        let alone = bins.filter(|(package, bin)| self.aside(package, bin).is_none()).count() == 1;
        let from_sources =
            |command: &Command| run_from_sources(command, &package.name, bin, alone).then(|| behind_dashes(command).to_vec());
        let own = Own { name: &bin.name, alone, from_sources: &from_sources };
        let mut directories = vec![&package.directory, &package.root];
        directories.dedup();
        // the workspace's word is the stronger one, so it comes last
        directories.into_iter().filter_map(|directory| declared::read(self.tree, directory).complete(&own, behaviour)).last()
    }

    fn lock(&self, root: &Utf8Path) -> Result<Option<Lock>> {
        let file = root.join("Cargo.lock");
        self.tree.manifest(&file)?.map(|text| Lock::parse(&file, text)).transpose()
    }

    fn claims(&self, package: &Package<'_>, bin: &Bin, declared: &Declared) -> Vec<Fact<Claim>> {
        let mut claims: Vec<Fact<Claim>> = self.aside(package, bin).into_iter().collect();
        let from_sources =
            |command: &Command| run_from_sources(command, &package.name, bin, false).then(|| behind_dashes(command).to_vec());
        let started = declared.names(&Own { name: &bin.name, alone: false, from_sources: &from_sources });
        claims.extend(started.map(|at| Fact::new(Claim::Named, at)));
        let document = &package.manifest.document;
        let says = |keys: &[&str]| document.string(keys).is_some_and(|(name, _)| name == bin.name);
        let default_run = ["package", "default-run"];
        claims.extend(says(&default_run).then(|| Fact::new(Claim::Named, package.evidence(&default_run, DEFAULT_RUN, &bin.name))));
        claims.extend(self.default_member(package));
        let name = ["package", "name"];
        let is_namesake = says(&name) && package.directory == package.root;
        claims.extend(is_namesake.then(|| Fact::new(Claim::Namesake, package.evidence(&name, NAMESAKE, &bin.name))));
        claims
    }

    fn aside(&self, package: &Package<'_>, bin: &Bin) -> Option<Fact<Claim>> {
        let off = |feature: &String| !is_on_by_default(package, feature);
        if bin.required.iter().any(off) {
            return Some(Fact::new(Claim::Aside, bin.evidence.under(OPTIONAL)));
        }
        if package.name == "xtask" {
            return Some(Fact::new(Claim::Aside, Evidence::exists(package.file(), ASIDE)));
        }
        if let Some(tool) = self.browser(package) {
            return Some(tool.with(Claim::Aside));
        }
        let nested = self.tree.has("Cargo.toml") && !package.root.as_str().is_empty();
        nested.then(|| Fact::new(Claim::Aside, Evidence::exists(package.file(), NESTED)))
    }

    /// The tool that builds the package for browsers, where one does: no compiler alone makes what it is.
    fn browser(&self, package: &Package<'_>) -> Option<Fact<&'static str>> {
        let trunk = package.directory.join("Trunk.toml");
        if self.tree.has(&trunk) {
            return Some(Fact::new("trunk", Evidence::exists(trunk, BROWSER)));
        }
        let page = package.directory.join("index.html");
        if self.tree.text(&page).is_ok_and(|text| text.contains("data-trunk")) {
            return Some(Fact::new("trunk", Evidence::exists(page, BROWSER)));
        }
        let own = package.manifest.document.has(&["package", "metadata", "leptos"]);
        let shared = self.project.root(package).document.has(&["workspace", "metadata", "leptos"]);
        (own || shared).then(|| Fact::new("cargo-leptos", Evidence::exists(package.file(), BROWSER)))
    }

    /// Whether the dependencies can be built from the manifests of the workspace alone.
    fn dependencies(&self, package: &Package<'_>, reach: &Reach<'_>) -> Dependencies {
        let patches = self.project.root(package).says.patch.values().flatten();
        let leads_here = patches.filter_map(|(_, patch)| patch.detail()).any(|detail| detail.path.is_some());
        if reach.leaves_workspace || leads_here {
            Dependencies::WithSources
        } else if reach.externals.is_empty() {
            Dependencies::None
        } else {
            Dependencies::Apart
        }
    }

    /// The sources from which anything in the workspace is compiled, other than those that Cargo finds by their names alone.
    fn roots(&self, package: &Package<'_>) -> Vec<Utf8PathBuf> {
        let is_usual = |path: &Utf8Path| {
            matches!(path.file_name(), Some("main.rs" | "lib.rs" | "build.rs"))
                || path.parent().is_some_and(|parent| parent.ends_with("src/bin"))
        };
        let members = self.project.packages.values().filter(|other| other.root == package.root);
        let mut roots: Vec<_> = members.flat_map(Package::roots).filter(|path| self.tree.has(path) && !is_usual(path)).collect();
        roots.sort();
        roots.dedup();
        roots
    }

    /// The workspace's own word for what it is about, where it names less than everything.
    fn default_member(&self, package: &Package<'_>) -> Option<Fact<Claim>> {
        let document = &self.project.workspaces.get(&package.root)?.document;
        let members = document.strings(&["workspace", "default-members"]);
        let is_this = |member: &str| inside(&package.root, member).is_some_and(|path| path == package.directory);
        let (name, value) = members.into_iter().find(|(member, _)| is_this(member))?;
        Some(Fact::new(Claim::Named, Evidence { text: name.to_owned(), ..document.evidence(value, DEFAULT_MEMBER) }))
    }

    /// What the project says of the release that it needs, the newest first.
    fn rust(&self, package: &Package<'_>, config: &Config, lock: Option<&Lock>) -> Vec<Fact<Version>> {
        let declared = self.project.value(package, RUST_VERSION, "rust-version");
        let declared = declared.and_then(|(value, evidence)| Some(Fact::new(value.parse().ok()?, evidence)));
        let channel = config.channel.as_ref().and_then(|channel| Some(channel.with(channel.value.parse::<Version>().ok()?)));
        // an old release that is asked for by name has to know the edition, and the lock's format
        let of_edition = |(value, evidence): (String, Evidence)| {
            let (_, least) = EDITIONS.iter().find(|(edition, _)| *edition == value)?;
            Some(Fact::new(*least, evidence))
        };
        let edition = self.project.value(package, EDITION, "edition").and_then(of_edition);
        let format = lock.filter(|lock| lock.format >= 4).map(|lock| Fact::new(LOCK_4, Evidence::exists(lock.file.clone(), LOCK_FORMAT)));
        let implied: Vec<_> = edition.into_iter().chain(format).filter(|_| channel.is_some()).collect();
        let mut found: Vec<_> = implied.into_iter().chain(declared).chain(channel).collect();
        found.sort_by_key(|fact| std::cmp::Reverse(fact.value));
        found
    }

    /// The keys of `[profile.release]`, which stands in the workspace's manifest.
    fn profile(&self, package: &Package<'_>) -> Vec<String> {
        let keys = self.project.root(package).document.entries(&["profile", "release"]);
        keys.into_iter().map(|(key, _)| key.to_owned()).collect()
    }

    /// What no build of it needs: what builds leave behind, and tests, examples and benchmarks that no manifest names.
    fn ignore_patterns(&self, reach: &Reach<'_>) -> Vec<String> {
        let mut patterns = vec!["target".to_owned()];
        let holds_package = |directory: &Utf8Path| self.project.packages.keys().any(|path| path.starts_with(directory));
        for local in &reach.locals {
            for (name, declared) in [("benches", "bench"), ("examples", "example"), ("tests", "test")] {
                let directory = local.package.directory.join(name);
                if !local.package.manifest.document.has(&[declared]) && !holds_package(&directory) {
                    patterns.push(directory.to_string());
                }
            }
        }
        patterns
    }
}

fn findings(reach: &Reach<'_>, lock: Option<&Lock>, catalog: &Catalog) -> Findings {
    lock.map_or_else(|| guess(reach, catalog), |lock| native::look(reach, lock, catalog))
}

/// What is inside with all features on, where that is more than without.
fn findings_at_most(reach: &Reach<'_>, lock: Option<&Lock>, catalog: &Catalog, least: &Findings) -> Vec<Fact<Inside>> {
    let most = findings(reach, lock, catalog).inside;
    if most.len() > least.inside.len() { most } else { Vec::new() }
}

fn for_browsers(name: &str, tool: &Fact<&'static str>) -> Diagnostic {
    let error = Diagnostic::error(
        "rust::browser-program",
        format!("`{name}` is built for the browser by `{}`, which imggen does not run", tool.value),
    );
    let error = tool.because().iter().fold(error, Diagnostic::because);
    error.help("build it beforehand and name the program that serves the result with `--app`, or serve the result as a static site")
}

/// Features, each behind those that turn it on: `sqlite = ["sqlite_system", "libsqlite3-sys/bundled"]` brings what it needs along.
fn with_those_that_turn_them_on(package: &Package<'_>, names: Vec<String>) -> Vec<String> {
    let features = &package.manifest.says.features;
    let mut all: Vec<String> = Vec::new();
    for name in names {
        let turns_on = features.iter().filter(|(other, means)| *other != "default" && means.contains(&name));
        for feature in turns_on.map(|(other, _)| other.clone()).chain([name.clone()]) {
            if !all.contains(&feature) {
                all.push(feature);
            }
        }
    }
    all
}

fn is_on_by_default(package: &Package<'_>, feature: &str) -> bool {
    let features: &BTreeMap<String, Vec<String>> = &package.manifest.says.features;
    let (mut waiting, mut seen) = (vec!["default"], Vec::new());
    while let Some(name) = waiting.pop() {
        if name == feature {
            return true;
        }
        if !seen.contains(&name) {
            seen.push(name);
            waiting.extend(features.get(name).into_iter().flatten().map(String::as_str));
        }
    }
    false
}

fn needs_nightly(unstable: &Fact<String>) -> Diagnostic {
    let message = format!("`{}` is taken by nightly compilers only, and the project names none", unstable.value);
    let warning = unstable.because().iter().fold(Diagnostic::warning("rust::needs-nightly", message), Diagnostic::because);
    warning.help("name one in `rust-toolchain.toml`: `channel = \"nightly-YYYY-MM-DD\"` under `[toolchain]`")
}

fn no_lock(package: &Package<'_>, reach: &Reach<'_>) -> Diagnostic {
    let message = format!("there is no Cargo.lock for `{}`: every build takes the newest versions of what it depends on", package.name);
    let warning = Diagnostic::warning("rust::no-lock", message).help("commit Cargo.lock, and take it out of `.gitignore`");
    let warning = warning.help(DRIFTS_WITH_LOCK);
    reach.externals.iter().take(1).fold(warning, |warning, external| warning.because(&external.evidence))
}

/// Whether `cargo run` runs this program.
fn run_from_sources(command: &Command, package: &str, bin: &Bin, alone: bool) -> bool {
    let runs = command.program() == "cargo" && (command.does("run") || command.does("r"));
    let named = command.option(&["--bin"]).map(|word| word.text() == Some(&bin.name));
    let of_package = || command.option(&["-p", "--package"]).map(|word| word.text() == Some(package));
    runs && named.or_else(of_package).unwrap_or(alone)
}

/// What `cargo run` gives the program.
fn behind_dashes(command: &Command) -> &[Word] {
    let words = command.arguments();
    let dashes = words.iter().position(|word| word.text() == Some("--"));
    dashes.and_then(|dashes| words.get(dashes + 1..)).unwrap_or_default()
}
