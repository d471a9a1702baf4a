//! Directories whose content is not what a project is about: one list for all languages, for programs, pages and manifests alike.

use camino::Utf8Path;

use crate::app::Claim;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::lang::language::Seen;

/// What is said of a program that lies in one.
pub const RULE: Rule = Rule::parsed("app.auxiliary", "this directory holds examples, tools or tests");

/// What such a directory holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auxiliary {
    /// Examples, of which there may be many.
    Example,
    /// Something to look at.
    Demo,
    /// Tests, their data, and measurements.
    Test,
    /// What the project's own people run.
    Tool,
    /// Documents.
    Document,
    /// Pages about the project; a program may well lie there.
    Pages,
    /// Other people's code.
    Foreign,
}

use Auxiliary::{Demo, Document, Example, Foreign, Pages, Test, Tool};

const WORDS: [(Auxiliary, &str); 7] = [
    (Example, "example examples"),
    (Demo, "demo demos sample samples tutorial tutorials"),
    (
        Test,
        "bench benches benchmark benchmarks e2e fixtures fuzz integration integration-test integration-tests it jmh mock \
         test testdata testing tests",
    ),
    (Tool, ".github archetype buildSrc ci codegen contrib dev gen generate hack magefiles notebooks script scripts src-tauri tools xtask"),
    (Document, "doc docs documentation"),
    (Pages, "blog landing marketing site storybook website"),
    (Foreign, ".venv node_modules third_party vendor venv"),
];

/// What a directory holds, by the first of its parts that says so.
#[must_use]
pub fn of(directory: &Utf8Path) -> Option<Auxiliary> {
    directory.components().find_map(|part| of_name(part.as_str()))
}

/// `sample-war` and `war-sample` are samples; other words count alone.
fn of_name(name: &str) -> Option<Auxiliary> {
    let name = name.trim_matches('_');
    let is = |(_, words): &&(Auxiliary, &str), name: &str| words.split(' ').any(|word| word == name);
    let shown = |word: &str| WORDS[..2].iter().find(|words| is(words, word));
    let ends = || [name.split(['-', '_']).next(), name.rsplit(['-', '_']).next()];
    WORDS.iter().find(|words| is(words, name)).or_else(|| ends().into_iter().flatten().find_map(shown)).map(|(kind, _)| *kind)
}

/// Whether a program that lies there is an example, a tool or a test.
#[must_use]
pub fn holds_no_program(directory: &Utf8Path) -> bool {
    matches!(of(directory), Some(Example | Demo | Test | Tool | Document))
}

/// Whether pages that lie there are about the project, and not its own.
#[must_use]
pub fn holds_no_pages(directory: &Utf8Path) -> bool {
    matches!(of(directory), Some(Example | Demo | Test | Document | Pages))
}

/// Whether nobody looks for a project there: there may be hundreds that are none.
#[must_use]
pub fn is_passed_over(directory: &Utf8Path) -> bool {
    matches!(of(directory), Some(Example | Test | Foreign))
}

/// Claims the apps that lie in such directories.
pub fn claim(seen: &mut [Seen<'_>]) {
    for app in seen.iter_mut().filter(|app| holds_no_program(&app.sighting.directory)) {
        let at = Evidence::exists(app.sighting.program.file.clone(), RULE);
        app.sighting.claims.push(Fact::new(Claim::Aside, at));
    }
}

/// Takes that back, where the directory was asked for.
pub fn disclaim(app: &mut Seen<'_>) {
    app.sighting.claims.retain(|claim| claim.because().iter().all(|at| at.rule != RULE.id));
}

/// What to say where nobody asked for such a program, and it is the only one that was found.
#[must_use]
pub fn warning(seen: &Seen<'_>) -> Option<Diagnostic> {
    let aside = seen.sighting.claims.iter().find(|claim| claim.because().iter().any(|at| at.rule == RULE.id))?;
    let message = format!("`{}` lies beside what the project is about, of which nothing was found that runs", seen.sighting.name);
    let warning = aside.because().iter().fold(Diagnostic::warning("app::auxiliary", message), Diagnostic::because);
    Some(warning.help("if it is what is meant, say so, and this goes: `app` in imggen.toml, or `--app`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_says_what_it_holds() {
        for (directory, holds) in [
            ("examples/web", Some(Example)),
            ("sample-war", Some(Demo)),
            ("apps/api-example", Some(Example)),
            ("cmd/server", None),
            ("test-server", None),
            ("", None),
            ("web/node_modules/x", Some(Foreign)),
            ("src/__tests__", Some(Test)),
            ("services/demonstration", None),
        ] {
            assert_eq!(of(directory.into()), holds, "{directory}");
        }
    }
}
