//! The engines that several nodes share, each a process of its own on a free port of the loopback: PostgreSQL and NATS.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// An engine that takes longer to answer has failed to start.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// A server that is started, stopped and started again on the same port and folder.
pub(crate) struct Server {
    address: SocketAddr,
    start: Box<dyn Fn(u16) -> Command + Send + Sync>,
    child: Option<Child>,
    /// The signal by which it dies as in a crash.
    crash: &'static str,
}

impl Server {
    fn new(
        at: Ipv4Addr,
        crash: &'static str,
        start: impl Fn(u16) -> Command + Send + Sync + 'static,
    ) -> Self {
        let free = TcpListener::bind((at, 0)).and_then(|free| free.local_addr());
        let address = free.expect("a port is free");
        let mut server = Self { address, start: Box::new(start), child: None, crash };
        server.start();
        server
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Starts it and waits until it takes connections.
    pub(crate) fn start(&mut self) {
        let mut command = (self.start)(self.port());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().expect("the engine's binary runs: tests/run installs it"));
        let since = Instant::now();
        while TcpStream::connect(self.address).is_err() {
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
        Self::start_at(folder, Ipv4Addr::LOCALHOST)
    }

    /// The same on another address of this machine.
    pub(crate) fn start_at(folder: &Path, at: Ipv4Addr) -> Self {
        Self {
            postgres: postgres(&folder.join("postgres"), at, None),
            nats: nats(&folder.join("nats"), at, None),
        }
    }

    /// The same, which speak TLS and nothing else.
    pub(crate) fn start_with(folder: &Path, papers: &Papers) -> Self {
        let at = Ipv4Addr::LOCALHOST;
        Self {
            postgres: postgres(&folder.join("postgres"), at, Some(papers)),
            nats: nats(&folder.join("nats"), at, Some(papers)),
        }
    }

    pub(crate) fn database(&self) -> String {
        format!("postgres://postgres@{}/postgres", self.postgres.address)
    }

    pub(crate) fn bus(&self) -> String {
        format!("nats://{}", self.nats.address)
    }
}

/// A certificate and its key.
#[derive(Clone)]
pub(crate) struct Papers {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// PostgreSQL refuses to run as root: there it runs as the user its package brings.
fn postgres(folder: &Path, at: Ipv4Addr, papers: Option<&Papers>) -> Server {
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
    let mut tls = Vec::new();
    if let Some(papers) = papers {
        // It refuses a key that others may read, and is not root.
        for (of, name) in [(&papers.certificate, "server.crt"), (&papers.key, "server.key")] {
            let own = folder.join(name);
            std::fs::copy(of, &own).expect("it can be copied");
            std::fs::set_permissions(&own, std::fs::Permissions::from_mode(0o600)).expect("it is ours");
            if is_root() {
                let owner = Command::new("chown").arg("postgres").arg(&own).status();
                assert!(owner.is_ok_and(|status| status.success()), "the user postgres is there");
            }
            tls.push(own);
        }
    }
    // Whoever reaches the address may come in, as on the loopback.
    let rule = if papers.is_some() { "hostssl" } else { "host" };
    let rules = format!("{rule} all all 127.0.0.1/32 trust\n{rule} all all 10.213.0.0/16 trust\n");
    std::fs::write(data.join("pg_hba.conf"), rules).expect("the rules can be written");
    let (program, folder) = (programs.join("postgres"), folder.to_owned());
    // SIGQUIT: no goodbye to anybody, and recovery from the log at the next start.
    Server::new(at, "-QUIT", move |port| {
        let mut command = unprivileged(&program);
        command.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c"]);
        command.arg(format!("listen_addresses={at}"));
        command.args(["-c", "max_connections=100", "-c"]);
        command.arg(format!("unix_socket_directories={}", folder.display()));
        if let [certificate, key] = &tls[..] {
            command.args(["-c", "ssl=on", "-c"]).arg(format!("ssl_cert_file={}", certificate.display()));
            command.arg("-c").arg(format!("ssl_key_file={}", key.display()));
        }
        command
    })
}

fn nats(folder: &Path, at: Ipv4Addr, papers: Option<&Papers>) -> Server {
    let (folder, papers) = (folder.to_owned(), papers.cloned());
    Server::new(at, "-KILL", move |port| {
        let mut command = Command::new("nats-server");
        command.args(["-a", &at.to_string(), "-p", &port.to_string(), "-js", "-sd"]).arg(&folder);
        if let Some(papers) = &papers {
            command.arg("--tls").arg("--tlscert").arg(&papers.certificate).arg("--tlskey").arg(&papers.key);
        }
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
