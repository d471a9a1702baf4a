//! One manifest for every reader: no panic, and every value's place lies in the text.
#![no_main]

use imggen::read::{cargo, cargo_lock, document::Document, document::Value, gomod, python};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let file = "manifest".into();
    let documents = [Document::json(file, text), Document::jsonc(file, text), Document::toml(file, text), Document::yaml(file, text)];
    for document in documents.iter().flatten() {
        within(text, document.root());
    }
    let _ = gomod::parse(file, text);
    let _ = cargo::Manifest::parse(file, text);
    let _ = cargo_lock::Lock::parse(file, text);
    let _ = python::Outline::of(text);
});

fn within(text: &str, value: &Value<'_>) {
    assert!(text.get(value.range.clone()).is_some(), "{:?} is no place in the text", value.range);
    value.list().iter().chain(value.map().iter().map(|(_, value)| value)).for_each(|value| within(text, value));
}
