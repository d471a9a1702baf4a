//! Programs that an app starts and that no base has: it may do without them, and nothing can be installed, so that it is said.

use crate::app::App;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::evidence::Fact;
use crate::need::Need;

/// The rules of places that start a program, behind their language.
const STARTS: [&str; 2] = ["starts-program", "starts-one-of"];

/// Takes out of an app's needs the programs that nothing in the catalog gives, each with a warning.
pub fn leave_unknown(app: &mut App, catalog: &Catalog) {
    let seen = |need: &Fact<Need>| {
        matches!(need.value, Need::Program(_))
            && need.because().iter().all(|at| STARTS.contains(&at.rule.rsplit('.').next().unwrap_or_default()))
    };
    let needs = std::mem::take(&mut app.behaviour.needs);
    let (unknown, known): (Vec<_>, Vec<_>) = needs.into_iter().partition(|need| seen(need) && !catalog.knows(&need.value));
    // its own name is found in the image; and of several names in one place one is enough
    let matters = |need: &Fact<Need>| {
        let shared = |known: &Fact<Need>| known.because().iter().any(|at| need.because().contains(at));
        need.value != Need::Program(app.sighting.name.clone())
            && !known.iter().any(|known| known.value != Need::Program("sh".into()) && shared(known))
    };
    app.warnings.extend(unknown.iter().filter(|need| matters(need)).map(warning));
    app.behaviour.needs = known;
}

fn warning(need: &Fact<Need>) -> Diagnostic {
    let message = format!("the {} is started, and imggen knows no package that gives it", need.value.words());
    let warning = Diagnostic::warning("program::unknown", message)
        .help("if the program does not do without it, name its package: `[packages] run = [...]` on a base with a package manager");
    need.because().iter().fold(warning, Diagnostic::because)
}
