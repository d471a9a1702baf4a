//! Native code of the project's own: what compiles it, which stays in the build stage.

use camino::Utf8Path;
use serde::Serialize;

use super::outline::{ask, outline};
use crate::evidence::{Evidence, Fact, Rule};
use crate::need::Need;
use crate::program::Value;
use crate::read::document::Document;
use crate::read::requirement;
use crate::tree::Tree;

const COMPILED: Rule = Rule::parsed("python.extension", "the project compiles native code of its own");

/// What compiles a project's native code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compiler {
    /// A C compiler.
    C,
    /// A C++ compiler.
    Cxx,
    /// Rust's toolchain, which links by a C compiler.
    Rust,
}

impl Compiler {
    /// What it is in the build stage.
    pub fn needs(self) -> Vec<Need> {
        let program = |name: &str| Need::Program(name.into());
        match self {
            Compiler::C | Compiler::Rust => vec![program("gcc")],
            Compiler::Cxx => vec![program("gcc"), program("g++")],
        }
    }
}

/// Build requirements that compile, and by what. `CMake` and Ninja come along as wheels, with the backends that ask for them.
const BACKENDS: [(&str, Compiler); 10] = [
    ("maturin", Compiler::Rust),
    ("setuptools-rust", Compiler::Rust),
    ("scikit-build-core", Compiler::Cxx),
    ("scikit-build", Compiler::Cxx),
    ("pybind11", Compiler::Cxx),
    ("nanobind", Compiler::Cxx),
    ("cppimport", Compiler::Cxx),
    ("meson-python", Compiler::C),
    ("cython", Compiler::C),
    ("cffi", Compiler::C),
];

/// What compiles the native code of the package in `directory`, when there is any.
pub fn compiler(tree: &Tree, directory: &Utf8Path, pyproject: Option<&Document<'_>>) -> Option<Fact<Compiler>> {
    let requires = pyproject.map(|table| table.strings(&["build-system", "requires"]).into_iter().map(move |found| (table, found)));
    let by_requirement = requires.into_iter().flatten().filter_map(|(table, (text, value))| {
        let name = requirement::parse(text)?.name;
        let (_, compiler) = BACKENDS.iter().find(|(backend, _)| *backend == name)?;
        Some(Fact::new(*compiler, table.evidence(value, COMPILED)))
    });
    let listed = pyproject.and_then(|table| {
        let modules = table.get(&["tool", "setuptools", "ext-modules"])?;
        Some(Fact::new(Compiler::C, table.evidence(modules, COMPILED)))
    });
    let found = by_requirement.chain(listed).chain(setup(tree, directory));
    // the most demanding of what is asked for
    let strongest = |one: Fact<Compiler>, other: Fact<Compiler>| if other.value as u8 > one.value as u8 { other } else { one };
    let cxx = || tree.below(directory).any(|path| matches!(path.extension(), Some("cpp" | "cc" | "cxx")));
    found.reduce(strongest).map(|fact| if fact.value == Compiler::C && cxx() { fact.map(|_| Compiler::Cxx) } else { fact })
}

/// `setup(ext_modules=[Extension(...)])`
fn setup(tree: &Tree, directory: &Utf8Path) -> Option<Fact<Compiler>> {
    let file = directory.join("setup.py");
    let text = tree.text(&file).ok()?;
    let outline = outline(text);
    let call = outline.calls.iter().find(|call| {
        let name = call.path.rsplit('.').next().unwrap_or_default();
        matches!(name, "Extension" | "CppExtension" | "Pybind11Extension" | "CMakeExtension" | "cythonize" | "RustExtension")
            || (name == "setup" && ["ext_modules", "cffi_modules", "rust_extensions"].iter().any(|key| ask::named(call, key).is_some()))
    })?;
    let rust = call.path.contains("Rust") || ask::named(call, "rust_extensions").is_some();
    let cxx = ask::named(call, "language").and_then(Value::text) == Some("c++") || call.path.contains("Cpp") || call.path.contains("ybind");
    let compiler = match () {
        () if rust => Compiler::Rust,
        () if cxx => Compiler::Cxx,
        () => Compiler::C,
    };
    let said = text.get(call.at.range()).unwrap_or_default().lines().next().unwrap_or_default();
    Some(Fact::new(compiler, Evidence::at(file, ask::span(call.at, text), COMPILED, said)))
}
