//! The server from its settings to its last connection.

use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use arc_swap::ArcSwap;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use super::{
    backup, copies,
    settings::{self, Settings},
    shops,
    studio::Studio,
};
use crate::{
    accounts::Accounts,
    engine::{Clock, Engine, SystemClock},
    server::{self, ServerState},
    shop::{Watch, watch},
    store,
    workshop::folder::Folder,
};

/// A server that is ending has given its database up within this.
const GIVEN_UP_WITHIN: Duration = Duration::from_secs(3);
const LOOKS_AGAIN: Duration = Duration::from_millis(50);

/// Where the server can be found.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The demo store.
    pub store: String,
    /// The desk.
    pub desk: String,
    /// The console.
    pub console: String,
    /// The page of metrics, where it has an address of its own.
    pub metrics: Option<String>,
}

/// A server that listens and is about to serve.
pub struct Started {
    /// Where.
    pub addresses: Addresses,
    /// The first sign-in, when the store has just been made: name, password, and the file that keeps them.
    pub first_sign_in: Option<crate::accounts::FirstSignIn>,
    state: ServerState,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    /// Keeps other servers from the database.
    _claim: Option<store::Claim>,
    /// Ends the watching of files when dropped.
    _watcher: Option<Watch>,
}

/// Puts the server together and listens. When this returns, shops answer (by words until the model has learnt).
///
/// # Errors
/// One clear line: a folder, database, model or address that can't be used.
pub async fn start(settings: &Settings) -> anyhow::Result<Started> {
    start_by(settings, Arc::new(SystemClock)).await
}

/// The same by another clock than the machine's.
///
/// # Errors
/// As for [`start`].
pub async fn start_by(settings: &Settings, clock: Arc<dyn Clock>) -> anyhow::Result<Started> {
    make_private_folder(&settings.data)?;
    anyhow::ensure!(
        !backup::is_unfinished(&settings.data),
        "a restore into {} was not finished: run `xiaoer restore` again",
        settings.data.display()
    );
    let claim = claim(&settings.database).await?;
    // Before anything is counted.
    let figures = super::telemetry::recorder();
    tokio::spawn(super::telemetry::tidy_up(figures.clone()));
    let store = store::open(&settings.database).await.context("can't open the database")?;
    let listener = listen(settings.listen).await?;
    let metrics = match settings.metrics_listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let accounts = Arc::new(Accounts::new(Arc::clone(&store), &settings.data));
    let (models, data) = (settings.models.clone(), settings.data.clone());
    let loading = tokio::task::spawn_blocking(move || super::encoder(models.as_deref(), Some(&data)));
    let cached = loading.await.context("loading the model panicked")??.cached;
    let messages = Arc::new(super::message_index(settings).context("messages can't be indexed")?);
    let bus = super::bus(settings.bus.as_deref()).await?;
    let engine = super::serving_engine(
        &accounts,
        (store, bus),
        Arc::clone(&cached) as _,
        messages,
        (settings.systems, clock),
    );
    let problems = Arc::new(ArcSwap::default());
    let shared = settings::is_shared(&settings.database);
    if shared {
        check_keys(&engine, &settings.data.join("keys")).await?;
        copies::bring_up_to_date(&engine, &settings.intents).await?;
    }
    shops::open_all(&engine, &settings.intents, &cached.lasting(), &problems).await?;
    let first_sign_in = accounts.first_sign_in(engine.now()).await.context("can't make the first sign-in")?;
    let copying = copies::CopyLock::default();
    let files = (settings.intents.as_path(), &copying);
    let watcher = watch_files(&engine, files, &cached.lasting(), &problems);
    if shared {
        let (encoder, problems) = (cached.lasting(), Arc::clone(&problems));
        copies::follow(engine.clone(), settings.intents.clone(), encoder, problems, copying);
    }
    let address = listener.local_addr().context("can't tell the address")?;
    let of_metrics = metrics.as_ref().map(|listener| listener.local_addr()).transpose();
    let of_metrics = of_metrics.context("can't tell the address of metrics")?;
    let addresses = Addresses {
        metrics: of_metrics.map(|address| format!("http://{address}/metrics")),
        store: format!("http://{address}/"),
        desk: format!("http://{address}/desk"),
        console: format!("http://{address}/console"),
    };
    super::privacy::look_after(engine.clone(), Arc::clone(&accounts));
    let studio = Arc::new(Studio::new(engine.clone(), cached));
    let workshop = (Folder::new(&settings.intents), studio as _);
    let doors = (settings.demo, settings.doors.clone());
    let state = ServerState::new(engine, accounts, doors, problems, workshop, figures)
        .with_data_folder(&settings.data);
    Ok(Started { addresses, first_sign_in, state, listener, metrics, _claim: claim, _watcher: watcher })
}

impl Started {
    /// Serves until `stop`, then drains.
    ///
    /// # Errors
    /// The listener's.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        server::serve(self.state, (self.listener, self.metrics), stop).await
    }
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("can't listen on {address}"))
}

/// Makes the database ours; a server that is just ending has a moment to give it up.
async fn claim(database: &str) -> anyhow::Result<Option<store::Claim>> {
    if let Some(folder) = store::SqlStore::file_of(database).as_deref().and_then(Path::parent) {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("can't make the folder {}", folder.display()))?;
    }
    let began = Instant::now();
    loop {
        match store::claim(database) {
            Err(store::StoreError::InUse { .. }) if began.elapsed() < GIVEN_UP_WITHIN => {
                tokio::time::sleep(LOOKS_AGAIN).await;
            }
            claimed => return claimed.context("can't open the database"),
        }
    }
}

/// Keys are the same on all nodes, or what one of them signs or seals the others can't read.
async fn check_keys(engine: &Engine, folder: &Path) -> anyhow::Result<()> {
    let Ok(files) = std::fs::read_dir(folder) else { return Ok(()) };
    for file in files {
        let file = file.with_context(|| format!("can't read {}", folder.display()))?.path();
        let key = std::fs::read(&file).with_context(|| format!("can't read {}", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let same = engine.parts().store.mark_key(&name, &hex::encode(Sha256::digest(&key))).await?;
        anyhow::ensure!(
            same,
            "{} is not what the other nodes have: copy `keys` from a node that serves",
            file.display()
        );
    }
    Ok(())
}

/// The data folder is nobody else's: it holds keys and conversations.
fn make_private_folder(folder: &Path) -> anyhow::Result<()> {
    let say = || format!("can't make the data folder {}", folder.display());
    if !folder.exists() {
        std::fs::create_dir_all(folder).with_context(say)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).with_context(say)?;
        }
    }
    tempfile::tempfile_in(folder)
        .with_context(|| format!("can't write to the data folder {}", folder.display()))?;
    #[cfg(unix)]
    if let Ok(known) = std::fs::metadata(folder) {
        use std::os::unix::fs::PermissionsExt;
        if known.permissions().mode() & 0o077 != 0 {
            tracing::warn!(folder = %folder.display(), "others may look into the data folder; make it 0700");
        }
    }
    Ok(())
}

/// Loads the files again when a merchant saves. Without a watcher the server serves what it loaded at start.
fn watch_files(
    engine: &Engine,
    (folder, copying): (&Path, &copies::CopyLock),
    encoder: &Arc<dyn crate::encoder::Encoder>,
    problems: &shops::Problems,
) -> Option<Watch> {
    let (sender, mut saved) = tokio::sync::mpsc::unbounded_channel();
    let watcher = watch(folder, move |_paths| {
        // The server is stopping when nobody listens any more.
        let _ = sender.send(());
    });
    let watcher = watcher
        .inspect_err(|error| tracing::warn!(error = %error, "edits are seen at the next start only"))
        .ok()?;
    let (engine, folder) = (engine.clone(), folder.to_owned());
    let (encoder, problems, copying) = (Arc::clone(encoder), Arc::clone(problems), Arc::clone(copying));
    tokio::spawn(async move {
        while saved.recv().await.is_some() {
            let _alone = copying.lock().await;
            if let Err(error) = shops::open_all(&engine, &folder, &encoder, &problems).await {
                tracing::error!(error = %format!("{error:#}"), "saved files can't be loaded");
            }
        }
    });
    Some(watcher)
}
