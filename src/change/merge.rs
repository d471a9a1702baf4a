//! Three ways together: what imggen wrote, what became of it by hand, and what imggen writes now. Where both changed the same, both are
//! shown between marks, and nothing is lost without one.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::instructions::units;
use super::{HEADER_LINES, plain, with_header, without_header};

/// Begins what was edited by hand.
const OURS: &str = "<<<<<<< edited by hand";
/// Stands between the two.
const BETWEEN: &str = "=======";
/// Ends what imggen writes.
const THEIRS: &str = ">>>>>>> imggen";

/// What came of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The text, header included.
    pub text: String,
    /// The lines, from 1, at which a conflict begins.
    pub conflicts: Vec<usize>,
}

/// Merges what is on disk with what was rendered, both with their headers. `base` is the body that imggen once wrote.
#[must_use]
pub fn merge(base: &str, disk: &str, rendered: &str) -> Merged {
    let disk_body = without_header(disk);
    let body = merge_bodies(base, &disk_body, &without_header(rendered));
    let rendered = plain(rendered);
    let header = rendered.lines().take(HEADER_LINES).find(|line| super::Header::parse(line).is_some());
    let text = header.map_or_else(|| body.clone(), |header| with_header(&body, header));
    let conflicts = text.lines().enumerate().filter(|(_, line)| *line == OURS).map(|(index, _)| index + 1).collect();
    Merged { text, conflicts }
}

/// Whether a merge left marks in a text that nobody took out yet.
#[must_use]
pub fn has_marks(text: &str) -> bool {
    text.lines().any(|line| line == OURS || line.starts_with(THEIRS))
}

/// A comment with the blank lines above it, or an instruction: what is taken or left as a whole.
#[derive(Clone, Debug)]
struct Piece<'t> {
    raw: &'t str,
    /// By what two are the same: the lines that count of an instruction, all of a comment.
    key: String,
    /// The word that an instruction begins with; nothing for comments.
    keyword: String,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for unit in units(text) {
        // where its own lines begin, behind the comments above it
        let mut start = 0;
        for line in unit.raw.split_inclusive('\n') {
            let content = line.trim();
            if !(content.is_empty() || content.starts_with('#')) || unit.says.lines().next().is_some_and(|first| first == content) {
                break;
            }
            start += line.len();
        }
        let (comment, instruction) = unit.raw.split_at(start);
        // each comment for itself, so that one more is no change to those beside it
        pieces.extend(comment.split_inclusive('\n').map(|line| Piece { raw: line, key: line.trim().to_owned(), keyword: String::new() }));
        if !instruction.is_empty() {
            let keyword = unit.line().split(' ').next().unwrap_or_default().to_ascii_uppercase();
            pieces.push(Piece { raw: instruction, key: format!("{}\u{0}", unit.says), keyword });
        }
    }
    pieces
}

fn merge_bodies(base: &str, disk: &str, rendered: &str) -> String {
    let (base, disk, new) = (pieces(base), pieces(disk), pieces(rendered));
    let (to_disk, to_new) = (matches(&base, &disk), matches(&base, &new));
    let mut out = Out::default();
    let (mut i, mut j, mut k) = (0, 0, 0);
    loop {
        let anchor = (i..base.len()).find_map(|index| Some((index, to_disk[index]?, to_new[index]?)));
        let (next_i, next_j, next_k) = anchor.unwrap_or((base.len(), disk.len(), new.len()));
        out.chunk(&base[i..next_i], &disk[j..next_j], &new[k..next_k]);
        let Some((at, in_disk, in_new)) = anchor else { break };
        out.take(&[if disk[in_disk].raw == base[at].raw { new[in_new].clone() } else { disk[in_disk].clone() }]);
        (i, j, k) = (at + 1, in_disk + 1, in_new + 1);
    }
    out.0
}

/// For each piece of `from`, its place in `to`.
fn matches(from: &[Piece<'_>], to: &[Piece<'_>]) -> Vec<Option<usize>> {
    let keys = |pieces: &[Piece<'_>]| pieces.iter().map(|piece| piece.key.clone()).collect::<Vec<_>>();
    let mut places = vec![None; from.len()];
    for op in capture_diff_slices(Algorithm::Myers, &keys(from), &keys(to)) {
        if let DiffOp::Equal { old_index, new_index, len } = op {
            let pairs: Range<usize> = 0..len;
            pairs.for_each(|step| places[old_index + step] = Some(new_index + step));
        }
    }
    places
}

#[derive(Default)]
struct Out(String);

impl Out {
    fn take(&mut self, pieces: &[Piece<'_>]) {
        for piece in pieces {
            self.0.push_str(piece.raw);
            if !piece.raw.ends_with('\n') {
                self.0.push('\n');
            }
        }
    }

    /// What stands between two pieces that all three have.
    fn chunk(&mut self, base: &[Piece<'_>], disk: &[Piece<'_>], new: &[Piece<'_>]) {
        if same(base, new) || same(disk, new) {
            return self.take(disk);
        }
        if same(base, disk) {
            return self.take(new);
        }
        // one side put something beside what the other changed
        if let Some((above, below)) = around(base, disk) {
            return [above, new, below].into_iter().for_each(|pieces| self.take(pieces));
        }
        if let Some((above, below)) = around(base, new) {
            return [above, disk, below].into_iter().for_each(|pieces| self.take(pieces));
        }
        let comparable = |a: &[Piece<'_>], b: &[Piece<'_>]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.keyword == b.keyword);
        if base.len() > 1 && comparable(base, disk) && comparable(base, new) {
            for index in 0..base.len() {
                self.chunk(&base[index..=index], &disk[index..=index], &new[index..=index]);
            }
            return;
        }
        // imggen's comments can be had again, those of people cannot
        let comments = |pieces: &[Piece<'_>]| pieces.iter().all(|piece| piece.keyword.is_empty());
        if comments(base) && (comments(new) || comments(disk)) {
            self.take(disk);
            return new.iter().filter(|piece| !piece.keyword.is_empty()).for_each(|piece| self.take(std::slice::from_ref(piece)));
        }
        self.mark(OURS);
        self.take(disk);
        self.mark(BETWEEN);
        self.take(new);
        self.mark(&format!("{THEIRS} {}", env!("CARGO_PKG_VERSION")));
    }

    fn mark(&mut self, mark: &str) {
        self.0.push_str(mark);
        self.0.push('\n');
    }
}

/// What stands above and below `base` in `all`, where it is there as it was.
fn around<'p, 't>(base: &[Piece<'t>], all: &'p [Piece<'t>]) -> Option<(&'p [Piece<'t>], &'p [Piece<'t>])> {
    let starts = (0..=all.len().checked_sub(base.len())?).filter(|_| !base.is_empty());
    let start = starts.into_iter().find(|start| same(base, &all[*start..start + base.len()]))?;
    Some((&all[..start], &all[start + base.len()..]))
}

fn same(one: &[Piece<'_>], other: &[Piece<'_>]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.key == other.key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: &str = "# t\n\nFROM a:1 AS build\n# why\nRUN x \\\n  && y\n\nFROM b:1 AS runtime\nENV A=1\nUSER 1\nEXPOSE 80\n";

    #[test]
    fn both_sides_are_kept_where_they_differ_in_place() {
        let disk = BASE.replace("ENV A=1", "ENV A=1\nENV TZ=UTC").replace("# why", "# why, as I see it");
        let new = BASE.replace("80", "90").replace("&& y", "&& z");
        let merged = merge_bodies(BASE, &disk, &new);
        assert_eq!(merged, disk.replace("80", "90").replace("&& y", "&& z"));
    }

    #[test]
    fn where_both_changed_the_same_both_are_shown() {
        let merged = merge_bodies(BASE, &BASE.replace("80", "81"), &BASE.replace("80", "90"));
        let marks = format!("{OURS}\nEXPOSE 81\n{BETWEEN}\nEXPOSE 90\n{THEIRS} {}\n", env!("CARGO_PKG_VERSION"));
        assert_eq!(merged, BASE.replace("EXPOSE 80\n", &marks));
        let removed = merge_bodies(BASE, &BASE.replace("EXPOSE 80\n", ""), &BASE.replace("80", "90"));
        assert!(removed.contains(BETWEEN), "what one took out and the other changed is nobody's to decide: {removed}");
    }

    #[test]
    fn the_header_is_that_of_what_imggen_writes_now() {
        let (old, new) = (crate::change::seal(BASE, "go/1"), crate::change::seal(&BASE.replace("80", "90"), "go/2"));
        let disk = old.replace("USER 1", "USER 2");
        let merged = merge(BASE, &disk, &new);
        assert_eq!((merged.text, merged.conflicts), (new.replace("USER 1", "USER 2"), Vec::<usize>::new()));
        let clash = merge(BASE, &old.replace("EXPOSE 80", "EXPOSE 81"), &new);
        assert!(has_marks(&clash.text) && clash.conflicts.len() == 1);
    }

    /// What somebody does to a file: at a line, take it out, put one before it, or put one in its place.
    #[derive(Clone, Debug)]
    enum Edit {
        Remove(usize),
        Insert(usize),
        Replace(usize),
    }

    fn edit() -> impl Strategy<Value = Edit> {
        (0..3, 0..40_usize).prop_map(|(kind, at)| match kind {
            0 => Edit::Remove(at),
            1 => Edit::Insert(at),
            _ => Edit::Replace(at),
        })
    }

    /// The text after these edits, whose lines bear the name of who made them.
    fn edited(lines: &[String], edits: &[Edit], who: &str) -> Vec<String> {
        let mut lines = lines.to_vec();
        for (number, edit) in edits.iter().enumerate() {
            let (Edit::Remove(at) | Edit::Insert(at) | Edit::Replace(at)) = edit;
            let at = at % (lines.len() + 1);
            let added = if number % 4 == 3 { format!("# {who} {number}") } else { format!("RUN {who} {number}") };
            match edit {
                Edit::Insert(_) => lines.insert(at, added),
                Edit::Remove(_) if at < lines.len() => _ = lines.remove(at),
                Edit::Replace(_) if at < lines.len() => lines[at] = added,
                _ => lines.push(added),
            }
        }
        lines
    }

    fn text(lines: &[String]) -> String {
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3_000))]

        #[test]
        fn nothing_is_lost_and_nothing_comes_back(
            kinds in proptest::collection::vec(0..6_u8, 0..24),
            ours in proptest::collection::vec(edit(), 0..8),
            theirs in proptest::collection::vec(edit(), 0..8),
        ) {
            let line = |(index, kind): (usize, &u8)| match kind {
                0 => String::new(),
                1 => format!("# comment {index}"),
                2 => format!("RUN step {index} \\\n    && more"),
                _ => format!("RUN step {index}"),
            };
            let base: Vec<String> = kinds.iter().enumerate().map(line).collect();
            let (disk, new) = (edited(&base, &ours, "hand"), edited(&base, &theirs, "imggen"));
            let merged = merge_bodies(&text(&base), &text(&disk), &text(&new));
            let has = |line: &String| format!("\n{merged}").contains(&format!("\n{line}\n"));
            for line in disk.iter().filter(|line| !base.contains(line)) {
                prop_assert!(has(line), "lost by hand: {line}\n{merged}");
            }
            for line in new.iter().filter(|line| !base.contains(line) && !line.starts_with('#')) {
                prop_assert!(has(line), "lost of imggen: {line}\n{merged}");
            }
            for line in base.iter().filter(|line| line.starts_with("RUN") && disk.contains(line) && new.contains(line)) {
                prop_assert!(has(line), "lost of both: {line}\n{merged}");
            }
            if !has_marks(&merged) {
                for line in base.iter().filter(|line| line.starts_with("RUN") && !(disk.contains(line) && new.contains(line))) {
                    prop_assert!(!has(line), "came back: {line}\n{merged}");
                }
            }
            prop_assert_eq!(merge_bodies(&text(&base), &text(&base), &text(&new)), text(&new));
            prop_assert_eq!(merge_bodies(&text(&base), &text(&disk), &text(&base)), text(&disk));
            prop_assert_eq!(merge_bodies(&text(&base), &text(&disk), &text(&disk)), text(&disk));
        }
    }
}
