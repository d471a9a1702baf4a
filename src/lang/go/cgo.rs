//! Whether a program has C inside: `import "C"` in what it reaches, and modules that are known to be C.

use camino::Utf8Path;
use schemars::JsonSchema;
use serde::Serialize;

use super::observe::{Reach, Source};
use super::workspace::Module;
use crate::catalog::{Catalog, Native, Without};
use crate::evidence::{Evidence, Fact, Rule, Span};
use crate::need::Need;
use crate::read::gomod::{At, Indirect, Require};
use crate::tree::Tree;

const IMPORT_C: Rule = Rule::parsed("go.import-c", "this file is compiled with C");
const CGO_MODULE: Rule = Rule::parsed("go.cgo-module", "this module is C code");
const VENDORED_C: Rule = Rule::parsed("go.vendored-c", "this vendored module is C code");
const OPTIONAL_C: Rule = Rule::parsed("go.optional-c", "this file has another beside it for builds without C");
const LINKS: Rule = Rule::parsed("go.cgo-flags", "this links a library");

/// Libraries that come with every C library or with the compiler.
const ALWAYS_THERE: [&str; 7] = ["m", "c", "dl", "rt", "pthread", "util", "resolv"];

/// Something native in a program.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CInside {
    /// What it is: a module's path, or `import "C"`.
    pub what: String,
    /// What has to be there to build it, beyond a C compiler.
    pub build: Vec<Need>,
    /// What has to be there to run it, beyond a C library.
    pub run: Vec<Need>,
}

/// What there is to say about C in a program.
#[derive(Debug, Default)]
pub struct Findings {
    /// What does not work without cgo.
    pub needed: Vec<Fact<CInside>>,
    /// What has another way.
    pub optional: Vec<Fact<CInside>>,
}

/// Looks at the project's own sources, at the vendored ones, and at the modules that are required.
#[must_use]
pub fn look(tree: &Tree, reach: &Reach<'_>, modules: &[&Module], catalog: &Catalog) -> Findings {
    let mut findings = Findings::default();
    for source in reach.packages.iter().flat_map(|package| &package.files) {
        own(source, reach, &mut findings);
    }
    for module in modules {
        for require in &module.file.requires {
            let known = catalog.natives("go").iter().find(|native| native.name == require.value.path);
            if let Some(native) = known {
                judge(tree, reach, module, require, native, &mut findings);
            }
        }
    }
    findings
}

fn own(source: &Source<'_>, reach: &Reach<'_>, findings: &mut Findings) {
    let Some(import) = source.head.imports.iter().find(|import| import.path == "C") else { return };
    let span = Span::of(source.text, import.offset as usize, import.end());
    let inside = |links: Vec<Need>| CInside { what: "import \"C\"".into(), build: links.clone(), run: links };
    if has_fallback(source, reach) {
        findings.optional.push(Fact::new(inside(Vec::new()), Evidence::at(source.path, span, OPTIONAL_C, "import \"C\"")));
        return;
    }
    let linked = links(source);
    let needs = linked.iter().map(|(need, _)| need.clone()).collect();
    let fact = Fact::new(inside(needs), Evidence::at(source.path, span, IMPORT_C, "import \"C\""));
    findings.needed.push(linked.into_iter().fold(fact, |fact, (_, evidence)| fact.and(evidence)));
}

/// A file that says `cgo` in its constraint, beside one that says `!cgo`: the author provided for both.
fn has_fallback(source: &Source<'_>, reach: &Reach<'_>) -> bool {
    let says_cgo = source.directives.iter().any(|directive| directive.text.starts_with("go:build") && directive.text.contains("cgo"));
    let package = reach.packages.iter().find(|package| package.files.iter().any(|file| file.path == source.path));
    says_cgo && package.is_some_and(|package| package.files.iter().any(|file| file.head.builds.without_cgo && !file.head.builds.with_cgo))
}

/// The libraries that `#cgo LDFLAGS: -lfoo` and `#cgo pkg-config: foo` name in the comment before `import "C"`.
fn links(source: &Source<'_>) -> Vec<(Need, Evidence)> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(source.text.lines()) {
        let Some(rest) = line.trim_start_matches(['/', '*', ' ', '\t']).strip_prefix("#cgo ") else { continue };
        let Some((what, values)) = rest.split_once(':') else { continue };
        // a constraint before the word: `#cgo darwin LDFLAGS:`
        let other_system =
            what.split_whitespace().any(|word| ["darwin", "windows", "freebsd", "openbsd", "netbsd", "android", "ios"].contains(&word));
        let names: Vec<&str> = match what.split_whitespace().last() {
            Some("LDFLAGS") => values.split_whitespace().filter_map(|flag| flag.strip_prefix("-l")).collect(),
            Some("pkg-config") => values.split_whitespace().filter(|word| !word.starts_with('-')).collect(),
            _ => continue,
        };
        if other_system {
            continue;
        }
        for name in names.into_iter().filter(|name| !ALWAYS_THERE.contains(name)) {
            let need = Need::Library(match name {
                "stdc++" => "libstdc++".into(),
                "ssl" | "crypto" | "libssl" | "libcrypto" => "openssl".into(),
                "z" => "zlib".into(),
                name => name.to_owned(),
            });
            found.push((need, Evidence::at(source.path, Span::of_line(number, line), LINKS, line.trim())));
        }
    }
    found
}

fn judge(tree: &Tree, reach: &Reach<'_>, module: &Module, require: &At<Require>, native: &Native, findings: &mut Findings) {
    let imported = |name: &str| {
        let mut files = reach.packages.iter().flat_map(|package| &package.files);
        files.find_map(|source| source.head.imports.iter().find(|import| is_below(import.path, name)).map(|import| (source, import)))
    };
    let direct = imported(&native.name).or_else(|| native.through.iter().find_map(|name| imported(name)));
    let vendored = module.directory.join("vendor").join(&native.name);
    let has_vendor = tree.has(module.directory.join("vendor/modules.txt"));
    // a direct requirement that nothing here imports is another program's; a vendor directory holds all that is used, and nothing else
    let used = if has_vendor {
        tree.has_directory(&vendored)
    } else {
        direct.is_some() || require.value.indirect == Indirect::Yes && native.through.iter().all(|name| !requires(module, name))
    };
    if !used {
        return;
    }
    let inside = CInside { what: native.name.clone(), build: native.build.clone(), run: native.run.clone() };
    let mut fact = Fact::new(inside, module.evidence(require, CGO_MODULE));
    if let Some((source, import)) = direct {
        let span = Span::of(source.text, import.offset as usize, import.end());
        fact = fact.and(Evidence::at(source.path, span, CGO_MODULE, import.path));
    }
    if has_vendor {
        fact = fact.and(Evidence::exists(vendored, VENDORED_C));
    }
    match native.without {
        Without::Fails => findings.needed.push(fact),
        Without::FallsBack => findings.optional.push(fact),
    }
}

fn is_below(import: &str, module: &str) -> bool {
    import.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn requires(module: &Module, name: &str) -> bool {
    module.file.requires.iter().any(|require| is_below(name, &require.value.path))
}

/// A module's name as people say it: `mattn/go-sqlite3`.
#[must_use]
pub fn short(what: &str) -> &str {
    let path = Utf8Path::new(what);
    let hosted = path.components().count() > 2 && path.components().next().is_some_and(|host| host.as_str().contains('.'));
    if hosted { what.split_once('/').map_or(what, |(_, rest)| rest) } else { what }
}
