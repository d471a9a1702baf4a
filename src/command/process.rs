//! Process managers: one process is taken out of them, several are several images.

use camino::Utf8PathBuf;

use super::follow::{Called, LEADS, Next};
use super::literal::{Literal, literal};
use super::members::script;
use super::{Command, Line, Part, Word, inside};
use crate::evidence::{Evidence, Span};
use crate::tree::Tree;

/// A process as a manager's file has it.
struct Managed {
    name: String,
    line: Line,
    directory: Utf8PathBuf,
    at: Evidence,
}

/// What a process manager starts.
pub(super) fn called(tree: &Tree, command: &Command) -> Option<Next> {
    let (processes, only) = match command.program() {
        "pm2" | "pm2-runtime" | "pm2-docker" | "forever" => return pm2(tree, command),
        "honcho" | "foreman" | "overmind" | "hivemind" | "goreman" | "forego" => {
            let file = command.option(&["-f", "--procfile"]).and_then(|word| word.text().map(str::to_owned));
            let path = command.path(file.as_deref().unwrap_or("Procfile"))?;
            let verb = usize::from(command.does("start"));
            let named = command.arguments().iter().skip(verb).find(|word| !word.head().starts_with('-') && word.text() != file.as_deref());
            (procfile(tree, &path)?, named.and_then(Word::text).map(str::to_owned))
        }
        "supervisord" | "supervisor" => {
            let named = command.option(&["-c", "--configuration"]).and_then(|word| word.text().map(str::to_owned));
            (supervisord(tree, command, named.as_deref())?, None)
        }
        "concurrently" | "run-p" | "npm-run-all" => {
            let names = command.arguments().iter().filter_map(Word::text).filter(|word| !word.starts_with('-'));
            let process = |name: &str| {
                let short = name.strip_prefix("npm:").unwrap_or(name);
                let named = script(tree, &command.directory, short);
                let (line, at) = named.unwrap_or_else(|| (name.to_owned(), Evidence::exists("package.json", LEADS)));
                (short.to_owned(), Called { line: Line::parse(&line), directory: command.directory.clone(), at })
            };
            return Some(Next::Several(names.map(process).collect()));
        }
        _ => return None,
    };
    choose(processes, only.as_deref())
}

/// The one process that is named, or the only one.
fn choose(mut processes: Vec<Managed>, only: Option<&str>) -> Option<Next> {
    if let Some(only) = only {
        processes.retain(|process| process.name == only);
    }
    if processes.len() > 1 {
        let called = |process: Managed| (process.name, Called { line: process.line, directory: process.directory, at: process.at });
        return Some(Next::Several(processes.into_iter().map(called).collect()));
    }
    let one = processes.pop()?;
    Some(Next::Lines(vec![Called { line: one.line, directory: one.directory, at: one.at }]))
}

fn procfile(tree: &Tree, path: &Utf8PathBuf) -> Option<Vec<Managed>> {
    let text = tree.by_hand(path)?;
    let process = |(number, line): (usize, &str)| {
        let (name, rest) = line.split_once(':').filter(|_| !line.starts_with('#'))?;
        let at = Evidence::at(path.clone(), Span::of_line(number, line), LEADS, line.trim());
        let directory = path.parent().map(ToOwned::to_owned).unwrap_or_default();
        (name != "release").then(|| Managed { name: name.trim().to_owned(), line: Line::parse(rest), directory, at })
    };
    Some((1..).zip(text.lines()).filter_map(process).collect())
}

fn supervisord(tree: &Tree, command: &Command, named: Option<&str>) -> Option<Vec<Managed>> {
    let path = named.and_then(|named| command.path(named)).filter(|path| tree.has(path)).or_else(|| {
        let name = named.and_then(|named| named.rsplit('/').next()).unwrap_or("supervisord.conf");
        tree.named(&[name]).next().map(ToOwned::to_owned)
    })?;
    let mut found: Vec<Managed> = Vec::new();
    for (number, line) in (1..).zip(tree.by_hand(&path)?.lines()) {
        let line = line.split(" ;").next().unwrap_or_default().trim();
        if let Some(section) = line.strip_prefix('[') {
            let name = section.trim_end_matches(']').strip_prefix("program:");
            // what stands in another section belongs to no process
            let name = name.map_or_else(String::new, str::to_owned);
            let at = Evidence::at(path.clone(), Span::of_line(number, line), LEADS, line);
            found.push(Managed { name, line: Line::default(), directory: command.directory.clone(), at });
            continue;
        }
        let (Some(process), Some((key, value))) = (found.last_mut(), line.split_once('=')) else { continue };
        match key.trim() {
            "command" => {
                process.line = Line::parse(value);
                process.at = Evidence::at(path.clone(), Span::of_line(number, line), LEADS, line);
            }
            "directory" => process.directory = inside(&command.directory, value.trim()).unwrap_or_default(),
            "environment" => {
                let sets = Line::parse(&value.replace(',', " ")).commands.into_iter().flat_map(|(_, command)| command.env);
                let sets: Vec<_> = sets.collect();
                if let Some((_, command)) = process.line.commands.first_mut() {
                    command.env.splice(0..0, sets);
                }
            }
            _ => {}
        }
    }
    found.retain(|process| !process.name.is_empty() && !process.line.commands.is_empty());
    Some(found)
}

/// Options of pm2's that take the next word.
const PM2_VALUED: [&str; 14] = [
    "-i",
    "--instances",
    "--name",
    "-n",
    "--env",
    "--only",
    "--max-memory-restart",
    "--interpreter",
    "--cwd",
    "-l",
    "--log",
    "-o",
    "-e",
    "--node-args",
];

fn pm2(tree: &Tree, command: &Command) -> Option<Next> {
    let mut words = command.arguments().iter();
    let (mut script, mut given, mut only, mut flags) = (None, Vec::new(), None, Vec::new());
    while let Some(word) = words.next() {
        let text = word.text().unwrap_or_default();
        match text {
            "start" | "start-or-restart" | "restart" if script.is_none() => {}
            "--" => {
                given.extend(words.by_ref().cloned());
            }
            "--only" => only = words.next().and_then(Word::text).map(str::to_owned),
            "--node-args" => flags.extend(words.next().into_iter().flat_map(|word| words_of(&word.to_string()))),
            option if PM2_VALUED.contains(&option) => _ = words.next(),
            option if option.starts_with('-') => {}
            _ if script.is_none() => script = Some(word),
            _ => {}
        }
    }
    let script = script?;
    let name = script.text()?;
    let file = Utf8PathBuf::from(name);
    let is_config =
        name.contains("ecosystem") || name.ends_with(".config.js") || name.ends_with(".config.cjs") || file.extension() == Some("json");
    if is_config {
        let path = command.path(name)?;
        return choose(ecosystem(tree, command, &path)?, only.as_deref());
    }
    // `pm2-runtime npm -- start`
    let code = matches!(file.extension(), Some("js" | "mjs" | "cjs" | "ts" | "mts"));
    let program = if code { [Word::from("node")].into_iter().chain(flags).chain([script.clone()]).collect() } else { vec![script.clone()] };
    let line = Line {
        commands: vec![(super::Joint::First, Command { words: program.into_iter().chain(given).collect(), ..Command::default() })],
        ..Line::default()
    };
    let at = Evidence::exists(command.path(name).unwrap_or(file), LEADS);
    Some(Next::Lines(vec![Called { line, directory: command.directory.clone(), at }]))
}

fn words_of(text: &str) -> Vec<Word> {
    Line::parse(text).commands.into_iter().flat_map(|(_, command)| command.words).collect()
}

/// The apps of pm2's configuration: a module that gives a plain object, JSON, or YAML that looks like it.
fn ecosystem(tree: &Tree, command: &Command, path: &Utf8PathBuf) -> Option<Vec<Managed>> {
    let text = tree.by_hand(path)?;
    let found = literal(text, "apps")?;
    let apps = match &found {
        Literal::List(apps) => apps.as_slice(),
        one => std::slice::from_ref(one),
    };
    let managed = |app: &Literal| {
        let script = app.text("script")?;
        let mut words = Vec::new();
        let interpreter = app.text("interpreter").filter(|name| name != "none");
        let code = [".js", ".mjs", ".cjs", ".ts"].iter().any(|end| script.ends_with(end));
        words.extend(interpreter.map(Word::literal).or_else(|| code.then(|| Word::from("node"))));
        words.extend(["node_args", "nodeArgs", "interpreter_args"].iter().flat_map(|key| app.words(key)));
        words.extend(if code { vec![Word::literal(script.clone())] } else { words_of(&script) });
        words.extend(app.words("args"));
        let env = ["env", "env_production"].iter().flat_map(|key| app.entries(key));
        let env = env.map(|(name, value)| (name, Word { parts: vec![Part::Literal(value)] })).collect();
        let directory = app.text("cwd").and_then(|cwd| inside(&command.directory, &cwd)).unwrap_or_else(|| command.directory.clone());
        let number = text.lines().position(|line| line.contains("script") && line.contains(&*script)).map_or(1, |index| index + 1);
        let line = text.lines().nth(number - 1).unwrap_or_default();
        let at = Evidence::at(path.clone(), Span::of_line(number, line), LEADS, line.trim());
        let name = app.text("name").unwrap_or_else(|| script.clone());
        let own = Command { env, words, ..Command::default() };
        Some(Managed { name, line: Line { commands: vec![(super::Joint::First, own)], ..Line::default() }, directory, at })
    };
    Some(apps.iter().filter_map(managed).collect())
}
