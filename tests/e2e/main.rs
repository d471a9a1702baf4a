//! Every fixture from its sources to a running container: `init`, build, inspect, run, edit and build again, debug.
//!
//! `cargo test --test e2e` takes the smoke cases, `IMGGEN_E2E=full` all of them, and a name on the command line what it names.
//! Without a Docker engine the files are written and checked, and the test says by name that it went no further.

mod closed;
mod engine;
mod image;
mod planted;
mod probe;
mod story;
#[path = "trial.rs"]
mod tries;

#[path = "../common/mod.rs"]
mod common;

use std::{env, process::ExitCode};

use libtest_mimic::Arguments;

use common::{
    case::{Tier, cases},
    harness::{self, trial},
};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A build keeps two cores busy; a second test meanwhile waits for sockets and for containers to end.
    arguments.test_threads.get_or_insert(2);
    let tier = if env::var("IMGGEN_E2E").is_ok_and(|tier| tier == "full") || arguments.filter.is_some() { Tier::Full } else { Tier::Smoke };

    harness::run(&arguments, || {
        let cases = cases()?;
        let planted = planted::PROJECTS.into_iter().filter_map(|(name, asked)| {
            let case = cases.iter().find(|case| case.name == name)?.clone();
            Some(trial(format!("planted-{name}"), move || planted::tell(&case, asked, tier)))
        });
        let planted: Vec<_> = planted.collect();
        let closed = cases.iter().filter(|case| closed::PROJECTS.contains(&case.name.as_str())).cloned();
        let closed: Vec<_> = closed.map(|case| trial(format!("closed-{}", case.name), move || closed::tell(&case, tier))).collect();
        let fixtures = cases.clone().into_iter().map(|case| trial(format!("try {}", case.name), move || tries::fixture(&case, tier)));
        let twins = tries::twins()?.into_iter().map(|twin| trial(format!("twin {}", twin.name), move || tries::twin(&twin, tier)));
        let interrupted = trial("try interrupted", move || tries::interrupted(tier));
        let stories = cases.into_iter().map(|case| trial(case.name.clone(), move || story::tell(&case, tier)));
        Ok(stories.chain(planted).chain(closed).chain(fixtures).chain(twins).chain([interrupted]).collect())
    })
}
