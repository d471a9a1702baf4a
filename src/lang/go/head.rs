//! The head of a Go file: for which systems it is compiled, its package, and what it imports. What follows is not looked at.

pub mod constraint;

use camino::Utf8Path;

use self::constraint::{Target, file_name_allows};
use super::scan::{Directive, Kind, Scanner, directives, scanner};

/// What stands before a file's first declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head<'t> {
    /// The package's name.
    pub package: &'t str,
    /// The place of the word `package`, in bytes.
    pub package_at: u32,
    /// Whether the file is compiled for Linux.
    pub builds: Builds,
    /// What it imports, in order.
    pub imports: Vec<Import<'t>>,
}

/// An import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import<'t> {
    /// The path, without its quotes.
    pub path: &'t str,
    /// The name that the file gives it, when it gives one: `_`, `.` or a word.
    pub alias: Option<&'t str>,
    /// The place of the quoted path, in bytes.
    pub offset: u32,
}

impl Import<'_> {
    /// Where the quoted path ends, in bytes.
    #[must_use]
    pub fn end(&self) -> usize {
        self.offset as usize + self.path.len() + 2
    }
}

/// The name of the package that is imported by `path`, as far as the path tells.
#[must_use]
pub fn import_name(path: &str) -> &str {
    let mut parts = path.rsplit('/');
    let last = parts.next().unwrap_or_default();
    // a major version's directory is no package's name
    let name = if is_major(last) { parts.next().unwrap_or(last) } else { last };
    let name = name.split_once(".v").filter(|(_, major)| is_number(major)).map_or(name, |(name, _)| name);
    name.strip_prefix("go-").unwrap_or(name)
}

fn is_major(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a file is compiled for Linux on one of the usual processors, with cgo and without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builds {
    /// With `CGO_ENABLED=1`.
    pub with_cgo: bool,
    /// With `CGO_ENABLED=0`.
    pub without_cgo: bool,
}

impl Builds {
    /// In neither way.
    pub const NEVER: Self = Self { with_cgo: false, without_cgo: false };

    /// In one way at least.
    #[must_use]
    pub const fn ever(self) -> bool {
        self.with_cgo || self.without_cgo
    }
}

/// The head of the file `path`, whose text is `text`, with `tags` given to the build. Nothing when no package clause is there.
#[must_use]
pub fn head<'t>(path: &Utf8Path, text: &'t str, tags: &[String]) -> Option<Head<'t>> {
    let mut scanner = scanner(text);
    let clause = scanner.next().filter(|token| token.is("package"))?;
    let package = scanner.next()?.ident()?;
    let before = directives(&scanner.comments);
    let mut builds = if file_name_allows(path.file_name().unwrap_or_default()) {
        let said = |cgo| constraints_allow(&before, &text[..clause.start()], tags, cgo);
        Builds { with_cgo: said(true), without_cgo: said(false) }
    } else {
        Builds::NEVER
    };
    let imports = imports(&mut scanner);
    if imports.iter().any(|import| import.path == "C") {
        builds.without_cgo = false;
    }
    Some(Head { package, package_at: clause.offset, builds, imports })
}

fn constraints_allow(directives: &[Directive<'_>], before: &str, tags: &[String], cgo: bool) -> bool {
    // a comment that touches the package clause documents the package; the old constraints keep a blank line below them
    let header = before.rfind("\n\n").max(before.rfind("\n\r\n")).unwrap_or(0);
    let expression = directives.iter().find_map(|directive| directive.after("go:build"));
    let allows = |target: &Target<'_>| match expression {
        Some(expression) => target.meets(expression),
        None => directives
            .iter()
            .filter(|directive| (directive.offset as usize) < header)
            .filter_map(|directive| directive.after("+build"))
            .all(|line| target.meets_line(line)),
    };
    ["amd64", "arm64"].into_iter().any(|processor| allows(&Target { processor, cgo, tags }))
}

fn imports<'t>(tokens: &mut Scanner<'t>) -> Vec<Import<'t>> {
    let mut imports = Vec::new();
    let mut listed = false;
    let mut alias = None;
    let mut importing = false;
    for token in tokens {
        match token.kind {
            Kind::Str if importing => {
                imports.push(Import { path: bare(token.text), alias: alias.take(), offset: token.offset });
            }
            Kind::Ident if importing => alias = Some(token.text),
            Kind::Punct if importing && token.text == "." => alias = Some("."),
            Kind::Punct if importing && token.text == "(" => listed = true,
            Kind::Punct if listed && token.text == ")" => (listed, importing) = (false, false),
            Kind::End => importing = listed,
            Kind::Ident if token.text == "import" => importing = true,
            _ => break,
        }
    }
    imports
}

fn bare(quoted: &str) -> &str {
    let inner = &quoted[1..];
    inner.strip_suffix(['"', '`']).unwrap_or(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builds(path: &str, text: &str, tags: &[&str]) -> (bool, bool) {
        let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
        let builds = head(Utf8Path::new(path), text, &tags).map_or(Builds::NEVER, |head| head.builds);
        (builds.with_cgo, builds.without_cgo)
    }

    #[test]
    fn imports_of_every_form_are_found_and_nothing_after_them() {
        let text = "// Package x\n/* package no */\npackage x // c\n\nimport \"fmt\"\nimport (\n\t_ \"embed\"\n\t. \"dot\"\n\ty `gopkg.in/yaml.v3` ; \"a/b/v2\"\n)\n\nvar s = \"import\"\nimport \"late\"\n";
        let Some(head) = head(Utf8Path::new("x.go"), text, &[]) else { panic!("a head") };
        let imports: Vec<_> = head
            .imports
            .iter()
            .map(|import| (import.path, import.alias, import.alias.unwrap_or_else(|| import_name(import.path))))
            .collect();
        assert_eq!(
            imports,
            [
                ("fmt", None, "fmt"),
                ("embed", Some("_"), "_"),
                ("dot", Some("."), "."),
                ("gopkg.in/yaml.v3", Some("y"), "y"),
                ("a/b/v2", None, "b")
            ]
        );
        assert_eq!((head.package, &text[head.package_at as usize..][..9]), ("x", "package x"));
        assert!(head.imports.iter().all(|import| text[import.offset as usize + 1..].starts_with(import.path)));
    }

    #[test]
    fn names_follow_from_paths() {
        for (path, name) in
            [("gopkg.in/yaml.v3", "yaml"), ("github.com/x/y/v12", "y"), ("github.com/mattn/go-sqlite3", "sqlite3"), ("v2", "v2")]
        {
            assert_eq!(import_name(path), name);
        }
    }

    #[test]
    fn no_package_clause_no_head() {
        for text in ["", "package", "func main() {}", "<html>", "\u{0}\u{1}", "package \"x\""] {
            assert_eq!(head(Utf8Path::new("x.go"), text, &[]), None, "{text:?}");
        }
    }

    #[test]
    fn constraints_say_whether_a_file_is_compiled() {
        let both = (true, true);
        let never = (false, false);
        for (path, text, expected) in [
            ("x.go", "package x", both),
            ("x.go", "//go:build ignore\n\npackage x", never),
            ("x.go", "//go:build linux && (amd64 || 386)\npackage x", both),
            ("x.go", "//go:build !windows && unix && gc && go1.18\r\n\r\npackage x", both),
            ("x.go", "//go:build cgo\n\npackage x", (true, false)),
            ("x.go", "//go:build !cgo\n\npackage x", (false, true)),
            ("x.go", "// +build ignore\n\npackage x", never),
            ("x.go", "// +build ignore\npackage x", both),
            ("x.go", "// +build darwin linux,cgo\n// +build !arm\n\npackage x", (true, false)),
            ("x.go", "//go:build linux\n// +build windows\n\npackage x", both),
            ("x.go", "/*\n//go:build ignore\n*/\npackage x", both),
            ("x.go", "package x\n\n//go:build ignore\n", both),
            ("x_test.go", "package x", never),
            ("x_windows.go", "package x", never),
            ("x_linux_arm64.go", "package x", both),
            ("x_linux_s390x.go", "package x", never),
            ("windows.go", "package x", both),
            ("x_linux_test.go", "package x", never),
            ("_x.go", "package x", never),
            (".x.go", "package x", never),
            ("x.go", "package x\nimport \"C\"", (true, false)),
        ] {
            assert_eq!(builds(path, text, &[]), expected, "{path}: {text}");
        }
        assert_eq!(builds("x.go", "//go:build sqlite && !pg\npackage x", &["sqlite"]), both);
        assert_eq!(builds("x.go", "//go:build sqlite && !pg\npackage x", &["sqlite", "pg"]), never);
    }
}
