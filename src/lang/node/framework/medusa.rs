//! Medusa, which puts what runs in a directory of its own and is started there.

use super::{Made, Project, Server, Started};

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let at = project.depends("@medusajs/medusa").filter(|_| project.depends("@medusajs/framework").is_some())?;
    project.depends("@medusajs/cli")?;
    Some(Made::Server(Box::new(Server {
        arguments: vec!["start".into()],
        takes: vec![(".medusa/server".into(), ".".into())],
        build: Some("medusa build"),
        port: 9000,
        ..Server::of("Medusa", at, Started::Dependency("@medusajs/cli", "cli.js"))
    })))
}
