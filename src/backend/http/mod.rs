//! A shop's own system by HTTP, as `src/backend/system.openapi.json` describes it.
//!
//! Nothing that comes back is trusted to be what was asked for: another status, another form, another shopper's order,
//! amounts and times out of bounds all mean that the system gave no answer. Nothing is retried here; reads are asked
//! again by the shopper, changes by the outbox under the same key.

mod bounds;
mod breaker;
mod client;
mod path;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use async_trait::async_trait;
use jiff::Timestamp;

use self::{bounds::Bounded, breaker::Breaker, client::SystemError};
use super::{Backend, BackendError, Result, Systems};
use crate::{
    domain::{
        Change, ChangeOutcome, Currency, OrderId, ProductId, ShopId, ShopperId, TicketId,
        act::ChangeRequest,
        trade::{Order, Product, Shopper, Ticket, WalletCoupon},
    },
    fetch::{
        Builder, Bytes, Full, Method, Request, RequestError, StatusCode,
        header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT},
    },
    wire::{self, WireError, form::Form},
};

pub(super) use client::Client;
pub use client::Limits;

/// The OpenAPI document of what a shop's own system has to answer.
pub const OPENAPI: &str = include_str!("../system.openapi.json");

/// The most orders or tickets of a shopper that are asked for; the newest.
const MOST: usize = 500;
/// A larger body is read on a thread where nobody waits, in bytes.
const LARGE: usize = 64 * 1024;
/// The longest code of a refusal, in bytes.
const LONGEST_CODE: usize = 64;

/// Where a shop's own system is, and what it sells in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSystem {
    /// The address below which everything is, without a slash at its end.
    pub url: String,
    /// The one currency of its amounts.
    pub currency: Currency,
}

/// A shop's own system by HTTP.
pub struct HttpBackend {
    client: Client,
    system: HttpSystem,
    systems: Arc<dyn Systems>,
    breaker: Mutex<Breaker>,
}

impl From<SystemError> for BackendError {
    fn from(error: SystemError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

/// The result of what stays within this module.
type Answer<T> = std::result::Result<T, SystemError>;

impl HttpBackend {
    /// A system with connections of its own, shown the tokens that `systems` has for it.
    pub fn new(system: HttpSystem, systems: Arc<dyn Systems>, limits: Limits) -> Self {
        Self::over(Client::new(limits), system, systems)
    }

    pub(super) fn over(client: Client, system: HttpSystem, systems: Arc<dyn Systems>) -> Self {
        Self { client, system, systems, breaker: Mutex::default() }
    }

    /// Which system it is.
    pub fn system(&self) -> &HttpSystem {
        &self.system
    }

    /// One thing, if there is one: it has to be the one that was asked for.
    async fn one<T: Form + Bounded + Send + 'static>(
        &self,
        shop: &ShopId,
        segments: &[&str],
        asked: impl Fn(&T) -> bool,
    ) -> Answer<Option<T>> {
        // What can't be named in a path does not exist.
        let Some(path) = path::path(segments) else { return Ok(None) };
        let (status, body) = self.get(shop, &path).await?;
        if status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let found = self.read(status, body, wire::decode::<T>).await?;
        found.check(self.system.currency).map_err(SystemError::Bounds)?;
        if asked(&found) {
            Ok(Some(found))
        } else {
            Err(SystemError::Bounds("something else than was asked for"))
        }
    }

    /// A list, of which everything has to belong there. A system without the list is one with a wrong address, so 404 is
    /// no empty list.
    async fn list<T: Form + Bounded + Send + 'static>(
        &self,
        shop: &ShopId,
        (segments, limit): (&[&str], Option<usize>),
        belongs: impl Fn(&T) -> bool,
    ) -> Answer<Vec<T>> {
        let Some(mut path) = path::path(segments) else { return Ok(Vec::new()) };
        if let Some(limit) = limit {
            path.push_str(&format!("?limit={limit}"));
        }
        let (status, body) = self.get(shop, &path).await?;
        let mut found = self.read(status, body, wire::decode_list::<T>).await?;
        found.truncate(limit.unwrap_or(usize::MAX));
        found.iter().try_for_each(|one| one.check(self.system.currency)).map_err(SystemError::Bounds)?;
        if found.iter().all(belongs) {
            Ok(found)
        } else {
            Err(SystemError::Bounds("something of somebody else"))
        }
    }

    /// A read; at once an error while the system is known to be silent.
    async fn get(&self, shop: &ShopId, path: &str) -> Answer<(StatusCode, Bytes)> {
        let request = self.request(shop, Method::GET, path)?.body(Full::default())?;
        if !self.breaker().allows(Instant::now()) {
            return Err(SystemError::Silent);
        }
        let answer = self.client.exchange(request, self.client.limits.read).await;
        match &answer {
            Err(error) if error.is_silence() => self.breaker().was_silent(Instant::now()),
            _ => self.breaker().answered(),
        }
        answer
    }

    /// A change. The breaker has no part in it: nobody waits, and the outbox has pauses of its own.
    async fn change(&self, shop: &ShopId, change: &Change) -> Answer<ChangeOutcome> {
        let request = self
            .request(shop, Method::POST, "/changes")?
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", path::header_value(&change.key))
            .body(Full::from(wire::encode(&change.request)))?;
        let (status, body) = self.client.exchange(request, self.client.limits.change).await?;
        let outcome = self.read(status, body, wire::decode::<ChangeOutcome>).await?;
        if answers(&change.request, &outcome) {
            Ok(outcome)
        } else {
            Err(SystemError::Bounds("an outcome that this change can't have"))
        }
    }

    fn request(&self, shop: &ShopId, method: Method, path: &str) -> Answer<Builder> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.system.url))
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("xiaoer/", env!("CARGO_PKG_VERSION")));
        if let Some(token) = self.systems.bearer(shop).map_err(SystemError::Token)? {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(RequestError::from)?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        Ok(request)
    }

    /// The value in an answer of status 200.
    async fn read<T: Send + 'static>(
        &self,
        status: StatusCode,
        body: Bytes,
        decode: fn(&str) -> std::result::Result<T, WireError>,
    ) -> Answer<T> {
        if status != StatusCode::OK {
            return Err(SystemError::Status(status));
        }
        if body.len() < LARGE {
            return read(&body, decode);
        }
        let reading = tokio::task::spawn_blocking(move || read(&body, decode)).await;
        reading.map_err(|error| SystemError::Broken(Box::new(error)))?
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The cause of a form error may quote what it read, so only its place is kept.
fn read<T>(body: &[u8], decode: fn(&str) -> std::result::Result<T, WireError>) -> Answer<T> {
    let text =
        std::str::from_utf8(body).map_err(|_| SystemError::Form { what: "UTF-8", line: 1, column: 1 })?;
    decode(text).map_err(|error| SystemError::Form {
        what: error.what,
        line: error.source.line(),
        column: error.source.column(),
    })
}

/// Whether a change can have an outcome: a ticket is opened by what asks for one, and everything else is done.
fn answers(request: &ChangeRequest, outcome: &ChangeOutcome) -> bool {
    let asks_for_ticket = matches!(request, ChangeRequest::OpenTicket { .. });
    match outcome {
        ChangeOutcome::Done => !asks_for_ticket,
        ChangeOutcome::TicketOpened(ticket) => asks_for_ticket && path::path(&[ticket.as_str()]).is_some(),
        ChangeOutcome::Refused(code) => {
            let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            (1..=LONGEST_CODE).contains(&code.len()) && code.bytes().all(fine)
        }
    }
}

#[async_trait]
impl Backend for HttpBackend {
    async fn shopper(&self, shop: &ShopId, id: &ShopperId) -> Result<Option<Shopper>> {
        Ok(self.one(shop, &["shoppers", id.as_str()], |shopper: &Shopper| shopper.id == *id).await?)
    }

    async fn orders_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Order>> {
        let list = (&["shoppers", shopper.as_str(), "orders"][..], Some(MOST));
        Ok(self.list(shop, list, |order: &Order| order.shopper == *shopper).await?)
    }

    async fn order(&self, shop: &ShopId, id: &OrderId) -> Result<Option<Order>> {
        Ok(self.one(shop, &["orders", id.as_str()], |order: &Order| order.id == *id).await?)
    }

    async fn order_by_tracking(&self, shop: &ShopId, number: &str) -> Result<Option<Order>> {
        let has = |order: &Order| order.shipments.iter().any(|parcel| parcel.number == number);
        Ok(self.one(shop, &["parcels", number, "order"], has).await?)
    }

    async fn tickets_of(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<Ticket>> {
        let list = (&["shoppers", shopper.as_str(), "tickets"][..], Some(MOST));
        Ok(self.list(shop, list, |ticket: &Ticket| ticket.shopper == *shopper).await?)
    }

    async fn ticket(&self, shop: &ShopId, id: &TicketId) -> Result<Option<Ticket>> {
        Ok(self.one(shop, &["tickets", id.as_str()], |ticket: &Ticket| ticket.id == *id).await?)
    }

    async fn products(&self, shop: &ShopId) -> Result<Vec<Product>> {
        Ok(self.list(shop, (&["products"], None), |_| true).await?)
    }

    async fn product(&self, shop: &ShopId, id: &ProductId) -> Result<Option<Product>> {
        Ok(self.one(shop, &["products", id.as_str()], |product: &Product| product.id == *id).await?)
    }

    async fn wallet(&self, shop: &ShopId, shopper: &ShopperId) -> Result<Vec<WalletCoupon>> {
        Ok(self.list(shop, (&["shoppers", shopper.as_str(), "wallet"], None), |_| true).await?)
    }

    async fn recent_orders(&self, shop: &ShopId, limit: usize) -> Result<Vec<Order>> {
        Ok(self.list(shop, (&["orders"], Some(limit)), |_| true).await?)
    }

    async fn apply(&self, shop: &ShopId, change: &Change, _now: Timestamp) -> Result<ChangeOutcome> {
        Ok(self.change(shop, change).await?)
    }
}
