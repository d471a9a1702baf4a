//! Frameworks that build a server of their own: where they put it, what it needs, where it listens. And those that build pages alone.

use camino::Utf8PathBuf;

use super::package::Package;
use super::range::major;
use super::site::Bundler;
use super::source::{Source, Value};
use crate::app::Interface;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Rule};
use crate::tree::Tree;

const FRAMEWORK: Rule = Rule::parsed("node.framework", "this framework builds the server");
const STANDALONE: Rule = Rule::parsed("node.next-standalone", "Next.js puts all that runs in one directory");
const ADAPTER: Rule = Rule::parsed("node.adapter", "this adapter makes what is deployed");
const PAGES: Rule = Rule::parsed("node.pages", "this builds pages that any web server serves");

/// A server that a framework builds.
#[derive(Clone, Debug)]
pub struct Server {
    /// The framework, as people write it.
    pub what: &'static str,
    /// What makes it one.
    pub at: Evidence,
    /// The file that is started, inside the package, once it is built.
    pub file: Started,
    /// The arguments behind it.
    pub arguments: Vec<String>,
    /// What of the package the image takes once it is built: where it lies, and where it goes.
    pub takes: Vec<(String, String)>,
    /// Whether what it takes is written to when it runs.
    pub writes: bool,
    /// Whether it needs the dependencies when it runs.
    pub modules: bool,
    /// The port that it listens on by itself; `PORT` sets another.
    pub port: u16,
    /// The interface that it binds by itself; `HOST` sets another.
    pub interface: Interface,
    /// Variables that it needs.
    pub env: Vec<(&'static str, &'static str)>,
    /// Whether it ends on SIGTERM by itself.
    pub hears: bool,
}

/// The file that a server is started by.
#[derive(Clone, Debug)]
pub enum Started {
    /// One that was built, inside the package.
    Own(String),
    /// One of a dependency: its name and the file inside it.
    Dependency(&'static str, &'static str),
}

/// Pages that a bundler builds.
#[derive(Clone, Debug)]
pub struct Pages {
    /// The bundler.
    pub bundler: Bundler,
    /// What makes it one.
    pub at: Evidence,
}

/// What a framework makes of a package.
#[derive(Clone, Debug)]
pub enum Made {
    /// A server.
    Server(Box<Server>),
    /// Pages.
    Pages(Pages),
    /// Something that does not run in a container.
    Nothing(Box<Diagnostic>),
}

/// What the framework of a package makes of it, when it has one.
pub fn made(tree: &Tree, package: &Package<'_>, nested: Option<&str>) -> Option<Made> {
    let project = Project { tree, package };
    project.next(nested).or_else(|| project.nuxt()).or_else(|| project.svelte()).or_else(|| project.astro()).or_else(|| project.remix())
}

struct Project<'p, 't> {
    tree: &'t Tree,
    package: &'p Package<'t>,
}

impl Project<'_, '_> {
    fn depends(&self, name: &str) -> Option<Evidence> {
        let found = self.package.dependency(name)?;
        Some(Evidence { rule: FRAMEWORK.id, meaning: FRAMEWORK.meaning, ..found.because()[0].clone() })
    }

    /// A framework's settings: the first of its files that is there.
    fn settings(&self, stem: &str) -> Option<Source> {
        let endings = ["js", "mjs", "cjs", "ts", "mts"];
        let files = endings.iter().map(|ending| self.package.inside(&format!("{stem}.{ending}")));
        files.into_iter().find_map(|file| self.tree.text(&file).ok().map(|text| Source::read(&file, text)))
    }

    fn has_directory(&self, name: &str) -> bool {
        self.tree.has_directory(self.package.inside(name))
    }

    fn next(&self, nested: Option<&str>) -> Option<Made> {
        let at = self.depends("next")?;
        let settings = self.settings("next.config");
        let output = settings.as_ref().and_then(|source| Some((source, source.option("output")?)));
        let said = |kind: &str| {
            let (source, (value, span)) = output.as_ref()?;
            match value {
                Value::Text(text) if text == kind => Some(source.evidence(*span, STANDALONE, format!("output: '{kind}'"))),
                _ => None,
            }
        };
        if let Some(at) = said("export") {
            let at = Evidence { rule: PAGES.id, meaning: PAGES.meaning, ..at };
            return Some(Made::Pages(Pages { bundler: Bundler::Next, at }));
        }
        let built = settings.as_ref().and_then(|source| match source.option("distDir") {
            Some((Value::Text(directory), _)) => Some(directory.clone()),
            _ => None,
        });
        let built = built.unwrap_or_else(|| ".next".into());
        let public = self.has_directory("public").then_some(("public", "public"));
        let server = Server {
            what: "Next.js",
            at,
            file: Started::Dependency("next", "dist/bin/next"),
            arguments: vec!["start".into()],
            takes: Vec::new(),
            writes: true,
            modules: true,
            port: 3000,
            interface: Interface::Any,
            env: Vec::new(),
            hears: true,
        };
        let owned = |(from, to): (&str, &str)| (from.to_owned(), to.to_owned());
        let Some(standalone) = said("standalone") else {
            let config = settings.map(|source| source.path.file_name().unwrap_or_default().to_owned());
            let takes = [(built.clone(), built)].into_iter().chain(public.map(owned)).chain(config.map(|name| (name.clone(), name)));
            return Some(Made::Server(Box::new(Server { takes: takes.collect(), ..server })));
        };
        // from 15 on the files lie below the workspace's root, as they do where the project says where that is
        let rooted = settings.as_ref().is_some_and(|source| source.option("outputFileTracingRoot").is_some());
        let newer = self.package.asks_of("next").and_then(major).is_none_or(|major| major >= 15);
        let below = nested.filter(|_| rooted || newer);
        let up = below.map_or_else(String::new, |below| "../".repeat(below.matches('/').count() + 1));
        let takes = [
            (format!("{built}/standalone"), if up.is_empty() { ".".to_owned() } else { up }),
            (format!("{built}/static"), format!("{built}/static")),
        ];
        Some(Made::Server(Box::new(Server {
            what: "Next.js standalone",
            at: standalone,
            file: Started::Own("server.js".into()),
            arguments: Vec::new(),
            takes: takes.into_iter().chain(public.map(owned)).collect(),
            modules: false,
            // docker sets it to the container's id, which is not where it should listen
            env: vec![("HOSTNAME", "0.0.0.0")],
            ..server
        })))
    }

    fn nuxt(&self) -> Option<Made> {
        let at = self.depends("nuxt").or_else(|| self.depends("nuxt-nightly"))?;
        let settings = self.settings("nuxt.config");
        if let Some((source, (Value::Text(preset), span))) = settings.as_ref().and_then(|source| Some((source, source.option("preset")?)))
            && preset != "node-server"
            && preset != "node"
            && preset != "node_server"
        {
            let at = source.evidence(span, ADAPTER, format!("preset: '{preset}'"));
            return Some(Made::Nothing(Box::new(elsewhere(&at, preset, "remove the preset: Nuxt then builds a server for Node"))));
        }
        let generates =
            self.package.script("build").filter(|(script, _)| script.contains("nuxt generate") || script.contains("nuxi generate"));
        if let Some((_, at)) = generates {
            let at = Evidence { rule: PAGES.id, meaning: PAGES.meaning, ..at };
            return Some(Made::Pages(Pages { bundler: Bundler::Nuxt, at }));
        }
        Some(Made::Server(Box::new(Server {
            what: "Nuxt",
            at,
            file: Started::Own(".output/server/index.mjs".into()),
            arguments: Vec::new(),
            takes: vec![(".output".into(), ".output".into())],
            writes: false,
            modules: false,
            port: 3000,
            interface: Interface::Any,
            env: Vec::new(),
            hears: true,
        })))
    }

    fn svelte(&self) -> Option<Made> {
        let at = self.depends("@sveltejs/kit")?;
        let settings = self.settings("svelte.config")?;
        let adapter = settings.imports.iter().find_map(|import| Some((import, import.value.strip_prefix("@sveltejs/adapter-")?)));
        let (import, name) = adapter.or_else(|| {
            settings.imports.iter().find(|import| import.value.contains("adapter")).map(|import| (import, import.value.as_str()))
        })?;
        let here = settings.evidence(import.span, ADAPTER, import.value.clone());
        let out = match settings.option("out") {
            Some((Value::Text(directory), _)) => directory.trim_start_matches("./").to_owned(),
            _ => "build".to_owned(),
        };
        Some(match name {
            "node" => Made::Server(Box::new(Server {
                what: "SvelteKit",
                at,
                file: Started::Own(format!("{out}/index.js")),
                arguments: Vec::new(),
                takes: vec![(out.clone(), out)],
                writes: false,
                modules: true,
                port: 3000,
                interface: Interface::Any,
                env: Vec::new(),
                hears: true,
            })),
            "static" => Made::Pages(Pages { bundler: Bundler::SvelteKit, at: Evidence { rule: PAGES.id, meaning: PAGES.meaning, ..here } }),
            _ => Made::Nothing(Box::new(elsewhere(
                &here,
                name,
                "install `@sveltejs/adapter-node` and name it in svelte.config.js, or `@sveltejs/adapter-static` for pages alone",
            ))),
        })
    }

    fn astro(&self) -> Option<Made> {
        let at = self.depends("astro")?;
        let settings = self.settings("astro.config");
        let adapters = ["@astrojs/vercel", "@astrojs/netlify", "@astrojs/cloudflare", "@deno/astro-adapter"];
        let foreign = settings.as_ref().and_then(|source| {
            let import = source.imports.iter().find(|import| adapters.iter().any(|adapter| import.value.starts_with(adapter)))?;
            Some((source.evidence(import.span, ADAPTER, import.value.clone()), import.value.clone()))
        });
        if let Some((at, name)) = foreign {
            return Some(Made::Nothing(Box::new(elsewhere(
                &at,
                &name,
                "install `@astrojs/node` and name it as the adapter, or leave the adapter out for pages alone",
            ))));
        }
        let node = settings.as_ref().and_then(|source| Some((source, source.imports("@astrojs/node")?)));
        let Some((source, import)) = node else {
            return Some(Made::Pages(Pages { bundler: Bundler::Astro, at: Evidence { rule: PAGES.id, meaning: PAGES.meaning, ..at } }));
        };
        Some(Made::Server(Box::new(Server {
            what: "Astro",
            at: source.evidence(import.span, ADAPTER, import.value.clone()),
            file: Started::Own("dist/server/entry.mjs".into()),
            arguments: Vec::new(),
            takes: vec![("dist".into(), "dist".into())],
            writes: false,
            modules: true,
            port: 4321,
            interface: Interface::Loopback,
            env: Vec::new(),
            hears: false,
        })))
    }

    /// Remix and the router that it became.
    fn remix(&self) -> Option<Made> {
        let router = self.depends("@react-router/serve");
        let at = router.clone().or_else(|| self.depends("@remix-run/serve"))?;
        let settings = self.settings("react-router.config");
        if let Some((source, (_, span))) = settings.as_ref().and_then(|source| Some((source, source.option("ssr")?))) {
            let text = self.tree.text(&source.path).unwrap_or_default();
            if text.lines().nth(span.line as usize - 1).is_some_and(|line| line.contains("false")) {
                let at = source.evidence(span, PAGES, "ssr: false");
                return Some(Made::Pages(Pages { bundler: Bundler::ReactRouter, at }));
            }
        }
        let vite = router.is_some() || self.settings("vite.config").is_some();
        let entry = if vite { "./build/server/index.js" } else { "./build/index.js" };
        let public = (!vite && self.has_directory("public")).then(|| ("public".to_owned(), "public".to_owned()));
        Some(Made::Server(Box::new(Server {
            what: if router.is_some() { "React Router" } else { "Remix" },
            at,
            file: if router.is_some() {
                let newer = self.package.asks_of("@react-router/serve").and_then(major).is_none_or(|major| major >= 8);
                Started::Dependency("@react-router/serve", if newer { "bin.cjs" } else { "bin.js" })
            } else {
                Started::Dependency("@remix-run/serve", "dist/cli.js")
            },
            arguments: vec![entry.into()],
            takes: [("build".to_owned(), "build".to_owned())].into_iter().chain(public).collect(),
            writes: false,
            modules: true,
            port: 3000,
            interface: Interface::Any,
            env: Vec::new(),
            hears: true,
        })))
    }
}

fn elsewhere(at: &Evidence, name: &str, help: &str) -> Diagnostic {
    let message = format!("`{name}` builds for a platform of its own, and its result does not run in a container");
    Diagnostic::error("node::platform-adapter", message).because(at).help(help)
}

/// The directory inside a workspace, as a framework that nests its output needs it.
pub fn nested(package: &Package<'_>, root: &Package<'_>) -> Option<String> {
    let inside = package.directory.strip_prefix(&root.directory).ok()?;
    (!inside.as_str().is_empty()).then(|| Utf8PathBuf::from(inside).to_string())
}
