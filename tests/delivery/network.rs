//! A network of its own for one node: two cables lead out of it, one to its shoppers, one to PostgreSQL and NATS. The
//! second can be cut, and then nobody is told: what is sent is swallowed, as by a switch that lost its power.
//!
//! It is made of a network namespace and two pairs of virtual devices, which takes root and iproute2.

use std::{net::Ipv4Addr, process::Command};

/// The network; it is gone when dropped.
pub(crate) struct Network {
    name: String,
    number: u8,
}

impl Network {
    pub(crate) fn new() -> Self {
        let id = std::process::id();
        // Runs beside each other have addresses of their own.
        let number = u8::try_from(id % 250 + 1).expect("a small number");
        let network = Self { name: format!("xiaoer{id}"), number };
        let (name, front, back) = (&network.name, network.device("f"), network.device("b"));
        for command in [
            format!("netns add {name}"),
            format!("-n {name} link set lo up"),
            format!("link add {front} type veth peer name front netns {name}"),
            format!("link add {back} type veth peer name back netns {name}"),
            format!("addr add {}/30 dev {front}", network.address(1)),
            format!("addr add {}/30 dev {back}", network.address(5)),
            format!("-n {name} addr add {}/30 dev front", network.address(2)),
            format!("-n {name} addr add {}/30 dev back", network.address(6)),
            format!("link set {front} up"),
            format!("link set {back} up"),
            format!("-n {name} link set front up"),
            format!("-n {name} link set back up"),
            // The engines are reached over the second cable alone, and stay where they are for everybody else.
            format!("addr add {}/32 dev lo", network.engines()),
            format!("-n {name} route add {}/32 via {}", network.engines(), network.address(5)),
            // Without this, answers to a node that is cut off would look for another way.
            format!("route add blackhole {}/30 metric 4000", network.address(4)),
        ] {
            ip(&command).unwrap_or_else(|why| {
                panic!("ip {command}: {why}: a network of its own takes root and iproute2, see tests/run")
            });
        }
        network
    }

    fn device(&self, which: &str) -> String {
        format!("xr{which}{}", std::process::id())
    }

    fn address(&self, last: u8) -> Ipv4Addr {
        Ipv4Addr::new(10, 213, self.number, last)
    }

    /// Where PostgreSQL and NATS have to listen.
    pub(crate) fn engines(&self) -> Ipv4Addr {
        self.address(9)
    }

    /// Where the node has to listen.
    pub(crate) fn node(&self) -> Ipv4Addr {
        self.address(2)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Cuts the cable to PostgreSQL and NATS.
    pub(crate) fn cut(&self) {
        ip(&format!("link set {} down", self.device("b"))).expect("the cable can be cut");
    }

    pub(crate) fn mend(&self) {
        ip(&format!("link set {} up", self.device("b"))).expect("the cable can be mended");
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // The devices go with the namespace, or with their other end.
        for command in [
            format!("link del {}", self.device("f")),
            format!("link del {}", self.device("b")),
            format!("netns del {}", self.name),
            format!("addr del {}/32 dev lo", self.engines()),
            format!("route del blackhole {}/30 metric 4000", self.address(4)),
        ] {
            let _ = ip(&command);
        }
    }
}

fn ip(arguments: &str) -> Result<(), String> {
    let ran = Command::new("ip").args(arguments.split(' ')).output().map_err(|error| error.to_string())?;
    if ran.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&ran.stderr).trim().to_owned()) }
}
