//! The store in memory: the executable specification of the trait's semantics, for tests and throw-away runs.
//!
//! One mutex around everything makes each use case one transaction. It is a plain mutex, never held across an
//! await. Nothing survives the process.

mod audit;
mod case;
mod conversations;
mod privacy;
mod queue;
mod sign_in;
mod staff;
mod trade;
mod uploads;

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard},
};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Agent, AgentSession, Audit, Carried, Duty, Note, PublishedVersion, Result, Seed, SignInFailures,
    SignInTry, Store, StoreError, Upload, VersionFiles, VersionMark, VersionStore, rules::Record,
};
use crate::domain::{
    AgentId, Change, ChangeOutcome, Content, ConversationId, DialogueState, Erasure, Message, OrderId,
    ShopId, ShopperId, trade::Ticket,
};

/// A store that forgets.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
}

#[derive(Debug, Default)]
struct Tables {
    conversations: HashMap<ConversationId, Kept>,
    outbox: Vec<Requested>,
    agents: Vec<Agent>,
    sessions: Vec<AgentSession>,
    failures: HashMap<String, SignInFailures>,
    audit: Vec<Audit>,
    second_steps: HashMap<AgentId, sign_in::KeptStep>,
    sign_in_tries: HashMap<[u8; 32], SignInTry>,
    versions: HashMap<ShopId, Vec<PublishedVersion>>,
    trade: HashMap<ShopId, Trade>,
    said_once: HashSet<(ShopId, String)>,
    /// Shoppers' words that nobody needs to learn from any more.
    dismissed: HashMap<(ShopId, String), Timestamp>,
    presence: HashMap<AgentId, Presence>,
    /// Notes that name somebody who has not looked: who, where, which.
    mentions: HashSet<(AgentId, ConversationId, u64)>,
    /// Pictures, and whether each was said.
    uploads: Vec<(Upload, bool)>,
    cases: case::Cases,
    key_marks: HashMap<String, String>,
    erasures: Vec<Erasure>,
}

/// Whether new conversations come to a person, when their desk was last heard, and when their last one was closed.
#[derive(Debug)]
struct Presence {
    duty: Duty,
    seen_at: Timestamp,
    left_at: Option<Timestamp>,
}

/// A conversation with everything that belongs to it.
#[derive(Clone, Debug)]
struct Kept {
    record: Record,
    token_hash: [u8; 32],
    token_expires_at: Timestamp,
    state: DialogueState,
    messages: Vec<Said>,
    /// Notes with their client's id.
    notes: Vec<(String, Note)>,
}

/// A message with what only the store needs of it.
#[derive(Clone, Debug)]
struct Said {
    message: Message,
    /// What a shopper sent.
    content: Option<Content>,
    /// Who of the staff said it.
    agent: Option<AgentId>,
}

/// A change in the outbox.
#[derive(Clone, Debug)]
struct Requested {
    conversation: ConversationId,
    change: Change,
    attempts: u32,
    next_at: Timestamp,
    outcome: Option<ChangeOutcome>,
    finished_at: Option<Timestamp>,
    told: bool,
}

/// A shop's own tables.
#[derive(Debug, Default)]
struct Trade {
    seed: Seed,
    /// In the order they were opened.
    tickets: Vec<Ticket>,
    /// In the order they were carried out.
    history: Vec<(Carried, ShopperId, Option<OrderId>)>,
}

impl MemoryStore {
    /// A new empty store, ready to be shared.
    pub fn shared() -> super::SharedStore {
        std::sync::Arc::new(Self::new())
    }

    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().expect("no use case panics while it holds the tables")
    }
}

impl Tables {
    fn kept(&self, id: &ConversationId) -> Result<&Kept> {
        self.conversations.get(id).ok_or(StoreError::NotFound("conversation"))
    }

    fn kept_mut(&mut self, id: &ConversationId) -> Result<&mut Kept> {
        self.conversations.get_mut(id).ok_or(StoreError::NotFound("conversation"))
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn ping(&self) -> Result<()> {
        Ok(())
    }

    async fn mark_key(&self, name: &str, digest: &str) -> Result<bool> {
        let mut tables = self.tables();
        Ok(tables.key_marks.entry(name.to_owned()).or_insert_with(|| digest.to_owned()) == digest)
    }
}

#[async_trait]
impl VersionStore for MemoryStore {
    async fn publish(&self, shop: &ShopId, digest: &str, files: &VersionFiles, at: Timestamp) -> Result<u64> {
        let mut tables = self.tables();
        let versions = tables.versions.entry(shop.clone()).or_default();
        let newest = versions.last().map_or(0, |version| version.number);
        if versions.last().is_some_and(|version| version.digest == digest) {
            return Ok(newest);
        }
        let number = newest + 1;
        versions.push(PublishedVersion { number, digest: digest.to_owned(), files: files.clone(), at });
        Ok(number)
    }

    async fn newest_versions(&self) -> Result<Vec<(ShopId, u64, String)>> {
        let tables = self.tables();
        let newest = tables.versions.iter().filter_map(|(shop, versions)| {
            versions.last().map(|version| (shop.clone(), version.number, version.digest.clone()))
        });
        let mut newest: Vec<_> = newest.collect();
        newest.sort_unstable();
        Ok(newest)
    }

    async fn latest_version(&self, shop: &ShopId) -> Result<Option<PublishedVersion>> {
        self.version_before(shop, u64::MAX).await
    }

    async fn version(&self, shop: &ShopId, number: u64) -> Result<Option<PublishedVersion>> {
        let tables = self.tables();
        let versions = tables.versions.get(shop).map_or(&[][..], Vec::as_slice);
        Ok(versions.iter().find(|version| version.number == number).cloned())
    }

    async fn versions(&self, shop: &ShopId, before: Option<u64>, limit: usize) -> Result<Vec<VersionMark>> {
        let tables = self.tables();
        let versions = tables.versions.get(shop).map_or(&[][..], Vec::as_slice);
        let older =
            versions.iter().rev().filter(|version| before.is_none_or(|before| version.number < before));
        let mark = |PublishedVersion { number, digest, at, .. }: &PublishedVersion| VersionMark {
            number: *number,
            digest: digest.clone(),
            at: *at,
        };
        Ok(older.take(limit).map(mark).collect())
    }

    async fn version_before(&self, shop: &ShopId, number: u64) -> Result<Option<PublishedVersion>> {
        let tables = self.tables();
        let versions = tables.versions.get(shop).map_or(&[][..], Vec::as_slice);
        Ok(versions.iter().rev().find(|version| version.number < number).cloned())
    }
}
