//! The fold: layers of settings, strongest first. The first value wins and remembers where it came from and what it displaced.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Span};
use crate::settings::{Document, Places, Settings, assignment};

/// Who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "from", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Origin {
    /// A flag of the command line.
    CommandLine,
    /// An answers file.
    Answers(Setting),
    /// An answer at a prompt.
    Prompt,
    /// The project's `imggen.toml`.
    Project(Setting),
    /// A preset.
    Preset(Setting),
    /// What was seen when the image ran, as the project's `imggen.toml` holds it.
    Learned(Setting),
    /// The project itself.
    Detected,
}

/// A value's place in a settings file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Setting {
    /// The file, or the preset's name.
    #[schemars(with = "String")]
    pub file: Utf8PathBuf,
    /// Where in it.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

/// One layer of settings.
#[derive(Clone, Debug)]
pub struct Layer {
    source: Source,
    document: Document,
}

/// What a layer was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// Flags of the command line.
    CommandLine,
    /// An answers file.
    Answers(Utf8PathBuf),
    /// Answers at prompts.
    Prompt,
    /// The project's `imggen.toml`.
    Project(Utf8PathBuf),
    /// The preset of that name.
    Preset(String),
    /// What was seen when the image ran.
    Learned(Utf8PathBuf),
}

impl Layer {
    /// The settings that were read from `source`.
    #[must_use]
    pub fn new(source: Source, document: Document) -> Self {
        Self { source, document }
    }

    /// `key=value` texts, as `--set` takes them.
    ///
    /// # Errors
    /// When one is no assignment, or sets what cannot be set.
    pub fn assignments(source: Source, texts: &[String]) -> Result<Self> {
        let text = texts.iter().map(|text| assignment(text)).collect::<Result<String>>()?;
        Ok(Self::new(source, Document::parse("--set".into(), &text, &[])?))
    }

    /// What it sets.
    #[must_use]
    pub(crate) fn settings(&self) -> &Settings {
        &self.document.settings
    }

    /// Where its keys stand.
    #[must_use]
    pub(crate) fn places(&self) -> &Places {
        &self.document.places
    }

    /// What it was read from.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    fn origin(&self, key: &str) -> Origin {
        let setting = |file: Utf8PathBuf| Setting { file, span: self.document.places.get(key).copied() };
        match &self.source {
            Source::CommandLine => Origin::CommandLine,
            Source::Prompt => Origin::Prompt,
            Source::Answers(file) => Origin::Answers(setting(file.clone())),
            Source::Project(file) => Origin::Project(setting(file.clone())),
            Source::Preset(name) => Origin::Preset(setting(name.into())),
            Source::Learned(file) => Origin::Learned(setting(file.clone())),
        }
    }
}

/// A value, who chose it, and what it displaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chosen<T> {
    /// The value.
    pub value: T,
    /// Who chose it.
    pub origin: Origin,
    /// What speaks for it in the project, when it was detected.
    pub because: Vec<Evidence>,
    /// The weaker values, strongest first.
    pub displaced: Vec<Displaced>,
}

/// A value that a stronger layer displaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Displaced {
    /// The value, in words.
    pub value: String,
    /// Who would have chosen it.
    pub origin: Origin,
    /// What speaks for it in the project.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Evidence>,
}

impl<T> Chosen<T> {
    /// What was detected, when no layer says otherwise.
    pub fn detected(fact: Fact<T>) -> Self {
        let because = fact.because().to_vec();
        Self { value: fact.value, origin: Origin::Detected, because, displaced: Vec::new() }
    }

    /// Points an error at the place where the choice was made.
    #[must_use]
    pub(crate) fn blame(&self, error: Diagnostic) -> Diagnostic {
        match &self.origin {
            Origin::Answers(setting) | Origin::Project(setting) => error.at(setting.file.clone(), setting.span, "chosen here"),
            Origin::Preset(setting) => error.info(format!("chosen by the preset `{}`", setting.file)),
            Origin::Learned(setting) => error.at(setting.file.clone(), setting.span, "seen when it ran"),
            Origin::CommandLine => error.info("chosen on the command line"),
            Origin::Prompt | Origin::Detected => error,
        }
    }
}

/// All layers, strongest first.
#[derive(Clone, Debug, Default)]
pub struct Layers(Vec<Layer>);

impl Layers {
    /// Layers in the order flag, answers, prompt, project, presets.
    #[must_use]
    pub fn new(layers: Vec<Layer>) -> Self {
        Self(layers)
    }

    /// The same with nothing but what says how things are built: what a part of the image is built under.
    #[must_use]
    pub(crate) fn for_part(&self) -> Self {
        let building = |layer: &Layer| {
            let Settings { languages, registries, .. } = layer.settings().clone();
            let settings = Settings { registries, languages, ..Settings::default() };
            Layer { source: layer.source.clone(), document: Document { settings, places: layer.document.places.clone() } }
        };
        Self(self.0.iter().map(building).collect())
    }

    /// Adds weaker layers.
    pub(crate) fn extend(&mut self, weaker: impl IntoIterator<Item = Layer>) {
        self.0.extend(weaker);
    }

    /// The layers, strongest first.
    pub fn iter(&self) -> impl Iterator<Item = &Layer> {
        self.0.iter()
    }

    /// The strongest value of `key`, which `get` takes from a layer's settings.
    pub(crate) fn choose<T: ToString>(&self, key: &str, get: impl Fn(&Settings) -> Option<T>) -> Option<Chosen<T>> {
        self.choose_or(key, get, None)
    }

    /// The strongest value of `key`, or what was detected.
    pub(crate) fn choose_or<T: ToString>(
        &self,
        key: &str,
        get: impl Fn(&Settings) -> Option<T>,
        detected: Option<Fact<T>>,
    ) -> Option<Chosen<T>> {
        let set = self.0.iter().filter_map(|layer| {
            get(layer.settings()).map(|value| Chosen { value, origin: layer.origin(key), because: Vec::new(), displaced: Vec::new() })
        });
        let mut values = set.chain(detected.map(Chosen::detected));
        let mut first = values.next()?;
        first.displaced =
            values.map(|weaker| Displaced { value: weaker.value.to_string(), origin: weaker.origin, because: weaker.because }).collect();
        Some(first)
    }

    /// The strongest list of `key`, in which `"..."` stands for the next weaker list and at last for `detected`.
    pub(crate) fn list(
        &self,
        key: &str,
        get: impl Fn(&Settings) -> Option<Vec<String>>,
        detected: Vec<Fact<String>>,
    ) -> Vec<Chosen<String>> {
        let mut list: Vec<_> = detected.into_iter().map(Chosen::detected).collect();
        for layer in self.0.iter().rev() {
            let Some(items) = get(layer.settings()) else { continue };
            let below = std::mem::take(&mut list);
            for item in items {
                if item == "..." {
                    list.extend(below.iter().cloned());
                } else {
                    list.push(Chosen { value: item, origin: layer.origin(key), because: Vec::new(), displaced: Vec::new() });
                }
            }
        }
        list
    }

    /// The map of `key`: each entry by the strongest layer that has it.
    pub(crate) fn map(&self, key: &str, get: impl Fn(&Settings) -> &BTreeMap<String, String>) -> BTreeMap<String, Chosen<String>> {
        let mut map = BTreeMap::new();
        for layer in &self.0 {
            for (name, value) in get(layer.settings()) {
                let origin = layer.origin(&format!("{key}.{name}"));
                let entry = || Chosen { value: value.clone(), origin: origin.clone(), because: Vec::new(), displaced: Vec::new() };
                map.entry(name.clone())
                    .and_modify(|stronger: &mut Chosen<String>| {
                        stronger.displaced.push(Displaced { value: value.clone(), origin: origin.clone(), because: Vec::new() });
                    })
                    .or_insert_with(entry);
            }
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(texts: &[&str]) -> Layers {
        let layer = |text: &&str| {
            Layer::new(Source::Project("imggen.toml".into()), Document::parse("imggen.toml".into(), text, &[]).unwrap_or_default())
        };
        Layers::new(texts.iter().map(layer).collect())
    }

    #[test]
    fn the_first_value_wins_and_remembers_what_it_displaced() {
        let chosen = layers(&["", "base = \"slim\"", "base = \"alpine\""]).choose("base", |settings| settings.base.clone());
        let chosen = chosen.map(|chosen| (chosen.value, chosen.displaced.into_iter().map(|weaker| weaker.value).collect::<Vec<_>>()));
        assert_eq!(chosen, Some(("slim".into(), vec!["alpine".into()])));
    }

    #[test]
    fn dots_splice_the_weaker_list() {
        let evidence = Evidence::exists("web", crate::evidence::Rule::parsed("test", "test"));
        let get = |settings: &Settings| settings.files.clone();
        let names = |layers: &Layers| {
            layers
                .list("files", get, vec![Fact::new("web".into(), evidence.clone())])
                .into_iter()
                .map(|chosen| chosen.value)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&layers(&["files = [\"a\", \"...\"]"])), ["a", "web"]);
        assert_eq!(names(&layers(&["files = [\"a\"]"])), ["a"]);
        assert_eq!(names(&layers(&["files = [\"b\", \"...\"]", "files = [\"a\", \"...\"]"])), ["b", "a", "web"]);
    }

    #[test]
    fn maps_merge_by_key() {
        let map = layers(&["[env]\nA = \"1\"", "[env]\nA = \"2\"\nB = \"3\""]).map("env", |settings| &settings.env);
        assert_eq!(
            map.into_iter().map(|(name, chosen)| (name, chosen.value)).collect::<Vec<_>>(),
            [("A".into(), "1".into()), ("B".into(), "3".into())]
        );
    }
}
