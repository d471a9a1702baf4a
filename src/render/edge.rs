//! The edge of a file: each printed value is spelled for the place where it lands, or refused there.
//!
//! What a template prints arrives between marks. The instruction around it says what one value is: a word of a shell, the value of an ENV,
//! a path, a reference, a comment. So a template cannot forget to quote, and one that puts a value where nothing can hold it is told so.

mod words;

use self::words::{Lexer, Quote};
use super::print::{CLOSE, Kind, OPEN, plain_path};
use crate::plan::text::is_plain;

/// What cannot be written: which value, where, and its line in the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unprintable {
    pub(super) line: usize,
    pub(super) message: String,
}

/// Spells all values of a Dockerfile.
pub(super) fn dockerfile(text: &str) -> Result<String, Unprintable> {
    let mut edge = Edge::default();
    let mut out = String::with_capacity(text.len());
    for (line, content) in (1..).zip(text.lines()) {
        edge.line(content, &mut out).map_err(|message| Unprintable { line, message })?;
        out.push('\n');
    }
    Ok(out)
}

/// Spells all values of a file of patterns: each is a line, or a part of a comment.
pub(super) fn patterns(text: &str) -> Result<String, Unprintable> {
    let mut out = String::with_capacity(text.len());
    for (line, content) in (1..).zip(text.lines()) {
        let is_comment = content.trim_start().starts_with('#');
        for piece in pieces(content) {
            match piece.map_err(|message| Unprintable { line, message })? {
                Piece::Text(text) => out.push_str(text),
                Piece::Value(_, value) if is_comment => out.push_str(&visible(value)),
                Piece::Value(_, value) => out.push_str(value),
            }
        }
        out.push('\n');
    }
    Ok(out)
}

/// Whether this can be a reference of FROM, a stage's name, a user, a value of a flag: nothing in it means more than itself.
pub(super) fn is_reference(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| is_plain(c) || c == '~')
}

enum Piece<'t> {
    Text(&'t str),
    Value(Kind, &'t str),
}

fn pieces(line: &str) -> impl Iterator<Item = Result<Piece<'_>, String>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(marked) = rest.strip_prefix(OPEN) else {
            let (text, after) = rest.split_at(rest.find(OPEN).unwrap_or(rest.len()));
            rest = after;
            return Some(Ok(Piece::Text(text)));
        };
        let mut inner = marked.chars();
        let kind = inner.next().and_then(Kind::of);
        let (Some(kind), Some((value, after))) = (kind, inner.as_str().split_once(CLOSE)) else {
            rest = "";
            return Some(Err("the template cut a value apart that was printed already".to_owned()));
        };
        rest = after;
        Some(Ok(Piece::Value(kind, value)))
    })
}

/// `text` with what a terminal or an editor would obey instead of show written out.
fn visible(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if is_bidi(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
        out
    })
}

/// Marks that turn the direction of text, so that it reads otherwise than it is.
pub(crate) fn is_bidi(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What one value is in an instruction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// RUN: words of a shell behind flags.
    Shell,
    /// ENV, LABEL and ARG: names and values.
    Pairs,
    /// COPY.
    Paths,
    /// WORKDIR: the rest of the line.
    Path,
    /// CMD, ENTRYPOINT, SHELL, HEALTHCHECK: arrays.
    Exec,
    /// FROM, USER, EXPOSE, STOPSIGNAL and all others: words without any meaning but their own.
    Reference,
}

impl Place {
    fn of(keyword: &str) -> Self {
        match keyword {
            "RUN" => Self::Shell,
            "ENV" | "LABEL" | "ARG" => Self::Pairs,
            "COPY" | "ADD" => Self::Paths,
            "WORKDIR" => Self::Path,
            "CMD" | "ENTRYPOINT" | "SHELL" | "HEALTHCHECK" => Self::Exec,
            _ => Self::Reference,
        }
    }
}

struct Instruction {
    keyword: String,
    place: Place,
    lexer: Lexer,
}

#[derive(Default)]
struct Edge {
    instruction: Option<Instruction>,
    /// Ends of the here-documents that the instruction opens, and whether tabs may stand before them.
    documents: std::collections::VecDeque<(String, bool)>,
}

impl Edge {
    fn line(&mut self, line: &str, out: &mut String) -> Result<(), String> {
        if self.instruction.is_none() && !self.documents.is_empty() {
            return self.document(line, out);
        }
        if line.trim_start().starts_with('#') {
            return comment(line, out);
        }
        let mut rest = line;
        if self.instruction.is_none() {
            if line.trim().is_empty() {
                return Ok(());
            }
            let start = line.len() - line.trim_start().len();
            let end = start + line[start..].find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(line.len() - start);
            let (head, after) = line.split_at(end);
            let keyword = head.trim_start().to_ascii_uppercase();
            if keyword.is_empty() || after.starts_with(OPEN) {
                return Err("a value stands where the name of an instruction does".to_owned());
            }
            out.push_str(head);
            rest = after;
            self.instruction = Some(Instruction { place: Place::of(&keyword), keyword, lexer: Lexer::default() });
        }
        self.words(rest, out)
    }

    fn words(&mut self, line: &str, out: &mut String) -> Result<(), String> {
        let Some(instruction) = &mut self.instruction else { return Ok(()) };
        let mut continues = false;
        for piece in pieces(line) {
            match piece? {
                Piece::Text(text) => {
                    instruction.lexer.read(text);
                    continues = text.trim_end().ends_with('\\');
                    out.push_str(text);
                }
                Piece::Value(kind, value) => {
                    let text = instruction.spell(kind, value)?;
                    instruction.lexer.pass(&text);
                    continues = false;
                    out.push_str(&text);
                }
            }
        }
        if continues {
            instruction.lexer.end_line();
        } else {
            if matches!(instruction.place, Place::Shell | Place::Paths) {
                self.documents.extend(instruction.lexer.documents());
            }
            self.instruction = None;
        }
        Ok(())
    }

    /// A line of a here-document.
    fn document(&mut self, line: &str, out: &mut String) -> Result<(), String> {
        let mut text = String::new();
        let mut printed = false;
        for piece in pieces(line) {
            match piece? {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Value(kind, value) => {
                    printed = true;
                    let is_comment = text.trim_start().starts_with('#');
                    text.push_str(&if is_comment { visible(value) } else { in_document(kind, value)? });
                }
            }
        }
        let Some((end, tabs)) = self.documents.front() else { return Ok(()) };
        if if *tabs { text.trim_start_matches('\t') == end } else { text == *end } {
            if printed {
                return Err(format!("`{text}` would end the here-document that it stands in"));
            }
            self.documents.pop_front();
        }
        out.push_str(&text);
        Ok(())
    }
}

/// A value in a here-document, which is a server's configuration or a script of ours.
fn in_document(kind: Kind, value: &str) -> Result<String, String> {
    let fits = match kind {
        Kind::Literal | Kind::Shell => true,
        // there is no way to spell a dollar sign; in a regular expression it has no meaning but that one's
        Kind::Nginx => value.starts_with("~ ") || !value.replace("$uri", "").contains('$'),
        Kind::Data => is_reference(value) || value.split(' ').all(is_reference),
        Kind::Exec | Kind::Copy => false,
    };
    if fits && !value.chars().any(is_bidi) {
        Ok(value.to_owned())
    } else {
        Err(format!("`{}` cannot stand in a here-document", visible(value)))
    }
}

/// A comment that begins with a value never reads like a directive to the builder or to a linter.
fn comment(line: &str, out: &mut String) -> Result<(), String> {
    let mut text = String::new();
    let mut before = None;
    for piece in pieces(line) {
        match piece? {
            Piece::Text(literal) => text.push_str(literal),
            Piece::Value(_, value) => {
                before.get_or_insert(text.len());
                text.push_str(&visible(value));
            }
        }
    }
    if let Some(before) = before.filter(|_| is_directive(&text)) {
        if text[..before].contains('=') {
            let value = text[before..].trim_end();
            if !is_reference(value) {
                return Err(format!("`{value}` cannot be the value of a directive"));
            }
        } else {
            text.insert(before, '"');
            text.push('"');
        }
    }
    out.push_str(&text);
    Ok(())
}

/// Whether a builder or a linter may take a comment for more than one.
pub(super) fn is_directive(comment: &str) -> bool {
    let Some((key, _)) = comment.trim_start().strip_prefix('#').and_then(|text| text.split_once('=')) else { return false };
    let key = key.trim();
    key.chars().all(|c| c.is_ascii_alphanumeric()) || key.starts_with("hadolint")
}

impl Instruction {
    fn spell(&self, kind: Kind, value: &str) -> Result<String, String> {
        let lexer = &self.lexer;
        let spelled = match (self.place, kind) {
            _ if value.chars().any(is_bidi) => None,
            (Place::Shell, Kind::Data) if lexer.in_flags() && (lexer.in_flag() || value.starts_with("--")) => reference(value),
            (Place::Shell, Kind::Data) => Some(lexer.in_shell(value)),
            (Place::Shell, Kind::Shell) if lexer.quote() == Quote::None => Some(value.to_owned()),
            (Place::Shell, Kind::Exec) if lexer.in_flags() => Some(value.to_owned()),
            (Place::Pairs, Kind::Data) => self.pair(value),
            (Place::Paths, Kind::Copy) | (Place::Exec, Kind::Exec) => Some(value.to_owned()),
            (Place::Reference, Kind::Data) => reference(value),
            (Place::Paths | Place::Exec, Kind::Data) if lexer.in_flag() => reference(value),
            (Place::Paths, Kind::Data) if lexer.quote() == Quote::None => word_path(value),
            (Place::Path, Kind::Data) if value.trim() == value && !value.is_empty() => Some(plain_path(value)),
            _ => None,
        };
        spelled.ok_or_else(|| self.refuse(kind, value))
    }

    fn refuse(&self, kind: Kind, value: &str) -> String {
        let value = visible(value);
        let way = match (self.place, kind) {
            (Place::Exec, _) => ": a command is a list of words, printed with `|exec`",
            (Place::Paths, Kind::Data) => ": a path that is not plain is printed as a whole copy, with `|copy`",
            _ => "",
        };
        format!("`{value}` cannot stand here in {}{way}", self.keyword)
    }

    /// A name, a value, or both of ENV, LABEL and ARG.
    fn pair(&self, value: &str) -> Option<String> {
        let is_name = |name: &str| match self.keyword.as_str() {
            "LABEL" => is_label(name),
            _ => is_variable(name),
        };
        if self.lexer.in_value() {
            return self.lexer.in_pair(value);
        }
        match value.split_once('=').filter(|_| self.lexer.at_word() && self.keyword == "ARG") {
            Some((name, value)) => is_name(name).then(|| Some(format!("{name}={}", self.lexer.in_pair(value)?)))?,
            None => is_name(value).then(|| value.to_owned()),
        }
    }
}

fn reference(value: &str) -> Option<String> {
    is_reference(value).then(|| value.to_owned())
}

fn word_path(value: &str) -> Option<String> {
    let plain = !value.is_empty() && !value.starts_with("--") && value.chars().all(|c| is_plain(c) || "~$".contains(c));
    plain.then(|| plain_path(value))
}

/// Whether a name can be a variable of an environment that a shell passes on.
pub(crate) fn is_variable(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_') && chars.all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
}

/// Whether a name can be a label's.
pub(crate) fn is_label(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-/".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `‹x›` stands for the value `x`, `‹1:x›` for one of the kind 1.
    fn spelled(template: &str) -> Result<String, String> {
        let mut text = String::new();
        for (index, part) in template.split('‹').enumerate() {
            let Some((value, rest)) = part.split_once('›').filter(|_| index > 0) else {
                text.push_str(part);
                continue;
            };
            let (kind, value) = value.split_once('|').unwrap_or(("0", value));
            text.extend([&OPEN.to_string(), kind, value, &CLOSE.to_string(), rest]);
        }
        dockerfile(&text).map(|text| text.trim_end().to_owned()).map_err(|error| error.message)
    }

    #[test]
    fn a_value_is_one_word_of_the_shell() {
        for (template, expected) in [
            ("RUN mkdir -p ‹a b›", "RUN mkdir -p 'a b'"),
            ("RUN rm ‹$(id)›/x", "RUN rm '$(id)'/x"),
            (r#"RUN echo "‹a "$(id)›""#, r#"RUN echo "a \"\$(id)""#),
            ("RUN echo '‹it's›'", r"RUN echo 'it'\''s'"),
            ("RUN ‹1|a && b›", "RUN a && b"),
            ("RUN ‹--mount=type=ssh› \\\n    ‹a;b›", "RUN --mount=type=ssh \\\n    'a;b'"),
            ("RUN ‹4|[\"a b\"]›", "RUN [\"a b\"]"),
        ] {
            assert_eq!(spelled(template).as_deref(), Ok(expected), "{template}");
        }
        for template in ["RUN ‹--mount=type=bind,source=a b› x", "RUN --mount=‹a b› x", "RUN '‹1|a›'", "RUN x ‹4|[]›", "RUN x ‹5|a b›"]
        {
            assert!(spelled(template).is_err(), "{template}");
        }
    }

    #[test]
    fn names_and_values_of_variables() {
        for (template, expected) in [
            ("ENV ‹A›=‹8080›", "ENV A=8080"),
            ("ENV ‹A›=‹a \"b\" $c\\›", r#"ENV A="a \"b\" \$c\\""#),
            ("ENV PATH=‹/a b›:$PATH ‹B›=‹›", "ENV PATH=\"/a b\":$PATH B=\"\""),
            ("ARG ‹VERSION=0.0 0›", "ARG VERSION=\"0.0 0\""),
            ("LABEL ‹org.example/a›=\"‹b\"c›\"", r#"LABEL org.example/a="b\"c""#),
        ] {
            assert_eq!(spelled(template).as_deref(), Ok(expected), "{template}");
        }
        for template in ["ENV ‹A B›=‹x›", "ENV ‹A=B›=‹x›", "ENV ‹1A›=x", "LABEL ‹a b›=‹x›", "ARG ‹A B=c›", "ENV A=‹1|x›"]
        {
            assert!(spelled(template).is_err(), "{template}");
        }
    }

    #[test]
    fn paths_and_references() {
        for (template, expected) in [
            ("COPY --from=‹uv:1› ‹/a$b› /x", r"COPY --from=uv:1 /a\$b /x"),
            ("WORKDIR ‹/a b$c›", r"WORKDIR /a b\$c"),
            ("FROM ‹a.b/c:1@sha256:0› AS ‹build›", "FROM a.b/c:1@sha256:0 AS build"),
            ("CMD ‹4|[\"a\"]›", "CMD [\"a\"]"),
            ("HEALTHCHECK --interval=‹3s› CMD ‹4|[\"a\"]›", "HEALTHCHECK --interval=3s CMD [\"a\"]"),
        ] {
            assert_eq!(spelled(template).as_deref(), Ok(expected), "{template}");
        }
        for template in [
            "COPY ‹a b› /x",
            "COPY --from=‹a b› /a /b",
            "FROM ‹a b›",
            "FROM ‹$x›",
            "USER ‹a b›",
            "CMD ‹a›",
            "CMD x ‹a›",
            "‹RUN› x",
            "WORKDIR ‹›",
        ] {
            assert!(spelled(template).is_err(), "{template}");
        }
    }

    #[test]
    fn a_here_document_ends_where_the_template_says() {
        let file = |value: &str| format!("COPY <<'EOF' /etc/x\n  a ‹{value}›;\nEOF\nRUN ‹a b›");
        assert_eq!(spelled(&file("2|/x")).as_deref(), Ok("COPY <<'EOF' /etc/x\n  a /x;\nEOF\nRUN 'a b'"));
        assert!(spelled(&file("b; c")).is_err() && spelled(&file("2|\"/$x\"")).is_err());
        assert!(spelled("COPY <<EOF /x\n‹EOF›\nEOF").is_err());
    }

    #[test]
    fn a_comment_is_no_directive() {
        for (template, expected) in [
            ("# ‹syntax=evil/frontend:1›: Go", "# \"syntax=evil/frontend:1: Go\""),
            ("# ‹hadolint ignore=DL3008›", "# \"hadolint ignore=DL3008\""),
            ("# ‹shop›: a=b", "# shop: a=b"),
            ("# syntax=‹docker/dockerfile:1›", "# syntax=docker/dockerfile:1"),
            ("COPY <<EOF /x\n  # ‹a (b)›\nEOF", "COPY <<EOF /x\n  # a (b)\nEOF"),
            ("# a\u{200b} ‹\u{202e}b›", "# a\u{200b} \\u{202e}b"),
        ] {
            assert_eq!(spelled(template).as_deref(), Ok(expected), "{template}");
        }
    }
}
