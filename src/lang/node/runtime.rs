//! What runs a program: Node, or Bun where something proves it. Packages that Bun only installs are Node's.

use serde::Serialize;

use super::entry::{Entry, File, Run};
use super::package::Package;
use super::script::Command;
use super::source::Source;
use super::sources::Sources;
use crate::command::Line;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::interpreted::Interpreter;
use crate::program::{Argument, Call, Value};
use crate::read::document::Document;
use crate::tree::Tree;

const STARTED: Rule = Rule::parsed("node.started-by", "what starts it names what runs it");
const NAMED: Rule = Rule::parsed("node.runtime", "the project names what runs it");
const BUN: Rule = Rule::parsed("node.bun-alone", "only Bun has this");
const SERVED: Rule = Rule::parsed("node.served-by-bun", "Bun serves what a file exports by default, and Node does not");
const TYPES: Rule = Rule::parsed("node.bun-types", "it is written for Bun, and nothing starts it with Node");
const ANY: Rule = Rule::parsed("node.no-other-runtime", "nothing here asks for another run time than Node");

/// Frameworks whose servers are Bun's unless an adapter is there: what makes one, and the adapter.
const OF_BUN: [(&str, &str); 2] = [("elysia", "@elysiajs/node"), ("hono", "@hono/node-server")];
/// Packages that say which functions Bun has.
const BUN_TYPES: [&str; 2] = ["@types/bun", "bun-types"];

/// A run time of JavaScript's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Runtime {
    /// Node.js.
    Node,
    /// Bun.
    Bun,
}

impl Runtime {
    /// It as an interpreter that a base brings. Its name is that of its presets and of its build images too.
    pub const fn interpreter(self) -> Interpreter {
        match self {
            Runtime::Node => Interpreter { name: "node", title: "Node", setting: "node.version" },
            Runtime::Bun => Interpreter { name: "bun", title: "Bun", setting: "node.version" },
        }
    }

    /// A file as it takes one: Bun runs TypeScript as it is written, without what has Node load it.
    pub fn takes(self, file: &File) -> File {
        match self {
            Runtime::Bun if file.typescript => File { flags: Vec::new(), typescript: false, ..file.clone() },
            _ => file.clone(),
        }
    }

    /// It, because of what `at` says.
    pub fn said(self, at: &Evidence) -> Fact<Self> {
        Fact::new(self, at.under(STARTED))
    }

    /// What a start says: its last command, and the lines that led there.
    pub fn of_start(last: &Command, at: &[Evidence]) -> Option<Fact<Self>> {
        let asks = |at: &&Evidence| {
            let words = |(_, command): &(_, crate::command::Command)| {
                command.words.iter().any(|word| matches!(word.text(), Some("--bun" | "-b")))
                    && matches!(command.words[0].text(), Some("bun" | "bunx"))
            };
            Line::parse(at.text.trim_matches('"')).commands.iter().any(words)
        };
        let runtime = match last.program() {
            "bun" => Runtime::Bun,
            "node" | "tsx" | "ts-node" | "ts-node-esm" => Runtime::Node,
            _ => return at.iter().find(asks).map(|at| Runtime::Bun.said(at)),
        };
        at.last().map(|at| runtime.said(at))
    }

    /// What runs a program.
    ///
    /// # Errors
    /// When what starts it is not what it is written for.
    pub fn of(tree: &Tree, package: &Package<'_>, root: &Package<'_>, entry: &Entry, sources: Option<&Sources<'_>>) -> Result<Fact<Self>> {
        let proof = || {
            let files = &sources?.files;
            files.iter().find_map(own).or_else(|| served(package, files.first()?))
        };
        match &entry.by {
            Some(by) if by.value == Runtime::Node => match proof() {
                Some(at) => return Err(contradiction(package, by, &at).into()),
                None => return Ok(by.clone()),
            },
            Some(by) => return Ok(by.clone()),
            None => {}
        }
        if let Run::Server(server) = &entry.run
            && let Some(runtime) = server.by
        {
            return Ok(runtime.said(&server.at));
        }
        if let Some(fact) = [package, root].into_iter().find_map(|package| named(tree, package)) {
            return Ok(fact);
        }
        let typed = || {
            let file = matches!(entry.run, Run::File(_));
            let types =
                BUN_TYPES.iter().find_map(|name| package.dependency(name)).filter(|_| file && package.dependency("@types/node").is_none());
            types.map(|fact| fact.because()[0].under(TYPES))
        };
        let bun = proof().or_else(typed).map(|at| Fact::new(Runtime::Bun, at));
        Ok(bun.unwrap_or_else(|| Fact::new(Runtime::Node, package.exists(ANY))))
    }
}

/// What a package's settings say: `devEngines.runtime`, or Bun's own file, which has Bun run what scripts would run with Node.
fn named(tree: &Tree, package: &Package<'_>) -> Option<Fact<Runtime>> {
    let fact = |document: &Document<'_>, value, runtime| Fact::new(runtime, document.evidence(value, NAMED));
    if let Some((name, value)) = package.document.string(&["devEngines", "runtime", "name"]) {
        let runtime = if name == "bun" { Runtime::Bun } else { Runtime::Node };
        return Some(fact(&package.document, value, runtime));
    }
    let file = package.directory.join("bunfig.toml");
    let document = Document::toml(&file, tree.text(&file).ok()?).ok()?;
    let value = document.get(&["run", "bun"]).filter(|value| value.boolean() == Some(true))?;
    Some(fact(&document, value, Runtime::Bun))
}

fn contradiction(package: &Package<'_>, by: &Fact<Runtime>, at: &Evidence) -> Diagnostic {
    let error = Diagnostic::error("node::runs-on-bun", format!("`{}` runs on Bun, and is started with Node", at.file)).because(at);
    let error = by.because().iter().fold(error, Diagnostic::because);
    let adapter = OF_BUN.iter().find(|(name, _)| package.dependency(name).is_some());
    let adapter = adapter.map(|(_, adapter)| format!("or serve it with Node by `{adapter}`"));
    adapter.into_iter().fold(error.help(format!("start it with Bun: `\"start\": \"bun {}\"`", at.file)), Diagnostic::help)
}

/// What of a file only Bun has. What stands below a condition may ask first which run time it is.
fn own(source: &Source<'_>) -> Option<Evidence> {
    let bun = |name: &str| name == "bun" || name.starts_with("bun:");
    let load = source.module.loads.iter().find(|load| bun(&load.module) && !load.context.conditional);
    let call = || source.module.outline.calls.iter().find(|call| call.path.starts_with("Bun.") && !call.context.conditional);
    let (at, said) = load.map(|load| (load.at, load.module.clone())).or_else(|| call().map(|call| (call.at, call.path.clone())))?;
    Some(source.evidence(at, BUN, said))
}

/// What Bun serves of the file that is started: a server that listens by Bun's own means, or the default export.
fn served(package: &Package<'_>, entry: &Source<'_>) -> Option<Evidence> {
    let (name, _) = OF_BUN.iter().find(|(name, adapter)| package.dependency(name).is_some() && package.dependency(adapter).is_none())?;
    let made = entry.module.outline.imports.iter().any(|import| import.path.split(['.', '/']).next() == Some(name));
    let listens = entry.module.outline.calls.iter().find(|call| call.method() == "listen" || call.method() == "serve");
    let exported = entry.module.outline.bindings.iter().find(|binding| binding.target == "default");
    match (made, *name, listens, exported) {
        (true, "elysia", Some(call), _) => Some(entry.evidence(call.at, BUN, call.path.clone())),
        (true, _, None, Some(binding)) => Some(entry.evidence(binding.at, SERVED, "export default")),
        _ => None,
    }
}

/// Says in Bun's words what it does with the default export of the file that it is given: `Bun.serve` of it.
pub fn serve_default(sources: &mut Sources<'_>) {
    let Some(entry) = sources.files.first_mut() else { return };
    let outline = &mut entry.module.outline;
    let listens = outline.calls.iter().any(|call| matches!(call.method(), "listen" | "serve"));
    let Some(binding) = outline.bindings.iter().find(|binding| binding.target == "default").filter(|_| !listens) else { return };
    let of = |name: &&(&str, &str)| outline.imports.iter().any(|import| import.path.split(['.', '/']).next() == Some(name.0));
    let options = match &binding.value {
        Value::Table(_) if binding.value.get("fetch").is_some() => binding.value.clone(),
        Value::Table(_) => return,
        _ if OF_BUN.iter().any(|name| of(&name)) => Value::Table(Vec::new()),
        _ => return,
    };
    let argument = Argument { name: None, value: options, at: binding.at };
    let call = Call { path: "Bun.serve".into(), arguments: vec![argument], at: binding.at, ..Call::default() };
    outline.calls.push(call);
}
