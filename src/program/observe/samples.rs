//! Settings files that are not there, and a sample of them is: `config.sample.yml` for the `config.yml` that nobody commits.

use camino::{Utf8Path, Utf8PathBuf};

use super::Site;
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact, Rule};
use crate::program::Program;
use crate::program::configuration::is_settings;

const SAMPLE: Rule = Rule::parsed("program.sample-settings", "this is a sample of it");
const NAMES: Rule = Rule::parsed("program.names-settings", "this names the settings file");

/// What marks a sample in its name.
const MARKS: [&str; 6] = ["sample", "example", "dist", "template", "default", "tmpl"];

/// A settings file that the program names and the project does not hold.
#[derive(Debug)]
pub(super) struct Missing {
    /// The file, relative to the project's root, and where it is named.
    pub file: Fact<Utf8PathBuf>,
    /// Its sample.
    pub sample: Utf8PathBuf,
}

impl Program<'_> {
    /// All of them, in the order of their samples.
    pub(super) fn missing_settings(&self, site: &Site<'_>) -> Vec<Missing> {
        let Some(home) = site.bases.first() else { return Vec::new() };
        let near = |path: &&Utf8Path| path.strip_prefix(home).is_ok_and(|inside| inside.components().count() <= 2);
        let samples = site.tree.below(home).filter(near).filter_map(|sample| Some((sample, meant(sample)?)));
        let missing = samples.filter(|(_, file)| !site.tree.has(file) && is_settings(file) && !is_environment(file));
        missing
            .filter_map(|(sample, file)| {
                let at = self.where_named(file.file_name()?)?;
                Some(Missing { file: Fact::new(file, at), sample: sample.to_owned() })
            })
            .collect()
    }

    /// The first text of the sources that is this name, or a path to it.
    fn where_named(&self, name: &str) -> Option<Evidence> {
        let names = |text: &str| text.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('/'));
        self.sources().iter().enumerate().filter(|(_, source)| !source.stands_in).find_map(|(file, source)| {
            let (_, at) = source.outline.texts.iter().find(|(text, _)| names(text))?;
            Some(self.evidence(file, *at, NAMES))
        })
    }
}

/// What there is to say of one.
pub(super) fn warning(missing: &Missing) -> Diagnostic {
    let file = &missing.file.value;
    let message = format!("the program looks for `{file}`, which the project does not hold: the image has none");
    missing
        .file
        .because()
        .iter()
        .fold(Diagnostic::warning("program::missing-settings", message), Diagnostic::because)
        .because(&Evidence::exists(missing.sample.as_path(), SAMPLE))
        .help(format!("mount your own when it runs: `docker run -v ./{file}:/app/{file}:ro ...`"))
}

/// The file that a sample stands for: `config.yml` for `config.sample.yml`, `config.yml.example` and `config-example.yml`.
fn meant(sample: &Utf8Path) -> Option<Utf8PathBuf> {
    let name = sample.file_name()?;
    let plain = MARKS.iter().find_map(|mark| {
        let marked = ['.', '-', '_'].into_iter().find_map(|sign| {
            let mark = format!("{sign}{mark}");
            let (before, behind) = name.split_once(&mark)?;
            (!before.is_empty() && (behind.is_empty() || behind.starts_with('.'))).then(|| format!("{before}{behind}"))
        });
        marked.or_else(|| name.strip_prefix(&format!("{mark}.")).map(str::to_owned))
    })?;
    plain.contains('.').then(|| sample.with_file_name(plain))
}

/// Whether the environment's readers have their own word for it.
fn is_environment(file: &Utf8Path) -> bool {
    file.file_name().is_some_and(|name| name == ".env" || name.starts_with(".env.") || name.ends_with(".env"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_stand_for_files() {
        for (sample, expected) in [
            ("config.sample.yml", Some("config.yml")),
            ("config/settings.toml.example", Some("config/settings.toml")),
            ("config-example.json", Some("config.json")),
            ("example.config.json", Some("config.json")),
            ("examples.json", None),
            ("default.json", None),
            ("sample.yml", None),
        ] {
            assert_eq!(meant(sample.into()).as_deref().map(Utf8Path::as_str), expected, "{sample}");
        }
    }
}
