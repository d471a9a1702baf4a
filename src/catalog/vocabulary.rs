//! What calls, annotations and names mean, for one language: data under `presets/_catalog/vocabulary/<language>.toml`.
//!
//! An entry says what it matches and which arguments hold what it is about. What matches:
//!
//! - `call = "net/http.ListenAndServe"`: the call of that full name, also by a name that stands for it;
//! - `call = ".expect"`: a method of that name, whatever it is called on;
//! - `of = "github.com/gin-gonic/gin"` with `call = ["Run", "RunTLS"]`: such a function of the package, or a method of what comes from it;
//! - `assigned = "bind"`, `assigned = ".Addr"` with `of`: what is assigned to that name, or to such a field of what comes from there;
//! - `annotation = "arg"`: an annotation, attribute, decorator or structure tag, by its full name or the last word of it.
//!
//! An argument is a place from 0, a name, a key of an object (`"0.port"`), `"receiver"`, `"last"` or `"all"`; a list gives several ways.
//! A pack's file of the same name adds its entries before the built-in ones.

mod entry;
mod slot;
mod stand_in;

use std::mem::take;
use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use self::entry::File;
pub use self::entry::{
    Commands, Field, Flag, Format, Gives, Join, Key, Listens, Names, Needs, Opens, Overrides, Setting, SettingsType, Signal, Starts,
    Variable, Where,
};
pub use self::slot::{Slot, Slots, Words};
pub use self::stand_in::StandIn;
use crate::diagnostic::Result;

/// What an entry means.
#[derive(Clone, Debug)]
pub enum Meaning {
    /// It listens.
    Listens(Listens),
    /// It opens a path to read.
    Reads(Opens),
    /// It makes or writes a path.
    Writes(Opens),
    /// It starts a program.
    Starts(Starts),
    /// It reads a variable.
    Variable(Variable),
    /// It defines a flag.
    Flag(Flag),
    /// It defines a setting.
    Setting(Setting),
    /// It reads a setting.
    Key(Key),
    /// Variables override the configuration.
    Overrides(Overrides),
    /// It says where a field comes from.
    Field(Field),
    /// It defines a subcommand.
    Commands(Commands),
    /// It waits for a signal.
    Signal(Signal),
    /// It needs something.
    Needs(Needs),
    /// It gives what it is given.
    Value(Gives),
    /// It gives the first of its arguments that is there.
    First,
    /// It puts its arguments together.
    Join(Join),
    /// It fills in a text.
    Format(Format),
    /// It gives the directory of a path.
    Parent(Gives),
    /// It is a place; which of several results that is, from 0.
    Place(Where, u32),
    /// It ends the program.
    Exit,
}

/// An entry: what it matches and what that means.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The full name, where it is one.
    pub path: Option<String>,
    /// Where it has to come from.
    pub of: Arc<[String]>,
    /// What it means.
    pub meaning: Arc<Meaning>,
}

/// The vocabulary of a language.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    calls: HashMap<String, Vec<Entry>>,
    annotations: HashMap<String, Vec<Entry>>,
    assigned: HashMap<String, Vec<Entry>>,
    constants: HashMap<String, String>,
    places: HashMap<String, Where>,
    desktop: HashSet<String>,
    /// Types that are filled from the environment.
    pub types: Vec<SettingsType>,
    /// What imports need.
    pub imports: Vec<Needs>,
    /// What stands in for variables while an image is built, the strongest first.
    stand_ins: Vec<StandIn>,
    /// Full names that it speaks of, and what they are in.
    names: HashSet<String>,
}

impl Vocabulary {
    /// The vocabulary that these files make, the strongest first; each with the name that errors call it by.
    ///
    /// # Errors
    /// When a file is not what a vocabulary has to be.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let mut vocabulary = Self::default();
        for (name, text) in files {
            let file: File = super::parse(name, text)?;
            vocabulary.add(file);
        }
        Ok(vocabulary)
    }

    fn add(&mut self, file: File) {
        macro_rules! entries {
            ($($entries:expr => $meaning:expr;)*) => {$(
                for mut entry in $entries {
                    // what it matches is no part of what it means
                    let (call, of, annotation) = (take(&mut entry.call), take(&mut entry.of), take(&mut entry.annotation));
                    let meaning = Arc::new($meaning(entry));
                    call.0.iter().chain(&of.0).chain(&annotation.0).for_each(|name| note(&mut self.names, name));
                    let of = of.0.into();
                    insert(&mut self.calls, call, &of, &meaning);
                    insert(&mut self.annotations, annotation, &of, &meaning);
                }
            )*};
        }
        for entry in file.listens.iter().filter(|entry| !entry.assigned.0.is_empty()) {
            insert_assigned(&mut self.assigned, &entry.assigned, &entry.of, &Arc::new(Meaning::Listens(entry.clone())));
        }
        for (entries, meaning) in [(&file.reads, Meaning::Reads as fn(Opens) -> Meaning), (&file.writes, Meaning::Writes)] {
            for entry in entries.iter().filter(|entry| !entry.assigned.0.is_empty()) {
                insert_assigned(&mut self.assigned, &entry.assigned, &entry.of, &Arc::new(meaning(entry.clone())));
            }
        }
        for constant in file.constant {
            for name in constant.name.0 {
                note(&mut self.names, &name);
                self.constants.entry(name).or_insert_with(|| constant.value.clone());
            }
        }
        for place in &file.place {
            self.places.extend(place.name.0.iter().map(|name| (name.clone(), place.is)));
        }
        self.types.extend(file.types);
        self.stand_ins.extend(file.stand_in);
        self.desktop.extend(file.desktop.0);
        self.imports.extend(file.need.iter().filter(|need| !need.import.0.is_empty()).cloned());
        entries! {
            file.listens => Meaning::Listens;
            file.reads => Meaning::Reads;
            file.writes => Meaning::Writes;
            file.starts => Meaning::Starts;
            file.variable => Meaning::Variable;
            file.flag => Meaning::Flag;
            file.setting => Meaning::Setting;
            file.key => Meaning::Key;
            file.overrides => Meaning::Overrides;
            file.field => Meaning::Field;
            file.command => Meaning::Commands;
            file.signal => Meaning::Signal;
            file.need => Meaning::Needs;
            file.value => Meaning::Value;
            file.first => |_| Meaning::First;
            file.join => Meaning::Join;
            file.format => Meaning::Format;
            file.parent => Meaning::Parent;
            file.place => |place: entry::Place| Meaning::Place(place.is, place.result);
            file.exit => |_| Meaning::Exit;
        }
    }

    /// The entries for calls whose last word is `method`, the strongest first.
    #[must_use]
    pub fn calls(&self, method: &str) -> &[Entry] {
        self.calls.get(method).map_or(&[], Vec::as_slice)
    }

    /// The entries for annotations of this name.
    pub fn annotations<'v>(&'v self, name: &'v str) -> impl Iterator<Item = &'v Entry> {
        let entries = self.annotations.get(last_word(name)).map_or(&[][..], Vec::as_slice);
        entries.iter().filter(move |entry| entry.path.as_deref().is_none_or(|path| path == name || !name.contains(['.', '/', ':'])))
    }

    /// The entries for what is assigned to a name, or to a field of that name: `.Addr`.
    pub fn assigned(&self, target: &str) -> impl Iterator<Item = &Entry> {
        let field = target.rfind('.').and_then(|dot| self.assigned.get(&target[dot..]));
        self.assigned.get(target).into_iter().chain(field).flatten()
    }

    /// Whether it speaks of this full name, or of something in it.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The text that a name stands for.
    #[must_use]
    pub fn constant(&self, name: &str) -> Option<&str> {
        self.constants.get(name).map(String::as_str)
    }

    /// Whether a program opens a browser, speaks to a desktop or to an init system: other systems' branches, and of no use in a container.
    #[must_use]
    pub fn is_desktop(&self, program: &str) -> bool {
        self.desktop.contains(program)
    }

    /// The place that a name stands for.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<Where> {
        self.places.get(name).copied()
    }
}

/// A full name, and the class or package that it is in.
fn note(names: &mut HashSet<String>, name: &str) {
    let mut rest = name;
    while rest.contains('.') && !rest.starts_with('.') && !names.contains(rest) {
        names.insert(rest.to_owned());
        rest = rest.rsplit_once('.').map_or("", |(before, _)| before).trim_end_matches("()");
    }
}

fn insert(into: &mut HashMap<String, Vec<Entry>>, names: Words, of: &Arc<[String]>, meaning: &Arc<Meaning>) {
    for name in names.0 {
        let method = last_word(&name).to_owned();
        // a dot in front stands for whatever it is called on
        let path = Some(name).filter(|name| of.is_empty() && !name.starts_with('.'));
        into.entry(method).or_default().push(Entry { path, of: Arc::clone(of), meaning: Arc::clone(meaning) });
    }
}

fn insert_assigned(into: &mut HashMap<String, Vec<Entry>>, names: &Words, of: &Words, meaning: &Arc<Meaning>) {
    for name in &names.0 {
        into.entry(name.clone()).or_default().push(Entry { path: None, of: of.0.clone().into(), meaning: Arc::clone(meaning) });
    }
}

/// The word behind the last dot.
#[must_use]
pub fn last_word(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
