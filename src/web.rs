//! A site, and how a web server hands it out. Whatever language builds it, what ships is a directory of files and a server.
//!
//! The server is nginx in the image that its makers build for a user who is not root: a numeric user, a port above 1024, and nothing
//! written outside of `/tmp`, so that it runs on a read-only root. Its configuration stands in the Dockerfile itself, in a here-document:
//! a dozen lines that a reader of the image wants to see, and no further file that nobody knows of. It is handed out as it stands:
//!
//! - what the bundler names by its content is kept by browsers for a year, and only that; all else is asked for again each time, which
//!   costs an answer without a body. A page or a service worker that is kept for long cannot be taken back.
//! - what cannot change after the build is compressed in the build, as well as it goes. Where there are names by content, that is those
//!   alone: a configuration beside them may be mounted over, and its compressed twin would go on being served.
//! - an address that is no file leads to the page of a client router only where there is one: a crawler and a monitor take a `200` at its
//!   word.

use camino::Utf8Path;
use serde::Serialize;

use crate::app::{Interface, Listen};
use crate::decision::{Decision, Topic};
use crate::evidence::{Evidence, Fact, Rule};
use crate::layers::Layers;
use crate::need::Need;
use crate::plan::{Copy, Location, NginxText, Server, Types};

/// The server that the configuration is written for.
const SERVER: &str = "nginx";
/// Where the server looks for files, in the layout of its official images.
const ROOT: &str = "/usr/share/nginx/html";
/// The port that its image without root exposes.
const PORT: u16 = 8080;

/// Types that the server's own list lacks, by extension. A browser runs no module that is not called a script.
const UNLISTED: [(&str, &str); 2] = [("mjs", "text/javascript"), ("webmanifest", "application/manifest+json")];

const LISTENS: Rule = Rule::parsed("web.port", "what hands this out listens where its image does");

const FOR_A_YEAR: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// Files for browsers, as a repository holds or a build leaves them.
#[derive(Clone, Debug, Serialize)]
pub struct Site {
    /// The page that makes it one.
    pub page: Evidence,
    /// The path that its addresses begin with, between slashes, where it is not made for the root of a host: `/docs/`.
    pub base: Option<Fact<String>>,
    /// What answers where no file does.
    pub otherwise: Otherwise,
    /// What is named by its content.
    pub hashed: Option<Fact<Hashed>>,
    /// Whether `/about` is found in `about.html`.
    pub bare_names: bool,
    /// Types that the server has to be told of, by extension.
    pub types: Types,
}

/// What answers an address that is no file. Paths are relative to the site.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Otherwise {
    /// The server, with 404.
    Server,
    /// This page, with 404.
    Page(Fact<String>),
    /// This page, with 200: its client router knows the address.
    Router(Fact<String>),
}

/// Files whose names change with their content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hashed {
    /// All in a directory of the site.
    Directory(String),
    /// Those in the site's root whose path, with its leading slash, fits a regular expression.
    Named(String),
}

/// Files of a site that are compressed once.
#[derive(Clone, Debug, Serialize)]
pub struct Compress {
    /// The site's directory, which is there once it is built.
    pub root: String,
    /// A directory in it, which need not be; none for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inside: Option<String>,
}

/// What a site asks of its image.
#[must_use]
pub fn needs(page: &Evidence) -> Vec<Fact<Need>> {
    vec![Fact::new(Need::Program(SERVER.into()), page.clone())]
}

/// Where the server will listen, unless settings say otherwise.
#[must_use]
pub fn listens(page: &Evidence) -> Fact<Listen> {
    Fact::new(
        Listen { port: Some(PORT), variable: None, interface: Interface::Any, host: None },
        Evidence::exists(page.file.clone(), LISTENS),
    )
}

/// The types of these files that the server does not know by itself.
pub fn types_of<'a>(files: impl IntoIterator<Item = &'a Utf8Path>) -> Types {
    let extensions: Vec<&str> = files.into_iter().filter_map(Utf8Path::extension).collect();
    UNLISTED.into_iter().filter(|(extension, _)| extensions.contains(extension)).collect()
}

/// What [`types_of`] gives for files that are only there after a build.
#[must_use]
pub fn types_of_any() -> Types {
    UNLISTED.into_iter().collect()
}

/// What is started: the server itself, in the foreground, without the scripts of its image that rewrite its configuration.
#[must_use]
pub fn entrypoint() -> Vec<String> {
    [SERVER, "-g", "daemon off;"].map(str::to_owned).into()
}

impl Site {
    /// `directory` of the stage `build`, to where the server finds it.
    #[must_use]
    pub fn take(&self, directory: impl Into<String>) -> Copy {
        let base = self.base.as_ref().map_or("", |base| base.value.trim_end_matches('/'));
        Copy::stage("build", directory, format!("{ROOT}{base}"))
    }

    /// What of the site cannot change after the build, which compresses it: a directory relative to the site, empty for all of it.
    #[must_use]
    pub fn compressed(&self) -> Option<&str> {
        match (self.hashed.as_ref().map(|hashed| &hashed.value), &self.otherwise) {
            (Some(Hashed::Directory(directory)), _) => Some(directory),
            (None, Otherwise::Server | Otherwise::Page(_)) => Some(""),
            // beside a router lies the configuration that is put there when it runs
            (Some(Hashed::Named(_)), _) | (None, Otherwise::Router(_)) => None,
        }
    }

    /// Which files the build compresses, where the site lies in `root`.
    #[must_use]
    pub fn compress(&self, root: &Utf8Path) -> Option<Compress> {
        let inside = self.compressed()?;
        // what a bundler names by its content need not be there: a page without scripts has none
        let inside = (!inside.is_empty()).then(|| if root == "." { format!("./{inside}") } else { root.join(inside).to_string() });
        Some(Compress { root: root.to_string(), inside })
    }

    /// The configuration of a server that listens on the first of `ports`.
    #[must_use]
    pub fn server(&self, ports: &[u16]) -> Server {
        let base = self.base.as_ref().map_or("/", |base| base.value.as_str());
        let kept = self.hashed.as_ref().map(|hashed| Location {
            comment: Some(format!("names that change with the content ({})", hashed.file())),
            addresses: match &hashed.value {
                Hashed::Directory(directory) => NginxText::path(&format!("{base}{directory}/")),
                Hashed::Named(pattern) => NginxText::matching(&format!("^{}{pattern}", base.trim_end_matches('/'))),
            },
            cache: FOR_A_YEAR,
            tries: ["$uri", "=404"].map(NginxText::of).into(),
        });
        let rest = Location { comment: None, addresses: NginxText::of("/"), cache: ASK_AGAIN, tries: self.tries(base) };
        Server {
            port: ports.first().copied().unwrap_or(PORT),
            root: ROOT.into(),
            types: self.types.clone(),
            compresses: self.compressed() != Some(""),
            entrance: self.base.as_ref().map(|base| NginxText::path(&base.value)),
            not_found: if let Otherwise::Page(page) = &self.otherwise {
                Some(NginxText::path(&format!("{base}{}", page.value)))
            } else {
                None
            },
            locations: kept.into_iter().chain([rest]).collect(),
        }
    }

    fn tries(&self, base: &str) -> Vec<NginxText> {
        let mut tries = vec![NginxText::of("$uri")];
        tries.extend(self.bare_names.then(|| NginxText::of("$uri.html")));
        match &self.otherwise {
            // a directory that lies where the router has an address would answer in its place
            Otherwise::Router(page) => {
                // but the pages that a generator makes come before it
                tries.extend(self.bare_names.then(|| NginxText::of("$uri/index.html")));
                tries.push(NginxText::path(&format!("{base}{}", page.value)));
            }
            Otherwise::Server | Otherwise::Page(_) => tries.extend(["$uri/", "=404"].map(NginxText::of)),
        }
        tries
    }

    /// The same as `[site]` in the settings wants it.
    #[must_use]
    pub fn under(&self, layers: &Layers) -> Self {
        let fallback = layers.iter().find_map(|layer| layer.settings().languages.site.fallback.clone());
        let set = fallback.map(|page| Otherwise::Router(Fact::new(page, self.page.clone())));
        Self { otherwise: set.unwrap_or_else(|| self.otherwise.clone()), ..self.clone() }
    }

    /// How it is handed out, and why.
    #[must_use]
    pub fn decisions(&self, layers: &Layers) -> Vec<Decision> {
        let set = layers.choose("site.fallback", |settings| settings.languages.site.fallback.clone());
        let detected = || match &self.otherwise {
            Otherwise::Server => Decision::detected(Topic::Serving, "404 where there is no file", &[]).why("nothing shows a client router"),
            Otherwise::Page(page) => {
                Decision::detected(Topic::Serving, format!("404 with {} where there is no file", page.value), page.because())
            }
            Otherwise::Router(page) => Decision::detected(Topic::Serving, format!("{} where there is no file", page.value), page.because()),
        };
        let otherwise =
            set.map_or_else(detected, |set| Decision::chosen(Topic::Serving, format!("{} where there is no file", set.value), &set));
        let hashed = match &self.hashed {
            Some(hashed) => {
                let which = match &hashed.value {
                    Hashed::Directory(directory) => format!("{directory}/"),
                    Hashed::Named(pattern) => pattern.clone(),
                };
                Decision::detected(
                    Topic::Serving,
                    format!("browsers keep {which} for a year, and ask again for all else"),
                    hashed.because(),
                )
                .why("names there change with the content")
            }
            None => Decision::detected(Topic::Serving, "browsers ask again for every file", &[])
                .why("nothing shows names that change with the content"),
        };
        let base = self.base.as_ref().map(|base| {
            Decision::detected(Topic::Serving, format!("below {}", base.value), base.because()).why("its addresses begin with it")
        });
        [otherwise, hashed].into_iter().chain(base).collect()
    }
}

/// Whether a name out of a manifest can stand in the server's configuration as it is.
#[must_use]
pub fn is_plain(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@~+".contains(c);
    !path.is_empty() && path.chars().all(plain) && !path.split('/').any(|part| part == "..")
}
