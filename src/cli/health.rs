//! `xiaoer health`: how a running server is, for places that have no other program to ask with.

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;

use super::{Outcome, complain, say};

/// A server that answers, answers within this.
const PATIENCE: Duration = Duration::from_secs(5);
/// More is no answer of ours.
const LARGEST: u64 = 1 << 20;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Where the server listens; `0.0.0.0` and `[::]` are asked at this machine's own address.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    at: SocketAddr,
    /// Only whether it answers at all, not whether every part of it is ready.
    #[arg(long)]
    alive: bool,
}

/// Prints what the server says of itself; exit code 0 when it is well, 1 when not.
pub(super) fn run(options: &Options) -> Outcome {
    let path = if options.alive { "/healthz" } else { "/readyz" };
    match ask(reachable(options.at), path) {
        Ok((status, body)) => {
            say(body.trim_end());
            Ok(if status == 200 { ExitCode::SUCCESS } else { ExitCode::from(1) })
        }
        Err(error) => {
            complain(&format!("xiaoer: {} does not answer: {error:#}", options.at));
            Ok(ExitCode::from(1))
        }
    }
}

/// An address to listen on everywhere is none to connect to.
fn reachable(at: SocketAddr) -> SocketAddr {
    let here = match at.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other,
    };
    SocketAddr::new(here, at.port())
}

/// One request; plain, for it never leaves the machine or its container.
fn ask(at: SocketAddr, path: &str) -> anyhow::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&at, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(LARGEST).read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").context("its answer is no HTTP")?;
    let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    Ok((status.context("its answer is no HTTP")?, body.to_owned()))
}
