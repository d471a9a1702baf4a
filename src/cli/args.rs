//! The words of the command line. Every verb and flag says in one sentence what it does; the tests in `tests/cmd` freeze them.

mod shared;

use camino::Utf8PathBuf;
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use self::shared::{Form, Format, Given, PackArgs, Place, Target};

/// Read a project and write its Dockerfile, with evidence for every decision.
#[derive(Debug, Parser)]
#[command(name = "imggen", version, disable_help_subcommand = true, max_term_width = 100)]
#[command(after_help = "Start with `imggen init` in a project. `imggen COMMAND --help` tells more.")]
#[command(after_long_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Option<Verb>,
    /// When to use colors.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Print only warnings and errors.
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

const EXIT_CODES: &str = "\
Start with `imggen init` in a project. `imggen COMMAND --help` tells more.

Exit codes:
  0  fine
  1  files differ (generate --check), an image fails (try)
  2  invalid usage, or a choice is required
  3  it cannot be done: nothing found, broken input, no engine, a base that cannot hold the program
  4  the image works, and is over its budget (try)";

/// What `--stdout` takes for every file when none is named.
pub const ALL: &str = "";

/// When to use colors. What follows is shown by its name alone, lest every `--help` grow by a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Analyze a project, ask for open choices, and write its Dockerfile.
    Init(Init),
    /// Regenerate the files from imggen.toml and the project.
    Generate(Generate),
    /// Build the image, run and probe it, and explain what fails; needs a container engine.
    ///
    /// Takes the files that imggen wrote, or would write. Exits with 1 when the image fails, with 4
    /// when it is over its budget, and with 3 where there is no engine. It changes nothing of the project but what --learn and --record write.
    Try(Try),
    /// Pin the images in the files to their current digests; uses the network.
    Pin(Pin),
    /// Show what is in a project: apps, ports, files, needs.
    Detect(Detect),
    /// Show what is decided for an app, line by line.
    Plan(Plan),
    /// Explain decisions: value, reason, evidence, and what was passed over.
    Explain(Explain),
    /// List images in the written files that get no more fixes, or soon none.
    ///
    /// Exits with 1 when there is one. It reads today's date, and uses no network.
    Outdated(Outdated),
    /// List presets, or show one.
    Presets(Presets),
    /// List templates, show one, or copy one to change it.
    Templates(Templates),
    /// Show what is known about an image or a toolchain, or copy it to change it.
    Catalog(Catalog),
    /// Print a JSON Schema.
    Schema(Schema),
    /// Print completions for a shell.
    Completions(Completions),
    /// Print the manual page.
    Man(Man),
}

/// `imggen init`
#[derive(Debug, Args)]
pub struct Init {
    #[command(flatten)]
    pub place: Place,
    /// Do not prompt: use defaults, fail where there is none.
    #[arg(short, long)]
    pub yes: bool,
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub format: Format,
    #[command(flatten)]
    pub given: Given,
}

/// `imggen generate`
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("instead").args(["check", "diff", "stdout", "merge"]))]
pub struct Generate {
    #[command(flatten)]
    pub place: Place,
    /// Write nothing; print how the files differ, and exit with 1 if they do.
    #[arg(long, conflicts_with = "force")]
    pub check: bool,
    /// Write nothing; print how the files differ.
    #[arg(long, conflicts_with = "force")]
    pub diff: bool,
    /// Merge what was edited by hand with what imggen writes now, and mark what both changed.
    #[arg(long, conflicts_with_all = ["force", "output_dir"])]
    pub merge: bool,
    /// Write nothing; print the files, or FILE alone and as it is.
    #[arg(long, visible_alias = "dry-run", value_name = "FILE", conflicts_with_all = ["force", "output_dir"])]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = ALL)]
    pub stdout: Option<Utf8PathBuf>,
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub format: Format,
    #[command(flatten)]
    pub given: Given,
}

/// `imggen try`
#[derive(Debug, Args)]
pub struct Try {
    #[command(flatten)]
    pub place: Place,
    /// Use this engine: docker, podman, nerdctl, or buildx:NAME for a builder that only builds.
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<String>,
    /// Write what the image showed into `[learned]` of imggen.toml, and try again, a few rounds.
    #[arg(long)]
    pub learn: bool,
    /// Build once more after an edit of a source, in a copy, and tell what that rebuilds.
    #[arg(long)]
    pub rebuild: bool,
    /// Start the services of the project's compose file beside it, on a network of their own.
    #[arg(long, value_name = "WHAT")]
    pub with: Option<With>,
    /// Compare the size with this image instead of the recorded one.
    #[arg(long, value_name = "REF")]
    pub against: Option<String>,
    /// Record the size in .imggen/size.json, which later runs are compared with.
    #[arg(long)]
    pub record: bool,
    /// Let the hardened run decide as well: read-only, no capabilities, any user.
    #[arg(long)]
    pub hardened: bool,
    /// Fail on warnings too.
    #[arg(long)]
    pub strict: bool,
    /// Wait this many seconds for the first answer.
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub wait: u64,
    /// Set an environment variable in the container (repeatable).
    #[arg(long, value_name = "NAME=VALUE")]
    pub env: Vec<String>,
    /// Set a build argument (repeatable).
    #[arg(long = "build-arg", value_name = "NAME=VALUE")]
    pub build_args: Vec<String>,
    /// Build for this platform instead of the engine's own.
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<String>,
    /// Limit the container's memory: `512m`.
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<String>,
    /// Print for people, for programs, or as the comment of a CI.
    #[arg(long = "format", value_name = "FORMAT", default_value = "text")]
    pub form: TryForm,
    #[command(flatten)]
    pub given: Given,
    /// Arguments of the program, behind `--`.
    #[arg(last = true)]
    pub words: Vec<String>,
}

/// Where services come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum With {
    Compose,
}

/// A form of a trial's report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TryForm {
    Text,
    Json,
    Markdown,
}

/// `imggen pin`
#[derive(Debug, Args)]
pub struct Pin {
    #[command(flatten)]
    pub place: Place,
    /// Write nothing; exit with 1 where a digest is missing or no longer that of its tag.
    #[arg(long)]
    pub check: bool,
}

/// `imggen detect`
#[derive(Debug, Args)]
pub struct Detect {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub format: Format,
    /// Add a pack's catalog (repeatable; earlier ones override later ones).
    #[arg(long = "pack", value_name = "DIR")]
    pub packs: Vec<Utf8PathBuf>,
    /// Take the project from this JSON object of paths and texts; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub files: Option<Utf8PathBuf>,
}

/// `imggen plan`
#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub format: Format,
    #[command(flatten)]
    pub given: Given,
}

/// `imggen explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// The decision to explain, such as `base` or `port`; all of them without it.
    pub topic: Option<String>,
    /// The project's directory.
    #[arg(default_value = ".")]
    pub dir: Utf8PathBuf,
    #[command(flatten)]
    pub format: Format,
    #[command(flatten)]
    pub given: Given,
}

/// `imggen outdated`
#[derive(Debug, Args)]
pub struct Outdated {
    #[command(flatten)]
    pub place: Place,
    /// Check against this day instead of today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub on: Option<String>,
    #[command(flatten)]
    pub format: Format,
    #[command(flatten)]
    pub packs: PackArgs,
}

/// `imggen presets`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Presets {
    #[command(subcommand)]
    pub verb: Option<PresetsVerb>,
    /// Render every preset of the packs on a sample project, and name files that nothing reads.
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub format: Format,
    #[command(flatten)]
    pub packs: PackArgs,
}

/// What to do with presets.
#[derive(Debug, Subcommand)]
pub enum PresetsVerb {
    /// Show a preset's settings, including inherited ones.
    Show {
        /// The preset's name.
        name: String,
        #[command(flatten)]
        packs: PackArgs,
    },
}

/// `imggen templates`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Templates {
    #[command(subcommand)]
    pub verb: Option<TemplatesVerb>,
    #[command(flatten)]
    pub format: Format,
    #[command(flatten)]
    pub packs: PackArgs,
}

/// What to do with templates.
#[derive(Debug, Subcommand)]
pub enum TemplatesVerb {
    /// Print a template.
    Show {
        /// The template's name, such as `go/Dockerfile.j2`.
        name: String,
        #[command(flatten)]
        packs: PackArgs,
    },
    /// Copy a template to .imggen/templates, where it is taken in place of the original.
    Eject {
        /// The template's name, such as `go/Dockerfile.j2`.
        name: String,
        #[command(flatten)]
        packs: PackArgs,
    },
}

/// `imggen catalog`
#[derive(Debug, Args)]
pub struct Catalog {
    #[command(subcommand)]
    pub verb: CatalogVerb,
}

/// What to do with the catalog.
#[derive(Debug, Subcommand)]
pub enum CatalogVerb {
    /// Print an entry as it holds with all packs, or list them.
    Show {
        /// The entry's name, such as `slim` or `go`; all names without it.
        name: Option<String>,
        #[command(flatten)]
        packs: PackArgs,
    },
    /// Copy an entry to .imggen/presets/_catalog, where it is taken in place of the original.
    Eject {
        /// The entry's name, such as `slim` or `go`.
        name: String,
        #[command(flatten)]
        packs: PackArgs,
    },
}

/// `imggen schema`
#[derive(Debug, Args)]
pub struct Schema {
    /// What to describe.
    #[arg(default_value = "settings")]
    pub of: SchemaOf,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// imggen.toml, answers files and what presets set.
    Settings,
    /// What `imggen plan --format json` prints.
    Plan,
    /// What `imggen detect --format json` prints.
    Detection,
    /// What `imggen explain --format json` prints.
    Explanation,
    /// What `imggen generate --format json` prints.
    Report,
    /// Files of a pack's catalog, below `presets/_catalog`.
    Catalog,
}

/// `imggen completions`
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    pub shell: Shell,
}

/// `imggen man`
#[derive(Debug, Args)]
pub struct Man {
    /// The command to print the page of; the program's own page without it.
    pub command: Option<String>,
}
