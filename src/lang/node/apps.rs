//! Every package of a tree that can be started, and what is known of one.

use camino::{Utf8Path, Utf8PathBuf};

use super::behave::{self, Seen};
use super::compiler::Compiler;
use super::entry::{Entry, Finder, Run};
use super::framework::{Server, Started};
use super::install::Install;
use super::lock::{self, Locked};
use super::manager::{self, Managed};
use super::package::{Kind, Package};
use super::range::is_below;
use super::script;
use super::site;
use super::sources::Sources;
use super::version::{constraints, rank};
use super::workspace::{Workspace, workspace_of, workspaces};
use super::{Facts, Making, Member, Modules, Product, Start, Taken};
use crate::app::{App, Behaviour, Claim, Interface, Listen, PortVariable, Role, Sighting};
use crate::catalog::{Catalog, NativeUse};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::need::Need;
use crate::tree::Tree;

const USED: Rule = Rule::parsed("node.used", "another package of the workspace is made with it");
const NAMED: Rule = Rule::parsed("node.starts-member", "the root's script starts this package");
const DEAF: Rule = Rule::parsed("node.deaf", "it handles no SIGTERM, which node then ignores as the first process");
const NATIVE: Rule = Rule::parsed("node.native", "this package is native code");

/// Where an app was seen.
#[derive(Debug)]
pub struct Seed {
    /// Its package's directory.
    directory: Utf8PathBuf,
}

/// Finds the apps.
///
/// # Errors
/// When a manifest is broken.
pub fn find(tree: &Tree) -> Result<Vec<(Sighting, Seed)>> {
    let mut apps = Vec::new();
    for workspace in workspaces(tree)? {
        let mut of_workspace = Vec::new();
        for package in std::iter::once(&workspace.root).chain(&workspace.members) {
            let compiler = Compiler::read(tree, package);
            let Some(entry) = Finder { tree, workspace: &workspace, package, compiler: &compiler }.find() else { continue };
            of_workspace.push((package, entry));
        }
        // what the root starts is the root's, wherever it lies
        let started: Vec<Utf8PathBuf> = of_workspace
            .iter()
            .filter(|(package, _)| package.directory == workspace.root.directory)
            .filter_map(|(_, entry)| source(entry))
            .collect();
        for (package, entry) in of_workspace {
            let member = package.directory != workspace.root.directory;
            if member && started.iter().any(|path| path.starts_with(&package.directory)) {
                continue;
            }
            let mut claims = Vec::new();
            let used =
                workspace.members.iter().chain([&workspace.root]).find_map(|other| {
                    package.name().filter(|_| other.directory != package.directory).and_then(|name| other.dependency(name))
                });
            claims.extend(
                used.filter(|_| member)
                    .map(|fact| fact.with(Claim::Aside))
                    .map(|fact| Fact::new(Claim::Aside, Evidence { rule: USED.id, meaning: USED.meaning, ..fact.because()[0].clone() })),
            );
            claims.extend(named(&workspace, package).map(|at| Fact::new(Claim::Named, at)).filter(|_| member));
            apps.push((sighting(package, &entry, claims), Seed { directory: package.directory.clone() }));
        }
    }
    Ok(apps)
}

/// The script of the root's that starts a member: `pnpm --filter web start`.
fn named(workspace: &Workspace<'_>, package: &Package<'_>) -> Option<Evidence> {
    let inside = package.directory.strip_prefix(&workspace.root.directory).ok()?;
    let mut scripts = ["start:prod", "start"].into_iter().filter_map(|name| script::chain(&workspace.root, name));
    scripts.find_map(|chain| {
        let last = chain.commands.last().filter(|command| matches!(command.program(), "npm" | "pnpm" | "yarn" | "bun" | "turbo" | "nx"))?;
        let means = |word: &String| {
            let word = word.rsplit('=').next().unwrap_or(word);
            Some(word) == package.name() || word.trim_start_matches("./") == inside
        };
        last.arguments()
            .iter()
            .any(means)
            .then(|| chain.at.first().map(|at| Evidence { rule: NAMED.id, meaning: NAMED.meaning, ..at.clone() }))?
    })
}

fn sighting(package: &Package<'_>, entry: &Entry, claims: Vec<Fact<Claim>>) -> Sighting {
    let directory = package.directory.file_name().unwrap_or("app");
    let program = entry.at.first().cloned().unwrap_or_else(|| package.exists(USED));
    Sighting { name: package.short_name().unwrap_or(directory).to_owned(), directory: package.directory.clone(), program, claims }
}

fn source(entry: &Entry) -> Option<Utf8PathBuf> {
    if let Run::File(file) = &entry.run { file.source.clone() } else { None }
}

/// Where an app listens.
///
/// # Errors
/// When a manifest is broken.
pub fn listening(tree: &Tree, catalog: &Catalog, seed: &Seed) -> Result<Vec<Evidence>> {
    let Some(workspace) = workspace_of(tree, &seed.directory)? else { return Ok(Vec::new()) };
    let Some(package) = workspace.package(&seed.directory) else { return Ok(Vec::new()) };
    let compiler = Compiler::read(tree, package);
    let Some(entry) = Finder { tree, workspace: &workspace, package, compiler: &compiler }.find() else { return Ok(Vec::new()) };
    Ok(match &entry.run {
        Run::Server(server) => vec![server.at.clone()],
        Run::Pages(pages) => vec![pages.at.clone()],
        Run::Nothing(_) => Vec::new(),
        Run::File(file) => match &file.source {
            Some(source) => {
                let sources = Sources::reach(tree, &workspace, package, source);
                behave::listens(tree, catalog, package, &sources).iter().flat_map(Fact::because).cloned().collect()
            }
            None => Vec::new(),
        },
    })
}

/// Looks at one app.
///
/// # Errors
/// When a manifest is broken, or the app is one that no container runs.
pub fn look(tree: &Tree, catalog: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<(App, Facts)> {
    let gone = || Diagnostic::error("node::gone", format!("`{}` is not there any more", sighting.name));
    let workspace = workspace_of(tree, &seed.directory)?.ok_or_else(gone)?;
    let package = workspace.package(&seed.directory).ok_or_else(gone)?;
    let compiler = Compiler::read(tree, package);
    let entry = Finder { tree, workspace: &workspace, package, compiler: &compiler }.find().ok_or_else(gone)?;
    Around { tree, catalog, workspace: &workspace, package, compiler: &compiler, sighting }.look(entry)
}

struct Around<'a, 't> {
    tree: &'t Tree,
    catalog: &'a Catalog,
    workspace: &'a Workspace<'t>,
    package: &'a Package<'t>,
    compiler: &'a Compiler,
    sighting: &'a Sighting,
}

impl Around<'_, '_> {
    fn look(&self, entry: Entry) -> Result<(App, Facts)> {
        let managed = manager::choose(self.tree, &self.workspace.root)?;
        let member = self.package.directory != self.workspace.root.directory;
        if member && self.package.name().is_none() {
            let message = "a package of a workspace has no name, or one that package managers do not take";
            let error =
                Diagnostic::error("node::unnamed-member", message).at(self.package.document.file(), None, "its `name` is missing or odd");
            return Err(error.help("name it in its package.json: letters, digits, `-`, `.` and `_`").into());
        }
        let locked = match &managed.lock {
            Some(file) => lock::read(self.tree, file)?.packages,
            None => Vec::new(),
        };
        let ranked =
            rank(&constraints(self.tree, self.package, &self.workspace.root)?, &locked, &managed.manager.because()[0], self.catalog)?;
        let at = self.sighting.program.clone();
        let (product, seen) = self.product(&entry)?;
        let install = Install::of(self.tree, self.workspace, managed.manager.value, managed.lock.as_deref())?;
        let natives = self.natives(&locked);
        let context = self.workspace.root.directory.clone();
        let inside = |directory: &Utf8Path| directory.strip_prefix(&context).unwrap_or(directory).to_owned();
        let making = self.making(&entry, &product);
        let member =
            |package: &Package<'_>| Member { name: package.name().unwrap_or_default().to_owned(), directory: inside(&package.directory) };
        let needed = self.workspace.needed_by(self.package, &[Kind::Production]).into_iter().map(member).collect();
        let mut warnings = ranked.warnings.clone();
        warnings.extend(seen.warnings);
        warnings.extend(self.unsettled(&managed, &entry));
        let behaviour = Behaviour { needs: self.needs(&product, seen.hears.as_ref(), seen.behaviour.needs), ..seen.behaviour };
        let app = App {
            sighting: self.sighting.clone(),
            behaviour,
            home: self.package.directory.clone(),
            keeps: install.manifests.clone(),
            clutter: self.clutter(&product),
            warnings,
        };
        let facts = Facts {
            directory: inside(&self.package.directory),
            member: (self.package.directory != context).then(|| member(self.package)),
            workspace: self.workspace.because.clone(),
            context,
            managed,
            versions: ranked.versions,
            held_back: ranked.held_back,
            needed,
            making,
            modules: self.modules(&product),
            product,
            install,
            natives,
            locked: locked.len(),
            at,
            passed_over: entry.passed_over,
        };
        Ok((app, facts))
    }

    /// What comes out, and what its sources show.
    fn product(&self, entry: &Entry) -> Result<(Product, Seen)> {
        let at = entry.at.first().cloned().unwrap_or_else(|| self.sighting.program.clone());
        let env: Vec<_> = entry.env.iter().filter(|(name, value)| name != "NODE_ENV" && !value.contains('$')).cloned().collect();
        match &entry.run {
            Run::Nothing(why) => Err(why.clone()),
            Run::Pages(pages) => {
                let (output, behaviour) = site::look(self.tree, self.package, &self.workspace.root, pages)?;
                Ok((Product::Site(Box::new(output)), Seen { behaviour, ..Seen::default() }))
            }
            Run::Server(server) => Ok(Self::server(server, env)),
            Run::File(file) => {
                let seen = match &file.source {
                    Some(source) => {
                        let sources = Sources::reach(self.tree, self.workspace, self.package, source);
                        if file.typescript && file.flags.is_empty() {
                            self.types_alone(&sources)?;
                        }
                        behave::observe(self.tree, self.catalog, self.package, &sources)
                    }
                    None => Seen::default(),
                };
                let mut words = file.flags.clone();
                words.push(file.path.to_string());
                words.extend(file.arguments.iter().cloned());
                let first = |path: &Utf8Path| path.components().next().map(|part| part.as_str().to_owned()).unwrap_or_default();
                let taken = if file.built {
                    let own = file.source.as_ref().and_then(|source| source.strip_prefix(&self.package.directory).ok()).map(first);
                    let output = first(&file.path);
                    let skip = ["package.json", "node_modules", "tsconfig.json", "test", "tests", "Dockerfile", "README.md"];
                    let named = seen.names.iter().map(|fact| fact.value.to_string());
                    let extra = named.filter(|name| {
                        Some(name) != own.as_ref() && *name != output && !skip.contains(&name.as_str()) && !name.starts_with('.')
                    });
                    Taken::Parts(std::iter::once(output.clone()).chain(extra).map(|path| (path.clone(), path)).collect())
                } else {
                    Taken::Whole
                };
                let start =
                    Start { what: self.what(), words, dependency: None, env, taken, owned: false, modules: true, tool: file.tool, at };
                Ok((Product::Server(Box::new(start)), seen))
            }
        }
    }

    fn server(server: &Server, mut env: Vec<(String, String)>) -> (Product, Seen) {
        env.extend(server.env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut arguments = server.arguments.clone();
        let flag = |names: &[&str]| arguments.iter().position(|word| names.contains(&word.as_str()));
        let port = flag(&["-p", "--port"]).and_then(|index| arguments.get(index + 1)?.parse().ok());
        if port.is_none() && flag(&["-p", "--port"]).is_some() {
            // `-p $PORT`: the framework reads the variable by itself
            let index = flag(&["-p", "--port"]).unwrap_or_default();
            arguments.drain(index..(index + 2).min(arguments.len()));
        }
        let (dependency, words) = match &server.file {
            Started::Own(file) => (None, std::iter::once(file.clone()).chain(arguments).collect()),
            Started::Dependency(name, file) => (Some(((*name).to_owned(), (*file).to_owned())), arguments),
        };
        let listen = Listen {
            port: Some(port.unwrap_or(server.port)),
            variable: port.is_none().then(|| PortVariable { name: "PORT".into(), role: Role::Optional }),
            interface: server.interface,
            host: (server.interface == Interface::Loopback).then(|| "HOST".into()),
        };
        let behaviour = Behaviour { listens: vec![Fact::new(listen, server.at.clone())], ..Behaviour::default() };
        let seen = Seen { behaviour, hears: server.hears.then(|| server.at.clone()), ..Seen::default() };
        let start = Start {
            what: server.what,
            words,
            dependency,
            env,
            taken: Taken::Parts(server.takes.clone()),
            owned: server.writes,
            modules: server.modules,
            tool: false,
            at: server.at.clone(),
        };
        (Product::Server(Box::new(start)), seen)
    }

    /// The framework, for the headline.
    fn what(&self) -> &'static str {
        const NAMES: [(&str, &str); 9] = [
            ("@nestjs/core", "NestJS"),
            ("fastify", "Fastify"),
            ("express", "Express"),
            ("koa", "Koa"),
            ("hono", "Hono"),
            ("@hapi/hapi", "hapi"),
            ("restify", "restify"),
            ("@feathersjs/feathers", "Feathers"),
            ("polka", "Polka"),
        ];
        NAMES.iter().find(|(name, _)| self.package.runs_with(name).is_some()).map_or("", |(_, what)| what)
    }

    /// Node runs TypeScript whose types can be left out, and whose imports name the files.
    fn types_alone(&self, sources: &Sources) -> Result<()> {
        let more = sources.files.iter().find_map(|source| {
            let unnamed =
                || source.imports.iter().find(|import| import.value.starts_with('.') && Utf8Path::new(&import.value).extension().is_none());
            let span = source.beyond_types.or_else(|| unnamed().map(|import| import.span))?;
            Some((source.path.clone(), span))
        });
        let Some((file, span)) = more else { return Ok(()) };
        Err(Diagnostic::error("node::typescript-as-it-is", format!("`{}` starts TypeScript that nothing compiles", self.sighting.name))
            .because(&self.sighting.program)
            .at(file, Some(span), "node itself does not run this: it only leaves types out, and wants imports with their endings")
            .help("add a script that compiles it, `\"build\": \"tsc\"` with an `outDir`, and start what it writes")
            .help("or move `tsx` from devDependencies to dependencies: `npm install tsx`")
            .into())
    }

    /// How it is built.
    fn making(&self, entry: &Entry, product: &Product) -> Vec<Making> {
        let inside = |package: &Package<'_>| Member {
            name: package.name().unwrap_or_default().to_owned(),
            directory: package.directory.strip_prefix(&self.workspace.root.directory).unwrap_or(&package.directory).to_owned(),
        };
        let mut making: Vec<Making> = Vec::new();
        let script =
            |package: &Package<'_>| ["build", "build:prod", "build:production", "compile"].into_iter().find(|name| builds(package, name));
        for member in self.workspace.needed_by(self.package, &[Kind::Production, Kind::Development]) {
            making.extend(script(member).map(|name| Making::Script { package: inside(member), script: name.to_owned() }));
        }
        match script(self.package) {
            Some(name) => making.push(Making::Script { package: inside(self.package), script: name.to_owned() }),
            None => {
                making.extend(self.by_default(entry, product).map(|command| Making::Command { package: inside(self.package), command }));
            }
        }
        making
    }

    /// The command that builds a package without a script for it.
    fn by_default(&self, entry: &Entry, product: &Product) -> Option<String> {
        match (&entry.run, product) {
            (Run::File(file), _) if file.built => {
                if self.package.dependency("@nestjs/cli").is_some() {
                    return Some("nest build".into());
                }
                let settings = self.compiler.file.as_ref().and_then(|file| file.file_name())?;
                Some(if settings == "tsconfig.json" { "tsc".into() } else { format!("tsc --project {settings}") })
            }
            (Run::Server(server), _) => match server.what {
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

    fn modules(&self, product: &Product) -> Modules {
        let runs = match product {
            Product::Server(start) => start.modules,
            Product::Site(_) => false,
        };
        let has =
            |kind| self.package.has_dependencies(kind) || self.workspace.because.is_some() || (self.workspace.root.has_dependencies(kind));
        match (runs, has(Kind::Production), has(Kind::Development)) {
            (false, ..) | (true, false, _) => Modules::None { builds: has(Kind::Production) || has(Kind::Development) },
            (true, true, development) => Modules::Production { development },
        }
    }

    fn needs(&self, product: &Product, hears: Option<&Evidence>, mut needs: Vec<Fact<Need>>) -> Vec<Fact<Need>> {
        if let Product::Server(start) = product
            && hears.is_none()
            && !start.tool
        {
            needs.push(Fact::new(Need::Init, Evidence { rule: DEAF.id, meaning: DEAF.meaning, ..self.sighting.program.clone() }));
        }
        needs
    }

    /// Native packages that are installed for production.
    fn natives(&self, locked: &[Locked]) -> Vec<Fact<NativeUse>> {
        // not every format says what is there for development alone
        let says = locked.iter().any(|package| package.development);
        // node-gyp asked Python for it before 10, and Python has it no more from 3.12 on
        let distutils = locked.iter().any(|package| package.name == "node-gyp" && is_below(&package.version, "10.0.0"));
        let mut found: Vec<Fact<NativeUse>> = Vec::new();
        for native in self.catalog.natives("node") {
            let starts = native.run.iter().any(|need| matches!(need, Need::Program(_)));
            let in_lock = || {
                let mut own = locked.iter().filter(|package| package.name == native.name && !package.development);
                own.next().filter(|_| says || !starts).map(|package| package.at.clone())
            };
            let declared = self.package.dependency(&native.name);
            let at = match &declared {
                Some(fact) if fact.value == Kind::Production => Some(fact.because()[0].clone()),
                Some(_) => None,
                None => in_lock(),
            };
            let unless = native.unless.iter().any(|name| {
                self.package.dependency(name).is_some() || locked.iter().any(|package| package.name == *name && !package.development)
            });
            let Some(at) = at.filter(|_| !unless) else { continue };
            let at = Evidence { rule: NATIVE.id, meaning: NATIVE.meaning, ..at };
            let compiles = native.build.contains(&Need::Program("python3".into()));
            let build = native.build.iter().cloned().chain((compiles && distutils).then(|| Need::Library("distutils".into()))).collect();
            found.push(Fact::new(NativeUse { build, ..native.into() }, at));
        }
        found
    }

    fn unsettled(&self, managed: &Managed, entry: &Entry) -> Vec<Diagnostic> {
        let mut warnings = Vec::new();
        if managed.lock.is_none() && (self.package.has_dependencies(Kind::Production) || self.package.has_dependencies(Kind::Development)) {
            let command = managed.manager.value.command();
            warnings.push(
                Diagnostic::warning("node::no-lock", "no lock file says which packages are installed: every build may install others")
                    .because(&managed.manager.because()[0])
                    .help(format!("run `{command} install` and commit its lock file")),
            );
        }
        if !entry.before.is_empty() {
            let message = format!("the script that starts it runs `{}` first, which the image leaves out", entry.before.join("`, `"));
            let warning = Diagnostic::warning("node::runs-before", message)
                .help("run it by itself when you deploy, from the same image where it holds the program");
            warnings.push(entry.at.iter().take(1).fold(warning, Diagnostic::because));
        }
        warnings
    }

    fn clutter(&self, product: &Product) -> Vec<String> {
        let mut clutter: Vec<String> = ["**/node_modules", "**/*.log", "**/coverage"].map(str::to_owned).into();
        let inside = |path: &str| {
            let path = self.package.directory.join(path);
            let name = path.components().map(|part| part.as_str()).collect::<Vec<_>>().join("/");
            let there = self.tree.has_directory(&path) || self.tree.has(&path);
            (!there && !name.starts_with("..")).then_some(name)
        };
        match product {
            Product::Server(start) => {
                let first = |path: &str| path.split('/').next().unwrap_or(path).to_owned();
                let built = start.taken.parts().iter().map(|(path, _)| first(path));
                clutter.extend(built.filter_map(|path| inside(&path)));
            }
            Product::Site(output) => clutter.extend(inside(output.directory.as_str())),
        }
        for (name, there) in
            [(".next", "next"), (".nuxt", "nuxt"), (".svelte-kit", "@sveltejs/kit"), (".astro", "astro"), (".turbo", "turbo")]
        {
            clutter.extend(self.package.dependency(there).or_else(|| self.workspace.root.dependency(there)).map(|_| format!("**/{name}")));
        }
        let tests = ["test", "tests", "__tests__", "spec", "e2e", "cypress", "playwright"];
        clutter.extend(
            tests
                .iter()
                .filter(|name| self.tree.has_directory(name) && self.package.directory.as_str().is_empty())
                .map(|name| (*name).to_owned()),
        );
        clutter
    }
}

/// Whether a script of that name builds something, and does not only check.
fn builds(package: &Package<'_>, name: &str) -> bool {
    let Some((text, _)) = package.script(name) else { return false };
    let text = text.trim();
    !text.is_empty() && !text.starts_with("echo") && !text.contains("--noEmit") && text != "exit 0" && text != "true"
}
