//! Lines that fit on a screen: a long instruction goes on in the next line, a long comment in a comment of its own.
//!
//! Only where nothing changes by it: between words that no quotes hold together, outside of here-documents. FROM stays one line, which is
//! how bots that keep images current read it.

use std::collections::VecDeque;

use super::edge::is_directive;

/// So many columns a line has at most, where it can be broken at all.
pub(crate) const COLUMNS: usize = 100;
/// Before what follows of a list of commands, and before the words of a command.
const INDENTS: (&str, &str) = ("    ", "      ");

/// The text with its long lines broken.
pub(super) fn wrap(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut documents: VecDeque<&str> = VecDeque::new();
    let (mut continues, mut quote) = (false, None);
    for line in text.lines() {
        if !continues && let Some(end) = documents.front() {
            out.push_str(line);
            if line.trim_start_matches('\t') == *end {
                documents.pop_front();
            }
        } else if line.starts_with('#') {
            comment(line, &mut out);
        } else {
            documents.extend(opened(line));
            let mut words = Words::behind(quote.filter(|_| continues));
            let gaps: Vec<_> = words.gaps(line).collect();
            (continues, quote) = (line.ends_with('\\'), words.quote);
            if line.starts_with("FROM ") { out.push_str(line) } else { instruction(line, &gaps, &mut out) }
        }
        out.push('\n');
    }
    out
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// The ends of the here-documents that a line opens.
fn opened(line: &str) -> impl Iterator<Item = &str> {
    line.split(' ').filter_map(|word| word.strip_prefix("<<")).map(|word| word.trim_start_matches('-').trim_matches(['"', '\'']))
}

fn comment(line: &str, out: &mut String) {
    if width(line) <= COLUMNS || is_directive(line) {
        out.push_str(line);
        return;
    }
    let mut column = 0;
    for word in line.trim_start_matches('#').split_whitespace() {
        // what a builder or a linter would obey begins no line of its own
        let breaks = column > 0 && column + 1 + width(word) > COLUMNS && !is_directive(&format!("# {word}"));
        if column == 0 || breaks {
            out.push_str(if breaks { "\n#" } else { "#" });
            column = 1;
        }
        out.push(' ');
        out.push_str(word);
        column += 1 + width(word);
    }
}

fn instruction(line: &str, gaps: &[usize], out: &mut String) {
    let (mut start, mut indent) = (0, "");
    while indent.len() + width(&line[start..]) > COLUMNS
        && let Some((at, next)) = place(line, start, indent.len(), gaps)
    {
        out.push_str(indent);
        out.push_str(line[start..at].trim_end());
        out.push_str(" \\\n");
        (start, indent) = (at + 1, next);
    }
    out.push_str(indent);
    out.push_str(&line[start..]);
}

/// Where the line that starts here ends best, and how the next one is indented: before another command, before an option, or before any
/// word; and where no place is near enough, at the nearest.
fn place(line: &str, start: usize, indent: usize, gaps: &[usize]) -> Option<(usize, &'static str)> {
    let end = |at: usize| indent + width(line[start..at].trim_end());
    let fits = |at: &usize| end(*at) + 2 <= COLUMNS;
    let here: Vec<usize> = gaps.iter().copied().filter(|at| *at > start && end(*at) > COLUMNS / 4).collect();
    let next = |at: &usize| line[*at..].trim_start();
    let is_command = |at: &usize| ["&& ", "|| ", "| "].iter().any(|sign| next(at).starts_with(sign));
    let is_option = |at: &usize| next(at).trim_start_matches('"').starts_with('-');
    let last = |kind: &dyn Fn(&usize) -> bool| here.iter().copied().rfind(|at| fits(at) && kind(at));
    last(&is_command)
        .map(|at| (at, INDENTS.0))
        .or_else(|| last(&is_option).or_else(|| last(&|_| true)).or(here.first().copied()).map(|at| (at, INDENTS.1)))
}

/// Goes through a line that a shell reads, or whoever reads like one.
struct Words {
    quote: Option<char>,
}

impl Words {
    fn behind(quote: Option<char>) -> Self {
        Self { quote }
    }

    /// Blanks between words: outside of quotes, and not behind a backslash.
    fn gaps(&mut self, line: &str) -> impl Iterator<Item = usize> {
        let mut escaped = false;
        line.char_indices().filter_map(move |(at, c)| {
            let was_escaped = std::mem::take(&mut escaped);
            match (self.quote, c) {
                _ if was_escaped => {}
                (None | Some('"'), '\\') => escaped = true,
                (None, '\'' | '"') => self.quote = Some(c),
                (Some(open), _) if open == c => self.quote = None,
                (None, ' ') => return Some(at),
                _ => {}
            }
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let joined = text.replace("\\\n", " ");
        joined.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn an_instruction_goes_on_where_a_reader_looks_for_it() {
        let long = "a".repeat(60);
        for (line, expected) in [
            (format!("RUN {long} && {long}"), format!("RUN {long} \\\n    && {long}\n")),
            (format!("RUN x {long} --to y {long}"), format!("RUN x {long} \\\n      --to y {long}\n")),
            (format!("    && x {long} y {long}"), format!("    && x {long} y \\\n      {long}\n")),
            (format!("CMD [\"{long}\", \"--b\", \"{long}\"]"), format!("CMD [\"{long}\", \\\n      \"--b\", \"{long}\"]\n")),
            (format!("RUN x '{long} {long}' y"), format!("RUN x '{long} {long}' \\\n      y\n")),
        ] {
            let wrapped = wrap(&line);
            assert_eq!(wrapped, expected);
            assert_eq!(words(&wrapped), words(&line));
        }
    }

    #[test]
    fn a_comment_goes_on_in_a_comment_that_is_none_for_tools() {
        let word = "abcdefghi ".repeat(12);
        assert_eq!(
            wrap(&format!("# {word}")),
            format!("# {}\n# {}\n", "abcdefghi ".repeat(9).trim_end(), "abcdefghi ".repeat(3).trim_end())
        );
        let directive = format!("# {} check=skip=all", "abcdefghi ".repeat(9).trim_end());
        assert_eq!(wrap(&directive), format!("{directive}\n"));
    }

    #[test]
    fn what_is_read_as_it_stands_stays() {
        let long = "word ".repeat(40);
        for text in [
            format!("FROM {long}"),
            format!("COPY <<'EOF' /x\n{long}\n# {long}\nEOF\n"),
            format!("# hadolint ignore={}", "DL3008,".repeat(20)),
            format!("ENV X=\"{long}\""),
            format!("RUN {}", "x".repeat(200)),
            format!("RUN printf 'a \\\n{long}'"),
        ] {
            assert_eq!(wrap(&text).trim_end(), text.trim_end());
        }
    }
}
