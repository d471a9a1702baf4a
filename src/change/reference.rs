//! References of images as a Dockerfile names them, taken apart as far as bots change them: the version in a tag, and a digest.

use std::collections::BTreeMap;
use std::ops::Range;

use super::instructions::units;

/// `golang:1.27-trixie@sha256:...`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference<'t> {
    /// `golang`
    pub(super) repository: &'t str,
    /// `1.27-trixie`
    pub(super) tag: &'t str,
    /// `sha256:...`
    pub(super) digest: Option<&'t str>,
}

impl<'t> Reference<'t> {
    /// Reads a reference; nothing where there is neither tag nor digest, as with the name of a stage.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
        let start_of_name = name.rfind('/').map_or(0, |slash| slash + 1);
        let (repository, tag) = match name[start_of_name..].find(':') {
            Some(colon) => (&name[..start_of_name + colon], &name[start_of_name + colon + 1..]),
            None if digest.is_some() => (name, ""),
            None => return None,
        };
        (!text.contains('$')).then_some(Self { repository, tag, digest })
    }

    /// The reference without its digest.
    pub(super) fn plain(&self) -> String {
        if self.tag.is_empty() { self.repository.to_owned() } else { format!("{}:{}", self.repository, self.tag) }
    }

    /// The same image in the same form, of whatever version: `golang` of `-trixie`.
    pub(super) fn is_kin_of(&self, other: &Self) -> bool {
        self.repository == other.repository && self.suite() == other.suite()
    }

    /// Whether its version is higher than that of a reference of its kin, or the same in more detail.
    pub(super) fn is_above(&self, other: &Self) -> bool {
        version(self.tag).0 > version(other.tag).0
    }

    fn suite(&self) -> &'t str {
        version(self.tag).1
    }
}

/// The numbers that a tag begins with, and the rest of it.
fn version(tag: &str) -> (Vec<u64>, &str) {
    let end = tag.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(tag.len());
    let (numbers, rest) = tag.split_at(end);
    // `nonroot` is no version, and neither is `20250101a`
    let is_version = rest.is_empty() || rest.starts_with('-');
    match numbers.split('.').map(str::parse).collect() {
        Ok(numbers) if is_version => (numbers, rest),
        _ => (Vec::new(), tag),
    }
}

/// A reference as `pin` sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// The reference without its digest.
    pub plain: String,
    /// Its digest.
    pub digest: Option<String>,
}

/// The references of images in a Dockerfile that have a tag, each once.
#[must_use]
pub fn references(text: &str) -> Vec<Pinned> {
    let tagged = all(text).into_iter().filter_map(Reference::parse).filter(|reference| !reference.tag.is_empty());
    tagged.map(|reference| Pinned { plain: reference.plain(), digest: reference.digest.map(str::to_owned) }).collect()
}

/// The text with these digests behind the references that they are of.
#[must_use]
pub fn pin(text: &str, digests: &BTreeMap<String, String>) -> String {
    replace(text, |text| {
        let plain = Reference::parse(text)?.plain();
        Some(format!("{plain}@{}", digests.get(&plain)?))
    })
}

/// The images that a Dockerfile stands on or takes from, as they are written and each once; names of its own stages are none.
pub(crate) fn images(text: &str) -> Vec<String> {
    let mut images: Vec<String> = all(text).into_iter().map(str::to_owned).collect();
    let mut stages: Vec<String> = Vec::new();
    for unit in units(text) {
        let line = unit.line();
        let words: Vec<_> = line.split(' ').filter(|word| !word.starts_with("--")).collect();
        if let [keyword, image, rest @ ..] = &words[..]
            && keyword.eq_ignore_ascii_case("FROM")
        {
            let image = *image;
            let is_stage = stages.iter().any(|stage| stage.eq_ignore_ascii_case(image));
            if !(is_stage || image == "scratch" || images.iter().any(|known| known == image)) {
                images.push(image.to_owned());
            }
            stages.extend(rest.get(1).map(|name| (*name).to_owned()));
        }
    }
    images
}

/// The packages that a Dockerfile installs from a distribution, in whatever stage and beside whatever else.
pub(crate) fn installed(text: &str) -> Vec<String> {
    let lines = units(text).into_iter().map(|unit| unit.line()).filter(|line| line.to_ascii_uppercase().starts_with("RUN "));
    let commands: Vec<_> = lines.flat_map(|line| line.split(['&', ';', '|']).map(str::to_owned).collect::<Vec<_>>()).collect();
    let installs = |command: &&String| {
        let words: Vec<_> = command.split_whitespace().collect();
        let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
        has(&["apt-get", "apt", "apk", "dnf", "microdnf", "yum"]) && has(&["install", "add"])
    };
    let words = commands.iter().filter(installs).flat_map(|command| command.split_whitespace());
    words.filter(|word| !word.starts_with('-')).map(|word| word.split('=').next().unwrap_or(word).to_owned()).collect()
}

/// Where the references of images stand in a Dockerfile: behind FROM, in `COPY --from` and in mounts.
pub(super) fn places(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut start = 0;
    for unit in units(text) {
        let mut words = words(unit.raw).skip_while(|word| word.starts_with('#'));
        let mut take = |found: &str| {
            let offset = start + (found.as_ptr() as usize - unit.raw.as_ptr() as usize);
            if Reference::parse(found).is_some() {
                places.push(offset..offset + found.len());
            }
        };
        match words.next().map(str::to_ascii_uppercase).as_deref() {
            Some("FROM") => words.find(|word| !word.starts_with("--")).into_iter().for_each(&mut take),
            Some("COPY") => words.filter_map(|word| word.strip_prefix("--from=")).for_each(&mut take),
            Some("RUN") => {
                let mounts = words.filter_map(|word| word.strip_prefix("--mount="));
                mounts.flat_map(|mount| mount.split(',')).filter_map(|pair| pair.strip_prefix("from=")).for_each(&mut take);
            }
            _ => {}
        }
        start += unit.raw.len();
    }
    places
}

/// The words of an instruction, without the comments above it.
fn words(raw: &str) -> impl Iterator<Item = &str> {
    raw.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(str::split_whitespace)
}

/// `text` with every reference replaced for which `to` knows another.
pub(super) fn replace(text: &str, to: impl Fn(&str) -> Option<String>) -> String {
    let mut replaced = text.to_owned();
    for place in places(text).into_iter().rev() {
        if let Some(other) = to(&text[place.clone()]) {
            replaced.replace_range(place, &other);
        }
    }
    replaced
}

/// The references of `text`, each once.
pub(super) fn all(text: &str) -> Vec<&str> {
    let mut all: Vec<_> = places(text).into_iter().map(|place| &text[place]).collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_where_docker_takes_them() {
        let text = "# FROM x:1\nFROM --platform=$BUILDPLATFORM golang:1.27-trixie AS build\nCOPY --from=build /a /b\n\
                    COPY --from=ghcr.io/astral-sh/uv:0.13 /uv /bin/\nRUN --mount=type=bind,from=localhost:5000/tool:2,target=/t \\\n  x:1\nFROM scratch\n";
        assert_eq!(all(text), ["ghcr.io/astral-sh/uv:0.13", "golang:1.27-trixie", "localhost:5000/tool:2"]);
    }

    #[test]
    fn digests_stand_behind_their_references() {
        let digests = BTreeMap::from([("a:1".to_owned(), "sha256:0".to_owned())]);
        let pinned = pin("FROM a:1 AS build\nCOPY --from=a:1@sha256:1 /x /\nFROM b:1\n", &digests);
        assert_eq!(pinned, "FROM a:1@sha256:0 AS build\nCOPY --from=a:1@sha256:0 /x /\nFROM b:1\n");
        assert_eq!(references(&pinned).len(), 2);
    }

    #[test]
    fn versions_are_compared_within_a_suite() {
        let parse = |text: &'static str| Reference::parse(text).unwrap_or(Reference { repository: "", tag: "", digest: None });
        for (one, other, kin, above) in [
            ("golang:1.28-trixie", "golang:1.27-trixie", true, true),
            ("golang:1.27.3-trixie@sha256:0", "golang:1.27-trixie", true, true),
            ("golang:1.9-trixie", "golang:1.27-trixie", true, false),
            ("golang:1.28-bookworm", "golang:1.27-trixie", false, true),
            ("gcr.io/distroless/cc-debian13:nonroot@sha256:0", "gcr.io/distroless/cc-debian13:nonroot", true, false),
            ("localhost:5000/a:2", "localhost:5000/a:1", true, true),
        ] {
            let (one, other) = (parse(one), parse(other));
            assert_eq!((one.is_kin_of(&other), one.is_above(&other)), (kin, above), "{one:?} {other:?}");
        }
        assert_eq!(Reference::parse("build"), None);
        assert_eq!(parse("a@sha256:0").plain(), "a");
    }
}
