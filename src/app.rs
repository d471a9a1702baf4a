//! An app: one thing that becomes one image, in the words that hold for every language.

use std::fmt;

use camino::Utf8PathBuf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::declared::PORT;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, PassedOver};
use crate::need::Need;

/// An app as it is first seen: enough to tell which one is meant.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Sighting {
    /// What `--app` takes; unique within the project.
    pub name: String,
    /// The directory that makes it an app, relative to the project's root.
    #[schemars(with = "String")]
    pub directory: Utf8PathBuf,
    /// What makes it an app: a `main` function, an entry in a manifest.
    pub program: Evidence,
    /// What there is to say for or against its being the one that is meant.
    pub claims: Vec<Fact<Claim>>,
}

impl Sighting {
    /// What was seen of it does not lead back to it: a fault of its language's, which no project can cause.
    #[must_use]
    pub fn gone(&self) -> Diagnostic {
        Diagnostic::error("app::gone", format!("`{}` was seen and is not found again", self.name)).because(&self.program)
    }
}

/// An app that was looked at: one binary, service or site of a project.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct App {
    /// What was seen of it at first.
    #[serde(flatten)]
    pub sighting: Sighting,
    /// What it does when it runs.
    pub behaviour: Behaviour,
    /// The directory, relative to the project's root, from which people start it: relative paths in [`Behaviour`] count from here.
    #[schemars(with = "String")]
    pub home: Utf8PathBuf,
    /// What the project itself asks for in its build stage, beyond what its language sees.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub build_needs: Vec<Fact<Need>>,
    /// What the project's own documents call the stage that runs, where they ask for one by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Fact<String>>,
    /// Files that its build reads besides its sources: embedded ones, for example. Nothing may keep them out of the build context.
    #[schemars(with = "Vec<String>")]
    pub keeps: Vec<Utf8PathBuf>,
    /// Patterns of what its builds leave behind and do not need, whether or not it is there today, to keep out of the build context.
    pub ignore_patterns: Vec<String>,
    /// What looked as if it started the app, and does not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<PassedOver>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// A reason to take one app before another, as far as it is seen at first; that it alone listens is a reason too, found by looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// It is an example, a tool of the project's own, a fixture: meant only when nothing else is there.
    Aside,
    /// It is a part of a project in a language that imggen does not know: never meant unless somebody says so.
    Foreign,
    /// It is pages: those of a program beside it, as a rule, which hands them out or has an image of its own.
    Pages,
    /// The project makes an image of it and of others, each by itself.
    Image,
    /// The project says so itself: a Procfile, a default in its manifest.
    Named,
    /// It bears the project's, module's or package's name.
    Namesake,
    /// A release configuration or build script makes it, and no other: what is handed to people, which need not be what is deployed.
    Built,
}

impl Claim {
    /// It in words, after "it is", or as a sentence of its own.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Aside => "an example, a tool or a test",
            Self::Foreign => "a part of a project in another language",
            Self::Pages => "pages, and a program is there",
            Self::Image => "an image of its own",
            Self::Named => "the project names it",
            Self::Namesake => "it bears the project's name",
            Self::Built => "the project's tools build it",
        }
    }
}

/// What a program does at run time, whatever language it is written in.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Behaviour {
    /// Where it listens, the most telling first. Empty: it does not, as far as can be seen.
    pub listens: Vec<Fact<Listen>>,
    /// Environment variables that it does not start without, other than the port.
    pub demands: Vec<Fact<String>>,
    /// Files and directories of the project that it reads by a relative path.
    pub reads: Vec<Fact<RunFile>>,
    /// Directories of pages, scripts and the like that it embeds or hands out, whether they are there or a build has yet to make them.
    pub assets: Vec<Fact<Asset>>,
    /// Directories that it writes to: relative ones to its working directory, or absolute.
    pub writes: Vec<Fact<WritePath>>,
    /// Names under which its files look for what lies elsewhere in the image.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Fact<Link>>,
    /// Packages of another toolchain that its own build builds, by their directories: no parts, for it needs none of them made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<Fact<String>>")]
    pub builds: Vec<Fact<Utf8PathBuf>>,
    /// What it asks of its image beyond what its linkage asks.
    pub needs: Vec<Fact<Need>>,
    /// The signal that it ends on, where it is not the usual SIGTERM.
    pub stops_on: Option<Fact<StopSignal>>,
    /// The words that it is started with, a subcommand and its arguments, `{port}` for the port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Fact<Vec<String>>>,
    /// Flags of the command line without which nobody reaches it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<Fact<FlagArgument>>,
    /// Variables without which nobody reaches it, or it takes the settings of a developer's machine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<Fact<VariableValue>>,
}

impl Behaviour {
    /// The arguments that have to stand in the command, for a program that is reached at `port`.
    #[must_use]
    pub fn command_arguments(&self, port: Option<u16>) -> Vec<String> {
        let port = port.map(|port| port.to_string()).unwrap_or_default();
        let mut words: Vec<_> = self.command.iter().flat_map(|command| &command.value).map(|word| word.replace(PORT, &port)).collect();
        words.extend(self.further_arguments(&words));
        words
    }

    /// The flags that have to stand in a command and are not among its words.
    #[must_use]
    pub fn further_arguments(&self, words: &[String]) -> Vec<String> {
        let said = |flag: &FlagArgument| words.iter().any(|word| word.split(['=', ' ']).any(|part| part == flag.flag));
        let flags = self.arguments.iter().map(|fact| &fact.value).filter(|flag| !said(flag));
        flags.map(|flag| format!("{}={}", flag.flag, flag.value)).collect()
    }
}

/// A variable of the environment and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct VariableValue {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A flag and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FlagArgument {
    /// The flag, with its dashes: `--host`.
    pub flag: String,
    /// The value: `0.0.0.0`.
    pub value: String,
}

/// Where a program listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Listen {
    /// The port, when it can be seen. A program that listens, nobody sees where, has neither port nor variable.
    pub port: Option<u16>,
    /// The environment variable that sets the port, when there is one.
    pub variable: Option<PortVariable>,
    /// The interface that it binds.
    pub interface: Interface,
    /// The environment variable that sets the interface, when there is one.
    pub host: Option<String>,
}

/// The interface that a program binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Interface {
    /// All of them, or one that cannot be seen: reachable from outside the container.
    Any,
    /// 127.0.0.1, `::1` or localhost: not reachable from outside the container.
    Loopback,
}

/// An environment variable that sets a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PortVariable {
    /// Its name, mostly `PORT`.
    pub name: String,
    /// Whether the program does without it.
    pub role: Role,
}

/// Whether an environment variable has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The program has a default of its own.
    Optional,
    /// The program does not start, or not where it should, without it.
    Demanded,
}

/// Something of the project that the program reads when it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RunFile {
    /// Where it is, relative to the project's root.
    #[schemars(with = "String")]
    pub source: Utf8PathBuf,
    /// The path that the program opens, relative to its working directory and without `./`; may begin with `..`.
    #[schemars(with = "String")]
    pub opened_as: Utf8PathBuf,
}

/// A file or directory that the program embeds when it is compiled, or hands out when it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Asset {
    /// Where it is, or has to be made, relative to the project's root: without wildcards.
    #[schemars(with = "String")]
    pub path: Utf8PathBuf,
    /// When it has to be there.
    pub needed: Needed,
}

/// When a file has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Needed {
    /// When the program is compiled or packed.
    AtBuild,
    /// When it runs, and it does not start without it.
    AtStart,
    /// When it runs; it starts without it, and a part of it is dead.
    WhenAsked,
}

/// A directory that the program writes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WritePath {
    /// The directory as the program names it, without `./`: empty for its working directory, may begin with `..` or be absolute.
    #[schemars(with = "String")]
    pub directory: Utf8PathBuf,
}

/// A name under which files of the project look for what lies elsewhere in the image; relative paths count from the project's directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Link {
    /// The name.
    #[schemars(with = "String")]
    pub path: Utf8PathBuf,
    /// What is there.
    #[schemars(with = "String")]
    pub to: Utf8PathBuf,
}

/// A signal that a program ends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum StopSignal {
    /// Ctrl-C.
    #[serde(rename = "SIGINT")]
    Interrupt,
    /// nginx and php-fpm end gracefully on it.
    #[serde(rename = "SIGQUIT")]
    Quit,
}

impl fmt::Display for StopSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StopSignal::Interrupt => "SIGINT",
            StopSignal::Quit => "SIGQUIT",
        })
    }
}

impl std::ops::Deref for App {
    type Target = Sighting;

    fn deref(&self) -> &Sighting {
        &self.sighting
    }
}
