//! Sizes that a shopper had before and what became of them: as they say it, and as orders and tickets tell.

use super::{
    Query,
    talk::{Ask, Talk},
    taste::{self, known},
    words,
};
use crate::{
    domain::{
        EntityKind, EntityValue,
        trade::{LineState, Order, OrderLine, Product, SizeChart, Ticket, TicketKind},
    },
    trade::size::Experience,
};

/// A size and what became of it.
pub(super) type Worn = (String, Experience);

/// Purchases looked at; a body of years ago is another.
const PURCHASES: usize = 8;
const TOO_BIG: &[&str] = &["太大", "大了", "偏大", "太松", "太肥", "too big", "too large", "too loose"];
const TOO_SMALL: &[&str] = &["太小", "小了", "偏小", "太紧", "穿不下", "too small", "too tight"];
/// What fits as a rule.
const USUAL: &[&str] = &[
    "平时", "一般", "一直", "通常", "平常", "以前", "正好", "刚好", "合适", "usually", "normally", "always",
    "fits me", "fit me", "i wear",
];
/// The reason that a ticket gives for a size that was wrong.
const SIZE_REASON: &str = "size";

/// A size in the words, and what is said of it: 上次的M太大了, 平时穿L.
pub(super) fn said(talk: &Talk<'_>) -> Option<String> {
    let size = talk.entities(EntityKind::Size).find_map(|entity| match &entity.value {
        EntityValue::Text(size) => Some(size.to_uppercase()),
        _ => None,
    })?;
    let text = talk.words();
    let what = if words::has_any(text, TOO_BIG) {
        Experience::TooBig
    } else if words::has_any(text, TOO_SMALL) {
        Experience::TooSmall
    } else if words::has_any(text, USUAL) {
        Experience::Kept
    } else {
        return None;
    };
    Some(format!("{}:{size}", name(what)))
}

/// Back from a slot's text.
pub(super) fn read(text: &str) -> Vec<Worn> {
    let all = [Experience::Kept, Experience::TooBig, Experience::TooSmall, Experience::Wrong];
    let one = text.split_once(':').and_then(|(what, size)| {
        let what = all.into_iter().find(|known| name(*known) == what)?;
        Some((size.to_owned(), what))
    });
    one.into_iter().collect()
}

fn name(what: Experience) -> &'static str {
    match what {
        Experience::Kept => "kept",
        Experience::TooBig => "too_big",
        Experience::TooSmall => "too_small",
        Experience::Wrong => "wrong",
    }
}

/// Notes the facts that a history is read from.
pub(super) fn ask_ahead(talk: &mut Talk<'_>) {
    taste::ask_ahead(talk);
    if let Some(shopper) = talk.turn.shopper.as_ref() {
        talk.want(Query::Bought(shopper.id.clone()));
    }
}

/// What the shopper's orders tell of the sizes of a chart, the latest first. Nothing where nobody has signed in or the
/// shop's system is away: advice needs no history.
pub(super) fn bought(talk: &mut Talk<'_>, product: &Product, chart: &SizeChart) -> Ask<Vec<Worn>> {
    let (orders, tickets, products) = (known(talk.orders())?, known(talk.tickets())?, known(talk.bought())?);
    let (Some(orders), Some(tickets), Some(products)) = (orders, tickets, products) else {
        return Ok(Vec::new());
    };
    let on_chart = |line: &OrderLine| {
        let bought = products.iter().find(|bought| bought.id == line.product);
        bought.is_some_and(|bought| bought.size_chart == product.size_chart)
    };
    let lines = orders.iter().flat_map(|order| order.lines.iter().map(move |line| (order, line)));
    let worn = lines
        .filter(|(_, line)| on_chart(line))
        .filter_map(|(order, line)| Some((size_of(line, chart)?, became(order, line, tickets)?)));
    Ok(worn.take(PURCHASES).collect())
}

/// The size of a line, if the chart has it: `M` of `白色 M`.
fn size_of(line: &OrderLine, chart: &SizeChart) -> Option<String> {
    let words = line.variant_text.zh.split_whitespace();
    let mut sizes =
        words.filter_map(|word| chart.rows.iter().find(|row| row.size.eq_ignore_ascii_case(word)));
    sizes.next_back().map(|row| row.size.clone())
}

/// What became of a line; `None` where nobody knows yet, or it came back for something else.
fn became(order: &Order, line: &OrderLine, tickets: &[Ticket]) -> Option<Experience> {
    let claims = |ticket: &&Ticket| {
        ticket.order == order.id
            && matches!(ticket.kind, TicketKind::Return | TicketKind::Exchange)
            && ticket.lines.iter().any(|(claimed, _)| *claimed == line.id)
    };
    match tickets.iter().find(claims) {
        Some(ticket) if ticket.reason == SIZE_REASON => Some(Experience::Wrong),
        Some(_) => None,
        None => matches!(line.state, LineState::Delivered | LineState::Completed).then_some(Experience::Kept),
    }
}
