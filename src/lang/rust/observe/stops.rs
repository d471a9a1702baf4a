//! How the program ends when it is asked to. As the first process of its container one that waits for no signal hears none.

use super::super::reach::Reach;
use crate::evidence::{Evidence, Fact, Rule};
use crate::need::Need;
use crate::program::{Heard, Program};

const SERVES: Rule = Rule::parsed("rust.hears-nothing", "runs until it is stopped, and nothing in the program waits for SIGTERM");

/// What runs until it is stopped and listens on no port: bots, consumers of queues, schedulers.
const LASTS: [&str; 11] = [
    "serenity",
    "poise",
    "twilight-gateway",
    "teloxide",
    "matrix-sdk",
    "lapin",
    "rdkafka",
    "async-nats",
    "apalis",
    "tokio-cron-scheduler",
    "rumqttc",
];

/// A first process that hands signals on, for what runs until it is stopped and waits for none; `listens` is where it answers.
#[must_use]
pub fn needs_init(program: &Program<'_>, reach: &Reach<'_>, listens: &[Evidence]) -> Option<Fact<Need>> {
    let lasting = || reach.asks_for(&LASTS).map(|external| external.evidence.clone());
    let lasts = listens.first().cloned().or_else(lasting)?;
    // a list of signals may be made elsewhere
    let hears = program.heard() != Heard::Nothing || program.sources().iter().any(|source| source.text.contains("SIGTERM"));
    (!hears).then(|| Fact::new(Need::Init, lasts.under(SERVES)))
}
