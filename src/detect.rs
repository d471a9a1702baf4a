//! What is in a project: every app of every language, and what of the project is no part of any.

use crate::catalog::Catalog;
use crate::context;
use crate::diagnostic::{Diagnostic, Result};
use crate::lang::{ALL, Found};
use crate::tree::Tree;

/// All that was found.
#[derive(Debug)]
pub struct Detection {
    /// The apps, by language and then by name.
    pub found: Vec<Found>,
    /// What never belongs into a build context, as far as this project holds it.
    pub context: context::Survey,
    /// What was passed over while looking.
    pub notes: Vec<Diagnostic>,
}

/// Looks for every language's apps.
///
/// # Errors
/// When a manifest is broken. A language that is not there is no error.
pub fn detect(tree: &Tree, catalog: &Catalog) -> Result<Detection> {
    let mut found = Vec::new();
    for language in ALL {
        found.extend(language.detect(tree, catalog)?);
    }
    tell_apart(&mut found);
    Ok(Detection { found, context: context::survey(tree), notes: tree.notes().to_vec() })
}

/// Gives apps of the same name their directories' names, so that `--app` can tell them apart.
fn tell_apart(found: &mut [Found]) {
    let names: Vec<String> = found.iter().map(|found| found.app.name.clone()).collect();
    for (index, found) in found.iter_mut().enumerate() {
        if names.iter().enumerate().any(|(other, name)| other != index && *name == found.app.name) {
            let directory = if found.app.directory.as_str().is_empty() { "." } else { found.app.directory.as_str() };
            found.app.name = format!("{}@{directory}", found.app.name);
        }
    }
}
