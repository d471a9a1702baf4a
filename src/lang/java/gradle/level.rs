//! The Java that a project of Gradle's asks for, and the newest that its Gradle runs on.

use super::Project;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::java::artifact::series;
use crate::lang::java::level::{Level, pin, settled};
use crate::lang::java::scan::Token;
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
        settled(Level { pinned: exact.or(pin(tree, &self.directory)?), classes, least: None })
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
