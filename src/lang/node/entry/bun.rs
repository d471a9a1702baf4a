//! What Bun is given to run: a file as it is written, or one that a build makes.

use camino::{Utf8Path, Utf8PathBuf};

use super::{File, Finder};
use crate::lang::node::script;
use crate::lang::node::sources;

/// Options that take the next word.
const VALUED: [&str; 12] = [
    "-r",
    "--preload",
    "-d",
    "--define",
    "-l",
    "--loader",
    "-c",
    "--config",
    "--port",
    "--conditions",
    "--tsconfig-override",
    "--main-fields",
];
/// Options that an image does without: they are for working on a program, say what is known, or name a file that no image holds.
const SPARE: [&str; 9] =
    ["-b", "--bun", "-i", "--install", "--env-file", "--no-clear-screen", "--inspect", "--inspect-wait", "--inspect-brk"];

impl Finder<'_, '_> {
    /// The file of `bun run --smol file argument`.
    pub(super) fn by_bun(&self, arguments: &[String]) -> Option<File> {
        let mut flags = Vec::new();
        let mut words = arguments.iter().skip(usize::from(arguments.first().is_some_and(|first| first == "run")));
        let path = loop {
            let word = words.next()?;
            let (name, value) = word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
            if !word.starts_with('-') {
                break word;
            }
            if name == "--cwd" {
                return None;
            }
            if !SPARE.contains(&name) {
                flags.push(word.clone());
                if VALUED.contains(&name) && value.is_none() {
                    flags.push(words.next()?.clone());
                }
            }
        };
        let arguments = words.cloned().collect();
        Some(File { flags, arguments, ..self.of_bun(path)? })
    }

    /// A file that Bun runs: it is there, whatever it is written in, or a build makes it.
    pub(super) fn of_bun(&self, path: &str) -> Option<File> {
        let there = sources::file(self.tree, &self.package.inside(path)).filter(|found| !self.compiler.writes(found));
        if let Some(source) = there {
            let inside = source.strip_prefix(&self.package.directory).unwrap_or(&source).to_owned();
            return Some(File { path: inside, source: Some(source), ..File::default() });
        }
        // a word without an ending names a script or a program
        let file = self.named(path).filter(|_| script::is_script(path) || path.contains('/'))?;
        Some(File { source: file.source.clone().or_else(|| self.bundled_from(path)), ..file })
    }

    /// What a bundle is made of: `bun build src/index.ts --outdir dist`.
    fn bundled_from(&self, path: &str) -> Option<Utf8PathBuf> {
        let chain = script::chain(self.package, "build")?;
        let bundles = chain.commands.iter().filter(|command| command.program() == "bun" && command.does("build"));
        let entries = bundles.flat_map(|command| command.arguments().iter().skip(1)).filter(|word| script::is_script(word));
        let stem = Utf8Path::new(path).file_stem()?;
        let mut there = entries.map(|word| self.package.inside(word)).filter(|file| self.tree.has(file));
        let first = there.next()?;
        Some(if first.file_stem() == Some(stem) { first } else { there.find(|file| file.file_stem() == Some(stem)).unwrap_or(first) })
    }
}
