//! What is said about the build of a Java program: the headline, the decisions, what wants a look.

use super::archive::Archive;
use super::artifact::{Boot, Form};
use super::build::{Build, Maker};
use super::{Tool, profile};
use crate::catalog::{NativeUse, Why};
use crate::decision::{Decision, Topic};
use crate::diagnostic::Diagnostic;
use crate::evidence::Fact;
use crate::need::Libc;
use crate::plan::Target;
use crate::version::Version;

/// The first Java that is linked of modules.
const LINKS: Version = Version::whole(11);

impl Maker<'_> {
    pub(super) fn headline(&self) -> String {
        if let Some(port) = self.debugger() {
            return format!("debugger on port {port}");
        }
        let because = self.facts.level.wanted();
        let mut parts =
            vec![format!("Java {} ({})", self.java, because.file()), format!("{} ({})", self.facts.what.value, self.facts.what.file())];
        if let Form::Boot(Boot::Jars | Boot::Loader(..)) = self.facts.artifact.form {
            parts[1].push_str(" in layers");
        }
        if self.is_linked() {
            parts.push("on a Java cut down to its modules".into());
        }
        parts.join(", ")
    }

    pub(super) fn decisions(&self, build: &Build) -> Vec<Decision> {
        let facts = self.facts;
        let asked = self.choices.layers.choose("java.version", |settings| settings.languages.java.version);
        let toolchain = match asked {
            Some(asked) => Decision::chosen(Topic::Toolchain, &build.image, &asked),
            None => Decision::detected(Topic::Toolchain, &build.image, facts.level.because()).why(self.reason()),
        };
        let fetched = build.dependencies.commands.join(" && ");
        let mut decisions = vec![
            toolchain,
            Decision::detected(Topic::Dependencies, fetched, &[]).why("from the build files alone, so that a source edit fetches nothing"),
            Decision::detected(Topic::Build, self.form(), std::slice::from_ref(&facts.artifact.at)).why(build.make.commands.join(" && ")),
        ];
        let (profiles, skips) = match &facts.tool {
            Tool::Maven(maven) => (maven.profiles.as_slice(), maven.skips.as_slice()),
            Tool::Gradle(_) => Default::default(),
        };
        for profile in profiles {
            let option = format!("-P{}", profile.value);
            decisions.push(Decision::detected(Topic::Build, option, profile.because()).why("what is on by itself is not what is deployed"));
        }
        for skip in skips {
            decisions.push(Decision::detected(Topic::Build, skip.value, skip.because()).why("checks of the sources belong to CI"));
        }
        if let Some(runtime) = &build.runtime {
            let places = crate::evidence::places_of(&facts.uses);
            let unseen = if facts.depends { "what is imported, and all that libraries may reach" } else { "what is imported" };
            decisions.push(Decision::detected(Topic::Build, runtime.modules.join(","), &places).why(unseen));
        }
        decisions.extend(self.archive.iter().map(Archive::decision));
        if let Some(profiles) = &facts.profiles {
            let value = format!("{}={}", profile::VARIABLE, profiles.value);
            decisions.push(Decision::detected(Topic::Environment, value, profiles.because()).why("production is run with these profiles"));
        }
        for option in &facts.options {
            decisions.push(Decision::detected(Topic::Entry, &option.value, option.because()).why("the program is run with it"));
        }
        decisions
    }

    /// Why it is this Java.
    fn reason(&self) -> String {
        let level = &self.facts.level;
        let wanted = level.wanted().value;
        match (&level.pinned, &level.written) {
            (Some(pinned), _) if pinned.value == self.java => "the JDK that the project asks for".to_owned(),
            (None, Some(_)) => self.toolchain.reason(Why::OfItsTime).to_owned(),
            _ if wanted == self.java => self.toolchain.reason(Why::Named).to_owned(),
            _ => format!("Java {} is the first long-term release from {wanted} on", self.java),
        }
    }

    fn form(&self) -> &'static str {
        match self.facts.artifact.form {
            Form::Boot(Boot::Jars | Boot::Loader(..)) => "Spring Boot's own layers",
            Form::Quarkus(_) => "Quarkus' directories, its libraries first",
            Form::Single | Form::Boot(Boot::Whole(_)) => "one archive, as the build makes it",
            Form::ClassPath(_) => "dependencies and classes in layers of their own",
            Form::War(_) => "unpacked, its libraries in a layer of their own",
        }
    }

    pub(super) fn warnings(&self) -> Vec<Diagnostic> {
        let mut warnings: Vec<_> = self.archive.iter().map(Archive::warning).collect();
        let native = self.facts.natives.iter().find(|native| native.value.is_bound_to(Libc::Glibc));
        if let (Some(native), true, Target::Production) = (native, self.is_linked(), self.target) {
            warnings.push(note(native));
        }
        warnings.extend(self.smaller());
        warnings.extend(self.another());
        warnings
    }
}

impl Maker<'_> {
    /// Says that there is no image of the JDK that is asked for.
    fn another(&self) -> Option<Diagnostic> {
        let asked = self.choices.layers.choose("java.version", |settings| settings.languages.java.version);
        let pinned = self.facts.level.pinned.as_ref().filter(|pinned| asked.is_none() && pinned.value.major() != self.java.major())?;
        let message = format!("the project asks for Java {}, of which imggen knows no image: it is Java {}", pinned.value, self.java);
        let warning = pinned.because().iter().fold(Diagnostic::warning("java::another-version", message), Diagnostic::because);
        Some(warning.help(format!("known are {}", self.toolchain.known_versions())))
    }

    /// Offers a Java that is cut down, where all that it has to hold can be seen.
    fn smaller(&self) -> Option<Diagnostic> {
        let facts = self.facts;
        let is_plain = matches!(facts.artifact.form, Form::Single | Form::ClassPath(_)) && !facts.depends && facts.natives.is_empty();
        let is_plain = is_plain && self.choices.found.app.behaviour.needs.is_empty();
        let is_usual = self.choices.preset.default && !self.is_linked() && self.target == Target::Production;
        let message = "it has no dependencies: a Java cut down to the modules that it uses is about a quarter of the size";
        (is_plain && is_usual && self.java >= LINKS)
            .then(|| Diagnostic::note("java::smaller", message).because(&facts.artifact.at).help("take `--preset java-jlink`"))
    }
}

fn note(native: &Fact<NativeUse>) -> Diagnostic {
    let note =
        Diagnostic::note("java::native", format!("`{}` loads native code, which a linked runtime was not tried with", native.value.name));
    native.because().iter().fold(note, Diagnostic::because)
}
