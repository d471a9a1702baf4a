//! The languages. Each is a room of its own: files to facts, facts to needs, needs and choices to its part of the plan.
//!
//! A new language is one module here, its line in [`languages!`], a folder in `templates/`, a preset and a fixture.

use std::any::Any;
use std::fmt::Debug;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app::App;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};
use crate::ladder::Variant;
use crate::layers::Layers;
use crate::plan::{Blueprint, Target};
use crate::settle::Choices;
use crate::tree::Tree;

pub mod go;

/// Names the languages once: their settings' sections and the order in which they are asked.
macro_rules! languages {
    ($($name:ident: $language:ty),+ $(,)?) => {
        /// The languages' own settings, a section each.
        #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
        #[serde(default, rename_all = "kebab-case")]
        pub struct Sections {
            $(
                #[doc = concat!("What is ", stringify!($name), "'s own.")]
                pub $name: <$language as Language>::Settings,
            )+
        }

        /// All languages.
        pub static ALL: &[&dyn AnyLanguage] = &[$(<$language>::INSTANCE),+];
    };
}

languages! {
    go: go::Go,
}

/// What imggen has to know of a language.
pub trait Language: Sized + Send + Sync + 'static {
    /// The one value of this type.
    const INSTANCE: &'static Self;
    /// Its name in settings, templates and presets.
    const NAME: &'static str;
    /// What its settings' section holds.
    type Settings: Clone + Debug + Default + for<'de> Deserialize<'de> + JsonSchema;
    /// What was found of an app and is the language's own.
    type Facts: Debug + Serialize + Send + Sync + 'static;
    /// What its templates need for the build stages.
    type Build: Serialize;

    /// Reads the tree. Every app that is there, none when the language is not.
    ///
    /// # Errors
    /// When a manifest is broken, or lacks what cannot be guessed.
    fn detect(&self, tree: &Tree, catalog: &Catalog) -> Result<Vec<(App, Self::Facts)>>;

    /// The ways to build the app under these settings, best first, and what each asks of a base.
    ///
    /// # Errors
    /// When the settings contradict the facts.
    fn variants(&self, app: &App, facts: &Self::Facts, layers: &Layers, catalog: &Catalog) -> Result<Offers>;

    /// The language's part of the plan for one image.
    ///
    /// # Errors
    /// When the choices cannot be carried out.
    fn plan(&self, facts: &Self::Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Self::Build>>;
}

/// Ways to build an app.
#[derive(Clone, Debug, Default)]
pub struct Offers {
    /// Those that are tried, best first.
    pub variants: Vec<Variant>,
    /// Those that are taken only when the user asks for them, and the words that ask: a way out when no base fits.
    pub on_request: Vec<(Variant, String)>,
}

/// What a language knows of an app, its type forgotten.
pub trait AnyFacts: Any + Debug + Send + Sync {
    /// For reports.
    fn to_json(&self) -> Value;
}

impl<F: Debug + Serialize + Send + Sync + 'static> AnyFacts for F {
    fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or(Value::Null)
    }
}

/// An app as it was found, whatever its language.
#[derive(Debug)]
pub struct Found {
    /// Its language.
    pub language: &'static dyn AnyLanguage,
    /// What holds for every language.
    pub app: App,
    /// What is the language's own.
    pub facts: Box<dyn AnyFacts>,
}

/// A [`Language`], its types forgotten.
pub trait AnyLanguage: Send + Sync {
    /// See [`Language::NAME`].
    fn name(&self) -> &'static str;
    /// See [`Language::detect`].
    ///
    /// # Errors
    /// As there.
    fn detect(&self, tree: &Tree, catalog: &Catalog) -> Result<Vec<Found>>;
    /// See [`Language::variants`].
    ///
    /// # Errors
    /// As there.
    fn variants(&self, found: &Found, layers: &Layers, catalog: &Catalog) -> Result<Offers>;
    /// See [`Language::plan`].
    ///
    /// # Errors
    /// As there.
    fn plan(&self, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Value>>;
}

impl Debug for dyn AnyLanguage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl<L: Language> AnyLanguage for L {
    fn name(&self) -> &'static str {
        L::NAME
    }

    fn detect(&self, tree: &Tree, catalog: &Catalog) -> Result<Vec<Found>> {
        let found = Language::detect(self, tree, catalog)?;
        Ok(found.into_iter().map(|(app, facts)| Found { language: L::INSTANCE, app, facts: Box::new(facts) }).collect())
    }

    fn variants(&self, found: &Found, layers: &Layers, catalog: &Catalog) -> Result<Offers> {
        Language::variants(self, &found.app, own::<L>(found)?, layers, catalog)
    }

    fn plan(&self, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Value>> {
        let blueprint = Language::plan(self, own::<L>(choices.found)?, choices, target)?;
        let build = serde_json::to_value(&blueprint.build).map_err(|error| Diagnostic::error("plan::not-data", error.to_string()))?;
        Ok(blueprint.with(build))
    }
}

fn own<L: Language>(found: &Found) -> Result<&L::Facts> {
    let facts: &dyn Any = found.facts.as_ref();
    let foreign = || Diagnostic::error("lang::foreign-facts", format!("`{}` was given another language's facts", L::NAME));
    Ok(facts.downcast_ref().ok_or_else(foreign)?)
}
