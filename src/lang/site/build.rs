//! The stage that gets a site's files ready, and the server that hands them out.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde::Serialize;

use super::Facts;
use crate::catalog::{Suite, Toolchain};
use crate::choices::Choices;
use crate::decision::{Decision, Topic};
use crate::diagnostic::{Diagnostic, Result};
use crate::plan::{Blueprint, Copy, Setting, Target};
use crate::web::{Compress, entrypoint};

/// The directory in the build stage.
const SITE: &str = "/site";

/// What `templates/site` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Build {
    /// The reference for FROM.
    pub image: String,
    /// The site's files.
    pub files: Copy,
    /// What of them is compressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compress: Option<Compress>,
}

pub(super) fn blueprint(facts: &Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Build>> {
    let toolchain = choices.catalog.toolchain("site")?;
    let (image, distribution) = newest(toolchain)?;
    let site = facts.site.under(&choices.layers);
    let directory = if facts.directory.as_str().is_empty() { "." } else { facts.directory.as_str() };
    let compress = site.compress(Utf8Path::new("."));
    let mut decisions = vec![
        Decision::detected(Topic::Toolchain, &image, &[]).why("its gzip compresses the files once, so that no request waits for it"),
        Decision::detected(Topic::Files, whole(&facts.directory), std::slice::from_ref(&site.page)),
    ];
    decisions.extend(site.decisions(&choices.layers));
    Ok(Blueprint {
        headline: match target {
            Target::Production | Target::Part => format!("static files ({}), served by nginx", site.page.file),
            Target::Debug(_) => "the same files and server".into(),
        },
        build: Build { image: choices.reference(&image), files: Copy::context(directory, "."), compress },
        builder: distribution.into(),
        build_needs: Vec::new(),
        takes: vec![site.take(SITE)],
        env: BTreeMap::new(),
        setting: Setting { web: Some(site.server(&choices.ports)), ..Setting::default() },
        entrypoint: entrypoint(),
        arguments: Vec::new(),
        ports: Vec::new(),
        decisions,
        warnings: Vec::new(),
    })
}

fn whole(directory: &Utf8Path) -> String {
    let place = if directory.as_str().is_empty() { "the project" } else { directory.as_str() };
    format!("all of {place} that is for browsers")
}

fn newest(toolchain: &Toolchain) -> Result<(String, &Suite)> {
    let missing = || Diagnostic::error("catalog::no-toolchain", "the catalog has no image that compresses a site");
    let release = toolchain.releases.first().ok_or_else(missing)?;
    let name = release.suites.first().ok_or_else(missing)?;
    Ok((toolchain.image(release.version, name), toolchain.suites.get(name).ok_or_else(missing)?))
}
