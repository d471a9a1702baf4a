//! An engine that replays what one said: a test's double of its command line.

use std::cell::RefCell;
use std::io::{self, Read};

use super::{Call, Ended, Outcome, Runner};

/// Words of a command line and what came of it.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// How the command line begins; `*` stands for any word.
    pub words: String,
    #[serde(default)]
    pub code: i32,
    #[serde(default)]
    pub stdout: String,
    #[serde(default)]
    pub stderr: String,
    /// Whether it is said once, and the next of the same words after it.
    #[serde(default)]
    pub once: bool,
}

/// A conversation.
pub struct Recorded {
    said: RefCell<Vec<Said>>,
    /// Every command line that was called.
    pub heard: std::rc::Rc<RefCell<Vec<String>>>,
}

impl Recorded {
    pub fn new(said: Vec<Said>) -> Self {
        Self { said: RefCell::new(said), heard: std::rc::Rc::default() }
    }

    fn answer(&self, call: &Call<'_>) -> io::Result<Said> {
        let line: Vec<&str> = std::iter::once(call.program.as_str()).chain(call.words.iter().map(String::as_str)).collect();
        self.heard.borrow_mut().push(line.join(" "));
        let fits = |said: &Said| {
            let mut words = line.iter();
            said.words.split_whitespace().all(|wanted| words.next().is_some_and(|word| wanted == "*" || wanted == *word))
        };
        let mut all = self.said.borrow_mut();
        let at = all.iter().position(fits).ok_or_else(|| io::Error::other(format!("nothing is recorded for: {}", line.join(" "))))?;
        Ok(if all[at].once { all.remove(at) } else { all[at].clone() })
    }
}

impl Runner for Recorded {
    fn run(&self, call: &Call<'_>, line: &mut dyn FnMut(&str)) -> io::Result<Outcome> {
        let said = self.answer(call)?;
        said.stderr.lines().for_each(line);
        Ok(Outcome { code: Some(said.code), stdout: said.stdout.into_bytes(), stderr: said.stderr, ended: Ended::ByItself })
    }

    fn read(&self, call: &Call<'_>, consume: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>) -> io::Result<()> {
        let said = self.answer(call)?;
        consume(&mut said.stdout.as_bytes())
    }
}
