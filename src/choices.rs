//! Everything that a plan is drawn from: facts, and settings that are settled.

use std::collections::BTreeMap;

use crate::catalog::{Base, Catalog, Suite};
use crate::decision::Decision;
use crate::diagnostic::Diagnostic;
use crate::ladder::Fit;
use crate::lang::language::Found;
use crate::layers::Layers;
use crate::need::Need;
use crate::parts::Part;
use crate::preset::Preset;
use crate::registry;
use crate::settings::DebugVariant;
use crate::version::Version;

/// Everything that a plan is drawn from.
#[derive(Debug)]
pub struct Choices<'a> {
    /// The app.
    pub found: &'a Found,
    /// The world.
    pub catalog: &'a Catalog,
    /// The preset that was taken.
    pub preset: Preset,
    /// The packs that have a version, as a header names them.
    pub packs: String,
    /// All settings, the preset's included.
    pub layers: Layers,
    /// The variant and the base's name.
    pub fit: Fit,
    /// The base.
    pub base: &'a Base,
    /// The ports.
    pub ports: Vec<u16>,
    /// `uid:gid`, in numbers.
    pub user: String,
    /// The debug variant.
    pub debug: DebugVariant,
    /// The image's environment, as far as settings and the program's demands go.
    pub env: BTreeMap<String, String>,
    /// What other packages build for it, and the choices for each.
    pub parts: Vec<PartChoices<'a>>,
    /// What was decided so far.
    pub decisions: Vec<Decision>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// A part, and everything that its stage is drawn from.
#[derive(Debug)]
pub struct PartChoices<'a> {
    /// The part.
    pub part: &'a Part,
    /// What its package's language is asked for.
    pub choices: Choices<'a>,
}

impl Choices<'_> {
    /// An image's reference, with the version of the interpreter that the program needs, fetched from where the settings say.
    #[must_use]
    pub fn reference(&self, image: &str) -> String {
        let needs = self.fit.variant.needs.iter().map(|need| &need.value);
        let version = needs.into_iter().find_map(|need| if let Need::Interpreter(_, version) = need { Some(version) } else { None });
        let image = &version.map_or_else(|| image.to_owned(), |version| image.replace("{version}", &version.to_string()));
        let registries = self.layers.map("registries", |settings| &settings.registries);
        registry::mirror(image, registries.iter().map(|(from, to)| (from.as_str(), to.value.as_str())))
    }

    /// The version of an interpreter that the base was found for.
    #[must_use]
    pub fn interpreter(&self, name: &str) -> Option<Version> {
        let needs = self.fit.variant.needs.iter().map(|need| &need.value);
        needs.into_iter().find_map(|need| match need {
            Need::Interpreter(own, version) if own == name => Some(*version),
            _ => None,
        })
    }

    /// Whether the base is of the same distribution release.
    #[must_use]
    pub fn is_on(&self, suite: &Suite) -> bool {
        self.base.release.as_ref() == Some(&suite.release)
    }

    /// Whether nothing says on which port a program listens that does listen.
    #[must_use]
    pub fn port_is_unknown(&self) -> bool {
        self.ports.is_empty()
            && !self.found.app.behaviour.listens.is_empty()
            && self.layers.choose("port", |settings| settings.port.clone()).is_none()
    }
}
