//! The images that the project's own Dockerfile and its CI stand on: they say by the way with which release of a language it is worked on.

use camino::Utf8Path;
use parse_dockerfile::{self as syntax, Instruction};

use super::dockerfile::{Image, foreign};
use super::{Declared, Notes, recorded};
use crate::evidence::{Evidence, Rule};
use crate::read::document::Document;
use crate::tree::Tree;

/// Files of CI that name images under `image:`.
const PIPELINES: [&str; 4] = [".gitlab-ci.yml", ".circleci/config.yml", "bitbucket-pipelines.yml", ".drone.yml"];

/// The references of these images, for the program in `directory`: those of its Dockerfile's stages first.
#[must_use]
pub fn bases(tree: &Tree, directory: &Utf8Path, rule: Rule) -> Vec<(String, Evidence)> {
    let mut found = of_dockerfile(tree, directory, rule);
    found.extend(recorded::images(tree, directory, rule));
    for file in PIPELINES.map(Utf8Path::new) {
        let Some(table) = tree.text(file).ok().and_then(|text| Document::yaml(file, text).ok()) else { continue };
        let mut waiting = vec![table.root()];
        while let Some(value) = waiting.pop() {
            waiting.extend(value.list());
            for (key, value) in value.map() {
                waiting.push(value);
                let image = value.string().or_else(|| value.get(&["name"]).and_then(|name| name.string()));
                found.extend(image.filter(|_| key.name == "image").map(|image| (image.to_owned(), table.evidence(value, rule))));
            }
        }
    }
    found
}

/// Those of the stages of its Dockerfile that imggen did not write.
pub(super) fn of_dockerfile(tree: &Tree, directory: &Utf8Path, rule: Rule) -> Vec<(String, Evidence)> {
    let notes = Notes { tree, directory, declared: Declared::default() };
    let Some((path, text)) = foreign(&notes) else { return Vec::new() };
    let Ok(file) = syntax::parse(text) else { return Vec::new() };
    let image = Image::of(&path, text);
    let mut arguments: Vec<(String, String)> = Vec::new();
    let mut found = Vec::new();
    for instruction in &file.instructions {
        match instruction {
            Instruction::Arg(argument) => {
                let text = argument.arguments.value.to_string();
                arguments.extend(text.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim_matches('"').to_owned())));
            }
            Instruction::From(from) => {
                let named = from.image.value.to_string();
                let filled = arguments
                    .iter()
                    .fold(named, |text, (name, value)| text.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value));
                found.push((filled, image.at(from.from.span.start, rule)));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Rule = Rule::parsed("test.base", "an image");

    #[test]
    fn stages_and_pipelines_name_their_images() {
        let tree = Tree::from_memory([
            (
                "Dockerfile",
                "ARG NODE=20.9.0\nFROM --platform=linux/amd64 node:${NODE}-slim AS b\nFROM gcr.io/distroless/nodejs20-debian12\n",
            ),
            (".gitlab-ci.yml", "default:\n  image: node:22\ntest:\n  image:\n    name: cimg/node:24.1\n  script: x\n"),
        ]);
        let mut found: Vec<_> = bases(&tree, "".into(), BASE).into_iter().map(|(image, _)| image).collect();
        found.sort();
        assert_eq!(found, ["cimg/node:24.1", "gcr.io/distroless/nodejs20-debian12", "node:20.9.0-slim", "node:22"]);
    }
}
