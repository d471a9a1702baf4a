//! What stands in the way of a bundle: packages, calls and paths that mean something else in one file, or nothing.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Program, first};
use crate::catalog::Unfit;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Span};
use crate::lang::node::making;
use crate::lang::node::package::Kind;
use crate::lang::node::source::Source;
use crate::lang::node::sources::Sources;
use crate::program::{At, Call};

/// How many places a refusal shows.
const MOST: usize = 5;

/// Something that a bundle breaks.
pub(super) struct Obstacle {
    file: Utf8PathBuf,
    span: Option<Span>,
    what: String,
    way_out: &'static str,
}

impl Obstacle {
    pub(super) fn new(at: &Evidence, what: impl Into<String>, way_out: &'static str) -> Self {
        Self { file: at.file.clone(), span: at.span, what: what.into(), way_out }
    }

    fn of(source: &Source<'_>, at: At, what: impl Into<String>, way_out: &'static str) -> Self {
        Self { file: source.path.clone(), span: Some(source.span(at)), what: what.into(), way_out }
    }
}

/// What is said when a bundle is asked for all the same.
pub(super) fn refusal(obstacles: &[Obstacle]) -> Diagnostic {
    let error = Diagnostic::error("node::bundle", "this program would not run as one file");
    let error = obstacles.iter().take(MOST).fold(error, |error, obstacle| error.at(&obstacle.file, obstacle.span, &obstacle.what));
    let ways: BTreeSet<_> = obstacles.iter().map(|obstacle| obstacle.way_out).collect();
    let error = ways.into_iter().fold(error, Diagnostic::help);
    error.help("or leave `node.bundle` out")
}

impl Program<'_, '_> {
    /// What of its start a bundle does not keep.
    pub(super) fn by_start(&self) -> Vec<Obstacle> {
        let mut found = Vec::new();
        let mut tell = |what: String, way_out| found.push(Obstacle::new(self.at, what, way_out));
        let loads = ["-r", "--require", "--import", "--loader", "--experimental-loader"];
        if let Some(flag) = self.file.flags.iter().find(|flag| loads.contains(&flag.split('=').next().unwrap_or_default())) {
            tell(format!("`{flag}` loads a module before the program, which would not be there"), "import it in the program's first line");
        }
        if self.sources.is_none() {
            tell(format!("the source of `{}` is not to be seen", self.file.path), "start a file whose source is in the project");
        }
        if self.file.built && !making::only_compiles(self.package) {
            tell("its build may bundle files already".into(), "let the project's own bundler take the packages in");
        } else if !self.file.built && making::has_script(self.package) {
            tell("what its build makes for it to read is not known".into(), "start what the build makes");
        }
        let loader = self
            .installed
            .loader
            .map(|at| Obstacle::new(at, "Plug'n'Play keeps the packages in archives", "set `nodeLinker: node-modules` in .yarnrc.yml"));
        found.extend(loader);
        found
    }

    /// Packages that do not work out of a bundle.
    pub(super) fn by_packages(&self, unfit: &[Unfit]) -> Vec<Obstacle> {
        let way_out = "do without what is named, or load it from outside";
        let natives = self.installed.natives.iter().flat_map(|native| {
            let what = format!("`{}` is native code, or starts a program: {}", native.value.name, native.value.what);
            native.because().iter().take(1).map(move |at| Obstacle::new(at, what.clone(), way_out))
        });
        let mut found: Vec<_> = natives.collect();
        let members = self.workspace.needed_by(self.package, &[Kind::Production]);
        let packages: Vec<_> = std::iter::once(self.package).chain(members).collect();
        let known = |name: &str| self.installed.natives.iter().any(|native| native.value.name == name);
        for reason in unfit {
            for name in reason.packages.iter().filter(|name| !known(name)) {
                let declared = packages.iter().find_map(|package| package.runs_with(name));
                let locked = self.installed.locked.iter().filter(|_| reason.inherited);
                let mut locked = locked.filter(|package| package.name == *name && !package.development).map(|package| package.at.clone());
                let at = declared.or_else(|| locked.next());
                found.extend(at.map(|at| Obstacle::new(&at, format!("`{name}` {}", reason.why), way_out)));
            }
        }
        found
    }

    /// What its own sources do that means something else in one file.
    pub(super) fn by_sources(&self, sources: &Sources<'_>) -> Vec<Obstacle> {
        let mut found = Vec::new();
        for source in &sources.files {
            let loaded = source.module.computed.iter();
            found.extend(loaded.map(|span| {
                Obstacle::of(
                    source,
                    *span,
                    "which file this loads is known only when it runs",
                    "name each module in a `require` or `import` of its own",
                )
            }));
            let native = source.module.loads.iter().filter(|load| load.module.ends_with(".node"));
            found.extend(native.map(|load| Obstacle::of(source, load.at, "this is native code", "do without it")));
            found.extend(by_calls(source));
            found.extend(self.by_place(source));
        }
        found.extend(self.out_of_package(sources));
        if self.file.built {
            let place = sources.files.iter().find_map(|source| Some((source, source.module.itself.first()?)));
            if let Some((source, asked)) = place.filter(|_| making::copies(self.package)) {
                let what = "its build puts files beside it that are not known";
                found.push(Obstacle::of(source, asked.1, what, "have them at the package's top, out of what is compiled"));
            }
            let near = self.near(sources).into_iter().map(|(path, source, span)| {
                let what = format!("whether the build puts `{path}` beside it is not known");
                Obstacle::of(source, span, what, "move it to the package's top, out of what is compiled")
            });
            found.extend(near);
        }
        let own = [
            Some(self.file.path.as_path()),
            self.file.source.as_deref().filter(|_| !self.file.built).and_then(|source| self.inside(source)),
        ];
        let below = own.into_iter().flatten().filter(|path| path.components().count() > 1).map(first).collect::<BTreeSet<_>>();
        for name in self.names.iter().filter(|name| below.contains(name.value.as_str())) {
            let at = &name.because()[0];
            found.push(Obstacle::new(
                at,
                "it may read this out of a directory that a bundle replaces",
                "move it to the package's top, out of the sources",
            ));
        }
        found
    }

    /// Words that ask which file this is, and are answered with the bundle.
    fn by_place(&self, source: &Source<'_>) -> Vec<Obstacle> {
        let entry = self.file.source.as_deref().unwrap_or(Utf8Path::new(""));
        let near = source.path.parent() == entry.parent();
        let changed = |words: &str| source.path != entry && !(near && matches!(words, "__dirname" | "import.meta.dirname"));
        let asked = source.module.itself.iter().filter(|(words, _)| changed(words));
        let what = |words: &str| format!("`{words}` would be the bundle's, which lies where `{entry}` does");
        asked
            .map(|(words, at)| {
                Obstacle::of(source, *at, what(words), "ask for it in the file that is started, or take paths from the working directory")
            })
            .collect()
    }

    /// What may lie in another package, where a file asks for its own place.
    fn out_of_package(&self, sources: &Sources<'_>) -> Vec<Obstacle> {
        let root = &self.workspace.root.directory;
        let above: Vec<_> = self.package.directory.ancestors().skip(1).take_while(|path| path.starts_with(root)).collect();
        let mut found = Vec::new();
        for source in sources.files.iter().filter(|source| !source.module.itself.is_empty()) {
            for (string, at) in source.strings() {
                let name = first(Utf8Path::new(string.trim_start_matches("../")));
                let plain = !name.is_empty() && !name.starts_with(['.', '/']) && string.len() < 200;
                let there = |path: &&Utf8Path| self.tree.has_directory(path.join(name));
                if plain && !self.tree.has_directory(self.package.inside(name)) && above.iter().any(there) {
                    let way_out = "have what it reads in its own package";
                    found.push(Obstacle::of(source, at, "it may read this out of another package", way_out));
                }
            }
        }
        found
    }

    /// What its strings name in the entry's own directory, where that is not the package's top and a file asks for its place: the path
    /// inside the package, and the string.
    pub(super) fn near<'s, 'f>(&self, sources: &'s Sources<'f>) -> Vec<(Utf8PathBuf, &'s Source<'f>, At)> {
        let entry =
            self.file.source.as_deref().and_then(|source| self.inside(source)?.parent()).filter(|parent| !parent.as_str().is_empty());
        let Some(directory) = entry else { return Vec::new() };
        let mut found = Vec::new();
        for source in sources.files.iter().filter(|source| !source.module.itself.is_empty()) {
            for (string, at) in source.strings() {
                let text = string.trim_start_matches("./").trim_start_matches('/');
                let name = first(Utf8Path::new(text));
                if text.is_empty() || text.len() > 200 || name.starts_with('.') {
                    continue;
                }
                let path = directory.join(name);
                let whole = self.package.inside(path.as_str());
                if self.tree.has_directory(&whole) || (self.tree.has(&whole) && text == name) {
                    found.push((path, source, at));
                }
            }
        }
        found
    }
}

/// Files that are started or loaded by themselves.
fn by_calls(source: &Source<'_>) -> Vec<Obstacle> {
    let apart = |call: &Call| match call.path.as_str() {
        "worker_threads.Worker" => Some("this starts a thread from a file of its own"),
        "child_process.fork" => Some("this starts a file of its own"),
        "module.createRequire" => Some("what this loads stays outside"),
        _ => None,
    };
    let calls = source.module.outline.calls.iter().filter_map(|call| Some((call.at, apart(call)?)));
    calls.map(|(span, what)| Obstacle::of(source, span, what, "import it, so that it becomes part of the file")).collect()
}
