//! Which profiles of a pom are on when nobody is asked.

use camino::Utf8Path;

use super::Reactor;
use crate::read::xml::Element;
use crate::tree::path::normal;

/// The profiles of `pom` that are on for the module in `directory`.
pub fn active<'p>(reactor: &Reactor, directory: &Utf8Path, pom: &'p Element) -> Vec<&'p Element> {
    let profiles = pom.list(&["profiles"]);
    let on: Vec<_> = profiles.iter().filter(|profile| is_on(reactor, directory, profile)).collect();
    if !on.is_empty() {
        return on;
    }
    // a profile that is on by default is off as soon as another one of the same pom is on
    profiles.iter().filter(|profile| is_default(profile)).collect()
}

/// Whether a profile is on where nobody asks for another.
pub fn is_default(profile: &Element) -> bool {
    says(profile, "activeByDefault").is_some_and(|told| told == "true")
}

fn says<'p>(profile: &'p Element, what: &str) -> Option<&'p str> {
    profile.at(&["activation", what]).map(|element| element.text.as_str())
}

fn is_on(reactor: &Reactor, directory: &Utf8Path, profile: &Element) -> bool {
    let id = profile.child("id").map_or("", |id| id.text.as_str());
    if reactor.options.profiles.iter().any(|name| name == id || name.strip_prefix('+') == Some(id)) {
        return true;
    }
    if reactor.options.profiles.iter().any(|name| name.strip_prefix(['!', '-']) == Some(id)) {
        return false;
    }
    let Some(activation) = profile.child("activation") else { return false };
    let asks = activation.children.iter().filter(|child| child.name != "activeByDefault");
    let mut any = false;
    for ask in asks {
        any = true;
        let met = match ask.name.as_str() {
            "property" => property(reactor, ask),
            "file" => file(reactor, directory, ask),
            "jdk" => is_open(&ask.text),
            "os" => ask
                .children
                .iter()
                .all(|part| matches!((part.name.as_str(), part.text.as_str()), ("family", "unix" | "linux") | ("name", "linux" | "Linux"))),
            _ => false,
        };
        if !met {
            return false;
        }
    }
    any
}

fn property(reactor: &Reactor, ask: &Element) -> bool {
    let name = ask.child("name").map_or("", |name| name.text.as_str());
    let wanted = ask.child("value").map(|value| value.text.as_str());
    let given = |name: &str| reactor.options.properties.get(name).map(String::as_str);
    match (name.strip_prefix('!'), wanted) {
        (Some(name), _) => given(name).is_none(),
        (None, None) => given(name).is_some(),
        (None, Some(wanted)) => match wanted.strip_prefix('!') {
            Some(unwanted) => given(name) != Some(unwanted),
            None => given(name) == Some(wanted),
        },
    }
}

fn file(reactor: &Reactor, directory: &Utf8Path, ask: &Element) -> bool {
    let is_there = |path: &str| {
        let path = path.replace("${basedir}/", "").replace("${project.basedir}/", "");
        let path = normal(directory.join(path));
        reactor.files.iter().any(|file| file.starts_with(&path))
    };
    let exists = ask.child("exists").is_none_or(|path| is_there(&path.text));
    exists && ask.child("missing").is_none_or(|path| !is_there(&path.text))
}

/// Whether a range of JDKs has no upper end: those that images are made with are newer than any lower one.
fn is_open(range: &str) -> bool {
    range.starts_with(['[', '(']) && (range.ends_with(",)") || range.ends_with(", )"))
}
