//! What the server was told on its command line, resolved and checked once.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// The raw flags of `serve`, as written.
#[derive(Clone, Debug, clap::Args)]
pub struct Flags {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// The merchant's files; written out from the binary when missing.
    #[arg(long, default_value = "intents", value_name = "DIR")]
    pub intents: PathBuf,
    /// The model's files; those in the binary when not given.
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
    /// Where everything that changes is kept; created when missing.
    #[arg(long, default_value = "data", value_name = "DIR")]
    pub data: PathBuf,
    /// `sqlite:FILE` or `memory:`; a SQLite file in the data folder when not given.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// How nodes hear of each other; in this process alone when not given.
    #[arg(long, value_name = "URL")]
    pub bus: Option<String>,
    /// Serve the demo: its shoppers can be signed in from the store page and traces are shown.
    /// On by itself when listening on loopback; `--demo=false` turns it off.
    #[arg(long, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub demo: Option<bool>,
}

/// The flags resolved: every default decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The merchant's files.
    pub intents: PathBuf,
    /// The model's files, if not those in the binary.
    pub models: Option<PathBuf>,
    /// The data folder.
    pub data: PathBuf,
    /// The store's address.
    pub database: String,
    /// Whether this is a demo.
    pub demo: bool,
}

/// Flags that can't be followed.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A bus that this build does not speak.
    #[error("--bus {0}: only the bus within this process is available; leave the flag out")]
    Bus(String),
}

impl Settings {
    /// Resolves flags.
    ///
    /// # Errors
    /// A flag that asks for something this build does not have.
    pub fn resolve(flags: Flags) -> Result<Self, SettingsError> {
        if let Some(bus) = flags.bus {
            return Err(SettingsError::Bus(bus));
        }
        Ok(Self {
            demo: flags.demo.unwrap_or(flags.listen.ip().is_loopback()),
            listen: flags.listen,
            intents: flags.intents,
            models: flags.models,
            database: database(flags.database, &flags.data),
            data: flags.data,
        })
    }
}

/// The store's address: as given, or the SQLite file in the data folder.
pub fn database(given: Option<String>, data: &Path) -> String {
    given.unwrap_or_else(|| format!("sqlite:{}", data.join("xiaoer.db").display()))
}
