//! `xiaoer deploy kubernetes`: one node on SQLite, or several on PostgreSQL and NATS.

use std::net::Ipv4Addr;

use anyhow::bail;

use super::{
    Address, CONTAINER_DATA, CONTAINER_USER, Defaults, Resolved, Server, VERSION, quoting, template::fill,
};
use crate::{
    app::telemetry::LogFormat,
    server::{DRAIN_DEADLINE, STOPPED_WITHIN},
};

/// Between the decision that a node leaves and its stop, in seconds.
const PAUSE: u64 = 5;
/// More nodes than a shop will ever need are a slip of the hand.
const MOST_NODES: u32 = 100;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    pub(super) server: Server,
    /// The image; `xiaoer` of this version when not given.
    #[arg(long, value_name = "IMAGE")]
    pub(super) image: Option<String>,
    /// How many nodes; two on PostgreSQL when not given, one on SQLite always.
    #[arg(long, value_name = "N")]
    pub(super) replicas: Option<u32>,
    /// The name by which the world finds the server; without it the way in is a comment.
    #[arg(long, value_name = "NAME")]
    pub(super) host: Option<String>,
}

pub(super) fn file(options: &Options) -> anyhow::Result<String> {
    let shared = matches!(&options.server.database, Some(url) if Address::of_database(url)?.is_shared());
    let defaults = Defaults {
        listen: "0.0.0.0:8080",
        metrics_on: Ipv4Addr::UNSPECIFIED.into(),
        behind_proxy: true,
        data: CONTAINER_DATA,
        log_format: LogFormat::Json,
    };
    let server = options.server.resolve(&defaults)?;
    for folder in [Some(&server.data), Some(&server.intents), server.models.as_ref()].into_iter().flatten() {
        if folder.contains(':') {
            bail!("{folder}: Kubernetes puts nothing at a path with a colon");
        }
    }
    let image = image(options.image.as_deref())?;
    let replicas = replicas(options.replicas, shared, server.bus.is_some())?;
    let (replicas, pod) = (replicas.to_string(), pod(&server, &image));
    let (service, ingress) = (include_str!("service.yaml").trim_end(), ingress(options.host.as_deref())?);
    let data = quoting::scalar(&server.data);
    let first_sign_in = quoting::shell(&format!("{}/first-sign-in", server.data));
    let metrics = server.metrics.port().to_string();
    let common: [(&str, &str); 8] = [
        ("version", VERSION),
        ("image_shell", &quoting::shell(&image)),
        ("first_sign_in", &first_sign_in),
        ("metrics", &metrics),
        ("data", &data),
        ("pod", pod.trim_end()),
        ("service", service),
        ("ingress", ingress.trim_end()),
    ];
    if !is_within(&server.intents, &server.data) {
        bail!("--intents {}: it has to lie in --data, which is the volume", server.intents);
    }
    if !shared {
        let into = format!("{}/backups", server.data.trim_end_matches('/'));
        let backup = server.backup(
            "kubectl exec xiaoer-0 -- xiaoer",
            &into,
            "each night; then take it off the volume",
        );
        return Ok(fill(include_str!("one.yaml"), &[&common[..], &[("backup", &backup)]].concat()));
    }
    let below = |name: &str| quoting::scalar(&format!("{}/{name}", server.data.trim_end_matches('/')));
    let many: [(&str, &str); 4] = [
        ("replicas", &replicas),
        ("setup", &setup(&server)),
        ("keys", &below("keys")),
        ("systems", &below("systems")),
    ];
    Ok(fill(include_str!("many.yaml"), &[&common[..], &many].concat()))
}

fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn image(given: Option<&str>) -> anyhow::Result<String> {
    let image = given.map_or_else(|| format!("xiaoer:{VERSION}"), str::to_owned);
    let fine = !image.is_empty() && image.chars().all(|c| c.is_ascii_alphanumeric() || "._/:@-".contains(c));
    if fine { Ok(image) } else { bail!("--image {image:?} is no name of an image") }
}

fn replicas(wanted: Option<u32>, shared: bool, bus: bool) -> anyhow::Result<u32> {
    let count = wanted.unwrap_or(if shared { 2 } else { 1 });
    if !(1..=MOST_NODES).contains(&count) {
        bail!("--replicas {count}: 1 to {MOST_NODES}");
    }
    if 1 < count && !shared {
        bail!("--replicas {count}: several nodes need a store that they share, --database postgres://…");
    }
    if 1 < count && !bus {
        bail!("--replicas {count}: several nodes need to hear of each other, --bus nats://HOST:4222");
    }
    Ok(count)
}

/// What every pod has, whoever makes it.
fn pod(server: &Resolved, image: &str) -> String {
    let arguments = std::iter::once("serve").chain(server.flags.iter().map(String::as_str));
    let arguments = arguments.map(|word| format!("\n            - {}", quoting::container_argument(word)));
    let secrets = server.secrets().into_iter().map(|(name, _)| {
        format!(
            "            - name: {name}\n              valueFrom:\n                secretKeyRef:\n                  name: xiaoer\n                  key: {name}"
        )
    });
    fill(
        include_str!("pod.yaml"),
        &[
            ("drain", &DRAIN_DEADLINE.as_secs().to_string()),
            ("grace", &(PAUSE + STOPPED_WITHIN.as_secs()).to_string()),
            ("user", &CONTAINER_USER.to_string()),
            ("image", &quoting::scalar(image)),
            ("args", &arguments.collect::<String>()),
            ("port", &server.listen.port().to_string()),
            ("metrics", &server.metrics.port().to_string()),
            ("secrets", &secrets.collect::<Vec<_>>().join("\n")),
            ("pause", &PAUSE.to_string()),
        ],
    )
}

/// How the secret is made that no file holds.
fn setup(server: &Resolved) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (name, shown) in server.secrets() {
        lines.push(format!(
            "#   echo '{name}={shown}' >> xiaoer.env      # with the real password; chmod 600"
        ));
    }
    lines.push(
        "#   kubectl create secret generic xiaoer --from-env-file=xiaoer.env && shred -u xiaoer.env"
            .to_owned(),
    );
    lines.join("\n")
}

/// The way in: an object where its name is known, else the same as a comment.
fn ingress(host: Option<&str>) -> anyhow::Result<String> {
    let name = host.unwrap_or("shop.example");
    let fine = (1..=253).contains(&name.len())
        && name.split('.').all(|part| {
            (1..=63).contains(&part.len())
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        });
    if !fine {
        bail!("--host {name:?} is no name of a host in lower case");
    }
    let object = fill(include_str!("ingress.yaml"), &[("host", &quoting::scalar(name))]);
    if host.is_some() {
        return Ok(object);
    }
    let comment = |line: &str| if line.starts_with('#') { line.to_owned() } else { format!("#{line}") };
    Ok(object.lines().map(comment).collect::<Vec<_>>().join("\n"))
}
