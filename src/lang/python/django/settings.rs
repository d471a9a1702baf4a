//! Single settings of Django's: static files, uploads, a database in a file, the secret key.

use camino::{Utf8Path, Utf8PathBuf};

use super::Django;
use crate::app::WritePath;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Fact, Rule};
use crate::lang::python::outline::ask;
use crate::lang::python::sources::Source;
use crate::lang::python::values::{below, place, relative};
use crate::program::{Binding, Value};

const STATIC: Rule = Rule::parsed("python.static-root", "static files are collected here");
const EXPECTED: Rule = Rule::parsed("python.static-directory", "static files are looked for here");
const MEDIA: Rule = Rule::parsed("python.media-root", "uploads are written here");
const SQLITE: Rule = Rule::parsed("python.sqlite", "the database is a file");

/// Where static files are collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaticRoot {
    /// The settings say.
    Said,
    /// A variable says, and nothing is there in its place.
    Variable(String),
}

impl<'t> Django<'_, 't> {
    /// A setting, and where it is given.
    pub fn setting(&self, name: &str) -> Option<(&Source<'t>, &Binding)> {
        self.settings.iter().find_map(|source| {
            let assign = source.outline.bindings.iter().rev().find(|binding| binding.target == name && !ask::is_added(binding));
            assign.map(|assign| (*source, assign))
        })
    }

    /// Where static files are collected, when they are.
    pub fn static_root(&self) -> Option<Fact<StaticRoot>> {
        let (source, assign) = self.setting("STATIC_ROOT").filter(|(_, assign)| !is_nothing(&assign.value))?;
        let collects = self.settings.iter().any(|source| source.text.contains("django.contrib.staticfiles"));
        let root = match variable(&assign.value) {
            // without the variable nothing is collected, unless something hands the files out
            Some(_) if assign.context.conditional && !self.serves_static() => return None,
            Some(name) => StaticRoot::Variable(name.to_owned()),
            None => StaticRoot::Said,
        };
        collects.then(|| Fact::new(root, source.evidence(assign.at, STATIC)))
    }

    /// Whether something in the settings serves static files: a middleware or a store elsewhere.
    pub fn serves_static(&self) -> bool {
        ["whitenoise", "storages.backends", "S3Boto3", "s3boto3", "servestatic", "dj_static", "cloudinary"]
            .iter()
            .any(|word| self.settings.iter().any(|source| source.text.contains(word)))
    }

    /// Directories that static files are looked for in, relative to the root of the tree.
    pub fn static_directories(&self) -> Vec<Fact<Utf8PathBuf>> {
        let Some((source, assign)) = self.setting("STATICFILES_DIRS") else { return Vec::new() };
        let Value::List(values) = &assign.value else { return Vec::new() };
        let home = self.home();
        let placed = |value: &Value| place(source, value, 0).or_else(|| Some(home.join(relative(value)?)));
        let found = values.iter().filter_map(directory_of).filter_map(placed);
        found.map(|path| Fact::new(path, source.evidence(assign.at, EXPECTED))).collect()
    }

    fn home(&self) -> &Utf8Path {
        self.main.path.parent().unwrap_or(Utf8Path::new(""))
    }

    /// Directories that uploads and a database file are written to, relative to that of `manage.py`.
    pub fn writes(&self) -> Vec<Fact<WritePath>> {
        let mut writes = Vec::new();
        let home = self.home();
        if let Some((source, assign)) = self.setting("MEDIA_ROOT") {
            writes.extend(
                below(home, source, &assign.value)
                    .map(|path| Fact::new(WritePath { directory: path.into() }, source.evidence(assign.at, MEDIA))),
            );
        }
        if let Some((source, assign)) = self.setting("DATABASES") {
            let by_variable =
                self.settings.iter().any(|source| source.text.contains("dj_database_url") || source.text.contains("DATABASE_URL"));
            let file = database_file(&assign.value).and_then(|name| below(home, source, name)).filter(|_| !by_variable);
            let directory = file.map(|file| Utf8Path::new(&file).parent().unwrap_or(Utf8Path::new("")).to_owned());
            writes.extend(directory.map(|directory| Fact::new(WritePath { directory }, source.evidence(assign.at, SQLITE))));
        }
        writes
    }

    /// Without a secret key Django does not start.
    pub(super) fn unnamed_key(&self) -> Option<Diagnostic> {
        let first = self.settings.first()?;
        // what other modules bring, or a call puts there, is not to be seen
        let whole = self
            .settings
            .iter()
            .all(|source| !source.outline.broken && !source.text.contains("globals()") && !source.text.contains("django_heroku"));
        let local = first.outline.imports.iter().any(|import| import.context.conditional && import.path.ends_with('*'));
        let given = self.settings.iter().any(|source| {
            source.outline.bindings.iter().any(|binding| binding.target.ends_with("SECRET_KEY")) || source.text.contains("SECRET_KEY")
        });
        if given || !whole {
            return None;
        }
        let message = format!("`{}` gives no SECRET_KEY, without which Django does not start", first.path);
        let why = if local { "a file that is not in the repository may give it" } else { "those of other settings do not count here" };
        Some(
            Diagnostic::warning("python::secret-key", message)
                .at(first.path, None, why)
                .help("add `SECRET_KEY = os.environ[\"SECRET_KEY\"]`"),
        )
    }
}

/// Of a prefix and its directory the directory.
fn directory_of(value: &Value) -> Option<&Value> {
    if let Value::List(pair) = value { pair.last() } else { Some(value) }
}

fn is_nothing(value: &Value) -> bool {
    matches!(value, Value::Unknown) || matches!(value, Value::Name(name) if name == "None") || value.text() == Some("")
}

/// The variable that a value is, with nothing in its place.
fn variable(value: &Value) -> Option<&str> {
    match value {
        Value::Variable { name, default: None } => Some(name),
        Value::Call(call) => {
            let (name, default) = crate::lang::python::values::variable(call)?;
            let wraps = default.is_none_or(is_nothing);
            wraps.then_some(name)
        }
        _ => None,
    }
}

/// `{"default": {"ENGINE": "...sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}`
fn database_file(value: &Value) -> Option<&Value> {
    let default = value.get("default")?;
    let sqlite = default.get("ENGINE")?.text()?.contains("sqlite3");
    default.get("NAME").filter(|_| sqlite)
}
