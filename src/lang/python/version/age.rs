//! How old a project's pins are: a Python that came after them has no binaries of what they pin, as far as nothing else tells.

use crate::catalog::{Catalog, Month};
use crate::evidence::Fact;
use crate::lang::python::project::Project;

/// When the newest of what is pinned without naming its wheels was published.
pub fn newest(project: &Project, catalog: &Catalog) -> Option<Fact<Month>> {
    // a lock that names wheels tells all by itself
    if project.packages.iter().any(|locked| !locked.wheels.is_empty()) {
        return None;
    }
    catalog.written(
        "python",
        project.packages.iter().filter_map(|locked| Some((locked.name.as_str(), locked.version.as_deref()?, &locked.at))),
    )
}
