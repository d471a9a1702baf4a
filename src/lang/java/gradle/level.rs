//! The Java that a project of Gradle's asks for, and the newest that its Gradle runs on.

use super::Project;
use super::built::BOOT;
use super::script::Script;
use crate::catalog::{Catalog, Month, Toolchain};
use crate::diagnostic::Result;
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::java::artifact::series;
use crate::lang::java::level::{ANY, Level, pin, settled, worked};
use crate::read::properties;
use crate::tree::Tree;
use crate::version::Version;

const LEVEL: Rule = Rule::weak("java.gradle-level", "the build asks for this Java");
const WRAPPER: Rule = Rule::parsed("java.gradle-wrapper", "the project is built with this Gradle");
const DAEMON: Rule = Rule::parsed("java.gradle-daemon", "Gradle itself is run with this JDK");

impl Project<'_> {
    /// The JDK that a toolchain names.
    fn exact(&self) -> Option<Fact<Version>> {
        self.level_after(&["languageVersion", "jvmToolchain"])
    }

    /// The level that the build says its classes are of.
    pub fn classes(&self) -> Option<Fact<Version>> {
        self.exact().or_else(|| self.level_after(&["sourceCompatibility", "targetCompatibility", "jvmTarget", "release"]))
    }

    fn level_after(&self, names: &[&str]) -> Option<Fact<Version>> {
        self.scripts.iter().find_map(|script| self.level_in(script, names))
    }

    /// The level, exact where a toolchain names it.
    ///
    /// # Errors
    /// When what pins the JDK is older.
    pub fn level(&self, tree: &Tree, catalog: &Catalog) -> Result<Level> {
        let nothing = || Fact::new(Version::whole(8), Evidence::exists(self.file.clone(), ANY));
        let daemon = self.daemon(tree);
        let classes = self.classes().unwrap_or_else(nothing);
        let said = classes.because()[0].rule != ANY.id;
        let written = if said { None } else { self.written(tree, catalog) };
        let level = settled(
            tree,
            Level { pinned: daemon.or_else(|| self.exact()).or(pin(tree, &self.directory)?), classes, least: None, written, tried: None },
        )?;
        Ok(worked(tree, &self.directory, level, catalog))
    }

    /// The level that stands behind one of these names.
    fn level_in(&self, script: &Script<'_>, names: &[&str]) -> Option<Fact<Version>> {
        let starts = (0..script.tokens.len()).filter(|at| script.tokens[*at].ident().is_some_and(|word| names.contains(&word)));
        starts.into_iter().find_map(|start| {
            let near: Vec<_> = script.tokens[start + 1..].iter().take(10).take_while(|token| !token.fresh || token.is(".")).collect();
            let written = near.iter().position(|token| number(token.text).is_some());
            let (at, level) = if let Some(index) = written {
                (start + 1 + index, number(near[index].text)?)
            } else {
                let words: Vec<_> = near.iter().filter_map(|token| token.ident()).collect();
                let of_catalog = words.iter().position(|word| *word == "versions").and_then(|index| {
                    let alias: Vec<_> = words[index + 1..].iter().copied().take_while(|word| !matches!(*word, "get" | "map")).collect();
                    self.versions.version(&alias.join("."))
                });
                let named = || words.iter().rev().find_map(|word| self.property(word).and_then(|value| number(&value)));
                (start, of_catalog.and_then(number).or_else(named)?)
            };
            Some(Fact::new(Version::whole(level), script.evidence(at, LEVEL)))
        })
    }

    /// The version that the wrapper fetches, and where that is said.
    pub fn wrapper(&self, tree: &Tree) -> Option<(String, Evidence)> {
        let path = self.root.join("gradle/wrapper/gradle-wrapper.properties");
        let url = properties::parse(&path, tree.text(&path).ok()?).into_iter().find(|property| property.key == "distributionUrl")?;
        let version = url.value.rsplit("gradle-").next()?.split("-bin").next()?.split("-all").next()?.to_owned();
        Some((version, url.evidence(WRAPPER)))
    }

    /// The JDK that Gradle itself has to be run with: it looks for another one where it is started with none of these.
    fn daemon(&self, tree: &Tree) -> Option<Fact<Version>> {
        let path = self.root.join("gradle/gradle-daemon-jvm.properties");
        let said = properties::parse(&path, tree.text(&path).ok()?).into_iter().find(|property| property.key == "toolchainVersion")?;
        Some(Fact::new(Version::whole(number(&said.value)?), said.evidence(DAEMON)))
    }

    /// The newest Java that the wrapper's Gradle and the plugins run on.
    pub fn newest(&self, tree: &Tree, toolchain: &Toolchain) -> Option<Fact<Version>> {
        let last = |package: &str, version: &str, at: &Evidence| {
            Some(Fact::new(toolchain.last_that_compiles(package, series(version)?, true)?, at.clone()))
        };
        let wrapper = self.wrapper(tree).and_then(|(version, at)| last("gradle", &version, &at));
        let boot = self.plugin(BOOT).and_then(|used| last("spring-boot", &used.version?, &used.at));
        wrapper.into_iter().chain(boot).min_by_key(|last| last.value)
    }

    /// When it was written, as far as the wrapper and the plugins tell.
    pub fn written(&self, tree: &Tree, catalog: &Catalog) -> Option<Fact<Month>> {
        let wrapper = self.wrapper(tree);
        let boot = self.plugin(BOOT).and_then(|used| Some((used.version?, used.at)));
        let pins = [("gradle", wrapper), ("spring-boot", boot)];
        let pins = pins.iter().filter_map(|(name, pin)| pin.as_ref().map(|(version, at)| (*name, version.as_str(), at)));
        catalog.written("java", pins)
    }
}

/// The Java in `JavaVersion.VERSION_1_8`, `"17"`, `21`, `JvmTarget.JVM_11`.
fn number(text: &str) -> Option<u32> {
    let text = text.trim_matches(['"', '\'']);
    let text = text.rsplit("VERSION_").next()?.trim_start_matches("JVM_");
    text.trim_start_matches("1_").trim_start_matches("1.").parse().ok().filter(|level| (5..100).contains(level))
}
