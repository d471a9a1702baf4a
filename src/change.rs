//! What would happen to the disk: which files are new, ours, edited or foreign, and how they differ.
//!
//! Every file that is written carries a line with two hashes: one of its instructions, which tells whether it is stale, and one of all the
//! rest of its text, which tells whether somebody edited it. Line ends do not count, for git may have changed them.

mod carry;
mod drift;
mod instructions;
mod merge;
mod reference;
mod suggest;
#[cfg(feature = "cli")]
mod write;

use std::fmt::Write as _;

use camino::Utf8PathBuf;
use schemars::JsonSchema;
use semver::Version;
use serde::Serialize;
use sha2::{Digest, Sha256};
use similar::{Algorithm, TextDiff};

pub use self::carry::Carried;
pub use self::drift::{Cause, Changed, Drift, is_sealed_by};
use self::instructions::instructions;
pub use self::merge::{has_marks, merge};
pub use self::reference::{Pinned, pin, references};
pub(crate) use self::reference::{images, installed};
pub(crate) use self::suggest::labels;
pub use self::suggest::{Suggestions, suggest};
#[cfg(feature = "cli")]
pub use self::write::{read, write};

/// The header is looked for in so many lines: parser directives and a title may stand before it.
const HEADER_LINES: usize = 5;

/// Longer files are not compared line by line, which takes time by the product of their lengths.
const MOST_LINES: usize = 5_000;

/// A file that was rendered, header included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct File {
    /// Where it belongs, relative to the project's root.
    pub path: Utf8PathBuf,
    /// All of its text.
    pub text: String,
}

/// How a file on disk stands to the one that was rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum State {
    /// There is none on disk.
    New,
    /// There is nothing to write: its instructions are the same, whatever its comments say.
    Same,
    /// It was written by imggen and not touched since; it differs now.
    Ours,
    /// It was written by imggen and edited since, by more than the references that bots keep current.
    Edited,
    /// It was written by a newer imggen, which knows more than this one: it is never overwritten.
    Newer,
    /// It was never ours.
    Foreign,
}

impl State {
    /// Whether writing would destroy work that is not imggen's, which nobody does without being asked.
    #[must_use]
    pub const fn is_theirs(self) -> bool {
        matches!(self, Self::Edited | Self::Newer | Self::Foreign)
    }
}

/// One file, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Where it belongs, relative to the project's root.
    pub path: Utf8PathBuf,
    /// How the two stand to each other.
    pub state: State,
    /// What is on disk.
    pub before: Option<String>,
    /// What was rendered, with what bots keep current carried onto it.
    pub after: String,
    /// The references that bots changed on disk.
    pub carried: Vec<Carried>,
}

/// The line that says who wrote a file: `# imggen 0.1.0 go-distroless/1 sha256:0123456789abcdef text:0123456789abcdef`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The version of imggen.
    pub tool: String,
    /// The preset and its version.
    pub preset: String,
    /// The first 16 hexadecimal digits of the hash of the instructions.
    pub instructions: String,
    /// The same of all other lines of the text.
    pub text: String,
}

impl Header {
    /// The header of a text, when one of its first lines is one.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        locate(text).map(|(_, header)| header)
    }

    /// Whether an imggen newer than this one wrote it.
    #[must_use]
    pub fn is_newer(&self) -> bool {
        let own = Version::parse(env!("CARGO_PKG_VERSION"));
        Version::parse(&self.tool).is_ok_and(|tool| own.is_ok_and(|own| tool > own))
    }

    fn parse(line: &str) -> Option<Self> {
        let mut words = line.strip_prefix("# imggen ")?.trim_end().split(' ');
        let (tool, preset) = (words.next()?, words.next()?);
        let (instructions, text) = (words.next()?.strip_prefix("sha256:")?, words.next()?.strip_prefix("text:")?);
        let is_hash = |hash: &str| hash.len() == 16 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if words.next().is_some() || tool.is_empty() || !preset.contains('/') || !is_hash(instructions) || !is_hash(text) {
            return None;
        }
        let [tool, preset, instructions, text] = [tool, preset, instructions, text].map(str::to_owned);
        Some(Self { tool, preset, instructions, text })
    }
}

/// Puts the header into a file's text: below the parser directives or the title that it starts with, else on top. `preset` is the
/// preset's name and version, `go-distroless/1`. A header that is there already is replaced.
#[must_use]
pub fn seal(body: &str, preset: &str) -> String {
    let body = without_header(body);
    // a blank in a name, or worse a line's end, would make a header that is not found again
    let preset: String = preset.chars().map(|c| if c.is_whitespace() || c.is_control() { '-' } else { c }).collect();
    let body = if body.is_empty() || body.ends_with('\n') || above(&body) < body.len() { body } else { body + "\n" };
    let (acts, text) = (hash(&instructions(&body)), hash(&body));
    with_header(&body, &format!("# imggen {} {preset} sha256:{acts} text:{text}", env!("CARGO_PKG_VERSION")))
}

/// A body with the line of its header where that belongs.
fn with_header(body: &str, header: &str) -> String {
    let (top, rest) = body.split_at(above(body));
    format!("{top}{header}\n{rest}")
}

/// The length of what stands above the header.
fn above(body: &str) -> usize {
    let directives = body.lines().take_while(|line| is_directive(line)).count();
    let title = || body.lines().take(HEADER_LINES - 1).take_while(|line| line.starts_with('#')).count();
    let lines = if directives == 0 { title() } else { directives };
    body.split_inclusive('\n').take(lines).map(str::len).sum()
}

/// The text without the line of its header, with plain newlines: what the header's hashes are of.
#[must_use]
pub fn body(text: &str) -> String {
    without_header(text)
}

/// What becomes of `file` when `before` is on disk in its place.
#[must_use]
pub fn compare(before: Option<String>, file: &File) -> Change {
    let Some(disk) = before else { return Change::new(file, State::New, None) };
    let (plain_disk, rendered) = (plain(&disk), plain(&file.text));
    let Some(header) = Header::find(&plain_disk) else {
        let state = if plain_disk == rendered { State::Same } else { State::Foreign };
        return Change::new(file, state, Some(disk));
    };
    let body = without_header(&plain_disk);
    let original = carry::original(&body, &rendered, |text| hash(text) == header.text);
    let (after, carried) = carry::carry(&body, original.as_deref(), &file.text);
    let state = if instructions(&body) == instructions(&without_header(&after)) {
        State::Same
    } else if header.is_newer() {
        State::Newer
    } else if original.is_some() {
        State::Ours
    } else {
        State::Edited
    };
    Change { after, carried, ..Change::new(file, state, Some(disk)) }
}

impl Change {
    fn new(file: &File, state: State, before: Option<String>) -> Self {
        Self { path: file.path.clone(), state, before, after: file.text.clone(), carried: Vec::new() }
    }
}

/// What changes, as a unified diff; empty when there is nothing to write.
#[must_use]
pub fn diff(change: &Change) -> String {
    if change.state == State::Same {
        return String::new();
    }
    let (before, after) = (plain(change.before.as_deref().unwrap_or_default()), plain(&change.after));
    let from = if change.before.is_some() { format!("a/{}", change.path) } else { "/dev/null".to_owned() };
    let lines = before.lines().count();
    if lines > MOST_LINES {
        return format!("--- {from}\n+++ b/{}\n@@ {lines} lines, which are too many to compare @@\n", change.path);
    }
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).diff_lines(before.as_str(), after.as_str());
    diff.unified_diff().context_radius(3).header(&from, &format!("b/{}", change.path)).to_string()
}

/// Where the header's line starts, and the header.
fn locate(text: &str) -> Option<(usize, Header)> {
    let mut start = 0;
    for line in text.split_inclusive('\n').take(HEADER_LINES) {
        if let Some(header) = Header::parse(line) {
            return Some((start, header));
        }
        start += line.len();
    }
    None
}

/// The text with plain newlines and without its header's line.
fn without_header(text: &str) -> String {
    let mut text = plain(text);
    if let Some((start, _)) = locate(&text) {
        let end = text[start..].find('\n').map_or(text.len(), |newline| start + newline + 1);
        text.replace_range(start..end, "");
    }
    text
}

fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn hash(body: &str) -> String {
    let digest = Sha256::digest(body.as_bytes());
    digest.iter().take(8).fold(String::new(), |mut hex, byte| {
        _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Whether a line is one that Docker reads before all others: another comment above it would make it an idle one.
fn is_directive(line: &str) -> bool {
    let key = line.strip_prefix('#').and_then(|rest| rest.split_once('=')).map(|(key, _)| key.trim().to_ascii_lowercase());
    matches!(key.as_deref(), Some("syntax" | "escape" | "check"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "# shop: Go 1.27\n\nFROM a:1 AS build\nFROM b:1 AS runtime\n";

    fn file(text: String) -> File {
        File { path: "Dockerfile".into(), text }
    }

    /// The same text as another version of the tool would have sealed it.
    fn by_older_tool(text: &str) -> String {
        text.replace(&format!("# imggen {} ", env!("CARGO_PKG_VERSION")), "# imggen 0.0.1 ")
    }

    #[test]
    fn a_header_stands_below_what_has_to_be_first() {
        for (body, line) in [
            (BODY, 1),
            ("FROM a:1\n", 0),
            ("# only a title", 1),
            ("", 0),
            ("# syntax=docker/dockerfile:1\n# check=error=true\n# title\nFROM a:1\n", 2),
        ] {
            let sealed = seal(body, "go-distroless/1");
            let found = sealed.lines().position(|line| Header::parse(line).is_some());
            assert_eq!(found, Some(line), "{body:?}");
            let header = Header::find(&sealed);
            assert_eq!(header.map(|header| (header.preset, header.text)), Some(("go-distroless/1".into(), hash(&without_header(&sealed)))));
            assert_eq!(seal(&sealed, "go-distroless/1"), sealed, "sealing again changes nothing");
        }
    }

    #[test]
    fn a_header_is_one_line_of_its_own_shape() {
        assert!(Header::find(&seal(BODY, "a b\nRUN evil/1")).is_some_and(|header| header.preset == "a-b-RUN-evil/1"));
        for line in [
            "# imggen 0.1.0 go/1 sha256:0123 text:0123456789abcdef",
            "# imggen 0.1.0 go/1 sha256:0123456789abcdef",
            "# imggen 0.1.0 go/1 sha256:0123456789abcdef text:0123456789ABCDEF",
            "# imggen 0.1.0 go sha256:0123456789abcdef text:0123456789abcdef",
            "# imggen 0.1.0 go/1 sha256:0123456789abcdef text:0123456789abcdef more",
            "## imggen 0.1.0 go/1 sha256:0123456789abcdef text:0123456789abcdef",
        ] {
            assert_eq!(Header::find(line), None, "{line}");
        }
        let late = format!("{}{}", "\n".repeat(5), seal("", "go/1"));
        assert_eq!(Header::find(&late), None);
    }

    #[test]
    fn ours_edited_and_foreign_are_told_apart() {
        let new = seal(BODY, "go/2");
        let old = seal(&BODY.replace("b:1", "b:0"), "go/1");
        let crlf = |text: &str| text.replace('\n', "\r\n");
        for (what, before, expected) in [
            ("nothing", None, State::New),
            ("the very same", Some(new.clone()), State::Same),
            ("checked out with CRLF", Some(crlf(&new)), State::Same),
            ("by an older tool", Some(by_older_tool(&new)), State::Same),
            ("by an older preset", Some(seal(BODY, "go/1")), State::Same),
            ("by an older template", Some(old.clone()), State::Ours),
            ("that with CRLF", Some(crlf(&old)), State::Ours),
            ("edited to what is new", Some(old.replace("b:0", "b:1")), State::Same),
            ("with a comment more", Some(format!("{new}# by hand\n")), State::Same),
            ("edited", Some(new.replace("a:1", "c:2")), State::Edited),
            ("stale, with a comment by hand", Some(format!("{old}# by hand\n")), State::Edited),
            ("edited, with CRLF", Some(crlf(&new.replace("a:1", "c:2"))), State::Edited),
            ("header taken out", Some(BODY.to_owned()), State::Foreign),
            ("foreign", Some("FROM scratch\n".to_owned()), State::Foreign),
            ("empty", Some(String::new()), State::Foreign),
            ("pinned by a bot", Some(new.replace("b:1", "b:1@sha256:0")), State::Same),
            ("raised by a bot", Some(new.replace("a:1", "a:2")), State::Same),
            ("stale, and raised by a bot", Some(old.replace("a:1", "a:2")), State::Ours),
            ("lowered by hand", Some(new.replace("a:1", "a:0")), State::Edited),
            ("by a newer tool", Some(old.replace("# imggen 0", "# imggen 9")), State::Newer),
            ("by a newer tool, and the same", Some(new.replace("# imggen 0", "# imggen 9")), State::Same),
        ] {
            assert_eq!(compare(before, &file(new.clone())).state, expected, "{what}");
        }
        let unsealed = compare(Some("a\r\n".to_owned()), &file("a\n".to_owned()));
        assert_eq!(unsealed.state, State::Same, "a file without a header is compared as it is");
    }

    #[test]
    fn what_bots_keep_current_is_carried() {
        let old = seal("FROM a:1-x AS build\nFROM b:1 AS runtime\nEXPOSE 1\n", "go/1");
        let bot = old.replace("a:1-x", "a:2-x@sha256:0").replace("b:1", "b:1@sha256:1");
        let rendered = |from: &str, to: &str| file(seal(&without_header(&old).replace("EXPOSE 1", "EXPOSE 2").replace(from, to), "go/1"));
        let again = compare(Some(bot.clone()), &rendered("", ""));
        assert!(again.after.contains("FROM a:2-x@sha256:0 AS build\nFROM b:1@sha256:1 AS runtime\nEXPOSE 2\n"), "{}", again.after);
        assert_eq!((again.state, again.carried.iter().all(|carried| carried.kept)), (State::Ours, true));
        let same = compare(Some(again.after), &rendered("", ""));
        assert_eq!((same.state, same.carried.len()), (State::Same, 2));
        let moved = compare(Some(bot), &rendered("b:1", "b:2"));
        assert!(moved.after.contains("FROM b:2 AS"), "{}", moved.after);
        assert!(moved.carried.iter().any(|carried| carried.on_disk == "b:1@sha256:1" && !carried.kept));
        let lower = compare(Some(old.clone()), &rendered("a:1-x", "a:0-x"));
        assert!(lower.after.contains("FROM a:0-x AS"), "no bot was here: {}", lower.after);
    }

    #[test]
    fn a_diff_shows_lines_and_no_line_ends() {
        let before = "# a\r\nFROM a:1 AS build\r\nUSER 1\r\n".to_owned();
        let change = compare(Some(before), &file("# a\nFROM a:2 AS build\nUSER 1\n".to_owned()));
        let expected = "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,3 +1,3 @@\n # a\n-FROM a:1 AS build\n+FROM a:2 AS build\n USER 1\n";
        assert_eq!(diff(&change), expected);
        let new = compare(None, &file("# a\n".to_owned()));
        assert_eq!(diff(&new), "--- /dev/null\n+++ b/Dockerfile\n@@ -0,0 +1 @@\n+# a\n");
        let same = compare(Some(by_older_tool(&seal(BODY, "go/1"))), &file(seal(BODY, "go/1")));
        assert_eq!(diff(&same), "");
    }
}
