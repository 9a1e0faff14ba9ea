//! What is left of somebody who was erased: enough to erase them again when an older backup brings them back, and
//! nothing that says who they were.

use jiff::Timestamp;

use super::{ConversationId, ShopId, ShopperId};

/// Whose data it is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DataSubject {
    /// A shopper whom the shop knows: all their conversations, and what the built-in tables keep.
    Shopper(ShopperId),
    /// Whoever had one conversation: that conversation alone.
    Conversation(ConversationId),
}

/// An erasure that was made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Erasure {
    /// In which shop.
    pub shop: ShopId,
    /// Who, as a name by which nobody without the key finds out.
    pub who: String,
    /// Which key made the name.
    pub key: String,
    /// When. It concerns what was there then.
    pub at: Timestamp,
}
