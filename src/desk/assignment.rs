//! Who gets the next conversation.

use jiff::Timestamp;

use crate::{
    domain::{AgentId, ConversationId, ShopId},
    shop::{Assignment, AssignmentOrder},
};

/// A conversation that waits, in the order it is to be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub conversation: ConversationId,
    /// In which shop.
    pub shop: ShopId,
    /// For which group; empty for everybody.
    pub group: String,
    /// Since when.
    pub since: Timestamp,
    /// Who had it in this wait and let it go unanswered.
    pub passed: Vec<AgentId>,
}

/// A person who is there and wants conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub agent: AgentId,
    /// In which shops; empty means all of them.
    pub shops: Vec<ShopId>,
    /// For which groups; empty means all of them.
    pub groups: Vec<String>,
    /// How many at once; 0 is as the shop says.
    pub capacity: u32,
    /// How many they hold.
    pub load: u32,
    /// When they were last given one.
    pub given_at: Option<Timestamp>,
    /// When one of theirs last ended.
    pub freed_at: Option<Timestamp>,
}

impl Person {
    /// Whether they serve a shop.
    pub fn serves(&self, shop: &ShopId) -> bool {
        self.shops.is_empty() || self.shops.contains(shop)
    }

    /// Whether they are there for a group.
    pub fn is_for(&self, group: &str) -> bool {
        group.is_empty() || self.groups.is_empty() || self.groups.iter().any(|one| one == group)
    }

    /// How many more they can hold.
    pub fn room(&self, rules: &Assignment) -> u32 {
        let capacity = if self.capacity == 0 { rules.capacity } else { self.capacity };
        capacity.saturating_sub(self.load)
    }
}

/// A conversation and who is to get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// Which.
    pub conversation: ConversationId,
    /// Whose.
    pub agent: AgentId,
}

/// Gives what waits to whoever is next, the first in `waiting` first. `rules` says how a shop shares its work; `None`
/// for a shop that is not served, and one whose people take by hand gets nothing given.
///
/// A conversation goes to its group; once it has waited for long, to anybody with room. Whoever let it go unanswered
/// gets it again only when there is nobody else at all.
pub fn assign<'r>(
    waiting: &[Waiting],
    people: &[Person],
    rules: impl Fn(&ShopId) -> Option<&'r Assignment>,
    now: Timestamp,
) -> Vec<Next> {
    let mut people = people.to_vec();
    let mut decided = Vec::new();
    for one in waiting {
        let Some(rules) = rules(&one.shop).filter(|rules| rules.by_itself) else { continue };
        let overflows = rules.overflow_after <= now.duration_since(one.since);
        let able = |person: &&mut Person| {
            person.serves(&one.shop) && (overflows || person.is_for(&one.group)) && person.room(rules) > 0
        };
        let fresh = |person: &&mut Person| able(person) && !one.passed.contains(&person.agent);
        let has_fresh = people.iter_mut().any(|person| fresh(&person));
        let chosen = people
            .iter_mut()
            .filter(|person| if has_fresh { fresh(person) } else { able(person) })
            // A colleague of the group before one who helps out.
            .min_by_key(|person| (!person.is_for(&one.group), turn(person, rules.order)));
        if let Some(person) = chosen {
            person.load += 1;
            person.given_at = Some(now);
            decided.push(Next { conversation: one.conversation.clone(), agent: person.agent.clone() });
        }
    }
    decided
}

/// Whose turn comes first: the smaller. Whoever never had one comes before all others; names make it certain.
fn turn(person: &Person, order: AssignmentOrder) -> (Option<Timestamp>, u32, AgentId) {
    let last = match order {
        AssignmentOrder::LongestIdle => person.given_at.max(person.freed_at),
        AssignmentOrder::RoundRobin => person.given_at,
    };
    (last, person.load, person.agent.clone())
}
