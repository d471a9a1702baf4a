//! Files of the project that the program opens: templates, static files, migrations, configuration.
//!
//! A text counts only when it names something that is there. Handed to a call that reads, that is certain; anywhere else it is a guess,
//! and only paths that can hardly be anything else are taken.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::Site;
use super::path::{fixed, is_pattern, matching, of_value, relative};
use crate::app::RunFile;
use crate::catalog::vocabulary::{Meaning, Names, Opens, Slot, Slots, Words};
use crate::context::is_private_key;
use crate::evidence::{Evidence, Fact, Rule, Strength};
use crate::program::origin::Match;
use crate::program::{Call, Expression, Part, Place, Program, Resolved};
use crate::tree::Tree;
use crate::tree::path::inside;

const READ: Rule = Rule::parsed("program.reads-file", "this opens a path of the project when the program runs");
const MENTIONED: Rule = Rule::weak("program.names-file", "this names a path of the project that the program seems to open");

/// More files than a pattern in the root may name.
const MOST_FILES: usize = 20;
/// Longer texts are no paths.
const LONGEST: usize = 200;
/// The endings of files that configuration libraries look for when they are told a name without one.
const ENDINGS: [&str; 8] = ["yaml", "yml", "json", "toml", "ini", "properties", "hcl", "conf"];

/// Directories that are read and not compiled, when they hold no sources.
const ASSETS: &str = "asset assets config configs conf etc data db files fixtures frontend i18n images lang locale locales migrations migration \
    partials pages public resources schema schemas sql static template templates themes translations ui view views web www html";

/// Makes the evidence, which most paths never need because they name nothing.
type Proof<'p> = &'p dyn Fn() -> Evidence;

/// What a path may name, and the path itself, while all texts are gone through.
struct Finder<'s, 't> {
    site: &'s Site<'t>,
    found: BTreeMap<Utf8PathBuf, Fact<RunFile>>,
}

impl<'t> Program<'t> {
    /// All of them; of paths inside one another the outer.
    #[must_use]
    pub fn reads(&self, site: &Site<'_>) -> Vec<Fact<RunFile>> {
        let mut finder = Finder { site, found: BTreeMap::new() };
        for (file, call, entries) in self.known_calls() {
            for entry in entries {
                let Meaning::Reads(opens) = &*entry.meaning else { continue };
                if self.matches(entry, file, call) != Match::No && self.opens(file, call, opens) {
                    self.read(&mut finder, file, call, opens);
                    break;
                }
            }
        }
        self.assigned_paths(&mut finder);
        for (number, setting) in self.settings().iter().enumerate() {
            for value in self.resolve_setting(number) {
                let Some(text) = value.text().filter(|text| finder.is_path_alone(text)) else { continue };
                finder.add(text, &|| self.evidence(setting.file, setting.at, MENTIONED), true);
            }
        }
        self.mentions(&mut finder);
        finder.outer()
    }

    fn read(&self, finder: &mut Finder<'_, '_>, file: usize, call: &'t Call, opens: &Opens) {
        let proof = || self.evidence(file, call.at, READ);
        let given = self.given(file, call, &opens.path);
        if given.is_empty() {
            let default = opens.default.as_ref().map(|path| Resolved { parts: vec![Part::Text(path.clone())], ..Resolved::default() });
            if let Some(value) = &default {
                finder.opened(value, opens.names, &proof);
            }
        }
        for given in given {
            for mut value in self.resolve_given(file, call.context, given) {
                if opens.beside_source && value.parts.iter().all(|part| matches!(part, Part::Text(text) if !text.starts_with('/'))) {
                    let directory = self.sources()[file].path.parent().unwrap_or(Utf8Path::new(""));
                    // what is handed out may lie in the package around as well, and is an asset then
                    let there = inside(directory, value.beginning().0)
                        .is_some_and(|path| finder.site.tree.has(&path) || finder.site.tree.has_directory(&path));
                    if opens.needed.is_some() && !there {
                        continue;
                    }
                    value.parts.splice(0..0, [Part::Place(Place::Root), Part::Text(format!("/{directory}/"))]);
                }
                finder.opened(&value, opens.names, &proof);
            }
        }
    }

    fn assigned_paths(&self, finder: &mut Finder<'_, '_>) {
        for (file, source) in self.sources().iter().enumerate().filter(|(_, source)| !source.stands_in) {
            for binding in source.outline.bindings.iter().filter(|binding| !binding.context.test) {
                for entry in self.vocabulary.assigned(&binding.target) {
                    let Meaning::Reads(opens) = &*entry.meaning else { continue };
                    let values = self.resolve(Expression { value: &binding.value, file, context: binding.context, at: binding.at });
                    let proof = || self.evidence(file, binding.at, READ);
                    for value in &values {
                        finder.opened(value, opens.names, &proof);
                    }
                }
            }
        }
    }

    /// Texts anywhere that look like paths.
    fn mentions(&self, finder: &mut Finder<'_, '_>) {
        for source in self.sources().iter().filter(|source| !source.stands_in && !is_generated(source.text)) {
            for (text, at) in &source.outline.texts {
                // the cheap question first: most texts are no paths
                if !text.contains('/') || text.starts_with('/') || text.contains(' ') || text.len() > LONGEST {
                    continue;
                }
                let (path, rule) = text.strip_prefix("file://").map_or((text.as_str(), MENTIONED), |path| (path, READ));
                let proof = || source.evidence(*at, rule);
                if !is_pattern(path) && !finder.embeds_on_line_of(&proof) {
                    finder.add(path, &proof, true);
                }
            }
        }
    }

    /// Whether the arguments of a call are what they have to be.
    pub(super) fn is_given(&self, file: usize, call: &'t Call, when: &BTreeMap<String, Words>) -> bool {
        when.iter().all(|(slot, wanted)| {
            let slots = Slots(vec![slot.parse::<usize>().map_or_else(|_| Slot::Name(slot.clone()), Slot::Place)]);
            let given = self.given(file, call, &slots).into_iter().flat_map(|given| self.resolve_given(file, call.context, given));
            given.into_iter().any(|value| value.text().is_some_and(|text| wanted.has(text)))
        })
    }

    /// Whether a call opens its path in the way that its entry speaks of.
    pub(super) fn opens(&self, file: usize, call: &'t Call, opens: &Opens) -> bool {
        if !self.is_given(file, call, &opens.when) {
            return false;
        }
        if opens.mode_has.is_empty() && opens.mode_lacks.is_empty() {
            return true;
        }
        let given = self.given(file, call, &opens.mode);
        let mut words = String::new();
        for given in &given {
            match given {
                crate::program::Given::Value(expression) => super::names::all(expression.value, &mut words),
                crate::program::Given::Name(name, _) => words.push_str(name),
                crate::program::Given::Unknown(_) => {}
            }
            for value in self.resolve_given(file, call.context, *given) {
                words.push(' ');
                words.push_str(value.text().unwrap_or_default());
            }
        }
        let says = |wanted: &String| {
            if wanted.len() > 1 {
                words.contains(wanted.as_str())
            } else {
                words.split_whitespace().any(|word| word.len() < 5 && word.contains(wanted.as_str()))
            }
        };
        (opens.mode_has.is_empty() || opens.mode_has.iter().any(says)) && !opens.mode_lacks.iter().any(says)
    }
}

impl Finder<'_, '_> {
    /// `value` is handed to something that reads.
    fn opened(&mut self, value: &Resolved, names: Names, proof: Proof<'_>) {
        if let Some(compiled_in) = self.site.compiled_in
            && let [Part::Place(Place::Root), rest @ ..] = value.parts.as_slice()
        {
            self.beside_sources(compiled_in, rest, proof);
            return;
        }
        let Some((text, whole)) = of_value(self.site, value) else { return };
        let path = if whole { text.as_str() } else { text.rsplit_once('/').map_or("", |(directory, _)| directory) };
        if names == Names::Stem && whole {
            for ending in ENDINGS {
                self.add(&format!("{path}.{ending}"), proof, false);
            }
        }
        let known = self.add(path, proof, false);
        if !known && whole {
            // a directory that a template engine or a file server is given may carry a slash or a scheme
            self.add(text.strip_prefix("file://").unwrap_or(&text), proof, false);
        }
    }

    /// What a compiled program opens beside its sources: it looks where they lay while it was compiled.
    fn beside_sources(&mut self, compiled_in: &Utf8Path, rest: &[Part], proof: Proof<'_>) {
        let texts = rest.iter().map_while(|part| if let Part::Text(text) = part { Some(text.as_str()) } else { None });
        let (text, whole) = (texts.clone().collect::<String>(), texts.count() == rest.len());
        let path = if whole { text.as_str() } else { text.rsplit_once('/').map_or("", |(directory, _)| directory) };
        let Some(source) = inside(Utf8Path::new(""), Utf8Path::new(path.trim_start_matches('/'))) else { return };
        if source.as_str().is_empty() {
            return;
        }
        let (opened, source) = (compiled_in.join(&source), self.site.tree.followed(&source));
        let found = if is_pattern(path) { self.pattern(&opened, &source) } else { self.plain(&opened, &source) };
        for file in found {
            self.insert(file, proof());
        }
    }

    /// Whether a text says by itself that it is a path: by its slash, its ending, or by being called as directories of such files are.
    fn is_path_alone(&self, text: &str) -> bool {
        let is_asset = || ASSETS.split_whitespace().any(|asset| asset == text) && self.holds_no_sources(text);
        text.contains('/') || Utf8Path::new(text).extension().is_some() || is_asset()
    }

    fn is_compiled(&self, path: &Utf8Path) -> bool {
        path.extension().is_some_and(|ending| self.site.compiled.contains(&ending))
    }

    fn holds_no_sources(&self, directory: &str) -> bool {
        self.site
            .bases
            .iter()
            .filter_map(|base| inside(base, Utf8Path::new(directory)))
            .any(|directory| self.site.tree.below(&directory).all(|path| !self.is_compiled(path)))
    }

    /// Adds what `path` names, if it names something.
    fn add(&mut self, path: &str, proof: Proof<'_>, only_what_is_not_embedded: bool) -> bool {
        let Some(opened) = relative(path).filter(|opened| opened.file_name().is_some()) else { return false };
        let site = self.site;
        for base in &site.bases {
            let Some(source) = inside(base, &opened).filter(|source| !source.as_str().is_empty() && !site.bases.contains(source)) else {
                continue;
            };
            let source = site.tree.followed(&source);
            let found = if is_pattern(path) { self.pattern(&opened, &source) } else { self.plain(&opened, &source) };
            if found.is_empty() {
                continue;
            }
            for file in found {
                if !(only_what_is_not_embedded && self.is_embedded(&file.source)) {
                    self.insert(file, proof());
                }
            }
            return true;
        }
        false
    }

    fn insert(&mut self, file: RunFile, evidence: Evidence) {
        match self.found.remove(&file.source) {
            // what is certain needs no guess beside it
            Some(known) if evidence.strength == Strength::Weak => self.found.insert(file.source, known),
            Some(known) => self.found.insert(file.source, known.and(evidence)),
            None => self.found.insert(file.source.clone(), Fact::new(file, evidence)),
        };
    }

    fn plain(&self, opened: &Utf8Path, source: &Utf8Path) -> Vec<RunFile> {
        let tree = self.site.tree;
        let is_file = tree.has(source) && !self.is_compiled(source);
        let is_directory =
            || tree.has_directory(source) && tree.below(source).any(|path| !self.is_compiled(path) && is_wanted(self.site.tree, path));
        if is_wanted(tree, source) && (is_file || is_directory()) {
            vec![RunFile { source: source.to_owned(), opened_as: opened.to_owned() }]
        } else {
            Vec::new()
        }
    }

    /// The directory of a pattern that matches; the files themselves where that is the directory of everything.
    fn pattern(&self, opened: &Utf8Path, source: &Utf8Path) -> Vec<RunFile> {
        let mut files =
            matching(self.site.tree, source).filter(|path| !self.is_compiled(path) && is_wanted(self.site.tree, path)).peekable();
        if files.peek().is_none() {
            return Vec::new();
        }
        let (directory, named) = (fixed(source), fixed(opened));
        if named.file_name().is_some() && !self.site.bases.contains(&directory) {
            return vec![RunFile { source: directory, opened_as: named }];
        }
        let name = |path: &Utf8Path| path.strip_prefix(&directory).map(|rest| named.join(rest)).unwrap_or_default();
        files.take(MOST_FILES).map(|path| RunFile { source: path.to_owned(), opened_as: name(path) }).collect()
    }

    /// Whether what stands there is read by the compiler: its path counts from the source, and means nothing when the program runs.
    fn embeds_on_line_of(&self, text: Proof<'_>) -> bool {
        if self.site.embedded.is_empty() {
            return false;
        }
        let text = text();
        self.site.embedded.iter().flat_map(Fact::because).any(|by| by.file == text.file && by.place().line == text.place().line)
    }

    fn is_embedded(&self, source: &Utf8Path) -> bool {
        self.site.embedded.iter().any(|pattern| {
            let fixed = fixed(&pattern.value);
            // a pattern in the directory of everything covers its own matches alone
            if fixed.file_name().is_some() && fixed != *source {
                source.starts_with(&fixed)
            } else {
                matching(self.site.tree, &pattern.value).any(|path| path.starts_with(source))
            }
        })
    }

    fn outer(self) -> Vec<Fact<RunFile>> {
        let mut kept: Vec<Fact<RunFile>> = Vec::new();
        // sorted, so that a directory comes before what is in it
        for fact in self.found.into_values() {
            if !kept.iter().any(|outer| fact.value.source.starts_with(&outer.value.source)) {
                kept.push(fact);
            }
        }
        kept
    }
}

/// Generated code names the files that it was made from.
fn is_generated(text: &str) -> bool {
    const HEAD: usize = 2_000;
    let head = text.get(..HEAD.min(text.len())).unwrap_or_default();
    head.contains("Code generated") || head.contains("@generated")
}

/// Secrets, the repository's own files and test data never go into an image.
pub(super) fn is_wanted(tree: &Tree, path: &Utf8Path) -> bool {
    let is_hidden = |part: &str| part == ".git" || part == "testdata" || part == ".env" || part.starts_with(".env.");
    !is_private_key(tree, path) && !path.components().any(|part| is_hidden(part.as_str()))
}
