//! `imggen presets`: what there is to start from, and what each of them sets.

use serde_json::json;

use super::args::{Form, PackArgs, Presets};
use super::console::Console;
use super::leaves::{Leaf, leaves, splice};
use super::project::packs;
use super::text::{self, FAINT, STRONG, cell, styled, table};
use super::{Exit, SCHEMA};
use crate::diagnostic::Result;
use crate::layers::Source;
use crate::pack::Packs;
use crate::preset::{self, Preset};
use crate::settings;

pub(super) fn list(args: &Presets, console: &mut Console) -> Result<Exit> {
    let presets = preset::list(&packs(".".into(), &args.packs, console)?)?;
    if args.format.format == Form::Json {
        return console.print(&text::json(&json!({ "schema": SCHEMA, "presets": presets }))).map(|()| Exit::Fine);
    }
    let row = |preset: &Preset| {
        let language = preset.language.as_deref().unwrap_or("any");
        let default = if preset.default { "default" } else { "" };
        [cell(&preset.name).style(STRONG), cell(language), cell(default), cell(&preset.summary).style(FAINT)]
    };
    console.print(&table("", &presets.iter().map(row).collect::<Vec<_>>())).map(|()| Exit::Fine)
}

pub(super) fn show(name: &str, given: &PackArgs, console: &mut Console) -> Result<Exit> {
    let packs = packs(".".into(), given, console)?;
    let chain = preset::chain(&packs, name)?;
    let mut names = Vec::new();
    for layer in &chain.layers {
        if let Source::Preset(name) = layer.source() {
            names.push(name.as_str());
        }
    }
    let rows: Vec<_> = folded(&packs, &names)
        .into_iter()
        .map(|(leaf, from)| [cell(format!("{} = {}", leaf.written(), leaf.value)), cell(format!("# {from}")).style(FAINT)])
        .collect();
    let below = names.get(1..).filter(|below| !below.is_empty()).map(|below| format!("# stands on {}\n", below.join(", ")));
    let head = format!("# {}\n{}", styled(STRONG, name), below.unwrap_or_default());
    console.print(&format!("{head}# {}\n\n{}", chain.preset.summary, table("", &rows))).map(|()| Exit::Fine)
}

/// What the presets set together, strongest first, each with the preset that it comes from.
fn folded<'a>(packs: &Packs, names: &[&'a str]) -> Vec<(Leaf, &'a str)> {
    let known = settings::keys();
    let is_setting = |key: &str| known.iter().any(|known| known == key || known.strip_suffix('*').is_some_and(|map| key.starts_with(map)));
    let mut folded: Vec<(Leaf, &str)> = Vec::new();
    for name in names {
        let text = packs.file(format!("presets/{name}.toml"), 0).map_or("", |file| file.text);
        for leaf in leaves(text).into_iter().filter(|leaf| is_setting(&leaf.key())) {
            match folded.iter_mut().find(|(above, _)| above.path == leaf.path) {
                Some((above, _)) => splice(above, &leaf),
                None => folded.push((leaf, name)),
            }
        }
    }
    folded
}
