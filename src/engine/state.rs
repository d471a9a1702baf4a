//! What engines tell of containers and images.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a container is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Whether it runs.
    pub is_running: bool,
    /// How it ended, where it did.
    pub exit_code: i64,
    /// Whether it took more memory than it may.
    pub out_of_memory: bool,
    /// Why it did not start.
    pub error: String,
}

impl State {
    pub(super) fn read(value: &Value) -> Self {
        let is = |name: &str| value.get(name).and_then(Value::as_bool).unwrap_or_default();
        Self {
            is_running: is("Running"),
            exit_code: value.get("ExitCode").and_then(Value::as_i64).unwrap_or_default(),
            out_of_memory: is("OOMKilled"),
            error: value.get("Error").and_then(Value::as_str).unwrap_or_default().to_owned(),
        }
    }
}

/// A layer of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// The command that made it.
    pub by: String,
    /// Its size.
    pub bytes: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    created_by: String,
    /// A number, or the text of one.
    size: Value,
}

impl Layer {
    /// Reads a history, which has the newest layer first.
    pub(super) fn read(text: &str) -> Vec<Self> {
        let layer = |line: &str| {
            let line: Line = serde_json::from_str(line).ok()?;
            let bytes = line.size.as_u64().or_else(|| size(line.size.as_str()?)).unwrap_or_default();
            Some(Self { by: line.created_by, bytes })
        };
        let mut layers: Vec<_> = text.lines().filter_map(layer).collect();
        layers.reverse();
        layers
    }
}

/// `12.3MB` and `4096` in bytes.
fn size(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let unit = match text[end..].trim().trim_end_matches('B').trim_end_matches('i') {
        "" => 1.0,
        "k" | "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        _ => return None,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size is neither negative nor near the limit")]
    Some((number * unit) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_every_spelling() {
        assert_eq!(
            ["4096", "12.5MB", "1.2 GB", "0B", "7kB"].map(size),
            [Some(4096), Some(12_500_000), Some(1_200_000_000), Some(0), Some(7_000)]
        );
        let layers = Layer::read("{\"CreatedBy\":\"COPY b\",\"Size\":\"20\"}\n{\"CreatedBy\":\"COPY a\",\"Size\":10}\n");
        assert_eq!(layers.iter().map(|layer| (layer.by.as_str(), layer.bytes)).collect::<Vec<_>>(), [("COPY a", 10), ("COPY b", 20)]);
    }
}
