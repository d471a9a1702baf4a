//! Locales: slim bases have the data of none but `C.UTF-8`, so those that a program sets are made in the build stage.

use super::ShellLine;
use super::draw::Taking;
use crate::ladder::{Fit, Way};
use crate::need::Need;

/// Where they are made.
const MADE: &str = "/out/locale";
/// Where the C library looks for them.
const PLACE: &str = "/usr/lib/locale";

/// Those that the base does not have, each once.
fn missing(fit: &Fit) -> Vec<&str> {
    let copied = fit.met.iter().filter(|met| met.way == Way::Copied);
    let mut names: Vec<_> =
        copied.filter_map(|met| if let Need::Locale(name) = &met.need.value { Some(name.as_str()) } else { None }).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What the build stage makes them with, where any is missing.
pub(super) fn tool(fit: &Fit) -> Option<Need> {
    (!missing(fit).is_empty()).then(|| Need::Program("locale-gen".into()))
}

impl Taking {
    /// Makes those that are missing, and takes them.
    pub(super) fn locales(&mut self, fit: &Fit) {
        let names = missing(fit);
        if names.is_empty() {
            return;
        }
        let made = names.iter().map(|name| define(name)).fold(ShellLine::of("mkdir -p").path(MADE), ShellLine::and);
        self.stage(format!("the data of {}", names.join(", ")), made);
        self.take(MADE, PLACE);
    }
}

/// `localedef -i de_DE -f UTF-8 /out/locale/de_DE.UTF-8`
fn define(name: &str) -> ShellLine {
    let (plain, modifier) = name.find('@').map_or((name, ""), |at| name.split_at(at));
    let (language, charset) = plain.split_once('.').unwrap_or((plain, "ISO-8859-1"));
    let charset = if charset.eq_ignore_ascii_case("utf8") { "UTF-8" } else { charset };
    let input = format!("{language}{modifier}");
    ShellLine::of("localedef -i").word(input).then("-f").word(charset).path(format!("{MADE}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_source_and_which_charset() {
        let line = |name: &str| define(name).as_str().to_owned();
        assert_eq!(line("de_DE.UTF-8"), "localedef -i de_DE -f UTF-8 /out/locale/de_DE.UTF-8");
        assert_eq!(line("pt_BR.utf8"), "localedef -i pt_BR -f UTF-8 /out/locale/pt_BR.utf8");
        assert_eq!(line("de_DE@euro"), "localedef -i de_DE@euro -f ISO-8859-1 /out/locale/de_DE@euro");
    }
}
