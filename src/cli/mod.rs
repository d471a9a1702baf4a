//! The command line: one file for each verb, and what they share. The library below it neither prints nor asks.

mod args;
mod ask;
mod base;
mod catalog;
mod check_presets;
mod console;
mod detect;
mod draw;
mod drift;
mod explain;
mod generate;
mod given;
mod inherit;
mod init;
mod leaves;
mod merge;
mod next;
mod outdated;
mod pin;
mod place;
mod plan;
mod presets;
mod project;
mod prompt;
mod record;
mod report;
mod schema;
mod shell;
mod sources;
mod templates;
mod text;
mod r#try;
mod write;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use serde_json::json;

use self::args::{CatalogVerb, Cli, Form, PresetsVerb, TemplatesVerb, TryForm, Verb};
use self::console::Console;
use crate::diagnostic::{Class, Diagnostic, Result};
use crate::engine::interrupt;

/// The version of what `--format json` prints.
const SCHEMA: u32 = 1;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Fine = 0,
    Differs = 1,
    Usage = 2,
    Impossible = 3,
    OverBudget = 4,
    Interrupted = 130,
}

/// What ends a run early.
#[derive(Debug)]
enum Stop {
    Because(Box<Diagnostic>),
    /// Escape or Ctrl-C at a prompt, or a "no".
    Cancelled,
}

impl From<Box<Diagnostic>> for Stop {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Stop::Because(diagnostic)
    }
}

impl From<Diagnostic> for Stop {
    fn from(diagnostic: Diagnostic) -> Self {
        Stop::Because(diagnostic.into())
    }
}

/// Runs the program under these arguments, its own name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        // help and the version are "errors" too, and know their stream and their exit code
        Err(error) => {
            // an argument that it repeats may hold anything
            let text = console::fit(&error.render().ansi().to_string());
            if error.use_stderr() {
                anstream::eprint!("{text}");
            } else {
                anstream::print!("{text}");
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut console = Console::new(cli.color, cli.quiet);
    let Some(verb) = cli.verb else {
        _ = Cli::command().print_help();
        return ExitCode::SUCCESS;
    };
    let form = form_of(&verb);
    let exit = dispatch(&verb, &mut console).unwrap_or_else(|stop| end(stop, form, &mut console));
    ExitCode::from(exit as u8)
}

fn dispatch(verb: &Verb, console: &mut Console) -> Result<Exit, Stop> {
    match verb {
        Verb::Init(args) => init::run(args, console),
        Verb::Generate(args) => generate::run(args, console),
        Verb::Pin(args) => pin::run(args, console),
        Verb::Try(args) => r#try::run(args, console),
        Verb::Detect(args) => Ok(detect::run(args, console)?),
        Verb::Plan(args) => Ok(plan::run(args, console)?),
        Verb::Explain(args) => Ok(explain::run(args, console)?),
        Verb::Outdated(args) => Ok(outdated::run(args, console)?),
        Verb::Presets(args) => Ok(match &args.verb {
            None if args.check => check_presets::run(&args.packs, console)?,
            None => presets::list(args, console)?,
            Some(PresetsVerb::Show { name, packs }) => presets::show(name, packs, console)?,
        }),
        Verb::Templates(args) => Ok(match &args.verb {
            None => templates::list(args, console)?,
            Some(TemplatesVerb::Show { name, packs }) => templates::show(name, packs, console)?,
            Some(TemplatesVerb::Eject { name, packs }) => templates::eject(name, packs, console)?,
        }),
        Verb::Catalog(args) => Ok(match &args.verb {
            CatalogVerb::Show { name, packs } => catalog::show(name.as_deref(), packs, console)?,
            CatalogVerb::Eject { name, packs } => catalog::eject(name, packs, console)?,
        }),
        Verb::Schema(args) => Ok(schema::run(args, console)?),
        Verb::Completions(args) => Ok(shell::completions(args, console)?),
        Verb::Man(args) => Ok(shell::man(args, console)?),
    }
}

fn form_of(verb: &Verb) -> Form {
    match verb {
        Verb::Detect(args) => args.format.format,
        Verb::Plan(args) => args.format.format,
        Verb::Explain(args) => args.format.format,
        Verb::Outdated(args) => args.format.format,
        Verb::Presets(args) => args.format.format,
        Verb::Templates(args) => args.format.format,
        Verb::Init(args) => args.format.format,
        Verb::Generate(args) => args.format.format,
        Verb::Try(args) if args.form == TryForm::Json => Form::Json,
        Verb::Try(_) | Verb::Pin(_) | Verb::Catalog(_) | Verb::Schema(_) | Verb::Completions(_) | Verb::Man(_) => Form::Text,
    }
}

fn end(stop: Stop, form: Form, console: &mut Console) -> Exit {
    let diagnostic = match stop {
        Stop::Cancelled => {
            console.say("nothing was written\n");
            return Exit::Usage;
        }
        Stop::Because(diagnostic) => diagnostic,
    };
    if form == Form::Json {
        // when even this cannot be printed, what is drawn below still says why
        _ = console.print(&text::json(&json!({ "schema": SCHEMA, "error": &*diagnostic })));
    }
    console.draw(&diagnostic);
    match diagnostic.class {
        _ if diagnostic.code == interrupt::CODE => Exit::Interrupted,
        Class::Usage => Exit::Usage,
        Class::Impossible => Exit::Impossible,
    }
}
