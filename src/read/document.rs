//! A manifest in JSON, TOML or YAML whose values know where they stand.

mod json;
mod toml;
mod yaml;

use std::borrow::Cow;
use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::{Evidence, Lines, Rule, Span};

/// How deep values may lie in one another. Real manifests stay below 20; a hostile one would overflow the stack.
const DEEPEST: usize = 128;

/// A file, parsed.
#[derive(Clone, Debug)]
pub struct Document<'t> {
    file: Utf8PathBuf,
    text: &'t str,
    lines: Lines,
    root: Value<'t>,
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Value<'t> {
    /// What stands there.
    pub data: Data<'t>,
    /// The bytes of the text that it takes.
    pub range: Range<usize>,
}

/// What a value is. Numbers and dates stay as they are written: `3.10` is a version.
#[derive(Clone, Debug, PartialEq)]
pub enum Data<'t> {
    /// Nothing.
    Null,
    /// True or false.
    Boolean(bool),
    /// A number or a date.
    Number(Cow<'t, str>),
    /// A string.
    String(Cow<'t, str>),
    /// An array.
    List(Vec<Value<'t>>),
    /// An object, in the file's order.
    Map(Vec<(Key<'t>, Value<'t>)>),
}

/// A name in a map, and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Key<'t> {
    /// The name.
    pub name: Cow<'t, str>,
    /// The bytes of the text that it takes.
    pub range: Range<usize>,
}

impl<'t> Value<'t> {
    /// The string, if it is one.
    pub fn string(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    /// The string, or the number as it is written: YAML's `port: 8080` and `port: "8080"` mean the same to their readers.
    pub fn scalar(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) | Data::Number(text) => Some(text),
            _ => None,
        }
    }

    /// True or false, if it is one of them.
    pub fn boolean(&self) -> Option<bool> {
        match &self.data {
            Data::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The values in it, if it is a list.
    pub fn list(&self) -> &[Value<'t>] {
        match &self.data {
            Data::List(values) => values,
            _ => &[],
        }
    }

    /// The names and values in it, if it is a map.
    pub fn map(&self) -> &[(Key<'t>, Value<'t>)] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value below these keys. Where a name stands twice the last one counts, as it does for the tools that read the file.
    pub fn get(&self, keys: &[&str]) -> Option<&Value<'t>> {
        keys.iter().try_fold(self, |value, name| Some(&value.map().iter().rev().find(|(key, _)| key.name == *name)?.1))
    }
}

impl<'t> Document<'t> {
    /// Parses strict JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(file: &Utf8Path, text: &'t str) -> Result<Self> {
        Self::one(file, text, json::parse(text, json::Dialect::Strict), "JSON")
    }

    /// Parses JSON with comments and trailing commas, as `tsconfig.json` and `bun.lock` are.
    ///
    /// # Errors
    /// When it is none.
    pub fn jsonc(file: &Utf8Path, text: &'t str) -> Result<Self> {
        Self::one(file, text, json::parse(text, json::Dialect::Comments), "JSON with comments")
    }

    /// Parses TOML.
    ///
    /// # Errors
    /// When it is none.
    pub fn toml(file: &Utf8Path, text: &'t str) -> Result<Self> {
        Self::one(file, text, toml::parse(text), "TOML")
    }

    /// Parses the first document of a YAML file.
    ///
    /// # Errors
    /// When it is no YAML.
    pub fn yaml(file: &Utf8Path, text: &'t str) -> Result<Self> {
        let empty = || Self { file: file.to_owned(), text, lines: Lines::default(), root: Value { data: Data::Null, range: 0..0 } };
        Ok(Self::yaml_stream(file, text)?.into_iter().next().unwrap_or_else(empty))
    }

    /// Parses all documents of a YAML file, which `---` parts.
    ///
    /// # Errors
    /// When it is no YAML.
    pub fn yaml_stream(file: &Utf8Path, text: &'t str) -> Result<Vec<Self>> {
        let roots = yaml::parse(text).map_err(|broken| broken.in_file(file, text, "YAML"))?;
        Ok(roots.into_iter().map(|root| Self { file: file.to_owned(), text, lines: Lines::default(), root }).collect())
    }

    fn one(file: &Utf8Path, text: &'t str, root: Result<Value<'t>, Broken>, format: &str) -> Result<Self> {
        let root = root.map_err(|broken| broken.in_file(file, text, format))?;
        Ok(Self { file: file.to_owned(), text, lines: Lines::default(), root })
    }

    /// The file that was read.
    pub fn file(&self) -> &Utf8Path {
        &self.file
    }

    /// All of it.
    pub fn root(&self) -> &Value<'t> {
        &self.root
    }

    /// The value below these keys.
    pub fn get(&self, keys: &[&str]) -> Option<&Value<'t>> {
        self.root.get(keys)
    }

    /// Whether there is anything below these keys.
    pub fn has(&self, keys: &[&str]) -> bool {
        self.get(keys).is_some()
    }

    /// The string below these keys.
    pub fn string(&self, keys: &[&str]) -> Option<(&str, &Value<'t>)> {
        let value = self.get(keys)?;
        Some((value.string()?, value))
    }

    /// The string or the number as it is written below these keys.
    pub fn scalar(&self, keys: &[&str]) -> Option<(&str, &Value<'t>)> {
        let value = self.get(keys)?;
        Some((value.scalar()?, value))
    }

    /// The strings in the list below these keys.
    pub fn strings(&self, keys: &[&str]) -> Vec<(&str, &Value<'t>)> {
        let list = self.get(keys).map(Value::list).unwrap_or_default();
        list.iter().filter_map(|value| Some((value.string()?, value))).collect()
    }

    /// The names and values in the map below these keys, in the file's order.
    pub fn entries(&self, keys: &[&str]) -> Vec<(&str, &Value<'t>)> {
        let map = self.get(keys).map(Value::map).unwrap_or_default();
        map.iter().map(|(key, value)| (key.name.as_ref(), value)).collect()
    }

    /// The boolean below these keys.
    pub fn boolean(&self, keys: &[&str]) -> Option<bool> {
        self.get(keys)?.boolean()
    }

    /// `value`, as evidence: the first line of what stands there.
    pub fn evidence(&self, value: &Value<'_>, rule: Rule) -> Evidence {
        self.quote(&value.range, rule)
    }

    /// `key` and what stands behind it on its line, as evidence: `"start": "node server.js"`.
    pub fn entry_evidence(&self, key: &Key<'_>, value: &Value<'_>, rule: Rule) -> Evidence {
        self.quote(&(key.range.start..value.range.end.max(key.range.end)), rule)
    }

    fn quote(&self, range: &Range<usize>, rule: Rule) -> Evidence {
        let said = self.text.get(range.clone()).unwrap_or_default().lines().next().unwrap_or_default();
        Evidence::at(self.file.clone(), self.lines.span(self.text, range.start, range.end), rule, said)
    }
}

/// Why a text could not be parsed, and where.
#[derive(Debug)]
struct Broken {
    why: String,
    range: Option<Range<usize>>,
}

impl Broken {
    fn in_file(self, file: &Utf8Path, text: &str, format: &str) -> Diagnostic {
        let span = self.range.map(|range| Span::of(text, range.start, range.end));
        Diagnostic::error("manifest::broken", format!("`{file}` is no {format}: {}", self.why)).at(file, span, "here")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule::parsed("test.rule", "is tested");

    fn said(document: &Result<Document<'_>>) -> String {
        match document {
            Ok(_) => "fine".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn the_three_formats_read_as_one() {
        let json = "{ \"a\": { \"b\": [\"x\", \"y\"] }, \"port\": 8080, \"on\": true }";
        let toml = "port = 8080\non = true\n[a]\nb = [\"x\", \"y\"]\n";
        let yaml = "# said\na:\n  b: [x, 'y']\nport: 8080\non: true\n";
        for (document, line) in [
            (Document::json("f".into(), json).unwrap(), 1),
            (Document::toml("f".into(), toml).unwrap(), 1),
            (Document::yaml("f".into(), yaml).unwrap(), 4),
        ] {
            assert_eq!(document.strings(&["a", "b"]).iter().map(|(text, _)| *text).collect::<Vec<_>>(), ["x", "y"]);
            assert_eq!(document.boolean(&["on"]), Some(true));
            let (port, value) = document.scalar(&["port"]).unwrap();
            let evidence = document.evidence(value, RULE);
            assert_eq!((port, evidence.text.as_str(), evidence.span.unwrap().line), ("8080", "8080", line));
        }
    }

    #[test]
    fn evidence_may_cover_the_key() {
        let document = Document::json("package.json".into(), "{\n  \"scripts\": {\n    \"start\": \"node é.js\"\n  }\n}").unwrap();
        let (key, value) = &document.get(&["scripts"]).unwrap().map()[0];
        let evidence = document.entry_evidence(key, value, RULE);
        assert_eq!((evidence.text.as_str(), evidence.span.unwrap().line), ("\"start\": \"node é.js\"", 3));
    }

    #[test]
    fn yaml_keeps_what_is_written() {
        let text = "é: 1\nversion: 3.10\nquoted: \"3.10\"\nnothing:\nno: no\nlong: |\n  a\n  b\nbase: &b {x: 1}\ncopy: *b\nmerged:\n  <<: *b\n  y: 2\n";
        let document = Document::yaml("f".into(), text).unwrap();
        assert_eq!(document.get(&["version"]).unwrap().data, Data::Number("3.10".into()));
        assert_eq!(document.get(&["quoted"]).unwrap().data, Data::String("3.10".into()));
        assert_eq!(document.get(&["nothing"]).unwrap().data, Data::Null);
        assert_eq!(document.string(&["no"]).unwrap().0, "no");
        assert_eq!(document.string(&["long"]).unwrap().0, "a\nb\n");
        assert_eq!(document.scalar(&["copy", "x"]).unwrap().0, "1");
        assert_eq!(document.scalar(&["merged", "x"]).unwrap().0, "1");
        let (_, version) = document.scalar(&["version"]).unwrap();
        assert_eq!(document.evidence(version, RULE).text, "3.10");
    }

    #[test]
    fn yaml_streams_are_parted() {
        let documents = Document::yaml_stream("f".into(), "a: 1\n---\na: 2\n").unwrap();
        assert_eq!(documents.iter().map(|document| document.scalar(&["a"]).unwrap().0).collect::<Vec<_>>(), ["1", "2"]);
        assert!(Document::yaml("f".into(), "").unwrap().root().map().is_empty());
    }

    #[test]
    fn jsonc_takes_what_json_does_not() {
        let text = "{\n  // said\n  \"a\": [1, 2,],\n}";
        assert_eq!(said(&Document::json("f".into(), text)), "`f` is no JSON: comments are not allowed");
        assert_eq!(Document::jsonc("f".into(), text).unwrap().get(&["a"]).unwrap().list().len(), 2);
    }

    #[test]
    fn broken_and_hostile_text_is_refused() {
        let deep = "[".repeat(100_000);
        assert!(Document::json("f".into(), &deep).is_err());
        assert!(Document::yaml("f".into(), &deep).is_err());
        assert!(Document::toml("f".into(), &format!("a = {deep}")).is_err());
        assert!(Document::json("f".into(), "").is_err());
        assert!(Document::yaml("f".into(), "a: [").is_err());
        let laughs = (1..40).fold("a0: &a0 [x, x]\n".to_owned(), |text, n| format!("{text}a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1));
        assert_eq!(said(&Document::yaml("f".into(), &laughs)), "`f` is no YAML: its aliases repeat too much");
    }
}
