//! Directories that the program writes to.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::Site;
use super::path::relative;
use crate::app::WritePath;
use crate::catalog::vocabulary::{Meaning, Names, Opens, Where};
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::origin::Match;
use crate::program::{Call, Expression, Part, Place, Program, Resolved};

const WRITES: Rule = Rule::parsed("program.writes-path", "this makes or writes a path when the program runs");
const DECLARED: Rule = Rule::weak("program.declared-directory", "this is the setting for a directory that the program keeps data in");
const DATABASE: Rule = Rule::parsed("program.database-file", "this opens a database that is a file, and writes beside it too");

/// Where everybody may write anyway, or what is no directory in the usual sense.
const ELSEWHERE: [&str; 4] = ["/dev", "/proc", "/sys", "/var/tmp"];
/// Where files go that nobody has to keep, whatever they are called.
const TEMPORARY: &str = "/tmp";

/// Where programs keep what they make.
const DATA: [&str; 4] = ["/var/lib/", "/var/log/", "/var/cache/", "/data/"];

/// The most values that a path may come to before it is held to be computed.
const LIKELY: usize = 3;

#[derive(Default)]
struct Written {
    found: BTreeMap<Utf8PathBuf, Fact<WritePath>>,
    home: Utf8PathBuf,
}

impl<'t> Program<'t> {
    /// All of them, sorted.
    #[must_use]
    pub fn writes(&self, site: &Site<'_>) -> Vec<Fact<WritePath>> {
        let mut written = Written { home: site.bases.first().cloned().unwrap_or_default(), ..Written::default() };
        for (file, call, entries) in self.known_calls() {
            for entry in entries {
                match &*entry.meaning {
                    Meaning::Writes(opens) if self.matches(entry, file, call) != Match::No && self.opens(file, call, opens) => {
                        self.write(&mut written, file, call, opens);
                        break;
                    }
                    Meaning::Place(Where::Temporary, _) if self.matches(entry, file, call) == Match::Proven => {
                        written.add(Utf8Path::new(TEMPORARY), self.evidence(file, call.at, WRITES));
                    }
                    _ => {}
                }
            }
        }
        for (file, source) in self.sources().iter().enumerate().filter(|(_, source)| !source.stands_in) {
            for binding in source.outline.bindings.iter().filter(|binding| !binding.context.test) {
                for entry in self.vocabulary.assigned(&binding.target) {
                    let Meaning::Writes(opens) = &*entry.meaning else { continue };
                    let values = self.resolve(Expression { value: &binding.value, file, context: binding.context, at: binding.at });
                    self.add_paths(&mut written, &values, opens.names, &self.evidence(file, binding.at, rule(opens.names)));
                }
            }
        }
        self.declared_directories(&mut written);
        written.found.into_values().collect()
    }

    /// Directories of the program's own data that a table of settings declares: the code that makes them may be loaded by a name.
    fn declared_directories(&self, written: &mut Written) {
        let names_one = |key: &str| {
            let last = key.rsplit(['.', '_', '-']).next().unwrap_or_default().to_ascii_lowercase();
            matches!(last.as_str(), "folder" | "dir" | "directory")
        };
        let is_data = |value: &Resolved| value.text().is_some_and(|text| DATA.iter().any(|place| text.starts_with(place)));
        for (number, setting) in self.settings().iter().enumerate().filter(|(_, setting)| setting.tabled && names_one(&setting.key)) {
            let values: Vec<_> = self.resolve_setting(number).into_iter().filter(is_data).collect();
            self.add_paths(written, &values, Names::Directory, &self.evidence(setting.file, setting.at, DECLARED));
        }
    }

    fn write(&self, written: &mut Written, file: usize, call: &'t Call, opens: &Opens) {
        let given = self.given(file, call, &opens.path);
        let mut values: Vec<_> = given.iter().flat_map(|given| self.resolve_given(file, call.context, *given)).collect();
        if given.is_empty() {
            values.extend(opens.default.as_ref().map(|path| Resolved { parts: vec![Part::Text(path.clone())], ..Resolved::default() }));
        }
        self.add_paths(written, &values, opens.names, &self.evidence(file, call.at, rule(opens.names)));
    }

    fn add_paths(&self, written: &mut Written, values: &[Resolved], names: Names, evidence: &Evidence) {
        // what may be many things is none of them for certain
        if values.iter().filter(|value| value.says_something()).count() > LIKELY {
            return;
        }
        for value in values {
            let Some(directory) = written.directory(value, names) else { continue };
            if let Some(fact) = written.add(&directory, evidence.clone()) {
                *fact = self.trace(fact.clone(), &value.steps);
            }
        }
    }
}

const fn rule(names: Names) -> Rule {
    if matches!(names, Names::Database) { DATABASE } else { WRITES }
}

impl Written {
    fn add(&mut self, directory: &Utf8Path, evidence: Evidence) -> Option<&mut Fact<WritePath>> {
        let fact = match self.found.remove(directory) {
            Some(known) => known.and(evidence),
            None => Fact::new(WritePath { directory: directory.to_owned() }, evidence),
        };
        self.found.insert(directory.to_owned(), fact);
        self.found.get_mut(directory)
    }

    /// The directory that has to be writable.
    fn directory(&self, value: &Resolved, names: Names) -> Option<Utf8PathBuf> {
        let (text, whole) = self.path(value, names)?;
        // beyond the last slash before an unknown part nothing is certain
        let path = if whole { text.as_str() } else { text.rsplit_once('/').map_or("", |(directory, _)| directory) };
        if path.is_empty() || path.starts_with('~') || path.contains(['\n', '\0', '$', '%', '{', '<', '*']) {
            return None;
        }
        let path = Utf8Path::new(path);
        let is_test_data = path.components().any(|part| part.as_str() == "testdata");
        if is_test_data || matches!(path.extension(), Some("prof" | "pprof" | "trace")) {
            return None;
        }
        let is_directory = names == Names::Directory || !whole;
        // `path + ".tmp"`, of which only the end is known
        let text = path.as_str();
        if !is_directory && text.starts_with(['-', '.']) && !text.starts_with("./") && !text.starts_with("..") {
            return None;
        }
        let directory = if is_directory { path } else { path.parent()? };
        if directory.is_absolute() {
            if directory.starts_with(TEMPORARY) {
                return Some(TEMPORARY.into());
            }
            let elsewhere = directory == "/" || ELSEWHERE.iter().any(|elsewhere| directory.starts_with(elsewhere));
            return (!elsewhere).then(|| directory.to_owned());
        }
        relative(directory.as_str())
    }

    /// The path as it is known from its beginning, and whether that is all of it.
    fn path(&self, value: &Resolved, names: Names) -> Option<(String, bool)> {
        let (mut text, whole) = match value.parts.as_slice() {
            [Part::Place(Place::Root), rest @ ..] => {
                let text = if let Some(Part::Text(text)) = rest.first() { text.trim_start_matches('/') } else { "" };
                let path = crate::tree::path::relative(&self.home, Utf8Path::new(text)).into_string();
                // all of the root is the working directory, or what is above it
                (if path.is_empty() { "./".to_owned() } else { path }, rest.len() < 2)
            }
            [Part::Place(Place::Working), Part::Text(text), rest @ ..] => (text.trim_start_matches('/').to_owned(), rest.is_empty()),
            [Part::Place(_), ..] => return None,
            _ => {
                let (text, whole) = value.beginning();
                (text.to_owned(), whole)
            }
        };
        if names == Names::Database {
            text = database(&text)?.to_owned();
        }
        Some((text, whole))
    }
}

/// The file of a database's address: of `sqlite:///data/app.db?mode=rwc`, `jdbc:h2:file:./data/app`, `file:app.db`.
fn database(text: &str) -> Option<&str> {
    let is_memory = text.contains(":memory:") || text.contains("mode=memory") || text.contains(":mem:") || text.contains("::memory");
    if is_memory {
        return None;
    }
    let text = text.strip_prefix("jdbc:").unwrap_or(text);
    // `sqlite+aiosqlite://` names a driver too
    let driver = text.strip_prefix("sqlite").and_then(|rest| rest.find(':').map(|colon| &rest[colon + 1..]));
    let driver =
        driver.or_else(|| text.strip_prefix("h2:")).or_else(|| text.strip_prefix("hsqldb:")).or_else(|| text.strip_prefix("derby:"));
    let text = match driver {
        // three slashes lead to a relative path, four to an absolute one
        Some(rest) => rest.strip_prefix("///").or_else(|| rest.strip_prefix("//")).unwrap_or(rest),
        None => text,
    };
    let text = text.strip_prefix("file:").unwrap_or(text);
    if text.contains("://") || text.starts_with("tcp:") {
        return None;
    }
    Some(text.split(['?', ';']).next().unwrap_or(text)).filter(|text| !text.is_empty())
}
