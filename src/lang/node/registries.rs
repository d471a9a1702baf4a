//! Where packages come from, and the logins that managers' settings name or hold.

use camino::{Utf8Path, Utf8PathBuf};

use super::package::Package;
use super::workspace::Workspace;
use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::lang::secrets::variables;
use crate::read::document::{Document, Value};
use crate::tree::Tree;

const REGISTRY: Rule = Rule::parsed("node.registry", "packages come from a registry that may require authentication");
const LOGIN: Rule = Rule::parsed("node.login", "this login stands in the file itself");

/// Settings that are a login, by the last part of their names.
const LOGINS: [&str; 7] = ["_authToken", "_auth", "_password", "npmAuthToken", "npmAuthIdent", "token", "password"];
/// Registries that ask nobody.
const PUBLIC: [&str; 2] = ["//registry.npmjs.org", "//registry.yarnpkg.com"];

/// What the settings say of registries.
#[derive(Clone, Debug, Default)]
pub struct Registries {
    /// Those that may ask for a login.
    pub asking: Vec<Fact<String>>,
    /// Variables that hold a login: `NPM_TOKEN`.
    pub tokens: Vec<Fact<String>>,
}

/// One setting of a manager.
struct Setting {
    /// Its name: `//npm.example.com/:_authToken`, or the keys that lead to it.
    name: Vec<String>,
    value: String,
    file: Utf8PathBuf,
    span: Span,
}

impl Registries {
    /// Reads what the managers read: in the workspace's root, and a login in any of its packages.
    ///
    /// # Errors
    /// When a file is broken, or holds a login.
    pub fn read(tree: &Tree, workspace: &Workspace<'_>) -> Result<Self> {
        let mut found = Self::default();
        let root = settings(tree, &workspace.root)?;
        let members = workspace.members.iter().map(|member| settings(tree, member)).collect::<Result<Vec<_>>>()?;
        let logins: Vec<_> = root.iter().chain(members.iter().flatten()).filter(|setting| setting.is_written_out()).collect();
        if let Some(first) = logins.first() {
            let message = "a login to a registry is written into the project: it would end in layers of the image";
            let error = Diagnostic::error("node::login-in-file", message);
            let error = logins.iter().fold(error, |error, login| error.because_of_secret(&login.evidence(LOGIN)));
            let named = format!("put a variable in its place, {}, and commit that", first.with_variable());
            return Err(error
                .help(named)
                .help("then imggen mounts it while packages are installed: `docker build --secret id=NPM_TOKEN,env=NPM_TOKEN .`")
                .help("revoke this login: it stays in the history of the repository")
                .into());
        }
        for setting in &root {
            let public = PUBLIC.iter().any(|address| setting.value.contains(address));
            if setting.names_registry() && setting.value.contains("://") && !public {
                found.asking.push(Fact::new(setting.value.clone(), setting.evidence(REGISTRY)));
            }
            for name in variables(&setting.value) {
                if !found.tokens.iter().any(|token| token.value == name) {
                    found.tokens.push(Fact::new(name, setting.evidence(REGISTRY)));
                }
            }
        }
        Ok(found)
    }
}

impl Setting {
    /// Where it stands. Its value is left out: it may be nobody's business.
    fn evidence(&self, rule: Rule) -> Evidence {
        Evidence::at(&self.file, self.span, rule, self.name.join("."))
    }

    /// The last part of its name, behind the address that it is for.
    fn last(&self) -> &str {
        let name = self.name.last().map_or("", String::as_str);
        name.rsplit(':').next().unwrap_or(name)
    }

    fn names_registry(&self) -> bool {
        let of_bun = self.name.len() == 3 && self.name[1] == "scopes";
        matches!(self.last(), "registry" | "npmRegistryServer") || self.last() == "url" || of_bun
    }

    /// Whether it is a login and no variable stands for it; an address may hold one too: `https://user:password@npm.example.com`.
    fn is_written_out(&self) -> bool {
        let user = self.value.split_once("://").and_then(|(_, rest)| rest.split('/').next()?.rsplit_once('@'));
        let secret = match user {
            Some((user, _)) => user.split_once(':').map_or("", |(_, password)| password),
            None if LOGINS.contains(&self.last()) => &self.value,
            None => "",
        };
        !secret.is_empty() && !secret.contains('$')
    }

    /// How it reads with a variable for the login.
    fn with_variable(&self) -> String {
        let name = self.name.last().map_or("", String::as_str);
        match self.file.file_name() {
            Some(".yarnrc") => "in a .npmrc, which Yarn reads too: `_authToken=${NPM_TOKEN}`".to_owned(),
            _ if self.value.contains("://") => "`https://${NPM_TOKEN}@...`".to_owned(),
            Some(".npmrc") => format!("`{name}=${{NPM_TOKEN}}`"),
            Some(".yarnrc.yml") => format!("`{name}: \"${{NPM_TOKEN}}\"`"),
            _ => format!("`{name} = \"$NPM_TOKEN\"`"),
        }
    }
}

/// The settings of a package's directory: npm's, which pnpm, Yarn 1 and Bun read too, Yarn's, and Bun's.
fn settings(tree: &Tree, package: &Package<'_>) -> Result<Vec<Setting>> {
    let mut found = Vec::new();
    for (name, apart) in [(".npmrc", '='), (".yarnrc", ' ')] {
        let file = package.directory.join(name);
        found.extend(tree.manifest(&file)?.map(|text| lines(&file, text, apart)).unwrap_or_default());
    }
    let file = package.directory.join(".yarnrc.yml");
    if let Some(text) = tree.manifest(&file)? {
        let document = Document::yaml(&file, text)?;
        flatten(&document, document.root(), &[], &mut found);
    }
    for name in ["bunfig.toml", ".bunfig.toml"] {
        let file = package.directory.join(name);
        let Some(text) = tree.manifest(&file)? else { continue };
        let document = Document::toml(&file, text)?;
        if let Some(install) = document.get(&["install"]) {
            flatten(&document, install, &["install".to_owned()], &mut found);
        }
    }
    Ok(found)
}

/// Settings of a line each, a name and a value.
fn lines(file: &Utf8Path, text: &str, apart: char) -> Vec<Setting> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim_start().starts_with(['#', ';']));
    let setting = |(number, line): (usize, &str)| {
        let (name, value) = line.trim().split_once(apart)?;
        let plain = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
        Some(Setting { name: vec![plain(name)], value: plain(value), file: file.to_owned(), span: Span::of_line(number, line) })
    };
    lines.filter_map(setting).collect()
}

/// Settings that lie in one another.
fn flatten(document: &Document<'_>, value: &Value<'_>, keys: &[String], found: &mut Vec<Setting>) {
    for (key, value) in value.map() {
        let name: Vec<_> = keys.iter().cloned().chain([key.name.to_string()]).collect();
        let place = document.entry_evidence(key, value, REGISTRY).span;
        if let (Some(text), Some(span)) = (value.scalar(), place) {
            found.push(Setting { name: name.clone(), value: text.to_owned(), file: document.file().to_owned(), span });
        }
        flatten(document, value, &name, found);
    }
}
