//! Which settings an image runs with: those that its project deploys, before those that its developers work with.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Django, MODULE, Project, StaticRoot};
use crate::declared::{self, Purpose, Variable};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::python::outline::ask;
use crate::lang::python::sources::{Source, Sources};
use crate::lang::python::values::{UNSEEN, texts};
use crate::program::{At, Value};

const NAMED: Rule = Rule::parsed("python.settings-module", "this names the settings");
const THERE: Rule = Rule::parsed("python.production-settings", "these are the settings for production");
const DEBUG: Rule = Rule::parsed("python.debug", "this is for development");
const IMPORTED: Rule = Rule::parsed("python.local-settings", "the settings import this");

/// Where static files are when a variable says so.
const STATIC_FILES: &str = "/app/staticfiles";

/// Words in the names of settings for production.
const PRODUCTION: [&str; 8] = ["production", "prod", "prd", "live", "deploy", "deployment", "deployed", "release"];
/// Words in the names of settings for developers and tests.
const DEVELOPMENT: [&str; 13] =
    ["dev", "develop", "development", "developer", "local", "localhost", "debug", "test", "tests", "testing", "ci", "gitpod", "sandbox"];
/// Words that any settings may have in their names.
const PLAIN: [&str; 6] = ["settings", "setting", "config", "conf", "configuration", "env"];
/// Names of settings that others build on.
const BASES: [&str; 5] = ["base", "common", "default", "defaults", "settings"];

/// The settings that an image runs with.
#[derive(Clone, Debug)]
pub struct SettingsModule {
    /// Their module: `shop.settings.production`.
    pub name: String,
    /// Whether a variable has to name them, because something of Django's would take others, or none.
    pub set: bool,
}

/// A module that something names, and whether a variable may name another.
pub(super) struct Named {
    pub module: String,
    pub at: Evidence,
    pub fixed: bool,
}

#[derive(Default)]
pub(super) struct Chosen {
    pub module: Option<SettingsModule>,
    pub warnings: Vec<Diagnostic>,
}

impl<'s, 't> Project<'s, 't> {
    /// What a file says of the settings' name, the alternatives in order.
    pub(super) fn named(&self, source: &'s Source<'t>) -> Vec<Named> {
        let outline = &source.outline;
        let defaults = outline.calls.iter().filter_map(|call| {
            let names = call.path.ends_with("environ.setdefault") && ask::first(call)?.text()? == MODULE;
            names.then(|| ask::placed(call).nth(1).map(|value| (value, call.at, false)))?
        });
        let target = format!("os.environ[{MODULE}]");
        let assigned = outline.bindings.iter().filter(|binding| binding.target == target).map(|binding| (&binding.value, binding.at, true));
        let said: Vec<(&Value, At, bool)> = defaults.chain(assigned).collect();
        let named = |(value, at, fixed): (&Value, At, bool)| {
            let modules = texts(source, value).into_iter().flat_map(|text| self.spelt(&text));
            modules.map(|module| Named { module, at: source.evidence(at, NAMED), fixed }).collect::<Vec<_>>()
        };
        said.into_iter().flat_map(named).filter(|named| is_plain(&named.module)).collect()
    }

    /// The modules that a name may be of which a part is not to be seen.
    fn spelt(&self, text: &str) -> Vec<String> {
        let Some((before, after)) = text.split_once(UNSEEN) else { return vec![text.to_owned()] };
        let names = self.sources.files.iter().filter_map(|source| self.name(source));
        let mut found: Vec<_> =
            names.filter(|name| name.starts_with(before) && name.ends_with(after) && name.len() > text.len() - UNSEEN.len_utf8()).collect();
        found.sort_by_key(|name| worth(name));
        found
    }

    /// The settings to run with, out of all that names them.
    pub(super) fn choose(&self, main: &'s Source<'t>, servers: &[&'s Source<'t>]) -> Chosen {
        let by_servers: Vec<Named> = servers.iter().flat_map(|source| self.named(source)).collect();
        let by_command: Vec<Named> = if servers.iter().any(|server| server.path == main.path) { Vec::new() } else { self.named(main) };
        let declared = self.declared();
        let first = |named: &[Named]| named.first().map(|named| named.module.clone());
        // what runs when no variable is set
        let by_itself = main.path.file_name() == Some("manage.py");
        let usual: Vec<_> =
            (!servers.is_empty()).then(|| first(&by_servers)).into_iter().chain(by_itself.then(|| first(&by_command))).collect();
        let fixed = by_servers.iter().find(|named| named.fixed).map(|named| named.module.clone());
        let all: Vec<Named> = declared.into_iter().chain(by_servers).chain(by_command).collect();
        let mut chosen = Chosen::default();
        let meant = all.iter().find(|named| self.module(&named.module).is_some() && !self.develops(&named.module));
        let production = || all.iter().find_map(|named| self.production(&named.module));
        let (name, at) = match (meant, production()) {
            (Some(named), _) => (named.module.clone(), named.at.clone()),
            (None, Some(found)) => found,
            (None, None) => match all.first() {
                Some(named) => {
                    chosen.warnings.extend(self.only_for_development(named));
                    (named.module.clone(), named.at.clone())
                }
                None => match self.unnamed() {
                    Some((name, at)) => {
                        chosen.warnings.push(nothing_names(&name, &at));
                        (name, at)
                    }
                    None => return chosen,
                },
            },
        };
        if let Some(other) = fixed.filter(|fixed| *fixed != name) {
            chosen.warnings.push(overridden(&other, &name, servers.first().map_or(main, |server| server)));
        }
        let set = usual.iter().any(|usual| usual.as_ref() != Some(&name));
        if set && chosen.warnings.is_empty() {
            let note = Diagnostic::note("python::settings-module", format!("Django runs with `{name}`: {MODULE} says so in the image"));
            chosen.warnings.push(note.because(&at));
        }
        chosen.module = Some(SettingsModule { name, set });
        chosen
    }

    /// What documents about deployment say.
    fn declared(&self) -> Vec<Named> {
        let mut found = Vec::new();
        for directory in [&self.sources.directory, &self.root] {
            let declared = declared::read(self.tree, directory);
            let mut add = |fact: Fact<Option<String>>| {
                let at = fact.because()[0].under(NAMED);
                found.extend(fact.value.filter(|module| is_plain(module)).map(|module| Named { module, at, fixed: false }));
            };
            let meant = |purpose: Purpose| purpose == Purpose::Production;
            for said in declared.starts.iter().filter(|said| meant(said.purpose)) {
                let env = said.fact.value.start.form(declared::PORT, |_| true).env;
                add(said.fact.with(env.get(MODULE).cloned()));
            }
            for said in declared.variables.iter().filter(|said| meant(said.purpose)) {
                let Variable { name, value } = &said.fact.value;
                add(said.fact.with(value.clone().filter(|_| name == MODULE)));
            }
            if self.root == self.sources.directory {
                break;
            }
        }
        found.retain(|named| self.module(&named.module).is_some());
        found
    }

    /// Whether a module is for developers: by its name, by what it takes in, or because it turns debugging on.
    fn develops(&self, name: &str) -> bool {
        let taken = self.taken_in(self.module(name));
        let inner = taken.iter().skip(1).filter_map(|source| self.name(source)).any(|name| worth(&name) == Worth::Development);
        let empty = taken.iter().all(|source| source.outline.bindings.is_empty());
        worth(name) == Worth::Development || inner || empty || debug(&taken).is_some()
    }

    /// The settings for production beside those of that name, or among them.
    fn production(&self, name: &str) -> Option<(String, Evidence)> {
        let parent = name.rsplit_once('.').map_or("", |(parent, _)| parent);
        let is_beside = |other: &str| {
            let inside = |package: &str| other.rsplit_once('.').map_or("", |(parent, _)| parent) == package;
            inside(name) || inside(parent)
        };
        let found = self.sources.files.iter().find_map(|source| {
            let other = self.name(source)?;
            (is_beside(&other) && worth(&other) == Worth::Production).then_some((other, source))
        });
        found.map(|(name, source)| (name, Evidence::exists(source.path, THERE)))
    }

    /// Settings that nothing names: the one module, or those for production, that are some.
    fn unnamed(&self) -> Option<(String, Evidence)> {
        let is_settings = |source: &&Source<'t>| {
            source.path.starts_with(&self.root) && !source.is_aside() && {
                let taken = self.taken_in(Some(source));
                taken.iter().any(|source| ask::bound(&source.outline, "ROOT_URLCONF").is_some())
            }
        };
        let found = self.sources.files.iter().filter(is_settings).filter_map(|source| Some((self.name(source)?, source)));
        let (name, source) = found.min_by_key(|(name, _)| worth(name))?;
        Some((name, Evidence::exists(source.path, NAMED)))
    }

    fn only_for_development(&self, named: &Named) -> Option<Diagnostic> {
        let Some(first) = self.module(&named.module) else {
            let message = format!("`{}` is named as the settings, and it is not here", named.module);
            return Some(
                Diagnostic::warning("python::settings-missing", message)
                    .because(&named.at)
                    .help("commit it, or name the settings that are deployed: `DJANGO_SETTINGS_MODULE`"),
            );
        };
        // what turns debugging on is said by itself
        if worth(&named.module) != Worth::Development || debug(&self.taken_in(Some(first))).is_some() {
            return None;
        }
        let message = format!("`{}` are settings for development, and there are none for production", named.module);
        let help = format!("write settings that are deployed, and name them where it runs: `-e {MODULE}=...`");
        Some(Diagnostic::warning("python::development-settings", message).because(&named.at).help(help))
    }
}

/// How likely settings are the ones that are deployed, by their name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    Production,
    Base,
    Other,
    Development,
}

fn worth(name: &str) -> Worth {
    let last = name.rsplit('.').next().unwrap_or(name);
    let words: Vec<&str> = last.split('_').filter(|word| !PLAIN.contains(word)).collect();
    match words.as_slice() {
        words if words.iter().any(|word| DEVELOPMENT.contains(word)) => Worth::Development,
        [_, ..] if words.iter().all(|word| PRODUCTION.contains(word)) => Worth::Production,
        _ if BASES.contains(&last) => Worth::Base,
        _ => Worth::Other,
    }
}

/// A dotted name that a command takes as it is.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c))
}

/// Where debugging is turned on whatever the environment says.
fn debug<'s, 't>(settings: &[&'s Source<'t>]) -> Option<(&'s Source<'t>, At)> {
    let bound = settings.iter().find_map(|source| Some((*source, ask::bound(&source.outline, "DEBUG")?)));
    bound
        .filter(|(_, binding)| binding.value == Value::Truth(true) && !binding.context.conditional)
        .map(|(source, binding)| (source, binding.at))
}

fn nothing_names(name: &str, at: &Evidence) -> Diagnostic {
    let message = format!("nothing in the code names Django's settings: {MODULE} is `{name}` here");
    Diagnostic::warning("python::settings-module", message)
        .because(at)
        .help(format!("if others are deployed: `docker run -e {MODULE}=...`"))
}

fn overridden(other: &str, name: &str, source: &Source<'_>) -> Diagnostic {
    let message = format!("`{other}` is set whatever the environment says, and `{name}` is for production");
    let at = Evidence::exists(source.path, NAMED);
    Diagnostic::warning("python::development-settings", message)
        .because(&at)
        .help(format!("give a default instead: `os.environ.setdefault(\"{MODULE}\", ...)`"))
}

impl Django<'_, '_> {
    /// Whether it has a `manage.py`.
    pub fn is_managed(&self) -> bool {
        self.main.path.file_name() == Some("manage.py")
    }

    /// The variables that its processes are given, for the settings and for where static files are.
    pub fn env(&self) -> Vec<(String, String)> {
        let module = self.module.as_ref().filter(|module| module.set).map(|module| (MODULE.to_owned(), module.name.clone()));
        let root = self.static_root().and_then(|root| match root.value {
            StaticRoot::Variable(name) => Some((name, STATIC_FILES.to_owned())),
            StaticRoot::Said => None,
        });
        module.into_iter().chain(root).collect()
    }

    /// Debugging is on.
    pub(super) fn debugs(&self) -> Option<Diagnostic> {
        let (source, at) = debug(&self.settings)?;
        let warning =
            Diagnostic::warning("python::debug", "Django runs in debug mode: errors show the source to everybody, and it is slow");
        let help = "read it from a variable: `DEBUG = os.environ.get(\"DEBUG\") == \"1\"`";
        Some(warning.because(&source.evidence(at, DEBUG)).help(help))
    }

    /// A module of the project's that the settings import and that is not in the repository: people write it where they install it.
    pub fn left_out(&self, tree: &crate::tree::Tree, sources: &Sources<'_>, root: &Utf8Path) -> Option<Fact<Utf8PathBuf>> {
        // what loads the configuration may stand in a module beside them
        let imports = self.settings.iter().flat_map(|source| source.outline.imports.iter().map(|import| source.absolute(&import.path)));
        let beside = imports.filter_map(|path| sources.module(&path).or_else(|| sources.module(path.rsplit_once('.')?.0)));
        let helpers: Vec<_> = beside.filter(|helper| helper.path.file_stem().is_some_and(|stem| stem.contains("settings"))).collect();
        self.settings.iter().copied().chain(helpers).find_map(|source| {
            let outline = &source.outline;
            let loaded = outline.calls.iter().filter(|call| call.method().ends_with("import_module"));
            let computed = loaded.flat_map(|call| {
                ask::first(call).map(|value| texts(source, value)).unwrap_or_default().into_iter().map(|name| (name, call.at))
            });
            let plain = ask::relies(outline).filter_map(|import| Some((import.path.strip_suffix(".*")?.to_owned(), import.at)));
            computed.chain(plain).find_map(|(name, at)| {
                let name = if name.starts_with('.') { source.absolute(&name) } else { name };
                let own = name.split('.').next() == Some(self.package.as_str()) && is_plain(&name);
                let base = root.join(name.replace('.', "/"));
                let file = Utf8PathBuf::from(format!("{base}.py"));
                let there = tree.has(&file) || tree.has_directory(&base);
                (own && !there).then(|| Fact::new(file, source.evidence(at, IMPORTED)))
            })
        })
    }
}
