//! Questions at a terminal, behind a trait, so that tests can answer them.

use inquire::ui::RenderConfig;
use inquire::validator::Validation;
use inquire::{InquireError, Select, Text};

use super::Stop;
use super::console::fit;
use super::draw::Style;
use crate::diagnostic::Diagnostic;

/// Somebody who answers. [`Stop::Cancelled`] is an answer too.
pub trait Prompt {
    /// One of the options, by its place; the first is the default.
    fn select(&mut self, question: &str, options: &[String]) -> Result<usize, Stop>;
    /// A word that `check` takes.
    fn text(&mut self, question: &str, help: &str, check: fn(&str) -> Result<(), String>) -> Result<String, Stop>;
}

/// The person at the terminal.
pub struct Terminal(Style);

impl Terminal {
    /// At a terminal that takes `style`.
    pub fn new(style: Style) -> Self {
        Self(style)
    }

    fn config(&self) -> RenderConfig<'static> {
        if self.0.colored { RenderConfig::default_colored() } else { RenderConfig::empty() }
    }

    fn keys(&self) -> &'static str {
        if self.0.unicode { "↑↓ to move, enter to take, escape to stop" } else { "arrows to move, enter to take, escape to stop" }
    }
}

impl Prompt for Terminal {
    fn select(&mut self, question: &str, options: &[String]) -> Result<usize, Stop> {
        let (question, options) = (fit(question), options.iter().map(|option| fit(option)).collect());
        let prompt = Select::new(&question, options).with_render_config(self.config()).with_help_message(self.keys());
        // an option is a line of a table; what stays on the screen is its first column
        let prompt = prompt.with_formatter(&|option| option.value.split("  ").next().unwrap_or_default().to_owned());
        Ok(prompt.without_filtering().raw_prompt().map_err(stop)?.index)
    }

    fn text(&mut self, question: &str, help: &str, check: fn(&str) -> Result<(), String>) -> Result<String, Stop> {
        let valid = move |text: &str| match check(text.trim()) {
            Ok(()) => Ok(Validation::Valid),
            Err(why) => Ok(Validation::Invalid(why.into())),
        };
        let (question, help) = (fit(question), fit(help));
        let prompt = Text::new(&question).with_render_config(self.config()).with_help_message(&help).with_validator(valid);
        Ok(prompt.prompt().map_err(stop)?.trim().to_owned())
    }
}

fn stop(error: InquireError) -> Stop {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => Stop::Cancelled,
        other => Diagnostic::usage("prompt::failed", format!("the terminal cannot be asked: {other}"))
            .help("`--yes` asks nothing; `--app`, `--base`, `--port` and `--debug` answer beforehand")
            .into(),
    }
}
