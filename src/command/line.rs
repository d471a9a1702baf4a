//! A line of a shell as commands, and what joins them.

use super::lexer::{Token, tokens};
use super::{Command, Word};

/// What stands before a command of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Joint {
    /// It is the first.
    #[default]
    First,
    /// It runs when the one before it ended well.
    And,
    /// It runs when the one before it failed.
    Or,
    /// It runs after the one before it, however that ended.
    Then,
    /// It reads what the one before it writes.
    Pipe,
    /// It runs at the same time.
    Beside,
}

/// A line, or the lines of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its commands, in order.
    pub commands: Vec<(Joint, Command)>,
    /// Whether it holds more than commands in a row: `if`, `for`, functions, groups. The commands inside are among the others.
    pub compound: bool,
    /// The text that it was read from.
    pub text: String,
}

/// Words that are the shell's own grammar where they stand first.
const GRAMMAR: [&str; 16] =
    ["if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "{", "}", "!", "function"];

impl Line {
    /// Reads a line, or all lines of a script.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut parser = Parser { line: Self { text: text.trim().to_owned(), ..Self::default() }, ..Parser::default() };
        for token in tokens(text) {
            parser.take(token);
        }
        parser.end(Joint::Then);
        parser.line
    }

    /// Words that no shell has seen: the exec form of a Dockerfile, a list of a compose file. `sh -c LINE` among them is read.
    #[must_use]
    pub fn of_words<S: AsRef<str>>(words: &[S]) -> Self {
        let text = words.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ");
        let command = Command { words: words.iter().map(|word| Word::literal(word.as_ref())).collect(), ..Command::default() };
        Self { commands: vec![(Joint::First, command)], compound: false, text }
    }

    /// The same with these words at the end of the last command: what follows `--` in `npm run serve -- --port 4000`.
    #[must_use]
    pub fn with(mut self, more: &[Word]) -> Self {
        if let Some((_, last)) = self.commands.last_mut() {
            last.words.extend(more.iter().cloned());
        }
        self
    }
}

#[derive(Default)]
struct Parser {
    line: Line,
    joint: Joint,
    command: Command,
    /// Between `case WORD in` and `esac`, where patterns stand among the commands.
    patterns: bool,
}

impl Parser {
    fn take(&mut self, token: Token) {
        match token {
            Token::Word(word, quoted) => self.word(word, quoted),
            Token::And => self.end(Joint::And),
            Token::Or => self.end(Joint::Or),
            Token::Then => self.end(Joint::Then),
            Token::Pipe => self.end(Joint::Pipe),
            Token::Background => self.end(Joint::Beside),
            Token::Redirect(text) => self.command.redirects.push(text),
            Token::Group(bracket) => {
                self.line.compound = true;
                if bracket == ')' && self.patterns {
                    self.command = Command::default();
                }
                self.end(Joint::Then);
            }
        }
    }

    fn word(&mut self, word: Word, quoted: bool) {
        let first = self.command.words.is_empty();
        let grammar = word.text().filter(|text| first && self.command.env.is_empty() && !quoted && GRAMMAR.contains(text));
        if let Some(text) = grammar {
            self.line.compound = true;
            self.patterns = (self.patterns || text == "case") && text != "esac";
            // what is looped over and matched is no command
            if matches!(text, "for" | "case" | "function") {
                self.command.words.push(word);
            }
            return;
        }
        if !first {
            self.command.words.push(word);
        } else if let Some((name, value)) = assignment(&word) {
            self.command.env.push((name, value));
        } else {
            self.command.words.push(word);
        }
    }

    fn end(&mut self, next: Joint) {
        let command = std::mem::take(&mut self.command);
        let grammar = command.words.first().and_then(Word::text).is_some_and(|word| matches!(word, "for" | "case" | "function"));
        if !grammar && (!command.words.is_empty() || !command.env.is_empty()) {
            let joint = if self.line.commands.is_empty() { Joint::First } else { self.joint };
            self.line.commands.push((joint, command));
            self.joint = next;
        } else if !matches!(next, Joint::Then) {
            self.joint = next;
        }
    }
}

/// `NAME=value`, as a word.
pub(super) fn assignment(word: &Word) -> Option<(String, Word)> {
    let (name, value) = word.head().split_once('=')?;
    let fits =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    let first = (!value.is_empty()).then(|| super::Part::Literal(value.to_owned()));
    fits.then(|| (name.to_owned(), Word { parts: first.into_iter().chain(word.parts[1..].iter().cloned()).collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let line = Line::parse(text);
        let command = |(joint, command): &(Joint, Command)| {
            let env = command.env.iter().map(|(name, value)| format!("{name}={value}"));
            let words = env.chain(command.words.iter().map(|word| format!("<{word}>"))).chain(command.redirects.iter().cloned());
            format!("{joint:?} {}", words.collect::<Vec<_>>().join(" "))
        };
        let compound = line.compound.then(|| "compound".to_owned());
        line.commands.iter().map(command).chain(compound).collect::<Vec<_>>().join(" / ")
    }

    #[test]
    fn a_line_is_words_and_what_joins_them() {
        for (text, expected) in [
            ("gunicorn app:app", "First <gunicorn> <app:app>"),
            ("A=1 B='x y' node 'a b.js' \"c\\\"d\"", "First A=1 B=x y <node> <a b.js> <c\"d>"),
            ("a && b || c; d | e & f", "First <a> / And <b> / Or <c> / Then <d> / Pipe <e> / Beside <f>"),
            ("run --port=${PORT:-8000} -w $WORKERS", "First <run> <--port=${PORT:-8000}> <-w> <${WORKERS}>"),
            ("run '$PORT' \\$PORT", "First <run> <$PORT> <$PORT>"),
            ("java -jar target/*.jar $(opts)", "First <java> <-jar> <target/*.jar> <$(opts)>"),
            ("x >> app.log 2>&1", "First <x> >>app.log 2>&1"),
            ("x &> y", "First <x> &>y"),
            ("a\r\nb\r\n", "First <a> / Then <b>"),
            ("a \\\n  b # c\n", "First <a> <b>"),
            ("if [ -f x ]; then\n  y\nfi\nexec z", "First <[> <-f> <x> <]> / Then <y> / Then <exec> <z> / compound"),
            ("for i in 1 2; do a; done; b", "First <a> / Then <b> / compound"),
            ("case \"$1\" in\nweb) a ;;\n*) b ;;\nesac", "First <a> / Then <b> / compound"),
            ("", ""),
            ("''", "First <>"),
            ("${A:-${B:-3}} ${C:?said} ${D%x}", "First <${A:-3}> <${C}> <${D%x}>"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }
}
