//! What is said about the build of a Python program: the headline, the decisions, what wants a look.

use super::build::{Build, Maker};
use super::extension::Compiler;
use super::manager::Manager;
use super::version::ANY;
use super::{INTERPRETER, Torch};
use crate::catalog::{Installer, NativeUse, Why};
use crate::decision::{Decision, Topic};
use crate::diagnostic::Diagnostic;
use crate::evidence::Fact;
use crate::lang::secrets;
use crate::plan::Target;
use crate::settings::DebugVariant;
use crate::version::Version;

impl Maker<'_> {
    pub(super) fn headline(&self, version: Version, target: Target) -> String {
        let because = self.facts.versions.iter().find(|fact| fact.value == version).unwrap_or(&self.facts.versions[0]);
        let source = match self.facts.manager.value {
            Manager::Nothing => "no dependencies".into(),
            _ => self.facts.manager.place().file.to_string(),
        };
        let mut parts = vec![INTERPRETER.headline(&because.with(version), ANY), self.facts.what.clone(), source];
        parts.extend(
            self.facts
                .natives
                .iter()
                .filter(|native| !native.value.run.is_empty())
                .map(|native| format!("{} ({})", native.value.name, native.file())),
        );
        parts.dedup();
        match target {
            Target::Debug(DebugVariant::Debugger) => "debugpy on port 5678".into(),
            Target::Debug(_) => "stack traces of crashes".into(),
            Target::Production | Target::Part => parts.join(", "),
        }
    }

    pub(super) fn decisions(&self, build: &Build, version: Version) -> Vec<Decision> {
        let facts = self.facts;
        let asked = self.choices.layers.choose("python.version", |settings| settings.languages.python.version);
        let because = facts.versions.iter().find(|fact| fact.value == version).unwrap_or(&facts.versions[0]);
        let mut toolchain = match asked {
            Some(asked) => Decision::chosen(Topic::Toolchain, &build.image, &asked),
            None => Decision::detected(Topic::Toolchain, &build.image, because.because())
                .why(self.toolchain.reason(if version == facts.versions[0].value { facts.why } else { Why::Only })),
        };
        for held in facts.held_back.iter().filter(|held| held.value.version != version) {
            toolchain = toolchain.over(format!("Python {}", held.value.version), held.value.why, held.because());
        }
        let installed = build
            .dependencies
            .iter()
            .chain(&build.project)
            .flat_map(|step| step.commands.clone())
            .filter(|command| command.as_str().contains("uv ") || command.as_str().contains("pip install"))
            .collect::<Vec<_>>();
        let how = format!("{} by {}", facts.locked, facts.manager.value.id());
        let mut decisions = vec![
            toolchain,
            Decision::detected(
                Topic::Dependencies,
                if installed.is_empty() { "none".into() } else { installed.join(", ") },
                facts.manager.because(),
            )
            .why(how),
        ];
        for group in &facts.groups {
            let why = group.because()[0].meaning;
            decisions.push(Decision::detected(Topic::Dependencies, group.value.words(), group.because()).why(why));
        }
        if let Some(compiler) = &facts.compiler {
            let words = match compiler.value {
                Compiler::C => "a C compiler in the build stage",
                Compiler::Cxx => "a C++ compiler in the build stage",
                Compiler::Rust => "Rust's toolchain in the build stage, from the image of its newest release",
            };
            decisions.push(Decision::detected(Topic::Build, words, compiler.because()).why("the project compiles native code of its own"));
        }
        let compiled = self.compiled(version);
        if let Some(first) = compiled.first().filter(|_| facts.compiler.is_none()) {
            let more = if compiled.len() > 1 { format!(" and {} more", compiled.len() - 1) } else { String::new() };
            let why = format!("`{}`{more} may have no binaries for it", first.value);
            decisions.push(Decision::detected(Topic::Build, "a C++ compiler in the build stage", first.because()).why(why));
        }
        if let Some(torch) = facts.torch.as_ref().filter(|torch| torch.value == Torch::Processor) {
            decisions.push(
                Decision::detected(Topic::Dependencies, "torch for the processor", torch.because())
                    .why("nothing here asks for CUDA, which takes some gigabytes"),
            );
        }
        decisions
    }

    pub(super) fn warnings(&self) -> Vec<Diagnostic> {
        let mut warnings = Vec::new();
        if let Some(token) = self.facts.tokens.first() {
            let names = self.facts.tokens.iter().map(|token| format!("`{}`", token.value)).collect::<Vec<_>>().join(" and ");
            let note = Diagnostic::note("python::private-index", format!("packages come from where {names} is asked for"));
            let note = token.because().iter().fold(note, Diagnostic::because);
            let flags = secrets::flags(self.facts.tokens.iter().map(|token| token.value.as_str()));
            warnings.push(note.help(format!("give it a login, which no layer keeps: `docker build {flags} .`")));
        }
        if let Some(index) = self.facts.indexes.iter().find(|index| secrets::variables(&index.value).is_empty()) {
            let note = Diagnostic::note("python::private-index", "packages come from an index that may require authentication");
            warnings.push(
                index
                    .because()
                    .iter()
                    .fold(note, Diagnostic::because)
                    .help("give it a login: `docker build --secret id=netrc,src=$HOME/.netrc .`"),
            );
        }
        if self.by_ssh() {
            warnings.push(Diagnostic::note("python::ssh", "a dependency is fetched by ssh").help("`docker build --ssh default .`"));
        }
        if let Some(torch) = self.facts.torch.as_ref().filter(|torch| torch.value == Torch::LockedWithCuda) {
            let message = "what is locked holds torch with CUDA, some gigabytes that a processor has no use for";
            let warning = torch.because().iter().fold(Diagnostic::warning("python::torch-cuda", message), Diagnostic::because);
            warnings.push(warning.help(
                "without a graphics card, lock it from https://download.pytorch.org/whl/cpu: an explicit index in `[[tool.uv.index]]`, \
                 or `--index-url` where requirements are compiled",
            ));
        }
        if let Some(native) =
            self.facts.natives.iter().find(|native| self.choices.base.installer == Some(Installer::Apk) && !native.value.build.is_empty())
        {
            warnings.push(note_of_musl(native));
        }
        warnings
    }
}

fn note_of_musl(native: &Fact<NativeUse>) -> Diagnostic {
    let warning = Diagnostic::warning("python::musl", "on Alpine packages without musl wheels are compiled from source, where they can be");
    native.because().iter().fold(warning, Diagnostic::because)
}
