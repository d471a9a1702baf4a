//! What the patterns hide and the build or the program reads: let in by name where that leaks nothing, and said where it does.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::names::Names;
use super::private::{Content, content};
use super::{GIT, IgnoreGroup, SECRETS, anything_in, parse};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Rule, Span};
use crate::tree::Tree;

/// A source or a setting names the file.
const NAMED: Rule = Rule::weak("context.named", "this names the file");

/// Texts that may name a file, by extension.
const TEXTS: [&str; 28] = [
    "cjs",
    "conf",
    "go",
    "gradle",
    "ini",
    "java",
    "js",
    "json",
    "jsx",
    "kt",
    "kts",
    "mjs",
    "mts",
    "php",
    "properties",
    "py",
    "rb",
    "rs",
    "scala",
    "sh",
    "svelte",
    "toml",
    "ts",
    "tsx",
    "vue",
    "xml",
    "yaml",
    "yml",
];

/// Of those the ones that are no program: what deploys, builds and describes it may name a file of variables that the program never opens.
const DOCUMENTS: [&str; 9] = ["conf", "gradle", "ini", "json", "sh", "toml", "xml", "yaml", "yml"];

/// Directories whose texts and files are about tests and examples.
const TESTS: [&str; 10] = ["__tests__", "e2e", "example", "examples", "fixtures", "spec", "test", "testdata", "tests", "testing"];

/// Larger texts are data and no sources.
const TEXT_LIMIT: usize = 512 * 1024;

/// Something that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The file or directory, relative to the project's root.
    pub path: Utf8PathBuf,
    /// By the build; else by the program.
    pub by_build: bool,
    /// Who says so.
    pub because: Vec<Evidence>,
}

/// The context, decided.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The lines of the `.dockerignore`.
    pub groups: Vec<IgnoreGroup>,
    /// What is read and stays out all the same.
    pub kept_out: Vec<KeptOut>,
    /// What goes in and may not have been meant to.
    pub notes: Vec<Diagnostic>,
}

/// Something that is read and stays out.
#[derive(Clone, Debug)]
pub struct KeptOut {
    /// The file.
    pub path: Utf8PathBuf,
    /// What it means, and what to do.
    pub warning: Diagnostic,
}

/// Lets in what git tracks or the build and the program read, of what git ignores or builds make. Whole directories may come back here: the
/// lists of secrets and state stand behind these lines.
pub(super) fn let_in(tree: &Tree, groups: &mut Vec<IgnoreGroup>, reads: &[Kept], names: &Names) {
    let ignore = parse(groups);
    let by_git = parse(&groups.iter().filter(|group| group.title == GIT).cloned().collect::<Vec<_>>());
    let is_hidden = |path: &Utf8Path| {
        let is_directory = !tree.has(path);
        ignore.hides(path).is_some() || is_directory && ignore.hides(anything_in(path)).is_some()
    };
    let mut lines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for kept in reads.iter().filter(|kept| !kept.path.as_str().is_empty() && is_hidden(&kept.path)) {
        let title = match (tree.has(&kept.path) || tree.has_directory(&kept.path), kept.by_build) {
            (true, true) => "read by the build",
            (true, false) => "read by the program",
            (false, _) => "made before the build, and needed by it",
        };
        let lines = lines.entry(title).or_default();
        lines.push(format!("!{}", kept.path));
        if !tree.has(&kept.path) {
            lines.push(format!("!{}/**", kept.path));
        }
    }
    let is_read = |path: &Utf8PathBuf| reads.iter().any(|kept| path.starts_with(&kept.path) && !kept.path.as_str().is_empty());
    let tracked = tree
        .tracked_though_ignored()
        .iter()
        .filter(|path| by_git.hides(path).is_some() && !is_read(path) && !path.components().any(|part| names.hold(part.as_str())));
    lines.insert("tracked by git all the same", tracked.map(|path| format!("!{path}")).collect());
    for (title, mut patterns) in lines {
        patterns.sort();
        patterns.dedup();
        groups.push(IgnoreGroup::new(title, patterns));
    }
}

/// Lets in, file by file, what the lists of secrets and state hide and what is read by its name and public. What is read and private is
/// handed back, and so is a word on state that only counts as tracked.
pub(super) fn let_in_by_name(
    tree: &Tree,
    groups: &mut Vec<IgnoreGroup>,
    reads: &[Kept],
    names: &Names,
    is_served: bool,
) -> (Vec<KeptOut>, Vec<Diagnostic>) {
    let ignore = parse(groups);
    let secrets = parse(&groups.iter().filter(|group| group.title == SECRETS).cloned().collect::<Vec<_>>());
    let files: Vec<_> = names.files(tree).into_iter().filter(|path| ignore.hides(path).is_some()).collect();
    // a file in a cache or an environment is no more than that, however it is called
    let by_own_name: Vec<_> = files.iter().filter(|path| path.file_name().is_some_and(|name| names.hold(name))).cloned().collect();
    let named = if is_served { BTreeMap::new() } else { named(tree, &by_own_name) };
    let (mut lines, mut kept_out): (BTreeMap<String, Vec<String>>, Vec<KeptOut>) = (BTreeMap::new(), Vec::new());
    let mut notes = Vec::new();
    for path in &files {
        let read = reads.iter().find(|kept| kept.path == *path);
        let evidence = read.map(|kept| kept.because.clone()).unwrap_or_default();
        let evidence: Vec<_> = evidence.into_iter().chain(named.get(path).cloned()).collect();
        let by_build = read.is_some_and(|kept| kept.by_build);
        if read.is_none() && evidence.is_empty() || is_served && !by_build {
            continue;
        }
        let content = content(tree, path, secrets.hides(path).is_some());
        let comes_in = match content {
            Content::State if is_served || read.is_none() && !tree.is_tracked(path) => continue,
            Content::State if !tree.is_tracked(path) => false,
            Content::Public | Content::State => true,
            Content::Key => false,
            Content::Environment | Content::Login => by_build,
        };
        if content == Content::State && !tree.has_index() {
            notes.push(unsure(path, &evidence));
        }
        if comes_in {
            let by = evidence.first().map(|at| format!("named in {}", at.file));
            let title = by.unwrap_or_else(|| if by_build { "read by the build".into() } else { "read by the program".into() });
            lines.entry(title).or_default().push(format!("!{path}"));
        } else {
            kept_out.push(KeptOut { path: path.clone(), warning: warn(path, content, by_build, &evidence) });
        }
    }
    groups.extend(lines.into_iter().map(|(title, patterns)| IgnoreGroup { title, patterns }));
    (kept_out, notes)
}

/// Says that what a run may have left goes into the image, since nothing tells that git does not keep it.
fn unsure(path: &Utf8Path, evidence: &[Evidence]) -> Diagnostic {
    let message =
        format!("`{path}` goes into the image with all that is in it: it is named, and no git index says that it is not committed");
    let warning = evidence.iter().fold(Diagnostic::warning("context::state", message), Diagnostic::because);
    warning.help(format!("where running the program made it: `ignore = [\"...\", \"{path}\"]` in imggen.toml, or a line in `.gitignore`"))
}

fn warn(path: &Utf8Path, content: Content, by_build: bool, evidence: &[Evidence]) -> Diagnostic {
    let reader = if by_build { "the build" } else { "the program" };
    if content == Content::State {
        let message = format!("`{path}` is not committed, and databases, logs and the like go into the image only then; {reader} reads it");
        let warning = evidence.iter().fold(Diagnostic::warning("context::state", message), Diagnostic::because);
        return warning
            .help(format!("`git add -f {path}`, or mount it where the program looks for it: `docker run -v ./{path}:/app/{path} ...`"));
    }
    let what = match content {
        Content::Environment => "holds values of environment variables",
        Content::Key => "is a private key or keystore",
        _ => "holds a login",
    };
    let message = format!("`{path}` {what}; {reader} reads it, and it stays out of the image");
    let warning = evidence.iter().fold(Diagnostic::warning("context::secret", message), Diagnostic::because);
    match (content, by_build) {
        (_, true) => {
            warning.help(format!("hand it to the build: `docker build --secret id={},src={path} .`", path.file_name().unwrap_or("key")))
        }
        (Content::Environment, _) => warning.help(format!("hand its values over: `docker run --env-file {path} ...`")),
        _ => warning.help(format!("mount it where the program looks for it: `docker run -v ./{path}:/app/{path}:ro ...`")),
    }
}

/// Where the texts of the project name one of `files`; tests and examples, and what they name, apart.
fn named(tree: &Tree, files: &[Utf8PathBuf]) -> BTreeMap<Utf8PathBuf, Evidence> {
    // the names of packages are no directories of the project's: `src/main/java/com/example`
    let own = |path: &Utf8Path| path.as_str().split_once("src/main/").map_or_else(|| path.to_owned(), |(above, _)| above.into());
    let is_test = |path: &Utf8Path| own(path).components().any(|part| TESTS.contains(&part.as_str()));
    // variables are handed over by whoever starts a program: it reads their file itself only where its own sources say so
    let by_program = |name: &str| name.starts_with(".env") || name.ends_with(".env");
    let is_program = |source: &Utf8Path| source.extension().is_some_and(|end| !DOCUMENTS.contains(&end));
    let mut wanted: Vec<(&Utf8PathBuf, &str)> =
        files.iter().filter(|path| !is_test(path)).filter_map(|path| Some((path, path.file_name()?))).collect();
    let mut found = BTreeMap::new();
    // workflows and editors' settings are no part of what runs
    let is_hidden = |path: &Utf8Path| path.components().any(|part| part.as_str().starts_with('.') && part.as_str().len() > 1);
    let texts = tree.paths().filter(|path| path.extension().is_some_and(|end| TEXTS.contains(&end)) && !is_test(path) && !is_hidden(path));
    for source in texts {
        if wanted.is_empty() {
            break;
        }
        let Some(text) = tree.text(source).ok().filter(|text| text.len() <= TEXT_LIMIT) else { continue };
        wanted.retain(|(path, name)| {
            if by_program(name) && !is_program(source) {
                return true;
            }
            let Some(at) = said_name(text, name).filter(|_| *path != source && is_meant(path, source, text)) else { return true };
            found.insert((*path).clone(), Evidence::at(source, Span::of(text, at, at + name.len()), NAMED, *name));
            false
        });
    }
    found
}

/// Whether a text that names a file may mean this one of all that are called so: it lies where the text lies or above that, or in a
/// directory that the text names too.
fn is_meant(path: &Utf8Path, source: &Utf8Path, text: &str) -> bool {
    let directory = path.parent().unwrap_or(Utf8Path::new(""));
    let named = || directory.file_name().is_some_and(|name| find_name(text, name).is_some());
    source.starts_with(directory) || named()
}

/// The same outside of comments that take a line.
fn said_name(text: &str, name: &str) -> Option<usize> {
    let is_comment = |at: usize| {
        let line = text[..at].rsplit('\n').next().unwrap_or_default().trim_start();
        ["#", "//", "*", "/*", "<!--", ";", "--"].iter().any(|start| line.starts_with(start))
    };
    let mut from = 0;
    loop {
        let at = from + find_name(&text[from..], name)?;
        if !is_comment(at) {
            return Some(at);
        }
        from = at + name.len();
    }
}

/// Where `name` stands in a text as the last part of a path.
pub(crate) fn find_name(text: &str, name: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let stands = |at: &usize| {
        let (before, after) = (text[..*at].chars().next_back(), text[at + name.len()..].chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    };
    text.match_indices(name).map(|(at, _)| at).find(stands)
}
