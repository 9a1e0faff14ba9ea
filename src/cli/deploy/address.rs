//! Addresses of a database and of a bus: which may stand in a file that others read, and which hold a password.

use anyhow::bail;
use url::Url;

use super::quoting;

/// An address that was given by a flag. The secret one keeps nothing of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// It may be read by anybody.
    Open(String),
    /// It is read from the environment, which is filled from a secret.
    Secret {
        /// What it looks like, the password left out.
        shown: String,
    },
}

impl Address {
    /// A store's address. One on the network is a secret even without a password: it will get one.
    pub(super) fn of_database(url: &str) -> anyhow::Result<Self> {
        quoting::printable("--database", url)?;
        if let Some(path) = url.strip_prefix("sqlite:") {
            if !path.starts_with('/') {
                bail!("--database {url}: a whole path is needed, sqlite:/…");
            }
            return Ok(Self::Open(url.to_owned()));
        }
        if url == "memory:" {
            return Ok(Self::Open(url.to_owned()));
        }
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            bail!("--database is none of sqlite:FILE, memory: and postgres://…");
        }
        Ok(Self::Secret {
            shown: shown(url).unwrap_or_else(|| "postgres://USER:PASSWORD@HOST/DATABASE".to_owned()),
        })
    }

    /// A bus's address.
    pub(super) fn of_bus(url: &str) -> anyhow::Result<Self> {
        quoting::printable("--bus", url)?;
        if !["nats://", "tls://"].iter().any(|scheme| url.starts_with(scheme)) {
            bail!("--bus is no nats://HOST:PORT");
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-:/[]".contains(c);
        if url.chars().all(plain) && Url::parse(url).is_ok() {
            return Ok(Self::Open(url.to_owned()));
        }
        Ok(Self::Secret { shown: shown(url).unwrap_or_else(|| "nats://USER:PASSWORD@HOST:4222".to_owned()) })
    }

    /// Whether it is that of a store which several nodes can share.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Self::Secret { .. })
    }
}

/// The address with its password left out; `None` where it can't be told for certain what is password and what is not,
/// such as with an `@` or a `/` that should have been escaped.
fn shown(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (user, place) = match rest.split_once('@') {
        Some((user, place)) => (user.split(':').next().unwrap_or_default(), place),
        None => ("USER", rest),
    };
    let place = place.split_once('?').map_or(place, |(place, _)| place);
    let word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    let (host, path) = place.split_once('/').unwrap_or((place, ""));
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let clear = !user.is_empty()
        && rest.split_once('@').is_none_or(|(user, rest)| !user.contains('/') && !rest.contains('@'))
        && [user, name, path].into_iter().all(word)
        && port.parse::<u16>().is_ok();
    let path = if path.is_empty() { String::new() } else { format!("/{path}") };
    clear.then(|| format!("{scheme}://{user}:PASSWORD@{host}{path}"))
}
