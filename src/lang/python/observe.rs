//! What a program does when it runs: files that it reads, directories that it writes, programs that it calls, signals that it hears.

use camino::Utf8Path;

use super::entry::{Entry, Form};
use super::outline::ask;
use super::project::Project;
use super::sources::{Source, Sources, calls};
use super::values::{DEMANDS, below, demands, relative};
use crate::app::{Behaviour, Interface, StopSignal, WritePath};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::need::Need;
use crate::program::{Call, Value};
use crate::tree::Tree;

const WRITES: Rule = Rule::parsed("python.writes", "it writes here");
const CALLS: Rule = Rule::parsed("python.program", "it starts this program");
const INTERRUPT: Rule = Rule::parsed("python.interrupt", "nothing here hears SIGTERM");

/// What `entry` does, apart from where it listens.
pub fn behaviour(sources: &Sources<'_>, entry: &Entry<'_, '_>) -> Behaviour {
    let mut behaviour = Behaviour::default();
    let Some(first) = entry.source else { return behaviour };
    let reached: Vec<_> = sources.reach(first).into_iter().filter(|source| !source.is_aside(&sources.directory)).collect();
    for (source, call) in calls(&reached) {
        if let Some(directory) = written(call) {
            push(&mut behaviour.writes, WritePath { directory: directory.into() }, source.evidence(call.at, WRITES));
        }
        if let Some(program) = program(call) {
            push(&mut behaviour.needs, Need::Program(program.to_owned()), source.evidence(call.at, CALLS));
        }
        if let Some(name) = demands(call) {
            push(&mut behaviour.demands, name.to_owned(), source.evidence(call.at, DEMANDS));
        }
    }
    for (source, assign) in reached.iter().flat_map(|source| source.outline.bindings.iter().map(move |assign| (source, assign))) {
        let key = assign.target.rsplit(['[', '.']).next().unwrap_or_default().trim_end_matches(']');
        if matches!(key, "UPLOAD_FOLDER" | "UPLOAD_DIR" | "UPLOADS_DIR" | "MEDIA_ROOT") {
            let directory = below(&sources.directory, source, &assign.value);
            if let Some(directory) = directory {
                push(&mut behaviour.writes, WritePath { directory: directory.into() }, source.evidence(assign.at, WRITES));
            }
        }
    }
    behaviour.stops_on = stops_on(&reached, entry);
    behaviour
}

fn push<T: PartialEq>(facts: &mut Vec<Fact<T>>, value: T, at: Evidence) {
    if !facts.iter().any(|known| known.value == value) {
        facts.push(Fact::new(value, at));
    }
}

/// The directory that a call writes to, as far as it can be seen and is relative.
fn written(call: &Call) -> Option<String> {
    let last = call.path.rsplit('.').next().unwrap_or_default();
    let parent = |path: String| Utf8Path::new(&path).parent().map(ToString::to_string).filter(|parent| !parent.is_empty());
    let plain = |value: &Value| {
        // an absolute path is no part of the project
        let absolute = matches!(value, Value::Text(text) if text.starts_with('/'));
        relative(value).filter(|_| !absolute)
    };
    match last {
        "makedirs" | "mkdir" if call.path.starts_with("os.") => plain(ask::first(call)?),
        "open" if call.path == "open" || call.path == "aiofiles.open" => {
            let mode = ask::argument(call, "mode", Some(1)).and_then(Value::text).unwrap_or("r");
            parent(plain(ask::first(call)?)?).filter(|_| mode.contains(['w', 'a', 'x', '+']))
        }
        "connect" if call.path.ends_with("sqlite3.connect") || call.path.ends_with("aiosqlite.connect") => {
            parent(plain(ask::first(call)?)?)
        }
        "FileHandler" | "RotatingFileHandler" | "TimedRotatingFileHandler" => parent(plain(ask::argument(call, "filename", Some(0))?)?),
        "create_engine" | "create_async_engine" => {
            let url = ask::first(call)?.text()?;
            let (_, path) = url.split_once(":///").filter(|(scheme, _)| scheme.starts_with("sqlite"))?;
            parent(plain(&Value::Text(path.to_owned()))?)
        }
        _ => None,
    }
}

/// The program that a call starts, where it is named; Python itself is there anyway.
fn program(call: &Call) -> Option<&str> {
    let starts = call.path.starts_with("subprocess.")
        || call.path.starts_with("asyncio.create_subprocess")
        || matches!(call.path.as_str(), "os.system" | "os.popen");
    let word = match ask::first(call).filter(|_| starts)? {
        Value::List(list) => list.first()?.text()?,
        Value::Text(text) => text.split_whitespace().next()?,
        _ => return None,
    };
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_+.".contains(c));
    (plain && !word.starts_with("python") && !word.starts_with("pip")).then_some(word)
}

/// As process 1 Python ignores SIGTERM unless something handles it; Ctrl-C it always hears.
fn stops_on(reached: &[&Source<'_>], entry: &Entry<'_, '_>) -> Option<Fact<StopSignal>> {
    let heard_by_nobody = || Some(Fact::new(StopSignal::Interrupt, entry.at.under(INTERRUPT)));
    let words = &entry.command.words;
    let first = words.first().map_or("", String::as_str);
    if first == "waitress-serve" || words.iter().any(|word| word == "runserver") {
        return heard_by_nobody();
    }
    if entry.form == Form::Tool || first != "python" {
        return None;
    }
    let handles = |call: &Call| {
        let mentions = ask::placed(call).any(|arg| matches!(arg, Value::Name(name) if name.ends_with("SIGTERM")));
        let server = matches!(call.path.as_str(), "uvicorn.run" | "aiohttp.web.run_app") || call.path.ends_with("run_polling");
        let looped = call.path.ends_with("signal.signal") || call.path.ends_with("add_signal_handler");
        server || (looped && mentions)
    };
    // `for sig in (signal.SIGINT, signal.SIGTERM)` names it somewhere else
    let named = reached.iter().any(|source| source.text.contains("SIGTERM"));
    let heard = named || calls(reached).any(|(_, call)| handles(call));
    if heard { None } else { heard_by_nobody() }
}

/// Whether a program that is installed reads files that lie beside its package in the project.
pub fn reads_beside(tree: &Tree, project: &Project, sources: &Sources<'_>, entry: &Entry<'_, '_>) -> bool {
    let Some(first) = entry.source else { return false };
    let reached = sources.reach(first);
    let there = |text: &str| {
        let path = text.trim_start_matches("./").trim_end_matches('/');
        let plain = path.len() > 2 && !path.starts_with(['/', '.']) && path.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c));
        let beside = project.directory.join(path);
        let package = entry.source.is_some_and(|source| source.path.starts_with(&beside));
        plain
            && !package
            && (tree.has(&beside) && path.contains('.') && !matches!(Utf8Path::new(path).extension(), Some("py" | "toml"))
                || tree.has_directory(&beside) && path != "src")
    };
    let names = |call: &Call| call.arguments.iter().filter_map(|argument| relative(&argument.value)).any(|text| there(&text));
    calls(&reached).any(|(_, call)| opens(call) && names(call))
}

/// Calls whose strings are paths.
fn opens(call: &Call) -> bool {
    let last = call.path.rsplit('.').next().unwrap_or_default();
    matches!(
        last,
        "open"
            | "Path"
            | "StaticFiles"
            | "Jinja2Templates"
            | "FileSystemLoader"
            | "read_csv"
            | "read_text"
            | "load"
            | "from_file"
            | "FileResponse"
            | "read_json"
    )
}

/// Says that a program cannot be reached from outside its container.
pub fn loopback(entry: &Entry<'_, '_>) -> Option<Diagnostic> {
    let listen = entry.listens.first().filter(|listen| listen.value.interface == Interface::Loopback)?;
    let warning =
        Diagnostic::warning("port::loopback", "it listens on the container's loopback interface, where nothing outside reaches it");
    Some(listen.because().iter().fold(warning, Diagnostic::because).help("listen on `0.0.0.0`"))
}
