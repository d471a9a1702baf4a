//! The first base that holds the program: what it was given, what was passed over, and why.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::{Base, Catalog, Installer};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Fact;
use crate::need::Need;
use crate::program::STARTS_ONE_OF;

/// What stands in an image's reference for a version.
const VERSION: &str = "{version}";

/// One way to build the program, and what the result then asks of its base. A language offers its variants best first.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Variant {
    /// What the language calls it: `static`, `glibc`, ...
    pub id: &'static str,
    /// What it is, for a sentence.
    pub summary: String,
    /// What the program asks of its base when it was built this way.
    pub needs: Vec<Fact<Need>>,
}

/// How a base meets a need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// It is in the image.
    Has,
    /// It comes from the build stage.
    Copied,
    /// These packages of the base's release give it.
    Installed(Vec<String>),
}

/// A need and how it was met.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Met {
    /// The need.
    pub need: Fact<Need>,
    /// How it was met.
    pub way: Way,
}

/// A variant and a base that did not fit together.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Misfit {
    /// The base.
    pub base: String,
    /// The variant.
    pub variant: &'static str,
    /// What the base cannot give.
    pub lacks: Vec<Fact<Need>>,
}

/// The base that was found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Fit {
    /// Its name in the catalog.
    pub base: String,
    /// The variant that it was found for.
    pub variant: Variant,
    /// How each need is met.
    pub met: Vec<Met>,
    /// What was tried before.
    pub passed_over: Vec<Misfit>,
}

impl Variant {
    fn is_interpreted_by(&self, base: &Base) -> bool {
        let name = base.interpreter.as_ref().map(|interpreter| interpreter.name.as_str());
        self.needs.iter().any(|need| matches!(&need.value, Need::Interpreter(own, _) if Some(own.as_str()) == name))
    }
}

impl Fit {
    /// Whether `need` has to be brought from the build stage.
    #[must_use]
    pub fn copies(&self, need: &Need) -> bool {
        self.met.iter().any(|met| met.way == Way::Copied && &met.need.value == need)
    }

    /// The packages to install, sorted, each once.
    #[must_use]
    pub fn packages(&self) -> Vec<String> {
        let mut packages: Vec<_> = self
            .met
            .iter()
            .filter_map(|met| if let Way::Installed(names) = &met.way { Some(names) } else { None })
            .flatten()
            .cloned()
            .collect();
        packages.sort();
        packages.dedup();
        packages
    }
}

/// Walks the ladder: the first variant that some base holds, on the first base that holds it.
///
/// # Errors
/// When no base holds any variant, with what each lacks; when the ladder names a base that is not known.
pub fn climb(variants: &[Variant], ladder: &[String], catalog: &Catalog) -> Result<Fit> {
    let mut rungs = Vec::new();
    for id in ladder {
        rungs.push((id, catalog.base(id).ok_or_else(|| unknown(id, catalog))?));
    }
    let mut passed_over = Vec::new();
    for variant in variants {
        // an image of an interpreter is there by version, and is none for what brings its own
        for (id, base) in rungs.iter().filter(|(_, base)| !base.image.contains(VERSION) || variant.is_interpreted_by(base)) {
            match place(variant, base, catalog) {
                Ok(met) => return Ok(Fit { base: (*id).clone(), variant: variant.clone(), met, passed_over }),
                Err(lacks) => passed_over.push(Misfit { base: (*id).clone(), variant: variant.id, lacks }),
            }
        }
    }
    Err(refuse(&passed_over).into())
}

fn place(variant: &Variant, base: &Base, catalog: &Catalog) -> std::result::Result<Vec<Met>, Vec<Fact<Need>>> {
    let (mut met, mut lacks) = (Vec::new(), Vec::new());
    for need in &variant.needs {
        match way(&need.value, base, catalog) {
            Some(way) => met.push(Met { need: need.clone(), way }),
            None => lacks.push(need.clone()),
        }
    }
    lacks.retain(|need| !has_another(need, &met));
    if lacks.is_empty() { Ok(met) } else { Err(lacks) }
}

/// Whether the image has another one of the programs of which the same places start any.
fn has_another(need: &Fact<Need>, met: &[Met]) -> bool {
    let another = |at| met.iter().any(|met| met.need.because().contains(at));
    need.because().iter().all(|at| at.rule == STARTS_ONE_OF && another(at))
}

fn way(need: &Need, base: &Base, catalog: &Catalog) -> Option<Way> {
    if base.holds(need) {
        return Some(Way::Has);
    }
    if base.copies.contains(need) {
        return Some(Way::Copied);
    }
    let installer = base.installer?;
    match need {
        // musl takes any name
        Need::Locale(_) if installer == Installer::Apk => return Some(Way::Has),
        Need::Locale(_) => return Some(Way::Copied),
        Need::Package(name) if installer == Installer::Apt && !catalog.lists(need) => return Some(Way::Installed(vec![name.clone()])),
        _ => {}
    }
    let of = |release: Option<&String>| catalog.packages(need, release?);
    let packages = of(base.release.as_ref()).or_else(|| of(base.packages_of.as_ref()).filter(|_| !base.lacks.contains(need)))?;
    Some(Way::Installed(packages.run.clone()))
}

fn unknown(id: &str, catalog: &Catalog) -> Diagnostic {
    let error = Diagnostic::usage("base::unknown", format!("`{id}` is no base image that imggen knows"));
    let known: Vec<_> = catalog.bases().map(|(id, _)| id).collect();
    match catalog.nearest_base(id) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("known are {}", known.join(", "))),
    }
}

fn refuse(passed_over: &[Misfit]) -> Diagnostic {
    let Some(nearest) = passed_over.iter().min_by_key(|misfit| misfit.lacks.len()) else {
        return Diagnostic::usage("base::empty-ladder", "the ladder of base images is empty")
            .help("name at least one base: `base = \"...\"`");
    };
    let lacks = nearest.lacks.iter().map(|need| need.value.words()).collect::<Vec<_>>().join(", no ");
    let mut bases: Vec<String> = Vec::new();
    for name in passed_over.iter().map(|misfit| format!("`{}`", misfit.base)) {
        if !bases.contains(&name) {
            bases.push(name);
        }
    }
    let message = match bases.as_slice() {
        [one] => format!("{one} has no {lacks}, and this program needs it"),
        many => format!("none of {} can hold this program: the nearest, `{}`, has no {lacks}", many.join(", "), nearest.base),
    };
    let mut because = Vec::new();
    for evidence in nearest.lacks.iter().flat_map(Fact::because) {
        // one place may speak for several needs
        if !because.contains(&evidence) {
            because.push(evidence);
        }
    }
    because.into_iter().fold(Diagnostic::error("base::missing-need", message), Diagnostic::because)
}
