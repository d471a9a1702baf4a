//! What wants a look: packages that nothing locks, permissions that nothing names, install scripts that Deno leaves out, an older Deno.

use super::sources::Sources;
use super::start::Start;
use crate::app::Sighting;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Rule, Span};
use crate::lang::DRIFTS_WITH_LOCK;
use crate::tree::Tree;

const PINNED: Rule = Rule::parsed("deno.version-file", "the project pins its Deno here");

/// No lock says which packages are installed.
pub fn unlocked(sighting: &Sighting) -> Diagnostic {
    Diagnostic::warning("deno::no-lock", "no deno.lock says which packages are installed: every build may install others")
        .because(&sighting.program)
        .help("run `deno install` and commit deno.lock")
        .help(DRIFTS_WITH_LOCK)
}

/// Nothing says what the program may do.
pub fn permissions(start: &Start, sighting: &Sighting) -> Option<Diagnostic> {
    let message = "nothing says which permissions the program has: it gets all";
    let warning = Diagnostic::warning("deno::permissions", message).because(&sighting.program);
    let task = format!("name them in a task of deno.json: `\"start\": \"deno run --allow-net {}\"`", start.module);
    (!start.is_told).then(|| warning.help(task))
}

/// Packages that an install script makes: Deno runs those alone that the project allows.
pub fn scripts(catalog: &Catalog, sources: &Sources<'_>, sighting: &Sighting) -> Option<Diagnostic> {
    let is = |import: &str, name: &str| import.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']));
    let made = catalog.natives("node").iter().filter(|native| !native.build.is_empty() && !native.name.is_empty());
    let name = made.map(|native| native.name.as_str()).find(|name| sources.imports().any(|import| is(import, name)))?;
    let message = format!("`{name}` is made by a script when it is installed, and Deno runs only those that the project allows");
    let warning = Diagnostic::warning("deno::blocked-scripts", message).because(&sighting.program);
    Some(warning.help(format!(
        "allow it in deno.json: `\"nodeModulesDir\": \"auto\", \"allowScripts\": [\"npm:{name}\"]`, or take a package that is not native"
    )))
}

/// A Deno of another series than the image's.
pub fn pinned(tree: &Tree, start: &Start) -> Option<Diagnostic> {
    let places = [(".dvmrc", ""), (".deno-version", ""), (".tool-versions", "deno")];
    let places = places.iter().flat_map(|(name, tool)| start.directory.ancestors().map(move |above| (above.join(name), *tool)));
    let (at, version) = places.filter(|(file, _)| tree.has(file)).find_map(|(file, tool)| {
        let mut lines = tree.text(&file).ok()?.lines().enumerate();
        let (number, line) = lines.find(|(_, line)| line.starts_with(tool) && !line.trim().is_empty())?;
        let version = line.trim_start_matches(tool).trim().trim_start_matches('v').to_owned();
        Some((Evidence::at(&file, Span::of_line(number + 1, line), PINNED, line.trim()), version))
    })?;
    let older = version.split('.').next().and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major < 2);
    let warning =
        Diagnostic::warning("deno::other-version", format!("the project pins Deno {version}, and the image has Deno 2")).because(&at);
    older.then(|| warning.help("try it with Deno 2, or set `--base` to an image of your own"))
}
