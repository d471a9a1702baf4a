//! Presets: named settings that extend one another. A preset is taste; what is there to choose from is the catalog's.

use std::collections::BTreeSet;

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::layers::{Layer, Source};
use crate::pack::Packs;
use crate::settings::Document;

/// The keys of a preset's file that are about the preset and set nothing.
const HEAD: [&str; 5] = ["summary", "language", "extends", "revision", "default"];

/// What a preset says of itself.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Preset {
    /// Its name: the file's, without `.toml`.
    #[serde(skip_deserializing)]
    pub name: String,
    /// What one gets by it.
    pub summary: String,
    /// The language that it is for; every language when missing.
    pub language: Option<String>,
    /// The preset below it.
    pub extends: Option<String>,
    /// Counted up whenever it gives other files.
    #[serde(default = "first")]
    pub revision: u32,
    /// Whether it is its language's default.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
}

impl Preset {
    fn is_default_for(&self, language: &str) -> bool {
        self.default && self.language.as_deref() == Some(language)
    }
}

fn first() -> u32 {
    1
}

/// A preset and the layers that it stands on, strongest first.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The preset that was asked for.
    pub preset: Preset,
    /// Its settings and those of what it extends.
    pub layers: Vec<Layer>,
}

/// All presets, by name.
///
/// # Errors
/// When a preset's file is broken.
pub fn list(packs: &Packs) -> Result<Vec<Preset>> {
    names(packs).into_iter().map(|name| Ok(read(packs, name)?.0)).collect()
}

/// The preset of that name and what it stands on.
///
/// # Errors
/// When there is none of that name, its file is broken, or it extends itself.
pub fn chain(packs: &Packs, name: &str) -> Result<Chain> {
    chain_of(packs, read(packs, name)?)
}

/// A preset that was read, and what it stands on.
fn chain_of(packs: &Packs, (preset, layer): (Preset, Layer)) -> Result<Chain> {
    let (mut layers, mut seen, mut next) = (vec![layer], vec![preset.name.clone()], preset.extends.clone());
    while let Some(name) = next {
        if seen.contains(&name) {
            let path = seen.join("` extends `");
            return Err(
                Diagnostic::usage("preset::loop", format!("presets extend one another in a circle: `{path}` extends `{name}`")).into()
            );
        }
        let (below, layer) = read(packs, &name)?;
        layers.push(layer);
        seen.push(name);
        next = below.extends;
    }
    Ok(Chain { preset, layers })
}

/// The default preset of a language: that of the strongest pack that has one.
///
/// # Errors
/// When no preset says that it is the language's default, two of one pack do, or one is broken.
pub fn default_for(packs: &Packs, language: &str) -> Result<Chain> {
    let mut strongest: Option<(usize, (Preset, Layer))> = None;
    let quoted = ['"', '\''].map(|quote| format!("{quote}{language}{quote}"));
    for name in names(packs) {
        let Some(file) = packs.file(format!("presets/{name}.toml"), 0) else { continue };
        // a look at the text spares the reading of all the others
        if !quoted.iter().any(|language| file.text.contains(language.as_str())) {
            continue;
        }
        let read = read(packs, name)?;
        match &strongest {
            _ if !read.0.is_default_for(language) => {}
            Some((depth, _)) if *depth < file.depth => {}
            Some((depth, (other, _))) if *depth == file.depth => {
                let message = format!("`{}` and `{name}` of `{}` are both the default for `{language}`", other.name, file.pack);
                return Err(Diagnostic::usage("preset::two-defaults", message).help("leave `default = true` in one of them").into());
            }
            _ => strongest = Some((file.depth, read)),
        }
    }
    let none = || Diagnostic::error("preset::no-default", format!("no preset is the default for `{language}`"));
    chain_of(packs, strongest.ok_or_else(none)?.1)
}

/// The bases that presets name for other languages alone: what they are there for is not what a program in `language` wants.
///
/// # Errors
/// When a preset's file is broken.
pub fn bases_of_others(packs: &Packs, language: &str) -> Result<BTreeSet<String>> {
    let (mut own, mut others) = (BTreeSet::new(), BTreeSet::new());
    for name in names(packs) {
        let (preset, layer) = read(packs, name)?;
        let is_other = preset.language.as_deref().is_some_and(|other| other != language);
        let settings = layer.settings();
        let named = settings.ladder.iter().flatten().chain(&settings.base).cloned();
        if is_other { others.extend(named) } else { own.extend(named) }
    }
    Ok(others.difference(&own).cloned().collect())
}

fn names(packs: &Packs) -> Vec<&str> {
    packs.list("presets").into_iter().filter(|path| path.extension() == Some("toml")).filter_map(|path| path.file_stem()).collect()
}

fn read(packs: &Packs, name: &str) -> Result<(Preset, Layer)> {
    let path = format!("presets/{name}.toml");
    let Some(file) = packs.file(&path, 0) else {
        let error = Diagnostic::usage("preset::unknown", format!("there is no preset `{name}`"));
        let known = names(packs);
        return Err(match nearest(name, known.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("there are {}", known.join(", "))),
        }
        .into());
    };
    let in_pack = |error: Diagnostic| file.place.iter().fold(error, |error, place| error.info(format!("in {place}")));
    let path: &Utf8Path = path.as_str().into();
    let is_ours = file.place.is_none();
    let document = if is_ours { Document::of_ours(path, file.text) } else { Document::parse(path, file.text, &HEAD) };
    let document = document.map_err(|error| in_pack(*error))?;
    let mut preset: Preset = toml::from_str(file.text).map_err(|error| {
        let error = Diagnostic::usage("preset::broken", format!("`{path}` cannot be read: {}", error.message()));
        in_pack(error).help("a preset needs a `summary`")
    })?;
    name.clone_into(&mut preset.name);
    Ok((preset, Layer::new(Source::Preset(name.to_owned()), document)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_presets_that_imggen_brings_set_what_can_be_set() {
        let packs = Packs::default();
        for name in names(&packs) {
            let path = format!("presets/{name}.toml");
            let file = packs.file(&path, 0).expect("a preset");
            assert!(Document::parse(path.as_str().into(), file.text, &HEAD).is_ok(), "{path}");
        }
    }
}
