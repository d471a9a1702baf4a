//! Packages that the project's own Dockerfile installs beside its lists: a server, a driver, what its start command needs.

use camino::Utf8Path;

use super::locked::Locked;
use super::requirements::Listed;
use crate::command::{Command, Word};
use crate::declared;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Fact, Rule};
use crate::read::requirement::{normal, parse};
use crate::tree::Tree;

const ADDED: Rule = Rule::parsed("python.dockerfile-package", "the project's own Dockerfile installs this beside what is listed");

/// What installs packages, and is none that a program needs.
const INSTALLERS: [&str; 16] = [
    "babel",
    "build",
    "hatch",
    "maturin",
    "nuitka",
    "pdm",
    "pip",
    "pip-tools",
    "pipenv",
    "poetry",
    "poetry-core",
    "pyinstaller",
    "setuptools",
    "setuptools-rust",
    "uv",
    "virtualenv",
];
/// Options of pip's that take a value of their own.
const VALUED: [&str; 19] = [
    "-b",
    "-c",
    "-d",
    "-f",
    "-i",
    "-r",
    "-t",
    "-w",
    "--cache-dir",
    "--constraint",
    "--extra-index-url",
    "--find-links",
    "--index",
    "--index-url",
    "--prefix",
    "--python",
    "--requirement",
    "--target",
    "--wheel-dir",
];

/// The packages that the own Dockerfile installs by name and that are not among `known`.
pub fn by_dockerfile(tree: &Tree, directory: &Utf8Path, known: &[Locked], own: Option<&str>) -> Vec<Fact<String>> {
    let mut found: Vec<Fact<String>> = Vec::new();
    for (line, at) in declared::steps(tree, directory, ADDED) {
        for word in line.commands.iter().flat_map(|(_, command)| named(command)) {
            let Some(requirement) = parse(word).filter(|requirement| requirement.url.is_none()) else { continue };
            let name = requirement.name.as_str();
            let has = |name: &str| known.iter().any(|locked| locked.name == name);
            let there = has(name) && requirement.extras.iter().all(|extra| has(&format!("{name}[{extra}]")));
            let spelt = |fact: &Fact<String>| parse(&fact.value).is_some_and(|other| other.name == name);
            let tool = INSTALLERS.contains(&name) || name == "wheel" || own.is_some_and(|own| normal(own) == name);
            if !there && !tool && !found.iter().any(spelt) {
                found.push(Fact::new(word.to_owned(), at.clone()));
            }
        }
    }
    found
}

/// What a command installs by name: `pip install gunicorn`, `uv pip install gunicorn`, `pip wheel gunicorn`.
fn named(command: &Command) -> Vec<&str> {
    let words: Vec<Option<&str>> = command.words.iter().map(Word::text).collect();
    let pip = |word: Option<&str>| word.is_some_and(|word| matches!(word.rsplit('/').next(), Some("pip" | "pip3")));
    let Some(rest) = words.iter().take(4).position(|word| pip(*word)).and_then(|place| words.get(place + 1..)) else { return Vec::new() };
    let Some(verb) = rest.iter().position(|word| matches!(word, Some("install" | "wheel"))) else { return Vec::new() };
    let mut found = Vec::new();
    let mut rest = rest[verb + 1..].iter();
    while let Some(word) = rest.next() {
        match word {
            Some(option) if VALUED.contains(option) => _ = rest.next(),
            Some(option) if option.starts_with('-') => {}
            Some(name) if !name.contains(['/', '\\', ':', '*']) && !name.ends_with(".txt") && !name.ends_with(".whl") => found.push(*name),
            _ => {}
        }
    }
    found
}

/// The same as packages that will be installed.
pub fn packages(added: &[Fact<String>]) -> Vec<Locked> {
    let mut listed = Listed::default();
    added.iter().for_each(|fact| listed.text(&fact.value, &fact.because()[0]));
    listed.packages
}

/// What to say of them: the lists do not hold what the image needs.
pub fn note(added: &[Fact<String>]) -> Option<Diagnostic> {
    let names: Vec<_> = added.iter().map(|fact| format!("`{}`", fact.value)).collect();
    let message = format!(
        "{} of the project's own Dockerfile {} installed beside what is listed",
        names.join(", "),
        if names.len() == 1 { "is" } else { "are" }
    );
    let note = Diagnostic::note("python::added-packages", message).because(&added.first()?.because()[0]);
    Some(note.help("add what the program needs to the dependencies: then every installation has it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dockerfile_may_install_more_than_is_listed() {
        let text = "FROM python AS build\nRUN pip install --upgrade pip && pip wheel -w /w 'psycopg[c]' minio==7.2 -r req.txt\nFROM python AS dev\n\
            RUN pip install debugpy\nFROM python\nCOPY --from=build /w /w\nRUN uv pip install --no-cache gunicorn flask . git+https://x/y ./lib\n";
        let tree = Tree::from_memory([("Dockerfile", text), ("app.py", "")]);
        let flask = packages(&[Fact::new("flask==3".to_owned(), crate::evidence::Evidence::exists("requirements.txt", ADDED))]);
        let found = by_dockerfile(&tree, Utf8Path::new(""), &flask, None);
        let names: Vec<_> = found.iter().map(|fact| fact.value.as_str()).collect();
        assert_eq!(names, ["psycopg[c]", "minio==7.2", "gunicorn"]);
    }
}
