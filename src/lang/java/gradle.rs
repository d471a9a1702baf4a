//! Gradle: what build files say in literals. They are programs, so all of it is weak; what they compute is not seen.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::artifact::{Artifact, Boot, Form, Libraries, series};
use super::level::{Level, pin, settled};
use super::scan::{Kind, Token, scan};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::read::properties;
use crate::tree::Tree;
use crate::version::Version;

const PLUGIN: Rule = Rule::weak("java.gradle-plugin", "this plugin packs it");
const LEVEL: Rule = Rule::weak("java.gradle-level", "the build asks for this Java");
const MAIN: Rule = Rule::weak("java.gradle-main", "this is the class that is started");
const DEPENDENCY: Rule = Rule::weak("java.gradle-dependency", "it depends on this");
const WRAPPER: Rule = Rule::parsed("java.gradle-wrapper", "the project is built with this Gradle");
const ANY: Rule = Rule::weak("java.any-level", "nothing here asks for a newer Java");

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

/// A build file of a project that is a program.
#[derive(Debug)]
pub struct Project<'t> {
    /// The directory of the settings, or its own.
    pub root: Utf8PathBuf,
    /// Its directory.
    pub directory: Utf8PathBuf,
    /// Its name.
    pub name: String,
    file: Utf8PathBuf,
    text: &'t str,
    tokens: Vec<Token<'t>>,
}

/// What is known of a program that Gradle builds.
#[derive(Debug)]
pub struct Built {
    /// What is made.
    pub artifact: Artifact,
    /// How.
    pub build: GradleBuild,
    /// The class that is started.
    pub main: Option<Fact<String>>,
    /// What it is.
    pub what: String,
}

/// The build files of a tree that no pom stands above.
pub fn projects(tree: &Tree) -> Vec<Project<'_>> {
    let is_build = |path: &&Utf8Path| matches!(path.file_name(), Some("build.gradle" | "build.gradle.kts"));
    let below_pom = |path: &Utf8Path| path.ancestors().skip(1).any(|directory| tree.has(directory.join("pom.xml")));
    let skipped =
        |path: &Utf8Path| path.components().any(|part| matches!(part.as_str(), "buildSrc" | "build-logic" | "node_modules" | "android"));
    tree.paths().filter(is_build).filter(|path| !below_pom(path) && !skipped(path)).filter_map(|path| Project::read(tree, path)).collect()
}

impl<'t> Project<'t> {
    fn read(tree: &'t Tree, file: &Utf8Path) -> Option<Self> {
        let text = tree.text(file).ok()?;
        let directory = file.parent().unwrap_or(Utf8Path::new("")).to_owned();
        let settings = |place: &Utf8Path| {
            ["settings.gradle", "settings.gradle.kts"].map(|name| place.join(name)).into_iter().find(|path| tree.has(path))
        };
        let root = directory.ancestors().find(|place| settings(place).is_some()).unwrap_or(&directory).to_owned();
        let named = settings(&root).and_then(|path| {
            let tokens = scan(tree.text(path).ok()?);
            let at = tokens.windows(4).position(|four| four[0].is("rootProject") && four[2].is("name") && four[3].is("="))?;
            tokens.get(at + 4).filter(|token| token.kind == Kind::Text).map(|token| token.text.to_owned())
        });
        let own = directory.file_name().map(str::to_owned);
        let name = if root == directory { named.or(own) } else { own }.unwrap_or_else(|| "app".into());
        Some(Self { root, directory, name, file: file.to_owned(), text, tokens: scan(text) })
    }

    fn evidence(&self, token: &Token<'_>, rule: Rule) -> Evidence {
        let line = self.text[..token.offset].matches('\n').count();
        let content = self.text.lines().nth(line).unwrap_or_default();
        Evidence::at(self.file.clone(), Span::of_line(line + 1, content), rule, content.trim())
    }

    /// The plugin of that id: by its id, by its alias in the version catalog, by its own word, or applied by name. With the version beside it.
    fn plugin(&self, tree: &Tree, id: &str) -> Option<(Evidence, Option<String>)> {
        let tokens = &self.tokens;
        for (at, token) in tokens.iter().enumerate() {
            let before = |back: usize, word: &str| at.checked_sub(back).is_some_and(|index| tokens[index].is(word));
            let by_id = token.kind == Kind::Text
                && token.text == id
                && (before(1, "id") || before(2, "id") || before(2, "plugin") || before(3, "plugin"));
            let by_word = token.kind == Kind::Word
                && token.text == id
                && (before(1, "{")
                    || before(1, ")")
                    || at > 0 && tokens[at - 1].kind == Kind::Text
                    || tokens.get(at + 1).is_some_and(|next| next.is("}")));
            if by_id || by_word {
                let version = tokens[at..].iter().take(5).skip_while(|token| !token.is("version")).find(|token| token.kind == Kind::Text);
                let off = tokens[at..].iter().take(8).take_while(|token| !token.is("id")).any(|token| token.is("false"));
                if !off {
                    return Some((self.evidence(token, PLUGIN), version.map(|token| token.text.to_owned())));
                }
            }
        }
        let (alias, version) = alias(tree, &self.root, id)?;
        let parts: Vec<_> = alias.split(['-', '_', '.']).collect();
        let at = tokens.iter().position(|token| token.is("alias"))?;
        let spelt = |from: usize| {
            tokens[from..]
                .iter()
                .take(parts.len() * 2 + 8)
                .filter(|token| token.kind == Kind::Word)
                .map(|token| token.text)
                .collect::<Vec<_>>()
        };
        let uses = (at..tokens.len())
            .filter(|index| tokens[*index].is("alias"))
            .find(|index| spelt(*index).windows(parts.len()).any(|window| window == parts))?;
        Some((self.evidence(&tokens[uses], PLUGIN), version))
    }

    /// The value set to a name: `name = value`, `name value`, `name.set(value)`.
    fn set(&self, name: &str) -> Option<&Token<'t>> {
        let at = self.tokens.iter().position(|token| token.is(name))?;
        let value = |token: &&Token<'t>| matches!(token.kind, Kind::Text | Kind::Number);
        self.tokens[at + 1..].iter().take(5).take_while(|token| !token.is("}") && !token.is(";")).find(value)
    }

    /// A dependency whose name begins so.
    pub fn dependency(&self, name: &str) -> Option<Evidence> {
        let is = |token: &&Token<'_>| {
            token.kind == Kind::Text && token.text.split(':').nth(1).is_some_and(|artifact| artifact.starts_with(name))
        };
        let token = self.tokens.iter().find(is)?;
        let at = self.tokens.iter().position(|other| other.offset == token.offset)?;
        let test = self.tokens[..at].iter().rev().take(3).any(|token| token.text.starts_with("test") && token.kind == Kind::Word);
        (!test).then(|| self.evidence(token, DEPENDENCY))
    }

    /// What is made that runs, when something is.
    pub fn built(&self, tree: &Tree) -> Option<Built> {
        let assigned = self
            .tokens
            .windows(3)
            .find(|three| three[0].is("version") && three[1].is("=") && three[2].kind == Kind::Text)
            .map(|three| three[2].text.to_owned());
        let in_properties = || {
            let path = self.root.join("gradle.properties");
            let all = properties::parse(&path, tree.text(&path).ok()?);
            all.into_iter().find(|property| property.key == "version").map(|property| property.value)
        };
        let version = assigned.or_else(in_properties);
        let jar = version.map_or_else(|| format!("{}.jar", self.name), |version| format!("{}-{version}.jar", self.name));
        let main = self
            .set("mainClass")
            .or_else(|| self.set("mainClassName"))
            .filter(|token| token.kind == Kind::Text)
            .map(|token| Fact::new(token.text.to_owned(), self.evidence(token, MAIN)));
        let inside = self.directory.strip_prefix(&self.root).unwrap_or(Utf8Path::new(""));
        let project: String = inside.components().flat_map(|part| [":", part.as_str()]).collect();
        let wrapper = tree.has(self.root.join("gradlew")) && tree.has(self.root.join("gradle/wrapper/gradle-wrapper.jar"));
        let carriage_returns = tree.text(self.root.join("gradlew")).is_ok_and(|text| text.contains("\r\n"));
        let build = |task| GradleBuild { project: project.clone(), task, wrapper, carriage_returns };
        let made = |form, archive: String, at| Artifact { form, archive: archive.into(), at, options: Vec::new(), goals: Vec::new() };
        if let Some((at, version)) = self.plugin(tree, "org.springframework.boot") {
            let number = version.as_deref().and_then(|version| series(&version.replace('+', "0")));
            let form = match number {
                Some(version) if version >= Version::minor(3, 3) => Form::Boot(Boot::Jars),
                Some(version) if version >= Version::minor(3, 2) => {
                    Form::Boot(Boot::Loader("layertools", "org.springframework.boot.loader.launch.JarLauncher"))
                }
                Some(version) if version >= Version::minor(2, 3) => {
                    Form::Boot(Boot::Loader("layertools", "org.springframework.boot.loader.JarLauncher"))
                }
                _ => Form::Single,
            };
            let what = version.map_or_else(|| "Spring Boot".to_owned(), |version| format!("Spring Boot {version}"));
            return Some(Built { artifact: made(form, format!("build/libs/{jar}"), at), build: build("bootJar"), main: None, what });
        }
        if let Some((at, _)) = self.plugin(tree, "io.quarkus") {
            let artifact = made(Form::Quarkus("build/quarkus-app".into()), "build/quarkus-app/quarkus-run.jar".into(), at);
            return Some(Built { artifact, build: build("quarkusBuild"), main: None, what: "Quarkus".into() });
        }
        let applied = ["application", "io.ktor.plugin", "io.micronaut.application"].iter().find_map(|id| self.plugin(tree, id));
        let ((at, _), main) = (applied?, main?);
        let lib = format!("build/install/{}/lib", self.name);
        let form = Form::ClassPath(Libraries::Own(lib.clone().into()));
        Some(Built {
            artifact: made(form, format!("{lib}/{jar}"), at),
            build: build("installDist"),
            main: Some(main),
            what: "a jar and its dependencies".into(),
        })
    }

    /// The level, exact where a toolchain names it.
    ///
    /// # Errors
    /// When what pins the JDK is older.
    pub fn level(&self, tree: &Tree) -> Result<Level> {
        let number = |token: &Token<'_>| {
            token.text.rsplit("VERSION_").next().and_then(|text| text.trim_start_matches("1_").trim_start_matches("1.").parse::<u32>().ok())
        };
        let after = |names: &[&str]| {
            let at = self.tokens.iter().position(|token| names.iter().any(|name| token.is(name)))?;
            self.tokens[at + 1..]
                .iter()
                .take(8)
                .find_map(|token| Some(Fact::new(Version::whole(number(token)?), self.evidence(token, LEVEL))))
        };
        let exact = after(&["languageVersion", "jvmToolchain"]);
        let nothing = || Fact::new(Version::whole(8), Evidence::exists(self.file.clone(), ANY));
        let classes = exact
            .clone()
            .or_else(|| after(&["sourceCompatibility", "targetCompatibility", "jvmTarget", "release"]))
            .unwrap_or_else(nothing);
        settled(Level { pinned: exact.or(pin(tree, &self.directory)?), classes })
    }

    /// The newest Java that the wrapper's Gradle runs on.
    ///
    /// # Errors
    /// When it is older than any Java that there are images of.
    pub fn newest(&self, tree: &Tree) -> Result<Option<Fact<Version>>> {
        let path = self.root.join("gradle/wrapper/gradle-wrapper.properties");
        let Ok(text) = tree.text(&path) else { return Ok(None) };
        let all = properties::parse(&path, text);
        let Some(url) = all.iter().find(|property| property.key == "distributionUrl") else { return Ok(None) };
        let Some(version) = url.value.rsplit("gradle-").next().and_then(series) else { return Ok(None) };
        // https://docs.gradle.org/current/userguide/compatibility.html
        let newest = match version {
            _ if version >= Version::minor(9, 1) => 25,
            _ if version >= Version::minor(8, 5) => 21,
            _ if version >= Version::minor(7, 3) => 17,
            _ => {
                let error = Diagnostic::error("java::old-gradle", format!("Gradle {version} runs on no Java that there are images of"));
                return Err(error.because(&url.evidence(WRAPPER)).help("`./gradlew wrapper --gradle-version 8.14`, or newer").into());
            }
        };
        Ok(Some(Fact::new(Version::whole(newest), url.evidence(WRAPPER))))
    }
}

/// The alias of a plugin in the version catalog, and its version.
fn alias(tree: &Tree, root: &Utf8Path, id: &str) -> Option<(String, Option<String>)> {
    let path = root.join("gradle/libs.versions.toml");
    let document = crate::read::document::Document::toml(&path, tree.text(&path).ok()?).ok()?;
    document.entries(&["plugins"]).into_iter().find_map(|(alias, plugin)| {
        let short = plugin.string().and_then(|text| text.split_once(':'));
        let (own, version) = if let Some((own, version)) = short {
            (own.to_owned(), Some(version.to_owned()))
        } else {
            let named = plugin
                .get(&["version", "ref"])
                .and_then(|name| document.string(&["versions", name.string()?]))
                .map(|(version, _)| version.to_owned());
            let written = plugin.get(&["version"]).and_then(|version| version.string()).map(str::to_owned);
            (plugin.get(&["id"])?.string()?.to_owned(), named.or(written))
        };
        (own == id).then(|| (alias.to_owned(), version))
    })
}
