//! `xiaoer deploy docker`: a Dockerfile that builds the server from its source.

use std::net::Ipv4Addr;

use super::{CONTAINER_DATA, CONTAINER_USER, Defaults, Resolved, Server, VERSION, quoting, template::fill};
use crate::{app::telemetry::LogFormat, server::STOPPED_WITHIN};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    pub(super) server: Server,
}

pub(super) fn file(options: &Options) -> anyhow::Result<String> {
    let defaults = Defaults {
        listen: "0.0.0.0:8080",
        metrics_on: Ipv4Addr::UNSPECIFIED.into(),
        behind_proxy: true,
        data: CONTAINER_DATA,
        log_format: LogFormat::Json,
    };
    let server = options.server.resolve(&defaults)?;
    let user = CONTAINER_USER.to_string();
    let folders = folders(&server);
    let into = format!("{}/backups", server.data.trim_end_matches('/'));
    let backup =
        server.backup("docker exec xiaoer xiaoer", &into, "each night; then take it off the machine");
    let installed: Vec<String> = folders
        .iter()
        .map(|folder| {
            let words = ["install", "-d", "-o", &user, "-g", &user, "-m", "0700", folder];
            format!("RUN {}", quoting::json_list(words))
        })
        .collect();
    let volumes: Vec<String> = folders.iter().map(|folder| quoting::image_word(folder)).collect();
    let serve = std::iter::once("serve").chain(server.flags.iter().map(String::as_str));
    Ok(fill(
        include_str!("Dockerfile"),
        &[
            ("version", VERSION),
            ("setup", &setup(&server)),
            ("stop", &STOPPED_WITHIN.as_secs().to_string()),
            ("run", &run(&server, &folders)),
            ("first_sign_in", &quoting::shell(&format!("{}/first-sign-in", server.data))),
            ("user", &user),
            ("folders", &installed.join("\n")),
            ("volumes", &quoting::json_list(volumes.iter().map(String::as_str))),
            ("port", &server.listen.port().to_string()),
            ("metrics", &server.metrics.port().to_string()),
            ("forwarded", server.forwarded()),
            ("backup", &backup),
            ("at", &server.listen.to_string()),
            ("command", &quoting::json_list(serve)),
        ],
    ))
}

/// The folders that change: each a volume.
fn folders(server: &Resolved) -> Vec<String> {
    let inner = server
        .intents
        .strip_prefix(&server.data)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let mut folders = vec![server.data.clone()];
    if !inner {
        folders.push(server.intents.clone());
    }
    folders
}

fn setup(server: &Resolved) -> String {
    let lines = server.secrets().into_iter().map(|(name, shown)| {
        format!("#   echo '{name}={shown}' >> xiaoer.env      # with the real password; chmod 600, and never into the image")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What `docker run` is told of folders, ports and secrets.
fn run(server: &Resolved, folders: &[String]) -> String {
    let ports = [server.listen.port(), server.metrics.port()];
    let mut words: Vec<String> = ports.iter().map(|port| format!("-p 127.0.0.1:{port}:{port}")).collect();
    for (number, folder) in folders.iter().enumerate() {
        let name = if number == 0 { "xiaoer" } else { "xiaoer-files" };
        words.push(format!("-v {}", quoting::shell(&format!("{name}:{folder}"))));
    }
    if let Some(models) = &server.models {
        words.push(format!("-v {}", quoting::shell(&format!("{models}:{models}:ro"))));
    }
    if !server.secrets().is_empty() {
        words.push("--env-file xiaoer.env".to_owned());
    }
    words.join(" ")
}
