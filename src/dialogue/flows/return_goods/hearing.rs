//! What a message says to the return flow: order, units, kind, reason, the wish of an exchange, yes and no.
//! Everything is looked for in every message, so that answers may come early, together, or as corrections.

use super::{Heard, evidence, order_of};
use crate::{
    dialogue::{
        orders::{self, Mention},
        step,
        talk::{Ask, Talk},
        words,
    },
    domain::{
        EntityKind, EntityValue, FlowRun, IntentId, LineId, SlotValue,
        trade::{Order, OrderLine, OrderState},
    },
};

/// Reasons: code and the words that state it. The first that fits counts.
pub(super) const REASONS: &[(&str, &[&str])] = &[
    ("missing", &["少发", "漏发", "少了", "缺件", "没有配件", "missing", "not in the box"]),
    ("wrong", &["发错", "错发", "送错", "货不对", "不是我买的", "wrong item", "wrong one", "wrong colour", "wrong color"]),
    ("damaged", &["破损", "摔坏", "压坏", "碎了", "裂了", "运输", "damaged", "crushed", "arrived broken"]),
    ("fault", FAULT),
    ("not_as_described", &["描述不符", "与描述", "和图片不", "色差", "实物不符", "不一样", "not as described", "different from"]),
    ("size", SIZE),
    ("no_reason", NO_REASON),
    ("cancel", &[]),
];
const FAULT: &[&str] = &[
    "质量", "坏了", "坏的", "有问题", "故障", "用不了", "开不了机", "瑕疵", "开线", "掉色", "破了", "破洞", "defect",
    "faulty", "broken", "doesn't work", "not working", "quality", "torn",
];
const SIZE: &[&str] = &[
    "尺码", "尺寸", "太大", "太小", "偏大", "偏小", "大了", "小了", "有点大", "有点小", "太紧", "太松", "不合身", "不合适",
    "too big", "too small", "too large", "doesn't fit", "size", "too tight", "too loose",
];
const NO_REASON: &[&str] = &[
    "不喜欢", "不想要", "不要了", "不需要", "买错", "拍错", "多拍", "后悔", "无理由", "七天", "changed my mind", "don't want",
    "don't like", "don't need", "no reason", "by mistake",
];
/// The reasons as offered, the commonest first.
pub(super) const OFFERED_REASONS: &[&str] = &["no_reason", "size", "fault", "not_as_described", "damaged", "wrong"];
const KINDS: &[(&str, &[&str])] = &[
    ("refund_only", &["仅退款", "只退款", "不退货", "refund only", "only refund", "without returning", "keep it"]),
    ("exchange", &["换货", "换一件", "换一个", "换新", "换个", "换大", "换小", "想换", "调换", "exchange", "swap"]),
    ("repair", &["维修", "修一下", "修理", "返修", "repair", "fix it"]),
    ("resend", &["补发", "重发", "再发", "补寄", "resend", "send again", "send the missing"]),
    ("return", &["退货", "退掉", "退了", "退回", "return it", "send it back", "return for"]),
];
/// Slots whose correction is told, in the order in which it is.
const CORRECTABLE: [&str; 5] = ["order", "lines", "kind", "reason", "want"];
const EVERYTHING: &[&str] =
    &["全部", "都退", "全退", "都要退", "全都", "整单", "all of them", "everything", "both"];

/// Fills slots from the message.
pub(super) fn hear(talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
    let before = run.slots.clone();
    let begins = run.asking.is_none() && !run.slots.contains_key("begun");
    from_intent(talk, run, begins);
    if let Some(choice) = talk.choice() {
        from_choice(run, choice);
    }
    evidence::hear(talk, run);
    from_words(talk, run, begins);
    let known = run.slots.clone();
    // Who has not signed in keeps what was said so far and is asked to.
    match talk.orders() {
        Ok(all) => from_orders(talk, run, all),
        Err(stop) => {
            run.slots = known;
            return Err(stop);
        }
    }
    if run.slots == before {
        return Ok(Heard::Nothing);
    }
    let pressed_change = talk.choice().is_some_and(|choice| choice.starts_with("change:"));
    let recounted = before.contains_key("lines") && run.slots.contains_key("units");
    let changed = |slot: &&str| {
        let other = before.contains_key(*slot) && before.get(*slot) != run.slots.get(*slot);
        other || (recounted && *slot == "lines")
    };
    let corrected: Vec<&str> = CORRECTABLE.into_iter().filter(changed).collect();
    if !pressed_change && !corrected.is_empty() {
        run.put("corrected", corrected.join(" "));
        // "Yes, but two of them" and "no, the shoes" ask for the summary anew, not for an end.
        run.slots.remove("confirmed");
    }
    Ok(Heard::Took)
}

fn from_intent(talk: &Talk<'_>, run: &mut FlowRun, begins: bool) {
    let stated = step::stated(talk);
    let intent = stated.iter().map(|(id, _)| id.as_str().to_owned()).find(|id| preset(id).is_some());
    let intent = if begins { run.text("intent").map(str::to_owned).or(intent) } else { intent };
    let Some((kind, reason)) = intent.as_deref().and_then(preset) else { return };
    // In the middle only the kind can be changed by stating another wish; a reason is taken from words.
    if let Some(kind) = kind.filter(|_| begins || matches!(intent.as_deref(), Some("exchange.request"))) {
        run.put("kind", kind);
    }
    // 不对，是那双鞋: what is corrected was misheard, the goods are not wrong.
    let corrects = words::denies(talk.words());
    if let Some(reason) = reason.filter(|_| begins || (run.text("reason").is_none() && !corrects)) {
        run.put("reason", reason);
    }
    if begins {
        run.put("begun", "1");
    }
}

/// Kind and reason that an intent gives.
fn preset(intent: &str) -> Option<(Option<&'static str>, Option<&'static str>)> {
    Some(match intent {
        "return.request" => (Some("return"), None),
        "exchange.request" => (Some("exchange"), None),
        "refund.request" | "order.cancel" => (None, None),
        "item.defective" => (None, Some("fault")),
        "item.wrong_or_missing" => (None, Some("wrong")),
        _ => return None,
    })
}

fn from_choice(run: &mut FlowRun, choice: &str) {
    match choice.split_once(':') {
        None if matches!(choice, "yes" | "no") && run.asking.as_deref() == Some("confirm") => {
            run.slots.insert("confirmed".to_owned(), SlotValue::Bool(choice == "yes"));
        }
        Some(("lines", lines)) => {
            let read = |part: &str| {
                let (line, units) = part.rsplit_once('x')?;
                Some((LineId::from(line), units.parse().ok()?))
            };
            let lines: Option<Vec<(LineId, u32)>> = lines.split(',').map(read).collect();
            if let Some(lines) = lines {
                run.slots.insert("lines".to_owned(), SlotValue::Lines(lines));
            }
        }
        Some(("kind", kind)) if super::kind_of(kind).is_some() => run.put("kind", kind),
        Some(("reason", reason)) if REASONS.iter().any(|(code, _)| *code == reason) => run.put("reason", reason),
        Some(("change", slot)) => forget(run, slot),
        _ => {}
    }
}

/// Forgets a slot and what followed from it, so that it is asked again.
fn forget(run: &mut FlowRun, slot: &str) {
    let gone: &[&str] = match slot {
        "order" => &["order", "lines", "line", "units"],
        "lines" => &["lines", "line", "units"],
        "kind" => &["kind", "want"],
        _ => &["reason"],
    };
    for slot in gone {
        run.slots.remove(*slot);
    }
    run.put("asked_to_change", slot);
}

fn from_words(talk: &Talk<'_>, run: &mut FlowRun, begins: bool) {
    let words = talk.words();
    if words.is_empty() {
        return;
    }
    let meant = words::after_denial(words);
    let found = |list: &[(&'static str, &[&str])]| {
        list.iter().find(|(_, signs)| words::has_any(meant, signs)).map(|(code, _)| *code)
    };
    let asking = run.asking.clone().unwrap_or_default();
    let question = words::asks(words) && !begins;
    if let Some(kind) = found(KINDS).filter(|_| !question || asking == "kind") {
        let refines = begins && run.text("kind").is_some() && kind == "return";
        if !refines {
            run.put("kind", kind);
        }
    }
    if let Some(reason) = found(REASONS).filter(|_| !question || asking == "reason") {
        run.put("reason", reason);
    } else if asking == "reason" && !question && !words::cancels(words) && step::stated(talk).is_empty() {
        // Any other words are the reason as the shopper tells it; the rules treat it as none of the seller's.
        let told: String = talk.utterance().map_or("", |it| it.raw.as_str()).chars().take(100).collect();
        run.put("reason", format!("no_reason:{told}"));
    }
    if asking == "confirm" {
        if words::affirms(words) || is_intent(talk, "chat.affirm") {
            run.slots.insert("confirmed".to_owned(), SlotValue::Bool(true));
        } else if words::denies(words) || is_intent(talk, "chat.deny") {
            run.slots.insert("confirmed".to_owned(), SlotValue::Bool(false));
        }
    }
    wish(talk, run, &asking, question);
    if let Some(count) = quantity(talk) {
        run.slots.insert("units".to_owned(), SlotValue::Integer(count));
    }
    if words::has_any(words, EVERYTHING) || (asking == "lines" && words.contains('都')) {
        run.slots.insert("units".to_owned(), SlotValue::Integer(i64::MAX));
        run.put("line", "*");
        run.slots.remove("lines");
    }
}

/// What an exchange shall be for: a size, a colour, or the shopper's words when that was asked.
fn wish(talk: &Talk<'_>, run: &mut FlowRun, asking: &str, question: bool) {
    if run.text("kind") != Some("exchange") {
        return;
    }
    let named: Vec<&str> = talk
        .entities(EntityKind::Color)
        .chain(talk.entities(EntityKind::Size))
        .map(|entity| entity.text.as_str())
        .collect();
    if !named.is_empty() {
        run.put("want", named.join(" "));
    } else if words::has_any(talk.words(), &["大一码", "小一码", "大一号", "小一号", "size up", "size down", "larger", "smaller"])
        || (asking == "want" && !question)
    {
        let told: String = talk.utterance().map_or("", |it| it.raw.as_str()).chars().take(60).collect();
        run.put("want", told);
    }
}

fn is_intent(talk: &Talk<'_>, intent: &str) -> bool {
    talk.words().chars().count() <= 8 && step::stated(talk).iter().any(|(id, _)| id.as_str() == intent)
}

fn quantity(talk: &Talk<'_>) -> Option<i64> {
    talk.entities(EntityKind::Quantity).find_map(|entity| match entity.value {
        EntityValue::Integer(count) if count > 0 => Some(count),
        _ => None,
    })
}

/// Orders that may be claimed for, those likelier for the intent first.
pub(super) fn candidates<'a>(orders: &'a [Order], intent: &str) -> Vec<&'a Order> {
        let calls_off = intent == "order.cancel";
    let open = |order: &&Order| match order.state() {
        OrderState::Unpaid | OrderState::DepositPaid => calls_off,
        OrderState::Closed | OrderState::Refunded => false,
        _ => true,
    };
    let mut open: Vec<_> = orders.iter().filter(open).collect();
    let arrived =
        |order: &&Order| matches!(order.state(), OrderState::Delivered | OrderState::Completed | OrderState::PartlyShipped);
    open.sort_by_key(|order| arrived(order) == calls_off);
    open
}

/// The order and the line that the words name.
fn from_orders(talk: &Talk<'_>, run: &mut FlowRun, all: &[Order]) {
    let everything: Vec<&Order> = all.iter().collect();
    let intent = run.text("intent").unwrap_or_default().to_owned();
    let likely = candidates(all, &intent);
    let known = order_of(run, all);
    let aside = known.is_some() && is_aside(talk, run);
    // A line of the order in hand is nearer than another order with such goods.
    let line_here = known.filter(|_| !aside).and_then(|order| named_line(talk, order));
    if line_here.is_none() && !aside {
        match orders::mentioned(talk, &everything) {
            Mention::One(order) => set_order(run, order),
            Mention::Several(several) => {
                let few: Vec<_> = several.into_iter().filter(|order| likely.iter().any(|it| it.id == order.id)).collect();
                if let ([order], None) = (few.as_slice(), known) {
                    set_order(run, order);
                }
            }
            Mention::Unknown(number) => run.put("unknown_order", number),
            Mention::Nothing => {}
        }
    }
    let asked_anew = run.text("asked_to_change") == Some("order");
    if order_of(run, all).is_none() && !run.slots.contains_key("unknown_order") && !asked_anew
        && let Some(order) = orders::understood_without_words(talk, &likely)
    {
        set_order(run, order);
    }
    run.slots.remove("asked_to_change");
    if let Some(line) = order_of(run, all).filter(|_| !aside).and_then(|order| named_line(talk, order))
        && run.text("line") != Some(line.id.as_str())
    {
        run.put("line", line.id.as_str());
        run.slots.remove("lines");
    }
}

/// Goods named in a question or in talk about the assistant are no correction of the order in hand.
fn is_aside(talk: &Talk<'_>, run: &FlowRun) -> bool {
    let asked = matches!(run.asking.as_deref(), Some("order" | "lines"));
    let answer = |intent: &str| matches!(intent, "chat.affirm" | "chat.deny" | "chat.greet" | "chat.thanks");
    let chat = |(intent, _): &(IntentId, Option<f32>)| intent.as_str().starts_with("chat.") && !answer(intent.as_str());
    talk.choice().is_none() && ((!asked && words::asks(talk.words())) || step::stated(talk).iter().any(chat))
}

fn set_order(run: &mut FlowRun, order: &Order) {
    let same = matches!(run.slots.get("order"), Some(SlotValue::Order(id)) if *id == order.id);
    if !same {
        for slot in ["lines", "line"] {
            run.slots.remove(slot);
        }
        run.slots.insert("order".to_owned(), SlotValue::Order(order.id.clone()));
    }
}

/// The one line that the words name; `None` when they name none or several alike.
fn named_line<'a>(talk: &Talk<'_>, order: &'a Order) -> Option<&'a OrderLine> {
    let lines: Vec<&OrderLine> = order.lines.iter().filter(|line| !line.gift).collect();
    if lines.len() < 2 {
        return None;
    }
    let meant = words::after_denial(talk.words());
    let denied = meant.len() < talk.words().len();
    let named = crate::dialogue::products::named(talk);
    if let Some(line) = lines.iter().find(|line| !denied && named.contains(&line.product)) {
        return Some(line);
    }
    let score = |line: &OrderLine| {
        let texts = [Some(&line.title.zh), line.title.en.as_ref(), Some(&line.variant_text.zh), line.variant_text.en.as_ref()];
        texts.into_iter().flatten().map(|title| words::naming(meant, title)).max().unwrap_or_default()
    };
    let best = lines.iter().map(|line| score(line)).max().filter(|best| *best > 0)?;
    let mut best_ones = lines.iter().filter(|line| score(line) == best);
    match (best_ones.next(), best_ones.next()) {
        (Some(line), None) => Some(line),
        _ => None,
    }
}

/// Turns a named line and a count into lines and units, as far as that leaves no doubt; keeps both within what
/// is left to claim.
pub(super) fn settle_units(run: &mut FlowRun, open: &[(&OrderLine, u32)]) {
    let count = match run.slots.get("units") {
        Some(SlotValue::Integer(count)) => Some(u32::try_from(*count).unwrap_or(u32::MAX)),
        _ => None,
    };
    let line = run.text("line").map(str::to_owned);
    let in_hand = super::lines_of(run).map(<[_]>::to_vec);
    let fill = |line: &OrderLine, left: u32, count: u32| vec![(line.id.clone(), count.clamp(1, left))];
    let settled = match (line.as_deref(), count, in_hand) {
        (Some("*"), _, _) => Some(open.iter().map(|(line, left)| (line.id.clone(), *left)).collect()),
        // A count alone corrects the one line in hand.
        (_, Some(count), Some(lines)) if lines.len() == 1 => {
            open.iter().find(|(line, _)| line.id == lines[0].0).map(|(line, left)| fill(line, *left, count))
        }
        (_, _, Some(lines)) => Some(lines),
        (Some(id), count, None) => open
            .iter()
            .find(|(line, _)| line.id.as_str() == id)
            .and_then(|(line, left)| (count.is_some() || *left == 1).then(|| fill(line, *left, count.unwrap_or(1)))),
        (None, count, None) => match open {
            [(line, left)] if count.is_some() || *left == 1 => Some(fill(line, *left, count.unwrap_or(1))),
            _ => None,
        },
    };
    let valid = |lines: &Vec<(LineId, u32)>| {
        !lines.is_empty()
            && lines.iter().all(|(id, units)| open.iter().any(|(line, left)| line.id == *id && (1..=*left).contains(units)))
    };
    run.slots.remove("units");
    match settled.filter(valid) {
        Some(lines) => {
            run.slots.insert("lines".to_owned(), SlotValue::Lines(lines));
        }
        None => {
            run.slots.remove("lines");
        }
    }
}

