//! What a build file of Gradle's says in literals.

use camino::{Utf8Path, Utf8PathBuf};

use super::catalog::Versions;
use crate::evidence::{Evidence, Lines, Rule, Span};
use crate::program::scan::{GROOVY, KOTLIN, Kind, Token, closings, scan};

const PLUGIN: Rule = Rule::weak("java.gradle-plugin", "this plugin packs it");
const DEPENDENCY: Rule = Rule::weak("java.gradle-dependency", "it depends on this");

/// A build file, or a part of one.
#[derive(Debug)]
pub struct Script<'t> {
    /// The file.
    pub file: Utf8PathBuf,
    text: &'t str,
    /// Its tokens.
    pub tokens: Vec<Token<'t>>,
    close: Vec<u32>,
}

/// A plugin that a script puts to use, or only names.
#[derive(Clone, Debug)]
pub struct Use {
    /// Where.
    pub at: Evidence,
    /// The version beside it.
    pub version: Option<String>,
    /// Whether it is put to use, and not only named with `apply false`.
    pub applied: bool,
}

impl<'t> Script<'t> {
    /// The script in a file.
    pub fn new(file: &Utf8Path, text: &'t str) -> Self {
        let dialect = if file.extension() == Some("kts") { &KOTLIN } else { &GROOVY };
        Self::of(file, text, scan(text, dialect).tokens)
    }

    fn of(file: &Utf8Path, text: &'t str, tokens: Vec<Token<'t>>) -> Self {
        Self { file: file.to_owned(), text, close: closings(&tokens), tokens }
    }

    /// A token of it, as evidence: its line.
    pub fn evidence(&self, at: usize, rule: Rule) -> Evidence {
        let offset = self.tokens.get(at).map_or(0, Token::start);
        let line = Lines::default().span(self.text, offset, offset).line as usize;
        let content = self.text.lines().nth(line - 1).unwrap_or_default();
        Evidence::at(self.file.clone(), Span::of_line(line, content), rule, content.trim())
    }

    fn is(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(text))
    }

    fn says(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.value().is_some_and(|value| value == text))
    }

    /// The tokens between the braces of each block that `named` takes by the number of its name.
    fn blocks(&self, named: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for at in (0..self.tokens.len()).filter(|at| named(*at)) {
            // `name {`, `name(...) {`, `tasks.named("name") {`, `tasks.named<Type>("name") {`
            let mut open = at + 1;
            for _ in 0..12 {
                if self.is(open, "(") {
                    open = self.close.get(open).map_or(open, |close| *close as usize) + 1;
                } else if self.is(open, "{") || self.tokens.get(open).is_none_or(|token| token.fresh) {
                    break;
                } else {
                    open += 1;
                }
            }
            if self.is(open, "{") {
                found.push((open + 1, self.close.get(open).map_or(self.tokens.len(), |close| *close as usize)));
            }
        }
        found
    }

    /// What stands in a block of that name, as a script of its own.
    pub fn block(&self, named: impl Fn(&Self, usize) -> bool) -> Option<Self> {
        let tokens: Vec<_> = self
            .blocks(|at| named(self, at))
            .into_iter()
            .flat_map(|(from, to)| self.tokens.get(from..to).unwrap_or_default().iter().copied())
            .collect();
        (!tokens.is_empty()).then(|| Self::of(&self.file, self.text, tokens))
    }

    /// It without the blocks of that name.
    pub fn without(&self, name: &str) -> Self {
        let blocks = self.blocks(|at| self.is(at, name));
        let inside = |at: usize| blocks.iter().any(|(from, to)| (*from..*to).contains(&at));
        let tokens = self.tokens.iter().enumerate().filter(|(at, _)| !inside(*at)).map(|(_, token)| *token).collect();
        Self::of(&self.file, self.text, tokens)
    }

    /// What is said of all subprojects, of all projects, or of the project of that path.
    pub fn of_project(&self, path: &str) -> Option<Self> {
        let is_root = path == ":";
        self.block(|script, at| {
            let for_all = script.is(at, "allprojects") || !is_root && script.is(at, "subprojects");
            let by_path = script.is(at, "project") && (script.says(at + 2, path) || script.says(at + 2, path.trim_start_matches(':')));
            for_all || by_path && script.is(at + 1, "(")
        })
    }

    /// The uses of the plugin of that id: by its id, by its alias in a version catalog, by its own word, or applied by name.
    pub fn plugin(&self, id: &str, versions: &Versions) -> Vec<Use> {
        let mut found: Vec<Use> = Vec::new();
        let blocks = self.blocks(|at| self.is(at, "plugins"));
        let in_plugins = |at: usize| blocks.iter().any(|(from, to)| (*from..*to).contains(&at));
        let aliases: Vec<_> = versions.aliases(id).collect();
        for at in 0..self.tokens.len() {
            let by_id = self.says(at, id)
                && (1..=3).any(|back| at.checked_sub(back).is_some_and(|before| self.is(before, "id") || self.is(before, "plugin")));
            let by_word =
                in_plugins(at) && self.tokens[at].ident() == Some(id) && (self.tokens[at].fresh || at > 0 && self.is(at - 1, "{"));
            let by_block =
                self.tokens[at].ident() == Some(id) && self.is(at + 1, "{") && at.checked_sub(1).is_none_or(|before| !self.is(before, "."));
            let of_kotlin = id.strip_prefix("org.jetbrains.kotlin.");
            let by_kotlin = of_kotlin.is_some_and(|name| self.is(at, "kotlin") && self.is(at + 1, "(") && self.says(at + 2, name));
            let alias = aliases.iter().find(|(alias, _)| self.is_accessor(at, "plugins", alias));
            if !(by_id || by_word || by_block || by_kotlin || alias.is_some()) {
                continue;
            }
            let line = self.tokens[at + 1..].iter().take_while(|token| !token.fresh).collect::<Vec<_>>();
            let version = line.iter().skip_while(|token| !token.is("version")).find_map(|token| token.value());
            let off = line.iter().skip_while(|token| !token.is("apply")).nth(1).is_some_and(|token| token.is("false"));
            let off = off || line.iter().any(|token| token.is("apply")) && line.iter().any(|token| token.is("false"));
            let version = version.map(std::borrow::Cow::into_owned).or_else(|| alias.and_then(|(_, version)| version.clone()));
            found.push(Use { at: self.evidence(at, PLUGIN), version, applied: !off });
        }
        found
    }

    /// Whether `libs.plugins.spring.boot` stands at `at`, or `libs.ktor.netty` where there is no `kind`.
    fn is_accessor(&self, at: usize, kind: &str, alias: &str) -> bool {
        if !self.tokens[at].ident().is_some_and(|name| name.to_ascii_lowercase().ends_with("libs")) {
            return false;
        }
        let words = [kind].into_iter().filter(|kind| !kind.is_empty()).chain(alias.split(['-', '_', '.']));
        let mut next = at + 1;
        for word in words {
            if !self.is(next, ".") || self.tokens.get(next + 1).and_then(Token::ident) != Some(word) {
                return false;
            }
            next += 2;
        }
        // `libs.ktor` is none of `libs.ktor.netty`, whose `.get()` is one of its own
        !(self.is(next, ".") && self.tokens.get(next + 1).is_some_and(|token| !matches!(token.text, "get" | "asProvider")))
    }

    /// The ids of all plugins that it names.
    pub fn plugins(&self, versions: &Versions) -> Vec<String> {
        let mut found = Vec::new();
        for (from, to) in self.blocks(|at| self.is(at, "plugins")) {
            for at in from..to {
                if let Some(id) = self.tokens[at].value().filter(|_| at > 0 && (self.is(at - 1, "id") || self.is(at - 1, "("))) {
                    found.push(id.into_owned());
                }
                found.extend(versions.plugins().filter(|(alias, _)| self.is_accessor(at, "plugins", alias)).map(|(_, id)| id.to_owned()));
                found.extend(self.tokens[at].ident().filter(|word| word.contains('.') || word.contains('-')).map(str::to_owned));
            }
        }
        let applied = (0..self.tokens.len()).filter(|at| self.is(*at, "plugin") && (self.is(at + 1, ":") || self.is(at + 1, "=")));
        found.extend(applied.filter_map(|at| self.tokens.get(at + 2)?.value()).map(std::borrow::Cow::into_owned));
        found
    }

    /// The scripts that it applies, by their paths as they are written.
    pub fn applied(&self) -> Vec<String> {
        let from = (0..self.tokens.len()).filter(|at| self.is(*at, "from") && (self.is(at + 1, ":") || self.is(at + 1, "=")));
        from.filter_map(|at| self.tokens[at + 1..].iter().take(8).find_map(Token::value)).map(std::borrow::Cow::into_owned).collect()
    }

    /// The number of the token that is set to a name: `name = value`, `name value`, `name.set(value)`, `'name': value`.
    pub fn set(&self, name: &str) -> Option<usize> {
        self.set_between(name, 0, self.tokens.len())
    }

    fn set_between(&self, name: &str, from: usize, to: usize) -> Option<usize> {
        (from..to).filter(|at| self.tokens[*at].ident() == Some(name) || self.says(*at, name)).find_map(|at| {
            let value = |token: &Token<'_>| matches!(token.kind, Kind::Str | Kind::Number) || matches!(token.text, "true" | "false");
            let near = self.tokens.get(at + 1..to.min(at + 8))?.iter().take_while(|token| !token.is("}") && !token.is(";"));
            let index = near.take_while(|token| !token.fresh || token.is(".")).position(value)?;
            Some(at + 1 + index)
        })
    }

    /// The texts of a list that is set to a name, and where: up to the end of the statement.
    pub fn list(&self, name: &str) -> Option<(usize, Vec<String>)> {
        let start = self.tokens.iter().position(|token| token.ident() == Some(name))?;
        let open = (start + 1..self.tokens.len().min(start + 8)).find(|at| ["[", "("].iter().any(|mark| self.is(*at, mark)));
        let end = match open {
            Some(open) => self.close.get(open).map_or(self.tokens.len(), |close| *close as usize),
            None => (start + 1..self.tokens.len()).find(|at| self.tokens[*at].fresh).unwrap_or(self.tokens.len()),
        };
        Some((start, (start + 1..end.min(start + 80)).filter_map(|at| self.value(at)).collect()))
    }

    /// The same in what is said of a task: `bootJar { name = value }`, `tasks.named("bootJar") { ... }`.
    pub fn set_in(&self, task: &str, name: &str) -> Option<usize> {
        let blocks = self.blocks(|at| self.tokens[at].ident() == Some(task) || self.says(at, task));
        blocks.into_iter().find_map(|(from, to)| self.set_between(name, from, to))
    }

    /// The text of a token.
    pub fn value(&self, at: usize) -> Option<String> {
        let token = self.tokens.get(at)?;
        token.value().map(std::borrow::Cow::into_owned).or_else(|| token.number().map(|number| number.to_string()))
    }

    /// A dependency whose name begins so.
    pub fn dependency(&self, name: &str, versions: &Versions) -> Option<Evidence> {
        let libraries: Vec<_> = versions.libraries(name).collect();
        let at = (0..self.tokens.len()).find(|at| {
            let written = self.tokens[*at].value().is_some_and(|value| value.split(':').nth(1).is_some_and(|own| own.starts_with(name)));
            let test = self.tokens[..*at].iter().rev().take(4).any(|token| token.ident().is_some_and(|word| word.starts_with("test")));
            !test && (written || libraries.iter().any(|alias| self.is_accessor(*at, "", alias)))
        })?;
        Some(self.evidence(at, DEPENDENCY))
    }

    /// Whether these words follow one another somewhere, and where.
    pub fn finds(&self, words: &[&str]) -> Option<usize> {
        self.tokens.windows(words.len()).position(|window| window.iter().zip(words).all(|(token, word)| token.is(word)))
    }

    /// The first of these texts.
    pub fn has_text(&self, wanted: impl Fn(&str) -> bool) -> Option<usize> {
        (0..self.tokens.len()).find(|at| self.tokens[*at].value().is_some_and(|value| wanted(&value)))
    }
}
