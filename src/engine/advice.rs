//! What the desk is told beside the conversation: reasons in words, replies that fit.

use super::Engine;
use crate::{
    domain::{Author, Locale, Reason, ShopId},
    store::Conversation,
};

/// Replies suggested at most.
const SUGGESTIONS: usize = 3;
/// A suggestion has to fit at least so well.
const FITS: f32 = 0.5;
/// Messages looked back for the shopper's last words.
const LOOKED_BACK: usize = 10;

impl Engine {
    /// A handoff's reason for people, in the shop's first language.
    pub fn reason_words(&self, shop: &ShopId, reason: Reason) -> String {
        let code = reason.code();
        let Ok(assistant) = self.parts.shops.assistant(shop) else { return code.to_owned() };
        let locale = assistant.shop.locales.first().copied().unwrap_or(Locale::ZhHans);
        assistant.notice(&format!("handoff.reason.{code}"), &[], locale)
    }

    /// FAQ answers that fit the shopper's last words; none when nothing fits well.
    pub async fn suggestions(&self, conversation: &Conversation) -> Vec<String> {
        let Ok(assistant) = self.parts.shops.assistant(&conversation.shop) else { return Vec::new() };
        let Ok(recent) = self.parts.store.latest(&conversation.id, LOOKED_BACK).await else {
            return Vec::new();
        };
        let last = recent.iter().rev().find(|message| message.from == Author::Shopper);
        let Some(words) = last.and_then(|message| message.parts.first()).map(|part| &part.text) else {
            return Vec::new();
        };
        let reading = assistant.read(words, &self.now_in(&assistant.shop)).await;
        let fitting = assistant.faq_hits(&reading, SUGGESTIONS).into_iter().filter(|hit| FITS <= hit.score);
        fitting
            .filter_map(|hit| assistant.shop.faq.iter().find(|faq| faq.id == hit.id))
            .map(|faq| faq.answer.get(conversation.locale).to_owned())
            .collect()
    }
}
