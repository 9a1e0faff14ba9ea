//! Which product a message means: named, pointed at, talked about, or on the page.

use super::{
    talk::{Ask, Talk},
    words,
};
use crate::domain::{Content, EntityKind, EntityValue, ProductId, Shown, trade::Product};

/// Words that point at what was talked about rather than at the page.
const JUST_NOW: &[&str] = &["刚才", "刚刚", "上一个", "之前那", "that one", "the last one", "previous"];

/// Products named in this message, in order.
pub(super) fn named(talk: &Talk<'_>) -> Vec<ProductId> {
    let pointed = match talk.content() {
        Some(Content::Product(id)) => Some(id.clone()),
        Some(Content::Choice(value)) => value.strip_prefix("product:").map(ProductId::from),
        _ => None,
    };
    let in_words = talk.entities(EntityKind::ProductName).filter_map(|entity| match &entity.value {
        EntityValue::Product { product, .. } => product.clone(),
        _ => None,
    });
    pointed.into_iter().chain(in_words).collect()
}

/// Products shown last, in the order shown.
pub(super) fn shown(talk: &Talk<'_>) -> Vec<ProductId> {
    let products = talk.state.shown.iter().filter_map(|shown| match shown {
        Shown::Product(id) => Some(id.clone()),
        _ => None,
    });
    products.collect()
}

/// The product that a message is about.
pub(super) fn meant<'a>(talk: &mut Talk<'a>) -> Ask<Option<&'a Product>> {
    match meant_id(talk) {
        Some(id) => talk.product(&id),
        None => Ok(None),
    }
}

/// Its id, before it is known whether the catalog has it.
pub(super) fn meant_id(talk: &Talk<'_>) -> Option<ProductId> {
    let shown = shown(talk);
    let topic = match &talk.state.topic {
        Some(Shown::Product(id)) => Some(id.clone()),
        _ => None,
    };
    if let Some(named) = named(talk).into_iter().next() {
        return Some(named);
    }
    if let Some(picked) = words::pick(&shown, talk.words()) {
        return Some(picked.clone());
    }
    if words::has_any(talk.words(), JUST_NOW) && (topic.is_some() || !shown.is_empty()) {
        return topic.or_else(|| shown.into_iter().next());
    }
    // What was just talked about is nearer than the page, until the page changes the subject by itself.
    let only_shown = || if shown.len() == 1 { shown.first().cloned() } else { None };
    topic.or_else(|| talk.turn.page.product.clone()).or_else(only_shown)
}
