//! Packs: presets, templates and catalog files that lie upon one another. The built-in pack is embedded and lies at the bottom.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use include_dir::{Dir, include_dir};

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::read::file;
use crate::tree::READ_LIMIT;

static PRESETS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/presets");
/// The catalog as JSON, made by the build script.
static CATALOG: Dir<'_> = include_dir!("$OUT_DIR/catalog");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// A set of files: `presets/*.toml`, `presets/_catalog/*.toml`, `templates/**`.
#[derive(Clone, Debug)]
pub struct Pack {
    name: String,
    files: BTreeMap<Utf8PathBuf, String>,
}

impl Pack {
    /// The pack that comes with imggen.
    #[must_use]
    pub fn built_in() -> Self {
        let mut files = BTreeMap::new();
        embed("presets", &PRESETS, &mut files);
        embed("presets/_catalog", &CATALOG, &mut files);
        embed("templates", &TEMPLATES, &mut files);
        Self { name: "imggen".into(), files }
    }

    /// A pack of files that are held in memory.
    #[must_use]
    pub fn from_memory(name: impl Into<String>, files: impl IntoIterator<Item = (Utf8PathBuf, String)>) -> Self {
        Self { name: name.into(), files: files.into_iter().collect() }
    }

    /// The pack in a directory.
    ///
    /// # Errors
    /// When the directory, or a file of it, cannot be read.
    pub fn open(directory: &Utf8Path) -> Result<Self> {
        let refused = |path: &Utf8Path, error: &dyn std::fmt::Display| {
            Diagnostic::usage("pack::unreadable", format!("`{path}` cannot be read: {error}"))
                .help("a pack is a directory that holds `presets/` or `templates/`")
        };
        let mut files = BTreeMap::new();
        let mut waiting: Vec<Utf8PathBuf> =
            ["presets", "templates"].map(Utf8PathBuf::from).into_iter().filter(|part| directory.join(part).is_dir()).collect();
        if waiting.is_empty() {
            let nothing = std::io::Error::new(std::io::ErrorKind::NotFound, "it holds neither `presets/` nor `templates/`");
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
                        let text = file::text(file::plain(entry.path(), READ_LIMIT)).map_err(|why| refused(entry.path(), &why))?;
                        files.insert(path, text);
                    }
                    _ => {}
                }
            }
        }
        Ok(Self { name: directory.to_string(), files })
    }
}

fn embed(prefix: &str, dir: &Dir<'_>, files: &mut BTreeMap<Utf8PathBuf, String>) {
    if prefix == "presets" && dir.path().ends_with("_catalog") {
        return;
    }
    for file in dir.files() {
        if let (Some(path), Some(text)) = (Utf8Path::from_path(file.path()), file.contents_utf8()) {
            files.insert(Utf8Path::new(prefix).join(path), text.to_owned());
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
#[derive(Clone, Copy, Debug)]
pub struct PackFile<'a> {
    /// The pack's place, 0 for the strongest.
    pub depth: usize,
    /// The pack's name.
    pub pack: &'a str,
    /// The file's text.
    pub text: &'a str,
}

impl Packs {
    /// Packs over the built-in one, the strongest first.
    pub fn over_built_in(packs: impl IntoIterator<Item = Pack>) -> Self {
        Self(packs.into_iter().chain([Pack::built_in()]).collect())
    }

    /// The strongest file of that path, from the pack at `from` downwards.
    pub fn file(&self, path: impl AsRef<Utf8Path>, from: usize) -> Option<PackFile<'_>> {
        let found = |(depth, pack): (usize, &'_ Pack)| -> Option<usize> { pack.files.contains_key(path.as_ref()).then_some(depth) };
        let depth = self.0.iter().enumerate().skip(from).find_map(found)?;
        let pack = &self.0[depth];
        Some(PackFile { depth, pack: &pack.name, text: &pack.files[path.as_ref()] })
    }

    /// The names of all files directly in `directory`, sorted, each once.
    #[must_use]
    pub fn list(&self, directory: &str) -> Vec<&Utf8Path> {
        let mut paths: Vec<_> = self
            .0
            .iter()
            .flat_map(|pack| pack.files.keys())
            .map(Utf8PathBuf::as_path)
            .filter(|path| path.parent().is_some_and(|parent| parent == directory))
            .collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// All template paths below `templates/`, sorted, each once.
    #[must_use]
    pub fn templates(&self) -> Vec<&Utf8Path> {
        let all = self.0.iter().flat_map(|pack| pack.files.keys());
        let mut paths: Vec<_> = all.filter_map(|path| path.strip_prefix("templates").ok()).collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// The catalog that the packs make together.
    ///
    /// # Errors
    /// When a catalog file is broken.
    pub fn catalog(&self) -> Result<Catalog> {
        let weakest_first = self.0.iter().rev().flat_map(|pack| &pack.files);
        Catalog::read(weakest_first.filter_map(|(path, text)| {
            let name = path.strip_prefix("presets/_catalog").ok()?;
            Some((name.as_str(), text.as_str()))
        }))
    }
}
