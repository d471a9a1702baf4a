//! Subcommands that calls define: cobra, urfave, commander, yargs, argparse, clap's builder.

use super::{BY_ITSELF, NESTED, ONE, Task, Tasks};
use crate::catalog::vocabulary::{Commands, Meaning, Slot};
use crate::evidence::Fact;
use crate::program::origin::Match;
use crate::program::{At, Call, Given, Program, Value};

/// A command of the program's, or the program itself.
struct Defined<'t> {
    file: usize,
    call: &'t Call,
    entry: &'t Commands,
    name: Option<String>,
    /// The name that it is bound to.
    target: Option<&'t str>,
    /// The function that makes it.
    maker: Option<&'t str>,
    does: Vec<(usize, u32)>,
    acts: bool,
    /// Whether it holds others.
    holds: bool,
    /// The program itself.
    root: bool,
}

impl Defined<'_> {
    /// Whether a call stands among the arguments of what is called on this one.
    fn encloses(&self, other: &Self, end: u32) -> bool {
        self.file == other.file && self.call.at.start < other.call.at.start && other.call.at.end <= end
    }
}

impl<'t> Program<'t> {
    /// The words without which nothing answers that is made with a library.
    pub(super) fn always_given(&self) -> Option<Fact<Vec<String>>> {
        self.defining().find_map(|(file, call, commands)| {
            let always = (!commands.always.is_empty()).then(|| commands.always.clone())?;
            Some(Fact::new(always, self.evidence(file, call.at, BY_ITSELF)))
        })
    }

    /// The calls that define commands.
    fn defining(&self) -> impl Iterator<Item = (usize, &'t Call, &'t Commands)> {
        // what a module does when it is started itself is nothing to who imports it
        let runs = |file: usize, call: &Call| file == 0 || !call.context.guarded;
        self.known_calls().filter(move |(file, call, _)| runs(*file, call)).flat_map(move |(file, call, entries)| {
            entries.iter().filter_map(move |entry| match &*entry.meaning {
                Meaning::Commands(commands) if self.matches(entry, file, call) != Match::No => Some((file, call, commands)),
                _ => None,
            })
        })
    }

    pub(super) fn called_tasks(&self) -> Option<Tasks> {
        let mut all: Vec<_> = self.defining().filter_map(|(file, call, commands)| self.defined(file, call, commands)).collect();
        let parents: Vec<_> = all.iter().map(|one| self.parent(one, &all)).collect();
        // what holds others and lies in none is the program
        all.iter_mut().zip(&parents).for_each(|(one, parent)| one.root |= one.holds && !one.entry.below && parent.is_none());
        let root_acts = all.iter().any(|one| one.root && one.acts) || self.acts_beside(&all);
        // one command alone is the program
        let alone = all.iter().all(|one| one.acts && !one.root && !one.entry.below);
        if root_acts || alone {
            return None;
        }
        let task = |(number, one): (usize, &Defined<'t>)| {
            let mut words = vec![one.name.clone()?];
            let mut above = parents[number];
            while let Some(parent) = above.filter(|parent| words.len() < NESTED && !all[*parent].root) {
                words.extend(all[parent].name.clone());
                above = parents[parent];
            }
            words.reverse();
            Some(Task { words, at: self.evidence(one.file, one.call.at, ONE), does: one.does.clone() })
        };
        let tasks: Vec<_> = all.iter().enumerate().filter(|(_, one)| one.acts && !one.root && !one.holds).filter_map(task).collect();
        let optional = all.iter().any(|one| one.entry.optional);
        (!tasks.is_empty()).then_some(Tasks { all: tasks, optional })
    }

    fn defined(&self, file: usize, call: &'t Call, entry: &'t Commands) -> Option<Defined<'t>> {
        let named = self.given(file, call, &entry.name).into_iter().flat_map(|given| self.resolve_given(file, call.context, given));
        let names: Vec<_> = named.filter_map(|value| value.text().map(str::to_owned)).collect();
        let name = names.first().and_then(|name| name.split_whitespace().next()).map(str::to_owned);
        let runs = self.given(file, call, &entry.runs);
        let mut does: Vec<_> = runs.iter().flat_map(|given| self.does(file, given)).collect();
        let target = self.target(file, call);
        let further: Vec<_> = self.called_on(file, call, target).filter(|further| entry.runs_by.has(further.method())).collect();
        does.extend(
            further.iter().flat_map(|further| further.arguments.iter().flat_map(|argument| self.functions_named(file, &argument.value))),
        );
        let holds = !self.given(file, call, &entry.holds).is_empty()
            || self.called_on(file, call, target).any(|further| entry.holds_by.has(further.method()));
        let tells = !entry.runs.is_empty() || !entry.runs_by.0.is_empty();
        let is_true = |given: Given<'t>| self.resolve_given(file, call.context, given).iter().any(|value| value.text() == Some("true"));
        // what runs when nothing is asked for is the program's own
        let bare = |name: &String| name == "$0" || name.is_empty() || name.starts_with(['[', '<']);
        let default = names.iter().any(bare) || self.given(file, call, &entry.default).into_iter().any(is_true);
        let maker = call.context.function.and_then(|number| self.function(file, number)).map(|function| function.name.as_str());
        let root = default || !entry.below && self.is_root(target, maker, entry);
        let acts = !runs.is_empty() || !further.is_empty() || !(tells || holds);
        (name.is_some() || root || holds).then_some(Defined { file, call, entry, name, target, maker, does, acts, holds, root })
    }

    /// The name that a call, with what is called on it, is bound to.
    fn target(&self, file: usize, call: &Call) -> Option<&'t str> {
        let around = |at: At| at.start <= call.at.start && call.at.end <= at.end;
        let bindings = self.sources()[file].outline.bindings.iter().filter(|binding| around(binding.at));
        let closest = bindings.min_by_key(|binding| binding.at.end - binding.at.start)?;
        // what is only an argument of what is bound has no name
        let begins = |value: &Call| value.at.start == call.at.start;
        matches!(&closest.value, Value::Call(value) if begins(value)).then_some(closest.target.as_str())
    }

    /// What is called on what a call gives, at once or by the name that it is bound to.
    fn called_on(&self, file: usize, call: &'t Call, target: Option<&'t str>) -> impl Iterator<Item = &'t Call> + use<'_, 't> {
        // the next command of a chain is called on the one before, and is another
        let own = self.index.chain(file, call).take_while(move |further| further.method() != call.method());
        let by_name = target.into_iter().flat_map(move |target| {
            let of = move |further: &&Call| {
                let rest = further.path.strip_prefix(target).and_then(|rest| rest.strip_prefix('.'));
                let first = rest.map(|rest| rest.split(['.', '(']).next().unwrap_or(rest));
                // `server.command("start").action(f)` is the other's
                rest.is_some_and(|rest| !rest.contains('.') || rest.contains("()")) && first != Some(call.method())
            };
            self.sources()[file].outline.calls.iter().filter(of)
        });
        own.chain(by_name)
    }

    fn does(&self, file: usize, given: &Given<'t>) -> Vec<(usize, u32)> {
        if let Given::Value(expression) = given { self.functions_named(file, expression.value) } else { Vec::new() }
    }

    /// Whether the name that a command is bound to, or the function that makes it, is that of the program itself.
    fn is_root(&self, target: Option<&str>, maker: Option<&str>, entry: &Commands) -> bool {
        let is_started = |target: &str| {
            let methods = entry.root.0.iter().filter_map(|slot| if let Slot::Name(name) = slot { Some(name) } else { None });
            methods.into_iter().any(|method| self.index.calls_of(method).iter().any(|(_, call)| call.path == format!("{target}.{method}")))
        };
        target.is_some_and(is_started) || target.into_iter().chain(maker).any(|name| name.to_ascii_lowercase().contains("root"))
    }

    /// Whether something runs that belongs to no command: it is the program's own.
    fn acts_beside(&self, all: &[Defined<'t>]) -> bool {
        let Some(entry) = all.iter().map(|one| one.entry).find(|entry| entry.below) else { return false };
        let claimed: Vec<_> = all.iter().flat_map(|one| self.called_on(one.file, one.call, one.target)).map(|call| call.at).collect();
        let methods = entry.runs_by.0.iter().flat_map(|method| self.index.calls_of(method));
        let does = |file: usize, call: &Call| call.arguments.iter().any(|argument| !self.functions_named(file, &argument.value).is_empty());
        methods
            .filter(|(file, _)| all.iter().any(|one| one.file == *file))
            .any(|(file, call)| !claimed.contains(&call.at) && does(*file, call))
    }

    /// The command that one belongs to.
    fn parent(&self, one: &Defined<'t>, all: &[Defined<'t>]) -> Option<usize> {
        let end = |other: &Defined<'t>| {
            self.index.chain(other.file, other.call).map(|call| call.at.end).max().unwrap_or(0).max(other.call.at.end)
        };
        let around = all.iter().enumerate().filter(|(_, other)| other.encloses(one, end(other)));
        let closest = around.min_by_key(|(_, other)| end(other) - other.call.at.start).map(|(number, _)| number);
        closest.or_else(|| self.by_receiver(one, all)).or_else(|| self.joined(one, all))
    }

    /// `db.command("migrate")`, where `db` is a command itself or what holds its commands.
    fn by_receiver(&self, one: &Defined<'t>, all: &[Defined<'t>]) -> Option<usize> {
        let mut path = one.call.path.as_str();
        for _ in 0..NESTED {
            let name = path.split(['.', '(']).next().filter(|name| path.len() > name.len())?;
            if let Some(found) = all.iter().position(|other| other.file == one.file && other.target == Some(name)) {
                return Some(found);
            }
            let bindings = &self.sources()[one.file].outline.bindings;
            let bound = bindings.iter().rfind(|binding| binding.target == name && binding.at.start < one.call.at.start)?;
            let Value::Call(call) = &bound.value else { return None };
            path = call.path.as_str();
        }
        None
    }

    /// `parent.AddCommand(child, newOther())`.
    fn joined(&self, one: &Defined<'t>, all: &[Defined<'t>]) -> Option<usize> {
        let names: Vec<&str> = one.target.into_iter().chain(one.maker).collect();
        let names_it = |value: &Value| match value {
            Value::Name(name) => names.contains(&crate::catalog::vocabulary::last_word(name)),
            Value::Call(call) => names.contains(&call.method()),
            _ => false,
        };
        let calls = one.entry.joined_by.0.iter().flat_map(|method| self.index.calls_of(method));
        let joining: Vec<_> = calls.filter(|(_, call)| call.arguments.iter().any(|argument| names_it(&argument.value))).collect();
        joining.into_iter().find_map(|(file, call)| {
            let parent = call.path.rsplit_once('.')?.0;
            let maker = call.context.function.and_then(|number| self.function(*file, number)).map(|function| function.name.as_str());
            let is_it = |other: &Defined<'t>| !std::ptr::eq(other.call, one.call) && other.target == Some(parent);
            let same_maker = |other: &&Defined<'t>| other.maker == maker;
            let found = || all.iter().enumerate().filter(|(_, other)| is_it(other));
            found().find(|(_, other)| same_maker(other)).or_else(|| found().next()).map(|(number, _)| number)
        })
    }
}
