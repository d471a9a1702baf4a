//! How a package is built, and what of its dependencies is left when it is.

use super::compiler::Compiler;
use super::entry::{Entry, Run};
use super::generated;
use super::nx;
use super::package::{Kind, Package};
use super::script::{self, Chain, Command};
use super::tasks::Tasks;
use super::workspace::Workspace;
use super::{Delegates, Making, Member, Modules, Product};
use crate::plan::ShellLine;
use crate::tree::Tree;

/// The scripts that build, by their usual names: one that is meant for images before the plain one, then those that stand in for it.
const BUILDS: [&str; 11] = [
    "build:docker",
    "build-docker",
    "build",
    "build:prod",
    "build:production",
    "build-prod",
    "compile",
    "heroku-postbuild",
    "gcp-build",
    "build:all",
    "build:app",
];
/// The script that builds pages and the server that renders them, where they are built apart.
const WITH_SERVER: &str = "build:ssr";
/// Programs that compile files one by one.
const COMPILERS: [&str; 6] = ["tsc", "nest", "swc", "babel", "tsc-alias", "tspc"];
/// Frameworks whose build makes a server's files, and where.
const OUTPUTS: [(&str, &str); 8] = [
    ("astro", "dist"),
    ("next", ".next"),
    ("nuxt", ".output"),
    ("nuxi", ".output"),
    ("qwik", "dist"),
    ("react-router", "build"),
    ("remix", "build"),
    ("vinxi", ".output"),
];
/// Programs that put files beside what is compiled.
const COPIERS: [&str; 5] = ["cp", "cpx", "copyfiles", "shx", "mkdir"];
/// Programs that look at sources and write nothing.
const CHECKERS: [&str; 14] =
    ["astro-check", "biome", "echo", "eslint", "exit", "jest", "knip", "mocha", "oxlint", "prettier", "true", "vitest", "vue-tsc", "xo"];
/// Programs that are there without any dependency.
const OF_THE_SYSTEM: [&str; 19] = [
    "bash", "bun", "cat", "chmod", "cp", "find", "ln", "mkdir", "mv", "node", "npm", "pnpm", "rm", "sed", "sh", "tar", "test", "touch",
    "yarn",
];
/// Programs that talk to an engine, which no build inside one has.
const ENGINES: [&str; 4] = ["docker", "docker-compose", "podman", "pack"];

/// How it is built.
pub fn steps<'t>(tree: &Tree, workspace: &Workspace<'t>, package: &Package<'t>, compiler: &Compiler, entry: &Entry) -> Vec<Making> {
    let inside = |package: &Package<'_>| Member {
        name: package.name().unwrap_or_default().to_owned(),
        directory: package.directory.strip_prefix(&workspace.root.directory).unwrap_or(&package.directory).to_owned(),
    };
    let mut making: Vec<Making> = Vec::new();
    for (member, task) in Tasks::read(tree, workspace).before(workspace, package, "build") {
        if member.directory == package.directory && task == "build" {
            continue;
        }
        let script = if task == "build" { build_script(member) } else { Some(task.as_str()).filter(|name| makes(member, name)) };
        making.extend(script.map(|name| Making::Script { package: inside(member), script: name.to_owned(), delegates: None }));
    }
    let command = |command: ShellLine| Making::Command { package: inside(package), command };
    let build = script_for(package, entry);
    let generates = generated::needed(package, build);
    making.extend(generates.map(|name| Making::Script { package: inside(package), script: name.to_owned(), delegates: None }));
    match build {
        Some(name) => {
            making.push(Making::Script { package: inside(package), script: name.to_owned(), delegates: delegates(package, name) });
        }
        None => making.extend(by_nx(tree, package, entry).or_else(|| by_default(package, compiler, entry)).map(command)),
    }
    if let Run::Server(server) = &entry.run
        && package.script(WITH_SERVER).is_none()
    {
        making.extend(server.apart.iter().map(|words| command(ShellLine::words(words.split(' ')))));
    }
    making
}

/// What a script does in other packages.
fn delegates(package: &Package<'_>, name: &str) -> Option<Delegates> {
    let chain = script::chain(package, name).filter(|chain| !chain.tangled)?;
    let mut to: Vec<_> = chain.commands.iter().filter_map(Command::other_package).collect();
    to.dedup();
    if to.is_empty() {
        return None;
    }
    let own = chain.commands.iter().filter(|command| !command.is_elsewhere() && !command.installs());
    let line = |command: &Command| {
        let env = command.env.iter().map(|(name, value)| ShellLine::assignment(name, value));
        let line = ShellLine::default().all(env).line(ShellLine::words(&command.words));
        let inside = command.directory.strip_prefix(&package.directory).ok().filter(|inside| !inside.as_str().is_empty());
        let line = inside.map_or_else(|| line.clone(), |inside| ShellLine::of("cd").path(inside).and(line.clone()).between("(", ")"));
        (line, !OF_THE_SYSTEM.contains(&command.program()))
    };
    Some(Delegates { to, rest: own.map(line).collect() })
}

/// The script that builds a package, where it has one.
pub fn build_script(package: &Package<'_>) -> Option<&'static str> {
    BUILDS.into_iter().find(|name| makes(package, name))
}

/// The script that builds what is started: the one that a bundler's pages come from, or else the usual one.
fn script_for<'e>(package: &Package<'_>, entry: &'e Entry) -> Option<&'e str> {
    let named = match &entry.run {
        Run::Pages(pages) => pages.script.as_deref(),
        Run::Server(server) if !server.apart.is_empty() => Some(WITH_SERVER).filter(|name| package.script(name).is_some()),
        _ => None,
    };
    named.or_else(|| build_script(package))
}

/// The command of Nx's that builds what is started.
fn by_nx(tree: &Tree, package: &Package<'_>, entry: &Entry) -> Option<ShellLine> {
    let Run::File(file) = &entry.run else { return None };
    let app = nx::applications(tree, package).into_iter().find(|app| file.built && file.source.as_ref() == Some(&app.main))?;
    Some(ShellLine::of("nx build").word(&app.name))
}

/// The command that builds a package without a script for it.
fn by_default(package: &Package<'_>, compiler: &Compiler, entry: &Entry) -> Option<ShellLine> {
    match &entry.run {
        Run::File(file) if file.built => {
            if package.dependency("@nestjs/cli").is_some() {
                return Some(ShellLine::of("nest build"));
            }
            let settings = compiler.file.as_ref().and_then(|file| file.file_name())?;
            let compile = ShellLine::of("tsc");
            Some(if settings == "tsconfig.json" { compile } else { compile.then("--project").path(settings) })
        }
        Run::Server(server) => server.build.map(ShellLine::of),
        _ => None,
    }
}

/// Where the frameworks that a package is built with put what they make.
pub fn outputs(package: &Package<'_>) -> Vec<&'static str> {
    let chain = build_script(package).and_then(|name| script::chain(package, name));
    let programs = chain.iter().flat_map(Chain::own).map(Command::program).collect::<Vec<_>>();
    OUTPUTS.iter().filter(|(program, _)| programs.contains(program)).map(|(_, output)| *output).collect()
}

/// Whether the script that builds a package compiles its files one by one, and bundles nothing into them.
pub fn only_compiles(package: &Package<'_>) -> bool {
    let Some(chain) = build_script(package).and_then(|name| script::chain(package, name)) else { return true };
    let besides = |program: &str| ["rimraf", "rm", "cp", "cpx", "copyfiles", "mkdir", "shx", "prisma", "echo"].contains(&program);
    !chain.tangled && chain.commands.iter().all(|command| COMPILERS.contains(&command.program()) || besides(command.program()))
}

/// Whether a script builds something.
pub fn has_script(package: &Package<'_>) -> bool {
    build_script(package).is_some()
}

/// Whether the script that builds a package copies or makes files besides what it compiles.
pub fn copies(package: &Package<'_>) -> bool {
    let chain = build_script(package).and_then(|name| script::chain(package, name));
    chain.is_some_and(|chain| chain.commands.iter().any(|command| COPIERS.contains(&command.program())))
}

/// What of the dependencies the image takes.
pub fn modules(workspace: &Workspace<'_>, package: &Package<'_>, product: &Product) -> Modules {
    let runs = match product {
        Product::Server(start) => start.modules,
        Product::Site(_) => false,
    };
    let has = |kind| package.has_dependencies(kind) || workspace.because.is_some() || (workspace.root.has_dependencies(kind));
    match (runs, has(Kind::Production), has(Kind::Development)) {
        (false, ..) | (true, false, _) => Modules::None { builds: has(Kind::Production) || has(Kind::Development) },
        (true, true, development) => Modules::Production { development },
    }
}

/// Whether a script of that name makes something: it is there, and does more than to look at the sources.
fn makes(package: &Package<'_>, name: &str) -> bool {
    let Some(chain) = script::chain(package, name) else { return false };
    let engine = |command: &Command| ENGINES.contains(&command.program());
    chain.tangled || (!chain.commands.iter().any(engine) && !only_checks(&chain))
}

/// Whether all that a script does is to look at the sources: a type check, a linter, a word.
fn only_checks(chain: &Chain) -> bool {
    chain.commands.iter().all(|command| {
        let writes_nothing = command.arguments().iter().any(|word| ["--noEmit", "-noEmit"].contains(&word.as_str()));
        CHECKERS.contains(&command.program()) || (command.program() == "tsc" && writes_nothing) || command.program().is_empty()
    })
}
