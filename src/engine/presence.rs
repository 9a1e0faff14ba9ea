//! Who is at their desk: a desk that is open tells it again and again, and one that is closed says so.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Engine, PeopleError};
use crate::{
    domain::{AgentId, ShopId},
    store::Duty,
};

/// The desks that are open on this server, counted by person.
#[derive(Default)]
pub(super) struct Desks {
    // A std mutex: it is held for a map look-up, never across an await.
    open: Mutex<HashMap<AgentId, usize>>,
}

impl Desks {
    fn count(&self) -> MutexGuard<'_, HashMap<AgentId, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A desk that is open, as long as this is kept.
pub struct OpenDesk {
    desks: Arc<Desks>,
    agent: AgentId,
}

impl Drop for OpenDesk {
    fn drop(&mut self) {
        let mut open = self.desks.count();
        if let Some(desks) = open.get_mut(&self.agent) {
            *desks = desks.saturating_sub(1);
        }
        open.retain(|_, desks| *desks > 0);
    }
}

impl Engine {
    /// A person opens a desk, and colleagues of these shops see it.
    pub async fn open_desk(&self, agent: &AgentId, shops: &[ShopId]) -> OpenDesk {
        *self.desks.count().entry(agent.clone()).or_default() += 1;
        let desk = OpenDesk { desks: Arc::clone(&self.desks), agent: agent.clone() };
        match self.be_present(agent, None).await {
            Ok(_) => shops.iter().for_each(|shop| self.publish_board(shop)),
            Err(error) => tracing::error!(error = %error, "a person's presence can't be kept"),
        }
        desk
    }

    /// A person's desk is open; with a status, they want new conversations or don't. Returns the status.
    ///
    /// # Errors
    /// The store's.
    pub async fn be_present(&self, agent: &AgentId, duty: Option<Duty>) -> Result<Duty, PeopleError> {
        Ok(self.parts.store.be_present(agent, duty, self.now()).await?)
    }

    /// A desk is closed. When it was the person's last here, they are given nothing new from now on, and colleagues of
    /// these shops see it; a desk of theirs on another server says within seconds that they are there after all.
    pub async fn close_desk(&self, desk: OpenDesk, shops: &[ShopId]) {
        let agent = desk.agent.clone();
        drop(desk);
        if self.desks.count().contains_key(&agent) {
            return;
        }
        match self.parts.store.be_gone(&agent, self.now()).await {
            Ok(()) => shops.iter().for_each(|shop| self.publish_board(shop)),
            Err(error) => tracing::error!(error = %error, "a person's presence can't be kept"),
        }
    }
}
