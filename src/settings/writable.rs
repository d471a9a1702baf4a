//! Where a program may write, as people say it: directories, or that there are none.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error};

const EXPECTED: &str = "expected a list of directories, or `false` for none";

/// What a settings file says.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a list of directories, or `false` for none")]
pub(super) enum Said {
    /// `writable = ["uploads"]`
    Listed(Vec<String>),
    /// `writable = false`
    Nowhere(#[schemars(extend("const" = false))] bool),
}

/// The directories: an empty list for none.
pub(super) fn directories<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    match Said::deserialize(from)? {
        Said::Listed(list) => Ok(Some(list)),
        Said::Nowhere(false) => Ok(Some(Vec::new())),
        Said::Nowhere(true) => Err(D::Error::custom(EXPECTED)),
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::Document;

    #[test]
    fn nowhere_is_false() {
        let read = |text: &str| Document::parse("imggen.toml".into(), text, &[]).map(|read| read.settings.writable);
        assert_eq!(read("writable = false\n"), Ok(Some(Vec::new())));
        assert_eq!(read("writable = [\"a\"]\n"), Ok(Some(vec!["a".to_owned()])));
        assert_eq!(read(""), Ok(None));
        for wrong in ["writable = true\n", "writable = \"a\"\n", "writable = 1\n"] {
            let error = read(wrong).unwrap_err();
            assert!(error.message.contains("or `false` for none") && error.labels[0].span.is_some(), "{error:?}");
        }
    }
}
