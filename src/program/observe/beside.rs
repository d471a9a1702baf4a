//! Directories that programs open by convention, beside a program whose image holds its built file alone.
//!
//! What opens them is often a library, by a name that stands nowhere in the sources: a settings library looks into `config`, a framework
//! into `views`. A few files too many cost little; one that is missing ends the program.

use camino::Utf8Path;

use super::Site;
use crate::app::RunFile;
use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::path::inside;

const CONVENTIONAL: Rule = Rule::weak("program.conventional-directory", "this lies in a directory that programs open by convention");

/// Where programs look by convention, below the directory that they are started from.
const DIRECTORIES: [&str; 14] = [
    "assets",
    "conf",
    "config",
    "configs",
    "data",
    "i18n",
    "locale",
    "locales",
    "migrations",
    "public",
    "resources",
    "static",
    "templates",
    "views",
];

/// What makes a directory a project of its own, or the cluster's and no program's.
const NOT_READ: [&str; 7] = ["package.json", "go.mod", "Cargo.toml", "pyproject.toml", "pom.xml", "kustomization.yaml", "Chart.yaml"];

/// Those that are there, hold committed files and no sources, and are neither read nor embedded by what was seen.
pub(super) fn conventional<'s>(site: &'s Site<'_>, reads: &'s [Fact<RunFile>]) -> impl Iterator<Item = Fact<RunFile>> + 's {
    let base = site.bases.first().map(camino::Utf8PathBuf::as_path).filter(|_| site.ships_alone);
    let names = DIRECTORIES.iter().map(Utf8Path::new);
    base.into_iter().flat_map(move |base| names.clone().filter_map(move |name| beside(site, base, name, reads)))
}

fn beside(site: &Site<'_>, base: &Utf8Path, name: &Utf8Path, reads: &[Fact<RunFile>]) -> Option<Fact<RunFile>> {
    let source = inside(base, name)?;
    let known = |other: &Utf8Path| other.starts_with(&source) || source.starts_with(other);
    if reads.iter().any(|read| known(&read.value.source)) || site.embedded.iter().any(|pattern| known(&super::path::fixed(&pattern.value)))
    {
        return None;
    }
    let mut first = None;
    for path in site.tree.below(&source) {
        let is_source = path.extension().is_some_and(|ending| site.compiled.contains(&ending));
        if is_source || path.file_name().is_some_and(|name| NOT_READ.contains(&name)) {
            return None;
        }
        if first.is_none() && super::reads::is_wanted(site.tree, path) && site.tree.is_tracked(path) {
            first = Some(path);
        }
    }
    let evidence = Evidence::exists(first?, CONVENTIONAL);
    Some(Fact::new(RunFile { source, opened_as: name.to_owned() }, evidence))
}
