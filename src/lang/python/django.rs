//! Django: `manage.py`, the settings it names, and what of them an image has to know.

use camino::{Utf8Path, Utf8PathBuf};

use super::outline::ask;
use super::sources::{Source, Sources};
use super::values::{DEMANDS, below, demands};
use crate::app::WritePath;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::{Binding, Value};

const MANAGE: Rule = Rule::parsed("python.django", "this is Django's command line");
const ENTRY: Rule = Rule::parsed("python.django-server", "this is what servers are given");
const STATIC: Rule = Rule::parsed("python.static-root", "static files are collected here");
const MEDIA: Rule = Rule::parsed("python.media-root", "uploads are written here");
const SQLITE: Rule = Rule::parsed("python.sqlite", "the database is a file");

/// A Django project.
#[derive(Debug)]
pub struct Django<'s, 't> {
    /// The directory of `manage.py`, relative to the project's.
    pub directory: Utf8PathBuf,
    /// `manage.py`.
    pub manage: &'s Source<'t>,
    /// Where it starts.
    pub at: Evidence,
    /// The name of the package that holds the settings.
    pub package: String,
    /// The settings module and what it takes in.
    pub settings: Vec<&'s Source<'t>>,
    /// The settings that servers are given, where `manage.py` names others.
    pub served: Option<String>,
    /// `package.wsgi`, where it is there.
    pub wsgi: Option<Fact<String>>,
    /// `package.asgi:application`, where it is there.
    pub asgi: Option<Fact<String>>,
}

/// All Django projects below the project's directory.
pub fn find<'s, 't>(sources: &'s Sources<'t>) -> Vec<Django<'s, 't>> {
    let manages =
        sources.files.iter().filter(|source| source.path.file_name() == Some("manage.py") && !source.is_aside(&sources.directory));
    manages.filter_map(|manage| read(sources, manage)).collect()
}

fn read<'s, 't>(sources: &'s Sources<'t>, manage: &'s Source<'t>) -> Option<Django<'s, 't>> {
    let named = |source: &Source<'_>| {
        source.outline.calls.iter().find_map(|call| {
            let sets = call.path.ends_with("environ.setdefault") && ask::first(call)?.text()? == "DJANGO_SETTINGS_MODULE";
            sets.then(|| Some((ask::placed(call).nth(1)?.text()?.to_owned(), call.at)))?
        })
    };
    let (module, at) = named(manage)?;
    let parent = manage.path.parent().unwrap_or(Utf8Path::new(""));
    let directory = parent.strip_prefix(&sources.directory).unwrap_or(parent).to_owned();
    let inside = |module: &str| {
        let base = parent.join(module.replace('.', "/"));
        let (file, package) = (Utf8PathBuf::from(format!("{base}.py")), base.join("__init__.py"));
        sources.files.iter().find(|source| source.path == file || source.path == package)
    };
    let package = module.split('.').next().unwrap_or_default().to_owned();
    let entry = |name: &str, setting: &str, of: &[&Source<'_>]| {
        // `WSGI_APPLICATION = "package.wsgi.application"`
        let set = of.iter().find_map(|source| ask::bound(&source.outline, setting).and_then(|assign| assign.value.text()));
        let module = set.and_then(|set| set.rsplit_once('.')).map_or_else(|| format!("{package}.{name}"), |(module, _)| module.to_owned());
        let source = inside(&module)?;
        Some((Fact::new(module, Evidence::exists(source.path, ENTRY)), source))
    };
    let mut settings = taken_in(sources, inside(&module), parent);
    let wsgi = entry("wsgi", "WSGI_APPLICATION", &settings);
    let asgi = entry("asgi", "ASGI_APPLICATION", &settings);
    // what the server starts may name other settings than manage.py
    let served = wsgi.as_ref().or(asgi.as_ref()).and_then(|(_, source)| named(source));
    let plain = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c));
    let served = served.map(|(other, _)| other).filter(|other| *other != module && plain(other));
    if let Some(other) = &served {
        settings = taken_in(sources, inside(other), parent);
    }
    Some(Django {
        directory,
        manage,
        at: manage.evidence(at, MANAGE),
        settings,
        served,
        wsgi: wsgi.map(|(fact, _)| fact),
        asgi: asgi.map(|(fact, _)| fact.map(|module| format!("{module}:application"))),
        package,
    })
}

/// The settings module and the modules of the project that it imports all of.
fn taken_in<'s, 't>(sources: &'s Sources<'t>, first: Option<&'s Source<'t>>, parent: &Utf8Path) -> Vec<&'s Source<'t>> {
    let mut found: Vec<&Source<'t>> = first.into_iter().collect();
    let mut next = 0;
    while let Some(source) = found.get(next).copied() {
        next += 1;
        let stars =
            source.outline.imports.iter().filter_map(|import| import.path.strip_suffix(".*").or_else(|| import.path.strip_suffix('*')));
        for star in stars {
            let module = source.absolute(star.trim_end_matches('.'));
            let base = parent.join(module.replace('.', "/"));
            let files = [Utf8PathBuf::from(format!("{base}.py")), base.join("__init__.py")];
            let inner =
                sources.module(&module).or_else(|| sources.files.iter().find(|source| files.iter().any(|file| source.path == file)));
            found.extend(inner.filter(|inner| !found.iter().any(|known| known.path == inner.path)).into_iter().collect::<Vec<_>>());
        }
    }
    found
}

impl Django<'_, '_> {
    /// A setting, and where it is given.
    pub fn setting(&self, name: &str) -> Option<(&Source<'_>, &Binding)> {
        self.settings.iter().find_map(|source| {
            let assign = source.outline.bindings.iter().rev().find(|binding| binding.target == name && !ask::is_added(binding));
            assign.map(|assign| (*source, assign))
        })
    }

    /// Where static files are collected, when they are.
    pub fn static_root(&self) -> Option<Evidence> {
        let (source, assign) =
            self.setting("STATIC_ROOT").filter(|(_, assign)| !matches!(&assign.value, Value::Unknown | Value::Name(_)))?;
        let mentions = |text: &str| self.settings.iter().any(|source| source.text.contains(text));
        mentions("django.contrib.staticfiles").then(|| source.evidence(assign.at, STATIC))
    }

    /// Whether something in the settings serves static files: a middleware or a store elsewhere.
    pub fn serves_static(&self) -> bool {
        ["whitenoise", "storages.backends", "S3Boto3", "s3boto3", "servestatic", "dj_static", "cloudinary"]
            .iter()
            .any(|word| self.settings.iter().any(|source| source.text.contains(word)))
    }

    /// Variables that the settings do not load without.
    pub fn demands(&self) -> Vec<Fact<String>> {
        let mut found: Vec<Fact<String>> = Vec::new();
        for source in &self.settings {
            for call in &source.outline.calls {
                if let Some(name) = demands(call).filter(|name| !found.iter().any(|known| known.value == *name)) {
                    found.push(Fact::new(name.to_owned(), source.evidence(call.at, DEMANDS)));
                }
            }
        }
        found
    }

    /// Directories that uploads and a database file are written to, relative to that of `manage.py`.
    pub fn writes(&self) -> Vec<Fact<WritePath>> {
        let mut writes = Vec::new();
        let home = self.manage.path.parent().unwrap_or(Utf8Path::new(""));
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
}

/// `{"default": {"ENGINE": "...sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}`
fn database_file(value: &Value) -> Option<&Value> {
    let Value::Table(databases) = value else { return None };
    let (_, default) = databases.iter().find(|(key, _)| key.text() == Some("default"))?;
    let Value::Table(default) = default else { return None };
    let part = |name: &str| default.iter().find(|(key, _)| key.text() == Some(name)).map(|(_, value)| value);
    let sqlite = part("ENGINE")?.text()?.contains("sqlite3");
    part("NAME").filter(|_| sqlite)
}
