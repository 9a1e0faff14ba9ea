//! Who comes in, and how long they may take: connections, requests and new conversations of an address are counted, heads
//! and bodies have to arrive in time. None of it asks who somebody is; that is decided behind the doors.
//!
//! Numbers are generous, for many people share an address: they stop a flood and no crowd.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use super::{
    ServerState,
    error::ApiError,
    limits::{Paces, Rate},
};
use crate::domain::ShopId;

/// Where new conversations begin.
const CHAT: &str = "/ws/chat";
/// Addresses of IPv6 that differ behind this many bits are one household's or one machine's.
const A_NETWORK: u32 = 64;

/// What one address may do.
#[derive(Clone, Copy, Debug)]
pub struct PerAddress {
    /// Connections open at once. Behind a proxy all connections are the proxy's, which has to see to this itself.
    pub connections: usize,
    /// Requests of any kind.
    pub requests: Rate,
    /// Conversations begun or gone on with: connections of the chat.
    pub chats: Rate,
}

/// How far the doors stand open.
#[derive(Clone, Debug)]
pub struct Doors {
    /// Whether a proxy stands before the server and tells in the last entry of `X-Forwarded-For` who asks. Without one
    /// anybody could write the header.
    pub behind_proxy: bool,
    /// What an address may do; `None` counts nothing.
    pub per_address: Option<PerAddress>,
    /// Connections of the chat that one shop's shoppers may open, wherever they come from.
    pub per_shop: Rate,
    /// Whether this machine's own addresses are counted as well: what watches over the server and a proxy without
    /// [`Doors::behind_proxy`] come from there.
    pub counts_loopback: bool,
    /// A request's head has to arrive within this, and the next request of a connection has to begin.
    pub head_within: Duration,
    /// A request's body has to arrive within this, as a whole.
    pub body_within: Duration,
}

impl Default for Doors {
    /// 512 connections, 100 requests a second (1,000 at once) and 5 connections of the chat a second (300 at once) of an
    /// address; 200 connections of the chat a second (10,000 at once) of a shop; 20 seconds for a head, 75 for a body.
    fn default() -> Self {
        Self {
            behind_proxy: false,
            per_address: Some(PerAddress {
                connections: 512,
                requests: Rate::new(100, 1_000),
                chats: Rate::new(5, 300),
            }),
            per_shop: Rate::new(200, 10_000),
            counts_loopback: false,
            head_within: Duration::from_secs(20),
            body_within: Duration::from_secs(75),
        }
    }
}

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// The doors and what passed through them lately.
pub(super) struct Gate {
    pub(super) doors: Doors,
    requests: Option<Paces<IpAddr>>,
    chats: Option<Paces<IpAddr>>,
    shops: Paces<ShopId>,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection's place among those of its address, until it is dropped.
pub(super) struct Place {
    gate: Arc<Gate>,
    counted: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(address) = self.counted else { return };
        let mut open = self.gate.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&address);
            }
        }
    }
}

impl Gate {
    pub(super) fn new(doors: Doors) -> Self {
        let per_address = doors.per_address;
        Self {
            requests: per_address.map(|most| Paces::of(most.requests)),
            chats: per_address.map(|most| Paces::of(most.chats)),
            shops: Paces::of(doors.per_shop),
            open: Mutex::default(),
            doors,
        }
    }

    /// A place for a connection; `None` when its address has too many open.
    pub(super) fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let address = network(peer);
        let most = self.doors.per_address.filter(|_| !self.doors.behind_proxy && self.counts(address));
        let Some(most) = most else { return Some(Place { gate: Arc::clone(self), counted: None }) };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if most.connections <= *count {
            return None;
        }
        *count += 1;
        drop(open);
        Some(Place { gate: Arc::clone(self), counted: Some(address) })
    }

    fn counts(&self, address: IpAddr) -> bool {
        self.doors.counts_loopback || !address.is_loopback()
    }

    /// Counts a request; how long to wait when there were too many. `shop` is whose chat it opens, if it opens one.
    fn check(&self, address: IpAddr, shop: Option<&ShopId>) -> Result<(), Duration> {
        if !self.counts(address) {
            return Ok(());
        }
        self.requests.as_ref().map_or(Ok(()), |paces| paces.check(&address))?;
        let Some(shop) = shop else { return Ok(()) };
        self.chats.as_ref().map_or(Ok(()), |paces| paces.check(&address))?;
        self.shops.check(shop)
    }

    /// Who asks: the other end of the connection, or whom the proxy names.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let told = self.doors.behind_proxy.then(|| forwarded_for(headers)).flatten();
        network(told.unwrap_or(peer))
    }
}

/// The last address of the last `X-Forwarded-For`: the one that our proxy has written. All before may be made up.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    let last = last.rsplit(',').next()?.trim();
    last.parse().ok().or_else(|| last.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
}

/// What is counted as one address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) if !six.is_loopback() => {
            Ipv6Addr::from_bits(six.to_bits() & (u128::MAX << (128 - A_NETWORK))).into()
        }
        other => other,
    }
}

/// Lets a request in, unless its address asks too often; its body has to come in time.
pub(super) async fn watch(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let gate = &state.gate;
    if let Some(Peer(peer)) = request.extensions().get() {
        let shop = (request.uri().path() == CHAT).then(|| shop_of(&state, request.uri().query())).flatten();
        if let Err(wait) = gate.check(gate.client(*peer, request.headers()), shop.as_ref()) {
            metrics::counter!("xiaoer_turned_away_total", "of" => "requests").increment(1);
            return ApiError::TooFast(milliseconds(wait)).into_response();
        }
    }
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let late = Arc::new(AtomicBool::new(false));
    let (head, body) = request.into_parts();
    let body = in_time(body, Instant::now() + gate.doors.body_within, Arc::clone(&late));
    let response = next.run(Request::from_parts(head, body)).await;
    if late.load(Ordering::Relaxed) {
        let words = "the body took too long to arrive".to_owned();
        return ApiError::Said(StatusCode::REQUEST_TIMEOUT, "too_slow", words).into_response();
    }
    response
}

/// The shop that a chat is opened with, if there is such a shop.
fn shop_of(state: &ServerState, query: Option<&str>) -> Option<ShopId> {
    let id = url::form_urlencoded::parse(query?.as_bytes()).find(|(name, _)| name == "shop")?.1;
    let shop = ShopId::from(id.into_owned());
    state.engine.parts().shops.assistant(&shop).is_ok().then_some(shop)
}

/// A body that breaks off at the deadline, and says so.
fn in_time(body: Body, deadline: Instant, late: Arc<AtomicBool>) -> Body {
    let chunks = stream::unfold(Some(body.into_data_stream()), move |chunks| {
        let late = Arc::clone(&late);
        async move {
            let mut chunks = chunks?;
            match timeout_at(deadline, chunks.next()).await {
                Ok(Some(chunk)) => Some((chunk, Some(chunks))),
                Ok(None) => None,
                Err(elapsed) => {
                    late.store(true, Ordering::Relaxed);
                    Some((Err(axum::Error::new(elapsed)), None))
                }
            }
        }
    });
    Body::from_stream(chunks)
}

fn milliseconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        let lines = lines.iter().map(|line| HeaderValue::from_static(line));
        lines.map(|line| (axum::http::HeaderName::from_static("x-forwarded-for"), line)).collect()
    }

    fn gate(behind_proxy: bool) -> Arc<Gate> {
        let most = PerAddress { connections: 2, requests: Rate::new(1, 3), chats: Rate::new(1, 2) };
        Arc::new(Gate::new(Doors { behind_proxy, per_address: Some(most), ..Doors::default() }))
    }

    #[test]
    fn a_header_counts_behind_a_proxy_alone_and_only_what_the_proxy_wrote() {
        let peer: IpAddr = "192.0.2.1".parse().expect("an address");
        for (lines, expected) in [
            (&["203.0.113.9"][..], "203.0.113.9"),
            (&["10.0.0.1, 203.0.113.9"], "203.0.113.9"),
            (&["10.0.0.1", "127.0.0.1, 203.0.113.9"], "203.0.113.9"),
            (&["203.0.113.9:4711"], "203.0.113.9"),
            (&["[2001:db8:1:2:3::4]:4711"], "2001:db8:1:2::"),
            (&["2001:db8:1:2:ffff::4"], "2001:db8:1:2::"),
            (&["::ffff:203.0.113.9"], "203.0.113.9"),
            (&["unknown"], "192.0.2.1"),
            (&["203.0.113.9,"], "192.0.2.1"),
            (&[], "192.0.2.1"),
        ] {
            let expected: IpAddr = expected.parse().expect("an address");
            assert_eq!(gate(true).client(peer, &headers(lines)), expected, "{lines:?}");
            assert_eq!(gate(false).client(peer, &headers(lines)), peer, "{lines:?} without a proxy");
        }
    }

    #[test]
    fn each_address_has_its_own_numbers_and_this_machine_none() {
        let gate = gate(false);
        let [one, other, here] =
            ["203.0.113.9", "203.0.113.10", "127.0.0.1"].map(|a| a.parse().expect("an address"));
        let shop = ShopId::from("demo");
        let chats = |address| (0..9).filter(|_| gate.check(address, Some(&shop)).is_ok()).count();
        assert_eq!((chats(one), chats(other), chats(here)), (2, 2, 9));
        assert!(gate.check(other, None).is_err(), "chats are requests as well");
        let wait = gate.check(one, None).expect_err("it asked too often");
        assert!(wait <= Duration::from_secs(1), "{wait:?}");

        let places = [gate.enter(one), gate.enter(one), gate.enter(other)];
        assert!(places.iter().all(Option::is_some));
        assert!(gate.enter(one).is_none() && gate.enter(here).is_some());
        drop(places);
        assert!(gate.enter(one).is_some());
        assert!(gate.open.lock().expect("nobody panicked").is_empty(), "nothing is kept of those who left");
    }

    #[test]
    fn a_shop_is_not_flooded_from_many_addresses() {
        let doors = Doors { per_shop: Rate::new(1, 5), ..Doors::default() };
        let gate = Gate::new(doors);
        let from = |last| IpAddr::from([203, 0, 113, last]);
        let [demo, tea] = ["demo", "tea"].map(ShopId::from);
        assert_eq!((0..20).filter(|last| gate.check(from(*last), Some(&demo)).is_ok()).count(), 5);
        assert!(gate.check(from(1), Some(&tea)).is_ok(), "another shop has its own");
    }

    #[tokio::test]
    async fn a_body_that_stops_coming_breaks_off_at_the_deadline() {
        let drops = stream::iter(["x", "y"].map(Ok::<_, std::io::Error>)).chain(stream::pending());
        let late = Arc::new(AtomicBool::new(false));
        let deadline = Instant::now() + Duration::from_millis(50);
        let body = in_time(Body::from_stream(drops), deadline, Arc::clone(&late));
        let came: Vec<bool> = body.into_data_stream().map(|chunk| chunk.is_ok()).collect().await;
        assert_eq!((came, late.load(Ordering::Relaxed)), (vec![true, true, false], true));
        assert!(deadline <= Instant::now());
    }
}
