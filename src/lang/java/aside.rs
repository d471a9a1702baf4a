//! Where programs lie that are not what a project is about.

use camino::Utf8Path;

/// Directories that hold something beside the program that a project is.
const ASIDE: &str = "archetype benchmark benchmarks demo demos doc docs e2e example examples integration-test integration-tests it jmh sample samples \
    test tests tools buildSrc";

/// Whether a directory holds examples, tools or tests.
pub fn is_aside(directory: &Utf8Path) -> bool {
    directory.components().any(|part| ASIDE.split(' ').any(|name| name == part.as_str()))
}
