//! Profiles that the build has to be called with: what is on by itself is for a developer, or packs a program without its server.

use super::activation::is_default;
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::xml::Element;

const PRODUCTION: Rule = Rule::parsed("java.production-profile", "this profile is for production, and the usual one for development");
const SERVER: Rule = Rule::parsed("java.server-profile", "this profile brings the server that the archive runs on");

/// Names of profiles for those who work on the program, and for those who run it, the likeliest first.
const DEVELOPMENT: [&str; 4] = ["dev", "development", "local", "develop"];
const PRODUCTIONS: [&str; 3] = ["prod", "production", "prd"];
/// Dependencies that bring a server.
const SERVERS: [&str; 6] = [
    "spring-boot-starter-web",
    "spring-boot-starter-webflux",
    "spring-boot-starter-tomcat",
    "spring-boot-starter-jetty",
    "spring-boot-starter-undertow",
    "spring-boot-starter-jersey",
];

/// The profiles of `pom` that it is built with.
pub fn wanted(pom: &Element) -> Vec<Fact<String>> {
    production(pom).or_else(|| server(pom)).into_iter().collect()
}

/// The profile for production, where the one that is on by itself is for development.
fn production(pom: &Element) -> Option<Fact<String>> {
    let profiles = pom.list(&["profiles"]);
    profiles.iter().filter(|profile| is_default(profile)).find(|profile| DEVELOPMENT.contains(&name(profile)))?;
    let wanted = PRODUCTIONS.iter().find_map(|wanted| profiles.iter().find(|profile| name(profile) == *wanted))?;
    Some(Fact::new(name(wanted).to_owned(), place(wanted, PRODUCTION)))
}

/// The profile with the server of an archive that Spring Boot packs, where nothing outside of profiles brings one.
fn server(pom: &Element) -> Option<Fact<String>> {
    let plugins = pom.at(&["build", "plugins"]).map_or(&[][..], |plugins| &plugins.children);
    plugins.iter().find(|plugin| says(plugin, "artifactId") == "spring-boot-maven-plugin")?;
    let brings = |element: &Element| {
        let listed = element.list(&["dependencies"]).iter().filter(|dependency| says(dependency, "scope") != "provided");
        listed.into_iter().any(|dependency| SERVERS.iter().any(|name| says(dependency, "artifactId") == *name))
    };
    let profiles = pom.list(&["profiles"]);
    let brought = brings(pom) || profiles.iter().any(|profile| is_default(profile) && brings(profile));
    // what else a parent or a starter brings is not seen: an archive that a container takes has none by default
    if brought || pom.child("packaging").is_none_or(|packaging| packaging.text != "war") {
        return None;
    }
    let wanted = profiles.iter().find(|profile| brings(profile))?;
    Some(Fact::new(name(wanted).to_owned(), place(wanted, SERVER)))
}

fn name(profile: &Element) -> &str {
    says(profile, "id")
}

fn says<'e>(element: &'e Element, what: &str) -> &'e str {
    element.child(what).map_or("", |child| child.text.as_str())
}

fn place(profile: &Element, rule: Rule) -> Evidence {
    profile.child("id").unwrap_or(profile).evidence(rule)
}
