//! Objects as JavaScript writes them, of which JSON and JSON5 are kinds: what a configuration module holds in plain sight.

use super::{Line, Word};

/// How deep brackets may nest.
const DEEPEST: usize = 32;

/// A value in plain sight; whatever is computed is [`Literal::Other`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    List(Vec<Literal>),
    Table(Vec<(String, Literal)>),
    Other,
}

impl Literal {
    fn get(&self, key: &str) -> Option<&Literal> {
        let Self::Table(entries) = self else { return None };
        entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The text or number of a key.
    pub fn text(&self, key: &str) -> Option<String> {
        if let Some(Self::Text(text)) = self.get(key) { Some(text.clone()) } else { None }
    }

    /// The texts of a key's table.
    pub fn entries(&self, key: &str) -> Vec<(String, String)> {
        let Some(Self::Table(entries)) = self.get(key) else { return Vec::new() };
        let text = |(name, value): &(String, Literal)| if let Self::Text(text) = value { Some((name.clone(), text.clone())) } else { None };
        entries.iter().filter_map(text).collect()
    }

    /// Words: a list, or a line.
    pub fn words(&self, key: &str) -> Vec<Word> {
        match self.get(key) {
            Some(Self::Text(line)) => Line::parse(line).commands.into_iter().flat_map(|(_, command)| command.words).collect(),
            Some(Self::List(list)) => {
                list.iter().filter_map(|item| if let Self::Text(text) = item { Some(Word::literal(text.clone())) } else { None }).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The value of the first key of that name, wherever it stands.
pub(super) fn literal(text: &str, key: &str) -> Option<Literal> {
    let (bytes, mut from) = (text.as_bytes(), 0);
    while let Some(at) = text[from..].find(key).map(|at| at + from) {
        let end = at + key.len();
        let rest = text[end..].trim_start_matches(['"', '\'']).trim_start();
        let begins = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        if let Some(value) = rest.strip_prefix(':').filter(|_| begins) {
            return Some(Parser { rest: value }.value(0));
        }
        from = end;
    }
    None
}

struct Parser<'t> {
    rest: &'t str,
}

impl Parser<'_> {
    fn blank(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            if let Some(comment) = self.rest.strip_prefix("//") {
                self.rest = comment.find('\n').map_or("", |end| &comment[end..]);
            } else if let Some(comment) = self.rest.strip_prefix("/*") {
                self.rest = comment.find("*/").map_or("", |end| &comment[end + 2..]);
            } else {
                return;
            }
        }
    }

    fn eat(&mut self, letter: char) -> bool {
        self.blank();
        let rest = self.rest.strip_prefix(letter);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn value(&mut self, depth: usize) -> Literal {
        self.blank();
        let value = match self.rest.chars().next() {
            Some('[') if depth < DEEPEST => self.list(depth),
            Some('{') if depth < DEEPEST => self.table(depth),
            Some(quote @ ('"' | '\'' | '`')) => self.quoted(quote),
            _ => Literal::Other,
        };
        // whatever follows makes it something that is computed
        let end = self.rest.find([',', '}', ']', '\n', ';']).unwrap_or(self.rest.len());
        let after = self.rest[..end].split("//").next().unwrap_or_default().trim().to_owned();
        match value {
            Literal::Other => {
                self.skip();
                let plain = after.parse::<f64>().is_ok() || matches!(after.as_str(), "true" | "false");
                if plain { Literal::Text(after) } else { Literal::Other }
            }
            value if after.is_empty() => value,
            _ => {
                self.skip();
                Literal::Other
            }
        }
    }

    fn list(&mut self, depth: usize) -> Literal {
        self.eat('[');
        let mut items = Vec::new();
        while !self.eat(']') && !self.rest.is_empty() {
            items.push(self.value(depth + 1));
            if !self.eat(',') && !self.rest.starts_with(']') {
                break;
            }
            self.blank();
        }
        Literal::List(items)
    }

    fn table(&mut self, depth: usize) -> Literal {
        self.eat('{');
        let mut entries = Vec::new();
        while !self.eat('}') && !self.rest.is_empty() {
            let name = self.name();
            if self.eat(':') {
                entries.push((name, self.value(depth + 1)));
            } else {
                self.skip();
            }
            if !self.eat(',') && !self.rest.starts_with('}') {
                break;
            }
            self.blank();
        }
        Literal::Table(entries)
    }

    fn name(&mut self) -> String {
        if let Some(quote @ ('"' | '\'')) = self.rest.chars().next() {
            return if let Literal::Text(text) = self.quoted(quote) { text } else { String::new() };
        }
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        name.to_owned()
    }

    fn quoted(&mut self, quote: char) -> Literal {
        let mut text = String::new();
        let mut letters = self.rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => text.extend(letters.next().map(|(_, letter)| letter)),
                letter if letter == quote => {
                    self.rest = &self.rest[at + letter.len_utf8()..];
                    return if quote == '`' && text.contains("${") { Literal::Other } else { Literal::Text(text) };
                }
                letter => text.push(letter),
            }
        }
        self.rest = "";
        Literal::Other
    }

    /// Passes over an expression, up to the comma or bracket that ends it.
    fn skip(&mut self) {
        let mut depth = 0_i32;
        for (at, letter) in self.rest.char_indices() {
            match letter {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' | ',' if depth == 0 => {
                    self.rest = &self.rest[at..];
                    return;
                }
                ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
        }
        self.rest = "";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_in_plain_sight_are_read() {
        let text = "module.exports = {\n  // ours\n  apps: [{ name: 'a', \"script\": `x.js`, instances: 2, args: ['--a', 'b'], env: { A: true, B: process.env.B }, watch: false, },],\n};";
        let Some(Literal::List(apps)) = literal(text, "apps") else { panic!("no list") };
        assert_eq!(apps[0].text("script").as_deref(), Some("x.js"));
        assert_eq!(apps[0].text("instances").as_deref(), Some("2"));
        assert_eq!(apps[0].entries("env"), [("A".to_owned(), "true".to_owned())]);
        assert_eq!(apps[0].words("args").len(), 2);
        assert_eq!(literal("x = { apps: make() }", "apps"), Some(Literal::Other));
        assert_eq!(
            literal("apps: [[[[[", "apps"),
            Some(Literal::List(vec![Literal::List(vec![Literal::List(vec![Literal::List(vec![Literal::List(vec![])])])])]))
        );
    }
}
