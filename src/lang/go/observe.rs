//! What a program does when it runs, seen in the sources that its main package reaches.
//!
//! Every observer is one idea over tokens: a comment or a string that speaks of a call is no call. What an expression comes to (a port,
//! a path) is worked out in one place, `resolve`, which knows constants, flags, environment variables and structure tags.

mod demands;
mod embed;
mod exec;
mod files;
mod generate;
mod index;
mod listen;
mod place;
mod resolve;
mod signals;
mod stamp;
#[cfg(test)]
mod testing;
mod writes;

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::Serialize;

use self::index::Index;
use self::resolve::Resolver;
use super::head::Head;
use super::scan::{Directive, Scan, Token, scan};
use crate::app::{Asset, Behaviour, Needed};
use crate::diagnostic::Diagnostic;
use crate::evidence::Fact;
use crate::tree::Tree;

/// What of a module's sources one main package reaches. Packages are borrowed: the programs of a module share most of them.
#[derive(Clone, Debug)]
pub struct Reach<'a> {
    /// The main package's directory.
    pub main: Utf8PathBuf,
    /// The module's directory.
    pub module: Utf8PathBuf,
    /// The main package and all packages of the project that it reaches, in a fixed order.
    pub packages: Vec<&'a Package<'a>>,
}

/// A package of the project.
#[derive(Clone, Debug)]
pub struct Package<'t> {
    /// What others import it as.
    pub import_path: String,
    /// Its name.
    pub name: String,
    /// Its files that are compiled for Linux; no tests.
    pub files: Vec<Source<'t>>,
}

/// A file of a package.
#[derive(Clone, Debug)]
pub struct Source<'t> {
    /// Where it is, relative to the project's root.
    pub path: &'t Utf8Path,
    /// All of its text.
    pub text: &'t str,
    /// Its tokens.
    pub tokens: Vec<Token<'t>>,
    /// Its comments that speak to the tools.
    pub directives: Vec<Directive<'t>>,
    /// What stands before its first declaration.
    pub head: Head<'t>,
}

impl<'t> Source<'t> {
    /// Reads all of a file whose head is known.
    #[must_use]
    pub fn read(path: &'t Utf8Path, text: &'t str, head: Head<'t>) -> Self {
        let Scan { tokens, directives } = scan(text);
        Self { path, text, tokens, directives, head }
    }
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// What holds for every language.
    pub behaviour: Behaviour,
    /// What is compiled into it: patterns as they are written, relative to the project's root.
    pub embeds: Vec<Fact<Utf8PathBuf>>,
    /// Variables that the linker may fill in.
    pub stamps: Vec<Fact<Stamp>>,
    /// The commands of `//go:generate` lines.
    pub generates: Vec<Fact<String>>,
    /// What wants a look.
    pub warnings: Vec<Diagnostic>,
}

/// A variable of type string that waits for its value from the linker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Stamp {
    /// What `-X` takes: `import/path.Name`, or `main.Name`.
    pub symbol: String,
    /// What it is to hold.
    pub kind: StampKind,
    /// What it holds when nobody fills it in.
    pub initial: String,
}

/// What a stamped variable is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StampKind {
    /// The version of what is built.
    Version,
    /// The commit that it is built from.
    Revision,
}

/// Looks at all that `reach` holds.
#[must_use]
pub fn observe(tree: &Tree, reach: &Reach<'_>) -> Observed {
    let index = Index::new(reach);
    let resolver = Resolver::new(&index);
    let embeds = embed::embeds(&index);
    let asset = |path: Utf8PathBuf| Asset { path: place::fixed(&path).to_owned(), needed: Needed::AtBuild };
    let assets = embeds.iter().cloned().map(|fact| fact.map(asset)).collect();
    let reads = files::reads(tree, &[&reach.module, &reach.main], &embeds, &resolver);
    let mut found = listen::listens(&resolver);
    if let Some(listen) = listen::configured(tree, &reads, &found) {
        found.listens = vec![listen];
    }
    let listen::Found { listens, demands } = found;
    let warnings = listen::warnings(&listens).collect();
    let is_port = |name: &String| listens.iter().any(|fact| fact.value.variable.as_ref().is_some_and(|variable| variable.name == *name));
    let demands = demands::demands(&resolver, demands).into_iter().filter(|fact| !is_port(&fact.value)).collect();
    let behaviour = Behaviour {
        assets,
        demands,
        reads,
        writes: writes::writes(&resolver),
        needs: exec::programs(&resolver),
        stops_on: signals::stops_on(&index),
        listens,
        ..Behaviour::default()
    };
    Observed { behaviour, embeds, stamps: stamp::stamps(reach), generates: generate::generates(&index), warnings }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::testing::{program, seen};

    proptest! {
        #[test]
        fn any_text_can_be_looked_at(words in proptest::collection::vec(prop::sample::select(WORDS), 0..60)) {
            let _ = program(&["net/http", "os", "os/exec", "os/signal", "flag", "github.com/gin-gonic/gin"], &words.join(" "));
        }
    }

    const WORDS: &[&str] = &[
        "func",
        "main",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ".",
        ",",
        ":",
        ":=",
        "=",
        "+",
        "\n",
        ";",
        "&",
        "*",
        "var",
        "const",
        "type",
        "struct",
        "if",
        "return",
        "range",
        "x",
        "y",
        "http",
        "ListenAndServe",
        "Server",
        "Addr",
        "os",
        "Getenv",
        "ReadFile",
        "\"PORT\"",
        "\":%d\"",
        "\"./a\"",
        "8080",
        "flag",
        "String",
        "Run",
        "gin",
        "Sprintf",
        "fmt",
        "`env:\"X\" default:\"1\"`",
        "exec",
        "Command",
        "SetDefault",
        "Join",
        "filepath",
        "Default",
        "Flag",
    ];

    #[test]
    fn names_that_lead_back_to_themselves_end() {
        let body = "var a = b + a\nvar b = a + b\nfunc f() string { return g() + f() }\nfunc g() string { return f() + g() }\nfunc main() { http.ListenAndServe(a+b+f()+g()+a+b+f()+g(), nil) }";
        let _ = program(&["net/http"], body);
    }

    #[test]
    fn deep_and_unended_text_takes_no_time() {
        for text in [
            "(".repeat(200_000),
            "func f(".repeat(50_000),
            "os.ReadFile(".repeat(50_000),
            "x := a +\n".repeat(50_000),
            "a = a.a(a)[a]{".repeat(30_000),
        ] {
            let _ = seen(&[("main.go", &format!("package main\nimport \"os\"\n{text}"))]);
        }
    }
}
