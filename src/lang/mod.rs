//! The languages. Each is a room of its own: files to facts, facts to needs, needs and choices to its part of the plan.
//!
//! A new language is one module here with its lines in [`ALL`] and [`sections`], a folder in `templates/`, a preset and a fixture.

pub mod deno;
pub mod go;
mod interpreted;
pub mod java;
pub mod language;
pub mod manifests;
pub mod node;
pub mod python;
pub mod rust;
mod secrets;
pub mod sections;
pub mod site;
mod started;

use self::language::AnyLanguage;

/// What is said where a lock file is missing: the files name it once it is there.
const DRIFTS_WITH_LOCK: &str = "when it is there, run `imggen generate` again: until then `--check` calls the files stale";

/// All languages, in the order in which they are asked. Those that come later may have guests in a project of those that come before, see
/// [`Guest`](language::Guest).
pub static ALL: &[&dyn AnyLanguage] = &[&go::Go, &java::Java, &rust::Rust, &python::Python, &deno::Deno, &node::Node, &site::Site];
