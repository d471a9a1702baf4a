//! What starts a package: what its scripts end in, what its framework builds, its `main`, the files that are usual.

mod bun;
mod command;
mod file;
mod word;

use camino::{Utf8Path, Utf8PathBuf};

use self::command::RUNNERS;
pub use self::word::PORT;
use super::bundler::{self, Bundler, Pages};
use super::compiler::Compiler;
use super::framework::{self, Made, Server};
use super::package::{Kind, Package};
use super::runtime::Runtime;
use super::script::{self, is_script};
use super::workspace::Workspace;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::Tree;

const MAIN: Rule = Rule::parsed("node.main", "the package names it as what is run");
const USUAL: Rule = Rule::weak("node.usual-entry", "programs are often started here");
const BIN: Rule = Rule::parsed("node.bin", "the package names it as a command");

/// Scripts that start what is deployed, the plainest last: the others are there because `start` is for something else.
const PRODUCTION: [&str; 13] = [
    "start:prod",
    "start:production",
    "start-prod",
    "prod",
    "production",
    "serve:prod",
    "serve:production",
    "start:server",
    "serve:ssr",
    "start",
    "serve",
    "server",
    "preview",
];
/// Scripts that start what is worked on: they name the file, and not how it is deployed.
const DEVELOPMENT: [&str; 4] = ["dev", "start:dev", "develop", "watch"];
/// What `npm start` runs where no script says otherwise.
const NPM_STARTS: &str = "server.js";

/// Files that programs start in.
const USUAL_FILES: [&str; 16] = [
    "server.js",
    "index.js",
    "app.js",
    "main.js",
    "server.mjs",
    "index.mjs",
    "src/server.js",
    "src/index.js",
    "src/app.js",
    "src/main.js",
    "src/server.ts",
    "src/index.ts",
    "src/main.ts",
    "src/app.ts",
    "index.ts",
    "server.ts",
];

/// What is started.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it is.
    pub run: Run,
    /// What makes it the one, the most telling place first.
    pub at: Vec<Evidence>,
    /// Variables that are set for it.
    pub env: Vec<(String, String)>,
    /// What stood in its way, and why it was not taken.
    pub passed_over: Vec<PassedOver>,
    /// What its words have for the port where nobody gives one: `${PORT:-5050}`.
    pub port: Option<u16>,
    /// What is done before it starts, which an image does not do.
    pub before: Vec<String>,
    /// The words of the shell that starts it, where it takes one.
    pub line: Option<Vec<String>>,
    /// What runs it, where that is said.
    pub by: Option<Fact<Runtime>>,
    /// Whether a document beside the manifest says so.
    pub declared: bool,
}

/// What runs.
#[derive(Clone, Debug)]
pub enum Run {
    /// A file, by node.
    File(File),
    /// A server that a framework builds.
    Server(Box<Server>),
    /// A program of a dependency, by its name.
    Program(Program),
    /// Pages, which a web server serves.
    Pages(Pages),
    /// Something that no container runs.
    Nothing(Box<Diagnostic>),
}

/// A file that node runs.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// The flags before it.
    pub flags: Vec<String>,
    /// Its path as it is given to node, relative to the package's directory.
    pub path: Utf8PathBuf,
    /// The file that it was written as, relative to the project's root.
    pub source: Option<Utf8PathBuf>,
    /// Whether a build makes it.
    pub built: bool,
    /// Whether what is run is TypeScript itself.
    pub typescript: bool,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Whether it is a command that a user gives arguments to.
    pub tool: bool,
}

/// A program of a dependency.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its name, as the dependency calls it.
    pub name: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The dependency's evidence, or the script's.
    pub at: Evidence,
}

/// What is no entry, why it is none, and where it stands.
pub type PassedOver = (String, &'static str, Evidence);

/// Looks for what starts a package.
pub struct Finder<'f, 't> {
    /// The project.
    pub tree: &'t Tree,
    /// Its workspace.
    pub workspace: &'f Workspace<'t>,
    /// The package.
    pub package: &'f Package<'t>,
    /// How it is compiled.
    pub compiler: &'f Compiler,
}

impl Finder<'_, '_> {
    /// What starts it.
    ///
    /// # Errors
    /// What looks as if it did, and does not, where nothing does.
    pub fn find(&self) -> Result<Entry, Vec<PassedOver>> {
        let mut passed_over = Vec::new();
        let made = framework::made(self.tree, self.package, framework::nested(self.package, &self.workspace.root).as_deref());
        let named = self.by_documents(made.as_ref(), &mut passed_over).or_else(|| self.by_scripts(made.as_ref(), &mut passed_over));
        let named = named.or_else(|| self.by_recipes(made.as_ref(), &mut passed_over));
        if let Some(entry) = named {
            return Ok(Entry { passed_over, ..entry });
        }
        if self.is_of_deno() {
            return Err(passed_over);
        }
        let entry = match made {
            Some(Made::Server(server)) => Some(entry(Run::Server(server.clone()), vec![server.at.clone()])),
            Some(Made::Pages(pages)) => Some(entry(Run::Pages(pages.clone()), vec![pages.at])),
            Some(Made::Nothing(why)) => Some(entry(Run::Nothing(why), vec![self.package.exists(MAIN)])),
            None => self.by_files(),
        };
        let entry = entry.or_else(|| bundler::by_dependencies(self.tree, self.package, &self.workspace.root).map(entry_of));
        match entry.or_else(|| self.by_bin()) {
            Some(entry) => Ok(Entry { passed_over, ..entry }),
            None => Err(passed_over),
        }
    }

    fn by_scripts(&self, made: Option<&Made>, passed_over: &mut Vec<PassedOver>) -> Option<Entry> {
        // Angular names them after the project: `serve:ssr:shop`
        let scripts = self.package.document.entries(&["scripts"]);
        let of_projects = scripts.iter().map(|(name, _)| *name).filter(|name| name.starts_with("serve:ssr:"));
        let mut found = of_projects.chain(PRODUCTION.iter().copied()).filter_map(|name| {
            let start = self.script(name)?;
            let entry = self.end_of(&start, made, passed_over)?;
            // what previews pages serves them while one works on them
            (name != "preview" || !matches!(entry.run, Run::Pages(_))).then_some(entry)
        });
        let first = found.next()?;
        // a file that nothing is written for is meant in another directory, as in that of an image
        let astray = |entry: &Entry| matches!(&entry.run, Run::File(file) if file.built && file.source.is_none());
        let better = astray(&first).then(|| found.find(|entry| matches!(entry.run, Run::File(_)) && !astray(entry))).flatten();
        Some(better.unwrap_or(first))
    }

    /// What is run without a script that says how: `main`, what the scripts for working on it start, the usual files.
    fn by_files(&self) -> Option<Entry> {
        let module = self.package.document.string(&["module"]).filter(|(module, _)| module.ends_with("ts"));
        let main = module.or_else(|| self.package.document.string(&["main"])).and_then(|(main, value)| {
            let file = self.named(main).filter(|file| file.built || file.source.is_some())?;
            // what is compiled to be imported has a `main` as well
            let there = file.source.as_ref()?;
            self.is_program(there).then(|| (file, self.package.document.evidence(value, MAIN)))
        });
        let worked_on = || {
            DEVELOPMENT.iter().find_map(|name| {
                let chain = script::chain(self.package, name)?;
                let last =
                    chain.commands.last().filter(|last| RUNNERS.contains(&last.program()) || matches!(last.program(), "node" | "bun"))?;
                let path = last.arguments().iter().find(|word| is_script(word))?;
                let file = if last.program() == "bun" { self.of_bun(path)? } else { self.plain(path)? };
                Some((file, chain.at.first()?.clone()))
            })
        };
        let usual = || {
            USUAL_FILES.iter().find_map(|name| {
                let file = self.plain(name)?;
                let at = Evidence::exists(file.source.clone()?, USUAL);
                let is_npms = *name == NPM_STARTS && !self.exports();
                (is_npms || self.is_program(file.source.as_ref()?)).then_some((file, at))
            })
        };
        let built = || {
            let file = self.nx_program(|_| true)?;
            let at = Evidence::exists(file.source.clone()?, USUAL);
            Some((file, at))
        };
        let (file, at) = main.or_else(worked_on).or_else(usual).or_else(built)?;
        Some(entry(Run::File(file), vec![at]))
    }

    fn by_bin(&self) -> Option<Entry> {
        let (path, value) = self.package.document.string(&["bin"]).or_else(|| {
            let (_, value) = *self.package.document.entries(&["bin"]).first()?;
            Some((value.string()?, value))
        })?;
        let file = self.named(path)?;
        Some(entry(Run::File(File { tool: true, ..file }), vec![self.package.document.evidence(value, BIN)]))
    }

    /// Whether the package is there to be imported.
    fn exports(&self) -> bool {
        let document = &self.package.document;
        document.has(&["main"]) || document.has(&["exports"]) || self.tree.has(self.package.inside("index.js"))
    }

    /// Whether a file is a program and not only something to import: it listens, or its package runs things.
    fn is_program(&self, source: &Utf8Path) -> bool {
        const RUN: [&str; 20] = [
            "express",
            "fastify",
            "koa",
            "@hapi/hapi",
            "hono",
            "elysia",
            "restify",
            "polka",
            "@nestjs/core",
            "socket.io",
            "ws",
            "discord.js",
            "telegraf",
            "grammy",
            "bullmq",
            "amqplib",
            "kafkajs",
            "node-cron",
            "agenda",
            "apollo-server",
        ];
        let runs = RUN.iter().any(|name| self.package.dependency(name).is_some_and(|fact| fact.value == Kind::Production));
        let private = self.package.document.boolean(&["private"]) == Some(true);
        // a member of a workspace is mostly there to be imported, and `private` says nothing of it
        let member = self.package.directory != self.workspace.root.directory;
        let serves = |text: &str| {
            let exported = text.contains("export default") && text.contains("fetch");
            exported || [".listen(", "createServer", ".bindAsync(", "Bun.serve"].iter().any(|call| text.contains(call))
        };
        let listens = || self.tree.text(source).is_ok_and(serves);
        // nor of one whose files a bundler takes in: its entry runs in a browser
        let bundled = || {
            bundler::by_dependencies(self.tree, self.package, &self.workspace.root)
                .is_some_and(|pages| pages.bundler != Bundler::Webpack || bundler::has_pages(self.package))
        };
        runs || (private && !member && !bundled() && !self.is_for_browsers(source)) || listens()
    }
}

impl Finder<'_, '_> {
    /// Whether a file speaks of what only browsers have.
    fn is_for_browsers(&self, source: &Utf8Path) -> bool {
        const WORDS: [&str; 5] = ["document.", "window.", "localStorage", "createRoot(", "ReactDOM"];
        self.tree.text(source).is_ok_and(|text| WORDS.iter().any(|word| text.contains(word)))
    }
}

fn entry(run: Run, at: Vec<Evidence>) -> Entry {
    Entry { run, at, env: Vec::new(), passed_over: Vec::new(), port: None, before: Vec::new(), line: None, by: None, declared: false }
}

/// What starts a package of which a bundler makes pages.
pub fn entry_of(pages: Pages) -> Entry {
    let at = vec![pages.at.clone()];
    entry(Run::Pages(pages), at)
}
