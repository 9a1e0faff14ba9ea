//! A shop's own systems: who its shoppers are, what they ordered, where parcels are, what is in stock, and the
//! changes it lets the assistant make.
//!
//! Reading is by shop and id; whether a shopper may see what is read is the caller's to decide, who knows who is
//! signed in. Nothing here talks to shoppers.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::{
    Change, ChangeOutcome, OrderId, ProductId, ShopId, ShopperId, TicketId,
    trade::{Order, Product, Shopper, Ticket, WalletCoupon},
};

mod builtin;
mod http;
mod routing;

pub use builtin::BuiltinBackend;
pub use http::{HttpBackend, HttpSystem, Limits, OPENAPI};
pub use routing::{RoutingBackend, ShopSystem, Systems};

/// Why a shop's system gave no answer. Trying again later may help.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// It can't be reached, or failed.
    #[error("the shop's system does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl BackendError {
    /// The error with its causes, in one line for the operator's log. None of them names a secret or a shopper.
    pub fn with_causes(&self) -> String {
        let mut told = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            told.push_str(": ");
            told.push_str(&error.to_string());
            cause = error.source();
        }
        told
    }
}

/// The result of every method.
pub type Result<T> = std::result::Result<T, BackendError>;

/// What Xiaoer asks of a shop's systems. What isn't there is `None` or an empty list, never an error.
#[async_trait]
pub trait Backend: Send + Sync {
    /// A shopper.
    async fn shopper(&self, shop: &ShopId, id: &ShopperId) -> Result<Option<Shopper>>;

    /// A shopper's orders, newest first.
    async fn orders_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Order>>;

    /// An order, whosever it is.
    async fn order(&self, shop: &ShopId, id: &OrderId) -> Result<Option<Order>>;

    /// The order that a parcel belongs to, whosever it is.
    async fn order_by_tracking(&self, shop: &ShopId, number: &str) -> Result<Option<Order>>;

    /// A shopper's tickets, newest first.
    async fn tickets_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Ticket>>;

    /// A ticket, whosever it is.
    async fn ticket(&self, shop: &ShopId, id: &TicketId) -> Result<Option<Ticket>>;

    /// Every product with its price and stock as they are now.
    async fn products(&self, shop: &ShopId) -> Result<Vec<Product>>;

    /// A product with its price and stock as they are now.
    async fn product(&self, shop: &ShopId, id: &ProductId) -> Result<Option<Product>>;

    /// The coupons that a shopper has or had, in the order of their claims.
    async fn wallet(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<WalletCoupon>>;

    /// The shop's last orders, whosever they are, newest first; for what is popular and what goes together.
    async fn recent_orders(&self, shop: &ShopId, limit: usize) -> Result<Vec<Order>>;

    /// Carries out a change. The same key has the same effect once; repeating it gives the same outcome. "No" is
    /// an outcome ([`ChangeOutcome::Refused`]); an error means that nobody knows yet, and asks for a retry.
    async fn apply(&self, shop: &ShopId, change: &Change, now: Timestamp) -> Result<ChangeOutcome>;
}
