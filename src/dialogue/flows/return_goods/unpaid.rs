//! What takes the place of a claim before anything was sent. Another colour or size is a change of the order. An order
//! that is not paid is called off: no goods, no money, no ticket; it is closed after a yes. A deposit
//! (定金) stays with the shop then, which is said before (Civil Code, art. 587; COMMERCE.md, "Pre-sale"); an advance
//! (订金) is paid back, which staff do.

use super::{Next, take};
use crate::{
    dialogue::{
        Query, flows,
        talk::{Ask, Talk},
    },
    domain::{
        Act, Change, FlowRun, SlotValue,
        act::ChangeRequest,
        trade::{Order, OrderState, Promotion, PromotionKind},
    },
};

/// `None` where there is something to claim.
pub(super) fn instead(talk: &mut Talk<'_>, run: &mut FlowRun, order: &Order) -> Ask<Option<Next>> {
    let intent = run.text("intent").unwrap_or_default();
    let not_sent = matches!(order.state(), OrderState::Unpaid | OrderState::DepositPaid | OrderState::Paid);
    if not_sent && intent == "exchange.request" {
        flows::start(talk, "order.modify_item", None)?;
        return Ok(Some(Next::Done));
    }
    let calls_off = matches!(intent, "order.cancel" | "refund.request" | "return.request");
    if calls_off { call_off(talk, run, order) } else { Ok(None) }
}

/// `None` where the order was paid.
fn call_off(talk: &mut Talk<'_>, run: &mut FlowRun, order: &Order) -> Ask<Option<Next>> {
    let deposit = match order.state() {
        OrderState::Unpaid => false,
        OrderState::DepositPaid => true,
        _ => return Ok(None),
    };
    if deposit && is_refundable(talk, order)? {
        talk.say("return.advance", &[("amount", &order.total.to_string())]);
        talk.offer_person();
        return Ok(Some(Next::Done));
    }
    Ok(match run.slots.remove("confirmed") {
        Some(SlotValue::Bool(true)) => Some(submit(talk, run, order, deposit)),
        Some(_) => {
            talk.say("return.kept", &[]);
            Some(Next::Done)
        }
        None => {
            take(run, "reason");
            let items: Vec<String> =
                order.lines.iter().filter(|line| !line.gift).map(|line| talk.text(&line.title).to_owned()).collect();
            let (items, amount) = (talk.list(&items), order.total.to_string());
            if deposit {
                talk.say("return.deposit", &[("order", order.id.as_str()), ("items", &items), ("amount", &amount)]);
            } else {
                talk.say("return.unpaid", &[("order", order.id.as_str()), ("items", &items)]);
            }
            let choices = [("choice.call_off", "yes"), ("choice.keep_order", "no")];
            let choices = choices.map(|(key, value)| talk.choice_of(key, value)).into();
            talk.offer(choices);
            Some(Next::Ask("confirm"))
        }
    })
}

/// Whether what was paid ahead is an advance by the pre-sale's own words.
fn is_refundable(talk: &mut Talk<'_>, order: &Order) -> Ask<bool> {
    order.lines.iter().for_each(|line| talk.want(Query::Product(line.product.clone())));
    for line in &order.lines {
        let Some(product) = talk.product(&line.product)? else { continue };
        let advance = |promotion: &Promotion| {
            matches!(promotion.kind, PromotionKind::Presale { refundable: true, .. }) && promotion.scope.covers(product)
        };
        if talk.shop.promotions.iter().any(advance) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn submit(talk: &mut Talk<'_>, run: &mut FlowRun, order: &Order, deposit: bool) -> Next {
    if deposit {
        run.put("deposit", order.total.to_string());
    }
    let key = format!("cancel/{}/{}", order.id, run.started_at.as_millisecond());
    run.put("change", key.clone());
    talk.say("return.submitting", &[]);
    let request = ChangeRequest::CancelOrder { shopper: order.shopper.clone(), order: order.id.clone() };
    talk.acts.push(Act::Change(Change { key, request }));
    Next::Wait
}
