//! What starts a program: tasks and documents, taken apart into what deno is given.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::manifest::Manifest;
use crate::command::{Reader, Start as Command};
use crate::declared::{self, By, Purpose};
use crate::evidence::{Evidence, PassedOver, Rule};
use crate::tree::Tree;
use crate::tree::path::normal;

const USUAL: Rule = Rule::weak("deno.usual-entry", "programs are often started here");

/// Stands for the port in words.
pub const PORT: &str = "{port}";
/// Tasks that start what is deployed, the plainest last.
const PRODUCTION: [&str; 9] = ["start:prod", "start:production", "prod", "production", "start", "serve", "server", "preview", "run"];
/// Tasks that start what is worked on: they name the file and its permissions.
const DEVELOPMENT: [&str; 4] = ["dev", "start:dev", "develop", "watch"];
/// Files that programs start in.
const USUAL_FILES: [&str; 10] = ["main", "server", "app", "index", "mod", "src/main", "src/server", "src/app", "src/index", "src/mod"];
const ENDINGS: [&str; 5] = ["ts", "tsx", "js", "jsx", "mjs"];
/// What a program does and a module does not.
const RUNS: [&str; 6] = ["Deno.serve", "Deno.listen", "Deno.cron", ".listen(", "import.meta.main", "serve("];
/// What only Deno has, or reads.
pub const DENO: [&str; 5] = ["Deno.", "\"jsr:", "\"npm:", "'jsr:", "https://deno.land/"];
/// Verbs of deno's that start no program of the project's.
const VERBS: [&str; 24] = [
    "task", "test", "fmt", "lint", "cache", "compile", "install", "i", "eval", "bench", "doc", "check", "jupyter", "deploy", "publish",
    "add", "remove", "bundle", "upgrade", "init", "info", "repl", "coverage", "outdated",
];
/// Options that take the next word.
const VALUED: [&str; 9] = ["--port", "--host", "-c", "--config", "--import-map", "--location", "--seed", "--cert", "--conditions"];
/// Options that are for working on a program, ask the network, or name a file that no image holds.
const SPARE: [&str; 17] = [
    "--watch",
    "--watch-hmr",
    "--watch-exclude",
    "--no-clear-screen",
    "--inspect",
    "--inspect-brk",
    "--inspect-wait",
    "--env-file",
    "--env",
    "--reload",
    "-r",
    "--check",
    "--no-check",
    "--cached-only",
    "--frozen",
    "--lock",
    "--lock-write",
];

/// What deno is given.
#[derive(Clone, Debug, Serialize)]
pub struct Start {
    /// `run` or `serve`.
    pub verb: &'static str,
    /// Flags: permissions and the like.
    pub flags: Vec<String>,
    /// The module: a file, relative to the directory that it is started from, or the name of one elsewhere, `npm:vite`.
    pub module: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables that are set for it.
    pub env: Vec<(String, String)>,
    /// The directory that it is started from, relative to the project's root.
    pub directory: Utf8PathBuf,
    /// Whether something says which permissions it has.
    pub is_told: bool,
    /// Why it is what is started.
    pub at: Vec<Evidence>,
}

impl Start {
    /// The file of the project that it starts, where it is one.
    pub fn file(&self) -> Option<Utf8PathBuf> {
        let remote = self.module.split_once(':').is_some_and(|(scheme, _)| ["npm", "jsr", "http", "https"].contains(&scheme));
        (!remote).then(|| normal(self.directory.join(&self.module)))
    }

    /// The value of a flag: `--port 80`, `--port=80`.
    pub fn flag(&self, name: &str) -> Option<&str> {
        let place = self.flags.iter().position(|flag| flag.split('=').next() == Some(name))?;
        self.flags[place].split_once('=').map(|(_, value)| value).or_else(|| self.flags.get(place + 1).map(String::as_str))
    }
}

/// What starts the program of a directory, and what was passed over.
pub fn find(tree: &Tree, manifest: &Manifest<'_>) -> (Option<Start>, Vec<PassedOver>) {
    let mut passed_over = Vec::new();
    let directory = &manifest.directory;
    let declared = declared::read(tree, directory);
    let by_words = |kinds: fn(By) -> bool| {
        let mut meant = declared.web().filter(|said| said.purpose == Purpose::Production && kinds(said.by));
        meant.find_map(|said| Start::of(&said.fact.value.start, Work::Documented, &mut Vec::new()))
    };
    let by_documents = by_words(|by| by < By::Recipe);
    let by_recipes = || by_words(|by| by == By::Recipe);
    let mut by_tasks = |names: &[&str], work: Work| {
        names.iter().find_map(|name| {
            let (text, at) = manifest.task(name)?;
            Start::of(&Reader::new(tree).read(&text, directory, at), work, &mut passed_over)
        })
    };
    let start = by_documents.or_else(|| by_tasks(&PRODUCTION, Work::Refused)).or_else(by_recipes);
    let start = start.or_else(|| by_tasks(&DEVELOPMENT, Work::LeftOut));
    (start.or_else(|| by_files(tree, directory)), passed_over)
}

/// What becomes of flags for working on a program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    /// What watches its files is not what is deployed.
    Refused,
    /// The same, in a document beside the manifest.
    Documented,
    /// The same without them is.
    LeftOut,
}

impl Start {
    fn of(start: &Command, work: Work, passed_over: &mut Vec<PassedOver>) -> Option<Self> {
        let command = start.program()?;
        let words: Vec<String> = command.words.iter().map(|word| word.with_port(PORT)).collect();
        let mut pass = |why: &str| {
            passed_over.push(PassedOver { value: words.join(" "), why: why.to_owned(), because: start.at.clone() });
            None
        };
        // a Dockerfile on Deno's own image names what comes after the image's `deno`
        let implied = work == Work::Documented && matches!(command.program(), "run" | "serve");
        if command.program() != "deno" && !implied {
            return None;
        }
        if start.is_tangled() || command.words.iter().any(crate::command::Word::needs_shell) {
            return pass("it starts several programs, or asks a shell for more than commands in a row");
        }
        let mut rest = words.iter().skip(usize::from(!implied)).peekable();
        let verb = match rest.peek().map(|first| first.as_str()) {
            Some("serve") => "serve",
            Some(verb) if VERBS.contains(&verb) => return None,
            _ => "run",
        };
        let _ = rest.next_if(|first| matches!(first.as_str(), "run" | "serve"));
        let mut flags: Vec<String> = Vec::new();
        let module = loop {
            let Some(word) = rest.next() else { return pass("it names no file") };
            let name = word.split('=').next().unwrap_or(word);
            if !word.starts_with('-') {
                break word.clone();
            }
            if name.starts_with("--watch") && work != Work::LeftOut {
                return pass("it is for working on the program: it watches its files");
            }
            if !SPARE.contains(&name) {
                flags.push(word.clone());
                if VALUED.contains(&word.as_str()) {
                    flags.extend(rest.next().cloned());
                }
            }
        };
        let module = module.strip_prefix("./").unwrap_or(&module).to_owned();
        let env = command.env.iter().map(|(name, value)| (name.clone(), value.with_port(PORT))).collect();
        let (arguments, directory) = (rest.cloned().collect(), command.directory.clone());
        Some(Self { verb, flags, module, arguments, env, directory, is_told: true, at: start.at.clone() })
    }
}

/// The usual files: one that does something, or the first that is there.
fn by_files(tree: &Tree, directory: &Utf8Path) -> Option<Start> {
    let names = || USUAL_FILES.iter().flat_map(|stem| ENDINGS.iter().map(move |ending| format!("{stem}.{ending}")));
    // beside a package.json it may be Node's as well
    let shared = tree.has(directory.join("package.json"));
    let runs = |name: &String| {
        let says = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
        tree.text(directory.join(name)).is_ok_and(|text| says(text, &RUNS) && (!shared || says(text, &DENO)))
    };
    let module = names().filter(|name| tree.has(directory.join(name))).find(runs)?;
    let at = vec![Evidence::exists(directory.join(&module), USUAL)];
    // nothing says what it may do, and what it may not do fails when it runs
    let flags = vec!["--allow-all".to_owned()];
    let (arguments, env) = (Vec::new(), Vec::new());
    Some(Start { verb: "run", flags, module, arguments, env, directory: directory.to_owned(), is_told: false, at })
}
