//! Packages that are native code, or start programs: what they want where they are built and where they run.

use std::collections::BTreeSet;

use super::lock::Locked;
use super::package::{Kind, Package};
use super::range::is_below;
use crate::catalog::{Catalog, Links, Native, NativeUse};
use crate::evidence::{Evidence, Fact, Rule};
use crate::need::Need;

const NATIVE: Rule = Rule::parsed("node.native", "this package is native code");
const COMPILED: Rule = Rule::parsed("node.compiled", "this package may be compiled when it is installed");

/// Native packages that are installed for production.
pub fn find(catalog: &Catalog, package: &Package<'_>, locked: &[Locked]) -> Vec<Fact<NativeUse>> {
    let known = Known { package, locked, says: locked.iter().any(|package| package.development) };
    // node-gyp asked Python for it before 10, and Python has it no more from 3.12 on
    let distutils = locked.iter().any(|package| package.name == "node-gyp" && is_below(&package.version, "10.0.0"));
    let mut found: Vec<Fact<NativeUse>> = Vec::new();
    for native in catalog.natives("node").iter().filter(|native| !native.tool && native.links != Links::Nothing) {
        let unless = || native.unless.iter().any(|name| known.declares(name) || known.locks(name).is_some());
        let Some(at) = known.find(native).filter(|_| !unless()) else { continue };
        let at = at.under(NATIVE);
        let compiles = native.build.contains(&Need::Program("python3".into()));
        let build = native.build.iter().cloned().chain((compiles && distutils).then(|| Need::Library("distutils".into()))).collect();
        found.push(Fact::new(NativeUse { build, ..native.into() }, at));
    }
    found
}

/// What is known of the packages of a program.
struct Known<'k, 't> {
    package: &'k Package<'t>,
    locked: &'k [Locked],
    /// Whether the lock says what is there for development alone: not every format does.
    says: bool,
}

impl Known<'_, '_> {
    /// Where a native package is asked for or locked, by itself or through another.
    fn find(&self, native: &Native) -> Option<Evidence> {
        let starts = native.run.iter().any(|need| matches!(need, Need::Program(_)));
        let names = std::iter::once(&native.name).chain(&native.through);
        names.into_iter().find_map(|name| match self.package.dependency(name) {
            Some(fact) if fact.value == Kind::Production => Some(fact.because()[0].clone()),
            Some(_) => None,
            None => self.locks(name).filter(|_| self.says || !starts).map(|package| package.at.clone()),
        })
    }

    fn declares(&self, name: &str) -> bool {
        self.package.dependency(name).is_some()
    }

    fn locks(&self, name: &str) -> Option<&Locked> {
        self.locked.iter().find(|package| package.name == name && !package.development)
    }
}

/// Packages that nobody has listed, and that a compiler may have to make when they are installed: the lock says that they run a script
/// of their own, or they depend on a tool that compiles. An optional one is left out where it fails.
pub fn unlisted(catalog: &Catalog, locked: &[Locked], with_development: bool) -> Vec<Fact<NativeUse>> {
    let natives = catalog.natives("node");
    let listed: BTreeSet<&str> = natives.iter().filter(|native| !native.tool).map(|native| native.name.as_str()).collect();
    let tools: Vec<&Native> = natives.iter().filter(|native| native.tool).collect();
    let is_tool = |name: &str| tools.iter().any(|tool| tool.name == name);
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for package in locked.iter().filter(|package| with_development || !package.development) {
        let tool = package.dependencies.iter().find_map(|name| tools.iter().find(|tool| tool.name == *name));
        let tool = tool.or_else(|| tools.first().filter(|_| package.scripts));
        let skipped = package.optional || package.elsewhere || listed.contains(package.name.as_str()) || is_tool(&package.name);
        if let Some(tool) = tool.filter(|_| !skipped && seen.insert(&package.name)) {
            let native = NativeUse { name: package.name.clone(), build: tool.build.clone(), ..NativeUse::default() };
            found.push(Fact::new(native, package.at.under(COMPILED)));
        }
    }
    found
}
