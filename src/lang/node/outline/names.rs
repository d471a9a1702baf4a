//! What the names of a file stand for: imports, spelt in full.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What a file's imports call things.
pub(super) struct Names<'r> {
    /// The full name by the file's own.
    full: BTreeMap<String, String>,
    /// What `require` gave.
    required: BTreeSet<String>,
    resolve: &'r (dyn Fn(&str) -> Option<String> + Sync),
}

/// What an import of a module is.
pub(super) enum What<'w> {
    /// All of it: `import * as a`.
    All,
    /// Its default export, or what `require` gives.
    Default,
    /// Something of it.
    Part(&'w str),
}

impl<'r> Names<'r> {
    pub(super) fn new(resolve: &'r (dyn Fn(&str) -> Option<String> + Sync)) -> Self {
        Self { full: BTreeMap::new(), required: BTreeSet::new(), resolve }
    }

    /// The full name of what is imported.
    pub(super) fn imported(&self, module: &str, what: &What<'_>) -> String {
        let own = (self.resolve)(module);
        let is_own = own.is_some() || module.starts_with('.');
        let module = own.unwrap_or_else(|| plain(module).into_owned());
        match what {
            What::Part("default") | What::Default if is_own => format!("{module}.default"),
            What::All | What::Default | What::Part("default") => module,
            What::Part(name) => format!("{module}.{name}"),
        }
    }

    /// Has a name of the file's stand for something imported.
    pub(super) fn take(&mut self, name: &str, full: &str) {
        self.full.insert(name.to_owned(), full.to_owned());
    }

    /// The full name of `name` or `name.more`.
    pub(super) fn full(&self, name: &str) -> String {
        let cut = name.find(['.', '(', '[']).unwrap_or(name.len());
        let (first, rest) = name.split_at(cut);
        self.full.get(first).map_or_else(|| name.to_owned(), |full| format!("{full}{rest}"))
    }

    /// Notes what `require` gave.
    pub(super) fn requires(&mut self, full: &str) {
        self.required.insert(full.to_owned());
    }

    /// Whether a full name is what `require` gave, or something of it.
    pub(super) fn is_required(&self, full: &str) -> bool {
        let of = |module: &String| {
            let module = module.strip_suffix(".default").unwrap_or(module);
            full.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.required.iter().any(of)
    }

    /// The name of something that is taken out of an object: out of a required file of the project it is a name of its module.
    pub(super) fn taken(&self, object: &str, key: &str) -> String {
        let module = object.strip_suffix(".default").filter(|_| self.required.contains(object));
        format!("{}.{key}", module.unwrap_or(object))
    }
}

/// A module's name without the scheme of Node's own, and without an ending that may be left out. What Deno fetches is called as it is where
/// it is installed: `npm:hono@4/cors` is `hono/cors`, `https://deno.land/x/oak@v17.1.4/mod.ts` is `oak`.
pub(super) fn plain(module: &str) -> Cow<'_, str> {
    let module = module.strip_prefix("node:").unwrap_or(module);
    if let Some(package) = ["npm:", "jsr:", "https://esm.sh/"].iter().find_map(|scheme| module.strip_prefix(scheme)) {
        return Cow::Owned(unversioned(package.trim_start_matches('/')));
    }
    if let Some(path) = module.strip_prefix("https://deno.land/") {
        let path = path.strip_prefix("x/").unwrap_or(path);
        return Cow::Owned(unversioned(path.strip_suffix("/mod.ts").unwrap_or(path)));
    }
    if !module.starts_with('.') {
        return Cow::Borrowed(module);
    }
    let endings = [".js", ".ts", ".mjs", ".mts", ".cjs", ".cts", ".jsx", ".tsx"];
    Cow::Borrowed(endings.iter().find_map(|ending| module.strip_suffix(ending)).unwrap_or(module))
}

/// `@oak/oak/mod` of `@oak/oak@17/mod`.
fn unversioned(package: &str) -> String {
    let Some(at) = package.char_indices().skip(1).find(|(_, letter)| *letter == '@').map(|(at, _)| at) else { return package.to_owned() };
    let rest = package[at..].find('/').map_or("", |slash| &package[at + slash..]);
    format!("{}{rest}", &package[..at])
}
