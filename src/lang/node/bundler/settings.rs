//! A settings file in JavaScript: what the object that it exports says. Of branches the one counts that is taken while the image is built,
//! where no variable is set besides `NODE_ENV`.

use camino::{Utf8Path, Utf8PathBuf};

use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::lang::node::outline::{self, Load, Module};
use crate::lang::node::package::Package;
use crate::program::{At, Call, Value};
use crate::tree::Tree;
use crate::tree::path::normal;

const SETTING: Rule = Rule::parsed("node.bundler-setting", "the bundler's settings say so");
/// The endings that bundlers look for.
const ENDINGS: [&str; 6] = ["js", "mjs", "ts", "cjs", "mts", "cts"];
/// How many names and calls deep an object is followed.
const DEPTH: usize = 8;

/// A settings file that was read.
pub struct Settings<'t> {
    /// Where it is.
    pub path: Utf8PathBuf,
    /// Its directory inside its package.
    directory: Utf8PathBuf,
    text: &'t str,
    module: Module,
}

impl<'t> Settings<'t> {
    /// The first of the files `stem.js`, `stem.ts` and so on that is there; `stem` may name directories.
    pub fn read(tree: &'t Tree, package: &Package<'_>, stem: &str) -> Option<Self> {
        let files = ENDINGS.iter().map(|ending| package.inside(&format!("{stem}.{ending}")));
        files.into_iter().find_map(|file| Self::of_package(tree, package, &file))
    }

    /// This file of a package, if it is there.
    pub fn of_package(tree: &'t Tree, package: &Package<'_>, file: &Utf8Path) -> Option<Self> {
        let directory = file.parent().and_then(|parent| parent.strip_prefix(&package.directory).ok()).unwrap_or(Utf8Path::new(""));
        Some(Self { directory: directory.to_owned(), ..Self::of(tree, file)? })
    }

    /// This file, if it is there.
    pub fn of(tree: &'t Tree, file: &Utf8Path) -> Option<Self> {
        let text = tree.text(file).ok()?;
        let module = outline::read(text, file.extension().unwrap_or_default(), &|_| None);
        Some(Self { path: file.to_owned(), directory: Utf8PathBuf::new(), text, module })
    }

    /// Something in the file, as evidence.
    pub fn evidence(&self, at: At, rule: Rule, said: impl Into<String>) -> Evidence {
        Evidence::at(&self.path, Span::of(self.text, at.start as usize, at.end as usize), rule, said)
    }

    /// What it loads.
    pub fn loads(&self) -> &[Load] {
        &self.module.loads
    }

    /// Where it loads the module of that name.
    pub fn loaded(&self, name: &str) -> Option<&Load> {
        self.module.loads.iter().find(|load| load.module == name)
    }

    /// What the key of that name is set to, wherever it stands, and where.
    pub fn anywhere(&self, name: &str) -> Option<(&Value, At)> {
        self.module.options.iter().find(|(key, ..)| key == name).map(|(_, value, at)| (likeliest(value), *at))
    }

    /// What is written behind the key of that name, wherever it stands.
    pub fn written(&self, name: &str) -> Option<(&'t str, At)> {
        let (.., at) = self.module.options.iter().find(|(key, ..)| key == name)?;
        Some((self.text.get(at.range())?, *at))
    }

    /// What stands below these keys.
    pub fn get(&self, keys: &[&str]) -> Option<&Value> {
        let exported = self.bound("default")?;
        let below = keys.iter().try_fold(exported, |value, key| self.key(value, key, DEPTH))?;
        Some(likeliest(below))
    }

    /// What a name of the file's own is given.
    pub fn named(&self, name: &str) -> Option<&Value> {
        self.bound(name)
    }

    fn bound(&self, name: &str) -> Option<&Value> {
        self.module.outline.bindings.iter().rev().find(|binding| binding.target == name).map(|binding| &binding.value)
    }

    /// A key of an object that is written out, returned, named, or handed to a helper such as `defineConfig`.
    fn key<'v>(&'v self, value: &'v Value, key: &str, depth: usize) -> Option<&'v Value> {
        let depth = depth.checked_sub(1)?;
        match value {
            Value::Table(entries) => value.get(key).or_else(|| {
                let spread = entries.iter().rev().filter(|(name, _)| matches!(name, Value::Name(_)));
                spread.into_iter().find_map(|(_, value)| self.key(value, key, depth))
            }),
            Value::Call(call) => {
                let arguments = call.arguments.iter().map(|argument| &argument.value);
                let of_receiver = call.receiver.as_deref();
                arguments.chain(of_receiver).find_map(|value| self.key(value, key, depth))
            }
            Value::Function(number) => {
                let function = self.module.outline.functions.get(*number as usize)?;
                function.returns.last().and_then(|value| self.key(value, key, depth))
            }
            Value::Name(name) => match name.split_once('.') {
                None => self.bound(name).and_then(|value| self.key(value, key, depth)).or_else(|| {
                    let function = self.module.outline.functions.iter().find(|function| function.name == *name)?;
                    function.returns.last().and_then(|value| self.key(value, key, depth))
                }),
                Some((first, rest)) => {
                    let object = rest.split('.').try_fold(self.bound(first)?, |value, word| self.key(value, word, depth))?;
                    self.key(object, key, depth)
                }
            },
            Value::Either(values) => self.key(values.first()?, key, depth),
            _ => None,
        }
    }

    /// Whether something stands there, whatever it is.
    pub fn has(&self, keys: &[&str]) -> Option<Evidence> {
        let value = self.get(keys)?;
        Some(self.place(keys, value, keys.join(".")))
    }

    /// The text that stands there.
    pub fn text(&self, keys: &[&str]) -> Option<Fact<String>> {
        let value = self.get(keys)?;
        let text = self.plain(value)?;
        let at = self.place(keys, value, format!("{}: \"{text}\"", keys.join(".")));
        Some(Fact::new(text, at))
    }

    /// The path that stands there: a text, or one that is put together from the file's own directory.
    pub fn path(&self, keys: &[&str]) -> Option<Fact<Utf8PathBuf>> {
        if let Some(text) = self.text(keys) {
            return Some(text.map(Utf8PathBuf::from));
        }
        let value = self.get(keys)?;
        let path = self.spelt(value, DEPTH)?;
        Some(Fact::new(normal(Utf8Path::new(&path)), self.place(keys, value, keys.join("."))))
    }

    /// The directories that it says files are put into, or the files, wherever it does: `output.path`, `outdir`, `gulp.dest("site")`.
    pub fn outputs(&self) -> Vec<Fact<Utf8PathBuf>> {
        const KEYS: [&str; 7] = ["outdir", "outfile", "outDir", "outputDir", "dest", "destination", "distDir"];
        const CALLS: [&str; 2] = ["dest", "symlink"];
        // webpack's directory, and Rollup's directory or file
        const OF_OUTPUT: [&str; 3] = ["path", "dir", "file"];
        let of_options = self.module.options.iter().filter_map(|(key, value, at)| match key.as_str() {
            "output" => {
                let value = likeliest(value);
                let output = if let Value::List(outputs) = value { outputs.first()? } else { value };
                Some((OF_OUTPUT.iter().find_map(|key| output.get(key))?, *at))
            }
            key => KEYS.contains(&key).then_some((value, *at)),
        });
        let of_calls =
            self.calls().filter(|call| CALLS.contains(&call.method())).filter_map(|call| Some((&call.arguments.first()?.value, call.at)));
        let found = of_options.chain(of_calls).filter_map(|(value, at)| {
            let path = normal(Utf8Path::new(&self.spelt(value, DEPTH)?));
            let fits = path.is_relative() && !path.as_str().is_empty() && !path.as_str().contains(['*', '<', '$']);
            fits.then(|| Fact::new(path.clone(), self.evidence(at, SETTING, path.as_str())))
        });
        found.collect()
    }

    /// A value that is a text whatever happens while the image is built.
    fn plain(&self, value: &Value) -> Option<String> {
        match likeliest(value) {
            Value::Text(text) => Some(text.clone()),
            Value::Variable { default: Some(default), .. } => self.plain(default),
            Value::Name(name) if !name.contains('.') => self.bound(name).and_then(|value| value.text()).map(str::to_owned),
            _ => None,
        }
    }

    fn spelt(&self, value: &Value, depth: usize) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let all = |values: &mut dyn Iterator<Item = &Value>| values.map(|value| self.spelt(value, depth)).collect::<Option<Vec<_>>>();
        match likeliest(value) {
            Value::Name(name) if matches!(name.as_str(), "__dirname" | "import.meta.dirname") => Some(format!("./{}", self.directory)),
            Value::Name(name) => self.bound(name).and_then(|value| self.spelt(value, depth)),
            Value::Joined(parts) => all(&mut parts.iter()).map(|parts| parts.concat()),
            Value::Call(call) => {
                let parts = all(&mut call.arguments.iter().map(|argument| &argument.value));
                match call.method() {
                    "join" | "resolve" => parts.map(|parts| parts.join("/")),
                    "fileURLToPath" => parts.and_then(|parts| parts.into_iter().next()),
                    "cwd" => Some(".".into()),
                    _ => None,
                }
            }
            value => self.plain(value),
        }
    }

    /// The text of an option in the first argument of a call: `adapter({ fallback: "200.html" })`.
    pub fn argument(&self, call: &str, key: &str) -> Option<Fact<String>> {
        let found = self.calls().find(|found| found.path == call || self.imported_as(call).is_some_and(|full| found.path == full))?;
        let text = self.key(&found.arguments.first()?.value, key, DEPTH).and_then(|value| self.plain(value))?;
        let at = self.evidence(found.at, SETTING, format!("{key}: \"{text}\""));
        Some(Fact::new(text, at))
    }

    fn imported_as(&self, name: &str) -> Option<&str> {
        let import = self.module.outline.imports.iter().find(|import| import.name.as_deref() == Some(name))?;
        Some(&import.path)
    }

    /// All calls in it.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.module.outline.calls.iter()
    }

    /// The first text among the arguments of a call: `setOutputDirectory("dist")`.
    pub fn called_with(&self, call: &str) -> Option<Fact<String>> {
        let found = self.calls().find(|found| found.method() == call)?;
        let text = found.arguments.first()?.value.text()?;
        Some(Fact::new(text.to_owned(), self.evidence(found.at, SETTING, format!("{call}(\"{text}\")"))))
    }

    fn place(&self, keys: &[&str], value: &Value, said: String) -> Evidence {
        let last = keys.last().copied().unwrap_or_default();
        let own = self.module.options.iter().find(|(key, own, _)| key == last && likeliest(own) == value);
        let at = own.or_else(|| self.module.options.iter().find(|(key, ..)| key == last)).map(|(.., at)| *at);
        self.evidence(at.unwrap_or_default(), SETTING, said)
    }
}

/// The branch that is taken.
fn likeliest(value: &Value) -> &Value {
    match value {
        Value::Either(values) => values.first().map_or(value, likeliest),
        value => value,
    }
}

/// The variable that decides a value, where one does: `process.env.PRESET || "bun"`.
pub fn decided_by(value: &Value) -> Option<&str> {
    if let Value::Variable { name, .. } = value { Some(name) } else { None }
}
