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
            for native in catalog.natives("go").iter().filter(|native| is_named(&require.value.path, &native.name)) {
                judge(tree, reach, module, require, native, &mut findings);
            }
        }
    }
    findings
}

fn own(source: &Source<'_>, reach: &Reach<'_>, findings: &mut Findings) {
    let Some(import) = source.head.imports.iter().find(|import| import.path == "C") else { return };
    let span = Span::of(source.text, import.offset as usize, import.end());
    let inside = |links: Vec<Need>| CInside {
        what: "import \"C\"".into(),
        run: links.iter().filter(|need| matches!(need, Need::Library(_))).cloned().collect(),
        build: links,
    };
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
        let evidence = Evidence::at(source.path, Span::of_line(number, line), LINKS, line.trim());
        if what.ends_with("pkg-config") {
            found.push((Need::Program("pkg-config".into()), evidence.clone()));
        }
        found.extend(
            names.into_iter().filter(|name| !ALWAYS_THERE.contains(name)).map(|name| (Need::Library(library(name)), evidence.clone())),
        );
    }
    found
}

/// The name that the package map has for what `-l` or pkg-config call `name`.
fn library(name: &str) -> String {
    match name {
        "stdc++" => "libstdc++".into(),
        "gcc_s" => "libgcc".into(),
        "gomp" => "libgomp".into(),
        "ssl" | "crypto" | "libssl" | "libcrypto" => "openssl".into(),
        "z" => "zlib".into(),
        // X libraries are spelt with a capital when they are linked, and without when pkg-config is asked
        name if name.starts_with('x') && ["x11", "xrandr", "xi", "xcursor", "xinerama", "xext", "xtst"].contains(&name) => {
            format!("X{}", &name[1..])
        }
        name => name.strip_prefix("lib").unwrap_or(name).to_owned(),
    }
}

fn judge(tree: &Tree, reach: &Reach<'_>, module: &Module, require: &At<Require>, native: &Native, findings: &mut Findings) {
    let imported = |name: &str| {
        let mut files = reach.packages.iter().flat_map(|package| &package.files);
        files.find_map(|source| source.head.imports.iter().find(|import| is_below(import.path, name)).map(|import| (source, import)))
    };
    let own = if native.packages.is_empty() { vec![require.value.path.clone()] } else { native.packages.clone() };
    let direct = own.iter().chain(&native.through).find_map(|name| imported(name));
    let vendor = module.directory.join("vendor");
    let vendored = own.iter().map(|name| vendor.join(name)).find(|directory| tree.has_directory(directory));
    let has_vendor = tree.has(vendor.join("modules.txt"));
    // what only other modules import is used unless it is known by whom, and they are not here; of one that is native in parts nothing is known
    let indirect =
        require.value.indirect == Indirect::Yes && native.packages.is_empty() && native.through.iter().all(|name| !requires(module, name));
    // a direct requirement that nothing here imports is another program's; a vendor directory holds all that is used, and nothing else
    let used = if has_vendor { vendored.is_some() } else { direct.is_some() || indirect };
    if !used {
        return;
    }
    let inside = CInside { what: native.name.clone(), build: native.build.clone(), run: native.run.clone() };
    let mut fact = Fact::new(inside, module.evidence(require, CGO_MODULE));
    if let Some((source, import)) = direct {
        let span = Span::of(source.text, import.offset as usize, import.end());
        fact = fact.and(Evidence::at(source.path, span, CGO_MODULE, import.path));
    }
    if let Some(vendored) = vendored.filter(|_| has_vendor) {
        fact = fact.and(Evidence::exists(vendored, VENDORED_C));
    }
    match native.without {
        Without::Fails => findings.needed.push(fact),
        Without::FallsBack => findings.optional.push(fact),
    }
}

/// Whether a required path is the module `name`, in whatever major version `name` does not say.
fn is_named(path: &str, name: &str) -> bool {
    let major = |rest: &str| rest.strip_prefix("/v").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || major(rest))
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
