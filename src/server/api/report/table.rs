//! Figures of the people's side as tables for a spreadsheet.

use jiff::Timestamp;

use super::{
    super::spreadsheet::{Table, percent},
    words::{ended, reason_code, word},
};
use crate::{
    domain::{Locale, Localized, Reason},
    engine::Engine,
    insight::{Figures, Report},
    shop::Shop,
    store::StintOf,
};

/// What a table has a row for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Agents,
    Groups,
    Reasons,
    Days,
    Hours,
    Stints,
}

impl Of {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Agents => "agents",
            Self::Groups => "groups",
            Self::Reasons => "reasons",
            Self::Days => "days",
            Self::Hours => "hours",
            Self::Stints => "stints",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Agents, Self::Groups, Self::Reasons, Self::Days, Self::Hours, Self::Stints];
        all.into_iter().find(|of| of.name() == name)
    }
}

/// Whose table, and for which reader.
pub(super) struct About<'a> {
    pub(super) engine: &'a Engine,
    pub(super) shop: &'a Shop,
    pub(super) locale: Locale,
}

/// The columns of figures.
const FIGURES: [&str; 21] = [
    "came",
    "served",
    "left",
    "left_share",
    "dropped",
    "waiting",
    "messages",
    "wait_median",
    "wait_p90",
    "first_median",
    "first_p90",
    "level",
    "message_level",
    "handling_median",
    "handling_p90",
    "replies",
    "transferred",
    "requeued",
    "released",
    "rated",
    "rating",
];

const STINT: [&str; 18] = [
    "conversation",
    "number",
    "groups",
    "reasons",
    "priority",
    "queued_at",
    "taken_at",
    "first_reply_at",
    "ended_at",
    "ended",
    "agents",
    "agent_id",
    "wait",
    "first",
    "handling",
    "replies",
    "wrap_up",
    "note",
];

impl About<'_> {
    /// A row of figures for each of what the table is of.
    pub(super) fn figures(&self, of: Of, report: &Report) -> String {
        let rows: Vec<(Vec<String>, &Figures, Option<u64>)> = match of {
            Of::Agents => report
                .people
                .iter()
                .map(|(agent, it)| (vec![agent.id.to_string(), agent.name.clone()], it, None))
                .collect(),
            Of::Groups => {
                let name = |id: &String| vec![id.clone(), self.group(id)];
                report.groups.iter().map(|(id, it)| (name(id), it, None)).collect()
            }
            Of::Reasons => {
                let name = |reason| vec![reason_code(reason).to_owned(), self.reason(reason)];
                report.reasons.iter().map(|(reason, it)| (name(*reason), it, None)).collect()
            }
            Of::Days => report
                .days
                .iter()
                .map(|day| (vec![day.date.to_string()], &day.figures, Some(day.missed)))
                .collect(),
            Of::Hours | Of::Stints => {
                let hours = report.hours.iter().enumerate();
                hours.map(|(hour, it)| (vec![format!("{hour:02}:00")], it, None)).collect()
            }
        };
        let mut table = Table::new();
        let named: &[&'static str] = match of {
            Of::Agents | Of::Groups | Of::Reasons => &["id", of.name()],
            Of::Days | Of::Hours | Of::Stints => &[of.name()],
        };
        let missed: &[&'static str] = if of == Of::Days { &["needless", "missed"] } else { &["needless"] };
        table.row(self.head(named.iter().chain(&FIGURES).chain(missed)));
        for (name, it, missed) in rows {
            let cells = name.into_iter().chain(cells(it)).chain(missed.map(|missed| missed.to_string()));
            table.row(cells);
        }
        table.text()
    }

    /// A row for each stay.
    pub(super) fn stints(&self, stints: &[StintOf]) -> String {
        let mut table = Table::new();
        table.row(self.head(STINT.iter().chain(&["score"])));
        for of in stints {
            let it = &of.stint;
            let agent = it.agent.as_ref();
            let lasted = |from: Option<Timestamp>, until: Option<Timestamp>| {
                let seconds =
                    from.zip(until).map(|(from, until)| until.duration_since(from).as_secs().max(0));
                seconds.map(|seconds| seconds.to_string()).unwrap_or_default()
            };
            table.row([
                of.conversation.to_string(),
                it.number.to_string(),
                self.group(&it.group),
                self.reason(it.reason),
                it.priority.to_string(),
                self.moment(Some(it.queued_at)),
                self.moment(it.taken_at),
                self.moment(it.first_reply_at),
                self.moment(it.ended_at),
                it.ended.map(|how| word(ended(how), self.locale).to_owned()).unwrap_or_default(),
                agent.map(|agent| agent.name.clone()).unwrap_or_default(),
                agent.map(|agent| agent.id.to_string()).unwrap_or_default(),
                lasted(Some(it.queued_at), it.taken_at),
                lasted(Some(it.queued_at), it.first_reply_at),
                lasted(it.taken_at, it.ended_at),
                it.replies.to_string(),
                it.wrap_up.as_deref().map(|id| self.wrap_up(id)).unwrap_or_default(),
                it.note.clone().unwrap_or_default(),
                it.rating.map(|rating| rating.to_string()).unwrap_or_default(),
            ]);
        }
        table.text()
    }

    fn head<'k>(&self, keys: impl Iterator<Item = &'k &'static str>) -> impl Iterator<Item = String> {
        keys.map(|&key| word(key, self.locale).to_owned())
    }

    fn group(&self, id: &str) -> String {
        let known = self.shop.handoff.groups.iter().find(|group| group.id == id);
        known.map_or_else(|| id.to_owned(), |group| self.name(&group.name))
    }

    fn wrap_up(&self, id: &str) -> String {
        let known = self.shop.handoff.wrap_ups.iter().find(|one| one.id == id);
        known.map_or_else(|| id.to_owned(), |one| self.name(&one.name))
    }

    fn name(&self, name: &Localized) -> String {
        name.get(self.locale).to_owned()
    }

    fn reason(&self, reason: Option<Reason>) -> String {
        match reason {
            Some(reason) => self.engine.reason_words(&self.shop.id, reason),
            None => word("again", self.locale).to_owned(),
        }
    }

    /// A moment where the shop is, as spreadsheets read it.
    fn moment(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(String::new, |at| {
            at.to_zoned_datetime(self.shop.time_zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
        })
    }
}

/// The cells of figures, in the order of their columns; nothing where there is nothing to measure.
fn cells(it: &Figures) -> Vec<String> {
    let seconds = |lasted: Option<u64>| lasted.map(|lasted| lasted.to_string()).unwrap_or_default();
    let counts = |counts: &[u64]| counts.iter().map(u64::to_string).collect::<Vec<_>>();
    let mut cells = counts(&[it.came, it.served, it.left]);
    cells.push(percent(it.left, it.came));
    cells.extend(counts(&[it.dropped, it.waiting, it.messages]));
    cells.extend([it.wait.median, it.wait.p90, it.first_reply.median, it.first_reply.p90].map(seconds));
    cells.push(percent(it.level.within, it.level.of));
    cells.push(percent(it.message_level.within, it.message_level.of));
    cells.extend([it.handling.median, it.handling.p90].map(seconds));
    cells.extend(counts(&[it.replies, it.transferred, it.requeued, it.released, it.rated()]));
    cells.push(it.rating().map(|mean| format!("{mean:.2}")).unwrap_or_default());
    cells.extend(counts(&[it.needless]));
    cells
}
