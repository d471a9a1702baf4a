//! Where a project is: its build context, and the directory in it that was named, where the files stand.

use std::env;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::project::SETTINGS;
use crate::auxiliary;
use crate::declared;
use crate::detect::Detection;
use crate::diagnostic::{Diagnostic, Result};
use crate::lang;
use crate::read::file;
use crate::tree::{READ_LIMIT, Tree};

/// Docker reads it in the root of a build context, and nowhere else.
const IGNORE: &str = ".dockerignore";
/// What is written beside a Dockerfile that is not at the root of its build context.
const OWN_IGNORE: &str = "Dockerfile.dockerignore";
/// What is said of a directory whose build context lies above it.
const RULE: &str = "place::context";

/// A directory that was named, and the build context that it belongs to.
#[derive(Clone, Debug)]
pub struct Place {
    /// The directory that was named: the files and `imggen.toml` stand there.
    pub dir: Utf8PathBuf,
    /// The root of the build context.
    pub context: Utf8PathBuf,
    /// The directory as seen from there; empty where they are the same.
    pub member: Utf8PathBuf,
    /// What makes `context` the root, where it is not the directory itself and was not recorded.
    why: Option<String>,
}

impl Place {
    /// A directory that is its own build context.
    pub fn alone(dir: &Utf8Path) -> Self {
        Self { dir: dir.to_owned(), context: dir.to_owned(), member: Utf8PathBuf::new(), why: None }
    }

    /// Finds the build context of `dir` and walks it; see [`Place::find`].
    ///
    /// # Errors
    /// As there, and when the build context cannot be read.
    pub fn walk(dir: &Utf8Path, recorded: Option<&str>, has_settings: bool) -> Result<(Self, Tree)> {
        let place = Self::find(dir, recorded, has_settings)?;
        let tree = Tree::open(place.context.clone())?;
        if place.is_outside(&tree) { Ok((Self::alone(dir), Tree::open(dir)?)) } else { Ok((place, tree)) }
    }

    /// Finds the build context of `dir`: what `imggen.toml` records, else the nearest workspace that lists it, else its repository; the
    /// directory itself where it is a build context already.
    ///
    /// # Errors
    /// When what is recorded does not hold the directory.
    fn find(dir: &Utf8Path, recorded: Option<&str>, has_settings: bool) -> Result<Self> {
        // whatever is wrong with the directory shows when it is walked
        let Ok(full) = dir.canonicalize_utf8() else { return Ok(Self::alone(dir)) };
        if let Some(context) = recorded {
            return Self::below(dir, &full, context, None).ok_or_else(|| outside(dir, context).into());
        }
        if has_settings || [IGNORE, ".git"].iter().any(|own| full.join(own).exists()) {
            return Ok(Self::alone(dir));
        }
        let ceilings = ceilings();
        let visible = || full.ancestors().skip(1).take_while(|above| !ceilings.iter().any(|ceiling| ceiling == above));
        let repository = visible().find(|above| above.join(".git").exists());
        let above = visible().take_while(|above| repository.is_none_or(|root| above.starts_with(root)));
        let workspace = above.into_iter().find_map(|above| Some((above, lists(above, full.strip_prefix(above).ok()?)?)));
        let (root, why) = match (workspace, repository) {
            (Some((root, manifest)), _) => (root, format!("its `{manifest}` lists it")),
            (None, Some(root)) => (root, "it is the repository's root".to_owned()),
            (None, None) => return Ok(Self::alone(dir)),
        };
        let up: Vec<_> = full.strip_prefix(root).map(|member| member.components().map(|_| "..").collect()).unwrap_or_default();
        Ok(Self::below(dir, &full, &up.join("/"), Some(why)).unwrap_or_else(|| Self::alone(dir)))
    }

    /// The place in the build context that `context`, seen from `dir`, leads to.
    fn below(dir: &Utf8Path, full: &Utf8Path, context: &str, why: Option<String>) -> Option<Self> {
        let context = Utf8Path::new(context);
        let ups = context.components().filter(|part| *part != Utf8Component::CurDir);
        let steps = ups.map(|part| (part == Utf8Component::ParentDir).then_some(())).collect::<Option<Vec<_>>>()?.len();
        if steps == 0 {
            return Some(Self::alone(dir));
        }
        let root = full.ancestors().nth(steps)?;
        let member = full.strip_prefix(root).ok()?.to_owned();
        Some(Self { dir: dir.to_owned(), context: above(dir, steps), member, why })
    }

    /// Whether the files stand below the root of the build context.
    pub fn is_member(&self) -> bool {
        !self.member.as_str().is_empty()
    }

    /// A file of the directory, as the user would name it.
    pub fn file(&self, name: &str) -> Utf8PathBuf {
        if self.dir == "." { name.into() } else { self.dir.join(name) }
    }

    /// The build context as seen from the directory, as `imggen.toml` records it.
    pub fn recorded(&self) -> String {
        vec![".."; self.member.components().count()].join("/")
    }

    /// Whether the tree of the build context shows that the directory is none of its business: git ignores it, or the project builds its
    /// image from there.
    fn is_outside(&self, tree: &Tree) -> bool {
        self.why.is_some() && (tree.below(&self.member).next().is_none() || declared::contexts(tree).contains(&self.member))
    }

    /// Leaves the apps of the directory alone, where it has one.
    pub fn narrow(&self, detection: &mut Detection<'_>) {
        if self.is_member() {
            detection.seen.retain(|seen| seen.sighting.directory.starts_with(&self.member));
            // who names a directory of examples means them
            detection.seen.iter_mut().for_each(auxiliary::disclaim);
        }
    }

    /// What has to be said of it before all else.
    pub fn note(&self) -> Option<Diagnostic> {
        // the files tell it themselves when they are there
        let why = self.why.as_ref().filter(|_| !self.dir.join(OWN_IGNORE).exists())?;
        let message = format!("the build context is `{}`: {why}; the files stand in `{}`", self.context, self.member);
        Some(
            Diagnostic::note(RULE, message)
                .help(format!("`context = \".\"` in {SETTINGS} makes `{}` a build context of its own", self.member)),
        )
    }
}

/// The directories at which looking upwards ends, as git has it in a variable of its own.
fn ceilings() -> Vec<Utf8PathBuf> {
    let set = env::var_os("GIT_CEILING_DIRECTORIES").unwrap_or_default();
    env::split_paths(&set).filter_map(|path| Utf8PathBuf::from_path_buf(path).ok()).collect()
}

/// The manifest of a workspace in `above` that names `member`.
fn lists(above: &Utf8Path, member: &Utf8Path) -> Option<&'static str> {
    let first = member.components().next()?.as_str();
    let names = |(name, word): &&(&str, &str)| {
        let text = file::text(file::plain(above.join(name), READ_LIMIT)).unwrap_or_default();
        text.contains(word) && [first, "**", "\"*\"", "'*'"].iter().any(|member| text.contains(member))
    };
    lang::ALL.iter().flat_map(|language| language.workspaces()).find(names).map(|(name, _)| *name)
}

/// The directory so many steps above, written from where the user is.
fn above(dir: &Utf8Path, steps: usize) -> Utf8PathBuf {
    let named: Vec<_> = dir.components().filter(|part| *part != Utf8Component::CurDir).collect();
    let is_plain = named.iter().all(|part| matches!(part, Utf8Component::Normal(_) | Utf8Component::RootDir | Utf8Component::Prefix(_)));
    let mut kept = named.len();
    let mut ups = steps;
    while is_plain && ups > 0 && kept > 0 && matches!(named[kept - 1], Utf8Component::Normal(_)) {
        (kept, ups) = (kept - 1, ups - 1);
    }
    let path: Utf8PathBuf = named[..kept].iter().map(camino::Utf8Component::as_str).chain(std::iter::repeat_n("..", ups)).collect();
    if path.as_str().is_empty() { ".".into() } else { path }
}

fn outside(dir: &Utf8Path, context: &str) -> Diagnostic {
    Diagnostic::usage("place::outside", format!("`context = \"{context}\"` does not lead from `{dir}` to a directory above it"))
        .help("it is written with `..` alone, for example `context = \"../..\"`")
}
