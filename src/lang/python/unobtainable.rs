//! What is listed and cannot be installed in an image: packages of other systems.

use super::project::Project;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Result};

/// Refuses a project whose installation is bound to fail.
///
/// # Errors
/// When it lists what no index has for Linux.
pub fn refuse(project: &Project, catalog: &Catalog) -> Result<()> {
    let natives = || catalog.natives("python").iter().filter(|native| !native.exists.is_empty());
    let of_others = |locked: &&super::locked::Locked| natives().any(|native| native.name == locked.name);
    let mut foreign = project.certain.iter().filter(of_others).peekable();
    if let Some(first) = foreign.peek() {
        let exists = natives().find(|native| native.name == first.name).map_or("", |native| native.exists.as_str());
        let error = Diagnostic::error("python::not-installable", format!("`{}` exists {exists}", first.name));
        let help = if exists.contains("Windows") {
            format!("ask for it there alone: `{} ; sys_platform == \"win32\"`", first.at.text)
        } else {
            "take the line out: nothing installs it in an image".to_owned()
        };
        return Err(foreign.fold(error, |error, locked| error.because(&locked.at)).help(help).into());
    }
    Ok(())
}
