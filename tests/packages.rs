//! The catalog against itself, and its package names against Debian's index.
//!
//! Without a Docker engine the names are not looked up, and the test says so.

#[path = "e2e/engine.rs"]
#[allow(dead_code, reason = "the end-to-end runs take the rest")]
mod engine;

#[path = "common/mod.rs"]
mod common;

use std::{collections::BTreeSet, fs, path::PathBuf};

use anyhow::{Context, Result, bail, ensure};
use imggen::plan::Need;
use toml::{Table, Value};

use engine::Engine;

/// Where the index of Debian 13 is read.
const IMAGE: &str = "debian:trixie-slim";

const RELEASES: [&str; 3] = ["debian12", "debian13", "alpine3.24"];

/// What its makers give out and no distribution does: a program that needs one of these fits no base, and is to be told so.
const NOT_PACKAGED: [&str; 4] = ["library:clntsh", "library:db2", "library:tensorflow", "library:wasmer"];

#[test]
fn every_name_is_in_the_index_of_debian_13() -> Result<()> {
    let engine = match Engine::get() {
        Ok(engine) => engine,
        Err(why) => {
            eprintln!("SKIPPED every_name_is_in_the_index_of_debian_13: {why}");
            return Ok(());
        }
    };
    let directory = tempfile::tempdir()?;
    let dockerfile = directory.path().join("Dockerfile");
    fs::write(&dockerfile, format!("FROM {IMAGE}\n"))?;
    engine.prepare(&dockerfile)?;

    let names = debian_13()?;
    let list = names.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    // names that only other packages provide have no entry of their own, and apt-get does not choose between providers
    let script = format!("apt-get update -qq >&2 && apt-cache show --no-all-versions {list} | sed -n 's/^Package: //p'");
    let known = engine.docker(["run", "--rm", IMAGE, "sh", "-c", &script])?;
    let known = String::from_utf8(known.stdout)?;
    let known: BTreeSet<&str> = known.lines().collect();
    ensure!(!known.is_empty(), "no index came from Debian");

    let absent: Vec<_> = names.iter().filter(|name| !known.contains(name.as_str())).collect();
    ensure!(absent.is_empty(), "not in Debian 13: {absent:?}");
    Ok(())
}

#[test]
fn every_entry_says_what_to_install() -> Result<()> {
    for (need, releases) in &read("packages.toml")? {
        need.parse::<Need>().map_err(anyhow::Error::msg)?;
        let releases = releases.as_table().with_context(|| format!("`{need}` is no table"))?;
        ensure!(!releases.is_empty(), "`{need}` has no release");
        for (release, packages) in releases {
            ensure!(RELEASES.contains(&release.as_str()), "`{need}` names the release `{release}`");
            ensure!(!words(packages, "run").is_empty(), "`{need}` has nothing to run on {release}");
        }
    }
    Ok(())
}

#[test]
fn the_packages_are_sorted() -> Result<()> {
    let text = fs::read_to_string(path("packages.toml"))?;
    let keys: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("[\"")?.strip_suffix("\"]")).collect();
    ensure!(keys.len() == read("packages.toml")?.len(), "an entry is not headed as the others are");
    match keys.windows(2).find(|pair| pair[0] >= pair[1]) {
        Some(pair) => bail!("`{}` stands before `{}`", pair[0], pair[1]),
        None => Ok(()),
    }
}

#[test]
fn every_need_is_one() -> Result<()> {
    for (place, need) in needs()? {
        need.parse::<Need>().map_err(anyhow::Error::msg).with_context(|| place)?;
    }
    Ok(())
}

#[test]
fn every_library_of_a_native_module_can_be_had() -> Result<()> {
    let packages = read("packages.toml")?;
    let bases = read("bases.toml")?;
    let has = |need: &str| bases.values().any(|base| words(base, "has").iter().any(|has| has == need));
    for (place, need) in natives()? {
        let known = packages.contains_key(&need) || has(&need) || NOT_PACKAGED.contains(&need.as_str());
        ensure!(
            known || need.parse().is_ok_and(|need| matches!(need, Need::Libc(..) | Need::Package(_))),
            "{place}: nothing gives `{need}`"
        );
    }
    Ok(())
}

#[test]
fn what_is_not_packaged_is_needed() -> Result<()> {
    let natives = natives()?;
    let packages = read("packages.toml")?;
    for need in NOT_PACKAGED {
        ensure!(!packages.contains_key(need) && natives.iter().any(|(_, other)| other == need), "`{need}`");
    }
    Ok(())
}

#[test]
fn every_native_module_is_told_once() -> Result<()> {
    for (file, modules) in native_files()? {
        let mut seen = BTreeSet::new();
        for module in &modules {
            let name = module.get("name").and_then(Value::as_str).with_context(|| format!("{file}: a module without a name"))?;
            ensure!(seen.insert(name), "{file}: `{name}` stands there twice");
        }
    }
    Ok(())
}

/// The package names of Debian 13, each once.
fn debian_13() -> Result<BTreeSet<String>> {
    let packages = read("packages.toml")?;
    let entries = packages.values().filter_map(|releases| releases.get("debian13"));
    Ok(entries.flat_map(|entry| ["build", "run"].map(|kind| words(entry, kind)).concat()).collect())
}

/// Every need that the catalog speaks of outside `packages.toml`, and where.
fn needs() -> Result<Vec<(String, String)>> {
    let mut found = natives()?;
    for (id, base) in &read("bases.toml")? {
        found.extend(placed(&format!("bases.toml, {id}"), ["has", "copies"].map(|key| words(base, key)).concat()));
    }
    for (language, toolchain) in &read("toolchains.toml")? {
        let suites = toolchain.get("suites").and_then(Value::as_table);
        for (name, suite) in suites.into_iter().flatten() {
            let libc = suite.get("libc").and_then(Value::as_str).map(str::to_owned);
            found.extend(placed(&format!("toolchains.toml, {language} on {name}"), words(suite, "has").into_iter().chain(libc)));
        }
    }
    Ok(found)
}

/// Every need of a native module, and whose it is.
fn natives() -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for (file, modules) in native_files()? {
        for module in &modules {
            let name = module.get("name").and_then(Value::as_str).unwrap_or_default();
            found.extend(placed(&format!("{file}, {name}"), ["build", "run"].map(|kind| words(module, kind)).concat()));
        }
    }
    Ok(found)
}

/// The modules of every `native-*.toml`.
fn native_files() -> Result<Vec<(String, Vec<Value>)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path(""))? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        if file.starts_with("native-") {
            let modules = read(&file)?.remove("module");
            found.push((file, modules.and_then(|modules| modules.as_array().cloned()).unwrap_or_default()));
        }
    }
    Ok(found)
}

fn placed(place: &str, needs: impl IntoIterator<Item = String>) -> Vec<(String, String)> {
    needs.into_iter().map(|need| (place.to_owned(), need)).collect()
}

/// The words of a list, none when there is no list.
fn words(table: &Value, key: &str) -> Vec<String> {
    let list = table.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

fn read(file: &str) -> Result<Table> {
    fs::read_to_string(path(file))?.parse::<Table>().with_context(|| file.to_owned())
}

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("presets/_catalog").join(file)
}
