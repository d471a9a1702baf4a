//! Packs: presets, templates and catalog files that lie upon one another. The built-in pack is embedded and lies at the bottom.

use std::borrow::Cow;
use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use include_dir::{Dir, include_dir};
use serde::Deserialize;

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::policy::{Policy, Rules};
use crate::read::file;
use crate::requires;
use crate::tree::READ_LIMIT;

static PRESETS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/presets");
/// The catalog as JSON, made by the build script.
static CATALOG: Dir<'_> = include_dir!("$OUT_DIR/catalog");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// What says who a pack is.
const HEAD: &str = "pack.toml";

/// A set of files: `presets/*.toml`, `presets/_catalog/*.toml`, `templates/**`, and perhaps a `pack.toml` that names it.
#[derive(Clone, Debug)]
pub struct Pack {
    name: String,
    /// What its files say it is; nothing where it is told by its directory alone.
    version: Option<String>,
    /// Where it lies; nothing for one that is held in memory.
    directory: Option<Utf8PathBuf>,
    /// By their paths; as texts, which are compared faster than paths.
    files: BTreeMap<String, Cow<'static, str>>,
    /// What its organisation allows.
    policy: Option<Rules>,
    /// Files that could not be read and that nobody has to read.
    skipped: Vec<(Utf8PathBuf, String)>,
}

/// `pack.toml`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    name: Option<String>,
    version: Option<String>,
    policy: Option<Policy>,
    /// The versions of imggen that it is written for; looked at before all else.
    #[serde(rename = "requires")]
    _requires: Option<String>,
}

/// A file of a pack that nobody reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stray {
    /// Its path in the pack.
    pub path: Utf8PathBuf,
    /// The pack and the file, for people.
    pub place: String,
    /// Why nobody reads it.
    pub why: String,
}

impl Pack {
    /// The pack that comes with imggen.
    #[must_use]
    pub fn built_in() -> Self {
        let mut files = BTreeMap::new();
        embed("presets", &PRESETS, &mut files);
        embed("presets/_catalog", &CATALOG, &mut files);
        embed("templates", &TEMPLATES, &mut files);
        Self { name: "imggen".into(), version: None, directory: None, files, policy: None, skipped: Vec::new() }
    }

    /// A pack of files that are held in memory.
    #[must_use]
    pub fn from_memory(name: impl Into<String>, files: impl IntoIterator<Item = (Utf8PathBuf, String)>) -> Self {
        let files = files.into_iter().map(|(path, text)| (path.into_string(), text.into())).collect();
        Self { name: name.into(), version: None, directory: None, files, policy: None, skipped: Vec::new() }
    }

    /// The pack in a directory.
    ///
    /// # Errors
    /// When the directory, or a file of it, cannot be read.
    pub fn open(directory: &Utf8Path) -> Result<Self> {
        let refused = |path: &Utf8Path, error: &dyn std::fmt::Display| {
            Diagnostic::usage("pack::unreadable", format!("`{path}` cannot be read: {error}"))
                .help("a pack is a directory that holds `presets/`, `templates/` or `pack.toml`")
        };
        let (mut files, mut skipped) = (BTreeMap::new(), Vec::new());
        let mut waiting: Vec<Utf8PathBuf> =
            ["presets", "templates"].map(Utf8PathBuf::from).into_iter().filter(|part| directory.join(part).is_dir()).collect();
        if waiting.is_empty() && !directory.join(HEAD).is_file() {
            let nothing = std::io::Error::new(std::io::ErrorKind::NotFound, "it holds neither `presets/` nor `templates/` nor `pack.toml`");
            return Err(refused(directory, &nothing).into());
        }
        while let Some(part) = waiting.pop() {
            let listing = directory.join(&part).read_dir_utf8().map_err(|error| refused(&directory.join(&part), &error))?;
            for entry in listing {
                let entry = entry.map_err(|error| refused(&directory.join(&part), &error))?;
                let path = part.join(entry.file_name());
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => waiting.push(path),
                    Ok(kind) if kind.is_file() => {
                        match file::text(file::plain(entry.path(), READ_LIMIT)) {
                            Ok(text) => _ = files.insert(path.into_string(), text.into()),
                            // an editor's or a system's leavings are nobody's fault
                            Err(why) if !is_read(&path) => skipped.push((path, why.to_string())),
                            Err(why) => return Err(refused(entry.path(), &why).into()),
                        }
                    }
                    _ => {}
                }
            }
        }
        let head = head(directory)?;
        let (name, version, policy) = match head {
            Some((Head { name, version, policy, .. }, text)) => {
                (name, version, policy.map(|policy| Rules { policy, file: directory.join(HEAD), text }))
            }
            None => (None, None, None),
        };
        let name = name.unwrap_or_else(|| directory.to_string());
        Ok(Self { name, version, directory: Some(directory.to_owned()), files, policy, skipped })
    }

    /// Its name: what its `pack.toml` says, else its directory.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn paths(&self) -> impl Iterator<Item = &Utf8Path> {
        self.files.keys().map(Utf8Path::new)
    }

    /// A file of it, for people.
    fn place(&self, path: &Utf8Path) -> String {
        match &self.directory {
            Some(directory) if *directory != self.name => format!("{} of the pack `{}`", directory.join(path), self.name),
            Some(directory) => directory.join(path).into_string(),
            None => format!("{path} of `{}`", self.name),
        }
    }
}

/// Whether somebody reads a file of that path: one that cannot be read is an error then.
fn is_read(path: &Utf8Path) -> bool {
    match path.strip_prefix("presets") {
        Ok(preset) if preset.starts_with("_catalog") => is_catalog(path),
        Ok(preset) => preset.extension() == Some("toml") && preset.components().count() == 1,
        Err(_) => path.extension() == Some("j2"),
    }
}

fn is_catalog(path: &Utf8Path) -> bool {
    path.strip_prefix("presets/_catalog").is_ok_and(|name| Catalog::is_file(name.as_str()))
}

/// What a pack says of itself.
fn head(directory: &Utf8Path) -> Result<Option<(Head, String)>> {
    let path = directory.join(HEAD);
    let broken = |why: &dyn std::fmt::Display| {
        Diagnostic::usage("pack::broken", format!("`{path}` cannot be read: {why}"))
            .help("it takes `name`, `version`, `requires` and `[policy]`, for example `name = \"acme\"`")
    };
    let text = match file::text(file::plain(&path, READ_LIMIT)) {
        Ok(text) => text,
        Err(why) if why.is_missing() => return Ok(None),
        Err(why) => return Err(broken(&why).into()),
    };
    let table: toml::Table = toml::from_str(&text).map_err(|error| broken(&error.message()))?;
    if let Some(range) = table.get("requires").and_then(toml::Value::as_str) {
        requires::check(&path, range, None)?;
    }
    let head: Head = toml::from_str(&text).map_err(|error| broken(&error.message()))?;
    Ok(Some((head, text)))
}

fn embed(prefix: &str, dir: &Dir<'static>, files: &mut BTreeMap<String, Cow<'static, str>>) {
    if prefix == "presets" && dir.path().ends_with("_catalog") {
        return;
    }
    for file in dir.files() {
        if let (Some(path), Some(text)) = (Utf8Path::from_path(file.path()), file.contents_utf8()) {
            files.insert(format!("{prefix}/{path}"), text.into());
        }
    }
    dir.dirs().for_each(|dir| embed(prefix, dir, files));
}

/// Packs upon one another, the strongest first.
#[derive(Clone, Debug)]
pub struct Packs(Vec<Pack>);

impl Default for Packs {
    fn default() -> Self {
        Self(vec![Pack::built_in()])
    }
}

/// A file of a pack.
#[derive(Clone, Debug)]
pub(crate) struct PackFile<'a> {
    /// The pack's place, 0 for the strongest.
    pub depth: usize,
    /// The pack's name.
    pub pack: &'a str,
    /// Where the file is, for people; nothing for the built-in pack's.
    pub place: Option<String>,
    /// The file's text.
    pub text: &'a str,
}

impl Packs {
    /// Packs over the built-in one, the strongest first.
    ///
    /// Of packs that bear one name the strongest is taken: a checkout beside the project in place of the one that is recorded.
    pub fn over_built_in(packs: impl IntoIterator<Item = Pack>) -> Self {
        let mut all: Vec<Pack> = Vec::new();
        for pack in packs.into_iter().chain([Pack::built_in()]) {
            if !all.iter().any(|stronger| stronger.name == pack.name) {
                all.push(pack);
            }
        }
        Self(all)
    }

    /// What the packs' organisations allow.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &Rules> {
        self.0.iter().filter_map(|pack| pack.policy.as_ref())
    }

    /// The texts of the files in which the policies stand.
    pub(crate) fn policy_files(&self) -> impl Iterator<Item = (&Utf8Path, &str)> {
        self.policies().map(|rules| (rules.file.as_path(), rules.text.as_str()))
    }

    /// The packs that have a version, as a header names them: `+acme/1.4`.
    #[must_use]
    pub fn versions(&self) -> String {
        self.0.iter().filter_map(|pack| Some(format!("+{}/{}", pack.name, pack.version.as_ref()?))).collect()
    }

    /// The files of all packs but the built-in one that nobody reads.
    #[must_use]
    pub(crate) fn strays(&self) -> Vec<Stray> {
        let mut strays = Vec::new();
        for pack in &self.0[..self.0.len().saturating_sub(1)] {
            let stray = |path: &Utf8Path, why: String| Stray { path: path.to_owned(), place: pack.place(path), why };
            strays.extend(pack.skipped.iter().map(|(path, why)| stray(path, why.clone())));
            for path in pack.paths() {
                if !is_read(path) {
                    strays.push(stray(path, "neither a preset, nor a file of the catalog, nor a template is called so".into()));
                } else if path.starts_with("templates") && !self.is_included(path) {
                    strays.push(stray(path, "no language prints it, and no other template includes it".into()));
                }
            }
        }
        strays
    }

    /// Whether a template is one that languages print, or another one names it.
    fn is_included(&self, path: &Utf8Path) -> bool {
        let built_in = self.0.last().is_some_and(|pack| pack.files.contains_key(path.as_str()));
        let name = path.strip_prefix("templates").unwrap_or(path);
        let mut others = self.0.iter().flat_map(|pack| &pack.files).filter(|(other, _)| *other != path && other.starts_with("templates/"));
        built_in || others.any(|(_, text)| text.contains(name.as_str()))
    }

    /// The presets of all packs but the built-in one, or of that one where it is alone: their names, and where they are.
    #[must_use]
    pub fn presets(&self) -> Vec<(&str, String)> {
        let packs = if self.0.len() > 1 { &self.0[..self.0.len() - 1] } else { &self.0[..] };
        let mut presets: Vec<(&str, String)> = Vec::new();
        for pack in packs {
            for path in pack.paths().filter(|path| path.starts_with("presets") && !is_catalog(path) && is_read(path)) {
                if let Some(name) = path.file_stem().filter(|name| !presets.iter().any(|(known, _)| known == name)) {
                    presets.push((name, pack.place(path)));
                }
            }
        }
        presets
    }

    /// The strongest file of that path, from the pack at `from` downwards.
    pub(crate) fn file(&self, path: impl AsRef<Utf8Path>, from: usize) -> Option<PackFile<'_>> {
        let path = path.as_ref();
        let mut below = self.0.iter().enumerate().skip(from);
        let (depth, pack, text) = below.find_map(|(depth, pack)| Some((depth, pack, pack.files.get(path.as_str())?)))?;
        let place = (depth + 1 < self.0.len()).then(|| pack.place(path));
        Some(PackFile { depth, pack: &pack.name, place, text })
    }

    /// The names of all files directly in `directory`, sorted, each once.
    #[must_use]
    pub(crate) fn list(&self, directory: &str) -> Vec<&Utf8Path> {
        let mut paths: Vec<_> =
            self.0.iter().flat_map(Pack::paths).filter(|path| path.parent().is_some_and(|parent| parent == directory)).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// All template paths below `templates/`, sorted, each once.
    #[must_use]
    pub fn templates(&self) -> Vec<&Utf8Path> {
        let all = self.0.iter().flat_map(Pack::paths);
        let mut paths: Vec<_> = all.filter_map(|path| path.strip_prefix("templates").ok()).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// The texts of a file of the catalog, the weakest pack's first.
    pub(crate) fn catalog_texts<'a>(&'a self, file: &str) -> impl Iterator<Item = &'a str> {
        let path = format!("presets/_catalog/{file}");
        self.0.iter().rev().filter_map(move |pack| pack.files.get(&path).map(|text| &**text))
    }

    /// The catalog that the packs make together.
    ///
    /// # Errors
    /// When a catalog file is broken.
    pub(crate) fn catalog(&self) -> Result<Catalog> {
        self.catalog_from(0).map_err(|error| {
            // the weakest pack with which it cannot be read is the one that is wrong
            let depth = (0..self.0.len()).rev().find(|depth| self.catalog_from(*depth).is_err()).unwrap_or_default();
            let file = error.labels.first().map(|label| Utf8Path::new("presets/_catalog").join(&label.file)).unwrap_or_default();
            let place = self.file(&file, depth).and_then(|file| file.place);
            place.into_iter().fold(error, |error, place| Box::new(error.info(format!("in {place}"))))
        })
    }

    /// The catalog of the pack at that place and those below it.
    fn catalog_from(&self, depth: usize) -> Result<Catalog> {
        let weakest_first = self.0[depth..].iter().rev().flat_map(|pack| &pack.files);
        Catalog::read(weakest_first.filter_map(|(path, text)| {
            let name = path.strip_prefix("presets/_catalog/").filter(|name| Catalog::is_file(name))?;
            Some((name, text))
        }))
    }
}
