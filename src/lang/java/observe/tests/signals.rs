//! How it ends.

use super::{java, main};

#[test]
fn the_virtual_machine_ends_on_sigterm_by_itself() {
    for statements in ["Signal.handle(new Signal(\"INT\"), s -> {});", "Runtime.getRuntime().addShutdownHook(new Thread(() -> {}));"] {
        assert!(java("sun.misc.Signal", &main(statements)).behaviour.stops_on.is_none(), "{statements}");
    }
}
