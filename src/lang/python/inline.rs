//! Scripts that list their dependencies themselves (PEP 723): each is a project of one file.

use camino::{Utf8Path, Utf8PathBuf};

use super::constraint::{Constraint, RANGE, range};
use super::manager::Manager;
use super::project::Project;
use super::requirements::Listed;
use crate::diagnostic::Result;
use crate::evidence::{Evidence, Fact, Rule};
use crate::read::document::Document;
use crate::tree::Tree;

const BLOCK: Rule = Rule::parsed("python.script-metadata", "this script lists its dependencies itself");

/// The scripts below the root that list their dependencies, those of the topmost directory that has any.
pub fn scripts(tree: &Tree) -> Vec<Utf8PathBuf> {
    let mut found: Vec<&Utf8Path> = tree
        .below("")
        .filter(|path| path.extension() == Some("py"))
        .filter(|path| tree.text(path).is_ok_and(|text| block(text).is_some()))
        .collect();
    found.sort_by_key(|path| (path.components().count(), *path));
    let depth = found.first().map_or(0, |path| path.components().count());
    found.into_iter().filter(|path| path.components().count() == depth).map(Utf8Path::to_owned).collect()
}

/// The project that a script is.
///
/// # Errors
/// When its block is broken.
pub fn project(tree: &Tree, script: &Utf8Path) -> Result<Project> {
    let mut project = Project::bare(Fact::new(Manager::Script, Evidence::exists(script, BLOCK)));
    script.parent().unwrap_or(Utf8Path::new("")).clone_into(&mut project.directory);
    let text = tree.text(script).ok().and_then(block).unwrap_or_default();
    let table = Document::toml(script, &text)?;
    let mut listed = Listed::default();
    if let Some(list) = table.get(&["dependencies"]) {
        listed.strings(&table, list);
    }
    listed.sources(&table);
    project.manifests = vec![script.to_owned()];
    let lock = Utf8PathBuf::from(format!("{script}.lock"));
    project.locked = tree.has(&lock);
    project.manifests.extend(Some(lock).filter(|_| project.locked));
    Ok(project.listing(listed))
}

/// The Pythons that it asks for.
///
/// # Errors
/// When its range is none.
pub fn constraint(tree: &Tree, script: &Utf8Path) -> Result<Option<Constraint>> {
    let text = tree.text(script).ok().and_then(block).unwrap_or_default();
    let table = Document::toml(script, &text)?;
    table.string(&["requires-python"]).map(|(text, value)| range(text, table.evidence(value, RANGE))).transpose()
}

/// Its block, each line where it stands in the file.
fn block(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| line.trim_end() == "# /// script")?;
    let body: Vec<&str> = lines[first + 1..].iter().copied().take_while(|line| line.starts_with('#')).collect();
    let length = body.iter().position(|line| line.trim_end() == "# ///")?;
    let body = body[..length].iter().map(|line| format!(" {}", &line[1..]));
    Some(lines[..=first].iter().map(|_| String::new()).chain(body).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_ends_where_it_says() {
        let text = "#!/usr/bin/env -S uv run\n# /// script\n# dependencies = [\n#   \"flask==3.1.0\",\n# ]\n# ///\n# more\nimport flask\n";
        assert_eq!(block(text).as_deref(), Some("\n\n  dependencies = [\n    \"flask==3.1.0\",\n  ]"));
        assert_eq!((block("# /// script\nx = 1\n# ///\n"), block("# /// script\n")), (None, None));
        let tree = Tree::from_memory([("serve.py", text), ("deep/x.py", text), ("plain.py", "")]);
        assert_eq!(scripts(&tree), ["serve.py"]);
        let project = project(&tree, "serve.py".into()).expect("it is a project");
        let at = &project.packages[0].at;
        assert_eq!((project.packages[0].name.as_str(), at.span.map(|span| span.line)), ("flask", Some(4)));
    }
}
