//! `[java]` in settings.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::version::Version;

/// `[java]` in settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// The release of Java to build and run with: `21`.
    pub version: Option<Version>,
    /// The class to start, in place of the one that was found.
    pub main_class: Option<String>,
    /// Options of the virtual machine; `"..."` stands for those that were found.
    pub options: Option<Vec<String>>,
    /// Modules of a linked runtime beyond those that follow from what is used.
    pub modules: Option<Vec<String>>,
    /// Makes an archive of the classes that a start loads, for a faster one: an AOT cache from Java 25 on, class data sharing before. The
    /// build runs the program until it would serve. Spring Boot from 3.3 on; until Java 25 on a linked runtime or Temurin's Ubuntu image.
    /// For heaps from 32 GB on, and where an exporter rewrites the times of files, the program starts without it and says so in its log.
    pub archive: Option<bool>,
    /// Options of the virtual machine for the run that makes the archive, and for no other: a profile that connects to nothing.
    pub archive_options: Option<Vec<String>>,
    /// Profiles of Maven's to build with, beyond those that are on by themselves.
    pub profiles: Option<Vec<String>>,
}
