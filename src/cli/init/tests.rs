//! Whole runs of `init` with somebody who answers from a script.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs;
use std::io::{self, Write};
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use super::super::args::{Form, Given, Target};
use super::super::console::Console;
use super::super::project::Project;
use super::super::prompt::Prompt;
use super::super::{Exit, Stop};
use super::init;

const SERVER: &str = "package main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.ListenAndServe(\":8080\", nil)\n}\n";
const MODULE: &str = "module example.com/hello\n\ngo 1.27\n";

/// What somebody says to a question: the option that begins so, a text, or nothing more.
enum Says {
    Option(&'static str),
    Escape,
}

/// Answers in this order, and notes the questions.
struct Script {
    says: VecDeque<Says>,
    asked: Vec<String>,
}

impl Script {
    fn new(says: impl IntoIterator<Item = Says>) -> Self {
        Self { says: says.into_iter().collect(), asked: Vec::new() }
    }
}

impl Prompt for Script {
    fn select(&mut self, question: &str, options: &[String]) -> Result<usize, Stop> {
        self.asked.push(question.to_owned());
        match self.says.pop_front() {
            Some(Says::Option(start)) => {
                Ok(options.iter().position(|option| option.starts_with(start)).unwrap_or_else(|| panic!("{start} is none of {options:?}")))
            }
            Some(Says::Escape) => Err(Stop::Cancelled),
            None => panic!("nobody expected {question}"),
        }
    }

    fn text(&mut self, question: &str, _: &str, _: fn(&str) -> Result<(), String>) -> Result<String, Stop> {
        panic!("nobody expected {question}")
    }
}

/// What one of the streams was given.
#[derive(Clone, Default)]
struct Stream(Rc<RefCell<Vec<u8>>>);

impl Stream {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.borrow()).into_owned()
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A directory with a project in it, and what `init` does there.
struct Room {
    dir: tempfile::TempDir,
    results: Stream,
    rest: Stream,
}

impl Room {
    fn new(files: &[(&str, &str)]) -> Self {
        let room = Self {
            dir: tempfile::tempdir().unwrap_or_else(|error| panic!("{error}")),
            results: Stream::default(),
            rest: Stream::default(),
        };
        for (path, text) in files {
            let path = room.path().join(path);
            let written = fs::create_dir_all(path.parent().unwrap_or(&path)).and_then(|()| fs::write(&path, text));
            written.unwrap_or_else(|error| panic!("{path}: {error}"));
        }
        room
    }

    fn path(&self) -> &Utf8Path {
        Utf8Path::from_path(self.dir.path()).unwrap_or_else(|| panic!("not UTF-8"))
    }

    fn text(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.path().join(file)).ok()
    }

    fn init(&self, given: &Given, script: &mut Script) -> Result<Exit, Stop> {
        let mut console = Console::over(Box::new(self.results.clone()), Box::new(self.rest.clone()));
        let (project, scene) = Project::open(self.path(), given, &mut console)?;
        let target = Target { force: false, output_dir: None };
        init(&project, &scene, &target, Form::Text, Some(script), &mut console)
    }

    fn files(&self) -> Vec<Utf8PathBuf> {
        let entries = self.path().read_dir_utf8().unwrap_or_else(|error| panic!("{error}"));
        let mut names: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.file_name().into())).collect();
        names.sort();
        names
    }
}

fn settings(lines: &str) -> String {
    format!("{}{lines}", super::super::record::FRESH)
}

#[test]
fn defaults_write_three_files_and_no_settings() {
    let room = Room::new(&[("go.mod", MODULE), ("main.go", SERVER)]);
    let mut script = Script::new([Says::Option("distroless-static"), Says::Option("shell"), Says::Option("yes")]);
    assert!(matches!(room.init(&Given::default(), &mut script), Ok(Exit::Fine)));
    assert_eq!(room.files(), [".dockerignore", "Dockerfile", "Dockerfile.debug", "go.mod", "main.go"]);
    assert_eq!(
        script.asked,
        ["Which base image does it run on?", "Which debug variant stands beside it?", "Write Dockerfile, .dockerignore, Dockerfile.debug?"]
    );
    assert!(room.results.text().contains("docker run --rm -p 8080:8080 hello"));
}

#[test]
fn answers_are_kept_and_are_not_asked_again() {
    let room = Room::new(&[("go.mod", MODULE), ("cmd/a/main.go", SERVER), ("cmd/b/main.go", SERVER)]);
    let mut script = Script::new([Says::Option("b"), Says::Option("slim"), Says::Option("off"), Says::Option("yes")]);
    assert!(matches!(room.init(&Given::default(), &mut script), Ok(Exit::Fine)));
    assert_eq!(room.text("imggen.toml"), Some(settings("app = \"b\"\nbase = \"slim\"\ndebug = \"off\"\n")));
    let mut script = Script::new([]);
    assert!(matches!(room.init(&Given::default(), &mut script), Ok(Exit::Fine)), "{}", room.rest.text());
    assert!(script.asked.is_empty());
}

#[test]
fn comments_in_the_settings_stay() {
    let before = "# ours\nschema = 1\nbase = \"alpine\" # for its shell\n\n[labels]\nteam = \"web\" # and nobody else\n";
    let room = Room::new(&[("go.mod", MODULE), ("main.go", SERVER), ("imggen.toml", before)]);
    let given = Given { base: Some("slim".into()), assignments: vec!["go.tags=[\"netgo\"]".into()], ..Given::default() };
    let mut script = Script::new([Says::Option("shell"), Says::Option("yes")]);
    assert!(matches!(room.init(&given, &mut script), Ok(Exit::Fine)), "{}", room.rest.text());
    let after = before.replace("\"alpine\"", "\"slim\"") + "\n[go]\ntags = [\"netgo\"]\n";
    assert_eq!(room.text("imggen.toml"), Some(after));
}

#[test]
fn escape_leaves_everything_as_it_was() {
    let steps: [fn() -> Says; 2] = [|| Says::Option("distroless-static"), || Says::Option("shell")];
    for answered in 0..=steps.len() {
        let room = Room::new(&[("go.mod", MODULE), ("main.go", SERVER)]);
        let mut script = Script::new(steps[..answered].iter().map(|step| step()).chain([Says::Escape]));
        assert!(matches!(room.init(&Given::default(), &mut script), Err(Stop::Cancelled)));
        assert_eq!(room.files(), ["go.mod", "main.go"]);
    }
}

#[test]
fn a_no_at_the_end_is_a_no() {
    let room = Room::new(&[("go.mod", MODULE), ("main.go", SERVER)]);
    let mut script = Script::new(["distroless-static", "shell", "show .dockerignore and Dockerfile.debug", "no"].map(Says::Option));
    assert!(matches!(room.init(&Given::default(), &mut script), Err(Stop::Cancelled)));
    assert_eq!(room.files(), ["go.mod", "main.go"]);
    assert!(room.rest.text().contains("==> .dockerignore <=="));
}

#[test]
fn files_of_others_are_asked_for_one_by_one() {
    let theirs = "FROM scratch\n";
    for (answers, kept) in [(vec!["keep"], true), (vec!["show", "overwrite"], false)] {
        let room = Room::new(&[("go.mod", MODULE), ("main.go", SERVER), ("Dockerfile", theirs)]);
        let says = ["distroless-static", "shell"].into_iter().chain(answers).chain(["yes"]);
        let mut script = Script::new(says.map(Says::Option));
        assert!(matches!(room.init(&Given::default(), &mut script), Ok(Exit::Fine)), "{}", room.rest.text());
        assert_eq!(room.text("Dockerfile").as_deref() == Some(theirs), kept);
        assert!(room.text(".dockerignore").is_some());
    }
}

#[test]
fn an_edited_file_is_merged_where_that_is_asked_and_keeping_is_recorded() {
    for (answer, has_edit, has_port) in [("merge", true, true), ("keep", true, false), ("overwrite", false, true)] {
        let room = Room::new(&[("go.mod", MODULE), ("main.go", SERVER)]);
        let mut script = Script::new(["distroless-static", "off", "yes"].map(Says::Option));
        assert!(matches!(room.init(&Given::default(), &mut script), Ok(Exit::Fine)), "{}", room.rest.text());
        let edited = room.text("Dockerfile").unwrap_or_default().replace("EXPOSE", "ENV TZ=UTC\nEXPOSE");
        for (file, text) in [("Dockerfile", edited), ("main.go", SERVER.replace("8080", "9090"))] {
            fs::write(room.path().join(file), text).unwrap_or_else(|error| panic!("{error}"));
        }
        let mut script = Script::new(["distroless-static", answer, "yes"].map(Says::Option));
        assert!(matches!(room.init(&Given::default(), &mut script), Ok(Exit::Fine)), "{answer}: {}", room.rest.text());
        let dockerfile = room.text("Dockerfile").unwrap_or_default();
        assert_eq!((dockerfile.contains("TZ=UTC"), dockerfile.contains("EXPOSE 9090")), (has_edit, has_port), "{answer}: {dockerfile}");
        let keeps = room.text("imggen.toml").unwrap_or_default().contains("keep = [\"Dockerfile\"]");
        assert_eq!(keeps, has_edit, "{answer}");
    }
}
