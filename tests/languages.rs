//! `docs/languages/*.md`: prose by hand, and below it what the data says. `IMGGEN_BLESS=1 cargo test --test languages` brings the second
//! part up to date.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What stands below is generated.
const MARK: &str = "<!-- below: IMGGEN_BLESS=1 cargo test --test languages -->";

/// A language's page: its file, the languages of its presets, the prefixes of its rules, the file of its native packages.
struct Page {
    name: &'static str,
    presets: &'static [&'static str],
    toolchains: &'static [&'static str],
    native: Option<&'static str>,
}

const PAGES: [Page; 7] = [
    Page { name: "go", presets: &["go"], toolchains: &["go"], native: Some("native-go.toml") },
    Page { name: "rust", presets: &["rust"], toolchains: &["rust"], native: Some("native-rust.toml") },
    Page { name: "python", presets: &["python"], toolchains: &["python"], native: Some("native-python.toml") },
    Page { name: "java", presets: &["java"], toolchains: &["java"], native: Some("native-java.toml") },
    Page { name: "node", presets: &["node", "bun"], toolchains: &["node", "bun"], native: Some("native-node.toml") },
    Page { name: "deno", presets: &["deno"], toolchains: &["deno"], native: None },
    Page { name: "site", presets: &["site"], toolchains: &[], native: None },
];

#[test]
fn every_language_has_a_page_that_says_what_the_data_says() {
    let rules = rules();
    let schema = schema();
    for page in &PAGES {
        let path = Path::new("docs/languages").join(format!("{}.md", page.name));
        let text = std::fs::read_to_string(&path).unwrap();
        let (prose, _) = text.split_once(MARK).unwrap_or_else(|| panic!("{} has no line {MARK}", path.display()));
        let now = format!("{prose}{MARK}\n{}", generated(page, &rules, &schema));
        if std::env::var_os("IMGGEN_BLESS").is_some() {
            std::fs::write(&path, now).unwrap();
        } else {
            assert!(now == text, "{} is stale: IMGGEN_BLESS=1 cargo test --test languages", path.display());
        }
    }
    let pages = std::fs::read_dir("docs/languages").unwrap().count();
    assert_eq!(pages, PAGES.len(), "a page of docs/languages is not in this test");
    let missing: Vec<_> = languages().into_iter().filter(|name| !PAGES.iter().any(|page| page.name == name)).collect();
    assert!(missing.is_empty(), "no page for {missing:?}");
}

/// The languages are the folders of `src/lang` and `templates`.
fn languages() -> Vec<String> {
    let folders = std::fs::read_dir("templates").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    folders.filter(|name| name != "base").collect()
}

fn generated(page: &Page, rules: &BTreeMap<String, String>, schema: &Value) -> String {
    let mut out = String::new();
    presets(page, &mut out);
    releases(page, &mut out);
    settings(page, schema, &mut out);
    evidence(page, rules, &mut out);
    native(page, &mut out);
    out
}

fn presets(page: &Page, out: &mut String) {
    let bases = table("presets/_catalog/bases.toml");
    out.push_str("\n## Presets\n\n`--preset NAME` takes another than the default. A preset tries its bases in order, and takes the first that meets\nwhat the program needs.\n\n| preset | bases | |\n|---|---|---|\n");
    let mut named: Vec<String> = Vec::new();
    for (name, preset) in all_presets() {
        let Some(language) = preset.get("language").and_then(toml::Value::as_str) else { continue };
        if !page.presets.contains(&language) {
            continue;
        }
        let ladder: Vec<&str> =
            preset.get("ladder").and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_str).collect();
        let default = if preset.get("default").and_then(toml::Value::as_bool) == Some(true) { " (default)" } else { "" };
        let cells: Vec<_> = ladder.iter().map(|base| format!("`{base}`")).collect();
        writeln!(out, "| `{name}`{default} | {} | {} |", cells.join(", "), cell(preset["summary"].as_str().unwrap())).unwrap();
        for base in ladder {
            if !named.iter().any(|known| known == base) {
                named.push(base.to_owned());
            }
        }
    }
    out.push_str("\n| base | image | MB | |\n|---|---|---|---|\n");
    for name in named {
        let base = &bases[&name];
        let image = base.get("image").and_then(toml::Value::as_str).unwrap_or("scratch");
        let size = base.get("megabytes").map_or_else(String::new, ToString::to_string);
        writeln!(out, "| `{name}` | `{image}` | {size} | {} |", cell(base["summary"].as_str().unwrap_or_default())).unwrap();
    }
}

fn releases(page: &Page, out: &mut String) {
    let toolchains = table("presets/_catalog/toolchains.toml");
    let mut rows = String::new();
    for name in page.toolchains {
        for release in toolchains[*name].get("releases").and_then(toml::Value::as_array).into_iter().flatten() {
            let word = |key: &str| release.get(key).and_then(toml::Value::as_str).unwrap_or_default();
            if !word("end-of-life").is_empty() {
                writeln!(rows, "| {name} {} | {} | {} |", word("version"), word("newest"), word("end-of-life")).unwrap();
            }
        }
    }
    if !rows.is_empty() {
        let day = toolchains.get("as-of").map(|day| day.as_str().map_or_else(|| day.to_string(), str::to_owned)).unwrap_or_default();
        write!(out, "\n## Releases\n\nAs the catalog knows them on {day}. One that gets no fixes is taken only where the project names it, with a warning.\n\n| release | newest | fixes until |\n|---|---|---|\n{rows}").unwrap();
    }
}

fn settings(page: &Page, schema: &Value, out: &mut String) {
    let Some(reference) = schema["properties"][page.name]["$ref"].as_str() else { return };
    let section = &schema["$defs"][reference.rsplit('/').next().unwrap()];
    let Some(keys) = section["properties"].as_object() else { return };
    write!(out, "\n## Settings\n\nIn `[{0}]` of imggen.toml, or by `--set {0}.KEY=VALUE`.\n\n| key | |\n|---|---|\n", page.name).unwrap();
    for (key, value) in keys {
        writeln!(out, "| `{key}` | {} |", cell(value["description"].as_str().unwrap_or_default())).unwrap();
    }
}

fn evidence(page: &Page, rules: &BTreeMap<String, String>, out: &mut String) {
    let prefixes: Vec<_> = [page.name].iter().chain(page.presets).map(|name| format!("{name}.")).collect();
    let mine: Vec<_> = rules.iter().filter(|(id, _)| prefixes.iter().any(|prefix| id.starts_with(prefix))).collect();
    write!(out, "\n## Evidence\n\n`imggen explain` names the rules by which something was found. These are the language's own; those of `program.*`\nread sources alike in every language.\n\n| rule | what it says |\n|---|---|\n").unwrap();
    for (id, meaning) in mine {
        writeln!(out, "| `{id}` | {} |", cell(meaning)).unwrap();
    }
}

fn native(page: &Page, out: &mut String) {
    let Some(file) = page.native else { return };
    let modules = table(&format!("presets/_catalog/{file}"));
    let modules = modules["module"].as_array().unwrap();
    write!(out, "\n## Packages with native code\n\nKnown are {}, and what each needs; a pack can add others (`presets/_catalog/{file}`).\n\n<details>\n\n| package | what it is |\n|---|---|\n", modules.len()).unwrap();
    for module in modules {
        let word = |key: &str| module.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        writeln!(out, "| `{}` | {} |", word("name"), cell(word("what"))).unwrap();
    }
    out.push_str("\n</details>\n");
}

fn cell(text: &str) -> String {
    text.replace('\n', " ").replace('|', "\\|")
}

fn table(path: &str) -> toml::Table {
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

fn all_presets() -> BTreeMap<String, toml::Table> {
    let files = std::fs::read_dir("presets").unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), table(path.to_str().unwrap()))).collect()
}

/// The settings as the program itself describes them.
fn schema() -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_imggen")).args(["schema", "settings"]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// All rules, by their declarations: the id and what a match means.
fn rules() -> BTreeMap<String, String> {
    let declaration = regex::Regex::new(r#"(?s)Rule::(?:parsed|weak)\(\s*"([^"]+)",\s*"((?:[^"\\]|\\.)*)""#).unwrap();
    let mut rules = BTreeMap::new();
    for entry in ignore::Walk::new("src").map(Result::unwrap).filter(|entry| entry.path().extension() == Some("rs".as_ref())) {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap().to_owned();
        if entry.file_name() != "tests.rs" {
            rules.extend(declaration.captures_iter(&code).map(|rule| (rule[1].to_owned(), rule[2].replace("\\\"", "\""))));
        }
    }
    assert!(rules.len() > 200, "rules are declared in another way than this test knows");
    rules
}
