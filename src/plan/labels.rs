//! Labels that tell where an image comes from, by the names of the Open Containers Initiative: what manifests say, and what a build is told.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde_json::Value;

use crate::tree::Tree;

const PREFIX: &str = "org.opencontainers.image.";

/// Where a kind of manifest says something, by pointers into it, the likeliest first.
struct Says {
    file: &'static str,
    license: &'static [&'static str],
    source: &'static [&'static str],
}

const MANIFESTS: [Says; 3] = [
    Says { file: "package.json", license: &["/license"], source: &["/repository/url", "/repository"] },
    Says { file: "Cargo.toml", license: &["/package/license"], source: &["/package/repository"] },
    Says {
        file: "pyproject.toml",
        license: &["/project/license/text", "/project/license"],
        source: &["/project/urls/Source", "/project/urls/Repository", "/project/urls/source", "/project/urls/repository"],
    },
];

/// The labels of an app whose manifest lies in `home` or above it. Its version and revision are arguments of the build: a template has them.
pub(super) fn labels(tree: &Tree, home: &Utf8Path, app: &str) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::from([(format!("{PREFIX}title"), app.to_owned())]);
    for directory in home.ancestors() {
        for Says { file, license, source } in MANIFESTS {
            let Some(manifest) = read(tree, &directory.join(file)) else { continue };
            let find = |pointers: &[&str]| pointers.iter().find_map(|pointer| manifest.pointer(pointer)?.as_str()).map(str::to_owned);
            if let Some(license) = find(license) {
                labels.entry(format!("{PREFIX}licenses")).or_insert(license);
            }
            if let Some(source) = find(source).map(|source| address(&source)) {
                labels.entry(format!("{PREFIX}source")).or_insert(source);
            }
        }
    }
    labels
}

fn read(tree: &Tree, path: &Utf8Path) -> Option<Value> {
    let text = tree.text(path).ok()?;
    if path.extension() == Some("json") { serde_json::from_str(text).ok() } else { toml::from_str(text).ok() }
}

/// The address of a repository as browsers take it: npm writes `github:owner/name` and `git+https://....git`.
fn address(source: &str) -> String {
    let source = source.strip_prefix("git+").unwrap_or(source);
    let source = source.strip_suffix(".git").unwrap_or(source);
    match source.split_once(':') {
        Some(("github", path)) => format!("https://github.com/{path}"),
        Some(("gitlab", path)) => format!("https://gitlab.com/{path}"),
        None if source.split('/').count() == 2 => format!("https://github.com/{source}"),
        _ => source.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Document, Layer, Layers, Packs, Source, generate};

    #[test]
    fn manifests_say_where_an_image_comes_from_and_the_build_which_version() {
        let package = "{ \"name\": \"shop\", \"license\": \"MIT\", \"repository\": \"github:acme/shop\", \"scripts\": { \"start\": \"node server.js\" } }\n";
        let files = [
            ("package.json", package),
            ("package-lock.json", "{ \"name\": \"shop\", \"lockfileVersion\": 3, \"packages\": { \"\": { \"name\": \"shop\" } } }\n"),
            ("server.js", "process.on(\"SIGTERM\", () => process.exit());\nrequire(\"http\").createServer().listen(8080);\n"),
        ];
        let document =
            Document::parse("imggen.toml".into(), "image-labels = true\n[labels]\n\"org.opencontainers.image.licenses\" = \"ISC\"\n", &[]);
        let layer = Layer::new(Source::Project("imggen.toml".into()), document.unwrap_or_default());
        let output = generate(&Tree::from_memory(files), &Layers::new(vec![layer]), &Packs::default());
        let text = output.map_or_else(|error| panic!("{error}"), |output| output.files[0].text.clone());
        for line in [
            "org.opencontainers.image.licenses=ISC",
            "org.opencontainers.image.source=https://github.com/acme/shop",
            "org.opencontainers.image.title=shop",
            "ARG VERSION REVISION\nLABEL org.opencontainers.image.version=$VERSION\nLABEL org.opencontainers.image.revision=$REVISION\n",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn repositories_have_addresses() {
        for (source, expected) in [
            ("git+https://github.com/acme/shop.git", "https://github.com/acme/shop"),
            ("acme/shop", "https://github.com/acme/shop"),
            ("https://git.example.com/acme/shop", "https://git.example.com/acme/shop"),
        ] {
            assert_eq!(address(source), expected);
        }
    }
}
