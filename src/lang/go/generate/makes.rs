//! What a generator makes: beside its inputs, where its configuration says, or where its command does.

use camino::{Utf8Path, Utf8PathBuf};

use crate::catalog::Generator;
use crate::command::Command;
use crate::evidence::{Evidence, Rule};
use crate::read::document::{Document, Value};
use crate::tree::Tree;
use crate::tree::path::inside;

const INPUT: Rule = Rule::parsed("go.generator-input", "a generator makes Go sources of it");
const CONFIGURED: Rule = Rule::parsed("go.generator-configuration", "a generator makes Go sources as it says");

/// A file or directory that is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// It lies there, relative to the project's root. A name without an input's in it may have more before it.
    At(Utf8PathBuf),
    /// The package that others import by this path, or by one that ends with it.
    Package(String),
}

/// Something that is made, and what says so.
#[derive(Clone, Debug)]
pub struct Output {
    pub made: Made,
    pub at: Evidence,
    /// The directory in which its generator is started, relative to the project's root.
    pub from: Utf8PathBuf,
    /// The directory of what it is made of.
    pub inputs: Utf8PathBuf,
}

/// What a generator makes in a module by its inputs and its configuration, whatever command starts it.
pub fn by_files(tree: &Tree, module: &Utf8Path, generator: &Generator) -> Vec<Output> {
    let ours = |path: &&Utf8Path| !path.components().any(|part| super::is_not_ours(part.as_str()));
    let mut found = Vec::new();
    if let Some(pattern) = &generator.inputs {
        let inputs = tree.below(module).filter(|path| fits(path, pattern)).filter(ours);
        found.extend(inputs.filter_map(|path| of_input(tree, module, generator, path)));
    }
    for path in configurations(tree, module, generator).filter(ours) {
        found.extend(configured(tree, path, &generator.keys));
    }
    found
}

/// The files of a module that configure a generator.
fn configurations<'t>(tree: &'t Tree, module: &Utf8Path, generator: &Generator) -> impl Iterator<Item = &'t Utf8Path> {
    let names: Vec<&str> = generator.configuration.iter().map(String::as_str).collect();
    tree.named(&names).filter(move |path| path.starts_with(module))
}

fn of_input(tree: &Tree, module: &Utf8Path, generator: &Generator, path: &Utf8Path) -> Option<Output> {
    let text = || tree.text(path).ok();
    if let Some(words) = &generator.containing
        && !text()?.contains(words)
    {
        return None;
    }
    let inputs = path.parent().unwrap_or(Utf8Path::new("")).to_owned();
    let made = match (&generator.makes, &generator.package_after) {
        (Some(makes), _) => {
            let name = makes.replace("{stem}", path.file_stem()?).replace("{name}", path.file_name()?);
            Made::At(inside(&inputs, Utf8Path::new(&name))?)
        }
        (None, Some(words)) => {
            let rest = text()?.split_once(words.as_str())?.1;
            let package = rest.trim_start().trim_start_matches('"').split(['"', ';']).next()?;
            Made::Package(package.trim_start_matches("./").to_owned())
        }
        (None, None) => return None,
    };
    Some(Output { made, at: Evidence::exists(path, INPUT), from: module.to_owned(), inputs })
}

/// What the keys of a configuration name, relative to its directory.
pub fn configured(tree: &Tree, path: &Utf8Path, keys: &[String]) -> Vec<Output> {
    let Some(document) = tree.text(path).ok().and_then(|text| Document::yaml(path, text).ok()) else { return Vec::new() };
    let directory = path.parent().unwrap_or(Utf8Path::new(""));
    let output = |value: &Value<'_>| {
        let made = Made::At(inside(directory, Utf8Path::new(value.string()?))?);
        let at = document.evidence(value, CONFIGURED);
        Some(Output { made, at, from: directory.to_owned(), inputs: directory.to_owned() })
    };
    keys.iter().flat_map(|key| values(document.root(), key)).filter_map(output).collect()
}

/// The words that the keys of a generator's configurations hold: programs that it starts.
pub fn named(tree: &Tree, module: &Utf8Path, generator: &Generator) -> Vec<String> {
    let documents = configurations(tree, module, generator).filter_map(|path| Document::yaml(path, tree.text(path).ok()?).ok());
    let words = |document: Document<'_>| {
        let found = generator.plugins.iter().flat_map(|key| values(document.root(), key).into_iter().filter_map(word).collect::<Vec<_>>());
        found.collect::<Vec<_>>()
    };
    documents.flat_map(words).collect()
}

/// The value's word, or the first of its words.
fn word(value: &Value<'_>) -> Option<String> {
    value.string().or_else(|| value.list().first()?.string()).map(str::to_owned)
}

/// The values below keys that points join, in every element of the lists on the way.
fn values<'v, 't>(value: &'v Value<'t>, keys: &str) -> Vec<&'v Value<'t>> {
    let (first, rest) = keys.split_once('.').map_or((keys, None), |(first, rest)| (first, Some(rest)));
    let tables: Vec<&Value<'_>> = if value.list().is_empty() { vec![value] } else { value.list().iter().collect() };
    let inner = tables.into_iter().filter_map(|table| table.get(&[first]));
    match rest {
        Some(rest) => inner.flat_map(|value| values(value, rest)).collect(),
        None => inner.collect(),
    }
}

/// What a command of the project's says that it makes.
pub fn by_command(tree: &Tree, generator: &Generator, command: &Command, at: &Evidence) -> Vec<Output> {
    let options = |names: &[String]| command.option(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let from = &command.directory;
    let output = |path: &str| {
        let made = Made::At(command.path(path)?);
        Some(Output { made, at: at.clone(), from: from.clone(), inputs: from.clone() })
    };
    if let Some(word) = options(&generator.options) {
        return word.text().and_then(output).into_iter().collect();
    }
    if let Some(file) = options(&generator.configured).and_then(|word| command.path(word.text()?)) {
        return configured(tree, &file, &generator.keys);
    }
    if let (Some(typed), Some(types)) = (&generator.typed, command.option(&["-type", "--type"])) {
        let types: Vec<String> = types.text().unwrap_or_default().split(',').map(str::to_lowercase).collect();
        return types.iter().take(1).filter_map(|name| output(&typed.replace("{type}", name))).collect();
    }
    generator.default.as_deref().and_then(output).into_iter().collect()
}

/// Whether a path is what a pattern means: a name with one `*`, in the directories before it.
fn fits(path: &Utf8Path, pattern: &str) -> bool {
    let (directory, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    let (start, end) = name.split_once('*').unwrap_or((name, ""));
    let own = path.file_name().unwrap_or_default();
    own.len() >= start.len() + end.len()
        && own.starts_with(start)
        && own.ends_with(end)
        && !own.ends_with("_test.go")
        && (directory.is_empty() || path.parent().is_some_and(|parent| parent.ends_with(directory)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_through_lists() {
        let text = "version: '2'\nsql:\n  - gen:\n      go:\n        out: internal/db\n  - gen:\n      go:\n        out: b\n";
        let tree = Tree::from_memory([("store/sqlc.yaml", text)]);
        let found = configured(&tree, "store/sqlc.yaml".into(), &["sql.gen.go.out".to_owned()]);
        let made: Vec<_> = found.into_iter().map(|output| output.made).collect();
        assert_eq!(made, [Made::At("store/internal/db".into()), Made::At("store/b".into())]);
    }

    #[test]
    fn patterns_have_one_star() {
        for (path, pattern, expected) in [
            ("a/home.templ", "*.templ", true),
            ("a/ent/schema/user.go", "ent/schema/*.go", true),
            ("a/schema/user.go", "ent/schema/*.go", false),
            ("a/x_test.go", "*.go", false),
        ] {
            assert_eq!(fits(path.into(), pattern), expected, "{path}");
        }
    }
}
