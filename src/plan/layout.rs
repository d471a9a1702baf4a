//! What stands where in the image: files and directories at the paths at which the program looks.

use camino::{Utf8Path, Utf8PathBuf};

use crate::app::Needed;
use crate::choices::Choices;
use crate::decision::{Decision, Topic};
use crate::detect::Detection;
use crate::diagnostic::Diagnostic;
use crate::evidence::Fact;
use crate::layers::Chosen;
use crate::learned;
use crate::parts::Part;
use crate::settings::tree_path;
use crate::tree::path::{normal, relative};

/// Files that are read and directories that are written, each with its path in the image.
pub(super) struct Layout {
    /// Whether something runs it, an interpreter or a virtual machine, wherever that comes from.
    pub(super) interpreted: bool,
    pub(super) workdir: Option<Utf8PathBuf>,
    pub(super) files: Vec<(Chosen<String>, Utf8PathBuf)>,
    pub(super) writable: Vec<(Chosen<String>, Utf8PathBuf)>,
}

impl Layout {
    pub(super) fn of(choices: &Choices<'_>, usual: Option<&Utf8Path>) -> Self {
        let behaviour = &choices.found.app.behaviour;
        let home = &choices.found.app.home;
        // an interpreted program's files keep their places; a compiled one looks for what is served from where it is started
        let served: Vec<_> = if usual.is_none() { served(choices) } else { Vec::new() };
        let mut reads: Vec<_> = behaviour.reads.iter().map(|file| file.with(file.value.source.to_string())).collect();
        reads.extend(served.iter().map(|part| Fact::new(part.into.to_string(), part.because[0].clone())));
        let files = choices.layers.list("files", |settings| settings.files.clone(), reads);
        let spelt = |path: &Utf8Path| if path.as_str().is_empty() { ".".to_owned() } else { path.to_string() };
        let writes: Vec<_> = behaviour.writes.iter().map(|path| path.with(spelt(&path.value.directory))).collect();
        let writable = choices.layers.list("writable", |settings| settings.writable.clone(), writes);

        let opened_as = |source: &str| {
            behaviour
                .reads
                .iter()
                .find(|file| file.value.source == source)
                .map(|file| file.value.opened_as.clone())
                .or_else(|| served.iter().find(|part| part.into == source).map(|part| relative(home, &part.into)))
                .unwrap_or_else(|| tree_path(source))
        };
        let files: Vec<_> = files.into_iter().map(|file| (opened_as(&file.value), file)).collect();
        let writable: Vec<_> = writable.into_iter().map(|path| (tree_path(&path.value), path)).collect();
        let relative = files.iter().map(|(path, _)| path).chain(writable.iter().map(|(path, _)| path)).filter(|path| !path.is_absolute());
        let climbs = relative.clone().map(|path| path.components().filter(|part| part.as_str() == "..").count()).max();
        let set = choices.layers.choose("workdir", |settings| settings.workdir.clone());
        let (interpreted, usual) = (usual.is_some(), usual.map(Utf8Path::to_owned));
        let workdir =
            set.map(|set| Utf8PathBuf::from(set.value)).or(usual).or_else(|| climbs.map(|climbs| workdir(&choices.found.app.home, climbs)));
        let place = |path: &Utf8Path| normal(workdir.as_deref().unwrap_or(Utf8Path::new("/")).join(path));
        Self {
            interpreted,
            files: files.into_iter().map(|(path, file)| (file, place(&path))).collect(),
            writable: writable.into_iter().map(|(path, chosen)| (chosen, place(&path))).collect(),
            workdir,
        }
    }

    /// Leaves out what was seen when it ran and is no longer there.
    pub(super) fn drop_gone(&mut self, detection: &Detection<'_>) -> Vec<Diagnostic> {
        let is_there = |path: &str| detection.tree.has(path) || detection.tree.has_directory(path);
        let gone = |(file, _): &(Chosen<String>, Utf8PathBuf)| learned::gone(&file.value, &file.origin).filter(|_| !is_there(&file.value));
        let warnings = self.files.iter().filter_map(gone).collect();
        self.files.retain(|file| gone(file).is_none());
        warnings
    }

    pub(super) fn decisions(&self) -> Vec<Decision> {
        let files = self.files.iter().map(|(file, to)| Decision::chosen(Topic::Files, format!("{} at {to}", file.value), file));
        let writable = self.writable.iter().map(|(path, to)| Decision::chosen(Topic::Writable, to.to_string(), path));
        files.chain(writable).collect()
    }
}

/// The parts that the app opens when it runs, and not where its build put them.
fn served<'c>(choices: &'c Choices<'_>) -> Vec<&'c Part> {
    let parts = choices.parts.iter().map(|part| part.part);
    parts.filter(|part| part.needed != Needed::AtBuild && !part.because.is_empty()).collect()
}

/// A working directory from which `climbs` levels of `..` stay inside `/app`.
fn workdir(home: &Utf8Path, climbs: usize) -> Utf8PathBuf {
    let app = Utf8Path::new("/app");
    if climbs == 0 {
        return app.to_owned();
    }
    if home.components().count() >= climbs {
        return app.join(home);
    }
    (0..climbs).fold(app.to_owned(), |path, _| path.join("run"))
}
