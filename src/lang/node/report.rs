//! What is said about the build of a Node program: the headline, the decisions, what wants a look.

use super::baked;
use super::build::{Build, Maker};
use super::bundle;
use super::manager::Manager;
use super::runtime::Runtime;
use super::version::ANY;
use crate::catalog::Why;
use crate::decision::{Decision, Topic};
use crate::diagnostic::Diagnostic;
use crate::evidence::Fact;
use crate::lang::secrets;
use crate::plan::{ShellLine, Target};
use crate::settings::DebugVariant;
use crate::version::Version;

impl Maker<'_> {
    /// The Node that it is built with, or runs on, and why.
    fn node(&self) -> &Fact<Version> {
        let versions = &self.facts.versions;
        versions.iter().find(|fact| fact.value == self.version).unwrap_or(&versions[0])
    }

    /// The version of what runs it, and why.
    fn ran_by(&self) -> Fact<Version> {
        let runtime = &self.start.runtime;
        match (runtime.value, self.choices.interpreter(runtime.value.interpreter().name)) {
            (Runtime::Bun, Some(version)) => runtime.with(version),
            _ => self.node().with(self.version),
        }
    }

    pub(super) fn headline(&self) -> String {
        let facts = self.facts;
        let installs = match &facts.managed.lock {
            Some(lock) => lock.to_string(),
            None => facts.managed.manager.value.command().to_owned(),
        };
        let what = &self.start.what;
        match self.target {
            Target::Debug(DebugVariant::Debugger) => match &self.toolchain.debugger {
                Some(debugger) => format!("the inspector on port {}", debugger.port),
                None => String::new(),
            },
            Target::Debug(_) if self.start.runtime.value == Runtime::Bun => String::new(),
            Target::Debug(_) => "stack traces by source maps".into(),
            Target::Production | Target::Part => {
                let mut parts = vec![self.start.runtime.value.interpreter().headline(&self.ran_by(), ANY)];
                parts.extend((!what.is_empty()).then(|| what.clone()));
                parts.push(installs);
                parts.extend(facts.natives.iter().map(|native| format!("{} ({})", native.value.name, native.file())));
                parts.dedup();
                parts.join(", ")
            }
        }
    }

    pub(super) fn decisions(&self, build: &Build) -> Vec<Decision> {
        let facts = self.facts;
        let asked = self.choices.layers.choose("node.version", |settings| settings.languages.node.version);
        let builder = facts.builder(self.start.runtime.value);
        let because = if builder == Runtime::Node { self.node().clone() } else { self.ran_by() };
        let mut toolchain = match asked {
            Some(asked) => Decision::chosen(Topic::Toolchain, &build.image, &asked),
            None => Decision::detected(Topic::Toolchain, &build.image, because.because()).why(match builder {
                Runtime::Node if because.value != facts.versions[0].value => self.toolchain.reason(Why::Only),
                Runtime::Node => self.toolchain.reason(facts.why),
                Runtime::Bun => "Bun installs, builds and runs it",
            }),
        };
        for held in facts.held_back.iter().filter(|held| held.value.version != self.version) {
            toolchain = toolchain.over(format!("Node {}", held.value.version), held.value.why, held.because());
        }
        let commands = build.setup.iter().chain(build.install.iter().chain(&build.prune).flat_map(|step| &step.commands));
        let commands: Vec<_> = commands.cloned().collect();
        let installed = if commands.is_empty() { "none".to_owned() } else { commands.join(", ") };
        let mut dependencies = Decision::detected(Topic::Dependencies, installed, facts.managed.manager.because());
        if facts.locked > 0 {
            dependencies = dependencies.why(format!("{} packages are locked", facts.locked));
        }
        let mut decisions = vec![toolchain];
        decisions.extend(self.packed(dependencies));
        if let Some(loader) = facts.managed.loader.as_ref().filter(|_| facts.managed.manager.value == Manager::YarnBerry) {
            let decision = Decision::detected(Topic::Dependencies, "node_modules in place of Plug'n'Play", std::slice::from_ref(loader));
            decisions.push(decision.why("node then finds them without a loader of Yarn's in the image"));
        }
        let made: Vec<_> = self.making().into_iter().chain(build.bundle.clone().map(|lines| ShellLine::default().all(lines))).collect();
        if !made.is_empty() {
            decisions.push(Decision::detected(Topic::Build, made.join(", "), &[]));
        }
        decisions.extend(self.start.baked.iter().map(|fact| {
            let decision = Decision::detected(Topic::Environment, &fact.value.name, fact.because());
            decision.why("read when it is built, and in the files from then on")
        }));
        decisions
    }

    pub(super) fn warnings(&self) -> Vec<Diagnostic> {
        let install = &self.facts.install;
        let mut warnings = Vec::new();
        let login = |facts: &[Fact<String>], help: String| {
            let note = Diagnostic::note("node::private-registry", "packages come from a registry that may require authentication");
            facts.iter().flat_map(Fact::because).fold(note, Diagnostic::because).help(help)
        };
        if !install.tokens.is_empty() {
            let flags = secrets::flags(install.tokens.iter().map(|token| token.value.as_str()));
            warnings.push(login(&install.tokens, format!("give it a login: `docker build {flags} .`")));
        } else if !install.registries.is_empty() {
            let file = if self.facts.managed.manager.value == Manager::YarnBerry { ("yarnrc", ".yarnrc.yml") } else { ("npmrc", ".npmrc") };
            warnings
                .push(login(&install.registries, format!("give it a login: `docker build --secret id={},src=$HOME/{} .`", file.0, file.1)));
        }
        if let Some(loader) = self.facts.managed.loader.as_ref().filter(|_| self.facts.managed.manager.value == Manager::YarnBerry) {
            let note = Diagnostic::note("node::plug-n-play", "the image has node_modules in place of Yarn's Plug'n'Play").because(loader);
            warnings.push(note.info("a package that is used and not declared is found there all the same"));
        }
        warnings.extend(self.bundle.map(|_| bundle::warning()));
        if self.caller().old_yarn && self.bundle.is_none() && !self.facts.making.is_empty() {
            warnings.push(
                Diagnostic::warning("node::not-pruned", "Yarn before 4 cannot remove what only the build needs: the image holds it too")
                    .because(&self.facts.managed.manager.because()[0])
                    .help("move to Yarn 4: `yarn set version stable`"),
            );
        }
        warnings.extend(baked::note(&self.start.baked));
        warnings
    }
}
