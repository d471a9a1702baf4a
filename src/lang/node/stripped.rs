//! Node's own program without its symbols, copied onto a base that brings none: the smallest image with Node.
//!
//! What native packages link to stands in the table that is kept; what goes are the names that only a debugger reads.

use crate::evidence::Fact;
use crate::ladder::Variant;
use crate::need::Need;
use crate::plan::ShellLine;
use crate::version::Version;

/// The variant's name.
pub const VARIANT: &str = "stripped";
/// Where the build stage puts it, laid out as the image has it.
pub const MADE: &str = "/out/node";
/// What strips it.
pub const PACKAGE: &str = "binutils";

/// The variants: any base with the C library and what Node is linked with.
pub fn variants<'v>(versions: &'v [Fact<Version>], libc: &'v Need, rest: &'v [Fact<Need>]) -> impl Iterator<Item = Variant> + 'v {
    versions.iter().map(move |version| {
        let linked = ["libgcc", "libstdc++"].map(|name| Need::Library(name.into()));
        let linked = std::iter::once(libc.clone()).chain(linked).map(|need| version.with(need));
        let summary = format!("Node {} without its symbols, and the packages that run", version.value);
        Variant { id: VARIANT, summary, needs: linked.chain(rest.iter().cloned()).collect() }
    })
}

/// The command that makes it: the program, and the one library that newer ones are linked with and no base has.
pub fn command() -> ShellLine {
    ShellLine::of("mkdir -p /out/node/usr/local/bin /out/node/usr/lib")
        .and(ShellLine::of("strip -o /out/node/usr/local/bin/node /usr/local/bin/node"))
        .and(ShellLine::of("find /usr/lib -name libatomic.so.1 -exec cp {} /out/node/usr/lib/ ';'"))
}
