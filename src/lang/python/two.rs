//! Python 2: nothing runs it any more, and its sources tell.

use super::constraint::{Constraint, Wants};
use super::sources::Source;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Rule, Span};

const TWO: Rule = Rule::weak("python.two", "Python 3 has no such statement");

/// Whether the project names Python 2 itself: then it gets the last image of that, with a warning.
pub fn is_asked_for(constraint: &Constraint) -> bool {
    matches!(constraint.wants, Wants::Series(series) if series.major() == 2)
}

/// Refuses what is written for Python 2.
///
/// # Errors
/// When the program, or what it imports, holds statements that only Python 2 has.
pub fn refuse(reached: &[&Source<'_>]) -> Result<()> {
    let found = reached.iter().filter(|source| source.outline.broken).find_map(|source| {
        let (number, line) = (1..).zip(source.text.lines()).find(|(_, line)| is_of_two(line))?;
        Some(Evidence::at(source.path, Span::of_line(number, line), TWO, line.trim()))
    });
    let Some(at) = found else { return Ok(()) };
    let error = Diagnostic::error("python::python-2", "this is written for Python 2, of which there is no image that is mended any more")
        .because(&at);
    let error = error.help("move it to Python 3: `2to3 -w .` does the most of it");
    Err(error.help("or name Python 2 for its last image, `2.7` in .python-version").into())
}

/// `print "x"`, `except E, e:`, `raise E, "x"`, `exec "x"`: each begins a line.
fn is_of_two(line: &str) -> bool {
    let line = line.trim_start();
    let after = |word: &str| line.strip_prefix(word).and_then(|rest| rest.strip_prefix([' ', '\t'])).map(str::trim_start);
    let value =
        |rest: &str| rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '"' | '\'' | '_' | '%')) || rest.starts_with(">>");
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    let pair = |rest: &str| rest.split_once(',').is_some_and(|(kind, _)| is_name(kind.trim()));
    let caught = |rest: &str| {
        rest.trim_end()
            .strip_suffix(':')
            .and_then(|rest| rest.split_once(','))
            .is_some_and(|(kind, name)| is_name(kind.trim()) && is_name(name.trim()))
    };
    after("print").is_some_and(value)
        || after("exec").is_some_and(|rest| rest.starts_with(['"', '\'']))
        || after("except").is_some_and(caught)
        || after("raise").is_some_and(pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_of_two_are_told() {
        for two in ["print \"hello\"", "    print x, y", "except IOError, e:", "raise ValueError, 'x'", "print >>sys.stderr, 1", "exec 'x'"]
        {
            assert!(is_of_two(two), "{two}");
        }
        for three in ["print(x)", "print (x)", "except (A, B):", "except A as e:", "raise X(a, b)", "printer = 1", "exec(x)", "{{ name }}"]
        {
            assert!(!is_of_two(three), "{three}");
        }
    }
}
