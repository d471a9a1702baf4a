//! Nitro, and what is built on it: one directory with a server that listens on `PORT`.

use super::{ADAPTER, Made, Project, Server, Started, elsewhere};
use crate::diagnostic::Diagnostic;
use crate::evidence::Evidence;
use crate::lang::node::bundler::settings::{Settings, decided_by};
use crate::lang::node::bundler::{Bundler, PAGES, Pages};
use crate::lang::node::runtime::Runtime;
use crate::lang::node::{making, script};
use crate::program::Value;

/// The presets that make a server for Node.
const FOR_NODE: [&str; 3] = ["node-server", "node", "node-cluster"];
/// The file that starts what it builds.
pub(super) const SERVER: &str = ".output/server/index.mjs";

/// What it makes of a package.
pub(super) fn made(project: &Project<'_, '_>) -> Option<Made> {
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
    let (by, build_env) = match preset(project, settings.as_ref()) {
        Preset::Elsewhere(why) => return Some(Made::Nothing(why)),
        Preset::Pages(at) => return Some(Made::Pages(Pages { bundler: Bundler::Nitro, script: None, single: None, at: at.under(PAGES) })),
        Preset::Server(by, build_env) => (by, build_env),
    };
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
        by,
        ..Server::of(what, at, Started::Own(SERVER.into()))
    })))
}

/// What a preset comes to.
pub(super) enum Preset {
    /// A server: what runs it where that is said, and a variable that the build is given where one decides it.
    Server(Option<Runtime>, Vec<(String, &'static str)>),
    /// Pages alone.
    Pages(Evidence),
    /// A platform's own form, and why it does not run.
    Elsewhere(Box<Diagnostic>),
}

/// The preset of the script that builds, or else of the settings.
pub(super) fn preset(project: &Project<'_, '_>, settings: Option<&Settings<'_>>) -> Preset {
    if let Some((name, at)) = of_script(project) {
        return named(&name, &at);
    }
    let Some((source, (value, at))) = settings.and_then(|source| Some((source, source.anywhere("preset")?))) else {
        return Preset::Server(None, Vec::new());
    };
    match (value, decided_by(value)) {
        (Value::Text(preset), _) => named(preset, &source.evidence(at, ADAPTER, format!("preset: '{preset}'"))),
        (_, Some(variable)) => Preset::Server(None, vec![(variable.to_owned(), FOR_NODE[0])]),
        _ => Preset::Server(None, Vec::new()),
    }
}

fn named(preset: &str, at: &Evidence) -> Preset {
    match preset.replace('_', "-").as_str() {
        name if FOR_NODE.contains(&name) => Preset::Server(None, Vec::new()),
        "bun" => Preset::Server(Some(Runtime::Bun), Vec::new()),
        "static" | "github-pages" | "gitlab-pages" => Preset::Pages(at.clone()),
        _ => Preset::Elsewhere(Box::new(elsewhere(at, preset, "remove the preset: Nitro then builds a server for Node"))),
    }
}

/// `NITRO_PRESET=bun nuxt build`, `nitro build --preset bun`.
fn of_script(project: &Project<'_, '_>) -> Option<(String, Evidence)> {
    let chain = script::chain(project.package, making::build_script(project.package)?)?;
    let at = chain.at.first()?.under(ADAPTER);
    let preset = chain.own().find_map(|command| {
        let variable = command.env.iter().find(|(name, _)| matches!(name.as_str(), "NITRO_PRESET" | "SERVER_PRESET"));
        variable.map(|(_, value)| value.clone()).or_else(|| {
            let mut words = command.words.iter();
            words.find_map(|word| word.strip_prefix("--preset").map(str::to_owned)).and_then(|rest| match rest.strip_prefix('=') {
                Some(value) => Some(value.to_owned()),
                None => words.next().cloned(),
            })
        })
    });
    Some((preset?, at))
}

/// The server that Nitro builds below a directory, by the file that starts it: it holds the packages that it needs.
pub fn started_by(path: &str, at: &Evidence) -> Option<Server> {
    let below = path.trim_start_matches("./").strip_suffix(SERVER).filter(|below| below.is_empty() || below.ends_with('/'))?;
    let output = format!("{below}.output");
    Some(Server {
        takes: vec![(output.clone(), output)],
        modules: false,
        ..Server::of("Nitro", at.clone(), Started::Own(format!("{below}{SERVER}")))
    })
}
