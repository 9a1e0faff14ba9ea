//! What happens to nodes, and to what they share, while the shoppers get on: they die, are restarted, or are cut off.

use std::{net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::{
    engines::Engines,
    fate::Fate,
    http,
    network::Network,
    process::{Home, Process},
    proxy::Proxy,
    run::{Plan, Unrest},
};

/// Nothing may stand still for longer.
const MOVES_WITHIN: Duration = Duration::from_secs(60);
/// A node that is cut off says so within this, and that it is back.
const TOLD_WITHIN: Duration = Duration::from_secs(10);
const BACK_WITHIN: Duration = Duration::from_secs(30);

/// Nodes, and what happens to them.
pub(crate) struct Chaos<'a> {
    pub(crate) plan: Plan,
    pub(crate) homes: &'a [Home],
    pub(crate) proxy: &'a Proxy,
    pub(crate) processes: Vec<Option<Process>>,
    pub(crate) starts: Vec<Duration>,
    pub(crate) engines: Option<Engines>,
    /// Where the first node lives, if it is to be cut off.
    pub(crate) network: Option<Network>,
}

impl Chaos<'_> {
    /// Lets it happen, spread over everything that is said.
    pub(crate) async fn run(&mut self, planned: u64) {
        match self.plan.unrest {
            Unrest::Kills(kills) => self.kill_all(planned, kills).await,
            Unrest::Restarts(rounds) => self.restart_all(planned, rounds).await,
            Unrest::CutOff(times) => self.cut_off(planned, times).await,
        }
    }

    async fn kill_all(&mut self, planned: u64, kills: u64) {
        let mut fate = Fate::new(self.plan.seed, "kills");
        let counts = &self.homes[0].ledger().counts;
        while counts.kills.get() < kills {
            // Each at a point of its own.
            let step = planned / (kills + 1);
            let at = step * (counts.kills.get() + 1) - fate.below(step.max(2) / 2);
            let more = fate.below(40);
            self.moves(|| at <= counts.says.get()).await;
            let frames = self.proxy.delivered() + more;
            self.within(Duration::from_millis(400), || frames <= self.proxy.delivered()).await;
            let node = usize::try_from(fate.below(self.homes.len() as u64)).expect("a node's number");
            self.kill(node, kills, &mut fate).await;
            self.kill_engine(&mut fate).await;
        }
    }

    /// A node dies and comes back, sometimes to die at once.
    async fn kill(&mut self, node: usize, kills: u64, fate: &mut Fate) {
        let counts = &self.homes[node].ledger().counts;
        self.proxy.lead_to(node, None);
        drop(self.processes[node].take());
        counts.kills.one();
        if fate.percent(15) && counts.kills.get() < kills {
            let starting = self.homes[node].start();
            sleep(Duration::from_millis(fate.below(600))).await;
            starting.kill();
            counts.kills.one();
            counts.kills_while_starting.one();
        }
        self.start(node).await;
    }

    async fn start(&mut self, node: usize) {
        let (process, server, took) = self.homes[node].start().ready().await;
        self.processes[node] = Some(process);
        self.starts.push(took);
        self.proxy.lead_to(node, Some(server));
    }

    /// After every other kill one of the engines dies and comes back: NATS, then PostgreSQL, in turn.
    async fn kill_engine(&mut self, fate: &mut Fate) {
        let counts = &self.homes[0].ledger().counts;
        let Some(engines) = &mut self.engines else { return };
        if counts.kills.get() % 2 == 1 {
            return;
        }
        let engine = if counts.engine_deaths.get().is_multiple_of(2) {
            &mut engines.nats
        } else {
            &mut engines.postgres
        };
        engine.crash();
        counts.engine_deaths.one();
        sleep(Duration::from_millis(fate.below(1_000))).await;
        engine.start();
    }

    /// Each node in turn leaves as its supervisor has it leave, and comes back.
    async fn restart_all(&mut self, planned: u64, rounds: u64) {
        let ledger = self.homes[0].ledger();
        let all = rounds * self.homes.len() as u64;
        for number in 0..all {
            let at = planned * (number + 1) / (all + 1);
            self.moves(|| at <= ledger.counts.says.get()).await;
            let node = usize::try_from(number).expect("a few") % self.homes.len();
            self.proxy.lead_to(node, None);
            let process = self.processes[node].take().expect("it ran until now");
            match process.stop().await {
                Some(status) if status.success() => {}
                other => ledger.find(format!("node {node} was asked to stop and ended with {other:?}")),
            }
            ledger.counts.restarts.one();
            self.start(node).await;
        }
    }

    /// The first node loses PostgreSQL and NATS for a while; it says so, and comes back by itself.
    async fn cut_off(&mut self, planned: u64, times: u64) {
        let mut fate = Fate::new(self.plan.seed, "cut off");
        let ledger = self.homes[0].ledger();
        let node = self.proxy.node(0).expect("the first node serves");
        for number in 0..times {
            let at = planned * (number + 1) / (times + 2);
            self.moves(|| at <= ledger.counts.says.get()).await;
            let lasts = Instant::now() + Duration::from_millis(fate.between(12_000, 20_000));
            let network = self.network.as_ref().expect("a network of its own");
            network.cut();
            ledger.counts.cut_offs.one();
            if !becomes(node, 503, TOLD_WITHIN).await {
                ledger.find("a node that was cut off says that it is ready".to_owned());
            }
            // As a balancer does with a node that is not ready.
            self.proxy.lead_to(0, None);
            let open = self.proxy.open_at(node);
            tokio::time::sleep_until(lasts).await;
            ledger.counts.moved.add(open.saturating_sub(self.proxy.open_at(node)));
            network.mend();
            if !becomes(node, 200, BACK_WITHIN).await {
                ledger.find("a node that is no longer cut off does not come back".to_owned());
            }
            self.proxy.lead_to(0, Some(node));
        }
    }

    /// Waits until something is so, as long as anything is said at all.
    async fn moves(&self, is_so: impl Fn() -> bool) {
        let says = &self.homes[0].ledger().counts.says;
        let (mut last, mut at) = (says.get(), Instant::now());
        while !is_so() && at.elapsed() < MOVES_WITHIN {
            if last != says.get() {
                (last, at) = (says.get(), Instant::now());
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    async fn within(&self, limit: Duration, is_so: impl Fn() -> bool) {
        let until = Instant::now() + limit;
        while !is_so() && Instant::now() < until {
            sleep(Duration::from_millis(2)).await;
        }
    }
}

/// Waits until `/readyz` of a node answers so. What it says of its store has to fit.
async fn becomes(node: SocketAddr, status: u16, limit: Duration) -> bool {
    let until = Instant::now() + limit;
    while Instant::now() < until {
        if let Ok(answer) = http::request(node, "GET", "/readyz", "", "").await
            && answer.status == status
        {
            let said: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            return said["store"] == (status == 200);
        }
        sleep(Duration::from_millis(100)).await;
    }
    false
}
