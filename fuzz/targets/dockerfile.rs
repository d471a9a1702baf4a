//! A Dockerfile and a `.dockerignore` from anybody's template, parted by a zero: no panic in what reads them again.
#![no_main]

use std::sync::LazyLock;

use imggen::internal::{Catalog, Expected, Kind, catalog, verify};
use imggen::{Packs, Tree};
use libfuzzer_sys::fuzz_target;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| catalog(&Packs::default()).expect("the catalog of the house"));

fuzz_target!(|text: &str| {
    let tree = Tree::from_memory([("go.mod", "module example.com/a\n"), ("main.go", "package main\n")]);
    let (dockerfile, ignore) = text.split_once('\0').unwrap_or((text, ""));
    for variant in [Kind::Production, Kind::Debug] {
        verify("Dockerfile".into(), dockerfile, ignore, &Expected { tree: &tree, catalog: &CATALOG, libc: None, variant });
    }
});
