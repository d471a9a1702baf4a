//! Sites that a task runner or a script of the project's own builds: where its file says that it puts them.

use camino::{Utf8Path, Utf8PathBuf};

use super::project::Project;
use crate::evidence::Fact;
use crate::lang::node::bundler::program;
use crate::lang::node::making;
use crate::lang::node::nx;
use crate::lang::node::script;
use crate::tree::path::normal;

impl Project<'_, '_> {
    /// Where Nx puts the project that the script has it build: `nx build shop`, `nx run shop:build:production`.
    pub(super) fn by_nx(&self) -> Option<Fact<Utf8PathBuf>> {
        let name = self.pages.script.as_deref().or_else(|| making::build_script(self.package))?;
        let chain = script::chain(self.package, name)?;
        let words = chain.own().find(|command| command.program() == "nx")?.arguments();
        let mut plain = words.iter().filter(|word| !word.starts_with('-'));
        let (verb, target) = (plain.next()?, plain.next());
        let project = if verb == "run" { target?.split(':').next()? } else { target? };
        nx::pages(self.tree, self.package, project)
    }

    /// The one directory that the files of what builds it speak of; none where they speak of several.
    pub(super) fn by_runner(&self) -> Option<Fact<Utf8PathBuf>> {
        let name = self.pages.script.as_deref().or_else(|| making::build_script(self.package))?;
        let commands = script::chain(self.package, name)?.commands;
        commands
            .iter()
            .find_map(|command| {
                let outputs = program::of(self.package, command).into_iter().flat_map(|settings| settings.outputs());
                let found = outputs.filter_map(directory).filter(|path| !path.value.starts_with("..")).collect();
                one(found, command.arguments())
            })
            .map(|output| self.with_page(&output))
    }

    /// The directory around an output that has the page which loads it.
    fn with_page(&self, output: &Fact<Utf8PathBuf>) -> Fact<Utf8PathBuf> {
        let above = output.value.ancestors().filter(|path| !path.as_str().is_empty());
        let page =
            above.into_iter().find(|path| self.tree.has(self.package.inside(path.as_str()).join("index.html"))).map(Utf8Path::to_owned);
        page.map_or_else(|| output.clone(), |page| output.with(page))
    }
}

/// The directory that an output is, or that it is put into.
fn directory(output: Fact<Utf8PathBuf>) -> Option<Fact<Utf8PathBuf>> {
    if output.value.extension().is_none() {
        return Some(output);
    }
    let parent = output.value.parent().filter(|parent| !parent.as_str().is_empty())?.to_owned();
    Some(output.with(parent))
}

/// What several outputs come to: those of the tasks that the words name before all others, and of those the directory that holds them all.
fn one(found: Vec<Fact<Utf8PathBuf>>, words: &[String]) -> Option<Fact<Utf8PathBuf>> {
    let named = |fact: &Fact<Utf8PathBuf>| fact.value.components().any(|part| words.iter().any(|word| word == part.as_str()));
    let (asked, rest): (Vec<_>, Vec<_>) = found.into_iter().partition(named);
    let found = if asked.is_empty() { rest } else { asked };
    let shared = found.iter().map(|fact| fact.value.clone()).reduce(|shared, path| common(&shared, &path))?;
    let first = found.iter().find(|fact| fact.value == shared).or(found.first())?;
    (!shared.as_str().is_empty()).then(|| first.with(shared))
}

fn common(one: &Utf8Path, other: &Utf8Path) -> Utf8PathBuf {
    normal(
        one.components()
            .zip(other.components())
            .take_while(|(one, other)| one == other)
            .map(|(part, _)| part.as_str())
            .collect::<Utf8PathBuf>(),
    )
}
