//! Where a program really listens: the kernel's own tables, read from beside it in its network namespace.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Serialize;

/// What the kernel writes for a socket that listens.
const LISTENS: &str = "0A";
/// Docker's own name server, on networks that users make.
const NAME_SERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11));

/// Who reaches a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Everybody on the network.
    Any,
    /// Nobody outside the container.
    Loopback,
}

/// A port that is listened on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listener {
    /// The port.
    pub port: u16,
    /// The addresses, sorted.
    pub addresses: Vec<IpAddr>,
    /// Who reaches it.
    pub reach: Reach,
}

/// Reads `/proc/net/tcp` and `/proc/net/tcp6`, one after the other.
#[must_use]
pub fn listeners(text: &str) -> Vec<Listener> {
    let mut all: Vec<(u16, IpAddr)> = text.lines().filter_map(socket).filter(|(_, address)| *address != NAME_SERVER).collect();
    all.sort();
    all.dedup();
    let mut listeners: Vec<Listener> = Vec::new();
    for (port, address) in all {
        let reach = if is_loopback(address) { Reach::Loopback } else { Reach::Any };
        match listeners.last_mut().filter(|last| last.port == port) {
            Some(last) => {
                last.addresses.push(address);
                if reach == Reach::Any {
                    last.reach = reach;
                }
            }
            None => listeners.push(Listener { port, addresses: vec![address], reach }),
        }
    }
    listeners
}

fn is_loopback(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback(),
        IpAddr::V6(address) => address.is_loopback() || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback()),
    }
}

/// `0: 0100007F:1F90 00000000:0000 0A ...`
fn socket(line: &str) -> Option<(u16, IpAddr)> {
    let mut words = line.split_whitespace().skip(1);
    let (address, port) = words.next()?.split_once(':')?;
    if words.nth(1)? != LISTENS {
        return None;
    }
    // groups of four bytes, each in the order of the machine: the last first on all that run containers but mainframes
    let bytes: Option<Vec<u8>> = (0..address.len() / 2).map(|at| u8::from_str_radix(address.get(2 * at..2 * at + 2)?, 16).ok()).collect();
    let bytes: Vec<u8> = bytes?.chunks(4).flat_map(|group| group.iter().rev().copied()).collect();
    let address = match bytes.len() {
        4 => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?)),
        16 => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)),
        _ => return None,
    };
    Some((u16::from_str_radix(port, 16).ok()?, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLES: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000 65532        0 1 1 0 100 0 0 10 0
   1: 0B00007F:A2C3 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 020011AC:1F90 010011AC:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 65532 0 4
   1: 0000000000000000FFFF00000100007F:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 65532 0 5
";

    #[test]
    fn listeners_are_told_from_connections_and_from_the_engines_own() {
        let found: Vec<_> = listeners(TABLES).into_iter().map(|listener| (listener.port, listener.reach)).collect();
        assert_eq!(found, [(3000, Reach::Loopback), (8080, Reach::Any), (8081, Reach::Loopback)]);
    }

    #[test]
    fn a_table_that_is_cut_off_has_no_listeners() {
        assert_eq!(listeners("  sl  local\n 0: 0100007F:\n 1: xyz:1 0 0A\n"), []);
    }
}
