//! What is put to the trial, and what is wanted of it: everything that the plan says and a run may show to be otherwise.

use std::collections::BTreeMap;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

/// Where a build finds what it needs.
#[derive(Clone, Debug)]
pub struct Files {
    /// The Dockerfile.
    pub dockerfile: Utf8PathBuf,
    /// Its ignore file, where that lies beside it.
    pub ignore_file: Option<Utf8PathBuf>,
    /// The build context.
    pub context: Utf8PathBuf,
    /// Where a builder that runs nothing puts the image.
    pub layout: Option<Utf8PathBuf>,
}

impl Files {
    /// The same for another build context.
    #[must_use]
    pub fn with_context(&self, context: &Utf8Path) -> Self {
        Self { context: context.to_owned(), ..self.clone() }
    }
}

/// A shell that looks at the program from beside it.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// The image: the debug variant's.
    pub image: String,
    /// Its path there.
    pub path: String,
}

/// An image's program, as the plan knows it.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The app's name.
    pub app: String,
    /// The image that looks from beside it.
    pub shell: Shell,
    /// The release whose packages the image can install.
    pub release: Option<String>,
    /// The release of the stage that builds.
    pub build_release: Option<String>,
    /// The ports that the plan knows.
    pub ports: Vec<u16>,
    /// Whether it is expected to listen at all.
    pub serves: bool,
    /// The path that a health check asks.
    pub health: Option<String>,
    /// What it demands, and the values that it is given for the trial.
    pub env: Vec<(String, String)>,
    /// Directories that it is known to write to.
    pub writable: Vec<String>,
    /// Where it is started.
    pub workdir: String,
    /// What it is started with: the entry point and its arguments.
    pub command: Vec<String>,
    /// How many of those are the entry point's.
    pub entrypoint: usize,
    /// Flags that give the build secrets and keys.
    pub access: Vec<String>,
    /// Values that documents of the project give to variables.
    pub declared: BTreeMap<String, String>,
}

/// What is wanted of a trial.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// Build arguments.
    pub arguments: Vec<(String, String)>,
    /// The platform to build for.
    pub platform: Option<String>,
    /// Variables of the container, stronger than what the trial gives by itself.
    pub env: Vec<(String, String)>,
    /// Arguments of the program in place of the image's.
    pub words: Vec<String>,
    /// The memory that it may take.
    pub memory: Option<String>,
    /// How long it may take to its first answer.
    pub patience: Duration,
    /// Whether a second, hardened run follows.
    pub hardens: bool,
    /// The network that it joins.
    pub network: Option<String>,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            arguments: Vec::new(),
            platform: None,
            env: Vec::new(),
            words: Vec::new(),
            memory: None,
            patience: Duration::from_mins(1),
            hardens: true,
            network: None,
        }
    }
}
