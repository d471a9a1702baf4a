//! What is seen of programs in Java and Kotlin, through front ends, vocabulary and observers.

mod demands;
mod listen;
mod reads;
mod signals;
mod starts;
mod writes;

use camino::Utf8PathBuf;

use super::{Observed, Sources, Start, observe};
use crate::Packs;
use crate::lang::java::word::Word;
use crate::program::Site;
use crate::tree::Tree;

/// What is seen of a project with these files and nothing that it depends on.
fn seen(files: &[(&str, &str)]) -> Observed {
    seen_with(files, &[])
}

/// The same of a project that depends on what begins with these names.
fn seen_with(files: &[(&str, &str)], dependencies: &[&str]) -> Observed {
    let tree = Tree::from_memory(files.iter().copied());
    let catalog = Packs::default().catalog().unwrap();
    let directories = [Utf8PathBuf::new()];
    let sources = Sources::read(&tree, &directories, catalog.vocabulary("java").unwrap());
    let compiled = &["java", "kt", "groovy", "class", "jar"];
    let site = Site { tree: &tree, bases: vec![Utf8PathBuf::new()], embedded: &[], compiled, ships_alone: true, compiled_in: None };
    let depends = |name: &str| {
        let at = || crate::evidence::Evidence::exists("pom.xml", super::SERVED);
        dependencies.iter().any(|own| own.starts_with(name)).then(at)
    };
    let start = Start { name: "app", word: &Word::default(), arguments: None };
    observe(&catalog, &site, &directories, &sources, &depends, &start).unwrap()
}

/// What is seen of one class with these imports and members.
fn java(imports: &str, members: &str) -> Observed {
    seen(&[("src/main/java/App.java", &class(imports, members))])
}

/// What is seen of one file of Kotlin.
fn kotlin(text: &str) -> Observed {
    seen(&[("src/main/kotlin/App.kt", text)])
}

fn class(imports: &str, members: &str) -> String {
    let imports = imports.split_whitespace().map(|import| format!("import {import};\n")).collect::<Vec<_>>().concat();
    format!("{imports}\npublic class App {{\n{members}\n}}\n")
}

/// A `main` with these statements.
fn main(statements: &str) -> String {
    format!("public static void main(String[] args) throws Exception {{ {statements} }}")
}
