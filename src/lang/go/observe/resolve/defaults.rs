//! Flags and settings that have a name and a default: flag, pflag, cobra, urfave/cli, kingpin, viper.

use std::collections::HashMap;

use super::super::index::{At, Call, Index};
use super::value::{MOST, Step, Value};
use super::{ENVIRONMENT, FLAG, Resolver, Scope};

/// A setting that has a name.
#[derive(Clone, Debug)]
pub struct Default<'a> {
    /// Its name.
    pub key: String,
    /// The expression that it is when nobody sets it.
    pub value: Option<At>,
    /// The setting whose default it shares.
    pub like: Option<String>,
    /// The variables of the environment that set it.
    pub variables: Vec<String>,
    /// The word that takes it: `&x.port` gives `port`.
    pub target: Option<&'a str>,
    /// Where it is declared, to the token before `until`.
    pub at: At,
    pub until: usize,
    /// The function that it is declared in.
    pub function: Option<usize>,
}

/// All of them, in the order of the sources.
#[must_use]
pub fn collect<'a>(index: &Index<'a>) -> Vec<Default<'a>> {
    let mut defaults: Vec<_> = index.calls.iter().filter_map(|call| of_call(index, call)).collect();
    literals(index, &mut defaults);
    defaults.sort_by_key(|default| default.at);
    defaults
}

/// The same name in every spelling: `HTTP_Port`, `http.port` and `http-port`.
#[must_use]
pub fn normal(key: &str) -> String {
    key.chars().map(|c| if matches!(c, '_' | '.') { '-' } else { c.to_ascii_lowercase() }).collect()
}

fn of_call<'a>(index: &Index<'a>, call: &Call<'a>) -> Option<Default<'a>> {
    match call.name {
        "SetDefault" | "BindEnv" | "MustBindEnv" | "BindPFlag" => of_viper(index, call),
        "Flag" if call.method => of_kingpin(index, call),
        name => of_flag(index, call, Shape::of(name)?),
    }
}

/// The places of a flag function's arguments.
#[derive(Clone, Copy)]
struct Shape {
    /// Where the name stands; the target before it.
    name: usize,
    value: usize,
}

impl Shape {
    fn of(function: &str) -> Option<Self> {
        let (rest, short) = function.strip_suffix('P').filter(|rest| *rest != "I").map_or((function, 0), |rest| (rest, 1));
        let (kind, name) = rest.strip_suffix("Var").map_or((rest, 0), |rest| (rest, 1));
        let known = matches!(
            kind,
            "String" | "Int" | "Int16" | "Int32" | "Int64" | "Uint" | "Uint16" | "Uint32" | "Uint64" | "StringSlice" | "StringArray" | "IP"
        );
        known.then_some(Self { name, value: name + 1 + short })
    }
}

fn of_flag<'a>(index: &Index<'a>, call: &Call<'a>, shape: Shape) -> Option<Default<'a>> {
    if !call.method {
        return None;
    }
    let arguments = index.arguments(call);
    // the last one is the help text
    if arguments.len() != shape.value + 2 {
        return None;
    }
    let key = key(index, arguments[shape.name])?;
    let target = if shape.name == 1 { target(index, arguments[0]) } else { None };
    Some(Default { value: Some(arguments[shape.value]), target, ..declared(index, call, key) })
}

fn declared<'a>(index: &Index<'a>, call: &Call<'a>, key: String) -> Default<'a> {
    let until = index.closing(call.at.move_to(call.at.token + 1)) + 1;
    let at = index.call_start(call);
    Default { key, value: None, like: None, variables: Vec::new(), target: None, at, until, function: call.function }
}

/// A setting's name: a string, or a constant that holds one.
fn key(index: &Index<'_>, at: At) -> Option<String> {
    if let Some(literal) = index.literal(at) {
        return Some(literal);
    }
    let mut name = at;
    while index.is(name.move_to(name.token + 1), ".") {
        name = name.move_to(name.token + 2);
    }
    let constants = index.bindings(index.token(name)?.ident()?);
    constants.iter().find(|binding| binding.function.is_none()).and_then(|binding| index.literal(binding.at.move_to(binding.value)))
}

/// The last word of `&a.b.c`.
fn target<'a>(index: &Index<'a>, at: At) -> Option<&'a str> {
    let mut name = if index.is(at, "&") { at.move_to(at.token + 1) } else { at };
    while index.is(name.move_to(name.token + 1), ".") {
        name = name.move_to(name.token + 2);
    }
    index.token(name)?.ident()
}

fn of_viper<'a>(index: &Index<'a>, call: &Call<'a>) -> Option<Default<'a>> {
    let arguments = index.arguments(call);
    let key = key(index, *arguments.first()?)?;
    let mut default = declared(index, call, key);
    match call.name {
        "SetDefault" => default.value = Some(*arguments.get(1)?),
        "BindPFlag" => {
            let end = default.until;
            let lookup = index.calls_of("Lookup").find(|other| other.at > call.at && other.at < call.at.move_to(end))?;
            default.like = Some(index.literal(*index.arguments(lookup).first()?)?);
        }
        _ => default.variables = arguments[1..].iter().filter_map(|argument| index.literal(*argument)).collect(),
    }
    Some(default)
}

/// `kingpin.Flag("port", "help").Default("8080").Envar("PORT").IntVar(&port)`.
fn of_kingpin<'a>(index: &Index<'a>, call: &Call<'a>) -> Option<Default<'a>> {
    let mut default = declared(index, call, key(index, *index.arguments(call).first()?)?);
    let mut close = call.at.move_to(default.until - 1);
    while index.is(close.move_to(close.token + 1), ".") && index.is(close.move_to(close.token + 3), "(") {
        let open = close.move_to(close.token + 3);
        let (arguments, end) = index.list(open);
        match (index.token(close.move_to(close.token + 2)).map(|token| token.text), arguments.first()) {
            (Some("Default"), Some(value)) => default.value = Some(*value),
            (Some("Envar"), Some(name)) => default.variables.extend(index.literal(*name)),
            (Some(kind), Some(pointer)) if kind.ends_with("Var") => default.target = target(index, *pointer),
            _ => {}
        }
        default.until = end + 1;
        close = close.move_to(end);
    }
    Some(default)
}

/// `&cli.IntFlag{Name: "port", Value: 8080, EnvVars: []string{"PORT"}, Destination: &port}`.
fn literals<'a>(index: &Index<'a>, defaults: &mut Vec<Default<'a>>) {
    let of_flags = |name: &str| index.bindings(name).iter().filter(|binding| binding.owner.is_some_and(|owner| owner.ends_with("Flag")));
    let mut numbers: HashMap<At, usize> = HashMap::new();
    for name in of_flags("Name") {
        let open = name.at.move_to(name.brace);
        let Some(key) = key(index, name.at.move_to(name.value)) else { continue };
        numbers.insert(open, defaults.len());
        let until = index.closing(open) + 1;
        let at = open.move_to(open.token - 1);
        defaults.push(Default { key, value: None, like: None, variables: Vec::new(), target: None, at, until, function: name.function });
    }
    for field in ["Value", "Destination", "EnvVar", "EnvVars", "Sources"] {
        for binding in of_flags(field) {
            let Some(number) = numbers.get(&binding.at.move_to(binding.brace)) else { continue };
            let value = binding.at.move_to(binding.value);
            let default = &mut defaults[*number];
            match field {
                "Value" => {
                    default.value = Some(value);
                    // the line with the value says most
                    (default.at, default.until) = (binding.at, binding.value + 1);
                }
                "Destination" => default.target = target(index, value),
                _ => default.variables.extend(strings(index, value)),
            }
        }
    }
}

/// The strings of `"A,B"`, `[]string{"A", "B"}` and `cli.EnvVars("A", "B")`.
fn strings(index: &Index<'_>, at: At) -> Vec<String> {
    if let Some(literal) = index.literal(at) {
        return literal.split(',').map(|name| name.trim().to_owned()).collect();
    }
    let open = (at.token..at.token + 6).map(|token| at.move_to(token)).find(|at| index.is(*at, "{") || index.is(*at, "("));
    open.map_or_else(Vec::new, |open| index.list(open).0.iter().filter_map(|item| index.literal(*item)).collect())
}

impl<'a> Resolver<'a> {
    /// What a setting comes to: its variables first, then its default.
    pub(super) fn default_values(&self, default: &Default<'a>, depth: u32) -> Vec<Value> {
        let step = Step { from: default.at, until: default.until, rule: FLAG };
        let variable = |name: &String| Value::variable(name, Step { rule: ENVIRONMENT, ..step });
        let mut values: Vec<_> = default.variables.iter().map(variable).collect();
        if let Some(value) = default.value {
            for mut value in self.values(value, Scope::of(default.function, depth + 1)) {
                // the declaration says more than the bare number in it
                value.steps.retain(|inner| inner.from.file != step.from.file || inner.from < step.from || inner.until > step.until);
                value.steps.insert(0, step);
                values.push(value);
            }
        }
        if let Some(like) = &default.like {
            values.extend(self.keyed(like, depth + 1));
        }
        values
    }

    /// What the setting `key` comes to.
    pub(super) fn keyed(&self, key: &str, depth: u32) -> Vec<Value> {
        if depth > super::DEPTH {
            return Vec::new();
        }
        let numbers = self.keys.get(&normal(key)).into_iter().flatten();
        numbers.take(MOST).flat_map(|number| self.default_values(&self.defaults[*number], depth + 1)).collect()
    }

    /// The settings that are stored in something called `name`.
    pub(super) fn stored(&self, name: &str) -> impl Iterator<Item = &Default<'a>> {
        self.targets.get(name).into_iter().flatten().map(|number| &self.defaults[*number])
    }
}
