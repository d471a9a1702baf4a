//! `imggen templates`: what the files are printed from, and a copy to change.

use std::fs;
use std::io::{ErrorKind, Write};

use camino::Utf8Path;
use serde_json::json;

use super::args::{Form, PackArgs, Templates};
use super::console::Console;
use super::project::packs;
use super::text::{self, FAINT, cell, table};
use super::{Exit, SCHEMA};
use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::pack::{PackFile, Packs};

/// Where a project's own templates are.
const OWN: &str = ".imggen/templates";

pub(super) fn list(args: &Templates, console: &mut Console) -> Result<Exit> {
    let packs = packs(".".into(), &args.packs, console)?;
    let templates =
        packs.templates().into_iter().filter_map(|name| packs.file(path(name.as_str()), 0).map(|file| (name.as_str(), file.pack)));
    if args.format.format == Form::Json {
        let templates: Vec<_> = templates.map(|(name, pack)| json!({ "name": name, "pack": pack })).collect();
        return console.print(&text::json(&json!({ "schema": SCHEMA, "templates": templates }))).map(|()| Exit::Fine);
    }
    let rows: Vec<_> = templates.map(|(name, pack)| [cell(name), cell(pack).style(FAINT)]).collect();
    console.print(&table("", &rows)).map(|()| Exit::Fine)
}

pub(super) fn show(name: &str, given: &PackArgs, console: &mut Console) -> Result<Exit> {
    let packs = packs(".".into(), given, console)?;
    console.print(find(&packs, name)?.text).map(|()| Exit::Fine)
}

pub(super) fn eject(name: &str, given: &PackArgs, console: &mut Console) -> Result<Exit> {
    let packs = packs(".".into(), given, console)?;
    let text = find(&packs, name)?.text;
    let target = Utf8Path::new(OWN).join(name);
    let write = || {
        fs::create_dir_all(target.parent().unwrap_or(Utf8Path::new(OWN)))?;
        fs::File::create_new(&target)?.write_all(text.as_bytes())
    };
    write().map_err(|error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => Diagnostic::usage("templates::exists", format!("`{target}` is there already"))
            .help("change it, or move it away to start from the original"),
        _ => Diagnostic::error("write::refused", format!("`{target}` cannot be written: {error}")),
    })?;
    console.say(&format!("wrote {target}, which is now taken in place of the original\n"));
    console.say("to change one block and follow the original in all else, begin it with:\n");
    console.print(&format!("\n  {{% extends \"parent:{name}\" %}}\n")).map(|()| Exit::Fine)
}

fn find<'a>(packs: &'a Packs, name: &str) -> Result<PackFile<'a>> {
    let unknown = || {
        let error = Diagnostic::usage("templates::unknown", format!("there is no template `{name}`"));
        match nearest(name, packs.templates().iter().map(|path| path.as_str())) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("`imggen templates` lists them all"),
        }
    };
    // a name with `..` in it is none of theirs, so that nothing is written outside
    Ok(packs.file(path(name), 0).filter(|_| packs.templates().iter().any(|known| known.as_str() == name)).ok_or_else(unknown)?)
}

fn path(name: &str) -> String {
    format!("templates/{name}")
}
