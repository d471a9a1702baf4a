//! What there is to say of listeners that nobody can reach: on the loopback interface, or on a port that is another each time.

use crate::app::{Interface, Listen};
use crate::diagnostic::Diagnostic;
use crate::evidence::{Evidence, Fact};

/// What there is to say where the system picks the port.
pub fn picked(at: &Evidence) -> Diagnostic {
    let message = "the program lets the system pick its port, another one each time: no image can expose it";
    Diagnostic::warning("port::picked", message)
        .because(at)
        .help("have it listen on the port of a variable such as `PORT`, or name one in the source; then `--set port=8080` exposes it")
}

/// What there is to say about programs that only their own container reaches.
pub fn warnings(listens: &[Fact<Listen>]) -> impl Iterator<Item = Diagnostic> {
    // a variable or a flag that sets the interface is set in the image
    listens.iter().filter(|fact| deliberate(fact)).map(loopback)
}

fn loopback(fact: &Fact<Listen>) -> Diagnostic {
    let message = format!("the program listens on the loopback interface at {}: only reachable from inside the container", fact.place());
    // the text that names the interface says more than the call that it goes to
    let names_it =
        |evidence: &&Evidence| evidence.text.contains("localhost") || evidence.text.contains("127.") || evidence.text.contains("::1");
    let telling = fact.because().iter().rev().find(names_it).unwrap_or(&fact.because()[0]);
    let warning = Diagnostic::warning("bind::loopback", message).because(telling);
    match fact.value.port {
        Some(port) => warning.help(format!("listen on all interfaces: `0.0.0.0`, port {port}")),
        None => warning.help("listen on all interfaces: `0.0.0.0`"),
    }
}

/// Whether the loopback interface stands in the source, where neither a variable nor a flag changes it.
pub(super) fn deliberate(fact: &Fact<Listen>) -> bool {
    fact.value.interface == Interface::Loopback && fact.value.host.is_none()
}
