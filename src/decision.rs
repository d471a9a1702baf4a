//! What was decided, by whom, on what evidence, and what was passed over: what `explain` tells.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Serialize;

use crate::evidence::{Evidence, PassedOver};
use crate::layers::{Chosen, Displaced, Origin};

/// What a decision is about. The names are stable: `imggen explain base`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Topic {
    /// Which app becomes the image.
    App,
    /// The preset that everything starts from.
    Preset,
    /// The language's version and build image.
    Toolchain,
    /// How dependencies get into a layer of their own.
    Dependencies,
    /// What is built, and how.
    Build,
    /// Which front ends and the like are built in stages of their own, and where the app has them.
    Parts,
    /// The image that it runs on.
    Base,
    /// Packages of the distribution.
    Packages,
    /// The ports that it listens on.
    Port,
    /// Environment variables of the image.
    Environment,
    /// Files of the project that it reads when it runs.
    Files,
    /// How a site is handed out: what answers where no file does, what browsers keep.
    Serving,
    /// Directories that it writes to.
    Writable,
    /// The user that it runs as.
    User,
    /// What is started, with which arguments.
    Entry,
    /// The signal that stops it.
    StopSignal,
    /// What of the commit is stamped into the program.
    Stamp,
    /// What stays out of the build context.
    Context,
    /// The debug variant.
    Debug,
}

impl Topic {
    /// All topics, in the order in which they are explained.
    pub const ALL: [Topic; 19] = [
        Topic::App,
        Topic::Preset,
        Topic::Toolchain,
        Topic::Dependencies,
        Topic::Build,
        Topic::Parts,
        Topic::Base,
        Topic::Packages,
        Topic::Port,
        Topic::Environment,
        Topic::Files,
        Topic::Serving,
        Topic::Writable,
        Topic::User,
        Topic::Entry,
        Topic::StopSignal,
        Topic::Stamp,
        Topic::Context,
        Topic::Debug,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Topic::App => "app",
            Topic::Preset => "preset",
            Topic::Toolchain => "toolchain",
            Topic::Dependencies => "dependencies",
            Topic::Build => "build",
            Topic::Parts => "parts",
            Topic::Base => "base",
            Topic::Packages => "packages",
            Topic::Port => "port",
            Topic::Environment => "environment",
            Topic::Files => "files",
            Topic::Serving => "serving",
            Topic::Writable => "writable",
            Topic::User => "user",
            Topic::Entry => "entry",
            Topic::StopSignal => "stop-signal",
            Topic::Stamp => "stamp",
            Topic::Context => "context",
            Topic::Debug => "debug",
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for Topic {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || Topic::ALL.map(Topic::id).join(", ");
        Topic::ALL.into_iter().find(|topic| topic.id() == text).ok_or_else(|| format!("`{text}` is no decision; there are {}", known()))
    }
}

/// One decision.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Decision {
    /// What it is about.
    pub topic: Topic,
    /// What was decided.
    pub value: String,
    /// Who decided.
    pub origin: Origin,
    /// Why, in a sentence's second half; empty where the evidence says it all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// The places that it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Evidence>,
    /// What else was possible.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<PassedOver>,
}

impl Decision {
    /// A decision that the project itself settles.
    pub(crate) fn detected(topic: Topic, value: impl Into<String>, because: &[Evidence]) -> Self {
        Self {
            topic,
            value: value.into(),
            origin: Origin::Detected,
            why: String::new(),
            because: because.to_vec(),
            passed_over: Vec::new(),
        }
    }

    /// A decision as a choice among layers made it.
    pub(crate) fn chosen<T>(topic: Topic, value: impl Into<String>, chosen: &Chosen<T>) -> Self {
        let passed_over = chosen.displaced.iter().map(PassedOver::from).collect();
        Self { topic, value: value.into(), origin: chosen.origin.clone(), why: String::new(), because: chosen.because.clone(), passed_over }
    }

    /// Says why.
    #[must_use]
    pub(crate) fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// Names something that was not taken.
    #[must_use]
    pub(crate) fn over(mut self, value: impl Into<String>, why: impl Into<String>, because: &[Evidence]) -> Self {
        self.passed_over.push(PassedOver { value: value.into(), why: why.into(), because: because.to_vec() });
        self
    }
}

impl From<&Displaced> for PassedOver {
    fn from(displaced: &Displaced) -> Self {
        let why = match &displaced.origin {
            Origin::Detected => "detected, and set otherwise".to_owned(),
            Origin::Preset(setting) => format!("the preset `{}` has it, and a stronger setting wins", setting.file),
            Origin::Project(setting) | Origin::Answers(setting) => format!("`{}` has it, and a stronger setting wins", setting.file),
            Origin::Learned(_) => "seen when it ran, and a stronger setting wins".to_owned(),
            Origin::Prompt | Origin::CommandLine => "a stronger setting wins".to_owned(),
        };
        Self { value: displaced.value.clone(), why, because: displaced.because.clone() }
    }
}
