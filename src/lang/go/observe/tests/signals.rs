//! How it ends.

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
