//! Image references and the registries that organisations put in place of the public ones.

use crate::diagnostic::{Diagnostic, Result};
use crate::layers::{Layers, Origin};

/// The reference with the part of it replaced that one of `(from, to)` names: its registry, the namespace or the repository in it, or all
/// of it with its tag. `scratch` is no image and stays.
pub fn mirror<'a>(image: &str, registries: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    if image == "scratch" {
        return image.to_owned();
    }
    let full = in_full(image);
    let found = registries.into_iter().filter_map(|(from, to)| Some((to, rest(&full, from)?)));
    // what leaves least is the most particular
    found.min_by_key(|(_, rest)| rest.len()).map_or_else(|| image.to_owned(), |(to, rest)| format!("{}{rest}", to.trim_end_matches('/')))
}

/// What is left of a full reference behind what `from` names; nothing where it names something else.
fn rest<'i>(full: &'i str, from: &str) -> Option<&'i str> {
    let from = from.trim_end_matches('/');
    let rest = full.strip_prefix(from).or_else(|| full.strip_prefix(&in_full(from)))?;
    (rest.is_empty() || rest.starts_with(['/', ':', '@'])).then_some(rest)
}

/// Whether what the settings put in place of registries and images can stand there.
///
/// # Errors
/// When one is no registry, repository or reference, or names a tag where what it replaces names none.
pub fn check(layers: &Layers) -> Result<()> {
    for (from, chosen) in layers.map("registries", |settings| &settings.registries) {
        let why = match tagged(&chosen.value) {
            None => "which is no registry, repository or image",
            Some(true) if tagged(&from) != Some(true) => "which names a tag, and what it replaces names none",
            Some(_) => continue,
        };
        let message = format!("`registries.\"{from}\"` is `{}`, {why}", chosen.value);
        let help = "for example `\"docker.io\" = \"mirror.example.com/hub\"`, or `\"golang:1.27-trixie\" = \"mirror.example.com/go:1.27\"`";
        return Err(chosen.blame(Diagnostic::usage("registries::address", message)).help(help).into());
    }
    Ok(())
}

/// Whether a reference names a tag or a digest; nothing where it is no reference. A registry alone is one here.
fn tagged(text: &str) -> Option<bool> {
    let text = text.strip_suffix('/').unwrap_or(text);
    let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
    let (host, path) = name.split_once('/').map_or((name, None), |(host, path)| (host, Some(path)));
    let (path, tag) = match path {
        Some(path) => path.split_once(':').map_or((Some(path), None), |(path, tag)| (Some(path), Some(tag))),
        // a port, unless it is the tag of an image without a registry
        None => (None, host.split_once(':').filter(|(name, _)| !name.contains('.') && *name != "localhost").map(|(_, tag)| tag)),
    };
    let plain = |text: &str, also: &[char]| {
        let known = |c: char| c.is_ascii_alphanumeric() || also.contains(&c);
        text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(known)
    };
    let is_part = |part: &str| plain(part, &['.', '_', '-']) && !part.contains(|c: char| c.is_ascii_uppercase());
    let is_right = plain(host, &['.', '_', '-', ':'])
        && path.is_none_or(|path| path.split('/').all(is_part))
        && tag.is_none_or(|tag| plain(tag, &['.', '_', '-']))
        && digest.is_none_or(|digest| digest.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64));
    is_right.then_some(tag.is_some() || digest.is_some())
}

/// What the project itself says of registries and images that are in none of these references. A pack speaks for many projects.
#[must_use]
pub fn unmatched(layers: &Layers, references: &[String]) -> Vec<Diagnostic> {
    let registries = layers.map("registries", |settings| &settings.registries);
    let is_own = |origin: &Origin| matches!(origin, Origin::CommandLine | Origin::Answers(_) | Origin::Project(_));
    let is_met = |to: &str| references.iter().any(|image| rest(image, to).is_some());
    let unmet = registries.iter().filter(|(_, chosen)| is_own(&chosen.origin) && !is_met(&chosen.value));
    unmet
        .map(|(from, chosen)| {
            let warning = Diagnostic::warning("registries::unmatched", format!("`registries.\"{from}\"` matches no image of these files"));
            chosen
                .blame(warning)
                .help("`imggen plan` names them; an image without a registry is of `docker.io`, and an official one of `docker.io/library`")
        })
        .collect()
}

/// The reference with the registry and the namespace that docker adds by itself.
pub(crate) fn in_full(image: &str) -> String {
    match image.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => image.to_owned(),
        Some(_) => format!("docker.io/{image}"),
        None => format!("docker.io/library/{image}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Layer, Source};

    #[test]
    fn the_longest_registry_that_fits_is_replaced() {
        let registries = [
            ("docker.io", "mirror.example.com/hub"),
            ("docker.io/library", "mirror.example.com/official"),
            ("gcr.io/", "mirror.example.com/gcr/"),
        ];
        for (image, expected) in [
            ("golang:1.27-trixie", "mirror.example.com/official/golang:1.27-trixie"),
            ("nginxinc/nginx-unprivileged:stable", "mirror.example.com/hub/nginxinc/nginx-unprivileged:stable"),
            ("gcr.io/distroless/static-debian13:nonroot", "mirror.example.com/gcr/distroless/static-debian13:nonroot"),
            ("ghcr.io/astral-sh/uv:0.13", "ghcr.io/astral-sh/uv:0.13"),
            ("scratch", "scratch"),
        ] {
            assert_eq!(mirror(image, registries), expected);
        }
    }

    #[test]
    fn images_are_replaced_one_by_one_too() {
        let registries = [
            ("docker.io", "mirror.example.com/hub"),
            ("golang:1.27-trixie", "mirror.example.com/go:corporate"),
            ("docker.io/library/rust", "mirror.example.com/rs"),
            ("gcr.io/distroless/static-debian13:nonroot", "mirror.example.com/static:1"),
        ];
        for (image, expected) in [
            ("golang:1.27-trixie", "mirror.example.com/go:corporate"),
            ("golang:1.27-trixie-x", "mirror.example.com/hub/library/golang:1.27-trixie-x"),
            ("rust:1", "mirror.example.com/rs:1"),
            ("rustfs:1", "mirror.example.com/hub/library/rustfs:1"),
            ("gcr.io/distroless/static-debian13:nonroot", "mirror.example.com/static:1"),
        ] {
            assert_eq!(mirror(image, registries), expected);
        }
    }

    fn layers(from: &str, to: &str) -> Layers {
        let text = format!("registries.\"{from}\" = \"{to}\"\n");
        let document = Document::parse("imggen.toml".into(), &text, &[]).unwrap_or_default();
        Layers::new(vec![Layer::new(Source::Project("imggen.toml".into()), document)])
    }

    #[test]
    fn what_they_make_is_a_reference() {
        for (from, to, is_right) in [
            ("docker.io", "mirror.example.com:5000", true),
            ("docker.io", "localhost:5000/hub/", true),
            ("golang:1.27", "mirror.example.com/go:1.27", true),
            ("golang:1.27", "go:corporate", true),
            ("golang", "mirror.example.com/go:1.27", false),
            ("docker.io", "https://mirror.example.com", false),
            ("docker.io", "mirror.example.com/Hub", false),
            ("docker.io", "mirror.example.com/a b", false),
            ("docker.io", "", false),
        ] {
            assert_eq!(check(&layers(from, to)).is_ok(), is_right, "{from} {to}");
        }
    }

    #[test]
    fn a_key_that_matches_nothing_is_named() {
        let references = ["mirror.example.com/hub/library/golang:1.27".to_owned()];
        assert!(unmatched(&layers("docker.io", "mirror.example.com/hub"), &references).is_empty());
        assert_eq!(unmatched(&layers("gcr.io", "mirror.example.com/gcr"), &references).len(), 1);
    }
}
