//! The rooms that nobody sees from outside, opened for the fuzz targets: readers of manifests, and front ends with the resolver behind them.

use camino::Utf8Path;

use crate::catalog::Catalog;
use crate::lang::java::outline::Syntax;
use crate::lang::{go, java, node, python, rust};
use crate::program::{Observed, Program, Site, Source};
use crate::read::document::{Document, Value};
use crate::read::{cargo, cargo_lock, gomod, properties, requirement, xml};
use crate::tree::Tree;

/// Gives a text to every reader of manifests, and holds the places of what they read against it.
///
/// # Panics
/// When a value stands at no place of the text.
#[allow(clippy::panic, reason = "how a fuzzer is told")]
pub fn read(text: &str) {
    let file = Utf8Path::new("manifest");
    let documents = [Document::json(file, text), Document::jsonc(file, text), Document::toml(file, text), Document::yaml(file, text)];
    for document in documents.iter().flatten().chain(Document::yaml_stream(file, text).iter().flatten()) {
        assert!(within(text, document.root()), "a value stands outside of the text");
    }
    _ = gomod::parse(file, text);
    _ = cargo::Manifest::parse(file, text);
    _ = cargo_lock::Lock::parse(file, text);
    _ = properties::parse(file, text);
    _ = xml::Element::parse(file, text);
    text.lines().for_each(|line| _ = requirement::parse(line));
}

fn within(text: &str, value: &Value<'_>) -> bool {
    let below = || value.list().iter().chain(value.map().iter().map(|(_, value)| value));
    text.get(value.range.clone()).is_some() && below().all(|value| within(text, value))
}

/// Reads a source, whose ending says its language, follows its values and observes what it does.
///
/// # Errors
/// Nothing where no language has that ending.
#[must_use]
pub fn observe(catalog: &Catalog, ending: &str, text: &str) -> Option<Observed> {
    let (language, outline) = match ending {
        "go" => ("go", go::outline::outline(text)),
        "rs" => ("rust", rust::outline::outline(text, "crate", None)),
        "py" => ("python", python::outline::outline(text)),
        "java" => ("java", java::outline::outline(text, Syntax::Java, &|_| true)),
        "kt" => ("java", java::outline::outline(text, Syntax::Kotlin, &|_| true)),
        "js" | "ts" | "tsx" => ("node", node::outline::read(text, ending, &|_| None).outline),
        _ => return None,
    };
    let path = format!("main.{ending}");
    let tree = Tree::from_memory([(path.as_str(), text), ("config.yaml", "port: 1\n"), ("data/x.txt", "")]);
    let source = Source::new(Utf8Path::new(&path), text, "main", outline);
    let program = Program::new(vec![&source], catalog.vocabulary(language).ok()?);
    let site = Site { tree: &tree, bases: vec!["".into()], embedded: &[], compiled: &[], ships_alone: false, compiled_in: None };
    Some(program.observe(&site))
}
