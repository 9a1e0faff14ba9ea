//! The proof of delivery: hundreds of shoppers and several people of the shop talk through a proxy that cuts, delays,
//! repeats and holds back frames, while the server, a process of its own, is killed and started again and again. In
//! the end nothing may be lost, doubled, out of order or left unanswered.
//!
//! Every decision comes from a seeded generator of its own, so a seed brings the same decisions back, whatever the
//! machine's timing: `XIAOER_DELIVERY_SEED=7 cargo test --release --test delivery`.

mod agent;
mod chaos;
mod client;
mod counts;
mod engines;
mod fate;
mod files;
mod http;
mod judge;
mod ledger;
mod network;
mod plain;
mod process;
mod proxy;
mod run;
mod schema;
mod shared;
mod shopper;
#[path = "../it/small_tree.rs"]
mod small_tree;
mod tls;

use run::{Plan, Unrest, run};

/// The seed of a run: the environment's, else always the same one.
fn seed() -> u64 {
    std::env::var("XIAOER_DELIVERY_SEED").map_or(1, |seed| seed.parse().expect("the seed is a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_while_the_server_is_killed_twenty_times() {
    run(Plan { seed: seed(), unrest: Unrest::Kills(20), shoppers: 200, rounds: 1, nodes: 1 }).await;
}

/// Three nodes behind a balancer, on PostgreSQL and NATS, which die as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and NATS, which tests/run installs"]
async fn nothing_is_lost_while_nodes_and_engines_die() {
    run(Plan { seed: seed(), unrest: Unrest::Kills(12), shoppers: 100, rounds: 1, nodes: 3 }).await;
}

/// Each node is stopped as its supervisor stops it and started again, twice round.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and NATS, which tests/run installs"]
async fn nothing_is_lost_or_late_while_nodes_are_restarted_in_turn() {
    run(Plan { seed: seed(), unrest: Unrest::Restarts(2), shoppers: 100, rounds: 1, nodes: 3 }).await;
}

/// A node in a network of its own loses PostgreSQL and NATS twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL and NATS, which tests/run installs, and root for the network"]
async fn nothing_is_lost_while_one_of_the_nodes_is_cut_off() {
    run(Plan { seed: seed(), unrest: Unrest::CutOff(2), shoppers: 100, rounds: 2, nodes: 3 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a quarter of an hour; tests/run --long"]
async fn nothing_is_lost_while_the_server_is_killed_two_hundred_times() {
    run(Plan { seed: seed(), unrest: Unrest::Kills(200), shoppers: 200, rounds: 12, nodes: 1 }).await;
}
