//! What is compiled into the program with `//go:embed`.

use camino::{Utf8Path, Utf8PathBuf};

use super::Reach;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::lang::go::scan::unquote;
use crate::tree::path::inside;

const EMBEDS: Rule = Rule::parsed("go.embed", "this is compiled into the program");

/// The patterns, relative to the project's root.
#[must_use]
pub fn embeds(reach: &Reach<'_>) -> Vec<Fact<Utf8PathBuf>> {
    let mut embeds: Vec<Fact<Utf8PathBuf>> = Vec::new();
    for source in reach.files().filter(|source| !source.read.stands_in) {
        for directive in &source.directives {
            let Some(patterns) = directive.after("go:embed") else { continue };
            let start = directive.offset as usize;
            let end = start + 2 + directive.text.len();
            for pattern in split(patterns) {
                let directory = source.path.parent().unwrap_or(Utf8Path::new(""));
                let plain = pattern.strip_prefix("all:").unwrap_or(&pattern);
                let Some(path) = inside(directory, Utf8Path::new(plain)) else { continue };
                let evidence = Evidence::at(source.path, Span::of(source.text, start, end), EMBEDS, &source.text[start..end]);
                match embeds.iter_mut().find(|known| known.value == path) {
                    Some(known) => *known = known.clone().and(evidence),
                    None => embeds.push(Fact::new(path, evidence)),
                }
            }
        }
    }
    embeds
}

/// Patterns stand apart by blanks, and some in quotes.
fn split(patterns: &str) -> Vec<String> {
    let mut split = Vec::new();
    let mut rest = patterns.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' | '`' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            _ => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        split.push(unquote(&rest[..end]).into_owned());
        rest = rest[end..].trim_start();
    }
    split
}

#[cfg(test)]
mod tests {
    use super::super::testing::seen;
    use super::*;

    #[test]
    fn patterns_are_relative_to_their_file() {
        let web =
            "package web\n\nimport \"embed\"\n\n//go:embed all:dist \"index page.html\"\n//go:embed `templates/*.html`\nvar fs embed.FS\n";
        let observed = seen(&[("web/web.go", web), ("web/package.json", "{}"), ("web/index page.html", ""), ("web/templates/a.html", "")]);
        let embeds: Vec<_> = observed.embeds.iter().map(|fact| fact.value.as_str()).collect();
        assert_eq!(embeds, ["web/dist", "web/index page.html", "web/templates/*.html"]);
        let assets: Vec<_> = observed.behaviour.assets.iter().map(|asset| asset.value.path.as_str()).collect();
        assert_eq!(assets, ["web/dist", "web/index page.html", "web/templates"]);
    }

    #[test]
    fn patterns_stand_apart() {
        assert_eq!(split(" a \"b c\"  `d` \"open"), ["a", "b c", "d", "open"]);
    }
}
