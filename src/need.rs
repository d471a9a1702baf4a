//! What a program asks of the image that it runs in. The catalog speaks the same words of what a base has.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::de::Visitor;
use serde::{Deserialize, Serialize};

pub use crate::version::Version;

/// A C library that a dynamically linked program is loaded with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Libc {
    /// GNU's, of Debian and distroless.
    Glibc,
    /// Alpine's.
    Musl,
}

/// One thing that has to be in the image. In the catalog it is written as it is printed: `time-zones`, `program:git`, `glibc@2.41`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Need {
    /// The bundle that TLS clients trust.
    CaCertificates,
    /// The time zone database.
    TimeZones,
    /// A `/tmp` that everybody may write to.
    TemporaryDirectory,
    /// An `/etc/passwd` that knows the user, for programs that ask who they are.
    UserDatabase,
    /// A directory that belongs to the user.
    WritableDirectory,
    /// An archive of the virtual machine's own classes, which one of a program's builds on.
    ClassArchive,
    /// A first process that hands signals on, for programs that leave them to it.
    Init,
    /// A C library and loader, at least as new as the one that the program was linked against.
    Libc(Libc, Version),
    /// A shared library, by the name that the catalog's package map gives it.
    Library(String),
    /// A program that is started by name.
    Program(String),
    /// A locale's data, by the name that a program asks for: `de_DE.UTF-8`.
    Locale(String),
    /// A package of Debian's by its name, which somebody asked for and of which nothing more is known.
    Package(String),
    /// A language's interpreter or virtual machine, in exactly this series.
    Interpreter(String, Version),
}

impl Need {
    /// Whether something that offers `self` gives what `wanted` asks for.
    #[must_use]
    pub fn meets(&self, wanted: &Need) -> bool {
        match (self, wanted) {
            (Need::Libc(has, version), Need::Libc(kind, at_least)) => has == kind && version >= at_least,
            _ => self == wanted,
        }
    }

    /// The need in words, for a sentence such as "has no ...".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Need::CaCertificates => "CA certificates".into(),
            Need::TimeZones => "time zone database".into(),
            Need::TemporaryDirectory => "`/tmp`".into(),
            Need::UserDatabase => "user database".into(),
            Need::WritableDirectory => "directory of the user's own".into(),
            Need::ClassArchive => "archive of Java's own classes".into(),
            Need::Init => "first process that hands signals on".into(),
            Need::Libc(Libc::Glibc, version) => format!("glibc {version} or newer"),
            Need::Libc(Libc::Musl, version) => format!("musl {version} or newer"),
            Need::Library(name) => format!("library `{name}`"),
            Need::Program(name) => format!("program `{name}`"),
            Need::Locale(name) => format!("locale `{name}`"),
            Need::Package(name) => format!("package `{name}`"),
            Need::Interpreter(name, version) => format!("{name} {version}"),
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Need::CaCertificates => f.write_str("ca-certificates"),
            Need::TimeZones => f.write_str("time-zones"),
            Need::TemporaryDirectory => f.write_str("temporary-directory"),
            Need::UserDatabase => f.write_str("user-database"),
            Need::WritableDirectory => f.write_str("writable-directory"),
            Need::ClassArchive => f.write_str("class-archive"),
            Need::Init => f.write_str("init"),
            Need::Libc(Libc::Glibc, version) => write!(f, "glibc@{version}"),
            Need::Libc(Libc::Musl, version) => write!(f, "musl@{version}"),
            Need::Library(name) => write!(f, "library:{name}"),
            Need::Program(name) => write!(f, "program:{name}"),
            Need::Locale(name) => write!(f, "locale:{name}"),
            Need::Package(name) => write!(f, "package:{name}"),
            Need::Interpreter(name, version) => write!(f, "interpreter:{name}@{version}"),
        }
    }
}

impl FromStr for Need {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let versioned = |text: &str| -> Result<(String, Version), String> {
            let (name, version) = text.split_once('@').ok_or_else(|| format!("`{text}` lacks its `@version`"))?;
            Ok((name.to_owned(), version.parse()?))
        };
        Ok(match text {
            "ca-certificates" => Need::CaCertificates,
            "time-zones" => Need::TimeZones,
            "temporary-directory" => Need::TemporaryDirectory,
            "user-database" => Need::UserDatabase,
            "writable-directory" => Need::WritableDirectory,
            "class-archive" => Need::ClassArchive,
            "init" => Need::Init,
            _ => match text.split_once(':') {
                Some(("library", name)) => Need::Library(name.to_owned()),
                Some(("program", name)) => Need::Program(name.to_owned()),
                Some(("locale", name)) => Need::Locale(name.to_owned()),
                Some(("package", name)) => Need::Package(name.to_owned()),
                Some(("interpreter", rest)) => {
                    let (name, version) = versioned(rest)?;
                    Need::Interpreter(name, version)
                }
                Some(_) => return Err(format!("`{text}` is no need that is known")),
                None => match versioned(text)? {
                    (name, version) if name == "glibc" => Need::Libc(Libc::Glibc, version),
                    (name, version) if name == "musl" => Need::Libc(Libc::Musl, version),
                    _ => return Err(format!("`{text}` is no need that is known")),
                },
            },
        })
    }
}

impl Serialize for Need {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Need {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Written)
    }
}

struct Written;

impl Visitor<'_> for Written {
    type Value = Need;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a need such as `time-zones` or `program:git`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Need, E> {
        text.parse().map_err(E::custom)
    }
}

impl JsonSchema for Need {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Need".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_glibc_holds_an_older_program_and_not_the_other_way() {
        let parse = |text: &str| text.parse::<Need>();
        let (Ok(old), Ok(new), Ok(musl)) = (parse("glibc@2.36"), parse("glibc@2.41"), parse("musl@1.2")) else {
            panic!("needs parse");
        };
        assert!(new.meets(&old) && !old.meets(&new) && !musl.meets(&old));
    }

    #[test]
    fn needs_print_as_they_are_written() {
        for text in ["ca-certificates", "program:git", "library:libpq", "interpreter:node@26", "musl@1.2"] {
            assert_eq!(text.parse::<Need>().map(|need| need.to_string()), Ok(text.to_owned()));
        }
        assert!("shell".parse::<Need>().is_err());
    }
}
