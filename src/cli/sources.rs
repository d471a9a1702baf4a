//! The texts that diagnostics point into, by the names that labels give them.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use std::borrow::Cow;

use crate::pack::Packs;
use crate::read::file;
use crate::tree::READ_LIMIT;

/// Where to look for the text of a label's file: among what was read or made, in the project, in the packs.
#[derive(Debug, Default)]
pub struct Sources {
    texts: Vec<(Utf8PathBuf, String)>,
    project: Option<Utf8PathBuf>,
    packs: Option<Packs>,
}

impl Sources {
    /// Knows `text` by the name of `file`.
    pub fn add(&mut self, file: impl Into<Utf8PathBuf>, text: impl Into<String>) {
        self.texts.push((file.into(), text.into()));
    }

    /// Looks into the project in `dir` as well.
    pub fn project(&mut self, dir: &Utf8Path) {
        self.project = Some(dir.to_owned());
    }

    /// Looks into these packs as well.
    pub fn packs(&mut self, packs: &Packs) {
        self.packs = Some(packs.clone());
    }

    /// The text of `file`.
    #[must_use]
    pub fn text(&self, file: &Utf8Path) -> Option<Cow<'_, str>> {
        // what was added last lies on top
        let known = self.texts.iter().rev().find(|(name, _)| name == file).map(|(_, text)| Cow::Borrowed(text.as_str()));
        known.or_else(|| self.of_project(file).map(Cow::Owned)).or_else(|| self.of_packs(file).map(Cow::Borrowed))
    }

    fn of_project(&self, file: &Utf8Path) -> Option<String> {
        let stays_inside = file.components().all(|part| matches!(part, Utf8Component::Normal(_) | Utf8Component::CurDir));
        let path = self.project.as_ref().filter(|_| stays_inside)?.join(file);
        let text = file::text(file::plain(path, READ_LIMIT)).ok()?;
        Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    fn of_packs(&self, file: &Utf8Path) -> Option<&str> {
        let packs = self.packs.as_ref()?;
        let found = ["", "templates", "presets/_catalog"].into_iter().find_map(|room| packs.file(Utf8Path::new(room).join(file), 0));
        found.map(|found| found.text)
    }
}
