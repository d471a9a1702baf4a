//! Where the build gets a generator from: a tool of the module, a version that the project names, the module that it belongs to.

use camino::{Utf8Path, Utf8PathBuf};

use crate::catalog::Generator;
use crate::command::Command;
use crate::declared::Build;
use crate::lang::go::workspace::Module;
use crate::need::Need;
use crate::tree::Tree;

/// What the names of protoc's plugins begin with.
const PLUGIN: &str = "protoc-gen-";

/// What a command needs besides what is there.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    /// What `go install` takes.
    pub installs: Vec<String>,
    /// Programs of the distribution.
    pub needs: Vec<Need>,
    /// The packages, or the names, of programs of which nothing says a version.
    pub lacks: Vec<String>,
}

/// Where programs come from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    pub tree: &'a Tree,
    pub module: &'a Module,
    pub generators: &'a [Generator],
    /// The project's commands, some of which install programs.
    pub commands: &'a [Build],
}

/// The last word of a package's path that is a name.
pub fn name_of(package: &str) -> &str {
    let plain = package.split('@').next().unwrap_or_default();
    let is_major = |part: &&str| part.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
    plain.rsplit('/').find(|part| !is_major(part)).unwrap_or(plain)
}

impl<'a> Sources<'a> {
    /// The package of a tool of the module of that name.
    pub fn module_tool(self, name: &str) -> Option<&'a str> {
        self.module.file.tools.iter().map(|tool| tool.value.as_str()).find(|package| name_of(package) == name)
    }

    /// Adds what makes the program `name` a program of the build stage.
    pub fn program(self, name: &str, tools: &mut Tools) {
        let known = || self.generators.iter().filter(|generator| generator.name == name);
        if let Some(program) = known().find_map(|generator| generator.program.as_ref()) {
            tools.needs.push(Need::Program(program.clone()));
            return;
        }
        let found = self
            .module_tool(name)
            .map(str::to_owned)
            .or_else(|| self.stated(name))
            .or_else(|| self.imported(name))
            .or_else(|| known().find_map(|generator| self.required(generator)));
        let lacking = || known().find_map(|generator| generator.package.clone()).unwrap_or_else(|| name.to_owned());
        match found {
            Some(install) if tools.installs.contains(&install) => {}
            Some(install) => tools.installs.push(install),
            None => tools.lacks.push(lacking()),
        }
    }

    /// Adds the plugins of these names, with or without what all of them begin with. A path is one that is fetched when it runs.
    pub fn plugins(self, names: &[String], tools: &mut Tools) {
        for name in names.iter().filter(|name| !name.contains('/')) {
            let plain = name.strip_prefix(PLUGIN).unwrap_or(name);
            self.program(&format!("{PLUGIN}{plain}"), tools);
        }
    }

    /// `go install PACKAGE@VERSION` and `go run PACKAGE@VERSION` among the project's commands.
    fn stated(self, name: &str) -> Option<String> {
        let mut words = self.commands.iter().flat_map(|build| build.command.arguments()).filter_map(|word| word.text());
        words.find(|word| word.contains('@') && word.contains('/') && name_of(word) == name).map(str::to_owned)
    }

    /// A file that keeps the module's tools among its requirements imports it.
    fn imported(self, name: &str) -> Option<String> {
        let keeps = |path: &&Utf8Path| {
            let named = |part: Option<&str>| part.is_some_and(|part| part.contains("tools"));
            path.extension() == Some("go") && (named(path.file_name()) || named(path.parent().and_then(Utf8Path::file_name)))
        };
        let texts = self.tree.below(&self.module.directory).filter(keeps).filter_map(|path| self.tree.text(path).ok());
        texts
            .flat_map(str::lines)
            .filter_map(|line| line.trim().trim_start_matches("import ").strip_prefix("_ \"")?.strip_suffix('"'))
            .find(|package| name_of(package) == name)
            .map(str::to_owned)
    }

    /// The module requires the one that the program belongs to.
    fn required(self, generator: &Generator) -> Option<String> {
        let (package, module) = (generator.package.as_ref()?, generator.module.as_ref()?);
        let require = self.module.file.requires.iter().find(|require| require.value.path == *module)?;
        Some(format!("{package}@{}", require.value.version))
    }

    /// What a command that begins with `go` needs: nothing where what it names is there.
    pub fn by_go(self, command: &Command, tools: &mut Tools) {
        let Some(package) = started(command) else { return };
        let required = |path: &str| self.module.file.requires.iter().any(|require| path.starts_with(&require.value.path));
        let there = match command.argument(0) {
            // the toolchain's own have no package in go.mod
            Some("tool") => self.module_tool(name_of(package)).is_some() || matches!(package, "cgo" | "asm" | "compile"),
            _ => package.contains('@') || self.local(command, package).is_some() || required(package),
        };
        if !there {
            tools.lacks.push(package.to_owned());
        }
    }

    /// The directory of a program of the project itself that `go run` is given.
    pub fn local(self, command: &Command, package: &str) -> Option<Utf8PathBuf> {
        let own = self.module.directory_of(package);
        let path = own.or_else(|| if package.starts_with('.') || package.ends_with(".go") { command.path(package) } else { None })?;
        (self.tree.has(&path) || self.tree.has_directory(&path)).then_some(path)
    }
}

/// What `go run` or `go tool` is given.
pub fn started(command: &Command) -> Option<&str> {
    if command.program() != "go" || !(command.does("run") || command.does("tool")) {
        return None;
    }
    command.arguments().iter().skip(1).filter_map(|word| word.text()).find(|word| !word.starts_with('-'))
}
