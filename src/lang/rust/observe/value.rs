//! What an expression comes to, as far as addresses and paths go: the texts, numbers and environment variables that it is made of.
//!
//! A name is followed to where it is bound, a field to its default, a call to the function of the project that it names. What is found
//! is a list of clues in the order in which they stand; whoever asked makes sense of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{LazyLock, OnceLock};

use super::super::scan::{Kind, Token};
use super::source::Source;
use crate::evidence::{Evidence, Rule};

const STANDS: Rule = Rule::parsed("rust.value", "is where the value comes from");

/// How far names are followed.
const DEPTH: usize = 7;
/// More clues than an address has say nothing.
const MOST: usize = 40;
/// How many tokens are looked at for one value: where a name stands for everything, it says nothing.
const TOKENS: usize = 8_000;
/// Stands for a part of a text that is filled in.
pub const HOLE: char = '\u{0}';

/// Words that name functions of others more often than the project's own.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| WORDS.split_whitespace().collect());
const WORDS: &str = "new parse get into from clone map ok default to_string as_str unwrap unwrap_or unwrap_or_else expect as_ref to_owned build run \
    and_then ok_or context with_context trim as_deref or_else load init args into_inner self Self Some Ok None Err String std env var let mut move \
    await async return match if else fn pub const static crate super format u16 u32 usize u8 str Box Arc Vec Path PathBuf Option Result";

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Number(u64),
    /// An environment variable.
    Variable(String),
    /// An address of the machine itself, or of all its interfaces.
    Host {
        loopback: bool,
    },
}

/// A part of a value and where it stands.
#[derive(Clone, Debug)]
pub struct Clue {
    pub part: Part,
    pub evidence: Evidence,
}

/// Where names are bound in a program.
pub struct Values<'s, 't> {
    pub sources: &'s [Source<'t>],
    /// `let`, `const` and `static`: where their expressions are.
    bindings: BTreeMap<&'t str, Vec<Place>>,
    /// Functions' bodies.
    functions: BTreeMap<&'t str, Vec<Place>>,
    /// `name: expression`, and the attributes before `name: Type`.
    fields: BTreeMap<&'t str, Vec<Place>>,
    /// What is said of a command line's argument.
    arguments: BTreeMap<String, Vec<Place>>,
    /// Functions' parameters.
    parameters: BTreeMap<&'t str, Vec<Parameter<'t>>>,
    /// Calls by name: a source, and where the bracket opens in it.
    calls: BTreeMap<&'t str, Vec<(usize, usize)>>,
}

/// A parameter of a function.
struct Parameter<'t> {
    function: &'t str,
    index: usize,
    body: Place,
    /// The parameter of the same name of the function around it, by its number.
    around: Option<usize>,
    /// What its callers hand over, once it was asked for.
    given: OnceLock<Vec<Place>>,
}

/// What is remembered while one value is looked for.
#[derive(Default)]
struct Walk {
    seen: HashSet<Place>,
    /// How many places of a list, in its order, were seen: those are not tried again.
    passed: HashMap<*const Place, usize>,
    tokens: usize,
    clues: Vec<Clue>,
}

impl Walk {
    fn is_over(&self) -> bool {
        self.clues.len() > MOST || self.tokens > TOKENS
    }
}

/// A range of tokens of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    pub source: usize,
    pub from: usize,
    pub to: usize,
}

impl<'s, 't> Values<'s, 't> {
    /// Looks for all bindings.
    #[must_use]
    pub fn new(sources: &'s [Source<'t>]) -> Self {
        let mut values = Self {
            sources,
            bindings: BTreeMap::new(),
            functions: BTreeMap::new(),
            fields: BTreeMap::new(),
            arguments: BTreeMap::new(),
            parameters: BTreeMap::new(),
            calls: BTreeMap::new(),
        };
        for index in 0..sources.len() {
            values.index(index);
        }
        values.defaults();
        values
    }

    /// Adds to fields the functions that make their defaults: `default = "function"`.
    fn defaults(&mut self) {
        for places in self.fields.values_mut() {
            let mut all = Vec::with_capacity(places.len());
            for place in places.iter() {
                all.push(*place);
                let source = &self.sources[place.source];
                let named = (place.from..place.to).filter(|at| *at > 1 && source.reads(at - 2, &["default", "="]));
                for function in named.filter_map(|at| source.tokens[at].value()) {
                    all.extend(self.functions.get(function.as_ref()).into_iter().flatten());
                }
            }
            *places = all;
        }
    }

    fn index(&mut self, index: usize) {
        let source = &self.sources[index];
        let tokens = &source.tokens;
        for at in 0..tokens.len() {
            let Some(word) = tokens[at].ident() else { continue };
            if tokens.get(at + 1).is_some_and(|token| token.is("(")) && !(at > 0 && tokens[at - 1].is("fn")) {
                self.calls.entry(word).or_default().push((index, at + 1));
            }
            match word {
                "let" | "const" | "static" => {
                    let name = (at + 1..at + 4).find(|next| {
                        tokens.get(*next).is_some_and(|token| token.kind == Kind::Ident && !matches!(token.text, "mut" | "ref"))
                    });
                    let end = statement_end(source, at);
                    let equals = (at..end).find(|next| tokens[*next].is("="));
                    if let (Some(name), Some(equals)) = (name, equals) {
                        self.bindings.entry(tokens[name].text).or_default().push(Place { source: index, from: equals + 1, to: end });
                    }
                }
                "fn" => {
                    let open = (at..tokens.len()).find(|next| tokens[*next].is("{") || tokens[*next].is(";"));
                    if let Some((open, name)) = open.filter(|open| tokens[*open].is("{")).zip(tokens.get(at + 1)) {
                        let body = Place { source: index, from: open + 1, to: source.closing(open) };
                        self.functions.entry(name.text).or_default().push(body);
                        self.parameters(index, at, body);
                    }
                }
                "Arg" if source.reads(at + 1, &["::", "new", "("]) || source.reads(at + 1, &["::", "with_name", "("]) => {
                    if let Some(name) = tokens.get(at + 4).and_then(Token::value) {
                        let end = chain_end(source, source.closing(at + 3));
                        self.arguments.entry(name.into_owned()).or_default().push(Place { source: index, from: at + 5, to: end });
                    }
                }
                _ if tokens.get(at + 1).is_some_and(|token| token.is(":")) && at > 0 && !tokens[at - 1].is("'") => {
                    let from = attributes_before(source, at);
                    let to = value_end(source, at + 2);
                    self.fields.entry(word).or_default().push(Place { source: index, from, to });
                }
                _ => {}
            }
        }
    }

    /// Notes the parameters of the function that is declared at `at`.
    fn parameters(&mut self, index: usize, at: usize, body: Place) {
        let source = &self.sources[index];
        let Some(open) = (at..body.from).find(|next| source.tokens[*next].is("(")) else { return };
        let is_self = |from: usize, to: usize| source.tokens[from..to].iter().any(|token| token.is("self"));
        let own = source.arguments(open).into_iter().filter(|(from, to)| !is_self(*from, *to));
        for (number, (from, to)) in own.enumerate() {
            let Some(name) = (from..to).find(|next| source.reads(next + 1, &[":"])) else { continue };
            let known = self.parameters.entry(source.tokens[name].text).or_default();
            let around = innermost(known, known.len().checked_sub(1), body);
            known.push(Parameter { function: source.tokens[at + 1].text, index: number, body, around, given: OnceLock::new() });
        }
    }

    /// What the callers hand over for a name that is a parameter here.
    fn handed_over(&self, name: &str, place: Place) -> &[Place] {
        let Some(known) = self.parameters.get(name) else { return &[] };
        let begun = known.partition_point(|parameter| (parameter.body.source, parameter.body.from) <= (place.source, place.from));
        let Some(number) = innermost(known, begun.checked_sub(1), place) else { return &[] };
        let parameter = &known[number];
        parameter.given.get_or_init(|| {
            let calls = self.calls.get(parameter.function).into_iter().flatten();
            let argument = |(source, open): &(usize, usize)| {
                let (from, to) = self.sources[*source].arguments(*open).get(parameter.index).copied()?;
                Some(Place { source: *source, from, to })
            };
            calls.filter_map(argument).collect()
        })
    }

    /// What a range of tokens comes to.
    #[must_use]
    pub fn of(&self, place: Place) -> Vec<Clue> {
        let mut walk = Walk::default();
        self.gather(place, DEPTH, &mut walk);
        walk.clues
    }

    fn gather(&self, place: Place, depth: usize, walk: &mut Walk) {
        if depth == 0 || walk.is_over() || !walk.seen.insert(place) {
            return;
        }
        let mut at = place.from;
        while at < place.to && walk.tokens <= TOKENS {
            walk.tokens += 1;
            at = self.step(place, at, depth, walk).max(at + 1);
        }
    }

    /// Gathers from all places of a list of the index, one step deeper.
    fn all(&self, places: &[Place], depth: usize, walk: &mut Walk) {
        if depth <= 1 {
            return;
        }
        loop {
            let passed = walk.passed.entry(places.as_ptr()).or_default();
            let Some(place) = places.get(*passed) else { return };
            *passed += 1;
            if walk.is_over() {
                return;
            }
            self.gather(*place, depth - 1, walk);
        }
    }

    /// Takes one token, and says where to go on.
    fn step(&self, place: Place, at: usize, depth: usize, walk: &mut Walk) -> usize {
        let source = &self.sources[place.source];
        let token = &source.tokens[at];
        let mut add = |part: Part, to: usize| walk.clues.push(Clue { part, evidence: source.evidence(at, to, STANDS) });
        match token.kind {
            Kind::Str => {
                let text = token.value().unwrap_or_default().into_owned();
                if let Some(argument) = self.arguments.get(&text).filter(|_| asks_argument(source, at)) {
                    self.all(argument, depth, walk);
                } else if is_variable(source, at) {
                    add(Part::Variable(text), at);
                } else {
                    let (text, names) = template(&text, is_format(source, at));
                    add(Part::Text(text), at);
                    for name in &names {
                        self.name(name, place, depth, walk);
                    }
                }
            }
            Kind::Number => {
                let address = numbers(source, at);
                match address {
                    Some(loopback) => {
                        add(Part::Host { loopback }, at + 6);
                        return at + 7;
                    }
                    None => token
                        .number()
                        .and_then(|number| u64::try_from(number).ok())
                        .into_iter()
                        .for_each(|number| add(Part::Number(number), at)),
                }
            }
            Kind::Ident if matches!(token.text, "LOCALHOST" | "UNSPECIFIED") => add(Part::Host { loopback: token.text == "LOCALHOST" }, at),
            Kind::Ident if token.text == "env" && attribute_env(source, at) => {
                let name = attribute_variable(source, at, place.to);
                if let Some(name) = name {
                    add(Part::Variable(name), at);
                }
                return if source.reads(at + 1, &["="]) { at + 3 } else { at + 1 };
            }
            Kind::Ident => self.ident(place, at, depth, walk),
            _ => {}
        }
        at + 1
    }

    fn ident(&self, place: Place, at: usize, depth: usize, walk: &mut Walk) {
        let source = &self.sources[place.source];
        let name = source.tokens[at].text;
        let next = |word: &str| source.tokens.get(at + 1).is_some_and(|token| token.is(word));
        if COMMON.contains(name) || next("::") || next("!") {
            return;
        }
        let before = |word: &str| at > 0 && source.tokens[at - 1].is(word);
        if next("(") {
            self.all(listed(&self.functions, name), depth, walk);
            if before(".") {
                self.field(name, depth, walk);
            }
        } else if before(".") {
            self.field(name, depth, walk);
        } else if !next(":") {
            self.name(name, place, depth, walk);
        }
    }

    /// A name's value: the binding that stands nearest before it in the same file, or else any; or else a field that is called so.
    fn name(&self, name: &str, place: Place, depth: usize, walk: &mut Walk) {
        let before = walk.clues.len();
        if name == "_" {
            return;
        }
        let handed = self.handed_over(name, place);
        let bound = listed(&self.bindings, name);
        let begun = bound.partition_point(|binding| (binding.source, binding.from) <= (place.source, place.from));
        let here =
            bound[..begun].iter().rev().take_while(|binding| binding.source == place.source).find(|binding| binding.to <= place.from);
        match here {
            Some(binding) => self.gather(*binding, depth - 1, walk),
            None if !handed.is_empty() => self.all(handed, depth, walk),
            None => self.all(bound, depth, walk),
        }
        if walk.clues.len() == before {
            self.field(name, depth, walk);
        }
    }

    fn field(&self, name: &str, depth: usize, walk: &mut Walk) {
        self.all(listed(&self.fields, name), depth, walk);
    }
}

fn listed<'a>(index: &'a BTreeMap<&str, Vec<Place>>, name: &str) -> &'a [Place] {
    index.get(name).map_or(&[], Vec::as_slice)
}

/// The innermost of the functions that have the parameter and hold a place, from the one numbered `from` outwards.
fn innermost(parameters: &[Parameter<'_>], from: Option<usize>, place: Place) -> Option<usize> {
    let holds = |body: &Place| body.source == place.source && body.from <= place.from && place.to <= body.to;
    std::iter::successors(from, |number| parameters[*number].around).find(|number| holds(&parameters[*number].body))
}

/// `[127, 0, 0, 1]` or `new(0, 0, 0, 0)` that begins at `at`: whether it is the loopback.
fn numbers(source: &Source<'_>, at: usize) -> Option<bool> {
    let number = |index: usize| source.tokens.get(index).and_then(super::super::scan::Token::number);
    let comma = |index: usize| source.tokens.get(index).is_some_and(|token| token.is(","));
    let four =
        comma(at + 1) && comma(at + 3) && comma(at + 5) && number(at + 2).is_some() && number(at + 4).is_some() && number(at + 6).is_some();
    let opens = at > 0 && (source.tokens[at - 1].is("[") || source.tokens[at - 1].is("("));
    (four && opens).then(|| number(at) == Some(127))
}

/// Whether the string is what `env::var` and its like are asked for.
fn is_variable(source: &Source<'_>, at: usize) -> bool {
    let called = |name: &str| at > 1 && source.reads(at - 2, &[name, "("]) && (at < 3 || !source.tokens[at - 3].is("."));
    let macro_called = |name: &str| at > 2 && source.reads(at - 3, &[name, "!", "("]);
    let attribute = at > 1 && source.reads(at - 2, &["env", "="]);
    let builder = at > 2 && source.reads(at - 3, &[".", "env", "("]);
    called("var") || called("var_os") || called("get_env") || macro_called("option_env") || attribute || builder
}

fn is_format(source: &Source<'_>, at: usize) -> bool {
    at > 2 && source.tokens[at - 2].is("!") && source.tokens[at - 1].is("(") && source.tokens[at - 3].text.contains("format")
}

fn asks_argument(source: &Source<'_>, at: usize) -> bool {
    let from = at.saturating_sub(8);
    source.tokens[from..at].iter().any(|token| matches!(token.text, "get_one" | "value_of" | "get_many" | "remove_one" | "value_of_t"))
}

/// `env` in an attribute of a field: clap's way to name a variable.
fn attribute_env(source: &Source<'_>, at: usize) -> bool {
    at > 0
        && (source.tokens[at - 1].is(",") || source.tokens[at - 1].is("("))
        && source.tokens.get(at + 1).is_some_and(|token| token.is("=") || token.is(",") || token.is(")"))
}

/// The variable that the attribute names, or else the one that is called like the field.
fn attribute_variable(source: &Source<'_>, at: usize, to: usize) -> Option<String> {
    if source.reads(at + 1, &["="]) {
        return source.tokens.get(at + 2)?.value().map(std::borrow::Cow::into_owned);
    }
    let field = (at..to).find(|index| source.tokens[*index].kind == Kind::Ident && source.reads(index + 1, &[":"]))?;
    Some(source.tokens[field].text.to_ascii_uppercase())
}

/// A text of `format!`: its places to fill in, and the names that stand in them.
fn template(text: &str, is_format: bool) -> (String, Vec<String>) {
    if !is_format {
        return (text.to_owned(), Vec::new());
    }
    let (mut plain, mut names, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        plain.push_str(before);
        let Some((inner, after)) = after.split_once('}') else { break };
        plain.push(HOLE);
        let name = inner.split(':').next().unwrap_or_default();
        if name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            names.push(name.to_owned());
        }
        rest = after;
    }
    plain.push_str(rest);
    (plain, names)
}

fn statement_end(source: &Source<'_>, at: usize) -> usize {
    end(source, at, |text| text == ";")
}

fn value_end(source: &Source<'_>, at: usize) -> usize {
    end(source, at, |text| matches!(text, "," | ";"))
}

fn end(source: &Source<'_>, mut at: usize, is_end: fn(&str) -> bool) -> usize {
    while at < source.tokens.len() {
        let token = &source.tokens[at];
        if token.kind == Kind::Punct {
            match token.text {
                "(" | "[" | "{" => at = source.closing(at),
                ")" | "]" | "}" => return at,
                text if is_end(text) => return at,
                _ => {}
            }
        }
        at += 1;
    }
    source.tokens.len()
}

/// The end of a chain of method calls whose first call closes at `close`.
fn chain_end(source: &Source<'_>, mut close: usize) -> usize {
    while source.tokens.get(close + 1).is_some_and(|token| token.is(".")) && source.tokens.get(close + 3).is_some_and(|token| token.is("("))
    {
        close = source.closing(close + 3);
    }
    close
}

/// Where the attributes of a field begin; the field itself where it has none.
fn attributes_before(source: &Source<'_>, mut at: usize) -> usize {
    while at > 0 && matches!(source.tokens[at - 1].text, "pub" | "]") {
        if source.tokens[at - 1].is("pub") {
            at -= 1;
            continue;
        }
        let (mut depth, mut open) = (0_usize, at - 1);
        loop {
            match source.tokens[open].text {
                "]" => depth += 1,
                "[" => depth -= 1,
                _ => {}
            }
            if depth == 0 || open == 0 {
                break;
            }
            open -= 1;
        }
        if open == 0 || !source.tokens[open - 1].is("#") {
            break;
        }
        at = open - 1;
    }
    at
}
