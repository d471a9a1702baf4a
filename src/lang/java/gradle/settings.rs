//! The settings of a build: its name, its projects, the builds that it includes.

use camino::{Utf8Path, Utf8PathBuf};

use super::script::Script;
use crate::program::scan::Token;
use crate::tree::Tree;
use crate::tree::path::normal;

/// What the settings say.
#[derive(Debug)]
pub struct Settings<'t> {
    /// Their directory.
    pub root: Utf8PathBuf,
    /// Their script, where there is one.
    pub script: Option<Script<'t>>,
}

impl<'t> Settings<'t> {
    /// The settings of a directory.
    pub fn read(tree: &'t Tree, root: &Utf8Path) -> Self {
        let file = ["settings.gradle", "settings.gradle.kts"].map(|name| root.join(name)).into_iter().find(|path| tree.has(path));
        let script = file.and_then(|file| Some(Script::new(&file, tree.text(&file).ok()?)));
        Self { root: root.to_owned(), script }
    }

    /// The name of the root project.
    pub fn name(&self) -> Option<String> {
        let script = self.script.as_ref()?;
        let at = script.finds(&["rootProject", ".", "name"])?;
        script.tokens[at + 3..].iter().take(3).find_map(Token::value).map(std::borrow::Cow::into_owned)
    }

    /// The paths of its projects and their directories.
    pub fn projects(&self) -> Vec<(String, Utf8PathBuf)> {
        let Some(script) = &self.script else { return Vec::new() };
        let mut found: Vec<(String, Utf8PathBuf)> = Vec::new();
        for (at, token) in script.tokens.iter().enumerate() {
            if !(token.is("include") || token.is("includeFlat")) {
                continue;
            }
            let listed = script.tokens[at + 1..]
                .iter()
                .take_while(|token| token.value().is_some() || [",", "(", ")", "[", "]"].iter().any(|mark| token.is(mark)));
            for name in listed.filter_map(Token::value).filter(|name| !name.contains('$')) {
                let path = format!(":{}", name.trim_start_matches(':'));
                let directory = self.root.join(path.trim_start_matches(':').replace(':', "/"));
                found.push((path, directory));
            }
        }
        // `project(':web').projectDir = file('apps/web')`
        for at in 0..script.tokens.len() {
            if !(script.tokens[at].is("projectDir") && at >= 5) {
                continue;
            }
            let near = |range: std::ops::Range<usize>| script.tokens.get(range).into_iter().flatten().find_map(Token::value);
            let (Some(path), Some(directory)) = (near(at - 4..at), near(at + 1..script.tokens.len().min(at + 10))) else { continue };
            let directory = directory.replace("$rootDir/", "").replace("${rootDir}/", "");
            if let Some(known) = found.iter_mut().find(|(known, _)| known.trim_start_matches(':') == path.trim_start_matches(':')) {
                known.1 = normal(self.root.join(directory));
            }
        }
        found
    }

    /// The directories of the builds that it includes.
    pub fn builds(&self) -> Vec<Utf8PathBuf> {
        self.included().map(|(_, path)| path).collect()
    }

    /// The same, each with the number of the token that names it; a path that is computed is none.
    pub fn included(&self) -> impl Iterator<Item = (usize, Utf8PathBuf)> + '_ {
        self.script.iter().flat_map(|script| {
            let named = script.tokens.iter().enumerate().filter(|(_, token)| token.is("includeBuild"));
            named.filter_map(|(at, _)| {
                let path = script.tokens[at + 1..].iter().take(2).find_map(Token::value).filter(|path| !path.contains('$'))?;
                Some((at, normal(self.root.join(path.as_ref()))))
            })
        })
    }
}
