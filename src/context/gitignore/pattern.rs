//! One pattern of an ignore file, taken apart.

use camino::Utf8Path;

use crate::verify::Ignore;

/// Any number of directories.
const ANY: &str = "**";

/// A pattern of an ignore file.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// It brings back.
    pub(super) negated: bool,
    /// It holds for directories alone.
    pub(super) directory: bool,
    /// Its parts from the root on, in Docker's spelling.
    parts: Vec<String>,
    /// The lines that say it.
    pub(super) lines: Vec<String>,
}

impl Rule {
    /// The pattern of a line of the ignore file in `base`; nothing where git finds none, or one that holds for nothing.
    pub(super) fn parse(base: &Utf8Path, line: &str) -> Option<Self> {
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        if line.starts_with('#') {
            return None;
        }
        let line = without_trailing_blanks(line);
        let (negated, pattern) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest));
        let (directory, pattern) = pattern.strip_suffix('/').map_or((false, pattern), |rest| (true, rest));
        let (anchored, pattern) = match pattern.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (pattern.contains('/'), pattern),
        };
        let mut own: Vec<String> = pattern.split('/').map(part).collect::<Option<_>>()?;
        own.dedup_by(|a, b| a == ANY && b == ANY);
        if !anchored && own == [ANY] || directory && own.last().is_some_and(|last| last == ANY) {
            own.push("*".to_owned());
        }
        let mut parts: Vec<String> = base.components().map(|part| literal(part.as_str())).collect();
        if !anchored && own[0] != ANY {
            parts.push(ANY.to_owned());
        }
        parts.append(&mut own);
        let mut rule = Self { negated, directory, parts, lines: Vec::new() };
        if !negated {
            rule.lines = vec![rule.hides()];
        }
        Some(rule)
    }

    /// The line that hides what the rule names.
    pub(super) fn hides(&self) -> String {
        let above = &self.parts[..self.parts.len() - 1];
        match (self.directory, self.takes_all()) {
            // all at every depth
            (false, true) => spell(above.iter().map(String::as_str)),
            (false, false) => spell(self.parts.iter().map(String::as_str)),
            (true, _) => spell(self.parts.iter().map(String::as_str).chain([ANY])),
        }
    }

    /// Writes the lines that bring back what the rule names: for what lies in a directory too, where only that is hidden.
    pub(super) fn write_back(&mut self, inside: bool) {
        let own = spell(self.parts.iter().map(String::as_str));
        let below = spell(self.parts.iter().map(String::as_str).chain([ANY]));
        let may_be_directory = self.parts.last().is_some_and(|last| last != ANY);
        if !self.directory {
            self.lines.push(format!("!{own}"));
        }
        if self.directory || inside && may_be_directory {
            self.lines.push(format!("!{below}"));
        }
    }

    /// Whether it holds for every name at every depth below its directory.
    pub(super) fn takes_all(&self) -> bool {
        let mut last = self.parts.iter().rev();
        last.next().is_some_and(|last| last == "*") && last.next().is_some_and(|above| above == ANY)
    }

    /// Whether what it says in Docker's words holds for what is in a directory and not for the directory.
    pub(super) fn hides_inside_alone(&self) -> bool {
        self.directory || self.parts.last().is_some_and(|last| last == ANY)
    }

    /// Whether there may be a path that both name themselves, and not by a directory above it.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        meet(&self.parts, &other.parts)
    }
}

/// Whether there is a path that both hold for: asked of all their ends, the shortest first, so that no end is asked twice.
fn meet(a: &[String], b: &[String]) -> bool {
    let mut behind = vec![false; b.len() + 1];
    for i in (0..=a.len()).rev() {
        let mut row = vec![false; b.len() + 1];
        for j in (0..=b.len()).rev() {
            row[j] = match (a.get(i), b.get(j)) {
                (None, None) => true,
                (Some(any), other) if any == ANY => behind[j] || other.is_some() && row[j + 1],
                (own, Some(any)) if any == ANY => row[j + 1] || own.is_some() && behind[j],
                (Some(own), Some(other)) => behind[j + 1] && names_meet(own, other),
                _ => false,
            };
        }
        behind = row;
    }
    behind[0]
}

fn names_meet(a: &str, b: &str) -> bool {
    let is_glob = |part: &str| part.contains(['*', '?', '[', '\\']);
    match (is_glob(a), is_glob(b)) {
        (false, false) => a == b,
        (true, false) => Ignore::parse(a).hides(b).is_some(),
        (false, true) => Ignore::parse(b).hides(a).is_some(),
        (true, true) => {
            let ends = |part: &str| -> (String, String) {
                let plain = |c: &char| !matches!(c, '*' | '?' | '[' | ']' | '\\');
                (part.chars().take_while(plain).collect(), part.chars().rev().take_while(plain).collect())
            };
            let ((start_a, end_a), (start_b, end_b)) = (ends(a), ends(b));
            (start_a.starts_with(&start_b) || start_b.starts_with(&start_a)) && (end_a.starts_with(&end_b) || end_b.starts_with(&end_a))
        }
    }
}

/// The parts as one pattern. In the first column `#` would make a comment and `!` a negation.
fn spell<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    let pattern = parts.collect::<Vec<_>>().join("/");
    match pattern.chars().next() {
        Some(first @ ('#' | '!' | ' ')) => format!("[{first}]{}", &pattern[1..]),
        _ => pattern,
    }
}

/// Git drops blanks at the end of a line, unless they are quoted.
fn without_trailing_blanks(line: &str) -> &str {
    let trimmed = line.trim_end_matches(' ');
    let quotes = trimmed.len() - trimmed.trim_end_matches('\\').len();
    if quotes % 2 == 1 && trimmed.len() < line.len() { &line[..=trimmed.len()] } else { trimmed }
}

fn literal(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    part.chars().for_each(|c| push_literal(&mut out, c));
    ends_in_blank(out)
}

fn push_literal(out: &mut String, c: char) {
    if matches!(c, '*' | '?' | '[' | ']' | '\\' | '^') {
        out.push('\\');
    }
    out.push(c);
}

/// Docker drops blanks at the end of a line whatever stands before them.
fn ends_in_blank(part: String) -> String {
    match part.strip_suffix(' ') {
        Some(rest) => format!("{rest}[ ]"),
        None => part,
    }
}

/// One part of a path in Docker's spelling; nothing where it holds for no name.
fn part(part: &str) -> Option<String> {
    if matches!(part, "" | "." | "..") {
        return None;
    }
    if part == ANY {
        return Some(ANY.to_owned());
    }
    let mut out = String::with_capacity(part.len());
    let mut rest = part.chars();
    while let Some(next) = rest.next() {
        match next {
            // only alone between slashes two stars are more than one
            '*' if out.ends_with('*') && !out.ends_with("\\*") => {}
            '*' | '?' => out.push(next),
            '\\' => push_literal(&mut out, rest.next()?),
            '[' => class(&mut rest, &mut out)?,
            other => push_literal(&mut out, other),
        }
    }
    Some(ends_in_blank(out))
}

/// The class whose `[` was just read. Git's never holds for a slash, and Docker's negated ones would.
fn class(rest: &mut std::str::Chars<'_>, out: &mut String) -> Option<()> {
    out.push('[');
    let negated = rest.as_str().starts_with(['!', '^']);
    if negated {
        rest.next();
        out.push('^');
    }
    let mut first = true;
    loop {
        let low = match rest.next()? {
            ']' if !first => break,
            '[' if rest.as_str().starts_with(':') => {
                let (name, after) = rest.as_str()[1..].split_once(":]")?;
                out.push_str(named_class(name)?);
                *rest = after.chars();
                first = false;
                continue;
            }
            '\\' => rest.next()?,
            other => other,
        };
        first = false;
        let mut ahead = rest.clone();
        let is_range = ahead.next() == Some('-') && !ahead.as_str().starts_with(']') && !ahead.as_str().is_empty();
        push_member(out, low);
        if is_range {
            rest.next();
            let high = match rest.next()? {
                '\\' => rest.next()?,
                other => other,
            };
            // a range that ends before it starts is its start alone, to git
            if high >= low {
                out.push('-');
                push_member(out, high);
            }
        }
    }
    out.push_str(if negated { "/]" } else { "]" });
    Some(())
}

fn push_member(out: &mut String, member: char) {
    if matches!(member, '-' | ']' | '[' | '\\' | '^') {
        out.push('\\');
    }
    out.push(member);
}

fn named_class(name: &str) -> Option<&'static str> {
    Some(match name {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "digit" => "0-9",
        "lower" => "a-z",
        "upper" => "A-Z",
        "xdigit" => "0-9A-Fa-f",
        "space" | "blank" => " ",
        _ => return None,
    })
}
