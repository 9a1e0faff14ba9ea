//! Everything that is kept of somebody, as one JSON document: what a shop hands over when a shopper asks for it (Personal
//! Information Protection Law, art. 45).
//!
//! Internal notes and what staff wrote about the end are in it, apart from what was said: they are about the person, and
//! the law leaves out nothing because colleagues wrote it among themselves. Whoever hands the document over sees them
//! under `internal` and can take out what concerns others.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{KeptChange, KeptConversation, KeptTrade};
use crate::{
    domain::{DataSubject, ShopId},
    store::{Carried, Result, Store, Upload},
    wire::form::{Borrowed, Form},
};

/// The document's form; grows with what is kept.
const VERSION: u32 = 1;

/// Everything that a shop keeps of somebody; `None` when that is nothing.
///
/// # Errors
/// The store's.
pub async fn export(
    store: &dyn Store,
    shop: &ShopId,
    whose: &DataSubject,
    now: Timestamp,
) -> Result<Option<Value>> {
    let mut conversations = Vec::new();
    let mut pictures = Vec::new();
    for id in store.conversations_of(shop, whose).await? {
        // It may have been deleted meanwhile.
        let Some(kept) = store.kept_conversation(&id).await? else { continue };
        pictures.extend(kept.uploads.iter().map(picture));
        conversations.push(conversation(&kept));
    }
    let (shopper, trade) = match whose {
        DataSubject::Shopper(shopper) => (Some(shopper), store.kept_trade(shop, shopper).await?),
        DataSubject::Conversation(_) => (None, KeptTrade::default()),
    };
    if conversations.is_empty() && trade.rows() == 0 {
        return Ok(None);
    }
    Ok(Some(json!({
        "form": "xiaoer.personal-data", "version": VERSION, "made_at": now.to_string(),
        "shop": shop.as_str(), "shopper": shopper.map(|id| id.as_str()),
        "person": trade.shopper.as_ref().map(form), "conversations": conversations, "pictures": pictures,
        "orders": forms(&trade.orders), "tickets": forms(&trade.tickets), "coupons": forms(&trade.wallet),
        "changes": trade.changes.iter().map(carried).collect::<Vec<_>>(),
    })))
}

fn conversation(kept: &KeptConversation) -> Value {
    let it = &kept.conversation;
    let page = json!({
        "product": it.page.product.as_ref().map(|id| id.as_str()),
        "order": it.page.order.as_ref().map(|id| id.as_str()), "url": it.page.url,
    });
    let rating = it
        .rating
        .as_ref()
        .map(|rating| json!({"score": rating.score, "comment": rating.comment, "at": rating.at.to_string()}));
    let notes = kept.notes.iter().map(
        |note| json!({"n": note.number, "at": note.at.to_string(), "agent": note.agent.name, "text": note.text}),
    );
    json!({
        "id": it.id.as_str(), "begun_at": it.created_at.to_string(), "last_at": it.touched_at.to_string(),
        "mode": it.mode.name(), "locale": it.locale.tag(), "page": page, "rating": rating,
        "read_to": it.shopper_read, "messages": forms(&kept.messages), "remembered": form(&kept.state),
        "changes": kept.changes.iter().map(change).collect::<Vec<_>>(),
        "internal": {
            "notes": notes.collect::<Vec<_>>(), "tags": it.tags, "handed_over": kept.handoff.as_ref().map(form),
            "stays": forms(&kept.stints),
        },
    })
}

fn picture(upload: &Upload) -> Value {
    json!({
        "id": upload.id.as_str(), "conversation": upload.conversation.as_str(),
        "by": if upload.agent.is_some() { "agent" } else { "shopper" }, "at": upload.at.to_string(),
        "mime": upload.mime, "width": upload.width, "height": upload.height,
        "data": STANDARD.encode(&upload.bytes),
    })
}

fn change(kept: &KeptChange) -> Value {
    json!({
        "by": kept.by.as_ref().map(|staff| &staff.name), "request": kept.change.as_ref().map(form),
        "outcome": kept.outcome.as_ref().map(form),
    })
}

fn carried(carried: &Carried) -> Value {
    json!({
        "at": carried.at.to_string(), "request": carried.request.as_ref().map(form),
        "outcome": form(&carried.outcome),
    })
}

fn forms<T: Form>(values: &[T]) -> Vec<Value> {
    values.iter().map(form).collect()
}

fn form<T: Form>(value: &T) -> Value {
    serde_json::to_value(Borrowed(value)).unwrap_or_default()
}
