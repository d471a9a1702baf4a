//! The sources of a program: the module tree of its own file, and of the project's libraries what it may call.

use std::collections::{BTreeSet, HashMap, HashSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::super::outline::{Module, Unit, read};
use super::super::reach::Reach;
use super::super::workspace::{Bin, Package};
use crate::catalog::vocabulary::last_word;
use crate::program::{At, Source};
use crate::tree::Tree;
use crate::tree::path::inside;

/// Functions that are called without being named.
const CALLED_UNNAMED: [&str; 12] =
    ["default", "drop", "fmt", "from", "from_str", "try_from", "deref", "call", "poll", "next", "deserialize", "main"];

/// A file, without what is not compiled for Linux.
#[derive(Debug)]
pub struct File<'t> {
    /// What it says.
    pub source: Source<'t>,
    /// The directory of its package.
    pub package: Utf8PathBuf,
    words: Vec<(&'t str, u32)>,
}

/// Reads all sources of a program.
#[must_use]
pub fn sources<'t>(tree: &'t Tree, reach: &Reach<'_>, package: &Package<'_>, bin: &Bin) -> Vec<File<'t>> {
    let features = reach.locals.first().map(|local| &local.features);
    let mut own = Crate { tree, package: &package.directory, features, files: Vec::new() };
    own.module(&bin.path, "crate", true);
    let mut own = own.files;
    let mut libraries = Vec::new();
    for local in &reach.locals {
        if let Some((name, path)) = local.package.library.as_ref().filter(|(_, path)| *path != bin.path) {
            let mut library =
                Crate { tree, package: &local.package.directory, features: Some(&local.features), files: std::mem::take(&mut libraries) };
            library.module(path, &name.replace('-', "_"), true);
            libraries = library.files;
        }
    }
    leave_out_uncalled(&own, &mut libraries);
    own.extend(libraries);
    own
}

struct Crate<'c, 't> {
    tree: &'t Tree,
    package: &'c Utf8Path,
    features: Option<&'c BTreeSet<String>>,
    files: Vec<File<'t>>,
}

impl Crate<'_, '_> {
    /// A file and the modules that it declares, each once.
    fn module(&mut self, path: &Utf8Path, home: &str, is_root: bool) {
        if self.files.iter().any(|file| file.source.path == path) {
            return;
        }
        // the tree's own path lives as long as the text
        let known = self.tree.files_in(path.parent().unwrap_or(Utf8Path::new(""))).find(|known| *known == path);
        let Some((path, text)) = known.and_then(|path| Some((path, self.tree.text(path).ok()?))) else { return };
        let Unit { outline, modules, words } = read(text, home, self.features);
        let directory = path.parent().unwrap_or(Utf8Path::new(""));
        let is_directory = is_root || path.file_name() == Some("mod.rs");
        let below = if is_directory { directory.to_owned() } else { directory.join(path.file_stem().unwrap_or_default()) };
        self.files.push(File { source: Source::new(path, text, home, outline), package: self.package.to_owned(), words });
        for module in modules {
            let places = places(&module, &below, directory);
            if let Some(file) = places.into_iter().find(|file| self.tree.has(file)) {
                self.module(&file, &format!("{home}.{}", module.path), false);
            }
        }
    }
}

/// Where a module may be.
fn places(module: &Module, below: &Utf8Path, beside: &Utf8Path) -> Vec<Utf8PathBuf> {
    if let Some(file) = &module.file {
        return inside(beside, file).into_iter().collect();
    }
    let path = below.join(module.path.replace('.', "/"));
    vec![Utf8PathBuf::from(format!("{path}.rs")), path.join("mod.rs")]
}

/// Holds functions of the libraries that nothing in the program names for test code: it never runs.
fn leave_out_uncalled(own: &[File<'_>], libraries: &mut [File<'_>]) {
    let mut words: Vec<&str> = own.iter().flat_map(|file| &file.words).map(|(word, _)| *word).collect();
    words.extend(CALLED_UNNAMED);
    words.extend(libraries.iter().flat_map(said_outside));
    let live = called(libraries, words);
    for (number, file) in libraries.iter_mut().enumerate() {
        let outline = &mut file.source.outline;
        let mut dead = Vec::new();
        for (function, declared) in outline.functions.iter_mut().enumerate() {
            if !declared.name.is_empty() && !live.contains(&(number, function)) {
                declared.test = true;
                dead.push(declared.body);
            }
        }
        let dead = Ranges::new(dead);
        for call in outline.calls.iter_mut().filter(|call| dead.holds(call.at.start)) {
            call.context.test = true;
        }
        for binding in outline.bindings.iter_mut().filter(|binding| dead.holds(binding.at.start)) {
            binding.context.test = true;
        }
        for check in outline.checks.iter_mut().filter(|check| dead.holds(check.at.start)) {
            check.context.test = true;
        }
        outline.texts.retain(|(_, at)| !dead.holds(at.start));
    }
}

/// Places in a text, those inside others left out.
struct Ranges(Vec<At>);

impl Ranges {
    fn new(mut places: Vec<At>) -> Self {
        places.sort();
        let mut outer: Vec<At> = Vec::new();
        for place in places {
            if outer.last().is_none_or(|last| place.start >= last.end) {
                outer.push(place);
            }
        }
        Self(outer)
    }

    fn holds(&self, at: u32) -> bool {
        let behind = self.0.partition_point(|place| place.start <= at);
        behind.checked_sub(1).and_then(|last| self.0.get(last)).is_some_and(|place| at < place.end)
    }
}

/// The words of a file that stand outside of its functions: texts, for attributes name functions by them, and what statics are made of.
fn said_outside<'t>(file: &File<'t>) -> Vec<&'t str> {
    let outline = &file.source.outline;
    let bodies = Ranges::new(outline.functions.iter().filter(|function| !function.name.is_empty()).map(|function| function.body).collect());
    let statics =
        Ranges::new(outline.bindings.iter().filter(|binding| binding.context.function.is_none()).map(|binding| binding.at).collect());
    let texts: HashSet<u32> = outline.texts.iter().map(|(_, at)| at.start).collect();
    let told = file.words.iter().filter(|(_, at)| !bodies.holds(*at) && (texts.contains(at) || statics.holds(*at)));
    told.map(|(word, _)| *word).collect()
}

/// The functions that the words name, and those that these name, by their file's number and their own.
fn called<'t>(libraries: &[File<'t>], mut words: Vec<&'t str>) -> HashSet<(usize, usize)> {
    let mut by_name: HashMap<&str, Vec<(usize, usize)>> = HashMap::new();
    for (number, file) in libraries.iter().enumerate() {
        for (function, declared) in file.source.outline.functions.iter().enumerate().filter(|(_, declared)| !declared.name.is_empty()) {
            by_name.entry(last_word(&declared.name)).or_default().push((number, function));
        }
    }
    let mut live = HashSet::new();
    while let Some(said) = words.pop() {
        for (number, function) in by_name.remove(said).unwrap_or_default() {
            live.insert((number, function));
            let file = &libraries[number];
            let body = file.source.outline.functions[function].body;
            let first = file.words.partition_point(|(_, at)| *at < body.start);
            words.extend(file.words[first..].iter().take_while(|(_, at)| *at < body.end).map(|(word, _)| *word));
        }
    }
    live
}
