//! What happened, in figures: a proof that nothing happened proves nothing.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

/// A counter.
#[derive(Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn one(&self) {
        self.add(1);
    }

    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// Keeps the largest.
    pub(crate) fn most(&self, one: u64) {
        self.0.fetch_max(one, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

macro_rules! counts {
    ($($name:ident $words:literal,)*) => {
        /// Everything that is counted.
        #[derive(Default)]
        pub(crate) struct Counts {
            $(pub(crate) $name: Count,)*
        }

        impl fmt::Display for Counts {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                $(writeln!(f, "{:>8}  {}", self.$name.get(), $words)?;)*
                Ok(())
            }
        }
    };
}

counts! {
    kills "kills of the server",
    kills_while_starting "  of them while it was starting",
    restarts "restarts of a node that was asked to stop",
    goodbyes "connections that a stopping server closed with 1012",
    cut_offs "times that a node was cut off from PostgreSQL and NATS",
    moved "connections that a node lost while it was cut off",
    left_unanswered "conversations that a started server found unanswered",
    lines "connections through the proxy",
    reconnects "reconnects of clients",
    cuts "connections cut by the proxy",
    stalls "connections that fell silent",
    lost "client frames lost with a connection",
    delayed "frames delayed",
    twice "client frames delivered twice on one connection",
    resent "client frames delivered again on a later connection",
    late "client frames of an old connection delivered after those of a newer one",
    says "says of shoppers, each counted once",
    agent_says "says of people",
    notes "internal notes",
    acks "says and notes acknowledged, each counted once",
    acks_again "acknowledgements of the same id again",
    refused "says of people refused: no longer theirs",
    too_fast "says put off as too fast",
    internal "says that an engine's death left open, said again",
    engine_deaths "deaths of PostgreSQL or NATS",
    heard "messages that clients were sent",
    fetched "pages fetched because a welcome could not hold them",
    takes "conversations taken by hand",
    races "takes that somebody else had won",
    no_longer_waiting "takes of what waited no longer",
    messages "messages in the store",
    answers "  of them the bot's",
    slowest_ms "milliseconds that the slowest answer took",
    stints "stays with a person",
    reopened "conversations spoken to again after their close",
    unknown_notices "system notices of another kind",
}
