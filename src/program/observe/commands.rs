//! Programs of several subcommands that do nothing by themselves: which one answers requests.

use std::collections::HashSet;

use crate::catalog::vocabulary::{Commands, Meaning, Slots, last_word};
use crate::declared::SERVING;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Fact, Rule};
use crate::program::origin::Match;
use crate::program::{Call, Given, Program, Value};

const LISTENS: Rule = Rule::parsed("program.subcommand-listens", "this subcommand listens, and the program does nothing without one");
const CALLED: Rule = Rule::parsed("program.subcommand", "this subcommand serves by its name, and the program does nothing without one");
const ONE: Rule = Rule::parsed("program.subcommand-of-several", "this is one of its subcommands");
const BY_ITSELF: Rule = Rule::parsed("program.subcommand-of-library", "programs made with this serve by a subcommand");

/// How often a function may lead to another.
const DEEPEST: u32 = 8;

/// A subcommand.
struct Subcommand<'t> {
    name: String,
    file: usize,
    call: &'t Call,
    /// What it does; none: it only holds others.
    does: Vec<(usize, u32)>,
    acts: bool,
    /// The program itself.
    root: bool,
}

impl<'t> Program<'t> {
    /// The words that make the program answer requests, where it does not by itself, or what there is to say of it.
    #[must_use]
    pub fn subcommand(&self, listens: bool) -> (Option<Fact<Vec<String>>>, Option<Diagnostic>) {
        let mut all = Vec::new();
        for (file, call, entries) in self.known_calls() {
            for entry in entries {
                let Meaning::Commands(commands) = &*entry.meaning else { continue };
                if self.matches(entry, file, call) == Match::No {
                    continue;
                }
                if !commands.always.is_empty() {
                    return (Some(Fact::new(commands.always.clone(), self.evidence(file, call.at, BY_ITSELF))), None);
                }
                all.extend(self.subcommand_of(file, call, commands));
            }
        }
        let acts_alone = all.iter().any(|one| one.root && one.acts) || all.iter().all(|one| one.acts && !one.root);
        let tasks: Vec<_> = all.iter().filter(|one| one.acts && !one.root).collect();
        if acts_alone || tasks.is_empty() {
            return (None, None);
        }
        let listening: Vec<_> = tasks.iter().copied().filter(|task| self.reaches_listener(&task.does)).collect();
        let called = |tasks: &[&Subcommand<'t>], names: &[&str]| {
            names.iter().find_map(|name| tasks.iter().find(|task| task.name == *name).map(|task| (task.name.clone(), task.file, task.call)))
        };
        let told = |(name, file, call): (String, usize, &'t Call), rule| Fact::new(vec![name], self.evidence(file, call.at, rule));
        if let [one] = listening.as_slice() {
            return (Some(told((one.name.clone(), one.file, one.call), LISTENS)), None);
        }
        // without anything that listens only plain names tell
        let names = if listens { &SERVING[..] } else { &["serve", "server", "web", "api"] };
        let named =
            called(&listening, &SERVING).map(|one| told(one, LISTENS)).or_else(|| called(&tasks, names).map(|one| told(one, CALLED)));
        let warning = (named.is_none() && listens).then(|| self.several(&tasks));
        (named, warning)
    }

    fn subcommand_of(&self, file: usize, call: &'t Call, commands: &Commands) -> Option<Subcommand<'t>> {
        let mut name = self.given(file, call, &commands.name).into_iter().flat_map(|given| self.resolve_given(file, call.context, given));
        let name = name.find_map(|value| value.text().map(str::to_owned))?;
        let name = name.split_whitespace().next()?.to_owned();
        let runs = self.given(file, call, &commands.runs);
        let acts = !runs.is_empty();
        let does = runs.iter().flat_map(|given| self.functions_named(file, given)).collect();
        let holds = !self.given(file, call, &commands.holds).is_empty();
        Some(Subcommand { name, file, call, does, acts, root: holds || self.is_root(file, call, &commands.root) })
    }

    /// Whether the name that a command is bound to, or the function that makes it, is that of the program itself.
    fn is_root(&self, file: usize, call: &Call, starts: &Slots) -> bool {
        let outline = &self.sources()[file].outline;
        let bound = outline.bindings.iter().find(|binding| binding.at.start <= call.at.start && call.at.end <= binding.at.end);
        let made = call.context.function.and_then(|number| self.function(file, number)).map(|function| function.name.as_str());
        let target = bound.map(|binding| binding.target.as_str());
        let is_started = |target: &str| {
            let methods =
                starts.0.iter().filter_map(|slot| if let crate::catalog::vocabulary::Slot::Name(name) = slot { Some(name) } else { None });
            methods.into_iter().any(|method| self.index.calls_of(method).iter().any(|(_, call)| call.path == format!("{target}.{method}")))
        };
        target.is_some_and(is_started) || target.into_iter().chain(made).any(|name| name.to_ascii_lowercase().contains("root"))
    }

    fn functions_named(&self, file: usize, given: &Given<'t>) -> Vec<(usize, u32)> {
        let Given::Value(expression) = given else { return Vec::new() };
        match expression.value {
            Value::Function(number) => vec![(file, *number)],
            Value::Name(name) => self.index.functions_of(last_word(name)).to_vec(),
            Value::Call(call) => self.index.functions_of(call.method()).to_vec(),
            _ => Vec::new(),
        }
    }

    /// Whether functions, or what they call, listen.
    fn reaches_listener(&self, functions: &[(usize, u32)]) -> bool {
        let mut seen: HashSet<(usize, u32)> = HashSet::new();
        let mut open: Vec<_> = functions.iter().map(|function| (*function, 0)).collect();
        while let Some((function, depth)) = open.pop() {
            if depth > DEEPEST || !seen.insert(function) {
                continue;
            }
            let (file, number) = function;
            let Some(body) = self.function(file, number).map(|function| function.body) else { continue };
            for call in self.index.calls_within(file, body).filter(|call| self.is_inside(file, call.context.function, number)) {
                if self.is_listening(file, call) {
                    return true;
                }
                open.extend(self.index.functions_of(call.method()).iter().map(|called| (*called, depth + 1)));
            }
        }
        false
    }

    fn is_inside(&self, file: usize, inner: Option<u32>, outer: u32) -> bool {
        let mut next = inner;
        while let Some(number) = next {
            if number == outer {
                return true;
            }
            next = self.function(file, number).and_then(|function| function.inside).filter(|parent| *parent < number || *parent == outer);
        }
        false
    }

    fn several(&self, tasks: &[&Subcommand<'t>]) -> Diagnostic {
        let names = tasks.iter().map(|task| format!("`{}`", task.name)).collect::<Vec<_>>().join(", ");
        let message = format!("the program does nothing without one of its subcommands: {names}");
        let warning = Diagnostic::warning("start::subcommand", message);
        let warning =
            tasks.iter().take(8).map(|task| self.evidence(task.file, task.call.at, ONE)).fold(warning, |warning, at| warning.because(&at));
        warning.help("say which one the image starts: `arguments = [\"NAME\"]` in imggen.toml")
    }
}
