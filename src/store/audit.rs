//! The audit log: what members of staff did, in order, only ever added to.
//!
//! It holds names, ids and codes. A detail is a short JSON object; secrets and shoppers' words have no place in it.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Agent, Result, Staff};
use crate::domain::{AgentId, ConversationId, ShopId};

/// Something that a member of staff did, to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAudit {
    /// When.
    pub at: Timestamp,
    /// Who; `None` where nobody has the name, as in a failed sign-in.
    pub agent: Option<AgentId>,
    /// The name they had then.
    pub agent_name: String,
    /// In which shop, if in one.
    pub shop: Option<ShopId>,
    /// In which conversation, if in one.
    pub conversation: Option<ConversationId>,
    /// What, as a stable name such as `conversation.take` or `member.disable`.
    pub action: &'static str,
    /// More of it: a short JSON object.
    pub detail: String,
}

impl NewAudit {
    /// Something done by a member of staff outside of any shop, without a detail.
    pub fn by(agent: &Agent, action: &'static str, at: Timestamp) -> Self {
        Self::of(Some(agent.id.clone()), agent.name.clone(), action, at)
    }

    /// The same, where only id and name are at hand.
    pub fn by_staff(staff: &Staff, action: &'static str, at: Timestamp) -> Self {
        Self::of(Some(staff.id.clone()), staff.name.clone(), action, at)
    }

    /// Something done under a name that nobody has.
    pub fn by_nobody(name: &str, action: &'static str, at: Timestamp) -> Self {
        Self::of(None, name.to_owned(), action, at)
    }

    fn of(agent: Option<AgentId>, agent_name: String, action: &'static str, at: Timestamp) -> Self {
        Self { at, agent, agent_name, shop: None, conversation: None, action, detail: "{}".to_owned() }
    }

    /// In a shop.
    #[must_use]
    pub fn in_shop(self, shop: &ShopId) -> Self {
        Self { shop: Some(shop.clone()), ..self }
    }

    /// In a conversation of a shop.
    #[must_use]
    pub fn in_conversation(self, shop: &ShopId, conversation: &ConversationId) -> Self {
        Self { conversation: Some(conversation.clone()), ..self.in_shop(shop) }
    }

    /// With a detail: the text of a JSON object.
    #[must_use]
    pub fn with(self, detail: impl ToString) -> Self {
        Self { detail: detail.to_string(), ..self }
    }
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Its number; later entries have larger ones.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub agent: Option<AgentId>,
    /// The name they had then.
    pub agent_name: String,
    /// In which shop.
    pub shop: Option<ShopId>,
    /// In which conversation.
    pub conversation: Option<ConversationId>,
    /// What.
    pub action: String,
    /// More of it, as the text of a JSON object.
    pub detail: String,
}

/// Which entries are asked for; what is empty or `None` leaves nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// In one of these shops. Entries that belong to no shop are left out then, but for those of `agents`.
    pub shops: Vec<ShopId>,
    /// With `shops`: whose entries outside of any shop are seen too.
    pub agents: Vec<AgentId>,
    /// By one member.
    pub agent: Option<AgentId>,
    /// One action, or with a dot at its end a group of them: `member.`
    pub action: Option<String>,
}

/// The audit log.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Adds an entry.
    async fn record_audit(&self, new: NewAudit) -> Result<()>;

    /// At most `limit` entries with numbers below `before`, the newest first.
    async fn audit(&self, filter: &AuditFilter, before: Option<u64>, limit: usize) -> Result<Vec<Audit>>;
}

impl AuditFilter {
    /// Whether an entry is asked for: what every store means by it.
    pub(super) fn admits(&self, entry: &Audit) -> bool {
        let in_reach = match &entry.shop {
            _ if self.shops.is_empty() => true,
            Some(shop) => self.shops.contains(shop),
            None => entry.agent.as_ref().is_some_and(|agent| self.agents.contains(agent)),
        };
        let action = self.action.as_ref().is_none_or(|wanted| {
            entry.action == *wanted || (wanted.ends_with('.') && entry.action.starts_with(wanted))
        });
        in_reach && action && self.agent.as_ref().is_none_or(|agent| entry.agent.as_ref() == Some(agent))
    }
}
