//! A Dockerfile as the checks look at it.

use anyhow::Result;
use parse_dockerfile::{Dockerfile, Flag, FromInstruction, Instruction, Keyword, Source, Stage};

/// A Dockerfile as text and as instructions.
pub struct Subject<'a> {
    pub text: &'a str,
    pub file: Dockerfile<'a>,
}

impl<'a> Subject<'a> {
    pub fn new(text: &'a str) -> Result<Self> {
        Ok(Self { text, file: parse_dockerfile::parse(text)? })
    }

    pub fn word(&self, keyword: &Keyword) -> &'a str {
        &self.text[keyword.span.clone()]
    }

    pub fn stages(&self) -> impl Iterator<Item = Stage<'a, '_>> {
        self.file.stages()
    }

    pub fn froms(&self) -> impl Iterator<Item = &FromInstruction<'a>> {
        self.file.stages().map(|stage| stage.from)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.froms().filter_map(name)
    }

    /// What ARG, ENV and LABEL declare, by instruction, each as it stands.
    pub fn pairs(&self) -> impl Iterator<Item = (&Instruction<'a>, &str)> {
        self.file.instructions.iter().flat_map(|instruction| match instruction {
            Instruction::Arg(arg) => words(&arg.arguments.value).map(|word| (instruction, word)).collect(),
            Instruction::Env(env) => words(&env.arguments.value).map(|word| (instruction, word)).collect(),
            Instruction::Label(label) => words(&label.arguments.value).map(|word| (instruction, word)).collect(),
            _ => Vec::new(),
        })
    }
}

/// The texts of an instruction in which `BuildKit`, and not a shell, fills in variables.
pub fn expanded<'b>(instruction: &'b Instruction) -> Vec<&'b str> {
    let flags = |options: &'b [Flag]| options.iter().filter_map(|flag| Some(&*flag.value.as_ref()?.value));
    match instruction {
        Instruction::Arg(arg) => vec![&arg.arguments.value],
        Instruction::Env(env) => vec![&env.arguments.value],
        Instruction::Label(label) => vec![&label.arguments.value],
        Instruction::User(user) => vec![&user.arguments.value],
        Instruction::Workdir(workdir) => vec![&workdir.arguments.value],
        Instruction::Stopsignal(signal) => vec![&signal.arguments.value],
        Instruction::Expose(expose) => expose.arguments.iter().map(|port| &*port.value).collect(),
        Instruction::Copy(copy) => {
            let sources = copy.src.iter().filter_map(|source| match source {
                Source::Path(path) => Some(&*path.value),
                _ => None,
            });
            flags(&copy.options).chain(sources).chain([&*copy.dest.value]).collect()
        }
        Instruction::Run(run) => flags(&run.options).collect(),
        _ => Vec::new(),
    }
}

pub fn keyword<'b>(instruction: &'b Instruction) -> Option<&'b Keyword> {
    Some(match instruction {
        Instruction::Arg(arg) => &arg.arg,
        Instruction::Cmd(cmd) => &cmd.cmd,
        Instruction::Copy(copy) => &copy.copy,
        Instruction::Entrypoint(entrypoint) => &entrypoint.entrypoint,
        Instruction::Env(env) => &env.env,
        Instruction::Expose(expose) => &expose.expose,
        Instruction::From(from) => &from.from,
        Instruction::Healthcheck(check) => &check.healthcheck,
        Instruction::Label(label) => &label.label,
        Instruction::Run(run) => &run.run,
        Instruction::Stopsignal(signal) => &signal.stopsignal,
        Instruction::User(user) => &user.user,
        Instruction::Workdir(workdir) => &workdir.workdir,
        _ => return None,
    })
}

pub fn name<'b>(from: &'b FromInstruction) -> Option<&'b str> {
    from.as_.as_ref().map(|(_, name)| &*name.value)
}

pub fn platforms<'b>(subject: &'b Subject) -> impl Iterator<Item = &'b str> {
    let flags = subject.froms().flat_map(|from| &from.options).filter(|flag| flag.name.value == "platform");
    flags.filter_map(|flag| Some(&*flag.value.as_ref()?.value))
}

/// Parts between blanks that stand outside quotes.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut quote = None;
    let parts = text.split(move |c: char| {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            _ => {}
        }
        quote.is_none() && (c.is_whitespace() || c == '\\')
    });
    parts.filter(|part| !part.is_empty())
}

/// The names behind `$` and `${`.
pub fn variables(text: &str) -> Vec<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let behind = text.split('$').skip(1).map(|rest| rest.strip_prefix('{').unwrap_or(rest));
    behind.map(|rest| &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())]).filter(|name| !name.is_empty()).collect()
}
