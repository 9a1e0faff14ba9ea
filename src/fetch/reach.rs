//! Which addresses may be asked. A merchant's editor writes where a shop's system is, and must not reach by it what only
//! this machine or the network around it can: the operator says how far.
//!
//! What counts is the address that is connected to, after its name was looked up: a name that leads elsewhere the second
//! time leads nowhere. Some addresses are asked for nobody, for they hand out the machine's own rights.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
};

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower_service::Service;

/// How far requests may reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Reach {
    /// Addresses of the internet.
    #[default]
    Public,
    /// Also those of private networks.
    Network,
    /// Also this machine's own.
    Machine,
}

/// The address is not within reach.
#[derive(Debug, thiserror::Error)]
#[error("the address is out of reach")]
pub(super) struct OutOfReach;

impl Reach {
    /// Whether an address may be connected to.
    pub(super) fn covers(self, address: IpAddr) -> bool {
        needed(address).is_some_and(|needed| needed <= self)
    }
}

/// The reach that an address takes; `None` for what is asked for nobody: this link's addresses, among them those where
/// clouds hand out a machine's rights, and what is no single machine's.
fn needed(address: IpAddr) -> Option<Reach> {
    match address {
        IpAddr::V4(address) => needed_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(inner) => needed_v4(inner),
            None => needed_v6(address),
        },
    }
}

fn needed_v4(address: Ipv4Addr) -> Option<Reach> {
    /// Where one cloud hands out rights within the range that carriers share.
    const RIGHTS: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);
    match address.octets() {
        [0 | 224..=255, ..] | [169, 254, ..] | [192, 0, 0, _] => None,
        _ if address == RIGHTS => None,
        [127, ..] => Some(Reach::Machine),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] | [198, 18 | 19, ..] => {
            Some(Reach::Network)
        }
        _ => Some(Reach::Public),
    }
}

fn needed_v6(address: Ipv6Addr) -> Option<Reach> {
    /// Where another cloud does, within the range of private networks.
    const RIGHTS: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    match address.segments() {
        _ if address == RIGHTS || address.is_unspecified() => None,
        _ if address.is_loopback() => Some(Reach::Machine),
        // Of this link, of a site, many at once, tunnels.
        [0xfe80..=0xffff, ..] | [0x2001, 0, ..] | [0x64, 0xff9b, 1, ..] => None,
        [0xfc00..=0xfdff, ..] => Some(Reach::Network),
        _ => Some(Reach::Public),
    }
}

/// The IPv4 address that an IPv6 address stands for.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let pair = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(pair(high, low))
        }
        [0x2002, high, low, ..] => Some(pair(high, low)),
        _ => None,
    }
}

/// Looks names up, and leaves out what is out of reach.
#[derive(Clone)]
pub(super) struct Resolver {
    names: GaiResolver,
    reach: Reach,
}

impl Resolver {
    pub(super) fn new(reach: Reach) -> Self {
        Self { names: GaiResolver::new(), reach }
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.names.poll_ready(context)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (found, reach) = (self.names.call(name), self.reach);
        Box::pin(async move {
            let found: Vec<SocketAddr> = found.await?.collect();
            let covered: Vec<SocketAddr> =
                found.iter().copied().filter(|address| reach.covers(address.ip())).collect();
            if covered.is_empty() && !found.is_empty() {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, OutOfReach));
            }
            Ok(covered.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_takes_its_reach_however_it_is_written() {
        use Reach::{Machine, Network, Public};
        for (address, expected) in [
            ("93.184.216.34", Some(Public)),
            ("2606:2800:220:1::1", Some(Public)),
            ("10.0.0.5", Some(Network)),
            ("172.16.0.1", Some(Network)),
            ("172.32.0.1", Some(Public)),
            ("192.168.1.7", Some(Network)),
            ("100.64.0.1", Some(Network)),
            ("fd12::1", Some(Network)),
            ("127.0.0.1", Some(Machine)),
            ("127.8.9.1", Some(Machine)),
            ("::1", Some(Machine)),
            ("::ffff:127.0.0.1", Some(Machine)),
            ("::127.0.0.1", Some(Machine)),
            ("64:ff9b::127.0.0.1", Some(Machine)),
            ("2002:7f00:1::", Some(Machine)),
            ("::ffff:10.0.0.5", Some(Network)),
            ("64:ff9b::93.184.216.34", Some(Public)),
            ("0.0.0.0", None),
            ("0.1.2.3", None),
            ("169.254.169.254", None),
            ("::ffff:169.254.169.254", None),
            ("64:ff9b::a9fe:a9fe", None),
            ("2002:a9fe:a9fe::", None),
            ("100.100.100.200", None),
            ("192.0.0.192", None),
            ("255.255.255.255", None),
            ("224.0.0.1", None),
            ("::", None),
            ("fe80::1", None),
            ("fd00:ec2::254", None),
            ("ff02::1", None),
        ] {
            let parsed = address.parse().expect("an address");
            assert_eq!(needed(parsed), expected, "{address}");
            for reach in [Public, Network, Machine] {
                let covers = expected.is_some_and(|needed| needed <= reach);
                assert_eq!(reach.covers(parsed), covers, "{address} within {reach:?}");
            }
        }
    }
}
