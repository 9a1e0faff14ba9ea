//! Hours of mixed load on one server: what is in memory and open afterwards, and how long answers take by then.

use std::{
    fs,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use rand::{SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use tokio::{sync::watch, time::sleep};

use super::{
    case::desk,
    machine::Running,
    sentences,
    support::{Home, PASSWORD, Server},
};

const SHOPPERS: usize = 12;
/// Between two samples, and two edits of the shop's knowledge.
const EVERY: Duration = Duration::from_secs(10);
/// Between two messages of a shopper: a busy server and not one that is flooded.
const THINKS: Duration = Duration::from_millis(150);
/// What a figure may grow by, of its mean, from the first third of the samples to the last, before it is called growth.
const GROWTH: f64 = 0.10;

/// How things stood at a moment.
struct Sample {
    /// Seconds since the first one.
    at: f64,
    resident: f64,
    open: f64,
    /// The 99th of a hundred answers, in milliseconds.
    slowest: f64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes XIAOER_SOAK_SECONDS, an hour by default"]
async fn hours_of_mixed_load_leave_memory_and_open_files_as_they_were() {
    let seconds = std::env::var("XIAOER_SOAK_SECONDS").map_or(3600, |text| text.parse().expect("seconds"));
    let home = Home::on_disk();
    let running = Running::start(&home, &[]).await;
    let _ = running.owner().await;
    let (answers, (stop, stopped)) = (Arc::new(Mutex::new(Vec::new())), watch::channel(false));
    let elsewhere = || Server::elsewhere(home.clone(), running.address().to_owned());
    let mut tasks: Vec<_> = (0..SHOPPERS)
        .map(|number| tokio::spawn(talk(elsewhere(), number, Arc::clone(&answers), stopped.clone())))
        .collect();
    tasks.push(tokio::spawn(attend(elsewhere(), stopped.clone())));
    tasks.push(tokio::spawn(edit(home.clone(), stopped)));

    let (began, mut samples) = (Instant::now(), Vec::new());
    while began.elapsed() < Duration::from_secs(seconds) {
        sleep(EVERY).await;
        let page = running.http("GET", "/metrics", &[], "").await.body;
        let figure = |name: &str| {
            let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            line.unwrap_or_else(|| panic!("no {name}")).parse::<f64>().expect("a number")
        };
        let mut times = std::mem::take(&mut *answers.lock().expect("nobody panics with it"));
        assert!(!times.is_empty(), "nobody was answered for {} s", EVERY.as_secs());
        times.sort_by(f64::total_cmp);
        let sample = Sample {
            at: began.elapsed().as_secs_f64(),
            resident: figure("process_resident_memory_bytes") / 1e6,
            open: figure("process_open_fds"),
            slowest: times[(times.len() - 1) * 99 / 100],
        };
        println!(
            "soak: {:6.0} s  {:6.1} MB  {:4} open  p99 {:6.1} ms  {} answers",
            sample.at,
            sample.resident,
            sample.open,
            sample.slowest,
            times.len()
        );
        samples.push(sample);
    }
    stop.send(true).expect("they listen");
    for task in tasks {
        task.await.expect("nobody met an error");
    }
    let (moved, grew) = judge(&samples);
    for line in moved {
        println!("soak: {line}");
    }
    assert!(grew.is_empty(), "{}", grew.join("; "));
}

/// How each figure moved; and which of memory and open files did nothing but grow.
fn judge(samples: &[Sample]) -> (Vec<String>, Vec<String>) {
    // What is learnt and cached at first is no growth.
    let settled = &samples[samples.len() / 4..];
    assert!(9 <= settled.len(), "too short to tell: {} samples", samples.len());
    let figures: [(&str, Figure, bool); 3] = [
        ("MB", |sample| sample.resident, true),
        ("open files", |sample| sample.open, true),
        ("ms p99", |sample| sample.slowest, false),
    ];
    let (mut moved, mut grew) = (Vec::new(), Vec::new());
    for (unit, of, counts) in figures {
        let values: Vec<f64> = settled.iter().map(of).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        moved.push(format!("{:+.1} {unit} an hour, {mean:.1} on average", slope(settled, of) * 3600.0));
        let third = values.len() / 3;
        let highest = values[..third].iter().copied().fold(f64::MIN, f64::max);
        let lowest = values[values.len() - third..].iter().copied().fold(f64::MAX, f64::min);
        if counts && GROWTH * mean < lowest - highest {
            grew.push(format!("{unit}: from at most {highest} to at least {lowest}"));
        }
    }
    (moved, grew)
}

/// One figure of a sample.
type Figure = fn(&Sample) -> f64;

/// By how much a figure grows a second: the line with the least squares.
fn slope(samples: &[Sample], of: Figure) -> f64 {
    let count = samples.len() as f64;
    let middle = samples.iter().map(|sample| sample.at).sum::<f64>() / count;
    let mean = samples.iter().map(of).sum::<f64>() / count;
    let along: f64 = samples.iter().map(|sample| (sample.at - middle) * (of(sample) - mean)).sum();
    along / samples.iter().map(|sample| (sample.at - middle).powi(2)).sum::<f64>()
}

/// Conversations one after the other: new, gone on with on another connection, signed in, and handed to people.
async fn talk(server: Server, number: usize, answers: Arc<Mutex<Vec<f64>>>, stopped: watch::Receiver<bool>) {
    let mut random = StdRng::seed_from_u64(number as u64);
    for round in 0.. {
        if *stopped.borrow() {
            return;
        }
        let signed_in = match round % 3 {
            0 => json!({"shopper": server.shopper_token("lin").await}),
            _ => json!({}),
        };
        let (mut client, welcome) = server.shopper(signed_in.clone()).await;
        for turn in 0..8 {
            if turn == 4 {
                // The page was reloaded.
                let mut hello = signed_in.clone();
                hello["token"] = welcome["token"].clone();
                let again;
                (client, again) = server.shopper(hello).await;
                if again["state"]["mode"] != "bot" {
                    break;
                }
            }
            let id = format!("m{turn}");
            let text = if round % 5 == 4 && turn == 7 {
                "转人工".to_owned()
            } else {
                sentences::sentence(&mut random)
            };
            let asked = Instant::now();
            client.say(&id, &text).await;
            let of_people = |frame: &Value| frame["type"] == "state" && frame["mode"] != "bot";
            let acked =
                client.find(|frame| of_people(frame) || (frame["id"] == *id && frame["type"] != "message"));
            let acked: Value = acked.await;
            let Some(seq) = acked["seq"].as_u64() else { break };
            let heard = client.find(|frame| {
                let answer = frame["type"] == "message" && Some(seq) < frame["seq"].as_u64();
                answer || of_people(frame)
            });
            let heard: Value = heard.await;
            if heard["type"] == "state" {
                break;
            }
            answers.lock().expect("nobody panics with it").push(asked.elapsed().as_secs_f64() * 1e3);
            sleep(THINKS).await;
        }
    }
}

/// A person who takes whoever waits, says something and closes.
async fn attend(server: Server, stopped: watch::Receiver<bool>) {
    let mut desk = desk(&server, &server.sign_in("owner", PASSWORD).await).await;
    while !*stopped.borrow() {
        // Everything that was told, so that nothing piles up.
        let frames = desk.frames_until_pong().await;
        let board = frames.iter().rev().find(|frame| frame["type"] == "board");
        for card in board.into_iter().flat_map(|board| board["waiting"].as_array().into_iter().flatten()) {
            let conversation = &card["conversation"];
            desk.send(json!({"type": "take", "conversation": conversation})).await;
            desk.send(
                json!({"type": "say", "id": "s", "conversation": conversation, "text": "在的，马上看"}),
            )
            .await;
            desk.send(json!({"type": "close", "conversation": conversation})).await;
            // As the page does that goes on to the next one.
            desk.send(json!({"type": "shut", "conversation": conversation})).await;
        }
        sleep(THINKS).await;
    }
}

/// A merchant who saves an answer again and again.
async fn edit(home: Home, stopped: watch::Receiver<bool>) {
    let folder = home.intents().join("shops/demo/faq");
    fs::create_dir_all(&folder).expect("a folder can be made");
    for number in 0.. {
        if *stopped.borrow() {
            return;
        }
        let faq = format!(
            "version = 1\n[[faq]]\nid = \"soak\"\nask = [\"第{number}次改的是什么\"]\nanswer.zh = \"第{number}次\"\nanswer.en = \"Edit {number}\"\n"
        );
        fs::write(folder.join("soak.toml"), faq).expect("it can be written");
        sleep(EVERY).await;
    }
}
