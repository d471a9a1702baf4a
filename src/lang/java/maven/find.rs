//! Every module of a reactor that is a program.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::artifact::{boot_version, of_module};
use super::jar::main_class;
use super::{Module, Reactor};
use crate::app::{Claim, Sighting};
use crate::auxiliary;
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::java::artifact::{Artifact, series};
use crate::lang::java::level;
use crate::lang::java::sources::mains;
use crate::lang::java::word::{STARTED, Word};
use crate::read::xml::Element;
use crate::tree::Tree;
use crate::version::Version;

const MODULE: Rule = Rule::parsed("java.module", "this module makes no program");
const USED: Rule = Rule::parsed("java.used", "another module is built with this one");
const OUTSIDE: Rule = Rule::parsed("java.outside", "the build of the whole project does not know this one");
const NAMESAKE: Rule = Rule::parsed("java.namesake", "this is the project's name");

/// What it takes to find a program of Maven's again.
#[derive(Clone, Debug)]
pub struct Seed {
    /// Its pom.
    pub pom: Utf8PathBuf,
    /// The class that is started, where that is known.
    pub main: Option<Fact<String>>,
}

/// The programs, and what says of each other module that it is none.
pub fn find(tree: &Tree, reactor: &Reactor) -> (Vec<(Sighting, Seed)>, Vec<Evidence>) {
    let modules: Vec<_> = reactor.modules().collect();
    let mut used: BTreeMap<(String, String), &Element> = BTreeMap::new();
    // what measures, tests or reports on a program makes no library of it
    let counts = |module: &&Module<'_>| module.packaging() != "pom" && !auxiliary::holds_no_program(module.directory());
    for dependency in modules.iter().filter(counts).flat_map(Module::dependencies).filter(|dependency| dependency.scope != "test") {
        used.entry((dependency.group.clone(), dependency.artifact.clone())).or_insert(dependency.element);
    }
    let (mut apps, mut libraries) = (Vec::new(), Vec::new());
    for module in &modules {
        let found = programs(tree, module);
        if found.is_empty() && module.packaging() != "pom" {
            libraries
                .push(module.identity().map_or_else(|| Evidence::exists(module.pom.clone(), MODULE), |element| element.evidence(MODULE)));
        }
        let several = found.len() > 1;
        let needed_by = used.get(&module.coordinates()).map(|element| element.evidence(USED));
        for (artifact, main) in found {
            let class = main.as_ref().map_or("", |main| main.value.rsplit('.').next().unwrap_or_default());
            let name = if several { format!("{}-{class}", module.artifact()) } else { module.artifact() };
            let claims = claims(tree, reactor, module, needed_by.as_ref(), main.as_ref());
            let sighting = Sighting { name, directory: module.directory().to_owned(), program: artifact.at, claims };
            apps.push((sighting, Seed { pom: module.pom.clone(), main }));
        }
    }
    (apps, libraries)
}

/// What a module makes that runs: one archive, or one for each of its classes with a `main`.
fn programs(tree: &Tree, module: &Module<'_>) -> Vec<(Artifact, Option<Fact<String>>)> {
    if module.packaging() == "pom" {
        return Vec::new();
    }
    let boot = boot_version(module).and_then(|version| series(&version.value));
    let told = Word::read(tree, module.directory()).class().or_else(|| main_class(module));
    if let Some(artifact) = of_module(tree, module, boot, told.as_ref()) {
        return vec![(artifact, told)];
    }
    let level = level::of_maven(tree, module, std::slice::from_ref(module), None).map_or(Version::whole(0), |level| level.classes.value);
    let mains = mains(tree, &[module.directory().to_owned()], level);
    mains.into_iter().filter_map(|main| Some((of_module(tree, module, boot, Some(&main))?, Some(main)))).collect()
}

fn claims(tree: &Tree, reactor: &Reactor, module: &Module<'_>, used: Option<&Evidence>, main: Option<&Fact<String>>) -> Vec<Fact<Claim>> {
    let mut claims = Vec::new();
    let used = used.map(|used| Fact::new(Claim::Aside, used.clone()));
    let outside = || reactor.is_outside(module).then(|| Fact::new(Claim::Aside, Evidence::exists(module.pom.clone(), OUTSIDE)));
    claims.extend(used.or_else(outside));
    if let Some(named) = main.filter(|main| main.because().iter().any(|at| at.rule == STARTED.id)) {
        claims.push(named.with(Claim::Named));
    }
    let root = tree.has("pom.xml") && module.directory().as_str().is_empty();
    if let Some(name) = module.name().filter(|_| root) {
        claims.push(Fact::new(Claim::Namesake, name.evidence(NAMESAKE)));
    }
    claims
}
