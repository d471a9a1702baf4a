//! Scripts of a `package.json`, taken apart: the commands, what stands before them, and the program that they end in.

use super::package::Package;
use crate::command::{self, Joint, Line, Part};
use crate::evidence::Evidence;

/// How often a script may lead to another.
const DEEPEST: usize = 8;

/// One command of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The variables that are set for it.
    pub env: Vec<(String, String)>,
    /// The program and its arguments.
    pub words: Vec<String>,
}

impl Command {
    /// The program, without the directory of locally installed ones.
    pub fn program(&self) -> &str {
        let first = self.words.first().map_or("", String::as_str);
        first.strip_prefix("./").unwrap_or(first).strip_prefix("node_modules/.bin/").unwrap_or(first)
    }

    /// Its arguments.
    pub fn arguments(&self) -> &[String] {
        self.words.get(1..).unwrap_or_default()
    }

    /// Whether what it does is done in other packages.
    pub fn is_elsewhere(&self) -> bool {
        let sent = || self.arguments().iter().any(|word| ELSEWHERE.contains(&word.split('=').next().unwrap_or(word)));
        match self.program() {
            "npm" | "pnpm" | "bun" => sent(),
            "yarn" => sent() || self.does("workspace") || self.does("workspaces"),
            "turbo" | "lerna" | "wsrun" | "wireit" | "cd" => true,
            _ => false,
        }
    }

    /// Whether its first argument is this word.
    pub fn does(&self, verb: &str) -> bool {
        self.arguments().first().is_some_and(|first| first == verb)
    }
}

/// What sends a package manager's command to another package.
const ELSEWHERE: [&str; 11] =
    ["--prefix", "-w", "--workspace", "--workspaces", "-ws", "--filter", "-F", "-r", "--recursive", "-C", "--cwd"];

/// A script, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// What is done, one after the other.
    pub commands: Vec<Command>,
    /// Whether it does several things at once, or asks more of a shell than commands in a row.
    pub tangled: bool,
    /// Where it stands, and where what it leads to stands.
    pub at: Vec<Evidence>,
}

impl Chain {
    /// Whether anything is done in the package itself.
    pub fn is_own(&self) -> bool {
        self.commands.iter().any(|command| !command.is_elsewhere())
    }
}

/// The script of that name, with those that it calls in its place.
pub fn chain(package: &Package<'_>, name: &str) -> Option<Chain> {
    let (text, at) = package.script(name)?;
    let mut chain = Chain { commands: Vec::new(), tangled: false, at: vec![at] };
    follow(package, text, DEEPEST, &mut chain);
    Some(chain)
}

fn follow(package: &Package<'_>, text: &str, depth: usize, chain: &mut Chain) {
    let Some(commands) = split(text) else {
        chain.tangled = true;
        return;
    };
    for command in commands.into_iter().map(unwrapped).filter(|command| !command.words.is_empty()) {
        match called(package, &command).filter(|_| depth > 0) {
            Some(names) => {
                for name in names {
                    let Some((text, at)) = package.script(&name) else { continue };
                    chain.at.push(at);
                    let from = chain.commands.len();
                    follow(package, text, depth - 1, chain);
                    for own in &mut chain.commands[from..] {
                        own.env.splice(0..0, command.env.iter().cloned());
                    }
                }
            }
            None if ["concurrently", "npm-run-all", "run-p"].contains(&command.program()) => chain.tangled = true,
            None => chain.commands.push(command),
        }
    }
}

/// The scripts that a command runs: `npm run build`, `yarn start`, `run-s clean build`.
fn called(package: &Package<'_>, command: &Command) -> Option<Vec<String>> {
    let own = |name: &String| package.script(name).is_some();
    let mut arguments = command.arguments().iter().filter(|word| !word.starts_with('-'));
    match command.program() {
        "npm" | "pnpm" | "yarn" | "bun" => {
            // what is run in another package is not this one's
            if command.is_elsewhere() {
                return None;
            }
            let first = arguments.next()?;
            let name = match first.as_str() {
                "run" | "run-script" => arguments.next()?,
                "start" | "test" => first,
                _ if command.program() != "npm" => first,
                _ => return None,
            };
            own(name).then(|| vec![name.clone()])
        }
        "run-s" => Some(arguments.filter(|name| own(name)).cloned().collect()),
        "node" if command.does("--run") => Some(command.arguments().get(1).into_iter().filter(|name| own(name)).cloned().collect()),
        _ => None,
    }
}

/// A command without what is put before it to set variables or to find a program.
fn unwrapped(mut command: Command) -> Command {
    loop {
        let taken = match command.program() {
            "cross-env" | "cross-env-shell" | "env" | "exec" | "npx" | "pnpx" | "bunx" | "time" => 1,
            "dotenv" | "dotenvx" => command.words.iter().position(|word| word == "--").map_or(command.words.len().min(1), |end| end + 1),
            "npm" | "pnpm" | "yarn" if command.does("exec") => 2,
            "yarn" if command.does("node") => 1,
            "pm2-runtime" | "pm2" => {
                let verb = usize::from(command.does("start"));
                command.words.drain(..=verb);
                if command.words.first().is_some_and(|file| is_script(file)) {
                    command.words.insert(0, "node".into());
                }
                continue;
            }
            _ => break,
        };
        command.words.drain(..taken);
        while command.words.first().is_some_and(|word| word == "--" || word == "--yes" || word == "-y") {
            command.words.remove(0);
        }
        take_variables(&mut command);
    }
    command
}

fn take_variables(command: &mut Command) {
    while let Some((name, value)) = command.words.first().and_then(|word| assignment(word)) {
        command.env.push((name, value));
        command.words.remove(0);
    }
}

fn assignment(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    let fits =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    fits.then(|| (name.to_owned(), value.to_owned()))
}

/// Whether a word names a file that node runs.
pub fn is_script(word: &str) -> bool {
    [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"].iter().any(|end| word.ends_with(end))
}

/// The commands of a line of the shell; nothing where it does more than run commands in a row.
fn split(text: &str) -> Option<Vec<Command>> {
    let line = Line::parse(text);
    // what is done when a command fails is not what is meant to be done
    let meant: Vec<_> = line.commands.into_iter().take_while(|(joint, _)| *joint != Joint::Or).collect();
    let tangled = |(joint, command): &(Joint, command::Command)| {
        matches!(joint, Joint::Pipe | Joint::Beside)
            || !command.redirects.is_empty()
            || command
                .words
                .iter()
                .flat_map(|word| &word.parts)
                .any(|part| matches!(part, Part::Shell(text) if text.starts_with(['$', '`'])))
    };
    if line.compound || meant.iter().any(tangled) {
        return None;
    }
    let told = |(_, command): (Joint, command::Command)| Command {
        env: command.env.iter().map(|(name, value)| (name.clone(), value.to_string())).collect(),
        words: command.words.iter().map(ToString::to_string).collect(),
    };
    Some(meant.into_iter().map(told).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn told(scripts: &str, name: &str) -> Vec<String> {
        let tree = Tree::from_memory([("package.json", format!("{{\"scripts\": {scripts}}}"))]);
        let package = Package::read(&tree, "".into()).unwrap().unwrap();
        let Some(chain) = chain(&package, name) else { return Vec::new() };
        let words = |command: &Command| {
            let env = command.env.iter().map(|(name, value)| format!("{name}={value}"));
            env.chain(command.words.iter().cloned()).collect::<Vec<_>>().join(" ")
        };
        let told = chain.commands.iter().map(words);
        told.chain(chain.tangled.then(|| "tangled".to_owned())).collect()
    }

    #[test]
    fn a_script_leads_to_the_program_that_it_ends_in() {
        for (scripts, expected) in [
            (r#"{"start": "node server.js"}"#, vec!["node server.js"]),
            (r#"{"start": "NODE_ENV=production node  'a b.js'"}"#, vec!["NODE_ENV=production node a b.js"]),
            (r#"{"start": "cross-env A=1 B=2 node x.js"}"#, vec!["A=1 B=2 node x.js"]),
            (r#"{"start": "npm run build && npm run serve", "build": "tsc", "serve": "node dist"}"#, vec!["tsc", "node dist"]),
            (r#"{"start": "yarn serve", "serve": "npx next start"}"#, vec!["next start"]),
            (r#"{"start": "A=1 npm run x", "x": "B=2 node y"}"#, vec!["A=1 B=2 node y"]),
            (r#"{"start": "pm2-runtime start app.js -i max"}"#, vec!["node app.js -i max"]),
            (r#"{"start": "dotenv -e .env -- node x.js"}"#, vec!["node x.js"]),
            (r#"{"start": "node a.js & node b.js"}"#, vec!["tangled"]),
            (r#"{"start": "npm start -w api"}"#, vec!["npm start -w api"]),
            (r#"{"start": "npm start"}"#, vec!["npm start"]),
            (r#"{"start": "\"unended"}"#, vec!["unended"]),
        ] {
            assert_eq!(told(scripts, "start"), expected, "{scripts}");
        }
    }
}
