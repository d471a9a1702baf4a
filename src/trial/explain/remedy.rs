//! What mends a failure: the package, path, value or argument that a setting can name.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::knowledge::{Failure, Kind, Learn, fill};
use super::{Expert, names};
use crate::need::Need;
use crate::trial::lesson::Lesson;
use crate::trial::observe::Observed;

/// Files of programs.
const SOURCES: [&str; 12] = ["py", "js", "mjs", "cjs", "ts", "go", "rs", "java", "kt", "yaml", "yml", "toml"];
/// Enough of them to find a variable in.
const FILES: usize = 2_000;

/// What is learned from one place of a failure.
pub(super) fn lessons(expert: &Expert<'_>, failure: &Failure, found: &BTreeMap<String, String>) -> Vec<Lesson> {
    let (Some(learn), Some(of)) = (failure.learn, &failure.of) else { return Vec::new() };
    let of = fill(of, found);
    match learn {
        Learn::RunPackages => packages(expert, &of, expert.subject.release.as_deref(), Lesson::RunPackage),
        Learn::BuildPackages => packages(expert, &of, expert.subject.build_release.as_deref(), Lesson::BuildPackage),
        Learn::Writable => directory(expert, &of).map(Lesson::Writable).into_iter().collect(),
        Learn::Files => match of.strip_prefix("module:") {
            Some(module) => module_of(expert, module).map(Lesson::File).into_iter().collect(),
            None => file(expert, &of, failure.kind).into_iter().collect(),
        },
        Learn::Env => variable(expert, &of),
    }
}

/// Packages for `library:libpq.so.5`, `program:git`, `header:ffi.h`, `linked:pq`, `tool:gcc`.
fn packages(expert: &Expert<'_>, of: &str, release: Option<&str>, lesson: fn(String) -> Lesson) -> Vec<Lesson> {
    let builds = matches!(lesson(String::new()), Lesson::BuildPackage(_));
    let (kind, name) = of.split_once(':').unwrap_or(("", of));
    // a base without packages gives way to one with them: of today's distribution
    let release = release.or_else(|| expert.catalog.usual_distribution()).unwrap_or_default();
    let known = |need: &Need| {
        let packages = expert.catalog.packages(need, release)?;
        let names = if builds && !packages.build.is_empty() { &packages.build } else { &packages.run };
        (!names.is_empty()).then(|| names.clone())
    };
    let tool = || {
        let family = if release.starts_with("alpine") { "alpine" } else { "debian" };
        expert.knowledge.tools.get(name).and_then(|families| families.get(family)).cloned()
    };
    let program = || known(&Need::Program(name.to_owned()));
    let found = match kind {
        "tool" => tool().or_else(program),
        "program" => {
            if builds {
                tool().or_else(program)
            } else {
                program()
            }
        }
        "header" => {
            let header = expert.knowledge.headers.iter().find(|header| header.name.0.is_match(name));
            header.and_then(|header| match header.of.split_once(':') {
                Some(("package", package)) => Some(vec![package.to_owned()]),
                _ => header.of.parse().ok().as_ref().and_then(known),
            })
        }
        _ => spellings(name).into_iter().find_map(|name| known(&Need::Library(name))),
    };
    found.unwrap_or_default().into_iter().map(lesson).collect()
}

/// How the catalog may call `libpq.so.5`, `libpq` or `pq`.
fn spellings(library: &str) -> Vec<String> {
    let name = library.rsplit('/').next().unwrap_or(library);
    let stem = name.split(".so").next().unwrap_or(name).trim_end_matches(".dylib");
    let bare = stem.strip_prefix("lib").unwrap_or(stem);
    let unversioned = bare.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    let mut names: Vec<String> = vec![bare.into(), stem.into(), unversioned.into()];
    names.extend(match bare {
        "ssl" | "crypto" => Some("openssl".to_owned()),
        "z" => Some("zlib".to_owned()),
        "gthread-2.0" | "gmodule-2.0" => Some("glib-2.0".to_owned()),
        _ => None,
    });
    names
}

/// The directory that a path to write to stands for, as a setting names it.
fn directory(expert: &Expert<'_>, path: &str) -> Option<String> {
    if path.is_empty() || path.contains("{path}") {
        return None;
    }
    let path = Utf8Path::new(path);
    // a name without an ending is mostly a directory that was about to be made
    let directory = if path.extension().is_some() { path.parent()? } else { path };
    Some(relative(expert, directory))
}

/// A path of the image as a setting names it: relative to the working directory where it is inside.
fn relative(expert: &Expert<'_>, path: &Utf8Path) -> String {
    let workdir = Utf8Path::new(if expert.subject.workdir.is_empty() { "/" } else { &expert.subject.workdir });
    let text = match path.strip_prefix(workdir) {
        Ok(inside) if workdir != "/" => inside.as_str(),
        _ => path.as_str(),
    };
    let text = text.trim_start_matches("./").trim_end_matches('/');
    if text.is_empty() { ".".to_owned() } else { text.to_owned() }
}

/// What is opened: a file of the project, or a directory that is to be made.
fn file(expert: &Expert<'_>, path: &str, kind: Kind) -> Option<Lesson> {
    let name = relative(expert, Utf8Path::new(path));
    // patterns name the directory before them
    let name = name.split(['*', '?', '[']).next().unwrap_or(&name).trim_end_matches('/').to_owned();
    let found = in_project(expert, &name);
    if let Some(found) = found {
        return Some(Lesson::File(found));
    }
    let is_file = Utf8Path::new(&name).extension().is_some();
    let above = Utf8Path::new(&name).parent().filter(|above| !above.as_str().is_empty())?;
    // a file in a directory of the project that is not there is missing; in no directory it was about to be made
    let is_written = kind == Kind::MissingFile && is_file && in_project(expert, above.as_str()).is_none() && !name.starts_with('/');
    is_written.then(|| Lesson::Writable(above.to_string()))
}

fn in_project(expert: &Expert<'_>, name: &str) -> Option<String> {
    let there = |path: &Utf8Path| !path.as_str().is_empty() && path != "." && (expert.tree.has(path) || expert.tree.has_directory(path));
    let path = Utf8Path::new(name);
    if there(path) {
        // all of a directory is read where one of its files is
        let directory = path.parent().filter(|above| !above.as_str().is_empty() && expert.tree.has(path));
        return Some(directory.unwrap_or(path).to_string());
    }
    None
}

/// A module of the project's own that was left out.
fn module_of(expert: &Expert<'_>, module: &str) -> Option<String> {
    let first = module.split(['.', '/']).next()?;
    let directory = Utf8Path::new(first);
    let file = format!("{first}.py");
    if expert.tree.has_directory(directory) { Some(first.to_owned()) } else { expert.tree.has(&file).then_some(file) }
}

/// A variable's value, where its name tells it.
fn variable(expert: &Expert<'_>, name: &str) -> Vec<Lesson> {
    let names = names(expert);
    let Some(known) = expert.knowledge.variables.iter().find(|variable| variable.name.0.is_match(name)) else {
        return expert.subject.declared.get(name).map(|value| Lesson::Env(name.to_owned(), value.clone())).into_iter().collect();
    };
    let value = fill(&known.value, &names);
    let writable = known.writable.as_ref().map(|path| Lesson::Writable(relative(expert, Utf8Path::new(&fill(path, &names)))));
    [Lesson::Env(name.to_owned(), value)].into_iter().chain(writable).collect()
}

/// What makes a program listen everywhere.
pub(super) fn bind(expert: &Expert<'_>, observed: &Observed) -> Vec<Lesson> {
    let mut names = names(expert);
    if let Some(listener) = observed.listens.first() {
        names.insert("port".to_owned(), listener.port.to_string());
    }
    let subject = expert.subject;
    let command = subject.command.join(" ");
    if let Some(bind) = expert.knowledge.binds.iter().find(|bind| bind.command.0.is_match(&command)) {
        let mut lessons: Vec<_> = bind.env.iter().map(|(name, value)| Lesson::Env(name.clone(), fill(value, &names))).collect();
        if !bind.arguments.is_empty() {
            let own = &subject.command[subject.entrypoint.min(subject.command.len())..];
            let words = own.iter().cloned().chain(bind.arguments.iter().map(|word| fill(word, &names)));
            lessons.push(Lesson::Arguments(words.collect()));
        }
        return lessons;
    }
    // a variable that the sources name, and whose name says that it is the address
    let value = "0.0.0.0".to_owned();
    let is_address = |name: &&String| {
        expert.knowledge.variables.iter().find(|known| known.name.0.is_match(name)).is_some_and(|known| known.value.starts_with("0.0.0.0"))
    };
    named(expert).iter().find(is_address).map(|name| Lesson::Env(name.clone(), value)).into_iter().collect()
}

/// Words of the sources that look like names of variables.
fn named(expert: &Expert<'_>) -> BTreeSet<String> {
    let of = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let is_source = |path: &&Utf8Path| path.extension().is_some_and(|ending| SOURCES.contains(&ending));
    let texts = expert.tree.paths().filter(is_source).take(FILES).filter_map(|path| expert.tree.text(path).ok());
    let words = texts.flat_map(|text| text.split(move |c| !of(c)));
    words.filter(|word| word.len() > 3 && word.starts_with(|c: char| c.is_ascii_uppercase())).map(str::to_owned).collect()
}
