//! What in a program is not Rust: found from the lock file, package by package, with the way that leads there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use schemars::JsonSchema;
use serde::Serialize;

use super::reach::Reach;
use crate::catalog::{Catalog, Links, Native};
use crate::evidence::{Evidence, Fact, Rule};
use crate::need::Need;
use crate::read::cargo_lock::{Lock, Locked};

const NATIVE: Rule = Rule::parsed("rust.native-package", "this package is, or wraps, native code");
const TOOL: Rule = Rule::parsed("rust.build-tool", "this package builds or looks for native code");
const LEADS: Rule = Rule::parsed("rust.leads-there", "this package depends on it");

/// How many packages of the way that leads to a find are told.
const TOLD: usize = 3;

/// Something native in a program, or a tool that its build needs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Inside {
    /// The package.
    pub name: String,
    /// What is native about it.
    pub what: String,
    /// What it means for linking.
    pub links: Links,
    /// What has to be there to build it.
    pub build: Vec<Need>,
    /// What has to be there to run it.
    pub run: Vec<Need>,
    /// Environment of the build.
    pub env: BTreeMap<String, String>,
}

/// All that was found.
#[derive(Debug, Default)]
pub struct Findings {
    /// Native code, tools, and what looks for system libraries that are not known.
    pub inside: Vec<Fact<Inside>>,
    /// All packages that may be compiled in, by name.
    pub packages: BTreeSet<String>,
}

struct Walk<'a> {
    lock: &'a Lock,
    catalog: &'a Catalog,
    reach: &'a Reach<'a>,
    /// Which package led to which.
    from: BTreeMap<(&'a str, &'a str), Option<&'a Locked>>,
    waiting: VecDeque<&'a Locked>,
    found: Vec<Fact<Inside>>,
}

/// Walks through the lock file from the program's own packages.
#[must_use]
pub fn look(reach: &Reach<'_>, lock: &Lock, catalog: &Catalog) -> Findings {
    let mut walk = Walk { lock, catalog, reach, from: BTreeMap::new(), waiting: VecDeque::new(), found: Vec::new() };
    for external in &reach.externals {
        let own = lock.own(&external.of.name);
        let mut of_own = own.into_iter().flat_map(|own| lock.dependencies(own)).filter(|package| package.name == external.name).peekable();
        if of_own.peek().is_some() {
            of_own.for_each(|package| walk.visit(package, None));
        } else {
            lock.named(&external.name).for_each(|package| walk.visit(package, None));
        }
    }
    for local in &reach.locals {
        let names: Vec<&str> = reach
            .externals
            .iter()
            .filter(|external| std::ptr::eq(external.of, local.package))
            .map(|external| external.name.as_str())
            .collect();
        if let Some(own) = lock.own(&local.package.name) {
            walk.tools(own, &names);
        }
    }
    while let Some(package) = walk.waiting.pop_front() {
        walk.judge(package);
    }
    let packages = walk.from.keys().map(|(name, _)| (*name).to_owned()).collect();
    let mut inside = walk.found;
    inside.sort_by(|a, b| (&a.value.name, &a.value.what).cmp(&(&b.value.name, &b.value.what)));
    inside.dedup_by(|a, b| a.value.name == b.value.name && a.value.what == b.value.what);
    Findings { inside, packages }
}

/// Without a lock file only the manifests speak: what they name, and what is known to pull something in.
#[must_use]
pub fn guess(reach: &Reach<'_>, catalog: &Catalog) -> Findings {
    let mut findings = Findings::default();
    for external in &reach.externals {
        findings.packages.insert(external.name.clone());
        let pulls_in =
            |native: &&Native| native.name == external.name || external.default_features && native.through.contains(&external.name);
        for native in catalog.natives("rust").iter().filter(pulls_in) {
            let bundled = native.bundled.as_ref().filter(|bundled| external.features.contains(&bundled.feature));
            let inside = Inside::of(native, &native.name, bundled.is_some());
            findings.inside.push(Fact::new(inside, external.evidence.clone()));
        }
    }
    findings
}

impl Inside {
    fn of(native: &Native, name: &str, bundled: bool) -> Self {
        let (build, run) = match &native.bundled {
            Some(with) if bundled => (with.build.clone(), Vec::new()),
            _ => (native.build.clone(), native.run.clone()),
        };
        Self { name: name.to_owned(), what: native.what.clone(), links: native.links, build, run, env: native.env.clone() }
    }
}

impl<'a> Walk<'a> {
    fn native(&self, name: &str) -> Option<&'a Native> {
        self.catalog.natives("rust").iter().find(|native| native.name == name)
    }

    fn visit(&mut self, package: &'a Locked, from: Option<&'a Locked>) {
        if self.is_off(&package.name) || self.from.contains_key(&(package.name.as_str(), package.version.as_str())) {
            return;
        }
        self.from.insert((&package.name, &package.version), from);
        self.waiting.push_back(package);
    }

    /// A package that stands in the lock file and is compiled only with a feature that nobody asks for.
    fn is_off(&self, name: &str) -> bool {
        let Some(native) = self.native(name).filter(|native| native.elsewhere || !native.only.is_empty()) else { return false };
        let asks = |switch: &String| {
            let (of, feature) = switch.split_once('/').unwrap_or((switch, ""));
            let mut externals = self.reach.named(of).peekable();
            // whoever is not asked directly may be asked by others
            externals.peek().is_none() || externals.any(|external| external.features.contains(feature))
        };
        native.elsewhere || !native.only.iter().any(asks)
    }

    fn judge(&mut self, package: &'a Locked) {
        let lock = self.lock;
        let dependencies: Vec<&Locked> = lock.dependencies(package).collect();
        let known = self.native(&package.name).filter(|native| !native.tool);
        if let Some(native) = known {
            let bundled =
                native.bundled.as_ref().is_some_and(|bundled| dependencies.iter().any(|dependency| dependency.name == bundled.with));
            if native.says_something() {
                let mut inside = Inside::of(native, &package.name, bundled);
                if bundled && self.may_be_off(native) {
                    let unbundled = Inside::of(native, &package.name, false);
                    inside.build.extend(unbundled.build);
                    inside.run.extend(unbundled.run);
                }
                self.add(inside, package, NATIVE);
            }
        } else {
            let names: Vec<&str> = dependencies.iter().map(|dependency| dependency.name.as_str()).collect();
            self.tools(package, &names);
        }
        for dependency in dependencies {
            if !self.native(&dependency.name).is_some_and(|native| native.tool) {
                self.visit(dependency, Some(package));
            }
        }
    }

    /// Whether what comes with it comes only by a feature that is off by default.
    fn may_be_off(&self, native: &Native) -> bool {
        let Some(bundled) = &native.bundled else { return false };
        let speaks = |meaning: &String| meaning.ends_with(&bundled.feature);
        let of = |local: &super::reach::Local<'_>, on: bool| {
            let features = local.package.manifest.says.features.iter();
            features.filter(|(name, _)| local.features.contains(*name) == on).any(|(_, means)| means.iter().any(speaks))
        };
        let asked = self.reach.externals.iter().any(|external| external.features.iter().any(speaks));
        !asked && self.reach.locals.iter().any(|local| of(local, false)) && !self.reach.locals.iter().any(|local| of(local, true))
    }

    /// What a package's build script builds or looks for, seen by the tools that it depends on.
    fn tools(&mut self, package: &'a Locked, names: &[&str]) {
        for name in names {
            let Some(native) = self.native(name).filter(|native| native.tool) else { continue };
            if native.unless.iter().any(|other| names.contains(&other.as_str())) {
                continue;
            }
            self.add(Inside::of(native, &package.name, false), package, TOOL);
        }
    }

    fn add(&mut self, inside: Inside, package: &'a Locked, rule: Rule) {
        let fact = Fact::new(inside, self.lock.evidence(package, rule));
        let way = self.way(package);
        self.found.push(way.into_iter().fold(fact, Fact::and));
    }

    /// The packages that lead there, and where the project asks for the first of them.
    fn way(&self, package: &Locked) -> Vec<Evidence> {
        let mut way: Vec<&Locked> = Vec::new();
        let mut at = self.from.get(&(package.name.as_str(), package.version.as_str())).copied().flatten();
        while let Some(package) = at {
            way.push(package);
            at = self.from.get(&(package.name.as_str(), package.version.as_str())).copied().flatten();
        }
        let first = way.last().map_or(package, |first| first);
        let asked = self.reach.named(&first.name).next().map(|external| external.evidence.clone());
        way.iter().take(TOLD).map(|package| self.lock.evidence(package, LEADS)).chain(asked).collect()
    }
}
