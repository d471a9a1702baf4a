//! Text for people: columns, places, styles. And JSON for programs.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use camino::Utf8Path;
use serde::Serialize;

use crate::evidence::Evidence;
use crate::render::edge::is_bidi;

/// Names and headings.
pub const STRONG: Style = Style::new().bold();
/// What is there to be looked up and not to be read first.
pub const FAINT: Style = Style::new().dimmed();
/// Lines that a diff adds.
pub const ADDED: Style = AnsiColor::Green.on_default();
/// Lines that a diff takes away.
pub const REMOVED: Style = AnsiColor::Red.on_default();

/// `text` in that style.
pub fn styled(style: Style, text: impl AsRef<str>) -> String {
    format!("{style}{}{style:#}", text.as_ref())
}

/// The name of a file above its text, as `head` prints it.
pub fn heading(file: &Utf8Path) -> String {
    styled(STRONG, format!("==> {file} <=="))
}

/// All files, each below its name.
pub fn files<'f>(files: impl IntoIterator<Item = (&'f Utf8Path, &'f str)>) -> String {
    files.into_iter().map(|(path, text)| format!("{}\n{text}", heading(path))).collect::<Vec<_>>().join("\n")
}

/// A text of the project's, fit for a terminal: control characters are spelt out.
pub fn plain(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.to_owned();
    }
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.trim().chars().map(escape).collect()
}

/// `text` with all characters written out that a terminal obeys or that turn the direction of what follows: as JSON writes them, so that
/// a program reads the same from it. Line ends, tabs and the styles of ours are left.
pub fn visible(text: &str) -> String {
    if !text.chars().any(is_obeyed) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let style = style_at(rest);
        if style > 0 {
            out.push_str(&rest[..style]);
            rest = &rest[style..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        let line_end = c == '\r' && rest.starts_with('\n');
        if is_obeyed(c) && !line_end {
            _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

fn is_obeyed(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t') || is_bidi(c)
}

/// The length of a style's escape sequence that `text` begins with: colors and weights, and nothing that hides.
fn style_at(text: &str) -> usize {
    let Some(inner) = text.strip_prefix("\u{1b}[") else { return 0 };
    let Some((codes, _)) = inner.split_once('m') else { return 0 };
    let shown = |code: &str| matches!(code.parse(), Ok(0..=4_u8 | 22..=24 | 30..=39 | 90..=97)) || code.is_empty();
    if codes.len() <= 12 && codes.split(';').all(shown) { "\u{1b}[".len() + codes.len() + 1 } else { 0 }
}

/// At most `width` characters of `text`.
pub fn clip(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

/// Where the evidence stands, each place once: `go.mod:3, main.go:12`. After `most` places the rest is counted.
pub fn places(evidence: &[Evidence], most: usize) -> String {
    let mut places: Vec<String> = Vec::new();
    for place in evidence.iter().map(|evidence| plain(&evidence.place().to_string())) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let more = places.len().saturating_sub(most);
    places.truncate(most);
    let mut text = places.join(", ");
    if more > 0 {
        _ = write!(text, " and {more} more");
    }
    text
}

/// A cell of a table.
pub struct Cell {
    text: String,
    style: Style,
}

/// A cell in no particular style.
pub fn cell(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), style: Style::new() }
}

impl Cell {
    /// The same in that style.
    pub fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// Rows in columns that are two blanks apart, each row behind `indent`.
pub fn table<const N: usize>(indent: &str, rows: &[[Cell; N]]) -> String {
    let widths: [usize; N] = std::array::from_fn(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0));
    let mut text = String::new();
    for row in rows {
        let last = row.iter().rposition(|cell| !cell.text.is_empty()).unwrap_or(0);
        text.push_str(indent);
        for (cell, width) in row.iter().zip(widths).take(last + 1) {
            text.push_str(&styled(cell.style, &cell.text));
            text.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}

/// A unified diff in its usual colors.
pub fn diff(diff: &str) -> String {
    let paint = |line: &str| match line.as_bytes().first() {
        Some(b'-' | b'+') if line.starts_with("--- ") || line.starts_with("+++ ") => styled(STRONG, line),
        Some(b'+') => styled(ADDED, line),
        Some(b'-') => styled(REMOVED, line),
        Some(b'@') => styled(FAINT, line),
        _ => line.to_owned(),
    };
    diff.lines().map(|line| paint(line) + "\n").collect()
}

/// Pretty JSON, its last line ended.
pub fn json(value: &impl Serialize) -> String {
    // only maps with keys that are no strings fail, and there are none
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_one_another_and_lines_have_no_tail() {
        let rows = [[cell("a"), cell("b"), cell("")], [cell("long"), cell(""), cell("c")]];
        assert_eq!(table("  ", &rows), "  a     b\n  long     c\n");
    }

    #[test]
    fn a_terminal_gets_no_control_characters() {
        assert_eq!(plain("a\u{1b}[31m\tb"), "a\\u{1b}[31m\\tb");
        assert_eq!(clip("abcdefgh", 6), "abc...");
        assert_eq!(visible("a\u{1b}]0;x\u{7}\u{9b}\u{202e}\r\nb\r"), "a\\u001b]0;x\\u0007\\u009b\\u202e\r\nb\\u000d");
        assert_eq!(visible("\u{1b}[1mx\u{1b}[0m\u{1b}[8my"), "\u{1b}[1mx\u{1b}[0m\\u001b[8my");
    }
}
