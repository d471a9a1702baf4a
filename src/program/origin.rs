//! Where what is called comes from: the library behind a name, the module of the project behind a path.

use foldhash::HashMap;
use std::rc::Rc;

use super::Program;
use super::outline::{Binding, Call};
use super::value::Value;
use crate::catalog::vocabulary::{Entry, last_word};

/// How many names deep an object's origin is looked for.
const DEEP: u32 = 8;
/// How many fields or functions of one name are looked at.
const FEW: usize = 6;

/// What stands between the words of a full name.
pub(super) const SEPARATORS: [char; 6] = ['.', '/', '(', ':', '[', '<'];

/// How surely a call is what an entry speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// It is something else.
    No,
    /// Its name fits, what it is called on cannot be seen, and the program uses the library.
    Likely,
    /// It is.
    Proven,
}

/// What names come to, by the file and the function that they are seen from.
pub(super) type Origins = HashMap<(usize, Option<u32>), HashMap<Box<str>, Option<Rc<str>>>>;

/// Whether a full name is `of`, or something in it.
#[must_use]
pub fn comes_from(name: &str, of: &str) -> bool {
    name.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with(SEPARATORS))
}

impl<'t> Program<'t> {
    /// How surely a call is what an entry speaks of.
    #[must_use]
    pub fn matches(&self, entry: &Entry, file: usize, call: &Call) -> Match {
        if let Some(path) = &entry.path {
            let same = |name: &str| name == path;
            if same(&call.path) {
                return Match::Proven;
            }
            let plain = call.path.len() < path.len() && path.ends_with(call.path.as_str()) && !call.path.contains('.');
            if plain || !path.contains('.') || !call.path.contains('.') {
                return Match::No;
            }
            return match self.known_origin(file, &call.path, call.context.function).as_deref() {
                Some(origin) if same(origin) => Match::Proven,
                _ => Match::No,
            };
        }
        if entry.of.is_empty() {
            // a method of the project's own is no library's, unless a library made what it is called on
            let of_library = || self.is_of_library(&call.path, file, call.context.function);
            if !self.project_functions(file, &call.path).is_empty() && !of_library() {
                return Match::No;
            }
            return if call.path.contains('.') || call.receiver.is_some() { Match::Proven } else { Match::No };
        }
        let fits = |name: &str| entry.of.iter().any(|of| comes_from(name, of));
        if fits(&call.path) {
            return Match::Proven;
        }
        // nothing that the program does not import can be what it calls
        if !entry.of.iter().any(|of| self.imports(of)) {
            return Match::No;
        }
        match self.known_origin(file, &call.path, call.context.function).as_deref() {
            Some(origin) if fits(origin) => Match::Proven,
            Some(origin) if self.index.imports.hold(origin) => Match::No,
            _ if call.path.contains('.') || call.receiver.is_some() => Match::Likely,
            _ => Match::No,
        }
    }

    /// Whether what is assigned is what an entry speaks of, where that is a field of something.
    #[must_use]
    pub fn assigns_to(&self, entry: &Entry, file: usize, binding: &Binding) -> bool {
        if entry.of.is_empty() {
            return true;
        }
        let origin = self.known_origin(file, &binding.target, binding.context.function);
        let origin = origin.as_deref().unwrap_or(&binding.target);
        entry.of.iter().any(|of| comes_from(origin, of))
    }

    /// The full name of what `path` names, looked for once.
    fn known_origin(&self, file: usize, path: &str, function: Option<u32>) -> Option<Rc<str>> {
        let seen_from = (file, function);
        if let Some(known) = self.origins.borrow().get(&seen_from).and_then(|known| known.get(path)) {
            return known.clone();
        }
        self.budget.question(|| {
            let origin = self.origin(file, path, function, 0).map(Rc::from);
            // a look that was broken off on the way to something else may find more another time
            if !self.budget.spent() {
                self.origins.borrow_mut().entry(seen_from).or_default().insert(path.into(), origin.clone());
            }
            origin
        })
    }

    /// The full name of what `path` names, through the names that stand for it.
    fn origin(&self, file: usize, path: &str, function: Option<u32>, depth: u32) -> Option<String> {
        if depth > DEEP || !self.budget.burn() {
            return None;
        }
        let cut = path.find(['.', '(', '[']).unwrap_or(path.len());
        let (first, rest) = path.split_at(cut);
        if matches!(first, "self" | "this") {
            return self.of_field(file, path, function, depth);
        }
        // a function of the project gives back what it makes
        if rest.starts_with("()")
            && let Some(made) = self.made_by(file, first, depth)
        {
            return Some(format!("{made}{}", &rest[2..]));
        }
        let bounds = self.bounds(first, file, function);
        for bound in bounds.iter().take(FEW) {
            let typed = bound.kind.and_then(|kind| self.type_name(bound.file, kind));
            let made = || self.made(bound.file, bound.value, bound.context.function, depth + 1);
            if let Some(origin) = typed.or_else(made) {
                return Some(format!("{origin}{rest}"));
            }
        }
        if let Some(kind) = self.parameter_kind(file, first, function) {
            return Some(format!("{kind}{rest}"));
        }
        if let Some(full) = self.index.imported(file, first) {
            return Some(format!("{full}{rest}"));
        }
        if let Some((module, behind)) = self.module_of(file, path) {
            return self.of_module(module, behind, depth);
        }
        self.of_field(file, path, function, depth).or_else(|| bounds.is_empty().then(|| path.to_owned()))
    }

    /// What an expression makes.
    fn made(&self, file: usize, value: &Value, function: Option<u32>, depth: u32) -> Option<String> {
        match value {
            Value::Call(call) => {
                if let Some(made) = self.project_functions(file, &call.path).first().and_then(|found| self.returned_type(*found, depth)) {
                    return Some(made);
                }
                let origin = self.origin(file, &call.path, function, depth + 1)?;
                Some(self.base_of(file, &origin).unwrap_or_else(|| format!("{origin}()")))
            }
            Value::Name(name) => self.origin(file, name, function, depth + 1),
            Value::Either(values) => values.iter().find_map(|value| self.made(file, value, function, depth + 1)),
            _ => None,
        }
    }

    fn made_by(&self, file: usize, name: &str, depth: u32) -> Option<String> {
        self.project_functions(file, name).first().and_then(|found| self.returned_type(*found, depth))
    }

    fn returned_type(&self, (file, number): (usize, u32), depth: u32) -> Option<String> {
        if depth > DEEP {
            return None;
        }
        let function = self.function(file, number)?;
        let typed = function.gives.as_deref().and_then(|kind| self.type_name(file, kind));
        typed.or_else(|| function.returns.iter().find_map(|value| self.made(file, value, Some(number), depth + 1)))
    }

    /// The library's type that a type of the project extends.
    fn base_of(&self, file: usize, name: &str) -> Option<String> {
        let (at, declared) = self.index.types_of(last_word(name)).first()?;
        let base = declared.bases.first()?;
        let full = self.type_name(*at, base).unwrap_or_else(|| base.clone());
        (file < self.sources.len()).then_some(full)
    }

    fn parameter_kind(&self, file: usize, name: &str, function: Option<u32>) -> Option<String> {
        let mut inside = function;
        while let Some(number) = inside {
            let function = self.function(file, number)?;
            if let Some(parameter) = function.parameters.iter().find(|parameter| parameter.name == name) {
                return self.type_name(file, parameter.kind.as_deref()?);
            }
            inside = function.inside;
        }
        None
    }

    /// The full name of the first imported, or dotted, name in a type as it is written: `*gin.Engine`, `Arc<axum::Router>`.
    fn type_name(&self, file: usize, kind: &str) -> Option<String> {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '/' | '$');
        kind.split(|c| !is_name(c)).filter(|word| !word.is_empty()).find_map(|word| {
            let word = word.replace("::", ".");
            let (first, rest) = word.split_at(word.find('.').unwrap_or(word.len()));
            match self.index.imported(file, first) {
                Some(full) => Some(format!("{full}{rest}")),
                None => word.contains(['.', '/']).then(|| word.clone()),
            }
        })
    }

    fn of_module(&self, module: &str, behind: &str, depth: u32) -> Option<String> {
        let cut = behind.find(['.', '(', '[']).unwrap_or(behind.len());
        let (first, rest) = behind.split_at(cut);
        let bound = self.index.globals(module, first).next().copied();
        if let Some(bound) = bound {
            let typed = bound.kind.and_then(|kind| self.type_name(bound.file, kind));
            let origin = typed.or_else(|| self.made(bound.file, bound.value, bound.context.function, depth + 1))?;
            return Some(format!("{origin}{rest}"));
        }
        let functions = self.index.functions_of(first).iter();
        let found = functions.copied().find(|(file, _)| self.sources[*file].module == module)?;
        let made = self.returned_type(found, depth + 1)?;
        Some(format!("{made}{}", rest.strip_prefix("()").unwrap_or(rest)))
    }

    /// `s.router.Run`, `self.app.run`: by the field before the method.
    fn of_field(&self, file: usize, path: &str, _function: Option<u32>, depth: u32) -> Option<String> {
        let (before, method) = path.rsplit_once('.')?;
        let (_, field) = before.rsplit_once('.')?;
        let members = self.index.fields(field);
        let own = members.iter().filter(|member| self.sources[member.bound.file].module == self.sources[file].module);
        own.chain(members).take(FEW).find_map(|member| {
            let bound = member.bound;
            let typed = bound.kind.and_then(|kind| self.type_name(bound.file, kind));
            let origin = typed.or_else(|| self.made(bound.file, bound.value, bound.context.function, depth + 2))?;
            Some(format!("{origin}.{method}"))
        })
    }

    /// The module of the project that a name begins with, and what follows.
    pub(super) fn module_of<'n>(&self, file: usize, name: &'n str) -> Option<(&'t str, &'n str)> {
        if !name.contains('.') {
            return None;
        }
        let source = self.sources[file];
        let (base, rest) = relative(&source.module, source.path.file_stem() == Some("__init__"), name);
        if base.is_none() && !self.index.may_name_module(rest) {
            return None;
        }
        let mut cut = rest.len();
        loop {
            let known = match (&base, cut) {
                (Some(base), 0) => self.index.module_named(base),
                (Some(base), _) => self.index.module_named(&join(base, &rest[..cut])),
                (None, _) => self.index.module_named(&rest[..cut]),
            };
            if let Some(known) = known {
                return Some((known, rest[cut..].trim_start_matches('.')));
            }
            if cut == 0 {
                return None;
            }
            cut = rest[..cut].rfind('.').unwrap_or(0);
            if cut == 0 && base.is_none() {
                return None;
            }
        }
    }

    /// The function that a module exports by default.
    fn exported_function(&self, file: usize, path: &str) -> Vec<(usize, u32)> {
        let Some((module, "default")) = self.module_of(file, path) else { return Vec::new() };
        let of_module = |found: &(usize, u32)| self.sources[found.0].module == module;
        let exported = self.index.globals(module, "default").flat_map(|bound| match bound.value {
            Value::Function(number) => vec![(bound.file, *number)],
            Value::Name(name) if !name.contains('.') => self.index.functions_of(name).iter().copied().filter(of_module).collect(),
            _ => Vec::new(),
        });
        exported.take(2).collect()
    }

    /// Whether a path names a function of the project's by itself, or by the type that it is of.
    pub(super) fn is_own_function(&self, file: usize, path: &str) -> bool {
        let owner = path.rsplit_once('.').map(|(before, _)| last_word(before));
        let is_of = |(file, number): &(usize, u32)| {
            let full = self.function(*file, *number).map_or("", |function| function.name.as_str());
            owner.is_none_or(|owner| matches!(owner, "this" | "self") || full.rsplit('.').nth(1) == Some(owner))
        };
        self.project_functions(file, path).iter().any(is_of)
    }

    /// The functions of the project that a call of `path` may call.
    pub(super) fn project_functions(&self, file: usize, path: &str) -> Vec<(usize, u32)> {
        let name = last_word(path);
        if name == "default" {
            return self.exported_function(file, path);
        }
        let named = self.index.functions_of(name);
        if named.is_empty() {
            return Vec::new();
        }
        let full = |(file, number): &(usize, u32)| self.function(*file, *number).map_or("", |function| function.name.as_str());
        let of_module = |found: &(usize, u32)| self.sources[found.0].module.as_str();
        if let Some((module, rest)) = self.module_of(file, path) {
            // a member of what a module exports is a name of the module itself
            let rest = rest.strip_prefix("default.").unwrap_or(rest);
            let exact: Vec<_> = named.iter().copied().filter(|found| of_module(found) == module && full(found) == rest).collect();
            if !exact.is_empty() {
                return exact;
            }
        }
        let Some((before, _)) = path.rsplit_once('.') else {
            let own = self.sources[file].module.as_str();
            return named.iter().copied().filter(|found| of_module(found) == own && !full(found).contains('.')).take(2).collect();
        };
        // what is imported is a library's, unless a module of the project hands it on
        if before.contains('/') || self.index.imports.hold(path) && self.module_of(file, path).is_none() {
            return Vec::new();
        }
        let owner = last_word(before);
        let methods: Vec<_> = named.iter().copied().filter(|found| full(found).contains('.')).take(FEW).collect();
        let of_owner: Vec<_> = methods.iter().copied().filter(|found| full(found).rsplit('.').nth(1) == Some(owner)).collect();
        if !of_owner.is_empty() {
            return of_owner;
        }
        // a method that many types have tells nothing of this one
        if methods.len() > 2 { Vec::new() } else { methods }
    }
}

/// What a relative name counts from, and the rest of it.
fn relative<'n>(module: &str, is_package: bool, name: &'n str) -> (Option<String>, &'n str) {
    if name.starts_with("./") || name.starts_with("../") {
        let mut base = parent(module, '/');
        let mut rest = name;
        loop {
            if let Some(behind) = rest.strip_prefix("./") {
                rest = behind;
            } else if let Some(behind) = rest.strip_prefix("../") {
                base = parent(base, '/');
                rest = behind;
            } else {
                break;
            }
        }
        return (Some(format!("{base}/")), rest);
    }
    if name.starts_with('.') {
        let dots = name.len() - name.trim_start_matches('.').len();
        let ups = if is_package { dots - 1 } else { dots };
        let base = (0..ups).fold(module, |base, _| parent(base, '.'));
        return (Some(format!("{base}.")), &name[dots..]);
    }
    (None, name)
}

fn parent(module: &str, separator: char) -> &str {
    module.rsplit_once(separator).map_or("", |(parent, _)| parent)
}

fn join(base: &str, rest: &str) -> String {
    let base = base.trim_end_matches(['/', '.']);
    let separator = if base.contains('/') || rest.contains('/') { '/' } else { '.' };
    if base.is_empty() { rest.to_owned() } else { format!("{base}{separator}{rest}") }
}
