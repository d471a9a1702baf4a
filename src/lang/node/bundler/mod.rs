//! Bundlers and site generators: which one builds a package, and what its settings say.

pub mod program;
pub mod settings;

use camino::Utf8Path;
use serde::{Serialize, Serializer};

use self::settings::Settings;
use crate::evidence::{Evidence, Rule};
use crate::lang::node::making;
use crate::lang::node::package::Package;
use crate::lang::node::script::{self, Command};
use crate::tree::Tree;

/// Pages are what comes out.
pub const PAGES: Rule = Rule::parsed("node.pages", "this builds pages that any web server serves");

/// What builds a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bundler {
    /// Analog, without its server.
    Analog,
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
    /// Nitro's preset for pages alone.
    Nitro,
    /// `nuxt generate`.
    Nuxt,
    /// Parcel.
    Parcel,
    /// React Router with `ssr: false`.
    ReactRouter,
    /// Rsbuild.
    Rsbuild,
    /// A script of the package's own, of which only the output is known.
    Script,
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
            Bundler::Analog => "Analog",
            Bundler::Angular => "Angular",
            Bundler::Astro => "Astro",
            Bundler::CreateReactApp => "Create React App",
            Bundler::Docusaurus => "Docusaurus",
            Bundler::Eleventy => "Eleventy",
            Bundler::Gatsby => "Gatsby",
            Bundler::Next => "Next.js",
            Bundler::Nitro => "Nitro",
            Bundler::Nuxt => "Nuxt",
            Bundler::Parcel => "Parcel",
            Bundler::ReactRouter => "React Router",
            Bundler::Rsbuild => "Rsbuild",
            Bundler::Script => "its build script",
            Bundler::SvelteKit => "SvelteKit",
            Bundler::Vite => "Vite",
            Bundler::VitePress => "VitePress",
            Bundler::VueCli => "Vue CLI",
            Bundler::Webpack => "webpack",
        }
    }
}

/// Pages that a bundler builds.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The bundler.
    pub bundler: Bundler,
    /// The script that builds them, where it is known.
    pub script: Option<String>,
    /// What says that one page answers every address, where the start script does.
    pub single: Option<Evidence>,
    /// What makes it one.
    pub at: Evidence,
}

impl Serialize for Bundler {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a package depends on that is built by a bundler, the most particular first: many generators depend on Vite themselves.
const BY_DEPENDENCY: [(&str, Bundler); 17] = [
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
    ("gulp", Bundler::Script),
    ("grunt", Bundler::Script),
    ("esbuild", Bundler::Script),
    ("rollup", Bundler::Script),
];

/// The programs by which scripts build.
const PROGRAMS: [(&str, Bundler); 16] = [
    ("docusaurus", Bundler::Docusaurus),
    ("gatsby", Bundler::Gatsby),
    ("vitepress", Bundler::VitePress),
    ("ng", Bundler::Angular),
    ("vue-cli-service", Bundler::VueCli),
    ("react-scripts", Bundler::CreateReactApp),
    ("craco", Bundler::CreateReactApp),
    ("react-app-rewired", Bundler::CreateReactApp),
    ("eleventy", Bundler::Eleventy),
    ("@11ty/eleventy", Bundler::Eleventy),
    ("parcel", Bundler::Parcel),
    ("vite", Bundler::Vite),
    ("rsbuild", Bundler::Rsbuild),
    ("rspack", Bundler::Webpack),
    ("webpack", Bundler::Webpack),
    ("webpack-cli", Bundler::Webpack),
];
/// Scripts that build pages besides the usual ones.
const OF_PAGES: [&str; 8] = ["docs:build", "build:docs", "docs-build", "generate", "build:site", "site:build", "build:web", "build:client"];
/// What a program does while one works on the pages.
const WORKING: [&str; 6] = ["dev", "serve", "start", "preview", "develop", "watch"];

impl Bundler {
    /// Whether a command of a script runs it to build.
    fn is_run_by(self, command: &Command) -> bool {
        let own = PROGRAMS.iter().any(|(name, bundler)| *bundler == self && command.program() == *name);
        own && !WORKING.iter().any(|verb| command.does(verb)) && !command.words.iter().any(|word| word == "--watch" || word == "--serve")
    }
}

/// The bundler of a package that nothing starts; none for a package that is built to be imported, or whose scripts only build others.
pub fn by_dependencies(tree: &Tree, package: &Package<'_>, root: &Package<'_>) -> Option<Pages> {
    let (bundler, script, found) = BY_DEPENDENCY.iter().find_map(|(name, bundler)| {
        let own = package.dependency(name);
        if own.is_none() && root.dependency(name).is_none() {
            return None;
        }
        let script = script_of(package, *bundler);
        // what the workspace's root installs is there for its members, whose scripts run it
        let found = own.or_else(|| root.dependency(name).filter(|_| script.as_ref().is_some_and(|script| script.runs)))?;
        Some((*bundler, script?.name, found))
    })?;
    let is_library = bundler == Bundler::Vite
        && Settings::read(tree, package, "vite.config").is_some_and(|settings| settings.has(&["build", "lib"]).is_some());
    // what builds anything builds pages where there is one
    let is_library = is_library || bundler == Bundler::Script && !has_page(tree, package);
    let at = found.because()[0].under(PAGES);
    (!is_library).then_some(Pages { bundler, script: Some(script), single: None, at })
}

/// Whether a page lies at the top of a package, or in a directory there.
fn has_page(tree: &Tree, package: &Package<'_>) -> bool {
    let top = |path: &&Utf8Path| path.components().count() <= package.directory.components().count() + 2;
    package.document.string(&["bin"]).is_none()
        && tree.below(&package.directory).filter(top).any(|path| path.file_name() == Some("index.html"))
}

/// Whether a package that webpack builds has pages, and not only a program: one of what makes or serves them is there.
pub fn has_pages(package: &Package<'_>) -> bool {
    ["html-webpack-plugin", "webpack-dev-server", "@rspack/dev-server"].iter().any(|name| package.dependency(name).is_some())
}

/// A script that builds pages.
struct Script {
    name: String,
    /// Whether it runs the bundler by its name.
    runs: bool,
}

/// The script that builds with a bundler: one that runs it, or else the usual one, where it does something in this package.
fn script_of(package: &Package<'_>, bundler: Bundler) -> Option<Script> {
    let usual = making::build_script(package);
    let runs = |name: &&str| script::chain(package, name).is_some_and(|chain| chain.own().any(|command| bundler.is_run_by(command)));
    let found = usual.into_iter().chain(OF_PAGES).find(runs);
    let found = found.map(|name| Script { name: name.to_owned(), runs: true });
    found.or_else(|| {
        let name = usual.filter(|name| script::chain(package, name).is_some_and(|chain| chain.tangled || chain.is_own()))?;
        Some(Script { name: name.to_owned(), runs: false })
    })
}
