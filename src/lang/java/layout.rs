//! How a program comes out of its build stage and into its image: what is taken apart, what is copied, in which order, what is started.

use camino::{Utf8Path, Utf8PathBuf};

use super::artifact::{Boot, Form, Libraries};
use super::{Facts, MavenBuild, Tool};
use crate::plan::{Copy, ShellLine};

/// Where the program lies in its image.
pub const APP: &str = "/app";
/// Where the sources are in the build stage.
pub const SOURCES: &str = "/src";
/// Where Tomcat looks for what it serves at `/`.
const ROOT: &str = "/usr/local/tomcat/webapps/ROOT";
/// Where the build stage lays out what the image takes.
const OUT: &str = "/out";
/// The program's own archive, by the name that is started.
const JAR: &str = "/app.jar";
/// Where Spring Boot's tools lay theirs out: they want a directory that is empty.
const LAYERS: &str = "/out/layers";

/// What follows the build.
#[derive(Debug, Default)]
pub struct Layout {
    /// Commands behind the build.
    pub commands: Vec<ShellLine>,
    /// What the image takes, what changes least first.
    pub takes: Vec<Copy>,
    /// What is started behind the virtual machine's own name and options; Tomcat's script by itself.
    pub start: Vec<String>,
}

/// The layout of an app.
pub fn layout(facts: &Facts) -> Layout {
    let archive = facts.module.join(&facts.artifact.archive);
    let from = |source: String, to: String| Copy::stage("build", source, to);
    let layer = |name: &str| from(format!("{LAYERS}/{name}/"), format!("{APP}/"));
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    match &facts.artifact.form {
        Form::Single | Form::Boot(Boot::Whole(_)) => whole(facts, &archive),
        Form::Boot(how @ (Boot::Jars | Boot::Loader(..))) => {
            let (mode, flags, start) = match how {
                Boot::Loader("tools", class) => ("tools", "extract --layers --launcher", words(&[class])),
                Boot::Loader(mode, class) => (*mode, "extract", words(&[class])),
                _ => ("tools", "extract --layers --application-filename app.jar", words(&["-jar", "app.jar"])),
            };
            let extract = ShellLine::of("java").word(format!("-Djarmode={mode}")).then("-jar").glob(&archive).then(flags);
            let layers = ["dependencies", "spring-boot-loader", "snapshot-dependencies", "application"];
            Layout { commands: vec![extract.then("--destination").word(LAYERS)], takes: layers.map(layer).into(), start }
        }
        Form::Quarkus(directory) => {
            let root = Utf8Path::new(SOURCES).join(&facts.module).join(directory);
            let take = |name: &str| from(format!("{root}/{name}"), format!("{APP}/{name}"));
            Layout {
                commands: Vec::new(),
                takes: ["lib/", "quarkus-run.jar", "app/", "quarkus/"].map(take).into(),
                start: words(&["-jar", "quarkus-run.jar"]),
            }
        }
        Form::ClassPath(libraries) => class_path(facts, libraries, &archive),
        Form::War(_) => {
            let lib = format!("{OUT}/ROOT/WEB-INF/lib");
            let whole = if archive.extension() == Some("war") {
                let root = format!("{OUT}/ROOT");
                [ShellLine::of("mkdir -p").word(&root), ShellLine::of("cd").word(&root).and(ShellLine::of("jar -xf").word(&archive))]
            } else {
                [ShellLine::of("mkdir -p").word(OUT), moved(Utf8Path::new(&format!("{archive}/")), "ROOT")]
            };
            Layout {
                commands: whole.into_iter().chain([ShellLine::of("mkdir -p").path(&lib), moved(Utf8Path::new(&lib), "lib")]).collect(),
                takes: vec![from(format!("{OUT}/lib/"), format!("{ROOT}/WEB-INF/lib/")), from(format!("{OUT}/ROOT/"), format!("{ROOT}/"))],
                start: words(&["catalina.sh", "run"]),
            }
        }
    }
}

/// The archive as the build makes it.
fn whole(facts: &Facts, archive: &Utf8Path) -> Layout {
    // Gradle is told to leave it there by itself
    let placed = archive.is_absolute().then(|| archive.file_name()).flatten();
    let name = placed.unwrap_or("app.jar");
    let start = match &facts.main {
        Some(main) => vec!["-cp".to_owned(), name.to_owned(), main.value.clone()],
        None => vec!["-jar".to_owned(), name.to_owned()],
    };
    let (commands, jar) = match placed {
        Some(name) => (Vec::new(), format!("{OUT}/{name}")),
        None => (vec![named(archive)], JAR.to_owned()),
    };
    Layout { commands, takes: vec![Copy::stage("build", jar, format!("{APP}/"))], start }
}

/// Dependencies, the project's other modules, its own classes: a layer each.
fn class_path(facts: &Facts, libraries: &Libraries, archive: &Utf8Path) -> Layout {
    let lib = match libraries {
        Libraries::Copied => archive.parent().unwrap_or(Utf8Path::new("target")).join("dependency"),
        Libraries::Own(directory) => facts.module.join(directory),
    };
    let main = facts.main.as_ref().map_or("", |main| main.value.as_str());
    let mut commands = Vec::new();
    if let Tool::Maven(MavenBuild { jars, .. }) = &facts.tool
        && !jars.is_empty()
    {
        let copy = jars.iter().fold(ShellLine::of("cp"), ShellLine::path).path(format!("{lib}/"));
        commands.push(ShellLine::of("mkdir -p").path(&lib).and(copy));
    }
    let take = |lib: &Utf8Path| Copy::stage("build", format!("{}/", Utf8Path::new(SOURCES).join(lib)), format!("{APP}/lib/"));
    let mut path = vec!["app.jar"];
    if let Tool::Gradle(gradle) = &facts.tool {
        let dist = format!("{OUT}/dist");
        commands.push(named(Utf8Path::new(&format!("{dist}/lib/app.jar"))));
        let beside = |name: &Utf8PathBuf| {
            let to = if name.extension().is_some() { format!("{APP}/") } else { format!("{APP}/{name}/") };
            Copy::stage("build", format!("{dist}/{name}"), to)
        };
        let mut takes = vec![take(Utf8Path::new(&format!("{dist}/lib")))];
        takes.extend(gradle.distribution.iter().map(beside));
        takes.push(Copy::stage("build", JAR, format!("{APP}/")));
        return Layout { commands, takes, start: vec!["-cp".into(), "app.jar:lib/*".into(), main.to_owned()] };
    }
    commands.push(named(archive));
    let mut takes = vec![take(&lib)];
    if !facts.siblings.is_empty() {
        let modules = format!("{OUT}/modules");
        let siblings = facts.siblings.iter().fold(ShellLine::of("mv"), |line, jar| line.glob(lib.join(jar)));
        commands.extend([ShellLine::of("mkdir -p").word(&modules), siblings.word(format!("{modules}/"))]);
        takes.push(Copy::stage("build", format!("{OUT}/modules/"), format!("{APP}/modules/")));
        path.push("modules/*");
    }
    path.push("lib/*");
    takes.push(Copy::stage("build", JAR, format!("{APP}/")));
    Layout { commands, takes, start: vec!["-cp".into(), path.join(":"), main.to_owned()] }
}

/// Gives the archive of the build, in whose name is a version, the name that is started.
fn named(archive: &Utf8Path) -> ShellLine {
    ShellLine::of("mv").glob(archive).word(JAR)
}

/// Moves what the build left to where the image takes it from.
fn moved(from: &Utf8Path, to: &str) -> ShellLine {
    ShellLine::of("mv").glob(from).word(format!("{OUT}/{to}"))
}

/// The directory that the program is started in; Tomcat has its own.
pub fn workdir(facts: &Facts) -> Option<Utf8PathBuf> {
    (!matches!(facts.artifact.form, Form::War(_))).then(|| APP.into())
}
