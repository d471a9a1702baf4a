//! What a checkout may lack: submodules that nobody fetched, the files behind the pointers of Git LFS, and what links out of the project lead
//! to. The builder gets what lies here.

use camino::{Utf8Path, Utf8PathBuf};
use ignore::gitignore::GitignoreBuilder;

use crate::context::find_name;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Rule, Span};
use crate::tree::Tree;

const SUBMODULE: Rule = Rule::parsed("checkout.submodule", "this is a submodule");
const NAMED: Rule = Rule::weak("checkout.named", "this builds what lies in it");

/// Files whose word on a directory means that the build needs it.
const MANIFESTS: [&str; 17] = [
    "Cargo.toml",
    "CMakeLists.txt",
    "Makefile",
    "Pipfile",
    "build.gradle",
    "build.gradle.kts",
    "build.rs",
    "deno.json",
    "go.mod",
    "go.work",
    "package.json",
    "pnpm-workspace.yaml",
    "pom.xml",
    "pyproject.toml",
    "requirements.txt",
    "settings.gradle",
    "settings.gradle.kts",
];

/// How a pointer of Git LFS begins.
const POINTER: &str = "version https://git-lfs.github.com/spec/v1";
/// So many files that LFS keeps are looked at.
const MOST: usize = 1000;

/// What is missing and may not be missed.
///
/// # Errors
/// When a submodule is empty that a manifest names.
pub fn lacking(tree: &Tree) -> Result<Vec<Diagnostic>> {
    let mut notes = Vec::new();
    for (path, at) in empty_submodules(tree) {
        let message = format!("`{path}` is a submodule that was not fetched");
        let help = format!("`git submodule update --init {path}` fetches it");
        match named(tree, &path) {
            Some(by) => {
                let error = Diagnostic::error("checkout::submodule", format!("{message}, and the build needs it"));
                return Err(error.because(&by).because(&at).help(help).into());
            }
            None => notes.push(
                Diagnostic::note("checkout::submodule", format!("{message}: what lies in it is not in the image")).because(&at).help(help),
            ),
        }
    }
    notes.extend(pointers(tree));
    notes.extend(links(tree));
    Ok(notes)
}

fn empty_submodules(tree: &Tree) -> Vec<(Utf8PathBuf, Evidence)> {
    let file = Utf8Path::new(".gitmodules");
    let line = |(number, line): (usize, &str)| {
        let (key, path) = line.split_once('=')?;
        let path = Utf8PathBuf::from(path.trim().trim_end_matches('/'));
        let empty = key.trim() == "path" && !path.as_str().is_empty() && !tree.has_directory(&path);
        empty.then(|| (path, Evidence::at(file, Span::of_line(number, line), SUBMODULE, line.trim())))
    };
    (1..).zip(tree.text(file).unwrap_or_default().lines()).filter_map(line).collect()
}

/// The manifest that names a directory, as it is seen from the root or from the manifest's own.
fn named(tree: &Tree, path: &Utf8Path) -> Option<Evidence> {
    let manifests = tree.named(&MANIFESTS);
    manifests.into_iter().find_map(|file| {
        let text = tree.text(file).ok()?;
        let own = file.parent().and_then(|directory| path.strip_prefix(directory).ok()).unwrap_or(path);
        let at = find_name(text, own.as_str())?;
        Some(Evidence::at(file, Span::of(text, at, at + own.as_str().len()), NAMED, own.as_str()))
    })
}

/// Pointers in the place of files, by what `.gitattributes` says of them.
fn pointers(tree: &Tree) -> Option<Diagnostic> {
    let mut kept = GitignoreBuilder::new("");
    let attributes = tree.text(".gitattributes").ok()?;
    let lines = attributes.lines().filter(|line| line.split_whitespace().any(|word| word == "filter=lfs"));
    lines.filter_map(|line| line.split_whitespace().next()).for_each(|pattern| _ = kept.add_line(None, pattern));
    let kept = kept.build().ok().filter(|kept| !kept.is_empty())?;
    let files = tree.paths().filter(|path| kept.matched(path, false).is_ignore()).take(MOST);
    let pointers: Vec<_> = files.filter(|path| tree.begins(path, POINTER)).collect();
    let (first, rest) = pointers.split_first()?;
    let message = match rest.len() {
        0 => format!("`{first}` is a pointer of Git LFS and not the file itself, and so it will be in the image"),
        more => format!("`{first}` and {more} more are pointers of Git LFS and not the files themselves, and so they will be in the image"),
    };
    Some(
        Diagnostic::warning("checkout::pointer", message)
            .help("`git lfs pull` puts the files there; checkouts of CI have a setting for it (`lfs: true`)"),
    )
}

/// Links out of the project. The builder gets the link, and not what it leads to.
fn links(tree: &Tree) -> Option<Diagnostic> {
    let out: Vec<_> = tree.links().filter(|(_, inside)| inside.is_none()).map(|(link, _)| link).collect();
    let (first, rest) = out.split_first()?;
    let (is, more) = if rest.is_empty() { ("is a link", String::new()) } else { ("are links", format!(" and {} more", rest.len())) };
    let message = format!("`{first}`{more} {is} out of the project: the builder gets the link, and not what it leads to");
    let warning = Diagnostic::warning("checkout::link", message).at(first, None, "this is a link");
    Some(
        warning
            .help("put the files themselves there, or make the directory that holds both the build context (`imggen init DIR` from there)"),
    )
}
