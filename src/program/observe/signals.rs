//! The signal that the program ends on: SIGTERM, which is what containers are stopped with, unless it handles only SIGINT.

use crate::app::StopSignal;
use crate::catalog::vocabulary::{Meaning, Signal};
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::origin::Match;
use crate::program::{Call, Given, Program};

const ONLY_INTERRUPT: Rule = Rule::parsed("program.only-interrupt", "this waits for Ctrl-C, and nothing in the program waits for SIGTERM");

const ENDS: Rule = Rule::parsed("program.ends-by-itself", "it waits for the signal that containers are stopped with");

/// What a program waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// No call that is known waits for anything.
    Nothing,
    /// Ctrl-C alone.
    Interrupt,
    /// SIGTERM, or all of them.
    Others,
}

/// It waits for more than Ctrl-C.
struct More;

/// What a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hears {
    Interrupt,
    Others,
}

impl<'t> Program<'t> {
    /// Where the program waits for a signal besides Ctrl-C, and so ends by itself when it is told to.
    #[must_use]
    pub fn ends_by_itself(&self) -> Option<Evidence> {
        self.known_calls().find_map(|(file, call, entries)| {
            let signals =
                entries.iter().filter_map(|entry| if let Meaning::Signal(signal) = &*entry.meaning { Some((entry, signal)) } else { None });
            let found = signals.filter(|(entry, _)| self.matches(entry, file, call) != Match::No);
            let ends = found.map(|(_, signal)| signal).any(|signal| self.is_told_to_end(file, call, signal));
            ends.then(|| self.evidence(file, call.at, ENDS))
        })
    }

    /// Whether a call waits for SIGTERM: it names it, or a list that is made elsewhere in the file and holds it.
    fn is_told_to_end(&self, file: usize, call: &'t Call, signal: &Signal) -> bool {
        let mut words = signal.hears.0.join(" ");
        let mut known = !words.is_empty();
        for given in self.given(file, call, &signal.signals) {
            if let Given::Value(expression) = given {
                let texts = self.resolve(expression);
                known |= texts.iter().any(|value| value.text().is_some());
                texts.iter().filter_map(|value| value.text()).for_each(|text| words.push_str(text));
            }
        }
        words.contains("SIGTERM") || !known && self.sources[file].text.contains("SIGTERM")
    }

    /// Ctrl-C, when that is all the program listens for.
    #[must_use]
    pub fn stops_on(&self) -> Option<Fact<StopSignal>> {
        let (file, call) = self.waits().ok()??;
        // a list may be made elsewhere
        let hears_more = self.sources().iter().any(|source| source.text.contains("SIGTERM"));
        (!hears_more).then(|| Fact::new(StopSignal::Interrupt, self.evidence(file, call.at, ONLY_INTERRUPT)))
    }

    /// What the program waits for by itself.
    #[must_use]
    pub fn heard(&self) -> Heard {
        match self.waits() {
            Ok(None) => Heard::Nothing,
            Ok(Some(_)) => Heard::Interrupt,
            Err(More) => Heard::Others,
        }
    }

    /// The first call that waits for Ctrl-C, unless one waits for more.
    fn waits(&self) -> Result<Option<(usize, &'t Call)>, More> {
        let mut first = None;
        for (file, call, entries) in self.known_calls() {
            for entry in entries {
                let Meaning::Signal(signal) = &*entry.meaning else { continue };
                if self.matches(entry, file, call) == Match::No {
                    continue;
                }
                match self.hears(file, call, signal) {
                    Hears::Others => return Err(More),
                    Hears::Interrupt => first = first.or(Some((file, call))),
                }
                break;
            }
        }
        Ok(first)
    }

    fn hears(&self, file: usize, call: &'t Call, signal: &Signal) -> Hears {
        let mut words = signal.hears.0.join(" ");
        for given in self.given(file, call, &signal.signals) {
            words.push(' ');
            match given {
                Given::Value(expression) => super::names::all(expression.value, &mut words),
                Given::Name(name, _) => words.push_str(name),
                Given::Unknown(_) => {}
            }
        }
        let mut words = words.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty()).peekable();
        if words.peek().is_none() {
            // without a list it hears them all
            return Hears::Others;
        }
        let is_interrupt = |word: &str| matches!(word.to_ascii_uppercase().as_str(), "SIGINT" | "INTERRUPT" | "INT" | "CTRL_C");
        if words.any(is_interrupt) { Hears::Interrupt } else { Hears::Others }
    }
}
