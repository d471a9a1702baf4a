//! Programs of desktops and telephones, which no container runs.

use super::{Made, Project};
use crate::diagnostic::Diagnostic;
use crate::evidence::Rule;

const DEVICE: Rule = Rule::parsed("node.desktop", "this makes programs for people's own devices");

/// What such programs depend on, and what people call it.
const KINDS: [(&str, &str); 5] =
    [("electron", "Electron"), ("expo", "Expo"), ("react-native", "React Native"), ("nw", "NW.js"), ("@neutralinojs/neu", "Neutralino")];

/// What it makes of a package: nothing.
pub fn made(project: &Project<'_, '_>) -> Option<Made> {
    // a site may have a shell for the desktop besides, whose `main` is in a package of its own
    let started = |name: &str| !matches!(name, "electron" | "nw") || project.package.document.string(&["main"]).is_some();
    let (at, what) = KINDS.iter().filter(|(name, _)| started(name)).find_map(|(name, what)| Some((project.depends(name)?, what)))?;
    let error = Diagnostic::error("node::desktop", format!("no container runs what {what} makes"));
    let help = "if a server is part of the project, add a script that starts it: `\"scripts\": { \"start\": \"node server.js\" }`";
    Some(Made::Nothing(Box::new(error.because(&at.under(DEVICE)).help(help))))
}
