//! Every language has its parts, and every name that data uses exists.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use imggen::Packs;
use imggen::internal::{catalog, lang, preset, settings};

fn names() -> Vec<&'static str> {
    lang::ALL.iter().map(|language| language.name()).collect()
}

#[test]
fn every_language_has_its_templates() {
    for language in names() {
        for template in ["Dockerfile.j2", "Dockerfile.debug.j2", "dockerignore.j2"] {
            assert!(Path::new("templates").join(language).join(template).exists(), "templates/{language}/{template} is missing");
        }
    }
}

#[test]
fn every_language_has_one_default_preset_and_a_toolchain() {
    let packs = Packs::default();
    let (presets, catalog) = (preset::list(&packs).unwrap(), catalog(&packs).unwrap());
    for language in names() {
        let defaults: Vec<_> = presets
            .iter()
            .filter(|preset| preset.default && preset.language.as_deref() == Some(language))
            .map(|preset| &preset.name)
            .collect();
        assert_eq!(defaults.len(), 1, "{language} has the default presets {defaults:?}");
        assert_eq!(preset::default_for(&packs, language).unwrap().preset.name, *defaults[0]);
        assert!(catalog.toolchain(language).is_ok(), "{language} has no toolchain");
    }
}

#[test]
fn every_language_has_a_fixture_that_every_test_run_builds() {
    for language in names() {
        let smoke = std::fs::read_dir("tests/fixtures").unwrap().filter_map(Result::ok).any(|entry| {
            let case = std::fs::read_to_string(entry.path().join("case.toml")).unwrap_or_default();
            entry.file_name().to_string_lossy().starts_with(&format!("{language}-")) && case.contains("tier = \"smoke\"")
        });
        assert!(smoke, "no fixture {language}-* is in the smoke tier");
    }
}

#[test]
fn every_base_that_a_preset_names_is_in_the_catalog() {
    let catalog = catalog(&Packs::default()).unwrap();
    for entry in std::fs::read_dir("presets").unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        let preset: toml::Table = std::fs::read_to_string(entry.path()).unwrap().parse().unwrap();
        let ladder = preset.get("ladder").and_then(toml::Value::as_array);
        for base in ladder.into_iter().flatten().chain(preset.get("base")).filter_map(toml::Value::as_str) {
            assert!(catalog.base(base).is_some(), "{} names {base}", entry.path().display());
        }
    }
}

#[test]
fn the_documentation_says_what_every_fixture_runs_on() {
    let coverage = std::fs::read_to_string("docs/coverage.md").unwrap();
    let (_, table) = coverage.split_once("| project | what comes out | runs on | proved by |").unwrap();
    let names = |cell: &str| cell.split(',').map(|name| name.trim().trim_matches('`').to_owned()).collect::<Vec<_>>();
    let mut said = BTreeSet::new();
    for row in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_, _, base, fixtures] = cells[..] else { panic!("four cells in {row}") };
        for fixture in names(fixtures) {
            let dockerfile = std::fs::read_to_string(Path::new("tests/snapshots").join(&fixture).join("Dockerfile")).ok();
            let last = dockerfile.as_deref().and_then(|text| text.lines().rfind(|line| line.starts_with("FROM ")));
            match last {
                Some(last) => assert!(!base.is_empty() && last.contains(base.trim_matches('`')), "{fixture} runs on {last}, not on {base}"),
                None => assert!(base.is_empty(), "{fixture} gets no image, and the table says {base}"),
            }
            said.insert(fixture);
        }
    }
    let there: BTreeSet<_> =
        std::fs::read_dir("tests/fixtures").unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(said, there, "the table of docs/coverage.md and tests/fixtures");
}

#[test]
fn the_readme_shows_what_is_written() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let written = std::fs::read_to_string("tests/snapshots/go-files/Dockerfile").unwrap();
    assert!(
        readme.contains(&format!("```dockerfile\n{written}```")),
        "the Dockerfile in README.md is not that of tests/snapshots/go-files"
    );
    // and what is typed and answered is what tests/cmd/init.md holds true
    let told = std::fs::read_to_string("tests/cmd/init.md").unwrap();
    let (_, transcript) = told.split_once("```console\n").unwrap();
    let (transcript, _) = transcript.split_once("```").unwrap();
    assert!(
        readme.contains(&format!("```console\n{transcript}```")),
        "the transcript in README.md is not the first one of tests/cmd/init.md"
    );
}

/// What the documentation links to is there.
#[test]
fn links_lead_somewhere() {
    let link = regex::Regex::new(r"\]\(([^)#:\s]+)(#[^)]*)?\)").unwrap();
    let pages = ignore::Walk::new(".").map(Result::unwrap).map(ignore::DirEntry::into_path);
    let is_ours = |path: &Path| !["./tests", "./target", "./examples", "./fuzz"].iter().any(|other| path.starts_with(other));
    let mut links = 0;
    for page in pages.filter(|path| path.extension() == Some("md".as_ref()) && is_ours(path)) {
        let text = std::fs::read_to_string(&page).unwrap();
        for target in link.captures_iter(&text).map(|link| link[1].to_owned()) {
            links += 1;
            assert!(page.parent().unwrap().join(&target).exists(), "{} links to {target}, which is not there", page.display());
        }
    }
    assert!(links > 15, "{links} links in all of the documentation");
}

/// All files that are written for the fixtures.
fn written() -> Vec<(String, String)> {
    let files = ignore::Walk::new("tests/snapshots").map(Result::unwrap).map(ignore::DirEntry::into_path).filter(|path| path.is_file());
    let named = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("Dockerfile"));
    let files = files.filter(|path| named(path)).map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap()));
    let files: Vec<_> = files.collect();
    assert!(files.len() > 200, "{}", files.len());
    files
}

#[test]
fn what_is_written_fits_on_a_screen() {
    for (name, text) in written() {
        let long = text.lines().find(|line| line.chars().count() > 100 && !line.starts_with("FROM "));
        assert_eq!(long, None, "{name}");
    }
}

#[test]
fn an_env_holds_one_variable() {
    let several = regex::Regex::new(r#"^ENV \w+=("([^"\\]|\\.)*"|'[^']*'|[^"'\s]\S*)\s+\S"#).unwrap();
    for (name, text) in written() {
        assert_eq!(text.lines().find(|line| several.is_match(line)), None, "{name}");
    }
}

#[test]
fn nothing_is_made_moved_and_opened_up_in_one_line() {
    for (name, text) in written() {
        let chain =
            text.lines().find(|line| line.contains("mkdir") && line.contains(" mv ") || line.contains(" mv ") && line.contains("chmod"));
        assert_eq!(chain, None, "{name}");
    }
}

/// Whoever debugs has a shell, and sees processes and sockets.
#[test]
fn a_debug_variant_has_something_to_look_with() {
    for (name, text) in written().into_iter().filter(|(name, _)| name.ends_with("Dockerfile.debug")) {
        let base = text.lines().rfind(|line| line.starts_with("FROM ")).unwrap();
        let has = ["debug", "alpine"].iter().any(|kind| base.split(" AS ").next().unwrap().contains(kind));
        let stage = text.rsplit("\nFROM ").next().unwrap();
        assert!(has || ["iproute2", "procps"].iter().all(|package| stage.contains(package)), "{name}: {base}");
        assert!(text.lines().take(3).any(|line| line.starts_with("# a shell: docker run -it --entrypoint /")), "{name}");
        let production = std::fs::read_to_string(name.trim_end_matches(".debug")).unwrap();
        let theirs: BTreeSet<_> = production.lines().filter(|line| !line.starts_with('#')).collect();
        let own = text.lines().filter(|line| !line.starts_with('#') && !theirs.contains(line)).count();
        assert!(own > 1, "{name} differs from production in {own} lines");
    }
}

#[test]
fn no_template_decides() {
    for path in Packs::default().templates() {
        let text = std::fs::read_to_string(Path::new("templates").join(path)).unwrap();
        for (number, line) in (1..).zip(text.lines()) {
            let condition = line
                .split("{%")
                .skip(1)
                .filter_map(|tag| tag.split("%}").next())
                .find(|tag| tag.contains("if ") && (tag.contains(" and ") || tag.contains(" or ")));
            assert!(condition.is_none(), "templates/{path}:{number} decides: {condition:?}");
        }
    }
}

/// A name in a report leads to one rule, which means one thing.
#[test]
fn every_rule_is_declared_once() {
    let mut declared = BTreeMap::new();
    for source in ignore::Walk::new("src").map(Result::unwrap).filter(|entry| entry.path().extension() == Some("rs".as_ref())) {
        let path = source.into_path();
        if path.file_name() == Some("tests.rs".as_ref()) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for rule in ["Rule::parsed(\"", "Rule::weak(\""].into_iter().flat_map(|call| code.split(call).skip(1)) {
            let id = rule.split('"').next().unwrap().to_owned();
            if let Some(other) = declared.insert(id.clone(), path.clone()) {
                panic!("the rule {id} stands in {} and in {}", other.display(), path.display());
            }
        }
    }
    assert!(declared.len() > 200, "rules are declared in another way than this test knows");
}

#[test]
fn every_label_and_variable_is_one_of_its_own() {
    let room = tempfile::tempdir().unwrap();
    let sets = ["labels.area=shop", "labels.team=the web", "env.TZ=UTC", "env.MODE=a b"].iter().flat_map(|set| ["--set", set]);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_imggen"))
        .args(["init", "--yes", "--output-dir", room.path().to_str().unwrap()])
        .args(sets)
        .arg("tests/fixtures/go-http")
        .env("GIT_CEILING_DIRECTORIES", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(room.path().join("Dockerfile")).unwrap();
    for line in ["LABEL area=shop", "LABEL team=\"the web\"", "ENV TZ=UTC", "ENV MODE=\"a b\""] {
        assert!(text.lines().any(|written| written == line), "{line} in\n{text}");
    }
}

/// What can be set is a promise: a key that goes away breaks somebody's imggen.toml.
#[test]
fn settings_keys_are_stable() {
    insta::with_settings!({ snapshot_path => "conformance", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("settings-keys", settings::keys().join("\n"));
    });
}
