//! What stands beside the manifests: `.cargo/config.toml`, the toolchain's file, Procfile.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::need::Need;
use crate::read::cargo::{broken, place};
use crate::read::version_files;
use crate::tree::Tree;

const LINKER: Rule = Rule::parsed("rust.config-linker", "the project links with this");
const NATIVE_CPU: Rule = Rule::parsed("rust.native-cpu", "this compiles for the processor of whoever builds");
const TARGET: Rule = Rule::parsed("rust.config-target", "the project builds for this target");
const TARGET_DIR: Rule = Rule::parsed("rust.config-target-dir", "the project builds in this directory");
const WRAPPER: Rule = Rule::parsed("rust.config-wrapper", "this stands before the compiler where it is installed");
const GIT_CLI: Rule = Rule::parsed("rust.config-git", "repositories are fetched by git itself");
const REGISTRY: Rule = Rule::parsed("rust.registry", "the project has a registry of its own");
const CHANNEL: Rule = Rule::parsed("rust.toolchain-file", "the project is built with this release");
/// Nightly is asked for.
pub const UNSTABLE: Rule = Rule::parsed("rust.unstable", "only a nightly toolchain takes this");

/// What the configuration says that a build in an image has to know.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Config {
    /// Programs that link.
    pub linkers: Vec<Fact<Need>>,
    /// Flags of the compiler in place of those that fit one machine only.
    pub rustflags: Option<Fact<String>>,
    /// A target that it always builds for.
    pub target: Option<Fact<String>>,
    /// The directory that it builds in.
    pub target_dir: Option<Fact<String>>,
    /// The program that stands before the compiler on developers' machines, and the variable that sets it.
    pub wrapper: Option<Fact<String>>,
    /// Repositories are fetched by the program `git`.
    pub git_cli: Option<Fact<()>>,
    /// A registry that asks for credentials.
    pub registry: Option<Fact<String>>,
    /// The directory of vendored dependencies.
    #[schemars(with = "Option<String>")]
    pub vendored: Option<Utf8PathBuf>,
    /// The channel of the toolchain's file.
    pub channel: Option<Fact<String>>,
    /// Flags that no stable compiler takes.
    pub unstable: Option<Fact<String>>,
    /// The stable compiler is told to take them all the same.
    pub bootstraps: Option<Fact<()>>,
    /// The standard library is built too, which takes its sources.
    pub builds_std: Option<Fact<()>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct File {
    build: Build,
    target: BTreeMap<String, Target>,
    registries: BTreeMap<String, Spanned<toml::Table>>,
    source: BTreeMap<String, Source>,
    unstable: BTreeMap<String, Spanned<toml::Value>>,
    env: BTreeMap<String, Spanned<toml::Value>>,
    net: Net,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Net {
    git_fetch_with_cli: Option<Spanned<bool>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Build {
    rustc_wrapper: Option<Spanned<String>>,
    rustc_workspace_wrapper: Option<Spanned<String>>,
    target_dir: Option<Spanned<String>>,
    rustflags: Option<Spanned<Flags>>,
    target: Option<Spanned<Flags>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Target {
    linker: Option<Spanned<String>>,
    rustflags: Option<Spanned<Flags>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Source {
    directory: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Flags {
    Line(String),
    Words(Vec<String>),
}

impl Flags {
    fn words(&self) -> Vec<String> {
        match self {
            Flags::Line(line) => line.split_whitespace().map(str::to_owned).collect(),
            Flags::Words(words) => words.clone(),
        }
    }
}

impl Config {
    /// Reads what lies in the workspace's root.
    ///
    /// # Errors
    /// When a file is there and broken.
    pub fn read(tree: &Tree, root: &Utf8Path) -> Result<Self> {
        let mut config = Self { channel: channel(tree, root)?, ..Self::default() };
        for name in [".cargo/config.toml", ".cargo/config"] {
            let file = root.join(name);
            let Some(text) = tree.manifest(&file)? else { continue };
            let read: File = toml::from_str(text).map_err(|error| broken(&file, text, &error))?;
            config.take(&file, text, &read);
        }
        config.vendored = config.vendored.map(|directory| root.join(directory));
        Ok(config)
    }

    fn take(&mut self, file: &Utf8Path, text: &str, read: &File) {
        let at = |span: std::ops::Range<usize>, rule, words: &str| Evidence::at(file, place(text, span), rule, words);
        let here: Vec<(&String, &Target)> = read.target.iter().filter(|(name, _)| is_here(name)).collect();
        for (_, target) in &here {
            if let Some(linker) = &target.linker {
                let evidence = at(linker.span(), LINKER, linker.get_ref());
                self.linkers.extend(program(linker.get_ref()).map(|name| Fact::new(Need::Program(name), evidence)));
            }
        }
        let flags: Vec<&Spanned<Flags>> =
            here.iter().filter_map(|(_, target)| target.rustflags.as_ref()).chain(&read.build.rustflags).collect();
        for found in &flags {
            for word in found.get_ref().words() {
                let linker = word.rsplit_once("-fuse-ld=").or_else(|| word.rsplit_once("linker=")).map(|(_, name)| name.to_owned());
                let evidence = at(found.span(), LINKER, &word);
                self.linkers.extend(linker.and_then(|name| program(&name)).map(|name| Fact::new(Need::Program(name), evidence)));
            }
        }
        let is_unstable = |found: &&&Spanned<Flags>| found.get_ref().words().iter().any(|word| word.starts_with("-Z"));
        self.unstable = flags.iter().find(is_unstable).map(|found| Fact::new("-Z".to_owned(), at(found.span(), UNSTABLE, "-Z")));
        self.bootstraps = read.env.get("RUSTC_BOOTSTRAP").map(|value| Fact::new((), at(value.span(), UNSTABLE, "RUSTC_BOOTSTRAP")));
        self.builds_std = read.unstable.get("build-std").map(|value| Fact::new((), at(value.span(), UNSTABLE, "build-std")));
        if let Some(native) = flags.iter().find(|found| found.get_ref().words().iter().any(|word| word.contains("target-cpu=native"))) {
            // the environment's flags take the place of all of these
            let words: Vec<_> = flags.iter().flat_map(|found| found.get_ref().words()).collect();
            self.rustflags = Some(Fact::new(without_native(&words), at(native.span(), NATIVE_CPU, "target-cpu=native")));
        }
        if let Some(target) = &read.build.target {
            let name = target.get_ref().words().first().cloned().unwrap_or_default();
            self.target = Some(Fact::new(name.clone(), at(target.span(), TARGET, &name)));
        }
        self.target_dir = read
            .build
            .target_dir
            .as_ref()
            .map(|directory| Fact::new(directory.get_ref().clone(), at(directory.span(), TARGET_DIR, directory.get_ref())));
        let wrapper = read.build.rustc_wrapper.as_ref().or(read.build.rustc_workspace_wrapper.as_ref());
        self.wrapper = wrapper.map(|wrapper| Fact::new(wrapper.get_ref().clone(), at(wrapper.span(), WRAPPER, wrapper.get_ref())));
        let fetches = read.net.git_fetch_with_cli.as_ref().filter(|fetches| *fetches.get_ref());
        self.git_cli = fetches.map(|fetches| Fact::new((), at(fetches.span(), GIT_CLI, "git-fetch-with-cli")));
        // how the public registry is read is no registry of one's own
        self.registry = read
            .registries
            .iter()
            .find(|(name, _)| *name != "crates-io")
            .map(|(name, table)| Fact::new(name.clone(), at(table.span(), REGISTRY, name)));
        self.vendored = read.source.values().find_map(|source| source.directory.clone()).map(Utf8PathBuf::from);
    }

    /// What wants a look.
    #[must_use]
    pub fn warnings(&self) -> Vec<Diagnostic> {
        let native = self.rustflags.iter().map(|flags| {
            let message = "`target-cpu=native` would make an image that runs on the builder's kind of processor only: it is left out";
            let warning = flags.because().iter().fold(Diagnostic::warning("rust::native-cpu", message), Diagnostic::because);
            warning.help("name the oldest processor that must run it: `target-cpu=x86-64-v3`")
        });
        let channel = self.channel.iter().filter(|channel| !is_release(&channel.value)).map(|channel| {
            let message = format!("the build fetches the toolchain `{}`, which no image holds", channel.value);
            channel.because().iter().fold(Diagnostic::warning("rust::nightly", message), Diagnostic::because)
        });
        native.chain(channel).collect()
    }

    /// Whether the project's own toolchain takes what is unstable.
    #[must_use]
    pub fn takes_unstable(&self) -> bool {
        self.bootstraps.is_some() || self.channel.as_ref().is_some_and(|channel| channel.value.contains("nightly"))
    }
}

/// Whether a channel is a stable one, which the newest release stands in for.
#[must_use]
pub fn is_release(channel: &str) -> bool {
    channel == "stable" || channel.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether flags for that target hold in the image: Linux of any processor, with glibc or by condition.
fn is_here(target: &str) -> bool {
    !target.contains("musl") && super::cfg::may_be_linux(target)
}

/// The program behind a linker's name; the usual ones are there anyway.
fn program(linker: &str) -> Option<String> {
    let name = Utf8Path::new(linker).file_name()?;
    (!matches!(name, "cc" | "gcc" | "ld" | "rust-lld" | "bfd")).then(|| name.to_owned())
}

/// The flags without the one, and without the `-C` before it.
fn without_native(words: &[String]) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for word in words {
        if !word.contains("target-cpu=native") {
            kept.push(word);
        } else if word.starts_with("target-cpu") && kept.last() == Some(&"-C") {
            kept.pop();
        }
    }
    kept.join(" ")
}

/// A channel without the kind of machine that it is for: `1.85.0-x86_64-unknown-linux-gnu` is 1.85.0.
fn without_host(channel: &str) -> &str {
    let is_host = |host: &str| host.matches('-').count() > 1 && host.starts_with(|c: char| c.is_ascii_alphabetic());
    let split = channel.split_once('-').filter(|(release, host)| is_release(release) && is_host(host));
    split.map_or(channel, |(release, _)| release)
}

fn channel(tree: &Tree, root: &Utf8Path) -> Result<Option<Fact<String>>> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Toolchain {
        toolchain: Section,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Section {
        channel: Option<Spanned<String>>,
        path: Option<Spanned<String>>,
    }
    // rustup looks in the directory and above it
    for directory in root.ancestors() {
        for name in ["rust-toolchain", "rust-toolchain.toml"] {
            let file = directory.join(name);
            let Some(text) = tree.manifest(&file)? else { continue };
            if name == "rust-toolchain" && !text.contains('[') {
                let evidence = Evidence::at(file, Span::of_line(1, text), CHANNEL, text.trim());
                return Ok(Some(Fact::new(without_host(text.trim()).to_owned(), evidence)));
            }
            let read: Toolchain = toml::from_str(text).map_err(|error| broken(&file, text, &error))?;
            if let Some(path) = read.toolchain.path {
                let at = Evidence::at(file, place(text, path.span()), CHANNEL, path.get_ref());
                let message = format!("the toolchain of this project lies on somebody's disk, in `{}`", path.get_ref());
                let error = Diagnostic::error("rust::toolchain-path", message).because(&at);
                return Err(error.help("name a release in its place: `channel = \"1.85\"`").into());
            }
            let found = read.toolchain.channel.map(|channel| {
                Fact::new(
                    without_host(channel.get_ref()).to_owned(),
                    Evidence::at(file, place(text, channel.span()), CHANNEL, channel.get_ref()),
                )
            });
            return Ok(found);
        }
    }
    let pinned = version_files::pinned(tree, root, &["rust"], CHANNEL).into_iter().next();
    Ok(pinned.map(|(word, at)| Fact::new(word, at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_one_machine_is_left_out_and_the_rest_is_kept() {
        let text = "[build]\nrustflags = [\"-C\", \"target-cpu=native\", \"--cfg\", \"tokio_unstable\"]\n[target.x86_64-unknown-linux-gnu]\nlinker = \"clang\"\nrustflags = [\"-C\", \"link-arg=-fuse-ld=mold\"]\n[target.x86_64-pc-windows-msvc]\nlinker = \"lld-link\"\n";
        let tree = Tree::from_memory([(".cargo/config.toml", text), ("rust-toolchain", "1.85.0\n")]);
        let Ok(config) = Config::read(&tree, "".into()) else { panic!("it is read") };
        assert_eq!(config.rustflags.map(|flags| flags.value), Some("-C link-arg=-fuse-ld=mold --cfg tokio_unstable".into()));
        assert_eq!(config.linkers.iter().map(|need| need.value.to_string()).collect::<Vec<_>>(), ["program:clang", "program:mold"]);
        assert_eq!(config.channel.map(|channel| channel.value), Some("1.85.0".into()));
    }
}
