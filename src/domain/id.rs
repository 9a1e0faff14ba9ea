//! Identifiers as distinct types, so that an order can't be passed where a product is meant.

use std::{fmt, sync::Arc};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as written on the wire, in files and in rows.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(value: &str) -> Self {
                Self(value.into())
            }
        }

        impl From<String> for $name {
            fn from(value: String) -> Self {
                Self(value.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), &self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )+};
}

ids! {
    /// A shop, as named by its folder under `intents/shops/`.
    ShopId,
    /// One conversation between a shopper and a shop; random, unguessable.
    ConversationId,
    /// A shopper as the shop's own system knows them (`sub` of the shopper token).
    ShopperId,
    /// A member of staff.
    AgentId,
    /// A product of one shop's catalog.
    ProductId,
    /// One buyable form of a product (a colour and a size, say).
    VariantId,
    /// An order of one shop.
    OrderId,
    /// A line within an order.
    LineId,
    /// A return, refund, exchange or repair case.
    TicketId,
    /// A picture that was uploaded in a conversation; random, unguessable.
    UploadId,
    /// An intent of the taxonomy or one a shop added.
    IntentId,
    /// A frequently asked question and its answer.
    FaqId,
    /// A promotion of one shop.
    PromotionId,
}

impl UploadId {
    /// Where those who may see the picture read it, below the server's own address.
    pub fn address(&self) -> String {
        format!("/api/v1/uploads/{self}")
    }
}
