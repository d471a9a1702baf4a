//! The recorded size: a file that is committed, and what a trial is held against.

use std::fs;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Result};
use crate::engine::Engine;
use crate::layers::Layers;
use crate::settings::Budget;
use crate::trial::budget::{Baseline, is_growth};
use crate::trial::report::Report;

/// Where it is recorded.
pub const FILE: &str = ".imggen/size.json";
/// The version of its shape.
const SCHEMA: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Recorded {
    schema: u32,
    app: String,
    bytes: u64,
    #[serde(default)]
    known: Vec<String>,
}

/// What was recorded.
///
/// # Errors
/// When the file is none that imggen wrote.
pub fn recorded(dir: &Utf8Path) -> Result<Option<Baseline>> {
    let Ok(text) = fs::read_to_string(dir.join(FILE)) else { return Ok(None) };
    let broken = |why: String| {
        Diagnostic::usage("try::baseline", format!("`{FILE}` cannot be read: {why}")).help("`imggen try --record` writes it anew")
    };
    let recorded: Recorded = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
    Ok(Some(Baseline { of: FILE.to_owned(), bytes: recorded.bytes, known: recorded.known }))
}

/// The size of another image.
///
/// # Errors
/// When it cannot be had.
pub fn against(engine: &Engine, reference: &str) -> Result<Baseline> {
    engine.fetch(reference)?;
    let bytes = engine.image(reference)?.pointer("/Size").and_then(serde_json::Value::as_u64).unwrap_or_default();
    Ok(Baseline { of: reference.to_owned(), bytes, known: Vec::new() })
}

/// Records what a trial showed; whether there was something to record.
///
/// # Errors
/// When it cannot be written.
pub fn record(dir: &Utf8Path, report: &Report) -> Result<bool> {
    let Some(size) = &report.size else { return Ok(false) };
    let known = report.scanned.iter().flat_map(|scanned| scanned.all.iter().cloned()).collect();
    let recorded = Recorded { schema: SCHEMA, app: report.app.clone(), bytes: size.bytes, known };
    let text = super::super::text::json(&recorded);
    let failed = |error: std::io::Error| Diagnostic::error("try::baseline", format!("`{FILE}` cannot be written: {error}"));
    let path = dir.join(FILE);
    path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text)).map_err(failed)?;
    Ok(true)
}

/// The budget that the layers set, each key by the strongest.
///
/// # Errors
/// When a growth is none.
pub fn budget(layers: &Layers) -> Result<Budget> {
    let text = |key: &str, get: fn(&Budget) -> &Option<String>| layers.choose(key, |settings| get(&settings.budget).clone());
    let (warn, fail) = (text("budget.warn", |budget| &budget.warn), text("budget.fail", |budget| &budget.fail));
    if let Some(chosen) = warn.iter().chain(&fail).find(|chosen| !is_growth(&chosen.value)) {
        let error = Diagnostic::usage("budget::growth", format!("`{}` is no growth", chosen.value));
        return Err(chosen.blame(error).help("for example `\"10%\"`, or `\"20 MB\"`").into());
    }
    Ok(Budget {
        megabytes: layers.choose("budget.megabytes", |settings| settings.budget.megabytes).map(|chosen| chosen.value),
        warn: warn.map(|chosen| chosen.value),
        fail: fail.map(|chosen| chosen.value),
        because: text("budget.because", |budget| &budget.because).map(|chosen| chosen.value),
    })
}
