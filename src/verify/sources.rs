//! Rules about what comes from the build context: it is in the project, and the `.dockerignore` lets it through.

use camino::Utf8Path;

use super::Case;
use super::glob::Glob;
use super::ignore::clean;
use super::model::{Action, Step};
use crate::diagnostic::Diagnostic;
use crate::evidence::Span;
use crate::tree::Tree;

/// Docker can read every pattern of the `.dockerignore`.
pub(super) fn patterns_are_read(case: &Case<'_>) -> Vec<Diagnostic> {
    let judge = |line: &usize| {
        let message = format!("line {line} of the `.dockerignore` for `{}` is no pattern, and no build starts with it", case.file);
        Diagnostic::error("verify::malformed-ignore", message).at(case.file, None, "built with this `.dockerignore`")
    };
    case.ignore.malformed().iter().map(judge).collect()
}

/// What is copied or mounted from the context is there.
pub(super) fn in_the_context(case: &Case<'_>) -> Vec<Diagnostic> {
    case.model.steps().flat_map(sources).filter_map(|(source, span)| judge(case, &source, span)).collect()
}

/// The sources of a step that are looked for in the context. What a variable leaves open is not judged.
fn sources(step: &Step) -> Vec<(String, Span)> {
    let copied = match &step.action {
        Action::Copy { sources, .. } if step.flag("from").is_none() => sources.as_slice(),
        _ => &[],
    };
    let copied = copied.iter().filter_map(|word| Some((word.value.clone()?, word.span)));
    let mounted = step.mounts().filter_map(|(flag, keys)| {
        let of_context = keys.get("type").is_none_or(|kind| *kind == "bind") && !keys.contains_key("from");
        let source = keys.get("source").or_else(|| keys.get("src")).copied().unwrap_or(".");
        (of_context && !source.contains('$')).then(|| (source.to_owned(), flag.span))
    });
    copied.chain(mounted).collect()
}

fn judge(case: &Case<'_>, source: &str, span: Span) -> Option<Diagnostic> {
    let tree = case.expected.tree;
    // a source never leaves the context: `..` at its root is the root
    let rooted = format!("/{source}");
    let path = clean(&rooted);
    if path == "." && tree.paths().next().is_none() {
        return None;
    }
    let mut first = None;
    for candidate in candidates(tree, &path) {
        match case.ignore.hides(candidate) {
            None => return None,
            Some(line) => _ = first.get_or_insert((candidate, line)),
        }
    }
    let Some((hidden, line)) = first else {
        let found = case.refuse("verify::missing-source", span, format!("`{source}` is not in the project"), "nothing to copy");
        return Some(found.info("what `.gitignore` names does not count: a fresh checkout has none of it"));
    };
    let message = format!("`{source}` is kept out of the build by the `.dockerignore`");
    let found = case.refuse("verify::hidden-source", span, message, "nothing gets here");
    Some(found.info(format!("line {line} of the `.dockerignore` for `{}` hides `{hidden}`", case.file)))
}

/// The files that a source stands for: the file itself, all of a directory, or what a pattern holds for.
fn candidates<'a>(tree: &'a Tree, path: &'a str) -> Box<dyn Iterator<Item = &'a Utf8Path> + 'a> {
    let path = Utf8Path::new(path);
    if path == "." {
        return Box::new(tree.paths());
    }
    if tree.has(path) {
        return Box::new(std::iter::once(path));
    }
    if !Glob::is_pattern(path.as_str()) {
        return Box::new(tree.below(path));
    }
    let Some(glob) = Glob::of_source(path.as_str()) else { return Box::new(std::iter::empty()) };
    Box::new(tree.paths().filter(move |file| file.ancestors().any(|part| glob.matches(part.as_str()))))
}
