//! What the parts of an app become: a stage each, and copies of what they make to where the app embeds it or looks for it.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::draw::build_packages;
use super::layout::Layout;
use super::writable::owner;
use super::{Blueprint, Copy, PartStage, ShellLine, Target, Trimmed};
use crate::app::Needed;
use crate::choices::{Choices, PartChoices};
use crate::diagnostic::Result;
use crate::parts::Part;
use crate::tree::path::{normal, relative};

/// Where an interpreted or compiled project's root lies in the stage that builds, when its language does not say.
const SOURCES: &str = "/src";

/// The stages of all parts, and where what they make goes.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub trimmed: Option<Trimmed>,
    pub stages: Vec<PartStage>,
    /// Into the stage that builds the app.
    pub build: Vec<Copy>,
    /// Into the image, in place of the same path of the build context, or behind everything else.
    pub run: Vec<(Utf8PathBuf, Copy)>,
    /// Where all of it is in the image.
    pub places: Vec<Utf8PathBuf>,
}

impl Joined {
    /// Draws the parts of `choices` for the app whose blueprint this is.
    ///
    /// # Errors
    /// When a part's language cannot carry out its choices.
    pub fn of(choices: &Choices<'_>, layout: &Layout, blueprint: &Blueprint<Value>) -> Result<Self> {
        let mut joined = Self::default();
        let is_written = |to: &Utf8Path| layout.writable.iter().any(|(_, path)| to.starts_with(path) || path.starts_with(to));
        let sources = blueprint.setting.sources.as_deref().unwrap_or(Utf8Path::new(SOURCES));
        let context = blueprint.setting.context.as_deref().unwrap_or(Utf8Path::new(""));
        for PartChoices { part, choices } in &choices.parts {
            let own = part.found.language.plan(choices, Target::Part)?;
            let made = own.setting.sources.as_deref().unwrap_or(Utf8Path::new(SOURCES)).join(&part.output);
            // what lies beside the directory that is copied lies beside it in the image too
            let to = normal(sources.join(relative(context, &part.into)));
            // what is taken over from the build stage carries what was put there
            let carried = blueprint.takes.iter().any(|copy| {
                copy.from.as_deref() == Some("build") && copy.sources.iter().any(|source| to.starts_with(source.trim_end_matches('/')))
            });
            let copy = Copy::stage(&part.stage, made.as_str(), to.as_str());
            let in_tree = blueprint.setting.tree.as_deref().is_some_and(|tree| to.starts_with(tree));
            // what the program writes into leaves the build stage with the directories that are its user's
            if part.needed == Needed::AtBuild || carried || is_written(&to) && in_tree {
                joined.build.push(copy);
            } else {
                let copy = if is_written(&to) { copy.owned(owner(&choices.user)) } else { copy };
                joined.run.push((part.into.clone(), copy));
            }
            joined.places.push(to);
            joined.stages.push(stage(part, choices, own));
        }
        joined.trimmed = trimmed(choices, context);
        Ok(joined)
    }

    /// Puts what is served into the image's copies: where the app's layout has the path out of the build context, it comes from the part.
    pub fn place(&self, copies: &mut Vec<Copy>) {
        if let Some(trimmed) = &self.trimmed {
            let whole = |copy: &&mut Copy| copy.from.is_none() && copy.sources == ["."];
            for copy in copies.iter_mut().filter(whole) {
                *copy = Copy { owner: copy.owner.clone(), ..Copy::stage("sources", &trimmed.path, &copy.to) };
            }
        }
        for (into, made) in &self.run {
            let same = |copy: &&mut Copy| copy.from.is_none() && copy.sources.iter().any(|source| source == into);
            match copies.iter_mut().find(same) {
                Some(copy) => *copy = Copy { to: copy.to.clone(), owner: copy.owner.clone(), ..made.clone() },
                None => copies.push(made.clone()),
            }
        }
    }
}

/// What leaves the parts' own files out of `context`, where they lie in it and the program has no use for them. Its own sources among them
/// stay: a package that embeds what is built lies beside it.
fn trimmed(choices: &Choices<'_>, context: &Utf8Path) -> Option<Trimmed> {
    let app = &choices.found.app;
    let endings = choices.found.language.endings();
    let used = |directory: &Utf8Path| {
        app.directory.starts_with(directory) || app.behaviour.reads.iter().any(|read| read.value.source.starts_with(directory))
    };
    let directories: Vec<&Utf8Path> = choices
        .parts
        .iter()
        .map(|part| part.part.found.app.directory.as_path())
        .filter(|directory| *directory != context && directory.starts_with(context) && !used(directory))
        .collect();
    let remove = |directory: &&Utf8Path| {
        let path = Utf8Path::new(SOURCES).join(directory);
        if endings.is_empty() {
            return ShellLine::of("rm -r").path(&path);
        }
        let kept = endings.iter().map(|ending| ShellLine::of("! -name").word(format!("*.{ending}")));
        ShellLine::of("find").path(&path).then("! -type d").all(kept).then("-delete")
    };
    let command = directories.iter().map(remove).reduce(ShellLine::and)?;
    let names = directories.iter().map(|directory| directory.as_str()).collect::<Vec<_>>().join(", ");
    let comment = format!("sources leaves {names} out, so that an edit there rebuilds nothing else");
    Some(Trimmed { path: normal(Utf8Path::new(SOURCES).join(context)).into_string(), comment, command })
}

fn stage(part: &Part, choices: &Choices<'_>, own: Blueprint<Value>) -> PartStage {
    let packages = build_packages(choices, &own.builder, own.build_needs.iter().cloned());
    let language = part.found.language.name();
    let verb = if part.needed == Needed::AtBuild { "embeds" } else { "serves" };
    let apps = |because: &&crate::evidence::Evidence| !because.file.starts_with(&part.found.app.directory);
    let user = part.because.first().filter(apps).map_or_else(String::new, |because| format!(", which {} {verb}", because.file));
    PartStage {
        stage: part.stage.clone(),
        template: format!("{language}/part.j2"),
        comment: format!("{} makes {}{user}", part.stage, part.output),
        build: own.build,
        packages,
        staging: Vec::new(),
    }
}
