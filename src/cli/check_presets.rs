//! `imggen presets --check`: whether packs hold what they seem to hold. Every preset is rendered over a small project of its language, and
//! files that nobody reads are named.

use camino::Utf8Path;

use super::Exit;
use super::args::PackArgs;
use super::console::Console;
use super::project::packs;
use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::generate;
#[cfg(test)]
use crate::lang;
use crate::layers::{Layer, Layers, Source};
use crate::pack::{Packs, Stray};
use crate::preset;
use crate::tree::Tree;

/// The smallest project of each language, or of a run time that presets tell apart, that is a server.
const SAMPLES: [(&str, &[(&str, &str)]); 8] = [
    (
        "go",
        &[
            ("go.mod", "module example.com/sample\n\ngo 1.26\n"),
            ("main.go", "package main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.ListenAndServe(\":8080\", nil)\n}\n"),
        ],
    ),
    (
        "rust",
        &[
            ("Cargo.toml", "[package]\nname = \"sample\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
            ("Cargo.lock", "version = 4\n\n[[package]]\nname = \"sample\"\nversion = \"0.1.0\"\n"),
            ("src/main.rs", "fn main() {\n    std::net::TcpListener::bind(\"0.0.0.0:8080\").unwrap();\n}\n"),
        ],
    ),
    (
        "python",
        &[("requirements.txt", "flask==3.1.0\ngunicorn==23.0.0\n"), ("app.py", "from flask import Flask\n\napp = Flask(__name__)\n")],
    ),
    (
        "node",
        &[
            ("package.json", "{ \"name\": \"sample\", \"private\": true, \"scripts\": { \"start\": \"node server.js\" } }\n"),
            ("package-lock.json", "{ \"name\": \"sample\", \"lockfileVersion\": 3, \"packages\": { \"\": { \"name\": \"sample\" } } }\n"),
            ("server.js", "process.on(\"SIGTERM\", () => process.exit());\nrequire(\"http\").createServer().listen(8080);\n"),
        ],
    ),
    (
        "java",
        &[
            (
                "pom.xml",
                "<project><modelVersion>4.0.0</modelVersion><parent><groupId>org.springframework.boot</groupId>\
                 <artifactId>spring-boot-starter-parent</artifactId><version>4.0.0</version></parent><groupId>a</groupId>\
                 <artifactId>sample</artifactId><version>1</version><properties><java.version>25</java.version></properties>\
                 <dependencies><dependency><groupId>org.springframework.boot</groupId>\
                 <artifactId>spring-boot-starter-web</artifactId></dependency></dependencies><build><plugins><plugin>\
                 <groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>\n",
            ),
            (
                "src/main/java/a/Sample.java",
                "package a;\n\n@org.springframework.boot.autoconfigure.SpringBootApplication\npublic class Sample {\n  \
                 public static void main(String[] args) {\n    org.springframework.boot.SpringApplication.run(Sample.class, args);\n  }\n}\n",
            ),
        ],
    ),
    (
        "bun",
        &[
            ("package.json", "{ \"name\": \"sample\", \"private\": true, \"scripts\": { \"start\": \"bun server.ts\" } }\n"),
            ("bun.lock", "{ \"lockfileVersion\": 1, \"workspaces\": { \"\": { \"name\": \"sample\" } }, \"packages\": {} }\n"),
            ("server.ts", "Bun.serve({ port: 3000, fetch: () => new Response(\"hello\") });\n"),
        ],
    ),
    (
        "deno",
        &[
            ("deno.json", "{ \"tasks\": { \"start\": \"deno run --allow-net server.ts\" } }\n"),
            ("server.ts", "Deno.serve({ port: 8000 }, () => new Response(\"hello\"));\n"),
        ],
    ),
    ("site", &[("index.html", "<!doctype html><title>sample</title>\n")]),
];

pub(super) fn run(given: &PackArgs, console: &mut Console) -> Result<Exit> {
    let packs = packs(".".into(), given, console)?;
    let mut faults = Vec::new();
    for stray in packs.strays() {
        faults.push(unread(&packs, &stray));
    }
    let mut rendered = 0;
    for (name, place) in packs.presets() {
        match one(&packs, name) {
            Ok(done) => rendered += usize::from(done),
            Err(fault) => faults.push(fault.info(format!("in the preset `{name}`, {place}"))),
        }
    }
    console.draw_all(&faults);
    let wrong = if faults.len() == 1 { "1 thing is".to_owned() } else { format!("{} things are", faults.len()) };
    let say = if faults.is_empty() { "nothing is wrong".to_owned() } else { format!("{wrong} wrong") };
    console.print(&format!("{rendered} presets rendered, {say}\n"))?;
    Ok(if faults.is_empty() { Exit::Fine } else { Exit::Differs })
}

/// Renders a preset, where it is one that an image can be made with by itself.
fn one(packs: &Packs, name: &str) -> Result<bool, Diagnostic> {
    let chain = preset::chain(packs, name).map_err(|error| *error)?;
    let languages: Vec<_> = SAMPLES.iter().map(|(language, _)| *language).collect();
    let Some(language) = chain.preset.language.as_deref() else {
        // what others stand on is rendered with them
        return Ok(false);
    };
    let Some((_, files)) = SAMPLES.iter().find(|(known, _)| *known == language) else {
        let error = Diagnostic::usage("preset::language", format!("`{language}` is no language that imggen knows"));
        return Err(match nearest(language, languages.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("there are {}", languages.join(", "))),
        });
    };
    let asked = Layer::assignments(Source::CommandLine, &[format!("preset={name}")]).map_err(|error| *error)?;
    let tree = Tree::from_memory(files.iter().copied());
    generate(&tree, &Layers::new(vec![asked]), packs).map(|_| true).map_err(|error| *error)
}

fn unread(packs: &Packs, stray: &Stray) -> Diagnostic {
    let error = Diagnostic::warning("pack::unread", format!("nobody reads `{}`", stray.place)).info(stray.why.clone());
    let templates = packs.templates();
    let known = templates.iter().filter(|path| Some(path.as_str()) != stray.path.strip_prefix("templates").ok().map(Utf8Path::as_str));
    let name = stray.path.strip_prefix("templates").unwrap_or(&stray.path);
    match nearest(name.as_str(), known.map(|path| path.as_str())).filter(|_| stray.path.starts_with("templates")) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_preset_renders_over_its_sample() {
        let packs = Packs::default();
        for preset in preset::list(&packs).unwrap_or_default() {
            let done = one(&packs, &preset.name).map_err(|error| error.to_string());
            assert_eq!(done, Ok(preset.language.is_some()), "{}", preset.name);
        }
        assert!(lang::ALL.iter().all(|language| SAMPLES.iter().any(|(name, _)| *name == language.name())));
    }
}
