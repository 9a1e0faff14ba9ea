//! Another colour or size of what was ordered: which line and which variant the words mean, and whether the change
//! leaves the money as it is.

use crate::{
    dialogue::{
        Query, products,
        talk::{Ask, Talk},
    },
    domain::{
        EntityKind, EntityValue, FlowRun, LineId,
        trade::{Order, OrderLine, Product, Variant},
    },
};

/// What a wish comes to.
pub(super) enum Wish<'a> {
    /// This variant instead, at the same price.
    Same { line: &'a OrderLine, variant: &'a Variant, product: &'a Product },
    /// There is none left of it; these are.
    NoStock { line: &'a OrderLine, left: Vec<&'a Variant>, product: &'a Product },
    /// It has another price.
    OtherPrice { line: &'a OrderLine, variant: &'a Variant },
    /// It is what was ordered.
    AsOrdered,
    /// Several lines have it.
    Which(Vec<&'a OrderLine>),
    /// Nothing that could be worked out: staff read it.
    Unclear,
}

/// Notes colours and sizes that the message names.
pub(super) fn hear(talk: &Talk<'_>, run: &mut FlowRun) {
    let mut wishes = Vec::new();
        // 白色换成黑色: what is had stands first.
    let text = talk.utterance().map_or("", |utterance| utterance.raw.as_str());
    let into = super::INTO.iter().filter_map(|word| text.find(word)).min().unwrap_or(0);
    for entity in [EntityKind::Color, EntityKind::Size].into_iter().flat_map(|kind| talk.entities(kind)) {
        let wish = match &entity.value {
            EntityValue::Text(size) if entity.kind == EntityKind::Size => size,
            _ => &entity.text,
        };
        if into <= entity.span.start {
            wishes.push(wish.to_lowercase());
        }
    }
    let counts = talk.entities(EntityKind::Quantity).next().is_some();
    run.put("options", if counts { String::new() } else { wishes.join("/") });
    if let Some(product) = products::named(talk).into_iter().next() {
        run.slots.insert("product".to_owned(), crate::domain::SlotValue::Product(product));
    }
}

/// Works the wish out against the order's products as they are now.
pub(super) fn wish<'a>(talk: &mut Talk<'a>, run: &FlowRun, order: &'a Order) -> Ask<Wish<'a>> {
    let options: Vec<&str> =
        run.text("options").unwrap_or_default().split('/').filter(|option| !option.is_empty()).collect();
    if options.is_empty() {
        return Ok(Wish::Unclear);
    }
    let chosen = run.text("line").map(LineId::from);
    let named = match run.slots.get("product") {
        Some(crate::domain::SlotValue::Product(id)) => Some(id),
        _ => None,
    };
    let lines = order.lines.iter().filter(|line| !line.gift && chosen.as_ref().is_none_or(|id| *id == line.id));
    let lines: Vec<&OrderLine> = lines.filter(|line| named.is_none_or(|id| *id == line.product)).collect();
    lines.iter().for_each(|line| talk.want(Query::Product(line.product.clone())));
    let mut found = Vec::new();
    for line in lines {
        if let Some(product) = talk.product(&line.product)?
            && let Some(variant) = wished(product, line, &options)
        {
            found.push((line, product, variant));
        }
    }
    let [(line, product, variant)] = found[..] else {
        let lines: Vec<&OrderLine> = found.into_iter().map(|(line, ..)| line).collect();
        return Ok(if lines.is_empty() { Wish::Unclear } else { Wish::Which(lines) });
    };
    let before = product.variant(&line.variant);
    Ok(match () {
        () if variant.id == line.variant => Wish::AsOrdered,
        () if before.is_none_or(|before| before.price != variant.price) => Wish::OtherPrice { line, variant },
        () if variant.stock < line.units => {
            let enough = |other: &&Variant| other.id != line.variant && line.units <= other.stock;
            Wish::NoStock { line, left: product.variants.iter().filter(enough).collect(), product }
        }
        () => Wish::Same { line, variant, product },
    })
}

/// The variant that has the options wished for, and else those of the one ordered.
fn wished<'a>(product: &'a Product, line: &OrderLine, options: &[&str]) -> Option<&'a Variant> {
    let fits = |value: &str, wish: &str| {
        let value = value.to_lowercase();
        value == wish || (1 < wish.chars().count() && value.contains(wish)) || value.trim_end_matches('色') == wish.trim_end_matches('色')
    };
    let named = |value: &str, wish: &str| {
        let english = product.option_word(value, crate::domain::Locale::En);
        fits(value, wish) || fits(english, wish)
    };
    let has = |variant: &Variant, wish: &str| variant.options.iter().any(|(_, value)| named(value, wish));
    let before = product.variant(&line.variant);
    let candidates = product.variants.iter().filter(|variant| options.iter().all(|wish| has(variant, wish)));
    // Of those that fit, the one that has most in common with what was ordered.
    let in_common = |variant: &&Variant| {
        before.map_or(0, |before| before.options.iter().filter(|option| variant.options.contains(option)).count())
    };
    candidates.rev().max_by_key(in_common)
}
