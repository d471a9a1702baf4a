//! What names stand for: the imports of a file, and the scopes that hide them.

use std::collections::HashMap;

/// The names of a file, scope by scope.
#[derive(Debug)]
pub struct Names {
    /// From the module inwards: a name and what it is in full, or that it is the scope's own.
    scopes: Vec<HashMap<String, Option<String>>>,
    /// What functions declare as the module's, with the scope that does.
    shared: Vec<(usize, String)>,
}

impl Default for Names {
    fn default() -> Self {
        Self { scopes: vec![HashMap::new()], shared: Vec::new() }
    }
}

impl Names {
    /// `name` in full.
    pub fn full(&self, name: &str) -> String {
        let known = self.scopes.iter().rev().find_map(|scope| scope.get(name));
        known.cloned().flatten().unwrap_or_else(|| name.to_owned())
    }

    /// An import brings `name`.
    pub fn import(&mut self, name: &str, full: &str) {
        self.set(name, Some(full.to_owned()));
    }

    /// `name` is the present scope's own from here on.
    pub fn own(&mut self, name: &str) {
        // most names hide nothing
        if self.scopes.len() > 1 || self.scopes[0].contains_key(name) {
            self.set(name, None);
        }
    }

    /// Enters a function.
    pub fn enter(&mut self) {
        self.scopes.push(HashMap::new());
    }

    /// Leaves it.
    pub fn leave(&mut self) {
        if self.scopes.len() > 1 {
            self.scopes.pop();
            let depth = self.scopes.len();
            self.shared.retain(|(scope, _)| *scope <= depth);
        }
    }

    /// `global name`
    pub fn share(&mut self, name: &str) {
        self.shared.push((self.scopes.len(), name.to_owned()));
    }

    /// Whether the present scope has said so.
    pub fn is_shared(&self, name: &str) -> bool {
        self.shared.iter().any(|(scope, shared)| *scope == self.scopes.len() && shared == name)
    }

    fn set(&mut self, name: &str, full: Option<String>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), full);
        }
    }
}
