//! What the parts of an app become: a stage each, and copies of what they make to where the app embeds it or looks for it.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::draw::build_packages;
use super::{Blueprint, Copy, PartStage, Target};
use crate::app::Needed;
use crate::choices::{Choices, PartChoices};
use crate::diagnostic::Result;
use crate::parts::Part;

/// Where an interpreted or compiled project's root lies in the stage that builds, when its language does not say.
const SOURCES: &str = "/src";

/// The stages of all parts, and where what they make goes.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub stages: Vec<PartStage>,
    /// Into the stage that builds the app.
    pub build: Vec<Copy>,
    /// Into the image, in place of the same path of the build context, or behind everything else.
    run: Vec<(Utf8PathBuf, Copy)>,
}

impl Joined {
    /// Draws the parts of `choices` for the app whose blueprint this is.
    ///
    /// # Errors
    /// When a part's language cannot carry out its choices.
    pub fn of(choices: &Choices<'_>, blueprint: &Blueprint<Value>) -> Result<Self> {
        let mut joined = Self::default();
        let sources = blueprint.setting.sources.as_deref().unwrap_or(Utf8Path::new(SOURCES));
        for PartChoices { part, choices } in &choices.parts {
            let own = part.found.language.plan(choices, Target::Part)?;
            let made = own.setting.sources.as_deref().unwrap_or(Utf8Path::new(SOURCES)).join(&part.output);
            let to = sources.join(&part.into);
            // what is taken over from the build stage carries what was put there
            let carried = blueprint.takes.iter().any(|copy| {
                copy.from.as_deref() == Some("build") && copy.sources.iter().any(|source| to.starts_with(source.trim_end_matches('/')))
            });
            if part.needed == Needed::AtBuild || carried {
                joined.build.push(Copy::stage(&part.stage, made.as_str(), to.as_str()));
            } else {
                joined.run.push((part.into.clone(), Copy::stage(&part.stage, made.as_str(), to.as_str())));
            }
            joined.stages.push(stage(part, choices, own));
        }
        Ok(joined)
    }

    /// Puts what is served into the image's copies: where the app's layout has the path out of the build context, it comes from the part.
    pub fn place(&self, copies: &mut Vec<Copy>) {
        for (into, made) in &self.run {
            let same = |copy: &&mut Copy| copy.from.is_none() && copy.sources.iter().any(|source| source == into);
            match copies.iter_mut().find(same) {
                Some(copy) => *copy = Copy { to: copy.to.clone(), owner: copy.owner.clone(), ..made.clone() },
                None => copies.push(made.clone()),
            }
        }
    }
}

fn stage(part: &Part, choices: &Choices<'_>, own: Blueprint<Value>) -> PartStage {
    let packages = build_packages(choices, &own.builder, own.build_needs.iter());
    let language = part.found.language.name();
    let verb = if part.needed == Needed::AtBuild { "embeds" } else { "hands out" };
    let user = part.because.first().map_or_else(String::new, |because| format!(", which {} {verb}", because.file));
    PartStage {
        stage: part.stage.clone(),
        template: format!("{language}/part.j2"),
        comment: format!("{} makes {}{user}", part.stage, part.output),
        build: own.build,
        packages,
    }
}
