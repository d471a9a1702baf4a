//! What a trial saw: settings of their own, right above what is detected and below everything that anybody says.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{ExtraPackages, Ports, Settings};

/// What stands for the weaker list.
const SPLICE: &str = "...";

/// What `imggen try --learn` saw when the image ran.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Learned {
    /// The port or ports that the program listened on.
    pub port: Option<Ports>,
    /// Directories that it wrote to.
    pub writable: Option<Vec<String>>,
    /// Files and directories of the project that it read.
    pub files: Option<Vec<String>>,
    /// Packages of the distribution that its image or its build lacked.
    pub packages: ExtraPackages,
    /// Variables that it demanded.
    pub env: BTreeMap<String, String>,
    /// The arguments that let others reach it.
    pub arguments: Option<Vec<String>>,
    /// What was found in the project at that time: where something else is found now, that wins.
    pub instead_of: InsteadOf,
}

/// What was found in the project when something was learned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct InsteadOf {
    /// The port or ports.
    pub port: Option<Ports>,
}

impl Learned {
    /// The same as settings of a layer; what the image lacked is a need and no setting.
    pub(crate) fn settings(&self) -> Settings {
        let also = |list: &Option<Vec<String>>| list.clone().map(|list| list.into_iter().chain([SPLICE.to_owned()]).collect());
        Settings {
            port: self.port.clone(),
            writable: also(&self.writable),
            files: also(&self.files),
            packages: ExtraPackages { build: also(&self.packages.build), run: None },
            env: self.env.clone(),
            arguments: self.arguments.clone(),
            ..Settings::default()
        }
    }
}
