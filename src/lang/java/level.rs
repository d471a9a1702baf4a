//! The level of Java that a program asks for, and the JDK that it is built and run with.

use camino::Utf8Path;
use serde::Serialize;

use super::INTERPRETER;
use super::maven::Module;
use crate::catalog::{Catalog, Month, Release, Wish};
use crate::declared;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::layers::Layers;
use crate::read::version_files;
use crate::tree::Tree;
use crate::version::Version;

const LEVEL: Rule = Rule::parsed("java.level", "the sources and classes are of this level");
const TOOLCHAIN: Rule = Rule::parsed("java.toolchain", "the build asks for this JDK");
const PIN: Rule = Rule::parsed("java.pin", "the project is worked on with this JDK");
const IMAGE: Rule = Rule::parsed("java.worked", "an image with this JDK is worked with here");
const CI: Rule = Rule::parsed("java.ci", "it is tried with this JDK");
const PARENT: Rule = Rule::parsed("java.parent-level", "this parent sets the level");
pub const ANY: Rule = Rule::parsed("java.any-level", "nothing here asks for a newer Java");

/// The level that Maven's compiler plugin takes when nobody says one.
const UNSAID: u32 = 8;

/// What a project says of its Java.
#[derive(Clone, Debug, Serialize)]
pub struct Level {
    /// The level that its classes are of: no older Java runs them.
    pub classes: Fact<Version>,
    /// The least JDK that its build takes, where that is newer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least: Option<Fact<Version>>,
    /// The JDK that it asks for by name.
    pub pinned: Option<Fact<Version>>,
    /// When the newest of its pins was published, where nothing says a level.
    #[serde(skip)]
    pub written: Option<Fact<Month>>,
    /// The JDK that CI tries it with, where it asks for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried: Option<Fact<Version>>,
}

impl Level {
    /// What speaks for the JDK: the places of what says most, or of the newest pin where nothing does.
    pub fn because(&self) -> &[Evidence] {
        self.written.as_ref().map_or(self.wanted().because(), |written| written.because())
    }

    /// Whether the project says which level its classes are of.
    pub fn is_said(&self) -> bool {
        self.classes.because().iter().all(|at| at.rule != ANY.id && at.rule != PARENT.id)
    }

    /// Whether nothing at all says one.
    pub fn is_any(&self) -> bool {
        self.classes.because().iter().any(|at| at.rule == ANY.id)
    }

    /// What says most about the JDK: the one that is asked for, else the least that does.
    pub fn wanted(&self) -> &Fact<Version> {
        let least = self.least.as_ref().filter(|least| least.value > self.classes.value);
        self.pinned.as_ref().or(least).unwrap_or(&self.classes)
    }
}

/// The level of a module of Maven's, and the JDK that is pinned beside it.
///
/// # Errors
/// When a level is none, or a pinned JDK is older than the level.
pub fn of_maven(tree: &Tree, module: &Module<'_>, reached: &[Module<'_>], least: Option<Fact<Version>>) -> Result<Level> {
    let mut classes: Option<Fact<Version>> = None;
    for level in reached.iter().map(said).collect::<Result<Vec<_>>>()?.into_iter().flatten() {
        if classes.as_ref().is_none_or(|highest| level.value > highest.value) {
            classes = Some(level);
        }
    }
    let classes = classes.unwrap_or_else(|| inherited(module));
    let pinned = toolchain(module)?.or(pin(tree, module.directory())?);
    settled(tree, Level { classes, least, pinned, written: None, tried: None })
}

/// The level with what pins the JDK, when the two agree.
///
/// # Errors
/// When the pinned JDK is older than the level.
pub fn settled(tree: &Tree, level: Level) -> Result<Level> {
    if let Some(pinned) = level.pinned.as_ref().filter(|pinned| pinned.value < level.classes.value) {
        let message = format!("the classes are of Java {}, and the JDK that is asked for is {}", level.classes.value, pinned.value);
        let error = Diagnostic::usage("java::level-conflict", message).help("make them agree, or set `java.version`");
        return Err(level.classes.because().iter().chain(pinned.because()).fold(error, Diagnostic::because).into());
    }
    let tried = if level.pinned.is_none() { tried(tree, &level) } else { None };
    Ok(Level { tried, ..level })
}

fn said(module: &Module<'_>) -> Result<Option<Fact<Version>>> {
    let compiler = module.plugin("maven-compiler-plugin");
    let configured = |name: &str| compiler.as_ref().and_then(|plugin| plugin.configured(&[name]));
    let kotlin = || {
        module
            .plugin("kotlin-maven-plugin")
            .and_then(|plugin| plugin.configured(&["jvmTarget"]))
            .or_else(|| module.property("kotlin.compiler.jvmTarget"))
    };
    // an empty value sets nothing
    let meant = |said: &super::maven::Said<'_>| !said.value.is_empty();
    let release = configured("release").filter(meant).or_else(|| module.property("maven.compiler.release").filter(meant));
    let target = || configured("target").filter(meant).or_else(|| module.property("maven.compiler.target").filter(meant));
    let source = || configured("source").filter(meant).or_else(|| module.property("maven.compiler.source").filter(meant));
    // Spring Boot's and others' parents hand this on to the compiler
    let handed = || module.property("java.version").or_else(|| module.property("jdk.version")).filter(meant);
    let Some(said) = release.or_else(target).or_else(source).or_else(handed).or_else(kotlin) else { return Ok(None) };
    let fact = said.fact(LEVEL);
    number(&fact).map(Some)
}

/// `1.8` is 8.
fn number(fact: &Fact<String>) -> Result<Fact<Version>> {
    let text = fact.value.strip_prefix("1.").unwrap_or(&fact.value);
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let broken = || {
        let error = Diagnostic::error("java::no-level", format!("`{}` is no level of Java", fact.value));
        fact.because().iter().fold(error, Diagnostic::because).help("write a number such as 21, or a property that is set in a pom here")
    };
    let level = digits.parse::<Version>().map_err(|_| broken())?;
    Ok(fact.with(level))
}

fn inherited(module: &Module<'_>) -> Fact<Version> {
    let boot = module.outside.filter(|parent| parent.child("artifactId").is_some_and(|id| id.text == "spring-boot-starter-parent"));
    let major = boot.and_then(|parent| parent.child("version")).and_then(|version| version.text.split('.').next()?.parse::<u32>().ok());
    if let (Some(parent), Some(major)) = (boot, major) {
        return Fact::new(Version::whole(if major >= 3 { 17 } else { UNSAID }), parent.evidence(PARENT));
    }
    let at = module.name().map_or_else(|| Evidence::exists(module.pom.clone(), ANY), |name| name.evidence(ANY));
    Fact::new(Version::whole(UNSAID), at)
}

fn toolchain(module: &Module<'_>) -> Result<Option<Fact<Version>>> {
    let said = ["maven-toolchains-plugin"]
        .iter()
        .find_map(|name| module.plugin(name))
        .and_then(|plugin| plugin.configured(&["toolchains", "jdk", "version"]));
    match said {
        Some(said) if !said.value.contains(['[', '(', ',', '$']) => number(&said.fact(TOOLCHAIN)).map(Some),
        _ => Ok(None),
    }
}

/// The level with the JDK of the images that the project is worked with, which says more than what CI tries.
#[must_use]
pub fn worked(tree: &Tree, directory: &Utf8Path, level: Level, catalog: &Catalog) -> Level {
    let Some(toolchain) = catalog.toolchain("java").ok().filter(|_| level.pinned.is_none()) else { return level };
    let least = level.least.as_ref().map_or(level.classes.value, |least| least.value.max(level.classes.value));
    let mut images = declared::bases(tree, directory, IMAGE).into_iter();
    let java = images.find_map(|(image, at)| Some(Fact::new(Version::whole(toolchain.release_of(&image)?.major()), at)));
    Level { tried: java.filter(|java| java.value >= least).or(level.tried), ..level }
}

/// What version managers are told, in the module's directory or above.
///
/// # Errors
/// When a file that pins a JDK names none.
pub fn pin(tree: &Tree, directory: &Utf8Path) -> Result<Option<Fact<Version>>> {
    for place in directory.ancestors() {
        for (file, line) in
            [(".java-version", ""), (".sdkmanrc", "java="), (".tool-versions", "java "), ("system.properties", "java.runtime.version=")]
        {
            let path = place.join(file);
            let said = (1..).zip(tree.text(&path).unwrap_or_default().lines()).find_map(|(number, text)| {
                let value = text.trim().strip_prefix(line)?.trim();
                (!value.is_empty() && !value.starts_with('#')).then_some((number, text, value))
            });
            let Some((number_of_line, text, value)) = said else { continue };
            let evidence = Evidence::at(path, Span::of_line(number_of_line, text), PIN, text.trim());
            return number(&Fact::new(numbers(value).to_owned(), evidence)).map(Some);
        }
    }
    let pinned = version_files::pinned(tree, directory, &["java", "core:java"], PIN).into_iter();
    let mut said = pinned.filter(|(word, _)| word.contains(|c: char| c.is_ascii_digit()));
    said.next().map(|(word, at)| number(&Fact::new(numbers(&word).to_owned(), at))).transpose()
}

/// Where the version stands in what names a JDK: `21.0.2-tem`, `temurin-17.0.10+7`, `openjdk64-11.0.2`, `graalvm-ce-java17-22.3.0`.
fn numbers(word: &str) -> &str {
    let digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let named = ["java", "jdk-", "jdk"].iter().find_map(|name| word.split_once(name).map(|(_, rest)| rest).filter(|rest| digit(rest)));
    let named = named.filter(|rest| !rest.starts_with("64-") && !rest.starts_with("32-"));
    let part = || word.match_indices('-').map(|(at, _)| &word[at + 1..]).find(|part| digit(part));
    let first = || word.find(|c: char| c.is_ascii_digit()).map(|start| &word[start..]);
    named.or_else(|| Some(word).filter(|word| digit(word))).or_else(part).or_else(first).unwrap_or_default()
}

/// What CI tries it with, which counts where nothing pins a JDK: no older one than the level, and one that there is an image of.
fn tried(tree: &Tree, level: &Level) -> Option<Fact<Version>> {
    let words = version_files::in_ci(tree, &["java-version", "java_version", "java", "jdk"], CI);
    let tried = words.into_iter().filter_map(|(word, at)| number(&Fact::new(word, at)).ok());
    let least = level.least.as_ref().map_or(level.classes.value, |least| least.value.max(level.classes.value));
    tried.filter(|tried| tried.value >= least).max_by_key(|tried| tried.value)
}

/// The JDKs that build and run it, best first.
///
/// # Errors
/// When a setting names one that there is no image of, or too old, or no image is new enough.
pub fn jdks(level: &Level, newest: Option<&Fact<Version>>, layers: &Layers, catalog: &Catalog) -> Result<Vec<Fact<Version>>> {
    let toolchain = catalog.toolchain("java")?;
    if let Some(asked) = INTERPRETER.asked(layers, |settings| settings.languages.java.version, toolchain)? {
        if asked.value < level.classes.value {
            let message = format!("Java {} does not run classes of level {}", asked.value, level.classes.value);
            let error = level.classes.because().iter().fold(Diagnostic::usage("java::level-conflict", message), Diagnostic::because);
            return Err(asked.blame(error).into());
        }
        return Ok(vec![level.classes.with(asked.value)]);
    }
    let wanted = level.wanted();
    let mut fit: Vec<&Release> = toolchain.releases.iter().filter(|release| release.version >= wanted.value).collect();
    if level.pinned.is_some() && fit.last().is_some_and(|first| first.version == wanted.value) {
        fit = fit.split_off(fit.len() - 1);
    }
    if fit.is_empty() {
        let error =
            Diagnostic::error("toolchain::unknown-version", format!("no image that imggen knows has Java {} or newer", wanted.value));
        return Err(wanted
            .because()
            .iter()
            .fold(error, Diagnostic::because)
            .help(format!("known are {}", toolchain.known_versions()))
            .into());
    }
    let usable = |version: Version| newest.is_none_or(|newest| version <= newest.value);
    if let (false, Some(newest)) = (fit.iter().any(|release| usable(release.version)), newest) {
        let message = format!("Java {} is asked for, and what builds it knows none newer than {}", wanted.value, newest.value);
        let error = Diagnostic::usage("java::level-conflict", message);
        return Err(wanted
            .because()
            .iter()
            .chain(newest.because())
            .fold(error, Diagnostic::because)
            .help("take a newer build tool")
            .into());
    }
    // a level is no JDK: what only says one is built by a release that is in common use, by an older one where nothing newer builds it
    let usual = toolchain.usual.filter(|_| level.pinned.is_none());
    let written = level.written.as_ref().map(|written| written.value);
    let wish = Wish { least: Some(wanted.value).max(usual).filter(|_| written.is_none()), written };
    let refuses = |release: &Release| {
        let too_old = level.is_said() && release.compiles.is_some_and(|oldest| level.classes.value < oldest);
        u8::from(too_old || !usable(release.version))
    };
    let preferred = catalog.prefer(toolchain, &fit, wish, refuses);
    let because = level.because();
    let mut fit: Vec<_> = preferred
        .iter()
        .filter(|one| usable(one.release.version))
        .map(|one| because.iter().skip(1).cloned().fold(Fact::new(one.release.version, because[0].clone()), Fact::and))
        .collect();
    if let Some(tried) = &level.tried
        && let Some(at) = fit.iter().position(|java| java.value == tried.value)
        && toolchain.releases.iter().any(|release| release.version == tried.value && !catalog.is_past(release))
    {
        fit.remove(at);
        fit.insert(0, tried.clone());
    }
    Ok(fit)
}
