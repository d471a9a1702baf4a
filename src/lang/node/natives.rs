//! Packages that are native code, or start programs: what they want where they are built and where they run.

use super::lock::Locked;
use super::package::{Kind, Package};
use super::range::is_below;
use crate::catalog::{Catalog, NativeUse};
use crate::evidence::{Fact, Rule};
use crate::need::Need;

const NATIVE: Rule = Rule::parsed("node.native", "this package is native code");

/// Native packages that are installed for production.
pub fn find(catalog: &Catalog, package: &Package<'_>, locked: &[Locked]) -> Vec<Fact<NativeUse>> {
    // not every format says what is there for development alone
    let says = locked.iter().any(|package| package.development);
    // node-gyp asked Python for it before 10, and Python has it no more from 3.12 on
    let distutils = locked.iter().any(|package| package.name == "node-gyp" && is_below(&package.version, "10.0.0"));
    let mut found: Vec<Fact<NativeUse>> = Vec::new();
    for native in catalog.natives("node") {
        let starts = native.run.iter().any(|need| matches!(need, Need::Program(_)));
        let in_lock = || {
            let mut own = locked.iter().filter(|package| package.name == native.name && !package.development);
            own.next().filter(|_| says || !starts).map(|package| package.at.clone())
        };
        let declared = package.dependency(&native.name);
        let at = match &declared {
            Some(fact) if fact.value == Kind::Production => Some(fact.because()[0].clone()),
            Some(_) => None,
            None => in_lock(),
        };
        let unless = native
            .unless
            .iter()
            .any(|name| package.dependency(name).is_some() || locked.iter().any(|package| package.name == *name && !package.development));
        let Some(at) = at.filter(|_| !unless) else { continue };
        let at = at.under(NATIVE);
        let compiles = native.build.contains(&Need::Program("python3".into()));
        let build = native.build.iter().cloned().chain((compiles && distutils).then(|| Need::Library("distutils".into()))).collect();
        found.push(Fact::new(NativeUse { build, ..native.into() }, at));
    }
    found
}
