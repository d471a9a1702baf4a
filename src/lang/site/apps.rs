//! Pages to sites: the topmost directories with an `index.html`, as far as no manifest claims them.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Facts, files};
use crate::app::{App, Behaviour, Claim, Sighting};
use crate::auxiliary;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::lang::language::{self, Sightings};
use crate::tree::Tree;
use crate::web::{Otherwise, Site, listens, needs, types_of};

const INDEX: &str = "index.html";
const NOT_FOUND: &str = "404.html";

/// Besides languages' manifests, what says that the pages around it are a program's, or are still to be made from something else.
const GENERATORS: [&str; 9] =
    ["CMakeLists.txt", "book.toml", "bun.lock", "deno.json", "deno.jsonc", "environment.yml", "hugo.toml", "mkdocs.yml", "pixi.toml"];

/// Sources of programs. Beside a page they make it likely that one of them is what is meant.
const PROGRAMS: [&str; 12] = ["c", "cpp", "cs", "ex", "go", "java", "jl", "kt", "php", "py", "rb", "rs"];

/// Where parts of pages and reports lie.
const ASIDE: [&str; 5] = ["assets", "coverage", "include", "partials", "templates"];

const PAGE: Rule = Rule::parsed("site.page", "this page is where a site begins");
const FRONT_MATTER: Rule = Rule::parsed("site.front-matter", "a generator fills this page in");
const BESIDE_PROGRAM: Rule = Rule::weak("site.beside-program", "a program's source lies beside the page");
const BESIDE: Rule = Rule::weak("site.aside", "examples, tests and documents lie in a directory of this name");
const ERROR_PAGE: Rule = Rule::parsed("site.not-found-page", "this page is for addresses that lead nowhere");
const SERVER: Rule = Rule::weak("site.server-configuration", "this is a web server's configuration");

/// What finds a site again: its directory.
#[derive(Debug)]
pub struct Seed {
    directory: Utf8PathBuf,
}

/// Pages that are there as files.
pub struct Pages<'t> {
    tree: &'t Tree,
}

impl<'t> language::Project<'t> for Pages<'t> {
    type Seed = Seed;
    type Facts = Facts;

    fn open(tree: &'t Tree) -> Result<Self> {
        Ok(Self { tree })
    }

    fn find(&self) -> Result<Sightings<Seed>> {
        let tree = self.tree;
        let mut found: Vec<(Sighting, Seed)> = Vec::new();
        let directories = std::iter::once(Utf8Path::new("")).chain(tree.directories());
        for directory in directories.filter(|directory| tree.has(directory.join(INDEX))) {
            let inside = |(_, other): &(Sighting, Seed)| directory.starts_with(&other.directory);
            if found.iter().any(inside) || is_claimed(tree, directory) {
                continue;
            }
            let program = Evidence::exists(directory.join(INDEX), PAGE);
            let claims = aside(tree, directory).map(|evidence| Fact::new(Claim::Aside, evidence)).into_iter().collect();
            let name = directory.file_name().unwrap_or("site").to_owned();
            found.push((Sighting { name, directory: directory.to_owned(), program, claims }, Seed { directory: directory.to_owned() }));
        }
        Ok(found.into())
    }

    fn listens(&self, _: &Catalog, sighting: &Sighting, _: &Seed) -> Result<Vec<Evidence>> {
        Ok(vec![sighting.program.clone()])
    }

    fn look(&self, _: &Catalog, sighting: &Sighting, seed: &Seed) -> Result<(App, Facts)> {
        let tree = self.tree;
        let directory = seed.directory.clone();
        let page = &sighting.program;
        let text = tree.manifest(directory.join(INDEX))?.unwrap_or_default();
        if text.lines().next().is_some_and(|first| first.trim_end() == "---") {
            return Err(unbuilt(&Evidence::at(directory.join(INDEX), Span::of_line(1, "---"), FRONT_MATTER, "---")).into());
        }
        let not_found = directory.join(NOT_FOUND);
        let otherwise = if tree.has(&not_found) {
            Otherwise::Page(Fact::new(NOT_FOUND.into(), Evidence::exists(not_found, ERROR_PAGE)))
        } else {
            Otherwise::Server
        };
        let files = files::sort(tree, &directory);
        let types = types_of(files.served.iter().map(Utf8PathBuf::as_path));
        let behaviour = Behaviour { listens: vec![listens(page)], needs: needs(page), ..Behaviour::default() };
        let app = App {
            sighting: sighting.clone(),
            behaviour,
            home: directory.clone(),
            keeps: files.named,
            build_needs: Vec::new(),
            stage: None,
            ignore_patterns: files.beside,
            passed_over: Vec::new(),
            warnings: own_server(tree).into_iter().collect(),
        };
        let site = Site { page: page.clone(), base: None, otherwise, hashed: None, bare_names: false, types };
        Ok((app, Facts { directory, site }))
    }
}

/// Whether a generator's settings or a project file stand in the directory or above it.
fn is_claimed(tree: &Tree, directory: &Utf8Path) -> bool {
    let is_project = |path: &Utf8Path| matches!(path.extension(), Some("csproj" | "fsproj" | "sln" | "cabal" | "gemspec"));
    directory.ancestors().any(|above| GENERATORS.iter().any(|name| tree.has(above.join(name))) || tree.files_in(above).any(is_project))
}

/// What speaks for the pages being something beside.
fn aside(tree: &Tree, directory: &Utf8Path) -> Option<Evidence> {
    let aside = auxiliary::holds_no_program(directory) || directory.components().any(|part| ASIDE.contains(&part.as_str()));
    let by_name = aside.then(|| Evidence::exists(directory.join(INDEX), BESIDE));
    let is_program = |path: &&Utf8Path| path.extension().is_some_and(|extension| PROGRAMS.contains(&extension));
    by_name.or_else(|| {
        let source = directory.ancestors().find_map(|above| tree.files_in(above).find(is_program))?;
        Some(Evidence::exists(source, BESIDE_PROGRAM))
    })
}

fn unbuilt(front_matter: &Evidence) -> Diagnostic {
    Diagnostic::error("site::unbuilt", format!("`{}` is what a generator makes a page from, and no page yet", front_matter.file))
        .because(front_matter)
        .help("build the site, and run imggen where the generator puts it")
}

/// A configuration that the project brings along, which may say more than was found.
fn own_server(tree: &Tree) -> Option<Diagnostic> {
    let is_configuration = |path: &&Utf8Path| {
        let name = path.file_name().unwrap_or_default();
        let nginx = path.extension() == Some("conf") && path.as_str().contains("nginx");
        nginx || matches!(name, "Caddyfile" | ".htaccess")
    };
    let file = tree.paths().find(is_configuration)?;
    let warning =
        Diagnostic::warning("site::own-server", format!("`{file}` configures a web server, and this image takes nothing from it"));
    let help = "put what it says beyond the image's own configuration into a template: `imggen templates eject base/nginx.j2`";
    Some(warning.because(&Evidence::exists(file, SERVER)).help(help))
}
