//! What a program does when it runs, read in its sources: where it listens, which signals it hears, what it writes and starts.

use camino::{Utf8Path, Utf8PathBuf};

use super::package::Package;
use super::source::{Call, Placed, Source, Value};
use super::sources::Sources;
use crate::app::{Behaviour, Interface, Listen, PortVariable, Role, WritePath};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::need::Need;
use crate::tree::Tree;
use crate::tree::path::normal;

const LISTENS: Rule = Rule::parsed("node.listens", "it listens here");
const HEARS: Rule = Rule::parsed("node.hears", "it ends on this signal by itself");
const WRITES: Rule = Rule::parsed("node.writes", "it writes here");
const STARTS: Rule = Rule::parsed("node.starts", "it starts this program");
const READS: Rule = Rule::weak("node.reads", "it names a file or directory of the project");

/// Packages that end the program on a signal.
const ENDERS: [&str; 7] = [
    "close-with-grace",
    "@godaddy/terminus",
    "node-graceful",
    "graceful-shutdown",
    "http-graceful-shutdown",
    "lightship",
    "@moebius/http-graceful-shutdown",
];

/// What the sources show.
#[derive(Debug, Default)]
pub struct Seen {
    /// What holds for every language.
    pub behaviour: Behaviour,
    /// Where it ends on a signal by itself.
    pub hears: Option<Evidence>,
    /// Directories and files at the package's top that the sources name.
    pub names: Vec<Fact<Utf8PathBuf>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// Looks at a program's sources.
pub fn observe(tree: &Tree, catalog: &Catalog, package: &Package<'_>, sources: &Sources) -> Seen {
    let observer = Observer { tree, catalog, package, sources };
    let listens = observer.listens();
    let warnings = listens.iter().filter_map(loopback).collect();
    Seen {
        behaviour: Behaviour { listens, writes: observer.writes(), needs: observer.programs(), ..Behaviour::default() },
        hears: observer.hears(),
        names: observer.names(),
        warnings,
    }
}

/// Where a program listens, nothing else.
pub fn listens(tree: &Tree, catalog: &Catalog, package: &Package<'_>, sources: &Sources) -> Vec<Fact<Listen>> {
    Observer { tree, catalog, package, sources }.listens()
}

fn loopback(listen: &Fact<Listen>) -> Option<Diagnostic> {
    if listen.value.interface != Interface::Loopback || listen.value.host.is_some() {
        return None;
    }
    let warning = Diagnostic::warning("bind::loopback", "it listens where nothing outside its container reaches");
    Some(listen.because().iter().fold(warning, Diagnostic::because).help("listen on 0.0.0.0, or let an environment variable name the host"))
}

struct Observer<'o, 't> {
    tree: &'t Tree,
    catalog: &'o Catalog,
    package: &'o Package<'t>,
    sources: &'o Sources,
}

impl Observer<'_, '_> {
    fn listens(&self) -> Vec<Fact<Listen>> {
        let mut found: Vec<Fact<Listen>> = Vec::new();
        for (source, call) in self.sources.calls() {
            let Some(listen) = self.listen(source, &call.value) else { continue };
            let fact = Fact::new(listen, source.evidence(call.span, LISTENS, call.value.name.clone()));
            if !found.iter().any(|known| known.value.port == fact.value.port) {
                found.push(fact);
            }
        }
        // one whose port is seen says more than one whose is not
        if found.iter().any(|fact| fact.value.port.is_some()) {
            found.retain(|fact| fact.value.port.is_some() || fact.value.variable.is_some());
        }
        found
    }

    fn listen(&self, source: &Source, call: &Call) -> Option<Listen> {
        let (first, second) = (call.arguments.first(), call.arguments.get(1));
        let fastify = || self.package.dependency("fastify").is_some() || self.package.dependency("@nestjs/platform-fastify").is_some();
        let (port, host, usual) = match call.name.rsplit('.').next()? {
            "listen" if call.name.contains('.') => match first.map(|first| self.sources.settled(source, first)) {
                Some(Value::Object(options)) => (field(options, &["port"]), field(options, &["host", "hostname"]), None),
                Some(Value::Text(path)) if path.contains('/') => return None,
                Some(_) => (first, second, None),
                None => return None,
            },
            "serve" if source.imports("@hono/node-server").is_some() => match first.map(|first| self.sources.settled(source, first)) {
                Some(Value::Object(options)) => (field(options, &["port"]), field(options, &["hostname"]), Some(3000)),
                _ => (None, None, Some(3000)),
            },
            "server" | "Server" if call.name == "Hapi.server" || call.name == "hapi.server" || call.name == "new Hapi.Server" => {
                match first.map(|first| self.sources.settled(source, first)) {
                    Some(Value::Object(options)) => (field(options, &["port"]), field(options, &["host"]), None),
                    _ => return None,
                }
            }
            // startStandaloneServer(server, { listen: { port: 4000 } })
            "startStandaloneServer" => {
                let listen = match second {
                    Some(Value::Object(options)) => field(options, &["listen"]),
                    _ => None,
                };
                match listen {
                    Some(Value::Object(options)) => (field(options, &["port"]), field(options, &["host"]), Some(4000)),
                    _ => (None, None, Some(4000)),
                }
            }
            _ => return None,
        };
        let (port, variable) = self.port(source, port);
        let (literal, host) = self.host(source, host);
        let by_default = if fastify() && call.name.ends_with("listen") { Interface::Loopback } else { Interface::Any };
        let interface = match literal.as_deref() {
            Some("localhost" | "::1") => Interface::Loopback,
            Some(address) if address.starts_with("127.") => Interface::Loopback,
            Some(_) => Interface::Any,
            None if host.is_some() => Interface::Any,
            None => by_default,
        };
        let port = port.or(usual.filter(|_| variable.is_none()));
        let role = if port.is_some() { Role::Optional } else { Role::Demanded };
        Some(Listen { port, variable: variable.map(|name| PortVariable { name, role }), interface, host })
    }

    /// The port that a value is, and the variable that sets another.
    fn port(&self, source: &Source, value: Option<&Value>) -> (Option<u16>, Option<String>) {
        let Some(value) = value else { return (None, None) };
        match self.sources.settled(source, value) {
            Value::Number(port) => (u16::try_from(*port).ok(), None),
            Value::Text(port) => (port.parse().ok(), None),
            Value::Variable(name, fallback) => (fallback.as_ref().and_then(|value| self.port(source, Some(value)).0), Some(name.clone())),
            _ => (None, None),
        }
    }

    /// The host that a value is, and the variable that sets another.
    fn host(&self, source: &Source, value: Option<&Value>) -> (Option<String>, Option<String>) {
        let Some(value) = value else { return (None, None) };
        match self.sources.settled(source, value) {
            Value::Text(host) => (Some(host.clone()), None),
            Value::Variable(name, fallback) => (fallback.as_ref().and_then(|value| self.host(source, Some(value)).0), Some(name.clone())),
            _ => (None, None),
        }
    }

    fn hears(&self) -> Option<Evidence> {
        let on =
            |call: &Call| matches!(call.name.as_str(), "process.on" | "process.once" | "process.addListener" | "process.prependListener");
        for (source, call) in self.sources.calls() {
            let heard = match call.value.arguments.first() {
                Some(Value::Text(signal)) => signal == "SIGTERM",
                // for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, ...)
                Some(_) => source.strings.iter().any(|string| string.value == "SIGTERM"),
                None => false,
            };
            let shutdown = call.value.name.ends_with(".enableShutdownHooks");
            if (on(&call.value) && heard) || shutdown {
                return Some(source.evidence(call.span, HEARS, call.value.name.clone()));
            }
        }
        let ender =
            |source: &&Source| ENDERS.iter().find_map(|name| source.imports(name).map(|import| (import.span, import.value.clone())));
        self.sources.files.iter().find_map(|source| ender(&source).map(|(span, name)| source.evidence(span, HEARS, name)))
    }

    /// What a value is as a path, relative to the package's directory: `data`, or absolute.
    fn path(&self, source: &Source, value: &Value) -> Option<Utf8PathBuf> {
        let mut text = String::new();
        self.spell(source, value, &mut text, 6)?;
        let path = text.strip_prefix("file:").unwrap_or(&text);
        let fits = !path.is_empty() && path.len() < 200 && !path.contains([':', '\0', '\n', '*', '?', '<']);
        if !fits {
            return None;
        }
        let path = Utf8Path::new(path);
        Some(normal(path))
    }

    fn spell(&self, source: &Source, value: &Value, text: &mut String, depth: usize) -> Option<()> {
        if depth == 0 {
            return None;
        }
        match value {
            Value::Text(part) => text.push_str(part),
            Value::Joined(parts) => parts.iter().try_for_each(|part| self.spell(source, part, text, depth - 1))?,
            Value::Variable(_, Some(fallback)) => self.spell(source, fallback, text, depth - 1)?,
            Value::Name(name) if name == "__dirname" || name == "import.meta.dirname" => {
                let directory = source.path.parent().unwrap_or(Utf8Path::new(""));
                let inside = directory.strip_prefix(&self.package.directory).unwrap_or(directory);
                text.push_str(if inside.as_str().is_empty() { "." } else { inside.as_str() });
            }
            Value::Name(_) => {
                let settled = self.sources.settled(source, value);
                if settled == value {
                    return None;
                }
                self.spell(source, settled, text, depth - 1)?;
            }
            _ => return None,
        }
        Some(())
    }

    fn writes(&self) -> Vec<Fact<WritePath>> {
        let mut found: Vec<Fact<WritePath>> = Vec::new();
        for (source, call) in self.sources.calls() {
            let Some(directory) = self.written(source, &call.value) else { continue };
            let directory = if directory == "." { Utf8PathBuf::new() } else { directory };
            let fact = Fact::new(WritePath { directory }, source.evidence(call.span, WRITES, call.value.name.clone()));
            if !found.iter().any(|known| known.value == fact.value) {
                found.push(fact);
            }
        }
        // what lies in a directory that it writes to anyway
        let all = found.clone();
        found.retain(|fact| {
            !all.iter().any(|other| {
                other.value != fact.value
                    && !other.value.directory.as_str().is_empty()
                    && fact.value.directory.starts_with(&other.value.directory)
            })
        });
        found
    }

    /// The directory that a call writes to.
    fn written(&self, source: &Source, call: &Call) -> Option<Utf8PathBuf> {
        let first = call.arguments.first()?;
        let last = call.name.rsplit(['.', ' ']).next()?;
        let of_file = |path: Utf8PathBuf| path.parent().map(Utf8Path::to_owned).unwrap_or_default();
        let files =
            source.imports.iter().any(|import| matches!(import.value.trim_start_matches("node:"), "fs" | "fs/promises" | "fs-extra"));
        match last {
            "mkdir" | "mkdirSync" | "ensureDir" | "ensureDirSync" | "mkdirp" if files => self.path(source, first),
            "writeFile" | "writeFileSync" | "appendFile" | "appendFileSync" | "createWriteStream" | "outputFile" | "outputJson"
                if files =>
            {
                self.path(source, first).map(of_file)
            }
            "multer" | "diskStorage" => match first {
                Value::Object(options) => field(options, &["dest", "destination"]).and_then(|value| self.path(source, value)),
                _ => None,
            },
            "Database" | "DatabaseSync" | "LowSync" | "JSONFile" | "JSONFilePreset"
                if call.name.starts_with("new ") || last == "JSONFilePreset" =>
            {
                self.path(source, first).filter(|path| path.as_str() != ":memory:" && path.extension().is_some()).map(of_file)
            }
            _ => None,
        }
    }

    fn programs(&self) -> Vec<Fact<Need>> {
        let mut found: Vec<Fact<Need>> = Vec::new();
        for (source, call) in self.sources.calls() {
            let imported =
                ["child_process", "node:child_process", "execa", "cross-spawn"].iter().any(|name| source.imports(name).is_some());
            if !imported {
                continue;
            }
            let verb = call.value.name.rsplit('.').next().unwrap_or_default();
            let by_shell = matches!(verb, "exec" | "execSync") && !call.value.name.contains("db.") && !is_of_pattern(source, call);
            let direct = matches!(verb, "spawn" | "spawnSync" | "execFile" | "execFileSync" | "execa" | "execaSync");
            if !by_shell && !direct {
                continue;
            }
            let at = source.evidence(call.span, STARTS, call.value.name.clone());
            let mut names: Vec<String> = Vec::new();
            let text = match call.value.arguments.first() {
                Some(Value::Text(text)) => text.clone(),
                Some(Value::Joined(parts)) => match parts.first() {
                    Some(Value::Text(text)) => text.clone(),
                    _ => String::new(),
                },
                _ => String::new(),
            };
            names.extend(by_shell.then(|| "sh".to_owned()));
            names.extend(text.split_whitespace().next().map(|word| word.rsplit('/').next().unwrap_or(word).to_owned()));
            for name in names.into_iter().filter(|name| name != "node") {
                let need = Need::Program(name);
                if self.catalog.knows(&need) && !found.iter().any(|fact| fact.value == need) {
                    found.push(Fact::new(need, at.clone()));
                }
            }
        }
        found
    }

    /// Files and directories at the package's top that a string of the sources names.
    fn names(&self) -> Vec<Fact<Utf8PathBuf>> {
        let mut found: Vec<Fact<Utf8PathBuf>> = Vec::new();
        for source in &self.sources.files {
            for string in &source.strings {
                let text = string.value.trim_start_matches("./").trim_start_matches("../").trim_start_matches('/');
                let Some(first) = Utf8Path::new(text).components().next().map(|part| part.as_str().to_owned()) else { continue };
                if text.is_empty() || text.len() > 200 || source.imports.iter().any(|import| import.span == string.span) {
                    continue;
                }
                let whole = self.package.inside(&first);
                let there = self.tree.has_directory(&whole) || (self.tree.has(&whole) && text == first);
                if there && !found.iter().any(|fact| fact.value == first) {
                    found.push(Fact::new(first.into(), source.evidence(string.span, READS, string.value.clone())));
                }
            }
        }
        found
    }
}

/// `/pattern/.exec(text)`, which is no program.
fn is_of_pattern(source: &Source, call: &Placed<Call>) -> bool {
    let name = &call.value.name;
    name.starts_with('?')
        || (name.contains('.')
            && !["child_process.", "cp.", "childProcess.", "shell.", "util."].iter().any(|prefix| name.starts_with(prefix))
            && source.names.contains_key(name.split('.').next().unwrap_or_default()))
}

fn field<'v>(options: &'v [(String, Value)], names: &[&str]) -> Option<&'v Value> {
    options.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| value)
}
