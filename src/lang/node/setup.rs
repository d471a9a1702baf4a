//! What puts the package manager into the build stage.

use super::build::Maker;
use super::manager::Manager;
use crate::catalog::Tool;
use crate::diagnostic::Result;
use crate::plan::Copied;
use crate::version::Version;

impl Maker<'_> {
    /// What puts the package manager there: a copy from its image, or a command.
    pub(super) fn manager(&self) -> Result<(Option<Copied>, Vec<String>)> {
        let managed = &self.facts.managed;
        let package = |tool: &Tool, version: Option<&str>| {
            let first = tool.packages.first().map(String::as_str).unwrap_or_default();
            match (version, first.rsplit_once('@')) {
                (Some(version), Some((name, _))) => format!("{name}@{version}"),
                _ => first.to_owned(),
            }
        };
        let version = managed.version.as_deref();
        // images up to 25 have a Yarn that npm would not overwrite
        let force = if self.version < Version::minor(25, 0) { " --force" } else { "" };
        Ok(match managed.manager.value {
            Manager::Npm => (None, Vec::new()),
            Manager::Pnpm => {
                let by_format = self.toolchain.tools.get(&format!("pnpm-lock-{}", managed.format));
                let tool = match by_format.filter(|_| version.is_none()) {
                    Some(tool) => tool,
                    None => self.toolchain.tool("pnpm")?,
                };
                (None, vec![format!("npm install --global {}", package(tool, version))])
            }
            Manager::YarnClassic if self.version < Version::minor(25, 0) => (None, Vec::new()),
            Manager::YarnClassic => (None, vec![format!("npm install --global {}", package(self.toolchain.tool("yarn")?, None))]),
            Manager::YarnBerry => {
                (None, vec![format!("npm install --global{force} {}", package(self.toolchain.tool("yarn-berry")?, version))])
            }
            Manager::Bun => {
                let tool = self.toolchain.tool("bun")?;
                let image = tool.image.as_deref().unwrap_or_default();
                let image = match (version, image.rsplit_once(':')) {
                    (Some(version), Some((name, _))) => format!("{name}:{version}"),
                    _ => image.to_owned(),
                };
                (Some(Copied { image: self.choices.reference(&image), path: tool.path.clone(), to: "/usr/local/bin/".into() }), Vec::new())
            }
        })
    }

    pub(super) fn env(&self) -> Vec<(&'static str, String)> {
        if !self.installs() {
            return Vec::new();
        }
        match self.facts.managed.manager.value {
            Manager::Pnpm => vec![("PNPM_HOME", "/pnpm".into())],
            Manager::YarnBerry => {
                let linker = self.facts.managed.loader.as_ref().map(|_| ("YARN_NODE_LINKER", "node-modules".into()));
                [("YARN_ENABLE_GLOBAL_CACHE", "true".into()), ("YARN_GLOBAL_FOLDER", "/root/.cache/yarn".into())]
                    .into_iter()
                    .chain(linker)
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}
