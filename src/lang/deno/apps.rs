//! The programs of a tree that Deno runs, and what is known of each.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::Facts;
use super::manifest::{self, Manifest};
use super::notes;
use super::sources::Sources;
use super::start::{self, Start};
use crate::app::{App, Claim, Interface, Listen, Sighting};
use crate::auxiliary;
use crate::catalog::Catalog;
use crate::command::Line;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::language::{self, Sightings};
use crate::need::Need;
use crate::program::{Observed, Program, Site};
use crate::tree::Tree;

const SETTINGS: Rule = Rule::parsed("deno.settings", "Deno's settings stand here");
const DEAF: Rule = Rule::parsed("deno.deaf", "it handles no SIGTERM, which Deno then ignores as the first process");
const IMPORTED: Rule = Rule::parsed("deno.member", "other members of the workspace import it");
const SERVES: Rule = Rule::parsed("deno.serve", "`deno serve` listens for what the file exports");

/// Endings of files that are the program itself.
const COMPILED: [&str; 8] = ["cjs", "cts", "js", "jsx", "mjs", "mts", "ts", "tsx"];
/// Commands that a task called `build` may come to and that make nothing for the program.
const CHECKS: [&str; 6] = ["check", "fmt", "lint", "test", "compile", "publish"];

/// What finds an app again.
#[derive(Debug)]
pub struct Seed {
    root: usize,
    directory: Utf8PathBuf,
    start: Start,
    passed_over: Vec<crate::evidence::PassedOver>,
}

/// Directories that share their dependencies: a workspace, or one by itself.
struct Workspace<'t> {
    root: Manifest<'t>,
    members: Vec<Manifest<'t>>,
    because: Option<Evidence>,
}

/// What Deno runs in a tree.
pub struct Workspaces<'t> {
    tree: &'t Tree,
    all: Vec<Workspace<'t>>,
}

impl<'t> language::Project<'t> for Workspaces<'t> {
    type Seed = Seed;
    type Facts = Facts;

    fn open(tree: &'t Tree) -> Result<Self> {
        let own = |path: &Utf8Path| !auxiliary::is_passed_over(path) && path.components().all(|part| part.as_str() != "templates");
        let directories = std::iter::once(Utf8Path::new("")).chain(tree.directories().filter(|directory| own(directory)));
        let (mut taken, mut all) = (BTreeSet::new(), Vec::new());
        for directory in directories {
            if taken.contains(directory) || !is_deno(tree, directory)? {
                continue;
            }
            let root = Manifest::read(tree, directory)?;
            let (members, because) = root.members(tree).unzip();
            let members: Vec<Utf8PathBuf> = members.unwrap_or_default();
            taken.extend(members.iter().cloned());
            let members = members.iter().map(|member| Manifest::read(tree, member)).collect::<Result<_>>()?;
            all.push(Workspace { root, members, because });
        }
        Ok(Self { tree, all })
    }

    fn find(&self) -> Result<Sightings<Seed>> {
        let mut apps: Vec<(Sighting, Seed)> = Vec::new();
        let mut looked = Vec::new();
        for (index, workspace) in self.all.iter().enumerate() {
            for manifest in std::iter::once(&workspace.root).chain(&workspace.members) {
                let (start, passed_over) = start::find(self.tree, manifest);
                let Some(start) = start else {
                    looked.extend(manifest.file().map(|file| Evidence::exists(file, SETTINGS)));
                    continue;
                };
                // a task of the root's may start a member
                let directory = start.directory.clone();
                if apps.iter().any(|(_, seed)| seed.directory == directory && seed.start.module == start.module) {
                    continue;
                }
                let name = manifest.name().or(directory.file_name()).unwrap_or("app").to_owned();
                let imported = workspace.imports(self.tree, manifest).then(|| Evidence::exists(start.at[0].file.clone(), IMPORTED));
                let claims = imported.map(|at| Fact::new(Claim::Aside, at)).into_iter().collect();
                let sighting = Sighting { name, directory: directory.clone(), program: start.at[0].clone(), claims };
                apps.push((sighting, Seed { root: index, directory, start, passed_over }));
            }
        }
        let otherwise = (apps.is_empty() && !looked.is_empty()).then(|| nothing_starts(&looked).into());
        Ok(Sightings { apps, otherwise })
    }

    fn listens(&self, catalog: &Catalog, _: &Sighting, seed: &Seed) -> Result<Vec<Evidence>> {
        if seed.start.verb == "serve" {
            return Ok(vec![seed.start.at[0].clone()]);
        }
        let sources = self.sources(seed);
        let files = sources.files();
        let program = Program::new(files.iter().collect(), catalog.vocabulary("node")?);
        Ok(program.listens().listens.iter().flat_map(Fact::because).cloned().collect())
    }

    fn look(&self, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<(App, Facts)> {
        let workspace = &self.all[seed.root];
        let start = seed.start.clone();
        let sources = self.sources(seed);
        let files = sources.files();
        let program = Program::new(files.iter().collect(), catalog.vocabulary("node")?);
        let site = Site {
            tree: self.tree,
            bases: vec![seed.directory.clone()],
            embedded: &[],
            compiled: &COMPILED,
            ships_alone: false,
            compiled_in: None,
        };
        let observed = program.observe(&site);
        let Observed { mut behaviour, mut warnings } = if start.arguments.is_empty() { observed } else { observed.without_subcommand() };
        behaviour.listens = listens(&start, std::mem::take(&mut behaviour.listens));
        if program.ends_by_itself().is_none() {
            behaviour.needs.push(Fact::new(Need::Init, sighting.program.under(DEAF)));
        }
        let manifest = workspace.manifest(&seed.directory);
        let install: Vec<Utf8PathBuf> =
            std::iter::once(&workspace.root).chain(&workspace.members).flat_map(|manifest| manifest.files(self.tree)).collect();
        let lock = Some(workspace.root.directory.join("deno.lock")).filter(|file| self.tree.has(file));
        let fetches = workspace.declares() || sources.fetches;
        warnings.extend((lock.is_none() && fetches).then(|| notes::unlocked(sighting)));
        warnings.extend(notes::permissions(&start, sighting));
        warnings.extend(notes::scripts(catalog, &sources, sighting));
        warnings.extend(notes::pinned(self.tree, &start));
        let build = manifest.and_then(|manifest| manifest.task("build")).filter(|(text, _)| makes(text));
        if let Some(file) = start.file().filter(|file| !self.tree.has(file) && build.is_none()) {
            let error = Diagnostic::error("deno::no-file", format!("`{file}` is started, is not there, and no task builds it"));
            return Err(start
                .at
                .iter()
                .fold(error, Diagnostic::because)
                .help("add a task that makes it: `\"build\": \"vite build\"`")
                .into());
        }
        let app = App {
            sighting: sighting.clone(),
            behaviour,
            home: seed.directory.clone(),
            keeps: install.clone(),
            build_needs: Vec::new(),
            stage: None,
            ignore_patterns: Vec::new(),
            passed_over: seed.passed_over.clone(),
            warnings,
        };
        let context = workspace.root.directory.clone();
        let facts = Facts {
            directory: seed.directory.strip_prefix(&context).unwrap_or(&seed.directory).to_owned(),
            context,
            workspace: workspace.because.clone(),
            install,
            declares: workspace.declares() && !workspace.root.vendors(),
            lock,
            build: build.map(|(_, at)| Fact::new("build".to_owned(), at)),
            what: what(&sources).to_owned(),
            at: start.at[0].clone(),
            start,
        };
        Ok((app, facts))
    }
}

impl<'t> Workspaces<'t> {
    fn sources(&self, seed: &Seed) -> Sources<'t> {
        let workspace = &self.all[seed.root];
        let own = workspace.manifest(&seed.directory);
        let manifests: Vec<&Manifest<'_>> = own.into_iter().chain([&workspace.root]).chain(&workspace.members).collect();
        seed.start.file().map(|file| Sources::reach(self.tree, &manifests, &file)).unwrap_or_default()
    }
}

impl Workspace<'_> {
    fn manifest(&self, directory: &Utf8Path) -> Option<&Manifest<'_>> {
        std::iter::once(&self.root).chain(&self.members).find(|manifest| manifest.directory == directory)
    }

    fn declares(&self) -> bool {
        std::iter::once(&self.root).chain(&self.members).any(Manifest::declares)
    }

    /// Whether sources of another member name this one.
    fn imports(&self, tree: &Tree, member: &Manifest<'_>) -> bool {
        let Some(name) = member.full_name().filter(|_| member.directory != self.root.directory) else { return false };
        let others = self.members.iter().filter(|other| other.directory != member.directory);
        let code = |path: &&Utf8Path| path.extension().is_some_and(|ending| COMPILED.contains(&ending));
        others
            .flat_map(|other| tree.below(&other.directory))
            .filter(code)
            .any(|path| tree.text(path).is_ok_and(|text| text.contains(&format!("\"{name}\"")) || text.contains(&format!("\"{name}/"))))
    }
}

/// Whether Deno is at home in a directory: its settings or its lock are there, or scripts and files that only Deno runs.
fn is_deno(tree: &Tree, directory: &Utf8Path) -> Result<bool> {
    if manifest::is_there(tree, directory) || tree.has(directory.join("deno.lock")) {
        return Ok(true);
    }
    if tree.has(directory.join("package.json")) {
        let manifest = Manifest::read(tree, directory)?;
        let deno = |name: &&str| {
            manifest.task(name).is_some_and(|(text, _)| Line::parse(&text).commands.iter().any(|(_, command)| command.program() == "deno"))
        };
        return Ok(["start", "start:prod", "serve"].iter().any(deno));
    }
    // nothing else has to be there: one file is a program
    let names = ["main.ts", "server.ts", "main.js", "server.js", "main.tsx", "index.ts", "app.ts", "mod.ts"];
    let own = |name: &&str| tree.text(directory.join(name)).is_ok_and(|text| start::DENO.iter().any(|word| text.contains(word)));
    Ok(directory.as_str().is_empty() && names.iter().any(own))
}

/// Whether a task makes something that the program may need.
fn makes(text: &str) -> bool {
    let only_checks = |command: &crate::command::Command| command.program() == "deno" && CHECKS.iter().any(|verb| command.does(verb));
    Line::parse(text).commands.iter().any(|(_, command)| !only_checks(command))
}

/// Where it listens: `deno serve` does by itself, and its flags beat what the sources say.
fn listens(start: &Start, seen: Vec<Fact<Listen>>) -> Vec<Fact<Listen>> {
    let port = start.flag("--port").and_then(|port| port.parse().ok());
    if start.verb != "serve" {
        return seen;
    }
    let loopback = start.flag("--host").is_some_and(crate::program::is_loopback);
    let interface = if loopback { Interface::Loopback } else { Interface::Any };
    let asked = start.flag("--port").is_some_and(|port| port == start::PORT);
    let port = port.or((!asked).then_some(SERVE_PORT)).or(Some(SERVE_PORT));
    vec![Fact::new(Listen { port, variable: None, interface, host: None }, start.at[0].under(SERVES))]
}

/// The port of `deno serve`, unless a flag says else.
pub(super) const SERVE_PORT: u16 = 8000;

/// The framework, for the headline.
fn what(sources: &Sources<'_>) -> &'static str {
    const NAMES: [(&str, &str); 6] =
        [("fresh", "Fresh"), ("oak", "Oak"), ("hono", "Hono"), ("express", "Express"), ("fastify", "Fastify"), ("koa", "Koa")];
    let imports: Vec<_> = sources.imports().collect();
    let named = |name: &str| imports.iter().any(|import| import.split(['/', '@', ':', '.', '$']).any(|part| part == name));
    NAMES.iter().find(|(name, _)| named(name)).map_or("", |(_, what)| what)
}

fn nothing_starts(looked: &[Evidence]) -> Diagnostic {
    let error = Diagnostic::error("deno::nothing-starts", "nothing says how a program is started here");
    looked
        .iter()
        .take(8)
        .fold(error, Diagnostic::because)
        .info("looked for a Procfile, tasks that start something in production, and the usual files: main.ts, server.ts, mod.ts")
        .help("add a task that starts it: `\"tasks\": { \"start\": \"deno run --allow-net main.ts\" }`")
}
