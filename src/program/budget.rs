//! What following names may cost: so much for a question, so much for all of a program's, whatever its sources look like.
//!
//! A real program needs a fraction of it. One that would need more (settings that name one another, functions that call one another in
//! circles, generated code) gets answers that say less, in time that grows with its size and no faster.

use std::cell::{Cell, RefCell};

/// How many steps one question may take: more than any real one needs, and little enough for any text.
const QUESTION: u32 = 4_000;
/// How many one may take when the program's own are used up: what stands right there is still read.
const LEAST: u32 = 40;
/// How many all questions may take together, and how many more for each byte of the sources.
const PROGRAM: u64 = 2_000_000;
const OF_BYTE: u64 = 2;

/// What is left.
#[derive(Debug)]
pub(super) struct Budget {
    program: Cell<u64>,
    question: Cell<u32>,
    asking: Cell<bool>,
    exceeded: Cell<bool>,
    visiting: RefCell<Vec<usize>>,
}

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            program: Cell::new(PROGRAM.saturating_add((bytes as u64).saturating_mul(OF_BYTE))),
            question: Cell::new(0),
            asking: Cell::new(false),
            exceeded: Cell::new(false),
            visiting: RefCell::default(),
        }
    }

    /// Answers a question. One that is asked on the way to another answer lives on what that has left.
    pub(super) fn question<R>(&self, answer: impl FnOnce() -> R) -> R {
        if self.asking.replace(true) {
            return answer();
        }
        let given = QUESTION.min(u32::try_from(self.program.get()).unwrap_or(QUESTION)).max(LEAST);
        self.question.set(given);
        let answer = answer();
        self.program.set(self.program.get().saturating_sub(u64::from(given - self.question.get())));
        self.asking.set(false);
        answer
    }

    /// Takes one step; whether there was one left.
    pub(super) fn burn(&self) -> bool {
        let left = self.question.get();
        self.question.set(left.saturating_sub(1));
        if left == 0 && self.program.get() == 0 {
            self.exceeded.set(true);
        }
        left > 0
    }

    /// Whether the question that is being answered has nothing left.
    pub(super) fn spent(&self) -> bool {
        self.question.get() == 0
    }

    /// Whether the program's own steps were used up before all was answered.
    pub(super) fn exceeded(&self) -> bool {
        self.exceeded.get()
    }

    /// Looks at something, unless it is being looked at already: what is defined by itself says nothing.
    pub(super) fn visit<R: Default>(&self, key: usize, look: impl FnOnce() -> R) -> R {
        if self.visiting.borrow().contains(&key) {
            return R::default();
        }
        self.visiting.borrow_mut().push(key);
        let found = look();
        self.visiting.borrow_mut().pop();
        found
    }
}
