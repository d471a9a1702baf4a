//! What each bundler leaves behind: its directory, the names that change with the content, what answers elsewhere.

use camino::Utf8PathBuf;

use super::Bundled;
use super::angular;
use super::command::Command;
use super::project::{Project, Usual};
use crate::diagnostic::Result;
use crate::evidence::{Fact, Rule};
use crate::lang::node::bundler::Bundler;
use crate::lang::node::bundler::settings::Settings;
use crate::lang::node::range::major;
use crate::web::{Otherwise, is_plain};

const HOMEPAGE: Rule = Rule::parsed("node.homepage", "the package names the address that it is made for");

impl Project<'_, '_> {
    pub(super) fn read(&self) -> Result<Bundled> {
        let bundled = match self.pages.bundler {
            Bundler::Analog => {
                let usual = Usual { directory: "dist/analog/public", hashed: "assets", copied_from: "public" };
                Bundled { otherwise: self.router("index.html"), ..self.usual(&usual, None, None) }
            }
            Bundler::Nitro => {
                let usual = Usual { directory: ".output/public", hashed: "assets", copied_from: "public" };
                self.usual(&usual, None, None)
            }
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
                let set = self.settings("react-router.config").or(vite).and_then(|settings| settings.text(&["buildDirectory"]));
                let set = set.map(|directory| directory.map(|directory| Utf8PathBuf::from(directory).join("client")));
                Bundled { otherwise, ..self.usual(&usual, set, base) }
            }
            Bundler::Rsbuild => self.rsbuild(),
            Bundler::Script => {
                let usual = Usual { directory: "dist", hashed: "", copied_from: "public" };
                self.usual(&usual, self.by_runner(), None)
            }
            Bundler::SvelteKit => self.svelte_kit(),
            Bundler::Vite => self.vite(),
            Bundler::VitePress => self.vite_press(),
            Bundler::VueCli => self.vue_cli(),
            Bundler::Webpack => self.webpack(),
        };
        Ok(match self.by_nx() {
            Some(directory) => Bundled { because: Some(directory.because()[0].clone()), directory: Some(directory.value), ..bundled },
            None => bundled,
        })
    }

    fn vite(&self) -> Bundled {
        let command = self.command(&["vite"]);
        let settings = self.configured(command.as_ref()).or_else(|| self.settings("vite.config"));
        let of = |keys: &[&str]| settings.as_ref().and_then(|settings| settings.text(keys));
        let flag = |names: &[&str]| command.as_ref().and_then(|command| command.flag(names));
        let root = settings
            .as_ref()
            .and_then(|settings| settings.path(&["root"]))
            .or_else(|| command.as_ref().and_then(|command| command.word(1)).map(|root| root.map(Utf8PathBuf::from)))
            .or_else(|| command.as_ref().and_then(Command::below).map(|root| root.map(Utf8PathBuf::from)));
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
        let command = self.command(&["astro"]);
        let flag = |names: &[&str]| command.as_ref().and_then(|command| command.flag(names));
        let root = flag(&["--root"]).or_else(|| command.as_ref().and_then(Command::below));
        let at_root = |path: Utf8PathBuf| root.as_ref().map_or_else(|| path.clone(), |root| Utf8PathBuf::from(&root.value).join(&path));
        let stem = at_root("astro.config".into());
        let settings = self.configured(command.as_ref()).or_else(|| self.settings(stem.as_str()));
        let of = |keys: &[&str]| settings.as_ref().and_then(|settings| settings.text(keys));
        let directory = flag(&["--outDir"]).or_else(|| of(&["outDir"])).map(|path| path.map(|path| at_root(path.into())));
        let directory = directory.or_else(|| root.as_ref().map(|root| root.with(at_root("dist".into()))));
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
        let of = |keys: &[&str]| settings.as_ref().and_then(|settings| settings.text(keys));
        let old = self.package.asks_of("nuxt").and_then(major).is_some_and(|major| major < 3);
        let base = if old { of(&["router", "base"]) } else { of(&["app", "baseURL"]) };
        let directory = of(&["generate", "dir"]).filter(|_| old).map(|path| path.map(Utf8PathBuf::from));
        let usual = Usual {
            directory: if old { "dist" } else { ".output/public" },
            hashed: "_nuxt",
            copied_from: if old { "static" } else { "public" },
        };
        let otherwise = if old { Otherwise::Router(Fact::new("200.html".into(), self.pages.at.clone())) } else { self.error_page(&[]) };
        Bundled { otherwise, bare_names: true, ..self.usual(&usual, directory, base) }
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
        const STEMS: [&str; 12] = [
            "webpack.config",
            "webpack.prod",
            "webpack.config.prod",
            "webpack.config.production",
            "webpack.production",
            "config/webpack.prod",
            "config/webpack.config.prod",
            "build/webpack.prod",
            "build/webpack.prod.conf",
            "webpack/webpack.prod",
            "webpack/webpack.config.prod",
            "rspack.config",
        ];
        let command = self.command(&["webpack", "webpack-cli", "rspack"]);
        let flag = |names: &[&str]| command.as_ref().and_then(|command| command.flag(names));
        let stems = || STEMS.iter().filter_map(|stem| self.settings(stem));
        let output = |settings: &Settings<'_>| settings.path(&["output", "path"]);
        let named = self.configured(command.as_ref());
        let settings = named.or_else(|| stems().find(|settings| output(settings).is_some())).or_else(|| stems().next());
        let set = flag(&["--output-path", "-o"]).map(|path| path.map(Utf8PathBuf::from));
        let set = set.or_else(|| settings.as_ref().and_then(output));
        // what another program runs is put where that has it
        let directory = if command.is_some() { set } else { self.by_runner().or(set) };
        let base = settings.as_ref().and_then(|settings| settings.text(&["output", "publicPath"]));
        let usual = Usual { directory: "dist", hashed: "", copied_from: "public" };
        let seen = directory.is_some() || command.is_some();
        let bundled = Bundled { otherwise: self.router("index.html"), ..self.usual(&usual, directory, base) };
        if seen { bundled } else { Bundled { directory: None, ..bundled } }
    }
}
