//! What one language sees, all see: one trait a file, one tiny program per language, one expectation for all.
//!
//! `expect what: words` before the first program says what must hold; a fact that is not named may be anything, and `runs` names words
//! that the image is started with. `-- language path --`
//! begins a file of a language's program, on top of `base.txt`; `-- cannot language: reason --` says why a cell is empty.
//! `open.txt` lists the cells that do not hold yet; `IMGGEN_BLESS=1` writes it anew, `TRAITS=word` shows what is wrong.
#![allow(missing_docs, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use imggen::internal::{Behaviour, Interface, catalog, detect, pick};
use imggen::{Layers, Packs, Tree, generate};

const LANGUAGES: [&str; 5] = ["go", "rust", "node", "python", "java"];

#[derive(Default)]
struct Trait {
    expectations: Vec<(String, Vec<String>)>,
    files: BTreeMap<String, Vec<(String, String)>>,
    cannot: BTreeMap<String, String>,
}

fn read(path: &Path) -> Trait {
    let text = std::fs::read_to_string(path).expect("a trait");
    let mut read = Trait::default();
    let mut current: Option<(String, usize)> = None;
    for line in text.split_inclusive('\n') {
        if let Some(head) = line.trim_end().strip_prefix("-- ").and_then(|rest| rest.strip_suffix(" --")) {
            if let Some(rest) = head.strip_prefix("cannot ") {
                let (language, why) = rest.split_once(": ").expect("a language and a reason");
                read.cannot.insert(language.to_owned(), why.to_owned());
                current = None;
                continue;
            }
            let (language, path) = head.split_once(' ').expect("a language and a path");
            let path =
                if path.contains(".java") && !path.contains('/') { format!("src/main/java/com/example/{path}") } else { path.to_owned() };
            let files = read.files.entry(language.to_owned()).or_default();
            files.push((path, String::new()));
            current = Some((language.to_owned(), files.len() - 1));
        } else if let Some((language, number)) = &current {
            read.files.get_mut(language).expect("it was begun")[*number].1.push_str(line);
        } else if let Some((what, words)) = line.trim_end().strip_prefix("expect ").and_then(|rest| rest.split_once(':')) {
            let words = words.split(',').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty());
            read.expectations.push((what.to_owned(), words.collect()));
        }
    }
    read
}

fn shown(what: &str, behaviour: &Behaviour, warnings: &[String]) -> Vec<String> {
    match what {
        "listens" => behaviour
            .listens
            .iter()
            .map(|fact| {
                let listen = &fact.value;
                let mut text = listen.port.map_or("?".to_owned(), |port| port.to_string());
                let _ = listen.variable.iter().try_for_each(|variable| write!(text, " {}", variable.name));
                text.push_str(if listen.interface == Interface::Loopback { " loopback" } else { "" });
                let _ = listen.host.iter().try_for_each(|host| write!(text, " host {host}"));
                text
            })
            .collect(),
        "writes" => behaviour.writes.iter().map(|fact| fact.value.directory.to_string()).collect(),
        "reads" => behaviour.reads.iter().map(|fact| fact.value.source.to_string()).collect(),
        "demands" => behaviour.demands.iter().map(|fact| fact.value.clone()).collect(),
        "starts" => {
            let programs = behaviour.needs.iter().map(|fact| fact.value.to_string());
            programs.filter_map(|need| need.strip_prefix("program:").map(ToOwned::to_owned)).collect()
        }
        "stops" => behaviour.stops_on.iter().map(|fact| fact.value.to_string()).collect(),
        "command" => behaviour.command.iter().map(|fact| fact.value.join(" ")).collect(),
        "arguments" => behaviour.arguments.iter().map(|fact| format!("{} {}", fact.value.flag, fact.value.value)).collect(),
        "warns" => warnings.iter().filter(|code| code.starts_with("bind::") || code.starts_with("port::")).cloned().collect(),
        _ => panic!("nobody knows what `expect {what}` is"),
    }
}

/// The words that the image starts with.
fn started(tree: &Tree, packs: &Packs) -> String {
    match generate(tree, &Layers::default(), packs) {
        Ok(output) => {
            let runtime = &output.plan.image.runtime;
            runtime.entrypoint.iter().chain(&runtime.arguments).cloned().collect::<Vec<_>>().join(" ")
        }
        Err(error) => format!("error[{}]: {}", error.code, error.message),
    }
}

/// What a cell does not see, in words.
fn fault(base: &Trait, one: &Trait, language: &str) -> Option<String> {
    let own = &one.files[language];
    let has = |path: &str| own.iter().any(|(known, _)| known == path);
    let common = base.files.get(language).into_iter().flatten().filter(|(path, _)| !has(path));
    let tree = Tree::from_memory(common.chain(own).cloned());
    let packs = Packs::default();
    let picked = catalog(&packs).and_then(|catalog| pick(&catalog, &detect(&tree)?, &Layers::default()));
    let app = match picked {
        Ok(picked) => picked.found.app,
        Err(error) => return Some(format!("error[{}]: {}", error.code, error.message)),
    };
    let warnings: Vec<String> = app.warnings.iter().map(|warning| warning.code.to_string()).collect();
    let wrong = one.expectations.iter().filter_map(|(what, expected)| {
        if what == "runs" {
            let started = started(&tree, &packs);
            return (!expected.iter().all(|words| started.contains(words))).then(|| format!("runs: `{started}` and not {expected:?}"));
        }
        let mut seen = shown(what, &app.behaviour, &warnings);
        let mut expected = expected.clone();
        seen.sort();
        expected.sort();
        seen.dedup();
        (seen != expected).then(|| format!("{what}: {seen:?} and not {expected:?}"))
    });
    let wrong: Vec<_> = wrong.collect();
    (!wrong.is_empty()).then(|| wrong.join("; "))
}

#[test]
fn what_one_language_sees_all_see() {
    let directory = Path::new("tests/traits");
    let mut paths: Vec<_> = std::fs::read_dir(directory).expect("traits").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let base = read(&directory.join("base.txt"));
    let open_text = std::fs::read_to_string(directory.join("open.txt")).unwrap_or_default();
    let open: Vec<&str> = open_text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let mut faults = Vec::new();
    let (mut cells, mut held, mut still_open) = (0, 0, Vec::new());
    let mut by_language: BTreeMap<&str, u32> = BTreeMap::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "txt")) {
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        if matches!(name, "base" | "open") {
            continue;
        }
        let one = read(path);
        for language in LANGUAGES {
            cells += 1;
            let cell = format!("{name} {language}");
            if one.cannot.contains_key(language) {
                held += 1;
                continue;
            }
            if !one.files.contains_key(language) {
                faults.push(format!("{cell}: the cell is empty"));
                continue;
            }
            match fault(&base, &one, language) {
                None => {
                    held += 1;
                    if open.contains(&cell.as_str()) {
                        eprintln!("{cell}: it holds, and open.txt says that it does not: IMGGEN_BLESS=1 takes it off");
                    }
                }
                Some(why) => {
                    *by_language.entry(language).or_default() += 1;
                    if std::env::var_os("TRAITS").is_some_and(|wanted| wanted.to_str().is_some_and(|wanted| cell.contains(wanted))) {
                        eprintln!("{cell}: {why}");
                    }
                    still_open.push(cell.clone());
                    if !open.contains(&cell.as_str()) {
                        faults.push(format!("{cell}: {why}"));
                    }
                }
            }
        }
    }
    eprintln!("{held} of {cells} cells hold; open by language: {by_language:?}");
    if std::env::var_os("IMGGEN_BLESS").is_some() {
        std::fs::write(directory.join("open.txt"), format!("# Cells that do not hold yet.\n{}\n", still_open.join("\n"))).expect("a list");
        return;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
