//! What Python scripts need that a program in another language starts: a stage of their own, on the base that runs them.

use serde_json::json;

use super::draw::build_packages;
use super::{BuildNeed, Builder, Copy, PartStage};
use crate::choices::Choices;
use crate::interpreters::requirements;
use crate::need::Need;
use crate::tree::Tree;

/// Where the scripts' packages lie.
const HOME: &str = "/opt/scripts";
/// The stage that installs them.
const STAGE: &str = "scripts";

/// The packages of a program's scripts.
pub(super) struct Scripts {
    pub stage: PartStage,
    pub copy: Copy,
    /// What comes first in PATH.
    pub path: String,
}

/// The stage that installs what the scripts need, where they say it in a list that stands by itself.
pub(super) fn of(tree: &Tree, choices: &Choices<'_>) -> Option<Scripts> {
    let language = choices.found.language.name();
    let needs = &choices.found.app.behaviour.needs;
    let list = requirements(tree, language, needs)?;
    let base = choices.base;
    let (installer, release) = (base.installer?, base.packages_of.clone().or_else(|| base.release.clone())?);
    // the same interpreter as in the image, whose packages come from the same place
    let builder = Builder { release, installer, archived: choices.base.archived, has: Vec::new() };
    let programs = ["python3", "python3-venv"].map(|name| Need::Program(name.into()));
    let mut packages = build_packages(choices, &builder, programs.iter().cloned().map(BuildNeed::from));
    if let Some(packages) = &mut packages {
        packages.comment = format!("for {list}; {}", packages.comment);
    }
    let copy = Copy { from: None, owner: None, sources: vec![list.to_string()], to: "/tmp/".to_owned() };
    let build = json!({
        "image": choices.reference(&base.image),
        "manifests": [copy],
        "list": format!("/tmp/{}", list.file_name().unwrap_or_default()),
        "home": HOME,
    });
    let comment = format!("scripts that python3 runs, with what they need ({list})");
    let stage =
        PartStage { stage: STAGE.to_owned(), template: "python/scripts.j2".to_owned(), comment, build, packages, staging: Vec::new() };
    Some(Scripts { stage, copy: Copy::stage(STAGE, HOME, HOME), path: format!("{HOME}/bin") })
}
