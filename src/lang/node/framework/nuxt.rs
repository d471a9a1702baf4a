//! Nuxt, which puts all that runs in one directory.

use super::nitro::{self, Preset};
use super::{Made, Project, Server, Started};
use crate::app::Interface;
use crate::evidence::Evidence;
use crate::lang::node::bundler::settings::Settings;
use crate::lang::node::bundler::{Bundler, PAGES, Pages};
use crate::lang::node::range::major;

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let at = project.depends("nuxt").or_else(|| project.depends("nuxt-nightly"))?;
    let settings = project.settings("nuxt.config");
    let preset = match nitro::preset(project, settings.as_ref()) {
        Preset::Elsewhere(why) => return Some(Made::Nothing(why)),
        Preset::Pages(at) => {
            return Some(Made::Pages(Pages { bundler: Bundler::Nuxt, script: None, single: None, at: at.under(PAGES) }));
        }
        Preset::Server(by, build_env) => (by, build_env),
    };
    let (by, build_env) = preset;
    let old = project.package.asks_of("nuxt").and_then(major).is_some_and(|major| major < 3);
    let generates = generating(project, "build").filter(|_| build_env.is_empty());
    let generates = generates.or_else(|| settings.as_ref().filter(|_| old).and_then(|settings| statically(project, settings)));
    if let Some((script, at)) = generates {
        return Some(Made::Pages(Pages { bundler: Bundler::Nuxt, script: Some(script), single: None, at: at.under(PAGES) }));
    }
    if old {
        return Some(Made::Server(Box::new(second(project, settings.as_ref(), at))));
    }
    Some(Made::Server(Box::new(Server {
        takes: vec![(".output".into(), ".output".into())],
        modules: false,
        build: Some("nuxt build"),
        build_env,
        by,
        ..Server::of("Nuxt", at, Started::Own(nitro::SERVER.into()))
    })))
}

/// The script of that name, where it generates pages.
fn generating(project: &Project<'_, '_>, name: &str) -> Option<(String, Evidence)> {
    let (text, at) = project.package.script(name)?;
    ["nuxt generate", "nuxi generate", "nuxt-ts generate"].iter().any(|words| text.contains(words)).then(|| (name.to_owned(), at))
}

/// Nuxt 2 says in its settings that it generates pages.
fn statically(project: &Project<'_, '_>, settings: &Settings<'_>) -> Option<(String, Evidence)> {
    let target = settings.text(&["target"]).filter(|target| target.value == "static")?;
    let (script, _) = generating(project, "generate")?;
    Some((script, target.because()[0].clone()))
}

/// Nuxt 2's own server, which reads its settings and what it built.
fn second(project: &Project<'_, '_>, settings: Option<&Settings<'_>>, at: Evidence) -> Server {
    let config = settings.and_then(|settings| settings.path.file_name()).map(str::to_owned);
    let directories = ["static", "server", "api", "server-middleware", "serverMiddleware"];
    let there = directories.iter().filter(|name| project.has_directory(name)).map(|name| (*name).to_owned());
    let takes = std::iter::once(".nuxt".to_owned()).chain(there).chain(config).map(|name| (name.clone(), name));
    Server {
        arguments: vec!["start".into()],
        takes: takes.collect(),
        build: Some("nuxt build"),
        interface: Interface::Loopback,
        ..Server::of("Nuxt", at, Started::Dependency("nuxt", "bin/nuxt.js"))
    }
}
