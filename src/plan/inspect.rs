//! What a debug variant has to look around with: a shell, and programs that show processes and sockets.

use super::{Install, Target};
use crate::catalog::{Base, Installer};

/// The first line of its file.
pub(super) fn headline(app: &str, what: &str) -> String {
    let what = if what.is_empty() { String::new() } else { format!(": {what}") };
    format!("{app} for debugging, not for production{what}")
}

/// How to look into it.
pub(super) fn tools(base: &Base) -> String {
    let debug = &base.debug;
    let is_busybox = debug.shell.contains("busybox") || base.installer == Some(Installer::Apk);
    let shown = match (is_busybox, debug.packages.is_empty()) {
        (_, false) => "; ps and ss show what runs and listens",
        (true, true) => "; ps and netstat show what runs and listens",
        (false, true) => "",
    };
    format!("a shell: docker run -it --entrypoint {} IMAGE{shown}", debug.shell)
}

/// The packages of the stage that runs, with those.
pub(super) fn packages(install: Option<Install>, base: &Base, target: Target) -> Option<Install> {
    let added = &base.debug.packages;
    if added.is_empty() || !matches!(target, Target::Debug(_)) {
        return install;
    }
    let mut all = install.unwrap_or_else(|| Install {
        installer: Installer::Apt,
        packages: Vec::new(),
        archived: base.archived,
        comment: unpinned(Installer::Apt).to_owned(),
        because: Vec::new(),
    });
    all.packages.extend(added.iter().cloned());
    all.packages.sort();
    all.packages.dedup();
    all.comment = format!("ps and ss to look around; {}", all.comment);
    Some(all)
}

/// Why no version of a package is named.
pub(super) fn unpinned(installer: Installer) -> &'static str {
    match installer {
        Installer::Apt => "unpinned: Debian removes old versions",
        Installer::Apk => "unpinned: Alpine removes old versions",
    }
}
