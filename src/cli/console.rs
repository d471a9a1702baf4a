//! The two streams: results on one, everything else on the other. Nothing else in imggen prints.

use std::env;
use std::io::{self, ErrorKind, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use super::args::Color;
use super::draw::{self, Style};
use super::sources::Sources;
use super::text::visible;
use crate::diagnostic::{Diagnostic, Result, Severity};
use crate::secret;

/// Where to print, and what the terminal takes.
pub struct Console {
    results: Box<dyn Write>,
    rest: Box<dyn Write>,
    style: Style,
    /// Whether notes and what is said on the way are left out.
    quiet: bool,
    /// Texts that diagnostics point into.
    pub sources: Sources,
}

impl Console {
    /// The process's own streams.
    #[must_use]
    pub fn new(color: Color, quiet: bool) -> Self {
        match color {
            Color::Auto => {}
            Color::Always => ColorChoice::Always.write_global(),
            Color::Never => ColorChoice::Never.write_global(),
        }
        let colored = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        let style = Style { colored, unicode: io::stderr().is_terminal() && !is_dumb() && is_utf8() };
        Self { results: Box::new(anstream::stdout()), rest: Box::new(anstream::stderr()), style, quiet, sources: Sources::default() }
    }

    /// Streams of a test's, without colors.
    #[cfg(test)]
    pub fn over(results: Box<dyn Write>, rest: Box<dyn Write>) -> Self {
        Self { results, rest, style: Style { colored: false, unicode: false }, quiet: false, sources: Sources::default() }
    }

    /// What the terminal takes.
    #[must_use]
    pub fn style(&self) -> Style {
        self.style
    }

    /// Prints a result.
    ///
    /// # Errors
    /// When it cannot be written. That nobody reads it any longer is no error.
    pub fn print(&mut self, text: &str) -> Result<()> {
        match self.results.write_all(fit(text).as_bytes()).and_then(|()| self.results.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Diagnostic::error("write::output", format!("the output cannot be written: {error}")).into())
            }
            _ => Ok(()),
        }
    }

    /// Whether only warnings and errors are wanted.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Says what is no result, to whoever wants to know.
    pub fn say(&mut self, text: &str) {
        if !self.quiet {
            self.write(text);
        }
    }

    fn write(&mut self, text: &str) {
        // there is no third stream to complain on
        _ = self.rest.write_all(fit(text).as_bytes());
    }

    /// Draws a diagnostic.
    pub fn draw(&mut self, diagnostic: &Diagnostic) {
        if self.quiet && diagnostic.severity == Severity::Note {
            return;
        }
        let drawn = draw::draw(diagnostic, &self.sources, self.style);
        self.write(&drawn);
    }

    /// Draws several, a line apart.
    pub fn draw_all(&mut self, diagnostics: &[Diagnostic]) {
        for diagnostic in diagnostics {
            self.draw(diagnostic);
            self.say("\n");
        }
    }
}

/// What leaves: without secrets, and without a character that a terminal obeys instead of showing it, our own styles apart.
pub fn fit(text: &str) -> String {
    visible(&secret::redact(text))
}

/// Whether there is somebody at a terminal who can be asked.
#[must_use]
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal() && !is_dumb()
}

fn is_dumb() -> bool {
    env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Whether the locale's encoding is UTF-8, as POSIX ranks the variables.
fn is_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    let names_utf8 = |locale: String| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    };
    cfg!(windows) || locale.is_some_and(names_utf8)
}
