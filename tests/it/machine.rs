//! A server as a process on folders that outlast it: ended in any way, started again, and what it wrote to its log; and
//! the other commands on the same folders.

use std::{
    io::{BufRead, BufReader},
    ops::Deref,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tokio::sync::watch;

use super::support::{Home, Server, within};

/// What a command told.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Told {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// The object that it printed.
    pub(crate) fn object(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no object: {self:?}"))
    }

    /// The one line by which it refused.
    pub(crate) fn refusal(&self) -> &str {
        assert_eq!((self.code, self.err.lines().count(), self.out.len()), (Some(2), 1, 0), "{self:?}");
        &self.err
    }
}

/// The program with these arguments, in the home's folder.
pub(crate) fn xiaoer(home: &Home, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xiaoer"));
    command.args(arguments).current_dir(folder(home)).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub(crate) fn run(home: &Home, arguments: &[&str]) -> Told {
    Told::of(&xiaoer(home, arguments).output().expect("it runs"))
}

/// The same, unless a file grows beyond so many kilobytes: what a full disk is to it. Works wherever the tests may run.
pub(crate) fn run_on_a_small_disk(home: &Home, kilobytes: u32, arguments: &[&str]) -> Told {
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", 2 * kilobytes);
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_xiaoer")]).args(arguments).current_dir(folder(home));
    Told::of(&command.output().expect("it runs"))
}

/// The folder that everything of a home is in.
pub(crate) fn folder(home: &Home) -> std::path::PathBuf {
    home.data().parent().expect("a home has a folder").to_owned()
}

/// A running server; ended with this. It is asked as any other.
pub(crate) struct Running {
    child: Child,
    server: Server,
    log: watch::Receiver<Vec<String>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has stopped by itself needs no ending.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Deref for Running {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Running {
    /// Starts a server on a home and waits until it is ready with its model.
    pub(crate) async fn start(home: &Home, flags: &[&str]) -> Self {
        Self::start_by(home, xiaoer(home, &[]), flags).await
    }

    /// The same by a command to which the server's arguments are added.
    pub(crate) async fn start_by(home: &Home, mut command: Command, flags: &[&str]) -> Self {
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--intents", "intents", "--data", "data"])
            .args(flags);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the server starts");
        let (lines, log) = watch::channel(Vec::new());
        let told = BufReader::new(child.stderr.take().expect("stderr"));
        std::thread::spawn(move || {
            for line in told.lines().map_while(Result::ok) {
                lines.send_modify(|lines| lines.push(line));
            }
        });
        let out = child.stdout.take().expect("stdout");
        let line = tokio::task::spawn_blocking(move || BufReader::new(out).lines().next());
        let line = within(line).await.expect("it is read");
        let line = line.unwrap_or_else(|| panic!("no server: {:?}", *log.borrow())).expect("UTF-8");
        let ready: Value = serde_json::from_str(&line).expect("an object");
        let store = ready["store"].as_str().expect("an address");
        let address = store.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let running = Self { child, server: Server::elsewhere(home.clone(), address), log };
        running.until_ready().await;
        running
    }

    /// Waits until everything is well.
    pub(crate) async fn until_ready(&self) {
        within(async { while self.ready().await.0 != 200 {} }).await;
    }

    /// What it says of itself.
    pub(crate) async fn ready(&self) -> (u16, Value) {
        let answer = self.server.http("GET", "/readyz", &[], "").await;
        (answer.status, answer.json())
    }

    /// Its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line of its log with a word in it.
    pub(crate) async fn line_with(&self, word: &str) -> String {
        let mut log = self.log.clone();
        let has = |lines: &Vec<String>| lines.iter().any(|line| line.contains(word));
        let lines = within(log.wait_for(has)).await.expect("its log is read").clone();
        lines.into_iter().find(|line| line.contains(word)).expect("it was found")
    }

    /// Kills it; nothing of it runs any more then.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(asked.success());
        let ended = within(tokio::task::spawn_blocking(move || self.child.wait())).await.expect("it ends");
        assert_eq!(ended.expect("it ends").code(), Some(0));
    }
}
