//! Directories of pages, scripts and the like that the program embeds or hands out, whether they are there or a build has yet to make them.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::Site;
use super::path::{fixed, named_by_the_build, of_value, relative};
use crate::app::{Asset, Needed};
use crate::catalog::vocabulary::{Meaning, Opens};
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::origin::Match;
use crate::program::resolve::arguments;
use crate::program::{Annotation, Call, Expression, Part, Program, Resolved, Value};
use crate::tree::path::inside;

const SERVES: Rule = Rule::parsed("program.serves", "this hands out a directory when the program runs");
const EMBEDS: Rule = Rule::parsed("program.embeds", "this is compiled into the program");

/// What was found so far, by path.
struct Finder<'s, 't> {
    site: &'s Site<'t>,
    found: BTreeMap<Utf8PathBuf, Fact<Asset>>,
}

impl<'t> Program<'t> {
    /// All of them, sorted by path.
    #[must_use]
    pub fn assets(&self, site: &Site<'_>) -> Vec<Fact<Asset>> {
        let mut finder = Finder { site, found: BTreeMap::new() };
        for (file, call, entries) in self.known_calls() {
            for entry in entries {
                let Meaning::Reads(opens) = &*entry.meaning else { continue };
                let Some(needed) = opens.needed else { continue };
                if self.matches(entry, file, call) != Match::No && self.opens(file, call, opens) {
                    self.asset(&mut finder, file, call, opens, needed);
                    break;
                }
            }
        }
        self.assigned_assets(&mut finder);
        for (file, source) in self.sources().iter().enumerate() {
            for annotation in source.outline.types.iter().flat_map(|of| &of.annotations) {
                self.annotated_asset(&mut finder, file, annotation);
            }
        }
        finder.found.into_values().collect()
    }

    fn asset(&self, finder: &mut Finder<'_, '_>, file: usize, call: &'t Call, opens: &Opens, needed: Needed) {
        let proof = self.evidence(file, call.at, rule(needed));
        let given = self.given(file, call, &opens.path);
        if given.is_empty() {
            opens.default.iter().for_each(|path| finder.add(path, needed, &proof));
        }
        let near = self.sources()[file].path.parent().filter(|_| opens.beside_source);
        for value in given.into_iter().flat_map(|given| self.resolve_given(file, call.context, given)) {
            let Some((path, true)) = of_value(finder.site, &value) else { continue };
            let named = value.parts.iter().all(|part| matches!(part, Part::Text(_)));
            match near.filter(|_| named) {
                Some(near) => finder.add_near(near, &path, needed, &proof),
                None => finder.add(&path, needed, &proof),
            }
        }
    }

    fn assigned_assets(&self, finder: &mut Finder<'_, '_>) {
        for (file, source) in self.sources().iter().enumerate().filter(|(_, source)| !source.stands_in) {
            for binding in source.outline.bindings.iter().filter(|binding| !binding.context.test) {
                for entry in self.vocabulary.assigned(&binding.target) {
                    let Meaning::Reads(opens) = &*entry.meaning else { continue };
                    let Some(needed) = opens.needed else { continue };
                    let expression = Expression { value: &binding.value, file, context: binding.context, at: binding.at };
                    let proof = self.evidence(file, binding.at, rule(needed));
                    // a list of directories, and pairs of a prefix and a directory
                    for value in self.shapes(expression).into_iter().flat_map(|shape| self.each_of(shape)) {
                        if let Some((path, true)) = of_value(finder.site, &value) {
                            finder.add(&path, needed, &proof);
                        }
                    }
                }
            }
        }
    }

    /// What a list holds, of pairs the second: a prefix and its directory. Anything else is itself.
    fn each_of(&self, shape: Expression<'t>) -> Vec<Resolved> {
        let Value::List(values) = shape.value else { return self.resolve(shape) };
        let directory = |value: &'t Value| if let Value::List(pair) = value { pair.last() } else { Some(value) };
        values.iter().filter_map(directory).flat_map(|value| self.resolve(Expression { value, ..shape })).collect()
    }

    fn annotated_asset(&self, finder: &mut Finder<'_, '_>, file: usize, annotation: &'t Annotation) {
        for entry in self.vocabulary.annotations(&annotation.name) {
            let Meaning::Reads(opens) = &*entry.meaning else { continue };
            let Some(needed) = opens.needed else { continue };
            let texts = opens.path.0.iter().flat_map(|slot| arguments(&annotation.arguments, slot));
            for text in texts.filter_map(|argument| argument.value.text()) {
                finder.add(text, needed, &self.evidence(file, annotation.at, rule(needed)));
            }
        }
    }
}

impl Finder<'_, '_> {
    /// A path that counts from the source which names it, or from the package around that.
    fn add_near(&mut self, near: &Utf8Path, path: &str, needed: Needed, proof: &Evidence) {
        let there = |path: &Utf8PathBuf| self.site.tree.has(path) || self.site.tree.has_directory(path);
        let opened = Utf8Path::new(path);
        let places = near.ancestors().filter_map(|above| inside(above, opened));
        let found = places.clone().find(there).or_else(|| places.clone().next());
        let home = self.site.bases.first().map_or(Utf8Path::new(""), Utf8PathBuf::as_path);
        if let Some(found) = found {
            self.add(crate::tree::path::relative(home, found).as_str(), needed, proof);
        }
    }

    fn add(&mut self, path: &str, needed: Needed, proof: &Evidence) {
        let Some((path, of_manifest)) = named_by_the_build(path) else { return };
        // what lies in somebody's home is no part of the project
        if path.starts_with('~') {
            return;
        }
        let Some(opened) = relative(path).map(|path| fixed(&path)) else { return };
        let bases = &self.site.bases;
        let below = |base: &Utf8PathBuf| inside(base, &opened).filter(|path| !path.as_str().is_empty() && !bases.contains(path));
        let there = |path: &Utf8PathBuf| self.site.tree.has(path) || self.site.tree.has_directory(path);
        // what is embedded counts from its manifest, the last base; what is opened from where the program is started, the first
        let first = if needed == Needed::AtBuild || of_manifest { bases.last() } else { bases.first() };
        let path = bases.iter().filter_map(below).find(there).or_else(|| below(first.map_or(&Utf8PathBuf::new(), |base| base)));
        let Some(path) = path.filter(|path| !is_source(self.site, path)) else { return };
        let fact = match self.found.remove(&path) {
            Some(known) => known.and(proof.clone()),
            None => Fact::new(Asset { path: path.clone(), needed }, proof.clone()),
        };
        self.found.insert(path, fact);
    }
}

/// Whether a path is of a file that is compiled.
fn is_source(site: &Site<'_>, path: &Utf8Path) -> bool {
    path.extension().is_some_and(|ending| site.compiled.contains(&ending))
}

const fn rule(needed: Needed) -> Rule {
    if matches!(needed, Needed::AtBuild) { EMBEDS } else { SERVES }
}
