//! Trees of other people that a project carries along: what could be started there is theirs.

use camino::Utf8Path;

use crate::app::Claim;
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::language::Seen;
use crate::tree::Tree;

const VENDORED: Rule = Rule::parsed("app.vendored", "this is other people's, carried along");

/// Directories that people put others' code in.
const OTHERS: [&str; 12] =
    ["contrib", "deps", "ext", "extern", "external", "lib", "libs", "third-party", "third_party", "thirdparty", "vendor", "vendored"];
/// Files in which people say whose code it is.
const MANIFESTS: [&str; 8] =
    ["package.json", "pyproject.toml", "setup.py", "setup.cfg", "Cargo.toml", "go.mod", "composer.json", "PKG-INFO"];

/// Sets aside what lies in such a tree.
pub fn set_aside(tree: &Tree, seen: &mut [Seen<'_>]) {
    if seen.len() < 2 {
        return;
    }
    let own: Vec<&str> = MANIFESTS.iter().filter_map(|name| tree.by_hand(Utf8Path::new(name))).collect();
    for app in seen {
        let program = app.sighting.program.file.clone();
        let above = program.ancestors().skip(1).filter(|above| is_among_others(above));
        let theirs = above.into_iter().find_map(|above| of_others(tree, above, &own));
        app.sighting.claims.extend(theirs.map(|at| Fact::new(Claim::Aside, at)));
    }
}

/// Whether a directory lies where people put others' code.
fn is_among_others(directory: &Utf8Path) -> bool {
    directory.parent().is_some_and(|parent| parent.components().any(|part| OTHERS.contains(&part.as_str())))
}

/// The manifest in a directory that names other people than the project's own manifests do.
fn of_others(tree: &Tree, directory: &Utf8Path, own: &[&str]) -> Option<Evidence> {
    MANIFESTS.iter().map(|name| directory.join(name)).find_map(|file| {
        let mut owners = tree.by_hand(&file)?.split(['"', '\'', ' ', '\n', '=', ',']).filter_map(owner).peekable();
        owners.peek()?;
        let theirs = owners.all(|owner| !own.iter().any(|text| text.contains(owner)));
        theirs.then(|| Evidence::exists(file, VENDORED))
    })
}

/// `github.com/someone` of the address of a repository.
fn owner(word: &str) -> Option<&str> {
    let word = word.trim_start_matches("git+").trim_start_matches("https://").trim_start_matches("http://");
    if let Some(short) = word.strip_prefix("github:") {
        return short.split('/').next();
    }
    let host = ["github.com/", "gitlab.com/", "bitbucket.org/", "codeberg.org/", "golang.org/", "gopkg.in/"];
    let host = host.iter().find(|host| word.starts_with(**host))?;
    let end = word[host.len()..].find('/').map_or(word.len(), |end| host.len() + end);
    Some(&word[..end])
}
