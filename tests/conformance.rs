//! Every language has its parts, and every name that data uses exists.

use std::path::Path;

use imggen::{Packs, lang, preset, settings};

fn names() -> Vec<&'static str> {
    lang::ALL.iter().map(|language| language.name()).collect()
}

#[test]
fn every_language_has_its_templates() {
    let packs = Packs::default();
    for language in names() {
        for template in ["Dockerfile.j2", "Dockerfile.debug.j2", "dockerignore.j2"] {
            assert!(packs.file(format!("templates/{language}/{template}"), 0).is_some(), "templates/{language}/{template} is missing");
        }
    }
}

#[test]
fn every_language_has_one_default_preset_and_a_toolchain() {
    let packs = Packs::default();
    let (presets, catalog) = (preset::list(&packs).unwrap(), packs.catalog().unwrap());
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
    let packs = Packs::default();
    let catalog = packs.catalog().unwrap();
    for preset in preset::list(&packs).unwrap() {
        for layer in preset::chain(&packs, &preset.name).unwrap().layers {
            let settings = layer.settings();
            for base in settings.ladder.iter().flatten().chain(&settings.base) {
                assert!(catalog.base(base).is_some(), "{} names {base}", preset.name);
            }
        }
    }
}

#[test]
fn every_fixture_in_the_readme_is_there() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let (_, table) = readme.split_once("| project | what comes out | proved by |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let fixtures: Vec<_> = rows
        .flat_map(|row| row.rsplit('|').nth(1).unwrap_or_default().split(','))
        .map(|name| name.trim().trim_matches('`').to_owned())
        .collect();
    assert!(fixtures.len() > 10, "the table was read: {fixtures:?}");
    for fixture in fixtures {
        assert!(Path::new("tests/fixtures").join(&fixture).join("case.toml").exists(), "{fixture} is not in tests/fixtures");
    }
}

#[test]
fn the_readme_shows_what_is_written() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let written = std::fs::read_to_string("tests/snapshots/go-files/Dockerfile").unwrap();
    assert!(
        readme.contains(&format!("```dockerfile\n{written}```")),
        "the Dockerfile in README.md is not that of tests/snapshots/go-files"
    );
}

#[test]
fn no_template_decides() {
    let packs = Packs::default();
    for path in packs.templates() {
        let text = packs.file(format!("templates/{path}"), 0).unwrap().text;
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

/// What can be set is a promise: a key that goes away breaks somebody's imggen.toml.
#[test]
fn settings_keys_are_stable() {
    insta::with_settings!({ snapshot_path => "conformance", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("settings-keys", settings::keys().join("\n"));
    });
}
