//! What lies on the disk and in the log once everything secret was used: nothing by which anybody could do it again.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

use super::super::{
    desk::desk,
    staff::code,
    support::{Home, PASSWORD, Server},
};

/// What a shopper says; it is in the store, and nowhere in the log.
const SAID: &str = "marker-of-a-shoppers-words";
const OIDC_SECRET: &str = "marker-of-the-sign-in-service";
const SYSTEM_TOKEN: &str = "marker-of-the-shops-system";

/// The program itself, for its log; ended with the test, however it goes.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        // One that has stopped by itself needs no ending.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program with everything logged that it can log of its own; its log is a file beside the data.
fn start(home: &Home) -> (Program, Server) {
    let path = |path: PathBuf| path.to_str().expect("UTF-8").to_owned();
    let log = fs::File::create(log_of(home)).expect("a file can be made");
    let mut command = Command::new(env!("CARGO_BIN_EXE_xiaoer"));
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--demo", "--intents", &path(home.intents())])
        .args(["--data", &path(home.data()), "--database", home.database()])
        .env("XIAOER_LOG", "info,xiaoer=trace")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log);
    let mut program = Program(command.spawn().expect("the program starts"));
    let mut lines = BufReader::new(program.0.stdout.take().expect("it is piped")).lines();
    let line = lines.next().expect("a line").expect("UTF-8");
    let ready: Value = serde_json::from_str(&line).expect("an object");
    let store = ready["store"].as_str().expect("an address");
    let address = store.trim_start_matches("http://").trim_end_matches('/').to_owned();
    (program, Server::elsewhere(home.clone(), address))
}

fn log_of(home: &Home) -> PathBuf {
    home.data().with_file_name("log")
}

fn private_file(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    fs::write(path, text).expect("it can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("it is ours");
}

/// Uses every secret there is, and returns those that nobody may find again.
async fn use_everything(server: &Server) -> Vec<(&'static str, Vec<u8>)> {
    let (_, first) = server.first_sign_in();
    let owner = server.owner().await;
    let wrong = "marker-of-a-wrong-password";
    let refused = server.post("/api/v1/session", "", json!({"name": "owner", "password": wrong})).await;
    assert_eq!(refused.status, 401);
    let mistyped = "marker-of-a-password-typed-as-a-name";
    server.post("/api/v1/session", "", json!({"name": mistyped, "password": "x"})).await;
    let proposed =
        server.post("/api/v1/session/second-step", &owner, json!({"password": PASSWORD})).await.json();
    let secret = proposed["secret"].as_str().expect("a secret").to_owned();
    let confirmed = json!({"code": code(&secret, 0)});
    let codes = server.post("/api/v1/session/second-step/confirm", &owner, confirmed).await.json();
    let recovery = codes["recovery"][0].as_str().unwrap_or_else(|| panic!("{codes}")).to_owned();
    let again = json!({"name": "owner", "password": PASSWORD, "code": recovery});
    let answer = server.post("/api/v1/session", "", again).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let second = answer.header("set-cookie").split(';').next().expect("a cookie").to_owned();

    let proof = server.shopper_token("lin").await;
    let (mut shopper, welcome) = server.shopper(json!({"shopper": proof})).await;
    shopper.say("a", SAID).await;
    shopper.message_from("bot").await;
    shopper.say("b", "转人工").await;
    shopper.mode("queue").await;
    let (mut at_desk, _) = desk(server, &second).await;
    at_desk.send(json!({"type": "open", "conversation": welcome["conversation"]})).await;
    at_desk.until("conversation").await;
    // The sign-in service of the file is not there: what goes wrong with it is logged.
    server.http("GET", "/api/v1/oidc/start", &[], "").await;
    // Frames and requests that go wrong are logged without what was in them.
    shopper.send_text(&format!("{{\"type\":\"say\",\"text\":\"{SAID}\"")).await;
    shopper.send(json!({"type": "identify", "shopper": format!("{proof}x")})).await;
    shopper.frames_until_pong().await;

    let value = |cookie: &str| cookie.split_once('=').expect("a cookie").1.as_bytes().to_vec();
    let raw = |base32: &str| {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bits: Vec<usize> = base32.chars().filter_map(|letter| alphabet.find(letter)).collect();
        let bits: Vec<bool> =
            bits.iter().flat_map(|five| (0..5).rev().map(move |bit| (five >> bit) & 1 == 1)).collect();
        bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| (sum << 1) | u8::from(*bit))).collect()
    };
    let text = |value: &Value| value.as_str().expect("a text").as_bytes().to_vec();
    vec![
        ("the first password", first.into_bytes()),
        ("a password", PASSWORD.as_bytes().to_vec()),
        ("a wrong password", wrong.as_bytes().to_vec()),
        ("a password typed as a name", mistyped.as_bytes().to_vec()),
        ("the secret of a second step", raw(&secret)),
        ("the same as it is typed", secret.into_bytes()),
        ("a recovery code", recovery.into_bytes()),
        ("a session", value(&owner)),
        ("another session", value(&second)),
        ("a conversation's token", text(&welcome["token"])),
        ("a shopper's token", proof.rsplit('.').next().expect("three parts").as_bytes().to_vec()),
        ("what the sign-in service knows us by", OIDC_SECRET.as_bytes().to_vec()),
        ("what the shop's system knows us by", SYSTEM_TOKEN.as_bytes().to_vec()),
    ]
}

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => files(&path, found),
            path => found.push(path),
        }
    }
}

fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    assert!(8 <= secret.len(), "short secrets are found by chance");
    aho_corasick::AhoCorasick::new([secret]).expect("one pattern").is_match(bytes)
}

#[tokio::test]
async fn neither_disk_nor_log_holds_what_opens_anything() {
    let home = Home::on_disk();
    let data = home.data();
    fs::create_dir_all(&data).expect("a folder can be made");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).expect("it is ours");
    let service =
        format!("issuer = \"http://127.0.0.1:9\"\nclient_id = \"x\"\nclient_secret = \"{OIDC_SECRET}\"\n");
    private_file(&data.join("oidc.toml"), &service);
    private_file(&data.join("systems/demo.token"), SYSTEM_TOKEN);
    let (mut program, server) = start(&home);
    let secrets = use_everything(&server).await;
    // While it runs as well: what is written beside a database is on the disk.
    look_through(&data, &secrets, "while it runs");
    let asked = Command::new("kill").arg(program.0.id().to_string()).status().expect("kill runs");
    assert!(asked.success());
    let ended =
        tokio::task::spawn_blocking(move || program.0.wait().expect("it ends")).await.expect("it ends");
    assert!(ended.success());
    look_through(&data, &secrets, "after it stopped");

    let log = fs::read(log_of(&home)).expect("there is a log");
    assert!(!log.is_empty(), "something was logged");
    for (name, secret) in &secrets {
        assert!(!holds(&log, secret), "the log holds {name}");
    }
    assert!(!holds(&log, SAID.as_bytes()), "the log holds what a shopper said");
}

/// Every file of the data folder: secret ones are their owner's alone and hold nothing but themselves, others nothing.
fn look_through(data: &Path, secrets: &[(&str, Vec<u8>)], round: &str) {
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(data), 0o700, "{round}");
    let mut found = Vec::new();
    files(data, &mut found);
    assert!(found.iter().any(|path| path.ends_with("xiaoer.db")), "{found:?}");
    let (mut of_keys, mut told) = (0, Vec::new());
    for path in found {
        let name = path.strip_prefix(data).expect("it is below").to_string_lossy().into_owned();
        let secret_file = name.starts_with("keys/") || name.starts_with("systems/") || name == "oidc.toml";
        if secret_file {
            of_keys += usize::from(name.starts_with("keys/"));
            assert_eq!(mode(&path), 0o600, "{round}: {name}");
        }
        assert_ne!(name, "first-sign-in", "{round}: it is gone once the password was changed");
        let Ok(bytes) = fs::read(&path) else { continue };
        for (what, secret) in secrets {
            let its_own = (name == "oidc.toml" && secret == OIDC_SECRET.as_bytes())
                || (name == "systems/demo.token" && secret == SYSTEM_TOKEN.as_bytes());
            if !its_own && holds(&bytes, secret) {
                told.push(format!("{name} holds {what}"));
            }
        }
    }
    assert!(told.is_empty(), "{round}: {}", told.join("; "));
    assert_eq!(of_keys, 2, "{round}: the shop's key, and that of second steps");
}
