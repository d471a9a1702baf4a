//! The modules of a project: every `go.mod` of its own, and the `go.work` that binds them.

use camino::{Utf8Path, Utf8PathBuf};

use crate::auxiliary;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::read::gomod::{self, At, ModFile};
use crate::read::version_files;
use crate::tree::Tree;
use crate::tree::path::inside;
use crate::version::Version;

const GO_DIRECTIVE: Rule = Rule::parsed("go.directive", "this is the least version of Go that builds it");
const TOOLCHAIN: Rule = Rule::parsed("go.toolchain", "the project is worked on with this Go");
const PINNED: Rule = Rule::parsed("go.pin", "the project pins its Go here");
const NO_GO_DIRECTIVE: Rule = Rule::parsed("go.no-directive", "no version of Go is asked for here");

/// The version that a `go.mod` without a `go` directive means (go.dev/ref/mod#go-mod-file-go).
const IMPLIED_GO: Version = Version::minor(1, 16);

/// A module of the project.
#[derive(Debug)]
pub struct Module {
    /// Its directory, relative to the project's root.
    pub directory: Utf8PathBuf,
    /// Its import path.
    pub path: String,
    /// Its `go.mod`.
    pub file: ModFile,
}

/// All modules of the project.
#[derive(Debug)]
pub struct Workspace {
    /// The modules, by directory.
    pub modules: Vec<Module>,
    /// The `go.work` in the project's root.
    pub work: Option<ModFile>,
}

impl Workspace {
    /// Reads every `go.mod` that is the project's own.
    ///
    /// # Errors
    /// When one is broken or lacks its `module` line, or `go.work` names a module that is not here.
    pub fn read(tree: &Tree) -> Result<Self> {
        let own = |path: &&Utf8Path| !path.components().any(|part| is_not_ours(part.as_str()));
        let mut modules = Vec::new();
        for path in tree.named(&["go.mod"]).filter(own) {
            let Some(text) = tree.manifest(path)? else { continue };
            // what tests read may be broken on purpose
            let matters = !auxiliary::holds_no_program(path);
            let file = match gomod::parse(path, text) {
                Err(_) if !matters => continue,
                parsed => parsed?,
            };
            let Some(module) = &file.module else {
                if !matters {
                    continue;
                }
                return Err(Diagnostic::error("go::broken-manifest", format!("`{path}` has no `module` line"))
                    .at(path, None, "looked for here")
                    .help("`go mod init` writes one")
                    .into());
            };
            modules.push(Module { directory: path.parent().unwrap_or(Utf8Path::new("")).to_owned(), path: module.value.clone(), file });
        }
        let work = match tree.manifest("go.work")? {
            Some(text) => Some(gomod::parse("go.work".into(), text)?),
            None => None,
        };
        let workspace = Self { modules, work };
        workspace.check_uses()?;
        Ok(workspace)
    }

    fn check_uses(&self) -> Result<()> {
        for used in self.work.iter().flat_map(|work| &work.uses) {
            let directory = inside(Utf8Path::new(""), &used.value);
            if directory.is_none_or(|directory| self.in_directory(&directory).is_none()) {
                let error = Diagnostic::error("go::broken-manifest", format!("`go.work` uses `{}`, and there is no module", used.value));
                return Err(error.at("go.work", Some(used.span), "not here").help("`go work edit -dropuse` takes it out").into());
            }
        }
        Ok(())
    }

    /// The module in `directory` itself.
    #[must_use]
    pub fn in_directory(&self, directory: &Utf8Path) -> Option<&Module> {
        self.modules.iter().find(|module| module.directory == directory)
    }

    /// The innermost module that holds `path`.
    #[must_use]
    pub fn holding(&self, path: &Utf8Path) -> Option<&Module> {
        self.modules.iter().filter(|module| path.starts_with(&module.directory)).max_by_key(|module| module.directory.as_str().len())
    }

    /// Whether `go.work` binds the module, so that it is built from the project's root.
    #[must_use]
    pub fn binds(&self, module: &Module) -> bool {
        self.work
            .iter()
            .flat_map(|work| &work.uses)
            .any(|used| inside(Utf8Path::new(""), &used.value).as_deref() == Some(&module.directory))
    }

    /// The modules of this project that `module`'s build reads besides its own: the workspace's, and those that `replace` names.
    ///
    /// # Errors
    /// When a `replace` leads out of the project: what is not in the build context cannot be built from.
    pub fn local<'a>(&'a self, module: &'a Module) -> Result<Vec<&'a Module>> {
        let mut found: Vec<&Module> = vec![module];
        if self.binds(module) {
            found.extend(self.modules.iter().filter(|other| other.directory != module.directory && self.binds(other)));
        }
        let mut next = 0;
        while let Some(from) = found.get(next).copied() {
            for replace in &from.file.replaces {
                let Some(directory) = &replace.value.directory else { continue };
                let target = inside(&from.directory, directory).and_then(|target| self.in_directory(&target));
                match target {
                    Some(target) if found.iter().any(|known| known.directory == target.directory) => {}
                    Some(target) => found.push(target),
                    None => return Err(outside(from, replace, directory).into()),
                }
            }
            next += 1;
        }
        Ok(found)
    }

    /// The Go that `module` is worked on with, by the line of its go.mod or go.work, or by the files of version managers.
    ///
    /// # Errors
    /// When a file that pins a Go names none.
    pub fn pinned(&self, tree: &Tree, module: &Module) -> Result<Option<Fact<Version>>> {
        let work = self.work.as_ref().filter(|_| self.binds(module)).and_then(|work| work.toolchain.as_ref());
        let work = work.map(|line| (line, Utf8PathBuf::from("go.work")));
        let own = module.file.toolchain.as_ref().map(|line| (line, module.go_mod()));
        if let Some((line, file)) = work.or(own).filter(|(line, _)| line.value.starts_with("go1")) {
            let at = Evidence::at(file, line.span, TOOLCHAIN, &line.text);
            return version(&line.value, at).map(Some);
        }
        let alone = version_files::alone(tree, &module.directory, ".go-version", PINNED);
        let pinned = || version_files::pinned(tree, &module.directory, &["go", "golang"], PINNED).into_iter().next();
        alone
            .or_else(pinned)
            .filter(|(word, _)| word.contains(|c: char| c.is_ascii_digit()))
            .map(|(word, at)| version(&word, at))
            .transpose()
    }

    /// The least version of Go that builds all of `modules`, by the directive that asks for the most.
    #[must_use]
    pub fn go(&self, modules: &[&Module]) -> Fact<Version> {
        let work =
            self.work.as_ref().filter(|_| modules.first().is_some_and(|module| self.binds(module))).and_then(|work| work.go.as_ref());
        let own = modules.iter().filter_map(|module| Some((module.go_mod(), module.file.go.as_ref()?)));
        let all = own.chain(work.map(|go| ("go.work".into(), go)));
        let most = all.reduce(|most, other| if other.1.value > most.1.value { other } else { most });
        match (most, modules.first()) {
            (Some((file, go)), _) => Fact::new(go.value, Evidence::at(file, go.span, GO_DIRECTIVE, &go.text)),
            (None, module) => {
                Fact::new(IMPLIED_GO, Evidence::exists(module.map_or_else(|| "go.mod".into(), |module| module.go_mod()), NO_GO_DIRECTIVE))
            }
        }
    }
}

impl Module {
    /// The path of its `go.mod`.
    #[must_use]
    pub fn go_mod(&self) -> Utf8PathBuf {
        self.directory.join("go.mod")
    }

    /// The last word of its path that is a name: `example.com/thing/v2` is `thing`.
    #[must_use]
    pub fn name(&self) -> &str {
        let is_major =
            |part: &&str| part.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
        let last = self.path.rsplit('/').find(|part| !is_major(part)).unwrap_or(&self.path);
        last.split_once(".v").filter(|(_, rest)| rest.bytes().all(|byte| byte.is_ascii_digit())).map_or(last, |(name, _)| name)
    }

    /// Evidence for a line of its `go.mod`.
    pub fn evidence<T>(&self, at: &At<T>, rule: Rule) -> Evidence {
        Evidence::at(self.go_mod(), at.span, rule, &at.text)
    }

    /// The directory of the package of that import path, when the module holds it.
    #[must_use]
    pub fn directory_of(&self, import: &str) -> Option<Utf8PathBuf> {
        let rest = import.strip_prefix(self.path.as_str())?;
        match rest.strip_prefix('/') {
            Some(rest) => Some(self.directory.join(rest)),
            None if rest.is_empty() => Some(self.directory.clone()),
            None => None,
        }
    }
}

/// Directories that the go command passes over, or whose modules are other people's (`go help packages`).
pub fn is_not_ours(part: &str) -> bool {
    part == "vendor" || part == "testdata" || part == "node_modules" || part.starts_with('_') || (part.starts_with('.') && part.len() > 1)
}

fn outside(module: &Module, replace: &At<gomod::Replace>, directory: &Utf8Path) -> Diagnostic {
    let message = format!("`{}` is taken from `{directory}`, which is not in this project", replace.value.path);
    let span: Span = replace.span;
    Diagnostic::error("go::outside", message)
        .at(module.go_mod(), Some(span), "a build context ends at its root")
        .help("run imggen in a directory that holds both, and name the app: `imggen init .. --app NAME`")
        .help("or publish the module and drop the `replace`")
}

/// `go1.24.3`, `1.24.3`, `1.24rc1`.
fn version(word: &str, at: Evidence) -> Result<Fact<Version>> {
    let word = word.trim_start_matches(['v', '=']);
    let word = word.strip_prefix("go").unwrap_or(word);
    let numbers = word.find(|c: char| !c.is_ascii_digit() && c != '.').map_or(word, |end| &word[..end]);
    let wrong = || Diagnostic::error("go::unknown-version", format!("`{word}` is no version of Go")).because(&at);
    let version = numbers.trim_end_matches('.').parse().map_err(|_| wrong())?;
    Ok(Fact::new(version, at))
}
