//! What a file that looks like a secret holds: the content decides, where it can.

use camino::Utf8Path;

use crate::tree::Tree;

/// What stays out of images for what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Certificates, public keys, examples: nothing to hide.
    Public,
    /// A private key or keystore, or what cannot be told from one.
    Key,
    /// The values of environment variables.
    Environment,
    /// A login or token.
    Login,
    /// A database, a log: no secret by its kind.
    State,
}

/// Ends of the names of environment files that hold no values.
const EXAMPLES: [&str; 7] = ["example", "sample", "template", "dist", "defaults", "schema", "tmpl"];
/// Ends of the names of files that hold keys.
const KEYS: [&str; 15] =
    ["pem", "key", "p8", "p12", "pfx", "pkcs12", "ppk", "jks", "jceks", "bks", "keystore", "kdbx", "ovpn", "agekey", "mobileprovision"];

/// Whether a file is named like a key and holds a private one, or cannot be told from one that does.
#[must_use]
pub fn is_private_key(tree: &Tree, path: &Utf8Path) -> bool {
    path.extension().is_some_and(|ending| KEYS.contains(&ending)) && content(tree, path, true) == Content::Key
}

pub(super) fn content(tree: &Tree, path: &Utf8Path, is_secret: bool) -> Content {
    if !is_secret {
        return Content::State;
    }
    let name = path.file_name().unwrap_or_default();
    let last = name.rsplit('.').next().unwrap_or_default();
    if name.starts_with(".env") || last == "env" {
        return if name.split('.').any(|part| EXAMPLES.contains(&part)) { Content::Public } else { Content::Environment };
    }
    let text = tree.text(path).unwrap_or_default();
    if text.contains("PRIVATE KEY-----") {
        return Content::Key;
    }
    // a text of that name that holds no key of that form is none
    if text.contains("-----BEGIN ") || last == "pem" && tree.text(path).is_ok() || name.starts_with("id_") && last == "pub" {
        return Content::Public;
    }
    if KEYS.contains(&last) || name.starts_with("id_") { Content::Key } else { Content::Login }
}
