//! Secrets, told by how they look: what stands in an image can be read by everybody who has it, and what is printed by everybody who
//! reads the log.

use std::ops::Range;

/// How the keys of well-known services begin, and how many letters and digits follow at least.
const PREFIXES: [(&str, usize); 24] = [
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("rk_live_", 16),
    ("whsec_", 16),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghu_", 30),
    ("ghs_", 30),
    ("ghr_", 30),
    ("github_pat_", 30),
    ("glpat-", 16),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("xoxa-", 16),
    ("xoxs-", 16),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("npm_", 30),
    ("pypi-", 40),
    ("SG.", 40),
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("dop_v1_", 40),
];

/// How the PEM form of a private key begins.
const PEM: (&str, &str) = ("-----BEGIN ", "PRIVATE KEY");

/// Where in `text` a secret stands, the first one.
#[must_use]
pub fn find(text: &str) -> Option<Range<usize>> {
    [key(text), login(text), pem(text)].into_iter().flatten().min_by_key(|range| range.start)
}

/// `text` without its secrets.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(range) = find(rest) {
        out.push_str(&rest[..range.start]);
        out.push_str("[secret]");
        rest = &rest[range.end..];
    }
    out + rest
}

fn key(text: &str) -> Option<Range<usize>> {
    let in_key = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let found = |&(prefix, least): &(&str, usize)| {
        text.match_indices(prefix).find_map(|(start, _)| {
            let begins = !text[..start].ends_with(|c: char| c.is_ascii_alphanumeric());
            let rest = &text[start + prefix.len()..];
            let length = rest.find(|c| !in_key(c)).unwrap_or(rest.len());
            let counted = rest[..length].chars().filter(char::is_ascii_alphanumeric).count();
            (begins && counted >= least).then_some(start..start + prefix.len() + length)
        })
    };
    PREFIXES.iter().filter_map(found).min_by_key(|range| range.start)
}

/// The password of `scheme://user:password@host`, unless it is a variable.
fn login(text: &str) -> Option<Range<usize>> {
    text.match_indices("://").find_map(|(at, scheme)| {
        let start = at + scheme.len();
        let rest = &text[start..];
        let authority = &rest[..rest.find(|c: char| c.is_whitespace() || "/?#\"'`<>\\".contains(c)).unwrap_or(rest.len())];
        let (login, _) = authority.rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        let open = password.is_empty() || password.starts_with(['$', '{', '%', '*', '[']);
        (!open).then(|| start + user.len() + 1..start + login.len())
    })
}

fn pem(text: &str) -> Option<Range<usize>> {
    let start = text.find(PEM.0)?;
    let line = text[start..].lines().next()?;
    line.contains(PEM.1).then_some(start..text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_by_their_looks() {
        let letters = "a1B2".repeat(10);
        for text in [
            format!("STRIPE=sk_live_{letters}"),
            format!("token: ghp_{letters}"),
            "AKIAIOSFODNN7EXAMPLE".into(),
            "DATABASE_URL=postgres://shop:hunter2@db/shop".into(),
            "-----BEGIN RSA PRIVATE KEY-----\nMII".into(),
        ] {
            let redacted = redact(&text);
            assert!(find(&text).is_some() && redacted.contains("[secret]"), "{text}");
            assert!(!redacted.contains("hunter2") && !redacted.contains(&letters), "{redacted}");
        }
    }

    #[test]
    fn what_only_resembles_one_is_none() {
        for text in [
            "ssh://git@github.com/a/b",
            "postgres://shop:$PASSWORD@db/shop",
            "https://user:${TOKEN}@host",
            "http://localhost:8080/@scope/package",
            "npm_config_cache=/tmp",
            "MASKIAN",
            "-----BEGIN PUBLIC KEY-----",
            "sha256:0123456789abcdef",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn all_secrets_of_a_text_go() {
        assert_eq!(redact("a://b:c@d e://f:g@h"), "a://b:[secret]@d e://f:[secret]@h");
    }
}
