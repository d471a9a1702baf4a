//! Yarn's own format: a line of descriptors without indent, then what they came to below it.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::{Asked, LOCKED, Lock, Locked, is_git, parted};
use crate::evidence::{Evidence, Span};

/// Reads it.
pub(super) fn read(file: &Utf8Path, text: &str) -> Lock {
    let mut packages: Vec<Locked> = Vec::new();
    let mut asked = BTreeSet::new();
    let mut section = "";
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let (key, value) = parts(line);
        match line.len() - line.trim_start().len() {
            0 => {
                let descriptors = line.trim_end_matches(':').split(", ").flat_map(|part| part.trim_matches('"').split(", "));
                asked.extend(descriptors.clone().map(str::to_owned));
                section = "";
                let first = descriptors.clone().next().and_then(parted);
                // what is no package has no version: it is taken out again below
                let at = Evidence::at(file, Span::of_line(number, line), LOCKED, line.trim_end_matches(':'));
                packages.push(Locked::new(first.map_or("", |(name, _)| name), "", at));
            }
            2 => {
                section = key;
                let Some(package) = packages.last_mut() else { continue };
                match key {
                    "version" => value.clone_into(&mut package.version),
                    "resolved" => package.by_git |= is_git(value),
                    "resolution" => package.by_git |= value.contains("#commit="),
                    _ => {}
                }
            }
            4 if section == "dependencies" => {
                if let Some(package) = packages.last_mut() {
                    package.dependencies.push(key.to_owned());
                }
            }
            _ => {}
        }
    }
    packages.retain(|package| !package.name.is_empty() && !package.version.is_empty() && !package.version.starts_with("0.0.0-use.local"));
    Lock { format: String::new(), packages, asked: Asked::Anywhere(asked) }
}

/// `key "value"`, `key: value`, `"key" value`.
fn parts(line: &str) -> (&str, &str) {
    let line = line.trim();
    let (key, value) = match line.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        Some(quoted) => quoted,
        None => line.split_once([' ', ':']).unwrap_or((line, "")),
    };
    (key.trim_end_matches(':'), value.trim_start_matches(':').trim().trim_matches('"'))
}
