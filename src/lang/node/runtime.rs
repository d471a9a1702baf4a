//! Programs that another run time than Node runs: Bun's own modules, Deno's settings.

use super::package::Package;
use super::source::Source;
use super::sources::Sources;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Rule};
use crate::tree::Tree;

const BUN: Rule = Rule::parsed("node.bun-alone", "only Bun has this");
const SERVED: Rule = Rule::parsed("node.served-by-bun", "Bun serves what a file exports by default, and Node does not");
const DENO: Rule = Rule::parsed("node.deno", "Deno runs what stands beside this");

/// Frameworks whose servers are Bun's unless an adapter is there: what makes one, and the adapter.
const OF_BUN: [(&str, &str); 2] = [("elysia", "@elysiajs/node"), ("hono", "@hono/node-server")];

/// Why a program does not run on Node, where it is Bun's.
pub fn of_bun(package: &Package<'_>, sources: &Sources<'_>) -> Option<Box<Diagnostic>> {
    let found = sources.files.iter().find_map(own).or_else(|| sources.files.first().and_then(|entry| served(package, entry)));
    let at = found?;
    let error = Diagnostic::error("node::runs-on-bun", format!("`{}` runs on Bun, and not on Node", at.file)).because(&at);
    let way_out = OF_BUN.iter().find(|(name, _)| package.dependency(name).is_some());
    let help = way_out.map_or_else(
        || "take what Node has in its place, or write the Dockerfile for Bun by hand: `FROM oven/bun`".to_owned(),
        |(_, adapter)| format!("serve it with Node by `{adapter}`, or write the Dockerfile for Bun by hand: `FROM oven/bun`"),
    );
    Some(error.help(help).into())
}

/// What of a file only Bun has.
fn own(source: &Source<'_>) -> Option<Evidence> {
    let load = source.module.loads.iter().find(|load| load.module == "bun" || load.module.starts_with("bun:"));
    let call = || source.module.outline.calls.iter().find(|call| call.path.starts_with("Bun."));
    let (at, said) = load.map(|load| (load.at, load.module.clone())).or_else(|| call().map(|call| (call.at, call.path.clone())))?;
    Some(source.evidence(at, BUN, said))
}

/// What Bun serves of the file that is started: a server that listens by Bun's own means, or the default export.
fn served(package: &Package<'_>, entry: &Source<'_>) -> Option<Evidence> {
    let (name, _) = OF_BUN.iter().find(|(name, adapter)| package.dependency(name).is_some() && package.dependency(adapter).is_none())?;
    let made = entry.module.outline.imports.iter().any(|import| import.path.split(['.', '/']).next() == Some(name));
    let listens = entry.module.outline.calls.iter().find(|call| call.method() == "listen" || call.method() == "serve");
    let exported = entry.module.outline.bindings.iter().find(|binding| binding.target == "default");
    match (made, *name, listens, exported) {
        (true, "elysia", Some(call), _) => Some(entry.evidence(call.at, BUN, call.path.clone())),
        (true, _, None, Some(binding)) => Some(entry.evidence(binding.at, SERVED, "export default")),
        _ => None,
    }
}

/// Why nothing is found, where Deno runs it.
pub fn of_deno(tree: &Tree) -> Option<Box<Diagnostic>> {
    let file = ["deno.json", "deno.jsonc", "deno.lock"].into_iter().find(|file| tree.has(file))?;
    let error = Diagnostic::error("node::runs-on-deno", "this is a Deno project, and imggen writes no Dockerfile for Deno");
    Some(error.because(&Evidence::exists(file, DENO)).help("write it by hand: `FROM denoland/deno`").into())
}
