//! Which release of a language an image holds, by its reference: what tells how long it still gets fixes.

use super::{Catalog, Release};

/// What stands in a reference's pattern for a version.
const VERSION: &str = "{version}";

impl Catalog {
    /// The language and the release that an image of the catalog holds; nothing for images that the catalog does not name.
    #[must_use]
    pub fn release_in(&self, reference: &str) -> Option<(&str, &Release)> {
        let reference = reference.split('@').next()?;
        let interpreters = self.bases().filter_map(|(_, base)| Some((base.image.as_str(), base.interpreter.as_ref()?.name.as_str())));
        let toolchains = self.toolchains.iter().map(|(language, toolchain)| (toolchain.image.as_str(), language));
        toolchains.chain(interpreters).find_map(|(pattern, language)| {
            let version = version_in(reference, pattern)?;
            let toolchain = self.toolchains.get(language)?;
            let is_of = |release: &&Release| {
                let series = release.version.to_string();
                version == series || version.strip_prefix(&series).is_some_and(|rest| rest.starts_with('.'))
            };
            // the longest series that holds: 3.1 is no 3.14
            let release = toolchain.releases.iter().filter(is_of).max_by_key(|release| release.version.to_string().len())?;
            Some((language, release))
        })
    }
}

/// The version in `reference`, where the pattern's has its place.
fn version_in<'r>(reference: &'r str, pattern: &str) -> Option<&'r str> {
    let (before, after) = pattern.split_once(VERSION)?;
    let rest = reference.strip_prefix(before)?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    // what follows tells `node` from `nodejs`, and ends where the suite begins
    let next = after.chars().next();
    (end > 0 && rest[end..].chars().next() == next).then_some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use crate::pack::Packs;

    #[test]
    fn references_tell_their_release() {
        let catalog = Packs::default().catalog().unwrap();
        for (reference, language, version) in [
            ("golang:1.26-trixie", "go", "1.26"),
            ("golang:1.26.8-bookworm@sha256:0123", "go", "1.26"),
            ("python:3.11-slim-trixie", "python", "3.11"),
            ("node:24-trixie-slim", "node", "24"),
            ("gcr.io/distroless/nodejs24-debian13:nonroot", "node", "24"),
        ] {
            let (found, release) = catalog.release_in(reference).unwrap_or_else(|| panic!("{reference}"));
            assert_eq!((found, release.version.to_string().as_str()), (language, version), "{reference}");
        }
        for reference in ["redis:7", "golang:latest", "scratch", "gcr.io/distroless/static-debian13:nonroot"] {
            assert!(catalog.release_in(reference).is_none(), "{reference}");
        }
    }
}
