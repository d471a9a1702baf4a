//! `AdonisJS`, which compiles into a directory that is a package of its own.

use super::{Made, Project, Server, Started};

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let at = project.depends("@adonisjs/core")?;
    project.settings("adonisrc")?;
    Some(Made::Server(Box::new(Server {
        takes: vec![("build".into(), ".".into())],
        build: Some("node ace build"),
        port: 3333,
        // it checks its environment when it starts, and these have no default
        env: vec![("HOST", "0.0.0.0"), ("PORT", "3333")],
        ..Server::of("AdonisJS", at, Started::Own("bin/server.js".into()))
    })))
}
