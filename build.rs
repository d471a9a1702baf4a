//! `include_dir!` notices edits of embedded files and not new ones.

fn main() {
    println!("cargo::rerun-if-changed=templates");
    println!("cargo::rerun-if-changed=presets");
}
