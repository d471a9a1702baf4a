//! Rust source as tokens, by the common scanner.

use crate::program::scan::{self, RUST};
pub use crate::program::scan::{Kind, Token};

/// Reads all of `text`; comments and blanks are left out.
#[must_use]
pub fn scan(text: &str) -> Vec<Token<'_>> {
    scan::scan(text, &RUST).tokens
}

/// The index of the bracket that closes the one at `open`; the last token's where none does.
#[must_use]
pub fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        if token.kind != Kind::Punct {
            continue;
        }
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    tokens.len().saturating_sub(1)
}
