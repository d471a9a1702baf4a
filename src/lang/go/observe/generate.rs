//! Commands that make parts of the sources.

use super::Reach;
use crate::evidence::{Evidence, Fact, Rule, Span};

const GENERATES: Rule = Rule::parsed("go.generate", "this makes sources that the build may need");

/// The commands of all `//go:generate` lines, in the order of the sources.
#[must_use]
pub fn generates(reach: &Reach<'_>) -> Vec<Fact<String>> {
    let mut generates = Vec::new();
    for source in reach.files().filter(|source| !source.read.stands_in) {
        for directive in &source.directives {
            let Some(command) = directive.after("go:generate").filter(|command| !command.is_empty()) else { continue };
            let start = directive.offset as usize;
            let span = Span::of(source.text, start, start + 2 + directive.text.len());
            generates.push(Fact::new(command.to_owned(), Evidence::at(source.path, span, GENERATES, format!("//{}", directive.text))));
        }
    }
    generates
}

#[cfg(test)]
mod tests {
    use super::super::testing::program;

    #[test]
    fn commands_are_kept_as_they_stand() {
        let observed = program(&[], "//go:generate templ generate\n// go:generate not this\nvar s = `//go:generate nor this`");
        let commands: Vec<_> = observed.generates.iter().map(|fact| fact.value.as_str()).collect();
        assert_eq!(commands, ["templ generate"]);
        assert_eq!(observed.generates[0].place().to_string(), "main.go:6");
    }
}
