//! Where a build starts Docker by itself, which no build stage can: by a plugin that runs programs, or by Testcontainers.

use super::{Module, Plugin};
use crate::command::Line;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Rule};
use crate::read::xml::Element;

const DOCKER: Rule = Rule::parsed("java.docker", "the build starts containers");

/// Programs that make images and start containers.
const PROGRAMS: [&str; 5] = ["docker", "docker-compose", "podman", "buildah", "nerdctl"];
/// Shells, whose line says what is started.
const SHELLS: [&str; 4] = ["sh", "bash", "cmd", "zsh"];

/// A plugin that starts Docker among programs.
pub struct ByHand {
    /// What leaves the plugin out.
    pub option: &'static str,
    /// Whether it starts nothing else.
    pub alone: bool,
    /// Where.
    pub at: Evidence,
}

/// The plugins of a module that are told to start Docker.
pub fn by_hand(module: &Module<'_>) -> Vec<ByHand> {
    let exec = module.plugin("exec-maven-plugin").and_then(|plugin| {
        let configurations: Vec<_> = plugin.configurations().filter(|configuration| configuration.child("executable").is_some()).collect();
        of(configurations.into_iter().map(|configuration| (is_by_exec(&plugin, configuration), configuration)), "-Dexec.skip")
    });
    let ant = module.plugin("maven-antrun-plugin").and_then(|plugin| {
        let tasks =
            plugin.configurations().flat_map(|configuration| ["target", "tasks"].iter().flat_map(|name| configuration.list(&[name])));
        of(tasks.map(|task| (task.starts().is_some_and(is_docker), task)), "-Dmaven.antrun.skip")
    });
    exec.into_iter().chain(ant).collect()
}

fn of<'e>(starts: impl Iterator<Item = (bool, &'e Element)>, option: &'static str) -> Option<ByHand> {
    let starts: Vec<_> = starts.collect();
    let (_, first) = starts.iter().find(|(docker, _)| *docker)?;
    Some(ByHand { option, alone: starts.iter().all(|(docker, _)| *docker), at: first.evidence(DOCKER) })
}

fn is_by_exec(plugin: &Plugin<'_, '_>, configuration: &Element) -> bool {
    let program = configuration.child("executable").map(|element| plugin.fill(&element.text)).unwrap_or_default();
    let arguments = || configuration.list(&["arguments"]).iter().map(|word| plugin.fill(&word.text));
    let line = configuration.child("commandlineArgs").map(|element| plugin.fill(&element.text));
    let is_shell = SHELLS.iter().any(|shell| name(&program) == *shell);
    is_docker(&program)
        || is_shell
            && arguments().chain(line).any(|text| Line::parse(&text).commands.iter().any(|(_, command)| is_docker(command.program())))
}

fn is_docker(program: &str) -> bool {
    PROGRAMS.contains(&name(program))
}

fn name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or_default().trim_end_matches(".exe")
}

/// What is said of containers that a module's build starts, and that no option leaves out.
pub fn said(module: &Module<'_>) -> Option<Diagnostic> {
    let is_one = |element: &Element| element.child("artifactId").is_some_and(|id| id.text.contains("testcontainers"));
    let by_library = module.plugins().find(|plugin| is_one(plugin) || plugin.list(&["dependencies"]).iter().any(is_one)).map(|element| {
        let name = element.child("artifactId").map_or("", |id| id.text.as_str());
        let message = format!("`{name}` starts a container by Testcontainers, which no image build can");
        Diagnostic::warning("java::docker-in-build", message)
            .because(&element.evidence(DOCKER))
            .help("check in the sources that it makes, and leave the plugin to a profile")
    });
    let among_others = || {
        let hand = by_hand(module).into_iter().find(|hand| !hand.alone)?;
        let message = "the build starts Docker among other programs, which no image build can";
        let warning = Diagnostic::warning("java::docker-in-build", message).because(&hand.at);
        Some(warning.help("leave it to a profile that is not on by itself"))
    };
    by_library.or_else(among_others)
}
