//! `xiaoer deploy`: a commented file for running this version of the server, printed to stdout.
//!
//! One file a target, with its template beside it. What a target writes is for that target's own reader: everything that
//! came by a flag goes through `quoting`, and an address with a password goes into no file at all.

mod address;
mod docker;
mod grafana;
mod kubernetes;
mod quoting;
mod systemd;
mod template;

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::Parser;

use self::address::Address;
use super::{Outcome, say, serve};
use crate::app::telemetry::LogFormat;

/// The version that the files are for.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where a container keeps what changes.
const CONTAINER_DATA: &str = "/data";

/// Where metrics are.
const METRICS_PORT: u16 = 8081;

/// The user in the image; a number, so that Kubernetes can tell that it is not root.
const CONTAINER_USER: u32 = 10_001;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(subcommand)]
    target: Target,
}

#[derive(Debug, clap::Subcommand)]
enum Target {
    /// A hardened unit for one machine.
    Systemd(systemd::Options),
    /// A Dockerfile that builds the server from its source.
    Docker(docker::Options),
    /// One node on SQLite, or several on PostgreSQL and NATS when `--database` says so.
    Kubernetes(kubernetes::Options),
    /// A dashboard of what `/metrics` tells; how it is scraped and what to be woken for stands in it.
    Grafana(grafana::Options),
}

/// Flags of the server, as they are to stand in the file.
#[derive(Clone, Debug, Default, clap::Args)]
struct Server {
    /// Address and port to listen on; this machine alone for systemd (a proxy stands before it), else everywhere.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Address and port for `/metrics` alone; port 8081 when not given, on this machine alone for systemd.
    #[arg(long, value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
    /// Whether a proxy stands before the server, and `X-Forwarded-For` as it writes it says who asks; not for systemd where
    /// the server listens to the world itself, else so when not given.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    behind_proxy: Option<bool>,
    /// Where everything that changes is kept.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The merchant's files; in the data folder when not given.
    #[arg(long, value_name = "DIR")]
    intents: Option<PathBuf>,
    /// The model's files; those in the binary when not given.
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// The store's address; a SQLite file in the data folder when not given. A password in it is not printed.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// How nodes hear of each other. A password in it is not printed.
    #[arg(long, value_name = "URL")]
    bus: Option<String>,
    /// Serve the demo.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    demo: Option<bool>,
    /// How log lines look; `json` in containers when not given.
    #[arg(long, value_enum, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
    /// Further flags of the server, after `--`.
    #[arg(last = true, value_name = "FLAG")]
    more: Vec<String>,
}

/// What a target has where a flag says nothing.
struct Defaults {
    listen: &'static str,
    metrics_on: IpAddr,
    /// Nobody reaches the server but by a proxy, wherever it listens.
    behind_proxy: bool,
    data: &'static str,
    log_format: LogFormat,
}

/// The server as a target starts it.
struct Resolved {
    listen: SocketAddr,
    metrics: SocketAddr,
    data: String,
    intents: String,
    models: Option<String>,
    database: Option<Address>,
    bus: Option<Address>,
    /// What stands behind `xiaoer serve`: no secret is in it.
    flags: Vec<String>,
}

/// Prints the file.
pub(super) fn run(options: Options) -> Outcome {
    let text = match options.target {
        Target::Systemd(options) => systemd::file(&options)?,
        Target::Docker(options) => docker::file(&options)?,
        Target::Kubernetes(options) => kubernetes::file(&options)?,
        Target::Grafana(options) => grafana::file(&options),
    };
    say(text.trim_end());
    Ok(ExitCode::SUCCESS)
}

impl Server {
    /// Decides every default and checks the flags as the server itself will.
    fn resolve(&self, defaults: &Defaults) -> anyhow::Result<Resolved> {
        let data = absolute("--data", self.data.clone().unwrap_or_else(|| defaults.data.into()))?;
        let intents = self.intents.clone().unwrap_or_else(|| PathBuf::from(&data).join("intents"));
        let intents = absolute("--intents", intents)?;
        let models = self.models.clone().map(|models| absolute("--models", models)).transpose()?;
        let database = self.database.as_deref().map(Address::of_database).transpose()?;
        let bus = self.bus.as_deref().map(Address::of_bus).transpose()?;
        if bus.is_some() && !database.as_ref().is_some_and(Address::is_shared) {
            bail!("--bus is for nodes that share a store: give --database postgres://… too");
        }
        let fixed = defaults.listen.parse().expect("a default is an address");
        let listen = self.listen.unwrap_or(fixed);
        let mut flags: Vec<String> = Vec::new();
        let mut put = |name: &str, value: &str| flags.extend([name.to_owned(), value.to_owned()]);
        put("--listen", &listen.to_string());
        let metrics = self.metrics_listen.unwrap_or_else(|| metrics_beside(listen, defaults.metrics_on));
        put("--metrics-listen", &metrics.to_string());
        put("--data", &data);
        put("--intents", &intents);
        if let Some(models) = &models {
            put("--models", models);
        }
        for (name, address) in [("--database", &database), ("--bus", &bus)] {
            if let Some(Address::Open(address)) = address {
                put(name, address);
            }
        }
        if let Some(demo) = self.demo {
            flags.push(format!("--demo={demo}"));
        }
        let behind_proxy = defaults.behind_proxy || listen.ip().is_loopback();
        let told = self.more.iter().any(|flag| flag.starts_with("--behind-proxy"));
        if self.behind_proxy.unwrap_or(behind_proxy) && !told {
            flags.push("--behind-proxy".to_owned());
        }
        if self.log_format.unwrap_or(defaults.log_format) == LogFormat::Json {
            flags.extend(["--log-format", "json"].map(str::to_owned));
        }
        for flag in &self.more {
            if ["--database", "--bus"].iter().any(|name| flag.starts_with(name)) {
                bail!("--database and --bus may hold a password: give them before `--`");
            }
            if flag.starts_with("--metrics-listen") {
                bail!("--metrics-listen: give it before `--`, for the file names its port elsewhere too");
            }
            flags.push(quoting::printable("a flag after `--`", flag)?.to_owned());
        }
        understood(&flags)?;
        Ok(Resolved { listen, metrics, data, intents, models, database, bus, flags })
    }
}

/// Where metrics are when no flag says so: at a port of their own.
fn metrics_beside(listen: SocketAddr, on: IpAddr) -> SocketAddr {
    SocketAddr::new(on, if listen.port() == METRICS_PORT { METRICS_PORT + 1 } else { METRICS_PORT })
}

impl Resolved {
    /// The line by which a backup is made each night, for what stands before `xiaoer` and behind it; nothing where the
    /// database is no file.
    fn backup(&self, before: &str, into: &str, more: &str) -> String {
        let database = match &self.database {
            None => String::new(),
            Some(Address::Open(url)) if url.starts_with("sqlite:") => {
                format!(" --database {}", quoting::shell(url))
            }
            Some(_) => return String::new(),
        };
        let (data, intents) = (quoting::shell(&self.data), quoting::shell(&self.intents));
        let into = quoting::shell(into);
        format!(
            "#   {before} backup --data {data} --intents {intents}{database} --keep 14 {into}      # {more}"
        )
    }

    /// What a proxy has to do beyond passing on, where the server goes by what it says.
    fn forwarded(&self) -> &'static str {
        if self.flags.iter().any(|flag| flag == "--behind-proxy") {
            " It has to write X-Forwarded-For: the last entry is who asks."
        } else {
            ""
        }
    }

    /// Addresses that hold a password: the variable that the server reads each from, and what one looks like.
    fn secrets(&self) -> Vec<(&'static str, &str)> {
        let named = [("XIAOER_DATABASE", &self.database), ("XIAOER_BUS", &self.bus)];
        let secret = named.into_iter().filter_map(|(name, address)| match address {
            Some(Address::Secret { shown }) => Some((name, shown.as_str())),
            _ => None,
        });
        secret.collect()
    }
}

/// The server's own reading of its flags.
#[derive(Parser)]
#[command(name = "xiaoer", no_binary_name = true)]
struct AsServer {
    #[command(flatten)]
    _options: serve::Options,
}

/// A flag that the server doesn't have is told now, not by a service that won't start.
fn understood(flags: &[String]) -> anyhow::Result<()> {
    let Err(error) = AsServer::try_parse_from(flags) else { return Ok(()) };
    let text = error.to_string();
    bail!("{}", text.lines().next().unwrap_or_default().trim_start_matches("error: "))
}

/// A path as text. A service starts in a folder that nobody thinks of, so that only a whole path says where it is.
fn absolute(flag: &str, path: PathBuf) -> anyhow::Result<String> {
    let text = path.to_str().with_context(|| format!("{flag} is no UTF-8 and can't stand in the file"))?;
    quoting::printable(flag, text)?;
    let plain = path.is_absolute() && !text.split('/').any(|part| part == "..");
    if !plain {
        bail!("{flag} {text}: a whole path is needed, beginning with / and without ..");
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
