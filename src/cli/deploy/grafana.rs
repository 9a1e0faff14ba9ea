//! `xiaoer deploy grafana`: a dashboard of what `/metrics` tells.
//!
//! A panel is one line of a table. JSON has no comments, so the first panel is a text: how Prometheus scrapes the server,
//! and what somebody should be woken for.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::{Server, VERSION, template::fill};

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(flatten)]
    pub(super) server: Server,
}

/// How wide a dashboard is, and how high its panels.
const WIDTH: u32 = 24;
const HEIGHT: u32 = 8;

/// A panel: its title, what it means, its unit, and what it asks for, each with its legend. `$job` and `$rate` are filled.
struct Panel {
    title: &'static str,
    help: &'static str,
    unit: &'static str,
    asks: &'static [(&'static str, &'static str)],
}

const fn panel(
    title: &'static str,
    help: &'static str,
    unit: &'static str,
    asks: &'static [(&'static str, &'static str)],
) -> Panel {
    Panel { title, help, unit, asks }
}

/// Every panel, under the title of its row.
const ROWS: &[(&str, &[Panel])] = &[
    (
        "Is it well?",
        &[
            panel(
                "Ready",
                "1 while /readyz is 200.",
                "none",
                &[("min by (instance) (xiaoer_ready$job)", "{{instance}}")],
            ),
            panel(
                "Parts",
                "Store and data folder can be written, the model works.",
                "none",
                &[
                    ("min(xiaoer_store_up$job)", "store"),
                    ("min(xiaoer_disk_writable$job)", "disk"),
                    ("min(xiaoer_model_up$job)", "model"),
                ],
            ),
            panel(
                "Shops",
                "By state; those that learn are answered by exact matches and words.",
                "none",
                &[("max by (state) (xiaoer_shops$job)", "{{state}}")],
            ),
            panel(
                "Up for",
                "Since the process started.",
                "s",
                &[(
                    "time() - process_start_time_seconds$job * on (instance) group_left (version) xiaoer_build_info$job",
                    "{{instance}} {{version}}",
                )],
            ),
        ],
    ),
    (
        "Shoppers and desks",
        &[
            panel(
                "Open websockets",
                "Shoppers and desks together.",
                "none",
                &[("sum by (instance) (xiaoer_websockets$job)", "{{instance}}")],
            ),
            panel(
                "Frames",
                "A second, of all websockets.",
                "ops",
                &[("sum by (direction) (rate(xiaoer_frames_total$job$rate))", "{{direction}}")],
            ),
            panel(
                "Messages understood",
                "A second.",
                "ops",
                &[("sum by (instance) (rate(xiaoer_understand_seconds_count$job$rate))", "{{instance}}")],
            ),
            panel(
                "Understanding a message",
                "From its words to its intents, the model included.",
                "s",
                &[
                    (
                        "histogram_quantile(0.5, sum by (le) (rate(xiaoer_understand_seconds_bucket$job$rate)))",
                        "p50",
                    ),
                    (
                        "histogram_quantile(0.95, sum by (le) (rate(xiaoer_understand_seconds_bucket$job$rate)))",
                        "p95",
                    ),
                    (
                        "histogram_quantile(0.99, sum by (le) (rate(xiaoer_understand_seconds_bucket$job$rate)))",
                        "p99",
                    ),
                ],
            ),
        ],
    ),
    (
        "Turns and the store",
        &[
            panel(
                "Turns",
                "The whole answer, from its state to its being told.",
                "s",
                &[
                    (
                        "histogram_quantile(0.5, sum by (le) (rate(xiaoer_turn_seconds_bucket$job$rate)))",
                        "p50",
                    ),
                    (
                        "histogram_quantile(0.99, sum by (le) (rate(xiaoer_turn_seconds_bucket$job$rate)))",
                        "p99",
                    ),
                ],
            ),
            panel(
                "Waiting for an answer",
                "Let in and not answered yet; and, a second, refused at the door.",
                "none",
                &[
                    ("sum by (instance) (xiaoer_turns_waiting$job)", "{{instance}}"),
                    ("sum(rate(xiaoer_refused_total$job$rate))", "refused"),
                ],
            ),
            panel(
                "Commits",
                "To the store, and SQLite's log to the disk.",
                "s",
                &[
                    (
                        "histogram_quantile(0.99, sum by (le, of) (rate(xiaoer_commit_seconds_bucket$job$rate)))",
                        "p99 {{of}}",
                    ),
                    (
                        "histogram_quantile(0.99, sum by (le) (rate(xiaoer_store_sync_seconds_bucket$job$rate)))",
                        "p99 disk",
                    ),
                ],
            ),
            panel(
                "Written",
                "Use cases and transactions a second; several that wait share one.",
                "ops",
                &[
                    ("sum(rate(xiaoer_store_written_total$job$rate))", "use cases"),
                    ("sum(rate(xiaoer_store_commits_total$job$rate))", "transactions"),
                    ("sum(rate(xiaoer_store_repeated_total$job$rate))", "run again"),
                ],
            ),
            panel(
                "Understood before",
                "Messages that needed no reading, as the same was read lately; a second.",
                "ops",
                &[("sum by (outcome) (rate(xiaoer_readings_total$job$rate))", "{{outcome}}")],
            ),
            panel(
                "Lost by the bus",
                "Listeners were sent to the store; a second.",
                "ops",
                &[("sum by (instance) (rate(xiaoer_bus_lost_total$job$rate))", "{{instance}}")],
            ),
        ],
    ),
    (
        "The model",
        &[
            panel(
                "Texts encoded",
                "A second; what is known comes from a cache and is not counted.",
                "ops",
                &[("sum by (instance) (rate(xiaoer_encoder_texts_total$job$rate))", "{{instance}}")],
            ),
            panel(
                "Encoding",
                "One call, its wait in the queue included.",
                "s",
                &[
                    (
                        "histogram_quantile(0.5, sum by (le) (rate(xiaoer_encode_seconds_bucket$job$rate)))",
                        "p50",
                    ),
                    (
                        "histogram_quantile(0.99, sum by (le) (rate(xiaoer_encode_seconds_bucket$job$rate)))",
                        "p99",
                    ),
                ],
            ),
            panel(
                "Without the model",
                "Messages a second that words alone decided: the model was busy, late or broken.",
                "ops",
                &[("sum by (instance) (rate(xiaoer_encoder_failures_total$job$rate))", "{{instance}}")],
            ),
            panel(
                "Loads of files",
                "In the last hour, by outcome; `refused` has errors, and the version before serves on.",
                "none",
                &[(
                    "sum by (shop, outcome) (increase(xiaoer_shop_loads_total$job[1h]))",
                    "{{shop}} {{outcome}}",
                )],
            ),
        ],
    ),
    (
        "HTTP",
        &[
            panel(
                "Requests",
                "A second, by status.",
                "reqps",
                &[("sum by (status) (rate(xiaoer_http_requests_total$job$rate))", "{{status}}")],
            ),
            panel(
                "Defects",
                "The share of requests that the server failed.",
                "percentunit",
                &[(
                    "sum(rate(xiaoer_http_requests_total{job=~\"$job\", status=~\"5..\", route!=\"/readyz\"}$rate)) / sum(rate(xiaoer_http_requests_total$job$rate))",
                    "5xx",
                )],
            ),
            panel(
                "Slowest routes",
                "95 of 100 requests are faster.",
                "s",
                &[(
                    "topk(5, histogram_quantile(0.95, sum by (le, route) (rate(xiaoer_http_request_seconds_bucket$job$rate))))",
                    "{{route}}",
                )],
            ),
            panel(
                "The desk's search",
                "In everything that was said.",
                "s",
                &[(
                    "histogram_quantile(0.95, sum by (le) (rate(xiaoer_desk_search_seconds_bucket$job$rate)))",
                    "p95",
                )],
            ),
        ],
    ),
    (
        "The process",
        &[
            panel(
                "Processor",
                "Cores in use.",
                "none",
                &[("rate(process_cpu_seconds_total$job$rate)", "{{instance}}")],
            ),
            panel("Memory", "Resident.", "bytes", &[("process_resident_memory_bytes$job", "{{instance}}")]),
            panel(
                "Files and connections",
                "The share of what it may have open.",
                "percentunit",
                &[("process_open_fds$job / process_max_fds$job", "{{instance}}")],
            ),
        ],
    ),
];

pub(super) fn file(options: &Options) -> String {
    let mut panels = vec![text(options.server.metrics_listen.or(options.server.listen))];
    let mut y = HEIGHT;
    for (title, row) in ROWS {
        panels.push(json!({"type": "row", "title": title, "collapsed": false, "gridPos": {"x": 0, "y": y, "w": WIDTH, "h": 1}, "panels": []}));
        let width = WIDTH / u32::try_from(row.len()).expect("a row has few panels");
        for (place, panel) in (0..).zip(*row) {
            panels.push(drawn(panel, (place * width, y + 1, width)));
        }
        y += 1 + HEIGHT;
    }
    for (id, panel) in (1..).zip(&mut panels) {
        panel["id"] = json!(id);
    }
    let dashboard = json!({
        "title": "店小二 Xiaoer",
        "uid": "xiaoer",
        "description": format!("Xiaoer {VERSION}"),
        "tags": ["xiaoer"],
        "schemaVersion": 39,
        "editable": true,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [
            {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"},
            {
                "name": "job", "type": "query", "datasource": datasource(), "refresh": 1, "multi": true, "includeAll": true,
                "query": "label_values(xiaoer_build_info, job)", "current": {"text": "All", "value": "$__all"},
            },
        ]},
        "panels": panels,
    });
    serde_json::to_string_pretty(&dashboard).expect("a dashboard is JSON")
}

fn datasource() -> Value {
    json!({"type": "prometheus", "uid": "${datasource}"})
}

/// The text that comes first.
fn text(metrics: Option<SocketAddr>) -> Value {
    let target = metrics.map_or_else(|| "127.0.0.1:8081".to_owned(), |address| address.to_string());
    let content = fill(include_str!("grafana.md"), &[("target", &target)]);
    json!({
        "type": "text", "title": "How it is fed", "gridPos": {"x": 0, "y": 0, "w": WIDTH, "h": HEIGHT},
        "options": {"mode": "markdown", "content": content},
    })
}

fn drawn(panel: &Panel, (x, y, width): (u32, u32, u32)) -> Value {
    let filled = |expression: &str| {
        // One that has labels of its own names the job among them.
        let labels =
            expression.replace("{job=~\"$job\",", "{job=~\"${job}\",").replace("$job", "{job=~\"${job}\"}");
        labels.replace("$rate", "[$__rate_interval]")
    };
    let targets = ('A'..).zip(panel.asks).map(|(name, (expression, legend))| {
        json!({"refId": name, "datasource": datasource(), "expr": filled(expression), "legendFormat": legend})
    });
    json!({
        "type": "timeseries",
        "title": panel.title,
        "description": panel.help,
        "datasource": datasource(),
        "gridPos": {"x": x, "y": y, "w": width, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": targets.collect::<Vec<_>>(),
    })
}
