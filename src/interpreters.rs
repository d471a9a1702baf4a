//! Scripts in another language that a program starts: what they need beside their interpreter.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::need::Need;
use crate::tree::Tree;

const NEEDS: Rule = Rule::parsed("start.script-needs", "what its scripts need is said here");

/// An interpreter, the endings of its scripts, and the files that say what they need.
struct Interpreter {
    language: &'static str,
    programs: &'static [&'static str],
    ending: &'static str,
    manifests: &'static [&'static str],
}

const INTERPRETERS: [Interpreter; 5] = [
    Interpreter {
        language: "python",
        programs: &["python3", "python"],
        ending: "py",
        manifests: &["requirements.txt", "pyproject.toml", "Pipfile"],
    },
    Interpreter { language: "node", programs: &["node", "nodejs"], ending: "js", manifests: &["package.json"] },
    Interpreter { language: "ruby", programs: &["ruby", "bundle"], ending: "rb", manifests: &["Gemfile"] },
    Interpreter { language: "perl", programs: &["perl"], ending: "pl", manifests: &["cpanfile"] },
    Interpreter { language: "php", programs: &["php"], ending: "php", manifests: &["composer.json"] },
];

/// Directories whose scripts no program starts.
const APART: [&str; 9] = ["test", "tests", "e2e", "docs", "doc", "example", "examples", "node_modules", ".github"];

/// Says of a program in `language` whose scripts in another one have dependencies of their own. `needs` are what it asks of its image.
pub fn warnings(tree: &Tree, language: &str, needs: &[Fact<Need>]) -> Vec<Diagnostic> {
    let started = |interpreter: &&Interpreter| interpreter.language != language;
    let warn = |interpreter: &Interpreter| {
        let need = needs.iter().find(|need| matches!(&need.value, Need::Program(name) if interpreter.programs.contains(&name.as_str())))?;
        let manifest = manifest(tree, interpreter, need)?;
        if is_installed(tree, interpreter, &manifest) {
            return None;
        }
        let program = interpreter.programs[0];
        let message = format!("`{program}` is started, and what its scripts need by `{manifest}` is not in the image");
        let warning = Diagnostic::warning("start::script-needs", message);
        let warning = need.because().iter().take(1).fold(warning, Diagnostic::because).because(&Evidence::exists(manifest, NEEDS));
        Some(
            warning
                .help(
                    "name the distribution's packages of it: `[packages] run = [\"...\"]` in imggen.toml, on a base that installs packages",
                )
                .help("or give the scripts an image of their own, which the program calls"),
        )
    };
    INTERPRETERS.iter().filter(started).filter_map(warn).collect()
}

/// The list of what Python scripts need that a program in another language starts, where it can be installed by itself.
pub fn requirements(tree: &Tree, language: &str, needs: &[Fact<Need>]) -> Option<Utf8PathBuf> {
    let interpreter = INTERPRETERS.iter().find(|interpreter| interpreter.language == "python" && interpreter.language != language)?;
    let starts = |need: &&Fact<Need>| matches!(&need.value, Need::Program(name) if interpreter.programs.contains(&name.as_str()));
    let manifest = manifest(tree, interpreter, needs.iter().find(starts)?)?;
    is_installed(tree, interpreter, &manifest).then_some(manifest)
}

/// Whether the image holds what a file lists: a list of Python's that leads to no other file.
fn is_installed(tree: &Tree, interpreter: &Interpreter, manifest: &Utf8Path) -> bool {
    let alone = |line: &str| !line.trim_start().starts_with(['-', '.', '/']);
    interpreter.language == "python"
        && manifest.file_name() == Some("requirements.txt")
        && tree.text(manifest).is_ok_and(|text| text.lines().all(alone))
}

/// The nearest of the files that say what the scripts need: of the script that is named where it is started, else the project's only one.
fn manifest(tree: &Tree, interpreter: &Interpreter, need: &Fact<Need>) -> Option<Utf8PathBuf> {
    let is_apart = |path: &Utf8Path| path.components().any(|part| APART.contains(&part.as_str()));
    let scripts = tree.paths().filter(|path| path.extension() == Some(interpreter.ending) && !is_apart(path));
    let named = |path: &&Utf8Path| path.file_name().is_some_and(|name| need.because().iter().any(|at| at.text.contains(name)));
    let nearest = |script: &Utf8Path| {
        let above = script.ancestors().skip(1).filter(|directory| !directory.as_str().is_empty());
        above.flat_map(|directory| interpreter.manifests.iter().map(move |name| directory.join(name))).find(|path| tree.has(path))
    };
    let scripts: Vec<_> = scripts.collect();
    if let Some(script) = scripts.iter().copied().find(named) {
        return nearest(script);
    }
    let mut all: Vec<_> = scripts.into_iter().filter_map(nearest).collect();
    all.sort();
    all.dedup();
    (all.len() == 1).then(|| all.remove(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(files: &[(&str, &str)], language: &str, text: &str) -> Vec<String> {
        let tree = Tree::from_memory(files.iter().copied());
        let at = Evidence { text: text.to_owned(), ..Evidence::exists("server.js", NEEDS) };
        let needs = [Fact::new(Need::Program("python3".into()), at)];
        warnings(&tree, language, &needs).into_iter().map(|warning| warning.message).collect()
    }

    #[test]
    fn a_script_with_requirements_is_told_of() {
        let files = |list| [("ml/run.py", ""), ("ml/requirements.txt", list), ("server.js", "")];
        let told = told(&files("-r base.txt"), "node", "spawn('python3', ['ml/run.py'])");
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("ml/requirements.txt"));
    }

    #[test]
    fn a_list_that_stands_by_itself_is_installed() {
        let files = [("ml/run.py", ""), ("ml/requirements.txt", "numpy==2.3.0\n# why\n"), ("server.js", "")];
        assert!(told(&files, "node", "spawn('python3', ['ml/run.py'])").is_empty());
    }

    #[test]
    fn a_script_without_any_is_none() {
        assert!(told(&[("run.py", ""), ("tests/requirements.txt", "pytest")], "node", "spawn('python3', ['run.py'])").is_empty());
        assert!(told(&[("ml/run.py", ""), ("ml/requirements.txt", "numpy")], "python", "").is_empty());
    }
}
