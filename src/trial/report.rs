//! What a trial showed: one type, for people, for programs and for the comments of a CI.

use serde::Serialize;

use super::Image;
use super::budget::Baseline;
use super::contents::{self, Large};
use super::explain::Finding;
use super::lesson::Lesson;
use super::observe::Observed;
use super::scan::Scanned;
use super::subject::Subject;
use crate::diagnostic::Result;
use crate::engine::{Engine, Step};

/// The version of its shape.
pub const SCHEMA: u32 = 1;

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It does what it is there for.
    Fine,
    /// The image is fine, and a service that it needs is not there.
    NeedsServices,
    /// The image is built, and nothing ran it.
    Built,
    /// It fails.
    Fails,
}

/// What a trial showed.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version of this shape.
    pub schema: u32,
    /// The app.
    pub app: String,
    /// The engine and its version.
    pub engine: String,
    /// How it went.
    pub verdict: Verdict,
    /// The build.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub built: Option<Built>,
    /// The image's size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// The user that the image names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The run as it will be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ran: Option<Observed>,
    /// What went wrong, or wants a look.
    pub findings: Vec<Finding>,
    /// The hardened run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardened: Option<Observed>,
    /// Whether the hardened run did what it is there for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardened_fine: Option<bool>,
    /// What went wrong in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hardened_findings: Vec<Finding>,
    /// What an edit of a source rebuilds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebuilt: Option<Rebuilt>,
    /// What it is held against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<Baseline>,
    /// What a scanner found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scanned: Option<Scanned>,
    /// What was learned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub learned: Vec<Lesson>,
    /// The checks that were not made, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
}

/// A check that was not made.
#[derive(Clone, Debug, Serialize)]
pub struct Skipped {
    /// Its name.
    pub check: String,
    /// Why.
    pub why: String,
}

/// The build.
#[derive(Clone, Debug, Serialize)]
pub struct Built {
    /// How long it took, in tenths of a second.
    pub tenths: u64,
    /// How many steps it has.
    pub steps: usize,
    /// How many of them came from the cache.
    pub cached: usize,
}

impl Built {
    /// What a build's log tells.
    #[must_use]
    pub fn of(image: &Image) -> Self {
        let steps = &image.log.steps;
        Self { tenths: image.tenths, steps: steps.len(), cached: steps.iter().filter(|step| step.cached).count() }
    }
}

/// What an edit of a source rebuilds.
#[derive(Clone, Debug, Serialize)]
pub struct Rebuilt {
    /// The file that was edited, in a copy.
    pub edited: String,
    /// How long it took, in tenths of a second.
    pub tenths: u64,
    /// The steps that were done again.
    pub again: Vec<Step>,
    /// How many came from the cache.
    pub cached: usize,
}

/// An image's size.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Size {
    /// In all.
    pub bytes: u64,
    /// By layer, the lowest first; those that hold nothing left out.
    pub layers: Vec<SizedLayer>,
    /// A shell in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<String>,
}

/// A layer.
#[derive(Clone, Debug, Serialize)]
pub struct SizedLayer {
    /// Its size.
    pub bytes: u64,
    /// What made it, where that is known.
    pub by: String,
    /// What is large in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub large: Vec<Large>,
}

impl Size {
    /// The size of an image that the engine holds.
    ///
    /// # Errors
    /// When the engine cannot tell.
    pub fn of(engine: &Engine, tag: &str) -> Result<Self> {
        let image = engine.image(tag)?;
        let bytes = image.pointer("/Size").and_then(serde_json::Value::as_u64).unwrap_or_default();
        let history: Vec<_> = engine.layers(tag)?.into_iter().filter(|layer| layer.bytes > 0).collect();
        let contents = engine.save(tag, &mut |archive| contents::read(archive)).unwrap_or_default();
        let shell = contents.iter().rev().find_map(|content| content.shell.clone());
        // empty layers are in the archive as well, and have no size in the history
        let full: Vec<_> = contents.into_iter().filter(|content| content.bytes > 0).collect();
        let joins = full.len() == history.len();
        let layer = |(at, layer): (usize, crate::engine::Layer)| SizedLayer {
            bytes: layer.bytes,
            by: plain(&layer.by),
            large: if joins { full[at].large.clone() } else { Vec::new() },
        };
        Ok(Self { bytes, layers: history.into_iter().enumerate().map(layer).collect(), shell })
    }
}

/// A history's command as the Dockerfile has it.
pub(super) fn plain(by: &str) -> String {
    let by = by.trim_start_matches("/bin/sh -c ").trim_start_matches("#(nop) ").trim_end_matches("# buildkit").trim();
    let by = by.split_whitespace().collect::<Vec<_>>().join(" ");
    if by.is_empty() { "the base image".to_owned() } else { by }
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new(engine: &Engine, subject: &Subject) -> Self {
        Self {
            schema: SCHEMA,
            app: subject.app.clone(),
            engine: format!("{} {}", engine.dialect, engine.version.lines().next().unwrap_or_default()),
            verdict: Verdict::Fails,
            built: None,
            size: None,
            user: None,
            ran: None,
            findings: Vec::new(),
            hardened: None,
            hardened_fine: None,
            hardened_findings: Vec::new(),
            rebuilt: None,
            against: None,
            scanned: None,
            learned: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Notes checks that are not made.
    pub fn skip(&mut self, checks: &[&str], why: &str) {
        self.skipped.extend(checks.iter().map(|check| Skipped { check: (*check).to_owned(), why: why.to_owned() }));
    }

    /// Whether something went wrong.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.findings.iter().any(Finding::fails)
    }

    /// Says how it went in all.
    pub fn judge(&mut self, subject: &Subject) {
        let needs = self.findings.iter().any(|finding| finding.kind == super::explain::Kind::ServiceMissing);
        self.verdict = match (&self.ran, self.fails()) {
            (_, true) => Verdict::Fails,
            (None, false) => Verdict::Built,
            (Some(_), false) if needs => Verdict::NeedsServices,
            (Some(ran), false) => {
                if ran.is_fine(subject.serves) {
                    Verdict::Fine
                } else {
                    Verdict::Fails
                }
            }
        };
        self.hardened_fine = self.hardened.as_ref().map(|ran| ran.is_fine(subject.serves));
    }
}
