//! One run: server, proxy, shoppers, people; kills while it lasts; then quiet, settling and the judgement.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    io::Write,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use xiaoer::{
    domain::Mode,
    store::{self, NewAgent, Role, SharedStore},
};

use super::{
    agent::Desk,
    chaos::Chaos,
    client::{self, Surroundings},
    engines::Engines,
    fate::Fate,
    http,
    judge::{self, CLOSED, JOINED, LEFT, RELEASED, REQUEUED, Report},
    ledger::Ledger,
    network::Network,
    process::{Home, Shared},
    proxy::Proxy,
    shopper::{Browser, MANY, Step, Tab, says},
    small_tree::write_small_tree,
};

/// The password that staff have.
pub(crate) const PASSWORD: &str = "a long new password";
/// People besides the owner.
const AGENTS: u64 = 4;
/// Shoppers who say more than a welcome can hold while their other tab is away.
const TALKERS: u64 = 2;
/// Everything settles within this once the line is good again.
const SETTLES_WITHIN: Duration = Duration::from_secs(120);
/// While nodes are restarted nobody waits longer for an answer.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);

/// What happens to the nodes meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unrest {
    /// They are killed, so many times in all; where several share PostgreSQL and NATS, these die too.
    Kills(u64),
    /// Each in turn is asked to stop and started again, so many times round.
    Restarts(u64),
    /// One is cut off from PostgreSQL and NATS, so many times.
    CutOff(u64),
}

/// What a run is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) unrest: Unrest,
    pub(crate) shoppers: u64,
    /// How often a shopper comes with something new.
    pub(crate) rounds: u64,
    /// Nodes; several share PostgreSQL and NATS.
    pub(crate) nodes: usize,
}

type Reports = Vec<Arc<Mutex<Report>>>;

/// Runs it, prints the counts, and fails with every finding and the seed.
pub(crate) async fn run(plan: Plan) {
    let began = Instant::now();
    let folder = TempDir::new().expect("a folder can be made");
    let ledger = Arc::new(Ledger::default());
    let network = matches!(plan.unrest, Unrest::CutOff(_)).then(Network::new);
    let engines = match &network {
        Some(network) => Some(Engines::start_at(folder.path(), network.engines())),
        None => (1 < plan.nodes).then(|| Engines::start(folder.path())),
    };
    let dies = !matches!(plan.unrest, Unrest::Restarts(_));
    let shared = engines.as_ref().map(|them| Shared { database: them.database(), bus: them.bus(), dies });
    let home_of = |node: usize| {
        let home = Home::new(&folder.path().join(format!("node{node}")), shared.clone(), Arc::clone(&ledger));
        let home = match &network {
            Some(network) if node == 0 => home.inside(network),
            _ => home,
        };
        write_tree(&home);
        home
    };
    let homes: Vec<Home> = (0..plan.nodes).map(home_of).collect();
    let proxy = Proxy::open(plan.seed, Arc::clone(&ledger)).await;
    let (mut processes, mut starts, mut servers) = (Vec::new(), Vec::new(), Vec::new());
    for (node, home) in homes.iter().enumerate() {
        let (process, server, took) = home.start().ready().await;
        proxy.lead_to(node, Some(server));
        processes.push(Some(process));
        starts.push(took);
        servers.push(server);
    }
    let home = &homes[0];
    let staff = hire(home, servers[0]).await;
    let (end, stop) = watch::channel(false);
    let surroundings = Surroundings {
        seed: plan.seed,
        proxy: proxy.address(),
        ledger: Arc::clone(&ledger),
        engines_die: engines.is_some() && dies,
        stop,
    };
    let (mut reports, planned, mut clients) = come(plan, &surroundings);
    for (who, name, cookie) in &staff {
        let desk = Desk::new(&surroundings, who, name, cookie);
        reports.push(desk.report());
        clients.push(tokio::spawn(client::run(surroundings.clone(), who.clone(), desk)));
    }
    if dies {
        proxy.expect_no_goodbyes();
    }
    let mut chaos = Chaos { plan, homes: &homes, proxy: &proxy, processes, starts, engines, network };
    chaos.run(planned).await;
    let chaotic = began.elapsed();
    proxy.calm_down();
    let store = store::open(&home.database()).await.expect("the store opens");
    let settled = settle(&proxy, &store, &reports).await;
    let conversations = known(&reports);
    end.send_replace(true);
    for client in clients {
        if client.await.is_err() {
            ledger.find("a client's task failed".to_owned());
        }
    }
    proxy.expect_no_goodbyes();
    chaos.processes.clear();
    if let Err(why) = settled {
        ledger.find(format!("it never settled: {why}"));
    }
    judge::judge(&store, &ledger, &conversations).await;
    let longest = chaos.starts.iter().max().copied().unwrap_or_default();
    let mean =
        chaos.starts.iter().sum::<Duration>() / u32::try_from(chaos.starts.len()).expect("a few starts");
    tell(&format!("{plan:?}\n{}", ledger.counts));
    let figures = [
        ("start_mean_s", mean.as_secs_f64()),
        ("start_longest_s", longest.as_secs_f64()),
        ("chaos_s", chaotic.as_secs_f64()),
        ("all_s", began.elapsed().as_secs_f64()),
    ];
    tell(&judge::line(plan.seed, &figures).to_string());
    let findings = ledger.findings();
    if !findings.is_empty() {
        for home in &homes {
            tell(&format!("the server's log ends with\n{}", home.log().join("\n")));
        }
    }
    assert!(findings.is_empty(), "XIAOER_DELIVERY_SEED={} finds\n{}", plan.seed, findings.join("\n"));
    assert_happened(plan, &ledger);
}

/// Tells whoever runs the proof, also when it succeeds.
fn tell(words: &str) {
    // Nobody is left to tell when the output is closed.
    let _ = writeln!(std::io::stdout(), "{words}");
}

/// A run in which nothing went wrong on the way would prove nothing.
fn assert_happened(plan: Plan, ledger: &Ledger) {
    let counts = &ledger.counts;
    let kills = match plan.unrest {
        Unrest::Kills(kills) => kills,
        Unrest::Restarts(_) | Unrest::CutOff(_) => 0,
    };
    assert!(kills <= counts.kills.get(), "every kill was made");
    if 0 < kills && 1 < plan.nodes {
        assert!(2 <= counts.engine_deaths.get(), "both engines died");
    }
    match plan.unrest {
        Unrest::Kills(_) => {}
        Unrest::Restarts(rounds) => {
            assert_eq!(counts.restarts.get(), rounds * plan.nodes as u64, "every node was restarted");
            assert!(plan.shoppers / 2 <= counts.goodbyes.get(), "connections were told of it");
            let slowest = Duration::from_millis(counts.slowest_ms.get());
            assert!(slowest <= ANSWERED_WITHIN, "a message waited {slowest:?} for its answer");
        }
        Unrest::CutOff(times) => {
            assert_eq!(counts.cut_offs.get(), times, "a node was cut off");
            assert!(0 < counts.moved.get(), "shoppers went to the other nodes");
        }
    }
    let says = counts.says.get();
    for (what, happened, at_least) in [
        ("says", says, plan.shoppers * 5),
        ("reconnects", counts.reconnects.get(), plan.shoppers),
        ("left unanswered by a kill", counts.left_unanswered.get(), kills / 4),
        ("cuts", counts.cuts.get(), 30),
        ("stalls", counts.stalls.get(), 1),
        ("twice", counts.twice.get(), 10),
        ("resent", counts.resent.get(), 10),
        ("late", counts.late.get(), 10),
        ("fetched", counts.fetched.get(), 1),
        ("races", counts.races.get(), 10),
        ("stints", counts.stints.get(), 20),
        ("notes", counts.notes.get(), 5),
        ("reopened", counts.reopened.get(), 5),
    ] {
        let seed = plan.seed;
        assert!(at_least <= happened, "seed {seed}, {what}: only {happened} instead of {at_least} or more");
    }
}

/// The small tree, with notices that the judge knows whatever the shop's own words are.
fn write_tree(home: &Home) {
    let intents = home.folder.join("intents");
    write_small_tree(&intents);
    let notices = [
        ("joined", format!("{JOINED}{{agent}}")),
        ("released", format!("{RELEASED}{{agent}}")),
        ("closed", format!("{CLOSED}{{agent}}")),
        ("closed_idle", CLOSED.to_owned()),
        ("requeued", REQUEUED.to_owned()),
        ("left_queue", LEFT.to_owned()),
    ];
    let mut replies = "version = 1\n".to_owned();
    for (key, words) in notices {
        replies.push_str(&format!("[\"handoff.{key}\"]\nsay = \"{words}\"\n"));
    }
    let folder = intents.join("shops/demo/replies");
    fs::create_dir_all(&folder).expect("a folder can be made");
    fs::write(folder.join("zh.toml"), replies).expect("the replies can be written");
}

/// The owner and some more people, signed in: each desk's name, its person's name and the cookie. One person has the
/// desk in two tabs.
pub(crate) async fn hire(home: &Home, server: SocketAddr) -> Vec<(String, String, String)> {
    let first = fs::read_to_string(home.data().join("first-sign-in")).expect("the file is there");
    let line = |name: &str| {
        let found = first.lines().find_map(|line| line.strip_prefix(name));
        found.expect("the file has name and password").trim().to_owned()
    };
    let (owner, password) = (line("name:"), line("password:"));
    let cookie = sign_in(server, &owner, &password).await;
    let new = json!({"old": password, "new": PASSWORD});
    let changed = post(server, "/api/v1/session/password", &cookie, &new).await;
    assert_eq!(changed.status, 204, "{}", changed.body);
    let store = store::open(&home.database()).await.expect("the store opens");
    let hash =
        store.agent_by_name(&owner).await.expect("the store answers").expect("the owner").password_hash;
    let mut staff = vec![("desk-owner".to_owned(), owner, cookie)];
    for number in 1..=AGENTS {
        let name = format!("小安{number}");
        let agent = NewAgent {
            id: format!("agent-{number}").into(),
            name: name.clone(),
            password_hash: hash.clone(),
            role: Role::Agent,
            shops: Vec::new(),
            groups: Vec::new(),
            capacity: 0,
            must_change: false,
            oidc_subject: None,
            at: "2026-11-23T02:00:00Z".parse().expect("a moment"),
        };
        store.add_agent(agent).await.expect("the agent is kept");
        let cookie = sign_in(server, &name, PASSWORD).await;
        staff.push((format!("desk-{number}"), name, cookie));
    }
    let (_, name, cookie) = staff[1].clone();
    staff.push(("desk-1-again".to_owned(), name, cookie));
    staff
}

pub(crate) async fn sign_in(server: SocketAddr, name: &str, password: &str) -> String {
    let answer = post(server, "/api/v1/session", "", &json!({"name": name, "password": password})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let cookie = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
    cookie.and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned()
}

pub(crate) async fn post(server: SocketAddr, path: &str, cookie: &str, body: &Value) -> http::Answer {
    let headers = if cookie.is_empty() { String::new() } else { format!("cookie: {cookie}\r\n") };
    http::request(server, "POST", path, &headers, &body.to_string()).await.expect("the server answers")
}

/// The shoppers come; their reports, how many says their scripts have, and their tasks.
fn come(plan: Plan, surroundings: &Surroundings) -> (Reports, u64, Vec<tokio::task::JoinHandle<()>>) {
    let (mut reports, mut planned, mut clients) = (Vec::new(), 0, Vec::new());
    let mut tab = |who: String, is_first, browser: &Arc<Browser>, script: Vec<Step>| {
        planned += says(&script);
        let tab = Tab::new(surroundings, &who, is_first, browser, script);
        reports.push(tab.report());
        clients.push(tokio::spawn(client::run(surroundings.clone(), who, tab)));
    };
    for number in 0..plan.shoppers {
        let mut fate = Fate::new(plan.seed, &format!("shopper {number}"));
        let browser = Arc::new(Browser::default());
        if number < TALKERS {
            tab(format!("talker-{number}"), true, &browser, vec![Step::Ask; MANY as usize]);
            tab(format!("talker-{number}-again"), false, &browser, vec![Step::Away, Step::Ask, Step::Ask]);
            continue;
        }
        let script = (0..plan.rounds).flat_map(|_| script(&mut fate)).collect();
        tab(format!("shopper-{number}"), true, &browser, script);
        if fate.percent(20) {
            let script = vec![Step::Ask; usize::try_from(fate.between(1, 4)).expect("a few")];
            tab(format!("shopper-{number}-again"), false, &browser, script);
        }
    }
    (reports, planned, clients)
}

/// What a shopper does: some talk to the bot alone, some to a person, some leave the queue.
fn script(fate: &mut Fate) -> Vec<Step> {
    let asks = |fate: &mut Fate, low, high| {
        vec![Step::Ask; usize::try_from(fate.between(low, high)).expect("a few")]
    };
    let mut script = asks(fate, 1, 4);
    match fate.below(100) {
        0..45 => script.extend(asks(fate, 3, 4)),
        45..90 => {
            script.extend([Step::Person, Step::AwaitPerson(25_000)]);
            script.extend(asks(fate, 1, 4));
            script.extend([Step::AwaitFarewell(25_000), Step::Rate]);
            script.extend(asks(fate, 1, 2));
        }
        _ => {
            script.extend([Step::Person, Step::AwaitPerson(fate.between(100, 1500)), Step::Leave]);
            script.extend(asks(fate, 2, 3));
        }
    }
    script
}

/// Waits until everybody has done, nothing is on its way, everything is answered, and everybody has seen all of it.
async fn settle(proxy: &Proxy, store: &SharedStore, reports: &Reports) -> Result<(), String> {
    let until = Instant::now() + SETTLES_WITHIN;
    loop {
        let left = unsettled(proxy, store, reports).await;
        match left {
            None => return Ok(()),
            Some(left) if until <= Instant::now() => return Err(left),
            Some(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn unsettled(proxy: &Proxy, store: &SharedStore, reports: &Reports) -> Option<String> {
    if proxy.is_holding() {
        return Some("frames are still on their way".to_owned());
    }
    let unanswered = store.unanswered().await.expect("the store answers");
    if let Some((id, seq)) = unanswered.first() {
        return Some(format!("{} conversations are unanswered, {id} from {seq} on", unanswered.len()));
    }
    let mut stands = HashMap::new();
    for id in known(reports) {
        let conversation = store.conversation(&id.as_str().into()).await.expect("the store answers");
        let conversation = conversation.expect("a conversation that a client was welcomed to");
        if matches!(conversation.mode, Mode::Agent | Mode::Queue | Mode::Message) {
            return Some(format!("{id} is still with people: {}", conversation.mode.name()));
        }
        stands.insert(id, (conversation.last_seq, conversation.mode));
    }
    reports
        .iter()
        .find_map(|report| judge::unsettled(&report.lock().unwrap_or_else(PoisonError::into_inner), &stands))
}

/// Every conversation that a client knows.
fn known(reports: &Reports) -> BTreeSet<String> {
    let lock = |report: &Arc<Mutex<Report>>| {
        let report = report.lock().unwrap_or_else(PoisonError::into_inner);
        report.places.keys().cloned().collect::<Vec<_>>()
    };
    reports.iter().flat_map(lock).collect()
}
