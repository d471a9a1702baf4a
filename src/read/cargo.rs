//! `Cargo.toml`: what it means, read by `cargo_toml`, and where all of it stands, read by [`Document`].

use std::collections::HashSet;
use std::io;
use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_toml::{AbstractFilesystem, Error};

use super::document::Document;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Rule, Span};
use crate::tree::Tree;

const OF_WORKSPACE: Rule = Rule::parsed("rust.of-workspace", "this is what the workspace has to say");

/// A manifest.
#[derive(Clone, Debug)]
pub struct Manifest<'t> {
    /// What it means.
    pub says: cargo_toml::Manifest,
    /// Where it says so.
    pub document: Document<'t>,
    file: Utf8PathBuf,
}

impl<'t> Manifest<'t> {
    /// Reads a manifest as it stands: what Cargo finds by itself and what the workspace has come by [`Manifest::complete`].
    ///
    /// # Errors
    /// When the text is no manifest; the label shows where.
    pub fn parse(file: &Utf8Path, text: &'t str) -> Result<Self> {
        let says = cargo_toml::Manifest::from_str(text).map_err(|error| match error {
            Error::Parse(error) => broken(file, text, &error),
            other => Diagnostic::error("rust::broken-manifest", format!("`{file}` cannot be read: {other}")).at(file, None, "this file"),
        })?;
        Ok(Self { says, document: Document::toml(file, text)?, file: file.to_owned() })
    }

    /// Adds the programs and the library that lie where Cargo looks, and what `workspace`, in its directory, has for all members.
    /// A path that the workspace has counts from the project's root afterwards.
    ///
    /// # Errors
    /// When the workspace is not there, or does not have what is taken from it.
    pub fn complete(&mut self, tree: &Tree, workspace: Option<(&Self, &Utf8Path)>) -> Result<()> {
        let files = Files { tree, directory: self.file.parent().unwrap_or(Utf8Path::new("")) };
        let workspace = workspace.map(|(manifest, directory)| (&manifest.says, directory.as_std_path()));
        let found = workspace.is_some();
        self.says.complete_from_abstract_filesystem(files, workspace).map_err(|error| self.incomplete(&error, found).into())
    }

    fn incomplete(&self, error: &Error, found: bool) -> Diagnostic {
        let reason = match error {
            Error::Workspace(inner) => &inner.0,
            other => other,
        };
        let file = &self.file;
        let diagnostic = if found {
            Diagnostic::error("rust::workspace-lacks", format!("`{file}` takes from its workspace what that does not have: {reason}"))
        } else {
            let message = format!("`{file}` takes values from a workspace that is not in this project");
            Diagnostic::error("rust::no-workspace", message)
                .help("run imggen in the workspace's own directory, which then is the build context, and name the program with `--app`")
        };
        self.inheriting().iter().fold(diagnostic, Diagnostic::because)
    }

    /// The first value that the workspace is to have.
    fn inheriting(&self) -> Option<Evidence> {
        let sections = [["package"].as_slice(), &["dependencies"], &["build-dependencies"], &["dev-dependencies"]];
        sections.iter().flat_map(|keys| self.document.entries(keys)).find_map(|(name, value)| {
            let is_inherited = value.get(&["workspace"])?.boolean()?;
            is_inherited.then(|| Evidence { text: name.to_owned(), ..self.document.evidence(value, OF_WORKSPACE) })
        })
    }
}

/// A package's directory, as `cargo_toml` looks at it.
struct Files<'a> {
    tree: &'a Tree,
    directory: &'a Utf8Path,
}

impl AbstractFilesystem for Files<'_> {
    fn file_names_in(&self, path: &str) -> io::Result<HashSet<Box<str>>> {
        let directory: Utf8PathBuf = self.directory.components().chain(Utf8Path::new(path).components()).collect();
        let name = |path: &Utf8Path| Some(path.strip_prefix(&directory).ok()?.components().next()?.as_str().into());
        Ok(self.tree.below(&directory).filter_map(name).collect())
    }
}

/// The error for a file that cannot be read as what it is.
#[must_use]
pub fn broken(file: &Utf8Path, text: &str, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().map(|range| place(text, range));
    let message = error.message().lines().next().unwrap_or_default();
    Diagnostic::error("rust::broken-manifest", format!("`{file}` cannot be read: {message}")).at(file, span, "here")
}

/// The span of a range of the file's text.
#[must_use]
pub fn place(text: &str, range: Range<usize>) -> Span {
    Span::of(text, range.start, range.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMBER: &str =
        "[package]\nname = \"a\"\nedition.workspace = true\n[dependencies]\nb = { workspace = true, features = [\"x\"] }\n";

    #[test]
    fn what_the_workspace_has_is_taken_from_it() {
        let root =
            "[workspace]\nmembers = [\"a\"]\n[workspace.package]\nedition = \"2024\"\n[workspace.dependencies]\nb = { path = \"../b\" }\n";
        let tree =
            Tree::from_memory([("w/Cargo.toml", root), ("w/a/Cargo.toml", MEMBER), ("w/a/src/bin/c.rs", ""), ("w/a/src/lib.rs", "")]);
        let read = || -> Result<Manifest<'_>> {
            let workspace = Manifest::parse("w/Cargo.toml".into(), root)?;
            let mut member = Manifest::parse("w/a/Cargo.toml".into(), MEMBER)?;
            member.complete(&tree, Some((&workspace, "w".into())))?;
            Ok(member)
        };
        let Ok(member) = read() else { panic!("it is read") };
        let b = member.says.dependencies.get("b").and_then(cargo_toml::Dependency::detail);
        assert!(b.is_some_and(|b| b.inherited && b.path.as_deref() == Some("w/../b") && b.features == ["x"]));
        assert_eq!(member.says.bin.iter().map(|bin| bin.path.as_deref()).collect::<Vec<_>>(), [Some("src/bin/c.rs")]);
        assert!(member.says.lib.is_some_and(|lib| lib.path.as_deref() == Some("src/lib.rs")));
    }

    #[test]
    fn a_workspace_that_is_not_there_is_asked_for_where_it_is_missed() {
        let tree = Tree::from_memory([("Cargo.toml", MEMBER)]);
        let Ok(mut alone) = Manifest::parse("Cargo.toml".into(), MEMBER) else { panic!("it is read") };
        let error = alone.complete(&tree, None).map_err(|error| (error.code, error.labels[0].span.map(|span| span.line)));
        assert_eq!(error, Err(("rust::no-workspace", Some(3))));
    }

    #[test]
    fn a_broken_manifest_says_where() {
        let error = Manifest::parse("Cargo.toml".into(), "[package]\nname = 3\n").map(|_| ()).map_err(|error| error.labels);
        assert_eq!(error.map_err(|labels| labels[0].span.map(|span| span.line)), Err(Some(2)));
    }
}
