//! Calls that give a value: the environment, formatting, conversions, look-ups of settings, and functions of the project.

use super::super::index::{At, Function};
use super::value::{self, MOST, Part, Step, Value, joined};
use super::{ENVIRONMENT, Frame, Resolver, Scope, WRITTEN};

/// One call of a chain: `a.b(`.
pub(super) struct Called {
    pub names: Vec<At>,
    pub open: At,
}

impl Resolver<'_> {
    /// What a chain of calls gives.
    pub(super) fn called(&self, calls: &[Called], scope: Scope<'_>) -> Vec<Value> {
        let Some(call) = calls.last() else { return Vec::new() };
        let name = call.names.last().map_or("", |at| self.word(*at));
        let (arguments, close) = self.index.list(call.open);
        let (scope, result) = (scope.deeper(), scope.result);
        if result > 0 {
            return self.of_project(call, &arguments, result, scope);
        }
        let from = calls[0].names.first().copied().unwrap_or(call.open);
        let step = Step { from, until: close + 1, rule: ENVIRONMENT };
        if let Some(setting) = self.declaration(from) {
            return setting;
        }
        let first = arguments.first().copied();
        match (name, first) {
            ("Getenv" | "LookupEnv", Some(argument)) => self.environment(argument, step, scope),
            ("Sprintf" | "Errorf", Some(format)) => self.formatted(format, &arguments[1..], scope),
            ("Join", Some(_)) if self.is_path(call) => self.path(&arguments, scope),
            ("Dir", Some(path)) if self.is_path(call) => self.values(path, scope).iter().map(value::parent).collect(),
            ("JoinHostPort", Some(_)) => self.separated(":", &arguments, scope),
            // cmp.Or and the like
            ("Or" | "Coalesce" | "FirstNonEmpty", Some(_)) => arguments.iter().flat_map(|argument| self.values(*argument, scope)).collect(),
            _ => {
                let mut values = self.of_project(call, &arguments, 0, scope);
                let says_variable = values.iter().any(|value| value.parts.iter().any(|part| matches!(part, Part::Variable(_))));
                let says_default = values.iter().any(|value| value.text().is_some());
                // `getEnv("PORT", "8080")` speaks for itself where its body cannot be followed
                if !says_variable || !says_default {
                    values.extend(self.of_library(name, &arguments, step, scope));
                }
                values
            }
        }
    }

    /// A call that declares a flag is worth its default.
    fn declaration(&self, from: At) -> Option<Vec<Value>> {
        let number = self.defaults.binary_search_by_key(&from, |default| default.at).ok()?;
        let default = self.defaults.get(number)?;
        default.value.is_some().then(|| self.default_values(default, 0))
    }

    fn of_library(&self, name: &str, arguments: &[At], step: Step, scope: Scope<'_>) -> Vec<Value> {
        let Some(first) = arguments.first() else {
            return Vec::new();
        };
        match name {
            "string" | "int" | "int16" | "int32" | "int64" | "uint" | "uint16" | "uint32" | "uint64" | "Itoa" | "Atoi" | "Sprint"
            | "TrimSpace" | "TrimPrefix" | "TrimSuffix" | "TrimRight" | "TrimLeft" | "Trim" | "ParseInt" | "ParseUint" | "FormatInt"
            | "FormatUint" | "Clean" | "Abs" | "FromSlash" | "ToSlash" | "ExpandEnv" | "ToLower" | "ToString" | "ToInt" | "Ptr"
            | "Must" => self.values(*first, scope),
            _ => self.looked_up(name, arguments, step, scope),
        }
    }

    /// `getEnv("PORT", "8080")`, and `viper.GetString("port")`.
    fn looked_up(&self, name: &str, arguments: &[At], step: Step, scope: Scope<'_>) -> Vec<Value> {
        let Some(key) = self.index.literal(arguments[0]) else { return Vec::new() };
        let asks_environment = name.to_ascii_lowercase().contains("env");
        match arguments {
            [_, fallback] if is_variable(&key) => {
                let mut values = vec![Value::variable(key, step)];
                values.extend(self.values(*fallback, scope));
                values
            }
            [_] if is_variable(&key) && asks_environment => vec![Value::variable(key, step)],
            [_] if is_getter(name) => self.keyed(&key, scope.depth),
            _ => Vec::new(),
        }
    }

    fn environment(&self, argument: At, step: Step, scope: Scope<'_>) -> Vec<Value> {
        let names = self.values(argument, scope);
        names.iter().map(|name| name.text().map_or_else(Value::unknown, |name| Value::variable(name, step))).collect()
    }

    fn is_path(&self, call: &Called) -> bool {
        let package = call.names.len().checked_sub(2).map_or("", |at| self.word(call.names[at]));
        matches!(package, "path" | "filepath")
    }

    fn separated(&self, separator: &str, arguments: &[At], scope: Scope<'_>) -> Vec<Value> {
        let mut values = vec![Value { parts: Vec::new(), steps: Vec::new() }];
        for (number, argument) in arguments.iter().enumerate() {
            if number > 0 {
                value::append(&mut values, separator);
            }
            values = joined(&values, &self.values(*argument, scope));
        }
        values
    }

    /// `filepath.Join(a, b)`: an argument that is empty leaves nothing behind, no slash either.
    fn path(&self, arguments: &[At], scope: Scope<'_>) -> Vec<Value> {
        let mut values = vec![Value { parts: Vec::new(), steps: Vec::new() }];
        for argument in arguments {
            let (empty, mut filled): (Vec<_>, Vec<_>) = values.into_iter().partition(|value| {
                value.text().is_none_or(str::is_empty) && value.parts.iter().all(|part| matches!(part, Part::Text(text) if text.is_empty()))
            });
            value::append(&mut filled, "/");
            values = joined(&[empty, filled].concat(), &self.values(*argument, scope));
        }
        values
    }

    /// `fmt.Sprintf("%s:%d", host, port)`: verbs in their order, each with the argument that it stands for.
    fn formatted(&self, format: At, arguments: &[At], scope: Scope<'_>) -> Vec<Value> {
        let Some(text) = self.values(format, scope).into_iter().find_map(|value| value.text().map(ToOwned::to_owned)) else {
            return Vec::new();
        };
        let step = Step { from: format, until: format.token + 1, rule: WRITTEN };
        let mut values = vec![Value { parts: Vec::new(), steps: vec![step] }];
        let mut arguments = arguments.iter();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('%') {
            let verb = after.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(after.len());
            let is_percent = after[verb..].starts_with('%');
            let before = if is_percent { format!("{before}%") } else { before.to_owned() };
            value::append(&mut values, &before);
            if !is_percent {
                let more = arguments.next().map_or_else(|| vec![Value::unknown()], |argument| self.values(*argument, scope));
                values = joined(&values, &more);
            }
            rest = after.get(verb + 1..).unwrap_or_default();
        }
        value::append(&mut values, rest);
        values
    }

    /// What functions of the project give back.
    fn of_project(&self, call: &Called, arguments: &[At], result: usize, scope: Scope<'_>) -> Vec<Value> {
        let Some((last, before)) = call.names.split_last() else { return Vec::new() };
        let name = self.word(*last);
        let package = self.index.files[last.file].package;
        let imported = before.last().and_then(|qualifier| self.index.import(qualifier.file, self.word(*qualifier)));
        let fits = |function: &Function<'_>| {
            let home = self.index.files[function.parameters.file].package;
            match (before.is_empty(), imported) {
                (true, _) => !function.method && home == package,
                (false, Some(path)) => !function.method && self.index.packages[home] == path,
                (false, None) => function.method,
            }
        };
        let numbers: Vec<_> = self.index.functions_of(name).iter().copied().filter(|number| fits(&self.index.functions[*number])).collect();
        // a method that many types have tells nothing of this one
        if numbers.len() > 2 {
            return Vec::new();
        }
        let values: Vec<_> = numbers.iter().flat_map(|number| self.returned(*number, arguments, result, scope)).take(MOST).collect();
        if values.is_empty() && imported.is_none() && arguments.is_empty() { self.getter(name, *last, scope) } else { values }
    }

    fn returned(&self, number: usize, arguments: &[At], result: usize, scope: Scope<'_>) -> Vec<Value> {
        let function = &self.index.functions[number];
        let at = function.parameters.move_to(function.body.0);
        if self.visiting.borrow().contains(&at) {
            return Vec::new();
        }
        self.visiting.borrow_mut().push(at);
        let frame = Frame { function: number, arguments, outer: scope };
        let inner = Scope { function: Some(number), frame: Some(&frame), result: 0, depth: scope.depth + 1 };
        let body = at.token..function.body.1;
        let returns = body.map(|token| at.move_to(token)).filter(|at| self.index.is(*at, "return")).take(MOST);
        let results = returns.filter_map(|at| self.index.listed(at.move_to(at.token + 1), result));
        let values = results.flat_map(|at| self.values(at, inner)).collect();
        self.visiting.borrow_mut().pop();
        values
    }

    /// `config.GetPort()` without a function of that name: what protobuf generates for the field `Port`.
    fn getter(&self, name: &str, at: At, scope: Scope<'_>) -> Vec<Value> {
        let Some(field) = name.strip_prefix("Get").filter(|field| !field.is_empty()) else { return Vec::new() };
        self.index
            .tags_of(field)
            .take(MOST)
            .filter(|tag| tag.at.file != at.file)
            .flat_map(|tag| self.tag_values(tag, scope.depth))
            .collect()
    }
}

/// Whether it is spelled as variables of the environment are.
pub(super) fn is_variable(name: &str) -> bool {
    name.len() > 1
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

fn is_getter(name: &str) -> bool {
    let kind = name.strip_prefix("Get").unwrap_or(name);
    matches!(kind, "" | "String" | "Int" | "Int16" | "Int32" | "Int64" | "Uint" | "Uint16" | "Uint32" | "Uint64" | "StringSlice" | "Path")
}
