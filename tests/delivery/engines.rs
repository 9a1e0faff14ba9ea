//! The engines that several nodes share, each a process of its own on a free port of the loopback: PostgreSQL and NATS.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// An engine that takes longer to answer has failed to start.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// A server that is started, stopped and started again on the same port and folder.
pub(crate) struct Server {
    port: u16,
    start: Box<dyn Fn(u16) -> Command + Send + Sync>,
    child: Option<Child>,
    /// The signal by which it dies as in a crash.
    crash: &'static str,
}

impl Server {
    fn new(crash: &'static str, start: impl Fn(u16) -> Command + Send + Sync + 'static) -> Self {
        let free =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port is free");
        let mut server = Self { port: free.port(), start: Box::new(start), child: None, crash };
        server.start();
        server
    }

    /// Starts it and waits until it takes connections.
    pub(crate) fn start(&mut self) {
        let mut command = (self.start)(self.port);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().expect("the engine's binary runs: tests/run installs it"));
        let (address, since) = (SocketAddr::from(([127, 0, 0, 1], self.port)), Instant::now());
        while TcpStream::connect(address).is_err() {
            assert!(since.elapsed() < ANSWERS_WITHIN, "the engine does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// It dies; everything it has not written is gone.
    pub(crate) fn crash(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let signal = Command::new("kill").args([self.crash, &child.id().to_string()]).status();
        assert!(signal.is_ok_and(|status| status.success()), "the engine ran until now");
        let _ = child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.crash();
    }
}

/// Both engines, in folders of their own.
pub(crate) struct Engines {
    pub(crate) postgres: Server,
    pub(crate) nats: Server,
}

impl Engines {
    pub(crate) fn start(folder: &Path) -> Self {
        Self { postgres: postgres(&folder.join("postgres")), nats: nats(&folder.join("nats")) }
    }

    pub(crate) fn database(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.postgres.port)
    }

    pub(crate) fn bus(&self) -> String {
        format!("nats://127.0.0.1:{}", self.nats.port)
    }
}

/// PostgreSQL refuses to run as root: there it runs as the user its package brings.
fn postgres(folder: &Path) -> Server {
    let programs = programs();
    std::fs::create_dir_all(folder).expect("a folder can be made");
    let data = folder.join("data");
    if is_root() {
        let owner = Command::new("chown").arg("postgres").arg(folder).status();
        assert!(owner.is_ok_and(|status| status.success()), "the user postgres is there");
    }
    let made = unprivileged(&programs.join("initdb"))
        .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--pgdata"])
        .arg(&data)
        .stdout(Stdio::null())
        .status();
    assert!(made.is_ok_and(|status| status.success()), "a database can be made");
    let (program, folder) = (programs.join("postgres"), folder.to_owned());
    // SIGQUIT: no goodbye to anybody, and recovery from the log at the next start.
    Server::new("-QUIT", move |port| {
        let mut command = unprivileged(&program);
        command.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        command.args(["-c", "max_connections=100", "-c"]);
        command.arg(format!("unix_socket_directories={}", folder.display()));
        command
    })
}

fn nats(folder: &Path) -> Server {
    let folder = folder.to_owned();
    Server::new("-KILL", move |port| {
        let mut command = Command::new("nats-server");
        command.args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"]).arg(&folder);
        command
    })
}

/// Where the newest PostgreSQL of the machine keeps its programs.
fn programs() -> PathBuf {
    let versions =
        std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is there: tests/run installs it");
    let mut versions: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin")).collect();
    versions.retain(|programs| programs.join("initdb").exists());
    versions.sort();
    versions.pop().expect("PostgreSQL's programs are there")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    command
}
