//! A Dockerfile or Containerfile that imggen did not write: what its last stage says, and what the stages before it install.

use camino::{Utf8Path, Utf8PathBuf};
use parse_dockerfile::{self as syntax, Instruction};

use super::placed::{self, Placed};
use super::{By, Notes, Purpose, Said, Variable, rule};
use crate::change::Header;
use crate::command::{Line, inside};
use crate::evidence::{Evidence, Fact, Lines, Rule};
use crate::tree::Tree;

const START: Rule = rule("declared.dockerfile", "the project's own Dockerfile starts it so");
const PORT: Rule = rule("declared.dockerfile-port", "the project's own Dockerfile exposes this port");
const VARIABLE: Rule = rule("declared.dockerfile-variable", "the project's own Dockerfile sets this");
const VOLUME: Rule = rule("declared.dockerfile-volume", "the project's own Dockerfile keeps this directory");
const PACKAGE: Rule = rule("declared.dockerfile-package", "the project's own Dockerfile installs this");
const ARGUMENT: Rule = rule("declared.dockerfile-argument", "the project's own Dockerfile is built with this");
const HEALTH: Rule = rule("declared.dockerfile-health", "the project's own Dockerfile asks this");
const STOP: Rule = rule("declared.dockerfile-stop", "the project's own Dockerfile stops it by this");

/// Where people keep it, relative to the directory that it builds.
const NAMES: [&str; 6] =
    ["Dockerfile", "Containerfile", "Dockerfile.prod", "Dockerfile.production", "docker/Dockerfile", ".docker/Dockerfile"];

/// What no program needs that runs: for people who look inside, for a health check, or to build.
const TOOLS: [&str; 40] = [
    "vim",
    "nano",
    "curl",
    "wget",
    "less",
    "procps",
    "htop",
    "net-tools",
    "iputils-ping",
    "dnsutils",
    "telnet",
    "netcat",
    "netcat-openbsd",
    "strace",
    "gdb",
    "jq",
    "bash",
    "zsh",
    "sudo",
    "gcc",
    "g++",
    "make",
    "cmake",
    "build-essential",
    "build-base",
    "pkg-config",
    "pkgconf",
    "musl-dev",
    "libc-dev",
    "libc6-dev",
    "python3-dev",
    "gnupg",
    "apt-transport-https",
    "lsb-release",
    "software-properties-common",
    "dumb-init",
    "tini",
    "gosu",
    "su-exec",
    "supervisor",
];

/// The Dockerfile of a directory that is not imggen's own.
pub(super) fn foreign<'t>(notes: &Notes<'t>) -> Option<(Utf8PathBuf, &'t str)> {
    foreign_in(notes.tree, notes.directory)
}

/// See [`foreign`].
pub(super) fn foreign_in<'t>(tree: &'t Tree, directory: &Utf8Path) -> Option<(Utf8PathBuf, &'t str)> {
    let paths = NAMES.iter().map(|name| directory.join(name));
    paths.filter_map(|path| Some((path.clone(), tree.by_hand(&path)?))).find(|(_, text)| Header::find(text).is_none())
}

/// The lines that its stages run, as evidence of this rule.
pub(super) fn runs(tree: &Tree, directory: &Utf8Path, rule: Rule) -> Vec<(Line, Evidence)> {
    let Some((path, text)) = foreign_in(tree, directory) else { return Vec::new() };
    let Ok(file) = syntax::parse(text) else { return Vec::new() };
    let image = Image::of(&path, text);
    let run = |instruction: &Instruction<'_>| match instruction {
        Instruction::Run(step) => Some((Image::line(&step.arguments), image.at(step.run.span.start, rule))),
        _ => None,
    };
    file.instructions.iter().filter_map(run).collect()
}

/// Notes what it says; the line that it starts and where.
pub(super) fn read(notes: &mut Notes<'_>) -> Option<(Line, Utf8PathBuf)> {
    let (path, text) = foreign(notes)?;
    let file = syntax::parse(text).ok()?;
    let stages = stages(&file);
    let last = stages.len().checked_sub(1)?;
    let mut lineage: Vec<usize> = std::iter::successors(Some(last), |stage| stages.get(*stage)?.parent).collect();
    lineage.reverse();
    let mut image = Image { around: notes.directory.to_owned(), ..Image::of(&path, text) };
    for stage in &lineage {
        stages[*stage].instructions.iter().for_each(|instruction| image.runs(instruction, notes));
    }
    for (index, stage) in stages.iter().enumerate() {
        let run = lineage.contains(&index);
        stage.instructions.iter().for_each(|instruction| image.builds(instruction, run, notes));
    }
    let placed = placed(&file, &stages, notes);
    if let Some(around) = placed.around() {
        image.around = around;
    }
    notes.declared.home = placed.home();
    image.start(&placed, notes)
}

/// What the last stage holds of the project.
fn placed<'t>(file: &syntax::Dockerfile<'_>, stages: &[Stage<'_, '_>], notes: &Notes<'t>) -> Placed<'t> {
    let nothing = Placed::nothing(notes.tree, notes.directory);
    let mut global = nothing.clone();
    for instruction in &file.instructions {
        match instruction {
            Instruction::From(_) => break,
            Instruction::Arg(argument) => set(&mut global, &argument.arguments.value),
            _ => {}
        }
    }
    let mut all: Vec<Placed<'t>> = Vec::new();
    for stage in stages {
        let mut placed = stage.parent.and_then(|parent| all.get(parent)).unwrap_or(&global).clone();
        for instruction in &stage.instructions {
            match instruction {
                Instruction::Workdir(workdir) => placed.work_in(&workdir.arguments.value),
                Instruction::Env(env) => set(&mut placed, &env.arguments.value),
                Instruction::Arg(argument) => set(&mut placed, &argument.arguments.value),
                Instruction::Add(add) => placed.copy(None, &add.src, &add.dest.value),
                Instruction::Copy(copy) => {
                    let from = placed::from(&copy.options);
                    placed.copy(
                        from.map(|name| named(stages, name).and_then(|stage| all.get(stage)).unwrap_or(&nothing)),
                        &copy.src,
                        &copy.dest.value,
                    );
                }
                _ => {}
            }
        }
        all.push(placed);
    }
    all.pop().unwrap_or(nothing)
}

/// Takes down what an ENV or ARG sets.
fn set(placed: &mut Placed<'_>, text: &str) {
    let old_form = text.split_once(char::is_whitespace).filter(|(name, _)| !name.contains('='));
    if let Some((name, value)) = old_form {
        return placed.set(name, value.trim());
    }
    for (name, value) in Line::parse(text).commands.into_iter().flat_map(|(_, command)| command.env) {
        placed.set(&name, &value.to_string());
    }
}

/// The lines that the last stage and those that it copies from run, as evidence of this rule.
pub(super) fn steps(tree: &Tree, directory: &Utf8Path, rule: Rule) -> Vec<(Line, Evidence)> {
    let Some((path, text)) = foreign_in(tree, directory) else { return Vec::new() };
    let Ok(file) = syntax::parse(text) else { return Vec::new() };
    let stages = stages(&file);
    let image = Image::of(&path, text);
    let mut taken: Vec<usize> = stages.len().checked_sub(1).into_iter().collect();
    let mut next = 0;
    while let Some(stage) = taken.get(next).and_then(|stage| stages.get(*stage)) {
        next += 1;
        let copied = stage.instructions.iter().filter_map(|instruction| {
            let Instruction::Copy(copy) = instruction else { return None };
            named(&stages, placed::from(&copy.options)?)
        });
        let more: Vec<_> = stage.parent.into_iter().chain(copied).filter(|stage| !taken.contains(stage)).collect();
        taken.extend(more);
    }
    taken.sort_unstable();
    taken.dedup();
    let run = |instruction: &&Instruction<'_>| match instruction {
        Instruction::Run(step) => Some((Image::line(&step.arguments), image.at(step.run.span.start, rule))),
        _ => None,
    };
    taken.iter().flat_map(|stage| stages[*stage].instructions.iter().filter_map(run)).collect()
}

/// The stages, in order.
fn stages<'a, 't>(file: &'a syntax::Dockerfile<'t>) -> Vec<Stage<'a, 't>> {
    let mut stages: Vec<Stage<'_, '_>> = Vec::new();
    for instruction in &file.instructions {
        match instruction {
            Instruction::From(from) => {
                let name = from.as_.as_ref().map(|(_, name)| name.value.to_string());
                let image = from.image.value.to_string();
                let parent = stages.iter().rposition(|stage| stage.name.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(&image)));
                stages.push(Stage { name, parent, instructions: Vec::new() });
            }
            other => stages.last_mut().into_iter().for_each(|stage| stage.instructions.push(other)),
        }
    }
    stages
}

/// The stage of that name or number.
fn named(stages: &[Stage<'_, '_>], name: &str) -> Option<usize> {
    let by_name = stages.iter().position(|stage| stage.name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name)));
    by_name.or_else(|| name.parse().ok()).filter(|stage| *stage < stages.len())
}

struct Stage<'a, 't> {
    name: Option<String>,
    parent: Option<usize>,
    instructions: Vec<&'a Instruction<'t>>,
}

/// What is gathered of the image.
pub(super) struct Image<'a> {
    path: &'a Utf8Path,
    text: &'a str,
    lines: Lines,
    around: Utf8PathBuf,
    entrypoint: Option<(Line, Evidence)>,
    command: Option<(Line, Evidence)>,
}

impl<'a> Image<'a> {
    /// Nothing is known of it yet.
    pub(super) fn of(path: &'a Utf8Path, text: &'a str) -> Self {
        Image { path, text, lines: Lines::default(), around: Utf8PathBuf::new(), entrypoint: None, command: None }
    }
}

impl Image<'_> {
    pub(super) fn at(&self, start: usize, rule: Rule) -> Evidence {
        let line = self.text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
        Evidence::at(self.path, self.lines.span(self.text, start, start + line.len()), rule, line.trim())
    }

    fn line(command: &syntax::Command<'_>) -> Line {
        match command {
            syntax::Command::Exec(words) => Line::of_words(&words.value.iter().map(|word| word.value.as_ref()).collect::<Vec<_>>()),
            syntax::Command::Shell(text) => Line::parse(text.value),
            _ => Line::default(),
        }
    }

    /// What an instruction of the last stage says of the running program.
    fn runs(&mut self, instruction: &Instruction<'_>, notes: &mut Notes<'_>) {
        let said = |at: Evidence, text: String| Said { fact: Fact::new(text, at), by: By::Dockerfile, purpose: Purpose::Production };
        match instruction {
            Instruction::Cmd(cmd) => self.command = Some((Self::line(&cmd.arguments), self.at(cmd.cmd.span.start, START))),
            Instruction::Entrypoint(entry) => {
                self.entrypoint = Some((Self::line(&entry.arguments), self.at(entry.entrypoint.span.start, START)));
                // a new one forgets the command that came with the old
                self.command = None;
            }
            Instruction::Workdir(workdir) => {
                let path = format!("{}/", workdir.arguments.value);
                let inner = inside("".into(), path.trim_start_matches("/app/").trim_start_matches("/usr/src/app/")).unwrap_or_default();
                let inner = notes.directory.join(inner);
                self.around = if notes.tree.has_directory(&inner) { inner } else { notes.directory.to_owned() };
            }
            Instruction::Expose(expose) => {
                for port in &expose.arguments {
                    let number = port.value.split('/').next().and_then(|port| port.parse().ok());
                    if let Some(number) = number {
                        notes.port(By::Dockerfile, Purpose::Production, number, self.at(expose.expose.span.start, PORT));
                    }
                }
            }
            Instruction::Env(env) => {
                let written = env.arguments.value.trim();
                let first = written.split(char::is_whitespace).next().unwrap_or_default();
                // the old form: `ENV NAME all that follows`
                let old = (!first.contains('=')).then(|| (first.to_owned(), Some(written[first.len()..].trim().to_owned())));
                let line = if old.is_some() { Line::default() } else { Line::parse(written) };
                let set = line.commands.into_iter().flat_map(|(_, command)| command.env);
                let set = set.map(|(name, value)| (name, value.text().map(str::to_owned)));
                for (name, value) in old.into_iter().chain(set) {
                    notes.variable(By::Dockerfile, Purpose::Production, &name, value, self.at(env.env.span.start, VARIABLE));
                }
            }
            Instruction::Volume(volume) => {
                let at = self.at(volume.volume.span.start, VOLUME);
                let text = self.text.get(volume.volume.span.end..).unwrap_or_default().lines().next().unwrap_or_default();
                let paths = text.split(|c: char| c.is_whitespace() || "[],\"".contains(c)).filter(|path| path.starts_with('/'));
                notes.declared.volumes.extend(paths.map(|path| said(at.clone(), path.to_owned())));
            }
            Instruction::Healthcheck(health) => {
                let at = self.at(health.healthcheck.span.start, HEALTH);
                if let syntax::HealthcheckArguments::Cmd { arguments, .. } = &health.arguments {
                    notes.declared.health.extend(path_of(&Self::line(arguments).text).map(|path| said(at, path)));
                }
            }
            Instruction::Stopsignal(stop) => {
                let at = self.at(stop.stopsignal.span.start, STOP);
                notes.declared.stop.push(said(at, stop.arguments.value.to_string()));
            }
            _ => {}
        }
    }

    /// What an instruction of any stage says of building it.
    fn builds(&self, instruction: &Instruction<'_>, run: bool, notes: &mut Notes<'_>) {
        match instruction {
            Instruction::Run(step) => {
                let text = match &step.arguments {
                    syntax::Command::Shell(text) => text.value.to_owned(),
                    syntax::Command::Exec(words) => words.value.iter().map(|word| word.value.as_ref()).collect::<Vec<_>>().join(" "),
                    _ => return,
                };
                let at = self.at(step.run.span.start, PACKAGE);
                for name in packages(&text) {
                    let said = Said { fact: Fact::new(name.clone(), at.clone()), by: By::Dockerfile, purpose: Purpose::Production };
                    if !run {
                        notes.declared.build_packages.push(said);
                    } else if !TOOLS.contains(&name.as_str()) && !name.ends_with("-dev") {
                        notes.declared.packages.push(said);
                    }
                }
            }
            Instruction::Arg(argument) => {
                let text = argument.arguments.value.to_string();
                let (name, value) =
                    text.split_once('=').map_or((text.as_str(), None), |(name, value)| (name, Some(value.trim_matches('"').to_owned())));
                let at = self.at(argument.arg.span.start, ARGUMENT);
                let variable = Variable { name: name.to_owned(), value };
                notes.declared.arguments.push(Said { fact: Fact::new(variable, at), by: By::Dockerfile, purpose: Purpose::Production });
            }
            _ => {}
        }
    }

    fn start(self, placed: &Placed<'_>, notes: &mut Notes<'_>) -> Option<(Line, Utf8PathBuf)> {
        let (mut line, at) = match (self.entrypoint, self.command) {
            (Some((entrypoint, at)), Some((command, _))) => {
                // the command is what the entry point is given
                let given: Vec<_> = command.commands.into_iter().flat_map(|(_, command)| command.words).collect();
                (entrypoint.with(&given), at)
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return None,
        };
        for word in line.commands.iter_mut().flat_map(|(_, command)| &mut command.words) {
            *word = placed.located(word, &self.around);
        }
        notes.start(By::Dockerfile, "", &line, &self.around, at);
        Some((line, self.around))
    }
}

/// The packages that `apt-get install` and `apk add` in a line install.
fn packages(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (_, command) in Line::parse(text).commands {
        let words: Vec<_> = command.words.iter().filter_map(crate::command::Word::text).collect();
        let place = words.iter().position(|word| matches!(*word, "apt-get" | "apt" | "apk"));
        let Some(rest) = place.and_then(|place| words.get(place + 1..)) else { continue };
        let Some(verb) = rest.iter().position(|word| matches!(*word, "install" | "add")) else { continue };
        let name = |word: &&str| !word.starts_with('-') && !word.starts_with('.') && word.chars().next().is_some_and(char::is_alphanumeric);
        let plain =
            rest[verb + 1..].iter().copied().filter(name).map(|word| word.split(['=', '<', '>', '~']).next().unwrap_or(word).to_owned());
        found.extend(plain);
    }
    found
}

/// The path of the first address in a health check's command.
pub(super) fn path_of(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("://")?;
    let end = rest.find(|c: char| c.is_whitespace() || "\"'|);".contains(c)).unwrap_or(rest.len());
    let path = rest[..end].find('/').map_or("/", |slash| &rest[slash..end]);
    Some(path.to_owned())
}
