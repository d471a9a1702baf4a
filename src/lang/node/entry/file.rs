//! The file that node is given: one that is there, one that a build makes, or TypeScript as it is.

use camino::{Utf8Path, Utf8PathBuf};

use super::{File, Finder};
use crate::evidence::Evidence;
use crate::lang::node::nx::{self, Application};
use crate::lang::node::script::is_script;
use crate::lang::node::sources;

impl Finder<'_, '_> {
    /// The file of `node --flag file argument`.
    pub(super) fn file(&self, arguments: &[String]) -> Option<File> {
        let mut flags = Vec::new();
        let mut words = arguments.iter();
        let path = loop {
            let word = words.next()?;
            if !word.starts_with('-') {
                break word;
            }
            let takes_value = ["-r", "--require", "--import", "--loader", "--experimental-loader", "--conditions", "-C"];
            if word.starts_with("--inspect") || word == "--watch" || word.starts_with("--env-file") {
                continue;
            }
            flags.push(word.clone());
            if takes_value.contains(&word.as_str()) {
                flags.push(words.next()?.clone());
            }
        };
        let mut file = self.named(path)?;
        file.flags = flags;
        file.arguments = words.cloned().collect();
        Some(file)
    }

    /// A file that node is to run, there or built.
    pub(super) fn named(&self, path: &str) -> Option<File> {
        let path = Utf8PathBuf::from(path.strip_prefix("./").unwrap_or(path));
        let whole = self.package.inside(path.as_str());
        if let Some(found) = sources::file(self.tree, &whole).filter(|found| !self.compiler.writes(found)) {
            let typescript = found.extension().is_some_and(|ending| ["ts", "mts", "cts"].contains(&ending));
            let inside = found.strip_prefix(&self.package.directory).unwrap_or(&found).to_owned();
            return (!typescript || path.extension() == found.extension() || whole != found).then(|| File {
                path: inside,
                source: Some(found),
                typescript,
                ..File::default()
            });
        }
        if let Some(file) = self.of_nx(&path) {
            return Some(file);
        }
        let builds = self.package.script("build").is_some() || self.compiler.compiles() || self.any_build().is_some();
        let made = self.compiler.made(self.tree, self.package, &path);
        builds.then(|| File { path: made.path, source: made.source, built: true, ..File::default() })
    }

    /// A file that Nx builds, by its path in the directory that its build leaves: `node main` is said of `dist/apps/api`.
    fn of_nx(&self, path: &Utf8Path) -> Option<File> {
        let stem = path.with_extension("");
        let meant = |app: &Application| {
            self.package.inside(stem.as_str()) == app.made().with_extension("") || app.main.file_stem() == Some(stem.as_str())
        };
        self.nx_program(meant)
    }

    /// The one program that Nx builds of those that are meant.
    pub(super) fn nx_program(&self, meant: impl Fn(&Application) -> bool) -> Option<File> {
        let applications = nx::applications(self.tree, self.package);
        let mut fitting = applications.iter().filter(|app| meant(app));
        let app = fitting.next().filter(|_| fitting.next().is_none())?;
        let made = app.made();
        let path = made.strip_prefix(&self.package.directory).unwrap_or(&made).to_owned();
        Some(File { path, source: Some(app.main.clone()), built: true, ..File::default() })
    }

    /// The script that builds, whatever it is called.
    fn any_build(&self) -> Option<Evidence> {
        ["build:prod", "build:production", "build:server", "compile", "prestart"]
            .iter()
            .find_map(|name| self.package.script(name))
            .map(|(_, at)| at)
    }

    /// TypeScript that is run as it is, by a runner or by node itself.
    pub(super) fn typescript(&self, runner: &str, arguments: &[String]) -> Option<File> {
        let path = arguments.iter().find(|word| is_script(word))?;
        let source = sources::file(self.tree, &self.package.inside(path))?;
        let rest: Vec<String> = arguments.iter().skip_while(|word| *word != path).skip(1).cloned().collect();
        if let Some(built) = self.compiler.output_of(self.package, &source).filter(|_| self.package.script("build").is_some()) {
            return Some(File { path: built, source: Some(source), built: true, arguments: rest, ..File::default() });
        }
        let inside = source.strip_prefix(&self.package.directory).unwrap_or(&source).to_owned();
        let flags: &[&str] = match runner {
            "tsx" if self.package.runs_with("tsx").is_some() => &["--import", "tsx"],
            "ts-node" if self.package.runs_with("ts-node").is_some() => &["--require", "ts-node/register"],
            "ts-node-esm" if self.package.runs_with("ts-node").is_some() => &["--loader", "ts-node/esm"],
            _ => &[],
        };
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        Some(File { flags, path: inside, source: Some(source), typescript: true, arguments: rest, ..File::default() })
    }

    /// A file of the package, compiled where it has to be.
    pub(super) fn plain(&self, path: &str) -> Option<File> {
        let source = Some(self.package.inside(path)).filter(|path| self.tree.has(path))?;
        if source.extension().is_some_and(|ending| ending.ends_with("ts")) {
            self.typescript("", &[path.to_owned()])
        } else {
            self.named(path)
        }
    }
}
