//! The whole way, disk included: a typical project, and a monorepo of 100,000 files of which 20,000 are Go sources.
#![allow(missing_docs, clippy::expect_used)]

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;

use camino::{Utf8Path, Utf8PathBuf};
use criterion::{Criterion, criterion_group, criterion_main};
use imggen::{Layer, Layers, Packs, Source, Tree, generate};

/// Source files of a package, packages, and other files below each package.
struct Shape {
    packages: usize,
    sources: usize,
    others: usize,
    programs: usize,
}

const TYPICAL: Shape = Shape { packages: 20, sources: 5, others: 5, programs: 1 };
const MONOREPO: Shape = Shape { packages: 2_000, sources: 10, others: 40, programs: 40 };

fn write(root: &Utf8Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap_or(root)).expect("a directory for the tree");
    fs::write(path, text).expect("a file of the tree");
}

/// A module whose programs each reach a tenth of its packages, the first of them a server.
fn make(root: &Utf8Path, shape: &Shape) {
    write(root, "go.mod", "module example.com/big\n\ngo 1.26\n\nrequire github.com/gin-gonic/gin v1.10.0\n");
    write(root, "go.sum", "");
    for package in 0..shape.packages {
        for source in 0..shape.sources {
            let mut text = format!("package p{package}\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\n// F{source} reads what it is told to.\n");
            for function in 0..25 {
                let _ = writeln!(
                    text,
                    "func F{source}x{function}(name string) (string, error) {{\n\tdata, err := os.ReadFile(name)\n\tif err != nil {{\n\t\treturn \"\", fmt.Errorf(\"reading %q: %w\", name, err)\n\t}}\n\treturn string(data), nil\n}}\n"
                );
            }
            write(root, &format!("internal/p{package}/f{source}.go"), &text);
        }
        for other in 0..shape.others {
            write(root, &format!("internal/p{package}/data/{other}.json"), "{}");
        }
    }
    for program in 0..shape.programs {
        let reached = (program..shape.packages).step_by(10).fold(String::new(), |mut text, package| {
            let _ = writeln!(text, "\t_ \"example.com/big/internal/p{package}\"");
            text
        });
        let body = if program == 0 { "http.ListenAndServe(\":8080\", nil)" } else { "_ = http.DefaultClient" };
        write(
            root,
            &format!("cmd/c{program}/main.go"),
            &format!("package main\n\nimport (\n\t\"net/http\"\n{reached})\n\nfunc main() {{\n\t{body}\n}}\n"),
        );
    }
}

fn bench(criterion: &mut Criterion, name: &str, shape: &Shape, samples: usize) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let root = Utf8PathBuf::from_path_buf(directory.path().to_owned()).expect("a UTF-8 path");
    make(&root, shape);
    let mut group = criterion.benchmark_group("generate");
    group.sample_size(samples);
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let tree = Tree::open(&root).expect("the tree");
            let app = Layer::assignments(Source::CommandLine, &["app=c0".into()]).expect("an assignment");
            black_box(generate(&tree, &Layers::new(vec![app]), &Packs::default()).expect("the files"))
        });
    });
}

/// A lock file of some 8 MB, whose places have to cost no more than a look-up.
fn locked(criterion: &mut Criterion) {
    const PACKAGES: usize = 27_000;
    let mut text = String::from("version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n");
    for package in 0..PACKAGES {
        let _ = write!(
            text,
            "\n[[package]]\nname = \"package-number-{package}\"\nversion = \"1.{package}.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"{}\"\n",
            "a".repeat(64)
        );
    }
    let files = [
        ("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\n".to_owned()),
        ("src/main.rs", "fn main() {\n    std::net::TcpListener::bind(\"0.0.0.0:8080\").unwrap();\n}\n".to_owned()),
        ("Cargo.lock", text),
    ];
    let mut group = criterion.benchmark_group("generate");
    group.sample_size(10);
    group.bench_function("lock file of 8 MB", |bencher| {
        bencher.iter(|| {
            let tree = Tree::from_memory(files.clone());
            black_box(generate(&tree, &Layers::default(), &Packs::default()).expect("the files"))
        });
    });
}

fn all(criterion: &mut Criterion) {
    locked(criterion);
    bench(criterion, "typical project", &TYPICAL, 50);
    bench(criterion, "monorepo of 100,000 files", &MONOREPO, 10);
}

criterion_group!(benches, all);
criterion_main!(benches);
