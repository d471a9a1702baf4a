//! What imggen has to know of a language, and the same with the language's own types forgotten.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use camino::Utf8PathBuf;
use serde::Serialize;
use serde_json::Value;

use crate::app::{App, Sighting};
use crate::catalog::Catalog;
use crate::choices::Choices;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact};
use crate::ladder::Variant;
use crate::lang::started;
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
    /// Files that list other directories as members of one workspace, and the word in them that does so.
    const WORKSPACES: &'static [(&'static str, &'static str)] = &[];
    /// The endings of its sources; none where a directory of another program's would hold the same.
    const ENDINGS: &'static [&'static str];
    /// Where its apps are parts of a project in another language.
    const GUEST: Guest;
    /// What it reads of a project.
    type Project<'t>: Project<'t, Facts = Self::Facts> + 't;
    /// What was found of an app and is the language's own.
    type Facts: Debug + Serialize + Send + Sync + 'static;
    /// What its templates need for the build stages.
    type Build: Serialize;

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

/// A project as one language sees it. It is read once, and then asked about one app or all of them.
pub trait Project<'t>: Sized + Send + Sync {
    /// What finds an app again.
    type Seed: Send + Sync + 't;
    /// See [`Language::Facts`].
    type Facts;

    /// Reads what every question needs: manifests, and which files there are.
    ///
    /// # Errors
    /// When a manifest is broken.
    fn open(tree: &'t Tree) -> Result<Self>;

    /// Sees every app that is there, with as much of the sources as that takes; none when the language is not there.
    ///
    /// # Errors
    /// When a manifest is broken.
    fn find(&self) -> Result<Sightings<Self::Seed>>;

    /// Where an app listens; nothing where it does not. A monorepo asks this of all its apps, so not all is read where less tells.
    ///
    /// # Errors
    /// When something that tells it is broken.
    fn listens(&self, catalog: &Catalog, sighting: &Sighting, seed: &Self::Seed) -> Result<Vec<Evidence>>;

    /// The packages whose build makes files that another program may embed or hand out, and what they make; whatever else they are.
    ///
    /// # Errors
    /// When a manifest is broken.
    fn makers(&self) -> Result<Vec<Maker<Self::Seed>>> {
        Ok(Vec::new())
    }

    /// Looks at one app: all that it reaches, and what it does when it runs.
    ///
    /// # Errors
    /// When a manifest is broken, or leads out of the project.
    fn look(&self, catalog: &Catalog, sighting: &Sighting, seed: &Self::Seed) -> Result<(App, Self::Facts)>;
}

/// A package whose build makes files.
#[derive(Debug)]
pub struct Maker<S> {
    /// The package.
    pub sighting: Sighting,
    /// What finds it again, and says how it is built.
    pub seed: S,
    /// What is made, relative to the project's root; none where that cannot be seen.
    pub output: Option<Fact<Utf8PathBuf>>,
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
pub struct Seen<'t> {
    /// Its language.
    pub language: &'static dyn AnyLanguage,
    /// What holds for every language.
    pub sighting: Sighting,
    /// The project that it was seen in.
    place: Box<dyn AnyPlace + 't>,
}

impl Seen<'_> {
    /// See [`Project::listens`].
    ///
    /// # Errors
    /// As there.
    pub fn listens(&self, catalog: &Catalog) -> Result<Vec<Evidence>> {
        self.place.listens(catalog, &self.sighting)
    }

    /// See [`Project::look`].
    ///
    /// # Errors
    /// As there.
    pub fn look(&self, catalog: &Catalog) -> Result<Found> {
        self.place.look(catalog, &self.sighting)
    }
}

/// A project that a language opened, its type forgotten.
pub trait AnyProject: Send + Sync {
    /// See [`Project::makers`].
    ///
    /// # Errors
    /// As there.
    fn makers(&self) -> Result<Vec<(Seen<'_>, Option<Fact<Utf8PathBuf>>)>>;
}

impl Debug for dyn AnyProject + '_ {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Project")
    }
}

/// What one language sees: the project as it opened it, the apps in it, and why there are none.
pub type Sight<'t> = (Box<dyn AnyProject + 't>, Vec<Seen<'t>>, Option<Box<Diagnostic>>);

struct Opened<'t, L: Language>(Arc<L::Project<'t>>);

impl<'t, L: Language> Opened<'t, L> {
    fn seen<'s>(&self, sighting: Sighting, seed: <L::Project<'t> as Project<'t>>::Seed) -> Seen<'s>
    where
        't: 's,
    {
        let place = Place::<'t, L> { project: Arc::clone(&self.0), seed };
        Seen { language: L::INSTANCE, sighting, place: Box::new(place) }
    }
}

impl<L: Language> AnyProject for Opened<'_, L> {
    fn makers(&self) -> Result<Vec<(Seen<'_>, Option<Fact<Utf8PathBuf>>)>> {
        let makers = self.0.makers()?.into_iter();
        Ok(makers.map(|Maker { sighting, seed, output }| (self.seen(sighting, seed), output)).collect())
    }
}

/// Where an app is, in the eyes of its language.
struct Place<'t, L: Language> {
    project: Arc<L::Project<'t>>,
    seed: <L::Project<'t> as Project<'t>>::Seed,
}

/// A [`Place`], its language's types forgotten.
trait AnyPlace: Send + Sync {
    fn listens(&self, catalog: &Catalog, sighting: &Sighting) -> Result<Vec<Evidence>>;
    fn look(&self, catalog: &Catalog, sighting: &Sighting) -> Result<Found>;
}

impl Debug for dyn AnyPlace + '_ {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Place")
    }
}

impl<L: Language> AnyPlace for Place<'_, L> {
    fn listens(&self, catalog: &Catalog, sighting: &Sighting) -> Result<Vec<Evidence>> {
        self.project.listens(catalog, sighting, &self.seed)
    }

    fn look(&self, catalog: &Catalog, sighting: &Sighting) -> Result<Found> {
        let (mut app, facts) = self.project.look(catalog, sighting, &self.seed)?;
        started::leave_unknown(&mut app, catalog);
        Ok(Found { language: L::INSTANCE, app, facts: Box::new(facts) })
    }
}

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
    /// See [`Language::WORKSPACES`].
    fn workspaces(&self) -> &'static [(&'static str, &'static str)];
    /// See [`Language::ENDINGS`].
    fn endings(&self) -> &'static [&'static str];
    /// See [`Language::GUEST`].
    fn guest(&self) -> Guest;
    /// Opens a project, and sees the apps in it: see [`Project::find`].
    ///
    /// # Errors
    /// As there.
    fn find<'t>(&self, tree: &'t Tree) -> Result<Sight<'t>>;
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

    fn workspaces(&self) -> &'static [(&'static str, &'static str)] {
        L::WORKSPACES
    }

    fn endings(&self) -> &'static [&'static str] {
        L::ENDINGS
    }

    fn guest(&self) -> Guest {
        L::GUEST
    }

    fn find<'t>(&self, tree: &'t Tree) -> Result<Sight<'t>> {
        let opened = Opened::<'t, L>(Arc::new(<L::Project<'t> as Project<'t>>::open(tree)?));
        let Sightings { apps, otherwise } = opened.0.find()?;
        let seen = apps.into_iter().map(|(sighting, seed)| opened.seen(sighting, seed)).collect();
        Ok((Box::new(opened), seen, otherwise))
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
    let foreign = || Diagnostic::error("lang::foreign-facts", format!("`{}` was given what another language found", L::NAME));
    Ok(facts.downcast_ref().ok_or_else(foreign)?)
}
