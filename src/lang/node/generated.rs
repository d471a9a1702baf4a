//! Code that a script of the package's own generates: of GraphQL, `OpenAPI`, protocols. It is run where the sources import what is not there
//! and neither the build nor what installs the packages makes it.

use camino::{Utf8Path, Utf8PathBuf};

use super::package::Package;
use super::script::{self, Chain};
use super::sources;
use crate::tree::path::normal;

/// Scripts that generate, by their usual names.
const GENERATES: [&str; 18] = [
    "generate",
    "codegen",
    "gen",
    "generate:all",
    "generate:api",
    "generate:client",
    "generate:graphql",
    "generate:proto",
    "generate:types",
    "gen:api",
    "gen:types",
    "graphql:codegen",
    "graphql:generate",
    "openapi",
    "openapi:generate",
    "api:generate",
    "proto:generate",
    "typegen",
];
/// What runs by itself before the build.
const BEFORE: [&str; 4] = ["preinstall", "install", "postinstall", "prepare"];
/// Endings of files that import others.
const SOURCES: [&str; 8] = ["js", "jsx", "mjs", "mts", "ts", "tsx", "vue", "svelte"];
/// Where builds put what they make, and where types lie that a framework makes as it builds.
const MADE: [&str; 7] = ["dist", "build", "out", ".next", ".nuxt", ".output", ".svelte-kit"];
/// How many sources are looked at.
const MOST: usize = 2_000;

/// The script that has to run before `build`, where one is needed.
pub fn needed(package: &Package<'_>, build: Option<&str>) -> Option<&'static str> {
    let (name, chain) = GENERATES.into_iter().find_map(|name| Some((name, script::chain(package, name)?)))?;
    let before = build.map(|build| format!("pre{build}"));
    let others = BEFORE.into_iter().chain(build).chain(before.as_deref());
    let runs_already = others.filter_map(|other| script::chain(package, other)).any(|other| runs(&other, &chain));
    // Prisma's client is looked after where its schema is read
    let own = chain.own().any(|command| !command.program().is_empty() && command.program() != "prisma");
    (own && !runs_already && imports_what_is_missing(package)).then_some(name)
}

/// Whether one script runs a program of another.
fn runs(one: &Chain, other: &Chain) -> bool {
    other.commands.iter().any(|command| one.commands.iter().any(|own| own.program() == command.program()))
}

fn imports_what_is_missing(package: &Package<'_>) -> bool {
    let is_source = |path: &&Utf8Path| path.extension().is_some_and(|ending| SOURCES.contains(&ending));
    package.tree.below(&package.directory).filter(is_source).take(MOST).any(|path| {
        let Ok(text) = package.tree.text(path) else { return false };
        text.lines().filter_map(imported).any(|name| is_missing(package, path, name))
    })
}

/// What a line imports, where that is a file of the project: the only form that generated code is imported in.
fn imported(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = if line.starts_with("import ") || line.starts_with("export ") || line.starts_with('}') {
        line.rsplit_once(" from ").map(|(_, rest)| rest)?
    } else {
        line.split_once("require(").filter(|_| line.starts_with("const ")).map(|(_, rest)| rest)?
    };
    let quote = rest.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let name = rest[1..].split(quote).next()?;
    (name.starts_with("./") || name.starts_with("../") || name.starts_with("@/") || name.starts_with("~/")).then_some(name)
}

fn is_missing(package: &Package<'_>, path: &Utf8Path, name: &str) -> bool {
    let made = name.split('/').any(|part| MADE.contains(&part) || part.starts_with('$') || part.starts_with('+'));
    if made || name.contains(['?', '*']) {
        return false;
    }
    let from: Vec<Utf8PathBuf> = match name.strip_prefix("@/").or_else(|| name.strip_prefix("~/")) {
        // what stands for the sources' directory is one of these
        Some(rest) => ["", "src", "app", "source", "lib"].iter().map(|below| package.inside(below).join(rest)).collect(),
        None => vec![path.parent().unwrap_or(Utf8Path::new("")).join(name)],
    };
    from.iter().all(|file| {
        let file = normal(file);
        file.starts_with(&package.directory) && sources::file(package.tree, &file).is_none() && !package.tree.has_directory(&file)
    })
}
