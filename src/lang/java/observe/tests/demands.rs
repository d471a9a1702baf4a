//! Variables without which it does not start.

use super::{java, kotlin, main};
use crate::lang::java::observe::Observed;

fn demands(observed: &Observed) -> Vec<String> {
    observed.behaviour.demands.iter().map(|fact| fact.value.clone()).collect()
}

#[test]
fn variables_that_it_gives_up_without() {
    for (statements, expected) in [
        (
            "String dsn = System.getenv(\"DATABASE_URL\"); if (dsn == null) { throw new IllegalStateException(\"no\"); }",
            &["DATABASE_URL"][..],
        ),
        ("if (System.getenv(\"TOKEN\") == null) { System.exit(1); }", &["TOKEN"]),
        ("String dsn = System.getenv(\"DSN\"); if (dsn == null) { dsn = \"x\"; }", &[]),
        ("String debug = System.getenv(\"DEBUG\"); if (debug != null) { System.exit(1); }", &[]),
    ] {
        assert_eq!(demands(&java("", &main(statements))), expected, "{statements}");
    }
}

#[test]
fn what_kotlin_insists_on() {
    let text = "fun main() { val key = System.getenv(\"KEY\") ?: error(\"KEY is not set\") }";
    assert_eq!(demands(&kotlin(text)), ["KEY"]);
    assert!(demands(&kotlin("fun main() { val key = System.getenv(\"KEY\") ?: \"none\" }")).is_empty());
}
