//! Which files git tracks: the index, read as it lies on disk. Worktrees and submodules have theirs elsewhere, and `.git` is then a file
//! that says where.
//!
//! Only names are read. What cannot be understood (a version that is newer than this text) counts as no index at all.

use camino::{Utf8Path, Utf8PathBuf};

use crate::read::file;

/// An index of more bytes is not read: at some eighty bytes a file it holds as many files as a tree has at the most.
const SIZE_LIMIT: u64 = 256 * 1024 * 1024;
/// Submodules in submodules are followed so far.
const NESTING_LIMIT: usize = 8;
/// The bytes of an entry before its name, after which come flags that say how long the name is.
const FIXED: usize = 60;
/// The bytes of the hash in an entry of `FIXED` bytes; a repository by SHA-256 has longer ones.
const SHA1: usize = 20;

/// The mode of an entry that stands for a submodule's commit.
const GITLINK: u32 = 0o160_000;

/// The files below `root` that git tracks, relative to it and sorted by bytes, and whether there is an index at all. The repository may be one that `root` is a
/// part of.
pub(super) fn tracked(root: &Utf8Path) -> Option<Vec<Utf8PathBuf>> {
    let root = root.canonicalize_utf8().ok()?;
    let (top, index) = root.ancestors().find_map(|above| Some((above.to_owned(), index_of(above)?)))?;
    let inside = root.strip_prefix(&top).ok()?.to_owned();
    let mut files = Vec::new();
    gather(&top, &index, Utf8Path::new(""), NESTING_LIMIT, &mut files)?;
    let files = files.into_iter().filter_map(|path| path.strip_prefix(&inside).ok().map(Utf8Path::to_owned));
    let mut files: Vec<_> = files.collect();
    // submodules stand behind
    files.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
    Some(files)
}

/// The index of the repository whose work tree is `directory`, where there is one.
fn index_of(directory: &Utf8Path) -> Option<Utf8PathBuf> {
    let git = directory.join(".git");
    let git = if git.is_file() {
        let text = file::text(file::plain(&git, SIZE_LIMIT)).ok()?;
        directory.join(text.strip_prefix("gitdir:")?.trim())
    } else {
        git
    };
    Some(git.join("index")).filter(|index| index.is_file())
}

fn gather(top: &Utf8Path, index: &Utf8Path, below: &Utf8Path, nesting: usize, files: &mut Vec<Utf8PathBuf>) -> Option<()> {
    for Entry { mode, path } in entries(&read(index)?)? {
        let path = below.join(path);
        if mode != GITLINK {
            files.push(path);
        } else if let Some(index) = index_of(&top.join(&path)).filter(|_| nesting > 0) {
            // a submodule that cannot be read is one whose files are judged by the ignore files alone
            gather(top, &index, &path, nesting - 1, files);
        }
    }
    Some(())
}

fn read(path: &Utf8Path) -> Option<Vec<u8>> {
    file::plain(path, SIZE_LIMIT).ok()
}

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    mode: u32,
    path: Utf8PathBuf,
}

/// The entries of an index of version 2, 3 or 4. Names that are not UTF-8 are left out, as they are everywhere here.
fn entries(bytes: &[u8]) -> Option<Vec<Entry>> {
    let word = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let version = word(4).filter(|version| bytes.starts_with(b"DIRC") && (2..=4).contains(version))?;
    let count = usize::try_from(word(8)?).ok()?;
    // nothing in the file says which hash it uses; the wrong one leaves names that make no sense
    read_entries(bytes, version, count, SHA1).or_else(|| read_entries(bytes, version, count, 32))
}

fn read_entries(bytes: &[u8], version: u32, count: usize, hash: usize) -> Option<Vec<Entry>> {
    const EXTENDED: u16 = 0x4000;
    let fixed = FIXED - SHA1 + hash;
    let mut found = Vec::with_capacity(count.min(bytes.len() / fixed));
    let (mut at, mut name) = (12, Vec::new());
    for _ in 0..count {
        let mode = u32::from_be_bytes(bytes.get(at + 24..at + 28)?.try_into().ok()?);
        let flags = u16::from_be_bytes(bytes.get(at + fixed..at + fixed + 2)?.try_into().ok()?);
        let extended = if version >= 3 && flags & EXTENDED != 0 { 2 } else { 0 };
        let mut start = at + fixed + 2 + extended;
        if version == 4 {
            let (drop, length) = offset(bytes.get(start..)?)?;
            name.truncate(name.len().checked_sub(drop)?);
            start += length;
        } else {
            name.clear();
        }
        let length = bytes.get(start..)?.iter().position(|byte| *byte == 0)?;
        name.extend_from_slice(&bytes[start..start + length]);
        let long = usize::from(flags & 0x0fff);
        if name.is_empty() || long != name.len().min(0x0fff) {
            return None;
        }
        at = start + length + 1;
        if version < 4 {
            // entries are padded to a multiple of eight bytes, counted from the first
            at = 12 + (at - 12).next_multiple_of(8);
        }
        if let Ok(name) = std::str::from_utf8(&name) {
            found.push(Entry { mode, path: name.into() });
        }
    }
    Some(found)
}

/// A number in git's variable form, and how many bytes it takes.
fn offset(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = usize::from(bytes.first()? & 0x7f);
    let mut length = 1;
    while bytes[length - 1] & 0x80 != 0 {
        value = value.checked_add(1)?.checked_mul(128)? | usize::from(bytes.get(length)? & 0x7f);
        length += 1;
    }
    Some((value, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, mode: u32) -> Vec<u8> {
        let mut bytes = vec![0; 24];
        bytes.extend(mode.to_be_bytes());
        bytes.resize(FIXED, 0);
        bytes.extend(u16::try_from(name.len()).unwrap_or(0x0fff).to_be_bytes());
        bytes.extend(name.as_bytes());
        bytes.push(0);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes
    }

    fn index(parts: &[(&str, u32)]) -> Vec<u8> {
        let mut bytes = b"DIRC\0\0\0\x02".to_vec();
        bytes.extend(u32::try_from(parts.len()).unwrap_or_default().to_be_bytes());
        bytes.extend(parts.iter().flat_map(|(name, mode)| entry(name, *mode)));
        bytes
    }

    #[test]
    fn names_and_modes_are_read() {
        let read = entries(&index(&[("a/b.txt", 0o100_644), ("vendor/lib", GITLINK)]));
        let expected = [("a/b.txt", 0o100_644), ("vendor/lib", GITLINK)].map(|(path, mode)| Entry { mode, path: path.into() });
        assert_eq!(read.as_deref(), Some(&expected[..]));
    }

    #[test]
    fn what_is_cut_off_or_no_index_is_none() {
        let whole = index(&[("a/b.txt", 0o100_644)]);
        for length in 0..whole.len() - 1 {
            // padding is not missed
            assert!(entries(&whole[..length]).is_none() || length > 12 + FIXED + 2 + 7, "{length}");
        }
        assert_eq!(entries(b"DIRC\0\0\0\x09\0\0\0\0"), None);
        assert_eq!(entries(&[b"DIRC\0\0\0\x02".as_slice(), &[0xff; 4]].concat()), None);
    }

    #[test]
    fn numbers_are_read_as_git_writes_them() {
        assert_eq!(offset(&[5]), Some((5, 1)));
        assert_eq!(offset(&[0x80, 0]), Some((128, 2)));
        assert_eq!(offset(&[0x80]), None);
    }
}
