//! What can be set, by whomever: flag, answers file, prompt, `imggen.toml`, preset. Every layer is this one type, and every value may be missing.

mod budget;
mod check;
mod learned;
mod writable;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};
use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use toml::de::{DeTable, DeValue};

use crate::declared::Words;
use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::evidence::Span;
use crate::lang::sections::Sections;
use crate::requires;

pub use self::budget::Budget;
pub use self::learned::Learned;

/// The version of `imggen.toml`'s meaning that this library reads.
pub const SCHEMA: u32 = 1;

/// What only the project's own file can set: it means something before any other layer is read.
pub const PROJECT_ONLY: &[&str] = &["packs", "requires", "keep", "context", "learned", "declared"];

/// Partial settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Settings {
    /// The version of this file's meaning; 1.
    pub schema: Option<u32>,
    /// The versions of imggen that may write this project's files: `">=0.2"`.
    #[expect(dead_code, reason = "it is read before the rest, which an older imggen may not understand: see `requires`")]
    pub requires: Option<String>,
    /// The preset to start from; see `imggen presets`.
    pub preset: Option<String>,
    /// Directories of packs, relative to this file, the strongest first; a flag's packs and the project's own `.imggen` are stronger.
    /// Whoever reads the file opens them: see [`crate::Pack::open`].
    pub packs: Option<Vec<String>>,
    /// Files that were edited by hand and stay so: only `generate --merge` writes to them.
    pub keep: Option<Vec<String>>,
    /// The root of the build context as seen from this file, where it lies above: `"../.."`. The files stand beside this one then, and
    /// are built by `docker build -f`.
    pub context: Option<String>,
    /// The app to make an image of, where the project has several.
    pub app: Option<String>,
    /// The base image to run on, by its name in the catalog, in place of the preset's ladder.
    pub base: Option<String>,
    /// The base images to try, smallest first.
    pub ladder: Option<Vec<String>>,
    /// The port or ports that the program listens on; an empty list for none.
    pub port: Option<Ports>,
    /// The user that the program runs as: `uid:gid`, in numbers.
    pub user: Option<String>,
    /// The directory that the program is started in.
    pub workdir: Option<String>,
    /// Arguments that the program is started with.
    pub arguments: Option<Vec<String>>,
    /// The debug variant to write beside the image.
    pub debug: Option<DebugVariant>,
    /// Environment variables of the image.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Labels of the image.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Whether the image has labels `org.opencontainers.image.*`: its title, source and licenses as manifests say, and its version and
    /// revision by the build arguments `VERSION` and `REVISION`.
    pub image_labels: Option<bool>,
    /// Files and directories of the project to have in the working directory; `"..."` stands for those that were found.
    pub files: Option<Vec<String>>,
    /// Directories that the program may write to, relative to its working directory or absolute; `"..."` as in `files`. `false` for a
    /// program that writes nothing beside itself: its working directory takes no new files then.
    #[serde(default, deserialize_with = "writable::directories")]
    #[schemars(with = "Option<writable::Said>")]
    pub writable: Option<Vec<String>>,
    /// Paths to keep out of the build context beyond those that imggen leaves out; `"..."` as in `files`.
    pub ignore: Option<Vec<String>>,
    /// Packages whose build makes files that the app embeds or hands out, in place of those that were found.
    pub parts: Option<PartList>,
    /// Directories that are built outside of Docker, before it: their files are sent to the builder as they are.
    pub prebuilt: Option<Vec<String>>,
    /// Packages of the distribution to install beyond those that imggen finds.
    #[serde(default)]
    pub packages: ExtraPackages,
    /// Registries to fetch images from in place of others: `"docker.io" = "mirror.example.com/hub"`.
    #[serde(default)]
    pub registries: BTreeMap<String, String>,
    /// What everybody behind a company's network needs.
    #[serde(default)]
    pub network: NetworkSettings,
    /// How large the image may be and how much it may grow; `imggen try` holds it against this.
    #[serde(default)]
    pub budget: Budget,
    /// What was seen when the image ran: `imggen try --learn` writes it, and only what is detected is weaker.
    #[schemars(with = "Learned")]
    pub learned: Option<Learned>,
    /// What the project's own Dockerfile said before imggen replaced it: `init` writes it, and it counts as it did when the Dockerfile was there.
    #[schemars(with = "Words")]
    #[expect(dead_code, reason = "it is read with the project's other documents, and is known here so that it is no unknown key")]
    pub declared: Option<Words>,
    /// Each language's own.
    #[serde(skip)]
    pub languages: Sections,
}

/// Packages whose build makes files for the app.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct PartList(pub Vec<PartSetting>);

impl fmt::Display for PartList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(|part| part.directory.as_str()).collect::<Vec<_>>().join(", "))
    }
}

/// A package whose build makes files for the app.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PartSetting {
    /// Its directory, relative to the project's root.
    pub directory: String,
    /// What its build makes, relative to its directory; what its settings say, where this is left out.
    pub output: Option<String>,
    /// Where the app looks for it, relative to the project's root; where it is made, where this is left out.
    pub into: Option<String>,
}

/// Distribution packages, by stage.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
pub struct ExtraPackages {
    /// For the build stage.
    pub build: Option<Vec<String>>,
    /// For the image that runs.
    pub run: Option<Vec<String>>,
}

/// Names, which read as they are listed.
#[derive(Clone, Debug)]
pub(crate) struct Names(pub(crate) Vec<String>);

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

/// Mirrors in place of public registries, certificates beside the public ones, and the proxy between.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct NetworkSettings {
    /// A file of the project with certificates in PEM form, for every stage that fetches something.
    pub certificates: Option<String>,
    /// The id of a build secret that holds them, where they are no file of the project.
    pub certificates_secret: Option<String>,
    /// The proxy of HTTP and HTTPS, without a login.
    pub proxy: Option<String>,
    /// Hosts that are reached without it, separated by commas.
    pub no_proxy: Option<String>,
    /// The mirror of deb.debian.org and archive.ubuntu.com.
    pub apt: Option<String>,
    /// The mirror of dl-cdn.alpinelinux.org/alpine.
    pub apk: Option<String>,
    /// The registry of npm, pnpm, Yarn, Bun and Deno.
    pub npm: Option<String>,
    /// The index of uv and pip.
    pub pypi: Option<String>,
    /// The sparse index in place of crates.io.
    pub crates: Option<String>,
    /// The proxy of Go modules.
    pub go: Option<String>,
    /// The mirror of all repositories of Maven and Gradle.
    pub maven: Option<String>,
}

/// One port or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a port, a number up to 65535, or a list of ports")]
pub enum Ports {
    /// `port = 8080`
    One(u16),
    /// `port = [8080, 9090]`
    Many(Vec<u16>),
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ports: Vec<_> = self.list().iter().map(u16::to_string).collect();
        f.write_str(&if ports.is_empty() { "none".into() } else { ports.join(", ") })
    }
}

impl Ports {
    /// The ports as a list.
    #[must_use]
    pub fn list(&self) -> Vec<u16> {
        match self {
            Ports::One(port) => vec![*port],
            Ports::Many(ports) => ports.clone(),
        }
    }
}

/// What `Dockerfile.debug` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DebugVariant {
    /// No debug variant.
    Off,
    /// The program with symbols, and a shell beside it.
    Shell,
    /// The program under its language's debugger, which listens for a client.
    Debugger,
}

/// Where each key of a settings file stands.
pub type Places = BTreeMap<String, Span>;

/// A settings file as it was read.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// What it sets.
    pub(crate) settings: Settings,
    /// Where each dotted key stands in it.
    pub(crate) places: Places,
}

impl Document {
    /// Reads TOML. `also` names keys that mean something to the caller and are no settings.
    ///
    /// # Errors
    /// When the text is no TOML, has a key that is not known, a value of the wrong kind, or one that no image may hold.
    pub fn parse(file: &Utf8Path, text: &str, also: &[&str]) -> Result<Self> {
        Self::read(file, text, Some(also))
    }

    /// Reads TOML whose keys are known to be right: what imggen brings along, for whose keys nobody has to wait at every start.
    ///
    /// # Errors
    /// When the text is no TOML, or has a value of the wrong kind.
    pub(crate) fn of_ours(file: &Utf8Path, text: &str) -> Result<Self> {
        Self::read(file, text, None)
    }

    fn read(file: &Utf8Path, text: &str, also: Option<&[&str]>) -> Result<Self> {
        let broken = |error: &toml::de::Error| {
            let span = error.span().map(|range| Span::of(text, range.start, range.end));
            Diagnostic::usage("settings::broken", format!("`{file}` cannot be read: {}", error.message().trim_end())).at(file, span, "here")
        };
        let table = DeTable::parse(text).map_err(|error| broken(&error))?;
        let mut places = Places::new();
        locate(text, "", table.get_ref(), &mut places);
        if let Some(range) = table.get_ref().get("requires").and_then(|value| value.get_ref().as_str()) {
            requires::check(file, range, places.get("requires").copied())?;
        }
        if let Some(also) = also.filter(|_| !places.is_empty()) {
            check_keys(file, &places, also)?;
        }
        check::check(file, text, table.get_ref())?;
        let mut settings: Settings = toml::from_str(text).map_err(|error| broken(&error))?;
        settings.languages = toml::from_str(text).map_err(|error| broken(&error))?;
        if let Some(newer) = settings.schema.filter(|schema| *schema != SCHEMA) {
            let message = format!("`{file}` is of schema {newer}, and this imggen reads schema {SCHEMA}");
            return Err(Diagnostic::usage("settings::schema", message)
                .at(file, places.get("schema").copied(), "here")
                .help("use the imggen that wrote it, or a newer one")
                .into());
        }
        Ok(Self { settings, places })
    }
}

fn locate(text: &str, prefix: &str, table: &DeTable<'_>, places: &mut Places) {
    for (key, value) in table {
        let name = if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
        let end = if matches!(value.get_ref(), DeValue::Table(_)) { key.span().end } else { value.span().end };
        if let DeValue::Table(inner) = value.get_ref() {
            locate(text, &name, inner, places);
        }
        places.insert(name, Span::of(text, key.span().start, end));
    }
}

fn check_keys(file: &Utf8Path, places: &Places, also: &[&str]) -> Result<()> {
    static KNOWN: LazyLock<Vec<String>> = LazyLock::new(keys);
    let known = &*KNOWN;
    for (key, span) in places {
        let fits = |known: &String| known == key || known.strip_suffix(".*").is_some_and(|map| key.starts_with(&format!("{map}.")));
        let top = key.split('.').next().unwrap_or(key);
        let is_elsewhere = PROJECT_ONLY.contains(&top);
        if also.contains(&key.as_str()) || also.contains(&top) && known.iter().any(fits) || !is_elsewhere && known.iter().any(fits) {
            continue;
        }
        if is_elsewhere {
            let error =
                Diagnostic::usage("settings::project-only", format!("only imggen.toml can set `{key}`")).at(file, Some(*span), "here");
            let packs = (key == "packs").then_some("`--pack DIR` takes a pack for one run, and `init` records it");
            return Err(packs.into_iter().fold(error, Diagnostic::help).into());
        }
        let error = Diagnostic::usage("settings::unknown-key", format!("`{key}` is no setting")).at(file, Some(*span), "not known");
        let near = nearest(key, known.iter().map(String::as_str).chain(also.iter().copied()));
        return Err(match near {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("`imggen schema settings` lists what can be set"),
        }
        .into());
    }
    Ok(())
}

/// The JSON schema of a settings file, the languages' sections included.
#[must_use]
pub fn schema() -> Schema {
    let mut whole = schema_for!(Settings);
    let sections = schema_for!(Sections);
    for part in ["properties", "$defs"] {
        let from = sections.get(part).and_then(Value::as_object).cloned().unwrap_or_default();
        let into = whole.ensure_object().entry(part).or_insert_with(|| Value::Object(serde_json::Map::new()));
        if let Some(into) = into.as_object_mut() {
            into.extend(from);
        }
    }
    whole.insert("title".into(), "imggen.toml".into());
    whole.insert("additionalProperties".into(), false.into());
    whole
}

/// All dotted keys that can be set, sorted; `env.*` stands for any key below `env`.
#[must_use]
pub fn keys() -> Vec<String> {
    let schema = schema();
    let mut keys = Vec::new();
    collect(schema.as_value(), schema.as_value(), "", &mut keys);
    keys.sort();
    keys
}

fn collect(root: &Value, at: &Value, prefix: &str, keys: &mut Vec<String>) {
    let target = at.get("$ref").and_then(Value::as_str).and_then(|reference| root.pointer(reference.trim_start_matches('#')));
    let at = target.unwrap_or(at);
    if let Some(properties) = at.get("properties").and_then(Value::as_object) {
        for (name, property) in properties {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            collect(root, property, &key, keys);
            keys.push(key);
        }
    } else if at.get("additionalProperties").is_some_and(|below| !below.is_boolean()) {
        keys.push(format!("{prefix}.*"));
    }
}

/// The text of `--set key=value` as a settings file: a value that is no TOML is taken as a string.
///
/// # Errors
/// When there is no `=`, or the key is none.
pub fn assignment(text: &str) -> Result<String> {
    let wrong = || Diagnostic::usage("settings::assignment", format!("`{text}` is no `key=value`")).help("for example `--set port=8080`");
    let (key, value) = text.split_once('=').ok_or_else(wrong)?;
    if key.trim().is_empty() {
        return Err(wrong().into());
    }
    let (key, value) = (key.trim(), value.trim());
    let as_given = format!("{key} = {value}\n");
    // a number with a dot is a version here, and `1.10` has to keep its zero
    let is_version = value.parse::<f64>().is_ok() && value.contains('.');
    if !is_version && DeTable::parse(&as_given).is_ok() {
        return Ok(as_given);
    }
    Ok(format!("{key} = {}\n", toml::Value::String(value.to_owned())))
}

/// A path of a settings file's value, as the project's tree spells paths.
#[must_use]
pub fn tree_path(text: &str) -> Utf8PathBuf {
    Utf8Path::new(text).components().filter(|part| part.as_str() != ".").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_knows_where_it_stands() {
        let text = "app = \"api\"\n[go]\ncgo = true\n";
        let document = Document::parse("imggen.toml".into(), text, &[]).map_err(|error| error.message);
        assert_eq!(document.map(|document| document.places["go.cgo"].line), Ok(3));
    }

    #[test]
    fn an_unknown_key_is_an_error_with_a_suggestion() {
        for (text, near) in [("prot = 1\n", "port"), ("[go]\ncgoo = true\n", "go.cgo")] {
            let error = Document::parse("imggen.toml".into(), text, &[]).map(|_| ()).map_err(|error| error.help);
            assert_eq!(error, Err(vec![format!("did you mean `{near}`?")]));
        }
        assert!(Document::parse("imggen.toml".into(), "[env]\nANY = \"thing\"\n", &[]).is_ok());
    }

    #[test]
    fn an_older_imggen_says_so_before_it_stumbles_on_what_it_does_not_know() {
        let parse = |text: &str| Document::parse("imggen.toml".into(), text, PROJECT_ONLY).map(|_| ()).map_err(|error| error.code);
        assert_eq!(parse("requires = \">=99\"\nunheard-of = 1\n"), Err("settings::requires"));
        assert_eq!(parse("requires = \"soon\"\n"), Err("settings::requires"));
        assert_eq!(parse("requires = \">=0.1\"\n"), Ok(()));
    }

    #[test]
    fn an_assignment_takes_toml_and_falls_back_to_a_string() {
        assert_eq!(assignment("port=[80, 81]").ok(), Some("port = [80, 81]\n".into()));
        assert_eq!(assignment("base=slim").ok(), Some("base = \"slim\"\n".into()));
        assert_eq!(assignment("go.version=1.10").ok(), Some("go.version = \"1.10\"\n".into()));
        assert!(assignment("base").is_err());
    }
}
