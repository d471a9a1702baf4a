//! The plan: everything that the templates print, decided. Pure data with a schema version; it can be stored, compared and rendered later.

mod blueprint;
mod cite;
mod draw;
mod inspect;
mod joined;
mod labels;
mod layout;
mod links;
mod locales;
mod modes;
mod network;
mod scripts;
mod server;
pub mod text;
mod writable;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

pub(crate) use self::blueprint::{Blueprint, BuildNeed, Builder, Copied, Setting, Start, Step, Target};
pub(crate) use self::draw::draw;
pub use self::network::{Certificates, Network, Reach};
pub use self::server::{Location, Server, Types};
pub use self::text::{Literal, NginxText, ShellLine};
pub use crate::app::StopSignal;
pub use crate::catalog::{Installer, Suite};
pub use crate::context::IgnoreGroup;
use crate::decision::Decision;
use crate::diagnostic::Diagnostic;
use crate::evidence::Evidence;
pub use crate::need::{Libc, Need, Version};
pub use crate::settings::DebugVariant;

/// The version of the plan's shape.
pub const SCHEMA: u32 = 1;

/// What is written for an app, and why.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Plan {
    /// The version of this shape.
    pub schema: u32,
    /// The app's name.
    pub app: String,
    /// Its language, which names the templates.
    pub language: &'static str,
    /// The preset's name and revision: `go-distroless/1`.
    pub preset: String,
    /// The image that ships.
    pub image: Image,
    /// The image to debug with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debug: Option<Image>,
    /// Whether each Dockerfile has an ignore file of its own beside it, because the project's `.dockerignore` is not imggen's.
    pub own_ignore_files: bool,
    /// What stages that fetch something need.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// What stays out of the build context.
    pub ignore: Vec<IgnoreGroup>,
    /// What was decided, and why.
    pub decisions: Vec<Decision>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// One image: its build stages and the stage that runs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Image {
    /// What was found, and where, in one line.
    pub headline: String,
    /// What there is to look around with, of a debug variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tools: Option<String>,
    /// Stages before them, each of which builds a part.
    pub parts: Vec<PartStage>,
    /// The stage that leaves the parts' own files out of the program's sources, so that an edit of one side is none of the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trimmed: Option<Trimmed>,
    /// What the build stage takes out of those, behind its sources.
    pub assets: Vec<Copy>,
    /// The language's build stages; the shape is the language's own.
    pub build: Value,
    /// Packages of the distribution for the build stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packages: Option<Install>,
    /// What the build stage makes for the image besides the program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub staging: Vec<Staged>,
    /// Why it makes all of that, in one line.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub staged: String,
    /// What of the build context the build stage sets aside for the image.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aside: Vec<Aside>,
    /// The stage that runs.
    pub runtime: Runtime,
}

/// A stage that builds files for the program: a front end's.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct PartStage {
    /// The stage's name.
    pub stage: String,
    /// The template that prints it.
    pub template: String,
    /// What it builds, in one line.
    pub comment: String,
    /// The build stage of the part's language; the shape is the language's own.
    pub build: Value,
    /// Packages of the distribution that it needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packages: Option<Install>,
    /// What it does with what it made, before that is taken out of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub staging: Vec<Staged>,
}

/// The program's sources without those of its parts.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Trimmed {
    /// Where they lie in the stage `sources`.
    pub path: String,
    /// Why, in one line.
    pub comment: String,
    /// What leaves the others out.
    pub command: ShellLine,
}

/// Packages to install.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Install {
    /// By which package manager.
    pub installer: Installer,
    /// Which, sorted.
    pub packages: Vec<String>,
    /// Whether they are in the archive of the distribution, which moves there what it no longer mends.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// Why, in one line: what needs them, and why no version is named.
    pub comment: String,
    /// What asks for them, as far as something of the project does.
    #[serde(skip)]
    pub because: Vec<Evidence>,
}

/// Something that is made for the image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Staged {
    /// Why.
    pub comment: String,
    /// How.
    pub command: ShellLine,
}

/// Something of the build context that lies apart in the build stage, so that the image takes it with an owner of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Aside {
    /// Why.
    pub comment: String,
    /// From where to where.
    pub copy: Copy,
}

/// The stage that runs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Runtime {
    /// The stage's name.
    pub stage: String,
    /// The base's name in the catalog.
    pub base: String,
    /// The reference for FROM.
    pub image: String,
    /// The C library that the program is loaded with, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub libc: Option<Need>,
    /// Environment variables that it does not start without, and that whoever runs it has to give.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<String>,
    /// What makes more of the base itself, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prepare: Option<Staged>,
    /// Packages of the distribution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packages: Option<Install>,
    /// The directory that comes first in PATH.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Environment variables.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// The configuration of the web server, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web: Option<Server>,
    /// What is copied, in this order.
    pub copies: Vec<Copy>,
    /// The working directory, where it matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workdir: Option<String>,
    /// Directories that it writes to, where its state is: what lies there has to outlive a container.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<String>,
    /// Whether it writes to `/tmp`, as far as is known: under a root that is read-only it needs one that is not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub temporary: bool,
    /// `uid:gid`, in numbers.
    pub user: String,
    /// The ports that it listens on.
    pub ports: Vec<u16>,
    /// Labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Whether the version and the revision that a build is given are labels too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stamped: bool,
    /// The signal that stops it, where it is not SIGTERM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<Commented<StopSignal>>,
    /// Why another process stands before the program, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init: Option<String>,
    /// What is started; empty where `docker run IMAGE ...` may name another program.
    pub entrypoint: Vec<String>,
    /// Its arguments, or all of the command where there is no entry point, which `docker run IMAGE ...` replaces.
    pub arguments: Vec<String>,
}

/// One COPY.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Copy {
    /// The stage to copy from; the build context when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The owner, `uid:gid`; root when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What to copy.
    pub sources: Vec<String>,
    /// Where to.
    pub to: String,
}

impl Copy {
    /// `source`, out of the build context.
    pub fn context(source: impl Into<String>, to: impl Into<String>) -> Self {
        Self { from: None, owner: None, sources: vec![source.into()], to: to.into() }
    }

    /// `source`, out of the stage of that name.
    pub fn stage(stage: impl Into<String>, source: impl Into<String>, to: impl Into<String>) -> Self {
        Self { from: Some(stage.into()), ..Self::context(source, to) }
    }

    /// The same, belonging to `owner`.
    #[must_use]
    pub fn owned(self, owner: impl Into<String>) -> Self {
        Self { owner: Some(owner.into()), ..self }
    }
}

/// A value that the file explains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Commented<T> {
    /// The value.
    pub value: T,
    /// Why.
    pub comment: String,
}
