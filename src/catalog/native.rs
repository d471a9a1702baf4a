//! Packages of a language's registry that are, or wrap, native code.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::need::{Libc, Need};
use crate::version::Version;

/// A package of a language's registry that is, or wraps, native code.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Native {
    /// Its name in the registry.
    pub name: String,
    /// What is native about it, completing "this module is ...".
    #[serde(default)]
    pub what: String,
    /// Where alone it is to be had, completing "it exists ...": nothing installs it in an image.
    #[serde(default)]
    pub exists: String,
    /// Whether a program works without the native part.
    #[serde(default)]
    pub without: Without,
    /// Needed to build it.
    #[serde(default)]
    pub build: Vec<Need>,
    /// Needed to run what was built with it.
    #[serde(default)]
    pub run: Vec<Need>,
    /// The parts of it that are native, where the rest is not: it counts when one of them is used.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Packages that pull it in: it counts when one of them is used.
    #[serde(default)]
    pub through: Vec<String>,
    /// Packages that bring the native part themselves, or do its work in another way: it does not count when one of them is used.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Versions of it that have binaries for older releases of the language alone.
    #[serde(default)]
    pub supports: Vec<Limit>,
    /// What it means for linking the program.
    #[serde(default)]
    pub links: Links,
    /// How it is built where its native part comes with it, in place of what the distribution has.
    pub bundled: Option<Bundled>,
    /// It is a tool of build scripts: native is what depends on it.
    #[serde(default)]
    pub tool: bool,
    /// It is locked for other systems or configurations, and never compiled for an image.
    #[serde(default)]
    pub elsewhere: bool,
    /// Features, as `package/feature`, without which it is not compiled although it is locked.
    #[serde(default)]
    pub only: Vec<String>,
    /// Environment of the build.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Environment of the program.
    #[serde(default)]
    pub run_env: BTreeMap<String, String>,
}

/// Up to where a package supports a language.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Versions of the package below this one ...
    pub below: String,
    /// ... do not work on a release of the language newer than this one.
    pub newest: Version,
}

impl Native {
    /// Whether it matters: an entry may be there to say that what looks native is not.
    #[must_use]
    pub fn says_something(&self) -> bool {
        self.links != Links::Nothing || !self.build.is_empty() || !self.env.is_empty()
    }
}

/// A package of a program's that is, or wraps, native code.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NativeUse {
    /// Its name.
    pub name: String,
    /// What is native about it.
    pub what: String,
    /// What its build needs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub build: Vec<Need>,
    /// What it loads or starts.
    pub run: Vec<Need>,
    /// What its installation is told.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// What the program is told.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub run_env: BTreeMap<String, String>,
}

impl From<&Native> for NativeUse {
    fn from(native: &Native) -> Self {
        Self {
            name: native.name.clone(),
            what: native.what.clone(),
            build: native.build.clone(),
            run: native.run.clone(),
            env: native.env.clone(),
            run_env: native.run_env.clone(),
        }
    }
}

impl NativeUse {
    /// Whether its native part is for a C library of this kind alone.
    #[must_use]
    pub fn is_bound_to(&self, kind: Libc) -> bool {
        self.run.iter().any(|need| matches!(need, Need::Libc(own, _) if *own == kind))
    }
}

/// What a native part means for linking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Links {
    /// C, which any C library holds.
    #[default]
    C,
    /// C++, which brings its own library.
    Cxx,
    /// It loads libraries when it runs, which a static program cannot.
    Loads,
    /// A library of the system that is not known here.
    Unknown,
    /// Nothing native is in the program.
    Nothing,
}

/// A native part that comes with its package.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bundled {
    /// The package that it depends on when it does.
    pub with: String,
    /// The feature that makes it do so.
    pub feature: String,
    /// What has to be there to build it then.
    #[serde(default)]
    pub build: Vec<Need>,
}

/// What becomes of a program when the native part is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Without {
    /// It does not build, or fails when it runs.
    #[default]
    Fails,
    /// It has another way that needs nothing native.
    FallsBack,
}
