//! `[go]` in settings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::version::Version;

/// `[go]` in settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// The version of Go to build with, in place of the newest.
    pub version: Option<Version>,
    /// Whether to build with C, in place of what was found.
    pub cgo: Option<bool>,
    /// How a program with C inside is linked.
    pub link: Option<Link>,
    /// Build tags; `"..."` stands for those that were found.
    pub tags: Option<Vec<String>>,
    /// Modules that are private, as `GOPRIVATE` has them.
    pub private: Option<Vec<String>>,
    /// How private modules are fetched.
    pub private_access: Option<PrivateAccess>,
}

/// How a program with C inside is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// With the C library of the base.
    Dynamic,
    /// With musl inside, so that it needs no C library.
    Static,
}

/// How private modules are fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PrivateAccess {
    /// By the secret `netrc`: `docker build --secret id=netrc,src=$HOME/.netrc`.
    Netrc,
    /// By the SSH agent: `docker build --ssh default`.
    Ssh,
}
