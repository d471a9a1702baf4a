//! Asking a port, by bytes that are sent to it and what comes back: HTTP, the health service of gRPC, or a connection.

use serde::Serialize;

/// What HTTP/2 connections begin with.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The length, type, flags and stream of a frame.
const HEAD: usize = 9;

/// What a port answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Reply {
    /// HTTP, with this status.
    Http {
        /// The status.
        status: u16,
    },
    /// gRPC, with what its health service says, where it has one.
    Grpc {
        /// Whether it serves.
        serving: Option<bool>,
    },
    /// It wants TLS.
    Tls,
    /// It takes connections, and says nothing that is known.
    Connects,
}

impl Reply {
    /// The reply in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Http { status } => format!("HTTP {status}"),
            Self::Grpc { serving: Some(true) } => "gRPC, serving".into(),
            Self::Grpc { serving: Some(false) } => "gRPC, not serving".into(),
            Self::Grpc { serving: None } => "gRPC".into(),
            Self::Tls => "TLS".into(),
            Self::Connects => "a connection".into(),
        }
    }

    /// Whether it is the answer of a program that works.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        match self {
            Self::Http { status } => *status < 500,
            Self::Grpc { serving } => *serving != Some(false),
            Self::Tls | Self::Connects => true,
        }
    }
}

/// An HTTP request that ends with its answer.
#[must_use]
pub fn http(port: u16, path: &str) -> Vec<u8> {
    let line = path.replace(char::is_whitespace, "%20");
    format!("GET {line} HTTP/1.1\r\nHost: localhost:{port}\r\nUser-Agent: imggen\r\nAccept: */*\r\nConnection: close\r\n\r\n").into_bytes()
}

/// Whether enough came back to tell what it is.
#[must_use]
pub fn is_enough(bytes: &[u8]) -> bool {
    bytes.len() >= HEAD && (!bytes.starts_with(b"HTTP/") || bytes.len() >= 13)
}

/// What came back to an HTTP request.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Reply> {
    if let Some(rest) = bytes.strip_prefix(b"HTTP/") {
        let text = String::from_utf8_lossy(&rest[..rest.len().min(32)]).into_owned();
        let status = text.split_whitespace().nth(1)?.parse().ok()?;
        return Some(Reply::Http { status });
    }
    match bytes {
        [] => None,
        // an alert
        [0x15, 0x03, ..] => Some(Reply::Tls),
        // SETTINGS on stream 0
        [0, _, _, 4, _, 0, 0, 0, 0, ..] => Some(Reply::Grpc { serving: None }),
        _ => Some(Reply::Connects),
    }
}

/// A call of `grpc.health.v1.Health/Check`.
#[must_use]
pub fn grpc() -> Vec<u8> {
    // by the static table of HPACK: POST, http, then literals
    let mut fields = vec![0x83, 0x86];
    let mut literal = |name: &[u8], value: &str| {
        fields.extend_from_slice(name);
        fields.push(u8::try_from(value.len()).unwrap_or_default());
        fields.extend_from_slice(value.as_bytes());
    };
    literal(&[0x04], "/grpc.health.v1.Health/Check");
    literal(&[0x01], "localhost");
    literal(&[0x0f, 0x10], "application/grpc");
    literal(&[0x00, 2, b't', b'e'], "trailers");
    let mut bytes = PREFACE.to_vec();
    bytes.extend(frame(4, 0, 0, &[]));
    bytes.extend(frame(1, 0x4, 1, &fields));
    bytes.extend(frame(0, 0x1, 1, &[0; 5]));
    bytes
}

fn frame(kind: u8, flags: u8, stream: u8, body: &[u8]) -> Vec<u8> {
    let length = u8::try_from(body.len()).unwrap_or_default();
    let mut bytes = vec![0, 0, length, kind, flags, 0, 0, 0, stream];
    bytes.extend_from_slice(body);
    bytes
}

/// What came back to a call of the health service: a message, or the end of the stream without one.
#[must_use]
pub fn serving(bytes: &[u8]) -> Option<bool> {
    let mut rest = bytes;
    while rest.len() >= HEAD {
        let length = usize::from(rest[0]) << 16 | usize::from(rest[1]) << 8 | usize::from(rest[2]);
        let (kind, body) = (rest[3], rest.get(HEAD..HEAD + length)?);
        // five bytes of gRPC's own, then field 1 of the message
        if let (0, Some([8, status])) = (kind, body.get(5..7)) {
            return Some(*status == 1);
        }
        rest = &rest[HEAD + length..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_port_speaks_is_told_by_its_first_bytes() {
        assert_eq!(read(b"HTTP/1.1 404 Not Found\r\n"), Some(Reply::Http { status: 404 }));
        assert_eq!(read(&[0x15, 3, 1, 0, 2, 2, 70]), Some(Reply::Tls));
        assert_eq!(read(&frame(4, 0, 0, &[0, 5, 0, 0, 64, 0])), Some(Reply::Grpc { serving: None }));
        assert_eq!(read(b"-ERR unknown command\r\n"), Some(Reply::Connects));
        assert_eq!(read(b""), None);
    }

    #[test]
    fn the_health_service_says_whether_it_serves() {
        let answer = |status| [frame(4, 0, 0, &[]), frame(1, 4, 1, &[0x88]), frame(0, 0, 1, &[0, 0, 0, 0, 2, 8, status])].concat();
        assert_eq!((serving(&answer(1)), serving(&answer(2)), serving(&frame(1, 5, 1, &[0x88]))), (Some(true), Some(false), None));
        assert!(Reply::Http { status: 401 }.is_fine() && !Reply::Http { status: 503 }.is_fine());
    }
}
