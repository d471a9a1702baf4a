//! What a build asks its environment for: what it only demands gets a stand-in, what it writes into the program has to be given.

use camino::Utf8Path;
use serde::Serialize;

use super::bundler::settings::Settings;
use super::package::Package;
use super::schema;
use super::source::is_variable;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::tree::Tree;

const DEMANDED: Rule = Rule::parsed("node.demanded-to-build", "the build stops without it, and does nothing else with it");
const WRITTEN: Rule = Rule::parsed("node.written-into-server", "this is read when the server is built, and written into it");

/// What a database's address may look like while nothing connects.
const ADDRESSES: [(&str, &str); 5] = [
    ("sqlite", "file:./stand-in.db"),
    ("mysql", "mysql://localhost/stand-in"),
    ("mongodb", "mongodb://localhost/stand-in"),
    ("sqlserver", "sqlserver://localhost"),
    ("postgres", "postgresql://localhost/stand-in"),
];

/// What the build is given.
#[derive(Debug, Default, Serialize)]
pub struct Given {
    /// Names and values that stand in for the real ones.
    pub stand_ins: Vec<Fact<(String, String)>>,
    /// Names whose values have to be the real ones.
    pub secrets: Vec<Fact<String>>,
}

/// Looks for what the build of a package asks for.
pub fn find(tree: &Tree, package: &Package<'_>) -> Given {
    let mut given = Given::default();
    prisma(tree, package, &mut given);
    schema::find(tree, package, &mut given);
    if package.dependency("@sveltejs/kit").is_some() {
        statically(tree, package, &mut given);
    }
    given
}

/// `env("DATABASE_URL")` of Prisma's settings: whatever it generates, it wants the address.
fn prisma(tree: &Tree, package: &Package<'_>, given: &mut Given) {
    let Some(settings) = Settings::read(tree, package, "prisma.config") else { return };
    let address = address(tree, package);
    for call in settings.calls().filter(|call| call.path == "prisma/config.env") {
        if let Some(name) = call.arguments.first().and_then(|argument| argument.value.text()).filter(|name| is_variable(name)) {
            let at = settings.evidence(call.at, DEMANDED, name);
            given.stand_ins.push(Fact::new((name.to_owned(), address.clone()), at));
        }
    }
}

/// What the address of the package's database may look like.
pub fn address(tree: &Tree, package: &Package<'_>) -> String {
    let schema = tree.text(package.inside("prisma/schema.prisma")).unwrap_or_default();
    let told = ADDRESSES.iter().find(|(provider, _)| schema.contains(&format!("\"{provider}")));
    told.map_or(ADDRESSES[4].1, |(_, address)| address).to_owned()
}

/// `import { DATABASE_URL } from "$env/static/private"`, in whatever file; or all of it, by a name: `import * as env from`.
fn statically(tree: &Tree, package: &Package<'_>, given: &mut Given) {
    const FROM: &str = "$env/static/private";
    let is_source = |path: &&Utf8Path| path.extension().is_some_and(|ending| ["js", "ts", "svelte", "mjs"].contains(&ending));
    for path in tree.below(package.inside("src")).filter(is_source) {
        let Some(text) = tree.text(path).ok().filter(|text| text.contains(FROM)) else { continue };
        for (end, _) in text.match_indices(FROM) {
            let Some(start) = text[..end].rfind("import") else { continue };
            let clause = &text[start..end];
            for name in imported(clause, text).filter(|name| is_variable(name)) {
                if !given.secrets.iter().any(|known| known.value == name) {
                    let at =
                        Evidence::at(path, Span::of(text, start, end), WRITTEN, clause.split_whitespace().collect::<Vec<_>>().join(" "));
                    given.secrets.push(Fact::new(name.to_owned(), at));
                }
            }
        }
    }
}

/// The names that an import brings, and those that are used of a whole module.
fn imported<'t>(clause: &'t str, text: &'t str) -> impl Iterator<Item = &'t str> {
    let listed = clause.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map_or("", |(names, _)| names);
    let listed = listed.split(',').filter_map(|name| name.split_whitespace().next());
    let whole = clause.split_once("* as ").and_then(|(_, rest)| rest.split_whitespace().next());
    let used = whole.into_iter().flat_map(move |whole| {
        text.match_indices(whole).filter_map(move |(at, _)| {
            let rest = text[at + whole.len()..].strip_prefix('.')?;
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next()
        })
    });
    listed.chain(used)
}

/// What is to be known of it.
pub fn notes(stand_ins: &[Fact<(String, String)>], secrets: &[Fact<String>]) -> Vec<Diagnostic> {
    let listed = |names: Vec<&str>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut notes = Vec::new();
    if !stand_ins.is_empty() {
        let names = listed(stand_ins.iter().map(|fact| fact.value.0.as_str()).collect());
        let note =
            Diagnostic::note("node::build-stand-in", format!("the build asks for {names} and uses no value of it: it gets a stand-in"));
        let note = stand_ins.iter().flat_map(Fact::because).fold(note, Diagnostic::because);
        notes.push(note.help("the program gets the real one when it runs"));
    }
    if let Some(first) = secrets.first() {
        let names = listed(secrets.iter().map(|fact| fact.value.as_str()).collect());
        let warning = Diagnostic::warning("node::build-secret", format!("the build needs {names}, and no stand-in will do"));
        let warning = secrets.iter().flat_map(Fact::because).fold(warning, Diagnostic::because);
        notes.push(warning.help(format!("give it as a secret: `docker build --secret id={0},env={0} .`", first.value)));
    }
    notes
}
