//! One HTTP request over a plain socket.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};

use crate::common::case::Get;

const PATIENCE: Duration = Duration::from_secs(10);

/// Whether anything answers HTTP there yet. A published port accepts connections before the program behind it listens.
pub fn answers(address: &str) -> bool {
    request(address, "/", None).is_ok()
}

/// Asks, and compares the answer.
pub fn get(address: &str, wanted: &Get) -> Result<()> {
    let path = &wanted.path;
    let Answer { status, head, body } = request(address, path, wanted.accepts.as_deref()).with_context(|| format!("GET {path}"))?;
    ensure!(status == wanted.status, "GET {path}: {status}, not {}:\n{body}", wanted.status);
    ensure!(body.contains(&wanted.body), "GET {path}: `{}` is missing from:\n{body}", wanted.body);
    for (name, value) in &wanted.headers {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let there = lines.filter(|(other, _)| other.eq_ignore_ascii_case(name)).any(|(_, other)| other == value);
        ensure!(there, "GET {path}: `{name}: {value}` is missing from:\n{head}");
    }
    Ok(())
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

/// HTTP 1.0, so that the answer ends with the connection and comes in one piece; servers compress for 1.1 alone.
fn request(address: &str, path: &str, accepts: Option<&str>) -> Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    match accepts {
        None => write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?,
        Some(encoding) => {
            write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept-Encoding: {encoding}\r\n\r\n")?;
        }
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;

    let answer = String::from_utf8_lossy(&answer);
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { bail!("no HTTP answer: {answer:?}") };
    let status = head.split_whitespace().nth(1).context("no status")?.parse()?;
    Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
}
