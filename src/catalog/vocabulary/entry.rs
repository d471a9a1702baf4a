//! The entries of a vocabulary, as they are written.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::slot::{Slots, Words};
use super::stand_in::StandIn;
use crate::app::Needed;
use crate::need::Need;

/// A vocabulary, as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    pub(super) listens: Vec<Listens>,
    pub(super) reads: Vec<Opens>,
    pub(super) writes: Vec<Opens>,
    pub(super) starts: Vec<Starts>,
    pub(super) variable: Vec<Variable>,
    pub(super) flag: Vec<Flag>,
    pub(super) setting: Vec<Setting>,
    pub(super) key: Vec<Key>,
    pub(super) field: Vec<Field>,
    #[serde(rename = "type")]
    pub(super) types: Vec<SettingsType>,
    #[serde(rename = "override")]
    pub(super) overrides: Vec<Overrides>,
    pub(super) command: Vec<Commands>,
    pub(super) signal: Vec<Signal>,
    pub(super) need: Vec<Needs>,
    pub(super) value: Vec<Gives>,
    pub(super) first: Vec<Plain>,
    pub(super) join: Vec<Join>,
    pub(super) format: Vec<Format>,
    pub(super) parent: Vec<Gives>,
    pub(super) place: Vec<Place>,
    pub(super) constant: Vec<Constant>,
    pub(super) exit: Vec<Plain>,
    #[serde(rename = "stand-in")]
    pub(super) stand_in: Vec<StandIn>,
    /// Programs that other systems have, or desktops: of no use in a container.
    pub(super) desktop: Words,
}

/// It listens: `[[listens]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Listens {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// A name that is assigned: `bind`, `app.config[PORT]`.
    pub assigned: Words,
    /// Host and port in one: `:8080`, `("0.0.0.0", 8080)`, a URL, or a list of such.
    pub address: Slots,
    /// The port.
    pub port: Slots,
    /// The interface.
    pub host: Slots,
    /// The port when none is given.
    pub default_port: Option<u16>,
    /// The interface when none is given; none here: all of them.
    pub default_host: Option<String>,
    /// Keys of the configuration that it takes the port from itself.
    pub key: Words,
    /// Keys of the configuration that it takes the interface from itself.
    pub host_key: Words,
    /// The variable that it takes the port from itself.
    pub variable: Option<String>,
    /// The variable that it takes the interface from itself.
    pub host_variable: Option<String>,
    /// The argument that names the network: only TCP counts.
    pub network: Slots,
    /// The argument that names a socket in the file system, which takes the place of an address.
    pub socket: Slots,
    /// Something else says where: it listens, and this call does not tell where.
    pub elsewhere: bool,
    /// It gives an address to what is started elsewhere; it takes the place of default ports.
    pub option: bool,
}

/// It opens a path: `[[reads]]`, `[[writes]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Opens {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// A name that is assigned: `app.config[UPLOAD_FOLDER]`.
    pub assigned: Words,
    /// The path.
    pub path: Slots,
    /// What the path names.
    pub names: Names,
    /// Whether it counts from the directory of the source that makes the call.
    pub beside_source: bool,
    /// The path when none is given.
    pub default: Option<String>,
    /// Set where it embeds or hands out what is there: pages, scripts and the like; when that has to be there.
    pub needed: Option<Needed>,
    /// The argument that says how it is opened ...
    pub mode: Slots,
    /// ... which has to hold one of these letters or words.
    pub mode_has: Vec<String>,
    /// ... and none of these.
    pub mode_lacks: Vec<String>,
    /// An argument and the texts of which it has to be one: `{ 0 = "sqlite3" }`.
    pub when: BTreeMap<String, Words>,
}

/// What a path names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Names {
    /// A file.
    #[default]
    File,
    /// A directory.
    Directory,
    /// A database in a file, which writes beside it too, perhaps with a scheme before and parameters behind.
    Database,
    /// A name without its ending, in a directory of configuration.
    Stem,
}

/// It starts a program: `[[starts]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Starts {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// The program, or the list that begins with it.
    pub program: Slots,
    /// A line for the shell.
    pub line: Slots,
    /// An argument that is true when the program is a line for the shell.
    pub shell: Slots,
    /// Programs that it always starts.
    pub always: Words,
}

/// It reads a variable of the environment: `[[variable]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Variable {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// Its name.
    pub name: Slots,
    /// What stands in for it.
    pub default: Slots,
    /// It stops when neither is there.
    pub strict: bool,
    /// What the library writes before the name.
    pub prefix: String,
    /// Whether only what is spelled as variables are is the name of one: where the call is known by its own name alone.
    pub spelled: bool,
}

/// It defines a flag of the command line: `[[flag]]`. Builders that go on (`Arg::new("port").long("port").env("PORT")`) name their methods.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Flag {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// Its name, with or without dashes; of several texts that begin with a dash the longest.
    pub name: Slots,
    /// An object whose keys are the names of flags. Then `default` is a key of their values; without it the values are the defaults.
    pub table: Slots,
    /// Its default.
    pub default: Slots,
    /// Variables that set it.
    pub variable: Slots,
    /// Where its value is stored.
    pub target: Slots,
    /// An argument that is true when it has to be given.
    pub required: Slots,
    /// Methods of the chain that give its name, its default, its variables, its target.
    pub name_by: Words,
    /// See [`Flag::name_by`].
    pub default_by: Words,
    /// See [`Flag::name_by`].
    pub variable_by: Words,
    /// See [`Flag::name_by`].
    pub target_by: Words,
}

/// It gives a setting of the configuration its default or variable: `[[setting]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Setting {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// Its key.
    pub key: Slots,
    /// Its default.
    pub default: Slots,
    /// Variables that set it.
    pub variable: Slots,
    /// The setting or flag whose value it takes.
    pub like: Slots,
}

/// It reads a setting of the configuration: `[[key]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the keys are called so where entries are written")]
pub struct Key {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// The key.
    pub key: Slots,
    /// What stands in for it.
    pub default: Slots,
    /// An expression with `${server.port:8080}` in it.
    pub expression: Slots,
}

/// It has variables override the configuration, by names that its keys make: `[[override]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Overrides {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// What the names begin with.
    pub prefix: Slots,
    /// What stands between that and the key.
    pub behind_prefix: String,
    /// Methods of the chain that say the prefix, ...
    pub prefix_by: Words,
    /// ... what stands behind it, ...
    pub behind_prefix_by: Words,
    /// ... and what stands for the dots of a key; without it only keys that have none are overridden.
    pub between_by: Words,
}

/// What an annotation says of a field, or parameter: `[[field]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Field {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// The variable of the environment.
    pub variable: Slots,
    /// What stands in for it.
    pub default: Slots,
    /// The name of the function that makes what stands in for it.
    pub function: Slots,
    /// An argument that is true when it has to be set.
    pub required: Slots,
    /// The key by which configuration knows it.
    pub key: Slots,
    /// The flag; one that is there without a value has the field's name.
    pub flag: Slots,
    /// An expression with `${server.port:8080}` in it.
    pub expression: Slots,
    /// A variable that is there without a value has the field's name in capitals.
    pub words: bool,
}

/// A type whose fields the library fills from the environment: `[[type]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct SettingsType {
    /// What it extends, derives, or is annotated with.
    pub base: Words,
    /// Whether variables are the fields' names in capitals.
    pub variables: bool,
    /// The argument of the call that is assigned to a field of that name, which says what stands before the variables: `env_prefix`.
    pub prefix: Option<String>,
}

/// It defines a subcommand, or makes the program have one: `[[command]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Commands {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// Its name, perhaps with how it is used behind.
    pub name: Slots,
    /// What it does.
    pub runs: Slots,
    /// Methods that are called on it with what it does.
    pub runs_by: Words,
    /// The subcommands that it holds itself: it is the program, or a group.
    pub holds: Slots,
    /// Methods that are called on it with a subcommand.
    pub holds_by: Words,
    /// Methods of a command that is bound to a name: they make others its subcommands.
    pub joined_by: Words,
    /// The methods that start the program by its outermost command.
    pub root: Slots,
    /// An argument that is true when it is run without being asked for.
    pub default: Slots,
    /// Whether it is always a subcommand, and never the program itself.
    pub below: bool,
    /// Whether the program may do something of its own without any of them.
    pub optional: bool,
    /// Whether a decorated function, or what is made, is a group of commands.
    pub group: bool,
    /// Whether a decorated function is what comes before the commands of a group.
    pub of_group: bool,
    /// The command or group that it makes a subcommand of what it is called on.
    pub joins: Slots,
    /// The arguments that make any program serve that is made with it, `{port}` for the port.
    pub always: Vec<String>,
}

/// It waits for a signal: `[[signal]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Signal {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// The signals; none given: all.
    pub signals: Slots,
    /// What it waits for by itself: `SIGINT`, `SIGTERM`.
    pub hears: Words,
}

/// It needs something of its image: `[[need]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the keys are called so where entries are written")]
pub struct Needs {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// What is imported.
    pub import: Words,
    /// What arguments have to be for it, by their place or name.
    pub when: BTreeMap<String, Words>,
    /// What.
    pub needs: Vec<Need>,
    /// The argument that names a locale.
    pub locale: Slots,
}

/// It gives what it is given: `[[value]]`; the directory of a path: `[[parent]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Gives {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// What.
    pub value: Slots,
    /// What stands in for it.
    pub default: Slots,
    /// It stops when there is neither.
    pub strict: bool,
}

/// Its arguments put together: `[[join]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Join {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// Which, in order.
    pub parts: Slots,
    /// What stands between them; parts of a path leave nothing behind when they are empty.
    pub separator: String,
    /// Whether a later part of a path that begins with a slash goes on where the former ones end, and does not begin anew.
    pub goes_on: bool,
    /// What stands before a part that is the only one.
    pub alone: String,
}

/// A text with `%s` or `{}` in it: `[[format]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Format {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// The text; what is filled in stands behind it.
    pub template: Slots,
}

/// A place that the system or the source decides: `[[place]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Place {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
    /// A name that stands for it.
    pub name: Words,
    /// Which of several results it is, from 0.
    pub result: u32,
    /// What it is.
    pub is: Where,
}

/// A place that a path begins at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Where {
    /// The working directory.
    #[default]
    Working,
    /// The source file itself.
    Source,
    /// The directory of the source file.
    SourceDirectory,
    /// The directory of the manifest, when it is compiled.
    Project,
    /// The program's own file.
    Executable,
    /// A directory for what need not last.
    Temporary,
    /// The user's home.
    Home,
}

/// A name that stands for a text: `[[constant]]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Constant {
    /// The name, in full.
    pub name: Words,
    /// The text.
    pub value: String,
}

/// Nothing but what it matches: it ends the program (`[[exit]]`), or gives the first of its arguments that is there (`[[first]]`).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Plain {
    pub(super) call: Words,
    pub(super) of: Words,
    pub(super) annotation: Words,
}
