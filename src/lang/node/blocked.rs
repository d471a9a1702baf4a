//! Install scripts that newer package managers run only for packages that the project allows.

use super::manager::{Managed, Manager};
use super::package::Package;
use super::range::major;
use crate::catalog::NativeUse;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::read::document::{Document, Value};
use crate::tree::Tree;

/// What is said of native packages whose install scripts the manager leaves out.
///
/// # Errors
/// When a settings file of the manager is broken.
pub fn warning(tree: &Tree, root: &Package<'_>, managed: &Managed, natives: &[Fact<NativeUse>]) -> Result<Option<Diagnostic>> {
    let Some(rule) = Blocking::of(tree, root, managed)? else { return Ok(None) };
    let blocked: Vec<_> =
        natives.iter().filter(|native| !native.value.build.is_empty() && !rule.allowed.contains(&native.value.name)).collect();
    let names: Vec<_> = blocked.iter().map(|native| format!("`{}`", native.value.name)).collect();
    let Some(first) = blocked.first() else { return Ok(None) };
    let message = format!(
        "{} does not run the install scripts that make {}: it is not there when the program starts",
        managed.manager.value.command(),
        names.join(", ")
    );
    let warning = Diagnostic::warning("node::blocked-scripts", message);
    let warning = blocked.iter().flat_map(|native| native.because()).fold(warning, Diagnostic::because);
    Ok(Some(warning.help(rule.remedy.replace("NAME", &first.value.name))))
}

/// Packages whose scripts run, where the others' do not.
struct Blocking {
    allowed: Vec<String>,
    /// How to allow `NAME`.
    remedy: &'static str,
}

impl Blocking {
    /// The rule of the manager; nothing where it runs all scripts.
    fn of(tree: &Tree, root: &Package<'_>, managed: &Managed) -> Result<Option<Self>> {
        match managed.manager.value {
            Manager::Pnpm => Self::of_pnpm(tree, root, managed),
            Manager::Bun => Ok(Self::of_bun(root)),
            Manager::YarnBerry => Self::of_yarn(tree, root),
            Manager::Npm | Manager::YarnClassic => Ok(None),
        }
    }

    /// From 10 on pnpm runs those that are named; from 11 on they are named in its own file alone.
    fn of_pnpm(tree: &Tree, root: &Package<'_>, managed: &Managed) -> Result<Option<Self>> {
        let version = managed.version.as_deref().and_then(major);
        let older = version.map_or_else(|| major(&managed.format).is_some_and(|format| format < 9), |version| version < 10);
        if older {
            return Ok(None);
        }
        let in_manifest = version.is_none_or(|version| version < 11);
        let mut allowed: Vec<String> = Vec::new();
        if in_manifest {
            if root.document.has(&["pnpm", "neverBuiltDependencies"]) {
                return Ok(None);
            }
            allowed.extend(texts(&root.document, &["pnpm", "onlyBuiltDependencies"]));
        }
        let file = root.directory.join("pnpm-workspace.yaml");
        if let Some(text) = tree.manifest(&file)? {
            let document = Document::yaml(&file, text)?;
            if document.boolean(&["dangerouslyAllowAllBuilds"]) == Some(true) || document.has(&["neverBuiltDependencies"]) {
                return Ok(None);
            }
            allowed.extend(texts(&document, &["onlyBuiltDependencies"]));
            let builds = document.get(&["allowBuilds"]).map(Value::map).unwrap_or_default();
            allowed.extend(builds.iter().filter(|(_, value)| value.boolean() == Some(true)).map(|(key, _)| unversioned(&key.name)));
        }
        let remedy = if in_manifest {
            "allow it: `pnpm approve-builds`, or `\"pnpm\": { \"onlyBuiltDependencies\": [\"NAME\"] }` in package.json"
        } else {
            "allow it: `pnpm approve-builds`, or `allowBuilds: { NAME: true }` in pnpm-workspace.yaml"
        };
        Ok(Some(Self { allowed, remedy }))
    }

    /// Bun knows the usual ones by itself, until the project names its own.
    fn of_bun(root: &Package<'_>) -> Option<Self> {
        root.document.get(&["trustedDependencies"])?;
        let remedy = "add it to `trustedDependencies` in package.json: `bun pm trust NAME`";
        Some(Self { allowed: texts(&root.document, &["trustedDependencies"]), remedy })
    }

    fn of_yarn(tree: &Tree, root: &Package<'_>) -> Result<Option<Self>> {
        let file = root.directory.join(".yarnrc.yml");
        let Some(text) = tree.manifest(&file)? else { return Ok(None) };
        if Document::yaml(&file, text)?.boolean(&["enableScripts"]) != Some(false) {
            return Ok(None);
        }
        let built = root.document.get(&["dependenciesMeta"]).map(Value::map).unwrap_or_default();
        let allowed = built.iter().filter(|(_, meta)| meta.get(&["built"]).and_then(Value::boolean) == Some(true));
        let remedy = "allow it in package.json: `\"dependenciesMeta\": { \"NAME\": { \"built\": true } }`";
        Ok(Some(Self { allowed: allowed.map(|(key, _)| unversioned(&key.name)).collect(), remedy }))
    }
}

fn texts(document: &Document<'_>, keys: &[&str]) -> Vec<String> {
    document.strings(keys).into_iter().map(|(text, _)| unversioned(text)).collect()
}

/// `name` of `name@1.2.3`.
fn unversioned(name: &str) -> String {
    let at = name.char_indices().skip(1).find(|(_, letter)| *letter == '@').map_or(name.len(), |(at, _)| at);
    name[..at].to_owned()
}
