//! Next.js: with all of its packages, as one directory that stands alone, or as pages.

use super::{Made, Project, Server, Started};
use crate::evidence::Rule;
use crate::lang::node::bundler::{Bundler, PAGES, Pages};
use crate::lang::node::range::major;

const STANDALONE: Rule = Rule::parsed("node.next-standalone", "Next.js puts all that runs in one directory");

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let at = project.depends("next")?;
    let settings = project.settings("next.config");
    // what a variable decides is not set while the image is built; and `next start` serves what stands alone too
    let output = settings.as_ref().and_then(|source| source.text(&["output"]));
    let said = |kind: &str| output.as_ref().filter(|output| output.value == kind).map(|output| output.because()[0].under(STANDALONE));
    if let Some(at) = said("export") {
        let at = at.under(PAGES);
        return Some(Made::Pages(Pages { bundler: Bundler::Next, script: None, single: None, at }));
    }
    let built = settings.as_ref().and_then(|source| source.text(&["distDir"]));
    let built = built.map_or_else(|| ".next".to_owned(), |built| built.value);
    let public = project.has_directory("public").then_some(("public", "public"));
    let server = Server {
        arguments: vec!["start".into()],
        writes: true,
        build: Some("next build"),
        ..Server::of("Next.js", at, Started::Dependency("next", "dist/bin/next"))
    };
    let owned = |(from, to): (&str, &str)| (from.to_owned(), to.to_owned());
    let Some(standalone) = said("standalone") else {
        let config = project.loaded_by("next.config");
        let takes = [(built.clone(), built)].into_iter().chain(public.map(owned));
        let takes = takes.chain(config.into_iter().map(|name| (name.clone(), name)));
        return Some(Made::Server(Box::new(Server { takes: takes.collect(), ..server })));
    };
    // from 15 on the files lie below the workspace's root, as they do where the project says where that is
    let rooted = settings.as_ref().is_some_and(|source| source.anywhere("outputFileTracingRoot").is_some());
    let newer = project.package.asks_of("next").and_then(major).is_none_or(|major| major >= 15);
    let below = project.nested.filter(|_| rooted || newer);
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
