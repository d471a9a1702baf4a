//! Gradle: what build files say in literals. They are programs, so all of it is weak; what they compute is not seen.

mod level;
mod program;
mod project;

use camino::Utf8Path;
use serde::Serialize;

pub use self::program::{Program, find};
pub use self::project::Project;
use crate::tree::Tree;

/// How Gradle is called.
#[derive(Clone, Debug, Serialize)]
pub struct GradleBuild {
    /// The project's path: empty for the root, `:app` for another.
    pub project: String,
    /// The task that makes the program.
    pub task: &'static str,
    /// Whether the project brings its Gradle.
    pub wrapper: bool,
    /// Whether the wrapper's script has the line ends of another system.
    pub carriage_returns: bool,
}

/// The build files of a tree that no pom stands above.
pub fn projects(tree: &Tree) -> Vec<Project<'_>> {
    let is_build = |path: &&Utf8Path| matches!(path.file_name(), Some("build.gradle" | "build.gradle.kts"));
    let below_pom = |path: &Utf8Path| path.ancestors().skip(1).any(|directory| tree.has(directory.join("pom.xml")));
    let skipped =
        |path: &Utf8Path| path.components().any(|part| matches!(part.as_str(), "buildSrc" | "build-logic" | "node_modules" | "android"));
    tree.paths().filter(is_build).filter(|path| !below_pom(path) && !skipped(path)).filter_map(|path| Project::read(tree, path)).collect()
}
