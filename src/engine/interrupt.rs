//! Ctrl-C: whoever waits sees it and stops, and what cleans up runs all the same.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::diagnostic::Diagnostic;

/// The code of the error that stops everything.
pub const CODE: &str = "try::interrupted";

static WANTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Takes Ctrl-C and polite ends from now on.
pub fn listen() {
    let wanted = WANTED.get_or_init(Arc::default);
    for signal in signal_hook::consts::TERM_SIGNALS {
        // a signal that cannot be taken ends the program at once, as it did before
        _ = signal_hook::flag::register(*signal, Arc::clone(wanted));
    }
}

/// Whether the user has had enough.
#[must_use]
pub fn is_wanted() -> bool {
    WANTED.get().is_some_and(|wanted| wanted.load(Ordering::Relaxed))
}

/// The error that says so.
#[must_use]
pub fn stop() -> Diagnostic {
    Diagnostic::usage(CODE, "interrupted; what was made for the trial is removed")
}
