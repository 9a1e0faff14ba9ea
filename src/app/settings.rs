//! What the server was told on its command line, resolved and checked once.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use crate::{fetch::Reach, server::Doors};

/// The raw flags of `serve`, as written.
#[derive(Clone, Debug, clap::Args)]
pub struct Flags {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// Address and port for `/metrics` alone, which then is not at `--listen`: that one may be open to the world.
    #[arg(long, value_name = "ADDRESS")]
    pub metrics_listen: Option<SocketAddr>,
    /// The merchant's files; written out from the binary when missing.
    #[arg(long, default_value = "intents", value_name = "DIR")]
    pub intents: PathBuf,
    /// The model's files; those in the binary when not given.
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
    /// Where everything that changes is kept; created when missing.
    #[arg(long, default_value = "data", value_name = "DIR")]
    pub data: PathBuf,
    /// `sqlite:FILE`, `postgres://USER@HOST/NAME` for any number of nodes, or `memory:`; a SQLite file in the data folder
    /// when not given. It may hold a password, which the environment shows to fewer people than a command line.
    #[arg(long, value_name = "URL", env = "XIAOER_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// How nodes hear of each other, `nats://HOST:4222`, or `tls://HOST:4222?sslrootcert=FILE` where a CA of your own has
    /// signed for it; in this process alone when not given.
    #[arg(long, value_name = "URL", env = "XIAOER_BUS", hide_env_values = true)]
    pub bus: Option<String>,
    /// Serve the demo: its shoppers can be signed in from the store page and traces are shown.
    /// On by itself when listening on loopback; `--demo=false` turns it off.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub demo: Option<bool>,
    /// A proxy stands before the server, and the last entry of its `X-Forwarded-For` is who asks. Without this flag the
    /// header is not looked at, for anybody can write it.
    #[arg(long)]
    pub behind_proxy: bool,
    /// Count connections, requests and new conversations of each address, and let none flood the server. This machine's
    /// own addresses are not counted.
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set, value_name = "BOOL")]
    pub limit_addresses: bool,
    /// How far shops' own systems (`[system] url`) may be away: an editor writes the address, and must not reach by it what
    /// this machine can. `public` by default, `machine` when listening on loopback.
    #[arg(long, value_enum, value_name = "REACH")]
    pub systems: Option<Reach>,
}

/// The flags resolved: every default decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where metrics are, if not there.
    pub metrics_listen: Option<SocketAddr>,
    /// The merchant's files.
    pub intents: PathBuf,
    /// The model's files, if not those in the binary.
    pub models: Option<PathBuf>,
    /// The data folder.
    pub data: PathBuf,
    /// The store's address.
    pub database: String,
    /// The address of the bus between nodes; within this process when not given.
    pub bus: Option<String>,
    /// Whether this is a demo.
    pub demo: bool,
    /// How far the doors stand open.
    pub doors: Doors,
    /// How far shops' own systems may be away.
    pub systems: Reach,
}

/// Flags that can't be followed.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A bus that nobody speaks.
    #[error("--bus: the address has to begin with nats: or tls:; leave the flag out for one node")]
    Bus,
    /// Nodes that hear each other and share nothing.
    #[error("--bus is for nodes that share a database: give --database postgres://… too")]
    NothingShared,
}

impl Settings {
    /// Resolves flags.
    ///
    /// # Errors
    /// A flag that asks for something this build does not have.
    pub fn resolve(flags: Flags) -> Result<Self, SettingsError> {
        let database = database(flags.database, &flags.data);
        if let Some(bus) = &flags.bus {
            if !["nats://", "tls://"].iter().any(|scheme| bus.starts_with(scheme)) {
                return Err(SettingsError::Bus);
            }
            if !is_shared(&database) {
                return Err(SettingsError::NothingShared);
            }
        }
        let here = flags.listen.ip().is_loopback();
        let doors = Doors { behind_proxy: flags.behind_proxy, ..Doors::default() };
        Ok(Self {
            bus: flags.bus,
            demo: flags.demo.unwrap_or(here),
            doors: if flags.limit_addresses { doors } else { Doors { per_address: None, ..doors } },
            systems: flags.systems.unwrap_or(if here { Reach::Machine } else { Reach::Public }),
            listen: flags.listen,
            metrics_listen: flags.metrics_listen,
            intents: flags.intents,
            models: flags.models,
            database,
            data: flags.data,
        })
    }
}

/// Whether several nodes may share the store of an address.
pub fn is_shared(database: &str) -> bool {
    database.starts_with("postgres")
}

/// The store's address: as given, or the SQLite file in the data folder.
pub fn database(given: Option<String>, data: &Path) -> String {
    given.unwrap_or_else(|| format!("sqlite:{}", data.join("xiaoer.db").display()))
}
