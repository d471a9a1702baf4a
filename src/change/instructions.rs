//! What of a file Docker acts on: its instructions or patterns, parser directives, and the pragmas of linters. Comments, blank lines and
//! indentation are for people and count for nothing here.

/// The words that make a comment one for a tool.
const PRAGMAS: [&str; 5] = ["hadolint", "checkov", "trivy", "kics", "nosemgrep"];

/// An instruction or a pattern, with the comments and blank lines above it. The units of a text, one after another, are the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit<'t> {
    /// As it is written.
    pub(super) raw: &'t str,
    /// The lines of it that count, without indentation; nothing where comments end the text.
    pub(super) says: String,
}

impl Unit<'_> {
    /// The instruction on one line, without what is said to tools.
    pub(super) fn line(&self) -> String {
        let lines = self.says.lines().filter(|line| !line.starts_with('#'));
        let words = lines.flat_map(|line| line.strip_suffix('\\').unwrap_or(line).split_whitespace());
        words.collect::<Vec<_>>().join(" ")
    }
}

/// The units of `text`, which has plain newlines and no header.
pub(super) fn units(text: &str) -> Vec<Unit<'_>> {
    let mut units = Vec::new();
    let (mut start, mut end) = (0, 0);
    let mut says = String::new();
    let mut heredocs: Vec<(bool, &str)> = Vec::new();
    let mut continues = false;
    for raw in text.split_inclusive('\n') {
        end += raw.len();
        let line = raw.strip_suffix('\n').unwrap_or(raw);
        if let Some((strips_tabs, word)) = heredocs.first().copied().filter(|_| !continues) {
            keep(&mut says, line);
            if (if strips_tabs { line.trim_start_matches('\t') } else { line }) == word {
                heredocs.remove(0);
            }
        } else {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                if is_for_tools(line) {
                    keep(&mut says, line);
                }
                continue;
            }
            keep(&mut says, line);
            heredocs.extend(opened(line));
            continues = line.ends_with('\\');
        }
        if heredocs.is_empty() && !continues {
            units.push(Unit { raw: &text[start..end], says: std::mem::take(&mut says) });
            start = end;
        }
    }
    if start < text.len() {
        units.push(Unit { raw: &text[start..], says });
    }
    units
}

/// The lines of `text` that Docker or a linter acts on, one a line. `text` has plain newlines and no header.
pub(super) fn instructions(text: &str) -> String {
    units(text).into_iter().map(|unit| unit.says).collect()
}

fn keep(kept: &mut String, line: &str) {
    kept.push_str(line);
    kept.push('\n');
}

fn is_for_tools(comment: &str) -> bool {
    let words = comment.trim_start_matches('#').trim_start();
    !comment.is_empty() && (super::is_directive(comment) || PRAGMAS.iter().any(|word| words.starts_with(word)))
}

/// The here-documents that a line opens: whether leading tabs are stripped, and the word that ends each.
fn opened(line: &str) -> impl Iterator<Item = (bool, &str)> {
    line.split_whitespace().filter_map(|word| {
        let (_, word) = word.split_once("<<")?;
        let (strips_tabs, word) = word.strip_prefix('-').map_or((false, word), |word| (true, word));
        let word = word.trim_matches(['"', '\'']);
        let is_name = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_name.then_some((strips_tabs, word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# syntax=docker/dockerfile:1\n# why\nFROM a:1 AS b\n\n# hadolint ignore=DL3008\nRUN x \\\n      # in between\n      && y\n\
                        COPY <<'EOF' /etc/x\n# a comment of the file\n  kept\n\nEOF\nUSER 1\n# the end\n";

    #[test]
    fn comments_and_indentation_do_not_count_but_pragmas_and_documents_do() {
        let expected = "# syntax=docker/dockerfile:1\nFROM a:1 AS b\n# hadolint ignore=DL3008\nRUN x \\\n&& y\n\
                        COPY <<'EOF' /etc/x\n# a comment of the file\n  kept\n\nEOF\nUSER 1\n";
        assert_eq!(instructions(TEXT), expected);
    }

    #[test]
    fn the_units_of_a_text_are_the_text() {
        let units = units(TEXT);
        assert_eq!(units.iter().map(|unit| unit.raw).collect::<String>(), TEXT);
        let lines: Vec<_> = units.iter().map(Unit::line).collect();
        assert_eq!(lines, ["FROM a:1 AS b", "RUN x && y", "COPY <<'EOF' /etc/x kept EOF", "USER 1", ""]);
    }

    #[test]
    fn a_document_that_strips_tabs_ends_behind_them() {
        assert_eq!(instructions("RUN <<-E cat\n\t# x\n\tE\n# out\n"), "RUN <<-E cat\n\t# x\n\tE\n");
    }
}
