//! Nitro, and what is built on it: one directory with a server that listens on `PORT`.

use super::{ADAPTER, Made, Project, Server, Started, elsewhere};
use crate::diagnostic::Diagnostic;
use crate::lang::node::bundler::settings::{Settings, decided_by};
use crate::program::Value;

/// The presets that make a server for Node.
const FOR_NODE: [&str; 5] = ["node-server", "node", "node_server", "node-cluster", "node_cluster"];

/// What it makes of a package.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    let own = ["nitropack", "nitro", "vinxi"].into_iter().find_map(|name| Some((name, project.depends(name)?)));
    let (name, at) = own?;
    // a Vite plugin or a module may bring it, for what only serves files in the end
    let frameworks =
        [("@solidjs/start", "SolidStart"), ("@tanstack/react-start", "TanStack Start"), ("@tanstack/solid-start", "TanStack Start")];
    let framework = frameworks.into_iter().find_map(|(name, what)| Some((what, project.depends(name)?)));
    let settings = ["nitro.config", "app.config", "vite.config"].into_iter().find_map(|stem| project.settings(stem));
    let vite = project.depends("vite").is_some();
    let (what, at) = match framework {
        Some(found) => found,
        None if name == "vinxi" => ("Vinxi", at),
        None if !vite || project.settings("nitro.config").is_some() => ("Nitro", at),
        None => return None,
    };
    let (build_env, elsewhere) = preset(settings.as_ref());
    if let Some(why) = elsewhere {
        return Some(Made::Nothing(why));
    }
    let build = match name {
        "vinxi" => "vinxi build",
        _ if vite => "vite build",
        _ => "nitro build",
    };
    Some(Made::Server(Box::new(Server {
        takes: vec![(".output".into(), ".output".into())],
        modules: false,
        build: Some(build),
        build_env,
        ..Server::of(what, at, Started::Own(".output/server/index.mjs".into()))
    })))
}

/// What the settings' preset comes to: a variable that the build is given where one decides it, and why it does not run where it is for
/// another platform.
pub(super) fn preset(settings: Option<&Settings<'_>>) -> (Vec<(String, &'static str)>, Option<Box<Diagnostic>>) {
    let Some((source, (value, at))) = settings.and_then(|source| Some((source, source.anywhere("preset")?))) else {
        return (Vec::new(), None);
    };
    match (value, decided_by(value)) {
        (Value::Text(preset), _) if !FOR_NODE.contains(&preset.as_str()) => {
            let at = source.evidence(at, ADAPTER, format!("preset: '{preset}'"));
            (Vec::new(), Some(Box::new(elsewhere(&at, preset, "remove the preset: Nitro then builds a server for Node"))))
        }
        (_, Some(variable)) => (vec![(variable.to_owned(), FOR_NODE[0])], None),
        _ => (Vec::new(), None),
    }
}
