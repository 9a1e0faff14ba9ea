//! PostgreSQL and NATS over TLS: certificates of a CA of one's own are trusted where the address names it, and no others.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use tempfile::TempDir;

use super::{
    engines::{Engines, Papers},
    ledger::Ledger,
    plain::Line,
    process::{Home, Shared},
    small_tree::write_small_tree,
};

/// A CA's own certificate, and what it has signed for this machine's name.
fn authority(folder: &Path, name: &str) -> (PathBuf, Papers) {
    let mut ours = CertificateParams::new(Vec::new()).expect("no names");
    ours.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ours.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().expect("a key can be made");
    let authority = CertifiedIssuer::self_signed(ours, key).expect("a CA signs itself");
    let server = KeyPair::generate().expect("a key can be made");
    let names = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let signed = names.signed_by(&server, &authority).expect("a CA signs");
    let write = |kind: &str, text: String| {
        let file = folder.join(format!("{name}.{kind}.pem"));
        fs::write(&file, text).expect("a file can be written");
        file
    };
    let papers =
        Papers { certificate: write("server", signed.pem()), key: write("key", server.serialize_pem()) };
    (write("ca", authority.pem()), papers)
}

/// What becomes of a server that is started with these addresses and should not serve.
fn refused(folder: &Path, database: &str, bus: &str) -> Output {
    let mut command = Command::new("timeout");
    command.args(["60", env!("CARGO_BIN_EXE_xiaoer"), "serve", "--listen", "127.0.0.1:0"]);
    command.env("XIAOER_DATABASE", database).env("XIAOER_BUS", bus).current_dir(folder);
    command.output().expect("it runs")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and NATS, which tests/run installs"]
async fn nodes_trust_the_engines_that_the_addresses_name_and_no_others() {
    let folder = TempDir::new().expect("a folder can be made");
    let (ca, papers) = authority(folder.path(), "ours");
    let (stranger, _) = authority(folder.path(), "theirs");
    let engines = Engines::start_with(folder.path(), &papers);
    let database = |host: &str, options: &str| {
        let port = engines.postgres.port();
        format!("postgres://postgres@{host}:{port}/postgres?{options}")
    };
    let bus =
        |host: &str, ca: &Path| format!("tls://{host}:{}?sslrootcert={}", engines.nats.port(), ca.display());
    let full = |ca: &Path| format!("sslmode=verify-full&sslrootcert={}", ca.display());

    let shared =
        Shared { database: database("localhost", &full(&ca)), bus: bus("localhost", &ca), dies: false };
    let ledger = Arc::new(Ledger::default());
    let mut nodes = Vec::new();
    for name in ["first", "second"] {
        let home = Home::new(&folder.path().join(name), Some(shared.clone()), Arc::clone(&ledger));
        write_small_tree(&home.folder.join("intents"));
        nodes.push((home.start().ready().await, home));
    }
    // What is said on one node is heard on the other as it happens: by the bus.
    let (mut here, welcome) = Line::shopper(nodes[0].0.1, None).await;
    let token = welcome["token"].as_str().expect("a token");
    let (mut there, _) = Line::shopper(nodes[1].0.1, Some((token, 0))).await;
    here.converse("a").await;
    there.hear(|frame| frame["type"] == "message" && frame["from"] == "bot").await;
    for (_, home) in &nodes {
        let log = home.log().join("\n");
        assert!(!log.contains("the bus does not answer yet") && !log.contains("the bus is away"), "{log}");
    }

    let good = (database("localhost", &full(&ca)), bus("localhost", &ca));
    for (database, bus, what, words) in [
        // Signed by somebody else.
        (database("localhost", &full(&stranger)), good.1.clone(), "the database", "invalid peer certificate"),
        (good.0.clone(), bus("localhost", &stranger), "the bus", "invalid peer certificate"),
        // For another name.
        (database("127.0.0.1", &full(&ca)), good.1.clone(), "the database", "not valid for name"),
        (good.0.clone(), bus("127.0.0.1", &ca), "the bus", "not valid for name"),
        // Not encrypted: the server does not have it.
        (database("localhost", "sslmode=disable"), good.1.clone(), "the database", "no encryption"),
        (good.0.clone(), bus("localhost", Path::new("nowhere.pem")), "the bus", "sslrootcert: nowhere.pem"),
    ] {
        let output = refused(folder.path(), &database, &bus);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{database} {bus}: {told}");
        let last = told.lines().last().unwrap_or_default();
        assert!(last.contains(what) && last.contains(words), "{database} {bus}: {told}");
    }
    assert_eq!(ledger.findings(), Vec::<String>::new());
}
