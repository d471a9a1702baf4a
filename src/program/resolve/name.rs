//! Names: what they are set to in the function, the module, the project.

use super::{DEPTH, Frame, MOST, Resolved, Scope, Step, TAG, WRITTEN};
use crate::catalog::vocabulary::{Where, last_word};
use crate::program::index::{Bound, words};
use crate::program::outline::{Call, Function};
use crate::program::{Expression, Part, Place, Program, Value};

/// How many callers are asked for what they pass.
const CALLERS: usize = 4;

impl<'t> Program<'t> {
    /// What `a`, `module.b` or `x.y.z` comes to.
    pub(super) fn named(&self, name: &'t str, scope: Scope<'_, 't>) -> Vec<Resolved> {
        if scope.depth > DEPTH {
            return Vec::new();
        }
        if let Some(text) = self.vocabulary.constant(name) {
            return vec![Resolved::written(text, scope.step(WRITTEN))];
        }
        if let Some(place) = self.vocabulary.place(name) {
            return vec![self.place(place, scope)];
        }
        if let Some((module, rest)) = self.module_of(scope.file, name)
            && !rest.is_empty()
        {
            let values = self.exported(module, rest, scope);
            if !values.is_empty() {
                return self.sooner_declared(values, name, scope);
            }
        }
        if !name.contains(['.', '[']) {
            return self.word(name, scope);
        }
        let mut values = self.all_of(self.stands_for(name, here(scope)), scope);
        if !values.iter().any(Resolved::says_something) {
            values = self.sooner_declared(self.field(name, scope), name, scope);
        }
        if !values.iter().any(Resolved::says_something) {
            return self.of_configuration(name, scope);
        }
        // what is only set in some cases is what the settings say in all others
        let field = words(name).last().copied().unwrap_or_default();
        let fields = self.index.fields(field);
        if !fields.is_empty() && fields.iter().all(|field| field.bound.context.conditional) {
            values.splice(0..0, self.of_configuration(name, scope));
        }
        values
    }

    /// What the object is made with, before what is only a guess: a field that is called alike.
    fn sooner_declared(&self, values: Vec<Resolved>, name: &str, scope: Scope<'_, 't>) -> Vec<Resolved> {
        if values.is_empty() || !values.iter().all(|value| value.guessed) {
            return values;
        }
        let declared = self.all_of(self.declared_for(name, here(scope)), scope);
        if declared.iter().any(Resolved::says_something) { declared } else { values }
    }

    fn all_of(&self, expressions: Vec<Expression<'t>>, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let scope_of = |member: &Expression<'t>| Scope::of(member.file, member.context.function, member.at, scope.depth + 1);
        expressions.into_iter().take(MOST).flat_map(|member| self.values(member.value, scope_of(&member))).collect()
    }

    /// What the configuration says that `config.server.port` may be a member of: the longest key that it has.
    fn of_configuration(&self, name: &str, scope: Scope<'_, 't>) -> Vec<Resolved> {
        if !self.has_keys() {
            return Vec::new();
        }
        let words = words(name);
        let tails = (1..words.len()).map(|from| words[from..].join("."));
        if let Some(values) = tails.map(|key| self.known_by_key(&key, scope.depth)).find(|values| !values.is_empty()) {
            return values;
        }
        let key = if let [.., before, word] = words.as_slice() { self.configuration.borrow().related(before, word) } else { None };
        key.map_or_else(Vec::new, |key| self.configured(&key, scope.depth))
    }

    /// A place that the system or the source decides.
    pub(super) fn place(&self, place: Where, scope: Scope<'_, 't>) -> Resolved {
        let path = self.sources[scope.file].path;
        let begins = |place: Place, text: String| {
            let mut parts = vec![Part::Place(place)];
            if !text.is_empty() {
                parts.push(Part::Text(text));
            }
            Resolved { parts, steps: vec![scope.step(WRITTEN)], ..Resolved::default() }
        };
        let directory = path
            .parent()
            .map_or(String::new(), |directory| if directory.as_str().is_empty() { String::new() } else { format!("/{directory}") });
        match place {
            Where::Source => begins(Place::Root, format!("/{path}")),
            Where::SourceDirectory => begins(Place::Root, directory),
            Where::Project => begins(Place::Root, self.project_directory(scope.file)),
            Where::Working => begins(Place::Working, String::new()),
            Where::Executable => begins(Place::Executable, "/program".into()),
            Where::Temporary => begins(Place::Temporary, String::new()),
            Where::Home => begins(Place::Home, String::new()),
        }
    }

    fn project_directory(&self, file: usize) -> String {
        // sources lie in `src` below the manifest
        let path = self.sources[file].path.as_str();
        let above = if path.starts_with("src/") { "" } else { path.split_once("/src/").map_or("", |(above, _)| above) };
        if above.is_empty() { String::new() } else { format!("/{above}") }
    }

    /// The values that a plain word is given where it is seen from, the inner ones hiding the outer.
    pub(in crate::program) fn bounds(&self, name: &str, file: usize, function: Option<u32>) -> Vec<Bound<'t>> {
        let mut found = Vec::new();
        let mut inside = function;
        let mut hidden = false;
        while let Some(number) = inside {
            let locals = self.index.locals(file, number, name);
            found.extend(locals.iter().copied());
            hidden = locals.iter().any(|bound| self.declares(bound)) || self.parameter(file, number, name).is_some();
            if hidden {
                break;
            }
            inside = self.function(file, number).and_then(|function| function.inside);
        }
        if !hidden {
            let module = self.sources[file].module.as_str();
            let own = |bound: &&Bound<'t>| bound.context.function.is_none() || bound.context.function != function || bound.file != file;
            if function.is_none() || self.index.has_global(module, name) || found.is_empty() {
                found.extend(self.index.globals(module, name).filter(own).take(MOST));
            }
        }
        found
    }

    fn declares(&self, bound: &Bound<'t>) -> bool {
        // a local that its module does not know is the function's own, however it is written
        let source = self.sources[bound.file];
        let bindings = &source.outline.bindings;
        let first = bindings.partition_point(|binding| binding.at < bound.at);
        bindings[first..].iter().take_while(|binding| binding.at == bound.at).any(|binding| binding.declares)
    }

    fn parameter(&self, file: usize, function: u32, name: &str) -> Option<(&'t Function, usize)> {
        let function = self.function(file, function)?;
        Some((function, function.parameters.iter().position(|parameter| parameter.name == name)?))
    }

    fn word(&self, name: &'t str, scope: Scope<'_, 't>) -> Vec<Resolved> {
        if let Some(values) = self.argument(name, scope) {
            return values;
        }
        // `args = split(args)`: the name in its own value is what it was before
        let is_within = |bound: &&Bound<'t>| bound.file == scope.file && bound.at.start <= scope.at.start && scope.at.end <= bound.at.end;
        let bounds = self.bounds(name, scope.file, scope.function);
        let mut values: Vec<_> = bounds.iter().filter(|bound| !is_within(bound)).flat_map(|bound| self.bound(bound, scope)).collect();
        values.extend(self.stored_in(scope.file, name, scope.depth));
        if values.is_empty() {
            values = self.passed(name, scope);
        }
        if values.is_empty() {
            // a field of the type that the function is a method of
            values = self.field(name, scope);
        }
        values
    }

    /// What is stored in a plain name of the module by a flag or setting.
    fn stored_in(&self, file: usize, name: &str, depth: u32) -> Vec<Resolved> {
        let module = &self.sources[file].module;
        let stored = self.settings.stored(name).filter(|number| {
            let setting = &self.settings.all[*number];
            setting.pointed && self.sources[setting.file].module == *module
        });
        stored.flat_map(|number| self.setting_values(number, depth + 1)).collect()
    }

    /// What a name of another module comes to.
    fn exported(&self, module: &str, rest: &'t str, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let Some((first, behind)) = rest.split_once('.') else {
            let bounds: Vec<_> = self.index.globals(module, rest).take(MOST).copied().collect();
            let mut values: Vec<_> = bounds.iter().flat_map(|bound| self.bound(bound, scope)).collect();
            let file = self.index.modules.get(module).and_then(|files| files.first());
            values.extend(file.into_iter().flat_map(|file| self.stored_in(*file, rest, scope.depth)));
            return values;
        };
        let mut values = Vec::new();
        for bound in self.index.globals(module, first).take(MOST) {
            let object = Expression { value: bound.value, file: bound.file, context: bound.context, at: bound.at };
            let mut members = vec![object];
            for word in behind.split('.') {
                members = members.into_iter().flat_map(|value| self.shapes(value)).filter_map(|shape| shape.member(word)).collect();
            }
            for member in members {
                values.extend(self.values(member.value, Scope::of(member.file, member.context.function, member.at, scope.depth + 1)));
            }
        }
        if values.iter().any(Resolved::says_something) { values } else { self.field(rest, scope) }
    }

    /// A parameter, seen from a call that is being followed.
    fn argument(&self, name: &str, scope: Scope<'_, 't>) -> Option<Vec<Resolved>> {
        let frame: &Frame<'_, 't> = scope.frame.filter(|frame| Some(frame.function) == scope.function)?;
        let (function, position) = self.parameter(scope.file, frame.function, name)?;
        let outer = Scope { result: 0, depth: scope.depth + 1, ..frame.outer };
        Some(match frame.call.argument(name, Some(position)) {
            Some(argument) => self.values(&argument.value, outer.at(argument.at)),
            None => self.preset(function, position, scope),
        })
    }

    /// A parameter's own default.
    fn preset(&self, function: &'t Function, position: usize, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let default = function.parameters[position].default.as_ref();
        default.map_or_else(Vec::new, |default| self.values(default, scope.deeper().at(function.at)))
    }

    /// A parameter, seen from all calls of its function.
    fn passed(&self, name: &'t str, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let mut inside = scope.function;
        while let Some(number) = inside {
            if let Some((function, position)) = self.parameter(scope.file, number, name) {
                return self.passed_to(function, number, position, scope);
            }
            inside = self.function(scope.file, number).and_then(|function| function.inside);
        }
        Vec::new()
    }

    fn passed_to(&self, function: &'t Function, number: u32, position: usize, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let name = &function.parameters[position].name;
        let mut values = self.annotated(scope.file, function, position, scope.depth);
        let calls = self.callers(scope.file, number, function);
        for (file, call) in calls.into_iter().take(CALLERS) {
            let Some(argument) = call.argument(name, Some(position)) else { continue };
            values.extend(self.values(&argument.value, Scope::of(file, call.context.function, argument.at, scope.depth + 1)));
        }
        values.extend(self.preset(function, position, scope));
        values
    }

    /// The calls of a function of the project.
    pub(in crate::program) fn callers(&self, file: usize, number: u32, function: &'t Function) -> Vec<(usize, &'t Call)> {
        let name = last_word(&function.name);
        // a constructor is called by its type's name
        let (name, owner) = match function.name.rsplit_once('.') {
            Some((owner, "__init__" | "constructor" | "<init>")) => (last_word(owner), None),
            Some((owner, _)) if last_word(owner) == name => (name, None),
            Some((owner, _)) => (name, Some(owner)),
            None => (name, None),
        };
        // what a module exports by default is called by that word
        let exports = self.index.has_global(&self.sources[file].module, "default");
        let defaults = if exports { self.index.calls_of("default") } else { &[] };
        let by_default = defaults.iter().copied().filter(|(at, call)| self.is_default(*at, &call.path, file, name));
        let calls = self.index.calls_of(name).iter().copied().chain(by_default);
        let shared = owner.is_some() && self.index.functions_of(name).len() > 1;
        calls
            .filter(|(at, call)| {
                // a name that several types share tells nothing of the one that is called, unless the call names the type
                if shared {
                    return owner.is_some_and(|owner| call.path.rsplit('.').nth(1) == Some(last_word(owner)));
                }
                owner.is_some()
                    || name != last_word(&function.name)
                    || call.method() == "default"
                    || self.project_functions(*at, &call.path).contains(&(file, number))
            })
            .collect()
    }

    /// Whether a path leads to what the module of a file exports by default, and that is `name`.
    fn is_default(&self, from: usize, path: &str, file: usize, name: &str) -> bool {
        let Some((module, "default")) = self.module_of(from, path) else { return false };
        let is_name = |bound: &Bound<'t>| matches!(bound.value, Value::Name(exported) if exported == name);
        self.sources[file].module == module && self.index.globals(module, "default").any(is_name)
    }

    /// What a name is given.
    pub(super) fn bound(&self, bound: &Bound<'t>, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let key = std::ptr::from_ref(bound.value) as usize ^ bound.result as usize;
        let same = bound.file == scope.file && bound.context.function == scope.function;
        let from = if same { scope.deeper() } else { Scope::of(bound.file, bound.context.function, bound.at, scope.depth + 1) };
        let mut values = self.budget.visit(key, || self.values(bound.value, Scope { result: bound.result, at: bound.at, ..from }));
        // the binding says more than the bare value in it
        let whole = Step { file: bound.file, at: bound.at, rule: WRITTEN };
        for step in values.iter_mut().filter_map(|value| value.steps.first_mut()).filter(|step| step.rule != TAG) {
            if step.file == whole.file && step.at.start >= whole.at.start && step.at.end <= whole.at.end {
                step.at = whole.at;
            }
        }
        values
    }
}

/// The place from which a name is looked at.
fn here<'t>(scope: Scope<'_, 't>) -> Expression<'t> {
    let context = crate::program::Context { function: scope.function, ..crate::program::Context::default() };
    Expression { value: &crate::program::value::UNKNOWN, file: scope.file, context, at: scope.at }
}
