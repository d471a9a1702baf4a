//! The repositories that dependencies come from.

use super::Module;
use crate::evidence::{Fact, Rule};

const REPOSITORY: Rule = Rule::parsed("java.repository", "dependencies come from here");

/// Hosts that ask nobody who they are.
const PUBLIC: [&str; 16] = [
    "repo.maven.apache.org",
    "repo1.maven.org",
    "repo.spring.io",
    "oss.sonatype.org",
    "s01.oss.sonatype.org",
    "central.sonatype.com",
    "repository.apache.org",
    "jitpack.io",
    "packages.confluent.io",
    "repository.jboss.org",
    "plugins.gradle.org",
    "build.shibboleth.net",
    "maven.google.com",
    "repo.eclipse.org",
    "maven.vaadin.com",
    "packages.jetbrains.team",
];

/// Repositories other than those that everybody may read.
pub fn private(modules: &[Module<'_>]) -> Vec<Fact<String>> {
    let host = |url: &str| url.split("://").nth(1).unwrap_or(url).split(['/', ':']).next().unwrap_or_default().to_owned();
    let is_local = |url: &str| url.starts_with("file:") || url.contains("${project.basedir}");
    let said = modules.iter().flat_map(Module::repositories);
    said.filter(|said| !PUBLIC.contains(&host(&said.value).as_str()) && !is_local(&said.value)).map(|said| said.fact(REPOSITORY)).collect()
}
