//! Docker's wildcards, as moby/patternmatcher and Go's `filepath.Match` read them.
//!
//! They are not those of the crate `globset`: `**.md` holds at every depth, `a**b` holds for `ab` and `ax/b` but not for `axb`, and a
//! negated class takes a slash.

/// A compiled pattern: nearly all of them end, or begin, with plain text, which is asked first.
#[derive(Clone, Debug)]
pub(super) struct Glob {
    /// What it begins with, up to the first wildcard.
    prefix: String,
    /// What stands between.
    wild: Vec<Token>,
    /// What it ends with, from the last wildcard on.
    suffix: String,
}

#[derive(Clone, Debug)]
enum Token {
    Literal(char),
    /// `?`
    One,
    /// `*`
    Star,
    /// `**` with something after it: nothing, or anything that ends in a slash.
    Directories,
    /// `**` at the end, or before a plain suffix: anything.
    Anything,
    /// `[a-z]`
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Glob {
    /// A pattern of a `.dockerignore`, where `**` spans directories; nothing when it is malformed.
    pub(super) fn of_ignore(pattern: &str) -> Option<Self> {
        let mut glob = Self::compile(pattern, true)?;
        let suffix = pattern.strip_prefix("**").filter(|suffix| !suffix.is_empty() && !suffix.starts_with('/'));
        // `**.md` is a plain suffix and not `(.*/)?.md`
        if suffix.is_some_and(|suffix| !suffix.contains(['*', '?', '[', ']', '\\'])) {
            glob.wild = vec![Token::Anything];
        }
        Some(glob)
    }

    /// A source of a COPY, where `**` is no more than `*`; nothing when it is malformed.
    pub(super) fn of_source(pattern: &str) -> Option<Self> {
        Self::compile(pattern, false)
    }

    /// Whether a source of a COPY is a pattern at all.
    pub(super) fn is_pattern(source: &str) -> bool {
        source.contains(['*', '?', '[', '\\'])
    }

    fn compile(pattern: &str, spans_directories: bool) -> Option<Self> {
        let (prefix, rest) = pattern.split_at(wildcard(pattern).unwrap_or(pattern.len()));
        let mut rest = rest.chars();
        let mut wild = Vec::new();
        // what stands behind the last wildcard is taken as it is
        while wildcard(rest.as_str()).is_some() {
            let Some(next) = rest.next() else { break };
            wild.push(match next {
                '*' if spans_directories && rest.as_str().starts_with('*') => {
                    rest.next();
                    if rest.as_str().starts_with('/') {
                        rest.next();
                    }
                    if rest.as_str().is_empty() { Token::Anything } else { Token::Directories }
                }
                '*' => Token::Star,
                '?' => Token::One,
                '\\' => Token::Literal(rest.next()?),
                '[' => class(&mut rest)?,
                literal => Token::Literal(literal),
            });
        }
        Some(Self { prefix: prefix.to_owned(), wild, suffix: rest.as_str().to_owned() })
    }

    /// Whether all of `path` is what the pattern says. Takes time in proportion to the product of both lengths at the worst.
    pub(super) fn matches(&self, path: &str) -> bool {
        let Some(path) = path.strip_suffix(&*self.suffix).and_then(|path| path.strip_prefix(&*self.prefix)) else { return false };
        if self.wild.is_empty() {
            return path.is_empty();
        }
        let path: Vec<char> = path.chars().collect();
        // `after[at]`: whether the tokens that were looked at so far, from the last one on, take all of `path[at..]`
        let mut after = vec![false; path.len() + 1];
        after[path.len()] = true;
        for token in self.wild.iter().rev() {
            let mut here = vec![false; path.len() + 1];
            let mut beyond_a_slash = false;
            for at in (0..=path.len()).rev() {
                let next = path.get(at).copied();
                let taken = next.is_some() && after[at + 1];
                let kept = next.is_some() && here[at + 1];
                beyond_a_slash |= next == Some('/') && taken;
                here[at] = match token {
                    Token::Literal(literal) => taken && next == Some(*literal),
                    Token::One => taken && next != Some('/'),
                    Token::Star => after[at] || kept && next != Some('/'),
                    Token::Directories => after[at] || beyond_a_slash,
                    Token::Anything => after[at] || kept,
                    Token::Class { negated, ranges } => {
                        taken && next.is_some_and(|next| ranges.iter().any(|(low, high)| (*low..=*high).contains(&next)) != *negated)
                    }
                };
            }
            after = here;
        }
        after[0]
    }
}

/// Where the first character stands that may mean more than itself.
fn wildcard(pattern: &str) -> Option<usize> {
    pattern.bytes().position(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\'))
}

/// The class whose `[` was just read, by the rules of Go: `^` negates, `\` quotes, a bare `-` or an empty class is an error.
fn class(rest: &mut std::str::Chars<'_>) -> Option<Token> {
    let negated = rest.as_str().starts_with('^');
    if negated {
        rest.next();
    }
    let mut ranges = Vec::new();
    while ranges.is_empty() || !rest.as_str().starts_with(']') {
        let low = member(rest)?;
        let high = if rest.as_str().starts_with('-') {
            rest.next();
            member(rest)?
        } else {
            low
        };
        if high < low {
            return None;
        }
        ranges.push((low, high));
    }
    rest.next();
    Some(Token::Class { negated, ranges })
}

fn member(rest: &mut std::str::Chars<'_>) -> Option<char> {
    match rest.next()? {
        '-' | ']' => None,
        '\\' => rest.next(),
        member => Some(member),
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn patterns_mean_what_docker_says_they_mean() {
        for (pattern, path, expected) in [
            ("*.go", "main.go", true),
            ("*.go", "cmd/main.go", false),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("a?c", "aéc", true),
            ("a[b-d]e", "ace", true),
            ("a[^b-d]e", "ace", false),
            ("a[^b]c", "a/c", true),
            ("[\\]a]", "]", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("**", "a/b", true),
            ("**/", "a/b", true),
            ("**/**", "a/b", true),
            ("**/.env", ".env", true),
            ("**/.env", "a/b/.env", true),
            ("**/.env", "a/x.env", false),
            ("**.md", "docs/a.md", true),
            ("**.md*", "docs/a.md", false),
            ("**/*.md", "docs/a.md", true),
            ("dir/**", "dir/a/b", true),
            ("dir/**", "dir", false),
            ("a**b", "ab", true),
            ("a**b", "axb", false),
            ("a**b", "ax/b", true),
            ("a**/*.txt", "a/b/c.txt", true),
            ("a.|)$(}+{b", "a.|)$(}+{b", true),
            ("abc.def", "abcZdef", false),
        ] {
            let glob = Glob::of_ignore(pattern);
            assert_eq!(glob.map(|glob| glob.matches(path)), Some(expected), "{pattern} on {path}");
        }
    }

    #[test]
    fn two_stars_in_a_source_are_one() {
        let matches = |path| Glob::of_source("**/package.json").map(|glob| glob.matches(path));
        assert_eq!(
            [matches("a/package.json"), matches("a/b/package.json"), matches("package.json")],
            [Some(true), Some(false), Some(false)]
        );
    }

    #[test]
    fn malformed_patterns_are_seen() {
        for pattern in ["[", "a[", "[]a]", "[-x]", "[x-]", "[^", "[b-a]", "a\\"] {
            assert!(Glob::of_ignore(pattern).is_none(), "{pattern}");
        }
    }
}
