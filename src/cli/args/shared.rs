//! What several verbs take: where the project is, what is chosen for it, where results go and in which form.

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

/// Where the project is.
#[derive(Debug, Args)]
pub struct Place {
    /// The project's directory.
    #[arg(default_value = ".")]
    pub dir: Utf8PathBuf,
}

/// In which form results are printed.
#[derive(Clone, Copy, Debug, Args)]
pub struct Format {
    /// Print for people or, with a schema version, for programs.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Form,
}

/// A form of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    Text,
    Json,
}

/// Where files are written.
#[derive(Clone, Debug, Args)]
pub struct Target {
    /// Overwrite files that were edited or that imggen did not write.
    #[arg(long)]
    pub force: bool,
    /// Write to DIR instead of the project.
    #[arg(long, value_name = "DIR")]
    pub output_dir: Option<Utf8PathBuf>,
}

/// What is chosen on the command line.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Choices")]
pub struct Given {
    /// Start from this preset; `imggen presets` lists them.
    #[arg(long, value_name = "NAME")]
    pub preset: Option<String>,
    /// Make an image of this app, where the project has several.
    #[arg(long, value_name = "NAME")]
    pub app: Option<String>,
    /// Run on this base image, by its name in the catalog: `scratch`, `slim`, ...
    #[arg(long, value_name = "NAME")]
    pub base: Option<String>,
    /// Expose this port (repeatable).
    #[arg(long = "port", value_name = "PORT")]
    pub ports: Vec<u16>,
    /// Write this debug variant: none, with a shell, or under the language's debugger.
    #[arg(long, value_name = "VARIANT")]
    pub debug: Option<DebugArg>,
    /// Set anything that imggen.toml can set (repeatable).
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub assignments: Vec<String>,
    /// Take choices from this file, which is written like imggen.toml; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub answers: Option<Utf8PathBuf>,
    /// Take the project from this JSON object of paths and texts in place of a directory; `-` for
    /// standard input.
    #[arg(long, value_name = "FILE")]
    pub files: Option<Utf8PathBuf>,
    #[command(flatten)]
    pub packs: PackArgs,
}

/// Packs of presets and templates.
#[derive(Clone, Debug, Default, Args)]
pub struct PackArgs {
    /// Add a pack (repeatable; earlier ones override later ones).
    #[arg(long = "pack", value_name = "DIR")]
    pub packs: Vec<Utf8PathBuf>,
    /// Ignore the packs that imggen.toml, `IMGGEN_PACKS` and .imggen name.
    #[arg(long)]
    pub only_packs: bool,
}

/// A debug variant, as a flag takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DebugArg {
    Off,
    Shell,
    Debugger,
}

impl DebugArg {
    /// The word for it in settings.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            DebugArg::Off => "off",
            DebugArg::Shell => "shell",
            DebugArg::Debugger => "debugger",
        }
    }
}
