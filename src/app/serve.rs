//! The server from its settings to its last connection.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use arc_swap::ArcSwap;
use tokio::net::TcpListener;

use super::{settings::Settings, shops, studio::Studio};
use crate::{
    accounts::Accounts,
    engine::{Engine, Shops, SystemClock},
    server::{self, ServerState},
    shop::{Watch, watch},
    store,
    workshop::folder::Folder,
};

/// Where the server can be found.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The demo store.
    pub store: String,
    /// The desk.
    pub desk: String,
    /// The console.
    pub console: String,
}

/// A server that listens and is about to serve.
pub struct Started {
    /// Where.
    pub addresses: Addresses,
    /// The first sign-in, when the store has just been made: name, password, and the file that keeps them.
    pub first_sign_in: Option<crate::accounts::FirstSignIn>,
    state: ServerState,
    listener: TcpListener,
    /// Ends the watching of files when dropped.
    _watcher: Option<Watch>,
}

/// Puts the server together and listens. When this returns, shops answer (by words until the model has learnt).
///
/// # Errors
/// One clear line: a folder, database, model or address that can't be used.
pub async fn start(settings: &Settings) -> anyhow::Result<Started> {
    make_private_folder(&settings.data)?;
    // Before anything is counted.
    let figures = super::telemetry::recorder();
    tokio::spawn(super::telemetry::tidy_up(figures.clone()));
    let store = store::open(&settings.database).await.context("can't open the database")?;
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("can't listen on {}", settings.listen))?;
    let accounts = Arc::new(Accounts::new(Arc::clone(&store), &settings.data));
    let (models, data) = (settings.models.clone(), settings.data.clone());
    let loading = tokio::task::spawn_blocking(move || super::encoder(models.as_deref(), Some(&data)));
    let cached = loading.await.context("loading the model panicked")??.cached;
    let (encoder, clock) = (Arc::clone(&cached) as _, Arc::new(SystemClock));
    let messages = Arc::new(super::message_index(settings).context("messages can't be indexed")?);
    let engine = super::serving_engine(&accounts, store, encoder, clock, Shops::default(), messages);
    let problems = Arc::new(ArcSwap::default());
    shops::open_all(&engine, &settings.intents, &cached.lasting(), &problems).await?;
    let first_sign_in = accounts.first_sign_in(engine.now()).await.context("can't make the first sign-in")?;
    let watcher = watch_files(&engine, &settings.intents, &cached.lasting(), &problems);
    let address = listener.local_addr().context("can't tell the address")?;
    let addresses = Addresses {
        store: format!("http://{address}/"),
        desk: format!("http://{address}/desk"),
        console: format!("http://{address}/console"),
    };
    let studio = Arc::new(Studio::new(engine.clone(), cached));
    let workshop = (Folder::new(&settings.intents), studio as _);
    let state = ServerState::new(engine, accounts, settings.demo, problems, workshop, figures)
        .with_data_folder(&settings.data);
    Ok(Started { addresses, first_sign_in, state, listener, _watcher: watcher })
}

impl Started {
    /// Serves until `stop`, then drains.
    ///
    /// # Errors
    /// The listener's.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        server::serve(self.state, self.listener, stop).await
    }
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
    Ok(())
}

/// Loads the files again when a merchant saves. Without a watcher the server serves what it loaded at start.
fn watch_files(
    engine: &Engine,
    folder: &Path,
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
    let (encoder, problems) = (Arc::clone(encoder), Arc::clone(problems));
    tokio::spawn(async move {
        while saved.recv().await.is_some() {
            if let Err(error) = shops::open_all(&engine, &folder, &encoder, &problems).await {
                tracing::error!(error = %format!("{error:#}"), "saved files can't be loaded");
            }
        }
    });
    Some(watcher)
}
