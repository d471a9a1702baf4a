//! Django: its command line, what servers are given, the settings that it runs with, and what of them an image has to know.

mod module;
mod settings;
pub mod stand_ins;

use camino::{Utf8Path, Utf8PathBuf};

use super::outline::ask;
use super::sources::{Source, Sources};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::Tree;

pub use self::module::SettingsModule;
pub use self::settings::StaticRoot;

/// The variable that names the settings.
pub const MODULE: &str = "DJANGO_SETTINGS_MODULE";

const MANAGE: Rule = Rule::parsed("python.django", "this is Django's command line");
const ENTRY: Rule = Rule::parsed("python.django-server", "this is what servers are given");
/// What makes the object that a server is given.
const MAKERS: [&str; 2] = ["get_wsgi_application", "get_asgi_application"];

/// A Django project.
#[derive(Debug)]
pub struct Django<'s, 't> {
    /// The directory of `manage.py`, or that modules are imported from, relative to the project's.
    pub directory: Utf8PathBuf,
    /// `manage.py`; where there is none, what servers are given.
    pub main: &'s Source<'t>,
    /// Where it starts.
    pub at: Evidence,
    /// The name of the package that holds the settings.
    pub package: String,
    /// The settings that the image runs with.
    pub module: Option<SettingsModule>,
    /// Their module and what it takes in.
    pub settings: Vec<&'s Source<'t>>,
    /// `package.wsgi`, where it is there.
    pub wsgi: Option<Fact<String>>,
    /// `package.asgi:application`, where it is there.
    pub asgi: Option<Fact<String>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// All Django projects below the project's directory.
pub fn find<'s, 't>(tree: &'t Tree, sources: &'s Sources<'t>) -> Vec<Django<'s, 't>> {
    let ours = || sources.files.iter().filter(|source| !source.is_aside());
    let manages = ours().filter(|source| source.path.file_name() == Some("manage.py") && is_django(source));
    let mut roots: Vec<(Utf8PathBuf, &Source<'t>)> = manages.map(|source| (parent(source).to_owned(), source)).collect();
    // a project need not have a command line of its own
    for source in ours().filter(|source| makes(source)) {
        let root = sources.directory.join(&source.root);
        if !roots.iter().any(|(known, _)| source.path.starts_with(known)) {
            roots.push((root, source));
        }
    }
    roots.into_iter().map(|(root, main)| Project { tree, sources, root }.read(main)).collect()
}

fn parent<'t>(source: &Source<'t>) -> &'t Utf8Path {
    source.path.parent().unwrap_or(Utf8Path::new(""))
}

/// Whether a `manage.py` is Django's.
fn is_django(source: &Source<'_>) -> bool {
    ["django", "configurations"].iter().any(|package| ask::imports(&source.outline, package)) || source.text.contains(MODULE)
}

fn makes(source: &Source<'_>) -> bool {
    source.outline.calls.iter().any(|call| ask::at_load(call.context) && MAKERS.contains(&call.method()))
}

/// Where a Django project lies.
struct Project<'s, 't> {
    tree: &'t Tree,
    sources: &'s Sources<'t>,
    /// What modules are imported from.
    root: Utf8PathBuf,
}

impl<'s, 't> Project<'s, 't> {
    fn read(&self, main: &'s Source<'t>) -> Django<'s, 't> {
        let is_manage = main.path.file_name() == Some("manage.py");
        let servers = self.servers(main);
        let chosen = self.choose(main, &servers);
        let settings = chosen.module.as_ref().map(|module| self.taken_in(self.module(&module.name))).unwrap_or_default();
        let top = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        let package = match (&chosen.module, servers.first()) {
            (Some(module), _) => top(&module.name),
            (None, Some(server)) => self.name(server).map(|name| top(&name)).unwrap_or_default(),
            (None, None) => String::new(),
        };
        let entry = |name: &str, setting: &str| {
            // `WSGI_APPLICATION = "package.wsgi.application"`
            let set = settings.iter().find_map(|source| ask::bound(&source.outline, setting)?.value.text());
            let set = set.and_then(|set| set.rsplit_once('.')).map(|(module, _)| module.to_owned());
            let usual = std::iter::once(format!("{package}.{name}"));
            let seen = servers.iter().filter(|source| source.path.file_stem() == Some(name)).filter_map(|source| self.name(source));
            let module = set.into_iter().chain(usual).chain(seen).find(|module| self.module(module).is_some())?;
            let source = self.module(&module)?;
            Some(Fact::new(module, Evidence::exists(source.path, ENTRY)))
        };
        let (wsgi, asgi) = (entry("wsgi", "WSGI_APPLICATION"), entry("asgi", "ASGI_APPLICATION"));
        let at = if is_manage {
            let named = self.named(main).first().map(|named| named.at.clone());
            named.unwrap_or_else(|| Evidence::exists(main.path, MANAGE)).under(MANAGE)
        } else {
            Evidence::exists(main.path, ENTRY)
        };
        let mut django = Django {
            directory: self.root.strip_prefix(&self.sources.directory).unwrap_or(&self.root).to_owned(),
            main,
            at,
            package,
            module: chosen.module,
            settings,
            wsgi,
            asgi: asgi.map(|fact| fact.map(|module| format!("{module}:application"))),
            warnings: chosen.warnings,
        };
        django.warnings.extend(django.debugs());
        django.warnings.extend(django.unnamed_key());
        django
    }

    /// The modules that make what servers are given, those of the usual names first.
    fn servers(&self, main: &'s Source<'t>) -> Vec<&'s Source<'t>> {
        let ours = self.sources.files.iter().filter(|source| source.path.starts_with(&self.root) && makes(source));
        let mut found: Vec<_> = ours.filter(|source| !source.is_aside() || source.path == main.path).collect();
        found.sort_by_key(|source| !matches!(source.path.file_stem(), Some("wsgi" | "asgi")));
        found
    }

    /// The module of that name, as it is imported from the root.
    fn module(&self, name: &str) -> Option<&'s Source<'t>> {
        let base = self.root.join(name.replace('.', "/"));
        let (file, package) = (Utf8PathBuf::from(format!("{base}.py")), base.join("__init__.py"));
        let is_it = |source: &&Source<'_>| [&file, &package].iter().any(|path| path.as_str() == source.path.as_str());
        let below = self.sources.files.iter().find(is_it);
        // `sys.path` may have more
        below.or_else(|| self.sources.module(name))
    }

    /// The name under which a module is imported from the root.
    fn name(&self, source: &Source<'_>) -> Option<String> {
        let inside = source.path.strip_prefix(&self.root).ok()?.with_extension("");
        let parts = inside.components().map(|part| part.as_str()).filter(|part| *part != "__init__");
        Some(parts.collect::<Vec<_>>().join("."))
    }

    /// A settings module and the modules of the project that it imports all of.
    fn taken_in(&self, first: Option<&'s Source<'t>>) -> Vec<&'s Source<'t>> {
        let mut found: Vec<&Source<'t>> = first.into_iter().collect();
        let mut next = 0;
        while let Some(source) = found.get(next).copied() {
            next += 1;
            let imports = source.outline.imports.iter().filter_map(|import| import.path.strip_suffix('*'));
            for star in imports.map(|path| path.strip_suffix('.').filter(|rest| !rest.is_empty()).unwrap_or(path)) {
                let name = self.absolute(source, star);
                let inner = self.module(&name).filter(|inner| !found.iter().any(|known| known.path == inner.path));
                found.extend(inner);
            }
        }
        found
    }

    /// A name in full, as it is imported from the root.
    fn absolute(&self, source: &Source<'_>, name: &str) -> String {
        let dots = name.len() - name.trim_start_matches('.').len();
        let Some(own) = self.name(source).filter(|_| dots > 0) else { return source.absolute(name) };
        let package = source.path.file_name() == Some("__init__.py");
        let mut parts: Vec<&str> = own.split('.').collect();
        parts.truncate(parts.len().saturating_sub(dots - usize::from(package)));
        parts.push(&name[dots..]);
        parts.retain(|part| !part.is_empty());
        parts.join(".")
    }
}
