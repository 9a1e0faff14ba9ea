//! The bus between nodes, over NATS.
//!
//! Every node listens to one subject and passes on what its own listeners want. NATS keeps nothing, as the bus promises
//! nothing: after a break, or when a node could not keep up, every listener is told that events were lost and reads the
//! store. While NATS is away they are told so again and again, so that nobody waits for it.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_nats::{Client, ConnectError, ConnectErrorKind as Refused, ConnectOptions, Event as Connection};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::{Bus, Event, LocalBus, Subscription, Topic, form};

/// What all nodes of an installation speak on.
const SUBJECT: &str = "xiaoer.events";
/// Events that wait for NATS, at most; more are lost, and everybody is told so.
const OUTBOX: usize = 8192;
/// How often listeners look into the store while NATS is away.
const AWAY: Duration = Duration::from_secs(2);
/// How often the server is asked whether it is there. When three in a row are not answered, the line is given up and
/// made anew: a network that swallows everything tells nobody.
const ASKED_EVERY: Duration = Duration::from_secs(3);
/// How long the first connection may take before the node goes on without it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A bus that other nodes hear.
pub struct NatsBus {
    local: Arc<LocalBus>,
    outbox: mpsc::Sender<Vec<u8>>,
    /// Something was lost on its way out: the other nodes have to be told.
    lost: Arc<AtomicBool>,
    connected: Arc<AtomicBool>,
}

/// An address that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("the bus can't be used")]
pub struct BusError(#[from] Box<dyn std::error::Error + Send + Sync>);

/// An address, and the certificates that stand behind its question mark under the names that PostgreSQL has for them.
#[derive(Clone, Default)]
struct Address {
    servers: String,
    root: Option<PathBuf>,
    client: Option<(PathBuf, PathBuf)>,
}

impl Address {
    fn parse(url: &str) -> Result<Self, BusError> {
        let (servers, options) = url.split_once('?').unwrap_or((url, ""));
        let mut address = Self { servers: servers.to_owned(), ..Self::default() };
        let (mut certificate, mut key) = (None, None);
        for (name, value) in url::form_urlencoded::parse(options.as_bytes()) {
            let file = match name.as_ref() {
                "sslrootcert" => &mut address.root,
                "sslcert" => &mut certificate,
                "sslkey" => &mut key,
                _ => return Err(format!("{name} is none of sslrootcert, sslcert and sslkey").into()),
            };
            let path = PathBuf::from(value.as_ref());
            std::fs::metadata(&path).map_err(|error| format!("{name}: {}: {error}", path.display()))?;
            *file = Some(path);
        }
        address.client = match (certificate, key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            _ => return Err("sslcert and sslkey come together".into()),
        };
        Ok(address)
    }
}

impl From<&str> for BusError {
    fn from(words: &str) -> Self {
        Self(words.into())
    }
}

impl From<String> for BusError {
    fn from(words: String) -> Self {
        Self(words.into())
    }
}

/// What goes over the wire.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Envelope {
    /// An event and who it is for.
    Event(#[serde(with = "form")] (Topic, Event)),
    /// A node lost some: whoever listens has to look.
    Lost,
}

impl NatsBus {
    /// Connects to an address such as `nats://user:password@host:4222`, or `tls://host:4222?sslrootcert=ca.pem` for a
    /// server whose certificate a CA of one's own has signed. A server that does not answer yet is waited for in the
    /// background.
    ///
    /// # Errors
    /// An address that can't be read, a server that refuses this client, or one whose certificate is not to be trusted.
    pub async fn connect(url: &str) -> Result<Self, BusError> {
        let local = Arc::new(LocalBus::default());
        let connected = Arc::new(AtomicBool::new(false));
        let address = Address::parse(url)?;
        let options = || options(&address, &local, &connected);
        // What waiting does not mend is told at once.
        let (client, answers) = match options().connect(&address.servers).await {
            Ok(client) => (client, true),
            Err(error) if is_refusal(&error) => return Err(error.to_string().into()),
            Err(_) => {
                let waiting = options().retry_on_initial_connect().connect(&address.servers).await;
                (waiting.map_err(|error| BusError(Box::new(error)))?, false)
            }
        };
        let subscriber = client.subscribe(SUBJECT).await.map_err(|error| BusError(Box::new(error)))?;
        let (outbox, waiting) = mpsc::channel(OUTBOX);
        let lost = Arc::new(AtomicBool::new(false));
        tokio::spawn(listen(Arc::clone(&local), subscriber));
        tokio::spawn(send(client.clone(), waiting, Arc::clone(&lost)));
        tokio::spawn(look_while_away(Arc::clone(&local), Arc::clone(&connected)));
        if !answers || tokio::time::timeout(PATIENCE, client.flush()).await.is_err() {
            tracing::warn!(
                "the bus does not answer yet: this node goes on and hears of the others by the store"
            );
        }
        Ok(Self { local, outbox, lost, connected })
    }
}

impl Bus for NatsBus {
    fn publish(&self, topic: &Topic, event: Event) {
        let envelope = Envelope::Event((topic.clone(), event.clone()));
        self.local.publish(topic, event);
        let bytes = serde_json::to_vec(&envelope).expect("forms have string keys, so they always serialise");
        if self.outbox.try_send(bytes).is_err() {
            metrics::counter!("xiaoer_bus_lost_total").increment(1);
            self.lost.store(true, Ordering::Release);
        }
    }

    fn subscribe(&self, topic: &Topic) -> Subscription {
        self.local.subscribe(topic)
    }

    fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Acquire)
    }
}

fn options(address: &Address, local: &Arc<LocalBus>, connected: &Arc<AtomicBool>) -> ConnectOptions {
    let (heard, now) = (Arc::clone(local), Arc::clone(connected));
    let mut options = ConnectOptions::new()
        .name("xiaoer")
        // One's own events are told at once, within the process.
        .no_echo()
        .ping_interval(ASKED_EVERY)
        .subscription_capacity(OUTBOX * 4)
        .event_callback(move |event| {
            on_connection(&heard, &now, &event);
            std::future::ready(())
        });
    if let Some(root) = &address.root {
        options = options.add_root_certificates(root.clone());
    }
    if let Some((certificate, key)) = &address.client {
        options = options.add_client_certificate(certificate.clone(), key.clone());
    }
    options
}

/// Whether the server, or this end, does not want the other: neither changes by itself. A bad certificate is told as data
/// that is not valid.
fn is_refusal(error: &ConnectError) -> bool {
    use std::io::ErrorKind::InvalidData;
    let told = std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>());
    match error.kind() {
        Refused::ServerParse | Refused::Authentication | Refused::AuthorizationViolation | Refused::Tls => {
            true
        }
        _ => told.is_some_and(|told| told.kind() == InvalidData),
    }
}

fn on_connection(local: &LocalBus, connected: &AtomicBool, event: &Connection) {
    match event {
        Connection::Connected => {
            connected.store(true, Ordering::Release);
            tracing::info!("the bus is connected");
            local.lose();
        }
        Connection::Disconnected => {
            connected.store(false, Ordering::Release);
            tracing::warn!("the bus is away: listeners look into the store");
        }
        Connection::SlowConsumer(_) => {
            metrics::counter!("xiaoer_bus_lost_total").increment(1);
            local.lose();
        }
        other => tracing::warn!(event = %other, "the bus tells"),
    }
}

async fn listen(local: Arc<LocalBus>, mut subscriber: async_nats::Subscriber) {
    while let Some(message) = subscriber.next().await {
        match serde_json::from_slice(&message.payload) {
            Ok(Envelope::Event((topic, event))) => local.publish(&topic, event),
            Ok(Envelope::Lost) => local.lose(),
            // A node of another version may say what this one doesn't know.
            Err(_) => {
                metrics::counter!("xiaoer_bus_lost_total").increment(1);
                local.lose();
            }
        }
    }
}

/// Sends what was published, in order.
async fn send(client: Client, mut waiting: mpsc::Receiver<Vec<u8>>, lost: Arc<AtomicBool>) {
    while let Some(bytes) = waiting.recv().await {
        if client.publish(SUBJECT, bytes.into()).await.is_err() {
            lost.store(true, Ordering::Release);
        }
        if lost.swap(false, Ordering::AcqRel) {
            let notice = serde_json::to_vec(&Envelope::Lost).expect("a word serialises");
            if client.publish(SUBJECT, notice.into()).await.is_err() {
                lost.store(true, Ordering::Release);
            }
        }
    }
}

/// Without the bus nobody hears of what other nodes store: listeners look, until it is back. Ends with the bus.
async fn look_while_away(local: Arc<LocalBus>, connected: Arc<AtomicBool>) {
    while Arc::strong_count(&local) > 1 {
        tokio::time::sleep(AWAY).await;
        if !connected.load(Ordering::Acquire) {
            local.lose();
        }
    }
}
