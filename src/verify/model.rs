//! The Dockerfile as the rules look at it: stages and their steps, with the variables filled in whose value the file itself gives.

use std::collections::BTreeMap;

use parse_dockerfile as syntax;
use parse_dockerfile::Instruction;

use crate::evidence::Span;
use crate::words::{expand, split};

/// A Dockerfile.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// The ARG instructions before the first FROM.
    pub(super) globals: Vec<Step>,
    pub(super) stages: Vec<Stage>,
    /// Whether a `# syntax` line names the frontend that reads it.
    pub(super) names_frontend: bool,
}

/// From one FROM to the next.
#[derive(Debug)]
pub(super) struct Stage {
    /// As it is written, `None` where there is none.
    pub(super) name: Option<String>,
    pub(super) image: Word,
    /// The earlier stage that it goes on from.
    pub(super) parent: Option<usize>,
    pub(super) from: Step,
    pub(super) steps: Vec<Step>,
}

/// One instruction.
#[derive(Debug)]
pub(super) struct Step {
    /// Its first line.
    pub(super) span: Span,
    pub(super) keyword: &'static str,
    pub(super) flags: Vec<Flag>,
    pub(super) action: Action,
}

/// `--name=value`
#[derive(Debug)]
pub(super) struct Flag {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) span: Span,
}

/// What an instruction says, as far as a rule asks.
#[derive(Debug)]
pub(super) enum Action {
    Copy {
        sources: Vec<Word>,
        destination: Word,
        /// Whether the line after a here-document's end is not blank.
        crowded: bool,
    },
    Run(Command),
    /// CMD and ENTRYPOINT.
    Start(Command),
    /// HEALTHCHECK, without a command for NONE.
    Health(Option<Command>),
    /// ARG and ENV: names and whether `=` is missing.
    Variables {
        names: Vec<Word>,
        legacy: bool,
    },
    Label {
        legacy: bool,
    },
    Expose(Vec<Word>),
    User(Word),
    Workdir(Word),
    /// The program of SHELL.
    Shell(Option<String>),
    Other,
}

/// A command in one of its two forms.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) shell_form: bool,
    pub(super) heredoc: bool,
    pub(super) program: Option<String>,
}

/// A word of an instruction.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// As it is written.
    pub(super) raw: String,
    /// With its variables filled in; nothing when one has no value in the file.
    pub(super) value: Option<String>,
    pub(super) span: Span,
}

impl Model {
    /// Reads a Dockerfile.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn parse(text: &str) -> Result<Self, syntax::Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = Reader { text, model: Self::default(), arguments: Scope::new(), environments: Vec::new(), scope: Scope::new() };
        reader.model.names_frontend = names_frontend(text);
        for instruction in syntax::parse_iter(text)? {
            reader.take(&instruction?);
        }
        Ok(reader.model)
    }

    /// All instructions but FROM.
    pub(super) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.globals.iter().chain(self.stages.iter().flat_map(|stage| &stage.steps))
    }

    /// The stage and all that it goes on from, the first of them first.
    pub(super) fn lineage(&self, stage: usize) -> Vec<&Stage> {
        let mut lineage: Vec<_> = std::iter::successors(self.stages.get(stage), |stage| self.stages.get(stage.parent?)).collect();
        lineage.reverse();
        lineage
    }

    /// The last stage, which is the image.
    pub(super) fn last(&self) -> Option<(usize, &Stage)> {
        self.stages.iter().enumerate().next_back()
    }

    /// The stage before `stage` of that name or number.
    pub(super) fn earlier(&self, stage: usize, name: &str) -> Option<usize> {
        let earlier = &self.stages[..stage.min(self.stages.len())];
        let named = earlier.iter().rposition(|stage| stage.name.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(name)));
        named.or_else(|| name.parse().ok().filter(|number| *number < earlier.len()))
    }
}

impl Step {
    pub(super) fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name == name)
    }

    /// The `--mount` flags, as their keys and values.
    pub(super) fn mounts(&self) -> impl Iterator<Item = (&Flag, BTreeMap<&str, &str>)> {
        self.flags.iter().filter(|flag| self.keyword == "RUN" && flag.name == "mount").map(|flag| {
            let pairs = flag.value.split(',').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
            (flag, pairs.collect())
        })
    }
}

/// A `# syntax=` line counts only among the parser directives, which end with the first other line.
fn names_frontend(text: &str) -> bool {
    let directives = text.lines().map_while(|line| line.strip_prefix('#')?.split_once('=').map(|(key, _)| key.trim()));
    directives.take_while(|key| !key.contains(char::is_whitespace)).any(|key| key.eq_ignore_ascii_case("syntax"))
}

/// Names and their values, where they have one.
type Scope = BTreeMap<String, Option<String>>;

struct Reader<'a> {
    text: &'a str,
    model: Model,
    /// What ARG says before the first FROM.
    arguments: Scope,
    /// What ENV says, stage by stage, for the stages that go on from them.
    environments: Vec<Scope>,
    /// What holds at the instruction that is read.
    scope: Scope,
}

impl Reader<'_> {
    fn take(&mut self, instruction: &Instruction<'_>) {
        if let Instruction::From(from) = instruction {
            return self.start(from);
        }
        let (keyword, start, flags): (_, _, &[syntax::Flag<'_>]) = match instruction {
            Instruction::Add(add) => ("ADD", add.add.span.start, &add.options),
            Instruction::Arg(arg) => ("ARG", arg.arg.span.start, &[]),
            Instruction::Cmd(cmd) => ("CMD", cmd.cmd.span.start, &[]),
            Instruction::Copy(copy) => ("COPY", copy.copy.span.start, &copy.options),
            Instruction::Entrypoint(entry) => ("ENTRYPOINT", entry.entrypoint.span.start, &[]),
            Instruction::Env(env) => ("ENV", env.env.span.start, &[]),
            Instruction::Expose(expose) => ("EXPOSE", expose.expose.span.start, &[]),
            Instruction::Healthcheck(health) => ("HEALTHCHECK", health.healthcheck.span.start, &health.options),
            Instruction::Label(label) => ("LABEL", label.label.span.start, &[]),
            Instruction::Maintainer(maintainer) => ("MAINTAINER", maintainer.maintainer.span.start, &[]),
            Instruction::Onbuild(onbuild) => ("ONBUILD", onbuild.onbuild.span.start, &[]),
            Instruction::Run(run) => ("RUN", run.run.span.start, &run.options),
            Instruction::Shell(shell) => ("SHELL", shell.shell.span.start, &[]),
            Instruction::User(user) => ("USER", user.user.span.start, &[]),
            Instruction::Workdir(workdir) => ("WORKDIR", workdir.workdir.span.start, &[]),
            _ => return,
        };
        let flags = flags.iter().map(|flag| self.flag(flag)).collect();
        let step = Step { span: self.line(start), keyword, flags, action: self.action(instruction) };
        match self.model.stages.last_mut() {
            Some(stage) => stage.steps.push(step),
            None => self.model.globals.push(step),
        }
    }

    fn start(&mut self, from: &syntax::FromInstruction<'_>) {
        self.scope.clone_from(&self.arguments);
        let image = self.word(&from.image);
        let name = from.as_.as_ref().map(|(_, name)| name.value.trim_matches(['"', '\'']).to_owned()).filter(|name| !name.is_empty());
        let count = self.model.stages.len();
        let parent = image.value.as_deref().and_then(|image| self.model.earlier(count, image));
        // FROM takes names alone: `FROM 0` is an image
        let parent = parent.filter(|_| image.value.as_ref().is_some_and(|image| image.parse::<usize>().is_err()));
        let flags = from.options.iter().map(|flag| self.flag(flag)).collect();
        let step = Step { span: self.line(from.from.span.start), keyword: "FROM", flags, action: Action::Other };
        self.model.stages.push(Stage { name, image, parent, from: step, steps: Vec::new() });
        self.scope = parent.and_then(|parent| self.environments.get(parent).cloned()).unwrap_or_default();
        self.environments.push(self.scope.clone());
    }

    fn action(&mut self, instruction: &Instruction<'_>) -> Action {
        match instruction {
            Instruction::Copy(copy) => self.copy(copy),
            Instruction::Run(run) => {
                let command = command(&run.arguments);
                Action::Run(Command { heredoc: command.heredoc || !run.here_docs.is_empty(), ..command })
            }
            Instruction::Cmd(cmd) => Action::Start(command(&cmd.arguments)),
            Instruction::Entrypoint(entry) => Action::Start(command(&entry.arguments)),
            Instruction::Healthcheck(health) => Action::Health(match &health.arguments {
                syntax::HealthcheckArguments::Cmd { arguments, .. } => Some(command(arguments)),
                _ => None,
            }),
            Instruction::Arg(arg) => self.argument(&arg.arguments),
            Instruction::Env(env) => self.environment(&env.arguments),
            Instruction::Label(label) => Action::Label { legacy: is_legacy(&label.arguments.value) },
            Instruction::Expose(expose) => Action::Expose(expose.arguments.iter().map(|port| self.word(port)).collect()),
            Instruction::User(user) => Action::User(self.word(&user.arguments)),
            Instruction::Workdir(workdir) => Action::Workdir(self.word(&workdir.arguments)),
            Instruction::Shell(shell) => Action::Shell(shell.arguments.first().map(|program| program.value.to_string())),
            _ => Action::Other,
        }
    }

    fn copy(&self, copy: &syntax::CopyInstruction<'_>) -> Action {
        let mut sources = Vec::new();
        let mut crowded = false;
        for source in &copy.src {
            match source {
                syntax::Source::Path(path) => sources.push(self.word(path)),
                syntax::Source::HereDoc(document) => {
                    let end = self.text.get(document.span.end..).unwrap_or_default();
                    crowded |= end.lines().nth(1).is_some_and(|next| !next.trim().is_empty());
                }
                _ => {}
            }
        }
        Action::Copy { sources, destination: self.word(&copy.dest), crowded }
    }

    /// ARG: a default is a value, and so is what was said before the first FROM.
    fn argument(&mut self, arguments: &syntax::UnescapedString<'_>) -> Action {
        let mut names = Vec::new();
        for word in split(&arguments.value) {
            let (name, default) = word.split_once('=').map_or((word, None), |(name, default)| (name, Some(default)));
            let value = match default {
                Some(default) => self.filled(default),
                None => self.arguments.get(name).cloned().flatten(),
            };
            if self.model.stages.is_empty() {
                self.arguments.insert(name.to_owned(), value.clone());
            }
            // ENV wins over ARG, whichever comes first
            if !self.environments.last().is_some_and(|environment| environment.contains_key(name)) {
                self.scope.insert(name.to_owned(), value);
            }
            names.push(self.named(name, arguments));
        }
        Action::Variables { names, legacy: false }
    }

    /// ENV: all values of one instruction see what held before it.
    fn environment(&mut self, arguments: &syntax::UnescapedString<'_>) -> Action {
        let words = split(&arguments.value);
        let legacy = is_legacy(&arguments.value);
        let pairs: Vec<_> = match words.split_first() {
            Some((name, _)) if legacy => vec![(*name, None)],
            _ => words.iter().map(|word| word.split_once('=').map_or((*word, None), |(name, value)| (name, self.filled(value)))).collect(),
        };
        let names = pairs.iter().map(|(name, _)| self.named(name, arguments)).collect();
        for (name, value) in pairs {
            if let Some(environment) = self.environments.last_mut() {
                environment.insert(name.to_owned(), value.clone());
            }
            self.scope.insert(name.to_owned(), value);
        }
        Action::Variables { names, legacy }
    }

    fn named(&self, name: &str, place: &syntax::UnescapedString<'_>) -> Word {
        Word { raw: name.to_owned(), value: None, span: Span::of(self.text, place.span.start, place.span.end) }
    }

    fn word(&self, word: &syntax::UnescapedString<'_>) -> Word {
        let span = Span::of(self.text, word.span.start, word.span.end);
        Word { raw: word.value.to_string(), value: self.filled(&word.value), span }
    }

    fn flag(&self, flag: &syntax::Flag<'_>) -> Flag {
        let value = flag.value.as_ref().map(|value| value.value.to_string()).unwrap_or_default();
        Flag { name: flag.name.value.to_string(), value, span: Span::of(self.text, flag.span().start, flag.span().end) }
    }

    fn filled(&self, text: &str) -> Option<String> {
        expand(text, &|name| self.scope.get(name).cloned().flatten())
    }

    fn line(&self, start: usize) -> Span {
        let end = self.text.get(start..).map_or(start, |rest| start + rest.lines().next().unwrap_or_default().trim_end().len());
        Span::of(self.text, start, end)
    }
}

fn is_legacy(arguments: &str) -> bool {
    split(arguments).first().is_some_and(|first| !first.contains('='))
}

fn command(command: &syntax::Command<'_>) -> Command {
    match command {
        syntax::Command::Exec(words) => {
            Command { shell_form: false, heredoc: false, program: words.value.first().map(|program| program.value.to_string()) }
        }
        syntax::Command::Shell(text) => {
            Command { shell_form: true, heredoc: split(text.value).into_iter().any(opens_heredoc), program: None }
        }
        _ => Command { shell_form: true, heredoc: false, program: None },
    }
}

/// Whether a word of a command starts a here-document, wherever in the command it stands.
fn opens_heredoc(word: &str) -> bool {
    let redirection = word.trim_start_matches(|c: char| c.is_ascii_digit());
    redirection.strip_prefix("<<").is_some_and(|rest| {
        let delimiter = rest.strip_prefix('-').unwrap_or(rest);
        !delimiter.is_empty() && !delimiter.contains('<')
    })
}
