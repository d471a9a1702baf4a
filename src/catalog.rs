//! The world as it is: base images and what they hold, toolchain images and their ends of life, packages, native libraries.
//!
//! All of it is data under `presets/_catalog`, so that a new base, release or package is no change to the code.

mod age;
mod generator;
mod inherit;
mod lazy;
mod native;
mod prefer;
mod read;
mod registry;
mod schema;
mod toolchain;
pub mod vocabulary;
mod written;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::generator::Generator;
use self::lazy::{Entries, Files};
pub use self::native::{Links, Native, NativeUse, Without};
pub use self::prefer::{Why, Wish};
pub use self::read::entries;
use self::read::{Below, parse};
use self::registry::Registry;
pub use self::schema::schema;
pub use self::toolchain::{Debugger, Release, Suite, Tool, Toolchain, Unfit};
pub use self::vocabulary::Vocabulary;
pub use self::written::Month;
use crate::context::Lists;
use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::need::Need;
use crate::version::Version;

/// Everything that changes without us.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    bases: Entries<Base>,
    installers: BTreeMap<Installer, Fetching>,
    toolchains: Entries<Toolchain>,
    packages: PackageMap,
    /// By language, as all that follows.
    natives: BTreeMap<String, Files<Vec<Native>>>,
    generators: BTreeMap<String, Files<Vec<Generator>>>,
    registries: BTreeMap<String, Registry>,
    programs: BTreeMap<String, Files<BTreeMap<String, Served>>>,
    vocabularies: BTreeMap<String, Texts>,
    context: Lists,
    /// The weakest first; read by whoever explains a failure.
    failures: Vec<Text>,
    as_of: String,
}

/// The text of a file: an embedded one is not copied.
pub(crate) type Text = Cow<'static, str>;

/// A file with a list in it, `[[module]]` or `[[generator]]`.
type Listed<T> = BTreeMap<String, Vec<T>>;

/// The files of a language's vocabulary, read when somebody asks.
#[derive(Clone, Debug, Default)]
struct Texts {
    /// The weakest first.
    files: Vec<Text>,
    read: OnceLock<Result<Vocabulary>>,
}

/// Packages by need and release. The weakest file is large and mostly not needed: it is read when something is looked up that no
/// stronger one has.
#[derive(Clone, Debug, Default)]
struct PackageMap {
    strong: Sections,
    weakest: Option<Text>,
    read: OnceLock<Sections>,
}

type Sections = BTreeMap<Need, BTreeMap<String, Packages>>;

impl PackageMap {
    fn add(&mut self, name: &str, text: &Text) -> Result<()> {
        match self.weakest {
            None => self.weakest = Some(text.clone()),
            Some(_) => self.strong.append(&mut parse(name, text)?),
        }
        Ok(())
    }

    fn get(&self, need: &Need) -> Option<&BTreeMap<String, Packages>> {
        self.strong.get(need).or_else(|| self.weak().get(need))
    }

    /// The built-in sections, which the tests read.
    fn weak(&self) -> &Sections {
        self.read.get_or_init(|| self.weakest.as_deref().and_then(|text| parse("packages.toml", text).ok()).unwrap_or_default())
    }

    /// The stronger sections, then the built-in ones.
    fn all(&self) -> impl Iterator<Item = (&Need, &Packages)> {
        let sections = self.strong.iter().chain(self.weak());
        sections.flat_map(|(need, releases)| releases.values().map(move |packages| (need, packages)))
    }
}

/// A server that a dependency's program starts.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Served {
    /// What people call it.
    #[serde(default)]
    pub what: String,
    /// The port that it listens on by itself.
    pub port: Option<u16>,
    /// The variable that sets another.
    pub variable: Option<String>,
    /// The variable that sets the interface, where it listens on loopback alone by itself.
    pub host: Option<String>,
    /// Directories that it writes to, relative to the package.
    #[serde(default)]
    pub writes: Vec<String>,
}

/// An image that programs run on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Base {
    /// What it is, in a few words.
    pub summary: String,
    /// The reference for FROM. `{version}` stands for the version of [`Base::interpreter`].
    pub image: String,
    /// The image that a debug variant runs on.
    pub debug: DebugBase,
    /// Whether its packages moved to the distribution's archive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// The distribution release that its packages and libraries are of.
    pub release: Option<String>,
    /// Its package manager, when it has one.
    pub installer: Option<Installer>,
    /// The release whose packages its own are called like, where nothing is known of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packages_of: Option<String>,
    /// What that release has packages of, and it has not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<Need>,
    /// The size on disk, in MB of 1,000,000 bytes.
    pub megabytes: u32,
    /// What is in it.
    #[serde(default)]
    pub has: Vec<Need>,
    /// The programs in it, by name.
    #[serde(default)]
    pub programs: Vec<String>,
    /// What can be copied into it from the build stage, or made there.
    #[serde(default)]
    pub copies: Vec<Need>,
    /// The interpreter that it brings, where there is one image for each version.
    pub interpreter: Option<Interpreter>,
}

/// The image of a debug variant and the shell in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DebugBase {
    /// The reference for FROM.
    pub image: String,
    /// The path of its shell.
    pub shell: String,
    /// Debian's packages to look at processes and sockets with, where the image has nothing for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<String>,
}

/// An interpreter or virtual machine that a family of images brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Interpreter {
    /// What a need calls it.
    pub name: String,
    /// The versions that there are images for.
    pub versions: Vec<Version>,
    /// Where it is, with `{version}` to fill in.
    pub path: Option<String>,
    /// Where its standard library is, with `{version}` to fill in: of one that the image has without the bytecode of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// Whether it is copied in, out of the language's own image.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copied: bool,
}

/// Where a package manager fetches from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fetching {
    /// The addresses, as a pattern of sed's.
    pub from: String,
    /// Where the files lie that name them.
    pub directory: String,
    /// Those files, as patterns of names.
    pub files: Vec<String>,
}

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Installer {
    /// Debian's.
    Apt,
    /// Alpine's.
    Apk,
}

/// What packages give one thing on one release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Packages {
    /// For the build stage.
    #[serde(default)]
    pub build: Vec<String>,
    /// For the image that runs.
    #[serde(default)]
    pub run: Vec<String>,
}

impl Catalog {
    /// Whether a catalog has a file of that name.
    #[must_use]
    pub(crate) fn is_file(name: &str) -> bool {
        let Some(stem) = name.strip_suffix(".toml") else { return false };
        let of_languages = ["vocabulary/", "registry-", "programs-", "generators-", "native-"];
        ["bases", "context", "failures", "installers", "packages", "toolchains"].contains(&stem)
            || of_languages.iter().any(|start| stem.starts_with(start))
    }

    /// Reads the files of a catalog, later ones over earlier: `bases.toml`, `installers.toml`, `toolchains.toml`, `packages.toml`, `context.toml`,
    /// `failures.toml`, `native-<language>.toml`, `registry-<language>.toml`, `programs-<language>.toml`, `generators-<language>.toml`,
    /// `vocabulary/<language>.toml`.
    ///
    /// # Errors
    /// When a file is not what a catalog's file has to be; the label names it.
    pub(crate) fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a Text)>) -> Result<Self> {
        let mut catalog = Self::default();
        let mut below = Below::default();
        for (name, text) in files {
            match name {
                "bases.toml" => catalog.bases.append(below.entries(name, text)?),
                "context.toml" => catalog.context.append(parse(name, text)?),
                "failures.toml" => catalog.failures.push(text.clone()),
                "installers.toml" => catalog.installers.append(&mut parse(name, text)?),
                "packages.toml" => catalog.packages.add(name, text)?,
                "toolchains.toml" => {
                    let (as_of, languages) = below.toolchains(name, text)?;
                    catalog.toolchains.append(languages);
                    catalog.as_of = as_of.unwrap_or(catalog.as_of);
                }
                _ => catalog.read_language(name, text)?,
            }
        }
        Ok(catalog)
    }

    /// Reads a file that is about one language.
    fn read_language(&mut self, name: &str, text: &Text) -> Result<()> {
        let unknown = || Diagnostic::usage("catalog::unknown-file", format!("`{name}` is no file of a catalog"));
        let stem = name.strip_suffix(".toml").ok_or_else(unknown)?;
        let (kind, language) = stem.split_once(['/', '-']).ok_or_else(unknown)?;
        let language = language.to_owned();
        match kind {
            "vocabulary" => self.vocabularies.entry(language).or_default().files.push(text.clone()),
            "registry" => self.registries.entry(language).or_default().add(name, text)?,
            "programs" => self.programs.entry(language).or_default().add::<BTreeMap<String, Served>>(name, text)?,
            "generators" => self.generators.entry(language).or_default().add::<Listed<Generator>>(name, text)?,
            "native" => self.natives.entry(language).or_default().add::<Listed<Native>>(name, text)?,
            _ => return Err(unknown().into()),
        }
        Ok(())
    }

    /// The base of that name.
    #[must_use]
    pub fn base(&self, id: &str) -> Option<&Base> {
        self.bases.get(id)
    }

    /// All bases, by name.
    pub fn bases(&self) -> impl Iterator<Item = (&str, &Base)> {
        self.bases.iter()
    }

    /// The bases that may be of the image `reference`, or have it for debugging.
    pub(crate) fn bases_of(&self, reference: &str) -> impl Iterator<Item = &Base> {
        // what stands for a version in an entry begins with a digit in a reference
        let fixed = reference.find(|c: char| c.is_ascii_digit()).map_or(reference, |at| &reference[..at]);
        self.bases.mentioning(fixed)
    }

    /// The known base whose name is nearest to a misspelt one.
    #[must_use]
    pub fn nearest_base(&self, id: &str) -> Option<&str> {
        nearest(id, self.bases.names())
    }

    /// The build images of a language.
    ///
    /// # Errors
    /// When the catalog has none, which is a fault of the catalog.
    pub fn toolchain(&self, language: &str) -> Result<&Toolchain> {
        let missing = || Diagnostic::error("catalog::no-toolchain", format!("the catalog has no toolchain for `{language}`"));
        Ok(self.toolchains.get(language).ok_or_else(missing)?)
    }

    /// Where a package manager fetches from.
    #[must_use]
    pub fn fetching(&self, installer: Installer) -> Option<&Fetching> {
        self.installers.get(&installer)
    }

    /// The release of the distribution that an image stands on, by the suite in its reference.
    #[must_use]
    pub fn distribution_of(&self, reference: &str) -> Option<&str> {
        let (name, tag) = reference.split('@').next()?.rsplit_once(':')?;
        let is_own = |toolchain: &&Toolchain| toolchain.image.split(':').next().is_some_and(|own| name.ends_with(own));
        let suites = |(suite, found): (&'_ String, &'_ Suite)| tag.contains(suite.as_str()).then(|| (suite.len(), found.release.clone()));
        let own = self.toolchains.values().filter(is_own).flat_map(|toolchain| toolchain.suites.iter()).filter_map(suites);
        let (_, release) = own.max()?;
        self.bases.values().filter_map(|base| base.release.as_deref()).find(|known| *known == release)
    }

    /// The release of the distribution that most languages are built on today.
    #[must_use]
    pub fn usual_distribution(&self) -> Option<&str> {
        let first = |toolchain: &'_ Toolchain| -> Option<String> {
            let suite = toolchain.releases.first()?.suites.first()?;
            Some(toolchain.suites.get(suite)?.release.clone())
        };
        let mut counted: BTreeMap<String, usize> = BTreeMap::new();
        self.toolchains.values().filter_map(first).for_each(|release| *counted.entry(release).or_default() += 1);
        let (release, _) = counted.into_iter().max_by_key(|(_, count)| *count)?;
        self.bases.values().filter_map(|base| base.release.as_deref()).find(|known| *known == release)
    }

    /// The packages that give `need` on `release`.
    #[must_use]
    pub fn packages(&self, need: &Need, release: &str) -> Option<&Packages> {
        self.packages.get(need)?.get(release)
    }

    /// Whether any release is known to have packages of it.
    #[must_use]
    pub fn lists(&self, need: &Need) -> bool {
        self.packages.get(need).is_some()
    }

    /// What a package of some release gives to the program that runs.
    #[must_use]
    pub fn given_by(&self, package: &str) -> Option<&Need> {
        self.packages.all().find(|(_, packages)| matches!(packages.run.as_slice(), [one] if one == package)).map(|(need, _)| need)
    }

    /// What a package of some release is there to build with: a library's headers, a compiler.
    #[must_use]
    pub fn built_with(&self, package: &str) -> Option<&Need> {
        self.packages.all().find(|(_, packages)| packages.build.first().is_some_and(|first| first == package)).map(|(need, _)| need)
    }

    /// Whether any base has `need` or any release can install it: whether it is known at all.
    #[must_use]
    pub fn knows(&self, need: &Need) -> bool {
        matches!(need, Need::Locale(_)) || self.bases().any(|(_, base)| base.holds(need)) || self.packages.get(need).is_some()
    }

    /// What is known to be native in a language's registry.
    #[must_use]
    pub fn natives(&self, language: &str) -> &[Native] {
        let of = |file: Listed<Native>| file.into_iter().filter(|(key, _)| key == "module").flat_map(|(_, natives)| natives);
        self.natives.get(language).map_or(&[], |files| files.get(|files| files.flat_map(of).collect()))
    }

    /// The programs that are known to make sources of a language.
    #[must_use]
    pub fn generators(&self, language: &str) -> &[Generator] {
        let of = |file: Listed<Generator>| file.into_iter().filter(|(key, _)| key == "generator").flat_map(|(_, generators)| generators);
        self.generators.get(language).map_or(&[], |files| files.get(|files| files.flat_map(of).collect()))
    }

    /// The texts that say what failures look like, the weakest first.
    pub fn failures(&self) -> impl Iterator<Item = &str> {
        self.failures.iter().map(|text| &**text)
    }

    /// What calls and annotations of a language mean. A language without a vocabulary has an empty one.
    ///
    /// # Errors
    /// When a file of the vocabulary is broken.
    pub fn vocabulary(&self, language: &str) -> Result<&Vocabulary> {
        static NONE: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::default);
        let Some(texts) = self.vocabularies.get(language) else { return Ok(&NONE) };
        let name = format!("vocabulary/{language}.toml");
        let common = self.vocabularies.get("common").into_iter().flat_map(|texts| texts.files.iter().rev());
        let own = texts.files.iter().rev().map(|text| (name.as_str(), &**text));
        let read = || Vocabulary::read(own.chain(common.map(|text| ("vocabulary/common.toml", &**text))));
        texts.read.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    /// The month in which a version of a package was published, `YYYY-MM`, as far as it is known.
    #[must_use]
    pub fn published(&self, language: &str, name: &str, version: &str) -> Option<String> {
        self.registries.get(language)?.published(name, version)
    }

    /// Whether a package is known to be installed without a compiler.
    #[must_use]
    pub fn has_binaries(&self, language: &str, name: &str) -> bool {
        self.registries.get(language).is_some_and(|registry| registry.has_binaries(name))
    }

    /// What stays out of every build context.
    #[must_use]
    pub const fn context(&self) -> &Lists {
        &self.context
    }

    /// What is known of a program that a package of a language's registry brings, by its name.
    #[must_use]
    pub fn program(&self, language: &str, name: &str) -> Option<&Served> {
        self.programs.get(language)?.get(|files| files.flat_map(std::convert::identity::<BTreeMap<String, Served>>).collect()).get(name)
    }

    /// Whether a release's end of life was past when the catalog was made. There is no clock here: same input, same bytes.
    #[must_use]
    pub fn is_past(&self, release: &Release) -> bool {
        release.end_of_life <= self.as_of
    }

    /// The day on which the catalog was made.
    #[must_use]
    pub fn as_of(&self) -> &str {
        &self.as_of
    }
}

impl Base {
    /// Whether `need` is in the image.
    #[must_use]
    pub fn holds(&self, need: &Need) -> bool {
        match (need, &self.interpreter) {
            (Need::Program(name), _) if self.programs.contains(name) => true,
            (Need::Interpreter(name, version), Some(interpreter)) if interpreter.name == *name => interpreter.versions.contains(version),
            _ => self.has.iter().any(|has| has.meets(need)),
        }
    }
}
