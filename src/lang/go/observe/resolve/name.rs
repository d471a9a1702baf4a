//! Names and fields: what they are set to in the function, the package, the project.

use super::super::index::{At, Binding, BindingKind, Tag};
use super::value::{MOST, Step, Value};
use super::{REQUIRED, Resolver, Scope, TAG, tagged};

impl<'a> Resolver<'a> {
    /// What `a`, `package.b` or `x.y.z` comes to.
    pub(super) fn named(&self, names: &[At], scope: Scope<'_>) -> Vec<Value> {
        match names {
            [name] => self.variable(*name, scope),
            [package, name] => match self.index.import(package.file, self.word(*package)) {
                Some(path) => self.exported(path, self.word(*name), scope.depth),
                None => self.field(names, scope),
            },
            names => self.field(names, scope),
        }
    }

    fn variable(&self, at: At, scope: Scope<'_>) -> Vec<Value> {
        let name = self.word(at);
        if let Some(values) = self.argument(name, scope) {
            return values;
        }
        let in_function = |binding: &&Binding<'_>| {
            binding.at.file == at.file
                && binding.function == scope.function
                && matches!(binding.kind, BindingKind::Local | BindingKind::Plain)
        };
        let locals: Vec<_> = self.index.bindings(name).iter().filter(in_function).collect();
        let mut values: Vec<_> = locals.iter().flat_map(|binding| self.bound(binding, scope)).collect();
        let package = self.index.files[at.file].package;
        let stored = self.stored(name).filter(|default| self.index.files[default.at.file].package == package);
        values.extend(stored.flat_map(|default| self.default_values(default, scope.depth + 1)));
        if scope.function.is_some() && !locals.iter().any(|binding| binding.kind == BindingKind::Local) {
            values.extend(self.of_package(package, name, scope));
        }
        if values.is_empty() { self.passed(name, scope) } else { values }
    }

    /// What a variable or constant of a package comes to, wherever in the package it is set.
    fn of_package(&self, package: usize, name: &str, scope: Scope<'_>) -> Vec<Value> {
        let set = |binding: &&Binding<'_>| {
            binding.kind == BindingKind::Plain && binding.function != scope.function && self.index.files[binding.at.file].package == package
        };
        let bindings = self.index.bindings(name).iter().filter(set).take(MOST);
        bindings.flat_map(|binding| self.bound(binding, Scope::of(binding.function, scope.depth))).collect()
    }

    fn exported(&self, path: &str, name: &str, depth: u32) -> Vec<Value> {
        let Some(package) = self.index.packages.iter().position(|package| *package == path) else { return Vec::new() };
        let mut values = self.of_package(package, name, Scope::of(Some(usize::MAX), depth));
        let stored = self.stored(name).filter(|default| self.index.files[default.at.file].package == package);
        values.extend(stored.flat_map(|default| self.default_values(default, depth + 1)));
        values
    }

    /// A parameter, seen from a call that is being followed.
    fn argument(&self, name: &str, scope: Scope<'_>) -> Option<Vec<Value>> {
        let frame = scope.frame.filter(|frame| Some(frame.function) == scope.function)?;
        let position = self.index.functions[frame.function].names.iter().position(|parameter| *parameter == name)?;
        let outer = Scope { result: 0, depth: scope.depth + 1, ..frame.outer };
        Some(frame.arguments.get(position).map_or_else(Vec::new, |argument| self.values(*argument, outer)))
    }

    /// A parameter, seen from all calls of its function.
    fn passed(&self, name: &str, scope: Scope<'_>) -> Vec<Value> {
        const CALLS: usize = 4;
        let Some(function) = scope.function.and_then(|number| self.index.functions.get(number)) else { return Vec::new() };
        let Some(position) = function.names.iter().position(|parameter| *parameter == name) else { return Vec::new() };
        let home = self.index.files[function.parameters.file].package;
        let calls = self.index.calls_of(function.name).filter(|call| match (function.method, call.import) {
            // a name that several types share tells nothing of the one that is called
            (true, imported) => call.method && imported.is_none() && self.index.functions_of(function.name).len() == 1,
            (false, Some(path)) => path == self.index.packages[home],
            (false, None) => !call.method && self.index.files[call.at.file].package == home,
        });
        let calls = calls.take(CALLS);
        let argument = |call| self.index.arguments(call).get(position).copied();
        calls
            .filter_map(|call| Some((argument(call)?, call.function)))
            .flat_map(|(argument, caller)| self.values(argument, Scope::of(caller, scope.depth + 1)))
            .collect()
    }

    fn bound(&self, binding: &Binding<'a>, scope: Scope<'_>) -> Vec<Value> {
        let at = binding.at.move_to(binding.value);
        if self.visiting.borrow().contains(&at) {
            return Vec::new();
        }
        self.visiting.borrow_mut().push(at);
        let mut values = self.values(at, Scope { result: binding.result, ..scope.deeper() });
        self.visiting.borrow_mut().pop();
        for step in values.iter_mut().filter_map(|value| value.steps.first_mut()).filter(|step| step.from == at) {
            step.from = binding.at;
        }
        values
    }

    /// What the field that `names` end with comes to, whatever it is a field of: assignments, literals, tags and flags of that name.
    pub(super) fn field(&self, names: &[At], scope: Scope<'_>) -> Vec<Value> {
        let Some((last, before)) = names.split_last() else { return Vec::new() };
        let name = self.word(*last);
        let parent = before.last().map_or("", |at| self.word(*at)).to_ascii_lowercase();
        let bindings = self.index.bindings(name).iter();
        let bindings: Vec<_> = bindings.filter(|binding| matches!(binding.kind, BindingKind::Selected | BindingKind::Field)).collect();
        let tags: Vec<_> = self.index.tags_of(name).collect();
        let owners = bindings.iter().map(|binding| binding.owner).chain(tags.iter().map(|tag| tag.owner));
        // `cfg.Server.Port` is the port of `ServerConfig`, when there is one
        let telling = parent.len() > 2 && owners.flatten().any(|owner| is_of(owner, &parent));
        let fits = |owner: Option<&str>| !telling || owner.is_some_and(|owner| is_of(owner, &parent));
        let package = |at: At| self.index.files[at.file].package;
        let gather = |wanted: &dyn Fn(At) -> bool| {
            let mut values = Vec::new();
            for tag in tags.iter().filter(|tag| fits(tag.owner) && wanted(tag.at)).take(MOST) {
                values.extend(self.tag_values(tag, scope.depth));
            }
            let stored = self.stored(name).filter(|default| wanted(default.at));
            values.extend(stored.flat_map(|default| self.default_values(default, scope.depth + 1)));
            for binding in bindings.iter().filter(|binding| fits(binding.owner) && wanted(binding.at)).take(MOST) {
                values.extend(self.bound(binding, Scope::of(binding.function, scope.depth)));
            }
            values
        };
        // many structures have a `Port`; the package's own is meant before any other
        let own = gather(&|at| package(at) == package(*last));
        if own.iter().any(Value::says_something) { own } else { gather(&|_| true) }
    }

    /// What a tagged field comes to: its variable, its default, and the settings of its keys.
    pub(super) fn tag_values(&self, tag: &Tag<'a>, depth: u32) -> Vec<Value> {
        let said = tagged(self.word(tag.at));
        let step = Step { from: tag.field, until: tag.at.token + 1, rule: TAG };
        let asked = Step { rule: if said.required { REQUIRED } else { TAG }, ..step };
        let mut values = Vec::new();
        values.extend(said.variable.map(|name| Value::variable(name, asked)));
        values.extend(said.default.map(|text| Value::written(text, step)));
        values.extend(said.keys.iter().flat_map(|key| self.keyed(key, depth + 1)));
        values
    }
}

fn is_of(owner: &str, parent: &str) -> bool {
    owner.to_ascii_lowercase().contains(parent)
}
