//! What is in a project: every app of every language, and what of the project is no part of any.

use crate::app::Claim;
use crate::auxiliary;
use crate::catalog::Catalog;
use crate::checkout;
use crate::decision::Decision;
use crate::declared;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::interpreters;
use crate::lang::language::{AnyProject, Found, Seen};
use crate::lang::{ALL, manifests};
use crate::layers::{Layers, Origin};
use crate::parts::{self, Part, Parts};
use crate::select::select;
use crate::tree::Tree;
use crate::vendored;

/// All that was seen.
#[derive(Debug)]
pub struct Detection<'t> {
    /// What was looked through.
    pub tree: &'t Tree,
    /// The project as each language opened it.
    pub projects: Vec<Box<dyn AnyProject + 't>>,
    /// The apps, by language and then by directory.
    pub seen: Vec<Seen<'t>>,
    /// Why languages that are there have no app: said when there is none at all.
    pub refusals: Vec<Diagnostic>,
    /// What was passed over while looking.
    pub notes: Vec<Diagnostic>,
}

/// The app that is meant, looked at.
#[derive(Debug)]
pub struct Picked {
    /// The app.
    pub found: Found,
    /// Why this one.
    pub decision: Decision,
    /// What other packages build for it.
    pub parts: Vec<Part>,
}

/// Looks for every language's apps.
///
/// # Errors
/// When a manifest is broken, or a submodule is missing that one names. A language that is not there is no error.
pub fn detect(tree: &Tree) -> Result<Detection<'_>> {
    let mut notes = tree.notes().to_vec();
    notes.extend(checkout::lacking(tree)?);
    let mut projects = Vec::new();
    let (mut seen, mut refusals) = (Vec::new(), Vec::from_iter(manifests::foreign(tree, ALL)));
    for (index, language) in ALL.iter().enumerate() {
        let (project, mut apps, otherwise) = language.find(tree)?;
        projects.push(project);
        auxiliary::claim(&mut apps);
        manifests::claim_guests(tree, *language, &ALL[..index], &mut apps);
        seen.append(&mut apps);
        refusals.extend(otherwise.map(|why| *why));
    }
    refusals.extend(manifests::likely_foreign(tree, ALL));
    manifests::claim_pages(tree, ALL, &mut seen);
    claim_images(tree, &mut seen);
    vendored::set_aside(tree, &mut seen);
    tell_apart(&mut seen);
    Ok(Detection { tree, projects, seen, refusals, notes })
}

/// Picks the app that is meant and looks at it.
///
/// # Errors
/// When there is none, several with nothing to choose by, or the one has a broken manifest.
pub fn pick(catalog: &Catalog, detection: &Detection<'_>, settings: &Layers) -> Result<Picked> {
    if let (true, Some(why)) = (detection.seen.is_empty(), detection.refusals.first()) {
        return Err(why.clone().into());
    }
    let (seen, decision) = select(catalog, &detection.seen, settings)?;
    let mut found = seen.look(catalog)?;
    let Parts { parts, warnings } = parts::find(detection.tree, &detection.projects, catalog, &found, settings)?;
    found.app.warnings.extend(warnings);
    found.app.warnings.extend(auxiliary::warning(seen).filter(|_| decision.origin == Origin::Detected));
    let stages: Vec<&str> = parts.iter().map(|part| part.stage.as_str()).collect();
    declared::hear(detection.tree, &mut found, catalog, &stages);
    let scripts = interpreters::warnings(detection.tree, found.language.name(), &found.app.behaviour.needs);
    found.app.warnings.extend(scripts);
    // what a part makes is not sent to the builder
    found.app.keeps.retain(|path| !parts.iter().any(|part| path.starts_with(&part.into)));
    Ok(Picked { found, decision, parts })
}

/// Claims the apps that the project itself makes images of, each by itself.
fn claim_images(tree: &Tree, seen: &mut [Seen<'_>]) {
    if seen.len() < 2 {
        return;
    }
    for (directory, at) in declared::images(tree).into_iter().filter(|(directory, _)| !directory.as_str().is_empty()) {
        for app in seen.iter_mut().filter(|app| app.sighting.directory == directory) {
            app.sighting.claims.push(Fact::new(Claim::Image, at.clone()));
        }
    }
}

/// Gives apps of the same name their directories' names, and where they share those too, their languages', so that `--app` can tell them
/// apart.
fn tell_apart(seen: &mut [Seen<'_>]) {
    let places: Vec<_> = seen.iter().map(|seen| (seen.sighting.name.clone(), seen.sighting.directory.clone())).collect();
    for (index, seen) in seen.iter_mut().enumerate() {
        let namesakes = || places.iter().enumerate().filter(|(other, (name, _))| *other != index && *name == seen.sighting.name);
        if namesakes().next().is_none() {
            continue;
        }
        let directory = &seen.sighting.directory;
        let mut parts = vec![seen.sighting.name.clone()];
        parts.extend((!directory.as_str().is_empty()).then(|| directory.to_string()));
        parts.extend(namesakes().any(|(_, (_, other))| other == directory).then(|| seen.language.name().to_owned()));
        seen.sighting.name = parts.join("@");
    }
}
