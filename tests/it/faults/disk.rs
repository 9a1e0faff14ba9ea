//! A disk that is full, or can't be written at all.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use super::super::{
    machine::{Running, Told, folder, run, xiaoer},
    support::{Client, Home, within},
};

/// A server whose disk can be filled and emptied from outside.
trait Disk {
    fn fill(&mut self);
    fn make_room(&mut self);
}

/// No file may grow: whatever is written fails, wherever the tests may run.
struct NothingGrows(u32);

impl NothingGrows {
    /// The server's command; the signal that comes with the limit would end it.
    fn command(home: &Home) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_xiaoer")]);
        command.current_dir(folder(home)).env("NO_COLOR", "1");
        command
    }

    fn limit(&self, size: &str) {
        let mut command = Command::new("prlimit");
        command.args(["--pid", &self.0.to_string(), &format!("--fsize={size}:")]);
        assert!(command.status().expect("prlimit runs").success());
    }
}

impl Disk for NothingGrows {
    fn fill(&mut self) {
        self.limit("1");
    }

    fn make_room(&mut self) {
        self.limit("unlimited");
    }
}

/// A file system of its own for the data folder, which only the server's process sees, and which something else fills.
struct Small(PathBuf);

impl Small {
    /// The server's command; `None` where file systems can't be mounted.
    fn command(home: &Home) -> Option<Command> {
        let mount = "mount -t tmpfs -o size=48m tmpfs data";
        let apart = ["--user", "--map-root-user", "--mount", "sh", "-c"];
        fs::create_dir_all(home.data()).expect("a folder can be made");
        let mut tried = Command::new("unshare");
        tried.args(apart).arg(mount).current_dir(folder(home));
        if !tried.output().is_ok_and(|output| output.status.success()) {
            return None;
        }
        let mut command = Command::new("unshare");
        command.args(apart).arg(format!("{mount} && exec \"$0\" \"$@\"")).arg(env!("CARGO_BIN_EXE_xiaoer"));
        command.current_dir(folder(home)).env("NO_COLOR", "1");
        Some(command)
    }

    fn of(running: &Running) -> Self {
        let data = running.home.data();
        let inner = data.strip_prefix("/").expect("a whole path");
        let inner = Path::new("/proc").join(running.process().to_string()).join("root").join(inner);
        // Outside of it the folder is empty; whoever signs in looks there.
        fs::copy(inner.join("first-sign-in"), data.join("first-sign-in"))
            .expect("the server's files are reached");
        Self(inner.join("filler"))
    }
}

impl Disk for Small {
    fn fill(&mut self) {
        let mut filler = File::create(&self.0).expect("the server's file system is reached");
        for piece in [vec![0; 1 << 16], vec![0; 1]] {
            while filler.write_all(&piece).is_ok() {}
        }
    }

    fn make_room(&mut self) {
        fs::remove_file(&self.0).expect("it is there");
    }
}

/// The verdict on what was said under an id.
async fn verdict(client: &mut Client, id: &str) -> Value {
    client.find(|frame| frame["id"] == id && (frame["type"] == "ack" || frame["type"] == "error")).await
}

async fn search(running: &Running, cookie: &str) -> Value {
    let path = "/api/v1/desk/search?q=%E9%87%91%E4%B8%9D%E9%9B%80";
    let answer = running.http("GET", path, &[("cookie", cookie)], "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// What is acknowledged stays, what can't be kept is refused, it is told, and all goes on by itself afterwards.
async fn assert_survives(running: &Running, disk: &mut impl Disk) -> (String, Vec<Value>) {
    let owner = running.owner().await;
    let (mut client, welcome) = running.shopper(json!({})).await;
    client.say("before", "转人工").await;
    client.mode("queue").await;
    disk.fill();
    client.say("during", "一只金丝雀").await;
    let refused = verdict(&mut client, "during").await;
    assert_eq!((&refused["type"], &refused["fatal"]), (&json!("error"), &json!(false)), "{refused}");
    assert!(["internal", "overloaded"].contains(&refused["code"].as_str().expect("a code")), "{refused}");
    within(async { while running.ready().await.0 == 200 {} }).await;
    let (status, body) = running.ready().await;
    assert_eq!((status, &body["store"], &body["disk"]), (503, &json!(false), &json!(false)), "{body}");
    assert_eq!(running.http("GET", "/healthz", &[], "").await.status, 200, "the process is alive");
    running.line_with("a message can't be stored").await;
    // What is there can be read: the connection of before, and another one to the same conversation.
    client.send(json!({"type": "ping", "t": "still"})).await;
    client.until("pong").await;
    assert_eq!(search(running, &owner).await["hits"], json!([]));

    disk.make_room();
    running.until_ready().await;
    // The same id again: nothing of it was kept, so it is stored now.
    client.say("during", "一只金丝雀").await;
    let ack = verdict(&mut client, "during").await;
    assert_eq!(ack["type"], "ack", "{ack}");
    within(async { while search(running, &owner).await["hits"] == json!([]) {} }).await;
    client.send(json!({"type": "leave_queue"})).await;
    client.mode("bot").await;
    client.say("after", "你好").await;
    client.until("ack").await;
    client.message_from("bot").await;
    let token = welcome["token"].as_str().expect("a token").to_owned();
    let messages = messages(running, &token).await;
    let said: Vec<&Value> =
        messages.iter().map(|message| &message["id"]).filter(|id| !id.is_null()).collect();
    assert_eq!(said, [&json!("before"), &json!("during"), &json!("after")]);
    let numbers: Vec<u64> = messages.iter().map(|message| message["seq"].as_u64().expect("seq")).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    (token, messages)
}

async fn messages(running: &Running, token: &str) -> Vec<Value> {
    let (_, welcome) = running.shopper(json!({"token": token, "after": 0})).await;
    welcome["messages"].as_array().expect("messages").clone()
}

#[tokio::test]
async fn a_disk_on_which_nothing_grows_costs_nothing_that_was_acknowledged() {
    let home = Home::on_disk();
    let running = Running::start_by(&home, NothingGrows::command(&home), &[]).await;
    let (token, before) = assert_survives(&running, &mut NothingGrows(running.process())).await;
    running.kill();
    let again = Running::start(&home, &[]).await;
    assert_eq!(messages(&again, &token).await, before);
}

#[tokio::test]
async fn a_full_file_system_costs_nothing_that_was_acknowledged() {
    let home = Home::on_disk();
    // Where nothing may be mounted, the test above says the same of a limit that has the same effect.
    let Some(command) = Small::command(&home) else { return };
    let running = Running::start_by(&home, command, &[]).await;
    let mut disk = Small::of(&running);
    assert_survives(&running, &mut disk).await;
}

/// Root without the right to write where it may not: what any other user is.
fn as_anybody(home: &Home, arguments: &[&str]) -> Told {
    let nobody = Command::new("id").arg("-u").output().expect("id runs").stdout != b"0\n";
    let mut command = if nobody { xiaoer(home, &[]) } else { Command::new("setpriv") };
    if !nobody {
        command.args(["--bounding-set=-dac_override,-dac_read_search", env!("CARGO_BIN_EXE_xiaoer")]);
    }
    Told::of(&command.args(arguments).current_dir(folder(home)).output().expect("it runs"))
}

#[tokio::test]
async fn a_data_folder_that_can_not_be_written_is_told_at_the_start() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::on_disk();
    Running::start(&home, &[]).await.stop().await;
    let rights = |mode| {
        fs::set_permissions(home.data(), fs::Permissions::from_mode(mode)).expect("it is ours");
    };
    rights(0o500);
    let told = as_anybody(&home, &["serve", "--listen", "127.0.0.1:0"]);
    rights(0o700);
    assert!(told.refusal().contains("can't write to the data folder data"), "{told:?}");
    // A file in its place.
    fs::write(folder(&home).join("file"), "").expect("it can be written");
    let told = run(&home, &["serve", "--listen", "127.0.0.1:0", "--data", "file"]);
    assert!(told.refusal().contains("data folder file"), "{told:?}");
}
