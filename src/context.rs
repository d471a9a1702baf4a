//! What never belongs into a build context: what would leak, what would invalidate layers for nothing, what is only large.

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::Serialize;

use crate::tree::Tree;
use crate::verify::Ignore;

/// Kept out whether or not they are there today: they hold history or secrets, and ignored files are not seen here.
const ALWAYS: [&str; 5] = ["**/.git", "**/.env*", "**/*.key", "**/*.pem", "**/.netrc"];

/// Kept out where they are there.
const TOOLING: [&str; 16] = [
    ".circleci",
    ".cursor",
    ".devcontainer",
    ".editorconfig",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".gitlab",
    ".gitlab-ci.yml",
    ".husky",
    ".idea",
    ".pre-commit-config.yaml",
    ".travis.yml",
    ".vscode",
    ".zed",
    "renovate.json",
];

/// Kept out where they are there: what deploys the image is no part of it.
const DEPLOYMENT: [&str; 9] = ["chart", "charts", "deploy", "deployment", "helm", "k8s", "kubernetes", "kustomize", "terraform"];

/// What a project holds that belongs to no image.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Survey {
    /// Version control, editors, secrets.
    pub private: Vec<String>,
    /// Files that are about the image or the project.
    pub beside: Vec<String>,
    /// Directories that deploy it.
    pub deployment: Vec<String>,
}

/// Lines of the `.dockerignore` that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IgnoreGroup {
    /// What they are.
    pub title: String,
    /// The patterns, sorted.
    pub patterns: Vec<String>,
}

/// Looks at the names in the root.
#[must_use]
pub fn survey(tree: &Tree) -> Survey {
    let there = |name: &&&str| tree.has(**name) || tree.has_directory(**name);
    let owned = |names: &[&str]| names.iter().filter(there).map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut private: Vec<_> = ALWAYS.iter().map(|name| (*name).to_owned()).collect();
    private.extend(owned(&TOOLING));
    let mut beside = vec![".dockerignore".to_owned(), "Dockerfile*".to_owned(), "imggen.toml".to_owned()];
    let compose = tree.files_in("").any(|path| path.as_str().starts_with("docker-compose") || path.as_str().starts_with("compose."));
    if compose {
        beside.push("*compose*.y*ml".to_owned());
    }
    // a front end's packages, in a project of whatever language
    if tree.below("").any(|path| path.file_name() == Some("package.json")) {
        beside.push("**/node_modules".to_owned());
    }
    if tree.files_in("").any(|path| path.extension() == Some("md")) {
        beside.push("*.md".to_owned());
    }
    Survey { private, beside, deployment: owned(&DEPLOYMENT) }
}

/// The groups of the `.dockerignore`: the survey and what the app's build does not need, without what it needs, the files `kept`, and
/// what another pattern names already. Patterns of secrets stay whatever is needed, and a kept file that they would hide is let through
/// by its own name.
pub fn groups(survey: &Survey, clutter: impl IntoIterator<Item = String>, extra: Vec<String>, kept: &[Utf8PathBuf]) -> Vec<IgnoreGroup> {
    let needed = |pattern: &str| {
        let ignore = Ignore::parse(pattern);
        kept.iter().any(|path| ignore.hides(path).is_some())
    };
    let private = Ignore::parse(&survey.private.join("\n"));
    let mut through: Vec<_> = kept.iter().filter(|path| private.hides(path).is_some()).map(|path| format!("!{path}")).collect();
    through.sort();
    through.dedup();
    let mut rest: Vec<_> =
        survey.beside.iter().chain(&survey.deployment).cloned().chain(clutter).filter(|pattern| !needed(pattern)).collect();
    rest.sort();
    rest.dedup();
    let patterns: Vec<_> = survey.private.iter().chain(&rest).filter(|pattern| pattern.contains('*')).cloned().collect();
    rest.retain(|name| name.contains('*') || !patterns.iter().any(|pattern| hides(pattern, name)));
    let mut groups = vec![IgnoreGroup { title: "version control, editors, secrets".into(), patterns: survey.private.clone() }];
    groups.push(IgnoreGroup { title: "needed by the build all the same".into(), patterns: through });
    groups.push(IgnoreGroup { title: "not part of the image".into(), patterns: rest });
    groups.push(IgnoreGroup { title: "named in the settings".into(), patterns: extra });
    groups.retain(|group| !group.patterns.is_empty());
    groups
}

fn hides(pattern: &str, name: &str) -> bool {
    Ignore::parse(pattern).hides(Utf8Path::new(name)).is_some()
}
