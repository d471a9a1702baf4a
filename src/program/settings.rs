//! Flags and settings that have a name and a default: what command-line and configuration libraries are told, and what annotations say.

mod tables;
mod values;

use foldhash::HashMap;

use super::outline::{Annotation, Argument, At, Call, Context, Field, Function};
use super::overrides::Overriding;
use super::resolve::{MOST, arguments};
use super::{Expression, Program, Value};
use crate::catalog::vocabulary::{self, Entry, Meaning, SettingsType, Slots, last_word};

/// What kind of setting it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// A flag of the command line.
    Flag,
    /// A key of the configuration.
    Key,
    /// A field of a type that a library fills.
    Field,
}

/// A setting that has a name.
#[derive(Clone, Debug)]
pub struct Setting<'t> {
    /// Its name, without dashes before it.
    pub key: String,
    /// Further names: of a field in configuration files.
    pub others: Vec<String>,
    /// What kind it is.
    pub kind: SettingKind,
    /// What it is when nobody sets it.
    pub value: Option<Expression<'t>>,
    /// The same, where it stands in a text with other things.
    pub text: Option<String>,
    /// The setting whose value it shares.
    pub like: Option<String>,
    /// The variables of the environment that set it.
    pub variables: Vec<String>,
    /// The name, or field, that takes it.
    pub target: Option<String>,
    /// Whether the target is a plain name that a pointer goes to.
    pub pointed: bool,
    /// The type that it is a field of.
    pub owner: Option<&'t str>,
    /// The head of the function whose parameter it is.
    pub of_function: Option<At>,
    /// As it is spelt on the command line: `--port`.
    pub spelling: Option<String>,
    /// Whether it is an entry of a table that declares settings.
    pub tabled: bool,
    /// Whether the program does not start when it is not set.
    pub required: bool,
    /// The number of its file.
    pub file: usize,
    /// Its place.
    pub at: At,
}

/// All of them, in the order of the sources, and by their names.
#[derive(Debug, Default)]
pub(super) struct Settings<'t> {
    pub all: Vec<Setting<'t>>,
    keys: HashMap<String, Vec<usize>>,
    targets: HashMap<String, Vec<usize>>,
    places: HashMap<(usize, At), usize>,
    overriding: Option<Overriding>,
    /// Whether the program gives keys of its configuration their values.
    keyed: bool,
}

/// The same name in every spelling: `HTTP_Port`, `http.port` and `http-port`.
pub(super) fn normal(key: &str) -> String {
    key.chars().map(|c| if matches!(c, '_' | '.') { '-' } else { c.to_ascii_lowercase() }).collect()
}

impl<'t> Settings<'t> {
    pub(super) fn collect(program: &Program<'t>) -> Self {
        let mut all: Vec<Setting<'t>> =
            program.known_calls().flat_map(|(file, call, entries)| program.of_call(file, call, entries)).collect();
        for (file, source) in program.sources.iter().enumerate().filter(|(_, source)| !source.stands_in) {
            all.extend(source.outline.types.iter().flat_map(|declared| {
                let filled = program.filled(file, &declared.bases, &declared.annotations);
                let prefix = filled.and_then(|filled| program.prefix_of(file, declared.at, filled));
                declared
                    .fields
                    .iter()
                    .filter_map(move |field| {
                        let mut setting = program.field_setting(file, field, filled, prefix.as_deref().unwrap_or_default())?;
                        setting.owner = Some(last_word(&declared.name));
                        Some(setting)
                    })
                    .collect::<Vec<_>>()
            }));
            for function in source.outline.functions.iter().filter(|function| !function.test) {
                program.of_function(file, function, &mut all);
            }
            all.extend(program.of_tables(file));
        }
        all.sort_by_key(|setting| (setting.file, setting.at));
        let mut settings = Self { overriding: program.overriding(), ..Self::default() };
        for (number, setting) in all.iter().enumerate() {
            for key in std::iter::once(&setting.key).chain(&setting.others).filter(|key| !key.is_empty()) {
                settings.keys.entry(normal(key)).or_default().push(number);
            }
            if let Some(target) = &setting.target {
                settings.targets.entry(target.clone()).or_default().push(number);
            }
            settings.places.insert((setting.file, setting.at), number);
        }
        settings.keyed = all.iter().any(|setting| setting.kind == SettingKind::Key);
        settings.all = all;
        settings
    }

    /// The settings that are stored in something called `name`.
    pub(super) fn stored(&self, name: &str) -> impl Iterator<Item = usize> + '_ {
        self.targets.get(name).map_or(&[][..], Vec::as_slice).iter().copied().take(MOST)
    }

    /// The setting that stands at a place.
    pub(super) fn at(&self, file: usize, at: At) -> Option<usize> {
        self.places.get(&(file, at)).copied()
    }

    /// Whether the field that is declared at a place is a setting.
    pub(super) fn annotates(&self, file: usize, at: At) -> bool {
        self.places.contains_key(&(file, at))
    }
}

impl<'t> Program<'t> {
    fn bare(file: usize, at: At, kind: SettingKind, key: String) -> Setting<'t> {
        Setting {
            key,
            others: Vec::new(),
            kind,
            value: None,
            text: None,
            like: None,
            variables: Vec::new(),
            target: None,
            pointed: false,
            owner: None,
            of_function: None,
            spelling: None,
            tabled: false,
            required: false,
            file,
            at,
        }
    }

    /// The flags or the setting that a call defines.
    fn of_call(&self, file: usize, call: &'t Call, entries: &'t [Entry]) -> Vec<Setting<'t>> {
        let defining = entries.iter().filter(|entry| matches!(*entry.meaning, Meaning::Flag(_) | Meaning::Setting(_)));
        let defined =
            defining.filter(|entry| self.matches(entry, file, call) != super::origin::Match::No).map(|entry| match &*entry.meaning {
                Meaning::Flag(flag) if !flag.table.is_empty() => self.flags(file, call, flag),
                Meaning::Flag(flag) => self.flag(file, call, flag, None).into_iter().collect(),
                Meaning::Setting(setting) => self.keyed_setting(file, call, setting).into_iter().collect(),
                _ => Vec::new(),
            });
        defined.into_iter().find(|settings| !settings.is_empty()).unwrap_or_default()
    }

    /// The flags of a table: its keys are their names.
    fn flags(&self, file: usize, call: &'t Call, flag: &vocabulary::Flag) -> Vec<Setting<'t>> {
        let tables = self.first(file, call, &flag.table).into_iter().flat_map(|table| self.shapes(table));
        let entries = tables.filter_map(|shape| if let Value::Table(entries) = shape.value { Some((shape, entries)) } else { None });
        entries
            .flat_map(|(shape, entries)| entries.iter().map(move |entry| (shape, entry)))
            .filter_map(|(shape, (name, value))| {
                let name = name.text()?.trim_start_matches('-').to_owned();
                let default = match flag.default.0.as_slice() {
                    [vocabulary::Slot::Name(key)] => value.get(key),
                    _ => Some(value),
                };
                let mut setting = Self::bare(file, call.at, SettingKind::Flag, name);
                setting.value = default.map(|value| Expression { value, ..shape });
                setting.target = Some(setting.key.replace('-', "_"));
                setting.spelling = Some(format!("--{}", setting.key));
                Some(setting)
            })
            .collect()
    }

    fn texts(&self, file: usize, call: &'t Call, slots: &Slots) -> Vec<String> {
        let given = self.given(file, call, slots).into_iter();
        let values = given.flat_map(|given| self.resolve_given(file, call.context, given));
        values.filter_map(|value| value.text().map(ToOwned::to_owned)).collect()
    }

    fn first(&self, file: usize, call: &'t Call, slots: &Slots) -> Option<Expression<'t>> {
        self.given(file, call, slots).into_iter().find_map(|given| match given {
            super::resolve::Given::Value(expression) => Some(expression),
            _ => None,
        })
    }

    /// A flag; `named` is what it is called when it does not say.
    fn flag(&self, file: usize, call: &'t Call, flag: &vocabulary::Flag, named: Option<&str>) -> Option<Setting<'t>> {
        let mut chain = vec![call];
        let goes_on = [&flag.name_by, &flag.default_by, &flag.variable_by, &flag.target_by].iter().any(|words| !words.0.is_empty());
        if goes_on {
            chain.extend(self.index.chain(file, call));
        }
        let first = Slots(vec![vocabulary::Slot::Place(0)]);
        let by = |words: &vocabulary::Words| chain.iter().filter(|call| words.has(call.method())).copied().collect::<Vec<_>>();
        let mut spelled = self.texts(file, call, &flag.name);
        spelled.extend(by(&flag.name_by).iter().flat_map(|call| self.texts(file, call, &first)));
        let spelling = spelling(&spelled).or_else(|| named.map(|name| name.replace('_', "-")))?;
        let mut setting = Self::bare(file, call.at, SettingKind::Flag, spelling.trim_start_matches('-').to_owned());
        setting.value = by(&flag.default_by)
            .iter()
            .find_map(|call| self.first(file, call, &first))
            .or_else(|| self.first(file, call, &flag.default))
            .filter(|value| !matches!(value.value, Value::Unknown));
        setting.variables = self.texts(file, call, &flag.variable).iter().flat_map(|name| listed(name)).collect();
        setting.variables.extend(by(&flag.variable_by).iter().flat_map(|call| self.texts(file, call, &first)));
        let target =
            by(&flag.target_by).iter().find_map(|call| self.first(file, call, &first)).or_else(|| self.first(file, call, &flag.target));
        let target = target.and_then(|target| match target.value {
            Value::Name(name) | Value::Text(name) => Some(name.as_str()),
            _ => None,
        });
        setting.pointed = target.is_some_and(|target| !target.contains('.'));
        setting.target = Some(target.map_or_else(|| setting.key.replace('-', "_"), |target| last_word(target).to_owned()));
        setting.required = setting.value.is_none() && self.texts(file, call, &flag.required).iter().any(|text| text == "true");
        setting.spelling = Some(format!("--{}", setting.key));
        Some(setting)
    }

    fn keyed_setting(&self, file: usize, call: &'t Call, entry: &vocabulary::Setting) -> Option<Setting<'t>> {
        let key = self.texts(file, call, &entry.key).into_iter().next()?;
        let mut setting = Self::bare(file, call.at, SettingKind::Key, key);
        setting.value = self.first(file, call, &entry.default);
        setting.variables = self.texts(file, call, &entry.variable);
        setting.like = self.given(file, call, &entry.like).into_iter().find_map(Self::like);
        Some(setting)
    }

    /// The flag that a setting takes its value from: its name, or a look-up that names it.
    fn like(given: super::resolve::Given<'t>) -> Option<String> {
        let super::resolve::Given::Value(expression) = given else { return None };
        match expression.value {
            Value::Text(name) => Some(name.clone()),
            Value::Call(call) => call.arguments.iter().find_map(|argument| argument.value.text().map(ToOwned::to_owned)),
            _ => None,
        }
    }

    /// The entry of the type whose fields a library fills, when it does.
    fn filled(&self, file: usize, bases: &[String], annotations: &[Annotation]) -> Option<&'t SettingsType> {
        let names = || bases.iter().map(String::as_str).chain(annotations.iter().map(|annotation| annotation.name.as_str()));
        let is = |known: &String| {
            names().any(|name| name == known || self.index.imported(file, name) == Some(known) || last_word(name) == known)
        };
        self.vocabulary.types.iter().find(|entry| entry.base.0.iter().any(is))
    }

    /// What stands before the variables of a type: `model_config = SettingsConfigDict(env_prefix="APP_")`.
    fn prefix_of(&self, file: usize, of: At, entry: &SettingsType) -> Option<String> {
        let name = entry.prefix.as_deref()?;
        self.index.calls_within(file, of).find_map(|call| call.argument(name, None)?.value.text().map(ToOwned::to_owned))
    }

    fn field_setting(&self, file: usize, field: &'t Field, filled: Option<&SettingsType>, prefix: &str) -> Option<Setting<'t>> {
        let mut setting = Self::bare(file, field.at, SettingKind::Field, String::new());
        setting.target = Some(field.name.clone());
        let mut said = false;
        for annotation in &field.annotations {
            said |= self.read_annotation(&mut setting, &annotation.name, &annotation.arguments, &field.name);
        }
        let expression = |value: &'t Value| Expression { value, file, context: Context::default(), at: field.at };
        match &field.default {
            Some(Value::Call(call)) if self.read_annotation(&mut setting, &call.path, &call.arguments, &field.name) => said = true,
            Some(Value::Unknown) | None => {}
            Some(value) => setting.value = setting.value.or(Some(expression(value))),
        }
        if filled.is_some_and(|entry| entry.variables) && setting.variables.is_empty() {
            setting.variables.push(format!("{prefix}{}", field.name.to_ascii_uppercase()));
            let optional =
                field.kind.as_deref().is_some_and(|kind| kind.contains("Option") || kind.contains("None") || kind.ends_with('?'));
            setting.required |= !optional;
            said = true;
        }
        setting.required &= setting.value.is_none() && setting.text.is_none();
        said.then_some(setting)
    }

    /// Reads what an annotation says of a field; whether the vocabulary knows it.
    fn read_annotation(&self, setting: &mut Setting<'t>, name: &str, given: &'t [Argument], field: &str) -> bool {
        let entries: Vec<_> = self.vocabulary.annotations(name).chain(self.vocabulary.calls(last_word(name))).collect();
        let mut known = false;
        for entry in entries {
            if entry.path.as_deref().is_some_and(|path| path != name && name.contains('.')) {
                continue;
            }
            let Meaning::Field(entry) = &*entry.meaning else { continue };
            known = true;
            read_field(setting, entry, given, field);
            if setting.value.is_none() {
                let mut names = slot_values(given, &entry.function).filter_map(Value::text);
                setting.value = names.find_map(|name| self.made_by_function(setting.file, name));
            }
        }
        known
    }

    /// What a function of the project gives back that is named in a text.
    fn made_by_function(&self, file: usize, name: &str) -> Option<Expression<'t>> {
        let name = name.replace("::", ".");
        let (file, number) = self.project_functions(file, &name).into_iter().next()?;
        let function = self.function(file, number)?;
        let context = Context { function: Some(number), ..Context::default() };
        Some(Expression { value: function.returns.last()?, file, context, at: function.at })
    }

    fn of_function(&self, file: usize, function: &'t Function, all: &mut Vec<Setting<'t>>) {
        for annotation in &function.annotations {
            for entry in self.vocabulary.annotations(&annotation.name) {
                let Meaning::Flag(flag) = &*entry.meaning else { continue };
                let texts = |slots: &Slots| -> Vec<String> { slot_values(&annotation.arguments, slots).flat_map(texts_of).collect() };
                let Some(spelling) = spelling(&texts(&flag.name)) else { continue };
                let mut setting = Self::bare(file, annotation.at, SettingKind::Flag, spelling.trim_start_matches('-').to_owned());
                let default = slot_values(&annotation.arguments, &flag.default).next();
                setting.value = default.map(|value| Expression { value, file, context: Context::default(), at: annotation.at });
                setting.variables = texts(&flag.variable);
                setting.required =
                    setting.value.is_none() && slot_values(&annotation.arguments, &flag.required).any(|value| *value == Value::Truth(true));
                setting.target = Some(texts(&flag.target).pop().unwrap_or_else(|| setting.key.replace('-', "_")));
                setting.of_function = Some(function.at);
                setting.spelling = Some(format!("--{}", setting.key));
                all.push(setting);
            }
        }
        for parameter in &function.parameters {
            let mut setting = Self::bare(file, function.at, SettingKind::Field, String::new());
            let mut said = false;
            for annotation in &parameter.annotations {
                said |= self.read_annotation(&mut setting, &annotation.name, &annotation.arguments, &parameter.name);
            }
            if said {
                setting.target = Some(parameter.name.clone());
                setting.of_function = Some(function.at);
                setting.at = parameter.annotations.first().map_or(function.at, |annotation| annotation.at);
                setting.required &= setting.value.is_none() && setting.text.is_none() && parameter.default.is_none();
                all.push(setting);
            }
        }
    }
}

fn read_field<'t>(setting: &mut Setting<'t>, entry: &vocabulary::Field, given: &'t [Argument], field: &str) {
    let values = |slots: &Slots| slot_values(given, slots).collect::<Vec<&'t Value>>();
    let texts = |slots: &Slots| values(slots).into_iter().flat_map(texts_of).collect::<Vec<_>>();
    for text in texts(&entry.variable) {
        let (name, default, required) = options(&text);
        // the word alone stands for the field's own name
        if text == "true" {
            setting.variables.push(field.to_ascii_uppercase());
        } else if !name.is_empty() {
            setting.variables.push(name.to_owned());
        }
        setting.required |= required;
        setting.text = setting.text.take().or_else(|| default.map(ToOwned::to_owned));
    }
    if let Some(value) = values(&entry.default).into_iter().find(|value| !matches!(value, Value::Unknown)) {
        match value {
            Value::Text(text) if setting.text.is_none() => setting.text = Some(text.clone()),
            _ => setting.value = Some(Expression { value, file: setting.file, context: Context::default(), at: setting.at }),
        }
    }
    for text in texts(&entry.expression) {
        setting.text = Some(text);
    }
    for text in texts(&entry.key) {
        let (name, default, _) = options(&text);
        if !name.is_empty() && name != "-" {
            setting.others.push(name.to_owned());
        }
        setting.text = setting.text.take().or_else(|| default.map(ToOwned::to_owned));
    }
    let flags = texts(&entry.flag);
    if !flags.is_empty() || values(&entry.flag).iter().any(|value| **value == Value::Truth(true)) {
        let named = spelling(&flags.iter().filter(|flag| *flag != "true").cloned().collect::<Vec<_>>());
        let key = named.unwrap_or_else(|| field.replace('_', "-"));
        key.trim_start_matches('-').clone_into(&mut setting.key);
        setting.spelling = Some(format!("--{}", setting.key));
        setting.kind = SettingKind::Flag;
    }
    setting.required |= values(&entry.required).iter().any(|value| matches!(value, Value::Truth(true)) || value.text() == Some("true"));
}

/// A structure tag's words: the name, `default=` and `required`.
fn options(text: &str) -> (&str, Option<&str>, bool) {
    let mut words = text.split(',').map(str::trim);
    let name = words.next().unwrap_or_default();
    let (mut default, mut required) = (None, false);
    for word in words {
        match word {
            "required" | "notEmpty" => required = true,
            _ => default = word.strip_prefix("default=").or(default),
        }
    }
    (name, default, required && default.is_none())
}

fn slot_values<'t>(given: &'t [Argument], slots: &Slots) -> impl Iterator<Item = &'t Value> + use<'t> {
    let found = slots.0.iter().map(|slot| arguments(given, slot).into_iter().map(|argument| &argument.value).collect::<Vec<_>>());
    found.into_iter().find(|values| !values.is_empty()).unwrap_or_default().into_iter()
}

fn texts_of(value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Truth(truth) => vec![truth.to_string()],
        Value::List(values) => values.iter().flat_map(texts_of).collect(),
        _ => Vec::new(),
    }
}

/// `A,B` and `A B` of flags' variables.
fn listed(text: &str) -> Vec<String> {
    text.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect()
}

/// The longest of a flag's names: of `-p, --port <number>` it is `--port`.
fn spelling(names: &[String]) -> Option<String> {
    let words = names.iter().flat_map(|name| name.split([',', ' ', '=', '|', '<', '[']));
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let dashed = words.iter().filter(|word| word.starts_with('-')).max_by_key(|word| word.len());
    dashed.or(words.first()).map(|word| (*word).to_owned()).filter(|word| !word.trim_start_matches('-').is_empty())
}
