//! The built-in catalog is embedded as JSON, which is read several times faster than TOML, and read it is at every start.
//! `include_dir!` notices edits of embedded files and not new ones.

// a build script has no other way to say that it cannot
#![allow(clippy::expect_used, clippy::panic)]

#[path = "src/catalog/inherit.rs"]
#[allow(dead_code)]
mod inherit;

use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=templates");
    println!("cargo::rerun-if-changed=presets");
    println!("cargo::rerun-if-changed=src/catalog/inherit.rs");
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let to = Path::new(&out).join("catalog");
    // what was there once is gone
    let _ = fs::remove_dir_all(&to);
    convert(Path::new("presets/_catalog"), &to);
}

fn convert(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory for the catalog");
    for entry in fs::read_dir(from).expect("the catalog").flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            convert(&path, &to);
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            let text = fs::read_to_string(&path).expect("a file of the catalog");
            let mut value: serde_json::Value = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            if let Some(file) = value.as_object_mut() {
                inherit::fill(file, &serde_json::Map::new()).unwrap_or_else(|wrong| panic!("{}: {wrong:?}", path.display()));
            }
            fs::write(to, value.to_string()).expect("a file of the embedded catalog");
        }
    }
}
