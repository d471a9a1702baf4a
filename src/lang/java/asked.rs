//! What the project's own build lines ask the build tool for: profiles of Maven's, properties of Gradle's. An image is built with what
//! builds the project's own image; of lines that build anything else, only what names production counts.

use camino::Utf8Path;

use crate::command::Command;
use crate::declared;
use crate::evidence::{Fact, Rule};
use crate::tree::Tree;

const ASKED: Rule = Rule::parsed("java.asked", "the project builds what it deploys with this");

/// Names for those who run a program.
const PRODUCTIONS: [&str; 3] = ["prod", "production", "prd"];
/// Names for those who work on it, and of what no image of a Java program is built with.
const OTHERS: [&str; 9] = ["dev", "development", "local", "develop", "test", "native", "docker", "jib", "coverage"];

/// The profiles that Maven is called with in `directory` or above it.
pub fn profiles(tree: &Tree, directory: &Utf8Path) -> Vec<Fact<String>> {
    let names = |command: &Command| {
        let list = command.option(&["-P", "--activate-profiles"]).and_then(|word| word.text().map(str::to_owned));
        list.into_iter().flat_map(|list| list.split(',').map(str::to_owned).collect::<Vec<_>>()).collect()
    };
    asked(tree, directory, &["mvn", "mvnw"], &names)
}

/// The properties that Gradle is called with, `prod` or `env=prod`.
pub fn properties(tree: &Tree, directory: &Utf8Path) -> Vec<Fact<String>> {
    let names = |command: &Command| {
        let words = command.arguments().iter().filter_map(|word| word.text()?.strip_prefix("-P"));
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    asked(tree, directory, &["gradle", "gradlew"], &names)
}

fn asked(tree: &Tree, directory: &Utf8Path, programs: &[&str], names: &dyn Fn(&Command) -> Vec<String>) -> Vec<Fact<String>> {
    let places = [directory, Utf8Path::new("")];
    let places = if directory.as_str().is_empty() { &places[..1] } else { &places[..] };
    let lines = places.iter().flat_map(|place| programs.iter().flat_map(move |program| declared::builds(tree, place, program)));
    let mut found: Vec<Fact<String>> = Vec::new();
    for line in lines {
        let is_meant = |name: &String| if line.image { !is_other(name) } else { is_production(name) };
        for name in names(&line.command).into_iter().filter(is_meant) {
            if !found.iter().any(|known| known.value == name) {
                found.push(Fact::new(name, line.at.under(ASKED)));
            }
        }
    }
    found
}

/// The word that says what a name or an assignment is for: `prod` of `prod`, `-Penv=prod`, `vaadin.productionMode`.
fn is_production(name: &str) -> bool {
    let parts = || name.split(['=', '.', '-', '_']);
    let off = name.ends_with("=false") || name.starts_with(['!', '-', '?']);
    !off && (parts().any(|part| PRODUCTIONS.contains(&part)) || name.contains("productionMode"))
}

fn is_other(name: &str) -> bool {
    name.starts_with(['!', '-', '?']) || name.split('=').any(|part| OTHERS.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(found: Vec<Fact<String>>) -> Vec<String> {
        found.into_iter().map(|fact| fact.value).collect()
    }

    #[test]
    fn the_own_image_is_built_with_all_that_its_dockerfile_names() {
        let dockerfile = "FROM maven:3 AS build\nCOPY . .\nRUN ./mvnw -B -Pcloud,metrics,dev -DskipTests package\nFROM eclipse-temurin:21-jre\nCMD [\"java\"]\n";
        let tree = Tree::from_memory([("Dockerfile", dockerfile)]);
        assert_eq!(values(profiles(&tree, Utf8Path::new(""))), ["cloud", "metrics"]);
    }

    #[test]
    fn what_ci_builds_counts_where_it_names_production() {
        let ci = "on: push\njobs:\n  a:\n    steps:\n      - run: ./gradlew -Pprod -Pcoverage -Pversion=$TAG bootJar\n      - run: ./gradlew -Penv=production check\n";
        let tree = Tree::from_memory([(".github/workflows/ci.yml", ci)]);
        assert_eq!(values(properties(&tree, Utf8Path::new("api"))), ["prod", "env=production"]);
    }

    #[test]
    fn what_is_switched_off_is_not_asked_for() {
        let tree = Tree::from_memory([("Makefile", "build:\n\tmvn -P'!prod' package\n\tgradle -Pprod=false build\n")]);
        assert!(profiles(&tree, Utf8Path::new("")).is_empty() && properties(&tree, Utf8Path::new("")).is_empty());
    }
}
