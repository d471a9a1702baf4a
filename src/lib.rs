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
//! # A project that is only in memory
//!
//! ```
//! use imggen::{Layers, Packs, Tree, generate};
//!
//! let tree = Tree::from_memory([("go.mod", "module example.com/hello\n\ngo 1.27\n"), ("main.go", "package main\n\nfunc main() {}\n")]);
//! let output = generate(&tree, &Layers::default(), &Packs::default())?;
//! assert!(output.files.iter().any(|file| file.path == "Dockerfile" && file.text.contains("distroless/static")));
//! # Ok::<(), Box<imggen::Diagnostic>>(())
//! ```
//!
//! # Settings, and what was decided by which
//!
//! Layers are settings with their source, the strongest first. A decision names where it comes from, and a refusal the way out.
//!
//! ```
//! use imggen::{Document, Layer, Layers, Packs, Source, Topic, Tree, generate};
//!
//! let tree = Tree::from_memory([("requirements.txt", "flask==3.1.2\n"), ("app.py", "from flask import Flask\n\napp = Flask(__name__)\n")]);
//! let toml = Document::parse("portal.toml".into(), "port = 9000\n", &[])?;
//! let layers = Layers::new(vec![Layer::new(Source::Answers("portal.toml".into()), toml)]);
//! let plan = generate(&tree, &layers, &Packs::default())?.plan;
//! let port = plan.decisions.iter().find(|decision| decision.topic == Topic::Port).map(|decision| decision.value.as_str());
//! assert_eq!(port, Some("9000"));
//!
//! let toml = Document::parse("portal.toml".into(), "base = \"scratch\"\n", &[])?;
//! let layers = Layers::new(vec![Layer::new(Source::Answers("portal.toml".into()), toml)]);
//! let refusal = generate(&tree, &layers, &Packs::default()).unwrap_err();
//! assert!(refusal.code.starts_with("base::") && !refusal.help.is_empty());
//! # Ok::<(), Box<imggen::Diagnostic>>(())
//! ```
//!
//! # An organisation's pack, and what is on disk already
//!
//! A pack changes templates, presets and the catalog; [`compare`] tells what writing would do to a file that is there.
//!
//! ```
//! use imggen::{Layers, Pack, Packs, State, Tree, compare, generate};
//!
//! let hook = ("templates/base/run_end.j2".into(), "LABEL org.example.team=web\n".into());
//! let packs = Packs::over_built_in([Pack::from_memory("example", [hook])]);
//! let tree = Tree::from_memory([("go.mod", "module example.com/hello\n\ngo 1.27\n"), ("main.go", "package main\n\nfunc main() {}\n")]);
//! let files = generate(&tree, &Layers::default(), &packs)?.files;
//! let file = files.iter().find(|file| file.path == "Dockerfile").expect("every image has one");
//! assert!(file.text.contains("LABEL org.example.team=web"));
//!
//! let edited = file.text.replace("USER 65532:65532", "USER 1000:1000");
//! assert_eq!(compare(None, file).state, State::New);
//! assert_eq!(compare(Some(edited), file).state, State::Edited);
//! # Ok::<(), Box<imggen::Diagnostic>>(())
//! ```

mod app;
mod auxiliary;
mod catalog;
mod change;
mod checkout;
mod choices;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod command;
mod context;
mod decision;
mod declared;
mod detect;
mod diagnostic;
#[cfg(feature = "cli")]
mod engine;
mod evidence;
#[cfg(fuzzing)]
mod fuzzing;
#[doc(hidden)]
pub mod internal;
mod interpreters;
mod ladder;
mod lang;
mod layers;
mod learned;
mod need;
mod pack;
mod parts;
pub mod plan;
mod policy;
mod preset;
mod program;
mod read;
mod registry;
mod render;
mod requires;
mod secret;
mod select;
mod settings;
mod settle;
mod tree;
#[cfg(feature = "cli")]
mod trial;
mod vendored;
mod verify;
mod version;
mod web;
mod words;

use crate::detect::{detect, pick};
use crate::plan::draw;
use crate::render::render;
use crate::settle::settle;

pub use crate::change::{Carried, Change, File, State, compare};
pub use crate::decision::{Decision, Topic};
pub use crate::diagnostic::{Class, Diagnostic, Label, Line, Result, Severity};
pub use crate::evidence::{Evidence, PassedOver, Place, Span, Strength};
pub use crate::layers::{Layer, Layers, Origin, Setting, Source};
pub use crate::pack::{Pack, Packs};
pub use crate::plan::Plan;
pub use crate::settings::Document;
pub use crate::tree::Tree;

/// What came out.
#[derive(Debug)]
#[non_exhaustive]
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
pub(crate) fn obey(files: &[File], plan: &Plan, packs: &Packs, catalog: &catalog::Catalog) -> Result<()> {
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
pub(crate) fn check(files: &[File], plan: &Plan, tree: &Tree, catalog: &catalog::Catalog) -> Result<()> {
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
