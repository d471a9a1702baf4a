//! What the documents say that no language has to know: packages, directories that keep data, the signal that stops it; and what in them
//! contradicts the image.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Declared, packages, read};
use crate::app::{App, StopSignal, WritePath};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::evidence::Fact;
use crate::need::Need;
use crate::tree::Tree;

/// Where people's images keep the program: what lies below is beside it.
const HOMES: [&str; 7] = ["/usr/src/app", "/srv/app", "/opt/app", "/workspace", "/code", "/src", "/app"];
/// Directories that are the system's, or a machine's that is let in.
const SYSTEM: [&str; 10] = ["/bin", "/dev", "/etc", "/home", "/lib", "/proc", "/root", "/run", "/sys", "/usr"];
/// The same below a directory that is not all the system's.
const SOCKETS: [&str; 2] = ["/var/run", "/tmp"];
/// The stages that are written.
const STAGES: [&str; 2] = ["build", "runtime"];

/// Adds to an app what the documents of its directory say of it.
pub fn hear(tree: &Tree, app: &mut App, catalog: &Catalog) {
    let declared = read(tree, &app.directory);
    let asked = packages::asked(tree, &app.directory, &declared, catalog);
    let known = |need: &Fact<Need>, among: &[Fact<Need>]| among.iter().any(|other| other.value == need.value);
    let run: Vec<_> = asked.run.into_iter().filter(|need| !known(need, &app.behaviour.needs)).collect();
    app.behaviour.needs.extend(run);
    app.build_needs.extend(asked.build);
    app.warnings.extend(asked.warnings);
    for volume in &declared.volumes {
        let Some(directory) = kept(&volume.fact.value) else { continue };
        let is_known = app.behaviour.writes.iter().any(|write| write.value.directory.starts_with(&directory));
        if !is_known {
            app.behaviour.writes.push(volume.fact.with(WritePath { directory }));
        }
    }
    if app.behaviour.stops_on.is_none() {
        app.behaviour.stops_on = declared.stop.first().and_then(|stop| Some(stop.fact.with(signal(&stop.fact.value)?)));
    }
    app.warnings.extend(contradictions(&declared, app));
}

/// The directory of a volume as the program would name it; nothing for files, and for what is the system's.
fn kept(volume: &str) -> Option<Utf8PathBuf> {
    let path = Utf8Path::new(volume.trim_end_matches('/'));
    if let Some(beside) = HOMES.iter().find_map(|home| path.strip_prefix(home).ok()) {
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
    let targets = declared.targets.iter().filter(|target| !STAGES.contains(&target.fact.value.as_str()));
    notes.extend(targets.map(|target| {
        let message = format!("a stage `{}` is asked for, and the Dockerfile has `{}`", target.fact.value, STAGES.join("` and `"));
        let note = Diagnostic::warning("declared::target", message);
        target.fact.because().iter().fold(note, Diagnostic::because).help("name `runtime` there, or nothing: it is the last one")
    }));
    // a variable or a flag can move it to where they want it
    let is_fixed = app.behaviour.listens.iter().all(|listen| listen.value.variable.is_none());
    let listens: Vec<u16> = app.behaviour.listens.iter().filter_map(|listen| listen.value.port).collect();
    let others = declared.ports.iter().filter(|port| is_fixed && !listens.is_empty() && !listens.contains(&port.fact.value));
    notes.extend(others.map(|port| {
        let message = format!("port {} is named, and the program listens on {}", port.fact.value, listens[0]);
        let note = Diagnostic::note("declared::port", message);
        port.fact.because().iter().fold(note, Diagnostic::because).help("`port` in imggen.toml says which is right")
    }));
    notes
}
