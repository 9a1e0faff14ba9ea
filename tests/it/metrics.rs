//! Metrics at an address of their own.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::{
    machine::xiaoer,
    support::{Home, request},
};

/// Ended with the test, however it goes.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn metrics_with_an_address_of_their_own_are_there_alone() {
    let home = Home::on_disk();
    let mut command = xiaoer(&home, &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"]);
    let mut server =
        Ended(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts"));
    let line = BufReader::new(server.0.stdout.take().expect("stdout")).lines().next();
    let ready: Value = serde_json::from_str(&line.expect("a line").expect("UTF-8")).expect("an object");
    let host = |field: &str| {
        let url = ready[field].as_str().expect("an address").strip_prefix("http://").expect("a scheme");
        url.split('/').next().expect("a host").to_owned()
    };
    let (store, metrics) = (host("store"), host("metrics"));
    assert_ne!(store, metrics);
    let page = request(&metrics, "GET", "/metrics", &[], "").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("xiaoer_build_info"), "{}", page.body);
    for (address, path, status) in
        [(&store, "/metrics", 404), (&store, "/healthz", 200), (&metrics, "/", 404), (&metrics, "/desk", 404)]
    {
        assert_eq!(request(address, "GET", path, &[], "").await.status, status, "{address}{path}");
    }
    let asked = Command::new("kill").arg(server.0.id().to_string()).status().expect("kill runs");
    assert!(asked.success());
    assert_eq!(server.0.wait().expect("it ends").code(), Some(0), "it is not waited for");
}

#[test]
fn an_address_that_is_taken_is_told() {
    let home = Home::on_disk();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    let told =
        super::machine::run(&home, &["serve", "--listen", "127.0.0.1:0", "--metrics-listen", &address]);
    assert!(told.refusal().contains(&format!("can't listen on {address}")), "{told:?}");
}
