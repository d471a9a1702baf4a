//! Virtual environments that the project's scripts name by a path: an image of ours has one alone, in a place of its own.

use camino::{Utf8Path, Utf8PathBuf};

use super::build::VENV;
use super::entry::Entry;
use crate::app::Link;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::tree::Tree;
use crate::tree::path::normal;

const NAMED: Rule = Rule::parsed("python.named-environment", "this names a virtual environment by its path");
/// What lies in each of them.
const PROGRAMS: &str = "venv/bin/";

/// The environments that the files of a start command name: `./venv/bin/gunicorn`, `source .venv/bin/activate`.
pub fn named(tree: &Tree, entry: &Entry<'_, '_>, home: &Utf8Path) -> Vec<Fact<Link>> {
    let mut found: Vec<Fact<Link>> = Vec::new();
    let files = entry.command.words.iter().filter_map(|word| crate::command::inside(home, word));
    for file in files.filter(|file| tree.has(file) && file.extension() != Some("py")) {
        let Some(text) = tree.by_hand(&file) else { continue };
        for (at, _) in text.match_indices(PROGRAMS) {
            let is_path = |c: char| c.is_alphanumeric() || "_-./".contains(c);
            let start = text[..at].rfind(|c: char| !is_path(c)).map_or(0, |before| before + 1);
            let path = &text[start..at + PROGRAMS.len() - "/bin/".len()];
            let by_variable = text[..start].ends_with(['$', '}', ')', '~']);
            let known = |path: &Utf8Path| path == VENV || found.iter().any(|fact| fact.value.path == path);
            let path = normal(Utf8Path::new(path));
            if by_variable || known(&path) || path.starts_with("..") {
                continue;
            }
            let proof = Evidence::at(&file, Span::of(text, start, at + PROGRAMS.len()), NAMED, &text[start..at + PROGRAMS.len()]);
            found.push(Fact::new(Link { path, to: Utf8PathBuf::from(VENV) }, proof));
        }
    }
    found
}
