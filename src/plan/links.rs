//! Names under which a program's files look for what lies elsewhere in the image: links.

use camino::{Utf8Path, Utf8PathBuf};

use super::ShellLine;
use super::draw::Taking;
use super::layout::Layout;
use crate::choices::Choices;
use crate::tree::path::normal;

impl Taking {
    /// Makes them beside the files of the image's root, and says whether there are any.
    pub(super) fn link(&mut self, choices: &Choices<'_>, layout: &Layout) -> bool {
        let app = &choices.found.app;
        let Some(project) = layout.workdir.as_deref().filter(|_| layout.interpreted).and_then(|workdir| project(app, workdir)) else {
            return false;
        };
        let place = |path: &Utf8Path| normal(project.join(path));
        let links = app.behaviour.links.iter().map(|fact| (place(&fact.value.path), place(&fact.value.to), fact));
        let links: Vec<_> = links.filter(|(path, to, _)| path != to && path.parent().is_some()).collect();
        for (path, to, fact) in &links {
            let made = Utf8PathBuf::from(format!("/out/root{path}"));
            let parent = made.parent().unwrap_or(&made);
            let line =
                ShellLine::of("mkdir -p").path(parent).and(ShellLine::of("ln -s").path(to.as_str().trim_end_matches('/')).path(&made));
            self.stage(format!("{} names {path}", fact.place().file), line);
        }
        !links.is_empty()
    }
}

/// Where the image has the project's directory, of which the program is started in a part.
fn project(app: &crate::app::App, workdir: &Utf8Path) -> Option<Utf8PathBuf> {
    let below = app.home.strip_prefix(&app.directory).unwrap_or(Utf8Path::new(""));
    let depth = below.components().count();
    workdir.ends_with(below).then(|| workdir.ancestors().nth(depth).map(Utf8Path::to_owned))?
}
