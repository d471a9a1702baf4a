//! The build context: what never belongs into it, because it would leak or is only large, and what is needed all the same.
//!
//! The `.dockerignore` is made of what git ignores, what the build leaves behind, and a fixed list of secrets and local state; a `!` line
//! stands only for what the build or the program reads by name. It does not depend on files that nothing reads.

mod gitignore;
mod names;
mod private;
mod reads;

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::gitignore::translate;
use self::names::Names;
pub use self::private::is_private_key;
pub(crate) use self::reads::find_name;
pub use self::reads::{Kept, Outcome};
use crate::change::Header;
use crate::tree::{PACKAGES, Tree};
use crate::verify::Ignore;

/// The titles of the lists that hold for every project.
const SECRETS: &str = "secrets";
const STATE: &str = "local state";

/// The file in which Docker looks for what stays out.
const IGNORE: &str = ".dockerignore";
/// The titles of the lists that come before all others.
const THEIRS: &str = "from the project's own .dockerignore";
const GIT: &str = "ignored by git";

/// What the catalog says stays out of every context.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    /// Names of keys, logins and files with the values of variables.
    pub secrets: Vec<String>,
    /// Names of what machines, tools and runs leave behind.
    pub state: Vec<String>,
    /// Names, at the root, of what is about the project and no part of it.
    pub project: Vec<String>,
    /// Those of them that may stand in an app's own directory, too.
    #[serde(default)]
    pub member: Vec<String>,
}

impl Lists {
    /// These lists and those of another catalog.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.secrets.append(&mut other.secrets);
        self.state.append(&mut other.state);
        self.project.append(&mut other.project);
        self.member.append(&mut other.member);
    }
}

/// Lines of the `.dockerignore` that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IgnoreGroup {
    /// What they are.
    pub title: String,
    /// The patterns, in the order in which they hold.
    pub patterns: Vec<String>,
}

impl IgnoreGroup {
    fn new(title: &str, patterns: Vec<String>) -> Self {
        Self { title: title.to_owned(), patterns }
    }
}

/// What decides about a context.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The project.
    pub tree: &'a Tree,
    /// The catalog's lists.
    pub lists: &'a Lists,
    /// The app's directory.
    pub directory: &'a Utf8Path,
    /// What builds of this language leave behind, and what they never need.
    pub outputs: Vec<String>,
    /// What the build or the program reads.
    pub reads: Vec<Kept>,
    /// Patterns of the settings, which have the last word.
    pub settings: Vec<String>,
    /// All that the context holds is handed out to whoever asks.
    pub is_served: bool,
}

/// What goes to the builder and what does not.
#[must_use]
pub fn decide(request: Request<'_>) -> Outcome {
    let Request { tree, lists, directory, mut outputs, reads, settings, is_served } = request;
    let deep = |names: &[String]| names.iter().map(|name| format!("**/{name}")).collect::<Vec<_>>();
    let (secrets, mut state) = (deep(&lists.secrets), deep(&lists.state));
    state.extend(environments(tree, &lists.state));
    let is_deep = |pattern: &str| secrets.contains(&pattern.to_owned()) || state.contains(&pattern.to_owned());
    outputs.retain(|pattern| !is_deep(pattern));
    outputs.extend(lists.project.iter().cloned());
    let is_below = !directory.as_str().is_empty();
    outputs.extend(lists.member.iter().filter(|_| is_below).map(|name| format!("{directory}/{name}")));
    outputs.sort();
    outputs.dedup();
    let covered = |pattern: &str| {
        let plain = pattern.strip_suffix("/**").unwrap_or(pattern);
        plain.rsplit('/').next().is_some_and(|name| is_deep(&format!("**/{name}"))) || outputs.iter().any(|output| output == plain)
    };
    let theirs = theirs(tree).map(patterns).unwrap_or_default();
    let mut groups = vec![IgnoreGroup::new(THEIRS, theirs), IgnoreGroup::new(GIT, translate(ignore_files(tree), covered))];
    groups.push(IgnoreGroup::new("made by builds, or not for them", outputs));
    let names = Names::new(lists.secrets.iter().chain(&lists.state));
    reads::let_in(tree, &mut groups, &reads, &names);
    groups.push(IgnoreGroup::new(SECRETS, secrets));
    groups.push(IgnoreGroup::new(STATE, state));
    let (kept_out, notes) = reads::let_in_by_name(tree, &mut groups, &reads, &names, is_served);
    groups.push(IgnoreGroup::new("sources by the project's .gitignore", packages_of_sources(tree)));
    groups.push(IgnoreGroup::new("named in the settings", settings));
    groups.retain(|group| !group.patterns.is_empty());
    Outcome { groups, kept_out, notes }
}

/// What stays out in a line: the project's own patterns, and the titles of the lists that all projects share.
#[must_use]
pub fn summary(groups: &[IgnoreGroup]) -> String {
    let is_shared = |group: &&IgnoreGroup| [SECRETS, STATE].contains(&group.title.as_str());
    let shared = groups.iter().filter(is_shared).map(|group| group.title.clone());
    let own = groups.iter().filter(|group| !is_shared(group)).flat_map(|group| group.patterns.clone());
    shared.chain(own).collect::<Vec<_>>().join(", ")
}

/// The text of the project's own `.dockerignore`, which stays as it is: its lines hold in the files beside it that are written.
#[must_use]
pub fn theirs(tree: &Tree) -> Option<&str> {
    tree.text(IGNORE).ok().filter(|text| Header::find(text).is_none())
}

/// The lines of an ignore file that say something.
fn patterns(text: &str) -> Vec<String> {
    let lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines();
    lines.filter(|line| !line.starts_with('#')).map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The ignore files, those of a directory before those below it.
fn ignore_files(tree: &Tree) -> Vec<(&Utf8Path, &str)> {
    let files = tree.named(&[".gitignore", ".imggenignore"]);
    let mut files: Vec<_> = files.filter_map(|path| Some((path.parent()?, tree.text(path).ok()?))).collect();
    files.sort_by_key(|(directory, _)| directory.components().count());
    files
}

/// Directories called as those of installed packages that an ignore file lets in, and what is installed inside them.
fn packages_of_sources(tree: &Tree) -> Vec<String> {
    let lines = ignore_files(tree).into_iter().flat_map(|(directory, text)| text.lines().map(move |line| (directory, line.trim())));
    let let_in = lines.filter_map(|(directory, line)| {
        let pattern = line.strip_prefix('!')?.trim_end_matches('/');
        let anywhere = if pattern.contains('/') { "" } else { "**/" };
        let path = directory.join(format!("{anywhere}{}", pattern.trim_start_matches('/')));
        (path.file_name() == Some(PACKAGES)).then_some(path)
    });
    let_in.flat_map(|path| [format!("!{path}"), format!("{path}/**/{PACKAGES}")]).collect()
}

/// Virtual environments that git does not ignore, whatever they are called.
fn environments(tree: &Tree, known: &[String]) -> Vec<String> {
    let homes = tree.named(&["pyvenv.cfg"]).filter_map(Utf8Path::parent);
    let unknown = homes.filter(|home| home.file_name().is_some_and(|name| !known.iter().any(|known| known == name)));
    unknown.map(ToString::to_string).collect()
}

/// The patterns of all groups, as Docker reads them.
fn parse(groups: &[IgnoreGroup]) -> Ignore {
    let lines: Vec<&str> = groups.iter().flat_map(|group| &group.patterns).map(String::as_str).collect();
    Ignore::parse(&lines.join("\n"))
}

/// Which paths go to the builder.
pub(crate) fn sent(groups: &[IgnoreGroup]) -> impl Fn(&Utf8Path) -> bool {
    let ignore = parse(groups);
    move |path| ignore.hides(path).is_none()
}

/// A name that no pattern means, as what may lie in `directory`.
fn anything_in(directory: &Utf8Path) -> Utf8PathBuf {
    directory.join("\u{1}")
}
