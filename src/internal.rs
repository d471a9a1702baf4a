//! What the tests, benchmarks and fuzz targets of this package see beyond its face. It promises nothing to anybody else.

pub use crate::app::{Behaviour, Interface};
pub use crate::catalog::Catalog;
pub use crate::change::{pin, references};
pub use crate::command::{Line, Reader, quoted};
pub use crate::context::translate;
pub use crate::detect::{detect, pick};
use crate::evidence::Rule;
#[cfg(fuzzing)]
pub use crate::fuzzing::{observe, read};
pub use crate::verify::{Expected, Ignore, Kind, verify};
use crate::{Evidence, Packs, Result};

/// What a project says of itself.
pub mod declared {
    pub use crate::declared::read;
}

/// The languages.
pub mod lang {
    pub use crate::lang::ALL;
}

/// The presets of packs.
pub mod preset {
    pub use crate::preset::{default_for, list};
}

/// What can be set.
pub mod settings {
    pub use crate::settings::keys;
}

/// The catalog that packs make.
///
/// # Errors
/// When a file of it cannot be read.
pub fn catalog(packs: &Packs) -> Result<Catalog> {
    packs.catalog()
}

/// Where a command line of a file stands.
#[must_use]
pub fn line_of(file: &str) -> Evidence {
    Evidence::exists(file, Rule::parsed("command.line", "this line starts it"))
}
