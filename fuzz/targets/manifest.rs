//! One manifest for every reader: no panic, and every value's place lies in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| imggen::internal::read(text));
