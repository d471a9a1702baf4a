//! A look at one app: what it does when it runs, and what its image has to know.

use camino::{Utf8Path, Utf8PathBuf};

use super::django::Django;
use super::django::stand_ins::StandIn;
use super::entry::{Entry, Form};
use super::manager::Manager;
use super::project::Project;
use super::sources::{Source, Sources};
use super::version::{Ranked, only_glibc};
use super::{
    DefaultGroups, DjangoFacts, Facts, Metadata, Torch, downloads, extension, hints, local, manager, named, observe, translations, venv,
};
use crate::app::{App, RunFile, Sighting};
use crate::catalog::{Catalog, NativeUse};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::need::Need;
use crate::program::observe::locale;
use crate::read::document::Document;
use crate::tree::Tree;

const MANYLINUX: Rule = Rule::parsed("python.manylinux", "there are binaries of this package for glibc and none for musl");

/// One app, and what is around it.
pub struct Looker<'a, 't> {
    /// The tree.
    pub tree: &'t Tree,
    /// What is known of packages.
    pub catalog: &'a Catalog,
    /// The app's project.
    pub project: &'a Project,
    /// Its sources.
    pub sources: &'a Sources<'t>,
    /// What is started.
    pub entry: &'a Entry<'a, 't>,
    /// Its Django project.
    pub django: Option<&'a Django<'a, 't>>,
    /// What stands in for variables while Django's commands run in the build.
    pub stand_ins: Vec<Fact<StandIn>>,
    /// Translations that the build compiles.
    pub translations: Option<Fact<translations::Compiler>>,
    /// What it does when it runs.
    pub seen: observe::Seen,
    /// The sources that come with what is started.
    pub reached: Vec<&'a Source<'t>>,
}

impl Looker<'_, '_> {
    /// What it does when it runs.
    pub fn app(&self, sighting: &Sighting, mut warnings: Vec<Diagnostic>) -> App {
        let entry = self.entry;
        let observe::Seen { mut behaviour, warnings: seen } = self.seen.clone();
        behaviour.needs.extend(self.locale());
        behaviour.links.extend(venv::named(self.tree, entry, &self.home()));
        warnings.splice(0..0, self.project.warnings.iter().cloned());
        warnings.extend(entry.warnings.iter().cloned());
        warnings.extend(seen);
        warnings.extend(hints::setuptools(self.project, &self.reached));
        if self.entry.command.words.first().is_some_and(|word| word == "python") {
            warnings.extend(hints::dash(&self.reached));
        }
        warnings.extend(downloads::fetched(self.project, &self.reached));
        if let Some(source) = entry.source.filter(|_| self.runs_installed()) {
            warnings.extend(hints::package_data(self.tree, self.project, source));
        }
        let mut app = App {
            sighting: sighting.clone(),
            behaviour,
            home: self.home(),
            keeps: self.keeps(),
            build_needs: Vec::new(),
            stage: None,
            ignore_patterns: self.ignore_patterns(),
            passed_over: Vec::new(),
            warnings,
        };
        if let Some(django) = self.django {
            self.django_behaviour(&mut app, django);
        }
        app
    }

    /// The locale that its command is given.
    fn locale(&self) -> Option<Fact<Need>> {
        let named = ["LC_ALL", "LANG", "LC_CTYPE"].iter().find_map(|name| self.entry.command.env.get(*name))?;
        Some(Fact::new(locale(named)?, self.entry.at.clone()))
    }

    /// The directory that it is started in, relative to the root, when its sources are there.
    pub fn home(&self) -> Utf8PathBuf {
        home(self.project, self.entry)
    }

    /// Whether it runs from the environment alone, without the sources.
    fn runs_installed(&self) -> bool {
        let package = |file: &RunFile| self.entry.source.is_some_and(|source| source.path.starts_with(&file.source));
        let beside = |file: &RunFile| !package(file) && file.source.extension() != Some("toml");
        self.entry.installed && !self.seen.behaviour.reads.iter().any(|read| beside(&read.value))
    }

    /// What the build of the project reads besides its sources: the files that its manifests name.
    fn keeps(&self) -> Vec<Utf8PathBuf> {
        let mut kept = self.project.manifests.clone();
        if self.project.package.is_some() {
            kept.extend(named::named(self.tree, &self.project.directory));
        }
        kept.extend(self.entry.source.map(|source| source.path.to_owned()));
        kept
    }

    /// Tests that nothing but tests needs, and what the build of an extension leaves behind.
    fn ignore_patterns(&self) -> Vec<String> {
        const TESTS: [&str; 2] = ["test", "tests"];
        let base = &self.project.directory;
        let sources: Vec<_> = self.sources.files.iter().filter(|source| !source.is_aside()).collect();
        let is_used = |name: &str| {
            let imported = |import: &str| import.split('.').next() == Some(name);
            let spelt = [format!("{name}/"), format!("\"{name}\""), format!("'{name}'")];
            sources.iter().any(|source| {
                source.outline.imports.iter().any(|import| imported(&import.path))
                    || self.tree.text(source.path).is_ok_and(|text| spelt.iter().any(|spelt| text.contains(spelt.as_str())))
            })
        };
        let tests = TESTS.into_iter().filter(|name| !is_used(name)).map(|name| base.join(name).into_string());
        let compiled = self.tree.has(base.join("Cargo.toml")).then(|| base.join("target").into_string());
        tests.chain(compiled).collect()
    }

    /// What its image has to know.
    pub fn facts(&self, ranked: Ranked) -> Facts {
        let (project, entry) = (self.project, self.entry);
        let above = local::context(project);
        let wide = above.is_some();
        let context = above.unwrap_or_else(|| manager::lock_directory(self.tree, &project.directory, project.manager.value));
        let inside = project.directory.strip_prefix(&context).unwrap_or(Utf8Path::new("")).to_owned();
        let installed = self.runs_installed();
        let place = match () {
            () if installed => Utf8PathBuf::new(),
            () => self.home().strip_prefix(&context).map(Utf8Path::to_owned).unwrap_or_default(),
        };
        let path = (entry.root == "src" && !entry.installed && project.package.is_none()).then(|| inside.join("src"));
        Facts {
            context,
            directory: inside,
            manager: project.manager.clone(),
            rivals: Vec::new(),
            added: project.added.clone(),
            manifests: project.manifests.clone(),
            member: (project.manager.value == Manager::Uv && !project.directory.as_str().is_empty() && !wide)
                .then(|| project.name.as_ref().map(|name| name.value.clone()))
                .flatten(),
            package: project.package.clone(),
            beside: project.beside.clone(),
            own: project.own.clone(),
            metadata: match self.pyproject() {
                Some(table) if project.package.is_some() && table.has(&["project", "dynamic"]) => Metadata::Dynamic,
                _ => Metadata::Static,
            },
            versions: ranked.versions,
            why: ranked.why,
            held_back: ranked.held_back,
            compiled: ranked.compiled,
            groups: project.groups.clone(),
            default_groups: match self.pyproject() {
                Some(table) if table.has(&["tool", "uv", "default-groups"]) => DefaultGroups::Named,
                _ => DefaultGroups::Usual,
            },
            compiler: project.package.as_ref().and_then(|_| extension::compiler(self.tree, &project.directory, self.pyproject().as_ref())),
            remotes: project.remotes.clone(),
            locals: project.locals.clone(),
            indexes: project.indexes.clone(),
            tokens: project.tokens.clone(),
            pip: project.pip.options.clone(),
            any_index: project.any_index,
            wide,
            words: entry.command.words.iter().chain(self.seen.behaviour.command.iter().flat_map(|words| &words.value)).cloned().collect(),
            env: entry.command.env.clone(),
            tool: entry.form == Form::Tool,
            what: entry.what.clone(),
            at: entry.at.clone(),
            place,
            path,
            installed,
            compiles: self.sources.files.iter().all(|source| !source.outline.broken),
            django: self.django.map(|django| self.django_facts(django)),
            translations: self.translations.clone(),
            natives: self.natives(),
            torch: self.torch(),
            only_glibc: only_glibc(&project.packages).map(|locked| Fact::new((), locked.at.under(MANYLINUX))),
            locked: project.packages.len(),
        }
    }

    fn django_facts(&self, django: &Django<'_, '_>) -> DjangoFacts {
        let root = self.project.directory.join(&django.directory);
        let missing = django.static_directories().into_iter().map(|fact| fact.value);
        let inside = |path: &Utf8PathBuf| path.starts_with(&root) && !self.tree.has_directory(path);
        // a front end's build makes it
        let made = |path: &Utf8PathBuf| {
            path.ancestors().any(|above| above != root && above.starts_with(&root) && self.tree.has(above.join("package.json")))
        };
        DjangoFacts {
            directory: django.directory.clone(),
            manage: django.is_managed(),
            collects: django.static_root().is_some() && django.left_out(self.tree, self.sources, &root).is_none(),
            expected: missing.filter(|path| inside(path) && !made(path)).collect(),
            settings: django.module.as_ref().filter(|module| module.set || !django.is_managed()).map(|module| module.name.clone()),
            stand_ins: self.stand_ins.clone(),
        }
    }

    /// Whether the file that configures its server has that hand out static files.
    fn maps_static(&self) -> bool {
        let command = &self.entry.command;
        let mut files = command.words.iter().filter(|word| Utf8Path::new(word).extension() == Some("ini"));
        let directory = self.project.directory.join(&command.directory);
        files.any(|file| self.tree.text(directory.join(file)).is_ok_and(|text| text.contains("static-map")))
    }

    /// What Django's settings say about an app's behaviour.
    fn django_behaviour(&self, app: &mut App, django: &Django<'_, '_>) {
        for write in django.writes() {
            if !app.behaviour.writes.iter().any(|known| known.value == write.value) {
                app.behaviour.writes.push(write);
            }
        }
        let given = django.env();
        app.behaviour.demands.retain(|name| !given.iter().any(|(given, _)| *given == name.value));
        app.warnings.extend(django.warnings.iter().cloned());
        app.warnings.extend(hints::allowed_hosts(django));
        if let Some(file) = django.left_out(self.tree, self.sources, &self.project.directory.join(&django.directory)) {
            app.warnings.push(hints::left_out(&file));
        }
        if let Some(root) = django.static_root().filter(|_| !django.serves_static() && !self.maps_static()) {
            let warning =
                Diagnostic::warning("python::static-files", "static files are collected into the image, and nothing in it serves them");
            app.warnings.push(warning.because(&root.because()[0]).help("add `whitenoise`, or serve them elsewhere"));
        }
    }

    /// Which torch is installed, where it is.
    fn torch(&self) -> Option<Fact<Torch>> {
        let torch = self.project.installs("torch")?;
        let cuda = self.project.packages.iter().find(|package| {
            let named = package.name.starts_with("nvidia-") || package.name.starts_with("cupy");
            named || package.version.as_deref().is_some_and(|version| version.contains("+cu"))
        });
        let uses = ["vllm", "bitsandbytes", "flash-attn", "xformers"].iter().find_map(|name| self.project.installs(name));
        let chosen = self.project.torch_index.is_some() || torch.version.as_deref().is_some_and(|version| version.contains('+'));
        // a lock, or hashes, say which files are installed
        let bound = self.project.hashed || self.project.locked;
        Some(match (cuda.or(uses), bound) {
            (None, false) if !chosen => Fact::new(Torch::Processor, torch.at.clone()),
            (Some(cuda), true) if uses.is_none() => Fact::new(Torch::LockedWithCuda, torch.at.clone()).and(cuda.at.clone()),
            _ => Fact::new(Torch::AsListed, torch.at.clone()),
        })
    }

    fn pyproject(&self) -> Option<Document<'_>> {
        let file = self.project.directory.join("pyproject.toml");
        self.tree.text(&file).ok().and_then(|text| Document::toml(&file, text).ok())
    }

    fn natives(&self) -> Vec<Fact<NativeUse>> {
        let installs = |name: &String| self.project.installs(name).is_some();
        let in_settings = |name: &str| {
            // applications of Django's own have dotted names
            let source = self
                .django
                .filter(|_| name.contains('.'))?
                .settings
                .iter()
                .find(|source| source.text.contains(&format!("\"{name}\"")) || source.text.contains(&format!("'{name}'")))?;
            Some(Evidence::exists(source.path, super::NATIVE))
        };
        let natives = self.catalog.natives("python").iter().filter(|native| !native.what.is_empty() && !native.unless.iter().any(installs));
        let used = |native: &crate::catalog::Native| {
            // by itself, or below what lists it among its own dependencies
            let installed = std::iter::once(&native.name).chain(&native.through).find_map(|name| self.project.installs(name));
            let at = installed.map(|locked| locked.at.clone()).or_else(|| in_settings(&native.name))?;
            let at = Evidence { rule: super::NATIVE.id, meaning: super::NATIVE.meaning, ..at };
            Some(Fact::new(NativeUse::from(native), at))
        };
        natives.filter_map(used).collect()
    }
}

/// The directory that an entry is started in, relative to the root.
pub fn home(project: &Project, entry: &Entry<'_, '_>) -> Utf8PathBuf {
    let apart = !entry.root.as_str().is_empty() && entry.root != "src" && !entry.installed;
    project.directory.join(if apart { &entry.root } else { &entry.command.directory })
}
