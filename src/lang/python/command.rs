//! Commands that start a server, made to fit an image: reachable from outside, on a port that is known, without a shell.
//! `{port}` stands for the port until it is settled.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::outline::ask;
use super::sources::Sources;
use crate::app::{Interface, Listen};

/// Stands for the port in words and variables.
pub const PORT: &str = "{port}";

/// What is started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The words.
    pub words: Vec<String>,
    /// Environment variables that go with them.
    pub env: BTreeMap<String, String>,
    /// Where it listens, when the words or a configuration file say so.
    pub listens: Option<Listen>,
    /// A file of Python's that says where the server listens.
    pub config: Option<Utf8PathBuf>,
    /// The directory that it changes to, relative to the project's.
    pub directory: Utf8PathBuf,
}

/// How servers are told where to listen.
struct Server {
    name: &'static str,
    host: Option<&'static [&'static str]>,
    port: &'static [&'static str],
    usual: u16,
    rest: &'static [&'static str],
}

const SERVERS: [Server; 15] = [
    Server { name: "marimo", host: Some(&["--host"]), port: &["--port", "-p"], usual: 2718, rest: &["--headless", "--no-token"] },
    Server { name: "solara", host: Some(&["--host"]), port: &["--port"], usual: 8765, rest: &["--production", "--no-open"] },
    Server { name: "chainlit", host: Some(&["--host"]), port: &["--port"], usual: 8000, rest: &["--headless"] },
    Server { name: "shiny", host: Some(&["--host"]), port: &["--port"], usual: 8000, rest: &[] },
    Server { name: "panel", host: Some(&["--address"]), port: &["--port"], usual: 5006, rest: &["--allow-websocket-origin=*"] },
    Server { name: "voila", host: Some(&["--Voila.ip"]), port: &["--port"], usual: 8866, rest: &["--no-browser"] },
    Server { name: "uvicorn", host: Some(&["--host"]), port: &["--port"], usual: 8000, rest: &[] },
    Server { name: "fastapi", host: Some(&["--host"]), port: &["--port"], usual: 8000, rest: &[] },
    Server { name: "flask", host: Some(&["--host", "-h"]), port: &["--port", "-p"], usual: 5000, rest: &[] },
    Server { name: "granian", host: Some(&["--host"]), port: &["--port"], usual: 8000, rest: &[] },
    Server { name: "daphne", host: Some(&["-b", "--bind"]), port: &["-p", "--port"], usual: 8000, rest: &[] },
    Server { name: "sanic", host: Some(&["--host", "-H"]), port: &["--port", "-p"], usual: 8000, rest: &[] },
    Server { name: "waitress-serve", host: Some(&["--host"]), port: &["--port"], usual: 8080, rest: &[] },
    Server { name: "litestar", host: Some(&["--host", "-H"]), port: &["--port", "-p"], usual: 8000, rest: &[] },
    Server {
        name: "streamlit",
        host: Some(&["--server.address"]),
        port: &["--server.port"],
        usual: 8501,
        rest: &["--server.headless=true", "--browser.gatherUsageStats=false"],
    },
];

/// Makes a command fit.
pub fn tune(words: Vec<String>, sources: &Sources<'_>) -> Command {
    let mut command = Command { words, ..Command::default() };
    command.words.retain(|word| !matches!(word.as_str(), "--reload" | "--debug"));
    // `python -m gunicorn` is `gunicorn`
    let name = match command.words.as_slice() {
        [python, m, module, ..] if is_python(python) && m == "-m" && known(module) => {
            command.words.drain(..2);
            command.words[0].clone()
        }
        [first, ..] => first.clone(),
        [] => return command,
    };
    match name.as_str() {
        "gunicorn" => gunicorn(&mut command, sources),
        "uwsgi" => uwsgi(&mut command),
        "celery" => beat(&mut command),
        "hypercorn" => bound(&mut command, &["-b", "--bind"], 8000),
        _ => {
            if let Some(server) = SERVERS.iter().find(|server| server.name == name) {
                addressed(&mut command, server);
            } else if command.words.iter().any(|word| word == "runserver") {
                runserver(&mut command);
            } else if command.words.iter().any(|word| word.contains(PORT)) {
                command.listens = Some(any(8000));
            }
        }
    }
    command
}

fn known(name: &str) -> bool {
    matches!(name, "gunicorn" | "hypercorn") || SERVERS.iter().any(|server| server.name == name)
}

fn is_python(word: &str) -> bool {
    matches!(word, "python" | "python3")
}

pub(super) fn any(port: u16) -> Listen {
    Listen { port: Some(port), variable: None, interface: Interface::Any, host: None }
}

/// The value of an option, and where it stands: `--port 80`, `--port=80`, `-p80`.
fn option(words: &[String], names: &[&str]) -> Option<(usize, usize, String)> {
    words.iter().enumerate().find_map(|(index, word)| {
        names.iter().find_map(|name| {
            if word == name {
                return Some((index, 2, words.get(index + 1)?.clone()));
            }
            let rest = word.strip_prefix(name)?;
            let rest = if name.starts_with("--") { rest.strip_prefix('=')? } else { rest };
            Some((index, 1, rest.to_owned()))
        })
    })
}

fn number(text: &str) -> Option<u16> {
    text.rsplit(':').next()?.trim_end_matches('}').trim_start_matches('-').parse().ok()
}

/// gunicorn listens on `0.0.0.0:$PORT` when there is a `PORT` and nothing else says where.
fn gunicorn(command: &mut Command, sources: &Sources<'_>) {
    let named = option(&command.words, &["-c", "--config"]).map(|(.., file)| file.trim_start_matches("python:").to_owned());
    let file = named.unwrap_or_else(|| "gunicorn.conf.py".into());
    let config = sources.files.iter().find(|source| source.path == sources.directory.join(&file));
    let configured = config.filter(|source| ask::bound(&source.outline, "bind").is_some());
    let bound = option(&command.words, &["-b", "--bind"]);
    if let Some((index, count, value)) = bound {
        command.words.drain(index..index + count);
        let port = number(&value).unwrap_or(8000);
        return by_variable(command, port);
    }
    match configured {
        Some(source) => command.config = Some(source.path.to_owned()),
        None => by_variable(command, 8000),
    }
}

/// uWSGI takes SIGTERM for a wish to start again, unless it is told to end.
fn uwsgi(command: &mut Command) {
    let bound = option(&command.words, &["--http", "--http-socket"]);
    if let Some((.., address)) = bound {
        let port = number(&address).unwrap_or(8000);
        if let Some(word) = command.words.iter_mut().find(|word| **word == address) {
            *word = format!(":{PORT}");
        }
        command.listens = Some(any(port));
    }
    if !command.words.iter().any(|word| word.contains("die-on-term")) {
        command.words.push("--die-on-term".to_owned());
    }
}

/// Celery's clock writes down what it did: beside the code, where the image lets nobody write, unless it is told where else.
fn beat(command: &mut Command) {
    let clock = command.words.iter().any(|word| matches!(word.as_str(), "beat" | "-B" | "--beat"));
    let told = |word: &String| word.starts_with("--schedule") || word.starts_with("-s") || word.contains("DatabaseScheduler");
    if clock && !command.words.iter().any(told) {
        command.words.extend(["--schedule", "/tmp/celerybeat-schedule"].map(str::to_owned));
    }
}

fn by_variable(command: &mut Command, port: u16) {
    command.env.insert("PORT".into(), PORT.into());
    command.listens = Some(any(port));
}

fn bound(command: &mut Command, names: &[&str], usual: u16) {
    let found = option(&command.words, names);
    if let Some((index, count, _)) = &found {
        command.words.drain(*index..index + count);
    }
    let port = found.and_then(|(.., value)| number(&value)).unwrap_or(usual);
    command.words.extend([names.last().unwrap_or(&"--bind").to_string(), format!("0.0.0.0:{PORT}")]);
    command.listens = Some(any(port));
}

fn addressed(command: &mut Command, server: &Server) {
    let mut port = server.usual;
    for names in std::iter::once(server.port).chain(server.host) {
        if let Some((index, count, value)) = option(&command.words, names) {
            command.words.drain(index..index + count);
            if names == server.port {
                port = number(&value).unwrap_or(server.usual);
            }
        }
    }
    let flag = |names: &[&str]| (*names.first().unwrap_or(&"")).to_owned();
    let mut given: Vec<String> = Vec::new();
    if let Some(host) = server.host {
        given.extend([flag(host), "0.0.0.0".to_owned()]);
    }
    given.extend([flag(server.port), PORT.to_owned()]);
    given.extend(
        server
            .rest
            .iter()
            .filter(|word| !command.words.iter().any(|known| known.starts_with(word.split('=').next().unwrap_or(word))))
            .map(|word| (*word).to_owned()),
    );
    // waitress takes options before the application alone
    if server.name == "waitress-serve" {
        command.words.splice(1..1, given);
    } else {
        command.words.extend(given);
    }
    command.listens = Some(any(port));
}

fn runserver(command: &mut Command) {
    let at = command.words.iter().position(|word| word == "runserver").unwrap_or(0);
    let address = command.words.get(at + 1).filter(|word| !word.starts_with('-')).cloned();
    let port = address.as_deref().and_then(number).unwrap_or(8000);
    let end = at + 1 + usize::from(address.is_some());
    command.words.splice(at + 1..end, [format!("0.0.0.0:{PORT}")]);
    command.listens = Some(any(port));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn tuned(line: &str, files: &[(&str, &str)]) -> (String, Option<u16>) {
        let tree = Tree::from_memory(files.iter().copied());
        let sources = Sources::read(&tree, camino::Utf8Path::new(""), &[]);
        let words = |(_, command): (_, crate::command::Command)| command.words.iter().map(|word| word.with_port(PORT)).collect::<Vec<_>>();
        let command = tune(crate::command::Line::parse(line).commands.into_iter().flat_map(words).collect(), &sources);
        let env = command.env.iter().fold(String::new(), |text, (name, value)| text + name + "=" + value + " ");
        (env + &command.words.join(" "), command.listens.and_then(|listen| listen.port))
    }

    #[test]
    fn servers_are_reached_from_outside() {
        for (line, expected, port) in [
            ("gunicorn app:app", "PORT={port} gunicorn app:app", Some(8000)),
            ("gunicorn -w 4 --bind=127.0.0.1:9000 app:app", "PORT={port} gunicorn -w 4 app:app", Some(9000)),
            ("gunicorn -b 0.0.0.0:$PORT 'app:create_app()'", "PORT={port} gunicorn app:create_app()", Some(8000)),
            ("uvicorn app:app --reload --port 9001", "uvicorn app:app --host 0.0.0.0 --port {port}", Some(9001)),
            ("python -m uvicorn app:app", "uvicorn app:app --host 0.0.0.0 --port {port}", Some(8000)),
            ("hypercorn app:app --bind '[::]:$PORT'", "hypercorn app:app --bind 0.0.0.0:{port}", Some(8000)),
            ("waitress-serve --call app:create_app", "waitress-serve --host 0.0.0.0 --port {port} --call app:create_app", Some(8080)),
            ("python manage.py runserver 8080", "python manage.py runserver 0.0.0.0:{port}", Some(8080)),
            ("python bot.py", "python bot.py", None),
            ("uwsgi --http 127.0.0.1:9000 --module x:app", "uwsgi --http :{port} --module x:app --die-on-term", Some(9000)),
            ("celery -A x beat -l info", "celery -A x beat -l info --schedule /tmp/celerybeat-schedule", None),
            ("celery -A x beat -S y:DatabaseScheduler", "celery -A x beat -S y:DatabaseScheduler", None),
            ("python serve.py $PORT", "python serve.py {port}", Some(8000)),
        ] {
            assert_eq!(tuned(line, &[]), (expected.into(), port), "{line}");
        }
        let config = ("gunicorn.conf.py", "import os\nbind = f\"[::]:{os.environ.get('PORT', 5006)}\"\n");
        // what the file says is the observers'
        assert_eq!(
            tuned("gunicorn --config gunicorn.conf.py x.wsgi", &[config]),
            ("gunicorn --config gunicorn.conf.py x.wsgi".into(), None)
        );
    }
}
