//! Scripts of a `package.json` as `src/command` takes them apart, with what only this language asks of them.

use camino::{Utf8Path, Utf8PathBuf};

use super::package::Package;
use crate::command::{self, Joint, Line, Part, Reader, Start, inside};
use crate::evidence::Evidence;
use crate::tree::Tree;

/// One command of a script, in text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The variables that are set for it.
    pub env: Vec<(String, String)>,
    /// The program and its arguments.
    pub words: Vec<String>,
    /// The directory that it works in, relative to the project's root.
    pub directory: Utf8PathBuf,
    /// Whether that belongs to another package than the script's.
    pub elsewhere: bool,
    /// Whether what it writes goes into a file.
    pub redirected: bool,
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
        self.elsewhere
            || match self.program() {
                "npm" | "pnpm" | "bun" => sent(),
                "yarn" => sent() || self.does("workspace") || self.does("workspaces"),
                "turbo" | "lerna" | "wsrun" | "wireit" => true,
                _ => false,
            }
    }

    /// The directory of the other package that it works in, where it is one.
    pub fn other_package(&self) -> Option<Utf8PathBuf> {
        if self.elsewhere {
            return Some(self.directory.clone());
        }
        let words = self.arguments();
        let value = words.iter().enumerate().find_map(|(place, word)| match word.split_once('=') {
            Some((flag, value)) => IN_DIRECTORY.contains(&flag).then_some(value),
            None => words.get(place + 1).filter(|_| IN_DIRECTORY.contains(&word.as_str())).map(String::as_str),
        });
        inside(&self.directory, value.filter(|_| self.is_elsewhere())?)
    }

    /// Whether it installs packages.
    pub fn installs(&self) -> bool {
        ["npm", "pnpm", "yarn", "bun"].contains(&self.program())
            && self.arguments().first().is_none_or(|word| ["ci", "i", "install"].contains(&word.as_str()))
    }

    /// Whether its first argument is this word.
    pub fn does(&self, verb: &str) -> bool {
        self.arguments().first().is_some_and(|first| first == verb)
    }
}

/// What sends a package manager's command to another package.
const ELSEWHERE: [&str; 11] =
    ["--prefix", "-w", "--workspace", "--workspaces", "-ws", "--filter", "-F", "-r", "--recursive", "-C", "--cwd"];
/// Those that name its directory.
const IN_DIRECTORY: [&str; 4] = ["--prefix", "-C", "--cwd", "--dir"];

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
    /// A start as commands in text, with `port` for the port.
    pub fn of(start: &Start, port: &str) -> Self {
        let text = |command: &command::Command| Command {
            env: command.env.iter().map(|(name, value)| (name.clone(), value.with_port(port))).collect(),
            words: command.words.iter().map(|word| word.with_port(port)).collect(),
            directory: command.directory.clone(),
            elsewhere: false,
            redirected: !command.redirects.is_empty(),
        };
        let commands = start.steps.iter().map(|(_, command)| text(command)).collect();
        Self { commands, tangled: start.is_tangled(), at: start.at.clone() }
    }

    /// Whether anything is done in the package itself.
    pub fn is_own(&self) -> bool {
        self.commands.iter().any(|command| !command.is_elsewhere())
    }

    /// What is done in the package itself.
    pub fn own(&self) -> impl Iterator<Item = &Command> {
        self.commands.iter().filter(|command| !command.elsewhere)
    }
}

/// The script of that name, with those that it calls in its place.
pub fn chain(package: &Package<'_>, name: &str) -> Option<Chain> {
    let (text, at) = package.script(name)?;
    let mut start = Reader::new(package.tree).follow(&Line::parse(text), &package.directory, at);
    // what is done when a command fails is not what is meant to be done
    let meant = start.steps.iter().position(|(joint, _)| *joint == Joint::Or).unwrap_or(start.steps.len());
    start.steps.truncate(meant);
    let asks = |(_, command): &(Joint, command::Command)| {
        let parts = command.words.iter().flat_map(|word| &word.parts);
        parts.into_iter().any(|part| matches!(part, Part::Shell(text) if text.starts_with(['$', '`'])))
    };
    let asks_shell = start.compound || !start.scripts.is_empty() || start.steps.iter().any(asks);
    let mut chain = Chain::of(&start, "$PORT");
    chain.tangled |= asks_shell || chain.commands.iter().any(|command| command.redirected);
    for command in &mut chain.commands {
        command.elsewhere = home(package.tree, &command.directory) != package.directory;
    }
    Some(chain)
}

/// The package that a directory belongs to.
fn home<'d>(tree: &Tree, directory: &'d Utf8Path) -> &'d Utf8Path {
    directory.ancestors().find(|path| tree.has(path.join("package.json"))).unwrap_or(Utf8Path::new(""))
}

/// Whether a word names a file that node runs.
pub fn is_script(word: &str) -> bool {
    [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"].iter().any(|end| word.ends_with(end))
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
            (r#"{"start": "pm2-runtime start app.js -i max"}"#, vec!["node app.js"]),
            (r#"{"start": "dotenv -e .env -- node x.js"}"#, vec!["node x.js"]),
            (r#"{"start": "node a.js & node b.js"}"#, vec!["node a.js", "node b.js", "tangled"]),
            (r#"{"start": "npm start -w api"}"#, vec!["npm start -w api"]),
            (r#"{"start": "npm start"}"#, vec!["tangled"]),
            (r#"{"start": "\"unended"}"#, vec!["unended"]),
        ] {
            assert_eq!(told(scripts, "start"), expected, "{scripts}");
        }
    }
}
