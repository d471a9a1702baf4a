//! An archive of the classes that a start loads, for a faster one: the AOT cache of Java 25, class data sharing before it.
//!
//! A virtual machine takes an archive that it made itself, for the same class path with the same times of change, and starts without any
//! other, with a line in its log. So the archive is made in the image that it is for: by its own Java, at its own paths, by its own user.

use serde::Serialize;

use super::Facts;
use super::artifact::{Boot, Form};
use super::layout::APP;
use crate::choices::Choices;
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::layers::Chosen;
use crate::need::Need;
use crate::plan::Copy;
use crate::version::Version;

/// The stage that makes it.
const STAGE: &str = "archive";
/// Where that stage leaves it: the user of the image may write there, and not beside the program.
const OUT: &str = "/tmp";
/// The first long-term release with a cache that holds all classes, Java's own too (JEP 483, JEP 514).
const CACHES: Version = Version::whole(25);
/// Ends Spring Boot when all is made and nothing is served yet.
const ENDS: &str = "-Dspring.context.exit=onRefresh";
/// An archive holds for the size of pointers that it was made with. They are short up to a heap of 32 GB, which a machine that builds may
/// have the memory to exceed.
const SHORT: &str = "-XX:+UseCompressedOops";

/// An archive that is asked for, and can be had.
#[derive(Debug)]
pub struct Archive {
    asked: Chosen<bool>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Holds the program's classes and Java's own.
    Cache,
    /// Holds the program's classes, on top of an archive of Java's own.
    Shared,
}

/// The stage that makes an archive, as `templates/java` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct Training {
    /// What it runs.
    pub command: Vec<String>,
    /// What the image takes.
    pub take: Copy,
}

impl Archive {
    /// The archive, if settings ask for one.
    ///
    /// # Errors
    /// When it cannot be made of this program or on this base.
    pub fn of(facts: &Facts, choices: &Choices<'_>, java: Version, is_linked: bool, options: &[String]) -> Result<Option<Self>> {
        let asked = choices.layers.choose("java.archive", |settings| settings.languages.java.archive);
        let Some(asked) = asked.filter(|asked| asked.value) else { return Ok(None) };
        let refuse = |message: String| asked.blame(Diagnostic::usage("java::no-archive", message));
        if facts.artifact.form != Form::Boot(Boot::Jars) {
            let error = refuse("an archive of classes is made by a run that ends by itself, and this program offers none".into());
            return Err(error
                .because(&facts.artifact.at)
                .info("Spring Boot offers one from 3.3 on, packed as a jar")
                .help("take `java.archive` out")
                .into());
        }
        if let Some(agent) = options.iter().find(|option| option.starts_with("-javaagent:") || option.starts_with("-agent")) {
            let found = facts.options.iter().filter(|option| option.value == *agent).flat_map(Fact::because);
            let error = refuse(format!("`{agent}` rewrites classes when they are loaded, and an archive holds them as they are"));
            return Err(found.fold(error, Diagnostic::because).help("take `java.archive` out, or the agent").into());
        }
        let kind = if java >= CACHES { Kind::Cache } else { Kind::Shared };
        if kind == Kind::Shared && !is_linked && !choices.base.holds(&Need::ClassArchive) {
            let base = &choices.fit.base;
            let lacks = format!("until Java {CACHES} an archive builds on one of Java's own classes, which `{base}` is not known to bring");
            return Err(refuse(lacks)
                .help("take `--preset java-jlink`, whose Java is linked with one, or `--preset java-temurin`")
                .help(format!("or run it on Java {CACHES}: `java.version = \"{CACHES}\"`"))
                .into());
        }
        Ok(Some(Self { asked, kind }))
    }

    /// Whether a Java that is linked has to bring an archive of its own classes.
    pub fn builds_on_another(&self) -> bool {
        self.kind == Kind::Shared
    }

    fn file(&self) -> &'static str {
        match self.kind {
            Kind::Cache => "app.aot",
            Kind::Shared => "app.jsa",
        }
    }

    /// The option that takes it.
    pub fn option(&self) -> String {
        let option = match self.kind {
            Kind::Cache => "-XX:AOTCache",
            Kind::Shared => "-XX:SharedArchiveFile",
        };
        format!("{option}={APP}/{}", self.file())
    }

    /// The options of the run that makes it.
    pub fn training_options(&self, choices: &Choices<'_>) -> Vec<String> {
        let made = format!("{OUT}/{}", self.file());
        let mut options = match self.kind {
            Kind::Cache => vec![format!("-XX:AOTCacheOutput={made}")],
            // where Java's own archive is not taken, the run fails and does not go on without
            Kind::Shared => vec![format!("-XX:ArchiveClassesAtExit={made}"), "-Xshare:on".into()],
        };
        options.extend([SHORT, ENDS].map(str::to_owned));
        let own = choices.layers.list("java.archive-options", |settings| settings.languages.java.archive_options.clone(), Vec::new());
        options.extend(own.into_iter().map(|chosen| chosen.value));
        options
    }

    /// The stage that makes it by this command.
    pub fn training(&self, command: Vec<String>) -> Training {
        Training { command, take: Copy::stage(STAGE, format!("{OUT}/{}", self.file()), format!("{APP}/")) }
    }

    /// What it is, what it costs, what was passed over.
    pub fn decision(&self) -> Decision {
        let (value, other, why) = match self.kind {
            Kind::Cache => ("an AOT cache", "an archive of class data sharing", "the cache also holds classes as they are linked"),
            Kind::Shared => ("an archive of class data sharing", "an AOT cache", "it came with Java 24, and with 25 in one run"),
        };
        Decision::chosen(Topic::Build, value, &self.asked)
            .why("made by a run in the image itself, whose Java and paths it is bound to; it starts faster and is some 50 MB larger")
            .over(other, why, &[])
            .over("one that the first start makes (-XX:+AutoCreateSharedArchive)", "a container's files are gone with it", &[])
    }

    /// That the build runs the program, and what to do where that fails.
    pub fn warning(&self) -> Diagnostic {
        let warning = Diagnostic::warning("java::archive-run", "the build starts the program once, without what it connects to");
        self.asked
            .blame(warning)
            .info("it ends before it serves; where it asks a database or another service before that, the build fails")
            .help("keep it from connecting in that run: `java.archive-options = [\"-Dspring.profiles.active=...\"]`; or take `java.archive` out")
    }
}
