//! An address as it is given to what listens: `:8080`, `127.0.0.1:80`, a port alone, with parts that may be unknown.

use crate::app::{Interface, Listen, PortVariable, Role};
use crate::program::{Part, Resolved, Step};

/// What the alternatives of an address come to.
#[derive(Debug)]
pub struct Settled {
    pub listen: Listen,
    /// Where it comes from.
    pub steps: Vec<Step>,
}

/// What one alternative says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot<'v> {
    pub port: Port<'v>,
    pub loopback: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port<'v> {
    Known(u16),
    Variable(&'v str),
    Unknown,
}

// stands for a part that is not known while an address is taken apart
const HOLE: char = '\u{0}';

/// Whether only the container itself reaches the interface.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.starts_with("127.") || host == "::1"
}

/// Takes one alternative apart; nothing when it is no address at all. A `bare` one may be a port alone.
#[must_use]
pub fn spot(value: &Resolved, bare: bool) -> Option<Spot<'_>> {
    let text: String = value
        .parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.replace(HOLE, ""),
            _ => HOLE.to_string(),
        })
        .collect();
    let text = text.trim().trim_end_matches('/');
    let last = value.parts.last()?;
    let (host, port, whole) = match text.rsplit_once(':') {
        Some((host, port)) => (host.rsplit('/').next().unwrap_or(host), port, false),
        None => ("", text, true),
    };
    let port = match port {
        "http" if !whole => Port::Known(80),
        "https" if !whole => Port::Known(443),
        _ if port.chars().eq([HOLE]) => match last {
            // a variable for a whole address sets no port
            Part::Variable(name) if (bare || !whole) && !is_socket(name) => Port::Variable(name),
            _ => Port::Unknown,
        },
        _ => Port::Known(port.parse().ok()?),
    };
    Some(Spot { port, loopback: is_loopback(host) })
}

/// Whether a name is one of a socket in the file system, beside which there may be a port.
fn is_socket(name: &str) -> bool {
    let mut words = name.split('_');
    words.clone().any(|word| word.eq_ignore_ascii_case("unix"))
        || words.next_back().is_some_and(|word| ["socket", "sock", "uds"].iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// What the alternatives come to together: the first known port, and the variable that may set another.
#[must_use]
pub fn settle(values: &[Resolved], bare: bool) -> Option<Settled> {
    // where the default is a port alone, the variable is too
    let is_port = |value: &Resolved| value.text().is_some_and(|text| text.parse::<u16>().is_ok());
    let bare = bare || values.iter().any(is_port);
    let spots: Vec<_> = values.iter().filter_map(|value| Some((spot(value, bare)?, value))).collect();
    let known = |whole: bool, guessed: bool| {
        spots.iter().find_map(|(spot, value)| match spot.port {
            Port::Known(port) if port > 0 && (!whole || value.text().is_some()) && (guessed || !value.guessed) => Some((port, spot, value)),
            _ => None,
        })
    };
    // one that is known with its host says more, and one that is only called alike the least
    let known = known(true, false).or_else(|| known(false, false)).or_else(|| known(true, true)).or_else(|| known(false, true));
    // what has to be set is set, and no default counts beside it
    let known = known.filter(|_| !values.iter().any(|value| value.required));
    let variables = spots.iter().filter_map(|(spot, value)| match spot.port {
        Port::Variable(name) => Some((name, spot, value)),
        _ => None,
    });
    let variable = variables.min_by_key(|(name, ..)| !name.to_ascii_uppercase().contains("PORT"));
    let (spot, value) = known.map(|(_, spot, value)| (spot, value)).or(variable.map(|(_, spot, value)| (spot, value)))?;
    let mut steps = value.steps.clone();
    steps.extend(variable.iter().flat_map(|(_, _, value)| &value.steps).filter(|step| !value.steps.contains(step)));
    let role = if known.is_some() { Role::Optional } else { Role::Demanded };
    let listen = Listen {
        port: known.map(|(port, ..)| port),
        variable: variable.map(|(name, ..)| PortVariable { name: name.to_owned(), role }),
        interface: if spot.loopback { Interface::Loopback } else { Interface::Any },
        host: values.iter().find_map(host_variable),
    };
    Some(Settled { listen, steps })
}

fn host_variable(value: &Resolved) -> Option<String> {
    match value.parts.as_slice() {
        [Part::Variable(name), Part::Text(rest), ..] if rest.starts_with(':') => Some(name.clone()),
        _ => None,
    }
}

/// The variable that holds the whole address, when there is nothing else to go by.
#[must_use]
pub fn whole_variable(values: &[Resolved]) -> Option<&str> {
    let alone = |value: &Resolved| matches!(value.parts.as_slice(), [Part::Variable(_)]);
    match values.first()?.parts.first()? {
        Part::Variable(name) if values.iter().all(alone) => Some(name),
        _ => None,
    }
}

/// The variable that sets the whole of an address which has a default.
#[must_use]
pub fn overriding_variable(values: &[Resolved]) -> Option<&str> {
    let has_default = values.iter().any(|value| value.text().is_some_and(|text| text.contains(':')));
    values.iter().filter(|_| has_default).find_map(|value| match value.parts.as_slice() {
        [Part::Variable(name)] => Some(name.as_str()),
        _ => None,
    })
}

/// Whether it is certain that nobody is meant to reach it: a port that the system picks, no port, a socket in the file system.
#[must_use]
pub fn is_private(values: &[Resolved]) -> bool {
    let picked = |value: &Resolved| spot(value, false).is_some_and(|spot| spot.port == Port::Known(0));
    !values.is_empty() && values.iter().all(picked)
}

/// Whether it is the loopback interface, or an address on it.
#[must_use]
pub fn names_loopback(value: &Resolved) -> bool {
    value.text().is_some_and(is_loopback) || spot(value, false).is_some_and(|spot| spot.loopback)
}

/// Whether all of it is known, and nothing of it says where to listen.
#[must_use]
pub fn is_no_address(values: &[Resolved]) -> bool {
    !values.is_empty() && values.iter().all(|value| value.text().is_some_and(|text| !text.is_empty()) && spot(value, false).is_none())
}

/// Whether any of it says a port.
#[must_use]
pub fn looks_like_address(values: &[Resolved]) -> bool {
    values.iter().any(|value| spot(value, false).is_some_and(|spot| spot.port != Port::Unknown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(parts: &[Part]) -> Resolved {
        Resolved { parts: parts.to_vec(), ..Resolved::default() }
    }

    fn text(text: &str) -> Part {
        Part::Text(text.into())
    }

    fn variable(name: &str) -> Part {
        Part::Variable(name.into())
    }

    #[test]
    fn addresses_are_taken_apart() {
        for (parts, expected) in [
            (vec![text(":8080")], Some((Port::Known(8080), false))),
            (vec![text("0.0.0.0:80")], Some((Port::Known(80), false))),
            (vec![text("127.0.0.1:80")], Some((Port::Known(80), true))),
            (vec![text("localhost:"), variable("PORT")], Some((Port::Variable("PORT"), true))),
            (vec![text("[::1]:99")], Some((Port::Known(99), true))),
            (vec![text("tcp://localhost:99")], Some((Port::Known(99), true))),
            (vec![text("http://127.0.0.1:99/")], Some((Port::Known(99), true))),
            (vec![text("3000")], Some((Port::Known(3000), false))),
            (vec![text(":https")], Some((Port::Known(443), false))),
            (vec![Part::Unknown, text(":8080")], Some((Port::Known(8080), false))),
            (vec![variable("PORT")], Some((Port::Unknown, false))),
            (vec![variable("ADDR")], Some((Port::Unknown, false))),
            (vec![text(":"), variable("LISTEN")], Some((Port::Variable("LISTEN"), false))),
            (vec![text("")], None),
            (vec![text("hello")], None),
            (vec![text(":99999")], None),
            (vec![], None),
        ] {
            let value = value(&parts);
            assert_eq!(spot(&value, false).map(|spot| (spot.port, spot.loopback)), expected, "{parts:?}");
        }
        assert_eq!(spot(&value(&[variable("APP_UNIX_SOCKET")]), true).map(|spot| spot.port), Some(Port::Unknown));
        assert_eq!(spot(&value(&[variable("PORT")]), true).map(|spot| spot.port), Some(Port::Variable("PORT")));
    }
}
