//! Packages whose build makes files for another program, and what those are.

use camino::{Utf8Path, Utf8PathBuf};

use super::apps::{Seed, Workspaces};
use super::bundler::settings::Settings;
use super::bundler::{self, Bundler, PAGES, Pages, program};
use super::compiler::Compiler;
use super::entry;
use super::framework::{self, Made};
use super::package::Package;
use super::script::{self, Chain, Command};
use super::site;
use super::workspace::Workspace;
use crate::app::Sighting;
use crate::diagnostic::Result;
use crate::evidence::{Fact, Rule};
use crate::lang::language::Maker;
use crate::tree::path::normal;

const OUTPUT: Rule = Rule::parsed("node.script-output", "this script says where it puts what it makes");

/// Scripts that make what is deployed, the plainest first.
const BUILDS: [&str; 18] = [
    "build",
    "build:frontend",
    "build:client",
    "build:ui",
    "build:prod",
    "build:production",
    "build-prod",
    "production",
    "prod",
    "release",
    "dist",
    "bundle",
    "package",
    "compile",
    "assets",
    "build:css",
    "css",
    "generate",
];
/// Flags by which bundlers and compilers of styles are told where to put what they make.
const OUTPUT_FLAGS: [&str; 13] = [
    "--outDir",
    "--outdir",
    "--out-dir",
    "--output-path",
    "--outputPath",
    "--dist-dir",
    "--dest",
    "--output",
    "--outfile",
    "-o",
    "--dir",
    "-d",
    "--destination",
];
/// Bundlers that a program of the package's own may call.
const BUNDLERS: [&str; 7] = ["esbuild", "rollup", "rolldown", "vite", "webpack", "@rspack/core", "@parcel/core"];
/// Runners whose files hold many tasks, of which one may be meant.
const OF_TASKS: [&str; 2] = ["grunt", "gulp"];
/// Programs that only check, or make what no browser reads.
const NO_MAKERS: [&str; 9] = ["tsc", "vue-tsc", "eslint", "prettier", "nest", "swc", "tspc", "prisma", "node"];

/// The packages of all workspaces whose build makes files, each once for every place that one of its scripts puts them.
pub fn makers(workspaces: &Workspaces<'_>) -> Result<Vec<Maker<Seed>>> {
    let mut makers = Vec::new();
    for (index, workspace) in workspaces.all().enumerate() {
        for package in std::iter::once(&workspace.root).chain(&workspace.members) {
            let pages = Pages::of(workspaces, workspace, package);
            let compiler = Compiler::read(workspaces.tree(), package);
            let maker = |pages: &Pages, script: Option<&str>, output: Option<Fact<Utf8PathBuf>>| Maker {
                sighting: sighting(package, pages),
                seed: Seed {
                    workspace: index,
                    directory: package.directory.clone(),
                    compiler: compiler.clone(),
                    entry: entry::entry_of(Pages { script: script.map(str::to_owned).or_else(|| pages.script.clone()), ..pages.clone() }),
                },
                output,
            };
            if let Some(pages) = &pages {
                let made = site::output(workspaces.tree(), package, &workspace.root, pages)?;
                makers.push(maker(pages, None, made));
            }
            for (name, chain) in BUILDS.iter().filter_map(|name| Some((*name, script::chain(package, name)?))) {
                let Some(at) = chain.at.first() else { continue };
                let own = Pages { bundler: Bundler::Script, at: at.under(PAGES), script: None, single: None };
                let pages = pages.as_ref().unwrap_or(&own);
                let outputs = outputs(package, &chain);
                let silent = outputs.is_empty() && pages.bundler == Bundler::Script && makes(&chain);
                makers.extend(outputs.into_iter().map(|path| maker(pages, Some(name), Some(Fact::new(path, at.under(OUTPUT))))));
                if silent {
                    makers.push(maker(pages, Some(name), None));
                }
            }
        }
    }
    Ok(makers)
}

impl Pages {
    /// The pages that a package's framework or bundler makes, where it is known.
    fn of(workspaces: &Workspaces<'_>, workspace: &Workspace<'_>, package: &Package<'_>) -> Option<Self> {
        let nested = framework::nested(package, &workspace.root);
        match framework::made(workspaces.tree(), package, nested.as_deref()) {
            Some(Made::Pages(pages)) => Some(pages),
            Some(_) => None,
            None => bundler::by_dependencies(workspaces.tree(), package, &workspace.root),
        }
    }
}

fn sighting(package: &Package<'_>, pages: &Pages) -> Sighting {
    let directory = package.directory.file_name().unwrap_or("web");
    let name = package.short_name().unwrap_or(directory).to_owned();
    Sighting { name, directory: package.directory.clone(), program: pages.at.clone(), claims: Vec::new() }
}

/// Where the commands of a script say that they put what they make, relative to the project's root.
fn outputs(package: &Package<'_>, chain: &Chain) -> Vec<Utf8PathBuf> {
    let mut outputs: Vec<Utf8PathBuf> = Vec::new();
    let own = || chain.own().filter(|command| !NO_MAKERS.contains(&command.program()));
    let told = own().flat_map(|command| outputs_of(command).into_iter().map(|path| normal(command.directory.join(path))));
    let bundled = chain.own().filter(|command| !OF_TASKS.contains(&command.program())).filter_map(|command| {
        let is_bundler = BUNDLERS.contains(&command.program());
        let runs_one = |program: &Settings<'_>| BUNDLERS.iter().any(|name| program.loaded(name).is_some());
        let program = program::of(package, command).filter(|program| is_bundler || runs_one(program))?;
        program.outputs().into_iter().next().map(|path| package.inside(path.value.as_str()))
    });
    for path in told.chain(bundled) {
        // a file stands for the directory that it is made in, unless other files are there already
        let made_in = path.parent().filter(|directory| path.extension().is_some() && !package.tree.has_directory(directory));
        let path = made_in.map_or(path.clone(), Utf8Path::to_owned);
        let outside = path.starts_with("..") || path.as_str().is_empty() || path.is_absolute();
        if !outside && !outputs.contains(&path) {
            outputs.push(path);
        }
    }
    outputs
}

fn outputs_of(command: &Command) -> Vec<String> {
    if matches!(command.program(), "cp" | "mv" | "cpx" | "copyfiles") {
        return command.arguments().iter().rfind(|word| !word.starts_with('-')).cloned().into_iter().collect();
    }
    let mut words = command.arguments().iter();
    let mut outputs = Vec::new();
    while let Some(word) = words.next() {
        let (flag, value) = word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value.to_owned())));
        if OUTPUT_FLAGS.contains(&flag) {
            outputs.extend(value.or_else(|| words.next().cloned()).filter(|value| !value.starts_with('-') && !value.contains('$')));
        }
    }
    outputs
}

/// Whether a script makes something besides what it compiles for itself.
fn makes(chain: &Chain) -> bool {
    chain.tangled || chain.commands.iter().any(|command| !NO_MAKERS.contains(&command.program()) && command.program() != "echo")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    #[test]
    fn scripts_say_where_they_put_things() {
        for (script, expected) in [
            ("vite build --outDir=../server/dist --emptyOutDir", vec!["server/dist"]),
            ("tailwindcss -i in.css -o ../static/css/site.css --minify", vec!["static/css"]),
            ("esbuild a.js --bundle --outdir=public/js", vec!["web/public/js"]),
            ("rollup -c && cp -r out ../app/static", vec!["app/static", "web/static"]),
            ("MINIFY=true node bundle.mjs", vec!["server/ui"]),
            ("rollup -c", vec!["web/static"]),
            ("rollup --config other.config.js", vec!["web/lib"]),
            ("tsc --outDir dist", vec![]),
        ] {
            let manifest = format!("{{\"scripts\": {{\"build\": \"{script}\"}}}}");
            let program = "import { build } from 'esbuild'\nawait build({ entryPoints: ['a.js'], outdir: '../server/ui/' })";
            let rollup = "export default { input: 'a.js', output: [{ file: 'static/a.js' }, { file: 'static/a.min.js' }] }";
            let other = "export default { input: 'a.js', output: { dir: 'lib' } }";
            let tree = Tree::from_memory([
                ("web/package.json", manifest.as_str()),
                ("web/bundle.mjs", program),
                ("web/rollup.config.mjs", rollup),
                ("web/other.config.js", other),
            ]);
            let package = Package::read(&tree, "web".into()).unwrap().unwrap();
            let outputs = outputs(&package, &script::chain(&package, "build").unwrap());
            assert_eq!(outputs.iter().map(|path| path.as_str()).collect::<Vec<_>>(), expected, "{script}");
        }
    }
}
