//! The configuration of a web server, as the templates print it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::text::NginxText;

/// Types of files, by extension.
pub type Types = BTreeMap<&'static str, &'static str>;

/// A server that hands out files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Server {
    /// The port that it listens on.
    pub port: u16,
    /// The directory that it hands out.
    pub root: String,
    /// Types of files that it does not know by itself, by extension.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub types: Types,
    /// Whether it compresses by itself what the build did not.
    pub compresses: bool,
    /// Where `/` leads, where the site does not begin there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrance: Option<NginxText>,
    /// The page for addresses that lead nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_found: Option<NginxText>,
    /// What it does with addresses, the most particular first.
    pub locations: Vec<Location>,
}

/// What the server does with some addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Location {
    /// Why, where it is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Which.
    pub addresses: NginxText,
    /// What browsers are told about keeping the answer.
    pub cache: &'static str,
    /// What is looked for, in this order.
    pub tries: Vec<NginxText>,
}
