//! The rendered Dockerfile, read again: what must never ship is refused, whoever's template it came from.
//!
//! Each rule is one function over the parsed file. The rules ask what a build, an orchestrator or a reader would stumble on; they are no
//! linter for taste. What cannot be known from the file and the catalog (an image of another registry, a variable without a value) is
//! given the benefit of the doubt.

mod commands;
mod frontend;
mod glob;
mod ignore;
mod image;
mod model;
mod sources;
mod stages;
#[cfg(test)]
mod tests;
mod user;
mod values;

use camino::Utf8Path;

pub use self::ignore::Ignore;
use self::model::Model;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::evidence::Span;
use crate::need::Need;
use crate::tree::Tree;

/// What the plan says of the image, which the text is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The project, which is the build context.
    pub tree: &'a Tree,
    /// What is known of images.
    pub catalog: &'a Catalog,
    /// The C library that the program is loaded with; nothing for a static or interpreted program.
    pub libc: Option<&'a Need>,
    /// What the image is for.
    pub variant: Kind,
}

/// What an image is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To serve: nothing of a debug variant may be in it.
    Production,
    /// To look into: a shell and symbols, and still no root.
    Debug,
}

/// What a rule looks at.
struct Case<'a> {
    file: &'a Utf8Path,
    text: &'a str,
    model: Model,
    ignore: Ignore,
    expected: &'a Expected<'a>,
}

const RULES: [fn(&Case<'_>) -> Vec<Diagnostic>; 27] = [
    stages::at_least_two,
    stages::named,
    stages::unique,
    stages::nothing_to_debug,
    stages::from_something_tagged,
    stages::sources_exist,
    commands::allowed,
    commands::exec_form,
    commands::once,
    commands::shell_is_there,
    commands::something_starts,
    user::is_set,
    user::is_nobody_special,
    values::absolute_workdir,
    values::destination_is_clear,
    values::ports,
    values::no_secrets,
    values::no_secret_values,
    values::no_legacy_form,
    image::libc_fits,
    sources::patterns_are_read,
    sources::in_the_context,
    frontend::directives,
    frontend::lines,
    frontend::flags,
    frontend::mounts,
    frontend::heredocs,
];

/// Holds the text of a Dockerfile against what must never ship. `ignore` is the text of the `.dockerignore` in force for it.
///
/// What is found is an error each, in the order of the lines; an empty list is a file that may be written. A text that is no Dockerfile
/// gives the one error that says so.
#[must_use]
pub fn verify(file: &Utf8Path, dockerfile: &str, ignore: &str, expected: &Expected<'_>) -> Vec<Diagnostic> {
    let model = match Model::parse(dockerfile) {
        Ok(model) => model,
        Err(error) => {
            let number = |number: usize| u32::try_from(number.max(1)).unwrap_or(u32::MAX);
            let span = Span { line: number(error.line()), column: number(error.column()), length: 1 };
            return vec![Diagnostic::error("verify::syntax", format!("`{file}` is no Dockerfile: {error}")).at(file, Some(span), "here")];
        }
    };
    let case = Case { file, text: dockerfile, model, ignore: Ignore::parse(ignore), expected };
    let mut found: Vec<_> = RULES.iter().flat_map(|rule| rule(&case)).collect();
    found.sort_by_key(|diagnostic| diagnostic.labels.first().and_then(|label| label.span));
    found
}

impl Case<'_> {
    fn refuse(&self, code: &'static str, span: Span, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, message).at(self.file, Some(span), label)
    }
}
