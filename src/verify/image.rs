//! What the catalog knows of an image that a stage comes from.

use super::Case;
use super::model::Stage;
use crate::catalog::{Base, Catalog};
use crate::diagnostic::Diagnostic;
use crate::need::Need;

/// What an image's reference says of its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pin<'a> {
    None,
    Tag(&'a str),
    Digest,
}

/// The shell of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shell<'a> {
    /// `/bin/sh`, which the shell form takes.
    Usual,
    /// Elsewhere: the shell form needs a SHELL that says so.
    At(&'a str),
    None,
}

/// The tag or digest of a reference: `host:port/name` has none.
pub(super) fn pin(reference: &str) -> Pin<'_> {
    if reference.contains("@sha256:") {
        return Pin::Digest;
    }
    let name = reference.rsplit('/').next().unwrap_or(reference);
    name.split_once(':').map_or(Pin::None, |(_, tag)| if tag.is_empty() { Pin::None } else { Pin::Tag(tag) })
}

/// Whether an image is one to look into: by its tag, or because the catalog has it as nothing else.
pub(super) fn is_debug(catalog: &Catalog, reference: &str) -> bool {
    let named = matches!(pin(reference), Pin::Tag(tag) if tag == "debug" || tag.starts_with("debug-") || tag.ends_with("-debug"));
    named || (run(catalog, reference).next().is_none() && debug(catalog, reference).next().is_some())
}

/// The shell of an image. An image that the catalog does not know is taken to have one.
pub(super) fn shell<'a>(catalog: &'a Catalog, reference: &str) -> Shell<'a> {
    let sh = Need::Program("sh".to_owned());
    if let Some(base) = run(catalog, reference).next() {
        return if base.holds(&sh) { Shell::Usual } else { Shell::None };
    }
    match debug(catalog, reference).next() {
        Some(base) if base.debug.shell != "/bin/sh" => Shell::At(&base.debug.shell),
        _ => Shell::Usual,
    }
}

/// Whether the catalog knows the image.
pub(super) fn is_known(catalog: &Catalog, reference: &str) -> bool {
    run(catalog, reference).chain(debug(catalog, reference)).next().is_some()
}

/// The C library that the program is loaded with is in the image, of that kind and new enough.
pub(super) fn libc_fits(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = || {
        let needed = case.expected.libc?;
        let (index, _) = case.model.last()?;
        let root: &Stage = case.model.lineage(index).first().copied()?;
        let reference = root.image.value.as_deref()?;
        let catalog = case.expected.catalog;
        if !is_known(catalog, reference) || run(catalog, reference).chain(debug(catalog, reference)).any(|base| has_libc(base, needed)) {
            return None;
        }
        let message = format!("`{reference}` has no {}, and the program is loaded with it", needed.words());
        Some(case.refuse("verify::libc", root.image.span, message, "the image that it runs on"))
    };
    judge().into_iter().collect()
}

fn has_libc(base: &Base, needed: &Need) -> bool {
    base.holds(needed)
}

fn run<'a>(catalog: &'a Catalog, reference: &str) -> impl Iterator<Item = &'a Base> {
    catalog.bases_of(reference).filter(move |base| is_image(base, &base.image, reference))
}

fn debug<'a>(catalog: &'a Catalog, reference: &str) -> impl Iterator<Item = &'a Base> {
    catalog.bases_of(reference).filter(move |base| is_image(base, &base.debug.image, reference))
}

/// Whether `reference`, its digest aside, is the image that the catalog spells `image`.
fn is_image(base: &Base, image: &str, reference: &str) -> bool {
    let reference = reference.split('@').next().unwrap_or(reference);
    let Some((before, after)) = image.split_once("{version}") else { return image == reference };
    let Some(tagged) = reference.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) else { return false };
    base.interpreter.iter().flat_map(|interpreter| &interpreter.versions).any(|version| version.to_string() == tagged)
}
