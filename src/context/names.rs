//! Which paths a long list of names hides, in little time for each.

use foldhash::HashSet;

use camino::{Utf8Path, Utf8PathBuf};

use crate::tree::Tree;
use crate::verify::Ignore;

/// Names with `*` in them, taken apart by where it stands.
#[derive(Debug, Default)]
pub(super) struct Names {
    whole: HashSet<String>,
    ends: Vec<String>,
    starts: Vec<String>,
    middles: Vec<String>,
    others: Vec<Ignore>,
}

impl Names {
    pub(super) fn new<'a>(names: impl IntoIterator<Item = &'a String>) -> Self {
        let is_plain = |part: &str| !part.contains(['*', '?', '[', '\\']);
        let mut sorted = Self::default();
        for name in names {
            if let Some(middle) = name.strip_prefix('*').and_then(|rest| rest.strip_suffix('*')).filter(|middle| is_plain(middle)) {
                sorted.middles.push(middle.to_owned());
                continue;
            }
            match (name.strip_prefix('*'), name.strip_suffix('*')) {
                (Some(end), _) if is_plain(end) => sorted.ends.push(end.to_owned()),
                (_, Some(start)) if is_plain(start) => sorted.starts.push(start.to_owned()),
                _ if is_plain(name) => _ = sorted.whole.insert(name.clone()),
                _ => sorted.others.push(Ignore::parse(name)),
            }
        }
        sorted
    }

    pub(super) fn hold(&self, name: &str) -> bool {
        self.whole.contains(name)
            || self.ends.iter().any(|end| name.ends_with(end.as_str()))
            || self.starts.iter().any(|start| name.starts_with(start.as_str()))
            || self.middles.iter().any(|middle| name.contains(middle.as_str()))
            || self.others.iter().any(|other| other.hides(name).is_some())
    }

    /// The files of the project that bear such a name, or lie in a directory that does.
    pub(super) fn files(&self, tree: &Tree) -> Vec<Utf8PathBuf> {
        let named = |path: &Utf8Path| path.file_name().is_some_and(|name| self.hold(name));
        let directories = tree.directories().filter(|directory| named(directory)).flat_map(|directory| tree.below(directory));
        let mut files: Vec<_> = tree.called(|name| self.hold(name)).chain(directories).map(Utf8Path::to_owned).collect();
        files.sort();
        files.dedup();
        files
    }
}
