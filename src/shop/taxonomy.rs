//! The ids of the intents that ship with every shop. What each means stands in the base pack, not here.

/// The id of messages that no shop's assistant handles.
pub const OUT_OF_SCOPE: &str = "oos";

/// The 60 intent ids of the taxonomy, version 1, in its order.
pub const INTENTS: [&str; 60] = [
    "product.availability",
    "product.attribute",
    "product.size_advice",
    "product.compare",
    "product.recommend",
    "product.search",
    "product.authenticity",
    "product.usage",
    "product.photo",
    "price.ask",
    "price.bargain",
    "price.protection",
    "promo.list",
    "promo.coupon",
    "promo.calculate",
    "promo.presale",
    "promo.gift",
    "promo.member",
    "promo.livestream",
    "order.place",
    "order.modify_address",
    "order.modify_item",
    "order.cancel",
    "order.status",
    "payment.method",
    "payment.problem",
    "invoice.request",
    "shipping.when",
    "shipping.urge",
    "shipping.carrier",
    "shipping.fee",
    "shipping.region",
    "shipping.track",
    "shipping.delay",
    "shipping.lost",
    "shipping.delivery_option",
    "return.policy",
    "return.request",
    "return.how",
    "return.fee",
    "exchange.request",
    "refund.request",
    "refund.status",
    "item.defective",
    "item.wrong_or_missing",
    "warranty.repair",
    "compensation.request",
    "review.ask",
    "account.help",
    "store.info",
    "human.request",
    "complaint",
    "chat.greet",
    "chat.thanks",
    "chat.bye",
    "chat.affirm",
    "chat.deny",
    "chat.bot_identity",
    "chat.praise",
    "chat.insult",
];

/// Whether an id is one of the taxonomy's, out of scope included.
pub fn is_known(id: &str) -> bool {
    id == OUT_OF_SCOPE || INTENTS.contains(&id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_distinct_and_dotted() {
        let distinct: std::collections::BTreeSet<_> = INTENTS.iter().collect();
        assert_eq!(distinct.len(), 60);
        assert!(INTENTS.iter().all(|id| id.split('.').count() == 2 || *id == "complaint"));
        assert!(is_known("oos") && is_known("return.request") && !is_known("return.requests"));
    }
}
