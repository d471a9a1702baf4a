//! A package that will be installed, whether a lock file or a list of requirements says so.

use serde::Serialize;

use crate::evidence::{Evidence, Rule};

/// A list asks for it.
pub const LISTED: Rule = Rule::parsed("python.requirement", "this package is asked for");

/// A package that will be installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Locked {
    /// Its name, normalised; `name[extra]` where an extra is asked for.
    pub name: String,
    /// Its version, where it is pinned.
    pub version: Option<String>,
    /// The versions that are asked for, as PEP 440 has it; empty where any will do.
    #[serde(skip)]
    pub wants: String,
    /// The wheels that there are of it, by file name.
    #[serde(skip)]
    pub wheels: Vec<String>,
    /// Where it stands.
    pub at: Evidence,
}
