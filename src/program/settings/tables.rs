//! Settings that a table declares, of which each entry says its kind and its default: `{"PORT": (int, 8181)}`,
//! `{"port": Setting(int, 8888, "APP_PORT")}`, `[("hosts", {"value": "localhost:5232", "aliases": ("--hosts",)})]`.

use super::{Setting, SettingKind};
use crate::program::resolve::is_variable;
use crate::program::{At, Binding, Expression, Program, Value};

/// The names of kinds, as the languages with such tables have them.
const KINDS: [&str; 8] = ["int", "str", "bool", "float", "list", "dict", "String", "Number"];
/// The keys under which an entry has its default.
const DEFAULTS: [&str; 2] = ["default", "value"];
/// The keys under which it has its variable.
const VARIABLES: [&str; 4] = ["env", "envvar", "env_var", "environ"];
/// Tables in tables deeper than these are data.
const DEEPEST: usize = 6;

impl<'t> Program<'t> {
    /// What the tables of a file declare.
    pub(super) fn of_tables(&self, file: usize) -> Vec<Setting<'t>> {
        let mut found = Vec::new();
        let bindings: &'t [Binding] = &self.sources[file].outline.bindings;
        for binding in bindings.iter().filter(|binding| !binding.context.test) {
            Tables { program: self, file, binding, found: &mut found }.read(&binding.value, "", 0);
        }
        found
    }
}

struct Tables<'a, 't> {
    program: &'a Program<'t>,
    file: usize,
    binding: &'t Binding,
    found: &'a mut Vec<Setting<'t>>,
}

impl<'t> Tables<'_, 't> {
    fn read(&mut self, value: &'t Value, within: &str, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match value {
            Value::Table(entries) => {
                for (key, value) in entries {
                    self.entry(key, value, within, depth);
                }
            }
            // `OrderedDict([("key", ...)])`
            Value::Call(call) => call.arguments.iter().for_each(|argument| self.read(&argument.value, within, depth + 1)),
            Value::List(items) => {
                for item in items {
                    match item {
                        Value::List(pair) if pair.len() == 2 => self.entry(&pair[0], &pair[1], within, depth),
                        Value::Table(_) => self.read(item, within, depth + 1),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn entry(&mut self, key: &'t Value, value: &'t Value, within: &str, depth: usize) {
        let Some(key) = key.text() else { return };
        let path = if within.is_empty() { key.to_owned() } else { format!("{within}.{key}") };
        match declared(value) {
            Some(declared) => self.found.push(self.setting(key, path, &declared)),
            None => self.read(value, &path, depth + 1),
        }
    }

    fn setting(&self, key: &str, path: String, declared: &Declared<'t>) -> Setting<'t> {
        let at = self.place(key);
        let kind = if declared.spelling.is_some() { SettingKind::Flag } else { SettingKind::Key };
        let mut setting = Program::bare(self.file, at, kind, path);
        setting.tabled = true;
        if setting.key != key {
            setting.others.push(key.to_owned());
        }
        setting.value = Some(Expression { value: declared.default, file: self.file, context: self.binding.context, at: self.binding.at });
        setting.variables = declared.variable.map(str::to_owned).into_iter().collect();
        setting.spelling = declared.spelling.map(str::to_owned);
        setting
    }

    /// Where the entry stands, by its key.
    fn place(&self, key: &str) -> At {
        let within = |at: &At| at.start >= self.binding.at.start && at.end <= self.binding.at.end;
        let texts = &self.program.sources[self.file].outline.texts;
        texts.iter().find(|(text, at)| text == key && within(at)).map_or(self.binding.at, |(_, at)| *at)
    }
}

struct Declared<'t> {
    default: &'t Value,
    variable: Option<&'t str>,
    spelling: Option<&'t str>,
}

/// What an entry declares, where it declares anything.
fn declared(value: &Value) -> Option<Declared<'_>> {
    match value {
        Value::Table(entries) => {
            let default = DEFAULTS.iter().find_map(|key| value.get(key))?;
            let variable = VARIABLES.iter().find_map(|key| value.get(key)?.text());
            let flags = entries.iter().flat_map(|(_, value)| if let Value::List(items) = value { items.as_slice() } else { &[] });
            let spelling = flags.filter_map(Value::text).find(|text| text.starts_with("--"));
            Some(Declared { default, variable, spelling })
        }
        Value::List(items) => of_kind(items.iter()),
        Value::Call(call) => of_kind(call.arguments.iter().map(|argument| &argument.value)),
        _ => None,
    }
}

/// `int, "section", 8181`, `(int, str), 8888, "APP_PORT"`: a kind, and behind it the default and a variable.
fn of_kind<'v>(mut items: impl Iterator<Item = &'v Value>) -> Option<Declared<'v>> {
    let is_kind = |value: &Value| matches!(value, Value::Name(name) if KINDS.contains(&name.as_str()));
    items.next().filter(|first| is_kind(first) || matches!(first, Value::List(kinds) if !kinds.is_empty() && kinds.iter().all(is_kind)))?;
    let (mut default, mut variable) = (None, None);
    for item in items {
        match item {
            Value::Text(text) if text.contains('_') && is_variable(text) => variable = Some(text.as_str()),
            Value::Text(_) | Value::Number(_) | Value::Truth(_) => default = Some(item),
            _ => {}
        }
    }
    Some(Declared { default: default?, variable, spelling: None })
}
