//! What imggen has to know of a language, and the same with the language's own types forgotten.

use std::any::Any;
use std::fmt::Debug;

use serde::Serialize;
use serde_json::Value;

use crate::app::{App, Sighting};
use crate::catalog::Catalog;
use crate::choices::Choices;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact};
use crate::ladder::Variant;
use crate::layers::Layers;
use crate::plan::{Blueprint, Target};
use crate::tree::Tree;

/// What imggen has to know of a language.
pub trait Language: Sized + Send + Sync + 'static {
    /// The one value of this type.
    const INSTANCE: &'static Self;
    /// Its name in settings, templates and presets.
    const NAME: &'static str;
    /// The files that tell, by their names, that the directory they are in is a project in it.
    const MANIFESTS: &'static [&'static str];
    /// Where its apps are parts of a project in another language.
    const GUEST: Guest;
    /// What [`Language::look`] needs to find an app again that [`Language::find`] saw.
    type Seed: Debug + Send + Sync + 'static;
    /// What was found of an app and is the language's own.
    type Facts: Debug + Serialize + Send + Sync + 'static;
    /// What its templates need for the build stages.
    type Build: Serialize;

    /// Reads manifests and as much of the sources as it takes to see every app that is there; none when the language is not.
    ///
    /// # Errors
    /// When a manifest is broken.
    fn find(&self, tree: &Tree) -> Result<Sightings<Self::Seed>>;

    /// Looks at one app: all that it reaches, and what it does when it runs. A monorepo has many apps, and one is asked for.
    ///
    /// # Errors
    /// When a manifest is broken, or leads out of the project.
    fn look(&self, tree: &Tree, catalog: &Catalog, sighting: &Sighting, seed: &Self::Seed) -> Result<(App, Self::Facts)>;

    /// Where each of these apps listens, nothing where it does not. A language that can tell without looking at all of an app does.
    ///
    /// # Errors
    /// As [`Language::look`].
    fn listening(&self, tree: &Tree, catalog: &Catalog, apps: &[(&Sighting, &Self::Seed)]) -> Result<Vec<Vec<Evidence>>> {
        let look = |(sighting, seed): &(&Sighting, &Self::Seed)| {
            let (app, _) = self.look(tree, catalog, sighting, seed)?;
            Ok(app.behaviour.listens.iter().flat_map(Fact::because).cloned().collect())
        };
        apps.iter().map(look).collect()
    }

    /// The ways to build the app under these settings, best first, and what each asks of a base.
    ///
    /// # Errors
    /// When the settings contradict the facts.
    fn variants(&self, app: &App, facts: &Self::Facts, layers: &Layers, catalog: &Catalog) -> Result<Offers>;

    /// The language whose presets the app takes: another one where what ships is that language's, as a site is.
    fn presets(&self, _: &Self::Facts) -> &'static str {
        Self::NAME
    }

    /// The language's part of the plan for one image.
    ///
    /// # Errors
    /// When the choices cannot be carried out.
    fn plan(&self, facts: &Self::Facts, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Self::Build>>;
}

/// What a language sees in a project.
#[derive(Debug)]
pub struct Sightings<S> {
    /// Its apps, each with what finds it again.
    pub apps: Vec<(Sighting, S)>,
    /// Why there are none, where the language is there. It is said when no other language has an app either.
    pub otherwise: Option<Box<Diagnostic>>,
}

impl<S> Sightings<S> {
    /// No app, for this reason.
    pub fn none(why: impl Into<Box<Diagnostic>>) -> Self {
        Self { apps: Vec::new(), otherwise: Some(why.into()) }
    }
}

impl<S> From<Vec<(Sighting, S)>> for Sightings<S> {
    fn from(apps: Vec<(Sighting, S)>) -> Self {
        Self { apps, otherwise: None }
    }
}

/// What becomes of a language's apps where a manifest says that the project is another language's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guest {
    /// Nothing: the two stand side by side.
    Nowhere,
    /// In directories of their own they are parts of the project. What shares the root with the manifest is built with it: a Python
    /// package with a Rust extension.
    Below,
    /// They are parts of the project: tools and front ends have their manifests at the root too.
    Everywhere,
    /// They are no apps at all, wherever the manifest stands above them: the pages of a program.
    Unseen,
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

/// An app as it is first seen, whatever its language.
#[derive(Debug)]
pub struct Seen {
    /// Its language.
    pub language: &'static dyn AnyLanguage,
    /// What holds for every language.
    pub sighting: Sighting,
    /// What the language needs to find it again.
    seed: Box<dyn AnySeed>,
}

trait AnySeed: Any + Debug + Send + Sync {}

impl<S: Any + Debug + Send + Sync> AnySeed for S {}

/// An app that was looked at, whatever its language.
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
    /// See [`Language::MANIFESTS`].
    fn manifests(&self) -> &'static [&'static str];
    /// See [`Language::GUEST`].
    fn guest(&self) -> Guest;
    /// See [`Language::find`].
    ///
    /// # Errors
    /// As there.
    fn find(&self, tree: &Tree) -> Result<(Vec<Seen>, Option<Box<Diagnostic>>)>;
    /// See [`Language::look`].
    ///
    /// # Errors
    /// As there.
    fn look(&self, tree: &Tree, catalog: &Catalog, seen: &Seen) -> Result<Found>;
    /// See [`Language::listening`].
    ///
    /// # Errors
    /// As there.
    fn listening(&self, tree: &Tree, catalog: &Catalog, seen: &[&Seen]) -> Result<Vec<Vec<Evidence>>>;
    /// See [`Language::variants`].
    ///
    /// # Errors
    /// As there.
    fn variants(&self, found: &Found, layers: &Layers, catalog: &Catalog) -> Result<Offers>;
    /// See [`Language::presets`].
    ///
    /// # Errors
    /// When what was found is another language's.
    fn presets(&self, found: &Found) -> Result<&'static str>;
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

    fn manifests(&self) -> &'static [&'static str] {
        L::MANIFESTS
    }

    fn guest(&self) -> Guest {
        L::GUEST
    }

    fn find(&self, tree: &Tree) -> Result<(Vec<Seen>, Option<Box<Diagnostic>>)> {
        let Sightings { apps, otherwise } = Language::find(self, tree)?;
        let seen = apps.into_iter().map(|(sighting, seed)| Seen { language: L::INSTANCE, sighting, seed: Box::new(seed) });
        Ok((seen.collect(), otherwise))
    }

    fn look(&self, tree: &Tree, catalog: &Catalog, seen: &Seen) -> Result<Found> {
        let (app, facts) = Language::look(self, tree, catalog, &seen.sighting, seed::<L>(seen)?)?;
        Ok(Found { language: L::INSTANCE, app, facts: Box::new(facts) })
    }

    fn listening(&self, tree: &Tree, catalog: &Catalog, seen: &[&Seen]) -> Result<Vec<Vec<Evidence>>> {
        let apps = seen.iter().map(|seen| Ok((&seen.sighting, seed::<L>(seen)?))).collect::<Result<Vec<_>>>()?;
        Language::listening(self, tree, catalog, &apps)
    }

    fn variants(&self, found: &Found, layers: &Layers, catalog: &Catalog) -> Result<Offers> {
        Language::variants(self, &found.app, own::<L>(found)?, layers, catalog)
    }

    fn presets(&self, found: &Found) -> Result<&'static str> {
        Ok(Language::presets(self, own::<L>(found)?))
    }

    fn plan(&self, choices: &Choices<'_>, target: Target) -> Result<Blueprint<Value>> {
        let blueprint = Language::plan(self, own::<L>(choices.found)?, choices, target)?;
        let build = serde_json::to_value(&blueprint.build).map_err(|error| Diagnostic::error("plan::not-data", error.to_string()))?;
        Ok(blueprint.with(build))
    }
}

fn own<L: Language>(found: &Found) -> Result<&L::Facts> {
    let facts: &dyn Any = found.facts.as_ref();
    Ok(facts.downcast_ref().ok_or_else(foreign::<L>)?)
}

fn seed<L: Language>(seen: &Seen) -> Result<&L::Seed> {
    let any: &dyn Any = seen.seed.as_ref();
    Ok(any.downcast_ref().ok_or_else(foreign::<L>)?)
}

fn foreign<L: Language>() -> Diagnostic {
    Diagnostic::error("lang::foreign-facts", format!("`{}` was given what another language found", L::NAME))
}
