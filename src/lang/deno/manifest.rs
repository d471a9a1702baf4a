//! A `deno.json`: tasks, imports, members of a workspace.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::Result;
use crate::evidence::{Evidence, Rule};
use crate::read::document::{Document, Value};
use crate::tree::Tree;
use crate::tree::path::normal;

const TASK: Rule = Rule::parsed("deno.task", "this task says so");
const MEMBER: Rule = Rule::parsed("deno.workspace", "these directories share their dependencies");

/// The names of the file.
pub const NAMES: [&str; 2] = ["deno.json", "deno.jsonc"];

/// The settings of a directory; without a file they are empty.
#[derive(Debug)]
pub struct Manifest<'t> {
    /// The directory, relative to the project's root.
    pub directory: Utf8PathBuf,
    document: Option<Document<'t>>,
    package: Option<Document<'t>>,
}

impl<'t> Manifest<'t> {
    /// The settings of a directory, its `package.json` with them.
    ///
    /// # Errors
    /// When a file cannot be read or is broken.
    pub fn read(tree: &'t Tree, directory: &Utf8Path) -> Result<Self> {
        let read = |names: &[&str], parse: fn(&Utf8Path, &'t str) -> Result<Document<'t>>| -> Result<Option<Document<'t>>> {
            let Some(file) = names.iter().map(|name| directory.join(name)).find(|file| tree.has(file)) else { return Ok(None) };
            tree.manifest(&file)?.map(|text| parse(&file, text)).transpose()
        };
        let document = read(&NAMES, Document::jsonc)?;
        Ok(Self { directory: directory.to_owned(), document, package: read(&["package.json"], Document::json)? })
    }

    /// Its file.
    pub fn file(&self) -> Option<&Utf8Path> {
        self.document.as_ref().map(Document::file)
    }

    /// What it is called.
    pub fn name(&self) -> Option<&str> {
        let own = self.document.as_ref().and_then(|document| document.string(&["name"]));
        let (name, _) = own.or_else(|| self.package.as_ref()?.string(&["name"]))?;
        Some(name.rsplit('/').next().unwrap_or(name)).filter(|name| !name.is_empty())
    }

    /// The line of a task, or of a script of the `package.json`.
    pub fn task(&self, name: &str) -> Option<(String, Evidence)> {
        let of = |document: &'_ Document<'t>, section: &str| {
            let (key, value) = document.get(&[section])?.map().iter().rev().find(|(key, _)| key.name == name)?;
            let text = value.string().or_else(|| value.get(&["command"])?.string())?.to_owned();
            Some((text, document.entry_evidence(key, value, TASK)))
        };
        let own = self.document.as_ref().and_then(|document| of(document, "tasks"));
        let (text, at) = own.or_else(|| of(self.package.as_ref()?, "scripts"))?;
        Some((text, at))
    }

    /// Whether it or its `package.json` says which packages are imported, so that they can be installed before there are sources.
    pub fn declares(&self) -> bool {
        let has = |document: &Option<Document<'t>>, sections: &[&str]| {
            let filled =
                |section: &&str| document.as_ref().and_then(|document| document.get(&[section])).is_some_and(|it| !it.map().is_empty());
            sections.iter().any(filled)
        };
        has(&self.document, &["imports"]) || has(&self.package, &["dependencies", "devDependencies"])
    }

    /// What a name of an import stands for: `@std/http` is `jsr:@std/http@1`, `@/` a directory. The longest fitting name decides.
    pub fn import(&self, name: &str) -> Option<String> {
        let document = self.document.as_ref()?;
        let entries = document.entries(&["imports"]);
        let fits = |key: &str| name == key || (key.ends_with('/') && name.starts_with(key));
        let (key, value) = entries.into_iter().filter(|(key, _)| fits(key)).max_by_key(|(key, _)| key.len())?;
        Some(format!("{}{}", value.string()?, &name[key.len()..]))
    }

    /// The file that the package is imported by: `"exports": "./mod.ts"`, or that of a name below it.
    pub fn export(&self, below: &str) -> Option<&str> {
        let exports = self.document.as_ref()?.get(&["exports"])?;
        let key = if below.is_empty() { ".".to_owned() } else { format!("./{below}") };
        exports.string().filter(|_| below.is_empty()).or_else(|| exports.get(&[&key])?.string())
    }

    /// The full name that members import it by.
    pub fn full_name(&self) -> Option<&str> {
        self.document.as_ref()?.string(&["name"]).map(|(name, _)| name)
    }

    /// The directories of a workspace's members, relative to the project's root, and what names them.
    pub fn members(&self, tree: &Tree) -> Option<(Vec<Utf8PathBuf>, Evidence)> {
        let document = self.document.as_ref()?;
        let keys: &[&str] = if document.get(&["workspace"])?.map().is_empty() { &["workspace"] } else { &["workspace", "members"] };
        let value = document.get(keys)?;
        let patterns = value.list().iter().filter_map(Value::string);
        let mut members = Vec::new();
        for pattern in patterns {
            let path = normal(self.directory.join(pattern));
            match path.as_str().strip_suffix("/*").or_else(|| path.as_str().strip_suffix("/**")) {
                Some(above) => members
                    .extend(tree.directories().filter(|inside| inside.parent() == Some(Utf8Path::new(above))).map(Utf8Path::to_owned)),
                None => members.push(path),
            }
        }
        members.retain(|directory| is_there(tree, directory));
        (!members.is_empty()).then(|| (members, document.evidence(value, MEMBER)))
    }

    /// Files that say which packages there are, as far as they are there.
    pub fn files(&self, tree: &Tree) -> Vec<Utf8PathBuf> {
        let names = ["deno.json", "deno.jsonc", "package.json", "deno.lock", ".npmrc"];
        names.iter().map(|name| self.directory.join(name)).filter(|file| tree.has(file)).collect()
    }

    /// Whether packages lie in the project itself.
    pub fn vendors(&self) -> bool {
        self.document.as_ref().and_then(|document| document.boolean(&["vendor"])) == Some(true)
    }
}

/// Whether a directory has settings of its own.
pub fn is_there(tree: &Tree, directory: &Utf8Path) -> bool {
    NAMES.iter().any(|name| tree.has(directory.join(name)))
}
