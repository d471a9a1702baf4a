//! A project as a verb takes it up: its directory, its packs, and what flags, answers and `imggen.toml` say.

use std::env;
use std::mem::ManuallyDrop;

use camino::{Utf8Path, Utf8PathBuf};

use super::args::{Given, PackArgs};
use super::console::Console;
use super::given::{self, Files};
use super::place::Place;
use crate::catalog::Catalog;
use crate::change::File;
use crate::choices::Choices;
use crate::detect::{Detection, Picked, detect, pick};
use crate::diagnostic::{Diagnostic, Result};
use crate::layers::{Layer, Layers, Source};
use crate::pack::{Pack, Packs};
use crate::plan::{Plan, draw};
use crate::read::file;
use crate::settings::{Document, PROJECT_ONLY, assignment};
use crate::settle::settle;
use crate::tree::{READ_LIMIT, Tree};
use crate::trial::Shell;
use crate::{check, obey, render};

/// The project's own settings.
pub const SETTINGS: &str = "imggen.toml";
/// The project's own pack.
const OWN_PACK: &str = ".imggen";
/// The variable that names packs, as PATH names directories.
const VARIABLE: &str = "IMGGEN_PACKS";
/// What labels call the flags.
const FLAGS: &str = "--set";

/// A layer of settings as it was written.
#[derive(Clone, Debug)]
pub struct Said {
    source: Source,
    /// TOML.
    pub text: String,
}

impl Said {
    /// Answers to prompts.
    pub fn at_prompts(text: String) -> Self {
        Self { source: Source::Prompt, text }
    }

    /// What stands in `imggen.toml`.
    pub fn recorded(text: String) -> Self {
        Self { source: Source::Project(SETTINGS.into()), text }
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is no TOML, or sets what cannot be set.
    pub fn layer(&self) -> Result<Layer> {
        let also = if matches!(self.source, Source::Project(_)) { PROJECT_ONLY } else { &[] };
        Ok(Layer::new(self.source.clone(), Document::parse(self.name(), &self.text, also)?))
    }

    fn name(&self) -> &Utf8Path {
        match &self.source {
            Source::Answers(file) | Source::Project(file) => file,
            Source::CommandLine | Source::Prompt | Source::Preset(_) | Source::Learned(_) => Utf8Path::new(FLAGS),
        }
    }
}

/// What a verb starts from.
pub struct Project {
    /// Where it is.
    pub place: Place,
    /// Presets, templates and catalogs.
    pub packs: Packs,
    /// Where the packs of the command line lie, seen from the project.
    pub given_packs: Vec<Utf8PathBuf>,
    /// Whether those are all that is wanted.
    pub only_packs: bool,
    /// Flags and answers, the strongest first.
    pub given: Vec<Said>,
    /// `imggen.toml`, when there is one.
    pub recorded: Option<Said>,
    /// The project's files, where they were given in place of a directory.
    pub files: Option<Files>,
}

/// What there is to look at.
pub struct Scene {
    /// The world.
    catalog: Catalog,
    /// What the build context holds.
    tree: Tree,
}

/// What was looked at.
pub struct Survey<'s> {
    /// The world.
    pub catalog: &'s Catalog,
    /// The project's files.
    pub tree: &'s Tree,
    /// All that was found in them; it ends with the process, as the scene does.
    pub detection: ManuallyDrop<Detection<'s>>,
}

/// What was made of a project under some settings.
pub struct Made {
    /// Everything that was decided.
    pub plan: Plan,
    /// The files, verified.
    pub files: Vec<File>,
    /// What looks at the program from beside it.
    pub shell: Shell,
}

impl Project {
    /// Reads what was said and walks the tree. The process ends with the verb: what is held goes back to the system then, all at once.
    ///
    /// # Errors
    /// When a flag, a file of settings or a pack is wrong; when the directory cannot be read.
    pub fn open(dir: &Utf8Path, given: &Given, console: &mut Console) -> Result<(Self, ManuallyDrop<Scene>)> {
        let files = given.files.as_deref().map(given::files).transpose()?;
        let mut said = vec![flags(given)?];
        if let Some(file) = &given.answers {
            if given.files.as_ref().is_some_and(|files| files == file) {
                return Err(Diagnostic::usage("answers::twice", format!("`--files` and `--answers` cannot both be `{file}`")).into());
            }
            said.push(Said { source: Source::Answers(file.clone()), text: given::answers(file)? });
        }
        let recorded = settings_of(dir, files.as_ref())?;
        let settings = recorded.as_deref().and_then(document);
        let context = settings.as_ref().and_then(|document| document.settings.context.as_deref());
        let (place, tree) = match &files {
            Some(files) => {
                let tree = Tree::from_memory(files.iter().map(|(path, text)| (path.as_path(), text.as_str())));
                (Place::alone(dir), tree)
            }
            None => Place::walk(dir, context, recorded.is_some())?,
        };
        match &files {
            Some(files) => files.iter().for_each(|(path, text)| console.sources.add(path.clone(), &**text)),
            None => console.sources.project(&place.context),
        }
        let recorded = recorded.map(Said::recorded);
        let packs = packs_of(dir, files.as_ref(), settings.as_ref(), &given.packs, console)?;
        for said in said.iter().chain(&recorded) {
            console.sources.add(said.name(), &*said.text);
        }
        let given_packs = given.packs.packs.iter().map(|pack| seen_from(dir, pack)).collect();
        let scene = ManuallyDrop::new(Scene { catalog: packs.catalog()?, tree });
        Ok((Self { place, packs, given_packs, only_packs: given.packs.only_packs, given: said, recorded, files }, scene))
    }

    /// All layers but the preset's, with `prompted` in its place.
    ///
    /// # Errors
    /// When one is wrong.
    pub fn layers(&self, prompted: Option<&Said>) -> Result<Layers> {
        Ok(Layers::new(self.given.iter().chain(prompted).chain(&self.recorded).map(Said::layer).collect::<Result<_>>()?))
    }

    /// Detects.
    ///
    /// # Errors
    /// When a manifest is broken.
    pub fn survey<'s>(&self, scene: &'s Scene) -> Result<Survey<'s>> {
        self.detect(&scene.catalog, &scene.tree)
    }

    /// Detects in a tree that is the project's, or nearly so.
    ///
    /// # Errors
    /// When a manifest is broken.
    pub fn detect<'s>(&self, catalog: &'s Catalog, tree: &'s Tree) -> Result<Survey<'s>> {
        let mut detection = detect(tree)?;
        self.place.narrow(&mut detection);
        detection.notes.extend(self.place.note());
        Ok(Survey { catalog, tree, detection: ManuallyDrop::new(detection) })
    }

    /// Settles what is open.
    ///
    /// # Errors
    /// As [`settle`].
    pub fn settle<'a>(&self, survey: &Survey<'a>, picked: &'a Picked, layers: &Layers) -> Result<Choices<'a>> {
        settle(picked, layers, &self.packs, survey.catalog)
    }

    /// Draws the plan.
    ///
    /// # Errors
    /// When a choice is open or cannot be carried out.
    pub fn plan(&self, survey: &Survey<'_>, picked: &Picked, layers: &Layers) -> Result<Plan> {
        draw(&survey.detection, &self.settle(survey, picked, layers)?)
    }

    /// Goes all the way to files, unverified.
    ///
    /// # Errors
    /// When a choice is open or cannot be carried out, or a template is broken.
    pub fn make(&self, survey: &Survey<'_>, picked: &Picked, layers: &Layers) -> Result<Made> {
        let choices = self.settle(survey, picked, layers)?;
        let plan = draw(&survey.detection, &choices)?;
        let debug = &choices.base.debug;
        let shell = Shell { image: choices.reference(&debug.image), path: debug.shell.clone() };
        let files = render(&plan, &self.packs)?;
        Ok(Made { plan, files, shell })
    }
}

impl Survey<'_> {
    /// Picks the app that is meant, and looks at it: the costly part.
    ///
    /// # Errors
    /// As [`pick`].
    pub fn pick(&self, layers: &Layers) -> Result<Picked> {
        pick(self.catalog, &self.detection, layers)
    }
}

impl Made {
    /// Reads the files again.
    ///
    /// # Errors
    /// When one of them must not ship.
    pub fn verified(self, survey: &Survey<'_>, packs: &Packs, console: &mut Console) -> Result<Self> {
        let checked = check(&self.files, &self.plan, survey.tree, survey.catalog);
        obey(&self.files, &self.plan, packs, survey.catalog)?;
        if checked.is_err() {
            // a label that points into a rendered file means this one and not the one on disk
            self.files.iter().for_each(|file| console.sources.add(file.path.clone(), &*file.text));
        }
        checked.map(|()| self)
    }
}

/// What `imggen.toml` says, as far as it has to be known before all else; a file that is broken is the business of whoever needs all of it.
fn document(text: &str) -> Option<Document> {
    Document::parse(SETTINGS.into(), text, PROJECT_ONLY).ok()
}

/// The project's own pack, those of the command line, those that `imggen.toml` names, and the built-in one.
///
/// # Errors
/// When a pack cannot be read.
pub fn packs(dir: &Utf8Path, given: &PackArgs, console: &mut Console) -> Result<Packs> {
    let settings = settings_of(dir, None)?.as_deref().and_then(document);
    packs_of(dir, None, settings.as_ref(), given, console)
}

fn packs_of(dir: &Utf8Path, files: Option<&Files>, settings: Option<&Document>, given: &PackArgs, console: &mut Console) -> Result<Packs> {
    let inside = |path: &str| if dir == "." { path.into() } else { dir.join(path) };
    if given.only_packs {
        let packs = Packs::over_built_in(given.packs.iter().map(|directory| Pack::open(directory)).collect::<Result<Vec<_>>>()?);
        console.sources.packs(&packs);
        return Ok(packs);
    }
    let above = if files.is_none() { own_packs(dir) } else { Vec::new() };
    let (own, above) = above.split_at(usize::from(above.first() == Some(&inside(OWN_PACK))));
    let mut packs = own.iter().chain(&given.packs).map(|directory| Pack::open(directory)).collect::<Result<Vec<_>>>()?;
    if let Some(own) = files.and_then(|files| given::own_pack(files, OWN_PACK)) {
        packs.insert(0, own);
    }
    for (directory, document) in
        settings.iter().flat_map(|document| document.settings.packs.iter().flatten().map(move |pack| (pack, document)))
    {
        let named = |error: Box<Diagnostic>| error.at(SETTINGS, document.places.get("packs").copied(), "named here");
        packs.push(Pack::open(&inside(directory)).map_err(named)?);
    }
    packs.extend(above.iter().map(|directory| Pack::open(directory)).collect::<Result<Vec<_>>>()?);
    for directory in env::var_os(VARIABLE).iter().flat_map(|list| env::split_paths(list)) {
        let Ok(directory) = Utf8PathBuf::from_path_buf(directory) else { continue };
        if !directory.as_str().is_empty() {
            packs.push(Pack::open(&directory).map_err(|error| error.info(format!("named by {VARIABLE}")))?);
        }
    }
    let packs = Packs::over_built_in(packs);
    console.sources.packs(&packs);
    packs.policy_files().for_each(|(file, text)| console.sources.add(file, text));
    Ok(packs)
}

/// The `.imggen` directories that are packs, from the project up to the root of its repository.
fn own_packs(dir: &Utf8Path) -> Vec<Utf8PathBuf> {
    let is_pack = |own: &Utf8PathBuf| ["presets", "templates"].iter().any(|part| own.join(part).is_dir());
    let mut packs = Vec::new();
    let here = if dir == "." { OWN_PACK.into() } else { dir.join(OWN_PACK) };
    packs.extend(Some(here).filter(is_pack));
    let Ok(full) = dir.canonicalize_utf8() else { return packs };
    let is_root = |dir: &Utf8Path| dir.join(".git").exists();
    // without a repository there is no root to stop at, and whatever lies above is somebody else's
    let Some(root) = full.ancestors().find(|dir| is_root(dir)) else { return packs };
    let above = full.ancestors().skip(1).take_while(|above| above.starts_with(root));
    packs.extend(above.map(|above| above.join(OWN_PACK)).filter(is_pack));
    packs
}

/// A path of the command line as `imggen.toml` in `dir` has to write it.
fn seen_from(dir: &Utf8Path, path: &Utf8Path) -> Utf8PathBuf {
    if dir == "." || path.is_absolute() {
        return path.to_owned();
    }
    let both = path.canonicalize_utf8().ok().zip(dir.canonicalize_utf8().ok());
    both.and_then(|(path, dir)| pathdiff::diff_utf8_paths(path, dir)).unwrap_or_else(|| path.to_owned())
}

/// The text of `imggen.toml` in `dir`, whether or not an ignore file hides it; or among the files that were given.
fn settings_of(dir: &Utf8Path, files: Option<&Files>) -> Result<Option<String>> {
    if let Some(files) = files {
        return Ok(files.get(Utf8Path::new(SETTINGS)).cloned());
    }
    // what a link leads to may be another's, and an error would show its lines
    match file::text(file::plain(dir.join(SETTINGS), READ_LIMIT)) {
        Ok(text) => Ok(Some(text)),
        Err(why) if why.is_missing() => Ok(None),
        Err(why) => Err(Diagnostic::error("settings::unreadable", format!("`{SETTINGS}` cannot be read: {why}")).into()),
    }
}

/// The flags as one file of settings.
fn flags(given: &Given) -> Result<Said> {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut lines = Vec::new();
    for (key, value) in [("preset", &given.preset), ("app", &given.app), ("base", &given.base)] {
        lines.extend(value.as_deref().map(|value| format!("{key} = {}\n", quoted(value))));
    }
    match given.ports.as_slice() {
        [] => {}
        [port] => lines.push(format!("port = {port}\n")),
        ports => lines.push(format!("port = {ports:?}\n")),
    }
    if let Some(debug) = given.debug {
        lines.push(format!("debug = {}\n", quoted(debug.id())));
    }
    for text in &given.assignments {
        lines.push(assignment(text)?);
    }
    Ok(Said { source: Source::CommandLine, text: lines.concat() })
}
