//! `pip.conf`: the indexes that pip is used with. uv installs, which does not read it, so it is told.

use camino::Utf8Path;

use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::plan::ShellLine;
use crate::tree::Tree;

const SAID: Rule = Rule::parsed("python.pip-conf", "pip takes packages from here");

/// Where projects keep it.
const FILES: [&str; 6] = ["pip.conf", "pip.ini", ".pip/pip.conf", ".pip.conf", ".config/pip/pip.conf", "pip/pip.conf"];
/// What of it says where packages come from, and what uv calls that.
const KEYS: [(&str, &str); 5] = [
    ("index-url", "--index-url"),
    ("extra-index-url", "--extra-index-url"),
    ("find-links", "--find-links"),
    ("trusted-host", "--allow-insecure-host"),
    ("no-index", "--no-index"),
];

/// What it says.
#[derive(Clone, Debug, Default)]
pub struct PipConf {
    /// Options of uv's and what they are given, without logins.
    pub options: Vec<Fact<(&'static str, String)>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

impl PipConf {
    /// Reads that of the project in `directory`.
    pub fn read(tree: &Tree, directory: &Utf8Path) -> Self {
        let mut read = Self::default();
        let found = FILES.iter().map(|name| directory.join(name)).find_map(|file| Some((tree.text(&file).ok()?, file)));
        let Some((text, file)) = found else { return read };
        let mut key = String::new();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() || line.trim_start().starts_with(['#', ';', '[']) {
                continue;
            }
            let continues = line.starts_with([' ', '\t']);
            let value = match line.split_once('=').filter(|_| !continues) {
                Some((name, value)) => {
                    key = name.trim().replace('_', "-");
                    value
                }
                None => line,
            };
            let Some((_, option)) = KEYS.iter().find(|(name, _)| *name == key) else { continue };
            for word in value.split_whitespace() {
                let at = Evidence::at(file.clone(), Span::of_line(number, line), SAID, format!("{key} = {}", without_login(word)));
                if holds_login(word) {
                    read.warnings.push(written_out(&at));
                }
                read.options.push(Fact::new((*option, without_login(word)), at));
            }
        }
        read.options.retain(|fact| fact.value.0 != "--no-index" || matches!(fact.value.1.as_str(), "true" | "1" | "yes" | "on"));
        read
    }

    /// The addresses of its indexes.
    pub fn indexes(&self) -> impl Iterator<Item = Fact<String>> {
        self.options.iter().filter(|fact| fact.value.1.contains("://")).map(|fact| fact.with(fact.value.1.clone()))
    }

    /// The directories of its files.
    pub fn directories(&self) -> impl Iterator<Item = Fact<String>> {
        let links = self.options.iter().filter(|fact| fact.value.0 == "--find-links" && !fact.value.1.contains("://"));
        links.map(|fact| fact.with(fact.value.1.clone()))
    }
}

/// The words that say it to uv.
pub fn words(options: &[Fact<(&'static str, String)>]) -> ShellLine {
    options.iter().fold(ShellLine::default(), |line, fact| match fact.value.0 {
        "--no-index" => line.then("--no-index"),
        option => line.then(option).word(&fact.value.1),
    })
}

/// The part of an address that is a login.
fn login(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    Some(rest.split('/').next()?.rsplit_once('@')?.0)
}

fn holds_login(address: &str) -> bool {
    login(address).is_some_and(|login| !login.contains('$'))
}

fn without_login(address: &str) -> String {
    match login(address) {
        Some(login) if !login.contains('$') => address.replacen(&format!("{login}@"), "", 1),
        _ => address.to_owned(),
    }
}

fn written_out(at: &Evidence) -> Diagnostic {
    let message = format!("`{}` holds a login, which everybody can read who has the repository: it is left out of the build", at.file);
    Diagnostic::warning("python::login-written", message)
        .because(at)
        .help("take it out of the file, and change it; your `~/.netrc` may hold the new one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pip_is_told_uv_is_told() {
        let text = "[global]\nindex-url = https://me:pw@pypi.corp.example/simple\nextra_index_url =\n    https://a.example/simple\n    https://b.example/simple\n[install]\nfind-links = wheels\ntimeout = 60\n";
        let tree = Tree::from_memory([("pip.conf", text)]);
        let read = PipConf::read(&tree, "".into());
        assert_eq!(
            words(&read.options).as_str(),
            "--index-url https://pypi.corp.example/simple --extra-index-url https://a.example/simple --extra-index-url https://b.example/simple --find-links wheels"
        );
        assert_eq!((read.warnings.len(), read.indexes().count(), read.directories().count()), (1, 3, 1));
    }
}
