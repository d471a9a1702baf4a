//! Remix, and React Router, which it became.

use super::{Made, Project, Server, Started};
use crate::app::Interface;
use crate::lang::node::bundler::{Bundler, PAGES, Pages};
use crate::lang::node::range::major;
use crate::program::Value;

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let router = project.depends("@react-router/serve");
    let at = router.clone().or_else(|| project.depends("@remix-run/serve"))?;
    let settings = project.settings("react-router.config");
    if let Some((source, (Value::Truth(false), at))) = settings.as_ref().and_then(|source| Some((source, source.anywhere("ssr")?))) {
        let at = source.evidence(at, PAGES, "ssr: false");
        return Some(Made::Pages(Pages { bundler: Bundler::ReactRouter, script: None, single: None, at }));
    }
    let vite = router.is_some() || project.settings("vite.config").is_some();
    let entry = if vite { "./build/server/index.js" } else { "./build/index.js" };
    let router_build = Some(if router.is_some() {
        "react-router build"
    } else if vite {
        "remix vite:build"
    } else {
        "remix build"
    });
    let public = (!vite && project.has_directory("public")).then(|| ("public".to_owned(), "public".to_owned()));
    Some(Made::Server(Box::new(Server {
        what: if router.is_some() { "React Router" } else { "Remix" },
        at,
        file: if router.is_some() {
            let newer = project.package.asks_of("@react-router/serve").and_then(major).is_none_or(|major| major >= 8);
            Started::Dependency("@react-router/serve", if newer { "bin.cjs" } else { "bin.js" })
        } else {
            Started::Dependency("@remix-run/serve", "dist/cli.js")
        },
        arguments: vec![entry.into()],
        takes: [("build".to_owned(), "build".to_owned())].into_iter().chain(public).collect(),
        writes: false,
        modules: true,
        build: router_build,
        apart: Vec::new(),
        build_env: Vec::new(),
        port: 3000,
        interface: Interface::Any,
        env: Vec::new(),
        hears: true,
    })))
}
