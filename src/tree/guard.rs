//! Ignore files that the walk would read to no end: a pipe, a device, a link out of the project, a gigabyte.

use camino::Utf8Path;

use crate::diagnostic::Diagnostic;
use crate::read::file::{self, NotRead};

/// Files of patterns that are read in each directory.
const NAMES: [&str; 2] = [".gitignore", ".imggenignore"];

/// Larger ones are not read: the longest that people keep have some thousand lines, and each costs a thousand times its size.
const LIMIT: u64 = 256 * 1024;

/// What is wrong with an ignore file of `directory`, which has to be said before it is read.
pub(super) fn refused(root: &Utf8Path, directory: &Utf8Path) -> Option<Diagnostic> {
    NAMES.iter().find_map(|name| {
        let path = directory.join(name);
        let why = file::plain(&path, LIMIT).err().filter(|why| !why.is_missing())?;
        let shown = path.strip_prefix(root).unwrap_or(&path);
        let error = Diagnostic::error("tree::ignore-file", format!("`{shown}` cannot be read: {why}")).at(shown, None, "an ignore file");
        Some(match why {
            NotRead::Link => error.help("git does not follow it either: put the file itself there"),
            NotRead::NoFile | NotRead::TooLarge | NotRead::Refused(_) => error.help("put a plain file of patterns there, or none"),
        })
    })
}
