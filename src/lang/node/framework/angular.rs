//! Angular with a server of its own: Universal's, which is built apart, or that of the newer builder, which is built with the pages.

use super::{Made, Project, Server, Started};
use crate::evidence::Rule;
use crate::lang::node::site::angular;

const SERVER: Rule = Rule::parsed("node.angular-server", "Angular's workspace builds a server");

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    project.depends("@angular/core")?;
    let server = angular::servers(project.tree, project.package).into_iter().next()?;
    let at = server.directory.because()[0].under(SERVER);
    let directory = &server.directory.value;
    let top = directory.parent().map_or_else(|| directory.to_string(), ToString::to_string);
    Some(Made::Server(Box::new(Server {
        takes: vec![(top.clone(), top)],
        build: Some("ng build"),
        apart: server.apart.into_iter().collect(),
        port: 4000,
        hears: false,
        ..Server::of("Angular", at, Started::Own(directory.join(server.file).to_string()))
    })))
}
