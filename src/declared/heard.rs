//! What the documents say that no language has to know: packages, directories that keep data, the signal that stops it, the value of the
//! variable that says where it listens, files among its arguments, the name of its stage; and what in them contradicts the image.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Declared, Purpose, Said, Started, packages, read};
use crate::app::{App, Interface, Link, Listen, RunFile, StopSignal, VariableValue, WritePath};
use crate::catalog::Catalog;
use crate::command::{Start, Word};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::lang::language::Found;
use crate::need::Need;
use crate::parts::TAKEN_STAGES;
use crate::tree::Tree;
use crate::tree::path::normal;

const AT_HOME: Rule = Rule::parsed("declared.dockerfile-home", "this names the directory in which the project's own Dockerfile has it");

/// Where people's images keep the program: what lies below is beside it.
const HOMES: [&str; 7] = ["/usr/src/app", "/srv/app", "/opt/app", "/workspace", "/code", "/src", "/app"];
/// Directories that are the system's, or a machine's that is let in.
const SYSTEM: [&str; 10] = ["/bin", "/dev", "/etc", "/home", "/lib", "/proc", "/root", "/run", "/sys", "/usr"];
/// The same below a directory that is not all the system's.
const SOCKETS: [&str; 2] = ["/var/run", "/tmp"];
/// The stages that are written, where nobody names one.
const STAGES: [&str; 2] = ["build", "runtime"];
/// How the name of a stage begins that is there to build, to test or to work on the program.
const NOT_SHIPPED: [&str; 6] = ["build", "base", "dep", "dev", "lint", "test"];

/// Adds to an app what the documents of its directory say of it; `stages` are those of its parts.
pub fn hear(tree: &Tree, found: &mut Found, catalog: &Catalog, stages: &[&str]) {
    let language = found.language.name();
    let app = &mut found.app;
    let mut declared = read(tree, &app.directory);
    if app.home != app.directory {
        // a program whose sources lie deeper is built and started from its module's directory
        declared.extend(read(tree, &app.home));
    }
    app.stage = stage(&declared, stages);
    listens(&declared, app);
    arguments(tree, app);
    let asked = packages::asked(tree, &app.directory, &declared, catalog, language);
    let known = |need: &Fact<Need>, among: &[Fact<Need>]| among.iter().any(|other| other.value == need.value);
    let run: Vec<_> = asked.run.into_iter().filter(|need| !known(need, &app.behaviour.needs)).collect();
    app.behaviour.needs.extend(run);
    app.build_needs.extend(asked.build);
    app.warnings.extend(asked.warnings);
    for volume in &declared.volumes {
        let Some(directory) = kept(&volume.fact.value, declared.home.as_deref()) else { continue };
        // a path in an image of the whole repository begins with the app's own directory
        let directory = directory.strip_prefix(&app.directory).map(Utf8Path::to_owned).unwrap_or(directory);
        let is_known = app.behaviour.writes.iter().any(|write| write.value.directory.starts_with(&directory));
        if !is_known {
            app.behaviour.writes.push(volume.fact.with(WritePath { directory }));
        }
    }
    if app.behaviour.stops_on.is_none() {
        app.behaviour.stops_on = declared.stop.first().and_then(|stop| Some(stop.fact.with(signal(&stop.fact.value)?)));
    }
    app.behaviour.links.extend(at_home(tree, &declared));
    app.warnings.extend(contradictions(&declared, app));
}

/// The name that the project's documents have for the stage that is deployed, where it is one and the image has no other of that name.
fn stage(declared: &Declared, taken: &[&str]) -> Option<Fact<String>> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c))
    };
    let fits = |name: &str| is_name(name) && !TAKEN_STAGES.contains(&name) && !taken.contains(&name);
    let ships = |name: &str| !NOT_SHIPPED.iter().any(|word| name.starts_with(word));
    let meant = declared.targets.iter().filter(|target| target.purpose == Purpose::Production).map(|target| &target.fact);
    let mut meant = meant.filter(|target| fits(&target.value) && ships(&target.value));
    let first = meant.next()?;
    meant.all(|other| other.value == first.value).then(|| first.clone())
}

/// Gives the variable that says where it listens, and has no default, the value that documents for production give it.
fn listens(declared: &Declared, app: &mut App) {
    let meant = || declared.variables.iter().filter(|said| said.purpose == Purpose::Production);
    let value_of =
        |name: &str| meant().find(|said| said.fact.value.name == name).and_then(|said| Some((said, said.fact.value.value.as_deref()?)));
    let behaviour = &mut app.behaviour;
    if let Some(listen) = behaviour.listens.first_mut().filter(|listen| listen.value.port.is_none()) {
        let named = listen.value.variable.as_ref().and_then(|variable| value_of(&variable.name));
        let named = named.and_then(|(said, value)| Some(said.fact.with(super::arguments::port_of(value)?)));
        if let Some(port) = named.or_else(|| declared.port()) {
            listen.value.port = Some(port.value);
            *listen = port.because().iter().cloned().fold(listen.clone(), Fact::and);
        }
    }
    // a variable that holds the whole address
    let is_nowhere = behaviour.listens.iter().all(|listen| listen.value.port.is_none() || listen.value.variable.is_none());
    let address = behaviour.demands.iter().enumerate().filter(|_| is_nowhere).find_map(|(number, name)| {
        let (said, value) = value_of(&name.value).filter(|(_, value)| is_address(value))?;
        Some((number, said.fact.with((value.to_owned(), super::arguments::port_of(value)?))))
    });
    if let Some((number, told)) = address {
        let name = behaviour.demands.remove(number).value;
        let (value, port) = told.value.clone();
        let listen = Listen { port: Some(port), variable: None, interface: Interface::Any, host: None };
        behaviour.listens.splice(..behaviour.listens.len().min(1), [told.with(listen)]);
        behaviour.environment.push(told.with(VariableValue { name, value }));
    }
}

/// `:8080`, `0.0.0.0:8080`: an address that others reach.
fn is_address(value: &str) -> bool {
    let open = value.split(':').next().is_some_and(|host| matches!(host, "" | "0.0.0.0" | "[" | "*"));
    open && value.contains(':')
}

/// What one manager starts beside it, in one container: an image runs one program.
fn left_out(declared: &Declared, app: &App) -> Option<Diagnostic> {
    let program = &app.sighting.program;
    let is_it = |said: &Said<Started>| said.fact.value.start.at.iter().any(|at| at.file == program.file && at.span == program.span);
    let together = || declared.starts.iter().filter(|said| said.fact.value.together && said.purpose == Purpose::Production);
    let own = together().find(|said| is_it(said))?;
    let others: Vec<_> = together().filter(|said| said.by == own.by && !is_it(said)).collect();
    let names = others.iter().map(|said| format!("`{}`", said.fact.value.process)).collect::<Vec<_>>().join(", ");
    let message = format!("{names} is started beside `{}`, and an image runs one program: it goes without", own.fact.value.process);
    let warning = Diagnostic::warning("declared::beside", message).because(&others.first()?.fact.because()[0]);
    let warning = others.iter().skip(1).take(3).fold(warning, |warning, said| warning.because(&said.fact.because()[0]));
    Some(warning.help("run it in a container of its own"))
}

/// Files of the project that its arguments name are there when it runs.
fn arguments(tree: &Tree, app: &mut App) {
    let behaviour = &mut app.behaviour;
    let Some(command) = &behaviour.command else { return };
    let words = command.value.iter().map(|word| word.rsplit_once('=').map_or(word.as_str(), |(_, value)| value));
    let files = words.filter(|word| word.contains(['.', '/']) && !word.starts_with(['/', '-'])).filter_map(|word| {
        let opened_as = normal(Utf8Path::new(word));
        let source = normal(app.home.join(&opened_as));
        let is_there = !source.as_str().is_empty() && !opened_as.starts_with("..") && (tree.has(&source) || tree.has_directory(&source));
        let is_known = behaviour.reads.iter().any(|read| source.starts_with(&read.value.source));
        (is_there && !is_known).then(|| command.with(RunFile { source, opened_as }))
    });
    let files: Vec<_> = files.collect();
    behaviour.reads.extend(files);
}

/// The directory in which the project's own image has it, where what is started there names it: scripts that stay what they are, and files
/// that configure a server.
fn at_home(tree: &Tree, declared: &Declared) -> Option<Fact<Link>> {
    let home = declared.home.as_ref()?;
    let start = &declared.web().next()?.fact.value.start;
    started(start).into_iter().find_map(|path| {
        let text = tree.by_hand(&path)?;
        let ends = |at: &usize| !text[at + home.as_str().len()..].starts_with(|c: char| c.is_alphanumeric() || "-_.".contains(c));
        let at = text.match_indices(home.as_str()).map(|(at, _)| at).find(ends)?;
        let link = Link { path: home.clone(), to: Utf8PathBuf::new() };
        Some(Fact::new(link, Evidence::at(&path, Span::of(text, at, at + home.as_str().len()), AT_HOME, home.as_str())))
    })
}

/// The files that a start command leads through and names.
fn started(start: &Start) -> Vec<Utf8PathBuf> {
    let steps = start.steps.iter().map(|(_, command)| command);
    let named = steps.flat_map(|command| command.words.iter().filter_map(Word::text).filter_map(|word| command.path(word)));
    start.scripts.iter().cloned().chain(named).collect()
}

/// The directory of a volume as the program would name it; nothing for files, and for what is the system's.
fn kept(volume: &str, home: Option<&Utf8Path>) -> Option<Utf8PathBuf> {
    let path = Utf8Path::new(volume.trim_end_matches('/'));
    if let Some(beside) = home.into_iter().chain(HOMES.map(Utf8Path::new)).find_map(|home| path.strip_prefix(home).ok()) {
        return (!beside.as_str().is_empty() && beside.extension().is_none()).then(|| beside.to_owned());
    }
    let is_system = SYSTEM.iter().chain(&SOCKETS).any(|system| path.starts_with(system));
    (path.is_absolute() && path.extension().is_none() && !is_system && path != "/").then(|| path.to_owned())
}

fn signal(name: &str) -> Option<StopSignal> {
    match name.trim_start_matches("SIG") {
        "INT" | "2" => Some(StopSignal::Interrupt),
        "QUIT" | "3" => Some(StopSignal::Quit),
        _ => None,
    }
}

/// What people who use these documents have to know of the image.
fn contradictions(declared: &Declared, app: &App) -> Vec<Diagnostic> {
    let mut notes: Vec<_> = declared
        .contradictions
        .iter()
        .map(|fact| {
            let note = Diagnostic::note("declared::contradicts", fact.value.clone());
            fact.because().iter().fold(note, Diagnostic::because)
        })
        .collect();
    let runs = app.stage.as_ref().map_or(STAGES[1], |stage| stage.value.as_str());
    let targets = declared.targets.iter().filter(|target| ![STAGES[0], runs].contains(&target.fact.value.as_str()));
    notes.extend(targets.map(|target| {
        let message = format!("a stage `{}` is asked for, and the Dockerfile has `{}` and `{runs}`", target.fact.value, STAGES[0]);
        let note = Diagnostic::warning("declared::target", message);
        target.fact.because().iter().fold(note, Diagnostic::because).help(format!("name `{runs}` there, or nothing: it is the last one"))
    }));
    notes.extend(left_out(declared, app));
    // a variable or a flag can move it to where they want it
    let is_fixed = app.behaviour.listens.iter().all(|listen| listen.value.variable.is_none());
    let listens: Vec<u16> = app.behaviour.listens.iter().filter_map(|listen| listen.value.port).collect();
    let meant = declared.ports.iter().filter(|port| !port.is_debuggers());
    let others = meant.filter(|port| is_fixed && !listens.is_empty() && !listens.contains(&port.fact.value));
    notes.extend(others.map(|port| {
        let message = format!("port {} is named, and the program listens on {}", port.fact.value, listens[0]);
        let note = Diagnostic::note("declared::port", message);
        port.fact.because().iter().fold(note, Diagnostic::because).help("`port` in imggen.toml says which is right")
    }));
    notes
}
