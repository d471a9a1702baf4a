//! What stands in the build stage before packages are installed: their manifests, the package manager, the bundler.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::build::Maker;
use super::manager::Manager;
use super::runtime::Runtime;
use crate::catalog::Tool;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::plan::{Copied, Copy, ShellLine};
use crate::version::Version;

impl Maker<'_> {
    /// What has to be copied there.
    pub(super) fn manifests(&self) -> Vec<Copy> {
        let mut by_directory: BTreeMap<Utf8PathBuf, Vec<String>> = BTreeMap::new();
        let mut whole = Vec::new();
        for path in &self.facts.install.manifests {
            let inside = path.strip_prefix(&self.facts.context).unwrap_or(path);
            // COPY of a directory copies what is in it
            let is_file = inside
                .file_name()
                .is_some_and(|name| name.contains('.') && !name.starts_with(".yarn") || name == ".npmrc" || name == ".yarnrc")
                || inside.file_name() == Some(".yarnrc.yml");
            if is_file {
                by_directory.entry(inside.parent().unwrap_or(Utf8Path::new("")).to_owned()).or_default().push(path.to_string());
            } else {
                whole.push(Copy::context(path.as_str(), format!("{inside}/")));
            }
        }
        let to = |directory: &Utf8Path| if directory.as_str().is_empty() { "./".to_owned() } else { format!("{directory}/") };
        let files = by_directory.into_iter().map(|(directory, sources)| Copy { from: None, owner: None, sources, to: to(&directory) });
        files.chain(whole).collect()
    }

    /// What puts the package manager there, a copy from its image or a command, and the bundler; Bun too where it runs the program, for
    /// its scripts.
    pub(super) fn tools(&self) -> Result<(Option<Copied>, Vec<ShellLine>)> {
        let (runtime, mut setup) = (self.start.runtime.value, self.manager()?);
        let bun = self.facts.managed.manager.value == Manager::Bun || runtime == Runtime::Bun;
        let copied = if bun && self.facts.builder(runtime) == Runtime::Node { Some(self.bun()?) } else { None };
        if self.bundle.is_some() {
            let install = setup.pop().unwrap_or_else(|| ShellLine::of("npm install --global"));
            let packages = self.served("esbuild", self.toolchain.tool("esbuild")?, None)?;
            setup.push(packages.iter().fold(install, ShellLine::word));
        }
        Ok((copied, setup))
    }

    /// Bun, copied from an image of its own.
    fn bun(&self) -> Result<Copied> {
        let tool = self.toolchain.tool("bun")?;
        let image = tool.image.as_deref().unwrap_or_default();
        let version = self.facts.managed.version.as_deref().filter(|_| self.facts.managed.manager.value == Manager::Bun);
        let image = match (version, image.rsplit_once(':')) {
            (Some(version), Some((name, _))) => format!("{name}:{version}"),
            _ => image.to_owned(),
        };
        Ok(Copied { image: self.choices.reference(&image), path: tool.path.clone(), to: "/usr/local/bin/".into() })
    }

    /// What of a tool is installed for the Node that the build has.
    ///
    /// # Errors
    /// When the version that is asked for, or any that is known, takes a newer Node.
    fn served<'t>(&self, name: &str, tool: &'t Tool, version: Option<&str>) -> Result<&'t [String]> {
        let named = version.and_then(|version| version.parse::<Version>().ok());
        let least = named.map_or_else(|| tool.oldest(), |named| tool.least_for(named));
        let packages = tool.packages_for(self.version).filter(|_| least.is_none_or(|least| self.version >= least));
        let refused = || {
            let what = named.map_or_else(|| name.to_owned(), |named| format!("{name} {named}"));
            let least = least.map_or_else(String::new, |least| least.to_string());
            let message = format!("{what} runs on Node {least} and newer, and it is Node {} that builds the project", self.version);
            let node = self.facts.versions.iter().find(|fact| fact.value == self.version);
            let places = self.facts.managed.manager.because().iter().chain(node.into_iter().flat_map(Fact::because));
            let error = places.fold(Diagnostic::usage("node::manager-too-new", message), Diagnostic::because);
            error.help(format!("name an older {name}, or a Node that it runs on: `node.version`"))
        };
        // a version that is named is installed as it is
        Ok(packages.or_else(|| named.and(Some(tool.packages.as_slice())).filter(|_| least.is_none())).ok_or_else(refused)?)
    }

    /// The commands that put the package manager there.
    fn manager(&self) -> Result<Vec<ShellLine>> {
        let managed = &self.facts.managed;
        let package = |tool: &Tool, version: Option<&str>| -> Result<String> {
            let first = self.served(managed.manager.value.command(), tool, version)?.first().map(String::as_str).unwrap_or_default();
            Ok(match (version, first.rsplit_once('@')) {
                (Some(version), Some((name, _))) => format!("{name}@{version}"),
                _ => first.to_owned(),
            })
        };
        let version = managed.version.as_deref();
        // images up to 25 have a Yarn that npm would not overwrite
        let force = if self.version < Version::minor(25, 0) { "--force" } else { "" };
        let install = ShellLine::of("npm install --global");
        Ok(match managed.manager.value {
            Manager::Npm => {
                let npm = self.facts.install.npm.as_ref().map(|npm| install.word(format!("npm@{}", npm.value)));
                npm.into_iter().collect()
            }
            Manager::Pnpm => {
                let by_format = self.toolchain.tools.get(&format!("pnpm-lock-{}", managed.format));
                let tool = match by_format.filter(|_| version.is_none()) {
                    Some(tool) => tool,
                    None => self.toolchain.tool("pnpm")?,
                };
                vec![install.word(package(tool, version)?)]
            }
            Manager::YarnClassic if self.version < Version::minor(25, 0) => Vec::new(),
            Manager::YarnClassic => vec![install.word(package(self.toolchain.tool("yarn")?, None)?)],
            Manager::YarnBerry => vec![install.then(force).word(package(self.toolchain.tool("yarn-berry")?, version)?)],
            Manager::Bun => Vec::new(),
        })
    }

    pub(super) fn env(&self) -> Vec<(String, String)> {
        if !self.installs() {
            return Vec::new();
        }
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        match self.facts.managed.manager.value {
            Manager::Pnpm => vec![set("PNPM_HOME", "/pnpm")],
            Manager::YarnBerry => {
                let linker = self.facts.managed.loader.as_ref().map(|_| set("YARN_NODE_LINKER", "node-modules"));
                let global = [set("YARN_ENABLE_GLOBAL_CACHE", "true"), set("YARN_GLOBAL_FOLDER", "/root/.cache/yarn")];
                global.into_iter().chain(linker).collect()
            }
            _ => Vec::new(),
        }
    }
}
