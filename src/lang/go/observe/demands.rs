//! Variables of the environment that the program does not start without.

use std::collections::BTreeMap;

use super::index::{At, Call, Index};
use super::resolve::{Resolver, tagged};
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::go::scan::{Kind, Token};

const CHECKED: Rule = Rule::parsed("go.demanded-variable", "reads a variable and gives up when it is not set");
const TAGGED: Rule = Rule::parsed("go.required-field", "is a setting that has to be set");

/// How far behind a variable's reading its check is looked for.
const NEAR: usize = 120;

/// All of them by name.
#[must_use]
pub fn demands(resolver: &Resolver<'_>) -> Vec<Fact<String>> {
    let index = resolver.index;
    let mut found: BTreeMap<String, Fact<String>> = BTreeMap::new();
    let mut add = |name: String, evidence: Evidence| {
        let fact = match found.remove(&name) {
            Some(known) => known.and(evidence),
            None => Fact::new(name.clone(), evidence),
        };
        found.insert(name, fact);
    };
    for call in &index.calls {
        let Some(name) = index.arguments(call).first().and_then(|argument| index.literal(*argument)) else { continue };
        if is_strict(call.name) && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_') || is_checked(index, call) {
            add(name, index.call_evidence(call, CHECKED));
        }
    }
    for tag in &index.tags {
        let said = tagged(index.token(tag.at).map_or("", |token| token.text));
        if let Some(name) = said.variable.filter(|_| said.required) {
            add(name, index.evidence(tag.field, tag.at.token + 1, TAGGED));
        }
    }
    found.into_values().collect()
}

/// `mustGetenv("X")`, `requireEnv("X")`.
fn is_strict(function: &str) -> bool {
    let function = function.to_ascii_lowercase();
    function.contains("env") && (function.contains("must") || function.contains("require"))
}

fn is_checked(index: &Index<'_>, call: &Call<'_>) -> bool {
    if !matches!(call.name, "Getenv" | "LookupEnv") || !matches!(index.imported(call), Some("os" | "syscall")) {
        return false;
    }
    let Some(function) = call.function.map(|number| &index.functions[number]) else { return false };
    let tokens = index.tokens(call.at.file);
    let start = statement_start(tokens, call.at.token);
    let words: Vec<&str> = tokens[start..call.at.token].iter().filter_map(Token::ident).filter(|word| !matches!(*word, "if" | "os" | "var")).collect();
    // a check that stands under another condition does not always apply
    let depth = tokens[function.body.0..start].iter().fold(0_i32, |depth, token| depth + i32::from(token.is("{")) - i32::from(token.is("}")));
    if depth != 1 {
        return false;
    }
    let until = (call.at.token + NEAR).min(function.body.1);
    (start..until).filter(|at| tokens[*at].is("if")).take(3).any(|at| {
        let Some(open) = body_of(index, call.at.move_to(at)) else { return false };
        let condition = &tokens[at + 1..open.token];
        asks_emptiness(condition, &words) && gives_up(index, open, function.name)
    })
}

fn statement_start(tokens: &[Token<'_>], at: usize) -> usize {
    let ends = |token: &Token<'_>| token.kind == Kind::End || token.is("{") || token.is("}");
    tokens[..at].iter().rposition(ends).map_or(0, |end| end + 1)
}

/// The bracket that opens the block of the `if` at `at`.
fn body_of(index: &Index<'_>, at: At) -> Option<At> {
    let mut next = at.move_to(at.token + 1);
    for _ in 0..NEAR {
        if index.is(next, "{") {
            return Some(next);
        }
        let is_opening = index.is(next, "(") || index.is(next, "[");
        next = next.move_to(if is_opening { index.closing(next) } else { next.token } + 1);
    }
    None
}

/// Whether a condition holds when one of `words` is empty, or not there.
fn asks_emptiness(condition: &[Token<'_>], words: &[&str]) -> bool {
    if condition.iter().any(|token| token.is("&&")) {
        return false;
    }
    let is_empty = |tokens: &[Token<'_>]| tokens[0].is("==") && matches!(tokens[1].text, "\"\"" | "``");
    let named = condition.windows(3).any(|tokens| words.contains(&tokens[0].text) && is_empty(&tokens[1..]));
    let denied = condition.windows(2).any(|tokens| tokens[0].is("!") && words.contains(&tokens[1].text));
    let asked = condition.iter().any(|token| token.is("Getenv")) && condition.windows(3).any(|tokens| tokens[0].is(")") && is_empty(&tokens[1..]));
    named || denied || asked
}

/// Whether a block ends the program, or the function that sets it up.
fn gives_up(index: &Index<'_>, open: At, function: &str) -> bool {
    let close = index.closing(open);
    let block = index.tokens(open.file).get(open.token..close).unwrap_or_default();
    let ends = |word: &str| word.starts_with("Fatal") || word.starts_with("Panic") || matches!(word, "panic" | "Exit");
    let function = function.to_ascii_lowercase();
    let sets_up = ["load", "config", "run", "env", "main"].iter().any(|word| function.contains(word));
    let refuses = |word: &str| sets_up && matches!(word, "Errorf" | "New");
    let mut words = block.iter().filter_map(Token::ident);
    let returns = block.iter().any(|token| token.is("return"));
    words.any(|word| ends(word) || returns && refuses(word))
}
