//! Programs of several subcommands that do nothing by themselves: which one answers requests.

mod called;
mod decorated;

use foldhash::HashSet;

use crate::catalog::vocabulary::last_word;
use crate::declared::SERVING;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::{At, Call, Program, Value};

const LISTENS: Rule = Rule::parsed("program.subcommand-listens", "this subcommand listens, and the program does nothing without one");
const CALLED: Rule = Rule::parsed("program.subcommand", "this subcommand serves by its name, and the program does nothing without one");
const ONE: Rule = Rule::parsed("program.subcommand-of-several", "this is one of its subcommands");
const BY_ITSELF: Rule = Rule::parsed("program.subcommand-of-library", "programs made with this serve by a subcommand");

/// What is said where none of several is the one.
pub(super) const UNASKED: &str = "start::subcommand";

/// How often a function may lead to another.
const DEEPEST: u32 = 8;
/// How deep subcommands may lie in one another.
const NESTED: usize = 4;

/// A subcommand that does something.
struct Task {
    /// The words that ask for it.
    words: Vec<String>,
    at: Evidence,
    /// The functions that it runs, as far as they can be told.
    does: Vec<(usize, u32)>,
}

impl Task {
    /// Its own name, the last of its words.
    fn name(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }
}

/// The subcommands of a program, as one way to define them has them.
#[derive(Default)]
struct Tasks {
    all: Vec<Task>,
    /// Whether the program may do something without any of them.
    optional: bool,
}

impl Program<'_> {
    /// The words that make the program answer requests, where it does not by itself, or what there is to say of it.
    #[must_use]
    pub fn subcommand(&self, listens: bool) -> (Option<Fact<Vec<String>>>, Option<Diagnostic>) {
        if let Some(always) = self.always_given() {
            return (Some(always), None);
        }
        let Some(Tasks { all, optional }) = self.called_tasks().or_else(|| self.decorated_tasks()) else { return (None, None) };
        let listening: Vec<_> = all.iter().filter(|task| self.reaches_listener(&task.does)).collect();
        let told = |task: &Task, rule| Fact::new(task.words.clone(), task.at.under(rule));
        if let [one] = listening.as_slice() {
            return (Some(told(one, LISTENS)), None);
        }
        let called = |tasks: &[&Task], names: &[&str]| names.iter().find_map(|name| tasks.iter().position(|task| task.name() == *name));
        // without anything that listens only plain names tell
        let names = if listens { &SERVING[..] } else { &["serve", "server", "web", "api"] };
        let every: Vec<_> = all.iter().collect();
        let named = called(&listening, &SERVING).map(|place| told(listening[place], LISTENS));
        let named = named.or_else(|| called(&every, names).map(|place| told(every[place], CALLED)));
        let warning = (named.is_none() && listens && !optional).then(|| several(&all));
        (named, warning)
    }

    fn functions_named(&self, file: usize, value: &Value) -> Vec<(usize, u32)> {
        match value {
            Value::Function(number) => vec![(file, *number)],
            Value::Name(name) => self.index.functions_of(last_word(name)).to_vec(),
            Value::Call(call) => self.index.functions_of(call.method()).to_vec(),
            _ => Vec::new(),
        }
    }

    /// Whether what stands there listens, or calls what does.
    #[must_use]
    pub fn listens_within(&self, file: usize, at: At) -> bool {
        let listens = |call: &Call| self.is_listening(file, call) || self.reaches_listener(self.index.functions_of(call.method()));
        self.index.calls_within(file, at).any(listens)
    }

    /// Whether functions, or what they call, listen.
    fn reaches_listener(&self, functions: &[(usize, u32)]) -> bool {
        let mut seen: HashSet<(usize, u32)> = HashSet::default();
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
}

fn several(tasks: &[Task]) -> Diagnostic {
    let names = tasks.iter().map(|task| format!("`{}`", task.words.join(" "))).collect::<Vec<_>>().join(", ");
    let message = format!("the program does nothing without one of its subcommands: {names}");
    let warning = Diagnostic::warning(UNASKED, message);
    let warning = tasks.iter().take(8).fold(warning, |warning, task| warning.because(&task.at.under(ONE)));
    warning.help("say which one the image starts: `arguments = [\"NAME\"]` in imggen.toml")
}
