//! The setting that most looks like the port, for programs that listen on an address which cannot be followed.

use super::super::resolve::{Resolver, Step, Value, tagged};
use super::address::settle;
use crate::app::Listen;
use crate::evidence::{Fact, Rule};

const PORT_LIKE: Rule = Rule::weak("go.port-like-setting", "this looks like the setting for the port that the program listens on");

/// The names that settings for ports have, the most telling first.
const NAMES: &str = "port httpport serverport listenport appport apiport webport httpaddr httpaddress listenaddr listenaddress listen addr \
    address serveraddr serveraddress bind bindaddr bindaddress httplisten defaultport defaultaddr http serverhttpport";

/// The best of them that has a port.
#[must_use]
pub fn port_like(resolver: &Resolver<'_>) -> Option<Fact<Listen>> {
    let mut found: Vec<(usize, Fact<Listen>)> = Vec::new();
    for default in &resolver.defaults {
        let values = resolver.resolve_default(default);
        let at = Step { from: default.at, until: default.until, rule: PORT_LIKE };
        let names = default.variables.iter().map(String::as_str).chain([default.key.as_str()]);
        consider(resolver, &mut found, names, &values, at);
    }
    for tag in &resolver.index.tags {
        let said = tagged(resolver.index.token(tag.at).map_or("", |token| token.text));
        let (Some(default), step) = (said.default, Step { from: tag.field, until: tag.at.token + 1, rule: PORT_LIKE }) else { continue };
        let mut values = vec![Value::written(default, step)];
        values.extend(said.variable.iter().map(|name| Value::variable(name, step)));
        let names = said.variable.iter().chain(&said.keys).map(String::as_str).chain([tag.name]);
        consider(resolver, &mut found, names, &values, step);
    }
    for call in resolver.index.calls.iter().filter(|call| call.name.contains("env") || call.name.contains("Env")) {
        let Some(first) = resolver.index.arguments(call).first().copied() else { continue };
        let Some(name) = resolver.index.literal(first) else { continue };
        let start = resolver.index.call_start(call);
        let until = resolver.index.closing(call.at.move_to(call.at.token + 1)) + 1;
        if rank(&name).is_some() {
            let values = resolver.resolve(start, call.function);
            consider(resolver, &mut found, [name.as_str()].into_iter(), &values, Step { from: start, until, rule: PORT_LIKE });
        }
    }
    found.into_iter().min_by_key(|(rank, _)| *rank).map(|(_, fact)| fact)
}

fn consider<'n>(
    resolver: &Resolver<'_>,
    found: &mut Vec<(usize, Fact<Listen>)>,
    names: impl Iterator<Item = &'n str>,
    values: &[Value],
    step: Step,
) {
    let Some(rank) = names.filter_map(rank).min() else { return };
    if let Some(settled) = settle(values, true).filter(|settled| settled.listen.port.is_some()) {
        found.push((rank, Fact::new(settled.listen, step.evidence(resolver.index))));
    }
}

/// How telling a setting's name is; the lower the more.
pub fn rank(name: &str) -> Option<usize> {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    NAMES.split_whitespace().position(|known| known == name)
}
