//! A desk on a busy evening, simulated: a clock that only moves when told, chance from a seed.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Held, Move, Pace, Person, Waiting, assign, attend, wait_seconds};
use crate::{
    domain::{AgentId, ConversationId, ShopId, Stint},
    shop::{Assignment, AssignmentOrder},
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + seconds).unwrap()
}

fn shop() -> ShopId {
    "demo".into()
}

fn person(name: &str) -> Person {
    Person {
        agent: name.into(),
        shops: Vec::new(),
        groups: Vec::new(),
        capacity: 0,
        load: 0,
        given_at: None,
        freed_at: None,
    }
}

fn waiting(name: &str, group: &str, seconds: i64) -> Waiting {
    Waiting {
        conversation: name.into(),
        shop: shop(),
        group: group.to_owned(),
        since: at(seconds),
        passed: Vec::new(),
    }
}

/// Who gets what at second 100, as `conversation→agent`.
fn given(waiting: &[Waiting], people: &[Person], rules: &Assignment) -> Vec<String> {
    let decided = assign(waiting, people, |_| Some(rules), at(100));
    decided.iter().map(|next| format!("{}→{}", next.conversation, next.agent)).collect()
}

#[test]
fn the_next_is_whoever_has_been_idle_longest_or_whose_turn_it_is() {
    // 安 was given one long ago and has just ended one; 北 was given one later and never ended any.
    let an = Person { given_at: Some(at(10)), freed_at: Some(at(90)), ..person("安") };
    let bei = Person { given_at: Some(at(50)), ..person("北") };
    let new = person("新");
    let people = [an, bei, new];
    let four = ["1", "2", "3", "4"].map(|name| waiting(name, "", 60));
    for (order, expected) in [
        (AssignmentOrder::LongestIdle, ["1→新", "2→北", "3→安", "4→北"]),
        (AssignmentOrder::RoundRobin, ["1→新", "2→安", "3→北", "4→北"]),
    ] {
        let rules = Assignment { order, capacity: 2, ..Assignment::standard() };
        let mut got = given(&four, &people, &rules);
        // The fourth falls to whoever was given one first within this look; all three at the same moment.
        got.truncate(3);
        assert_eq!(got, expected[..3], "{order:?}");
    }
}

#[test]
fn nobody_gets_more_than_they_can_hold_or_what_is_not_theirs() {
    let rules =
        Assignment { capacity: 2, overflow_after: SignedDuration::from_secs(60), ..Assignment::standard() };
    let of = |groups: &[&str], name: &str| Person {
        groups: groups.iter().map(|one| (*one).to_owned()).collect(),
        ..person(name)
    };
    for (what, people, line, expected) in [
        ("full", vec![Person { load: 2, ..person("a") }], vec![waiting("1", "", 90)], vec![]),
        (
            "own capacity",
            vec![Person { load: 2, capacity: 3, ..person("a") }],
            vec![waiting("1", "", 90), waiting("2", "", 90)],
            vec!["1→a"],
        ),
        (
            "other shop",
            vec![Person { shops: vec!["other".into()], ..person("a") }],
            vec![waiting("1", "", 90)],
            vec![],
        ),
        (
            "group",
            vec![of(&["sale"], "a"), of(&["vip"], "b")],
            vec![waiting("1", "vip", 90), waiting("2", "vip", 91)],
            vec!["1→b", "2→b"],
        ),
        (
            "group full",
            vec![of(&["sale"], "a"), Person { load: 2, ..of(&["vip"], "b") }],
            vec![waiting("1", "vip", 90)],
            vec![],
        ),
        (
            "long wait",
            vec![of(&["sale"], "a"), Person { load: 2, ..of(&["vip"], "b") }],
            vec![waiting("1", "vip", 40)],
            vec!["1→a"],
        ),
        (
            "long wait, own group first",
            vec![of(&["sale"], "a"), of(&["vip"], "b")],
            vec![waiting("1", "vip", 40)],
            vec!["1→b"],
        ),
        ("all groups", vec![of(&[], "a")], vec![waiting("1", "vip", 90)], vec!["1→a"]),
        (
            "passed over",
            vec![person("a"), person("b")],
            vec![Waiting { passed: vec!["a".into()], ..waiting("1", "", 90) }],
            vec!["1→b"],
        ),
        (
            "nobody else",
            vec![person("a")],
            vec![Waiting { passed: vec!["a".into()], ..waiting("1", "", 90) }],
            vec!["1→a"],
        ),
        (
            "in order",
            vec![Person { load: 1, ..person("a") }],
            vec![waiting("1", "", 90), waiting("2", "", 10)],
            vec!["1→a"],
        ),
    ] {
        assert_eq!(given(&line, &people, &rules), expected, "{what}");
    }
    let by_hand = Assignment { by_itself: false, ..rules };
    assert_eq!(given(&[waiting("1", "", 0)], &[person("a")], &by_hand), [""; 0]);
    assert_eq!(assign(&[waiting("1", "", 0)], &[person("a")], |_| None, at(100)), []);
}

#[test]
fn what_is_in_no_good_hands_goes_on() {
    let rules = Assignment::standard();
    let fine = Held {
        conversation: "c".into(),
        agent: "a".into(),
        awaiting_since: Some(at(0)),
        has_replied: false,
        touched_at: at(0),
        seen_at: Some(at(0)),
        has_others: true,
    };
    for (what, held, now, expected) in [
        ("just given", fine.clone(), 10, None),
        (
            "no word for two minutes",
            Held { seen_at: Some(at(119)), ..fine.clone() },
            120,
            Some(Move::NotAnswered),
        ),
        ("nobody else could", Held { seen_at: Some(at(119)), has_others: false, ..fine.clone() }, 120, None),
        (
            "later words have longer",
            Held { seen_at: Some(at(119)), has_replied: true, ..fine.clone() },
            120,
            None,
        ),
        (
            "but not for ever",
            Held { seen_at: Some(at(599)), has_replied: true, ..fine.clone() },
            600,
            Some(Move::NotAnswered),
        ),
        ("gone", Held { has_others: false, ..fine.clone() }, 60, Some(Move::HolderGone)),
        ("gone before it was given", Held { awaiting_since: Some(at(50)), ..fine.clone() }, 60, None),
        ("never there", Held { seen_at: None, ..fine.clone() }, 60, Some(Move::HolderGone)),
        ("gone, and nobody waits", Held { awaiting_since: None, ..fine.clone() }, 600, None),
        (
            "nothing said for half an hour",
            Held { awaiting_since: None, ..fine.clone() },
            1800,
            Some(Move::Over),
        ),
    ] {
        assert_eq!(attend(&held, &rules, at(now)), expected, "{what}");
    }
}

#[test]
fn a_wait_is_said_honestly() {
    let pace = |people, room, seconds| Pace { people, room, seconds };
    for (position, pace, expected) in [
        (1, pace(2, 3, 300), 10),
        (3, pace(2, 3, 300), 10),
        (4, pace(2, 3, 300), 50),
        (1, pace(2, 0, 300), 50),
        (6, pace(2, 0, 300), 300),
        (6, pace(4, 0, 300), 150),
        (1, pace(0, 0, 300), 340),
        (3, pace(0, 0, 300), 540),
    ] {
        assert_eq!(wait_seconds(position, pace), expected, "{position} {pace:?}");
    }
    let stint = |number: u64, seconds: i64| Stint {
        taken_at: Some(at(0)),
        ended_at: Some(at(seconds)),
        ..Stint::waiting(number, String::new(), None, 0, at(0))
    };
    let lasted: Vec<Stint> =
        [100, 120, 110, 9_000, 130].into_iter().zip(1..).map(|(s, n)| stint(n, s)).collect();
    assert_eq!(Pace::seconds_of(&lasted), 120, "lunch tells nothing");
    assert_eq!(Pace::seconds_of(&lasted[..2]), 240, "two tell nothing either");
}

/// An evening: shoppers come, people are given conversations, end them, leave, come back, fall silent.
#[derive(Debug)]
struct Evening {
    now: i64,
    rules: Assignment,
    people: Vec<(Person, bool)>,
    line: Vec<Waiting>,
    /// Who holds what, and since when.
    held: BTreeMap<ConversationId, (AgentId, Waiting, i64)>,
    served: Vec<(ConversationId, i64)>,
    most: usize,
}

#[derive(Clone, Copy, Debug)]
enum Happens {
    Comes(u8),
    Ends(u8),
    Toggles(u8),
    Silent(u8),
    Later(u8),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        4 => any::<u8>().prop_map(Happens::Comes),
        3 => any::<u8>().prop_map(Happens::Ends),
        1 => any::<u8>().prop_map(Happens::Toggles),
        1 => any::<u8>().prop_map(Happens::Silent),
        3 => (1_u8..60).prop_map(Happens::Later),
    ]
}

const GROUPS: [&str; 3] = ["sale", "after_sale", "vip"];

impl Evening {
    fn new(order: AssignmentOrder) -> Self {
        let rules = Assignment { order, capacity: 2, ..Assignment::standard() };
        let people = [("a", "sale"), ("b", "after_sale"), ("c", "sale"), ("d", "")]
            .map(|(name, group)| {
                let groups = if group.is_empty() { Vec::new() } else { vec![group.to_owned()] };
                (Person { groups, ..person(name) }, true)
            })
            .to_vec();
        let (line, held, served) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { now: 0, rules, people, line, held, served, most: 0 }
    }

    fn happen(&mut self, what: Happens) {
        match what {
            Happens::Comes(which) => {
                self.most += 1;
                let group = GROUPS[usize::from(which) % GROUPS.len()];
                self.line.push(waiting(&format!("c{}", self.most), group, self.now));
            }
            Happens::Ends(which) => {
                if let Some(id) = self.pick(which) {
                    let (agent, ..) = self.held.remove(&id).unwrap();
                    self.of(&agent).load -= 1;
                    self.of(&agent).freed_at = Some(at(self.now));
                    self.served.push((id, self.now));
                }
            }
            Happens::Toggles(which) => {
                let place = usize::from(which) % self.people.len();
                self.people[place].1 ^= true;
            }
            Happens::Silent(which) => {
                if let Some(id) = self.pick(which) {
                    let (agent, mut one, _) = self.held.remove(&id).unwrap();
                    self.of(&agent).load -= 1;
                    one.passed.push(agent);
                    self.line.push(one);
                    self.line.sort_by_key(|one| (one.since, one.conversation.clone()));
                }
            }
            Happens::Later(seconds) => self.now += i64::from(seconds),
        }
        self.look();
    }

    fn pick(&self, which: u8) -> Option<ConversationId> {
        self.held.keys().nth(usize::from(which) % self.held.len().max(1)).cloned()
    }

    fn of(&mut self, agent: &AgentId) -> &mut Person {
        self.people.iter_mut().map(|(person, _)| person).find(|person| person.agent == *agent).unwrap()
    }

    fn look(&mut self) {
        let here: Vec<Person> =
            self.people.iter().filter(|(_, here)| *here).map(|(one, _)| one.clone()).collect();
        let decided = assign(&self.line, &here, |_| Some(&self.rules), at(self.now));
        for next in &decided {
            let place = self.line.iter().position(|one| one.conversation == next.conversation).unwrap();
            let one = self.line.remove(place);
            assert!(here.iter().any(|person| person.agent == next.agent), "whoever is away gets nothing");
            self.of(&next.agent).load += 1;
            self.of(&next.agent).given_at = Some(at(self.now));
            let before = self.held.insert(next.conversation.clone(), (next.agent.clone(), one, self.now));
            assert!(before.is_none(), "nobody is served twice");
        }
        self.check(&here);
    }

    /// What holds after every look.
    fn check(&self, here: &[Person]) {
        for (person, _) in &self.people {
            assert!(person.load <= self.rules.capacity, "{} holds too many", person.agent);
            let holds = self.held.values().filter(|(agent, ..)| *agent == person.agent).count();
            assert_eq!(holds, person.load as usize);
        }
        // Nobody waits for a group of which somebody here has room.
        for one in &self.line {
            let idle = here.iter().find(|person| {
                let now = self.people.iter().find(|(known, _)| known.agent == person.agent).unwrap();
                now.0.is_for(&one.group) && now.0.room(&self.rules) > 0
            });
            assert!(idle.is_none(), "{} waits though {idle:?} has room", one.conversation);
        }
        assert_eq!(self.most, self.line.len() + self.held.len() + self.served.len(), "nobody is lost");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_lost_or_waits_for_someone_idle(
        events in prop::collection::vec(happens(), 1..150),
        round_robin in any::<bool>(),
    ) {
        let order = if round_robin { AssignmentOrder::RoundRobin } else { AssignmentOrder::LongestIdle };
        let mut evening = Evening::new(order);
        events.into_iter().for_each(|what| evening.happen(what));
        // Everybody comes back and ends what they hold: everyone is served in the end.
        evening.people.iter_mut().for_each(|(_, here)| *here = true);
        evening.now += 1_000;
        while evening.served.len() < evening.most {
            evening.look();
            prop_assert!(!evening.held.is_empty());
            evening.happen(Happens::Ends(0));
        }
    }
}
