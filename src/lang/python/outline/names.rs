//! What names stand for: the imports of a file, and the scopes that hide them.

use foldhash::{HashMap, HashSet};

/// The names of a file, scope by scope.
#[derive(Debug)]
pub struct Names {
    /// From the module inwards: a name and what it is in full, or that it is the scope's own.
    scopes: Vec<HashMap<String, Option<String>>>,
    /// What functions declare as the module's, with the scope that does.
    shared: Vec<(usize, String)>,
    /// The module that all names come from which nothing else gives.
    star: Option<String>,
    /// The names that the module itself gives, wherever it does.
    module: HashSet<String>,
}

/// Names that are there without an import, as far as programs use them.
const BUILT_IN: &str = "abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod \
    enumerate eval exec exit filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len \
    list locals map max memoryview min next object oct open ord pow print property quit range repr reversed round set setattr slice sorted \
    staticmethod str sum super tuple type vars zip __import__ __name__ __file__ __doc__ self cls None True False NotImplemented Exception \
    ValueError TypeError KeyError RuntimeError OSError IOError ImportError AttributeError IndexError StopIteration SystemExit";

impl Default for Names {
    fn default() -> Self {
        Self { scopes: vec![HashMap::default()], shared: Vec::new(), star: None, module: HashSet::default() }
    }
}

impl Names {
    /// `name` in full.
    pub fn full(&self, name: &str) -> String {
        let known = self.scopes.iter().rev().find_map(|scope| scope.get(name));
        let starred = || {
            let module = self.star.as_ref().filter(|_| known.is_none() && !self.module.contains(name))?;
            let dot = if module.ends_with('.') { "" } else { "." };
            (!BUILT_IN.split_whitespace().any(|word| word == name)).then(|| format!("{module}{dot}{name}"))
        };
        known.cloned().flatten().or_else(starred).unwrap_or_else(|| name.to_owned())
    }

    /// All names of a module are brought in that the file does not give itself. Of two such modules nobody knows which gives what.
    pub fn star(&mut self, module: &str, own: impl IntoIterator<Item = String>, several: bool) {
        self.star = Some(module.to_owned()).filter(|_| !several);
        self.module.extend(own);
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
        self.scopes.push(HashMap::default());
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
