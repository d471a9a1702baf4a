//! What other programs run: pages of Streamlit's, workers of Celery's.

use super::command::tune;
use super::entry::{Entry, Finder, nameable};
use super::outline::ask;
use super::sources::Source;
use crate::evidence::{Evidence, Rule};

const PAGE: Rule = Rule::parsed("python.streamlit", "this is a page of Streamlit's");
const WORKER: Rule = Rule::parsed("python.celery", "this is Celery's application");

impl<'s, 't> Finder<'s, 't> {
    /// Pages that Streamlit shows.
    pub(super) fn streamlit(&self) -> Vec<Entry<'s, 't>> {
        if self.project.installs("streamlit").is_none() {
            return Vec::new();
        }
        let page = |source: &&'s Source<'t>| {
            let below_pages = source.path.parent().is_some_and(|parent| parent.file_name() == Some("pages"));
            let shows = source.outline.calls.iter().any(|call| {
                matches!(
                    call.path.as_str(),
                    "streamlit.set_page_config"
                        | "streamlit.title"
                        | "streamlit.write"
                        | "streamlit.navigation"
                        | "streamlit.header"
                        | "streamlit.markdown"
                )
            });
            ask::imports(&source.outline, "streamlit") && shows && !below_pages
        };
        let mut pages: Vec<_> = self
            .sources
            .files
            .iter()
            .filter(page)
            .filter(|source| source.path.parent() == Some(&self.sources.directory) || self.sources.files.len() == 1)
            .collect();
        if pages.is_empty() {
            pages = self.sources.files.iter().filter(page).filter(|source| !source.is_aside(&self.sources.directory)).collect();
        }
        // a page that another one imports is a part of it
        let imported = |page: &Source<'t>| {
            self.sources.files.iter().any(|other| {
                other.path != page.path && other.outline.imports.iter().any(|import| other.absolute(&import.path).starts_with(&page.module))
            })
        };
        if pages.len() > 1 {
            let kept: Vec<_> = pages.iter().copied().filter(|page| !imported(page)).collect();
            pages = if kept.is_empty() { pages } else { kept };
        }
        let entry = |source: &'s Source<'t>| {
            let file = source.path.strip_prefix(&self.sources.directory).unwrap_or(source.path).to_string();
            let command = tune(["streamlit", "run", &file].map(str::to_owned).to_vec(), self.sources);
            let mut entry =
                Entry::new(&nameable(source), command, format!("Streamlit ({})", source.path), Evidence::exists(source.path, PAGE));
            entry.source = Some(source);
            entry
        };
        pages.into_iter().map(entry).collect()
    }

    /// Celery's worker.
    pub(super) fn celery(&self) -> Vec<Entry<'s, 't>> {
        let made = |source: &'s Source<'t>| {
            let call = source.outline.calls.iter().find(|call| call.path == "celery.Celery")?;
            let words = ["celery", "-A", &source.module, "worker", "--loglevel", "info"].map(str::to_owned).to_vec();
            let at = source.evidence(call.at, WORKER);
            let mut entry = Entry::new("worker", tune(words, self.sources), format!("Celery worker ({})", at.file), at);
            entry.source = Some(source);
            entry.root.clone_from(&source.root);
            Some(entry)
        };
        self.sources.files.iter().filter_map(made).take(1).collect()
    }
}
