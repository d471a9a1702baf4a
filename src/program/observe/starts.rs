//! Programs that the program starts.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use crate::catalog::vocabulary::{Meaning, Slots, Starts};
use crate::evidence::{Evidence, Fact, Rule};
use crate::need::Need;
use crate::program::origin::Match;
use crate::program::{Call, Given, Program, Resolved, Value};

const STARTS: Rule = Rule::parsed("program.starts-program", "this starts another program");
const ONE_OF: Rule = Rule::parsed(STARTS_ONE_OF, "this starts one of several programs");
const SHELL: Rule = Rule::parsed("program.starts-shell", "this gives a line to the shell");

/// The rule of a place that starts one of several programs: it needs any of them.
pub const STARTS_ONE_OF: &str = "program.starts-one-of";

/// Other systems' programs, by their endings and places.
const FOREIGN_ENDINGS: [&str; 5] = ["exe", "cmd", "bat", "ps1", "app"];
const FOREIGN_PLACES: [&str; 4] = ["/Applications/", "/Library/", "/System/", "/opt/homebrew/"];

/// What takes a line behind `-c`.
const SHELLS: [&str; 5] = ["sh", "bash", "ash", "dash", "zsh"];

/// What a shell does itself.
const BUILTINS: &str =
    "cd echo exit export set unset test true false exec eval source read printf pwd trap wait if then else fi for do done while [ :";

/// What may come to more programs than these is the user's to choose, and says nothing of what the image needs.
const CHOICES: usize = 3;

/// What asks about the checkout that the program lies in. An image has none, so what asks in case there is one does without.
const OF_CHECKOUT: [&str; 2] = ["git rev-parse", "git describe"];

type Found = BTreeMap<String, Fact<Need>>;

impl<'t> Program<'t> {
    /// All of them by name.
    #[must_use]
    pub fn starts(&self) -> Vec<Fact<Need>> {
        let mut found = Found::new();
        for (file, call, entries) in self.known_calls() {
            for entry in entries {
                let Meaning::Starts(starts) = &*entry.meaning else { continue };
                if self.matches(entry, file, call) != Match::No {
                    self.start(&mut found, file, call, starts);
                    break;
                }
            }
        }
        found.into_values().collect()
    }

    fn start(&self, found: &mut Found, file: usize, call: &'t Call, starts: &Starts) {
        let evidence = self.evidence(file, call.at, STARTS);
        for name in &starts.always.0 {
            add(found, name, &evidence);
        }
        let as_line = self.texts_of(file, call, &starts.shell).iter().any(|text| text == "true");
        let programs = self.texts_of(file, call, &starts.program);
        let place = |choices: usize| if choices > 1 { evidence.under(ONE_OF) } else { evidence.clone() };
        // whatever is asked of them, these are so many programs
        let different: BTreeSet<_> = programs.iter().map(|text| text.split_whitespace().next()).collect();
        let evidence = place(different.len());
        for text in programs.iter().filter(|_| different.len() <= CHOICES) {
            if as_line {
                self.line(found, text, &evidence);
            } else if let Some(name) = self.program_name(text) {
                add(found, &name, &evidence);
                if SHELLS.contains(&name.as_str()) {
                    self.shell_arguments(file, call).iter().for_each(|line| self.line(found, line, &evidence));
                }
            }
        }
        let lines = self.given(file, call, &starts.line);
        if as_line || !lines.is_empty() {
            add(found, "sh", &self.evidence(file, call.at, SHELL));
        }
        let mut lines = self.texts_of(file, call, &starts.line);
        let evidence = place(lines.len());
        lines.retain(|line| !call.context.conditional || !OF_CHECKOUT.iter().any(|asks| line.trim_start().starts_with(asks)));
        for text in lines {
            self.line(found, &text, &evidence);
        }
    }

    /// The line behind `-c` among a call's arguments, and those of the chain that goes on from it: `.arg("-c").arg(line)`.
    fn shell_arguments(&self, file: usize, call: &'t Call) -> Option<String> {
        let values = std::iter::once(call)
            .chain(self.index.chain(file, call))
            .flat_map(|call| call.arguments.iter().map(move |argument| (call, argument)));
        let items = values.flat_map(|(call, argument)| {
            let expression = crate::program::Expression { value: &argument.value, file, context: call.context, at: argument.at };
            let list = self.shapes(expression).into_iter().find_map(|shape| match shape.value {
                Value::List(items) => Some(items.iter().map(|value| crate::program::Expression { value, ..shape }).collect::<Vec<_>>()),
                _ => None,
            });
            list.unwrap_or_else(|| vec![expression])
        });
        let mut items = items.skip_while(|item| item.value.text() != Some("-c"));
        items.next()?;
        let line = self.resolve(items.next()?).into_iter().next()?;
        Some(line.beginning().0.to_owned())
    }

    /// The texts of a slot; of a list the first.
    fn texts_of(&self, file: usize, call: &'t Call, slots: &Slots) -> Vec<String> {
        let mut texts = Vec::new();
        for given in self.given(file, call, slots) {
            let shapes = if let Given::Value(expression) = given { self.shapes(expression) } else { Vec::new() };
            let lists: Vec<_> = shapes.iter().filter(|shape| matches!(shape.value, Value::List(_))).collect();
            let values: Vec<Resolved> = if lists.is_empty() {
                self.resolve_given(file, call.context, given)
            } else {
                let first = |shape: &&crate::program::Expression<'t>| match shape.value {
                    Value::List(items) => items.first().map(|value| crate::program::Expression { value, ..**shape }),
                    _ => None,
                };
                lists.iter().filter_map(first).flat_map(|item| self.resolve(item)).collect()
            };
            texts.extend(values.iter().filter_map(|value| {
                let (text, whole) = value.beginning();
                // the first word of a line is known when something stands behind it
                (whole || text.contains(' ')).then(|| text.to_owned())
            }));
        }
        texts
    }

    fn line(&self, found: &mut Found, line: &str, evidence: &Evidence) {
        for command in line.split(['|', ';', '&', '\n']) {
            let word = command.split_whitespace().find(|word| !word.contains('=') && *word != "!" && *word != "sudo");
            let Some(name) = word.filter(|word| !BUILTINS.split_whitespace().any(|builtin| builtin == *word)) else { continue };
            if let Some(name) = self.program_name(name) {
                add(found, &name, evidence);
            }
        }
    }

    /// The name of what is started, unless it is a file of the project's own.
    fn program_name(&self, path: &str) -> Option<String> {
        let path = path.split_whitespace().next()?;
        let is_path = path.contains('/');
        let name = Utf8Path::new(path).file_name()?;
        let foreign = FOREIGN_PLACES.iter().any(|place| path.starts_with(place))
            || path.contains('\\')
            || path.contains(':')
            || Utf8Path::new(name).extension().is_some_and(|ending| FOREIGN_ENDINGS.contains(&ending));
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+'));
        let own = is_path && !path.starts_with('/') || path.starts_with("/proc/");
        (is_name && !own && !foreign && !self.vocabulary.is_desktop(name)).then(|| name.to_owned())
    }
}

fn add(found: &mut Found, name: &str, evidence: &Evidence) {
    let fact = match found.remove(name) {
        Some(known) => known.and(evidence.clone()),
        None => Fact::new(Need::Program(name.to_owned()), evidence.clone()),
    };
    found.insert(name.to_owned(), fact);
}
