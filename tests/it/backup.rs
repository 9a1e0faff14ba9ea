//! Backups: what is in one, made while the server works or after it was killed; and what is no backup, or has no room.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::{
    machine::{Running, Told, folder, run, run_on_a_small_disk},
    support::{Home, Server, within},
};

/// Who talks at the same time.
const SHOPPERS: usize = 8;
/// What each says in a conversation before beginning another, as fast as answers come.
const LINES: [&str; 6] = ["你好", "你是谁", "有没有T恤", "我的订单", "有什么外套", "你叫什么名字"];

/// What was acknowledged in a conversation: id, number and words.
type Acked = Vec<(String, u64, String)>;
/// The same by the conversation's token.
type Ledger = Arc<Mutex<BTreeMap<String, Acked>>>;

/// Shoppers who talk until the server is gone or they are told to stop; every ack is in the ledger.
struct Crowd {
    ledger: Ledger,
    acks: watch::Receiver<usize>,
    stop: watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Crowd {
    fn of(server: &Server) -> Self {
        let (ledger, (count, acks), (stop, stopped)) =
            (Ledger::default(), watch::channel(0), watch::channel(false));
        let count = Arc::new(count);
        let tasks = (0..SHOPPERS).map(|number| {
            let server = Server::elsewhere(server.home.clone(), server.address().to_owned());
            let (ledger, count, stopped) = (Arc::clone(&ledger), Arc::clone(&count), stopped.clone());
            tokio::spawn(async move {
                while !*stopped.borrow() {
                    let (mut client, welcome) = server.shopper(json!({})).await;
                    let token = welcome["token"].as_str().expect("a token").to_owned();
                    for (place, words) in LINES.iter().enumerate() {
                        let (id, text) = (format!("m{place}"), format!("{words} {number}"));
                        client.say(&id, &text).await;
                        let ack = client.until("ack").await;
                        let seq = ack["seq"].as_u64().expect("a number");
                        let mut ledger = ledger.lock().expect("nobody panics with it");
                        ledger.entry(token.clone()).or_default().push((id, seq, text));
                        drop(ledger);
                        count.send_modify(|count| *count += 1);
                    }
                }
            })
        });
        let tasks = tasks.collect();
        Self { ledger, acks, stop, tasks }
    }

    /// Waits for so many more acks.
    async fn more(&mut self, acks: usize) {
        let wanted = *self.acks.borrow() + acks;
        within(self.acks.wait_for(|count| wanted <= *count)).await.expect("they talk");
    }

    fn acked(&self) -> BTreeMap<String, Acked> {
        self.ledger.lock().expect("nobody panics with it").clone()
    }

    /// Waits until nobody talks any more; a server that was killed ends them all.
    async fn end(self) -> BTreeMap<String, Acked> {
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
        self.ledger.lock().expect("nobody panics with it").clone()
    }
}

/// The command's backup of a home's folder.
fn back_up(home: &Home) -> PathBuf {
    let made = run(home, &["backup", "backups"]).object();
    folder(home).join(made["backup"].as_str().expect("a path"))
}

/// A home with nothing in it into which a backup was put.
fn restored(backup: &Path) -> Home {
    let home = Home::on_disk();
    fs::remove_dir_all(home.intents()).expect("it has files");
    run(&home, &["restore", backup.to_str().expect("UTF-8")]).object();
    home
}

/// Every message that was acknowledged is read back by its conversation's token, where it was, and no number is missing.
async fn assert_has(server: &Server, acked: &BTreeMap<String, Acked>) {
    assert!(SHOPPERS <= acked.len(), "everybody talked: {}", acked.len());
    for (token, said) in acked {
        let (_, welcome) = server.shopper(json!({"token": token, "after": 0})).await;
        assert_eq!(welcome["token"], json!(token), "the conversation is known");
        assert_eq!((&welcome["state"]["mode"], &welcome["more"]), (&json!("bot"), &json!(false)));
        let messages = welcome["messages"].as_array().expect("messages");
        let numbers: Vec<u64> =
            messages.iter().map(|message| message["seq"].as_u64().expect("seq")).collect();
        assert_eq!(numbers, (1..=welcome["seq"].as_u64().expect("seq")).collect::<Vec<_>>());
        for (id, seq, text) in said {
            let message = &messages[usize::try_from(*seq).expect("small") - 1];
            assert_eq!(
                (&message["id"], &message["from"], &message["parts"][0]["text"]),
                (&json!(id), &json!("shopper"), &json!(text))
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_before_a_backup_began_is_in_it_while_the_server_goes_on() {
    let home = Home::on_disk();
    let running = Running::start(&home, &[]).await;
    let key = run(&home, &["shop", "key", "demo"]).object();
    let mut crowd = Crowd::of(&running);
    crowd.more(10 * SHOPPERS).await;
    let acked = crowd.acked();
    let backup = {
        let home = home.clone();
        tokio::task::spawn_blocking(move || back_up(&home)).await.expect("it is made")
    };
    crowd.more(SHOPPERS).await;
    running.kill();
    crowd.end().await;

    for (path, mode) in [("", 0o700), ("xiaoer.db", 0o600), ("keys", 0o700), ("keys/demo.json", 0o600)] {
        let known = fs::metadata(backup.join(path)).expect("it is in the backup");
        assert_eq!(known.permissions().mode() & 0o777, mode, "{path}");
    }
    let restored = restored(&backup);
    assert_eq!(run(&restored, &["shop", "key", "demo"]).object(), key);
    assert!(restored.intents().join("shops/demo/shop.toml").is_file(), "the merchant's files are back");
    let again = Running::start(&restored, &[]).await;
    assert_has(&again, &acked).await;
    // It is a whole server: what comes next has the next number, and an answer.
    let (token, said) = acked.iter().next().expect("somebody talked");
    let (mut client, welcome) = again.shopper(json!({"token": token})).await;
    client.say("next", "你好").await;
    let next = client.until("ack").await["seq"].as_u64().expect("seq");
    assert!(said.last().expect("they said something").1 < next);
    assert!(welcome["seq"].as_u64().expect("seq") < next);
    client.message_from("bot").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_killed_is_backed_up_to_the_last_acknowledged_message() {
    let home = Home::on_disk();
    let running = Running::start(&home, &[]).await;
    let mut crowd = Crowd::of(&running);
    crowd.more(6 * SHOPPERS).await;
    running.kill();
    let acked = crowd.end().await;
    let again = Running::start(&restored(&back_up(&home)), &[]).await;
    assert_has(&again, &acked).await;
}

/// A home with a key, whose server has run and stopped, and a backup of it.
async fn backed_up() -> (Home, PathBuf) {
    let home = Home::on_disk();
    let running = Running::start(&home, &[]).await;
    let (mut client, _) = running.shopper(json!({})).await;
    client.say("a", "你好").await;
    client.message_from("bot").await;
    running.stop().await;
    run(&home, &["shop", "key", "demo"]).object();
    let backup = back_up(&home);
    (home, backup)
}

/// A copy of a backup, to be harmed.
fn copy_of(backup: &Path, name: &str) -> PathBuf {
    let to = backup.with_file_name(name);
    let copied = std::process::Command::new("cp").arg("-r").args([backup, &to]).status().expect("cp runs");
    assert!(copied.success());
    to
}

/// The line of a file in a backup's list of digests made to fit what the file is now.
fn sign(backup: &Path, file: &str) {
    let sums = fs::read_to_string(backup.join("SHA256SUMS")).expect("it has digests");
    let digest = hex::encode(Sha256::digest(fs::read(backup.join(file)).expect("the file is there")));
    let lines = sums.lines().map(|line| match line.ends_with(&format!("  {file}")) {
        true => format!("{digest}  {file}\n"),
        false => format!("{line}\n"),
    });
    fs::write(backup.join("SHA256SUMS"), lines.collect::<String>()).expect("it can be written");
}

fn change(file: &Path, how: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(file).expect("it can be read");
    how(&mut bytes);
    fs::write(file, bytes).expect("it can be written");
}

/// Refused in one line, and nothing is in the data folder that a server would go by.
fn refused(backup: &Path, word: &str) {
    let home = Home::on_disk();
    let told = run(&home, &["restore", backup.to_str().expect("UTF-8")]);
    assert!(told.refusal().contains(word), "{word} in {told:?}");
    assert!(!home.data().join("xiaoer.db").exists() && !home.data().join("keys").exists());
}

#[tokio::test]
async fn what_is_not_as_it_was_written_is_not_restored() {
    let (_home, backup) = backed_up().await;
    for file in ["xiaoer.db", "keys/demo.json", "manifest.json", "SHA256SUMS", "intents/shops/demo/shop.toml"]
    {
        for (name, how) in [
            ("cut", (|bytes| bytes.truncate(bytes.len() / 2)) as fn(&mut Vec<u8>)),
            ("changed", |bytes| {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
            }),
            ("empty", Vec::clear),
        ] {
            let harmed = copy_of(&backup, name);
            change(&harmed.join(file), how);
            refused(&harmed, "damaged");
            fs::remove_dir_all(harmed).expect("it can be removed");
        }
        let harmed = copy_of(&backup, "missing");
        fs::remove_file(harmed.join(file)).expect("it is there");
        refused(&harmed, if file == "manifest.json" { "no backup" } else { file });
        fs::remove_dir_all(harmed).expect("it can be removed");
    }
    // A list that leaves something out, and one that leads out of the folder.
    let harmed = copy_of(&backup, "fewer");
    change(&harmed.join("SHA256SUMS"), |bytes| {
        let end = bytes.iter().position(|byte| *byte == b'\n').expect("a line");
        bytes.drain(..=end);
    });
    refused(&harmed, "damaged");
    let harmed = copy_of(&backup, "outside");
    change(&harmed.join("SHA256SUMS"), |bytes| {
        let text = String::from_utf8_lossy(bytes).replace("keys/demo.json", "../demo.json");
        *bytes = text.into_bytes();
    });
    refused(&harmed, "damaged");
    // Digests that fit do not make a database of it.
    let harmed = copy_of(&backup, "signed");
    change(&harmed.join("xiaoer.db"), |bytes| {
        let length = bytes.len();
        bytes[4096..length / 2].fill(0x5a);
    });
    sign(&harmed, "xiaoer.db");
    refused(&harmed, "damaged");
}

#[tokio::test]
async fn a_newer_backup_and_what_is_none_are_told() {
    let (home, backup) = backed_up().await;
    for (field, word) in [("schema", "newer xiaoer"), ("format", "newer xiaoer")] {
        let newer = copy_of(&backup, "newer");
        change(&newer.join("manifest.json"), |bytes| {
            let mut manifest: Value = serde_json::from_slice(bytes).expect("JSON");
            manifest[field] = json!(9999);
            *bytes = manifest.to_string().into_bytes();
        });
        sign(&newer, "manifest.json");
        refused(&newer, word);
        fs::remove_dir_all(newer).expect("it can be removed");
    }
    refused(&home.intents(), "no backup");
    refused(&folder(&home).join("nowhere"), "no backup");
    // Whoever names the folder of all backups is told which one is the newest.
    refused(
        &folder(&home).join("backups"),
        backup.file_name().and_then(|name| name.to_str()).expect("UTF-8"),
    );
}

#[tokio::test]
async fn a_data_folder_in_use_or_with_something_in_it_is_not_restored_into() {
    let (home, backup) = backed_up().await;
    let backup = backup.to_str().expect("UTF-8");
    let running = Running::start(&home, &[]).await;
    for more in [&[][..], &["--move-aside"]] {
        let told = run(&home, &[&["restore", backup], more].concat());
        let process = running.process().to_string();
        assert!(told.refusal().contains("stop the server") && told.err.contains(&process), "{told:?}");
    }
    let (mut client, welcome) = running.shopper(json!({})).await;
    client.say("a", "你好").await;
    client.message_from("bot").await;
    running.stop().await;

    let told = run(&home, &["restore", backup]);
    assert!(told.refusal().contains("not empty"), "{told:?}");
    let told = run(&home, &["restore", backup, "--move-aside"]).object();
    let before = folder(&home).join(told["before"].as_str().expect("a folder"));
    assert!(before.join("xiaoer.db").is_file() && before.join("keys/demo.json").is_file());
    let running = Running::start(&home, &[]).await;
    let (_, other) = running.shopper(json!({"token": welcome["token"]})).await;
    assert_ne!(other["conversation"], welcome["conversation"], "it came after the backup");
    running.stop().await;

    // Between the first file that is moved and the last one there is nothing to serve.
    fs::write(home.data().join(".restore-unfinished"), "").expect("it can be written");
    let told = run(&home, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(told.refusal().contains("not finished"), "{told:?}");
    run(&home, &["restore", backup, "--move-aside"]).object();
    Running::start(&home, &[]).await.stop().await;
}

#[tokio::test]
async fn a_backup_without_room_or_in_anothers_place_leaves_nothing_behind() {
    let (home, backup) = backed_up().await;
    let backups = folder(&home).join("elsewhere");
    let names = || fs::read_dir(&backups).map_or(0, Iterator::count);
    let told = run_on_a_small_disk(&home, 64, &["backup", "elsewhere"]);
    assert!(told.refusal().contains("elsewhere"), "{told:?}");
    assert_eq!(names(), 0);
    let told = run_on_a_small_disk(&Home::on_disk(), 64, &["restore", backup.to_str().expect("UTF-8")]);
    assert!(told.refusal().contains("can't be copied"), "{told:?}");

    // Whatever the clock says while this runs, its name is taken.
    let now = jiff::Timestamp::now();
    for second in 0..60 {
        let taken = now + jiff::SignedDuration::from_secs(second);
        let taken = backups.join(format!("xiaoer-{}", taken.strftime("%Y-%m-%dT%H%M%SZ")));
        fs::write(taken, "somebody's").expect("it can be written");
    }
    let told = run(&home, &["backup", "elsewhere"]);
    assert!(told.refusal().contains("is there already"), "{told:?}");
    assert_eq!(names(), 60);
    assert!(
        fs::read_dir(&backups)
            .expect("it is there")
            .flatten()
            .all(|entry| { fs::read(entry.path()).expect("it is a file") == b"somebody's" })
    );
}

#[tokio::test]
async fn old_backups_are_forgotten_and_nothing_else() {
    let (home, backup) = backed_up().await;
    let kept = folder(&home).join("kept");
    fs::create_dir(&kept).expect("it can be made");
    let aged = |name: &str, days: i64| {
        let aged = kept.join(name);
        fs::rename(copy_of(&backup, name), &aged).expect("it can be moved");
        let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
        change(&aged.join("manifest.json"), |bytes| {
            let mut manifest: Value = serde_json::from_slice(bytes).expect("JSON");
            manifest["made_at"] = json!(at.to_string());
            *bytes = manifest.to_string().into_bytes();
        });
        aged
    };
    let (old, fresh, other) = (aged("xiaoer-old", 15), aged("xiaoer-fresh", 13), aged("mine", 100));
    let plain = kept.join("xiaoer-notes");
    fs::create_dir(&plain).expect("it can be made");
    let made = run(&home, &["backup", "kept", "--keep", "14"]).object();
    let removed = made["removed"].as_array().expect("a list");
    assert_eq!(removed.len(), 1, "{made}");
    assert!(!old.exists() && fresh.exists() && other.exists() && plain.exists());
    assert!(folder(&home).join(made["backup"].as_str().expect("a path")).join("xiaoer.db").is_file());
    let told: Told = run(&home, &["backup", "kept", "--keep", "0"]);
    told.refusal();
}

#[test]
fn what_is_not_a_file_of_ours_is_told() {
    let home = Home::on_disk();
    let told = run(&home, &["backup", "backups", "--database", "postgres://xiaoer:hunter2hunter2@db/xiaoer"]);
    assert!(told.refusal().contains("pg_dump") && !told.err.contains("hunter2"), "{told:?}");
    let told = run(&home, &["backup", "backups"]);
    assert!(told.refusal().contains("there is no database"), "{told:?}");
    let told = run(&home, &["backup", "backups", "--database", "memory:"]);
    assert!(told.refusal().contains("memory:"), "{told:?}");
    assert!(!folder(&home).join("backups").exists());
}
