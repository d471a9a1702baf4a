//! Prisma's client, which is generated from the project's schema before anything can import it.

use serde::Serialize;

use super::package::Package;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::tree::Tree;

const SCHEMA: Rule = Rule::parsed("node.prisma-schema", "Prisma's client is generated from this");

/// The command that generates it.
pub const GENERATE: &str = "prisma generate";
/// Where the client of a schema without an `output` goes, inside the installed packages.
pub const CLIENT: &str = "node_modules/.prisma";

/// Where a client is generated to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Among the installed packages.
    Packages,
    /// Among the sources, where they are built.
    Sources,
}

/// Where a package's client has to be generated; nothing where it has none, or generates it by itself.
pub fn generated(tree: &Tree, package: &Package<'_>) -> Option<Fact<Place>> {
    package.dependency("@prisma/client").and(package.dependency("prisma"))?;
    let file = package.directory.join("prisma/schema.prisma");
    let text = tree.text(&file).ok()?;
    let generator = (1..)
        .zip(text.lines())
        .skip_while(|(_, line)| !line.trim_start().starts_with("generator"))
        .take_while(|(_, line)| line.trim() != "}");
    let said = generator.clone().find(|(_, line)| line.split(['=', ' ']).find(|word| !word.is_empty()) == Some("output"));
    let (place, (number, line)) = match said {
        Some(said) => (Place::Sources, said),
        None => (Place::Packages, generator.into_iter().next()?),
    };
    let scripts: &[&str] = match place {
        Place::Packages => &["postinstall", "prepare"],
        Place::Sources => &["prebuild", "build", "build:prod", "postinstall", "prepare"],
    };
    let own = scripts.iter().any(|name| package.script(name).is_some_and(|(text, _)| text.contains(GENERATE)));
    (!own).then(|| Fact::new(place, Evidence::at(file.as_path(), Span::of_line(number, line), SCHEMA, line.trim())))
}
