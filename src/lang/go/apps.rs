//! Every program of a project, with what speaks for its being the one that is meant.

use std::sync::OnceLock;

use camino::{Utf8Path, Utf8PathBuf};

use super::cgo;
use super::generate::{Generation, Missing, Search};
use super::hints::{Hints, hints};
use super::observe::{Observed, Reach, observe};
use super::packages::{Main, Packages};
use super::tags;
use super::workspace::{Module, Workspace};
use super::{Dependencies, Facts, Manifest, Seed};
use crate::app::{App, Claim, RunFile, Sighting};
use crate::auxiliary;
use crate::catalog::Catalog;
use crate::command::{Command, Word};
use crate::declared::{self, Own};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::lang::DRIFTS_WITH_LOCK;
use crate::lang::language::{self, Sightings};
use crate::read::gomod::{At, Indirect, Require};
use crate::tree::Tree;
use crate::version::Version;

const NESTED: Rule = Rule::parsed("go.nested-module", "this is a module of its own inside another");
const NAMESAKE: Rule = Rule::parsed("go.module", "this is the module's name");
const LIBRARY: Rule = Rule::parsed("go.library", "this module has no program");
const IMPORTED: Rule = Rule::parsed("go.missing-package", "this package is imported and not in the project");
const BREAKS: Rule = Rule::parsed("go.breaks", "newer releases of Go do not compile this version");
const VENDORED: Rule = Rule::parsed("go.vendored", "the dependencies are in the project");

/// Names of directories that say nothing about the program in them.
const NAMELESS: [&str; 5] = ["cmd", "main", "src", "app", "bin"];

fn library_only(workspace: &Workspace) -> Diagnostic {
    let error = Diagnostic::error("go::library-only", "no package here is a program");
    let modules = workspace.modules.iter().map(|module| Evidence::exists(module.directory.join("go.mod"), LIBRARY));
    modules
        .take(8)
        .fold(error, |error, module| error.because(&module))
        .help("a program is a `package main` with a `func main()`, in `cmd/NAME`, say")
}

fn no_module() -> Diagnostic {
    Diagnostic::error("go::no-module", "there are Go files here and no go.mod").help("`go mod init NAME` and `go mod tidy` make one")
}

/// What is read of a project once: its modules, what its tools say, and the packages as far as they were asked after.
pub struct Project<'t> {
    tree: &'t Tree,
    workspace: Workspace,
    hints: Hints,
    /// The build tags that hold for the project.
    tags: Vec<Fact<String>>,
    packages: Packages<'t>,
}

impl<'t> language::Project<'t> for Project<'t> {
    type Seed = Seed;
    type Facts = Facts;

    fn open(tree: &'t Tree) -> Result<Self> {
        let workspace = Workspace::read(tree)?;
        let hints = hints(tree, &workspace);
        let tags = tags::tags(tree, &hints);
        let packages = Packages::of(tree, &tags::names_of(&tags));
        Ok(Self { tree, workspace, hints, tags, packages })
    }

    fn find(&self) -> Result<Sightings<Seed>> {
        if self.workspace.modules.is_empty() {
            let is_there = self.tree.files_in("").any(|path| path.extension() == Some("go"));
            return Ok(if is_there { Sightings::none(no_module()) } else { Vec::new().into() });
        }
        let apps: Vec<_> = self.packages.mains(&self.workspace).into_iter().filter_map(|main| self.sighting(main)).collect();
        let otherwise = apps.is_empty().then(|| library_only(&self.workspace).into());
        Ok(Sightings { apps, otherwise })
    }

    /// What a program reaches is read whole only where a word in it makes it likely that it listens.
    fn listens(&self, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<Vec<Evidence>> {
        if !self.packages.may_listen(&sighting.directory, &self.workspace) {
            return Ok(Vec::new());
        }
        let reach = self.packages.reach(&sighting.directory, &self.workspace);
        let observed = self.observed(&reach, seed, catalog)?;
        Ok(observed.behaviour.listens.iter().flat_map(Fact::because).cloned().collect())
    }

    fn look(&self, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<(App, Facts)> {
        let module = self.workspace.in_directory(&seed.module).ok_or_else(|| sighting.gone())?;
        // with tags of its own it has other files
        let own_tags = tags::own_tags(self.tree, &self.hints, &sighting.directory);
        let own_packages = own_tags.as_ref().map(|tags| Packages::of(self.tree, &tags::names_of(tags)));
        let packages = own_packages.as_ref().unwrap_or(&self.packages);
        let reach = packages.reach(&sighting.directory, &self.workspace);
        let local = self.workspace.local(module)?;
        let observed = match own_packages {
            Some(_) => observe(self.tree, &reach, catalog.vocabulary("go")?),
            None => self.observed(&reach, seed, catalog)?.clone(),
        };
        let c = cgo::look(self.tree, &reach, &local, catalog);
        let mut warnings = observed.warnings.clone();
        let generations = self.generations(packages, &reach, module, catalog);
        let dependencies = self.dependencies(module, &local, &mut warnings);
        let mut behaviour = observed.behaviour;
        let written = behaviour.writes.iter();
        let seeds = written.filter_map(|write| Some(write.with(self.seeded(write.value.directory.as_path(), module)?)));
        for seed in seeds.collect::<Vec<_>>() {
            behaviour.reads.retain(|read| read.value.opened_as.is_absolute() || !read.value.source.starts_with(&seed.value.source));
            behaviour.reads.push(seed);
        }
        let declared = declared::read(self.tree, &module.directory);
        let from_sources = |command: &Command| run_from_sources_of(&sighting.directory, command);
        let alone = self.packages.mains(&self.workspace).iter().filter(|main| !auxiliary::holds_no_program(&main.directory)).count() == 1;
        let own = Own { name: &sighting.name, alone, from_sources: &from_sources };
        warnings.extend(declared.complete(&own, &mut behaviour));
        let app = App {
            sighting: sighting.clone(),
            behaviour,
            home: module.directory.clone(),
            keeps: self.keeps(&observed.embeds),
            build_needs: Vec::new(),
            stage: None,
            ignore_patterns: vec!["**/*_test.go".to_owned()],
            passed_over: Vec::new(),
            warnings,
        };
        let package = sighting.directory.strip_prefix(&module.directory).unwrap_or(&sighting.directory);
        let facts = Facts {
            module: module.directory.clone(),
            package: if package.as_str().is_empty() { ".".into() } else { format!("./{package}") },
            pinned: self.workspace.pinned(self.tree, module)?,
            breaks: breaks(&local, catalog)?,
            go: self.workspace.go(&local),
            manifests: self.manifests(module, &local),
            dependencies,
            c_inside: c.needed,
            c_optional: c.optional,
            stamps: observed.stamps,
            tags: own_tags.unwrap_or_else(|| self.tags.clone()),
            generations,
            private: self.hints.private.clone(),
        };
        Ok((app, facts))
    }
}

impl Project<'_> {
    /// What a program does with the tags that hold for all: seen once, whoever asks.
    fn observed<'s>(&self, reach: &Reach<'_>, seed: &'s Seed, catalog: &Catalog) -> Result<&'s Observed> {
        let vocabulary = catalog.vocabulary("go")?;
        Ok(seed.observed.get_or_init(|| observe(self.tree, reach, vocabulary)))
    }

    fn sighting(&self, main: Main) -> Option<(Sighting, Seed)> {
        let module = self.workspace.holding(&main.directory)?;
        let name = name(&main, module);
        let claims = self.claims(&main, module, &name);
        let seed = Seed { module: module.directory.clone(), observed: OnceLock::new() };
        Some((Sighting { name, directory: main.directory, program: main.evidence, claims }, seed))
    }

    fn claims(&self, main: &Main, module: &Module, name: &str) -> Vec<Fact<Claim>> {
        let mut claims = Vec::new();
        let root = self.workspace.in_directory(Utf8Path::new(""));
        if root.is_some() && !module.directory.as_str().is_empty() && !self.workspace.binds(module) {
            claims.push(Fact::new(Claim::Aside, Evidence::exists(module.go_mod(), NESTED)));
        }
        let from_sources = |command: &Command| run_from_sources_of(&main.directory, command);
        let started = self.hints.declared.names(&Own { name, alone: false, from_sources: &from_sources });
        let built = self.hints.built.iter().filter(|built| built.value == main.directory && self.hints.built.len() == 1);
        claims.extend(started.map(|at| Fact::new(Claim::Named, at)).into_iter().chain(built.map(|fact| fact.with(Claim::Built))));
        if let Some(line) = module.file.module.as_ref().filter(|_| module.name() == name) {
            claims.push(Fact::new(Claim::Namesake, module.evidence(line, NAMESAKE)));
        }
        claims
    }

    /// Packages of the module that are imported and not there. A longer path may be another module's.
    fn missing_packages(&self, packages: &Packages<'_>, reach: &Reach<'_>, module: &Module) -> Vec<Missing> {
        let mut found: Vec<Missing> = Vec::new();
        for source in reach.packages.iter().flat_map(|package| &package.files) {
            for import in &source.head.imports {
                let required =
                    |require: &At<Require>| is_below(import.path, &require.value.path) && require.value.path.len() > module.path.len();
                let Some(directory) = module.directory_of(import.path) else { continue };
                let there = packages.resolve(import.path, &module.directory, &self.workspace).is_some();
                if there || module.file.requires.iter().any(required) || found.iter().any(|known| known.directory == directory) {
                    continue;
                }
                let span = Span::of(source.text, import.offset as usize, import.end());
                let at = Evidence::at(source.path, span, IMPORTED, format!("\"{}\"", import.path));
                found.push(Missing { import: import.path.to_owned(), directory, at });
            }
        }
        found
    }

    /// What makes the sources that the program needs and that are not there.
    fn generations(&self, packages: &Packages<'_>, reach: &Reach<'_>, module: &Module, catalog: &Catalog) -> Vec<Fact<Generation>> {
        let missing = self.missing_packages(packages, reach, module);
        let imports = reach.packages.iter().flat_map(|package| &package.files).flat_map(|source| &source.head.imports);
        let imported = imports.filter_map(|import| packages.resolve(import.path, &module.directory, &self.workspace));
        let reached = imported.chain([reach.main.clone()]).collect();
        let (tree, workspace, generators) = (self.tree, &self.workspace, catalog.generators("go"));
        Search { tree, module, workspace, reached, missing: &missing, generators }.generations()
    }

    fn dependencies(&self, module: &Module, local: &[&Module], warnings: &mut Vec<Diagnostic>) -> Dependencies {
        let vendored = if self.workspace.binds(module) { "vendor/modules.txt".into() } else { module.directory.join("vendor/modules.txt") };
        if self.tree.has(&vendored) {
            return Dependencies::Vendored(Evidence::exists(vendored, VENDORED));
        }
        let mut needed = local.iter().flat_map(|module| module.file.requires.iter().map(move |require| (module, require)));
        let external = |path: &str| !local.iter().any(|other| other.path == path);
        let Some((from, require)) = needed.find(|(_, require)| external(&require.value.path)) else { return Dependencies::None };
        if !self.tree.has(from.directory.join("go.sum")) {
            let warning = Diagnostic::warning(
                "go::no-sum",
                format!("`{}` asks for modules and there is no go.sum beside it: the build will fail", from.go_mod()),
            );
            warnings.push(
                warning
                    .at(from.go_mod(), Some(require.span), "asked for here")
                    .help("run `go mod tidy` and commit go.sum")
                    .help(DRIFTS_WITH_LOCK),
            );
        }
        Dependencies::Downloaded
    }

    fn manifests(&self, module: &Module, local: &[&Module]) -> Vec<Manifest> {
        let there = |directory: &Utf8Path, files: [&'static str; 2]| {
            files.into_iter().filter(|file| self.tree.has(directory.join(file))).collect::<Vec<_>>()
        };
        let work = self
            .workspace
            .binds(module)
            .then(|| Manifest { directory: Utf8PathBuf::new(), files: there(Utf8Path::new(""), ["go.work", "go.work.sum"]) });
        let modules = local
            .iter()
            .map(|module| Manifest { directory: module.directory.clone(), files: there(&module.directory, ["go.mod", "go.sum"]) });
        work.into_iter().chain(modules).collect()
    }

    /// A directory that the program writes to and that the project fills to begin with.
    fn seeded(&self, directory: &Utf8Path, module: &Module) -> Option<RunFile> {
        let source = crate::tree::path::inside(&module.directory, directory)?;
        let filled = !directory.as_str().is_empty() && self.tree.below(&source).any(|path| path.extension() != Some("go"));
        filled.then(|| RunFile { source, opened_as: directory.to_owned() })
    }

    /// The files that embed patterns match: their directories, or themselves.
    fn keeps(&self, embeds: &[Fact<Utf8PathBuf>]) -> Vec<Utf8PathBuf> {
        let mut kept: Vec<Utf8PathBuf> = Vec::new();
        for pattern in embeds.iter().map(|embed| &embed.value) {
            let fixed: Utf8PathBuf = pattern.components().take_while(|part| !part.as_str().contains(['*', '?', '['])).collect();
            if self.tree.has(&fixed) { kept.push(fixed) } else { kept.extend(self.tree.below(&fixed).map(Utf8Path::to_owned)) }
        }
        kept.sort();
        kept.dedup();
        kept
    }
}

/// The program's own name: its directory's, or the module's where the directory's says nothing.
fn name(main: &Main, module: &Module) -> String {
    let own = main.directory.file_name().filter(|name| main.directory != module.directory && !NAMELESS.contains(name));
    own.unwrap_or_else(|| module.name()).to_owned()
}

/// Flags of `go run` that have their value in a word of its own.
const VALUED: [&str; 8] = ["-tags", "-ldflags", "-gcflags", "-mod", "-exec", "-p", "-modfile", "-C"];

/// The package that `go run` is given and the program's arguments: `go run ./cmd/api serve`, `go run main.go serve`.
fn run_from_sources(command: &Command) -> Option<(Utf8PathBuf, &[Word])> {
    if command.program() != "go" || !command.does("run") {
        return None;
    }
    let mut words = command.arguments().get(1..)?;
    while let Some(flag) = words.first().map(Word::head).filter(|word| word.starts_with('-')) {
        words = words.get(if VALUED.contains(&flag) { 2 } else { 1 }..)?;
    }
    let written = words.first()?.to_string();
    let files = words.iter().take_while(|word| word.to_string().ends_with(".go")).count();
    let path = command.path(&written)?;
    let directory = if files > 0 { path.parent()?.to_owned() } else { path };
    Some((directory, words.get(files.max(1)..)?))
}

/// What `go run` gives the program in a directory, where it runs that.
fn run_from_sources_of(main: &Utf8Path, command: &Command) -> Option<Vec<Word>> {
    let (directory, arguments) = run_from_sources(command)?;
    (directory == main).then(|| arguments.to_vec())
}

/// Whether an import path is a module's, or lies below it.
fn is_below(import: &str, module: &str) -> bool {
    import.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The last release of Go that compiles everything that these modules ask for, where there is one.
fn breaks(modules: &[&Module], catalog: &Catalog) -> Result<Option<Fact<Version>>> {
    let toolchain = catalog.toolchain("go")?;
    let old = |(module, require): (&&Module, &At<Require>)| {
        let numbers = require.value.version.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
        let last = toolchain.last_that_compiles(&require.value.path, numbers.parse().ok()?, require.value.indirect == Indirect::No)?;
        Some(Fact::new(last, Evidence::at(module.go_mod(), require.span, BREAKS, &require.text)))
    };
    let requires = modules.iter().flat_map(|module| module.file.requires.iter().map(move |require| (module, require)));
    Ok(requires.filter_map(old).min_by_key(|fact| fact.value))
}
