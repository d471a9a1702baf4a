//! Dropwizard: a program that serves when it is told to, with a file that says where.

use camino::{Utf8Path, Utf8PathBuf};

use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::Tree;

const SERVER: Rule = Rule::parsed("java.dropwizard", "a program of Dropwizard's serves by this command");
const SETTINGS: Rule = Rule::weak("java.dropwizard-file", "this is the file that it is started with");

/// Where its file lies as a rule, relative to the module, and in the project's own directory.
const PLACES: [&str; 5] = ["", "config", "conf", "src/main/resources", "src/dist"];
/// Keys that such a file has at the margin.
const KEYS: [&str; 3] = ["server:", "logging:", "database:"];

/// The command that serves, for the program in `directory`; `at` is what makes it Dropwizard's.
pub fn command(tree: &Tree, directory: &Utf8Path, at: &Evidence) -> Fact<Vec<String>> {
    let serve = Fact::new(vec!["server".to_owned()], at.under(SERVER));
    match settings(tree, directory) {
        Some(path) => Fact::new(vec!["server".to_owned(), path.to_string()], at.under(SERVER)).and(Evidence::exists(path, SETTINGS)),
        None => serve,
    }
}

/// The one file of settings, or the one that is called so.
fn settings(tree: &Tree, directory: &Utf8Path) -> Option<Utf8PathBuf> {
    let bases = if directory.as_str().is_empty() { vec![directory] } else { vec![directory, Utf8Path::new("")] };
    for base in bases {
        for place in PLACES.map(|place| base.join(place)) {
            let is_settings = |path: &&Utf8Path| {
                let text = tree.text(path).unwrap_or_default();
                matches!(path.extension(), Some("yml" | "yaml")) && text.lines().any(|line| KEYS.iter().any(|key| line.starts_with(key)))
            };
            let found: Vec<_> = tree.files_in(&place).filter(is_settings).collect();
            let called = |name: &str| found.iter().find(|path| path.file_stem().is_some_and(|stem| stem.contains(name)));
            let one = ["prod", "config", "dropwizard"].iter().find_map(|name| called(name)).or_else(|| found.first());
            if let Some(path) = one {
                return Some((*path).to_owned());
            }
        }
    }
    None
}
