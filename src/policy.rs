//! What an organisation allows: rules in a pack's `pack.toml`, held against what is written and against what was edited by hand.

use camino::{Utf8Path, Utf8PathBuf};
use globset::Glob;
use serde::Deserialize;
use toml::Spanned;

use crate::catalog::Catalog;
use crate::change;
use crate::diagnostic::Diagnostic;
use crate::evidence::Span;
use crate::pack::Packs;
use crate::plan::Plan;
use crate::registry::in_full;

/// `[policy]` of a `pack.toml`. What is not said is allowed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Policy {
    /// Registries, with or without a path, that images may come from.
    registries: Option<Spanned<Vec<String>>>,
    /// Patterns that images have to match one of, by their full names: `docker.io/library/golang:*`.
    images: Option<Spanned<Vec<String>>>,
    /// Whether every image has to have a digest.
    digests: Option<Spanned<bool>>,
    /// Labels that the image has to have.
    labels: Option<Spanned<Vec<String>>>,
    /// The largest base image that may be taken, by its name in the catalog.
    highest_base: Option<Spanned<String>>,
    /// Packages of the distribution that may not be installed.
    forbidden_packages: Option<Spanned<Vec<String>>>,
}

/// A policy and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) policy: Policy,
    pub(crate) file: Utf8PathBuf,
    pub(crate) text: String,
}

/// What a file breaks of the packs' policies. A missing digest is a warning: it can only be had once the file is there.
#[must_use]
pub fn faults(packs: &Packs, path: &Utf8Path, text: &str) -> Vec<Diagnostic> {
    let is_dockerfile = path.file_name().is_some_and(|name| name.starts_with("Dockerfile") && !name.ends_with(".dockerignore"));
    packs.policies().filter(|_| is_dockerfile).flat_map(|rules| rules.hold(path, text)).collect()
}

/// What the plan's base breaks of the packs' policies.
#[must_use]
pub fn base_faults(packs: &Packs, plan: &Plan, catalog: &Catalog) -> Vec<Diagnostic> {
    let size = |id: &str| catalog.base(id).map(|base| base.megabytes);
    let fault = |rules: &Rules| {
        let highest = rules.policy.highest_base.as_ref()?;
        let taken = &plan.image.runtime.base;
        let message = match (size(highest.get_ref()), size(taken)) {
            (None, _) => format!("`{}` is no base image that imggen knows", highest.get_ref()),
            (Some(most), Some(size)) if size > most => {
                format!("`{taken}` is larger than `{}`, the largest base allowed", highest.get_ref())
            }
            _ => return None,
        };
        Some(rules.error("policy::base", message, highest))
    };
    packs.policies().filter_map(fault).collect()
}

impl Rules {
    fn hold(&self, path: &Utf8Path, text: &str) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        let Policy { registries, images, digests, labels, forbidden_packages, .. } = &self.policy;
        for image in change::images(text) {
            let full = in_full(&image);
            if let Some(allowed) = registries.as_ref().filter(|allowed| !allowed.get_ref().iter().any(|registry| is_from(&full, registry)))
            {
                faults.push(self.error(
                    "policy::registry",
                    format!("`{image}` in `{path}` comes from a registry that is not allowed"),
                    allowed,
                ));
            }
            let plain = full.split('@').next().unwrap_or_default();
            if let Some(allowed) = images.as_ref().filter(|allowed| !allowed.get_ref().iter().any(|pattern| fits(plain, pattern))) {
                faults.push(self.error("policy::image", format!("`{image}` in `{path}` is no image that is allowed"), allowed));
            }
            if let Some(rule) = digests.as_ref().filter(|rule| *rule.get_ref() && !image.contains("@sha256:")) {
                let message = format!("`{image}` in `{path}` has no digest");
                let warning = Diagnostic::warning("policy::digest", message).at(&self.file, Some(self.span(rule)), "demanded here");
                faults.push(warning.help("`imggen pin` writes it"));
            }
        }
        let is_debug = path.file_name() == Some("Dockerfile.debug");
        if let Some(labels) = labels.as_ref().filter(|_| !is_debug) {
            let known = change::labels(text);
            for label in labels.get_ref().iter().filter(|label| !known.contains(label)) {
                let error = self.error("policy::label", format!("`{path}` has no label `{label}`"), labels);
                faults.push(error.help(format!("set it in imggen.toml: `[labels]` and `\"{label}\" = \"...\"`")));
            }
        }
        if let Some(forbidden) = forbidden_packages {
            let installed = change::installed(text);
            for package in forbidden.get_ref().iter().filter(|package| installed.contains(package)) {
                faults.push(self.error("policy::package", format!("`{path}` installs `{package}`, which is forbidden"), forbidden));
            }
        }
        faults
    }

    fn error<T>(&self, code: &'static str, message: String, rule: &Spanned<T>) -> Diagnostic {
        Diagnostic::error(code, message).at(&self.file, Some(self.span(rule)), "this rule")
    }

    fn span<T>(&self, rule: &Spanned<T>) -> Span {
        Span::of(&self.text, rule.span().start, rule.span().end)
    }
}

fn is_from(full: &str, registry: &str) -> bool {
    full.strip_prefix(registry.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
}

fn fits(image: &str, pattern: &str) -> bool {
    Glob::new(pattern).is_ok_and(|glob| glob.compile_matcher().is_match(image))
}
