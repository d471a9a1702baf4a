//! What a trial makes, and takes away again however it ends.

use std::cell::{Cell, RefCell};
use std::process;

use crate::engine::{Engine, Trace};

/// Everything that was made; gone when this is.
pub struct Traces<'e> {
    engine: &'e Engine,
    made: RefCell<Vec<Trace>>,
    count: Cell<u32>,
}

impl<'e> Traces<'e> {
    /// Nothing yet.
    #[must_use]
    pub fn new(engine: &'e Engine) -> Self {
        Self { engine, made: RefCell::default(), count: Cell::default() }
    }

    fn name(&self) -> String {
        self.count.set(self.count.get() + 1);
        format!("imggen-try-{}-{}", process::id(), self.count.get())
    }

    fn note(&self, trace: Trace) {
        self.made.borrow_mut().push(trace);
    }

    /// The name of an image that is about to be made.
    #[must_use]
    pub fn image(&self) -> String {
        let tag = format!("{}:trial", self.name());
        self.note(Trace::Image(tag.clone()));
        tag
    }

    /// The name of a container that is about to be made.
    #[must_use]
    pub fn container(&self) -> String {
        let name = self.name();
        self.note(Trace::Container(name.clone()));
        name
    }

    /// The name of a network that is about to be made.
    #[must_use]
    pub fn network(&self) -> String {
        let name = self.name();
        self.note(Trace::Network(name.clone()));
        name
    }

    /// Takes one thing away before the others.
    pub fn discard(&self, name: &str) {
        let mut made = self.made.borrow_mut();
        let is = |trace: &Trace| matches!(trace, Trace::Container(other) | Trace::Image(other) | Trace::Network(other) if other == name);
        if let Some(at) = made.iter().position(is) {
            let trace = made.remove(at);
            self.engine.remove(&trace);
        }
    }
}

impl Drop for Traces<'_> {
    fn drop(&mut self) {
        // the last first: a network goes when nobody is on it, an image when nobody runs it
        for trace in self.made.borrow().iter().rev() {
            self.engine.remove(trace);
        }
    }
}
