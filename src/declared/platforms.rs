//! Manifests of platforms: who deploys by one says there how the program starts.

use camino::Utf8Path;

use super::{By, Notes, Purpose, Said, rule};
use crate::command::{Line, inside};
use crate::evidence::{Fact, Rule};
use crate::read::document::{Document, Value};

const START: Rule = rule("declared.platform", "the platform's manifest starts it so");
const PORT: Rule = rule("declared.platform-port", "the platform's manifest names this port");
const VARIABLE: Rule = rule("declared.platform-variable", "the platform's manifest sets this");
const HEALTH: Rule = rule("declared.platform-health", "the platform's manifest asks this");
const VOLUME: Rule = rule("declared.platform-volume", "the platform's manifest keeps this directory");
const PACKAGE: Rule = rule("declared.platform-package", "the platform's manifest installs this");

/// How a manifest is written.
#[derive(Clone, Copy)]
enum Format {
    Json,
    Toml,
    Yaml,
}

/// Where a manifest of one service says what: keys, from its root.
struct Manifest {
    file: &'static str,
    format: Format,
    start: &'static [&'static [&'static str]],
    port: &'static [&'static [&'static str]],
    env: &'static [&'static [&'static str]],
    health: &'static [&'static [&'static str]],
    packages: &'static [&'static [&'static str]],
}

const fn manifest(file: &'static str, format: Format, start: &'static [&'static [&'static str]]) -> Manifest {
    Manifest { file, format, start, port: &[], env: &[], health: &[], packages: &[] }
}

const MANIFESTS: [Manifest; 9] = [
    Manifest {
        port: &[&["http_service", "internal_port"]],
        env: &[&["env"]],
        ..manifest("fly.toml", Format::Toml, &[&["processes", "app"], &["processes", "web"]])
    },
    Manifest { health: &[&["deploy", "healthcheckPath"]], ..manifest("railway.json", Format::Json, &[&["deploy", "startCommand"]]) },
    Manifest { health: &[&["deploy", "healthcheckPath"]], ..manifest("railway.toml", Format::Toml, &[&["deploy", "startCommand"]]) },
    Manifest { env: &[&["env_variables"]], ..manifest("app.yaml", Format::Yaml, &[&["entrypoint"]]) },
    Manifest { packages: &[&["setup", "addons"]], ..manifest("heroku.yml", Format::Yaml, &[&["run", "web", "command"], &["run", "web"]]) },
    Manifest {
        env: &[&["variables"]],
        packages: &[&["phases", "setup", "aptPkgs"]],
        ..manifest("nixpacks.toml", Format::Toml, &[&["start", "cmd"]])
    },
    Manifest { packages: &[&["deploy", "aptPackages"]], ..manifest("railpack.json", Format::Json, &[&["deploy", "startCommand"]]) },
    Manifest { port: &[&["run", "network", "port"]], ..manifest("apprunner.yaml", Format::Yaml, &[&["run", "command"]]) },
    Manifest { env: &[&["env"]], ..manifest("app.json", Format::Json, &[]) },
];

pub(super) fn read(notes: &mut Notes<'_>) {
    for manifest in &MANIFESTS {
        let Some(document) = open(notes, &notes.directory.join(manifest.file), manifest.format) else { continue };
        one(notes, manifest, &document);
    }
    if let Some(document) = open(notes, &notes.directory.join("fly.toml"), Format::Toml) {
        fly(notes, &document);
    }
    for above in notes.directory.ancestors() {
        services(notes, &above.join("render.yaml"), above, &RENDER);
        services(notes, &above.join(".do/app.yaml"), above, &DIGITAL_OCEAN);
    }
}

fn open<'t>(notes: &Notes<'t>, path: &Utf8Path, format: Format) -> Option<Document<'t>> {
    let text = notes.tree.by_hand(path)?;
    let document = match format {
        Format::Json => Document::jsonc(path, text),
        Format::Toml => Document::toml(path, text),
        Format::Yaml => Document::yaml(path, text),
    };
    document.ok()
}

fn one(notes: &mut Notes<'_>, manifest: &Manifest, document: &Document<'_>) {
    let start =
        manifest.start.iter().find_map(|path| document.get(path).filter(|value| value.string().is_some() || !value.list().is_empty()));
    if let Some(value) = start {
        notes.start(By::Platform, "", &super::compose::line(value), notes.directory, document.evidence(value, START));
    }
    for value in manifest.port.iter().filter_map(|path| document.get(path)) {
        port(notes, document, value);
    }
    for table in manifest.env {
        for (name, value) in document.entries(table) {
            let given = value.scalar().or_else(|| value.get(&["value"])?.scalar()).map(str::to_owned);
            notes.variable(By::Platform, Purpose::Production, name, given, document.evidence(value, VARIABLE));
        }
    }
    for value in manifest.health.iter().filter_map(|path| document.get(path)) {
        health(notes, document, value);
    }
    for (name, value) in manifest.packages.iter().flat_map(|path| document.strings(path)).filter(|(name, _)| *name != "...") {
        let fact = Fact::new(name.to_owned(), document.evidence(value, PACKAGE));
        notes.declared.packages.push(Said { fact, by: By::Platform, purpose: Purpose::Production });
    }
}

fn port(notes: &mut Notes<'_>, document: &Document<'_>, value: &Value<'_>) {
    if let Some(port) = value.scalar().and_then(|port| port.parse().ok()) {
        notes.port(By::Platform, Purpose::Production, port, document.evidence(value, PORT));
    }
}

fn health(notes: &mut Notes<'_>, document: &Document<'_>, value: &Value<'_>) {
    if let Some(path) = value.string().filter(|path| path.starts_with('/')) {
        let fact = Fact::new(path.to_owned(), document.evidence(value, HEALTH));
        notes.declared.health.push(Said { fact, by: By::Platform, purpose: Purpose::Production });
    }
}

/// What fly.toml says in lists of tables.
fn fly(notes: &mut Notes<'_>, document: &Document<'_>) {
    let list = |keys: &[&str]| document.get(keys).map(Value::list).unwrap_or_default();
    // what takes the place of the image's own entry point, and its arguments
    let run: Vec<_> = ["entrypoint", "cmd"].iter().filter_map(|key| document.get(&["experimental", key])).collect();
    if let Some(value) = run.first().filter(|_| !document.has(&["processes"])) {
        let words: Vec<String> = run.iter().flat_map(|value| super::compose::words(value)).collect();
        notes.start(By::Platform, "", &Line::of_words(&words), notes.directory, document.evidence(value, START));
    }
    let single = document.get(&["mounts"]).into_iter().filter(|mounts| mounts.list().is_empty());
    for value in list(&["mounts"]).iter().chain(single).filter_map(|mount| mount.get(&["destination"])) {
        let Some(path) = value.string() else { continue };
        let fact = Fact::new(path.to_owned(), document.evidence(value, VOLUME));
        notes.declared.volumes.push(Said { fact, by: By::Platform, purpose: Purpose::Production });
    }
    for value in list(&["services"]).iter().filter_map(|service| service.get(&["internal_port"])) {
        port(notes, document, value);
    }
    let checks = list(&["http_service", "checks"])
        .iter()
        .chain(list(&["services"]).iter().flat_map(|service| service.get(&["http_checks"]).map(Value::list).unwrap_or_default()));
    for value in checks.filter_map(|check| check.get(&["path"])) {
        health(notes, document, value);
    }
}

/// A manifest of several services: where it says what of one.
struct Services {
    lists: &'static [&'static str],
    root: &'static [&'static str],
    start: &'static [&'static str],
    port: &'static str,
    env: &'static str,
    health: &'static [&'static str],
    worker: fn(&str, &Value<'_>) -> bool,
}

const RENDER: Services = Services {
    lists: &["services"],
    root: &["rootDir"],
    start: &["startCommand", "dockerCommand"],
    port: "port",
    env: "envVars",
    health: &["healthCheckPath"],
    worker: |_, service| service.get(&["type"]).and_then(Value::string).is_some_and(|kind| kind != "web" && kind != "pserv"),
};

const DIGITAL_OCEAN: Services = Services {
    lists: &["services", "workers", "jobs"],
    root: &["source_dir"],
    start: &["run_command"],
    port: "http_port",
    env: "envs",
    health: &["health_check", "http_path"],
    worker: |list, _| list != "services",
};

fn services(notes: &mut Notes<'_>, path: &Utf8Path, above: &Utf8Path, kind: &Services) {
    let Some(document) = open(notes, path, Format::Yaml) else { return };
    let all = kind
        .lists
        .iter()
        .flat_map(|list| document.get(&[list]).map(Value::list).unwrap_or_default().iter().map(move |service| (*list, service)));
    let own = |service: &Value<'_>| {
        let root = kind.root.iter().find_map(|key| service.get(&[key])?.string()).unwrap_or_default();
        inside(above, root.trim_start_matches('/')).as_deref() == Some(notes.directory)
    };
    let all: Vec<_> = all.filter(|(_, service)| own(service)).collect();
    for (list, service) in all {
        let is_worker = (kind.worker)(list, service);
        let name = service.get(&["name"]).and_then(Value::string).unwrap_or_default();
        if let Some(value) = kind.start.iter().find_map(|key| service.get(&[key])) {
            let line = value.string().map(Line::parse).unwrap_or_default();
            notes.start(By::Platform, if is_worker { name } else { "" }, &line, notes.directory, document.evidence(value, START));
        }
        if is_worker {
            continue;
        }
        if let Some(value) = service.get(&[kind.port]) {
            port(notes, &document, value);
        }
        if let Some(value) = service.get(kind.health) {
            health(notes, &document, value);
        }
        for entry in service.get(&[kind.env]).map(Value::list).unwrap_or_default() {
            let Some(key) = entry.get(&["key"]).and_then(Value::string) else { continue };
            let given = entry.get(&["value"]).and_then(Value::scalar).map(str::to_owned);
            notes.variable(By::Platform, Purpose::Production, key, given, document.evidence(entry, VARIABLE));
        }
    }
}
