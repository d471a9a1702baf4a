//! What a run shows that a setting can say: the values of `[learned]`, and the rules for what is never learned.

use serde::Serialize;

use crate::settings::{Learned, Ports};

/// One thing that was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "key", content = "value", rename_all = "kebab-case")]
pub enum Lesson {
    /// It listens on these ports.
    Port(Vec<u16>),
    /// It writes to this directory.
    Writable(String),
    /// It reads this of the project.
    File(String),
    /// Its image lacks this package.
    RunPackage(String),
    /// Its build stage lacks this package.
    BuildPackage(String),
    /// It wants this variable.
    Env(String, String),
    /// It is started with these arguments.
    Arguments(Vec<String>),
}

/// Lessons as lines of `imggen.toml`, one for each key.
#[must_use]
pub fn settings(lessons: &[Lesson]) -> Vec<String> {
    let mut lines: Vec<(String, String, bool)> = Vec::new();
    for lesson in lessons {
        let (key, value) = lesson.entry();
        match lines.iter_mut().find(|(other, ..)| *other == key) {
            Some((_, values, _)) => *values = format!("{values}, {value}"),
            None => lines.push((key, value, lesson.is_list())),
        }
    }
    lines.into_iter().map(|(key, value, is_list)| if is_list { format!("{key} = [{value}]") } else { format!("{key} = {value}") }).collect()
}

/// Directories that belong to the system: a program that writes there is wrong, and not its image.
const SYSTEM: [&str; 16] =
    ["/", "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/opt", "/proc", "/root", "/run", "/sbin", "/sys", "/usr", "/var", "/home"];
/// Parts of names of what nobody else is to see.
const SECRETS: [&str; 10] = ["SECRET", "TOKEN", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "API_KEY", "APIKEY", "PRIVATE", "_DSN"];

/// Whether the name of a variable tells that its value is a secret.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    SECRETS.iter().any(|part| name.contains(part)) || name == "KEY" || name.ends_with("_KEY") || name.ends_with("_PASS")
}

impl Lesson {
    /// Why a rule forbids to learn it.
    #[must_use]
    pub fn forbidden(&self) -> Option<&'static str> {
        match self {
            Self::Writable(path) => {
                let path = path.trim_end_matches('/');
                let is_system = path.is_empty()
                    || SYSTEM.contains(&path)
                    || ["/etc/", "/usr/", "/proc/", "/sys/", "/dev/"].iter().any(|top| path.starts_with(top));
                is_system.then_some("the system's own directories are not given to a program")
            }
            Self::Env(name, value) => (is_secret(name) || crate::secret::find(value).is_some())
                .then_some("a secret does not belong into a file that is committed"),
            Self::File(path) => (path.is_empty() || path.starts_with('/') || path.contains("..")).then_some("it is not in the project"),
            _ => None,
        }
    }

    /// The lesson's key, and its value as TOML; a list's without its brackets.
    fn entry(&self) -> (String, String) {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        match self {
            Self::Port(ports) => ("port".into(), ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")),
            Self::Writable(path) => ("writable".into(), quoted(path)),
            Self::File(path) => ("files".into(), quoted(path)),
            Self::RunPackage(name) => ("packages.run".into(), quoted(name)),
            Self::BuildPackage(name) => ("packages.build".into(), quoted(name)),
            Self::Env(name, value) => (format!("env.{name}"), quoted(value)),
            Self::Arguments(words) => ("arguments".into(), words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", ")),
        }
    }

    fn is_list(&self) -> bool {
        match self {
            Self::Port(ports) => ports.len() != 1,
            Self::Env(..) => false,
            _ => true,
        }
    }

    /// Adds it to what is known; whether it is new.
    pub fn add_to(&self, learned: &mut Learned) -> bool {
        let put = |list: &mut Option<Vec<String>>, value: &String| {
            let list = list.get_or_insert_default();
            let is_new = !list.contains(value);
            if is_new {
                list.push(value.clone());
            }
            is_new
        };
        match self {
            Self::Port(ports) => {
                let port = if let [port] = ports[..] { Ports::One(port) } else { Ports::Many(ports.clone()) };
                learned.port.replace(port.clone()) != Some(port)
            }
            Self::Writable(path) => put(&mut learned.writable, path),
            Self::File(path) => put(&mut learned.files, path),
            Self::RunPackage(name) => put(&mut learned.packages.run, name),
            Self::BuildPackage(name) => put(&mut learned.packages.build, name),
            Self::Env(name, value) => learned.env.insert(name.clone(), value.clone()).as_ref() != Some(value),
            Self::Arguments(words) => learned.arguments.replace(words.clone()).as_ref() != Some(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_rule_forbids_is_not_learned() {
        let forbidden = |lesson: Lesson| lesson.forbidden().is_some();
        for path in ["/", "/etc", "/usr/share/x", "/root"] {
            assert!(forbidden(Lesson::Writable(path.into())), "{path}");
        }
        for path in ["data", "/app/data", "/var/lib/app", "/data"] {
            assert!(!forbidden(Lesson::Writable(path.into())), "{path}");
        }
        assert!(forbidden(Lesson::Env("STRIPE_API_KEY".into(), "x".into())) && forbidden(Lesson::Env("DB_PASSWORD".into(), "x".into())));
        assert!(!forbidden(Lesson::Env("KEYSPACE".into(), "x".into())) && forbidden(Lesson::File("../x".into())));
    }

    #[test]
    fn what_is_known_already_is_not_new() {
        let mut learned = Learned::default();
        assert!(Lesson::Writable("data".into()).add_to(&mut learned) && !Lesson::Writable("data".into()).add_to(&mut learned));
        assert!(Lesson::Port(vec![80]).add_to(&mut learned) && Lesson::Port(vec![81]).add_to(&mut learned));
    }
}
