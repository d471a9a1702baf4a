//! How a package is built, and what of its dependencies is left when it is.

use super::compiler::Compiler;
use super::entry::{Entry, Run};
use super::package::{Kind, Package};
use super::script;
use super::workspace::Workspace;
use super::{Making, Member, Modules, Product};

/// The scripts that build, by their usual names.
const BUILDS: [&str; 4] = ["build", "build:prod", "build:production", "compile"];
/// Programs that compile files one by one.
const COMPILERS: [&str; 6] = ["tsc", "nest", "swc", "babel", "tsc-alias", "tspc"];

/// Programs that put files beside what is compiled.
const COPIERS: [&str; 5] = ["cp", "cpx", "copyfiles", "shx", "mkdir"];

/// How it is built.
pub fn steps(workspace: &Workspace<'_>, package: &Package<'_>, compiler: &Compiler, entry: &Entry) -> Vec<Making> {
    let inside = |package: &Package<'_>| Member {
        name: package.name().unwrap_or_default().to_owned(),
        directory: package.directory.strip_prefix(&workspace.root.directory).unwrap_or(&package.directory).to_owned(),
    };
    let mut making: Vec<Making> = Vec::new();
    let script = |package: &Package<'_>| BUILDS.into_iter().find(|name| builds(package, name));
    for member in workspace.needed_by(package, &[Kind::Production, Kind::Development]) {
        making.extend(script(member).map(|name| Making::Script { package: inside(member), script: name.to_owned() }));
    }
    match script(package) {
        Some(name) => making.push(Making::Script { package: inside(package), script: name.to_owned() }),
        None => {
            making.extend(by_default(package, compiler, entry).map(|command| Making::Command { package: inside(package), command }));
        }
    }
    making
}

/// The command that builds a package without a script for it.
fn by_default(package: &Package<'_>, compiler: &Compiler, entry: &Entry) -> Option<String> {
    match &entry.run {
        Run::File(file) if file.built => {
            if package.dependency("@nestjs/cli").is_some() {
                return Some("nest build".into());
            }
            let settings = compiler.file.as_ref().and_then(|file| file.file_name())?;
            Some(if settings == "tsconfig.json" { "tsc".into() } else { format!("tsc --project {settings}") })
        }
        Run::Server(server) => match server.what {
            "Next.js" | "Next.js standalone" => Some("next build".into()),
            "Nuxt" => Some("nuxt build".into()),
            "SvelteKit" => Some("vite build".into()),
            "Astro" => Some("astro build".into()),
            "React Router" => Some("react-router build".into()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the script that builds a package compiles its files one by one, and bundles nothing into them.
pub fn only_compiles(package: &Package<'_>) -> bool {
    let Some(chain) = BUILDS.iter().find_map(|name| script::chain(package, name)) else { return true };
    let besides = |program: &str| ["rimraf", "rm", "cp", "cpx", "copyfiles", "mkdir", "shx", "prisma", "echo"].contains(&program);
    !chain.tangled && chain.commands.iter().all(|command| COMPILERS.contains(&command.program()) || besides(command.program()))
}

/// Whether a script builds something.
pub fn has_script(package: &Package<'_>) -> bool {
    BUILDS.iter().any(|name| builds(package, name))
}

/// Whether the script that builds a package copies or makes files besides what it compiles.
pub fn copies(package: &Package<'_>) -> bool {
    let chain = BUILDS.iter().find_map(|name| script::chain(package, name));
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

/// Whether a script of that name builds something, and does not only check.
fn builds(package: &Package<'_>, name: &str) -> bool {
    let Some((text, _)) = package.script(name) else { return false };
    let text = text.trim();
    !text.is_empty() && !text.starts_with("echo") && !text.contains("--noEmit") && text != "exit 0" && text != "true"
}
