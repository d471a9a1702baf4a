//! Qwik City, by its adapter for a server on Node.

use super::{Made, Project, Server, Started};

/// The adapters that make a server for Node: their directories, and the files that they build.
const ADAPTERS: [(&str, &str); 3] =
    [("express", "server/entry.express.js"), ("fastify", "server/entry.fastify.js"), ("node-server", "server/entry.node-server.js")];

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let at = project.depends("@builder.io/qwik-city").or_else(|| project.depends("@qwik.dev/router"))?;
    let (_, file) = ADAPTERS.into_iter().find(|(name, _)| project.has_directory(&format!("adapters/{name}")))?;
    Some(Made::Server(Box::new(Server {
        takes: ["server", "dist"].map(|name| (name.to_owned(), name.to_owned())).into(),
        build: Some("qwik build"),
        hears: false,
        ..Server::of("Qwik", at, Started::Own(file.into()))
    })))
}
