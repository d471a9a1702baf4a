//! What scanners know of an image, where they are installed: what can be fixed, what is new, and the stage that it comes from.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::budget::Baseline;
use super::explain::{Finding, Kind};
use super::report::Size;
use crate::diagnostic::{Diagnostic, Result};
use crate::engine::{Call, Engine};

/// A scanner may have to fetch its database first.
const PATIENCE: Duration = Duration::from_mins(10);
/// So many are named; the rest is counted.
const NAMED: usize = 5;

/// A scanner: its words before the image's name, and how its answer is read.
struct Scanner {
    name: &'static str,
    program: &'static str,
    words: &'static [&'static str],
    read: fn(&Value) -> Vec<Weakness>,
}

const SCANNERS: [Scanner; 3] = [
    Scanner { name: "trivy", program: "trivy", words: &["image", "--quiet", "--format", "json"], read: trivy },
    Scanner { name: "grype", program: "grype", words: &["--quiet", "--output", "json"], read: grype },
    Scanner { name: "docker scout", program: "docker", words: &["scout", "cves", "--format", "sarif"], read: sarif },
];

/// A weakness that is known of a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Weakness {
    /// Its number.
    pub id: String,
    /// The package.
    pub package: String,
    /// The version that mends it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fixed: String,
    /// How bad it is, as the scanner says.
    pub severity: String,
    /// The layer, as the scanner names it.
    #[serde(skip)]
    pub layer: String,
    /// The stage or image that it comes from.
    pub from: String,
}

/// What a scanner found.
#[derive(Clone, Debug, Serialize)]
pub struct Scanned {
    /// Which one.
    pub by: String,
    /// How many weaknesses it knows of.
    pub known: usize,
    /// Those that are new and can be fixed.
    pub fixable: Vec<Weakness>,
    /// How many packages `syft` counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packages: Option<usize>,
    #[serde(skip)]
    pub all: BTreeSet<String>,
}

/// Asks the first scanner that is installed.
///
/// # Errors
/// When the user ends it.
pub fn scan(engine: &Engine, tag: &str, size: Option<&Size>, before: Option<&Baseline>) -> Result<Option<Scanned>> {
    let packages = answer(engine, "syft", &["--quiet", "--output", "json", tag])?
        .and_then(|value| value.get("artifacts").and_then(Value::as_array).map(Vec::len));
    for scanner in &SCANNERS {
        let words: Vec<_> = scanner.words.iter().copied().chain([tag]).collect();
        let Some(value) = answer(engine, scanner.program, &words)? else { continue };
        let digests = digests(engine, tag);
        let mut all = (scanner.read)(&value);
        all.sort();
        all.dedup();
        for weakness in &mut all {
            weakness.from = from(&weakness.layer, &digests, size);
        }
        let known = before.map(|before| before.known.clone()).unwrap_or_default();
        let ids = all.iter().map(|weakness| weakness.id.clone()).collect();
        let count = all.len();
        let fixable = all.into_iter().filter(|weakness| !weakness.fixed.is_empty() && !known.contains(&weakness.id)).collect();
        return Ok(Some(Scanned { by: scanner.name.to_owned(), known: count, fixable, packages, all: ids }));
    }
    Ok(packages.map(|count| Scanned { by: "syft".into(), known: 0, fixable: Vec::new(), packages: Some(count), all: BTreeSet::new() }))
}

/// What a program answers in JSON; nothing where it is not installed.
fn answer(engine: &Engine, program: &str, words: &[&str]) -> Result<Option<Value>> {
    let words = words.iter().map(ToString::to_string).collect();
    match engine.beside(&Call::new(program, words).patience(PATIENCE))? {
        Some(outcome) => Ok(serde_json::from_slice(&outcome.stdout).ok()),
        None => Ok(None),
    }
}

/// The digests of an image's layers, the lowest first.
fn digests(engine: &Engine, tag: &str) -> Vec<String> {
    let image = engine.image(tag).unwrap_or_default();
    let layers = image.pointer("/RootFS/Layers").and_then(Value::as_array);
    layers.into_iter().flatten().filter_map(|digest| digest.as_str().map(str::to_owned)).collect()
}

/// The stage that a layer is copied from, or the image that it is built on.
fn from(layer: &str, digests: &[String], size: Option<&Size>) -> String {
    let at = digests.iter().position(|digest| digest == layer);
    let by = at.and_then(|at| size?.layers.get(at)).map(|layer| layer.by.as_str());
    let unknown = if at == Some(0) { "the base image" } else { "an unknown layer" };
    let Some(by) = by else { return unknown.to_owned() };
    match by.split_once("--from=") {
        Some((_, rest)) => format!("the stage `{}`", rest.split_whitespace().next().unwrap_or(rest)),
        None if by.starts_with("RUN") => "the packages that are installed".to_owned(),
        None if by.starts_with("COPY") => "the build context".to_owned(),
        None => "the base image".to_owned(),
    }
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn trivy(value: &Value) -> Vec<Weakness> {
    let all = list(value, "/Results").flat_map(|result| list(result, "/Vulnerabilities"));
    let one = |found: &Value| Weakness {
        id: text(found, "/VulnerabilityID"),
        package: text(found, "/PkgName"),
        fixed: text(found, "/FixedVersion"),
        severity: text(found, "/Severity").to_lowercase(),
        layer: text(found, "/Layer/DiffID"),
        from: String::new(),
    };
    all.map(one).collect()
}

fn grype(value: &Value) -> Vec<Weakness> {
    let one = |found: &Value| Weakness {
        id: text(found, "/vulnerability/id"),
        package: text(found, "/artifact/name"),
        fixed: text(found, "/vulnerability/fix/versions/0"),
        severity: text(found, "/vulnerability/severity").to_lowercase(),
        layer: text(found, "/artifact/locations/0/layerID"),
        from: String::new(),
    };
    list(value, "/matches").map(one).collect()
}

fn sarif(value: &Value) -> Vec<Weakness> {
    let one = |rule: &Value| Weakness {
        id: text(rule, "/id"),
        package: text(rule, "/properties/purls/0"),
        fixed: Some(text(rule, "/properties/fixed_version")).filter(|fixed| fixed != "not fixed").unwrap_or_default(),
        severity: text(rule, "/properties/cvssV3_severity").to_lowercase(),
        layer: String::new(),
        from: String::new(),
    };
    list(value, "/runs/0/tool/driver/rules").map(one).collect()
}

/// What is to be said of it.
#[must_use]
pub fn findings(scanned: &Scanned) -> Vec<Finding> {
    if scanned.fixable.is_empty() {
        return Vec::new();
    }
    let message = format!("{} knows {} new weaknesses that a newer version mends", scanned.by, scanned.fixable.len());
    let mut warning = Diagnostic::warning(Kind::Vulnerable.code(), message);
    for weakness in scanned.fixable.iter().take(NAMED) {
        let Weakness { id, package, fixed, severity, from, .. } = weakness;
        warning = warning.info(format!("{id} ({severity}): {package}, mended in {fixed}, from {from}"));
    }
    let warning = warning.help("build with today's base images (`docker build --pull`), and update the dependencies that are named");
    vec![Finding { kind: Kind::Vulnerable, diagnostic: warning, lessons: Vec::new(), wants_writable_run: false }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::report::SizedLayer;

    #[test]
    fn scanners_are_read_by_their_own_words() {
        let trivy = trivy(&serde_json::json!({ "Results": [{ "Vulnerabilities": [
            { "VulnerabilityID": "CVE-1", "PkgName": "zlib1g", "FixedVersion": "1.3", "Severity": "HIGH", "Layer": { "DiffID": "sha256:a" } },
        ] }] }));
        let grype = grype(&serde_json::json!({ "matches": [{
            "vulnerability": { "id": "CVE-1", "severity": "High", "fix": { "versions": ["1.3"] } },
            "artifact": { "name": "zlib1g", "locations": [{ "layerID": "sha256:a" }] },
        }] }));
        assert_eq!(trivy, grype);
        let scout = serde_json::json!({ "runs": [{ "tool": { "driver": { "rules": [
            { "id": "CVE-2", "properties": { "purls": ["pkg:deb/zlib"], "fixed_version": "not fixed", "cvssV3_severity": "LOW" } },
        ] } } }] });
        assert_eq!(sarif(&scout).first().map(|weakness| weakness.fixed.as_str()), Some(""));
    }

    #[test]
    fn a_layer_tells_its_stage() {
        let layer = |by: &str| SizedLayer { bytes: 1, by: by.into(), large: Vec::new() };
        let size = Size { layers: vec![layer("the base image"), layer("COPY --from=build /out/x /x")], ..Size::default() };
        let digests = ["sha256:a".to_owned(), "sha256:b".to_owned()];
        assert_eq!(from("sha256:a", &digests, Some(&size)), "the base image");
        assert_eq!(from("sha256:b", &digests, Some(&size)), "the stage `build`");
    }
}
