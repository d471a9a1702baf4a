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
    all(text).into_iter().next()
}

/// `text` without its secrets.
#[must_use]
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for range in all(text) {
        // what two rules see is one secret
        if range.start >= end {
            out.push_str(&text[end..range.start]);
            out.push_str("[secret]");
        }
        end = end.max(range.end);
    }
    out + &text[end..]
}

/// Where secrets stand, in their order. Each rule reads a text once, however many there are.
fn all(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<_> = keys(text).chain(logins(text)).chain(blocks(text)).collect();
    found.sort_by_key(|range| (range.start, range.end));
    found
}

fn keys(text: &str) -> impl Iterator<Item = Range<usize>> {
    let in_key = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let mut before = ' ';
    // where the letters of the last key end, which is where those of the next may end
    let mut last = 0;
    text.char_indices().filter_map(move |(start, c)| {
        let begins = !std::mem::replace(&mut before, c).is_ascii_alphanumeric();
        let known = |(prefix, _): &&(&str, usize)| text[start..].starts_with(prefix);
        let (prefix, least) = if begins { PREFIXES.iter().find(known)? } else { return None };
        let behind = start + prefix.len();
        if behind > last {
            let rest = &text[behind..];
            last = behind + rest.find(|c| !in_key(c)).unwrap_or(rest.len());
        }
        let counted = text[behind..last].chars().filter(char::is_ascii_alphanumeric).take(*least).count();
        (counted >= *least).then_some(start..last)
    })
}

/// The passwords of `scheme://user:password@host`, unless they are variables.
fn logins(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.match_indices("://").filter_map(|(at, scheme)| {
        let start = at + scheme.len();
        let rest = &text[start..];
        let authority = &rest[..rest.find(|c: char| c.is_whitespace() || "/?#\"'`<>\\".contains(c)).unwrap_or(rest.len())];
        let (login, _) = authority.rsplit_once('@')?;
        let (user, password) = login.split_once(':')?;
        let open = password.is_empty() || password.starts_with(['$', '{', '%', '*', '[']);
        (!open).then(|| start + user.len() + 1..start + login.len())
    })
}

/// Private keys in PEM form, to the line that ends them.
fn blocks(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut end = 0;
    text.match_indices(PEM.0).filter_map(move |(start, begin)| {
        let label = &text[start + begin.len()..];
        let label = &label[..label.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == ' ')).unwrap_or(label.len())];
        if start < end || !label.ends_with(PEM.1) {
            return None;
        }
        let rest = &text[start..];
        end = start + rest.find("-----END ").map_or(rest.len(), |at| at + rest[at..].find('\n').unwrap_or(rest.len() - at));
        Some(start..end)
    })
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
            format!("-----BEGIN CERTIFICATE-----\nMIA\n-----BEGIN PRIVATE KEY-----\n{letters}\n-----END PRIVATE KEY-----\n"),
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
        let key = "-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\n";
        assert_eq!(redact(&format!("a\n{key}b\n{key}c")), "a\n[secret]\nb\n[secret]\nc");
    }
}
