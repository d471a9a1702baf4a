//! Variables that wait for the linker: `-ldflags "-X main.version=..."` fills in those that are really there.

use super::{Package, Reach, Source, Stamp, StampKind};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::go::scan::{Kind, Token, scan};

const STAMP: Rule = Rule::parsed("go.stamp", "this is a variable that the linker can fill in");

/// What such a variable holds as long as nobody fills it in.
const PLACEHOLDERS: &str = "dev devel development unknown none n/a na snapshot head undefined (devel) (dev) unset unreleased unversioned local master \
    main latest 0.0.0 v0.0.0 0.0.0-dev v0.0.0-dev 0.0.0-development 0.0.1-dev v0 0.0 dirty nightly source not-set tbd todo";

/// All of them, in the order of the sources.
#[must_use]
pub fn stamps(reach: &Reach<'_>) -> Vec<Fact<Stamp>> {
    let mut stamps = Vec::new();
    for package in &reach.packages {
        for source in package.files.iter().filter(|source| is_home(package, source)) {
            let tokens = scan(source.text).tokens;
            for (name, initial) in variables(&tokens) {
                let Some(kind) = kind(name.text).filter(|_| is_placeholder(&initial)) else { continue };
                let path = if package.name == "main" { "main" } else { &package.import_path };
                let stamp = Stamp { symbol: format!("{path}.{}", name.text), kind, initial };
                let line = source.text[name.start()..].lines().next().unwrap_or(name.text);
                stamps.push(Fact::new(stamp, Evidence::at(source.path, name.span(source.text), STAMP, line.trim_end())));
            }
        }
    }
    stamps
}

/// Where people put such variables.
fn is_home(package: &Package<'_>, source: &Source<'_>) -> bool {
    let speaks = |name: &str| ["version", "build", "info"].iter().any(|word| name.contains(word));
    package.name == "main" || speaks(&package.name) || source.path.file_stem().is_some_and(speaks)
}

fn kind(name: &str) -> Option<StampKind> {
    let name: String = name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
    match name.as_str() {
        "version" | "appversion" | "buildversion" | "gitversion" | "programversion" | "toolversion" | "cliversion" | "serverversion"
        | "tag" | "gittag" | "buildtag" | "versionstring" | "currentversion" | "ver" => Some(StampKind::Version),
        "revision" | "commit" | "gitcommit" | "gitsha" | "sha" | "gitrevision" | "commithash" | "githash" | "commitsha" | "buildcommit"
        | "gitrev" | "gitcommitsha" | "gitcommithash" | "shortcommit" | "vcsref" | "buildsha" | "buildrevision" | "buildhash"
        | "commitid" | "rev" => Some(StampKind::Revision),
        _ => None,
    }
}

fn is_placeholder(initial: &str) -> bool {
    initial.is_empty() || PLACEHOLDERS.split_whitespace().any(|placeholder| placeholder.eq_ignore_ascii_case(initial))
}

/// The package's variables of type string with what they hold at first; a value that is computed is none that the linker may set.
fn variables<'s, 't>(tokens: &'s [Token<'t>]) -> Vec<(&'s Token<'t>, String)> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token.text {
            "var" if depth == 0 && token.kind == Kind::Ident => {
                let grouped = tokens.get(at + 1).is_some_and(|next| next.is("("));
                at = if grouped { group(tokens, at + 2, &mut found) } else { declaration(tokens, at + 1, &mut found) };
                continue;
            }
            "{" | "(" if token.kind == Kind::Punct => depth += 1,
            "}" | ")" if token.kind == Kind::Punct => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    found
}

fn group<'s, 't>(tokens: &'s [Token<'t>], from: usize, found: &mut Vec<(&'s Token<'t>, String)>) -> usize {
    let mut at = from;
    while let Some(token) = tokens.get(at) {
        at = match token.kind {
            Kind::End => at + 1,
            Kind::Ident => declaration(tokens, at, found),
            _ => return at + 1,
        };
    }
    at
}

/// `name string`, `name = "value"`, `name string = "value"`; gives the token after the declaration.
fn declaration<'s, 't>(tokens: &'s [Token<'t>], from: usize, found: &mut Vec<(&'s Token<'t>, String)>) -> usize {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.is(text));
    let ends = |at: usize| tokens.get(at).is_none_or(|token| token.kind == Kind::End || token.is(")"));
    let typed = usize::from(is(from + 1, "string"));
    let value = tokens.get(from + typed + 2).and_then(Token::value).filter(|_| is(from + typed + 1, "=") && ends(from + typed + 3));
    if let Some(name) = tokens.get(from) {
        if let Some(value) = value {
            found.push((name, value.into_owned()));
        } else if typed == 1 && ends(from + 2) {
            found.push((name, String::new()));
        }
    }
    // a function or a literal may follow, with ends of statements inside
    let mut depth = 0_usize;
    let mut at = from;
    while let Some(token) = tokens.get(at) {
        match (token.kind, token.text) {
            (Kind::Punct, "{" | "(" | "[") => depth += 1,
            (Kind::Punct, "}" | ")" | "]") if depth > 0 => depth -= 1,
            (Kind::Punct, "}" | ")" | "]") | (Kind::End, _) if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::super::testing::seen;

    fn stamps(path: &str, text: &str) -> Vec<String> {
        let stamps = seen(&[(path, text)]).stamps;
        stamps.iter().map(|fact| format!("{} {:?} {:?}", fact.value.symbol, fact.value.kind, fact.value.initial)).collect()
    }

    #[test]
    fn variables_that_wait_for_the_linker() {
        for (path, text, expected) in [
            ("main.go", "package main\n\nvar version = \"dev\"\n", &["main.version Version \"dev\""][..]),
            ("main.go", "package main\n\nvar Version string\n", &["main.Version Version \"\""]),
            (
                "cmd/x/main.go",
                "package main\n\nvar (\n\tversion string = \"unknown\" // set by the build\n\tgitCommit = \"none\"\n\tf = func() { x := \"\"; y() }\n\tdate = \"\"\n)\n",
                &["main.version Version \"unknown\"", "main.gitCommit Revision \"none\""],
            ),
            (
                "pkg/version/v.go",
                "package version\n\nvar REVISION = \"unknown\"\nvar VERSION = \"6.9.0\"\n",
                &["example.com/app/pkg/version.REVISION Revision \"unknown\""],
            ),
            (
                "internal/buildinfo/b.go",
                "package buildinfo\n\nvar Version = \"v0.0.0-dev\"\n",
                &["example.com/app/internal/buildinfo.Version Version \"v0.0.0-dev\""],
            ),
            ("main.go", "package main\n\nconst version = \"dev\"\n", &[]),
            ("main.go", "package main\n\nvar version = compute()\nvar commit = \"a\" + b\n", &[]),
            ("main.go", "package main\n\nfunc f() {\n\tvar version = \"dev\"\n}\n", &[]),
            ("db/db.go", "package db\n\nvar version = \"dev\"\n", &[]),
        ] {
            assert_eq!(stamps(path, text), expected, "{text}");
        }
    }
}
