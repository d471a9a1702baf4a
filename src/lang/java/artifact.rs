//! What a build leaves that runs, and how it is laid out.

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::evidence::Evidence;
use crate::version::Version;

/// The first Spring Boot whose loader is in its new package.
const RENAMED: Version = Version::minor(3, 2);

/// What a build leaves that runs.
#[derive(Clone, Debug, Serialize)]
pub struct Artifact {
    /// How it is laid out in the image.
    pub form: Form,
    /// The archive, relative to the module's directory.
    pub archive: Utf8PathBuf,
    /// Why it is this form.
    pub at: Evidence,
    /// Options of Maven's that the form asks for.
    pub options: Vec<&'static str>,
    /// Goals behind `package`.
    pub goals: Vec<&'static str>,
    /// The server that serves it, where it is none itself.
    pub server: Option<Server>,
}

/// A server of servlets or of Jakarta EE.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Server {
    /// The port of its own configuration.
    pub port: u16,
    /// Where it writes for each archive, where its image has no such directory.
    pub directory: Option<&'static str>,
    /// What it is started with to answer from outside.
    pub arguments: &'static [&'static str],
}

/// Tomcat keeps what archives say of their deployment on its one host there; its image has no such directory, and lets nobody but root
/// make one.
pub const TOMCAT: Server = Server { port: 8080, directory: Some("/usr/local/tomcat/conf/Catalina/localhost"), arguments: &[] };

/// How a program is laid out in its image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Spring Boot's layers.
    Boot(Boot),
    /// Quarkus' directories, below this one.
    Quarkus(Utf8PathBuf),
    /// One archive: `java -jar`.
    Single,
    /// A jar and the dependencies beside it.
    ClassPath(Libraries),
    /// An unpacked web archive in Tomcat of this series.
    War(Version),
}

/// How Spring Boot's archive is taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Boot {
    /// Into jars that are started without Boot's loader, since 3.3.
    Jars,
    /// Into directories that the loader starts, by the command that this names and the class.
    Loader(&'static str, &'static str),
    /// Not at all: the loader of this package starts it as it is.
    Whole(&'static str),
}

/// Where the dependencies of a class path come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Libraries {
    /// `dependency:copy-dependencies` on the command line puts them there.
    Copied,
    /// The build itself copies them there, relative to the module's directory.
    Own(Utf8PathBuf),
}

impl Form {
    /// What Spring Boot of this series packs: its layers, how they are taken apart, and who starts them.
    ///
    /// Jars are packed in layers by themselves since 2.4, web archives since 2.5; the loader's package was renamed in 3.2; since 3.3 `tools` takes `layertools`' place.
    pub fn of_boot(series: Option<Version>, is_war: bool) -> Self {
        let launcher = match (is_war, series.is_some_and(|series| series >= RENAMED)) {
            (true, true) => "org.springframework.boot.loader.launch.WarLauncher",
            (true, false) => "org.springframework.boot.loader.WarLauncher",
            (false, true) => "org.springframework.boot.loader.launch.JarLauncher",
            (false, false) => "org.springframework.boot.loader.JarLauncher",
        };
        match series {
            Some(series) if series >= Version::minor(3, 3) && !is_war => Self::Boot(Boot::Jars),
            Some(series) if series >= Version::minor(3, 3) => Self::Boot(Boot::Loader("tools", launcher)),
            Some(series) if series >= Version::minor(2, if is_war { 5 } else { 4 }) => Self::Boot(Boot::Loader("layertools", launcher)),
            _ => Self::whole_boot(series),
        }
    }

    /// What Spring Boot of this series packs, started as it is. A series that nobody knows is a new one.
    pub fn whole_boot(series: Option<Version>) -> Self {
        let is_old = series.is_some_and(|series| series < RENAMED);
        Self::Boot(Boot::Whole(if is_old { "org.springframework.boot.loader" } else { "org.springframework.boot.loader.launch" }))
    }
}

impl Artifact {
    /// An archive that takes no more than `package` to be made; a web archive is Tomcat's.
    pub fn new(form: Form, archive: impl Into<Utf8PathBuf>, at: Evidence) -> Self {
        let server = matches!(form, Form::War(_)).then_some(TOMCAT);
        Self { form, archive: archive.into(), at, options: Vec::new(), goals: Vec::new(), server }
    }

    /// The words that start the class `main` in place of those of `start`; none where something else decides which class is started.
    pub fn start_of(&self, start: &[String], main: &str) -> Option<Vec<String>> {
        let properties = |package: &str| format!("{package}.PropertiesLauncher");
        let words: Vec<String> = match &self.form {
            Form::Quarkus(_) | Form::War(_) => return None,
            // its classes are where only the loader finds them
            Form::Boot(Boot::Whole(package)) => {
                let archive = start.last().cloned().unwrap_or_default();
                vec![format!("-Dloader.main={main}"), "-cp".into(), archive, properties(package)]
            }
            Form::Boot(Boot::Loader(_, launcher)) => {
                let (package, name) = launcher.rsplit_once('.').unwrap_or(("", launcher));
                let path = (name == "WarLauncher").then(|| "-Dloader.path=WEB-INF/classes,WEB-INF/lib,WEB-INF/lib-provided".to_owned());
                path.into_iter().chain([format!("-Dloader.main={main}"), properties(package)]).collect()
            }
            Form::Boot(Boot::Jars) | Form::Single | Form::ClassPath(_) => {
                let path = start.get(1).cloned().unwrap_or_default();
                vec!["-cp".into(), path, main.to_owned()]
            }
        };
        Some(words)
    }
}

/// The first two numbers of a version such as `3.3.0-SNAPSHOT`.
pub fn series(version: &str) -> Option<Version> {
    let mut numbers = version.split(['.', '-']).map(str::parse::<u32>);
    Some(Version::minor(numbers.next()?.ok()?, numbers.next()?.ok()?))
}
