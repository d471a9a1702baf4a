//! Where names stand: look-ups that cost the same in a large program as in a small one.

use foldhash::{HashMap, HashSet};

use super::origin::SEPARATORS;
use super::outline::{At, Call, Context, Function, Type};
use super::source::Source;
use super::value::Value;
use crate::catalog::vocabulary::last_word;

/// Names in a program.
#[derive(Debug, Default)]
pub(super) struct Index<'t> {
    /// The files of each module.
    pub modules: HashMap<&'t str, Vec<usize>>,
    /// Modules that their directory stands for too: of `web/index` by `web`.
    indexes: HashMap<&'t str, &'t str>,
    /// The first words of all modules.
    tops: HashSet<&'t str>,
    /// Names inside functions: file, function, name.
    locals: HashMap<(usize, u32), HashMap<&'t str, Vec<Bound<'t>>>>,
    /// Names of modules: module, name.
    globals: HashMap<&'t str, HashMap<&'t str, Vec<Bound<'t>>>>,
    /// Names that functions give values to which are not their own.
    outer: HashMap<&'t str, HashMap<&'t str, Vec<Bound<'t>>>>,
    /// Fields and members by their last word.
    fields: HashMap<&'t str, Vec<Member<'t>>>,
    /// Functions by their last word.
    functions: HashMap<&'t str, Vec<(usize, u32)>>,
    /// The calls of each file by their first byte, of those that begin together the shortest first.
    places: Vec<Vec<&'t Call>>,
    /// Calls by their last word.
    calls: HashMap<&'t str, Vec<(usize, &'t Call)>>,
    /// Types by their last word.
    types: HashMap<&'t str, Vec<(usize, &'t Type)>>,
    /// All that is imported.
    pub imports: Imports<'t>,
    /// What each file's imports call things.
    names: Vec<HashMap<&'t str, &'t str>>,
}

/// What is imported, and what that is in.
#[derive(Debug, Default)]
pub(super) struct Imports<'t> {
    full: HashSet<&'t str>,
    above: HashSet<&'t str>,
}

impl<'t> Imports<'t> {
    fn add(&mut self, path: &'t str) {
        if self.full.insert(path) {
            self.above.extend(beginnings(path));
        }
    }

    /// Whether something is imported that is `name` or that it is in.
    pub(super) fn hold(&self, name: &str) -> bool {
        beginnings(name).any(|beginning| self.full.contains(beginning))
    }

    /// The same, or that is in it.
    pub(super) fn touch(&self, name: &str) -> bool {
        self.above.contains(name) || self.hold(name)
    }
}

/// A full name and what it is in, step by step: of `net/http.Get` also `net/http` and `net`.
fn beginnings(name: &str) -> impl Iterator<Item = &str> {
    let ends = name.char_indices().filter(|(_, c)| SEPARATORS.contains(c)).map(|(at, _)| at);
    ends.chain([name.len()]).map(|end| &name[..end])
}

/// The first word of a name.
fn top(name: &str) -> &str {
    &name[..name.find(['.', '/']).unwrap_or(name.len())]
}

/// A name and what it is given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound<'t> {
    pub file: usize,
    pub value: &'t Value,
    pub kind: Option<&'t str>,
    pub result: u32,
    pub context: Context,
    pub at: At,
}

/// A field and what it is given, or declared with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'t> {
    /// What it is a field of: a type, or the word before it.
    pub owner: &'t str,
    pub bound: Bound<'t>,
    /// Declared with its type, and not given a value by somebody.
    pub declared: bool,
}

static NOTHING: Value = Value::Unknown;

impl<'t> Index<'t> {
    pub(super) fn new(sources: &[&'t Source<'t>]) -> Self {
        let mut index = Self::default();
        for (file, source) in sources.iter().enumerate() {
            index.module(file, &source.module);
            index.names.push(HashMap::default());
            let mut places: Vec<&Call> = source.outline.calls.iter().collect();
            places.sort_by_key(|call| call.at);
            index.places.push(places);
            for import in source.outline.imports.iter().filter(|import| !import.context.test) {
                index.imports.add(&import.path);
                if let Some(name) = &import.name {
                    index.names[file].insert(name, &import.path);
                }
            }
            if source.stands_in {
                continue;
            }
            index.bindings(file, source);
            index.functions(file, source);
            index.types(file, source);
            for call in source.outline.calls.iter().filter(|call| !call.context.test) {
                index.call(file, call);
            }
        }
        index
    }

    fn module(&mut self, file: usize, name: &'t str) {
        self.modules.entry(name).or_default().push(file);
        self.tops.insert(top(name));
        if let Some(directory) = name.strip_suffix("/index") {
            self.indexes.insert(directory, name);
        }
    }

    /// The module of that name, or that the directory of that name stands for.
    pub(super) fn module_named(&self, name: &str) -> Option<&'t str> {
        let known = self.modules.get_key_value(name).map(|(module, _)| *module);
        known.or_else(|| self.indexes.get(name).copied())
    }

    /// Whether a name may begin with a module's.
    pub(super) fn may_name_module(&self, name: &str) -> bool {
        self.tops.contains(top(name))
    }

    fn bindings(&mut self, file: usize, source: &'t Source<'t>) {
        for binding in source.outline.bindings.iter().filter(|binding| !binding.context.test) {
            let bound = Bound {
                file,
                value: &binding.value,
                kind: binding.kind.as_deref(),
                result: binding.result,
                context: binding.context,
                at: binding.at,
            };
            if let Some((owner, name)) = member(&binding.target) {
                self.fields.entry(name).or_default().push(Member { owner: last_word(owner), bound, declared: false });
                continue;
            }
            let name = binding.target.as_str();
            match binding.context.function {
                None => self.globals.entry(&source.module).or_default().entry(name).or_default().push(bound),
                Some(function) => {
                    self.locals.entry((file, function)).or_default().entry(name).or_default().push(bound);
                    if !binding.declares {
                        self.outer.entry(&source.module).or_default().entry(name).or_default().push(bound);
                    }
                }
            }
        }
    }

    fn functions(&mut self, file: usize, source: &'t Source<'t>) {
        for (number, function) in source.outline.functions.iter().enumerate() {
            if !function.test && !function.name.is_empty() {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                self.functions.entry(last_word(&function.name)).or_default().push((file, number));
            }
        }
    }

    fn types(&mut self, file: usize, source: &'t Source<'t>) {
        for declared in &source.outline.types {
            self.types.entry(last_word(&declared.name)).or_default().push((file, declared));
            for field in &declared.fields {
                let value = field.default.as_ref().unwrap_or(&NOTHING);
                let bound = Bound { file, value, kind: field.kind.as_deref(), result: 0, context: Context::default(), at: field.at };
                self.fields.entry(&field.name).or_default().push(Member { owner: last_word(&declared.name), bound, declared: true });
            }
        }
    }

    fn call(&mut self, file: usize, call: &'t Call) {
        let method = call.method();
        self.calls.entry(method).or_default().push((file, call));
        // a constructor gives fields their values
        if !method.starts_with(|c: char| c.is_uppercase()) {
            return;
        }
        for argument in &call.arguments {
            let Some(name) = &argument.name else { continue };
            let bound = Bound { file, value: &argument.value, kind: None, result: 0, context: call.context, at: argument.at };
            self.fields.entry(name).or_default().push(Member { owner: method, bound, declared: false });
        }
    }

    /// What a name of a function itself is given.
    pub(super) fn locals(&self, file: usize, function: u32, name: &str) -> &[Bound<'t>] {
        self.locals.get(&(file, function)).and_then(|names| names.get(name)).map_or(&[], Vec::as_slice)
    }

    /// What a name of a module is given at its top, and by functions that do not have it as their own.
    pub(super) fn globals<'s>(&'s self, module: &str, name: &str) -> impl Iterator<Item = &'s Bound<'t>> + use<'s, 't> {
        let of = |names: &'s HashMap<&'t str, HashMap<&'t str, Vec<Bound<'t>>>>| -> &'s [Bound<'t>] {
            names.get(module).and_then(|names| names.get(name)).map_or(&[], Vec::as_slice)
        };
        of(&self.globals).iter().chain(of(&self.outer))
    }

    /// Whether the module itself gives the name a value.
    pub(super) fn has_global(&self, module: &str, name: &str) -> bool {
        self.globals.get(module).is_some_and(|names| names.contains_key(name))
    }

    pub(super) fn fields(&self, name: &str) -> &[Member<'t>] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn functions_of(&self, name: &str) -> &[(usize, u32)] {
        self.functions.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn calls_of(&self, method: &str) -> &[(usize, &'t Call)] {
        self.calls.get(method).map_or(&[], Vec::as_slice)
    }

    /// The calls of a file that stand inside `at`.
    pub(super) fn calls_within(&self, file: usize, at: At) -> impl Iterator<Item = &'t Call> + use<'_, 't> {
        let calls = self.places.get(file).map_or(&[][..], Vec::as_slice);
        let first = calls.partition_point(|call| call.at.start < at.start);
        calls[first..].iter().copied().take_while(move |call| call.at.start < at.end).filter(move |call| call.at.end <= at.end)
    }

    /// What is called on what a call gives, step by step: `b()` and `c()` of `a().b().c()`.
    pub(super) fn chain(&self, file: usize, call: &Call) -> impl Iterator<Item = &'t Call> + use<'_, 't> {
        let calls = self.places.get(file).map_or(&[][..], Vec::as_slice);
        let at = call.at;
        let first = calls.partition_point(|call| call.at <= at);
        calls[first..].iter().copied().take_while(move |call| call.at.start == at.start)
    }

    pub(super) fn types_of(&self, name: &str) -> &[(usize, &'t Type)] {
        self.types.get(name).map_or(&[], Vec::as_slice)
    }

    /// What a file's imports call `name`.
    pub(super) fn imported(&self, file: usize, name: &str) -> Option<&'t str> {
        self.names.get(file)?.get(name).copied()
    }
}

/// The words of `config.server[port]`: `config`, `server` and `port`.
pub(super) fn words(name: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        if let Some((key, behind)) = rest.strip_prefix('[').and_then(|inside| inside.split_once(']')) {
            words.push(key);
            rest = behind.strip_prefix('.').unwrap_or(behind);
            continue;
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        words.push(&rest[..end]);
        rest = rest[end..].strip_prefix('.').unwrap_or(&rest[end..]);
        if end == 0 && !rest.starts_with('[') {
            break;
        }
    }
    words
}

/// The parts of `server.Addr` and of `app.config[KEY]`.
pub(super) fn member(target: &str) -> Option<(&str, &str)> {
    if let Some(inside) = target.strip_suffix(']') {
        return inside.rsplit_once('[');
    }
    target.rsplit_once('.')
}

impl<'t> super::Program<'t> {
    /// A function by its number in a file.
    pub(super) fn function(&self, file: usize, number: u32) -> Option<&'t Function> {
        self.sources.get(file)?.outline.functions.get(number as usize)
    }
}
