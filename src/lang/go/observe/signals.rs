//! The signal that the program ends on: SIGTERM, which is what containers are stopped with, unless it listens for Ctrl-C alone.

use super::index::{At, Index};
use crate::app::StopSignal;
use crate::evidence::{Fact, Rule};

const ONLY_INTERRUPT: Rule = Rule::parsed("go.only-interrupt", "this waits for Ctrl-C, and nothing in the program waits for SIGTERM");

/// Ctrl-C, when that is all the program listens for.
#[must_use]
pub fn stops_on(index: &Index<'_>) -> Option<Fact<StopSignal>> {
    let notified = || {
        let calls = index.calls.iter().filter(|call| matches!(call.name, "Notify" | "NotifyContext") && call.import == Some("os/signal"));
        calls.map(|call| (call, index.arguments(call)))
    };
    let (first, _) = notified().find(|(_, arguments)| arguments.iter().skip(1).any(|argument| hears(index, *argument)))?;
    // without a list it hears them all; and the list may be made elsewhere
    let hears_all = notified().any(|(_, arguments)| arguments.len() == 1);
    let hears_more = index.files.iter().any(|file| file.source.tokens.iter().any(|token| token.ident() == Some("SIGTERM")));
    (!hears_all && !hears_more).then(|| Fact::new(StopSignal::Interrupt, index.call_evidence(first, ONLY_INTERRUPT)))
}

/// Whether an argument is Ctrl-C's signal: `os.Interrupt`, `syscall.SIGINT`.
fn hears(index: &Index<'_>, argument: At) -> bool {
    let name = argument.move_to(argument.token + 2);
    ["Interrupt", "SIGINT"].iter().any(|signal| index.is(name, signal) || index.is(argument, signal))
}

#[cfg(test)]
mod tests {
    use super::super::testing::program;

    #[test]
    fn ctrl_c_alone_is_told() {
        for (body, expected) in [
            ("func main() { signal.Notify(c, os.Interrupt) }", true),
            ("func main() { ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT) }", true),
            ("func main() { signal.Notify(c, os.Interrupt, syscall.SIGTERM) }", false),
            ("var all = []os.Signal{syscall.SIGTERM}\nfunc main() { signal.Notify(c, os.Interrupt); signal.Notify(d, all...) }", false),
            ("func main() { signal.Notify(c) }", false),
            ("func main() { signal.Notify(c, os.Interrupt); signal.Notify(all) }", false),
            ("func main() { other.Notify(c, os.Interrupt) }", false),
        ] {
            let stops_on = program(&["os", "os/signal", "syscall"], body).behaviour.stops_on;
            assert_eq!(stops_on.is_some(), expected, "{body}");
        }
    }
}
