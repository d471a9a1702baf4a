//! Environments of conda's: one that lists packages of `PyPI`'s alone is a list as any other.

use super::manager::Manager;
use super::project::{Own, Project};
use super::requirements::Listed;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Fact, Rule};
use crate::read::document::Document;
use crate::read::requirement;
use crate::tree::Tree;

const LISTS: Rule = Rule::parsed("python.conda-pip", "this environment lists packages of PyPI's alone");

/// Files that list one: conda's, and pixi's.
const FILES: [&str; 4] = ["environment.yml", "environment.yaml", "conda.yml", "pixi.toml"];
/// What every virtual environment has, or needs not.
const USUAL: [&str; 4] = ["python", "pip", "setuptools", "wheel"];

/// The file that lists an environment.
pub fn file(tree: &Tree) -> Option<&'static str> {
    FILES.into_iter().find(|file| tree.has(file))
}

/// The project whose packages `file` lists, where all of them are `PyPI`'s.
pub fn project(tree: &Tree, file: &str) -> Option<Project> {
    let table = Document::yaml(file.into(), tree.text(file).ok()?).ok()?;
    let dependencies = table.get(&["dependencies"])?;
    let mut listed = Listed::default();
    let mut named = Vec::new();
    let mut first = None;
    for value in dependencies.list() {
        match (value.string(), value.get(&["pip"])) {
            (Some(text), _) => {
                let name = text.rsplit("::").next()?.split(['=', '<', '>', ' ', '!', '~']).next()?;
                USUAL.contains(&name).then_some(())?;
            }
            (None, Some(list)) => {
                for text in list.list() {
                    let text = text.string()?;
                    // files and options are pip's own words
                    requirement::parse(text).filter(|_| !text.starts_with('-'))?;
                    named.push(text.to_owned());
                }
                listed.strings(&table, list);
                first = first.or(Some(list));
            }
            (None, None) => return None,
        }
    }
    let manager = Fact::new(Manager::Environment, table.evidence(first?, LISTS));
    let project = Project::bare(manager).listing(listed);
    (!named.is_empty()).then_some(Project { own: Own::Named(named), ..project })
}

/// Why it is not installed otherwise.
pub fn refuse(file: &str) -> Diagnostic {
    let message = format!("`{file}` lists packages of conda's, which imggen does not install");
    let help = "list what the program needs in a requirements.txt or pyproject.toml, where PyPI has it";
    Diagnostic::error("python::conda", message).at(file, None, "an environment of conda's").help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_of_pypi_alone_are_a_list() {
        let read = |text: &str| project(&Tree::from_memory([("environment.yml", text)]), "environment.yml").map(|project| project.own);
        let alone = "dependencies:\n  - python=3.12\n  - pip\n  - pip:\n    - flask==3.1.0\n    - gunicorn\n";
        assert_eq!(read(alone), Some(Own::Named(vec!["flask==3.1.0".into(), "gunicorn".into()])));
        assert_eq!(read("dependencies:\n  - python=3.12\n  - gdal\n  - pip:\n    - flask\n"), None);
        assert_eq!(read("dependencies:\n  - pip:\n    - -r requirements.txt\n"), None);
    }
}
