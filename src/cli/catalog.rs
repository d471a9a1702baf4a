//! `imggen catalog`: an entry of the catalog as it holds with all packs, and a copy to change.

use std::fs;

use camino::Utf8Path;
use serde_json::{Map, Value};

use super::Exit;
use super::args::PackArgs;
use super::console::Console;
use super::project::packs;
use super::text::{FAINT, cell, table};
use crate::catalog::entries;
use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::pack::Packs;

/// Where a project's own catalog is.
const OWN: &str = ".imggen/presets/_catalog";
/// The files whose entries have names of their own.
const FILES: [(&str, &str); 2] = [("bases.toml", "image to run on"), ("toolchains.toml", "toolchain to build with")];

pub(super) fn show(name: Option<&str>, given: &PackArgs, console: &mut Console) -> Result<Exit> {
    let packs = packs(".".into(), given, console)?;
    let Some(name) = name else {
        let rows = FILES.iter().flat_map(|(file, what)| {
            let names: Vec<_> = tables(&packs, file).into_iter().filter(|(_, entry)| entry.is_object()).map(|(name, _)| name).collect();
            names.into_iter().map(|name| [cell(name), cell(*what).style(FAINT)])
        });
        return console.print(&table("", &rows.collect::<Vec<_>>())).map(|()| Exit::Fine);
    };
    let (_, text) = find(&packs, name)?;
    console.print(&text).map(|()| Exit::Fine)
}

pub(super) fn eject(name: &str, given: &PackArgs, console: &mut Console) -> Result<Exit> {
    let packs = packs(".".into(), given, console)?;
    let (file, text) = find(&packs, name)?;
    let target = Utf8Path::new(OWN).join(file);
    let before = fs::read_to_string(&target).unwrap_or_default();
    if toml::from_str::<Map<String, Value>>(&before).is_ok_and(|before| before.contains_key(name)) {
        let error = Diagnostic::usage("catalog::exists", format!("`{target}` has a `[{name}]` already"));
        return Err(error.help("change it, or take it out to start from the original").into());
    }
    let blank = if before.is_empty() { "" } else { "\n" };
    let after =
        format!("{before}{blank}# `like = \"{name}\"` and the keys that differ say the same, and follow the original in all else\n{text}");
    let write = || fs::create_dir_all(OWN).and_then(|()| fs::write(&target, after));
    write().map_err(|error| Diagnostic::error("write::refused", format!("`{target}` cannot be written: {error}")))?;
    console.say(&format!("wrote `[{name}]` to {target}, which is now taken in place of the original\n"));
    Ok(Exit::Fine)
}

/// The file that an entry stands in, and the entry as TOML.
fn find(packs: &Packs, name: &str) -> Result<(&'static str, String)> {
    for (file, _) in FILES {
        if let Some(entry) = tables(packs, file).remove(name).filter(Value::is_object) {
            let broken = |error: toml::ser::Error| Diagnostic::error("catalog::broken", format!("`{name}` cannot be printed: {error}"));
            return Ok((file, toml::to_string(&Map::from_iter([(name.to_owned(), entry)])).map_err(broken)?));
        }
    }
    let error = Diagnostic::usage("catalog::unknown", format!("the catalog has no `{name}`"));
    let known: Vec<String> = FILES.iter().flat_map(|(file, _)| tables(packs, file).into_iter().map(|(name, _)| name)).collect();
    Err(match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("`imggen catalog show` lists them all"),
    }
    .into())
}

fn tables(packs: &Packs, file: &str) -> Map<String, Value> {
    entries(packs.catalog_texts(file))
}
