//! Shell scripts of the project, and lines that a shell is given.

use camino::Utf8PathBuf;

use super::follow::{Called, LEADS, Next, Script};
use super::{Command, Line, Part, Word};
use crate::evidence::{Evidence, Span};
use crate::tree::Tree;

/// What a shell script, or a line for a shell, comes to.
pub(super) fn called(tree: &Tree, command: &Command) -> Option<Next> {
    if command.words.first().and_then(Word::text) == Some("eval") {
        let line = Line::parse(command.argument(0)?);
        let at = Evidence::exists("", LEADS);
        return Some(Next::Lines(vec![Called { line, directory: command.directory.clone(), at }]));
    }
    let shell = matches!(command.program(), "sh" | "bash" | "ash" | "dash" | "zsh");
    let place =
        if shell { command.words.iter().skip(1).position(|word| !word.head().starts_with('-')).map(|place| place + 1)? } else { 0 };
    let word = command.words.get(place)?.text()?;
    if !shell && !word.contains('/') && !word.ends_with(".sh") {
        return None;
    }
    let path = find(tree, command, word)?;
    let text = tree.by_hand(&path)?;
    let first = text.lines().next().unwrap_or_default();
    let is_shell = first.starts_with("#!") && ["sh", "bash", "dash", "ash"].iter().any(|name| first.trim_end().ends_with(name));
    if !(is_shell || shell || (word.ends_with(".sh") && !first.starts_with("#!"))) {
        return None;
    }
    let given = &command.words[place + 1..];
    let line = with_arguments(Line::parse(text), given);
    let at = last_line(path.clone(), text);
    // what is more than commands in a row stays the script that it is
    let opaque = line.commands.iter().any(|(_, command)| command.words.first().is_some_and(|word| word.text().is_none()));
    if line.compound || opaque {
        let mut command = command.clone();
        if !shell {
            // a file that is not executable is started all the same
            let name = first.rsplit(['/', ' ']).next().map(str::trim).filter(|_| is_shell).unwrap_or("sh");
            command.words.insert(0, Word::from(name));
        }
        return Some(Next::Script(Box::new(Script { path, line, command })));
    }
    Some(Next::Lines(vec![Called { line, directory: command.directory.clone(), at }]))
}

/// The script: as it is written, or where a Dockerfile puts it, by its name.
fn find(tree: &Tree, command: &Command, word: &str) -> Option<Utf8PathBuf> {
    let path = command.path(word).filter(|path| tree.has(path));
    path.or_else(|| {
        let name = word.strip_prefix('/')?.rsplit('/').next()?;
        let mut there = tree.named(&[name]).filter(|path| path.components().count() <= 3);
        there.next().map(ToOwned::to_owned)
    })
}

/// `"$@"` is what the script was given.
fn with_arguments(mut line: Line, given: &[Word]) -> Line {
    for (_, command) in &mut line.commands {
        let is_all = |word: &Word| matches!(word.parts.as_slice(), [Part::Shell(text)] if text == "$@" || text == "$*");
        if let Some(place) = command.words.iter().position(is_all) {
            command.words.splice(place..=place, given.iter().cloned());
        }
    }
    line.commands.retain(|(_, command)| command.words.first().and_then(Word::text) != Some("exec") || command.words.len() > 1);
    line
}

/// The place of the last line that does something.
fn last_line(path: Utf8PathBuf, text: &str) -> Evidence {
    let does = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    match text.lines().enumerate().filter(|(_, line)| does(line)).last() {
        Some((number, line)) => Evidence::at(path, Span::of_line(number + 1, line), LEADS, line.trim()),
        None => Evidence::exists(path, LEADS),
    }
}
