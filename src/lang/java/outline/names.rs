//! What names mean in a file: its package and its imports.

use std::collections::{BTreeMap, BTreeSet};

/// Classes of `java.lang`, which every file knows.
const LANG: [&str; 26] = [
    "System",
    "ProcessBuilder",
    "Process",
    "Runtime",
    "Thread",
    "Integer",
    "Long",
    "Short",
    "Byte",
    "Double",
    "Float",
    "Boolean",
    "Character",
    "String",
    "StringBuilder",
    "Math",
    "Object",
    "Class",
    "ClassLoader",
    "Exception",
    "RuntimeException",
    "Error",
    "IllegalStateException",
    "IllegalArgumentException",
    "Runnable",
    "IO",
];

/// The names of a file.
pub struct Names<'k> {
    /// Its package.
    pub package: String,
    imported: BTreeMap<String, String>,
    stars: Vec<String>,
    /// Types that it declares.
    declared: BTreeSet<String>,
    knows: &'k dyn Fn(&str) -> bool,
}

impl<'k> Names<'k> {
    /// Those of a file of which nothing was read.
    pub fn new(knows: &'k dyn Fn(&str) -> bool) -> Self {
        Self { package: String::new(), imported: BTreeMap::new(), stars: Vec::new(), declared: BTreeSet::new(), knows }
    }

    /// An import, and the name that it gives.
    pub fn import(&mut self, path: &str, name: &str) {
        match path.strip_suffix(".*") {
            Some(package) => self.stars.push(package.to_owned()),
            None => _ = self.imported.insert(name.to_owned(), path.to_owned()),
        }
    }

    /// A type of the file's own.
    pub fn declare(&mut self, name: &str) {
        self.declared.insert(name.to_owned());
    }

    /// The full name of what is called `name` in the file; a name that nobody gives stays as it is.
    pub fn full(&self, name: &str) -> String {
        if let Some(full) = self.imported.get(name) {
            return full.clone();
        }
        let is_type = name.starts_with(char::is_uppercase);
        if self.declared.contains(name) {
            return self.own(name);
        }
        let of_star = self.stars.iter().map(|package| format!("{package}.{name}")).find(|full| (self.knows)(full));
        if let Some(full) = of_star {
            return full;
        }
        if is_type && LANG.contains(&name) {
            return format!("java.lang.{name}");
        }
        if is_type { self.own(name) } else { name.to_owned() }
    }

    /// What stands in the file's package.
    pub fn own(&self, name: &str) -> String {
        if self.package.is_empty() { name.to_owned() } else { format!("{}.{name}", self.package) }
    }
}
