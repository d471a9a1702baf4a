//! An image that a builder left as files: the layout of the Open Container Initiative.

use std::fs;
use std::io;

use camino::Utf8Path;
use serde_json::Value;

use super::report::{Size, SizedLayer, plain};

/// What the files tell of the image: its size by layer, and its user.
///
/// # Errors
/// When they are not there.
pub fn read(directory: &Utf8Path) -> io::Result<(Size, Option<String>)> {
    let json = |path: &Utf8Path| -> io::Result<Value> { serde_json::from_str(&fs::read_to_string(path)?).map_err(io::Error::other) };
    let blob = |value: Option<&Value>| -> io::Result<Value> {
        let digest = value.and_then(Value::as_str).unwrap_or_default();
        let (algorithm, hex) = digest.split_once(':').ok_or_else(|| io::Error::other("a digest is missing"))?;
        json(&directory.join("blobs").join(algorithm).join(hex))
    };
    let mut manifest = blob(json(&directory.join("index.json"))?.pointer("/manifests/0/digest"))?;
    if manifest.get("manifests").is_some() {
        // an index of platforms, or of an image and what attests to it
        manifest = blob(manifest.pointer("/manifests/0/digest"))?;
    }
    let config = blob(manifest.pointer("/config/digest"))?;
    let sizes = manifest.get("layers").and_then(Value::as_array).into_iter().flatten();
    let sizes: Vec<u64> = sizes.filter_map(|layer| layer.get("size")?.as_u64()).collect();
    let history = config.get("history").and_then(Value::as_array).into_iter().flatten();
    let full = history.filter(|entry| entry.get("empty_layer").and_then(Value::as_bool) != Some(true));
    let by: Vec<String> = full.map(|entry| plain(entry.get("created_by").and_then(Value::as_str).unwrap_or_default())).collect();
    let layer = |(at, bytes): (usize, &u64)| SizedLayer { bytes: *bytes, by: by.get(at).cloned().unwrap_or_default(), large: Vec::new() };
    let layers: Vec<_> = sizes.iter().enumerate().map(layer).collect();
    let user = config.pointer("/config/User").and_then(Value::as_str).map(str::to_owned);
    Ok((Size { bytes: sizes.iter().sum(), layers, shell: None }, user))
}
