//! imggen reads a project and writes the Dockerfile that its best platform engineer would have written, with reasons.
//!
//! ```text
//!             walk once        per language           settle               pure            minijinja          compare
//!  directory ──────────▶ Tree ──────────────▶ Facts ─────────▶ Choices ─────────▶ Plan ─────────────▶ Files ──────────▶ Changes ──▶ disk
//!                                 detect        ▲                       needs ⊆ provides     verify
//!                                               │
//!       flag ▸ answers file ▸ prompt ▸ imggen.toml ▸ preset chain ▸ detected
//! ```
//!
//! Every arrow is one function and no arrow points left. The library never prints, prompts, exits, starts a program, reads the
//! environment or opens the network; it reads the project's directory in [`Tree::open`] and packs in [`Pack::open`], and nowhere else.
//!
//! ```
//! use imggen::{Tree, Layers, Packs, generate};
//!
//! let tree = Tree::from_memory([("go.mod", "module example.com/hello\n\ngo 1.27\n"), ("main.go", "package main\n\nfunc main() {}\n")]);
//! let output = generate(&tree, &Layers::default(), &Packs::default())?;
//! assert!(output.files.iter().any(|file| file.path == "Dockerfile" && file.text.contains("distroless/static")));
//! # Ok::<(), Box<imggen::Diagnostic>>(())
//! ```

pub mod app;
pub mod catalog;
pub mod change;
mod checkout;
pub mod choices;
#[cfg(feature = "cli")]
pub mod cli;
pub mod command;
pub mod context;
pub mod decision;
pub mod declared;
pub mod detect;
pub mod diagnostic;
#[cfg(feature = "cli")]
mod engine;
pub mod evidence;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod interpreters;
pub mod ladder;
pub mod lang;
pub mod layers;
pub mod learned;
pub mod need;
pub mod pack;
pub mod parts;
pub mod plan;
pub mod policy;
pub mod preset;
pub mod program;
mod read;
pub mod registry;
pub mod render;
mod requires;
pub mod secret;
pub mod select;
pub mod settings;
pub mod settle;
pub mod tree;
#[cfg(feature = "cli")]
mod trial;
pub mod verify;
pub mod version;
pub mod web;
mod words;

pub use crate::change::File;
pub use crate::choices::Choices;
pub use crate::detect::{Detection, Picked, detect, pick};
pub use crate::diagnostic::{Diagnostic, Result, Severity};
pub use crate::layers::{Layer, Layers, Source};
pub use crate::pack::{Pack, Packs};
pub use crate::plan::{Plan, draw};
pub use crate::render::render;
pub use crate::settings::Document;
use crate::settle::settle;
pub use crate::tree::Tree;

/// What came out.
#[derive(Debug)]
pub struct Output {
    /// Everything that was decided.
    pub plan: Plan,
    /// The files, verified.
    pub files: Vec<File>,
}

/// The whole way: from a tree and layers of settings, strongest first, to verified files.
///
/// # Errors
/// When something is broken, nothing is found, a choice is open, no base holds the program, or a template makes what must not ship.
pub fn generate(tree: &Tree, settings: &Layers, packs: &Packs) -> Result<Output> {
    let catalog = packs.catalog()?;
    let detection = detect(tree)?;
    let picked = pick(&catalog, &detection, settings)?;
    let choices = settle(&picked, settings, packs, &catalog)?;
    let plan = draw(&detection, &choices)?;
    let files = render(&plan, packs)?;
    check(&files, &plan, tree, &catalog)?;
    obey(&files, &plan, packs, &catalog)?;
    Ok(Output { plan, files })
}

/// Holds the files and the base against what the packs' organisations allow.
///
/// # Errors
/// The first rule that is broken; the others are its notes. A digest that is missing breaks none here: it is had of a file that is there.
pub fn obey(files: &[File], plan: &Plan, packs: &Packs, catalog: &catalog::Catalog) -> Result<()> {
    let texts = files.iter().flat_map(|file| policy::faults(packs, &file.path, &file.text));
    let mut faults = policy::base_faults(packs, plan, catalog).into_iter().chain(texts).filter(|fault| fault.severity == Severity::Error);
    match faults.next() {
        Some(first) => Err(faults.fold(first, |first, other| first.info(other.message)).into()),
        None => Ok(()),
    }
}

/// Reads the rendered files again, so that nothing leaves that must not ship, whoever's template it came from.
///
/// # Errors
/// The first fault that [`verify::verify`] finds; the others are its notes.
pub fn check(files: &[File], plan: &Plan, tree: &Tree, catalog: &catalog::Catalog) -> Result<()> {
    let text = |path: &str| files.iter().find(|file| file.path == path).map_or("", |file| &file.text);
    let ignore =
        |path: &str| Some(text(&format!("{path}.dockerignore"))).filter(|own| !own.is_empty()).unwrap_or_else(|| text(".dockerignore"));
    let images =
        [("Dockerfile", Some(&plan.image), verify::Kind::Production), ("Dockerfile.debug", plan.debug.as_ref(), verify::Kind::Debug)];
    for (path, image, variant) in images {
        let Some(image) = image else { continue };
        let expected = verify::Expected { tree, catalog, libc: image.runtime.libc.as_ref(), variant };
        let mut faults = verify::verify(path.into(), text(path), ignore(path), &expected).into_iter();
        if let Some(first) = faults.next() {
            return Err(faults.fold(first, |first, other| first.info(other.message)).into());
        }
    }
    Ok(())
}
