//! Requirements as Python writes them: one of PEP 508, and the files of pip that list them.

/// A requirement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirement {
    /// Its name, normalised.
    pub name: String,
    /// The extras that are asked for, normalised.
    pub extras: Vec<String>,
    /// The version specifiers, as they are written.
    pub specifier: String,
    /// Where it is taken from, when it says so.
    pub url: Option<String>,
    /// The condition behind the `;`.
    pub marker: String,
}

/// A line of a requirements file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A requirement.
    Requirement(Requirement),
    /// `-r other.txt`
    Include(String),
    /// `-c other.txt`
    Constraint(String),
    /// A directory or file of the project: `-e .`, `./lib`.
    Local(String),
    /// A repository or an archive: `git+https://...`.
    Remote(String),
    /// The index: `--index-url URL`.
    Index(String),
    /// Another one: `--extra-index-url URL`.
    ExtraIndex(String),
    /// A page or a directory that lists files: `--find-links PATH`.
    Links(String),
    /// Any other option.
    Option,
}

/// A name as indexes compare them (PEP 503): lower case, one `-` for each run of `-`, `_` and `.`.
pub fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.trim().chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            _ => normal.push(c.to_ascii_lowercase()),
        }
    }
    normal
}

/// Parses one requirement.
pub fn parse(text: &str) -> Option<Requirement> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(text.len());
    let name = &text[..end];
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let mut rest = text[end..].trim_start();
    let mut extras = Vec::new();
    if let Some(inner) = rest.strip_prefix('[') {
        let (list, after) = inner.split_once(']')?;
        extras = list.split(',').map(normal).filter(|extra| !extra.is_empty()).collect();
        rest = after.trim_start();
    }
    let (rest, marker) = rest.split_once(';').unwrap_or((rest, ""));
    let mut requirement = Requirement { name: normal(name), extras, marker: marker.trim().to_owned(), ..Requirement::default() };
    if let Some(url) = rest.strip_prefix('@') {
        requirement.url = Some(url.trim().to_owned());
        return Some(requirement);
    }
    let specifier = rest.trim().trim_start_matches('(').trim_end_matches(')').trim();
    if !specifier.is_empty() && !specifier.starts_with(['=', '<', '>', '~', '!']) {
        return None;
    }
    specifier.clone_into(&mut requirement.specifier);
    Some(requirement)
}

/// The lines of a requirements file that say anything, with their numbers from 1.
pub fn lines(text: &str) -> Vec<(usize, &str, Line)> {
    let mut found = Vec::new();
    let mut continues = false;
    for (number, raw) in (1..).zip(text.lines()) {
        let starts = !continues;
        continues = raw.trim_end().ends_with('\\');
        let content = uncomment(raw).trim_end_matches('\\').trim();
        if starts && !content.is_empty() {
            found.extend(line(content).map(|line| (number, raw, line)));
        }
    }
    found
}

fn uncomment(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.split_once(" #").map_or(line, |(before, _)| before)
}

fn line(content: &str) -> Option<Line> {
    if content.starts_with('-') {
        return Some(option(content));
    }
    // `--hash` and other options may follow
    let content = content.split(" --").next().unwrap_or(content).trim();
    // `name @ URL`
    if let Some(named) = parse(content).filter(|named| named.url.is_some()) {
        let file = named.url.as_deref().and_then(|url| url.strip_prefix("file:"));
        return Some(file.map_or_else(|| Line::Requirement(named.clone()), |path| Line::Local(path.trim_start_matches("//").to_owned())));
    }
    let scheme = content.split_once("://").map(|(scheme, _)| scheme);
    match scheme {
        Some("file") => return Some(Line::Local(content.trim_start_matches("file://").to_owned())),
        Some(scheme) if !scheme.contains(['@', ' ']) => return Some(Line::Remote(content.to_owned())),
        _ => {}
    }
    let path = content.split(['[', ';']).next().unwrap_or(content).trim();
    let local = path.starts_with(['.', '/']) || [".whl", ".tar.gz", ".zip"].iter().any(|end| path.ends_with(end));
    if local {
        return Some(Line::Local(path.to_owned()));
    }
    parse(content).map(Line::Requirement)
}

fn option(content: &str) -> Line {
    let long = content.strip_prefix("--").map(|rest| {
        let cut = rest.find(['=', ' ']).unwrap_or(rest.len());
        (&rest[..cut], rest[cut..].trim_start_matches(['=', ' ']).trim())
    });
    let short = || content.get(..2).map(|flag| (flag, content[2..].trim()));
    let (name, value) = long.or_else(short).unwrap_or_default();
    let value = value.to_owned();
    match name {
        "requirement" | "-r" => Line::Include(value),
        "constraint" | "-c" => Line::Constraint(value),
        "editable" | "-e" if value.contains("://") || value.contains('@') => Line::Remote(value),
        "editable" | "-e" => Line::Local(value.split('[').next().unwrap_or_default().to_owned()),
        "index-url" | "-i" => Line::Index(value),
        "extra-index-url" => Line::ExtraIndex(value),
        "find-links" | "-f" => Line::Links(value),
        _ => Line::Option,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_indexes_do() {
        assert_eq!(normal("Zope._-Interface "), "zope-interface");
        let parsed = parse("Psycopg[Binary, pool] >=3.1,<4 ; python_version > '3.8'");
        let expected = Requirement {
            name: "psycopg".into(),
            extras: vec!["binary".into(), "pool".into()],
            specifier: ">=3.1,<4".into(),
            url: None,
            marker: "python_version > '3.8'".into(),
        };
        assert_eq!(parsed, Some(expected));
        assert_eq!(parse("x @ git+https://example.com/x.git").and_then(|found| found.url), Some("git+https://example.com/x.git".into()));
        for broken in ["", "-x", "a b", "[x]", "a[b", "é"] {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn lines_are_told_apart() {
        let text = "# all\n-r base.txt\n-c constraints.txt\n-e .\n--extra-index-url https://x/simple\ngit+https://x/y.git@v1\n./lib\nflask==3.0 \\\n    --hash=sha256:abc\nfoo  # why\n--no-binary :all:\nm @ https://x/m-1-py3-none-any.whl\n";
        let kinds: Vec<_> = lines(text).into_iter().map(|(number, _, line)| (number, line)).collect();
        let requirement = |name: &str, specifier: &str| {
            Line::Requirement(Requirement { name: name.into(), specifier: specifier.into(), ..Requirement::default() })
        };
        let expected = [
            (2, Line::Include("base.txt".into())),
            (3, Line::Constraint("constraints.txt".into())),
            (4, Line::Local(".".into())),
            (5, Line::ExtraIndex("https://x/simple".into())),
            (6, Line::Remote("git+https://x/y.git@v1".into())),
            (7, Line::Local("./lib".into())),
            (8, requirement("flask", "==3.0")),
            (10, requirement("foo", "")),
            (11, Line::Option),
            (
                12,
                Line::Requirement(Requirement {
                    name: "m".into(),
                    url: Some("https://x/m-1-py3-none-any.whl".into()),
                    ..Requirement::default()
                }),
            ),
        ];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn nothing_panics() {
        for text in ["-", "--", "-é", "a[]", "\\\n\\\n", "x ; ; ;", "://", "@", "-r"] {
            _ = lines(text);
        }
    }
}
