//! What of a file Docker acts on: its instructions or patterns, parser directives, and the pragmas of linters. Comments, blank lines and
//! indentation are for people and count for nothing here.

/// The words that make a comment one for a tool.
const PRAGMAS: [&str; 5] = ["hadolint", "checkov", "trivy", "kics", "nosemgrep"];

/// The lines of `text` that Docker or a linter acts on, one a line. `text` has plain newlines and no header.
pub(super) fn instructions(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut heredocs: Vec<(bool, &str)> = Vec::new();
    for line in text.lines() {
        if let Some((strips_tabs, end)) = heredocs.first().copied() {
            keep(&mut kept, line);
            let line = if strips_tabs { line.trim_start_matches('\t') } else { line };
            if line == end {
                heredocs.remove(0);
            }
            continue;
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') && !is_for_tools(line) {
            continue;
        }
        keep(&mut kept, line);
        if !line.starts_with('#') {
            heredocs.extend(opened(line));
        }
    }
    kept
}

fn keep(kept: &mut String, line: &str) {
    kept.push_str(line);
    kept.push('\n');
}

fn is_for_tools(comment: &str) -> bool {
    let words = comment.trim_start_matches('#').trim_start();
    super::is_directive(comment) || PRAGMAS.iter().any(|word| words.starts_with(word))
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
    use super::instructions;

    #[test]
    fn comments_and_indentation_do_not_count_but_pragmas_and_documents_do() {
        let text = "# syntax=docker/dockerfile:1\n# why\nFROM a:1 AS b\n\n# hadolint ignore=DL3008\nRUN x \\\n      # in between\n      && y\n\
                    COPY <<'EOF' /etc/x\n# a comment of the file\n  kept\n\nEOF\nUSER 1\n";
        let expected = "# syntax=docker/dockerfile:1\nFROM a:1 AS b\n# hadolint ignore=DL3008\nRUN x \\\n&& y\n\
                        COPY <<'EOF' /etc/x\n# a comment of the file\n  kept\n\nEOF\nUSER 1\n";
        assert_eq!(instructions(text), expected);
    }

    #[test]
    fn a_document_that_strips_tabs_ends_behind_them() {
        assert_eq!(instructions("RUN <<-E cat\n\t# x\n\tE\n# out\n"), "RUN <<-E cat\n\t# x\n\tE\n");
    }
}
