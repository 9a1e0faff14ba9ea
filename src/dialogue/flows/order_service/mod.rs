//! What is changed about an order at the shopper's wish: another address, colour or size, an invoice, holding or
//! redirecting a parcel. Before the warehouse picks it, an address and a variant of the same price are changed at once;
//! all else is a ticket for staff. Either way the order is found, the wish taken down and confirmed, and nothing is
//! called done before the shop's system has said so (COMMERCE.md, "Orders").
//!
//! ```text
//! shopper  地址写错了，改成杭州市西湖区文三路9号
//! bot      跟您核对一下：订单 610027001062（控油面霜），改收货地址：杭州市西湖区文三路9号。确认提交吗？
//! shopper  对
//! bot      改好了：改收货地址，订单已经按新的来。
//! ```

mod address;
mod goods;

use super::{Flow, Heard, Next};
use crate::{
    dialogue::{
        Query, cards, cases, handover,
        orders::{self, Mention},
        step,
        talk::{Ask, Stop, Talk},
        words,
    },
    domain::{
        Act, Change, ChangeOutcome, Choice, EntityKind, FlowRun, Reason, Shown, SlotValue,
        act::ChangeRequest,
        trade::{LineState, Order, OrderState, PromotionKind, TicketKind},
    },
    trade,
};
use goods::Wish;

pub(super) struct OrderService;

/// What stands before the new value in one breath with the wish.
const INTO: &[&str] = &["改成", "改为", "换成", "改到", "寄到", "送到", "发到", "抬头是", "抬头开", "抬头:", "抬头：", "change it to", "change to", "to:", "made out to"];
/// Words by which a wish about delivery is more than a question.
const DELIVERY: &[&str] = &[
    "拦截", "改派", "改到", "先别送", "别送", "晚点送", "暂缓", "放驿站", "放门口", "放快递柜", "自提", "周末送", "工作日送", "hold", "redirect", "leave it", "deliver it",
];
/// Of places and people.
const PLACE: &[&str] = &["省", "市", "区", "县", "镇", "路", "街", "号", "栋", "单元", "室", "小区", "收件人", "电话", "street", "road", "avenue", "city"];
const INVOICE: &[&str] = &["个人", "公司", "企业", "厂", "店", "工作室", "抬头", "税号", "personal", "company", "ltd", "inc"];
const COMPANY: &[&str] = &["公司", "企业", "厂", "工作室", "有限", "company", "ltd", "inc"];
/// Invoices that staff make.
const SPECIAL: &[&str] = &["专票", "专用发票", "冲红", "红冲", "作废", "重开", "special invoice", "reverse"];
/// A wish that is longer is cut.
const LONGEST: usize = 200;

impl Flow for OrderService {
    fn id(&self) -> &'static str {
        "order_service"
    }

    fn name_key(&self) -> &'static str {
        "flow.name.service"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["order.modify_address", "order.modify_item", "shipping.delivery_option", "invoice.request"]
    }

    fn is_personal(&self) -> bool {
        true
    }

    fn changes_something(&self) -> bool {
        true
    }

    fn keeps_slots(&self) -> bool {
        true
    }

    fn hear(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
        hear(talk, run)
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        let kind = kind_of(run);
        if run.asking.is_none() && is_a_question(talk, kind) {
            return Ok(Next::Pass);
        }
        if kind == TicketKind::Invoice && words::has_any(talk.words(), SPECIAL) {
            talk.say("service.special_invoice", &[]);
            handover::hand_over(talk, Reason::Policy);
            return Ok(Next::Done);
        }
        go_on(talk, run, kind)
    }

    fn outcome(&self, talk: &mut Talk<'_>, run: Option<&FlowRun>, outcome: &ChangeOutcome) -> Ask<()> {
        outcome_told(talk, run, outcome)
    }
}

/// What the run is about; a parcel on its way can't have its address changed, it is redirected.
fn kind_of(run: &FlowRun) -> TicketKind {
    let is = |slot: &str, value: &str| run.slots.get(slot) == Some(&SlotValue::Text(value.to_owned()));
    match () {
        () if is("as", "delivery") || is("intent", "shipping.delivery_option") => TicketKind::Delivery,
        () if is("intent", "order.modify_item") => TicketKind::ItemChange,
        () if is("intent", "invoice.request") => TicketKind::Invoice,
        () => TicketKind::AddressChange,
    }
}

/// Whether the first words ask what is possible rather than for it, which the merchant's text answers.
fn is_a_question(talk: &Talk<'_>, kind: TicketKind) -> bool {
    let text = talk.words();
    let asks = words::asks(text) && !words::has_any(text, INTO);
    match kind {
        TicketKind::Delivery => !words::has_any(text, DELIVERY),
        TicketKind::Invoice => asks && talk.entities(EntityKind::OrderNo).next().is_none(),
        // A guest is told how it goes; who has signed in has an order to change.
        _ => asks && talk.turn.shopper.is_none(),
    }
}

fn hear(talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
    let before = run.slots.clone();
    let asking = run.asking.clone();
    if let Some(detail) = wish(talk, run, asking.as_deref()) {
        match kind_of(run) {
            TicketKind::AddressChange => address::hear(talk, run, &detail),
            TicketKind::ItemChange => goods::hear(talk, run),
            _ => {}
        }
        run.put("detail", detail);
        run.slots.remove("confirmed");
    } else if let Some(line) = talk.choice().and_then(|choice| choice.strip_prefix("line:")) {
        run.put("line", line);
    } else if asking.as_deref() == Some("confirm") {
        let choice = talk.choice();
        if choice == Some("yes") || words::affirms(talk.words()) {
            run.slots.insert("confirmed".to_owned(), SlotValue::Bool(true));
        } else if choice == Some("no") || words::denies(talk.words()) {
                        run.slots.remove("detail");
        }
    }
        let orders = talk.orders()?;
    // 文三路100号 names a house, not an order: in an address or a title only a whole number names one.
    let whole = [EntityKind::OrderNo, EntityKind::TrackingNo];
    let names = whole.into_iter().any(|kind| talk.entities(kind).next().is_some()) || talk.choice().is_some();
    let free_text = matches!(asking.as_deref(), Some("detail" | "tax_number"));
    if free_text && !names && kind_of(run) != TicketKind::ItemChange {
        return Ok(if run.slots == before { Heard::Nothing } else { Heard::Took });
    }
    match orders::mentioned(talk, &orders.iter().collect::<Vec<_>>()) {
        Mention::One(order) => drop(run.slots.insert("order".to_owned(), SlotValue::Order(order.id.clone()))),
        Mention::Unknown(number) if talk.entities(EntityKind::OrderNo).next().is_some() => run.put("unknown", number),
        _ => {}
    }
    Ok(if run.slots == before { Heard::Nothing } else { Heard::Took })
}

/// The wish itself, as the shopper wrote it: behind "改成", or the whole message where it was asked for and is no question.
fn wish(talk: &Talk<'_>, run: &FlowRun, asking: Option<&str>) -> Option<String> {
    let raw = talk.utterance()?.raw.trim();
    let kind = kind_of(run);
    let behind = INTO.iter().filter_map(|word| Some(&raw[raw.find(word)? + word.len()..])).min_by_key(|rest| rest.len());
    let behind = behind.map(|rest| rest.trim_matches(|c: char| !c.is_alphanumeric() && c != '(' && c != '（'));
    if let Some(rest) = behind.filter(|rest| 2 <= rest.chars().count()) {
        return Some(cut(rest));
    }
    let options = [EntityKind::Color, EntityKind::Size, EntityKind::Quantity];
    let options = options.iter().any(|kind| talk.entities(*kind).next().is_some());
    if asking.is_none() && (kind == TicketKind::Delivery || (kind == TicketKind::ItemChange && options)) {
        return Some(cut(raw));
    }
    if !matches!(asking, Some("detail" | "tax_number")) || words::asks(talk.words()) || words::cancels(talk.words()) {
        return None;
    }
    let looks = match kind {
        TicketKind::AddressChange | TicketKind::Delivery => {
            words::has_any(talk.words(), PLACE)
                || talk.entities(EntityKind::Region).chain(talk.entities(EntityKind::Phone)).next().is_some()
        }
        TicketKind::Invoice => words::has_any(talk.words(), INVOICE) || tax_number(raw).is_some(),
                _ => options,
    };
    let other = step::stated(talk).iter().any(|(intent, _)| !OrderService.intents().contains(&intent.as_str()));
    // Without a sign that it is the wish, a scrap is none.
    let least = match kind {
        TicketKind::AddressChange => 6,
        TicketKind::Invoice => 4,
        _ => 3,
    };
    if !looks && (other || raw.chars().count() < least || words::is_fragment(talk.words())) {
        return None;
    }
    match (asking, run.text("detail")) {
        (Some("tax_number"), Some(title)) => Some(cut(&format!("{title} {raw}"))),
        _ => Some(cut(raw)),
    }
}

fn cut(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

/// A taxpayer's number: 15 to 20 letters and digits in a row, digits among them.
fn tax_number(text: &str) -> Option<&str> {
    let runs = text.split(|c: char| !c.is_ascii_alphanumeric());
    runs.into_iter().find(|run| (15..=20).contains(&run.len()) && run.bytes().filter(u8::is_ascii_digit).count() >= 8)
}

/// One question at a time: which order, what it shall be, a yes.
fn go_on(talk: &mut Talk<'_>, run: &mut FlowRun, kind: TicketKind) -> Ask<Next> {
    let shopper = talk.shopper()?.id.clone();
    talk.want(Query::Tickets(shopper));
    let orders = talk.orders()?;
    if let Some(number) = run.text("unknown").map(str::to_owned) {
        talk.say("order.not_found", &[("number", &number)]);
        run.slots.remove("unknown");
    }
    let open: Vec<&Order> = orders.iter().filter(|order| fits(kind, order.state())).collect();
    let chosen = match run.slots.get("order") {
        Some(SlotValue::Order(id)) => orders.iter().find(|order| order.id == *id),
        _ => None,
    };
    let Some(order) = chosen.or_else(|| orders::understood_without_words(talk, &open)) else {
        if open.is_empty() {
            talk.say("service.no_orders", &[]);
            talk.offer_person();
            return Ok(Next::Done);
        }
        talk.say("service.ask_order", &[]);
        orders::offer_orders(talk, &open)?;
        return Ok(Next::Ask("order"));
    };
    run.slots.insert("order".to_owned(), SlotValue::Order(order.id.clone()));
    talk.about(Shown::Order(order.id.clone()));
    if let Some(next) = out_of_reach(talk, run, kind, order) {
        return Ok(next);
    }
    settle(talk, run, kind_of(run), order)
}

/// The states in which a wish can be met, by COMMERCE.md's table.
fn fits(kind: TicketKind, state: OrderState) -> bool {
    use OrderState::{Completed, Delivered, DepositPaid, Paid, PartlyShipped, Shipped, Unpaid};
    match kind {
        TicketKind::AddressChange => matches!(state, Unpaid | DepositPaid | Paid | PartlyShipped | Shipped),
        TicketKind::ItemChange => matches!(state, Unpaid | DepositPaid | Paid),
        TicketKind::Delivery => matches!(state, Paid | PartlyShipped | Shipped),
        _ => matches!(state, Paid | PartlyShipped | Shipped | Delivered | Completed),
    }
}

/// What is said where the order's state does not allow the wish; `None` where it does, or where another way does.
fn out_of_reach(talk: &mut Talk<'_>, run: &mut FlowRun, kind: TicketKind, order: &Order) -> Option<Next> {
    let state = order.state();
    if kind == TicketKind::AddressChange && state == OrderState::Shipped {
        if run.text("as").is_none() {
            talk.say("service.redirect", &[]);
            run.put("as", "delivery");
        }
        return None;
    }
    if fits(kind, state) {
        return None;
    }
    match (kind, state) {
        (TicketKind::Invoice, OrderState::Unpaid | OrderState::DepositPaid) => talk.say("service.unpaid_first", &[]),
        (TicketKind::ItemChange, OrderState::Shipped | OrderState::PartlyShipped) => {
            talk.say("service.item_shipped", &[]);
            let choice = talk.choice_of("label.exchange.request", "intent:exchange.request");
            talk.offer(vec![choice]);
        }
        _ => {
            let state = talk.label(orders::state_key(state), &[]);
            talk.say("service.too_late", &[("state", &state)]);
            talk.offer_person();
        }
    }
    Some(Next::Done)
}

/// Takes down the wish and has it confirmed.
fn settle<'a>(talk: &mut Talk<'a>, run: &mut FlowRun, kind: TicketKind, order: &'a Order) -> Ask<Next> {
    let Some(detail) = run.text("detail").map(str::to_owned) else {
        return Ok(ask_detail(talk, kind));
    };
    let company = kind == TicketKind::Invoice && words::has_any(&detail.to_lowercase(), COMPANY);
    if company && tax_number(&detail).is_none() {
        talk.say("service.ask_tax_number", &[]);
        return Ok(Next::Ask("tax_number"));
    }
    let (request, detail) = match plan(talk, run, kind, order)? {
        Plan::Carry(request, detail) => (request, detail),
        Plan::Note => (note(talk, kind, order, detail.clone()), detail),
        Plan::Next(next) => return Ok(next),
    };
    if run.slots.remove("confirmed").is_some() {
        return Ok(submit(talk, run, kind, order, request));
    }
    let titles: Vec<String> =
        order.lines.iter().filter(|line| !line.gift).map(|line| talk.text(&line.title).to_owned()).collect();
    let (items, name) = (talk.list(&titles), talk.label(kind.reply_key(), &[]));
    let slots = [("order", order.id.as_str()), ("items", &*items), ("kind", &*name), ("detail", &*detail)];
    talk.say("service.summary", &slots);
    if kind == TicketKind::Invoice {
        talk.say("service.invoice_amount", &[("amount", &order.total.to_string())]);
    }
    let choices = [("choice.confirm", "yes"), ("choice.change", "no"), ("choice.cancel", "cancel")];
    let choices = choices.map(|(key, value)| talk.choice_of(key, value)).into();
    talk.offer(choices);
    Ok(Next::Ask("confirm"))
}

fn ask_detail(talk: &mut Talk<'_>, kind: TicketKind) -> Next {
    let key = match kind {
        TicketKind::ItemChange => "service.ask.item_change",
        TicketKind::Delivery => "service.ask.delivery",
        TicketKind::Invoice => "service.ask.invoice",
        _ => "service.ask.address_change",
    };
    talk.say(key, &[]);
    Next::Ask("detail")
}

/// How a wish is met.
enum Plan {
    /// By the shop's system, as told in these words.
    Carry(ChangeRequest, String),
    /// By staff.
    Note,
    /// Not yet: something was said.
    Next(Next),
}

fn plan<'a>(talk: &mut Talk<'a>, run: &mut FlowRun, kind: TicketKind, order: &'a Order) -> Ask<Plan> {
    // What the warehouse has in hand, and what has left in part, is a note to staff.
    let open = |state| matches!(state, LineState::Unpaid | LineState::DepositPaid | LineState::Paid);
    let untouched =
        !order.picking && order.lines.iter().all(|line| line.state >= LineState::Closed || open(line.state));
    match kind {
        TicketKind::AddressChange => Ok(plan_address(talk, run, order, untouched)),
        TicketKind::ItemChange if untouched => plan_goods(talk, run, order),
        _ => Ok(Plan::Note),
    }
}

fn plan_address(talk: &mut Talk<'_>, run: &mut FlowRun, order: &Order, untouched: bool) -> Plan {
    let Some(new) = address::changed(run, &order.address) else { return Plan::Note };
        let heard = run.text("heard").unwrap_or_default();
    let goes_to = |region: &&String| [&*new.region, &*new.detail, heard].iter().any(|text| text.contains(region.as_str()));
    if let Some(region) = talk.shop.policy.excluded_regions.iter().find(goes_to) {
        talk.say("service.not_delivered_to", &[("region", region)]);
        run.slots.remove("detail");
        address::forget(run);
        return Plan::Next(Next::Ask("detail"));
    }
        // A city without a street is half an address; a place that could not be put in order is for people to read.
    if run.text("street").is_none() && new.region != order.address.region {
        run.slots.remove("detail");
        return Plan::Next(ask_detail(talk, TicketKind::AddressChange));
    }
    let unclear = run.slots.contains_key("unplaced");
    // Where shipping is charged for the way, the fee is not the one that was paid.
    let charged = talk.shop.promotions.iter().any(|promotion| match &promotion.kind {
        PromotionKind::FreeShipping { except_regions, .. } => except_regions.iter().any(|region| new.region.contains(region)),
        _ => false,
    });
    if !untouched || charged || unclear {
        return Plan::Note;
    }
    let line = address::line(&new);
    let (shopper, order) = (order.shopper.clone(), order.id.clone());
    Plan::Carry(ChangeRequest::ChangeAddress { shopper, order, address: new }, line)
}

fn plan_goods<'a>(talk: &mut Talk<'a>, run: &mut FlowRun, order: &'a Order) -> Ask<Plan> {
    Ok(match goods::wish(talk, run, order)? {
        Wish::Unclear => Plan::Note,
        Wish::Same { line, variant, product } => {
            let (title, words) = (talk.text(&line.title).to_owned(), product.variant_text(variant));
            let detail = format!("{title} → {}", talk.text(&words));
            let (shopper, order, line) = (order.shopper.clone(), order.id.clone(), line.id.clone());
            Plan::Carry(ChangeRequest::ChangeVariant { shopper, order, line, variant: variant.id.clone() }, detail)
        }
        Wish::Which(lines) => {
            let choice = |talk: &Talk<'_>, line: &crate::domain::trade::OrderLine| Choice {
                label: format!("{} {}", talk.text(&line.title), talk.text(&line.variant_text)),
                value: format!("line:{}", line.id),
            };
            let choices = lines.into_iter().map(|line| choice(talk, line)).collect();
            talk.say("service.which_line", &[]);
            talk.offer(choices);
            Plan::Next(Next::Ask("line"))
        }
        Wish::AsOrdered => {
            talk.say("service.as_ordered", &[]);
            Plan::Next(Next::Done)
        }
        Wish::NoStock { line, left, product } => {
            run.slots.remove("detail");
            let title = talk.text(&line.title).to_owned();
            let left: Vec<String> =
                left.into_iter().map(|variant| talk.text(&product.variant_text(variant)).to_owned()).collect();
            if left.is_empty() {
                talk.say("service.none_left", &[("title", &title)]);
                return Ok(Plan::Next(Next::Done));
            }
            let left = talk.list(&left);
            talk.say("service.no_stock", &[("title", &title), ("left", &left)]);
            Plan::Next(Next::Ask("detail"))
        }
        Wish::OtherPrice { line, variant } => {
            let (title, now, then) =
                (talk.text(&line.title).to_owned(), line.unit_price.to_string(), variant.price.to_string());
            talk.say("service.other_price", &[("title", &title), ("now", &now), ("then", &then)]);
            Plan::Note
        }
    })
}

/// The wish as a ticket, in the shopper's words.
fn note(talk: &Talk<'_>, kind: TicketKind, order: &Order, detail: String) -> ChangeRequest {
    let (state, due) = trade::opening_for_order(talk.now());
    ChangeRequest::OpenTicket {
        shopper: order.shopper.clone(),
        order: order.id.clone(),
        kind,
        reason: detail,
        lines: Vec::new(),
        evidence: Vec::new(),
        amount: talk.nothing(),
        shipping_payer: String::new(),
        state,
        due: Some(due),
    }
}

fn submit(
    talk: &mut Talk<'_>,
    run: &mut FlowRun,
    kind: TicketKind,
    order: &Order,
    request: ChangeRequest,
) -> Next {
    let way = if matches!(request, ChangeRequest::OpenTicket { .. }) { "note" } else { "service" };
    let key = format!("{way}/{}/{kind:?}/{}", order.id, run.started_at.as_millisecond());
    run.put("change", key.clone());
    talk.say("return.submitting", &[]);
    talk.acts.push(Act::Change(Change { key, request }));
    Next::Wait
}

/// What the shop's system said. Where it can't do it (any more), staff get the wish: the shopper has said yes to it.
fn outcome_told(talk: &mut Talk<'_>, run: Option<&FlowRun>, outcome: &ChangeOutcome) -> Ask<()> {
    let kind = run.map_or(TicketKind::AddressChange, kind_of);
    let id = run.and_then(|run| match run.slots.get("order") {
        Some(SlotValue::Order(id)) => Some(id.clone()),
        _ => None,
    });
    let (Some(run), Some(id)) = (run, id) else { return cases::told(talk, kind, outcome) };
    let orders = match talk.orders() {
        Err(Stop::Missing) => return Err(Stop::Missing),
        orders => orders.unwrap_or_default(),
    };
    let order = orders.iter().find(|order| order.id == id);
    let noted = run.text("change").is_some_and(|key| key.starts_with("note/"));
    match (outcome, order) {
        (ChangeOutcome::Refused(_), Some(order)) if !noted => {
            talk.say("service.to_staff", &[]);
            let detail = run.text("detail").unwrap_or_default().to_owned();
            let (mut run, request) = (run.clone(), note(talk, kind, order, detail));
            submit(talk, &mut run, kind, order, request);
            talk.state.flows.push(run);
            Ok(())
        }
        (ChangeOutcome::Done, Some(order)) => {
            cases::told(talk, kind, outcome)?;
            let card = cards::order(talk, order);
            talk.show(card);
            Ok(())
        }
        _ => cases::told(talk, kind, outcome),
    }
}
