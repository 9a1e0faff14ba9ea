//! The command line as a program: exit codes, one object a line, and a server that says when it is ready.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use super::support::{request, write_small_tree};

fn xiaoer(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xiaoer"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env("LC_ALL", "C");
    command
}

/// Runs to the end with something on stdin.
fn run(arguments: &[&str], input: &str) -> Output {
    let mut command = xiaoer(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    // A program that ends before it reads is fine: its exit code is looked at.
    let _ = child.stdin.take().expect("stdin").write_all(input.as_bytes());
    child.wait_with_output().expect("the program ends")
}

/// The objects on stdout.
fn objects(output: &Output) -> Vec<Value> {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect()
}

fn small_tree() -> TempDir {
    let folder = TempDir::new().expect("a folder can be made");
    write_small_tree(folder.path());
    folder
}

#[test]
fn nothing_is_doubtful_in_the_shipped_files() {
    let output = run(&["check", "--strict", "--intents", "intents"], "");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn a_broken_file_is_told_with_its_place_and_exit_1() {
    let tree = small_tree();
    std::fs::write(tree.path().join("shops/demo/sizes.toml"), "version = 1\n[broken\n").expect("written");
    let output = run(&["check", "--intents", tree.path().to_str().expect("UTF-8")], "");
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.lines().any(|line| line.starts_with("shops/demo/sizes.toml:2:")), "{told}");
}

#[test]
fn what_means_the_same_is_told_unless_the_encoder_is_left_out() {
    let tree = small_tree();
    let faq = "version = 1\n[[faq]]\nid = \"a\"\nask = [\"可以开发票吗\"]\nanswer.zh = \"可以\"\nanswer.en = \"Yes\"\n\
               [[faq]]\nid = \"b\"\nask = [\"可以开发票么？\"]\nanswer.zh = \"不能\"\nanswer.en = \"No\"\n";
    std::fs::create_dir_all(tree.path().join("shops/demo/faq")).expect("made");
    std::fs::write(tree.path().join("shops/demo/faq/twice.toml"), faq).expect("written");
    let (folder, data) =
        (tree.path().to_str().expect("UTF-8"), TempDir::new().expect("a folder can be made"));
    let data = data.path().to_str().expect("UTF-8");
    let told = |more: &[&str]| {
        let output = run(&[&["check", "--intents", folder, "--data", data], more].concat(), "");
        assert_eq!(output.status.code(), Some(0), "a warning never blocks");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let first = told(&[]);
    assert!(first.contains("shops/demo/faq/twice.toml:9:8: warning faq.near"), "{first}");
    assert!(
        std::path::Path::new(data).join("encoder.vectors").exists(),
        "vectors are kept for the next check"
    );
    assert_eq!(told(&[]), first);
    assert!(!told(&["--without-encoder"]).contains("faq.near"));
}

#[test]
fn wrong_usage_is_one_line_and_exit_2() {
    for arguments in [
        &["check", "--intents", "no/such/folder"][..],
        &["understand", "--shop", "nobodys"],
        &["search", "--kind", "product", "--models", "no/such/folder"],
        &["--bus", "nats://127.0.0.1:1"],
        &["import", "--shop", "demo", "weather", "no/such/file"],
        &["--no-such-flag"],
        &["no-such-command"],
        &["search", "--kind", "weather"],
    ] {
        let output = run(arguments, "");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), told.lines().count()), (Some(2), 1), "{arguments:?}: {told}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn understand_prints_one_object_a_line() {
    let tree = small_tree();
    let tree = tree.path().to_str().expect("UTF-8");
    let input = "转人工\n\n你是机器人吗\r\n我的订单";
    let found = objects(&run(&["understand", "--intents", tree], input));
    let texts: Vec<&Value> = found.iter().map(|object| &object["text"]).collect();
    assert_eq!(texts, ["转人工", "", "你是机器人吗", "我的订单"]);
    for (place, intent) in [(0, "human.request"), (2, "chat.bot_identity"), (3, "order.status")] {
        assert_eq!(found[place]["intents"][0]["id"], intent);
        assert_eq!(found[place]["why"]["tier"], "exact");
        assert_eq!(found[place]["stated"][0], intent);
    }
    for object in &found {
        assert!(object["micros"].is_u64() && object["sentiment"]["label"].is_string(), "{object}");
        assert_eq!(object["intents"].as_array().map(Vec::len), Some(5), "{object}");
    }
}

#[test]
fn search_prints_the_hits_of_every_line() {
    let tree = small_tree();
    let tree = tree.path().to_str().expect("UTF-8");
    let arguments = ["search", "--intents", tree, "--kind", "product", "--limit", "3"];
    let found = objects(&run(&arguments, "精梳棉圆领短袖T恤\n跑步鞋\n"));
    assert_eq!(found.len(), 2);
    assert_eq!(
        (&found[0]["query"], &found[0]["hits"][0]["id"]),
        (&"精梳棉圆领短袖T恤".into(), &"cotton-tee".into())
    );
    assert_eq!(found[1]["hits"][0]["id"], "running-shoes");
    for object in &found {
        let hits = object["hits"].as_array().expect("hits");
        assert!(hits.len() <= 3 && hits.iter().all(|hit| hit["why"].is_object()), "{object}");
        let scores: Vec<f64> = hits.iter().map(|hit| hit["score"].as_f64().expect("a score")).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    }
}

/// Ended with the test, however it goes.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // A server that has stopped by itself needs no ending.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_server_tells_when_it_is_ready_and_stops_when_asked() {
    let (tree, home) = (small_tree(), TempDir::new().expect("a folder can be made"));
    let intents = tree.path().to_str().expect("UTF-8").to_owned();
    let data = home.path().join("data").to_str().expect("UTF-8").to_owned();
    let mut command = xiaoer(&["serve", "--listen", "127.0.0.1:0", "--intents", &intents, "--data", &data]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Ended(command.spawn().expect("the server starts"));
    let mut lines = BufReader::new(server.0.stdout.take().expect("stdout")).lines();
    let line = lines.next().expect("a line").expect("UTF-8");
    let ready: Value = serde_json::from_str(&line).expect("an object");
    assert_eq!(ready["ready"], true);
    let address =
        ready["store"].as_str().expect("an address").trim_start_matches("http://").trim_end_matches('/');
    assert_eq!(ready["desk"], format!("http://{address}/desk"));
    let metrics = request(address, "GET", "/metrics", &[], "").await;
    assert_eq!(metrics.status, 200);
    let loads = "xiaoer_shop_loads_total{shop=\"demo\",outcome=\"loaded\"} 1";
    assert!(metrics.body.contains(loads), "{}", metrics.body);
    let secret = std::fs::metadata(format!("{data}/first-sign-in")).expect("the first sign-in is kept");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(secret.permissions().mode() & 0o777, 0o600);
    }
    let asked = Command::new("kill").arg(server.0.id().to_string()).status().expect("kill runs");
    assert!(asked.success());
    let status =
        tokio::task::spawn_blocking(move || server.0.wait().expect("it ends")).await.expect("it ends");
    assert_eq!(status.code(), Some(0));
    assert_eq!(lines.count(), 0, "nothing but the ready line is on stdout");
}
