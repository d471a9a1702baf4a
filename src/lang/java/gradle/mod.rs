//! Gradle: what build files say in literals. They are programs, so all of it is weak; what they compute is not seen.

mod built;
mod catalog;
mod level;
mod program;
mod project;
mod script;
mod settings;

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::evidence::Fact;

pub use self::program::{Program, android, find, nothing_runs};
pub use self::project::{Project, projects};

/// How Gradle is called.
#[derive(Clone, Debug, Serialize)]
pub struct GradleBuild {
    /// The project's path: empty for the root, `:app` for another.
    pub project: String,
    /// The task that makes the program.
    pub task: Task,
    /// Whether the project brings its Gradle.
    pub wrapper: bool,
    /// The version of Gradle that the project is built with, where it does not bring it.
    pub version: Option<String>,
    /// Whether the wrapper's script has the line ends of another system.
    pub carriage_returns: bool,
    /// Tasks that ask git, or make an image, and are left out.
    pub skips: Vec<&'static str>,
    /// Properties that it is called with: `prod`, `env=prod`.
    pub properties: Vec<Fact<String>>,
    /// Whether repositories ask who one is, by properties of Gradle's.
    pub login: bool,
    /// Directories of the distribution beside its libraries.
    pub distribution: Vec<Utf8PathBuf>,
}

/// A task that makes a program, and what our own script has it leave where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// An archive.
    Archive(&'static str, &'static str),
    /// Quarkus' directories, which are where Quarkus puts them.
    Quarkus,
    /// A distribution of libraries and scripts.
    Distribution,
    /// A jar, and its dependencies by a task of our own: nothing of Gradle's puts them together.
    Libraries,
}

impl Task {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Archive(name, _) => name,
            Self::Quarkus => "quarkusBuild",
            Self::Distribution => "installDist",
            Self::Libraries => "libraries",
        }
    }
}
