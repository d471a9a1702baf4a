//! Bundlers and site generators: which one builds a package, and what its settings say.

pub mod settings;

use serde::{Serialize, Serializer};

use self::settings::Settings;
use crate::evidence::{Evidence, Rule};
use crate::lang::node::package::Package;
use crate::tree::Tree;

/// Pages are what comes out.
pub const PAGES: Rule = Rule::parsed("node.pages", "this builds pages that any web server serves");

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

/// Pages that a bundler builds.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The bundler.
    pub bundler: Bundler,
    /// What makes it one.
    pub at: Evidence,
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

/// The bundler of a package that nothing starts; none for a package that is built to be imported.
pub fn by_dependencies(tree: &Tree, package: &Package<'_>) -> Option<Pages> {
    package.script("build")?;
    let (bundler, found) = BY_DEPENDENCY.iter().find_map(|(name, bundler)| Some((*bundler, package.dependency(name)?)))?;
    let is_library = bundler == Bundler::Vite
        && Settings::read(tree, package, "vite.config").is_some_and(|settings| settings.has(&["build", "lib"]).is_some());
    let at = found.because()[0].under(PAGES);
    (!is_library).then_some(Pages { bundler, at })
}
