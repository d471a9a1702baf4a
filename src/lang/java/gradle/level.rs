//! The Java that a project of Gradle's asks for, and the newest that its Gradle runs on.

use super::Project;
use super::script::Script;
use crate::diagnostic::Result;
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::java::artifact::series;
use crate::lang::java::level::{Level, pin, settled};
use crate::read::properties;
use crate::tree::Tree;
use crate::version::Version;

const LEVEL: Rule = Rule::weak("java.gradle-level", "the build asks for this Java");
const WRAPPER: Rule = Rule::parsed("java.gradle-wrapper", "the project is built with this Gradle");
const ANY: Rule = Rule::weak("java.gradle-any-level", "nothing here asks for a newer Java");

impl Project<'_> {
    /// The level, exact where a toolchain names it.
    ///
    /// # Errors
    /// When what pins the JDK is older.
    pub fn level(&self, tree: &Tree) -> Result<Level> {
        let after = |names: &[&str]| self.scripts.iter().find_map(|script| self.level_in(script, names));
        let exact = after(&["languageVersion", "jvmToolchain"]);
        let nothing = || Fact::new(Version::whole(8), Evidence::exists(self.file.clone(), ANY));
        let classes = exact
            .clone()
            .or_else(|| after(&["sourceCompatibility", "targetCompatibility", "jvmTarget", "release"]))
            .unwrap_or_else(nothing);
        settled(tree, Level { pinned: exact.or(pin(tree, &self.directory)?), classes, least: None, tried: None })
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

    /// The newest Java that the wrapper's Gradle runs on.
    pub fn newest(&self, tree: &Tree) -> Option<Fact<Version>> {
        let (version, at) = self.wrapper(tree)?;
        let version = series(&version)?;
        // https://docs.gradle.org/current/userguide/compatibility.html
        let newest = match version {
            _ if version >= Version::minor(9, 1) => 25,
            _ if version >= Version::minor(8, 14) => 24,
            _ if version >= Version::minor(8, 5) => 21,
            _ if version >= Version::minor(7, 3) => 17,
            _ if version >= Version::minor(5, 0) => 11,
            _ => 8,
        };
        Some(Fact::new(Version::whole(newest), at))
    }
}

/// The Java in `JavaVersion.VERSION_1_8`, `"17"`, `21`, `JvmTarget.JVM_11`.
fn number(text: &str) -> Option<u32> {
    let text = text.trim_matches(['"', '\'']);
    let text = text.rsplit("VERSION_").next()?.trim_start_matches("JVM_");
    text.trim_start_matches("1_").trim_start_matches("1.").parse().ok().filter(|level| (5..100).contains(level))
}
