//! What is known of one app: what it becomes, what it does when it runs, what its image leaves out.

use camino::{Utf8Path, Utf8PathBuf};

use super::behaviour::{self, Seen};
use super::blocked;
use super::build_env;
use super::bundle::{Bundling, Program};
use super::compiler::Compiler;
use super::development::{self, Loaded};
use super::entry::{self, Entry, File, PORT, Run};
use super::ignored;
use super::install::{self, Install};
use super::lock::Lock;
use super::manager::{self, Managed, Manager};
use super::package::{Kind, Package};
use super::prisma::{self, Place};
use super::runtime::{self, Runtime};
use super::sources::Sources;
use super::version::{constraints, rank};
use super::workspace::Workspace;
use super::{Facts, Making, Member, Product, Start, Taken, making, migrations, natives, site, stale};
use crate::app::{App, Behaviour, Interface, Listen, PortVariable, Role, Sighting};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, PassedOver, Rule};
use crate::lang::DRIFTS_WITH_LOCK;
use crate::need::Need;
use crate::plan::ShellLine;
use crate::tree::path::normal;
use crate::tree::{PACKAGES, Tree};

const LINE: Rule = Rule::parsed("node.shell-line", "what starts it needs a shell");
const DEAF: Rule = Rule::parsed("node.deaf", "it handles no SIGTERM, which node then ignores as the first process");

/// How the packages of a workspace are installed.
pub struct Installation {
    managed: Managed,
    /// The lock file.
    lock: Lock,
    install: Install,
    /// What wants a look.
    warnings: Vec<Diagnostic>,
}

impl Installation {
    /// Reads the lock file and the settings.
    ///
    /// # Errors
    /// When one of them is broken, or nothing settles who installs.
    pub fn of(tree: &Tree, workspace: &Workspace<'_>) -> Result<Self> {
        let (managed, lock) = manager::choose(tree, &workspace.root)?;
        let install = Install::of(tree, workspace, managed.manager.value, managed.lock.as_deref())?;
        let warnings = stale::warnings(workspace, &managed, &lock);
        Ok(Self { managed, lock, install, warnings })
    }
}

/// One app, and what is around it.
pub struct Looker<'a, 't> {
    /// The project.
    pub tree: &'t Tree,
    /// What is known of packages.
    pub catalog: &'a Catalog,
    /// The app's workspace.
    pub workspace: &'a Workspace<'t>,
    /// How its packages are installed.
    pub installed: &'a Installation,
    /// The app's package.
    pub package: &'a Package<'t>,
    /// How that is compiled.
    pub compiler: &'a Compiler,
    /// The app as it was seen.
    pub sighting: &'a Sighting,
}

impl Looker<'_, '_> {
    /// Looks at what `entry` starts.
    ///
    /// # Errors
    /// When a manifest is broken, or the app is one that no container runs.
    pub fn look(&self, entry: &Entry) -> Result<(App, Facts)> {
        let Installation { managed, lock, install, warnings: of_lock } = self.installed;
        let locked = lock.packages.as_slice();
        let member = self.package.directory != self.workspace.root.directory;
        if member && self.package.name().is_none() && !managed.manager.value.finds_by_directory() {
            let message = "a package of a workspace has no name, or one that Yarn does not take";
            let error =
                Diagnostic::error("node::unnamed-member", message).at(self.package.document.file(), None, "its `name` is missing or odd");
            return Err(error.help("name it in its package.json: letters, digits, `-`, `.` and `_`").into());
        }
        let ranked = rank(
            &constraints(self.tree, self.package, &self.workspace.root, self.catalog)?,
            locked,
            &managed.manager.because()[0],
            self.catalog,
        )?;
        let at = self.sighting.program.clone();
        let natives = natives::find(self.catalog, self.package, locked);
        let loader = managed.loader.as_ref().filter(|_| managed.manager.value == Manager::YarnBerry);
        let packages = development::Installed { manager: managed.manager.value, locked, natives: &natives, loader };
        let (mut product, mut seen) = self.product(entry, &packages)?;
        if let (Product::Server(start), Some(line)) = (&mut product, &entry.line) {
            start.line = Some(line.clone());
            seen.behaviour.needs.push(Fact::new(Need::Program(line[0].clone()), at.under(LINE)));
        }
        let kept = development::kept(self.package, entry, &packages).filter(|_| matches!(product, Product::Server(_)));
        let managed = &match &product {
            Product::Server(start) => managed.under(&start.runtime),
            Product::Site(_) => managed.clone(),
        };
        let context = self.workspace.root.directory.clone();
        let inside = |directory: &Utf8Path| directory.strip_prefix(&context).unwrap_or(directory).to_owned();
        let generated = prisma::generated(self.tree, self.package).filter(|_| matches!(product, Product::Server(_)));
        let mut making = making::steps(self.tree, self.workspace, self.package, self.compiler, entry);
        if generated.as_ref().is_some_and(|fact| fact.value == Place::Sources) {
            let package = Member { name: self.package.name().unwrap_or_default().to_owned(), directory: inside(&self.package.directory) };
            making.insert(making.len().saturating_sub(1), Making::Command { package, command: ShellLine::of(prisma::GENERATE) });
        }
        let member =
            |package: &Package<'_>| Member { name: package.name().unwrap_or_default().to_owned(), directory: inside(&package.directory) };
        let needed = self.workspace.needed_by(self.package, &[Kind::Production]).into_iter().map(member).collect();
        let mut warnings = ranked.warnings.clone();
        warnings.extend(of_lock.iter().cloned());
        warnings.extend(seen.warnings);
        warnings.extend(self.unsettled(entry, managed));
        warnings.extend(kept.as_ref().map(|kept| development::kept_note(kept, managed.manager.value)));
        let made_of = std::iter::once(self.package).chain(self.workspace.needed_by(self.package, &[Kind::Production]));
        let served = matches!(product, Product::Server(_));
        warnings.extend(migrations::note(self.tree, made_of, entry, seen.migrates).filter(|_| served));
        warnings.extend(blocked::warning(self.tree, &self.workspace.root, managed, &natives)?);
        let (build_env::Given { stand_ins, secrets }, notes) = self.given(entry, &making);
        warnings.extend(notes);
        let behaviour = Behaviour { needs: self.needs(&product, seen.hears.as_ref(), seen.behaviour.needs), ..seen.behaviour };
        let app = App {
            sighting: self.sighting.clone(),
            behaviour,
            home: self.package.directory.clone(),
            keeps: install.manifests.iter().cloned().chain(self.environment_files(entry)).collect(),
            build_needs: Vec::new(),
            stage: None,
            ignore_patterns: ignored::of(self.tree, &self.workspace.root, self.package, &product),
            passed_over: entry.passed_over.iter().map(passed_over).collect(),
            warnings,
        };
        let facts = Facts {
            directory: inside(&self.package.directory),
            member: (self.package.directory != context).then(|| member(self.package)),
            workspace: self.workspace.because.clone(),
            context,
            managed: managed.clone(),
            versions: ranked.versions,
            why: ranked.why,
            held_back: ranked.held_back,
            needed,
            lender: (!self.package.borrowed.is_empty()).then(|| self.workspace.root.name().unwrap_or_default().to_owned()),
            generated: generated.filter(|fact| fact.value == Place::Packages).map(|fact| fact.because()[0].clone()),
            modules: making::modules(self.workspace, self.package, &product),
            product,
            install: install.clone(),
            unlisted: natives::unlisted(self.catalog, locked, !making.is_empty()),
            by_git: install::by_git(self.workspace, lock),
            kept,
            build_env: stand_ins,
            build_secrets: secrets,
            natives,
            making,
            called_modules: self.tree.directories().any(|path| path.file_name() == Some(PACKAGES)),
            locked: locked.len(),
            at,
        };
        Ok((app, facts))
    }

    /// What runs it.
    fn runtime(&self, entry: &Entry, sources: Option<&Sources<'_>>) -> Result<Fact<Runtime>> {
        Runtime::of(self.tree, self.package, &self.workspace.root, entry, sources)
    }

    /// What comes out, and what its sources show.
    fn product(&self, entry: &Entry, installed: &development::Installed<'_>) -> Result<(Product, Seen)> {
        let at = entry.at.first().cloned().unwrap_or_else(|| self.sighting.program.clone());
        let env: Vec<_> = entry.env.iter().filter(|(name, value)| name != "NODE_ENV" && !value.contains('$')).cloned().collect();
        match &entry.run {
            Run::Nothing(why) => Err(why.clone()),
            Run::Pages(pages) => {
                let (output, behaviour) = site::look(self.tree, self.package, &self.workspace.root, pages)?;
                Ok((Product::Site(Box::new(output)), Seen { behaviour, ..Seen::default() }))
            }
            Run::Server(server) => Ok(self.server(server, env, self.runtime(entry, None)?)),
            Run::Program(program) => Ok(self.program(program, env, installed.manager, self.runtime(entry, None)?)),
            Run::File(file) => {
                let mut sources = file.source.as_ref().map(|source| Sources::reach(self.tree, self.workspace, self.package, source));
                let runtime = self.runtime(entry, sources.as_ref())?;
                let file = &runtime.value.takes(file);
                if runtime.value == Runtime::Bun {
                    sources.iter_mut().for_each(runtime::serve_default);
                }
                let bare = file.arguments.is_empty() && entry.line.is_none();
                let seen = match &sources {
                    Some(sources) => {
                        if file.typescript && file.flags.is_empty() && runtime.value == Runtime::Node {
                            self.types_alone(sources)?;
                        }
                        let mut seen = behaviour::observe(self.tree, self.catalog, self.package, sources, bare)?;
                        self.makes_itself(&mut seen.behaviour);
                        seen.warnings.extend(self.not_compiled(file, &seen.beside));
                        if let Some(loaded) = self.loaded(file) {
                            seen.warnings.extend(development::imports(self.workspace, self.package, sources, installed, loaded)?);
                        }
                        seen
                    }
                    None => Seen::default(),
                };
                let mut seen = seen;
                by_environment(&mut seen, &env, &at);
                by_arguments(&mut seen, file, entry.port, &at);
                let mut words = file.flags.clone();
                words.push(file.path.to_string());
                words.extend(file.arguments.iter().cloned());
                words.extend(seen.behaviour.command.iter().flat_map(|command| command.value.clone()));
                let first = |path: &Utf8Path| path.components().next().map(|part| part.as_str().to_owned()).unwrap_or_default();
                let taken = if file.built {
                    let own = file.source.as_ref().and_then(|source| source.strip_prefix(&self.package.directory).ok()).map(first);
                    let output = first(&file.path);
                    let named = seen.names.iter().map(|fact| fact.value.to_string());
                    // `--import ./instrument.mjs`
                    let flagged = file.flags.iter().filter(|word| self.tree.has(self.package.inside(word)));
                    let named = named.chain(flagged.map(|word| first(&normal(Utf8Path::new(word)))));
                    let sources = seen.from_sources.iter().map(|fact| fact.value.to_string());
                    let extra = named.filter(|name| Some(name) != own.as_ref() && *name != output).chain(sources);
                    Taken::Parts(std::iter::once(output.clone()).chain(extra).map(|path| (path.clone(), path)).collect())
                } else {
                    Taken::Whole
                };
                let (tree, catalog, workspace, package) = (self.tree, self.catalog, self.workspace, self.package);
                let program =
                    Program { tree, catalog, workspace, package, installed, file, sources: sources.as_ref(), names: &seen.names, at: &at };
                let bundling = match runtime.value {
                    Runtime::Node => program.bundling()?,
                    Runtime::Bun => Bundling::elsewhere(runtime.value.interpreter().title, &at),
                };
                let start = Start {
                    runtime,
                    what: self.what().to_owned(),
                    bundling,
                    words,
                    dependency: None,
                    program: None,
                    line: None,
                    env,
                    taken,
                    owned: false,
                    modules: true,
                    tool: file.tool,
                    baked: Vec::new(),
                    at,
                };
                Ok((Product::Server(Box::new(start)), seen))
            }
        }
    }

    /// What its own build makes for a server of its own is no part of another's.
    fn makes_itself(&self, behaviour: &mut Behaviour) {
        let made = making::outputs(self.package);
        behaviour.assets.retain(|asset| !made.iter().any(|output| asset.value.path.starts_with(self.package.inside(output))));
    }

    /// What is read beside the sources, and is not beside what a compiler makes of them.
    fn not_compiled(&self, file: &File, beside: &[Fact<Utf8PathBuf>]) -> Option<Diagnostic> {
        let plain = file.built && making::only_compiles(self.package) && !making::copies(self.package);
        let first = beside.first().filter(|_| plain)?;
        let names: Vec<_> = beside.iter().map(|fact| format!("`{}`", fact.value)).collect();
        let message = format!("{} is read beside the program, and the compiler does not bring it there", names.join(", "));
        let warning = Diagnostic::warning("node::not-compiled", message);
        let warning = beside.iter().flat_map(Fact::because).fold(warning, Diagnostic::because);
        let output = file.path.parent().filter(|parent| !parent.as_str().is_empty()).map_or("dist", Utf8Path::as_str);
        Some(warning.help(format!("copy it where it builds: `\"build\": \"tsc && cp {} {output}/\"`", first.value)))
    }

    /// What becomes of the imports of a file; nothing where a bundler may take in what they name.
    fn loaded(&self, file: &File) -> Option<Loaded> {
        match (file.built, file.typescript && !file.flags.is_empty()) {
            (false, false) => Some(Loaded::AsWritten),
            (false, true) => Some(Loaded::Compiled),
            (true, _) => making::only_compiles(self.package).then_some(Loaded::Compiled),
        }
    }

    /// The framework, for the headline.
    fn what(&self) -> &'static str {
        const NAMES: [(&str, &str); 10] = [
            ("@nestjs/core", "NestJS"),
            ("fastify", "Fastify"),
            ("express", "Express"),
            ("koa", "Koa"),
            ("hono", "Hono"),
            ("elysia", "Elysia"),
            ("@hapi/hapi", "hapi"),
            ("restify", "restify"),
            ("@feathersjs/feathers", "Feathers"),
            ("polka", "Polka"),
        ];
        NAMES.iter().find(|(name, _)| self.package.runs_with(name).is_some()).map_or("", |(_, what)| what)
    }

    /// Node runs TypeScript whose types can be left out, and whose imports name the files.
    fn types_alone(&self, sources: &Sources<'_>) -> Result<()> {
        let more = sources.files.iter().find_map(|source| {
            let unnamed = || {
                source.module.loads.iter().find(|load| load.module.starts_with('.') && Utf8Path::new(&load.module).extension().is_none())
            };
            let at = source.module.beyond_types.or_else(|| unnamed().map(|load| load.at))?;
            Some((source.path.clone(), source.span(at)))
        });
        let Some((file, span)) = more else { return Ok(()) };
        Err(Diagnostic::error("node::typescript-as-it-is", format!("`{}` starts TypeScript that nothing compiles", self.sighting.name))
            .because(&self.sighting.program)
            .at(file, Some(span), "node itself does not run this: it only leaves types out, and wants imports with their endings")
            .help("add a script that compiles it, `\"build\": \"tsc\"` with an `outDir`, and start what it writes")
            .help("or move `tsx` from devDependencies to dependencies: `npm install tsx`")
            .into())
    }

    fn needs(&self, product: &Product, hears: Option<&Evidence>, mut needs: Vec<Fact<Need>>) -> Vec<Fact<Need>> {
        if let Product::Server(start) = product
            && hears.is_none()
            && !start.tool
        {
            needs.push(Fact::new(Need::Init, self.sighting.program.under(DEAF)));
        }
        needs
    }

    /// What the build is given so that it goes through, and makes what is started.
    fn given(&self, entry: &Entry, making: &[Making]) -> (build_env::Given, Vec<Diagnostic>) {
        let mut given = if making.is_empty() { build_env::Given::default() } else { build_env::find(self.tree, self.package) };
        let notes = build_env::notes(&given.stand_ins, &given.secrets);
        if let Run::Server(server) = &entry.run {
            let own = server.build_env.iter().map(|(name, value)| Fact::new((name.clone(), (*value).to_owned()), server.at.clone()));
            given.stand_ins.extend(own);
        }
        (given, notes)
    }

    /// Committed files from which bundlers take variables of the build.
    fn environment_files(&self, entry: &Entry) -> Vec<Utf8PathBuf> {
        const FILES: [&str; 2] = [".env", ".env.production"];
        let bundles = matches!(entry.run, Run::Pages(_) | Run::Server(_));
        let files = FILES.iter().filter(|_| bundles).map(|name| self.package.inside(name));
        files.filter(|file| self.tree.has(file)).collect()
    }

    fn unsettled(&self, entry: &Entry, managed: &Managed) -> Vec<Diagnostic> {
        let mut warnings = Vec::new();
        if managed.lock.is_none() && (self.package.has_dependencies(Kind::Production) || self.package.has_dependencies(Kind::Development)) {
            let command = managed.manager.value.command();
            warnings.push(
                Diagnostic::warning("node::no-lock", "no lock file says which packages are installed: every build may install others")
                    .because(&managed.manager.because()[0])
                    .help(format!("run `{command} install` and commit its lock file"))
                    .help(DRIFTS_WITH_LOCK),
            );
        }
        // what serves pages while one works on them is not what serves them in the image
        if !entry.before.is_empty() && !matches!(entry.run, Run::Pages(_)) {
            let message = format!("the script that starts it runs `{}` first, which the image leaves out", entry.before.join("`, `"));
            let warning = Diagnostic::warning("node::runs-before", message)
                .help("run it by itself when you deploy, from the same image where it holds the program");
            warnings.push(entry.at.iter().take(1).fold(warning, Diagnostic::because));
        }
        warnings
    }
}

fn passed_over((what, why, at): &entry::PassedOver) -> PassedOver {
    PassedOver { value: what.clone(), why: (*why).to_owned(), because: vec![at.clone()] }
}

/// A port in the variables that are set for it is the one that is listened on.
fn by_environment(seen: &mut Seen, env: &[(String, String)], at: &Evidence) {
    for listen in &mut seen.behaviour.listens {
        let Some(variable) = listen.value.variable.clone() else { continue };
        let set = env.iter().find(|(name, _)| *name == variable.name).and_then(|(_, value)| value.parse::<u16>().ok());
        if let Some(port) = set {
            listen.value.port = Some(port);
            listen.value.variable = Some(PortVariable { role: Role::Optional, ..variable });
            *listen = listen.clone().and(at.clone());
        }
    }
}

/// A port among the arguments is the one that is listened on, whatever the sources have as a default; `usual` is what stands there where
/// nobody gives one.
fn by_arguments(seen: &mut Seen, file: &File, usual: Option<u16>, at: &Evidence) {
    let words = &file.arguments;
    let value = words.iter().enumerate().find_map(|(index, word)| match word.strip_prefix("--port") {
        Some("") => words.get(index + 1).cloned(),
        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
        None if word == "-p" => words.get(index + 1).cloned(),
        None => None,
    });
    let Some(value) = value.filter(|value| value == PORT || value.parse::<u16>().is_ok()) else { return };
    let port = value.parse().ok().or(usual);
    if let Some(listen) = seen.behaviour.listens.first_mut() {
        listen.value.port = port.or(listen.value.port);
        listen.value.variable = None;
        *listen = listen.clone().and(at.clone());
    } else {
        let listen = Listen { port: port.or(Some(super::taken::USUAL_PORT)), variable: None, interface: Interface::Any, host: None };
        seen.behaviour.listens.push(Fact::new(listen, at.clone()));
    }
}
