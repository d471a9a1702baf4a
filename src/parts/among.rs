//! What a package puts among the app's own files: that is for nobody else.

use camino::{Utf8Path, Utf8PathBuf};

use super::Maker;
use crate::app::App;
use crate::tree::Tree;

/// The app's own files.
pub(super) struct Among<'a> {
    pub tree: &'a Tree,
    pub app: &'a App,
    /// The app's language, and the endings of its sources.
    pub language: &'a str,
    pub endings: &'a [&'a str],
}

impl Among<'_> {
    /// Whether a package puts a file or directory out of its own directory into the app's, or among the sources of another language: below
    /// `shop/` beside `shop/views.py`, where Django and Flask look for what their applications hand out.
    pub(super) fn put_there(&self, maker: &Maker<'_>, output: &Utf8Path) -> bool {
        let own = maker.directory();
        let inside = output.starts_with(&self.app.directory);
        let outside = !output.starts_with(own) && !own.as_str().is_empty();
        inside && (outside || maker.seen.language.name() != self.language && self.is_among_sources(own, output))
    }

    fn is_among_sources(&self, own: &Utf8Path, output: &Utf8Path) -> bool {
        let between =
            output.ancestors().skip(1).take_while(|above| !above.as_str().is_empty() && *above != own && *above != self.app.directory);
        let is_source = |path: &Utf8Path| path.extension().is_some_and(|ending| self.endings.contains(&ending));
        between.into_iter().any(|above| self.tree.files_in(above).any(is_source))
    }

    /// The directory that holds all of them, where it is one of the app's; else the one itself.
    pub(super) fn shared<'p>(&self, paths: impl Iterator<Item = &'p Utf8PathBuf>, one: &Utf8Path) -> Utf8PathBuf {
        let holds = |of: Utf8PathBuf, path: &Utf8PathBuf| {
            of.ancestors().find(|above| path.starts_with(above)).map(ToOwned::to_owned).unwrap_or_default()
        };
        let shared = paths.fold(one.to_owned(), holds);
        // all of the app is none of its parts
        if self.app.directory.starts_with(&shared) { one.to_owned() } else { shared }
    }
}
