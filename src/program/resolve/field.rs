//! Fields: what they are set to, whatever they are fields of.

use super::{MOST, Resolved, Scope};
use crate::catalog::vocabulary::last_word;
use crate::program::index::{Bound, Member, member, words};
use crate::program::outline::Function;
use crate::program::{Program, Value};

/// More fields of one name than are looked at.
const MANY: usize = 256;

impl<'t> Program<'t> {
    /// What the field that `name` ends with comes to, whatever it is a field of: assignments, literals, annotations and flags of that name.
    pub(super) fn field(&self, name: &str, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let (before, field) = member(name).unwrap_or(("", name));
        self.field_of(before, field, scope)
    }

    /// The same, with what it is a field of and its own name apart.
    pub(super) fn field_of(&self, before: &str, field: &str, scope: Scope<'_, 't>) -> Vec<Resolved> {
        let mut members: Vec<&Member<'t>> = self.index.fields(field).iter().take(MANY).collect();
        let stored: Vec<usize> = self.settings.stored(field).collect();
        if members.is_empty() && stored.is_empty() {
            return Vec::new();
        }
        let own_type = self.own_type(scope);
        let parent = last_word(before).trim_end_matches("()");
        let owner = if matches!(parent, "self" | "this" | "cls" | "") { own_type.unwrap_or_default() } else { parent };
        if before.is_empty() && (owner.is_empty() || !members.iter().any(|member| same(member.owner, owner))) {
            return Vec::new();
        }
        let is_of = |candidate: &str| candidate.to_ascii_lowercase().contains(&owner.to_ascii_lowercase());
        let of_members: Vec<&str> = members.iter().map(|member| member.owner).collect();
        let owners = of_members.iter().copied().chain(stored.iter().filter_map(|number| self.settings.all[*number].owner));
        // `cfg.Server.Port` is the port of `ServerConfig`, when there is one
        let telling = owner.len() > 2 && owners.clone().any(is_of);
        let exact = telling && owners.clone().any(|candidate| same(candidate, owner));
        // what a library gives back has fields of its own, and none of those that others bear the names of
        if !telling && self.is_of_library(before, scope.file, scope.function) {
            members.clear();
        }
        let fits = |candidate: &str| !telling || if exact { same(candidate, owner) } else { is_of(candidate) };
        let module = |file: usize| self.sources[file].module.as_str();
        let home = module(scope.file);
        let gather = |wanted: &dyn Fn(usize) -> bool| {
            let mut values = Vec::new();
            for number in &stored {
                let setting = &self.settings.all[*number];
                if wanted(setting.file) && setting.owner.is_none_or(fits) {
                    values.extend(self.setting_values(*number, scope.depth + 1));
                }
            }
            for member in members.iter().filter(|member| wanted(member.bound.file) && fits(member.owner)).take(MOST) {
                if !(member.declared && self.settings.annotates(member.bound.file, member.bound.at)) {
                    let known = self.bound(
                        &member.bound,
                        Scope::of(member.bound.file, member.bound.context.function, member.bound.at, scope.depth + 1),
                    );
                    values.extend(known.into_iter().filter(|value| !member.declared || value.says_something()));
                }
            }
            values
        };
        // many structures have a `Port`; the module's own is meant before any other
        let own = gather(&|file| module(file) == home);
        if own.iter().any(Resolved::says_something) {
            return own;
        }
        let mut values = gather(&|_| true);
        if !exact && !matches!(parent, "self" | "this" | "cls") {
            values.iter_mut().for_each(|value| value.guessed = true);
        }
        values
    }

    /// Whether the first word of a name is what a function of a library gave, and nothing else.
    pub(in crate::program) fn is_of_library(&self, name: &str, file: usize, function: Option<u32>) -> bool {
        let first = words(name).first().copied().unwrap_or_default();
        let bounds = self.bounds(first, file, function);
        let foreign = |bound: &Bound<'t>| {
            let Value::Call(call) = bound.value else { return false };
            let own = !self.project_functions(bound.file, &call.path).is_empty() || !self.index.types_of(call.method()).is_empty();
            !own && bound.kind.is_none()
        };
        !bounds.is_empty() && bounds.iter().all(foreign)
    }

    /// The type whose method the code stands in.
    fn own_type(&self, scope: Scope<'_, 't>) -> Option<&'t str> {
        let mut inside = scope.function;
        while let Some(number) = inside {
            let function = self.function(scope.file, number)?;
            if let Some((owner, _)) = function.name.rsplit_once('.') {
                return Some(last_word(owner));
            }
            inside = function.inside;
        }
        None
    }

    /// What the annotations of a parameter, and of its function, say of it.
    pub(super) fn annotated(&self, file: usize, function: &'t Function, position: usize, depth: u32) -> Vec<Resolved> {
        let parameter = &function.parameters[position];
        let stored = self.settings.stored(&parameter.name).filter(|number| {
            let setting = &self.settings.all[*number];
            setting.file == file && setting.of_function.is_some_and(|at| at == function.at)
        });
        stored.flat_map(|number| self.setting_values(number, depth + 1)).collect()
    }
}

fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}
