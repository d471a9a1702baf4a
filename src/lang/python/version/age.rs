//! How old a project's pins are: a Python that came after them has no binaries of what they pin, as far as nothing else tells.

use crate::catalog::{Catalog, Release};
use crate::evidence::{Fact, Rule};
use crate::lang::python::locked::Locked;
use crate::lang::python::project::Project;

const NEWEST: Rule = Rule::parsed("python.pins-age", "this is the newest of what is pinned");

/// Packages are ready for a new Python some months after it.
const MONTHS: u32 = 4;

/// The month of the newest of what is pinned without naming its wheels, in months since the year 0.
pub fn newest(project: &Project, catalog: &Catalog) -> Option<Fact<u32>> {
    // a lock that names wheels tells all by itself
    if project.packages.iter().any(|locked| !locked.wheels.is_empty()) {
        return None;
    }
    let dated = |locked: &Locked| {
        let month = months(&catalog.published("python", &locked.name, locked.version.as_deref()?)?)?;
        Some(Fact::new(month, locked.at.under(NEWEST)))
    };
    project.packages.iter().filter_map(dated).max_by_key(|fact| fact.value)
}

/// Whether a release came after what is pinned.
pub fn is_later(release: &Release, pinned: u32) -> bool {
    release.since.as_deref().and_then(months).is_some_and(|since| since + MONTHS > pinned)
}

/// `2023-10` as months.
fn months(text: &str) -> Option<u32> {
    let (year, month) = text.split_once('-')?;
    Some(year.parse::<u32>().ok()? * 12 + month.parse::<u32>().ok()?)
}
