//! Hostile names and settings, judged by `BuildKit`'s own parser: every file that imggen makes of them parses to the instructions that it
//! has with a harmless value, and the value comes out as it went in. `IMGGEN_VALUES` is the number of values of each class.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::{env, fs, thread};

use imggen::{Document, Layer, Layers, Packs, Source, Tree, generate};
use serde::Deserialize;

const PIECES: [&str; 48] = [
    "\n",
    "\r",
    "\"",
    "'",
    "\\",
    "\\\n",
    "#",
    "$",
    "${X}",
    "$(id)",
    "`id`",
    "{{",
    "}}",
    "{%",
    "[",
    "]",
    "<<EOF",
    "EOF",
    "\u{2028}",
    "\u{202e}",
    "\u{85}",
    "\u{1b}[8m",
    "\t",
    "\0",
    " ",
    "RUN evil",
    "USER root",
    "x",
    "é",
    "--",
    "--mount=type=ssh",
    "&&",
    ";",
    "|",
    "*",
    "?",
    "~",
    "/",
    "..",
    "=",
    ",",
    ":",
    "@",
    "%",
    "syntax=evil/frontend:1",
    "escape=`",
    "-rf",
    "a",
];

struct Class {
    name: &'static str,
    files: fn(&str) -> Vec<(String, String)>,
    settings: fn(&str) -> String,
    /// The instruction in whose words the value stands as it is.
    exactly: Option<&'static str>,
}

fn text(value: &str) -> String {
    toml::Value::String(value.to_owned()).to_string()
}

fn json(value: &str) -> String {
    serde_json::to_string(value).unwrap()
}

fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn go(file: &str) -> Vec<(String, String)> {
    let main = format!(
        "package main\n\nimport (\n\t\"net/http\"\n\t\"os\"\n)\n\nfunc main() {{\n\tos.ReadFile({})\n\thttp.ListenAndServe(\":8080\", nil)\n}}\n",
        json(file)
    );
    let mut all = files(&[("go.mod", "module example.com/x\n\ngo 1.26\n"), ("main.go", &main)]);
    all.push((file.to_owned(), "words".into()));
    all
}

fn rust(package: &str, bin: &str) -> Vec<(String, String)> {
    let manifest = format!(
        "[package]\nname = {}\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[[bin]]\nname = {}\npath = \"src/main.rs\"\n",
        text(package),
        text(bin)
    );
    files(&[("Cargo.toml", &manifest), ("src/main.rs", "fn main() {}\n")])
}

fn node(package: &str, start: &str, written: &str) -> Vec<(String, String)> {
    let manifest = format!("{{\"name\": {}, \"scripts\": {{\"start\": {}}}}}", json(package), json(start));
    let server = format!(
        "const fs = require('fs');\nfs.mkdirSync({0}, {{ recursive: true }});\nfs.writeFileSync({0} + '/x', '');\nrequire('http').createServer().listen(3000);\n",
        json(written)
    );
    files(&[("package.json", &manifest), ("server.js", &server)])
}

fn python(directory: &str) -> Vec<(String, String)> {
    let app = "from flask import Flask\napp = Flask(__name__)\nif __name__ == '__main__':\n    app.run()\n";
    vec![(format!("{directory}/app.py"), app.to_owned()), (format!("{directory}/requirements.txt"), "flask==3.0.0\n".to_owned())]
}

fn none(_: &str) -> String {
    String::new()
}

fn classes() -> Vec<Class> {
    let plain: fn(&str) -> Vec<(String, String)> = |_| go("words.txt");
    let class = |name, files, settings, exactly| Class { name, files, settings, exactly };
    vec![
        class("env value", plain, |value| format!("[env]\nA = {}\n", text(value)), Some("ENV")),
        class("env name", plain, |value| format!("[env]\n{} = \"b\"\n", json(value)), Some("ENV")),
        class("label value", plain, |value| format!("[labels]\nA = {}\n", text(value)), Some("LABEL")),
        class("label name", plain, |value| format!("[labels]\n{} = \"b\"\n", json(value)), Some("LABEL")),
        class("arguments", plain, |value| format!("arguments = [{}]\n", text(value)), Some("CMD")),
        class("workdir", plain, |value| format!("workdir = {}\n", text(&format!("/{value}"))), None),
        class("writable", plain, |value| format!("writable = [{}]\n", text(value)), None),
        class("go.tags", plain, |value| format!("[go]\ntags = [{}]\n", text(value)), None),
        class("go.private", plain, |value| format!("[go]\nprivate = [{}]\n", text(value)), None),
        class("packages.build", plain, |value| format!("[packages]\nbuild = [{}]\n", text(value)), None),
        class("user", plain, |value| format!("user = {}\n", text(value)), None),
        class("app name", |value| rust(value, value), none, None),
        class("cargo bin", |value| rust("x", value), none, None),
        class("rust.features", |_| rust("x", "x"), |value| format!("[rust]\nfeatures = [{}]\n", text(value)), None),
        class("file that is read", go, none, None),
        class("node name", |value| node(value, "node server.js", "data"), none, None),
        class("node script", |value| node("x", &format!("node server.js {value}"), "data"), none, None),
        class("node directory", |value| node("x", "node server.js", value), none, None),
        class(
            "node.command",
            |_| node("x", "node server.js", "data"),
            |value| format!("[node]\ncommand = [\"server.js\", {}]\n", text(value)),
            Some("CMD"),
        ),
        class("python directory", python, none, None),
        class("python.command", |_| python("app"), |value| format!("[python]\ncommand = [\"python\", {}]\n", text(value)), Some("CMD")),
        class("site fallback", |_| files(&[("index.html", "<p>")]), |value| format!("[site]\nfallback = {}\n", text(value)), None),
        class("site directory", |value| vec![(format!("{value}/index.html"), "<p>".to_owned())], none, None),
    ]
}

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn value(&mut self) -> String {
        (0..=self.throw(5)).map(|_| PIECES[self.throw(PIECES.len())]).collect()
    }
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    error: String,
    #[serde(default)]
    directives: Vec<String>,
    instructions: Option<Vec<Said>>,
}

#[derive(Debug, Deserialize)]
struct Said {
    name: String,
    words: Option<Vec<String>>,
}

impl Answer {
    /// What the file does, apart from the words: instructions, and the commands of each RUN.
    fn shape(&self) -> Vec<String> {
        let mut shape: Vec<String> =
            self.said().map(|said| format!("{} {}", said.name, if said.name == "RUN" { operators(said) } else { String::new() })).collect();
        shape.dedup();
        shape
    }

    fn said(&self) -> impl Iterator<Item = &Said> {
        self.instructions.iter().flatten()
    }
}

/// What a shell obeys in a command: operators and substitutions outside quotes.
fn operators(said: &Said) -> String {
    let line = said.words.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
    let mut found = String::new();
    let (mut quote, mut chars) = (None, line.chars().peekable());
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', None | Some('"')) => _ = chars.next(),
            ('\'' | '"', None) => quote = Some(c),
            (_, Some(open)) if c == open => quote = None,
            ('$', None | Some('"')) if chars.peek() == Some(&'(') => found.push_str("$("),
            ('`', None | Some('"')) => found.push('`'),
            (';' | '&' | '|' | '<' | '>' | '(' | ')', None) => found.push(c),
            _ => {}
        }
    }
    found
}

fn made(class: &Class, value: &str) -> Result<Vec<String>, &'static str> {
    let mut files = (class.files)(value);
    files.dedup_by(|a, b| a.0 == b.0);
    let document = Document::parse("imggen.toml".into(), &(class.settings)(value), &[]).map_err(|error| error.code)?;
    let layers = Layers::new(vec![Layer::new(Source::Project("imggen.toml".into()), document)]);
    let output = generate(&Tree::from_memory(files), &layers, &Packs::default()).map_err(|error| error.code)?;
    Ok(output.files.into_iter().filter(|file| file.path.as_str().starts_with("Dockerfile")).map(|file| file.text).collect())
}

/// The parser, if Go is there to build it.
fn judge() -> Option<String> {
    let program = format!("{}/buildkit-judge", env!("CARGO_TARGET_TMPDIR"));
    let built = Command::new("go").args(["build", "-o", &program, "."]).current_dir("tests/buildkit").status();
    built.is_ok_and(|status| status.success()).then_some(program)
}

fn understood(program: &str, dockerfiles: &[String]) -> Vec<Answer> {
    let mut judge = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut to, from) = (judge.stdin.take().unwrap(), BufReader::new(judge.stdout.take().unwrap()));
    let bytes: Vec<u8> = dockerfiles.iter().flat_map(|file| file.bytes().chain([0])).collect();
    let writer = thread::spawn(move || to.write_all(&bytes).unwrap());
    let answers = from.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    writer.join().unwrap();
    assert!(judge.wait().unwrap().success());
    answers
}

#[test]
fn no_value_says_more_to_buildkit_than_itself() {
    let Some(program) = judge() else {
        eprintln!("SKIPPED: no Go here that builds BuildKit's parser");
        return;
    };
    let count = env::var("IMGGEN_VALUES").ok().and_then(|count| count.parse().ok()).unwrap_or(60);
    let mut table = format!("{:<20}{:>8}{:>8}{:>8}{:>8}\n", "class", "tried", "held", "refused", "fell");
    let mut fallen = Vec::new();
    for class in classes() {
        let Some(harmless) = ["b", "1000:1000"].into_iter().find_map(|value| made(&class, value).ok()) else {
            fallen.push(format!("{}: no value does", class.name));
            continue;
        };
        let harmless = understood(&program, &harmless);
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut values, mut texts) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let value = dice.value();
            match made(&class, &value) {
                Ok(files) => {
                    values.extend(files.iter().enumerate().map(|(index, _)| (value.clone(), index)));
                    texts.extend(files);
                }
                Err(code) => *refused.entry(code).or_default() += 1,
            }
        }
        let answers = understood(&program, &texts);
        assert_eq!(answers.len(), texts.len(), "{}: a file holds a NUL", class.name);
        let before = fallen.len();
        for (((value, index), answer), text) in values.iter().zip(&answers).zip(&texts) {
            let is_said = |name: &str| {
                answer.said().any(|said| said.name == name && said.words.iter().flatten().any(|word| word.contains(value.as_str())))
            };
            let broken = if !answer.error.is_empty() {
                Some(answer.error.clone())
            } else if !answer.directives.is_empty() {
                Some(answer.directives.join(", "))
            } else if answer.shape() != harmless[*index].shape() && !is_other_shape(&answer.shape(), &harmless[*index].shape()) {
                Some(format!("{:?}", answer.shape()))
            } else {
                class.exactly.filter(|&name| !is_said(name)).map(|name| format!("not in {name} as it is"))
            };
            fallen.extend(broken.map(|why| format!("{}: {value:?}: {why}\n{text}", class.name)));
        }
        let fell = fallen.len() - before;
        let held = (texts.len() - fell) / harmless.len().max(1);
        writeln!(table, "{:<20}{count:>8}{held:>8}{:>8}{fell:>8}  {refused:?}", class.name, refused.values().sum::<usize>()).unwrap();
    }
    eprintln!("{table}");
    fs::write(format!("{}/buildkit.txt", env!("CARGO_TARGET_TMPDIR")), &table).unwrap();
    assert!(fallen.is_empty(), "{} fell, the first three:\n{}", fallen.len(), fallen[..fallen.len().min(3)].join("\n"));
}

/// Whether a file has less to do than with the harmless value, or makes one directory more: a path may mean nothing, or another place.
fn is_other_shape(shape: &[String], harmless: &[String]) -> bool {
    let bare = |shape: &[String]| {
        let mut names: Vec<_> = shape
            .iter()
            .map(|line| line.replace('&', "").trim().to_owned())
            .filter(|line| line != "RUN" && line != "COPY" && line != "WORKDIR")
            .collect();
        names.dedup();
        names
    };
    bare(shape) == bare(harmless)
}
