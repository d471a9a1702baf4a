//! What people put before a program: to set variables, to find it, to change the user, to wait, to watch it.

use super::line::assignment;
use super::{Command, Word};

/// What is started by a wrapper of the image's own, or is there already: taken off with its options.
struct Wrapper {
    names: &'static [&'static str],
    /// The words that follow it as a part of it.
    verb: &'static [&'static str],
    /// Options that take the next word.
    valued: &'static [&'static str],
    /// How many words that are no options belong to it.
    words: usize,
}

const DROPPED: [Wrapper; 16] = [
    Wrapper {
        names: &["exec", "time", "nohup", "command", "builtin", "sudo", "doas", "setsid"],
        verb: &[],
        valued: &["-u", "-a"],
        words: 0,
    },
    Wrapper { names: &["nice", "ionice", "stdbuf"], verb: &[], valued: &["-n", "-c"], words: 0 },
    Wrapper { names: &["env", "cross-env", "cross-env-shell"], verb: &[], valued: &["-u"], words: 0 },
    Wrapper { names: &["gosu", "su-exec"], verb: &[], valued: &[], words: 1 },
    Wrapper {
        names: &["tini", "/sbin/tini", "/tini", "dumb-init", "catatonit"],
        verb: &[],
        valued: &["-e", "-p", "-r", "--rewrite"],
        words: 0,
    },
    Wrapper { names: &["npx", "pnpx", "bunx"], verb: &[], valued: &["-p", "--package"], words: 0 },
    Wrapper { names: &["npm", "pnpm", "yarn"], verb: &["exec", "dlx", "x"], valued: &["-p", "--package"], words: 0 },
    Wrapper { names: &["yarn"], verb: &["node"], valued: &[], words: 0 },
    Wrapper { names: &["bun"], verb: &["x"], valued: &[], words: 0 },
    Wrapper {
        names: &["uv"],
        verb: &["run"],
        valued: &[
            "--with",
            "--with-editable",
            "--extra",
            "--group",
            "--env-file",
            "--python",
            "-p",
            "--package",
            "--directory",
            "--project",
            "--no-group",
            "--only-group",
            "--with-requirements",
        ],
        words: 0,
    },
    Wrapper {
        names: &["poetry", "pdm", "pipenv", "rye", "hatch", "pixi", "micromamba", "conda"],
        verb: &["run"],
        valued: &["-n", "-p", "-e", "--env"],
        words: 0,
    },
    Wrapper { names: &["uvx", "pipx"], verb: &["run"], valued: &["--from", "--with"], words: 0 },
    Wrapper {
        names: &["dotenv", "dotenvx", "env-cmd"],
        verb: &["run"],
        valued: &["-e", "-f", "-c", "-v", "-p", "--file", "--env-file"],
        words: 0,
    },
    Wrapper {
        names: &["doppler", "infisical", "op", "honcho", "foreman", "heroku"],
        verb: &["run", "local:run"],
        valued: &["-p", "-c", "--env", "--env-file", "-e", "--project", "--config"],
        words: 0,
    },
    Wrapper {
        names: &["dockerize"],
        verb: &[],
        valued: &["-wait", "-timeout", "-template", "-stdout", "-stderr", "-wait-retry-interval"],
        words: 0,
    },
    Wrapper { names: &["chamber", "aws-vault", "envconsul"], verb: &["exec"], valued: &["-config"], words: 1 },
];

/// Programs that stay with what they start: tracers. With a verb, or without.
const KEPT: [(&str, Option<&str>); 4] = [
    ("ddtrace-run", None),
    ("newrelic-admin", Some("run-program")),
    ("newrelic-admin", Some("run-python")),
    ("opentelemetry-instrument", None),
];

/// Takes one wrapper off, or puts one that stays to the others; whether there was any.
pub(super) fn peel(command: &mut Command) -> bool {
    if shell_line(command) || python_module(command) {
        return true;
    }
    let program = command.program().to_owned();
    if let Some((_, verb)) = KEPT.iter().find(|(name, verb)| *name == program && verb.is_none_or(|verb| command.does(verb))) {
        let own = 1 + usize::from(verb.is_some());
        let count = own + options(&command.words[own..], Valued::Every);
        let taken: Vec<_> = command.words.drain(..count.min(command.words.len())).collect();
        command.wrapper.extend(taken);
        return !command.words.is_empty();
    }
    if waits(&program, command) {
        return true;
    }
    let fits = |wrapper: &&Wrapper| {
        let verb = command.argument(0).unwrap_or_default();
        // dotenv of Python's has a verb, that of Node's has none
        let optional = matches!(program.as_str(), "dotenv" | "env-cmd" | "dotenvx" | "uvx");
        wrapper.names.contains(&program.as_str()) && (wrapper.verb.is_empty() || wrapper.verb.contains(&verb) || optional)
    };
    let Some(wrapper) = DROPPED.iter().find(fits) else { return false };
    let mut rest = command.words.split_off(1);
    let mut env = std::mem::take(&mut command.env);
    let flags = options(&rest, Valued::Some(wrapper.valued));
    rest.drain(..flags);
    if rest.first().and_then(Word::text).is_some_and(|first| wrapper.verb.contains(&first)) {
        rest.remove(0);
        let flags = options(&rest, Valued::Some(wrapper.valued));
        let own: Vec<_> = rest.drain(..flags).collect();
        if own.iter().any(|word| matches!(word.text(), Some("-m" | "--module"))) {
            rest.splice(0..0, [Word::from("python"), Word::from("-m")]);
        }
    }
    rest.drain(..wrapper.words.min(rest.len()));
    if rest.first().and_then(Word::text) == Some("--") {
        rest.remove(0);
    }
    if rest.is_empty() {
        command.words.extend(rest);
        command.env = env;
        return false;
    }
    while let Some((name, value)) = rest.first().and_then(assignment) {
        env.push((name, value));
        rest.remove(0);
    }
    // uv and others run a file by the interpreter
    let file = rest.first().and_then(Word::text).is_some_and(|word| word.ends_with(".py"));
    if file && matches!(program.as_str(), "uv" | "rye" | "pdm" | "hatch") {
        rest.insert(0, Word::from("python"));
    }
    command.words = rest;
    command.env = env;
    true
}

#[derive(Clone, Copy)]
enum Valued {
    Some(&'static [&'static str]),
    /// Every option that has no `=` takes the next word.
    Every,
}

/// How many words from the first are options, with their values.
fn options(words: &[Word], valued: Valued) -> usize {
    let mut count = 0;
    while let Some(word) = words.get(count) {
        let head = word.head();
        if word.text() == Some("--") {
            return count + 1;
        }
        if !head.starts_with('-') || head == "-" {
            break;
        }
        let takes = match &valued {
            Valued::Some(names) => names.contains(&head),
            Valued::Every => !head.contains('='),
        };
        count += 1 + usize::from(takes);
    }
    count.min(words.len())
}

/// `sh -c 'a b'`, where the line is one that can be taken apart: the caller reads it again.
fn shell_line(command: &mut Command) -> bool {
    let shell = matches!(command.program(), "sh" | "bash" | "ash" | "dash" | "zsh");
    let Some(place) =
        command.words.iter().position(|word| matches!(word.text(), Some("-c" | "-lc" | "-ec" | "-euc" | "-xc"))).filter(|_| shell)
    else {
        return false;
    };
    let Some(text) = command.words.get(place + 1).map(ToString::to_string) else { return false };
    command.words = vec![Word::from("eval"), Word::literal(text)];
    true
}

/// `python -m gunicorn` is `gunicorn` to whoever looks for it: only tracers, which are started by both ways, are told here.
fn python_module(command: &mut Command) -> bool {
    let python = matches!(command.program(), "python" | "python3") && command.does("-m");
    let module = command.argument(1).filter(|_| python).is_some_and(|module| matches!(module, "dotenv" | "poetry" | "pipenv"));
    if module {
        command.words.drain(..2);
    }
    module
}

/// `wait-for-it.sh db:5432 -- node x.js`: an orchestrator waits, and a program that is started tries again.
fn waits(program: &str, command: &mut Command) -> bool {
    let name = program.rsplit('/').next().unwrap_or(program);
    let waits = name.starts_with("wait-for") || name.starts_with("wait_for") || name == "wait-port";
    let Some(end) = command.words.iter().position(|word| word.text() == Some("--")).filter(|_| waits) else { return false };
    command.words.drain(..=end);
    !command.words.is_empty()
}
