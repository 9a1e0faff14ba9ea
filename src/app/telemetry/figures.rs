//! The figures that `/metrics` shows, each with what it means, from the first scrape on.

use std::{sync::OnceLock, time::Duration};

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of durations, in seconds: an answer takes milliseconds, a shop's own system seconds.
const SECONDS: [f64; 14] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// How often what was observed is put into its bucket.
const TIDIED_EVERY: Duration = Duration::from_secs(5);

/// Counts from now on, and renders. Servers of one process (tests) count together.
pub fn recorder() -> PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    let install = || {
        let seconds = Matcher::Suffix("_seconds".to_owned());
        let builder = PrometheusBuilder::new().set_buckets_for_metric(seconds, &SECONDS);
        let recorder = builder.expect("there are buckets").build_recorder();
        let handle = recorder.handle();
        // Whoever embeds the library may have one already; then this one stays empty.
        if metrics::set_global_recorder(recorder).is_ok() {
            describe();
        }
        handle
    };
    RECORDER.get_or_init(install).clone()
}

/// Puts observations into buckets, for ever: until somebody scrapes they are kept one by one.
pub async fn tidy_up(recorder: PrometheusHandle) {
    let mut every = tokio::time::interval(TIDIED_EVERY);
    loop {
        every.tick().await;
        recorder.run_upkeep();
    }
}

/// What each figure means. Those without labels are there from the start, so that a rate of them is right from the
/// first event on.
fn describe() {
    describe_histogram!("xiaoer_understand_seconds", Unit::Seconds, "From a message's words to its intents.");
    describe_histogram!("xiaoer_desk_search_seconds", Unit::Seconds, "One search of the desk.");
    describe_histogram!(
        "xiaoer_http_request_seconds",
        Unit::Seconds,
        "One HTTP request, by route; websockets left out."
    );
    describe_histogram!(
        "xiaoer_encode_seconds",
        Unit::Seconds,
        "Texts that the model encoded, from the queue on."
    );
    describe_counter!(
        "xiaoer_encoder_failures_total",
        "Messages understood by words alone: no vector in time."
    );
    describe_counter!(
        "xiaoer_encoder_texts_total",
        "Texts that the model was asked for; others came from the cache."
    );
    describe_histogram!(
        "xiaoer_turn_seconds",
        Unit::Seconds,
        "One turn, from its state to its answer being told."
    );
    describe_histogram!("xiaoer_commit_seconds", Unit::Seconds, "One commit of the store, by what it is of.");
    describe_histogram!("xiaoer_store_sync_seconds", Unit::Seconds, "SQLite's log on its way to the disk.");
    describe_counter!(
        "xiaoer_store_commits_total",
        "Transactions that SQLite was given, each of one or more use cases."
    );
    describe_counter!("xiaoer_store_written_total", "Use cases that were committed so.");
    describe_counter!(
        "xiaoer_store_repeated_total",
        "Transactions of PostgreSQL run again: another came between."
    );
    describe_counter!(
        "xiaoer_readings_total",
        "Messages looked for among those understood lately, by outcome."
    );
    describe_gauge!("xiaoer_turns_waiting", "Messages that were let in and have no answer yet.");
    describe_counter!("xiaoer_refused_total", "Messages refused as too much waits.");
    describe_counter!(
        "xiaoer_bus_lost_total",
        "Times that listeners were sent to the store for what the bus lost."
    );
    describe_counter!("xiaoer_shop_loads_total", "Loads of a shop's files, by outcome.");
    describe_counter!("xiaoer_http_requests_total", "HTTP requests, by method, route and status.");
    describe_counter!("xiaoer_frames_total", "Frames of websockets, by direction.");
    describe_gauge!("xiaoer_websockets", "Websockets that are open: shoppers and desks.");
    let _ = histogram!("xiaoer_understand_seconds");
    let _ = histogram!("xiaoer_desk_search_seconds");
    let _ = histogram!("xiaoer_encode_seconds");
    let _ = histogram!("xiaoer_turn_seconds");
    let _ = histogram!("xiaoer_store_sync_seconds");
    for name in ["xiaoer_store_commits_total", "xiaoer_store_written_total", "xiaoer_store_repeated_total"] {
        counter!(name).increment(0);
    }
    counter!("xiaoer_bus_lost_total").increment(0);
    counter!("xiaoer_refused_total").increment(0);
    counter!("xiaoer_encoder_failures_total").increment(0);
    counter!("xiaoer_encoder_texts_total").increment(0);
    counter!("xiaoer_frames_total", "direction" => "in").increment(0);
    counter!("xiaoer_frames_total", "direction" => "out").increment(0);
    gauge!("xiaoer_websockets").set(0.0);
    gauge!("xiaoer_turns_waiting").set(0.0);
}
