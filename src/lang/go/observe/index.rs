//! Where things stand in the sources that a program reaches: calls, what names are bound to, functions, structure tags.
//!
//! One pass over the tokens of every file. Nothing is evaluated here; `resolve` follows what is found.

mod walk;

use std::collections::HashMap;

use crate::evidence::{Evidence, Rule, Span};
use crate::lang::go::observe::{Reach, Source};
use crate::lang::go::scan::{Kind, Token};

/// A token's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// The file's number in the index.
    pub file: usize,
    /// The token's number in the file.
    pub token: usize,
}

impl At {
    /// The token `token` of the same file.
    #[must_use]
    pub fn move_to(self, token: usize) -> Self {
        Self { token, ..self }
    }
}

/// A file and the number of its package.
#[derive(Clone, Debug)]
pub struct File<'a> {
    pub source: &'a Source<'a>,
    pub package: usize,
    /// The names of what it imports, and the paths.
    pub imports: Vec<(&'a str, &'a str)>,
}

/// A call, or what looks like one: `name(` and `qualifier.name(`.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The name's place; the bracket follows.
    pub at: At,
    pub name: &'a str,
    /// The word before the dot.
    pub qualifier: Option<&'a str>,
    /// Whether a dot stands before the name, after a word or after another call.
    pub method: bool,
    /// The path of the import that the qualifier names.
    pub import: Option<&'a str>,
    /// The function that it stands in.
    pub function: Option<usize>,
}

/// A value that a name gets.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// The name's place.
    pub at: At,
    /// The first token of the value.
    pub value: usize,
    /// Which of a call's results it is.
    pub result: usize,
    /// The word before the name's dot, or the type of the literal whose field it is.
    pub owner: Option<&'a str>,
    pub kind: BindingKind,
    /// The function that it stands in.
    pub function: Option<usize>,
    /// The bracket of the literal whose field it is.
    pub brace: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingKind {
    /// `name := value`.
    Local,
    /// `name = value`, `var name = value`, `const name = value`.
    Plain,
    /// `x.name = value`.
    Selected,
    /// `T{name: value}`.
    Field,
}

/// A function or method.
#[derive(Clone, Debug)]
pub struct Function<'a> {
    pub name: &'a str,
    pub method: bool,
    /// The place of the bracket before the parameters.
    pub parameters: At,
    /// The body's brackets.
    pub body: (usize, usize),
    /// The parameters' names.
    pub names: Vec<&'a str>,
}

/// A structure field's tag.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'a> {
    /// The tag's place.
    pub at: At,
    /// The field's place.
    pub field: At,
    pub name: &'a str,
    /// The structure's name.
    pub owner: Option<&'a str>,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Index<'a> {
    pub files: Vec<File<'a>>,
    pub packages: Vec<&'a str>,
    pub calls: Vec<Call<'a>>,
    pub functions: Vec<Function<'a>>,
    pub tags: Vec<Tag<'a>>,
    /// For every token that is an opening bracket, the one that closes it.
    closings: Vec<Vec<u32>>,
    bindings: HashMap<&'a str, Vec<Binding<'a>>>,
    calls_by_name: HashMap<&'a str, Vec<usize>>,
    functions_by_name: HashMap<&'a str, Vec<usize>>,
    tags_by_name: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Index<'a> {
    /// Reads all files of `reach`.
    #[must_use]
    pub fn new(reach: &'a Reach<'a>) -> Self {
        let mut index = Self::default();
        for (number, package) in reach.packages.iter().enumerate() {
            index.packages.push(&package.import_path);
            for source in package.files.iter().filter(|source| !stands_in(source)) {
                let imports = source.head.imports.iter().map(|import| (import.name(), import.path)).collect();
                index.files.push(File { source, package: number, imports });
                index.closings.push(closings(&source.tokens));
                walk::walk(&mut index);
            }
        }
        for (number, call) in index.calls.iter().enumerate() {
            index.calls_by_name.entry(call.name).or_default().push(number);
        }
        for (number, function) in index.functions.iter().enumerate() {
            index.functions_by_name.entry(function.name).or_default().push(number);
        }
        for (number, tag) in index.tags.iter().enumerate() {
            index.tags_by_name.entry(tag.name).or_default().push(number);
        }
        index
    }

    /// All that `name` is bound to anywhere.
    #[must_use]
    pub fn bindings(&self, name: &str) -> &[Binding<'a>] {
        self.bindings.get(name).map_or(&[], Vec::as_slice)
    }

    /// All calls of `name`.
    pub fn calls_of(&self, name: &str) -> impl Iterator<Item = &Call<'a>> + use<'_, 'a> {
        self.calls_by_name.get(name).into_iter().flatten().map(|number| &self.calls[*number])
    }

    /// The numbers of all functions `name`.
    #[must_use]
    pub fn functions_of(&self, name: &str) -> &[usize] {
        self.functions_by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// All tags of fields `name`.
    pub fn tags_of(&self, name: &str) -> impl Iterator<Item = &Tag<'a>> + use<'_, 'a> {
        self.tags_by_name.get(name).into_iter().flatten().map(|number| &self.tags[*number])
    }

    /// The tokens of a file.
    #[must_use]
    pub fn tokens(&self, file: usize) -> &'a [Token<'a>] {
        &self.files[file].source.tokens
    }

    /// The token at `at`, if the file goes as far.
    #[must_use]
    pub fn token(&self, at: At) -> Option<&'a Token<'a>> {
        self.tokens(at.file).get(at.token)
    }

    /// Whether the token at `at` is the operator or word `text`.
    #[must_use]
    pub fn is(&self, at: At, text: &str) -> bool {
        self.token(at).is_some_and(|token| token.is(text))
    }

    /// The path of the import that the file calls `name`.
    #[must_use]
    pub fn import(&self, file: usize, name: &str) -> Option<&'a str> {
        self.files[file].imports.iter().find(|(known, _)| *known == name).map(|(_, path)| *path)
    }

    /// Whether a file of the package imports something whose path begins with `path`.
    #[must_use]
    pub fn package_imports(&self, package: usize, path: &str) -> bool {
        let files = self.files.iter().filter(|file| file.package == package);
        files.flat_map(|file| &file.source.head.imports).any(|import| import.path.starts_with(path))
    }

    /// The first tokens of what stands in the brackets that open at `open`, separated by commas, and the closing bracket.
    #[must_use]
    pub fn list(&self, open: At) -> (Vec<At>, usize) {
        let tokens = self.tokens(open.file);
        let close = self.closing(open);
        let mut items = Vec::new();
        let mut fresh = true;
        let mut number = open.token + 1;
        while number < close.min(tokens.len()) {
            let token = &tokens[number];
            if token.kind == Kind::Punct && token.text == "," {
                fresh = true;
            } else if fresh && token.kind != Kind::End {
                items.push(open.move_to(number));
                fresh = false;
            }
            number = if is_opening(token) { self.closing(open.move_to(number)) } else { number } + 1;
        }
        (items, close)
    }

    /// The bracket that closes the one at `open`; the file's end when none does.
    #[must_use]
    pub fn closing(&self, open: At) -> usize {
        self.closings[open.file].get(open.token).map_or(usize::MAX, |close| *close as usize).min(self.tokens(open.file).len())
    }

    /// The `number`th of the expressions that begin at `from` and stand apart by commas.
    #[must_use]
    pub fn listed(&self, from: At, number: usize) -> Option<At> {
        let mut next = from;
        let mut left = number;
        while left > 0 {
            let token = self.token(next).filter(|token| token.kind != Kind::End && !is_closing(token))?;
            left -= usize::from(token.is(","));
            next = next.move_to(if is_opening(token) { self.closing(next) } else { next.token } + 1);
        }
        Some(next)
    }

    /// A call's arguments.
    #[must_use]
    pub fn arguments(&self, call: &Call<'a>) -> Vec<At> {
        self.list(call.at.move_to(call.at.token + 1)).0
    }

    /// What the string literal at `at` says, when it is one and nothing is added to it.
    #[must_use]
    pub fn literal(&self, at: At) -> Option<String> {
        let value = self.token(at)?.value()?;
        (!self.is(at.move_to(at.token + 1), "+")).then(|| value.into_owned())
    }

    /// Evidence that spans the tokens from `from` to the one before `until`, as far as their first line goes.
    #[must_use]
    pub fn evidence(&self, from: At, until: usize, rule: Rule) -> Evidence {
        let source = self.files[from.file].source;
        let (start, end) = self.extent(from, until);
        let text = source.text[start..end].lines().next().unwrap_or_default().trim_end();
        Evidence::at(source.path, Span::of(source.text, start, start + text.len()), rule, text)
    }

    fn extent(&self, from: At, until: usize) -> (usize, usize) {
        let tokens = self.tokens(from.file);
        let start = tokens.get(from.token).map_or(0, Token::start);
        let end = tokens[..until.min(tokens.len())].last().map_or(start, Token::end);
        (start, end.max(start))
    }

    /// Evidence for all of a call, from its first word to its closing bracket.
    #[must_use]
    pub fn call_evidence(&self, call: &Call<'a>, rule: Rule) -> Evidence {
        let close = self.list(call.at.move_to(call.at.token + 1)).1;
        self.evidence(self.call_start(call), close + 1, rule)
    }

    /// The first word of `a.b.name(`.
    #[must_use]
    pub fn call_start(&self, call: &Call<'a>) -> At {
        let tokens = self.tokens(call.at.file);
        let mut start = call.at.token;
        while start >= 2 && tokens[start - 1].is(".") && tokens[start - 2].kind == Kind::Ident {
            start -= 2;
        }
        call.at.move_to(start)
    }
}

/// Files of stand-ins for tests set what no program is set to.
fn stands_in(source: &Source<'_>) -> bool {
    let name = source.path.file_stem().unwrap_or_default();
    ["mock", "fake", "stub"].iter().any(|word| name.split('_').any(|part| part == *word || part.strip_suffix('s') == Some(word)))
}

/// Whether it opens a bracket of any kind.
#[must_use]
pub fn is_opening(token: &Token<'_>) -> bool {
    token.kind == Kind::Punct && matches!(token.text, "(" | "[" | "{")
}

/// Whether it closes a bracket of any kind.
#[must_use]
pub fn is_closing(token: &Token<'_>) -> bool {
    token.kind == Kind::Punct && matches!(token.text, ")" | "]" | "}")
}

// found once, so that text which opens brackets and never closes them costs no more than any other
fn closings(tokens: &[Token<'_>]) -> Vec<u32> {
    let mut closings = vec![u32::MAX; tokens.len()];
    let mut open = Vec::new();
    for (number, token) in tokens.iter().enumerate() {
        if is_opening(token) {
            open.push(number);
        } else if is_closing(token)
            && let Some(opened) = open.pop()
        {
            closings[opened] = u32::try_from(number).unwrap_or(u32::MAX);
        }
    }
    closings
}
