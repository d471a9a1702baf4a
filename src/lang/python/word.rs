//! What the project's documents start: Procfile, platforms' manifests, a Dockerfile, compose files, targets of make.

use camino::{Utf8Path, Utf8PathBuf};

use super::command::{Command, PORT, tune};
use super::entry::{Entry, Finder, Worth, nameable};
use super::outline::ask;
use super::sources::Source;
use crate::app::Claim;
use crate::command::{self, Part, Start, Word};
use crate::declared::{self, By, Declared, Purpose, Said, Started};
use crate::diagnostic::Diagnostic;
use crate::evidence::Fact;

/// Servers that are meant for production.
const SERVERS: [&str; 8] = ["gunicorn", "uvicorn", "hypercorn", "waitress", "waitress-serve", "granian", "daphne", "uwsgi"];
/// What other languages start.
const FOREIGN: [&str; 26] = [
    "node", "npm", "npx", "yarn", "pnpm", "bun", "deno", "java", "go", "cargo", "ruby", "bundle", "rails", "puma", "php", "dotnet",
    "nginx", "caddy", "docker", "serve", "next", "vite", "mvn", "gradle", "elixir", "mix",
];
/// What only builds, when it stands before the program.
const BUILDERS: [&str; 14] =
    ["pip", "pip3", "uv", "poetry", "pdm", "pipenv", "npm", "yarn", "pnpm", "bun", "make", "apt-get", "apt", "npx"];
const BUILDING: [&str; 4] = ["collectstatic", "compilemessages", "compress", "tailwind"];

impl<'s, 't> Finder<'s, 't> {
    /// What documents start, the web process first, and what there is to say of words that are not taken.
    pub(super) fn declared(&self) -> (Vec<Entry<'s, 't>>, Vec<Diagnostic>) {
        let declared = declared::read(self.tree, &self.project.directory);
        let mut warnings = Vec::new();
        let web = declared.web().find(|said| self.is_meant(said, &mut warnings));
        let by = web.map_or(By::Procfile, |web| web.by);
        let others = declared
            .starts
            .iter()
            .filter(|said| said.by == by && said.purpose == Purpose::Production && self.concerns(&said.fact.value.start));
        let others = others.filter(|said| web.is_none_or(|web| web.fact.value.text != said.fact.value.text));
        let others = others.filter(|said| !said.fact.value.process.is_empty());
        let all = web.into_iter().map(|web| self.word(web, true, &declared)).chain(others.map(|other| self.word(other, false, &declared)));
        (all.collect(), warnings)
    }

    /// Whether a word for what answers requests is one to follow. A development server is none where another is there.
    fn is_meant(&self, said: &Said<Started>, warnings: &mut Vec<Diagnostic>) -> bool {
        let start = &said.fact.value.start;
        if !self.concerns(start) {
            return false;
        }
        let installed = SERVERS.iter().any(|server| self.project.installs(server).is_some());
        let server = start.program().is_some_and(|program| SERVERS.contains(&program.program()));
        let at = said.fact.because();
        let missing = start.program().and_then(|program| self.missing(program));
        if let Some(file) = missing {
            let warning = Diagnostic::warning("start::not-there", format!("`{}` names `{file}`, which is not there", said.fact.value.text));
            warnings.push(at.iter().fold(warning, Diagnostic::because));
            return false;
        }
        if said.purpose == Purpose::Production {
            // a target that starts a file by hand says nothing of production
            return said.by != By::Recipe || server || !installed;
        }
        let meant = said.by <= By::Procfile && !installed;
        if said.by <= By::Procfile {
            let message = format!("`{}` is a server for development", said.fact.value.text);
            let warning = at.iter().fold(Diagnostic::warning("start::development", message), Diagnostic::because);
            warnings.push(if meant {
                warning.help("add a production server to the dependencies, `gunicorn` or `uvicorn`, and start that")
            } else {
                warning.info("a production server is among the dependencies and is started in its place")
            });
        }
        meant
    }

    /// Whether a start is one of Python's programs.
    fn concerns(&self, start: &Start) -> bool {
        let inner = start.within.last().or_else(|| start.program());
        let program = inner.map_or("", command::Command::program);
        let name = program.rsplit('/').next().unwrap_or(program);
        let compiled = program.contains('/') && Utf8Path::new(program).extension() != Some("py") || self.is_beside(name);
        // arguments alone are what an entry point is given that nobody names
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.+".contains(c));
        start.obstacle.is_none() && !name.is_empty() && plain && !name.starts_with('-') && !FOREIGN.contains(&name) && !compiled
    }

    /// Whether a name is rather that of a program which another language beside compiles: nothing of Python's is known to be called so.
    fn is_beside(&self, name: &str) -> bool {
        let known = name.starts_with("python")
            || name.contains('.')
            || is_shell(name)
            || SERVERS.contains(&name)
            || self.project.installs(name).is_some()
            || self.project.scripts.iter().any(|script| script.value.name == name);
        !known && declared::compiles(self.tree, &self.project.directory)
    }

    /// The file that a command of the interpreter names and that is not there.
    fn missing(&self, command: &command::Command) -> Option<String> {
        let named = command.arguments().iter().find(|word| !word.head().starts_with('-'))?.text()?;
        let runs =
            matches!(command.program(), "python" | "python3") && !command.words.iter().any(|word| matches!(word.text(), Some("-m" | "-c")));
        (runs && named.ends_with(".py") && !self.tree.has(command.path(named)?)).then(|| named.to_owned())
    }

    fn word(&self, said: &Said<Started>, web: bool, declared: &Declared) -> Entry<'s, 't> {
        let Started { process, start, .. } = &said.fact.value;
        let at = said.fact.because().first().cloned().unwrap_or_else(|| said.fact.because()[0].clone());
        let (command, program) = self.fitted(start);
        let mut entry = Entry::new(if web { "" } else { process }, command, String::new(), at);
        entry.declared = true;
        if web {
            entry.claims.push(Fact::new(Claim::Named, entry.at.clone()));
        }
        entry.source = self.started(&program, &entry.command.directory);
        let web_django = self.djangos.iter().position(|django| django.directory == entry.command.directory).filter(|_| web);
        entry.django = web_django;
        let behind = if web_django.is_some() { "Django behind " } else { "" };
        let name = program.first().map_or("", |word| word.rsplit('/').next().unwrap_or(word));
        entry.what = format!("{behind}{name} ({})", entry.at.place());
        if entry.name.is_empty() && self.project.name.is_none() {
            let django = entry.django.and_then(|index| self.djangos.get(index)).map(|django| django.package.clone());
            entry.name = django.or_else(|| entry.source.map(nameable)).unwrap_or_default();
        }
        let usual = start.form(PORT, |_| true).port.flatten();
        if let Some(port) = declared.port().filter(|_| web && usual.is_none()) {
            // the words give the port by a variable, so that what is declared is what it gets
            let named = start.program().is_some_and(|program| program.words.iter().any(Word::names_port));
            let by_variable = named || entry.command.env.get("PORT").is_some_and(|value| value == PORT);
            entry.port = Some(if by_variable && !is_literal(start) { Worth::Declared(port.clone()) } else { Worth::Spare(port.clone()) });
        }
        entry
    }

    /// The command as the image has it, and the program's words.
    fn fitted(&self, start: &Start) -> (Command, Vec<String>) {
        let mut start = start.clone();
        let usual = start.form(PORT, |_| true).port.flatten();
        let mut tuned = Command::default();
        let mut program = Vec::new();
        if let Some((_, last)) = start.steps.last_mut() {
            program = last.words.iter().map(|word| word.with_port(PORT)).collect();
            if let (Some(first), false) = (program.first_mut(), last.program().is_empty()) {
                last.program().clone_into(first);
            }
            if let Some(source) = program.first().and_then(|first| self.frozen(first)) {
                program.splice(0..1, self.plain(source));
            }
            tuned = tune(program.clone(), self.sources);
            let typed =
                |text: &String| last.words.iter().find(|word| word.with_port(PORT) == *text).cloned().unwrap_or_else(|| ported(text));
            let words: Vec<_> = tuned.words.iter().map(typed).collect();
            last.words = words;
            let own: Vec<_> = tuned.env.iter().map(|(name, value)| (name.clone(), ported(value))).collect();
            last.env.extend(own);
            program.clone_from(&tuned.words);
        }
        let form = start.form(PORT, |before| !is_build(before));
        let inner = |directory: &Utf8Path| directory.strip_prefix(&self.project.directory).unwrap_or(directory).to_owned();
        let mut command =
            Command { words: form.words, env: form.env, listens: tuned.listens, config: tuned.config, directory: inner(&form.directory) };
        let within = start.within.last();
        if let Some(server) = within {
            let words = server.words.iter().map(|word| word.with_port(PORT)).collect();
            let inside = tune(words, self.sources);
            command.listens = inside.listens;
            program = inside.words;
        }
        let asks = start.within.iter().any(|step| step.words.iter().any(Word::names_port));
        if form.port.is_some() || asks || within.is_some_and(|server| server.program() == "gunicorn") {
            if form.shell || within.is_some() {
                command.env.insert("PORT".into(), PORT.into());
            }
            command.listens.get_or_insert_with(|| super::command::any(8000));
        }
        if let (Some(listen), Some(usual)) = (&mut command.listens, usual) {
            listen.port = Some(usual);
        }
        if program.is_empty() || command.words.first().is_some_and(|first| first != "sh") {
            self.configured(&mut command);
        }
        (command, program)
    }

    /// The file of the project's that a program of its name was made of, where nothing installs one: `PyInstaller`'s and its like.
    fn frozen(&self, program: &str) -> Option<&'s Source<'t>> {
        let known = SERVERS.contains(&program)
            || self.project.installs(program).is_some()
            || self.project.scripts.iter().any(|script| script.value.name == program);
        let is_it = |source: &&Source<'_>| {
            source.path.file_stem() == Some(program) && ask::guarded(&source.outline).is_some() && !source.is_aside()
        };
        self.sources.files.iter().filter(|_| !known).find(is_it)
    }

    /// The project's file that a command starts.
    fn started(&self, words: &[String], directory: &Utf8Path) -> Option<&'s Source<'t>> {
        let base = self.sources.directory.join(directory);
        let target = |word: &String| {
            if Utf8Path::new(word).extension() == Some("py") {
                let path = command::inside(&base, word)?;
                return self.sources.files.iter().find(|source| source.path == path);
            }
            let module = word.split([':', '(']).next().unwrap_or_default();
            self.sources.module(module).or_else(|| {
                let file: Utf8PathBuf = base.join(format!("{}.py", module.replace('.', "/")));
                self.sources.files.iter().find(|source| source.path == file)
            })
        };
        words.iter().skip(1).filter(|word| !word.ends_with("conf.py")).find_map(target)
    }
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "ash" | "dash")
}

/// Whether the words give the port as a number.
fn is_literal(start: &Start) -> bool {
    let port = start.program().and_then(|program| program.option(&["--port", "-p", "-b", "--bind"]));
    port.is_some_and(|word| word.text().is_some_and(|text| text.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok())))
}

/// A text in which `{port}` stands for the port, as a word.
fn ported(text: &str) -> Word {
    let mut word = Word::default();
    for (index, part) in text.split(PORT).enumerate() {
        if index > 0 {
            word.parts.push(Part::Port { default: None });
        }
        if !part.is_empty() {
            word.parts.push(Part::Literal(part.to_owned()));
        }
    }
    word
}

/// Whether a command that comes before the program is the build's.
fn is_build(command: &command::Command) -> bool {
    BUILDERS.contains(&command.program()) || command.words.iter().filter_map(Word::text).any(|word| BUILDING.contains(&word))
}
