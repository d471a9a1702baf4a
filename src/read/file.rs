//! Reading a file that somebody else may have put there: a plain one, up to a size, and never through a link.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};

use camino::Utf8Path;

/// Why a file was not read.
#[derive(Debug)]
pub enum NotRead {
    /// It is a symbolic link.
    Link,
    /// It is a directory, a pipe, a device: its size says nothing, and reading it may never end.
    NoFile,
    /// It is larger than the limit.
    TooLarge,
    /// The system refused.
    Refused(io::Error),
}

impl NotRead {
    /// Whether there is nothing at that path.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory))
    }
}

impl std::fmt::Display for NotRead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Link => f.write_str("it is a symbolic link, which imggen does not follow"),
            Self::NoFile => f.write_str("it is no plain file"),
            Self::TooLarge => f.write_str("it is larger than any file that people write"),
            Self::Refused(error) => error.fmt(f),
        }
    }
}

/// The bytes of the plain file `path`, which has at most `limit` of them.
///
/// # Errors
/// When it is not there, is a link or no plain file, or is larger.
pub fn plain(path: impl AsRef<Utf8Path>, limit: u64) -> Result<Vec<u8>, NotRead> {
    let path = path.as_ref();
    let found = fs::symlink_metadata(path).map_err(NotRead::Refused)?;
    if found.is_symlink() { Err(NotRead::Link) } else { read(path, &found, limit) }
}

/// The same for a path that a person typed: a link there is followed.
///
/// # Errors
/// As [`plain`] does, links apart.
pub fn followed(path: impl AsRef<Utf8Path>, limit: u64) -> Result<Vec<u8>, NotRead> {
    let path = path.as_ref();
    read(path, &fs::metadata(path).map_err(NotRead::Refused)?, limit)
}

/// Reads what was looked at before it is opened: to open a pipe waits for whoever writes to it.
fn read(path: &Utf8Path, found: &Metadata, limit: u64) -> Result<Vec<u8>, NotRead> {
    if !found.is_file() {
        return Err(NotRead::NoFile);
    }
    if found.len() > limit {
        return Err(NotRead::TooLarge);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(found.len()).unwrap_or_default());
    File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes)).map_err(NotRead::Refused)?;
    if bytes.len() as u64 > limit { Err(NotRead::TooLarge) } else { Ok(bytes) }
}

/// Whether the plain file `path` begins with these words.
#[must_use]
pub fn begins(path: impl AsRef<Utf8Path>, words: &str) -> bool {
    let path = path.as_ref();
    let mut start = vec![0; words.len()];
    let is_plain = fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    is_plain && File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == words.as_bytes()
}

/// The text of such a file.
///
/// # Errors
/// As [`plain`] does, and when it is not UTF-8.
pub fn text(bytes: Result<Vec<u8>, NotRead>) -> Result<String, NotRead> {
    let broken = |_| NotRead::Refused(io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"));
    String::from_utf8(bytes?).map_err(broken)
}
