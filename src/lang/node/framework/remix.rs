//! Remix, and React Router, which it became.

use camino::Utf8Path;

use super::{Made, Project, Server, Started};
use crate::lang::node::bundler::{Bundler, PAGES, Pages};
use crate::lang::node::range::major;
use crate::program::Value;
use crate::tree::path::normal;

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let router = project.depends("@react-router/serve");
    let builds = project.depends("@react-router/dev").or_else(|| project.depends("@remix-run/dev"));
    let settings = project.settings("react-router.config").or_else(|| project.settings("vite.config").filter(|_| builds.is_some()));
    if let Some((source, (Value::Truth(false), at))) = settings.as_ref().and_then(|source| Some((source, source.anywhere("ssr")?))) {
        let at = source.evidence(at, PAGES, "ssr: false");
        return Some(Made::Pages(Pages { bundler: Bundler::ReactRouter, script: None, single: None, at }));
    }
    let at = router.clone().or_else(|| project.depends("@remix-run/serve"))?;
    let vite = router.is_some() || project.settings("vite.config").is_some();
    let out = settings.and_then(|source| source.text(&["buildDirectory"]));
    let out = out.map_or_else(|| "build".to_owned(), |out| normal(Utf8Path::new(&out.value)).into_string());
    let public = (!vite && project.has_directory("public")).then(|| ("public".to_owned(), "public".to_owned()));
    let (what, build) = match (&router, vite) {
        (Some(_), _) => ("React Router", "react-router build"),
        (None, true) => ("Remix", "remix vite:build"),
        (None, false) => ("Remix", "remix build"),
    };
    let newer = project.package.asks_of("@react-router/serve").and_then(major).is_none_or(|major| major >= 8);
    let file = match router {
        Some(_) => Started::Dependency("@react-router/serve", if newer { "bin.cjs" } else { "bin.js" }),
        None => Started::Dependency("@remix-run/serve", "dist/cli.js"),
    };
    Some(Made::Server(Box::new(Server {
        arguments: vec![if vite { format!("./{out}/server/index.js") } else { format!("./{out}/index.js") }],
        takes: [(out.clone(), out)].into_iter().chain(public).collect(),
        build: Some(build),
        ..Server::of(what, at, file)
    })))
}
