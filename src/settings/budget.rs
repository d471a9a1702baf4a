//! How large an image may be, and how much it may grow.

use schemars::JsonSchema;
use serde::Deserialize;

/// A budget; every key by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Budget {
    /// The most megabytes (of 1,000,000 bytes) that the image may have.
    pub megabytes: Option<u64>,
    /// The growth over the recorded size that is a warning: `"10%"`, or megabytes.
    pub warn: Option<String>,
    /// The growth over the recorded size that is a failure: `"25%"`, or megabytes.
    pub fail: Option<String>,
    /// The sentence that justifies it: what would fail is a warning then.
    pub because: Option<String>,
}
