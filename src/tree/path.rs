//! Paths as manifests and programs write them, and what they name in the project.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

/// `path` without `.` and with `..` taken back. Leading `..` stay, and an absolute path does not lead above its root.
#[must_use]
pub fn normal(path: impl AsRef<Utf8Path>) -> Utf8PathBuf {
    let path = path.as_ref();
    let mut plain = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if plain.file_name().is_some() => _ = plain.pop(),
            Utf8Component::ParentDir if path.is_absolute() => {}
            other => plain.push(other.as_str()),
        }
    }
    plain
}

/// `path` as it is meant in `directory` of the project. Nothing where it is absolute or leads out of the project.
#[must_use]
pub fn inside(directory: impl AsRef<Utf8Path>, path: impl AsRef<Utf8Path>) -> Option<Utf8PathBuf> {
    let joined = normal(directory.as_ref().join(path));
    (!joined.is_absolute() && !joined.starts_with("..")).then_some(joined)
}

/// The way from a directory to a path, both relative to the same root: `../web/dist` from `server` to `web/dist`.
#[must_use]
pub fn relative(from: impl AsRef<Utf8Path>, to: impl AsRef<Utf8Path>) -> Utf8PathBuf {
    let (from, to) = (normal(from), normal(to));
    let shared = from.components().zip(to.components()).take_while(|(from, to)| from == to).count();
    let up = from.components().skip(shared).map(|_| "..");
    up.chain(to.components().skip(shared).map(|part| part.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_their_detours() {
        let cases = [
            ("a/./b/../c", "a/c"),
            ("./a", "a"),
            ("../../a", "../../a"),
            ("a/../../b", "../b"),
            ("/a/../../b", "/b"),
            ("", ""),
            ("a/..", ""),
        ];
        for (path, plain) in cases {
            assert_eq!(normal(path), plain, "{path}");
        }
    }

    #[test]
    fn a_path_out_of_the_project_is_none() {
        assert_eq!(inside("a/b", "../c"), Some("a/c".into()));
        assert_eq!(inside("a", ".."), Some("".into()));
        assert_eq!(inside("a", "../.."), None);
        assert_eq!(inside("a", "/etc"), None);
    }
}
