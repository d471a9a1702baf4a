//! Frameworks that build a server of their own: where they put it, what it needs, where it listens. And those that build pages alone.

mod adonis;
mod analog;
mod angular;
mod astro;
mod desktop;
mod medusa;
mod next;
pub mod nitro;
mod nuxt;
mod qwik;
mod remix;
mod svelte;

use camino::{Utf8Path, Utf8PathBuf};

use super::bundler::Pages;
use super::bundler::settings::Settings;
use super::package::Package;
use super::runtime::Runtime;
use super::sources;
use crate::app::Interface;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Rule};
use crate::tree::Tree;
use crate::tree::path::normal;

const FRAMEWORK: Rule = Rule::parsed("node.framework", "this framework builds the server");
const ADAPTER: Rule = Rule::parsed("node.adapter", "this adapter makes what is deployed");

/// A server that a framework builds.
#[derive(Clone, Debug)]
pub struct Server {
    /// The framework, as people write it.
    pub what: &'static str,
    /// What makes it one.
    pub at: Evidence,
    /// The file that is started, inside the package, once it is built.
    pub file: Started,
    /// The arguments behind it.
    pub arguments: Vec<String>,
    /// What of the package the image takes once it is built: where it lies, and where it goes.
    pub takes: Vec<(String, String)>,
    /// Whether what it takes is written to when it runs.
    pub writes: bool,
    /// Whether it needs the dependencies when it runs.
    pub modules: bool,
    /// The command that builds it, where no script does.
    pub build: Option<&'static str>,
    /// What is built besides, once the rest is.
    pub apart: Vec<String>,
    /// Variables that the build is given, because the settings decide by them.
    pub build_env: Vec<(String, &'static str)>,
    /// The port that it listens on by itself; `PORT` sets another.
    pub port: u16,
    /// The interface that it binds by itself; `HOST` sets another.
    pub interface: Interface,
    /// Variables that it needs.
    pub env: Vec<(&'static str, &'static str)>,
    /// Whether it ends on SIGTERM by itself.
    pub hears: bool,
    /// What runs it, where its settings say.
    pub by: Option<Runtime>,
}

/// The file that a server is started by.
#[derive(Clone, Debug)]
pub enum Started {
    /// One that was built, inside the package.
    Own(String),
    /// One of a dependency: its name and the file inside it.
    Dependency(&'static str, &'static str),
}

/// What a framework makes of a package.
#[expect(clippy::large_enum_variant, reason = "one a package, and soon taken apart")]
#[derive(Clone, Debug)]
pub enum Made {
    /// A server.
    Server(Box<Server>),
    /// Pages.
    Pages(Pages),
    /// Something that does not run in a container.
    Nothing(Box<Diagnostic>),
}

/// The frameworks, a particular one before one that it may be built on.
const ALL: [fn(&Project<'_, '_>) -> Option<Made>; 12] = [
    next::made,
    nuxt::made,
    svelte::made,
    astro::made,
    qwik::made,
    remix::made,
    medusa::made,
    adonis::made,
    analog::made,
    angular::made,
    nitro::made,
    desktop::made,
];

/// What the framework of a package makes of it, when it has one. `nested` is the package's directory inside its workspace, where that is
/// another one than the root.
pub fn made(tree: &Tree, package: &Package<'_>, nested: Option<&str>) -> Option<Made> {
    let project = Project { tree, package, nested };
    ALL.iter().find_map(|made| made(&project))
}

/// What a framework is looked for in.
struct Project<'p, 't> {
    tree: &'t Tree,
    package: &'p Package<'t>,
    nested: Option<&'p str>,
}

impl Server {
    /// A server as most frameworks build it: one that takes its port from `PORT`, listens everywhere and ends on SIGTERM.
    fn of(what: &'static str, at: Evidence, file: Started) -> Self {
        Self {
            what,
            at,
            file,
            arguments: Vec::new(),
            takes: Vec::new(),
            writes: false,
            modules: true,
            build: None,
            apart: Vec::new(),
            build_env: Vec::new(),
            port: 3000,
            interface: Interface::Any,
            env: Vec::new(),
            hears: true,
            by: None,
        }
    }
}

impl<'t> Project<'_, 't> {
    fn depends(&self, name: &str) -> Option<Evidence> {
        let found = self.package.dependency(name)?;
        Some(found.because()[0].under(FRAMEWORK))
    }

    /// A framework's settings: the first of its files that is there.
    fn settings(&self, stem: &str) -> Option<Settings<'t>> {
        Settings::read(self.tree, self.package, stem)
    }

    /// The files of the package that its settings load, however deep, inside the package.
    fn loaded_by(&self, stem: &str) -> Vec<String> {
        let files = settings_of(self.package, stem);
        let inside = files.iter().filter_map(|settings| settings.path.strip_prefix(&self.package.directory).ok());
        inside.map(ToString::to_string).collect()
    }

    fn has_directory(&self, name: &str) -> bool {
        self.tree.has_directory(self.package.inside(name))
    }
}

/// The settings file of that name and the files of the package that it loads, however deep.
pub fn settings_of<'t>(package: &Package<'t>, stem: &str) -> Vec<Settings<'t>> {
    let mut found: Vec<Settings<'t>> = Settings::read(package.tree, package, stem).into_iter().collect();
    let mut next = 0;
    while let Some(source) = found.get(next) {
        next += 1;
        let from = source.path.parent().unwrap_or(Utf8Path::new(""));
        let relative = source.loads().iter().filter(|load| load.module.starts_with('.'));
        let files = relative.filter_map(|load| sources::file(package.tree, &normal(from.join(&load.module))));
        let new: Vec<_> = files
            .filter(|file| file.starts_with(&package.directory) && !found.iter().any(|known| known.path == *file))
            .filter_map(|file| Settings::of(package.tree, &file))
            .collect();
        found.extend(new);
    }
    found
}

fn elsewhere(at: &Evidence, name: &str, help: &str) -> Diagnostic {
    let message = format!("`{name}` builds for a platform of its own, and its result does not run in a container");
    Diagnostic::error("node::platform-adapter", message).because(at).help(help)
}

/// The directory inside a workspace, as a framework that nests its output needs it.
pub fn nested(package: &Package<'_>, root: &Package<'_>) -> Option<String> {
    let inside = package.directory.strip_prefix(&root.directory).ok()?;
    (!inside.as_str().is_empty()).then(|| Utf8PathBuf::from(inside).to_string())
}
