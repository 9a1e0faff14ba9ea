//! A server in a process of its own, and what it takes of the machine.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::Context;

/// The server, which ends with the bench.
pub(crate) struct Server(pub(crate) Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    /// The demo shop's, on a free port, once it answers; `more` are variables of its environment.
    pub(crate) fn start(
        data: &Path,
        intents: &Path,
        more: &[(&str, &str)],
    ) -> anyhow::Result<(Self, SocketAddr)> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_xiaoer"))
            .args(["serve", "--listen", "127.0.0.1:0", "--intents"])
            .arg(intents)
            .arg("--data")
            .arg(data)
            .envs(more.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("its output is piped")?).read_line(&mut line)?;
        let server = Self(child);
        let ready: serde_json::Value = serde_json::from_str(&line)?;
        let store = ready["store"].as_str().context("it says where")?;
        Ok((server, store.trim_start_matches("http://").trim_end_matches('/').parse()?))
    }

    /// Its resident set, in bytes.
    pub(crate) fn resident(&self) -> anyhow::Result<u64> {
        field(&format!("/proc/{}/status", self.0.id()), "VmRSS:")
    }
}

/// A size in one of the kernel's tables, in bytes.
pub(crate) fn field(file: &str, name: &str) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(file)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).context("the field is there")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}
