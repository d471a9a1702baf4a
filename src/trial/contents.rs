//! What lies in an image's layers: the large things, and whether there is a shell.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};

use serde::Serialize;
use serde_json::Value;

/// So many large things of a layer are named.
const NAMED: usize = 3;
/// Smaller things are not worth a name.
const SMALL: u64 = 1_000_000;
/// Manifests are short.
const MANIFEST: u64 = 1 << 20;
/// Where an archive has its magic number.
const MAGIC: (usize, &[u8]) = (257, b"ustar");
/// Programs that are shells.
const SHELLS: [&str; 5] = ["sh", "ash", "bash", "dash", "busybox"];

/// A path and its size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Large {
    /// The path: a file, or a directory with all that is in it.
    pub path: String,
    /// Its size.
    pub bytes: u64,
}

/// A layer as it lies in the archive.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// The size of all files in it.
    pub bytes: u64,
    /// What is large in it.
    pub large: Vec<Large>,
    /// A shell.
    pub shell: Option<String>,
}

/// Reads an image's archive as `docker save` makes it: its layers, the lowest first.
///
/// # Errors
/// When it is cut off.
pub fn read(archive: &mut dyn Read) -> io::Result<Vec<Content>> {
    let mut contents: BTreeMap<String, Content> = BTreeMap::new();
    let mut layers: Vec<String> = Vec::new();
    let mut outer = tar::Archive::new(archive);
    for entry in outer.entries()? {
        let entry = entry?;
        let path = entry.path()?.to_string_lossy().into_owned();
        if path == "manifest.json" {
            let mut text = String::new();
            entry.take(MANIFEST).read_to_string(&mut text)?;
            layers = layers_of(&serde_json::from_str(&text).unwrap_or_default());
            continue;
        }
        let mut entry = BufReader::with_capacity(64 << 10, entry);
        let begins = io::BufRead::fill_buf(&mut entry)?;
        // what is compressed, and what is no layer
        if begins.get(MAGIC.0..MAGIC.0 + MAGIC.1.len()) == Some(MAGIC.1) {
            contents.insert(path, content(&mut entry)?);
        }
    }
    Ok(layers.iter().map(|layer| contents.get(layer).cloned().unwrap_or_default()).collect())
}

fn layers_of(manifest: &Value) -> Vec<String> {
    let layers = manifest.pointer("/0/Layers").and_then(Value::as_array);
    layers.into_iter().flatten().filter_map(|layer| layer.as_str().map(str::to_owned)).collect()
}

fn content(layer: &mut dyn Read) -> io::Result<Content> {
    let mut content = Content::default();
    let mut sizes: BTreeMap<String, u64> = BTreeMap::new();
    for entry in tar::Archive::new(layer).entries()? {
        let entry = entry?;
        let path = entry.path()?.to_string_lossy().trim_start_matches("./").trim_matches('/').to_owned();
        let bytes = entry.header().size()?;
        if is_shell(&path) {
            content.shell.get_or_insert(format!("/{path}"));
        }
        content.bytes += bytes;
        if bytes > 0 {
            sizes.insert(path, bytes);
        }
    }
    content.large = large(&sizes, content.bytes);
    Ok(content)
}

fn is_shell(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(directory, name)| (directory.ends_with("bin") || directory == "busybox") && SHELLS.contains(&name))
}

/// The largest things, each as deep as most of it lies together.
fn large(sizes: &BTreeMap<String, u64>, all: u64) -> Vec<Large> {
    let mut found = Vec::new();
    descend(sizes, "", all, &mut found);
    found.sort_by(|a: &Large, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
    found.truncate(NAMED);
    found
}

fn descend(sizes: &BTreeMap<String, u64>, within: &str, all: u64, found: &mut Vec<Large>) {
    let mut below: BTreeMap<String, u64> = BTreeMap::new();
    for (path, bytes) in sizes.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(within)?, bytes))) {
        let name = path.split_inclusive('/').next().unwrap_or(path);
        *below.entry(format!("{within}{name}")).or_default() += bytes;
    }
    for (path, bytes) in below {
        if bytes < SMALL {
            continue;
        }
        let is_directory = path.ends_with('/');
        // a directory of which one thing is nearly all is named by that
        let inner: Vec<_> = if is_directory { children(sizes, &path) } else { Vec::new() };
        let is_split = bytes * 2 > all && path.matches('/').count() < 4 || inner.iter().any(|(_, inner)| inner * 10 > bytes * 8);
        if is_directory && is_split && !inner.is_empty() {
            let before = found.len();
            descend(sizes, &path, all, found);
            if found.len() > before {
                continue;
            }
        }
        found.push(Large { path: format!("/{}", path.trim_end_matches('/')), bytes });
    }
}

fn children(sizes: &BTreeMap<String, u64>, within: &str) -> Vec<(String, u64)> {
    let mut below: BTreeMap<String, u64> = BTreeMap::new();
    for (path, bytes) in sizes.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(within)?, bytes))) {
        *below.entry(path.split('/').next().unwrap_or(path).to_owned()).or_default() += bytes;
    }
    below.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            builder.append_data(&mut header, path, *bytes).unwrap_or_default();
        }
        builder.into_inner().unwrap_or_default()
    }

    #[test]
    fn layers_come_in_the_manifests_order_with_what_is_large_in_them() {
        let big = vec![0; 3_000_000];
        let lower = archive(&[("bin/sh", b"x"), ("usr/lib/big.so", &big), ("etc/passwd", b"x")]);
        let upper = archive(&[("app/server", &big)]);
        let manifest = br#"[{"Layers": ["blobs/a", "blobs/b"]}]"#;
        let whole = archive(&[("blobs/b", &upper), ("blobs/a", &lower), ("blobs/c", b"{}"), ("manifest.json", manifest)]);
        let layers = read(&mut whole.as_slice()).unwrap_or_else(|error| panic!("{error}"));
        let large: Vec<_> = layers.iter().map(|layer| layer.large.iter().map(|large| large.path.as_str()).collect::<Vec<_>>()).collect();
        assert_eq!(large, [["/usr/lib/big.so"], ["/app/server"]]);
        assert_eq!((layers[0].shell.as_deref(), layers[1].shell.as_deref()), (Some("/bin/sh"), None));
    }

    #[test]
    fn an_archive_that_is_cut_off_is_an_error() {
        assert!(read(&mut &archive(&[("blobs/a", &[1; 4000])])[..1000]).is_err());
    }
}
