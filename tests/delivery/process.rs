//! The real server: the binary as a process of its own, on the same data folder each time.

use std::{
    io::{BufRead, BufReader, Lines},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{ledger::Ledger, network::Network};

/// Lines of the server's log that are kept.
const LOG_KEPT: usize = 400;
/// A start that takes longer has failed.
const START_WITHIN: Duration = Duration::from_secs(60);
/// A server that was asked to stop has ended within this.
const STOPPED_WITHIN: Duration = xiaoer::server::STOPPED_WITHIN;

/// What nodes share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) database: String,
    pub(crate) bus: String,
    /// Whether it dies or is cut off, so that nodes have something to complain of.
    pub(crate) dies: bool,
}

/// The folders a server lives in, and its log over all its lives.
#[derive(Clone)]
pub(crate) struct Home {
    pub(crate) folder: PathBuf,
    shared: Option<Shared>,
    /// The network namespace that the server lives in, and where it listens there.
    inside: Option<(String, String)>,
    ledger: Arc<Ledger>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Home {
    pub(crate) fn new(folder: &Path, shared: Option<Shared>, ledger: Arc<Ledger>) -> Self {
        Self { folder: folder.to_owned(), shared, inside: None, ledger, log: Arc::default() }
    }

    /// The same, in a network of its own.
    pub(crate) fn inside(self, network: &Network) -> Self {
        Self { inside: Some((network.name().to_owned(), format!("{}:0", network.node()))), ..self }
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The store's address, for those who look into it themselves.
    pub(crate) fn database(&self) -> String {
        match &self.shared {
            Some(shared) => shared.database.clone(),
            None => format!("sqlite:{}", self.data().join("xiaoer.db").display()),
        }
    }

    /// The last lines of the log.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Starts the server; it is not ready yet.
    pub(crate) fn start(&self) -> Starting {
        let program = env!("CARGO_BIN_EXE_xiaoer");
        let (mut command, listen) = match &self.inside {
            None => (Command::new(program), "127.0.0.1:0"),
            Some((name, listen)) => {
                // It becomes the program: what is killed is the server itself.
                let mut command = Command::new("ip");
                command.args(["netns", "exec", name, program]);
                (command, listen.as_str())
            }
        };
        if let Some(Shared { database, bus, .. }) = &self.shared {
            command.env("XIAOER_DATABASE", database).env("XIAOER_BUS", bus);
        }
        let mut child = command
            .args(["serve", "--demo", "--limit-addresses=false", "--listen", listen, "--data"])
            .arg(self.data())
            .arg("--intents")
            .arg(self.folder.join("intents"))
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server's binary runs");
        let log = BufReader::new(child.stderr.take().expect("its log is piped"));
        let home = self.clone();
        std::thread::spawn(move || log.lines().map_while(Result::ok).for_each(|line| home.read_log(line)));
        let said = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        Starting { process: Process { child }, said, at: Instant::now() }
    }

    fn read_log(&self, line: String) {
        let complains = line.contains(" ERROR ") && !self.shared.as_ref().is_some_and(|shared| shared.dies);
        if line.contains("panicked") || complains {
            self.ledger.find(format!("the server's log: {line}"));
        }
        let left = line.split("conversations=").nth(1).filter(|_| line.contains("left unanswered"));
        if let Some(left) = left.and_then(|left| left.trim().parse().ok()) {
            self.ledger.counts.left_unanswered.add(left);
        }
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() == LOG_KEPT {
            log.remove(0);
        }
        log.push(line);
    }
}

/// A server that does not answer yet.
pub(crate) struct Starting {
    process: Process,
    said: Lines<BufReader<ChildStdout>>,
    at: Instant,
}

impl Starting {
    /// Waits until the server says that it is ready, and where; also how long it took.
    pub(crate) async fn ready(mut self) -> (Process, SocketAddr, Duration) {
        let waited = tokio::task::spawn_blocking(move || {
            let line = self.said.next();
            (self, line)
        });
        let waited = tokio::time::timeout(START_WITHIN, waited).await.expect("the server starts in time");
        let (starting, line) = waited.expect("the line is read");
        let line = line.expect("the server says that it is ready").expect("its output is text");
        let ready: serde_json::Value = serde_json::from_str(&line).expect("what it says is JSON");
        let url = ready["store"].as_str().expect("it says where");
        let address = url.trim_start_matches("http://").trim_end_matches('/').parse().expect("an address");
        (starting.process, address, starting.at.elapsed())
    }

    /// Kills it before it is ready.
    pub(crate) fn kill(self) {
        self.process.kill();
    }
}

/// A running server. Dropping it kills it, so that none outlives a failed test.
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// SIGKILL: nothing of it runs any more when this returns.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// SIGTERM, and how it ended; `None` when it had to be killed.
    pub(crate) async fn stop(mut self) -> Option<ExitStatus> {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(asked.is_ok_and(|status| status.success()), "the server ran until now");
        let until = Instant::now() + STOPPED_WITHIN;
        loop {
            if let Some(status) = self.child.try_wait().expect("the server can be waited for") {
                return Some(status);
            }
            if until < Instant::now() {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that has ended by itself already is found out by what it left undone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
