//! A line of a shell into words and operators. It reads what POSIX shells have in common; what goes further is kept as it is written.

use std::iter::Peekable;
use std::str::Chars;

use super::{Part, Word};

/// A word, or what stands between words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A word; whether any of it was quoted.
    Word(Word, bool),
    /// `&&`
    And,
    /// `||`
    Or,
    /// `;` or the end of a line.
    Then,
    /// `|`
    Pipe,
    /// `&`
    Background,
    /// `>> file`, `2>&1`, as it is written.
    Redirect(String),
    /// `(`, `)`, `;;`: what groups commands.
    Group(char),
}

/// The tokens of a text. Carriage returns before line ends and line ends behind a backslash are not there.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let text = text.replace("\r\n", "\n").replace("\\\n", " ");
    let mut lexer = Lexer { letters: text.trim_end_matches('\r').chars().peekable(), tokens: Vec::new(), word: None, quoted: false };
    lexer.run();
    lexer.tokens
}

struct Lexer<'t> {
    letters: Peekable<Chars<'t>>,
    tokens: Vec<Token>,
    word: Option<Word>,
    quoted: bool,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(letter) = self.letters.next() {
            match letter {
                '#' if self.word.is_none() => while self.letters.next_if(|letter| *letter != '\n').is_some() {},
                '\n' => self.operator(Token::Then),
                ';' => {
                    let token = if self.eat(';') { Token::Group(';') } else { Token::Then };
                    self.operator(token);
                }
                '&' if self.letters.peek() == Some(&'>') => self.redirect("&"),
                '&' => {
                    let token = if self.eat('&') { Token::And } else { Token::Background };
                    self.operator(token);
                }
                '|' => {
                    let token = if self.eat('|') { Token::Or } else { Token::Pipe };
                    self.operator(token);
                }
                '(' | ')' => self.operator(Token::Group(letter)),
                '<' | '>' => self.redirection(letter),
                letter if letter.is_whitespace() => self.end(),
                letter => self.letter(letter),
            }
        }
        self.end();
    }

    /// A letter of a word.
    fn letter(&mut self, letter: char) {
        match letter {
            '\'' => {
                self.quoted = true;
                let text: String = self.letters.by_ref().take_while(|letter| *letter != '\'').collect();
                self.push(&text);
            }
            '"' => self.double_quoted(),
            '\\' => {
                let next = self.letters.next().unwrap_or('\\');
                self.quoted = true;
                self.push(next.encode_utf8(&mut [0; 4]));
            }
            '$' => self.dollar(),
            '`' => self.backticks(),
            // a pattern for file names; `?` and `[` are rarely meant as one
            '*' => self.part(Part::Shell("*".into())),
            letter => self.push(letter.encode_utf8(&mut [0; 4])),
        }
    }

    fn double_quoted(&mut self) {
        self.quoted = true;
        self.word.get_or_insert_default();
        while let Some(letter) = self.letters.next() {
            match letter {
                '"' => return,
                '\\' => {
                    let next = self.letters.next().unwrap_or('\\');
                    if !matches!(next, '"' | '\\' | '$' | '`') {
                        self.push("\\");
                    }
                    self.push(next.encode_utf8(&mut [0; 4]));
                }
                '$' => self.dollar(),
                '`' => self.backticks(),
                letter => self.push(letter.encode_utf8(&mut [0; 4])),
            }
        }
    }

    fn backticks(&mut self) {
        let inner: String = self.letters.by_ref().take_while(|letter| *letter != '`').collect();
        self.part(Part::Shell(format!("`{inner}`")));
    }

    /// What begins with `$`.
    fn dollar(&mut self) {
        match self.letters.peek().copied() {
            Some('{') => {
                self.letters.next();
                let inner = self.until('{', '}');
                self.part(braced(&inner));
            }
            Some('(') => {
                self.letters.next();
                let inner = self.until('(', ')');
                self.part(Part::Shell(format!("$({inner})")));
            }
            Some(letter) if letter.is_ascii_alphabetic() || letter == '_' => {
                let mut name = String::new();
                while let Some(letter) = self.letters.next_if(|letter| letter.is_ascii_alphanumeric() || *letter == '_') {
                    name.push(letter);
                }
                self.part(variable(name, None));
            }
            Some(letter @ ('@' | '*' | '#' | '?' | '!' | '$' | '0'..='9')) => {
                self.letters.next();
                self.part(Part::Shell(format!("${letter}")));
            }
            _ => self.push("$"),
        }
    }

    /// The text up to the bracket that closes one that is open.
    fn until(&mut self, open: char, close: char) -> String {
        let (mut depth, mut inner) = (1, String::new());
        for letter in self.letters.by_ref() {
            depth += i32::from(letter == open) - i32::from(letter == close);
            if depth == 0 {
                break;
            }
            inner.push(letter);
        }
        inner
    }

    fn redirection(&mut self, letter: char) {
        // a number before it is the file that is meant
        let number = self.word.as_ref().filter(|_| !self.quoted).and_then(Word::text).filter(|text| text.parse::<u8>().is_ok());
        let mut text = number.map(str::to_owned).unwrap_or_default();
        if text.is_empty() {
            self.end();
        } else {
            self.word = None;
        }
        text.push(letter);
        self.redirect(&text);
    }

    fn redirect(&mut self, begun: &str) {
        if begun == "&" {
            self.end();
        }
        let mut text = begun.to_owned();
        while let Some(letter) = self.letters.next_if(|letter| matches!(letter, '>' | '<' | '&' | '|')) {
            text.push(letter);
        }
        while self.letters.next_if(|letter| *letter == ' ' || *letter == '\t').is_some() {}
        while let Some(letter) = self.letters.next_if(|letter| !letter.is_whitespace() && !matches!(letter, ';' | '&' | '|' | ')')) {
            text.push(letter);
        }
        self.tokens.push(Token::Redirect(text));
    }

    fn eat(&mut self, letter: char) -> bool {
        self.letters.next_if_eq(&letter).is_some()
    }

    fn push(&mut self, text: &str) {
        let word = self.word.get_or_insert_default();
        match word.parts.last_mut() {
            Some(Part::Literal(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => word.parts.push(Part::Literal(text.to_owned())),
        }
    }

    fn part(&mut self, part: Part) {
        self.word.get_or_insert_default().parts.push(part);
    }

    fn end(&mut self) {
        if let Some(word) = self.word.take() {
            self.tokens.push(Token::Word(word, self.quoted));
        }
        self.quoted = false;
    }

    fn operator(&mut self, token: Token) {
        self.end();
        self.tokens.push(token);
    }
}

/// What stands between `${` and `}`.
fn braced(inner: &str) -> Part {
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
    let (name, rest) = inner.split_at(end);
    let default = [":-", ":=", "-", "="].iter().find_map(|operator| rest.strip_prefix(operator));
    match default {
        _ if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) => Part::Shell(format!("${{{inner}}}")),
        Some(default) if default.contains(['`', '(']) => Part::Shell(format!("${{{inner}}}")),
        Some(default) => variable(name.to_owned(), Some(nested(default))),
        // it ends the shell where there is no value: the same as no default
        None if rest.is_empty() || rest.starts_with(":?") || rest.starts_with('?') => variable(name.to_owned(), None),
        None => Part::Shell(format!("${{{inner}}}")),
    }
}

/// A default that is a variable with a default of its own: the innermost one counts.
fn nested(default: &str) -> String {
    let default = default.trim_matches(['"', '\'']);
    let inner = default.strip_prefix("${").and_then(|inner| inner.strip_suffix('}'));
    match inner.map(braced) {
        Some(Part::Variable { default: Some(last), .. }) => last,
        Some(Part::Port { default: Some(port) }) => port.to_string(),
        _ => default.to_owned(),
    }
}

fn variable(name: String, default: Option<String>) -> Part {
    let port = default.as_deref().map(str::parse::<u16>);
    match (name.as_str(), port) {
        ("PORT", None) => Part::Port { default: None },
        ("PORT", Some(Ok(port))) => Part::Port { default: Some(port) },
        _ => Part::Variable { name, default },
    }
}
