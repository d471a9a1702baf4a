//! Bundlers and site generators: where each leaves its files, which names change with the content, and what answers elsewhere.

use camino::Utf8PathBuf;
use serde::{Serialize, Serializer};

use super::command::Command;
use super::settings::Settings;
use super::{Bundled, angular};
use crate::diagnostic::Result;
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::node::framework::Pages;
use crate::lang::node::package::Package;
use crate::tree::Tree;
use crate::web::{Hashed, Otherwise, is_plain};

const PAGES: Rule = Rule::parsed("node.pages", "this builds pages that any web server serves");
const NAMES: Rule = Rule::parsed("node.hashed-names", "this bundler puts a hash of the content into the names there");
const ROUTER: Rule = Rule::parsed("node.client-router", "this router runs in the browser");
const NOT_FOUND: Rule = Rule::parsed("node.not-found-page", "this becomes the page for addresses that lead nowhere");
const HOMEPAGE: Rule = Rule::parsed("node.homepage", "the package names the address that it is made for");

/// What builds a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bundler {
    /// Angular's own.
    Angular,
    /// Astro, without an adapter.
    Astro,
    /// Create React App.
    CreateReactApp,
    /// Docusaurus.
    Docusaurus,
    /// Eleventy.
    Eleventy,
    /// Gatsby.
    Gatsby,
    /// Next.js with `output: 'export'`.
    Next,
    /// `nuxt generate`.
    Nuxt,
    /// Parcel.
    Parcel,
    /// React Router with `ssr: false`.
    ReactRouter,
    /// Rsbuild.
    Rsbuild,
    /// `SvelteKit` with the static adapter.
    SvelteKit,
    /// Vite.
    Vite,
    /// `VitePress`.
    VitePress,
    /// Vue CLI.
    VueCli,
    /// webpack, and Rspack, which reads the same settings.
    Webpack,
}

impl Bundler {
    /// As people write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Bundler::Angular => "Angular",
            Bundler::Astro => "Astro",
            Bundler::CreateReactApp => "Create React App",
            Bundler::Docusaurus => "Docusaurus",
            Bundler::Eleventy => "Eleventy",
            Bundler::Gatsby => "Gatsby",
            Bundler::Next => "Next.js",
            Bundler::Nuxt => "Nuxt",
            Bundler::Parcel => "Parcel",
            Bundler::ReactRouter => "React Router",
            Bundler::Rsbuild => "Rsbuild",
            Bundler::SvelteKit => "SvelteKit",
            Bundler::Vite => "Vite",
            Bundler::VitePress => "VitePress",
            Bundler::VueCli => "Vue CLI",
            Bundler::Webpack => "webpack",
        }
    }
}

impl Serialize for Bundler {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a package depends on that is built by a bundler, the most particular first: many generators depend on Vite themselves.
const BY_DEPENDENCY: [(&str, Bundler); 13] = [
    ("@docusaurus/core", Bundler::Docusaurus),
    ("gatsby", Bundler::Gatsby),
    ("vitepress", Bundler::VitePress),
    ("@angular/core", Bundler::Angular),
    ("@vue/cli-service", Bundler::VueCli),
    ("react-scripts", Bundler::CreateReactApp),
    ("@11ty/eleventy", Bundler::Eleventy),
    ("parcel", Bundler::Parcel),
    ("parcel-bundler", Bundler::Parcel),
    ("vite", Bundler::Vite),
    ("@rsbuild/core", Bundler::Rsbuild),
    ("@rspack/core", Bundler::Webpack),
    ("webpack", Bundler::Webpack),
];

/// Routers that run in the browser, by the package that brings them.
const ROUTERS: [&str; 14] = [
    "@angular/router",
    "@reach/router",
    "@solidjs/router",
    "@tanstack/react-router",
    "@tanstack/solid-router",
    "@tanstack/vue-router",
    "navigo",
    "preact-iso",
    "preact-router",
    "react-router",
    "react-router-dom",
    "svelte-routing",
    "vue-router",
    "wouter",
];

/// The bundler of a package that nothing starts; none for a package that is built to be imported.
pub fn by_dependencies(tree: &Tree, package: &Package<'_>) -> Option<Pages> {
    package.script("build")?;
    let (bundler, found) = BY_DEPENDENCY.iter().find_map(|(name, bundler)| Some((*bundler, package.dependency(name)?)))?;
    let is_library = bundler == Bundler::Vite
        && Settings::read(tree, package, "vite.config").is_some_and(|settings| settings.has(&["build", "lib"]).is_some());
    let at = Evidence { rule: PAGES.id, meaning: PAGES.meaning, ..found.because()[0].clone() };
    (!is_library).then_some(Pages { bundler, at })
}

/// A package that is built, and what its settings say.
pub(super) struct Project<'p, 't> {
    pub(super) tree: &'t Tree,
    pub(super) package: &'p Package<'t>,
    pub(super) root: &'p Package<'t>,
    pub(super) pages: &'p Pages,
}

/// What a bundler does when nothing says otherwise.
struct Usual {
    directory: &'static str,
    /// The directory with hashed names.
    hashed: &'static str,
    /// Where files lie that are copied into the output as they are.
    copied_from: &'static str,
}

impl Project<'_, '_> {
    pub(super) fn read(&self) -> Result<Bundled> {
        Ok(match self.pages.bundler {
            Bundler::Angular => self.angular()?,
            Bundler::Astro => self.astro(),
            Bundler::CreateReactApp => self.create_react_app(),
            Bundler::Docusaurus => self.docusaurus(),
            Bundler::Eleventy => self.eleventy(),
            Bundler::Gatsby => self.gatsby(),
            Bundler::Next => self.next(),
            Bundler::Nuxt => self.nuxt(),
            Bundler::Parcel => self.parcel(),
            Bundler::ReactRouter => {
                let vite = self.settings("vite.config");
                let base = vite.as_ref().and_then(|settings| settings.text(&["base"]));
                let usual = Usual { directory: "build/client", hashed: "assets", copied_from: "public" };
                let otherwise = Otherwise::Router(Fact::new("index.html".into(), self.pages.at.clone()));
                Bundled { otherwise, ..self.usual(&usual, None, base) }
            }
            Bundler::Rsbuild => self.rsbuild(),
            Bundler::SvelteKit => self.svelte_kit(),
            Bundler::Vite => self.vite(),
            Bundler::VitePress => self.vite_press(),
            Bundler::VueCli => self.vue_cli(),
            Bundler::Webpack => self.webpack(),
        })
    }

    fn settings(&self, stem: &str) -> Option<Settings> {
        Settings::read(self.tree, self.package, stem)
    }

    fn command(&self, programs: &[&str]) -> Option<Command> {
        Command::of(self.package, programs)
    }

    /// The usual output, with what settings and flags say over it.
    fn usual(&self, usual: &Usual, directory: Option<Fact<Utf8PathBuf>>, base: Option<Fact<String>>) -> Bundled {
        let because = directory.as_ref().map(|directory| directory.because()[0].clone());
        Bundled {
            directory: directory.map_or_else(|| usual.directory.into(), |directory| directory.value),
            because,
            base: base.and_then(below_root),
            hashed: self.hashed(usual.hashed, usual.copied_from, None),
            otherwise: Otherwise::Server,
            bare_names: false,
        }
    }

    /// The directory with hashed names, unless files with plain names are copied into it.
    fn hashed(&self, directory: &str, copied_from: &str, set: Option<&Evidence>) -> Option<Fact<Hashed>> {
        let directory = directory.trim_matches('/').trim_start_matches("./");
        let mixed = self.tree.has_directory(self.package.inside(copied_from).join(directory));
        let at = set.cloned().unwrap_or_else(|| Evidence { rule: NAMES.id, meaning: NAMES.meaning, ..self.pages.at.clone() });
        (!mixed && !directory.is_empty() && is_plain(directory)).then(|| Fact::new(Hashed::Directory(directory.to_owned()), at))
    }

    fn named(&self, pattern: &str, at: Option<Evidence>) -> Fact<Hashed> {
        let at = at.unwrap_or_else(|| Evidence { rule: NAMES.id, meaning: NAMES.meaning, ..self.pages.at.clone() });
        Fact::new(Hashed::Named(pattern.to_owned()), at)
    }

    /// The page of a client router where there is one among the dependencies.
    fn router(&self, page: &str) -> Otherwise {
        let router = ROUTERS.iter().find_map(|name| self.package.dependency(name).or_else(|| self.root.dependency(name)));
        router.map_or(Otherwise::Server, |router| {
            let at = Evidence { rule: ROUTER.id, meaning: ROUTER.meaning, ..router.because()[0].clone() };
            Otherwise::Router(Fact::new(page.to_owned(), at))
        })
    }

    /// The generator's page for addresses that lead nowhere: always there, or made from one of these sources.
    fn error_page(&self, sources: &[&str]) -> Otherwise {
        let page = |at: Evidence| Otherwise::Page(Fact::new("404.html".into(), at));
        if sources.is_empty() {
            return page(Evidence {
                rule: NOT_FOUND.id,
                meaning: "this generator makes a page for addresses that lead nowhere",
                ..self.pages.at.clone()
            });
        }
        let source = sources.iter().map(|source| self.package.inside(source)).find(|source| self.tree.has(source));
        source.map_or(Otherwise::Server, |source| page(Evidence::exists(source, NOT_FOUND)))
    }

    fn vite(&self) -> Bundled {
        let settings = self.settings("vite.config");
        let of = |keys: &[&str]| settings.as_ref().and_then(|settings| settings.text(keys));
        let command = self.command(&["vite"]);
        let flag = |names: &[&str]| command.as_ref().and_then(|command| command.flag(names));
        let root = settings
            .as_ref()
            .and_then(|settings| settings.path(&["root"]))
            .or_else(|| command.as_ref().and_then(|command| command.word(1)).map(|root| root.map(Utf8PathBuf::from)));
        let at_root = |path: Utf8PathBuf| root.as_ref().map_or_else(|| path.clone(), |root| root.value.join(&path));
        let set = flag(&["--outDir"]).map(|path| path.map(Utf8PathBuf::from));
        let set = set.or_else(|| settings.as_ref().and_then(|settings| settings.path(&["build", "outDir"])));
        let directory = match (set, &root) {
            (Some(directory), _) => Some(directory.map(at_root)),
            (None, Some(root)) => Some(root.with(root.value.join("dist"))),
            (None, None) => None,
        };
        let assets = flag(&["--assetsDir"]).or_else(|| of(&["build", "assetsDir"]));
        let name = assets.as_ref().map_or("assets", |assets| assets.value.as_str());
        let public = of(&["publicDir"]).map_or_else(|| "public".to_owned(), |public| public.value);
        let public = at_root(public.into());
        let base = flag(&["--base"]).or_else(|| of(&["base"]));
        let renamed = ["entryFileNames", "chunkFileNames", "assetFileNames"].iter().any(|key| {
            settings.as_ref().is_some_and(|settings| {
                ["rollupOptions", "rolldownOptions"].iter().any(|options| settings.has(&["build", options, "output", key]).is_some())
            })
        });
        let hashed = self.hashed(name, public.as_str(), assets.as_ref().map(|assets| &assets.because()[0])).filter(|_| !renamed);
        let usual = Usual { directory: "dist", hashed: "", copied_from: "public" };
        Bundled { hashed, otherwise: self.router("index.html"), ..self.usual(&usual, directory, base) }
    }

    fn create_react_app(&self) -> Bundled {
        let homepage = self.package.document.string(&["homepage"]).and_then(|(address, value)| {
            let path = address.split_once("://").map_or(address, |(_, rest)| rest.find('/').map_or("/", |slash| &rest[slash..]));
            Some(Fact::new(path.to_owned(), self.package.document.evidence(value, HOMEPAGE))).filter(|path| !path.value.starts_with('.'))
        });
        let usual = Usual { directory: "build", hashed: "static", copied_from: "public" };
        Bundled { otherwise: self.router("index.html"), ..self.usual(&usual, None, homepage) }
    }

    fn angular(&self) -> Result<Bundled> {
        let command = self.command(&["ng"]);
        let named = command.as_ref().and_then(|command| command.word(1));
        let project = angular::project(self.tree, self.package, named.as_ref().map(|name| name.value.as_str()))?;
        let flag = |names: &[&str]| command.as_ref().and_then(|command| command.flag(names));
        let (directory, base, hashed) = match project {
            Some(project) => (Some(project.directory), project.base, project.hashed),
            None => (None, None, None),
        };
        let usual = Usual { directory: "dist", hashed: "", copied_from: "public" };
        let base = flag(&["--base-href"]).or(base);
        let hashed = hashed.map(|at| self.named(r"/(media/)?[^/]+[-.]([A-Z0-9]{8}|[0-9a-f]{16,20})\.[a-z0-9]+$", Some(at)));
        Ok(Bundled { hashed, otherwise: self.router("index.html"), ..self.usual(&usual, directory, base) })
    }

    fn vue_cli(&self) -> Bundled {
        let settings = self.settings("vue.config");
        let directory = settings.as_ref().and_then(|settings| settings.path(&["outputDir"]));
        let base = settings.as_ref().and_then(|settings| settings.text(&["publicPath"]));
        let below = settings.as_ref().and_then(|settings| settings.text(&["assetsDir"])).map_or_else(String::new, |text| text.value);
        let below = below.trim_matches('/');
        let plain = settings.as_ref().is_some_and(|settings| settings.has(&["filenameHashing"]).is_some())
            || !(below.is_empty() || is_plain(below));
        let below = if below.is_empty() { String::new() } else { format!("/{}", below.replace('.', r"\.")) };
        let hashed = (!plain).then(|| self.named(&format!(r"{below}/(css|fonts|img|js|media)/.+\.[0-9a-f]{{8}}\."), None));
        let usual = Usual { directory: "dist", hashed: "", copied_from: "public" };
        Bundled { hashed, otherwise: self.router("index.html"), ..self.usual(&usual, directory, base) }
    }

    fn docusaurus(&self) -> Bundled {
        let settings = self.settings("docusaurus.config");
        let command = self.command(&["docusaurus"]);
        let directory = command.as_ref().and_then(|command| command.flag(&["--out-dir"])).map(|path| path.map(Utf8PathBuf::from));
        let base = settings.as_ref().and_then(|settings| settings.text(&["baseUrl"]));
        let usual = Usual { directory: "build", hashed: "assets", copied_from: "static" };
        Bundled { otherwise: self.error_page(&[]), bare_names: true, ..self.usual(&usual, directory, base) }
    }

    fn gatsby(&self) -> Bundled {
        let sources = ["js", "jsx", "ts", "tsx", "mdx"].map(|ending| format!("src/pages/404.{ending}"));
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        let usual = Usual { directory: "public", hashed: "static", copied_from: "static" };
        Bundled { otherwise: self.error_page(&sources), bare_names: true, ..self.usual(&usual, None, None) }
    }

    fn eleventy(&self) -> Bundled {
        let stems = [".eleventy", "eleventy.config"];
        let settings = stems.iter().find_map(|stem| self.settings(stem));
        let command = self.command(&["eleventy"]);
        let flag = command.as_ref().and_then(|command| command.flag(&["--output"])).map(|path| path.map(Utf8PathBuf::from));
        let set = settings.as_ref().and_then(|settings| settings.path(&["dir", "output"]));
        let called =
            || settings.as_ref().and_then(|settings| settings.called_with("setOutputDirectory")).map(|path| path.map(Utf8PathBuf::from));
        let input =
            settings.as_ref().and_then(|settings| settings.text(&["dir", "input"]).or_else(|| settings.called_with("setInputDirectory")));
        let input = input.map_or_else(String::new, |input| format!("{}/", input.value.trim_end_matches('/')));
        let sources = ["html", "md", "njk", "liquid"].map(|ending| format!("{input}404.{ending}"));
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        let usual = Usual { directory: "_site", hashed: "", copied_from: "public" };
        Bundled { otherwise: self.error_page(&sources), ..self.usual(&usual, flag.or(set).or_else(called), None) }
    }

    fn astro(&self) -> Bundled {
        let settings = self.settings("astro.config");
        let of = |keys: &[&str]| settings.as_ref().and_then(|settings| settings.text(keys));
        let directory = of(&["outDir"]).map(|path| path.map(Utf8PathBuf::from));
        let assets = of(&["build", "assets"]);
        let public = of(&["publicDir"]).map_or_else(|| "public".to_owned(), |public| public.value);
        let name = assets.as_ref().map_or("_astro", |assets| assets.value.as_str());
        let hashed = self.hashed(name, &public, assets.as_ref().map(|assets| &assets.because()[0]));
        let sources = ["astro", "md", "mdx", "html"].map(|ending| format!("src/pages/404.{ending}"));
        let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
        let usual = Usual { directory: "dist", hashed: "", copied_from: "public" };
        Bundled { hashed, otherwise: self.error_page(&sources), bare_names: true, ..self.usual(&usual, directory, of(&["base"])) }
    }

    fn next(&self) -> Bundled {
        let settings = self.settings("next.config");
        let of = |keys: &[&str]| settings.as_ref().and_then(|settings| settings.text(keys));
        let directory = of(&["distDir"]).map(|path| path.map(Utf8PathBuf::from));
        let usual = Usual { directory: "out", hashed: "_next/static", copied_from: "public" };
        Bundled { otherwise: self.error_page(&[]), bare_names: true, ..self.usual(&usual, directory, of(&["basePath"])) }
    }

    fn nuxt(&self) -> Bundled {
        let settings = self.settings("nuxt.config");
        let base = settings.as_ref().and_then(|settings| settings.text(&["app", "baseURL"]));
        let usual = Usual { directory: ".output/public", hashed: "_nuxt", copied_from: "public" };
        Bundled { otherwise: self.error_page(&[]), bare_names: true, ..self.usual(&usual, None, base) }
    }

    fn svelte_kit(&self) -> Bundled {
        let settings = self.settings("svelte.config");
        let adapter = |key: &str| settings.as_ref().and_then(|settings| settings.argument("adapter", key));
        let directory = adapter("pages").map(|path| path.map(Utf8PathBuf::from));
        let base = settings.as_ref().and_then(|settings| settings.text(&["kit", "paths", "base"]));
        let otherwise = match adapter("fallback") {
            Some(page) if page.value == "404.html" => Otherwise::Page(page),
            Some(page) if is_plain(&page.value) => Otherwise::Router(page),
            _ => Otherwise::Server,
        };
        let usual = Usual { directory: "build", hashed: "_app/immutable", copied_from: "static" };
        Bundled { otherwise, bare_names: true, ..self.usual(&usual, directory, base) }
    }

    fn vite_press(&self) -> Bundled {
        let command = self.command(&["vitepress"]);
        let pages = command.as_ref().and_then(|command| command.word(1));
        let folder = pages.as_ref().map_or_else(String::new, |pages| format!("{}/", pages.value.trim_matches('/')));
        let settings = self.settings(&format!("{folder}.vitepress/config"));
        let base = settings.as_ref().and_then(|settings| settings.text(&["base"]));
        let set = settings.as_ref().and_then(|settings| settings.path(&["outDir"]));
        let directory = match (set, &pages) {
            (Some(directory), _) => Some(directory.map(|directory| Utf8PathBuf::from(&folder).join(directory))),
            (None, Some(pages)) => Some(pages.with(format!("{folder}.vitepress/dist").into())),
            (None, None) => None,
        };
        let usual = Usual { directory: ".vitepress/dist", hashed: "assets", copied_from: "public" };
        Bundled { otherwise: self.error_page(&[]), bare_names: true, ..self.usual(&usual, directory, base) }
    }

    fn parcel(&self) -> Bundled {
        let command = self.command(&["parcel"]);
        let flag = |names: &[&str]| command.as_ref().and_then(|command| command.flag(names));
        let directory = flag(&["--dist-dir", "--out-dir", "-d"]).map(|path| path.map(Utf8PathBuf::from));
        let hashed = Some(self.named(r"/[^/]+\.[0-9a-f]{8}\.[a-z0-9]+$", None));
        let usual = Usual { directory: "dist", hashed: "", copied_from: "static" };
        Bundled { hashed, otherwise: self.router("index.html"), ..self.usual(&usual, directory, flag(&["--public-url"])) }
    }

    fn rsbuild(&self) -> Bundled {
        let settings = self.settings("rsbuild.config");
        let of = |keys: &[&str]| settings.as_ref().and_then(|settings| settings.text(keys));
        let directory = of(&["output", "distPath", "root"]).map(|path| path.map(Utf8PathBuf::from));
        let base = of(&["server", "base"]).or_else(|| of(&["output", "assetPrefix"]));
        let usual = Usual { directory: "dist", hashed: "static", copied_from: "public" };
        Bundled { otherwise: self.router("index.html"), ..self.usual(&usual, directory, base) }
    }

    fn webpack(&self) -> Bundled {
        let stems = ["webpack.config", "webpack.prod", "webpack.config.prod", "config/webpack.prod", "rspack.config"];
        let settings = stems.iter().find_map(|stem| self.settings(stem));
        let directory = settings.as_ref().and_then(|settings| settings.path(&["output", "path"]));
        let base = settings.as_ref().and_then(|settings| settings.text(&["output", "publicPath"]));
        let usual = Usual { directory: "dist", hashed: "", copied_from: "public" };
        Bundled { otherwise: self.router("index.html"), ..self.usual(&usual, directory, base) }
    }
}

/// A base path as it is used: between slashes, and none for the root, a relative one, or another host's.
fn below_root(base: Fact<String>) -> Option<Fact<String>> {
    let path = base.value.trim_matches('/').to_owned();
    let is_path = base.value.starts_with('/') && !base.value.starts_with("//") && is_plain(&path);
    is_path.then(|| base.map(|_| format!("/{path}/")))
}
