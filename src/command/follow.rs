//! From a line to the programs that it comes down to.

use std::cell::Cell;

use camino::{Utf8Path, Utf8PathBuf};

use super::line::assignment;
use super::{Command, Joint, Line, Part, Word, inside, managers, process, recipes, script, wrappers};
use crate::evidence::{Evidence, Rule};
use crate::tree::Tree;

/// How often a line may lead to another.
const DEEPEST: usize = 8;
/// How many commands a start may come down to: who has more wants to be read by a person.
const MOST_STEPS: usize = 60;
/// How many commands are looked at on the way, those of scripts and of processes beside one another included.
const MOST_COMMANDS: u32 = 2_000;

pub(super) const LEADS: Rule = Rule::parsed("command.leads-here", "the command leads here");

/// What a line comes down to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// The commands, in order: the last one is the program, the others come before it.
    pub steps: Vec<(Joint, Command)>,
    /// Where the line stands, and where what it leads to stands.
    pub at: Vec<Evidence>,
    /// The shell scripts of the project among its steps, which the image has to hold.
    pub scripts: Vec<Utf8PathBuf>,
    /// What those scripts run, as far as it can be told: they are steps as they stand, being more than commands in a row.
    pub within: Vec<Command>,
    /// Whether a line on the way holds more than commands in a row: `if`, `for`, groups.
    pub compound: bool,
    /// Why it cannot be followed to one program.
    pub obstacle: Option<Obstacle>,
}

/// Why a line leads to no one program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It starts several programs at once, each of which would be an image.
    Several(Vec<Process>),
    /// It leads on and on.
    Endless,
}

/// One of several programs that are started at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// What it is called.
    pub name: String,
    /// Its command line as it is written.
    pub line: String,
    /// What it comes down to.
    pub start: Start,
}

impl Start {
    /// The program: the last command.
    #[must_use]
    pub fn program(&self) -> Option<&Command> {
        self.steps.last().map(|(_, command)| command)
    }

    /// Whether more than commands in a row joins its steps.
    #[must_use]
    pub fn is_tangled(&self) -> bool {
        let joined = |joint: &Joint| matches!(joint, Joint::Or | Joint::Pipe | Joint::Beside);
        self.obstacle.is_some() || self.steps.iter().any(|(joint, _)| joined(joint))
    }
}

/// What a command leads to.
#[derive(Clone, Debug)]
pub(super) struct Called {
    /// The line.
    pub line: Line,
    /// Where it runs, relative to the project's root.
    pub directory: Utf8PathBuf,
    /// Where it stands.
    pub at: Evidence,
}

/// What following a command came to.
pub(super) enum Next {
    /// It is these lines, one after the other.
    Lines(Vec<Called>),
    /// It is these programs at once.
    Several(Vec<(String, Called)>),
    /// A script of the project, which stays what it is: it does more than commands in a row.
    Script(Box<Script>),
}

/// A script that is run as it is.
pub(super) struct Script {
    /// Where it lies.
    pub path: Utf8PathBuf,
    /// What is in it.
    pub line: Line,
    /// The command, which names the shell.
    pub command: Command,
}

/// Follows command lines through the files of a project.
#[derive(Clone, Copy)]
pub struct Reader<'t> {
    /// The project.
    pub tree: &'t Tree,
}

/// What holds for the commands of a line from outside.
#[derive(Clone, Default)]
struct Around {
    directory: Utf8PathBuf,
    env: Vec<(String, Word)>,
    wrapper: Vec<Word>,
}

impl<'t> Reader<'t> {
    /// A reader of this project's files.
    #[must_use]
    pub const fn new(tree: &'t Tree) -> Self {
        Self { tree }
    }

    /// Follows `text`, a line of a shell that runs in `directory`.
    #[must_use]
    pub fn read(self, text: &str, directory: &Utf8Path, at: Evidence) -> Start {
        self.follow(&Line::parse(text), directory, at)
    }

    /// Follows a line that runs in `directory`, relative to the project's root.
    #[must_use]
    pub fn follow(self, line: &Line, directory: &Utf8Path, at: Evidence) -> Start {
        Walk { tree: self.tree, left: Cell::new(MOST_COMMANDS) }.follow(line, directory, at, DEEPEST)
    }
}

/// What one question may cost: scripts that run one another twice each would lead on without an end.
struct Walk<'t> {
    tree: &'t Tree,
    left: Cell<u32>,
}

impl Walk<'_> {
    fn follow(&self, line: &Line, directory: &Utf8Path, at: Evidence, depth: usize) -> Start {
        let mut start = Start { at: vec![at], ..Start::default() };
        let around = Around { directory: directory.to_owned(), ..Around::default() };
        self.walk(line, around, depth, &mut start);
        if let Some((joint, _)) = start.steps.first_mut() {
            *joint = Joint::First;
        }
        start
    }

    fn walk(&self, line: &Line, mut around: Around, depth: usize, start: &mut Start) {
        start.compound |= line.compound;
        for (joint, command) in &line.commands {
            let left = self.left.get();
            self.left.set(left.saturating_sub(1));
            if left == 0 || start.steps.len() >= MOST_STEPS || start.obstacle.is_some() {
                start.obstacle.get_or_insert(Obstacle::Endless);
                return;
            }
            let mut command = command.clone();
            command.directory.clone_from(&around.directory);
            command.env.splice(0..0, around.env.iter().cloned());
            command.wrapper.clone_from(&around.wrapper);
            let before = start.steps.len();
            self.command(command, *joint, &mut around, depth, start);
            if let Some((own, _)) = start.steps.get_mut(before) {
                *own = *joint;
            }
        }
    }

    /// One command, which may be another in disguise.
    fn command(&self, mut command: Command, joint: Joint, around: &mut Around, depth: usize, start: &mut Start) {
        loop {
            // what answers a failure is a part of the line
            if builtin(&mut command, around) && !matches!(joint, Joint::Or | Joint::Pipe) {
                return;
            }
            match self.next(&command) {
                Some(_) if depth == 0 => {
                    start.obstacle = Some(Obstacle::Endless);
                    return;
                }
                Some(Next::Several(processes)) => {
                    let follow = |(name, called): (String, Called)| {
                        let start = self.follow(&called.line, &called.directory, called.at, depth - 1);
                        Process { name, line: called.line.text, start }
                    };
                    let deeper = if depth > 1 { processes } else { Vec::new() };
                    start.obstacle = Some(Obstacle::Several(deeper.into_iter().map(follow).collect()));
                    return;
                }
                Some(Next::Script(script)) => {
                    start.within.extend(self.inner(&script.line, &command, depth));
                    start.scripts.push(script.path);
                    start.steps.push((Joint::Then, script.command));
                    return;
                }
                Some(Next::Lines(lines)) => {
                    for called in lines {
                        start.at.push(called.at);
                        let inner = Around { directory: called.directory, env: command.env.clone(), wrapper: command.wrapper.clone() };
                        let from = start.steps.len();
                        self.walk(&called.line, inner, depth - 1, start);
                        if let Some((_, last)) = start.steps[from..].last_mut() {
                            last.redirects.extend(command.redirects.iter().cloned());
                        }
                    }
                    return;
                }
                None if wrappers::peel(&mut command) => {}
                None => {
                    start.steps.push((Joint::Then, command));
                    return;
                }
            }
        }
    }

    fn next(&self, command: &Command) -> Option<Next> {
        let lines = || managers::called(self.tree, command).or_else(|| recipes::called(self.tree, command)).map(Next::Lines);
        lines().or_else(|| process::called(self.tree, command)).or_else(|| script::called(self.tree, command))
    }

    /// The programs of a script that is run as it is.
    fn inner(&self, line: &Line, command: &Command, depth: usize) -> Vec<Command> {
        let mut inner = Start::default();
        if depth > 0 {
            let around = Around { directory: command.directory.clone(), ..Around::default() };
            self.walk(line, around, depth - 1, &mut inner);
        }
        inner.steps.into_iter().map(|(_, command)| command).chain(inner.within).collect()
    }
}

/// What a shell does itself, and no program: whether the command is done with.
fn builtin(command: &mut Command, around: &mut Around) -> bool {
    while let Some((name, value)) = command.words.first().and_then(assignment) {
        command.env.push((name, value));
        command.words.remove(0);
    }
    if command.words.is_empty() {
        around.env.clone_from(&command.env);
        return true;
    }
    match command.words.first().and_then(Word::text).unwrap_or_default() {
        "cd" | "pushd" => {
            let target = command.argument(0).unwrap_or_default();
            // what only a shell knows is mostly where the script itself stands
            if let Some(directory) = inside(&around.directory, target).filter(|_| !target.is_empty() && target != "-") {
                around.directory = directory;
            }
            true
        }
        "export" | "declare" | "set" if command.arguments().iter().any(|word| assignment(word).is_some()) => {
            around.env.extend(command.arguments().iter().filter_map(assignment));
            true
        }
        "set" | "export" | "declare" | "source" | "." | "ulimit" | "umask" | "trap" | "shopt" | "true" | ":" | "wait" | "echo"
        | "printf" | "shift" | "return" | "exit" | "local" | "readonly" | "unset" | "clear" => {
            command.redirects.is_empty() || command.words.len() < 2
        }
        _ => {
            // `"$@"` that nothing was given for
            command.words.iter().all(|word| word.parts.iter().all(|part| matches!(part, Part::Shell(text) if text == "$@")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Rule;

    fn told(files: &[(&str, &str)], text: &str) -> String {
        let tree = Tree::from_memory(files.iter().copied());
        let at = Evidence::exists("Procfile", Rule::parsed("test.rule", "is tested"));
        let start = Reader::new(&tree).read(text, "".into(), at);
        if let Some(obstacle) = &start.obstacle {
            return match obstacle {
                Obstacle::Endless => "endless".to_owned(),
                Obstacle::Several(of) => of.iter().map(|process| process.name.clone()).collect::<Vec<_>>().join(" + "),
            };
        }
        let form = start.form("{port}", |_| true);
        let env = form.env.iter().map(|(name, value)| format!("{name}={value} "));
        let directory = (!form.directory.as_str().is_empty()).then(|| format!("{}: ", form.directory));
        directory.into_iter().chain(env).chain([form.words.join("|")]).collect()
    }

    #[test]
    fn what_stands_before_a_program_is_taken_off_or_kept() {
        for (text, expected) in [
            ("gunicorn app:app", "gunicorn|app:app"),
            ("exec env A=1 B=2 node 'x y.js'", "A=1 B=2 node|x y.js"),
            ("cross-env NODE_ENV=production npx --yes next start -p $PORT", "NODE_ENV=production next|start|-p|{port}"),
            ("uv run --frozen --no-dev uvicorn app:app --port ${PORT:-8000}", "uvicorn|app:app|--port|{port}"),
            ("uv run -m api", "python|-m|api"),
            ("uv run main.py", "python|main.py"),
            ("poetry run python -m bot", "python|-m|bot"),
            ("pipenv run gunicorn x:y", "gunicorn|x:y"),
            ("ddtrace-run gunicorn x:y", "ddtrace-run|gunicorn|x:y"),
            ("newrelic-admin run-program gunicorn x:y", "newrelic-admin|run-program|gunicorn|x:y"),
            ("opentelemetry-instrument --traces_exporter otlp uvicorn x:y", "opentelemetry-instrument|--traces_exporter|otlp|uvicorn|x:y"),
            ("tini -g -- gosu app node x.js", "node|x.js"),
            ("dotenv -e .env -- node x.js", "node|x.js"),
            ("cd src && gunicorn x:y", "src: gunicorn|x:y"),
            ("sh -c 'cd api && exec node x.js'", "api: node|x.js"),
            ("./wait-for-it.sh db:5432 -- node x.js", "node|x.js"),
            ("python manage.py migrate && gunicorn x:y", "sh|-c|python manage.py migrate && exec gunicorn x:y"),
            (
                "gunicorn x:y --log-level $LOG_LEVEL -b :$PORT",
                "PORT={port} sh|-c|exec gunicorn x:y --log-level \"$LOG_LEVEL\" -b :\"$PORT\"",
            ),
            ("a || true; b", "sh|-c|a || true; exec b"),
        ] {
            assert_eq!(told(&[], text), expected, "{text}");
        }
    }

    #[test]
    fn scripts_of_manifests_are_followed() {
        let package = |scripts: &str| format!("{{\"name\": \"shop\", \"scripts\": {scripts}}}");
        for (scripts, text, expected) in [
            (r#"{"start": "A=1 node x.js"}"#, "npm start -- --port 4", "A=1 node|x.js|--port|4"),
            (r#"{"start": "yarn serve", "serve": "node y"}"#, "npm run start", "node|y"),
            (r#"{"start": "npm start"}"#, "npm start", "endless"),
            (r#"{"start": "node a.js\r"}"#, "yarn start", "node|a.js"),
            (r#"{"a": "node a", "b": "node b"}"#, "run-p a b", "a + b"),
            (r#"{"a": "node a", "b": "node b"}"#, "npm-run-all a b", "sh|-c|node a && exec node b"),
            (r#"{"x": "node x"}"#, "pnpm --dir . x", "node|x"),
            (r#"{"x": "node x"}"#, "node --run x", "node|x"),
        ] {
            assert_eq!(told(&[("package.json", &package(scripts))], text), expected, "{text} with {scripts}");
        }
        let member = [("package.json", "{}"), ("apps/api/package.json", r#"{"name": "@x/api", "scripts": {"start": "node s.js"}}"#)];
        for text in ["npm start -w @x/api", "pnpm --filter @x/api start", "yarn workspace @x/api start", "npm --prefix apps/api start"] {
            assert_eq!(told(&member, text), "apps/api: node|s.js", "{text}");
        }
        assert_eq!(told(&[("package.json", "{}"), ("server.js", "")], "npm start"), "node|server.js");
        let python = ("pyproject.toml", "[tool.pdm.scripts]\nserve = {cmd = \"gunicorn x:y\"}\n[tool.poe.tasks]\nrun = \"python a.py\"\n");
        assert_eq!(told(&[python], "pdm run serve"), "gunicorn|x:y");
        assert_eq!(told(&[python], "poetry run poe run"), "python|a.py");
        assert_eq!(told(&[("Pipfile", "[scripts]\nweb = \"gunicorn x:y\"\n")], "pipenv run web"), "gunicorn|x:y");
        assert_eq!(told(&[("deno.json", r#"{"tasks": {"start": "deno run -A m.ts"}}"#)], "deno task start"), "deno|run|-A|m.ts");
    }

    #[test]
    fn targets_and_shell_scripts_are_followed() {
        let make =
            ("Makefile", "PORT ?= 8080\nBIN := ./bin/app\n\nrun: build\n\t@$(BIN) serve --addr :$(PORT)\nbuild:\n\tgo build -o $(BIN)\n");
        assert_eq!(told(&[make], "make run"), "./bin/app|serve|--addr|:8080");
        let just = ("justfile", "port := \"9000\"\n\nrun p=port:\n    @uv run uvicorn x:y --port {{p}}\n");
        assert_eq!(told(&[just], "just run"), "uvicorn|x:y|--port|9000");
        let task = ("Taskfile.yml", "version: '3'\nvars:\n  PORT: 7000\ntasks:\n  run:\n    cmds:\n      - go run . --port {{.PORT}}\n");
        assert_eq!(told(&[task], "task run"), "go|run|.|--port|7000");
        let script = ("start.sh", "#!/bin/sh\r\nset -e\r\npython manage.py migrate\r\nexec gunicorn x:y -b :$PORT\r\n");
        assert_eq!(told(&[script], "./start.sh"), "PORT={port} sh|-c|python manage.py migrate; exec gunicorn x:y -b :\"$PORT\"");
        let entry = ("docker-entrypoint.sh", "#!/bin/sh\nset -e\nexec \"$@\"\n");
        assert_eq!(told(&[entry], "./docker-entrypoint.sh node x.js"), "node|x.js");
        let branches = ("start.sh", "#!/bin/bash\nif [ \"$X\" ]; then\n  a\nfi\nexec b\n");
        assert_eq!(told(&[branches], "bash start.sh"), "bash|start.sh");
    }

    #[test]
    fn process_managers_give_their_one_process() {
        let pm2 =
            ("ecosystem.config.js", "module.exports = { apps: [{ name: 'api', script: './src/x.js', args: '--a b', env: { A: 1 } }] }");
        assert_eq!(told(&[pm2, ("src/x.js", "")], "pm2-runtime start ecosystem.config.js --env production"), "A=1 node|./src/x.js|--a|b");
        assert_eq!(told(&[], "pm2-runtime start app.js -i max"), "node|app.js");
        let two = ("ecosystem.config.cjs", "module.exports = { apps: [{ name: 'a', script: 'a.js' }, { name: 'b', script: 'b.js' }] };");
        assert_eq!(told(&[two], "pm2-runtime ecosystem.config.cjs"), "a + b");
        let procfile = ("Procfile", "web: gunicorn x:y\nworker: celery -A x worker\n");
        assert_eq!(told(&[procfile], "honcho start web"), "gunicorn|x:y");
        assert_eq!(told(&[procfile], "honcho start"), "web + worker");
        let supervisor = (
            "supervisord.conf",
            "[supervisord]\nnodaemon=true\n[program:web]\ncommand=gunicorn x:y\ndirectory=/app/src\nenvironment=A=\"1\"\n",
        );
        assert_eq!(told(&[supervisor], "supervisord -c supervisord.conf"), "src: A=1 gunicorn|x:y");
    }
}
