//! Diagnostics, drawn with the lines that they point at.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str as plain};
use anstream::adapter::strip_str;
use camino::Utf8Path;

use super::sources::Sources;
use crate::diagnostic::{Diagnostic, Label, Line, Severity};
use crate::evidence::Span;

/// What the stream takes.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to use colors.
    pub colored: bool,
    /// Whether to draw with more than ASCII.
    pub unicode: bool,
}

/// The diagnostic as text, its last line ended.
#[must_use]
pub fn draw(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut first = Group::with_title(level.primary_title(diagnostic.message.as_str()).id(diagnostic.code));
    for (file, labels) in by_file(&diagnostic.labels) {
        first = point(first, file, &labels, sources);
    }
    first = first.elements(diagnostic.notes.iter().map(|note| Level::NOTE.message(plain(note))));
    let help = diagnostic.help.iter().map(|help| Group::with_title(Level::HELP.secondary_title(plain(help))));
    let report: Vec<_> = [first].into_iter().chain(help).collect();
    let renderer = if style.colored { Renderer::styled() } else { Renderer::plain() };
    let decor = if style.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii };
    closed_up(&renderer.decor_style(decor).render(&report))
}

/// Without the lines that hold nothing but the gutter: what is said stays on one screen.
fn closed_up(drawn: &str) -> String {
    let is_gutter = |line: &&str| matches!(strip_str(line).to_string().trim(), "|" | "│");
    drawn.lines().filter(|line| !is_gutter(line)).map(|line| line.to_owned() + "\n").collect()
}

/// The labels of each file, in the order in which the files are first named.
fn by_file(labels: &[Label]) -> Vec<(&Utf8Path, Vec<&Label>)> {
    let mut files: Vec<(&Utf8Path, Vec<&Label>)> = Vec::new();
    for label in labels {
        match files.iter_mut().find(|(file, _)| *file == label.file) {
            Some((_, labels)) => labels.push(label),
            None => files.push((&label.file, vec![label])),
        }
    }
    files
}

fn point<'a>(mut group: Group<'a>, file: &'a Utf8Path, labels: &[&'a Label], sources: &Sources) -> Group<'a> {
    let secret = labels.iter().any(|label| label.line == Line::Withheld);
    let text = sources.text(file).filter(|_| !secret);
    let excerpt = text.as_deref().and_then(|text| Excerpt::around(text, labels));
    if let Some(excerpt) = &excerpt {
        let annotations: Vec<_> = labels.iter().enumerate().filter_map(|(index, label)| excerpt.annotate(label, index == 0)).collect();
        group = group.element(
            Snippet::source(excerpt.text.to_owned()).line_start(excerpt.first).path(plain(file.as_str())).annotations(annotations),
        );
    }
    for label in labels {
        match label.span {
            Some(_) if excerpt.is_some() => {}
            Some(Span { line, column, .. }) => {
                group = group.element(Origin::path(plain(file.as_str())).line(line as usize).char_column(column as usize));
            }
            None => group = group.element(Origin::path(plain(&format!("{file}: {}", label.text)))),
        }
    }
    group
}

/// The lines from the first to the last that labels point at.
struct Excerpt<'a> {
    text: &'a str,
    first: usize,
}

impl<'a> Excerpt<'a> {
    /// Nothing when no label has a place, or one lies outside the text.
    fn around(text: &'a str, labels: &[&Label]) -> Option<Self> {
        let lines = || labels.iter().filter_map(|label| label.span).map(|span| span.line as usize);
        let (first, last) = (lines().min()?, lines().max()?);
        let start = line_start(text, first)?;
        let rest = &text[line_start(text, last)?..];
        let end = text.len() - rest.len() + rest.find('\n').unwrap_or(rest.len());
        Some(Self { text: &text[start..end], first })
    }

    fn annotate<'l>(&self, label: &'l Label, is_first: bool) -> Option<Annotation<'l>> {
        let kind = if is_first { AnnotationKind::Primary } else { AnnotationKind::Context };
        Some(kind.span(self.bytes(label.span?)?).label(plain(&label.text)))
    }

    /// A span counts characters, a snippet bytes.
    fn bytes(&self, span: Span) -> Option<Range<usize>> {
        let start = line_start(self.text, (span.line as usize).checked_sub(self.first)? + 1)?;
        let line = self.text[start..].lines().next().unwrap_or_default();
        let byte = |column: usize| line.char_indices().nth(column).map_or(line.len(), |(byte, _)| byte);
        let column = (span.column as usize).saturating_sub(1);
        Some(start + byte(column)..start + byte(column + span.length as usize))
    }
}

/// Where `line`, from 1, starts.
fn line_start(text: &str, line: usize) -> Option<usize> {
    match line.checked_sub(2) {
        None => (line == 1).then_some(0),
        Some(skipped) => text.match_indices('\n').nth(skipped).map(|(newline, _)| newline + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(diagnostic: &Diagnostic) -> String {
        let mut sources = Sources::default();
        sources.add("go.mod", "module x\n\nrequire (\n\té v1 // c\n)\n");
        sources.add("imggen.toml", "schema = 1\nbase = \"scratch\"");
        draw(diagnostic, &sources, Style { colored: false, unicode: false })
    }

    fn span(line: u32, column: u32, length: u32) -> Span {
        Span { line, column, length }
    }

    #[test]
    fn an_error_shows_the_lines_that_it_rests_on() {
        let error = Diagnostic::error("base::missing-need", "`scratch` has no glibc")
            .at("go.mod", Some(span(4, 2, 4)), "this is C")
            .at("imggen.toml", Some(span(2, 1, 16)), "chosen here")
            .at("vendor/modules.txt", None, "vendored")
            .info("one thing more")
            .help("take another");
        let expected = "\
error[base::missing-need]: `scratch` has no glibc
 --> go.mod:4:2
4 |     é v1 // c
  |     ^^^^ this is C
 ::: imggen.toml:2:1
2 | base = \"scratch\"
  | ^^^^^^^^^^^^^^^^ chosen here
 ::: vendor/modules.txt: vendored
  = note: one thing more
help: take another
";
        assert_eq!(drawn(&error), expected);
    }

    #[test]
    fn a_place_that_is_not_there_is_named_all_the_same() {
        for (file, line) in [("go.mod", 99), ("gone.go", 3)] {
            let text = drawn(&Diagnostic::warning("x::y", "w").at(file, Some(span(line, 5, 900)), "here"));
            assert_eq!(text, format!("warning[x::y]: w\n--> {file}:{line}:5\n"));
        }
        let past_the_end = drawn(&Diagnostic::warning("x::y", "w").at("go.mod", Some(span(1, 8, 900)), "here"));
        assert!(past_the_end.contains("1 | module x\n  |        ^ here"), "{past_the_end}");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let text = drawn(&Diagnostic::error("x::y", "\u{1b}[2J").info("\u{1b}[2J").help("\u{7}").at("\u{1b}", None, "\u{1b}"));
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{text:?}");
    }
}
