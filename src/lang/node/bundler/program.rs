//! Programs and task files that run a bundler: which file says what a command does.

use super::settings::Settings;
use crate::lang::node::package::Package;
use crate::lang::node::script::{Command, is_script};
use crate::tree::path::normal;

/// The file that says what a command does.
pub fn of<'t>(package: &Package<'t>, command: &Command) -> Option<Settings<'t>> {
    let of = |stems: &[&str]| stems.iter().find_map(|stem| Settings::read(package.tree, package, stem));
    match command.program() {
        "grunt" => of(&["Gruntfile", "gruntfile"]),
        "gulp" => of(&["gulpfile", "gulpfile.babel", "gulpfile.esm", "Gulpfile"]),
        "rollup" | "rolldown" => {
            let mut words = command.arguments().iter().skip_while(|word| !matches!(word.as_str(), "-c" | "--config")).skip(1);
            match words.next().filter(|word| !word.starts_with('-')) {
                Some(file) => Settings::of_package(package.tree, package, &normal(command.directory.join(file))),
                None => Settings::read(package.tree, package, &format!("{}.config", command.program())),
            }
        }
        "node" | "tsx" | "ts-node" | "bun" | "deno" | "zx" => {
            let file = command.arguments().iter().find(|word| is_script(word))?;
            Settings::of_package(package.tree, package, &normal(command.directory.join(file)))
        }
        _ => None,
    }
}
