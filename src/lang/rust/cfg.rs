//! `cfg(...)`: whether it may hold for a Linux image, with these features.

use std::collections::BTreeSet;

use super::scan::{Token, scan};

/// Whether the expression of a `[target.'cfg(...)']` table, or a target's name, may mean Linux.
#[must_use]
pub fn may_be_linux(platform: &str) -> bool {
    match platform.trim().strip_prefix("cfg(") {
        Some(inner) => may_hold(&scan(inner.strip_suffix(')').unwrap_or(inner)), None),
        None => platform.contains("linux"),
    }
}

/// Whether a condition may hold: what is not known (a processor, a C library) may. Without `features`, features are not known.
#[must_use]
pub fn may_hold(tokens: &[Token<'_>], features: Option<&BTreeSet<String>>) -> bool {
    expression(tokens, features).0
}

/// Whether it may hold, and whether it may fail.
fn expression(tokens: &[Token<'_>], features: Option<&BTreeSet<String>>) -> (bool, bool) {
    let Some(name) = tokens.first().and_then(Token::ident) else { return (true, true) };
    let arguments = || {
        let close = super::scan::closing(tokens, 1);
        let inner = tokens.get(2..close).unwrap_or_default();
        split(inner).into_iter().map(|part| expression(part, features)).collect::<Vec<_>>()
    };
    let value = || tokens.get(2).and_then(Token::value);
    let certain = |holds: bool| (holds, !holds);
    match name {
        "all" => arguments().into_iter().fold((true, false), |all, one| (all.0 && one.0, all.1 || one.1)),
        "any" => arguments().into_iter().fold((false, true), |any, one| (any.0 || one.0, any.1 && one.1)),
        "not" => arguments().first().map_or((true, true), |one| (one.1, one.0)),
        "unix" => certain(true),
        "windows" | "test" | "doctest" | "miri" | "loom" | "debug_assertions" => certain(false),
        "target_os" => certain(value().is_some_and(|os| os == "linux")),
        "target_family" => certain(value().is_some_and(|family| family == "unix")),
        "feature" => match (features, value()) {
            (Some(features), Some(feature)) => certain(features.contains(feature.as_ref())),
            _ => (true, true),
        },
        _ => (true, true),
    }
}

/// The parts between the commas that stand in no brackets.
fn split<'a, 't>(tokens: &'a [Token<'t>]) -> Vec<&'a [Token<'t>]> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (index, token) in tokens.iter().enumerate() {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth = depth.saturating_sub(1);
        } else if token.is(",") && depth == 0 {
            parts.push(&tokens[start..index]);
            start = index + 1;
        }
    }
    parts.push(&tokens[start..]);
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_systems_are_told_apart() {
        for (platform, expected) in [
            ("cfg(windows)", false),
            ("cfg(unix)", true),
            ("cfg(not(windows))", true),
            ("cfg(any(target_os = \"macos\", target_os = \"ios\"))", false),
            ("cfg(all(unix, not(target_os = \"macos\")))", true),
            ("cfg(all(target_os = \"linux\", target_env = \"musl\"))", true),
            ("cfg(not(target_env = \"msvc\"))", true),
            ("x86_64-pc-windows-msvc", false),
            ("aarch64-unknown-linux-gnu", true),
        ] {
            assert_eq!(may_be_linux(platform), expected, "{platform}");
        }
    }
}
