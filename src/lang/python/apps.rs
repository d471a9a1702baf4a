//! Every Python project of a tree, and everything in it that can be started.

use camino::{Utf8Path, Utf8PathBuf};

use super::constraint::constraints;
use super::entry::{Entry, Finder, Form, djangos};
use super::manager::{self, Manager};
use super::observe;
use super::places::{members, projects, used_by_others};
use super::project::Project;
use super::sources::Sources;
use super::version::{only_glibc, rank};
use super::{DjangoFacts, Facts, NativeUse};
use crate::app::{App, Claim, Sighting};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::document::Document;
use crate::tree::Tree;

const BARE: Rule = Rule::parsed("python.no-manifest", "it imports nothing that would have to be installed");

const GUEST: Rule = Rule::parsed("python.guest", "the project is written in another language");
const MANYLINUX: Rule = Rule::parsed("python.manylinux", "there are binaries of this package for glibc and none for musl");

/// Manifests of compiled languages: a Python project below one is a part of that project, a client or a tool.
const HOSTS: [&str; 5] = ["go.mod", "Cargo.toml", "pom.xml", "build.gradle", "build.gradle.kts"];
/// Environments that conda and pixi make.
const ELSEWHERE: [&str; 4] = ["environment.yml", "environment.yaml", "conda.yml", "pixi.toml"];
/// Manifests of other languages: bare Python files beside them are their tools.
const OTHERS: [&str; 7] = ["go.mod", "Cargo.toml", "package.json", "pom.xml", "build.gradle", "build.gradle.kts", "Gemfile"];

/// Where an app was seen.
#[derive(Debug)]
pub struct Seed {
    /// The project's directory; nothing where there is no manifest.
    directory: Option<Utf8PathBuf>,
    /// Its place among what can be started there.
    index: usize,
    /// Where it listens.
    pub listens: Vec<Evidence>,
}

/// Finds the apps.
///
/// # Errors
/// When a manifest is broken, or what a project says contradicts itself.
pub fn find(tree: &Tree) -> Result<Vec<(Sighting, Seed)>> {
    let mut apps = Vec::new();
    let directories = projects(tree);
    for directory in &directories {
        if let Some(project) = Project::read(tree, directory)? {
            apps.extend(sightings(tree, &project, Some(directory)));
        }
    }
    let host = HOSTS.iter().find(|name| tree.has(name)).map(|name| Evidence::exists(*name, GUEST));
    for (sighting, _) in &mut apps {
        let guest = host.clone().filter(|_| !sighting.directory.as_str().is_empty());
        sighting.claims.extend(guest.map(|host| Fact::new(Claim::Aside, host)));
    }
    let used = used_by_others(tree, &directories);
    for (sighting, _) in &mut apps {
        let library =
            used.iter().find(|fact| directories.len() > 1 && !sighting.directory.as_str().is_empty() && sighting.directory == fact.value);
        sighting.claims.extend(library.map(|fact| fact.with(Claim::Aside)));
    }
    if directories.is_empty() {
        if let Some(file) =
            ELSEWHERE.iter().find(|file| tree.has(file)).filter(|_| tree.files_in("").any(|path| path.extension() == Some("py")))
        {
            return Err(elsewhere(file).into());
        }
        apps.extend(bare(tree)?.into_iter().flat_map(|project| sightings(tree, &project, None)));
    }
    Ok(apps)
}

fn elsewhere(file: &str) -> Diagnostic {
    let message = format!("`{file}` lists packages of conda's, which imggen does not install");
    let help = "list what the program needs in a requirements.txt or pyproject.toml, where PyPI has it";
    Diagnostic::error("python::conda", message).at(file, None, "an environment of conda's").help(help)
}

fn sightings(tree: &Tree, project: &Project, directory: Option<&Utf8PathBuf>) -> Vec<(Sighting, Seed)> {
    let sources = Sources::read(tree, &project.directory, &members(tree, &project.directory));
    let django = djangos(&sources);
    let entries = Finder { tree, project, sources: &sources, djangos: &django }.all();
    let names = unique(project, &entries);
    let sighting = |(index, (entry, name)): (usize, (Entry<'_, '_>, String))| {
        let listens = entry.listens.iter().flat_map(Fact::because).cloned().collect();
        let sighting = Sighting { name, directory: project.directory.clone(), program: entry.at.clone(), claims: entry.claims.clone() };
        (sighting, Seed { directory: directory.cloned(), index, listens })
    };
    entries.into_iter().zip(names).enumerate().map(sighting).collect()
}

/// The entries' names; what shares the project's name with another is called by its module.
fn unique(project: &Project, entries: &[Entry<'_, '_>]) -> Vec<String> {
    let names: Vec<String> = entries.iter().map(|entry| name(project, entry)).collect();
    let mut taken: Vec<String> = Vec::new();
    for (entry, name) in entries.iter().zip(&names) {
        let shared = names.iter().filter(|other| *other == name).count() > 1;
        let module = entry.source.map(|source| source.module.rsplit('.').next().unwrap_or_default().replace('_', "-"));
        let own = module.filter(|module| shared && entry.form == Form::Command && !taken.contains(module)).unwrap_or_else(|| name.clone());
        let number = taken.iter().filter(|known| **known == own).count();
        taken.push(if number == 0 { own } else { format!("{own}-{}", number + 1) });
    }
    taken
}

/// The name of what is started: its own, the project's, the directory's.
fn name(project: &Project, entry: &Entry<'_, '_>) -> String {
    let own = project.name.as_ref().map(|name| name.value.clone());
    let directory = || project.directory.file_name().map(str::to_owned);
    if entry.name.is_empty() { own.or_else(directory).unwrap_or_else(|| "app".into()) } else { entry.name.clone() }
}

/// Looks at one app.
///
/// # Errors
/// When a manifest is broken, or what the project says about its Python contradicts itself.
pub fn look(tree: &Tree, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<(App, Facts)> {
    let gone = || Diagnostic::error("python::gone", format!("`{}` is not there any more", sighting.name));
    let project = match &seed.directory {
        Some(directory) => Project::read(tree, directory)?,
        None => bare(tree)?,
    };
    let project = &project.ok_or_else(gone)?;
    let sources = Sources::read(tree, &project.directory, &members(tree, &project.directory));
    let django = djangos(&sources);
    let entries = Finder { tree, project, sources: &sources, djangos: &django }.all();
    let entry = entries.get(seed.index).ok_or_else(gone)?;
    if let Some(broken) = &entry.broken {
        return Err(broken.clone().into());
    }
    let ranked = rank(project, &constraints(tree, &project.directory)?, catalog)?;
    let around = Around { tree, catalog, project, sources: &sources };
    let settings = entry.django.and_then(|index| django.get(index));
    let mut app = around.app(sighting, entry, &ranked.warnings);
    let facts = around.facts(entry, settings, &ranked.versions, &ranked.held_back);
    django_behaviour(&mut app, settings);
    Ok((app, facts))
}

/// A tree of Python files and no manifest at all.
fn bare(tree: &Tree) -> Result<Option<Project>> {
    if OTHERS.iter().any(|name| tree.has(name)) {
        return Ok(None);
    }
    let Some(first) = tree.files_in("").find(|path| path.extension() == Some("py")) else { return Ok(None) };
    let sources = Sources::read(tree, Utf8Path::new(""), &[]);
    let foreign = sources.files.iter().filter(|source| !source.is_aside(Utf8Path::new(""))).find_map(|source| {
        let known = |name: &str| {
            name.is_empty() || super::stdlib::MODULES.contains(&name) || tree.has(format!("{name}.py")) || tree.has_directory(name)
        };
        let import = source.outline.imports.iter().find(|import| !known(import.value.split('.').next().unwrap_or_default()))?;
        Some((source, import))
    });
    if let Some((source, import)) = foreign {
        let package = import.value.split('.').next().unwrap_or_default();
        let error = Diagnostic::error("python::no-manifest", format!("`{package}` is imported, and nothing lists the dependencies"));
        return Err(error
            .at(source.path, Some(import.span(source.text)), "imported here")
            .help("write a requirements.txt, or a pyproject.toml (`uv init`, `uv add`)")
            .into());
    }
    Ok(Some(Project::bare(Fact::new(Manager::Nothing, Evidence::exists(first, BARE)))))
}

struct Around<'a, 't> {
    tree: &'t Tree,
    catalog: &'a Catalog,
    project: &'a Project,
    sources: &'a Sources<'t>,
}

impl Around<'_, '_> {
    fn app(&self, sighting: &Sighting, entry: &Entry<'_, '_>, warnings: &[Diagnostic]) -> App {
        let mut behaviour = observe::behaviour(self.sources, entry);
        behaviour.listens.clone_from(&entry.listens);
        // a word that no distribution has a package of may be anything
        behaviour.needs.retain(|need| self.catalog.knows(&need.value));
        let mut all: Vec<_> = self.project.warnings.iter().chain(warnings).chain(&entry.warnings).cloned().collect();
        all.extend(observe::loopback(entry));
        App {
            sighting: sighting.clone(),
            behaviour,
            home: Utf8PathBuf::new(),
            keeps: self.keeps(entry),
            clutter: self.clutter(),
            warnings: all,
        }
    }

    /// What the build of the project reads besides its sources: the files that its manifest names.
    fn keeps(&self, entry: &Entry<'_, '_>) -> Vec<Utf8PathBuf> {
        let mut kept = self.project.manifests.clone();
        let file = self.project.directory.join("pyproject.toml");
        let table = self.tree.text(&file).ok().and_then(|text| Document::toml(&file, text).ok());
        let mut names: Vec<String> =
            vec!["README.md".into(), "README.rst".into(), "LICENSE".into(), "VERSION".into(), "requirements.txt".into()];
        if let Some(table) = &table {
            let keys = [
                &["project", "readme"][..],
                &["project", "readme", "file"],
                &["project", "license", "file"],
                &["tool", "poetry", "readme"],
            ];
            names.extend(keys.iter().filter_map(|keys| table.string(keys)).map(|(name, _)| name.to_owned()));
        }
        if self.project.package.is_some() {
            kept.extend(names.iter().map(|name| self.project.directory.join(name)).filter(|file| self.tree.has(file)));
        }
        kept.extend(entry.source.map(|source| source.path.to_owned()));
        kept
    }

    fn clutter(&self) -> Vec<String> {
        let always = ["**/__pycache__", "**/*.pyc", ".venv"];
        let there = [
            "tests",
            "test",
            "docs",
            "doc",
            "notebooks",
            ".pre-commit-config.yaml",
            "tox.ini",
            "noxfile.py",
            ".flake8",
            "mypy.ini",
            "pytest.ini",
            "Makefile",
            "justfile",
            "Procfile",
            "Procfile.windows",
            "app.json",
            "runtime.txt",
            "heroku.yml",
            "fly.toml",
            "render.yaml",
            ".coveragerc",
            "node_modules",
        ];
        let base = &self.project.directory;
        let present = there.iter().filter(|name| self.tree.has(base.join(name)) || self.tree.has_directory(base.join(name)));
        // a directory whose modules the program imports is no clutter
        let used = |name: &str| {
            self.sources.files.iter().any(|source| {
                !source.is_aside(base) && source.outline.imports.iter().any(|import| import.value.split('.').next() == Some(name))
            })
        };
        let own = present.filter(|name| !used(name)).map(|name| base.join(name).to_string());
        always.iter().map(|name| (*name).to_owned()).chain(own).collect()
    }

    fn facts(
        &self,
        entry: &Entry<'_, '_>,
        django: Option<&super::django::Django<'_, '_>>,
        versions: &[Fact<crate::version::Version>],
        held_back: &[Fact<crate::version::Version>],
    ) -> Facts {
        let project = self.project;
        let context = manager::lock_directory(self.tree, &project.directory, project.manager.value);
        let inside = project.directory.strip_prefix(&context).unwrap_or(Utf8Path::new("")).to_owned();
        let apart = !entry.root.as_str().is_empty() && entry.root != "src" && !entry.installed;
        let installed = entry.installed && !observe::reads_beside(self.tree, project, self.sources, entry);
        let place = match () {
            () if installed => Utf8PathBuf::new(),
            () if apart => inside.join(&entry.root),
            () => inside.join(&entry.command.directory),
        };
        let path = (entry.root == "src" && !entry.installed && project.package.is_none()).then(|| inside.join("src"));
        Facts {
            context,
            directory: inside,
            manager: project.manager.clone(),
            manifests: project.manifests.clone(),
            member: (project.manager.value == Manager::Uv && !project.directory.as_str().is_empty())
                .then(|| project.name.as_ref().map(|name| name.value.clone()))
                .flatten(),
            package: project.package.clone(),
            versions: versions.to_vec(),
            held_back: held_back.to_vec(),
            remotes: project.remotes.clone(),
            locals: project.locals.clone(),
            indexes: project.indexes.clone(),
            words: entry.command.words.clone(),
            env: entry.command.env.clone(),
            tool: entry.form == super::entry::Form::Tool,
            what: entry.what.clone(),
            at: entry.at.clone(),
            place,
            path,
            installed,
            compiles: self.sources.files.iter().all(|source| !source.outline.broken),
            django: django.map(|django| DjangoFacts {
                directory: django.directory.clone(),
                static_root: django.static_root(),
                demands: django.demands(),
            }),
            natives: self.natives(django),
            torch: project.installs("torch").map(|torch| Fact::new((), torch.at.clone())).filter(|_| !self.asks_for_cuda()),
            only_glibc: only_glibc(&project.packages)
                .map(|locked| Fact::new((), Evidence { rule: MANYLINUX.id, meaning: MANYLINUX.meaning, ..locked.at.clone() })),
            locked: project.packages.len(),
        }
    }

    fn asks_for_cuda(&self) -> bool {
        self.project.packages.iter().any(|package| {
            package.name.starts_with("nvidia-")
                || package.name.starts_with("cupy")
                || package.name == "vllm"
                || package.name == "bitsandbytes"
        }) || self.project.packages.iter().any(|package| package.version.as_deref().is_some_and(|version| version.contains("+cu")))
    }

    fn natives(&self, django: Option<&super::django::Django<'_, '_>>) -> Vec<Fact<NativeUse>> {
        let installs = |name: &String| self.project.installs(name).is_some();
        let in_settings = |name: &str| {
            // applications of Django's own have dotted names
            let source = django
                .filter(|_| name.contains('.'))?
                .settings
                .iter()
                .find(|source| source.text.contains(&format!("\"{name}\"")) || source.text.contains(&format!("'{name}'")))?;
            Some(Evidence::exists(source.path, super::NATIVE))
        };
        let natives = self.catalog.natives("python").iter().filter(|native| !native.what.is_empty() && !native.unless.iter().any(installs));
        let used = |native: &crate::catalog::Native| {
            let at = self.project.installs(&native.name).map(|locked| locked.at.clone()).or_else(|| in_settings(&native.name))?;
            let at = Evidence { rule: super::NATIVE.id, meaning: super::NATIVE.meaning, ..at };
            Some(Fact::new(
                NativeUse { name: native.name.clone(), what: native.what.clone(), build: native.build.clone(), run: native.run.clone() },
                at,
            ))
        };
        natives.filter_map(used).collect()
    }
}

/// What Django's settings say about an app's behaviour.
fn django_behaviour(app: &mut App, django: Option<&super::django::Django<'_, '_>>) {
    let Some(django) = django else { return };
    let writes: Vec<_> = django.writes();
    for write in writes {
        if write.value.directory.as_str().is_empty() {
            let warning = Diagnostic::warning(
                "python::database-beside-code",
                "the database is a file beside the code, where the image lets nobody write",
            );
            app.warnings.push(
                write
                    .because()
                    .iter()
                    .fold(warning, Diagnostic::because)
                    .help("put it in a directory of its own, or name the database by a variable"),
            );
        } else if !app.behaviour.writes.iter().any(|known| known.value == write.value) {
            app.behaviour.writes.push(write);
        }
    }
    app.behaviour.demands.extend(django.demands());
    if let Some(root) = django.static_root().filter(|_| !django.serves_static()) {
        let warning =
            Diagnostic::warning("python::static-files", "static files are collected into the image, and nothing in it serves them");
        app.warnings.push(warning.because(&root).help("add `whitenoise`, or serve them elsewhere"));
    }
}
