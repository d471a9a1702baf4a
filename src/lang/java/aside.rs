//! Where programs lie that are not what a project is about.

use camino::Utf8Path;

use crate::app::Claim;
use crate::evidence::{Evidence, Fact, Rule};

const ASIDE: Rule = Rule::parsed("java.aside", "this directory holds examples, tools or tests");

/// Directories that hold something beside the program that a project is.
const ASIDE_DIRECTORIES: &str = "archetype benchmark benchmarks demo demos doc docs e2e example examples integration-test integration-tests it jmh sample samples \
    test tests tools buildSrc";

/// What speaks against the program of `directory`, where that holds examples, tools or tests; `manifest` builds it.
pub fn aside(directory: &Utf8Path, manifest: &Utf8Path) -> Option<Fact<Claim>> {
    let is_aside = directory.components().any(|part| ASIDE_DIRECTORIES.split(' ').any(|name| name == part.as_str()));
    is_aside.then(|| Fact::new(Claim::Aside, Evidence::exists(manifest, ASIDE)))
}
