//! What a program reads of its package, and where it writes.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Observer, field};
use crate::app::WritePath;
use crate::evidence::{Fact, Rule};
use crate::lang::node::source::{Call, Source, Value};
use crate::tree::path::normal;

const WRITES: Rule = Rule::parsed("node.writes", "it writes here");
/// What sources name at a package's top and no program reads there.
const NOT_READ: [&str; 7] = ["package.json", "node_modules", "tsconfig.json", "test", "tests", "Dockerfile", "README.md"];

const READS: Rule = Rule::weak("node.reads", "it names a file or directory of the project");

impl Observer<'_, '_> {
    /// What a value is as a path, relative to the package's directory: `data`, or absolute.
    fn path(&self, source: &Source, value: &Value) -> Option<Utf8PathBuf> {
        let mut text = String::new();
        self.spell(source, value, &mut text, 6)?;
        let path = text.strip_prefix("file:").unwrap_or(&text);
        let fits = !path.is_empty() && path.len() < 200 && !path.contains([':', '\0', '\n', '*', '?', '<']);
        if !fits {
            return None;
        }
        let path = Utf8Path::new(path);
        Some(normal(path))
    }

    fn spell(&self, source: &Source, value: &Value, text: &mut String, depth: usize) -> Option<()> {
        if depth == 0 {
            return None;
        }
        match value {
            Value::Text(part) => text.push_str(part),
            Value::Joined(parts) => parts.iter().try_for_each(|part| self.spell(source, part, text, depth - 1))?,
            Value::Variable(_, Some(fallback)) => self.spell(source, fallback, text, depth - 1)?,
            Value::Name(name) if name == "__dirname" || name == "import.meta.dirname" => {
                let directory = source.path.parent().unwrap_or(Utf8Path::new(""));
                let inside = directory.strip_prefix(&self.package.directory).unwrap_or(directory);
                text.push_str(if inside.as_str().is_empty() { "." } else { inside.as_str() });
            }
            Value::Name(_) => {
                let settled = self.sources.settled(source, value);
                if settled == value {
                    return None;
                }
                self.spell(source, settled, text, depth - 1)?;
            }
            _ => return None,
        }
        Some(())
    }

    pub(super) fn writes(&self) -> Vec<Fact<WritePath>> {
        let mut found: Vec<Fact<WritePath>> = Vec::new();
        for (source, call) in self.sources.calls() {
            let Some(directory) = self.written(source, &call.value) else { continue };
            let directory = if directory == "." { Utf8PathBuf::new() } else { directory };
            let fact = Fact::new(WritePath { directory }, source.evidence(call.span, WRITES, call.value.name.clone()));
            if !found.iter().any(|known| known.value == fact.value) {
                found.push(fact);
            }
        }
        // what lies in a directory that it writes to anyway
        let all = found.clone();
        found.retain(|fact| {
            !all.iter().any(|other| {
                other.value != fact.value
                    && !other.value.directory.as_str().is_empty()
                    && fact.value.directory.starts_with(&other.value.directory)
            })
        });
        found
    }

    /// The directory that a call writes to.
    fn written(&self, source: &Source, call: &Call) -> Option<Utf8PathBuf> {
        let first = call.arguments.first()?;
        let last = call.name.rsplit(['.', ' ']).next()?;
        let of_file = |path: Utf8PathBuf| path.parent().map(Utf8Path::to_owned).unwrap_or_default();
        let files =
            source.imports.iter().any(|import| matches!(import.value.trim_start_matches("node:"), "fs" | "fs/promises" | "fs-extra"));
        match last {
            "mkdir" | "mkdirSync" | "ensureDir" | "ensureDirSync" | "mkdirp" if files => self.path(source, first),
            "writeFile" | "writeFileSync" | "appendFile" | "appendFileSync" | "createWriteStream" | "outputFile" | "outputJson"
                if files =>
            {
                self.path(source, first).map(of_file)
            }
            "multer" | "diskStorage" => match first {
                Value::Object(options) => field(options, &["dest", "destination"]).and_then(|value| self.path(source, value)),
                _ => None,
            },
            "Database" | "DatabaseSync" | "LowSync" | "JSONFile" | "JSONFilePreset"
                if call.name.starts_with("new ") || last == "JSONFilePreset" =>
            {
                self.path(source, first).filter(|path| path.as_str() != ":memory:" && path.extension().is_some()).map(of_file)
            }
            _ => None,
        }
    }

    /// Files and directories at the package's top that a string of the sources names.
    pub(super) fn names(&self) -> Vec<Fact<Utf8PathBuf>> {
        let mut found: Vec<Fact<Utf8PathBuf>> = Vec::new();
        for source in &self.sources.files {
            for string in &source.strings {
                let text = string.value.trim_start_matches("./").trim_start_matches("../").trim_start_matches('/');
                let Some(first) = Utf8Path::new(text).components().next().map(|part| part.as_str().to_owned()) else { continue };
                if text.is_empty() || text.len() > 200 || source.imports.iter().any(|import| import.span == string.span) {
                    continue;
                }
                if first.starts_with('.') || NOT_READ.contains(&first.as_str()) {
                    continue;
                }
                let whole = self.package.inside(&first);
                let there = self.tree.has_directory(&whole) || (self.tree.has(&whole) && text == first);
                if there && !found.iter().any(|fact| fact.value == first) {
                    found.push(Fact::new(first.into(), source.evidence(string.span, READS, string.value.clone())));
                }
            }
        }
        found
    }
}
