//! What a script ends in: the command, and whether it is one that would be deployed.

use super::{Entry, Finder, PORT, PassedOver, Program, Run};
use crate::command::{self, Joint, Start};
use crate::evidence::Evidence;
use crate::lang::node::bundler::{self, Pages};
use crate::lang::node::framework::{Made, Server, Started, nitro};
use crate::lang::node::package::Kind;
use crate::lang::node::runtime::Runtime;
use crate::lang::node::script::{Chain, Command, is_script};

/// Programs that run a file and start it again when it changes, or compile it as they go.
pub(super) const RUNNERS: [&str; 9] =
    ["nodemon", "ts-node-dev", "tsnd", "tsx", "ts-node", "ts-node-esm", "babel-node", "node-dev", "swc-node"];

/// What the system or a manager brings, and no dependency.
const NO_PROGRAMS: [&str; 38] = [
    "bash",
    "brew",
    "bun",
    "bundle",
    "cargo",
    "cat",
    "cd",
    "cp",
    "curl",
    "deno",
    "docker",
    "docker-compose",
    "dotnet",
    "echo",
    "electron",
    "electron-forge",
    "expo",
    "git",
    "go",
    "gradle",
    "gulp",
    "grunt",
    "java",
    "lerna",
    "make",
    "mvn",
    "npm",
    "nx",
    "open",
    "php",
    "pip",
    "pnpm",
    "poetry",
    "python",
    "python3",
    "react-native",
    "sh",
    "tauri",
];

impl Finder<'_, '_> {
    /// What a start comes down to, when that is what would be deployed.
    pub(super) fn end_of(&self, start: &Start, made: Option<&Made>, passed_over: &mut Vec<PassedOver>) -> Option<Entry> {
        let chain = &Chain::of(start, PORT);
        let at = chain.at.first()?.clone();
        let mut pass = |what: &str, why: &'static str| passed_over.push((what.to_owned(), why, at.clone()));
        if start.obstacle.is_some() || chain.tangled && made.is_some() {
            pass(&at.text, "it starts several programs, or asks a shell for more than commands in a row");
            return None;
        }
        if start.program().is_some_and(|program| program.directory != self.package.directory) {
            pass(&at.text, "what it starts lies in another directory");
            return None;
        }
        if !start.scripts.is_empty() {
            return self.in_script(start, made, passed_over);
        }
        let last = chain.commands.last()?;
        let before = chain.commands[..chain.commands.len() - 1].iter();
        let entry = |run: Run| {
            let line = self.line(start).filter(|_| matches!(run, Run::File(_) | Run::Program(_)));
            let left_out = |command: &&Command| !is_build(command) && (line.is_none() || !self.runs_before(command));
            let before = before.filter(left_out).map(|command| command.words.join(" ")).collect();
            let by = Runtime::of_start(last, &chain.at);
            let port = start.form(PORT, |_| true).port.flatten();
            Entry { run, at: chain.at.clone(), env: last.env.clone(), passed_over: Vec::new(), port, before, line, by, declared: false }
        };
        let words = last.words.join(" ");
        match (last.program(), made) {
            ("node", Some(Made::Server(server))) if Self::starts(server, last) => Some(entry(Run::Server(server.clone()))),
            ("bun", Some(Made::Server(server))) if !is_watching(last) && Self::starts(server, last) => {
                Some(entry(Run::Server(server.clone())))
            }
            ("node" | "bun", _) if built_by_nitro(last, &at).is_some() => {
                built_by_nitro(last, &at).map(|server| entry(Run::Server(Box::new(server))))
            }
            ("node", _) => {
                if let Some(file) = self.file(last.arguments()) {
                    Some(entry(Run::File(file)))
                } else {
                    pass(&words, "the file is not there, and nothing makes it");
                    None
                }
            }
            ("bun", _) if is_watching(last) => {
                pass(&words, "it is for working on the program: it watches its files");
                None
            }
            ("bun", _) if self.by_bun(last.arguments()).is_some() => self.by_bun(last.arguments()).map(|file| entry(Run::File(file))),
            ("bun", _) if last.arguments().first().is_some_and(|first| matches!(first.as_str(), "run" | "--bun" | "-b")) => {
                // `bun --bun next start`: a program of the dependencies
                let mut start = start.clone();
                let (_, command) = start.steps.last_mut()?;
                let own = |word: &command::Word| matches!(word.text(), Some("bun" | "run" | "--bun" | "-b"));
                let own = command.words.iter().take_while(|word| own(word)).count();
                command.words.drain(..own);
                self.end_of(&start, made, passed_over)
            }
            ("tsx" | "ts-node" | "ts-node-esm", _) if !last.does("watch") && !last.words.iter().any(|word| word == "--watch") => {
                self.typescript(last.program(), last.arguments()).map(|file| entry(Run::File(file)))
            }
            ("next", Some(Made::Server(server))) if last.does("start") => Some(entry(Run::Server(with_arguments(server, last)))),
            ("vinxi" | "medusa", Some(Made::Server(server))) if last.does("start") => Some(entry(Run::Server(server.clone()))),
            ("remix-serve" | "react-router-serve", Some(Made::Server(server))) => {
                let mut server = server.clone();
                server.arguments = last.arguments().to_vec();
                Some(entry(Run::Server(server)))
            }
            ("serve" | "http-server" | "sirv", _) if made.is_none() => {
                if let Some(pages) = bundler::by_dependencies(self.tree, self.package, &self.workspace.root) {
                    let single = last.arguments().iter().any(|word| matches!(word.as_str(), "-s" | "--single"));
                    return Some(entry(Run::Pages(Pages { single: single.then(|| at.clone()), ..pages })));
                }
                pass(&words, "it serves files while one works on them");
                None
            }
            ("vite" | "astro" | "docusaurus" | "gatsby" | "vitepress" | "parcel", _) if made.is_none() && serves_what_is_built(last) => {
                let pages = bundler::by_dependencies(self.tree, self.package, &self.workspace.root);
                if pages.is_none() {
                    pass(&words, "it serves files while one works on them");
                }
                pages.map(|pages| entry(Run::Pages(pages)))
            }
            (program, _) if RUNNERS.contains(&program) => {
                pass(&words, "it is for working on the program: it watches its files, or compiles them as it goes");
                None
            }
            (
                "nest" | "next" | "nuxt" | "nuxi" | "astro" | "vite" | "remix" | "ng" | "react-scripts" | "vue-cli-service" | "webpack"
                | "docusaurus" | "gatsby" | "vitepress" | "parcel" | "live-server" | "qwik" | "vinxi" | "vike" | "craco" | "rsbuild"
                | "eleventy" | "browser-sync",
                _,
            ) => {
                pass(&words, "it is for working on the program, and builds as it goes");
                None
            }
            _ => {
                let program = self.program_of(last, &at);
                if program.is_none() {
                    pass(&words, "what it starts is not known here");
                }
                program.map(|program| entry(Run::Program(program)))
            }
        }
    }

    /// A script of the project that does more than commands in a row: it stays what it is, and the last program in it that is known is the app.
    fn in_script(&self, start: &Start, made: Option<&Made>, passed_over: &mut Vec<PassedOver>) -> Option<Entry> {
        let line = self.line(start)?;
        let entry = start.within.iter().rev().find_map(|command| {
            let alone = Start { steps: vec![(Joint::First, command.clone())], at: start.at.clone(), ..Start::default() };
            let entry = self.end_of(&alone, made, &mut Vec::new())?;
            matches!(entry.run, Run::File(_) | Run::Program(_)).then_some(entry)
        });
        if entry.is_none() {
            let at = start.at.first()?.clone();
            passed_over.push((at.text.clone(), "nothing in the script is known here", at));
        }
        Some(Entry { line: Some(line), before: Vec::new(), ..entry? })
    }

    /// A program that a dependency brings: it is run as the script runs it. One that is only there for development, or works on other
    /// packages, is none.
    fn program_of(&self, command: &Command, at: &Evidence) -> Option<Program> {
        let name = command.program();
        let plain = !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
            && !is_script(name)
            && !name.ends_with(".sh");
        let brought = || self.package.has_dependencies(Kind::Production) || self.workspace.root.has_dependencies(Kind::Production);
        let development = self.package.dependency(name).is_some_and(|fact| fact.value == Kind::Development);
        let working = command.arguments().iter().any(|word| matches!(word.as_str(), "dev" | "develop" | "watch" | "--watch" | "--dev"));
        let known = plain && brought() && !development && !working && !command.is_elsewhere() && !NO_PROGRAMS.contains(&name);
        known.then(|| Program { name: name.to_owned(), arguments: command.arguments().to_vec(), at: at.clone() })
    }

    /// Whether a command starts what a framework builds: `node build`, `node .output/server/index.mjs`.
    fn starts(server: &Server, command: &Command) -> bool {
        let Started::Own(file) = &server.file else { return false };
        let named = command
            .arguments()
            .iter()
            .filter(|word| !word.starts_with('-') && *word != "run")
            .map(|word| word.trim_start_matches("./").trim_end_matches('/'));
        let own = |word: &str| {
            word == file
                || file.strip_prefix(word).is_some_and(|rest| rest.starts_with("/index.") || matches!(rest, ".js" | ".mjs" | ".cjs"))
                || word.ends_with("standalone/server.js")
        };
        named.take(1).any(own)
    }
}

/// The server that Nitro builds, where a command starts one: whatever framework has it build that, its file tells.
fn built_by_nitro(command: &Command, at: &Evidence) -> Option<Server> {
    let path = command.arguments().iter().find(|word| !word.starts_with('-') && *word != "run")?;
    nitro::started_by(path, at)
}

/// Whether a command starts its program again when a file changes.
fn is_watching(command: &Command) -> bool {
    command.arguments().iter().any(|word| matches!(word.as_str(), "--watch" | "--hot" | "watch"))
}

/// Whether a generator's command serves what it built before, and does not build as it goes.
fn serves_what_is_built(command: &Command) -> bool {
    command.does("preview") || command.does("serve") && matches!(command.program(), "docusaurus" | "gatsby" | "vitepress")
}

fn with_arguments(server: &Server, command: &Command) -> Box<Server> {
    let mut server = Box::new(server.clone());
    if let Started::Dependency(..) = server.file {
        server.arguments = command.arguments().to_vec();
    }
    server
}

/// Whether a command builds or checks, which an image has done when it starts.
pub(super) fn is_build(command: &Command) -> bool {
    let verbs = ["build", "compile", "generate", "lint", "clean"];
    let tools = [
        "tsc",
        "rimraf",
        "rm",
        "mkdir",
        "webpack",
        "rollup",
        "esbuild",
        "tsup",
        "babel",
        "swc",
        "eslint",
        "shx",
        "cpx",
        "copyfiles",
        "echo",
    ];
    // where it went to build, it comes back from
    command.installs()
        || command.program() == "cd"
        || tools.contains(&command.program())
        || command.arguments().iter().any(|word| verbs.contains(&word.as_str()))
}
