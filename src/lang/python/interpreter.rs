//! `CPython` itself: the bytecode of its standard library, which official images come without, and its files for a base that has none.

use serde::Serialize;

use super::build::Maker;
use crate::plan::{Copy, ShellLine, Staged, Step};
use crate::version::Version;

/// Bytecode that no file's time is in, so that the same sources make the same layer; and nobody changes sources in an image.
const INVALIDATION: &str = "--invalidation-mode unchecked-hash";
/// The first Python that knows it.
pub(super) const INVALIDATES: Version = Version::minor(3, 7);
/// The same for what uv compiles, by the name that Python has for it.
pub(super) const INVALIDATION_OF_UV: (&str, &str) = ("PYC_INVALIDATION_MODE", "UNCHECKED_HASH");

/// Where the copy of `CPython` is made, as an image would have it.
const ROOT: &str = "/python";
/// What of the standard library is compiled by nobody: editors, installers, tests, some of which are meant to be broken.
const APART: &str = "'/(idlelib|site-packages|tests?)/'";
/// What of it the copy goes without, and what is there to build extensions.
const REMOVED: &str = "rm -rf ensurepip idlelib lib2to3 pydoc_data site-packages/* test tkinter turtledemo config-*";
/// Libraries that its modules load, of the distribution: without the C library's own and those that distroless cc has.
const LIBRARIES: &str =
    r"-e '/\/(ld-linux|lib(c|m|dl|rt|util|pthread|ssl|crypto|z|zstd|gcc_s)[-.])/d' -e 's,.* => (/usr)?(/lib/[^ ]+) .*,/usr\2,p'";

/// The stage that holds `CPython` alone.
#[derive(Clone, Debug, Serialize)]
pub struct Interpreter {
    /// Its name.
    pub stage: &'static str,
    /// Where it is done: in the standard library.
    pub workdir: String,
    /// What is done there.
    pub step: Step,
}

impl Maker<'_> {
    /// Where the base has its standard library.
    fn library(&self) -> Option<String> {
        let interpreter = self.choices.base.interpreter.as_ref()?;
        let version = self.choices.interpreter("python")?;
        Some(interpreter.library.as_ref()?.replace("{version}", &version.to_string()))
    }

    /// What compiles a directory to bytecode.
    pub(super) fn compileall(&self) -> ShellLine {
        let line = ShellLine::of("python -m compileall -q");
        if self.version >= INVALIDATES { line.then(INVALIDATION) } else { line }
    }

    fn is_copied(&self) -> bool {
        self.choices.base.interpreter.as_ref().is_some_and(|interpreter| interpreter.copied)
    }

    /// What compiles the standard library in the image, where that is the base's.
    pub(super) fn compiled_library(&self) -> Option<Staged> {
        let library = self.library().filter(|_| !self.is_copied())?;
        let command = self.compileall().then("-x").then(APART).path(library);
        Some(Staged { comment: "compile the standard library, which the image brings without bytecode".into(), command })
    }

    /// The stage that `CPython` is copied out of, for a base without one.
    pub(super) fn interpreter(&self) -> Option<Interpreter> {
        let library = self.library().filter(|_| self.is_copied())?;
        let commands = [
            ShellLine::of(REMOVED),
            self.compileall().path(&library),
            ShellLine::of("ldd /usr/local/bin/python3").path(&library).glued("/lib-dynload/*.so > /tmp/libraries"),
            ShellLine::of("mkdir").path(ROOT),
            ShellLine::of("cp -a --parents /usr/local/bin/python*").path(&library).path(ROOT),
            ShellLine::of("sed -nEi").then(LIBRARIES).then("/tmp/libraries"),
            ShellLine::of("xargs -a /tmp/libraries cp -pL --parents -t").path(ROOT),
            // beside those, where they are found without a cache of the loader's
            ShellLine::of("cp -a /usr/local/lib/libpython*.so*").path(ROOT).glued("/usr/lib/*-linux-gnu/"),
        ];
        Some(Interpreter { stage: "python", workdir: library, step: Step { mounts: Vec::new(), commands: commands.into() } })
    }

    /// What the image takes of it.
    pub(super) fn takes_interpreter(&self) -> Option<Copy> {
        self.is_copied().then(|| Copy::stage("python", ROOT, "/"))
    }
}
