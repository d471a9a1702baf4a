//! How a package is compiled: where the compiler's settings put what it writes, and what that was written as.

use camino::{Utf8Path, Utf8PathBuf};

use super::making;
use super::package::Package;
use super::script::{self, Command};
use crate::evidence::{Evidence, Rule};
use crate::read::document::Document;
use crate::tree::Tree;
use crate::tree::path::normal;

const COMPILED: Rule = Rule::parsed("node.compiler", "the compiler writes here");

/// The compiler's settings, as far as they say where things lie.
#[derive(Clone, Debug, Default)]
pub struct Compiler {
    /// Where it writes, relative to the project's root.
    pub output: Option<(Utf8PathBuf, Evidence)>,
    /// The directory whose inside is kept below that.
    root: Option<Utf8PathBuf>,
    /// The settings' file.
    pub file: Option<Utf8PathBuf>,
    /// Whether it only checks.
    checks: bool,
}

/// What is started, and what it was written as.
#[derive(Debug)]
pub struct Compiled {
    /// The path inside the package.
    pub path: Utf8PathBuf,
    /// The source, relative to the project's root.
    pub source: Option<Utf8PathBuf>,
}

impl Compiler {
    /// Reads the settings that a build of the package uses: those that its script names, `tsconfig.build.json` before `tsconfig.json`, and
    /// what they extend.
    pub fn read(tree: &Tree, package: &Package<'_>) -> Self {
        let names = ["tsconfig.build.json", "tsconfig.prod.json", "tsconfig.server.json", "tsconfig.json"];
        let mut compiler = Self::default();
        let named = compilations(package).into_iter().flat_map(|command| projects(tree, package, &command));
        let usual = names.iter().map(|name| package.directory.join(name));
        for file in named.chain(usual).filter(|file| tree.has(file)) {
            compiler.file.get_or_insert_with(|| file.clone());
            compiler.take(tree, &file, 5);
            if compiler.output.is_some() {
                break;
            }
        }
        compiler
    }

    fn take(&mut self, tree: &Tree, file: &Utf8Path, depth: usize) {
        let Some(document) = tree.text(file).ok().and_then(|text| Document::jsonc(file, text).ok()) else { return };
        let here = file.parent().unwrap_or(Utf8Path::new(""));
        let option = |name: &str| document.string(&["compilerOptions", name]);
        if self.output.is_none() {
            self.output = option("outDir").map(|(path, value)| (normal(here.join(path)), document.evidence(value, COMPILED)));
        }
        if self.root.is_none() {
            self.root = option("rootDir").map(|(path, _)| normal(here.join(path)));
        }
        self.checks |= document.boolean(&["compilerOptions", "noEmit"]) == Some(true) && self.output.is_none();
        let extended = document.string(&["extends"]).map(|(path, _)| path).filter(|path| path.starts_with('.') && depth > 0);
        if let Some(path) = extended {
            let path = if path.ends_with(".json") { path.to_owned() } else { format!("{path}.json") };
            self.take(tree, &normal(here.join(path)), depth - 1);
        }
    }

    /// Whether it compiles, and says where to.
    pub fn compiles(&self) -> bool {
        self.output.is_some() && !self.checks
    }

    /// Whether it writes this file, which is there as well.
    pub fn writes(&self, path: &Utf8Path) -> bool {
        self.output.as_ref().is_some_and(|(output, _)| !output.as_str().is_empty() && path.starts_with(output))
    }

    /// Where the sources' inside begins, relative to the project's root.
    fn sources(&self, tree: &Tree, package: &Package<'_>) -> Utf8PathBuf {
        let src = package.inside("src");
        // without a word of the project's it is the directory that all sources have in common
        let elsewhere = || {
            let below = tree.below(&package.directory).filter(|path| path.extension() == Some("ts") && !path.as_str().ends_with(".d.ts"));
            below.into_iter().any(|path| {
                let own = !path.starts_with(&src);
                own && !["test", "tests", "e2e", "scripts", "spec"].iter().any(|name| path.starts_with(package.inside(name)))
                    && path.components().count() > package.directory.components().count() + 1
            })
        };
        match &self.root {
            Some(root) => root.clone(),
            None if tree.has_directory(&src) && !elsewhere() => src,
            None => package.directory.clone(),
        }
    }

    /// The file that a script names and a build makes: `dist/main` is `dist/main.js`, written as `src/main.ts`.
    pub fn made(&self, tree: &Tree, package: &Package<'_>, path: &Utf8Path) -> Compiled {
        let named = path.extension().is_some_and(|ending| ["js", "mjs", "cjs"].contains(&ending));
        // a file at the top lies in no directory of outputs
        let first = path.components().next().filter(|_| path.components().count() > 1);
        let first = first.map(|part| Utf8PathBuf::from(part.as_str())).unwrap_or_default();
        let output =
            self.output.as_ref().map(|(output, _)| output.clone()).filter(|output| package.inside(path.as_str()).starts_with(output));
        let output = output.unwrap_or_else(|| package.directory.join(first));
        let inside = package.inside(path.as_str());
        let inside = inside.strip_prefix(&output).map(Utf8Path::to_owned).unwrap_or_default();
        let stem = inside.with_extension("");
        let stem = if named { stem } else { inside.clone() };
        let roots = [self.sources(tree, package), package.inside("src"), package.directory.clone()];
        let endings = ["ts", "tsx", "mts", "cts", "js", "mjs"];
        let written = |stem: &Utf8Path| {
            roots
                .iter()
                .flat_map(|root| endings.iter().map(move |ending| root.join(format!("{stem}.{ending}"))))
                .find(|path| tree.has(path))
        };
        // in a monorepo the sources of `apps/api/main` lie in `apps/api/src`
        let apart = stem.parent().filter(|parent| !parent.as_str().is_empty()).zip(stem.file_name());
        let apart = apart.map(|(parent, name)| parent.join("src").join(name));
        let source = written(&stem).or_else(|| apart.and_then(|stem| written(&stem)));
        let index = stem.join("index");
        let (path, source) = match source {
            Some(source) => (if named { path.to_owned() } else { format!("{path}.js").into() }, Some(source)),
            None => match written(&index).filter(|_| !named) {
                Some(source) => (path.join("index.js"), Some(source)),
                None => (if named { path.to_owned() } else { format!("{path}.js").into() }, None),
            },
        };
        Compiled { path, source }
    }

    /// Where a source is compiled to, inside the package.
    pub fn output_of(&self, package: &Package<'_>, source: &Utf8Path) -> Option<Utf8PathBuf> {
        let (output, _) = self.output.as_ref().filter(|_| self.compiles())?;
        let root = self.root.clone().unwrap_or_else(|| package.inside("src"));
        let ending = match source.extension()? {
            "mts" => "mjs",
            "cts" => "cjs",
            _ => "js",
        };
        let inside = source.strip_prefix(root).ok()?.with_extension(ending);
        output.join(inside).strip_prefix(&package.directory).ok().map(Utf8Path::to_owned)
    }
}

/// The commands of TypeScript's compiler in the script that builds.
fn compilations(package: &Package<'_>) -> Vec<Command> {
    let chain = making::build_script(package).and_then(|name| script::chain(package, name));
    let is_compiler = |command: &Command| matches!(command.program(), "tsc" | "tspc" | "vue-tsc" | "tsc-alias" | "nest");
    chain.into_iter().flat_map(|chain| chain.commands).filter(is_compiler).collect()
}

/// The settings that a command names: `tsc -p server`, `tsc --build tsconfig.lib.json`.
fn projects(tree: &Tree, package: &Package<'_>, command: &Command) -> Vec<Utf8PathBuf> {
    const NAME: [&str; 5] = ["-p", "--project", "-b", "--build", "--path"];
    let arguments = command.arguments();
    let named =
        arguments.iter().zip(arguments.iter().skip(1)).filter(|(flag, value)| NAME.contains(&flag.as_str()) && !value.starts_with('-'));
    let paths = named.map(|(_, value)| package.inside(value));
    paths.map(|path| if tree.has_directory(&path) { path.join("tsconfig.json") } else { path }).collect()
}
