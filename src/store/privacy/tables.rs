//! Every table, and what it holds of shoppers. A test holds the list to the schema: a new table has to say.

/// What a table holds of shoppers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Holds {
    /// Their words or data, by conversation: deleted with it.
    OfConversation,
    /// Their data, by shopper: deleted, or left without the person.
    OfShopper,
    /// Their words without saying whose: deleted with the conversation that said them, and by age.
    Words,
    /// Random ids or keyed names, by which nobody is found any more.
    Names,
    /// Nothing of them.
    Nothing,
}

/// The tables.
pub(in crate::store) const TABLES: [(&str, Holds); 36] = [
    // Who it is, what the assistant remembers, the page, the rating with its comment, why it went to people.
    ("conversations", Holds::OfConversation),
    ("messages", Holds::OfConversation),
    ("notes", Holds::OfConversation),
    ("mentions", Holds::OfConversation),
    ("outbox", Holds::OfConversation),
    ("stints", Holds::OfConversation),
    ("uploads", Holds::OfConversation),
    ("agent_changes", Holds::OfConversation),
    ("proposal_uses", Holds::OfConversation),
    ("touched", Holds::OfConversation),
    ("shoppers", Holds::OfShopper),
    ("wallets", Holds::OfShopper),
    ("orders", Holds::OfShopper),
    ("parcels", Holds::OfShopper),
    ("tickets", Holds::OfShopper),
    ("changes", Holds::OfShopper),
    ("learning_dismissed", Holds::Words),
    // What staff did, with ids of conversations, and of erased people the name that a key makes: no words, no data.
    ("audit", Holds::Names),
    ("gone", Holds::Names),
    ("erasures", Holds::Names),
    // Keys of an order's number and a day.
    ("said_once", Holds::Names),
    ("to_scrub", Holds::Nothing),
    ("touched_of", Holds::Nothing),
    ("products", Holds::Nothing),
    ("seeded_shops", Holds::Nothing),
    // The merchant's files: what somebody copied into them is theirs to take out.
    ("shop_versions", Holds::Nothing),
    ("shop_version_files", Holds::Nothing),
    ("file_texts", Holds::Nothing),
    ("key_marks", Holds::Nothing),
    // People of the shop.
    ("agents", Holds::Nothing),
    ("sessions", Holds::Nothing),
    ("second_steps", Holds::Nothing),
    ("recovery_codes", Holds::Nothing),
    ("sign_in_tries", Holds::Nothing),
    ("sign_in_failures", Holds::Nothing),
    ("presence", Holds::Nothing),
];
