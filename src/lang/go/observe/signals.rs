//! The signal that the program ends on: SIGTERM, which is what containers are stopped with, unless it listens for Ctrl-C alone.

use super::index::Index;
use crate::app::StopSignal;
use crate::evidence::{Fact, Rule};

const ONLY_INTERRUPT: Rule = Rule::parsed("go.only-interrupt", "waits for Ctrl-C, and nothing in the program waits for SIGTERM");

/// Ctrl-C, when that is all the program listens for.
#[must_use]
pub fn stops_on(index: &Index<'_>) -> Option<Fact<StopSignal>> {
    let mut notified =
        index.calls.iter().filter(|call| matches!(call.name, "Notify" | "NotifyContext") && index.imported(call) == Some("os/signal"));
    let first = notified.find(|call| {
        let close = index.closing(call.at.move_to(call.at.token + 1));
        let words = index.tokens(call.at.file).get(call.at.token..close).unwrap_or_default();
        words.iter().any(|token| matches!(token.ident(), Some("Interrupt" | "SIGINT")))
    })?;
    // the signals may come from a list made elsewhere
    let hears_more = index.files.iter().any(|file| file.source.tokens.iter().any(|token| token.ident() == Some("SIGTERM")));
    (!hears_more).then(|| Fact::new(StopSignal::Interrupt, index.call_evidence(first, ONLY_INTERRUPT)))
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
            ("func main() { other.Notify(c, os.Interrupt) }", false),
        ] {
            let stops_on = program(&["os", "os/signal", "syscall"], body).behaviour.stops_on;
            assert_eq!(stops_on.is_some(), expected, "{body}");
        }
    }
}
