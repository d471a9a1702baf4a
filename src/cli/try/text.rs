//! A report for people, and for the comment that a CI leaves.

use std::fmt::Write as _;

use super::super::text::{Cell, FAINT, STRONG, cell, clip, plain, styled, table};
use crate::trial::explain::Finding;
use crate::trial::observe::Observed;
use crate::trial::report::{Report, Size, Verdict};

/// Longer commands of a layer would not be read.
const COMMAND: usize = 56;
/// Layers below that are left out.
const SMALL: u64 = 1_000_000;
/// More files that were written would not be read.
const FILES: usize = 4;

/// The report for a terminal.
pub fn report(report: &Report) -> String {
    let mut text = format!("{}  {}\n", styled(STRONG, plain(&report.app)), headline(report));
    let row = |(name, value): &(&str, String)| [cell(*name).style(FAINT), cell(plain(value))];
    let rows: Vec<[Cell; 2]> = facts(report).iter().map(row).collect();
    text += &table("  ", &rows);
    if let Some(size) = &report.size {
        text += &table("    ", &layers(size));
    }
    text
}

/// The report as Markdown.
pub fn markdown(report: &Report) -> String {
    let mut text = format!("### `{}`: {}\n\n| | |\n|---|---|\n", inline(&report.app), inline(&headline(report)));
    for (name, value) in facts(report) {
        _ = writeln!(text, "| {name} | {} |", inline(&value));
    }
    if let Some(size) = &report.size {
        text.push_str("\n<details><summary>layers</summary>\n\n| MB | layer | large in it |\n|--:|---|---|\n");
        for layer in &size.layers {
            let large =
                layer.large.iter().map(|large| format!("{} ({})", large.path, megabytes(large.bytes))).collect::<Vec<_>>().join(", ");
            _ = writeln!(text, "| {} | `{}` | {} |", megabytes(layer.bytes), inline(&clip(&layer.by, COMMAND)), inline(&large));
        }
        text.push_str("\n</details>\n");
    }
    for finding in report.findings.iter().chain(&report.hardened_findings) {
        _ = writeln!(text, "\n**{}** {}", finding.diagnostic.code, inline(&finding.diagnostic.message));
        for help in &finding.diagnostic.help {
            _ = writeln!(text, "- {}", inline(help));
        }
    }
    text
}

/// A text that stays in its line and cell.
fn inline(text: &str) -> String {
    plain(text).replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}

/// In one sentence.
fn headline(report: &Report) -> String {
    let answer = report.ran.as_ref().and_then(|ran| ran.answer.as_ref());
    match (report.verdict, answer, &report.ran) {
        (Verdict::Fails, ..) => match report.findings.iter().find(|finding| finding.fails()) {
            Some(finding) => format!("fails: {}", finding.diagnostic.message),
            None => "fails".to_owned(),
        },
        (Verdict::NeedsServices, ..) => "is fine, and waits for a service that is not there".to_owned(),
        (Verdict::Built, ..) => "is built; nothing here runs it".to_owned(),
        (Verdict::Fine, Some(answer), _) => {
            format!("answers {} on port {}, {} after its start", answer.reply.words(), answer.port, seconds(answer.after_tenths))
        }
        (Verdict::Fine, None, Some(Observed { ended: Some(code), .. })) => format!("runs to its end, with {code}"),
        (Verdict::Fine, None, _) => "runs".to_owned(),
    }
}

fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(built) = &report.built {
        let cached = if built.cached == 0 { String::new() } else { format!(", {} of {} steps from the cache", built.cached, built.steps) };
        facts.push(("built", format!("in {}{cached}, by {}", seconds(built.tenths), report.engine)));
    }
    if let Some(size) = &report.size {
        let shell = size.shell.as_deref().map_or_else(|| "no shell".to_owned(), |shell| format!("a shell ({shell})"));
        facts.push(("size", format!("{} MB, {shell}", megabytes(size.bytes))));
    }
    if let (Some(size), Some(before)) = (&report.size, &report.against) {
        let (sign, change) = if size.bytes < before.bytes { ("-", before.bytes - size.bytes) } else { ("+", size.bytes - before.bytes) };
        facts.push(("against", format!("{sign}{} MB, {} has {}", megabytes(change), before.of, megabytes(before.bytes))));
    }
    if let Some(scanned) = &report.scanned {
        let packages = scanned.packages.map_or_else(String::new, |count| format!(", {count} packages"));
        let text = format!("{} weaknesses, {} new and fixable, by {}{packages}", scanned.known, scanned.fixable.len(), scanned.by);
        facts.push(("scanned", text));
    }
    if let Some(user) = &report.user {
        facts.push(("user", user.clone()));
    }
    if let Some(ran) = &report.ran {
        for listener in &ran.listens {
            let addresses = listener.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            facts.push(("listens", format!("{} on {addresses}", listener.port)));
        }
        if let Some(stopped) = &ran.stopped {
            let how = if stopped.killed {
                format!("killed after {}", seconds(stopped.tenths))
            } else {
                format!("{} after SIGTERM, with {}", seconds(stopped.tenths), stopped.code)
            };
            facts.push(("stopped", how));
        }
        if let Some(written) = some_of(&ran.written) {
            facts.push(("wrote", written));
        }
    }
    if let Some(ran) = &report.hardened {
        let writable = ran.writable.as_ref().and_then(|paths| some_of(paths)).map_or_else(String::new, |paths| format!(", {paths}"));
        let how = format!("read-only but /tmp{writable}; no capabilities, any user");
        let is_fine = report.hardened_fine == Some(true);
        let why =
            report.hardened_findings.iter().find(|finding: &&Finding| finding.fails()).map(|finding| finding.diagnostic.message.clone());
        facts.push(("hardened", if is_fine { format!("the same ({how})") } else { format!("fails ({how}): {}", why.unwrap_or_default()) }));
    }
    if let Some(rebuilt) = &report.rebuilt {
        let again = rebuilt.again.iter().map(|step| clip(&step.instruction, COMMAND)).collect::<Vec<_>>().join("; ");
        let text =
            format!("an edit of {} takes {}: {again}; {} steps from the cache", rebuilt.edited, seconds(rebuilt.tenths), rebuilt.cached);
        facts.push(("rebuild", text));
    }
    facts.extend(report.skipped.iter().map(|skipped| ("skipped", format!("{}: {}", skipped.check, skipped.why))));
    facts
}

fn some_of(paths: &[String]) -> Option<String> {
    let more = paths.len().saturating_sub(FILES);
    let text = paths.iter().take(FILES).cloned().collect::<Vec<_>>().join(", ");
    (!paths.is_empty()).then(|| if more == 0 { text } else { format!("{text} and {more} more") })
}

fn layers(size: &Size) -> Vec<[Cell; 3]> {
    let large = |layer: &&crate::trial::report::SizedLayer| layer.bytes >= SMALL;
    let row = |layer: &crate::trial::report::SizedLayer| {
        let in_it = layer.large.iter().map(|large| format!("{} {}", large.path, megabytes(large.bytes))).collect::<Vec<_>>().join(", ");
        [cell(format!("{:>7} MB", megabytes(layer.bytes))), cell(clip(&plain(&layer.by), COMMAND)), cell(plain(&in_it)).style(FAINT)]
    };
    size.layers.iter().filter(large).map(row).collect()
}

/// Bytes as megabytes with one decimal.
fn megabytes(bytes: u64) -> String {
    format!("{}.{}", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

fn seconds(tenths: u64) -> String {
    format!("{}.{} s", tenths / 10, tenths % 10)
}
