//! Analog: Angular on Vite, with a server of Nitro's, or pages alone.

use super::{Made, Project, Server, Started};
use crate::lang::node::bundler::{Bundler, PAGES, Pages};
use crate::program::Value;

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let at = project.depends("@analogjs/platform")?;
    let settings = project.settings("vite.config");
    let said = |key: &str, wanted: bool| {
        let source = settings.as_ref()?;
        let (value, at) = source.anywhere(key)?;
        (*value == Value::Truth(wanted)).then(|| source.evidence(at, PAGES, format!("{key}: {wanted}")))
    };
    if let Some(at) = said("static", true).or_else(|| said("ssr", false)) {
        return Some(Made::Pages(Pages { bundler: Bundler::Analog, script: None, single: None, at }));
    }
    Some(Made::Server(Box::new(Server {
        takes: vec![("dist/analog".into(), "dist/analog".into())],
        modules: false,
        build: Some("vite build"),
        ..Server::of("Analog", at, Started::Own("dist/analog/server/index.mjs".into()))
    })))
}
