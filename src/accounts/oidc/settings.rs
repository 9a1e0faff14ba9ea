//! `<data>/oidc.toml`: which sign-in service staff may use, and who they are to it.
//!
//! ```toml
//! issuer = "https://login.example"       # its configuration is at ISSUER/.well-known/openid-configuration
//! client_id = "xiaoer"
//! client_secret = "…"                     # left out for a public client
//! name.zh = "公司账号"                     # what the button says
//! name.en = "Company account"
//! scopes = ["openid", "email", "profile"]
//! claim = "email"                         # the claim of the ID token that says who it is; "sub" by default
//! match = "subject"                       # or "name": the claim is a member's sign-in subject, or their name
//! trust_email = false                     # true where the service does not say that addresses are verified
//! address = "https://shop.example"        # how browsers reach Xiaoer; by default as the request says
//!
//! [create]                                # left out, nobody is added by signing in
//! role = "agent"                          # or "editor"; never "owner"
//! shops = ["demo"]                        # empty means all
//! ```

use std::path::{Path, PathBuf};

use serde::Deserialize;
use url::{Host, Url};

use crate::store::Role;

/// Why the file can't be used. No text of it holds the secret.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It can't be read.
    #[error("{path} can't be read")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// Others than its owner may read it, and it holds a secret.
    #[error("{path} can be read by others; make it 0600")]
    Open {
        /// Which.
        path: PathBuf,
    },
    /// It says something that can't be.
    #[error("{path}: {what}")]
    Wrong {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

/// What the file says.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) client_secret: Option<String>,
    #[serde(default)]
    pub(super) name: Label,
    #[serde(default = "scopes")]
    scopes: Vec<String>,
    #[serde(default = "claim")]
    pub(super) claim: String,
    #[serde(default, rename = "match")]
    pub(super) matched: Matched,
    #[serde(default)]
    pub(super) trust_email: bool,
    pub(super) address: Option<String>,
    pub(super) create: Option<Create>,
}

/// What the button says.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Label {
    #[serde(default)]
    pub(super) zh: Option<String>,
    #[serde(default)]
    pub(super) en: Option<String>,
}

/// What of a member the claim is compared with.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Matched {
    #[default]
    Subject,
    Name,
}

/// What a member who is added by signing in may do.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Create {
    role: String,
    #[serde(default)]
    pub(super) shops: Vec<String>,
}

impl Create {
    /// Never an owner: the file was checked.
    pub(super) fn role(&self) -> Role {
        if self.role == Role::Editor.name() { Role::Editor } else { Role::Agent }
    }
}

fn scopes() -> Vec<String> {
    ["openid", "email", "profile"].map(str::to_owned).to_vec()
}

fn claim() -> String {
    "sub".to_owned()
}

impl Settings {
    /// What the file says now; `None` without one. Read anew each time, so that a changed file counts at once.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, SettingsError> {
        match std::fs::metadata(path) {
            Ok(known) if super::super::systems::open_to_others(&known) => {
                return Err(SettingsError::Open { path: path.to_owned() });
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(SettingsError::File { path: path.to_owned(), source }),
        }
        let text = std::fs::read_to_string(path)
            .map_err(|source| SettingsError::File { path: path.to_owned(), source })?;
        let wrong = |what: String| SettingsError::Wrong { path: path.to_owned(), what };
        // The error's own text quotes the line, which may be the one with the secret.
        let settings: Self = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            wrong(format!("line {line}: {}", error.message()))
        })?;
        settings.check().map_err(|what| wrong(what.to_owned()))?;
        Ok(Some(settings))
    }

    fn check(&self) -> Result<(), &'static str> {
        if !is_safe(&self.issuer) {
            return Err("`issuer` has to be an https address (http only on this machine)");
        }
        if self.address.as_deref().is_some_and(|address| Url::parse(address).is_err()) {
            return Err("`address` has to be an address such as https://shop.example");
        }
        if self.client_id.is_empty() || self.claim.is_empty() {
            return Err("`client_id` and `claim` can't be empty");
        }
        if !self.scopes.iter().any(|scope| scope == "openid") {
            return Err("`scopes` has to name openid");
        }
        let role = self.create.as_ref().map(|create| create.role.as_str());
        if role.is_some_and(|role| !["agent", "editor"].contains(&role)) {
            return Err("`create.role` is agent or editor: nobody becomes an owner by signing in");
        }
        Ok(())
    }

    /// The scopes, as a request names them.
    pub(super) fn scope(&self) -> String {
        self.scopes.join(" ")
    }
}

/// Whether nobody on the way can read or change what is asked there: TLS, or this very machine.
pub(super) fn is_safe(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let here = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn read(text: &str, mode: u32) -> Result<Option<Settings>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("oidc.toml");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        Settings::read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn a_short_file_has_careful_defaults() {
        let text = "issuer = \"https://login.example\"\nclient_id = \"xiaoer\"\n";
        let settings = read(text, 0o600).unwrap().unwrap();
        assert_eq!((settings.claim.as_str(), settings.scope().as_str()), ("sub", "openid email profile"));
        assert!(settings.matched == Matched::Subject && !settings.trust_email && settings.create.is_none());
        assert!(Settings::read(Path::new("/nowhere/oidc.toml")).unwrap().is_none());
    }

    #[test]
    fn what_can_not_be_is_said_without_the_secret() {
        let base = "issuer = \"https://login.example\"\nclient_id = \"x\"\nclient_secret = \"hush-hush\"\n";
        for (text, mode, expected) in [
            (base.to_owned(), 0o644, "0600"),
            (base.replace("https", "http"), 0o600, "`issuer`"),
            (base.replace("client_secret =", "client_secret"), 0o600, "line 3"),
            (format!("{base}extra = 1\n"), 0o600, "line 4"),
            (format!("{base}[create]\nrole = \"owner\"\n"), 0o600, "`create.role`"),
            (format!("{base}scopes = [\"email\"]\n"), 0o600, "openid"),
            (format!("{base}address = \"shop\"\n"), 0o600, "`address`"),
        ] {
            let refused = read(&text, mode).err().unwrap_or_default();
            assert!(refused.contains(expected) && !refused.contains("hush"), "{text}: {refused}");
        }
        for (address, safe) in [
            ("https://login.example", true),
            ("http://127.0.0.1:9", true),
            ("http://localhost:9/realm", true),
            ("http://[::1]:9", true),
            ("http://login.example", false),
            ("http://localhost.example", false),
            ("javascript:alert(1)", false),
            ("", false),
        ] {
            assert_eq!(is_safe(address), safe, "{address}");
        }
    }
}
