//! JSON Schemas of the merchant's files, for editors: what may stand in a file is completed, and checked, while it is
//! typed.
//!
//! They are kept by hand beside the readers, which stay the judges: what takes several files to see, such as whether a
//! product exists, no schema says. `tests/it/file_schemas.rs` holds both together. Every document stands alone, and
//! bends to how editors for TOML read one: nothing that explains stands beside a `$ref`, where it isn't shown, and no
//! condition is an `allOf`, at which completion stops.

macro_rules! schemas {
    ($($kind:literal),+ $(,)?) => {
        /// The kinds of files that have a schema, a shop's own file first.
        pub const KINDS: &[&str] = &[$($kind),+];

        /// The schemas, in the order of the kinds.
        const TEXTS: &[&str] = &[$(include_str!(concat!($kind, ".schema.json"))),+];
    };
}

schemas![
    "shop",
    "pack",
    "intents",
    "replies",
    "faq",
    "glossary",
    "promotions",
    "policy",
    "sizes",
    "handoff",
    "stickers",
    "tests",
];

/// The schema of a kind of file, as JSON text.
pub fn schema(kind: &str) -> Option<&'static str> {
    KINDS.iter().position(|known| *known == kind).map(|place| TEXTS[place])
}

/// The kind of a file, by its path in the tree; nothing for what has no schema or isn't read at all.
pub fn kind_of(path: &str) -> Option<&'static str> {
    let mut parts = path.splitn(3, '/');
    let is_shop = match parts.next()? {
        "shops" => true,
        "packs" => false,
        _ => return None,
    };
    let name = parts.nth(1)?;
    let directly_in = |folder: &str| {
        let rest = name.strip_prefix(folder);
        rest.is_some_and(|rest| rest.ends_with(".toml") && !rest.contains('/'))
    };
    Some(match name {
        "policy.toml" => "policy",
        "replies/zh.toml" | "replies/en.toml" => "replies",
        _ if directly_in("intents/") => "intents",
        _ if directly_in("faq/") => "faq",
        "pack.toml" if !is_shop => "pack",
        "shop.toml" if is_shop => "shop",
        "glossary.toml" if is_shop => "glossary",
        "promotions.toml" if is_shop => "promotions",
        "sizes.toml" if is_shop => "sizes",
        "handoff.toml" if is_shop => "handoff",
        "stickers.toml" if is_shop => "stickers",
        _ if is_shop && name.starts_with("tests/") && name.ends_with(".toml") => "tests",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_its_kind() {
        for (path, kind) in [
            ("shops/demo/shop.toml", Some("shop")),
            ("packs/base/pack.toml", Some("pack")),
            ("packs/base/policy.toml", Some("policy")),
            ("shops/demo/policy.toml", Some("policy")),
            ("shops/demo/faq/care.toml", Some("faq")),
            ("shops/demo/faq/old/care.toml", None),
            ("packs/base/intents/chat.toml", Some("intents")),
            ("packs/base/replies/en.toml", Some("replies")),
            ("packs/base/replies/fr.toml", None),
            ("shops/demo/tests/late/night.toml", Some("tests")),
            ("packs/base/shop.toml", None),
            ("packs/base/glossary.toml", None),
            ("shops/demo/pack.toml", None),
            ("shops/demo/catalog/products.jsonl", None),
            ("shops/shop.toml", None),
            ("shop.toml", None),
            ("", None),
        ] {
            assert_eq!(kind_of(path), kind, "{path}");
            assert!(kind.is_none_or(|kind| schema(kind).is_some()), "{path}");
        }
        assert_eq!(schema("orders"), None);
    }

    #[test]
    fn every_document_is_json_with_a_title() {
        for kind in KINDS {
            let text = schema(kind).expect("a kind has its schema");
            let document: serde_json::Value = serde_json::from_str(text).expect("JSON");
            assert!(document["title"].is_string() && document["description"].is_string(), "{kind}");
        }
    }
}
