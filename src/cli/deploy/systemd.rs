//! `xiaoer deploy systemd`: a unit for one machine.

use std::net::Ipv4Addr;

use anyhow::bail;

use super::{Address, Defaults, Resolved, Server, VERSION, absolute, quoting, template::fill};
use crate::{
    app::telemetry::LogFormat,
    server::{DRAIN_DEADLINE, STOPPED_WITHIN},
};

/// The file of addresses that hold a password.
const ENVIRONMENT: &str = "/etc/xiaoer/environment";
/// Where systemd makes the folders of services.
const STATES: &str = "/var/lib/";
/// Ports below are for those with a capability.
const FIRST_FREE_PORT: u16 = 1024;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    pub(super) server: Server,
    /// Where the program lies.
    #[arg(long, default_value = "/usr/local/bin/xiaoer", value_name = "FILE")]
    pub(super) binary: std::path::PathBuf,
    /// The user that it runs as; one that systemd makes for it when not given, unless folders outside of /var/lib need one.
    #[arg(long, value_name = "NAME")]
    pub(super) user: Option<String>,
}

pub(super) fn file(options: &Options) -> anyhow::Result<String> {
    let defaults = Defaults {
        listen: "127.0.0.1:8080",
        metrics_on: Ipv4Addr::LOCALHOST.into(),
        behind_proxy: false,
        data: "/var/lib/xiaoer",
        log_format: LogFormat::Text,
    };
    let server = options.server.resolve(&defaults)?;
    let binary = absolute("--binary", options.binary.clone())?;
    if !binary.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+".contains(c)) {
        bail!("--binary {binary}: systemd starts programs by plain names only (letters, digits, . _ - +)");
    }
    let folders = Folders::of(&server);
    let user = user(options.user.as_deref(), &folders)?;
    let secrets = server.secrets();
    let why = "each night, as root; it holds secrets";
    let backup = server.backup(&quoting::shell(&binary), "/var/backups/xiaoer", why);
    let capability = if server.listen.port() < FIRST_FREE_PORT && server.listen.port() != 0 {
        "CAP_NET_BIND_SERVICE"
    } else {
        ""
    };
    Ok(fill(
        include_str!("xiaoer.service"),
        &[
            ("version", VERSION),
            ("binary_shell", &quoting::shell(&binary)),
            ("setup", &setup(&user, &folders, &secrets)),
            ("first_sign_in", &quoting::shell(&format!("{}/first-sign-in", server.data))),
            ("metrics", &server.metrics.to_string()),
            ("forwarded", server.forwarded()),
            ("backup", &backup),
            ("after", if secrets.is_empty() { "" } else { " postgresql.service nats-server.service" }),
            ("exec", &exec(&binary, &server.flags)),
            ("drain", &DRAIN_DEADLINE.as_secs().to_string()),
            ("stop", &STOPPED_WITHIN.as_secs().to_string()),
            ("environment", &environment(&secrets)),
            ("user_why", user.why()),
            ("user", &user.lines()),
            ("writable", &folders.lines()),
            ("home", if folders.at_home { "no" } else { "yes" }),
            ("capabilities", capability),
        ],
    ))
}

/// The command line, one flag a line.
fn exec(binary: &str, flags: &[String]) -> String {
    let mut line = format!("{} serve", quoting::unit_argument(binary));
    for flag in flags {
        line.push_str(if flag.starts_with("--") { " \\\n    " } else { " " });
        line.push_str(&quoting::unit_argument(flag));
    }
    line
}

/// The folders that the server writes.
struct Folders {
    /// The name of the one that systemd makes.
    state: Option<String>,
    /// Those that lie elsewhere.
    others: Vec<String>,
    at_home: bool,
}

impl Folders {
    fn of(server: &Resolved) -> Self {
        let mut folders = vec![server.data.clone(), server.intents.clone()];
        if let Some(Address::Open(url)) = &server.database
            && let Some(path) = url.strip_prefix("sqlite:")
            && let Some((folder, _)) = path.split('?').next().unwrap_or_default().rsplit_once('/')
        {
            folders.push(folder.to_owned());
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        let state = server.data.strip_prefix(STATES).map(|name| name.trim_matches('/'));
        let state = state.filter(|name| !name.is_empty() && name.chars().all(plain)).map(str::to_owned);
        let within = |folder: &str, outer: &str| {
            folder.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let known = state.as_ref().map(|name| format!("{STATES}{name}"));
        folders.retain(|folder| !known.as_ref().is_some_and(|known| within(folder, known)));
        folders.dedup();
        let models = server.models.iter().cloned();
        let homes = ["/home", "/root", "/run/user"];
        let at_home =
            folders.iter().cloned().chain(models).any(|path| homes.iter().any(|home| within(&path, home)));
        Self { state, others: folders, at_home }
    }

    fn lines(&self) -> String {
        let mut lines = Vec::new();
        if let Some(state) = &self.state {
            lines.push(format!("StateDirectory={state}\nStateDirectoryMode=0700"));
        }
        lines.extend(
            self.others.iter().map(|folder| format!("ReadWritePaths={}", quoting::unit_path(folder))),
        );
        lines.join("\n")
    }
}

/// Who runs it.
enum User {
    /// One that systemd makes and forgets.
    Dynamic,
    /// One of the machine's.
    Named(String),
}

impl User {
    fn why(&self) -> &'static str {
        match self {
            Self::Dynamic => "a user of its own that exists while it runs; its folder outlasts it.",
            Self::Named(_) => "a user that owns the folders outside of /var/lib, or that you chose.",
        }
    }

    fn lines(&self) -> String {
        match self {
            Self::Dynamic => "DynamicUser=yes".to_owned(),
            Self::Named(name) => format!("User={name}\nGroup={name}"),
        }
    }
}

fn user(wanted: Option<&str>, folders: &Folders) -> anyhow::Result<User> {
    let Some(name) = wanted else {
        let own = folders.others.is_empty() && folders.state.is_some();
        return Ok(if own { User::Dynamic } else { User::Named("xiaoer".to_owned()) });
    };
    let fine = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.len() <= 31
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c));
    if !fine {
        bail!("--user {name}: a name is up to 31 lower-case letters, digits, _ and -");
    }
    if name == "root" {
        bail!("--user root: the server needs nothing of what root may do");
    }
    Ok(User::Named(name.to_owned()))
}

/// What is done once, by hand, before the first start.
fn setup(user: &User, folders: &Folders, secrets: &[(&str, &str)]) -> String {
    let mut lines = Vec::new();
    if let User::Named(name) = user {
        lines.push(format!(
            "#   useradd --system --user-group --no-create-home --shell /usr/sbin/nologin {name}"
        ));
        let install =
            |folder| format!("#   install -d -o {name} -g {name} -m 700 {}", quoting::shell(folder));
        lines.extend(folders.others.iter().map(|folder| install(folder)));
    }
    if !secrets.is_empty() {
        lines.push(format!("#   install -D -m 600 /dev/null {ENVIRONMENT}      # root alone reads it"));
        for (name, shown) in secrets {
            lines.push(format!(
                "#   echo '{name}={shown}' >> {ENVIRONMENT}      # with the real password, or with an editor"
            ));
        }
    }
    lines.join("\n")
}

fn environment(secrets: &[(&str, &str)]) -> String {
    if secrets.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = secrets.iter().map(|(name, _)| *name).collect();
    format!(
        "# {}: it may hold a password, so it stands on no command line and in no unit.\nEnvironmentFile={ENVIRONMENT}",
        names.join(", ")
    )
}
