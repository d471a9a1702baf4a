//! Translations that are compiled before they are used: `*.po` in the repository, and no `*.mo` beside them.

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;

use super::project::Project;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::tree::Tree;

const PO: Rule = Rule::parsed("python.translations", "this is compiled before it is used, and what that makes is not in the repository");

/// What compiles them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compiler {
    /// Django's `compilemessages`, which starts gettext's msgfmt.
    Django,
    /// Babel's `pybabel compile`, of the domain in this directory, relative to the project's.
    Babel(Utf8PathBuf, String),
}

/// The translations below `directory` that nobody has compiled, and what does.
pub fn find(tree: &Tree, project: &Project, directory: &Utf8Path, django: bool) -> Result<Option<Fact<Compiler>>, Diagnostic> {
    let aside = |path: &Utf8Path| {
        path.components().any(|part| matches!(part.as_str(), "node_modules" | "docs" | "tests" | "test" | "venv" | ".venv"))
    };
    let open = tree.below(directory).find(|path| {
        let placed = path.parent().and_then(Utf8Path::file_name) == Some("LC_MESSAGES");
        placed && path.extension() == Some("po") && !aside(path) && !tree.has(path.with_extension("mo"))
    });
    let Some(path) = open else { return Ok(None) };
    let at = Evidence::exists(path, PO);
    if django {
        return Ok(Some(Fact::new(Compiler::Django, at)));
    }
    let babel =
        ["babel", "flask-babel", "quart-babel", "flask-babelex", "fastapi-babel"].iter().any(|name| project.installs(name).is_some());
    let above = path.ancestors().nth(3).map(|above| above.strip_prefix(&project.directory).unwrap_or(above).to_owned());
    if let (true, Some(above), Some(domain)) = (babel, above, path.file_stem()) {
        Ok(Some(Fact::new(Compiler::Babel(above, domain.to_owned()), at)))
    } else {
        let warning = Diagnostic::warning(
            "python::translations",
            format!("nothing compiles the translations: there is no `{}`", path.with_extension("mo")),
        );
        Err(warning.because(&at).help("commit the compiled ones, or add `babel` to the dependencies"))
    }
}
