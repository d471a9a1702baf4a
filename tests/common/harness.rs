//! Named tests, one per case, so that `cargo test --test e2e -- go-` selects.

use std::process::ExitCode;

use anyhow::Result;
use libtest_mimic::{Arguments, Completion, Trial};

/// A test, which may find only when it runs that something is not at hand.
pub fn trial(name: impl Into<String>, test: impl FnOnce() -> Result<Completion> + Send + 'static) -> Trial {
    Trial::ignorable_test(name, move || test().map_err(|error| format!("{error:#}").into()))
}

/// Runs what `collect` finds, and fails when it cannot even look.
pub fn run(arguments: &Arguments, collect: impl FnOnce() -> Result<Vec<Trial>>) -> ExitCode {
    match collect() {
        Ok(trials) => libtest_mimic::run(arguments, trials).exit_code(),
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
