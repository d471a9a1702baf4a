//! Changes to a database that somebody has to apply, and the image does not when it starts.

use camino::{Utf8Path, Utf8PathBuf};

use super::entry::Entry;
use super::package::Package;
use super::script;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Rule};
use crate::tree::Tree;

const CHANGES: Rule = Rule::parsed("node.migrations", "changes to the database lie here");

/// Files by which tools know their directory of changes, how far below it they lie, and the command that applies them.
const TOOLS: [(&str, usize, &str); 2] = [("migration_lock.toml", 1, "prisma migrate deploy"), ("_journal.json", 2, "drizzle-kit migrate")];

/// What to say where what is started applies none of them. `packages` are those that the program is made of.
pub fn note<'p>(tree: &Tree, packages: impl Iterator<Item = &'p Package<'p>>, entry: &Entry, applies: bool) -> Option<Diagnostic> {
    let word = |text: &str| text.contains("migrat");
    let started = entry.line.iter().flatten().chain(&entry.before).any(|text| word(text));
    if applies || started {
        return None;
    }
    packages.into_iter().find_map(|package| {
        let (directory, file, command) = changes(tree, &package.directory)?;
        let own = ["db:migrate:deploy", "db:deploy", "migrate:deploy", "db:migrate", "migrate", "migrations:run", "database:migrate"];
        let own = own.into_iter().find(|name| script::chain(package, name).is_some_and(|chain| !chain.commands.is_empty()));
        let message = format!("the image does not apply the migrations in `{directory}` when it starts");
        let how = own.map_or_else(|| format!("`{command}`"), |name| format!("`{command}`, the script `{name}`,"));
        let note = Diagnostic::note("node::migrations", message).because(&Evidence::exists(file, CHANGES));
        Some(note.help(format!("{how} does: run it when you deploy, where the project and its tools are")))
    })
}

/// The changes of a package, the file that tells, and the command that applies them.
fn changes(tree: &Tree, directory: &Utf8Path) -> Option<(Utf8PathBuf, Utf8PathBuf, &'static str)> {
    tree.below(directory).find_map(|file| {
        let (_, depth, command) = TOOLS.iter().find(|(name, ..)| file.file_name() == Some(name))?;
        let changes = file.ancestors().nth(*depth)?;
        Some((changes.to_owned(), file.to_owned(), *command))
    })
}
