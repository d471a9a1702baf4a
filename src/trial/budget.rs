//! Whether an image is as small as it has to be, and what it grew by.

use serde::{Deserialize, Serialize};

use super::explain::{Finding, Kind};
use crate::diagnostic::Diagnostic;
use crate::settings::Budget;

/// What practice asks a reason for.
const HUGE: u64 = 500_000_000;
/// What grows more is worth a look, and what grows much more a decision.
const GROWTH: [&str; 2] = ["10%", "25%"];

/// A size that another is held against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// What it is the size of: an image's reference, or the file that records it.
    pub of: String,
    /// The size.
    pub bytes: u64,
    /// The weaknesses that were known then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
}

/// Holds a size against the budget and against what it was.
#[must_use]
pub fn judge(bytes: u64, before: Option<&Baseline>, budget: &Budget) -> Vec<Finding> {
    let mut findings = Vec::new();
    let because = budget.because.as_deref().filter(|why| !why.trim().is_empty());
    let mut find = |kind: Kind, fails: bool, message: String, help: &str| {
        let diagnostic = match because {
            None if fails => Diagnostic::error(kind.code(), message),
            None => Diagnostic::warning(kind.code(), message),
            Some(why) => Diagnostic::note(kind.code(), message).info(format!("the reason given: {why}")),
        };
        let diagnostic = if because.is_none() { diagnostic.help(help) } else { diagnostic };
        findings.push(Finding { kind, diagnostic, lessons: Vec::new(), wants_writable_run: false });
    };
    let reason = "a reason makes it a note: `budget.because = \"...\"` in imggen.toml";
    if let Some(most) = budget.megabytes.filter(|most| bytes > most * 1_000_000) {
        find(Kind::OverBudget, true, format!("the image has {} MB, and the budget is {most}", megabytes(bytes)), reason);
    } else if budget.megabytes.is_none() && bytes > HUGE {
        find(Kind::Huge, false, format!("the image has {} MB, more than {} without a reason", megabytes(bytes), megabytes(HUGE)), reason);
    }
    if let Some(before) = before.filter(|before| bytes > before.bytes) {
        let grown = bytes - before.bytes;
        let [warn, fail] =
            [(&budget.warn, GROWTH[0]), (&budget.fail, GROWTH[1])].map(|(set, usual)| limit(set.as_deref().unwrap_or(usual), before.bytes));
        let message = || {
            format!(
                "the image grew by {} MB, from {} to {} (against {})",
                megabytes(grown),
                megabytes(before.bytes),
                megabytes(bytes),
                before.of
            )
        };
        if fail.is_some_and(|fail| grown >= fail) {
            find(Kind::Grown, true, message(), reason);
        } else if warn.is_some_and(|warn| grown >= warn) {
            find(Kind::Grown, false, message(), "`imggen try --record` makes this the size that is compared with");
        }
    }
    findings
}

/// `10%` of what it was, or megabytes.
fn limit(text: &str, of: u64) -> Option<u64> {
    let text = text.trim();
    match text.strip_suffix('%') {
        Some(percent) => Some(of / 100 * percent.trim().parse::<u64>().ok()?),
        None => Some(text.trim_end_matches("MB").trim().parse::<u64>().ok()? * 1_000_000),
    }
}

/// Whether a growth is written as one.
#[must_use]
pub fn is_growth(text: &str) -> bool {
    limit(text, 100).is_some()
}

fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;

    fn judged(megabytes: u64, before: Option<u64>, budget: &Budget) -> Vec<(Kind, Severity)> {
        let before = before.map(|before| Baseline { of: "x".into(), bytes: before * 1_000_000, known: Vec::new() });
        let findings = judge(megabytes * 1_000_000, before.as_ref(), budget);
        findings.into_iter().map(|finding| (finding.kind, finding.diagnostic.severity)).collect()
    }

    #[test]
    fn size_and_growth_have_their_limits() {
        let budget = Budget { megabytes: Some(120), ..Budget::default() };
        assert_eq!(judged(100, None, &budget), []);
        assert_eq!(judged(121, None, &budget), [(Kind::OverBudget, Severity::Error)]);
        assert_eq!(judged(501, None, &Budget::default()), [(Kind::Huge, Severity::Warning)]);
        assert_eq!(judged(105, Some(100), &budget), []);
        assert_eq!(judged(112, Some(100), &budget), [(Kind::Grown, Severity::Warning)]);
        assert_eq!(judged(30, Some(20), &Budget::default()), [(Kind::Grown, Severity::Error)]);
        assert_eq!(
            judged(30, Some(20), &Budget { warn: Some("5 MB".into()), fail: Some("40".into()), ..Budget::default() }),
            [(Kind::Grown, Severity::Warning)]
        );
    }

    #[test]
    fn a_sentence_justifies_both() {
        let budget = Budget { megabytes: Some(10), because: Some("the model is in it".into()), ..Budget::default() };
        assert_eq!(judged(900, Some(100), &budget), [(Kind::OverBudget, Severity::Note), (Kind::Grown, Severity::Note)]);
    }
}
