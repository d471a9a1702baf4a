//! Calls that give a value: the environment, formatting, conversions, look-ups of settings, and functions of the project.

use super::{ENVIRONMENT, Frame, Given, MOST, Resolved, Scope, Step, append, joined, separated};
use crate::catalog::vocabulary::{Entry, Format, Gives, Key, Meaning, Variable};
use crate::program::origin::Match;
use crate::program::outline::Call;
use crate::program::{Expression, Part, Program, Value};

impl<'t> Program<'t> {
    /// What a call gives.
    pub(super) fn called(&self, call: &'t Call, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let (scope, result) = (scope.deeper(), scope.result);
        if result > 0 {
            let place = self.vocabulary.calls(call.method()).iter().find_map(|entry| match &*entry.meaning {
                Meaning::Place(place, at) if *at == result && self.matches(entry, scope.file, call) != Match::No => Some(*place),
                _ => None,
            });
            return place.map_or_else(|| self.of_project(call, result, scope), |place| vec![self.place(place, scope)]);
        }
        for entry in self.vocabulary.calls(call.method()) {
            match self.matches(entry, scope.file, call) {
                Match::No if self.is_of_text(entry, call, scope) => {}
                Match::No => continue,
                // a function of the project's own is that function, whatever a library calls its own
                Match::Likely if self.is_own_function(scope.file, &call.path) => continue,
                Match::Likely | Match::Proven => {}
            }
            if let Some(values) = self.meant(&entry.meaning, call, scope) {
                return values;
            }
        }
        let mut values = self.of_project(call, 0, scope);
        let says_variable = values.iter().any(|value| value.parts.iter().any(|part| matches!(part, Part::Variable(_))));
        let says_default = values.iter().any(|value| value.text().is_some());
        // `getEnv("PORT", "8080")` speaks for itself where its body cannot be followed
        if !says_variable || !says_default {
            values.extend(self.speaks_for_itself(call, scope));
        }
        if !values.iter().any(Resolved::says_something) {
            values.extend(self.in_table(call, scope));
        }
        values
    }

    /// Whether a method that hands on what it is called on is called on a text, which has no methods of the project's own.
    fn is_of_text(&self, entry: &'t Entry, call: &'t Call, scope: Scope<'_, 't>) -> bool {
        let Meaning::Value(gives) = &*entry.meaning else { return false };
        let any_method = entry.path.is_none() && entry.of.is_empty() && (call.receiver.is_some() || call.path.contains('.'));
        any_method && self.passed_on(gives, call, scope).iter().any(|value| value.text().is_some())
    }

    /// `get_setting("server.port")`, `configuration.get("server", "port")`: an entry of a table that declares settings.
    fn in_table(&self, call: &'t Call, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let texts: Vec<_> = call.arguments.iter().map_while(|argument| argument.value.text()).take(2).collect();
        if texts.is_empty() || !call.method().to_ascii_lowercase().contains("get") {
            return Vec::new();
        }
        let whole = self.tabled(&texts.join("."), scope.depth);
        if whole.is_empty() { self.tabled(texts[0], scope.depth) } else { whole }
    }

    fn meant(&self, meaning: &'t Meaning, call: &'t Call, scope: Scope<'_, 't>) -> Option<Vec<Resolved>> {
        Some(match meaning {
            Meaning::Variable(variable) => self.variable(variable, call, scope),
            // a table of flags gives them all
            Meaning::Flag(flag) if !flag.table.is_empty() => return None,
            Meaning::Flag(_) => self.setting_values(self.settings.at(scope.file, call.at)?, scope.depth),
            Meaning::Key(key) => self.looked_up(key, call, scope),
            Meaning::Value(gives) => self.passed_on(gives, call, scope),
            Meaning::First => call.arguments.iter().flat_map(|argument| self.values(&argument.value, scope)).collect(),
            Meaning::Join(join) => {
                let given = self.all_given(scope.file, call, &join.parts);
                let mut parts: Vec<_> = match given.as_slice() {
                    [Given::Value(Expression { value: Value::List(items), .. })] => {
                        items.iter().map(|item| self.values(item, scope)).collect()
                    }
                    given => given.iter().map(|given| self.given_values(*given, scope)).collect(),
                };
                if join.goes_on {
                    parts.iter_mut().skip(1).flatten().for_each(Resolved::without_slash);
                }
                if parts.len() == 1 && !join.alone.is_empty() {
                    parts.insert(0, vec![Resolved::written(&join.alone, scope.step(super::WRITTEN))]);
                    separated(&parts, "")
                } else {
                    separated(&parts, &join.separator)
                }
            }
            Meaning::Format(format) => self.formatted(format, call, scope)?,
            Meaning::Parent(gives) => self.slot_values(call, &gives.value, scope).iter().map(Resolved::parent).collect(),
            Meaning::Place(place, 0) => vec![self.place(*place, scope)],
            _ => return None,
        })
    }

    fn variable(&self, variable: &Variable, call: &'t Call, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let names = self.slot_values(call, &variable.name, scope);
        let default = self.slot_values(call, &variable.default, scope);
        let step = scope.step(ENVIRONMENT);
        let read = |name: &Resolved| match name.text() {
            Some(text) if variable.spelled && !is_variable(text) => Resolved::unknown(),
            Some(text) => {
                let mut value = Resolved::variable(format!("{}{text}", variable.prefix), step);
                value.required = variable.strict && default.is_empty();
                value
            }
            None => Resolved::unknown(),
        };
        names.iter().map(read).chain(default.iter().cloned()).collect()
    }

    /// `x.unwrap_or(y)`, `int(x)`: what it is given, or else what stands in for it.
    fn passed_on(&self, gives: &Gives, call: &'t Call, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let mut values = self.slot_values(call, &gives.value, scope);
        values.extend(self.slot_values(call, &gives.default, scope));
        if gives.strict && !values.iter().any(|value| value.text().is_some()) {
            for value in &mut values {
                value.required |= value.parts.iter().any(|part| matches!(part, Part::Variable(_)));
            }
        }
        values
    }

    fn looked_up(&self, key: &Key, call: &'t Call, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let mut values = Vec::new();
        for text in self.slot_values(call, &key.expression, scope).iter().filter_map(Resolved::text) {
            values.extend(self.placeholders(text, scope.step(super::TAG), scope.depth));
        }
        let within = self.key_before(call, scope);
        for text in self.slot_values(call, &key.key, scope).iter().filter_map(Resolved::text) {
            values.extend(self.keyed(&format!("{within}{text}"), scope.depth));
        }
        values.extend(self.slot_values(call, &key.default, scope));
        values
    }

    /// The keys that the object was asked for on which a key is asked: `server.` of `config.get("server").get("port")`.
    fn key_before(&self, call: &'t Call, scope: Scope<'_, 't>) -> String {
        let Some(Value::Call(before)) = call.receiver.as_deref() else { return String::new() };
        let slots = self.vocabulary.calls(before.method()).iter().find_map(|entry| match &*entry.meaning {
            Meaning::Key(key) if self.matches(entry, scope.file, before) != Match::No => Some(&key.key),
            _ => None,
        });
        let Some(slots) = slots.filter(|_| scope.depth < super::DEPTH) else { return String::new() };
        let own = self.slot_values(before, slots, scope).iter().find_map(|value| value.text().map(ToOwned::to_owned));
        own.map_or_else(String::new, |own| format!("{}{own}.", self.key_before(before, scope.deeper())))
    }

    /// `${server.port:8080}`: what the key comes to, and the default.
    pub(in crate::program) fn placeholders(&self, text: &str, step: Step, depth: u32) -> Vec<Resolved> {
        if depth > super::DEPTH || !self.budget.burn() {
            return vec![Resolved::unknown()];
        }
        let Some((before, rest)) = text.split_once("${") else { return vec![Resolved::written(text, step)] };
        let Some(end) = closing(rest) else { return vec![Resolved::unknown()] };
        let (inside, after) = (&rest[..end], &rest[end + 1..]);
        let (key, default) = inside.split_once(':').map_or((inside, None), |(key, default)| (key, Some(default)));
        // HOCON's way to say that it may be missing
        let (key, optional) = key.strip_prefix('?').map_or((key, false), |key| (key, true));
        // the environment has a name for every key
        let name: String = key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
        let mut values = vec![Resolved::variable(name, step)];
        if !optional {
            values.extend(self.keyed(key, depth + 1));
        }
        values.extend(default.into_iter().flat_map(|default| self.placeholders(default, step, depth + 1)));
        let values = joined(&[Resolved::written(before, step)], &values);
        if after.is_empty() { values } else { joined(&values, &self.placeholders(after, step, depth + 1)) }
    }

    /// `getEnv("PORT", "8080")` of whatever kind.
    fn speaks_for_itself(&self, call: &'t Call, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let Some(Value::Text(key)) = call.arguments.first().map(|argument| &argument.value).filter(|_| call.arguments.len() <= 2) else {
            return Vec::new();
        };
        let asks_environment = || call.method().to_ascii_lowercase().contains("env");
        if !is_variable(key) || call.arguments.len() == 1 && !asks_environment() {
            return Vec::new();
        }
        let mut values = vec![Resolved::variable(key, scope.step(ENVIRONMENT))];
        values.extend(call.arguments.get(1).into_iter().flat_map(|fallback| self.values(&fallback.value, scope)));
        values
    }

    /// `fmt.Sprintf("%s:%d", host, port)`, `"{}:{}".format(host, port)`: what is filled in stands behind the text, in its order.
    fn formatted(&self, format: &Format, call: &'t Call, scope: Scope<'_, 't>) -> Option<Vec<Resolved>> {
        let template = self.slot_values(call, &format.template, scope);
        let text = template.iter().find_map(Resolved::text)?;
        let of_receiver = format.template.0.first() == Some(&crate::catalog::vocabulary::Slot::Receiver);
        let mut arguments = call.arguments.iter().filter(|argument| argument.name.is_none()).skip(usize::from(!of_receiver));
        let mut values = vec![Resolved::written("", scope.step(super::WRITTEN))];
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => append(&mut values, text),
                Piece::Hole(name) => {
                    let named =
                        call.arguments.iter().find(|argument| argument.name.as_deref() == Some(name).filter(|name| !name.is_empty()));
                    let argument = named.or_else(|| arguments.next());
                    let more = argument.map_or_else(|| vec![Resolved::unknown()], |argument| self.values(&argument.value, scope));
                    values = joined(&values, &more);
                }
            }
        }
        Some(values)
    }

    /// What functions of the project give back.
    fn of_project(&self, call: &'t Call, result: u32, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let functions = self.project_functions(scope.file, &call.path);
        let values = functions.iter().flat_map(|(file, number)| {
            let frame = Frame { function: *number, call, outer: scope };
            self.returned(*file, *number, Some(&frame), Scope { result, ..scope })
        });
        let values: Vec<_> = values.take(MOST).collect();
        // `config.getPort()` without a function of that name: a getter that something generates
        if values.is_empty() && call.arguments.is_empty() { self.getter(call, scope) } else { values }
    }

    pub(super) fn returned(&self, file: usize, number: u32, frame: Option<&Frame<'_, 't>>, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let Some(function) = self.function(file, number) else { return Vec::new() };
        let inner = Scope { file, function: Some(number), frame, result: scope.result, depth: scope.depth + 1, at: function.at };
        self.budget.visit(std::ptr::from_ref(function) as usize, || {
            function.returns.iter().take(MOST).flat_map(|value| self.values(value, inner)).take(MOST).collect()
        })
    }

    /// A getter's field: `config.GetPort()`, `config.getPort()`, a record's `config.port()`.
    fn getter(&self, call: &'t Call, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let Some((before, method)) = call.path.rsplit_once('.') else { return Vec::new() };
        let field = method.strip_prefix("get").or_else(|| method.strip_prefix("Get")).filter(|field| !field.is_empty()).unwrap_or(method);
        let lower: String = field.chars().take(1).flat_map(char::to_lowercase).chain(field.chars().skip(1)).collect();
        for name in [field, lower.as_str()] {
            let values = self.field_of(before, name, scope);
            if values.iter().any(Resolved::says_something) {
                return values;
            }
        }
        Vec::new()
    }
}

enum Piece<'s> {
    Text(&'s str),
    Hole(&'s str),
}

/// A format's texts and holes: `%` verbs where there are any, else braces.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    if text.contains('%') { percent(text) } else { braces(text) }
}

fn percent(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        let verb = after.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(after.len());
        pieces.push(Piece::Text(before));
        let is_percent = after[verb..].starts_with('%');
        pieces.push(if is_percent { Piece::Text("%") } else { Piece::Hole("") });
        rest = after.get(verb + 1..).unwrap_or_default();
    }
    pieces.push(Piece::Text(rest));
    pieces
}

fn braces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        pieces.push(Piece::Text(before));
        let Some((inside, behind)) = after.split_once('}') else { break };
        let name = inside.split([':', '!']).next().unwrap_or_default();
        pieces.push(Piece::Hole(if name.bytes().all(|byte| byte.is_ascii_digit()) { "" } else { name }));
        rest = behind;
    }
    pieces.push(Piece::Text(rest));
    pieces
}

fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Whether it is spelled as variables of the environment are.
pub(in crate::program) fn is_variable(name: &str) -> bool {
    name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
