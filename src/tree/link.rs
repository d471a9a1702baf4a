//! Links of the project: those that stay in it are followed once, as the builder does.

use camino::{Utf8Path, Utf8PathBuf};

use super::path::inside;
use super::{Kind, Tree};

impl Tree {
    /// Where the links of the project lead; nothing for one that leads out of it.
    pub fn links(&self) -> impl Iterator<Item = (&Utf8Path, Option<Utf8PathBuf>)> {
        let links = self.entries.iter().filter(|entry| entry.kind == Kind::Link).map(|entry| entry.path.as_path());
        links.filter_map(|link| Some((link, self.leads(link)?)))
    }

    /// `path` itself, or what it is where a directory on its way is a link to another one of the project.
    #[must_use]
    pub fn followed(&self, path: &Utf8Path) -> Utf8PathBuf {
        let is_link = |above: &&Utf8Path| self.find(above).is_some_and(|entry| entry.kind == Kind::Link);
        let through = |link: &Utf8Path| {
            let target = self.leads(link)??;
            Some(if link == path { target } else { target.join(path.strip_prefix(link).ok()?) })
        };
        let real = path.ancestors().find(is_link).and_then(through);
        real.filter(|real| self.has_directory(real) || self.has(real) && !self.has(path)).unwrap_or_else(|| path.to_owned())
    }

    /// Where a link leads, if that can be read; nothing inside where it leads out of the project.
    #[expect(clippy::option_option, reason = "what cannot be read and what leads out of the project are two things")]
    fn leads(&self, link: &Utf8Path) -> Option<Option<Utf8PathBuf>> {
        let target = self.root.as_ref()?.join(link).read_link_utf8().ok()?;
        Some(inside(link.parent().unwrap_or(Utf8Path::new("")), target))
    }
}
