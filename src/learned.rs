//! The layer of what a trial saw: a weaker one than any that somebody wrote, and evidence like any other.

use camino::Utf8Path;

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::layers::{Layer, Layers, Origin, Setting, Source};
use crate::need::Need;
use crate::settings::{Document, Learned, Ports};

const SEEN: Rule = Rule::parsed("learned.seen", "seen when it ran");
/// The table of `imggen.toml`.
const TABLE: &str = "learned";

/// What a trial saw, as the project's own file holds it.
pub struct Seen<'l> {
    layer: &'l Layer,
    file: &'l Utf8Path,
    learned: Learned,
}

impl<'l> Seen<'l> {
    /// What the layers hold of it.
    #[must_use]
    pub fn of(layers: &'l Layers) -> Option<Self> {
        layers.iter().find_map(|layer| {
            let Source::Project(file) = layer.source() else { return None };
            Some(Self { layer, file, learned: layer.settings().learned.clone()? })
        })
    }

    /// Sets aside what the project says otherwise by now than it did when it was seen.
    pub fn drop_stale(&mut self, detected: &[u16]) -> Option<Diagnostic> {
        let port = self.learned.port.clone()?;
        let before = self.learned.instead_of.port.as_ref().map(Ports::list).unwrap_or_default();
        if detected.is_empty() || detected == before || detected == port.list() {
            return None;
        }
        self.learned.port = None;
        let now = detected.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
        let message = format!("port {port} was seen when it ran, and by now the project says {now}");
        let warning = Diagnostic::warning("learned::stale", message).at(self.file, self.place("port"), "seen then");
        Some(warning.help("`imggen try --learn` looks again"))
    }

    /// It as a layer of settings.
    #[must_use]
    pub fn layer(&self) -> Layer {
        let prefix = format!("{TABLE}.");
        let places = self.layer.places().iter().filter_map(|(key, span)| Some((key.strip_prefix(&prefix)?.to_owned(), *span)));
        let document = Document { settings: self.learned.settings(), places: places.collect() };
        Layer::new(Source::Learned(self.file.to_owned()), document)
    }

    /// What the image lacked, as needs: a base without packages gives way to one with them.
    #[must_use]
    pub fn needs(&self, catalog: &Catalog) -> Vec<Fact<Need>> {
        let span = self.place("packages.run");
        let need = |name: &String| {
            let need = catalog.given_by(name).cloned().unwrap_or_else(|| Need::Package(name.clone()));
            let evidence = match span {
                Some(span) => Evidence::at(self.file, span, SEEN, name),
                None => Evidence::exists(self.file, SEEN),
            };
            Fact::new(need, evidence)
        };
        self.learned.packages.run.iter().flatten().map(need).collect()
    }

    fn place(&self, key: &str) -> Option<Span> {
        self.layer.places().get(&format!("{TABLE}.{key}")).copied()
    }
}

/// The warning that a file that was seen is no longer there.
#[must_use]
pub fn gone(path: &str, origin: &Origin) -> Option<Diagnostic> {
    let Origin::Learned(Setting { file, span }) = origin else { return None };
    let message = format!("`{path}` was read when it ran, and is no longer in the project");
    let warning = Diagnostic::warning("learned::stale", message).at(file.clone(), *span, "seen then");
    Some(warning.help("take it out, or let `imggen try --learn` look again"))
}
