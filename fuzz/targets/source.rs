//! A source behind a line that holds the ending of its name: scanner, front end, resolver and observers take it without a panic, and every
//! place that they name lies in the text.
#![no_main]

use std::sync::LazyLock;

use imggen::Packs;
use imggen::internal::{Catalog, catalog, observe};
use libfuzzer_sys::fuzz_target;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| catalog(&Packs::default()).expect("the catalog of the house"));

fuzz_target!(|text: &str| {
    let Some((ending, text)) = text.split_once('\n') else { return };
    let Some(observed) = observe(&CATALOG, ending, text) else { return };
    let lines = text.lines().count().max(1) + 1;
    for evidence in observed.behaviour.listens.iter().flat_map(|listens| listens.because()) {
        assert!(evidence.span.is_none_or(|span| (span.line as usize) <= lines), "{evidence:?} is no place in the text");
    }
});
