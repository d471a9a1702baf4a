//! Programs that it starts.

use super::{java, kotlin, main};
use crate::lang::java::observe::Observed;

fn needs(observed: &Observed) -> Vec<String> {
    observed.behaviour.needs.iter().map(|fact| fact.value.to_string()).collect()
}

#[test]
fn programs_by_name() {
    for (statements, expected) in [
        ("new ProcessBuilder(\"git\", \"clone\").start();", &["program:git"][..]),
        ("Runtime.getRuntime().exec(\"ffmpeg -i a b\");", &["program:ffmpeg"]),
        ("Runtime.getRuntime().exec(new String[] {\"pdftotext\", \"a\"});", &["program:pdftotext"]),
        ("new ProcessBuilder(java.util.List.of(\"git\", \"log\")).start();", &["program:git"]),
        ("new ProcessBuilder(args[0]).start();", &[]),
        ("// new ProcessBuilder(\"git\").start();", &[]),
    ] {
        assert_eq!(needs(&java("", &main(statements))), expected, "{statements}");
    }
}

#[test]
fn programs_of_kotlin() {
    assert_eq!(needs(&kotlin("fun main() { ProcessBuilder(\"git\", \"log\").start() }")), ["program:git"]);
}
