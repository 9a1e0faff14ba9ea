//! What the desk is told beside the conversation: reasons in words.

use super::Engine;
use crate::domain::{Locale, Reason, ShopId};

impl Engine {
    /// A handoff's reason for people, in the shop's first language.
    pub fn reason_words(&self, shop: &ShopId, reason: Reason) -> String {
        let code = reason.code();
        let Ok(assistant) = self.parts.shops.assistant(shop) else { return code.to_owned() };
        let locale = assistant.shop.locales.first().copied().unwrap_or(Locale::ZhHans);
        assistant.notice(&format!("handoff.reason.{code}"), &[], locale)
    }
}
