//! What the languages share whose programs an interpreter runs that the base brings: the choice of its version, and what any such program
//! asks of its base.

use crate::app::App;
use crate::catalog::{NativeUse, Toolchain};
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule};
use crate::ladder::Variant;
use crate::layers::{Chosen, Layers};
use crate::need::Need;
use crate::settings::Settings;
use crate::version::Version;

/// An interpreter.
#[derive(Clone, Copy, Debug)]
pub struct Interpreter {
    /// Its name in needs.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The setting that chooses its version.
    pub setting: &'static str,
}

impl Interpreter {
    /// The version that a setting asks for.
    ///
    /// # Errors
    /// When there is no image of it.
    pub fn asked(
        self,
        layers: &Layers,
        says: impl Fn(&Settings) -> Option<Version>,
        toolchain: &Toolchain,
    ) -> Result<Option<Chosen<Version>>> {
        let Some(asked) = layers.choose(self.setting, says) else { return Ok(None) };
        if toolchain.releases.iter().any(|release| release.version == asked.value) {
            return Ok(Some(asked));
        }
        let message = format!("there is no image of {} {} that imggen knows", self.title, asked.value);
        let error = asked.blame(Diagnostic::usage("toolchain::unknown-version", message));
        Err(error.help(format!("known are {}", toolchain.known_versions())).into())
    }

    /// It in a headline: `Python 3.13 (.python-version)`, and no place where nothing asks for one, as the rule `unasked` has it.
    pub fn headline(self, version: &Fact<Version>, unasked: Rule) -> String {
        let asks = version.because().iter().any(|at| at.rule != unasked.id);
        let place = if asks { format!(" ({})", version.file()) } else { String::new() };
        format!("{} {}{place}", self.title, version.value)
    }

    /// A variant for each C library and, on it, each version: packages come for either, and a version in the middle may fit no base. What
    /// holds no native code asks for no C library.
    pub fn variants(
        self,
        versions: &[Fact<Version>],
        libcs: &[(&'static str, Option<Fact<Need>>)],
        rest: &[Fact<Need>],
        with: &str,
    ) -> Vec<Variant> {
        let variant = |id, libc: &Option<Fact<Need>>, version: &Fact<Version>| {
            let interpreter = version.with(Need::Interpreter(self.name.into(), version.value));
            let needs = std::iter::once(interpreter).chain(libc.clone()).chain(rest.iter().cloned()).collect();
            Variant { id, summary: format!("{} {} and {with}", self.title, version.value), needs }
        };
        libcs.iter().flat_map(|(id, libc)| versions.iter().map(move |version| variant(*id, libc, version))).collect()
    }
}

/// What a program asks of its base, whatever interprets it: what any program that talks to others may use, its native packages' libraries,
/// and what its own sources show.
pub fn needs(app: &App, natives: &[Fact<NativeUse>], at: &Evidence) -> Vec<Fact<Need>> {
    let usual = [Need::CaCertificates, Need::TimeZones, Need::TemporaryDirectory].map(|need| Fact::new(need, at.clone()));
    let native = natives.iter().flat_map(|native| native.value.run.iter().map(|need| native.with(need.clone())));
    usual.into_iter().chain(native).chain(app.behaviour.needs.iter().cloned()).collect()
}
