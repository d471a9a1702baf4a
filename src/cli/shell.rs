//! `imggen completions` and `imggen man`: what a package installs beside the program.

use clap::CommandFactory;
use clap_mangen::Man as Page;

use super::Exit;
use super::args::{Cli, Completions, Man};
use super::console::Console;
use crate::diagnostic::{Diagnostic, Result};

pub(super) fn completions(args: &Completions, console: &mut Console) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "imggen", &mut script);
    console.print(&String::from_utf8_lossy(&script)).map(|()| Exit::Fine)
}

pub(super) fn man(args: &Man, console: &mut Console) -> Result<Exit> {
    let mut program = Cli::command();
    program.build();
    let page = match &args.command {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
            let names: Vec<_> = program.get_subcommands().map(clap::Command::get_name).collect();
            Diagnostic::usage("man::unknown", format!("there is no command `{name}`")).help(format!("there are {}", names.join(", ")))
        })?,
    };
    let mut text = Vec::new();
    let failed = |error| Diagnostic::error("man::failed", format!("the page cannot be made: {error}"));
    Page::new(page).render(&mut text).map_err(failed)?;
    console.print(&String::from_utf8_lossy(&text)).map(|()| Exit::Fine)
}
