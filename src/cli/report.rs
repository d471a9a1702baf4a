//! What a run made, for programs: files, decisions and warnings as one JSON object.

use schemars::JsonSchema;
use serde::Serialize;

use super::SCHEMA;
use super::project::Made;
use crate::change::{Carried, Change, Drift, State};
use crate::decision::Decision;
use crate::diagnostic::Diagnostic;

/// What `imggen generate --format json` and `imggen init --format json` print.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report<'a> {
    /// The version of this shape.
    schema: u32,
    /// The app.
    app: &'a str,
    /// Its language.
    language: &'a str,
    /// The preset and its revision.
    preset: &'a str,
    /// The files, whether or not they were written.
    files: Vec<FileReport<'a>>,
    /// What was decided, and why.
    decisions: &'a [Decision],
    /// What wants a look.
    warnings: &'a [Diagnostic],
    /// What was passed over while looking.
    notes: &'a [Diagnostic],
    /// The lines that build and run the image.
    commands: [String; 2],
}

/// A file.
#[derive(Debug, Serialize, JsonSchema)]
struct FileReport<'a> {
    /// Its path, relative to the project.
    #[schemars(with = "String")]
    path: &'a camino::Utf8Path,
    /// How what is there stands to it.
    state: State,
    /// Whether it was written.
    written: bool,
    /// Why what is there differs, and where.
    #[serde(flatten)]
    drift: Drift,
    /// The references that bots changed in what is there.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    carried: &'a [Carried],
    /// All of its text.
    text: &'a str,
}

impl<'a> Report<'a> {
    /// What was made, compared with what is there; `written` says whether it was written.
    pub fn new(made: &'a Made, changes: &'a [Change], notes: &'a [Diagnostic], commands: [String; 2], written: bool) -> Self {
        let file = |change: &'a Change| FileReport {
            path: &change.path,
            state: change.state,
            written: written && change.state != State::Same,
            drift: Drift::of(change, None),
            carried: &change.carried,
            text: &change.after,
        };
        let plan = &made.plan;
        Self {
            schema: SCHEMA,
            app: &plan.app,
            language: plan.language,
            preset: &plan.preset,
            files: changes.iter().map(file).collect(),
            decisions: &plan.decisions,
            warnings: &plan.warnings,
            notes,
            commands,
        }
    }
}
