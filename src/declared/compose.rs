//! Compose files: the services that build the directory.

use camino::{Utf8Path, Utf8PathBuf};

use super::{By, Notes, Purpose, Said, rule};
use crate::command::{Line, inside};
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::document::{Document, Value};
use crate::tree::Tree;

const SERVICE: Rule = rule("declared.compose", "the compose file starts it so");
const PORT: Rule = rule("declared.compose-port", "the compose file names this port of the container");
const VARIABLE: Rule = rule("declared.compose-variable", "the compose file sets this");
const VOLUME: Rule = rule("declared.compose-volume", "the compose file keeps this directory");
const HIDES: Rule = rule("declared.compose-hides", "this mount hides what the image holds");
const TARGET: Rule = rule("declared.compose-target", "the compose file builds this stage");
const USER: Rule = rule("declared.compose-user", "the compose file names this user");
const HEALTH: Rule = rule("declared.compose-health", "the compose file asks this");
const IMAGE: Rule = rule("declared.compose-image", "the compose file makes an image of this");
const STOP: Rule = rule("declared.compose-stop", "the compose file stops it by this");

/// A compose file's name tells what it is for.
fn purpose(name: &str) -> Option<(By, Purpose)> {
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    let rest = stem.strip_prefix("docker-compose").or_else(|| stem.strip_prefix("compose"))?;
    match rest.trim_start_matches(['.', '-', '_']) {
        "" => Some((By::Compose, Purpose::Production)),
        "prod" | "production" | "deploy" | "release" | "live" => Some((By::ProductionCompose, Purpose::Production)),
        _ if rest.starts_with(['.', '-', '_']) => Some((By::Compose, Purpose::Development)),
        _ => None,
    }
}

pub(super) fn read(notes: &mut Notes<'_>) {
    let tree = notes.tree;
    for above in notes.directory.ancestors() {
        for folder in [above.to_owned(), above.join("docker"), above.join("deploy"), above.join("deployment")] {
            let files = tree.files_in(&folder).filter_map(|path| Some((path, purpose(path.file_name()?)?)));
            for (path, (by, purpose)) in files {
                let Some(document) = tree.by_hand(path).and_then(|text| Document::yaml(path, text).ok()) else { continue };
                for (name, service) in document.entries(&["services"]) {
                    if builds(&folder, service).as_deref() == Some(notes.directory) {
                        Service { document: &document, name, body: service, by, purpose, folder: &folder }.note(notes);
                    }
                }
            }
        }
    }
}

/// The directories from which compose files build images that are deployed, each with its service.
pub(super) fn images(tree: &Tree) -> Vec<(Utf8PathBuf, Evidence)> {
    let mut found: Vec<(Utf8PathBuf, Evidence)> = Vec::new();
    each_build(tree, |folder, document, service, build| {
        let directory = builds(folder, service).filter(|directory| !found.iter().any(|(known, _)| known == directory));
        found.extend(directory.map(|directory| (directory, document.evidence(build, IMAGE))));
    });
    found
}

/// The build contexts of those services.
pub(super) fn contexts(tree: &Tree) -> Vec<Utf8PathBuf> {
    let mut found = Vec::new();
    each_build(tree, |folder, _, _, build| found.extend(inside(folder, context(build))));
    found
}

/// Shows every service that is built for deployment: its folder, its compose file, itself and its `build`.
fn each_build(tree: &Tree, mut show: impl FnMut(&Utf8Path, &Document<'_>, &Value<'_>, &Value<'_>)) {
    for folder in ["", "docker", "deploy", "deployment"].map(Utf8Path::new) {
        let files = tree
            .files_in(folder)
            .filter(|path| path.file_name().and_then(purpose).is_some_and(|(_, purpose)| purpose == Purpose::Production));
        for path in files {
            let Some(document) = tree.by_hand(path).and_then(|text| Document::yaml(path, text).ok()) else { continue };
            for (_, service) in document.entries(&["services"]) {
                if let Some(build) = service.get(&["build"]) {
                    show(folder, &document, service, build);
                }
            }
        }
    }
}

fn context<'a>(build: &'a Value<'_>) -> &'a str {
    build.string().or_else(|| build.get(&["context"])?.string()).unwrap_or(".")
}

/// The directory that a service is built from.
fn builds(folder: &Utf8Path, service: &Value<'_>) -> Option<Utf8PathBuf> {
    let build = service.get(&["build"])?;
    let context = inside(folder, context(build))?;
    // a Dockerfile that lies deeper is that directory's
    let file = build.get(&["dockerfile"]).and_then(Value::string).and_then(|file| inside(&context, file));
    let deeper = file
        .and_then(|file| file.parent().map(ToOwned::to_owned))
        .filter(|parent| !parent.ends_with("docker") && !parent.ends_with(".docker"));
    Some(deeper.unwrap_or(context))
}

fn is_root(user: &str) -> bool {
    matches!(user.split(':').next(), Some("root" | "0"))
}

struct Service<'a> {
    document: &'a Document<'a>,
    name: &'a str,
    body: &'a Value<'a>,
    by: By,
    purpose: Purpose,
    folder: &'a Utf8Path,
}

impl Service<'_> {
    fn get(&self, keys: &[&str]) -> Option<&Value<'_>> {
        self.body.get(keys)
    }

    fn note(mut self, notes: &mut Notes<'_>) {
        if self.mounts_sources(notes)
            || self.get(&["build", "target"]).and_then(Value::string).is_some_and(|target| target.starts_with("dev"))
        {
            self.purpose = Purpose::Development;
        }
        let (by, purpose) = (self.by, self.purpose);
        let ports = self.ports(notes);
        self.start(notes, ports);
        for (name, value, at) in self.environment() {
            notes.variable(by, purpose, &name, value, at);
        }
        if let Some(value) = self.get(&["build", "target"]) {
            let at = self.document.evidence(value, TARGET);
            notes.declared.targets.extend(value.string().map(|name| Said { fact: Fact::new(name.to_owned(), at), by, purpose }));
        }
        if let Some(value) = self.get(&["user"]).filter(|user| user.scalar().is_some_and(is_root)) {
            let what = format!("`{}` runs as root, and the image has a user of its own", self.name);
            notes.declared.contradictions.push(Fact::new(what, self.document.evidence(value, USER)));
        }
        if let Some(value) = self.get(&["stop_signal"]) {
            let at = self.document.evidence(value, STOP);
            notes.declared.stop.extend(value.string().map(|name| Said { fact: Fact::new(name.to_owned(), at), by, purpose }));
        }
        if let Some(value) = self.get(&["healthcheck", "test"]) {
            let text =
                value.string().map_or_else(|| value.list().iter().filter_map(Value::string).collect::<Vec<_>>().join(" "), str::to_owned);
            let at = self.document.evidence(value, HEALTH);
            notes.declared.health.extend(super::dockerfile::path_of(&text).map(|path| Said { fact: Fact::new(path, at), by, purpose }));
        }
    }

    /// Notes the volumes; whether the sources are mounted, which hides what the image holds.
    fn mounts_sources(&self, notes: &mut Notes<'_>) -> bool {
        let mut hides = false;
        for value in self.get(&["volumes"]).map(Value::list).unwrap_or_default() {
            let long = || Some((value.get(&["source"])?.string()?, value.get(&["target"])?.string()?));
            let Some((source, target)) = value.string().map_or_else(long, |text| text.split_once(':')) else { continue };
            let target = target.split(':').next().unwrap_or(target);
            let bound = source.starts_with(['.', '/', '~']);
            let own =
                inside(self.folder, source).is_some_and(|path| notes.directory.starts_with(&path) && bound && !source.starts_with('/'));
            if own {
                hides = true;
                let what = format!("the mount `{source}:{target}` of `{}` hides what the image holds", self.name);
                notes.declared.contradictions.push(Fact::new(what, self.document.evidence(value, HIDES)));
            } else if !bound || self.purpose == Purpose::Production && (!source.contains('.') || source.starts_with("./")) {
                let at = self.document.evidence(value, VOLUME);
                notes.declared.volumes.push(Said { fact: Fact::new(target.to_owned(), at), by: self.by, purpose: self.purpose });
            }
        }
        hides
    }

    fn ports(&self, notes: &mut Notes<'_>) -> Vec<u16> {
        let mut found = Vec::new();
        let keys = ["ports", "expose"];
        for value in keys.iter().flat_map(|key| self.get(&[key]).map(Value::list).unwrap_or_default()) {
            let text = value.scalar().or_else(|| value.get(&["target"])?.scalar()).unwrap_or_default();
            let Some(port) = container_port(text).filter(|port| !found.contains(port)) else { continue };
            found.push(port);
            notes.port(self.by, self.purpose, port, self.document.evidence(value, PORT));
        }
        found
    }

    fn start(&self, notes: &mut Notes<'_>, ports: Vec<u16>) {
        let (entrypoint, command) = (self.get(&["entrypoint"]), self.get(&["command"]));
        let Some(value) = command.or(entrypoint) else { return };
        let line = match (entrypoint, command) {
            (Some(entrypoint), Some(command)) => {
                let words: Vec<_> = [entrypoint, command].iter().flat_map(|value| words(value)).collect();
                Line::of_words(&words)
            }
            _ => line(value),
        };
        let workdir = self.get(&["working_dir"]).and_then(Value::string).and_then(|path| inside(notes.directory, &format!("{path}/")));
        let around = workdir.filter(|path| notes.tree.has_directory(path)).unwrap_or_else(|| notes.directory.to_owned());
        let at = self.document.evidence(value, SERVICE);
        notes.start_for(self.by, self.purpose, self.name, &line, &around, at, ports);
    }

    fn environment(&self) -> Vec<(String, Option<String>, Evidence)> {
        let Some(environment) = self.get(&["environment"]) else { return Vec::new() };
        let at = |value| self.document.evidence(value, VARIABLE);
        let pairs = environment.map().iter().map(|(key, value)| (key.name.to_string(), value.scalar().map(str::to_owned), at(value)));
        let listed = environment.list().iter().filter_map(|value| {
            let text = value.string()?;
            let (name, given) = text.split_once('=').map_or((text, None), |(name, given)| (name, Some(given.to_owned())));
            Some((name.to_owned(), given, at(value)))
        });
        pairs.chain(listed).map(|(name, value, at)| (name, value.and_then(|value| default_of(&value)), at)).collect()
    }
}

/// `${NAME:-value}` is `value`; `${NAME}` is nobody's.
pub(super) fn default_of(text: &str) -> Option<String> {
    let Some(inner) = text.strip_prefix("${").and_then(|inner| inner.strip_suffix('}')) else {
        return (!text.contains("${")).then(|| text.to_owned());
    };
    let at = inner.find([':', '-'])?;
    Some(inner[at..].trim_start_matches([':', '-']).to_owned())
}

/// The container's side of `8080:80`, `127.0.0.1:8080:80/tcp`, `${PORT:-8080}:80`.
fn container_port(text: &str) -> Option<u16> {
    let text = text.split('/').next()?;
    let last = text.rsplit(':').next()?.trim_start_matches('-').trim_end_matches('}');
    last.parse().ok()
}

/// A command as a list is the exec form, as a text it is read without a shell as well.
pub(super) fn line(value: &Value<'_>) -> Line {
    match value.string() {
        // a dollar that compose leaves to the container is written twice
        Some(text) => Line::parse(&text.replace("$$", "$")),
        None => Line::of_words(&words(value)),
    }
}

pub(super) fn words(value: &Value<'_>) -> Vec<String> {
    let unescaped = |text: &str| text.replace("$$", "$");
    match value.string() {
        Some(text) => Line::parse(text).commands.iter().flat_map(|(_, command)| command.words.iter().map(ToString::to_string)).collect(),
        None => value.list().iter().filter_map(|word| word.scalar().map(unescaped)).collect(),
    }
}

/// A service that a compose file starts from an image that is there: a database, a cache, a broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Its name, by which others find it.
    pub name: String,
    /// Its image.
    pub image: String,
    /// Its variables.
    pub env: Vec<(String, String)>,
    /// What it is started with in place of the image's own.
    pub command: Vec<String>,
}

/// The services beside the one that is built, of the first compose file that has any, in the order in which it names them.
pub(super) fn beside(tree: &Tree, directory: &Utf8Path) -> Vec<Beside> {
    for above in directory.ancestors() {
        for path in tree.files_in(above).filter(|path| path.file_name().and_then(purpose).is_some()) {
            let Some(document) = tree.text(path).ok().and_then(|text| Document::yaml(path, text).ok()) else { continue };
            let services = document.entries(&["services"]).into_iter().filter(|(_, service)| service.get(&["build"]).is_none());
            let found: Vec<_> = services.filter_map(|(name, service)| one_beside(name, service)).collect();
            if !found.is_empty() {
                return found;
            }
        }
    }
    Vec::new()
}

fn one_beside(name: &str, service: &Value<'_>) -> Option<Beside> {
    let image = default_of(service.get(&["image"])?.string()?)?;
    let pairs = service.get(&["environment"]).map(|environment| {
        let listed = environment
            .list()
            .iter()
            .filter_map(|value| value.string()?.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())));
        let mapped = environment.map().iter().filter_map(|(key, value)| Some((key.name.to_string(), value.scalar()?.to_owned())));
        listed.chain(mapped).filter_map(|(name, value)| Some((name, default_of(&value)?))).collect()
    });
    let command = service.get(&["command"]).map(words).unwrap_or_default();
    Some(Beside { name: name.to_owned(), image, env: pairs.unwrap_or_default(), command })
}
