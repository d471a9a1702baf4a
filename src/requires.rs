//! What a file says of the imggen that may read it.

use camino::Utf8Path;
use semver::{Version, VersionReq};

use crate::diagnostic::{Diagnostic, Result};
use crate::evidence::Span;

/// Holds a range of versions, `>=0.2`, against this one.
///
/// # Errors
/// When it is no range, or this version is not in it.
pub(crate) fn check(file: &Utf8Path, range: &str, span: Option<Span>) -> Result<()> {
    let own = env!("CARGO_PKG_VERSION");
    let refuse = |message: String| Diagnostic::usage("settings::requires", message).at(file, span, "here");
    let wanted = VersionReq::parse(range).map_err(|_| {
        refuse(format!("`requires = \"{range}\"` is no range of versions")).help("for example `requires = \">=0.2, <0.4\"`")
    })?;
    if Version::parse(own).is_ok_and(|own| wanted.matches(&own)) {
        return Ok(());
    }
    Err(refuse(format!("`{file}` requires imggen {range}, and this is {own}")).help(format!("use an imggen that is {range}")).into())
}
