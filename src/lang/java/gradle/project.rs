//! One build file of Gradle's: what it says in literals.

use camino::{Utf8Path, Utf8PathBuf};

use crate::evidence::{Evidence, Rule, Span};
use crate::lang::java::scan::{Kind, Token, scan};
use crate::read::document::Document;
use crate::read::properties;
use crate::tree::Tree;

const PLUGIN: Rule = Rule::weak("java.gradle-plugin", "this plugin packs it");
const DEPENDENCY: Rule = Rule::weak("java.gradle-dependency", "it depends on this");

/// A build file of a project that is a program.
#[derive(Debug)]
pub struct Project<'t> {
    /// The directory of the settings, or its own.
    pub root: Utf8PathBuf,
    /// Its directory.
    pub directory: Utf8PathBuf,
    /// Its name.
    pub name: String,
    /// Its build file.
    pub file: Utf8PathBuf,
    text: &'t str,
    /// The tokens of its build file.
    pub tokens: Vec<Token<'t>>,
}

impl<'t> Project<'t> {
    /// Reads the build file `file`, unless nobody can.
    pub fn read(tree: &'t Tree, file: &Utf8Path) -> Option<Self> {
        let text = tree.text(file).ok()?;
        let directory = file.parent().unwrap_or(Utf8Path::new("")).to_owned();
        let settings = |place: &Utf8Path| {
            ["settings.gradle", "settings.gradle.kts"].map(|name| place.join(name)).into_iter().find(|path| tree.has(path))
        };
        let root = directory.ancestors().find(|place| settings(place).is_some()).unwrap_or(&directory).to_owned();
        let named = settings(&root).and_then(|path| {
            let tokens = scan(tree.text(path).ok()?);
            let at = tokens.windows(4).position(|four| four[0].is("rootProject") && four[2].is("name") && four[3].is("="))?;
            tokens.get(at + 4).filter(|token| token.kind == Kind::Text).map(|token| token.text.to_owned())
        });
        let own = directory.file_name().map(str::to_owned);
        let name = if root == directory { named.or(own) } else { own }.unwrap_or_else(|| "app".into());
        Some(Self { root, directory, name, file: file.to_owned(), text, tokens: scan(text) })
    }

    /// A token of it, as evidence: its line.
    pub fn evidence(&self, token: &Token<'_>, rule: Rule) -> Evidence {
        let line = self.text[..token.offset].matches('\n').count();
        let content = self.text.lines().nth(line).unwrap_or_default();
        Evidence::at(self.file.clone(), Span::of_line(line + 1, content), rule, content.trim())
    }

    /// The plugin of that id: by its id, by its alias in the version catalog, by its own word, or applied by name. With the version beside it.
    pub fn plugin(&self, tree: &Tree, id: &str) -> Option<(Evidence, Option<String>)> {
        let tokens = &self.tokens;
        for (at, token) in tokens.iter().enumerate() {
            let before = |back: usize, word: &str| at.checked_sub(back).is_some_and(|index| tokens[index].is(word));
            let by_id = token.kind == Kind::Text
                && token.text == id
                && (before(1, "id") || before(2, "id") || before(2, "plugin") || before(3, "plugin"));
            let by_word = token.kind == Kind::Word
                && token.text == id
                && (before(1, "{")
                    || before(1, ")")
                    || at > 0 && tokens[at - 1].kind == Kind::Text
                    || tokens.get(at + 1).is_some_and(|next| next.is("}")));
            if by_id || by_word {
                let version = tokens[at..].iter().take(5).skip_while(|token| !token.is("version")).find(|token| token.kind == Kind::Text);
                let off = tokens[at..].iter().take(8).take_while(|token| !token.is("id")).any(|token| token.is("false"));
                if !off {
                    return Some((self.evidence(token, PLUGIN), version.map(|token| token.text.to_owned())));
                }
            }
        }
        let (alias, version) = alias(tree, &self.root, id)?;
        let parts: Vec<_> = alias.split(['-', '_', '.']).collect();
        let at = tokens.iter().position(|token| token.is("alias"))?;
        let spelt = |from: usize| {
            tokens[from..]
                .iter()
                .take(parts.len() * 2 + 8)
                .filter(|token| token.kind == Kind::Word)
                .map(|token| token.text)
                .collect::<Vec<_>>()
        };
        let uses = (at..tokens.len())
            .filter(|index| tokens[*index].is("alias"))
            .find(|index| spelt(*index).windows(parts.len()).any(|window| window == parts))?;
        Some((self.evidence(&tokens[uses], PLUGIN), version))
    }

    /// The value set to a name: `name = value`, `name value`, `name.set(value)`.
    pub fn set(&self, name: &str) -> Option<&Token<'t>> {
        set(&self.tokens, name)
    }

    /// The value set to a name in what is said of a task: `bootJar { name = value }`, `tasks.named("bootJar") { ... }`.
    pub fn set_in(&self, task: &str, name: &str) -> Option<&Token<'t>> {
        let named = |token: &Token<'_>| token.kind != Kind::Mark && token.text == task;
        let mut blocks = self.tokens.iter().enumerate().filter(|(_, token)| named(token)).filter_map(|(at, _)| {
            let open = at + 1 + self.tokens[at + 1..].iter().take(6).position(|token| token.is("{"))?;
            let close = self.tokens[open..].iter().position(|token| token.is("}")).map_or(self.tokens.len(), |length| open + length);
            Some(&self.tokens[open..close])
        });
        blocks.find_map(|block| set(block, name))
    }

    /// A dependency whose name begins so.
    pub fn dependency(&self, name: &str) -> Option<Evidence> {
        let is = |token: &&Token<'_>| {
            token.kind == Kind::Text && token.text.split(':').nth(1).is_some_and(|artifact| artifact.starts_with(name))
        };
        let token = self.tokens.iter().find(is)?;
        let at = self.tokens.iter().position(|other| other.offset == token.offset)?;
        let test = self.tokens[..at].iter().rev().take(3).any(|token| token.text.starts_with("test") && token.kind == Kind::Word);
        (!test).then(|| self.evidence(token, DEPENDENCY))
    }

    /// Its version, from its build file or from the properties beside the settings.
    pub fn version(&self, tree: &Tree) -> Option<String> {
        let assigned = self
            .tokens
            .windows(3)
            .find(|three| three[0].is("version") && three[1].is("=") && three[2].kind == Kind::Text)
            .map(|three| three[2].text.to_owned());
        let in_properties = || {
            let path = self.root.join("gradle.properties");
            let all = properties::parse(&path, tree.text(&path).ok()?);
            all.into_iter().find(|property| property.key == "version").map(|property| property.value)
        };
        assigned.or_else(in_properties)
    }
}

fn set<'s, 't>(tokens: &'s [Token<'t>], name: &str) -> Option<&'s Token<'t>> {
    let at = tokens.iter().position(|token| token.is(name))?;
    let value = |token: &&Token<'t>| matches!(token.kind, Kind::Text | Kind::Number) || matches!(token.text, "true" | "false");
    tokens[at + 1..].iter().take(5).take_while(|token| !token.is("}") && !token.is(";")).find(value)
}

/// The alias of a plugin in the version catalog, and its version.
fn alias(tree: &Tree, root: &Utf8Path, id: &str) -> Option<(String, Option<String>)> {
    let path = root.join("gradle/libs.versions.toml");
    let document = Document::toml(&path, tree.text(&path).ok()?).ok()?;
    document.entries(&["plugins"]).into_iter().find_map(|(alias, plugin)| {
        let short = plugin.string().and_then(|text| text.split_once(':'));
        let (own, version) = if let Some((own, version)) = short {
            (own.to_owned(), Some(version.to_owned()))
        } else {
            let named = plugin
                .get(&["version", "ref"])
                .and_then(|name| document.string(&["versions", name.string()?]))
                .map(|(version, _)| version.to_owned());
            let written = plugin.get(&["version"]).and_then(|version| version.string()).map(str::to_owned);
            (plugin.get(&["id"])?.string()?.to_owned(), named.or(written))
        };
        (own == id).then(|| (alias.to_owned(), version))
    })
}
