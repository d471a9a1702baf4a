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
    request(address, "/").is_ok()
}

/// Asks, and compares the answer.
pub fn get(address: &str, wanted: &Get) -> Result<()> {
    let (status, body) = request(address, &wanted.path).with_context(|| format!("GET {}", wanted.path))?;
    ensure!(status == wanted.status, "GET {}: {status}, not {}:\n{body}", wanted.path, wanted.status);
    ensure!(body.contains(&wanted.body), "GET {}: `{}` is missing from:\n{body}", wanted.path, wanted.body);
    Ok(())
}

/// HTTP 1.0, so that the answer ends with the connection and comes in one piece.
fn request(address: &str, path: &str) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;

    let answer = String::from_utf8_lossy(&answer);
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { bail!("no HTTP answer: {answer:?}") };
    let status = head.split_whitespace().nth(1).context("no status")?.parse()?;
    Ok((status, body.to_owned()))
}
