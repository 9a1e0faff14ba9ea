//! `promotions.toml`: what runs when, for what, and how it is told. Kinds and their limits are COMMERCE.md's.

mod kind;

use super::{Presence, Terms, localized, moment, need_id, open, word};
use crate::domain::trade::{Promotion, Scope, ThresholdBase};
use crate::domain::{Localized, ProductId};
use crate::shop::document::fields::Fields;
use crate::shop::document::{Located, Place, Source, parse_toml};
use crate::shop::problem::kinds;
use crate::shop::times::DayEdge;

/// A promotion and what it refers to.
#[derive(Clone, Debug)]
pub(crate) struct PromotionEntry {
    /// Its id.
    pub(crate) id: Located<String>,
    /// The promotion.
    pub(crate) promotion: Promotion,
    /// Products it names anywhere.
    pub(crate) products: Vec<Located<String>>,
    /// Categories it names.
    pub(crate) categories: Vec<Located<String>>,
    /// Where its price, deposit or stock of gifts stands.
    pub(crate) price_at: Place,
}

/// The file's promotions, and what their thresholds look at.
#[derive(Clone, Debug, Default)]
pub(crate) struct PromotionsFile {
    /// For all of them.
    pub(crate) threshold_base: ThresholdBase,
    /// In file order.
    pub(crate) entries: Vec<PromotionEntry>,
}

/// Reads the promotions.
pub(crate) fn read(source: &mut Source<'_>, terms: &Terms) -> PromotionsFile {
    let root = parse_toml(source);
    let Some(mut fields) = open(source, &root) else { return PromotionsFile::default() };
    let bases = [("after_item", ThresholdBase::AfterItem), ("remaining", ThresholdBase::Remaining)];
    let threshold_base = word(&mut fields, source, "threshold_base", &bases).unwrap_or_default();
    let tables = fields.tables(source, "promotion");
    fields.finish(source);
    let entries = tables.into_iter().filter_map(|table| read_one(source, terms, table)).collect();
    PromotionsFile { threshold_base, entries }
}

fn read_one(source: &mut Source<'_>, terms: &Terms, mut fields: Fields<'_>) -> Option<PromotionEntry> {
    let id = need_id(&mut fields, source, "id").map(|id| source.locate(&fields.span_of("id"), id));
    let title = localized(&mut fields, source, terms, "title", Presence::Needed);
    let text = localized(&mut fields, source, terms, "text", Presence::Free);
    let window = read_window(source, terms, &mut fields);
    let mut products = Vec::new();
    let mut categories = Vec::new();
    let kind = kind::read(source, terms, &mut fields, &mut products);
    let scope_optional = matches!(&kind, Some(kind) if matches!(kind.name(), "points" | "free_shipping"));
    let scope = read_scope(source, &mut fields, scope_optional, &mut products, &mut categories);
    let stack = fields.boolean(source, "stack").unwrap_or(false);
    let price_key = ["deposit", "price", "stock"].into_iter().find(|key| fields.has(key)).unwrap_or("id");
    let price_at = source.place(&fields.span_of(price_key));
    // With an unknown kind every key of the kind would be called unknown too: one problem is enough.
    if kind.is_some() {
        fields.finish(source);
    }
    let (id, title, (from, until)) = (id?, title?, window?);
    let text = text.unwrap_or_else(|| title.clone());
    let promotion = Promotion {
        id: id.value.as_str().into(),
        text: filled(text, &title),
        title,
        from,
        until,
        scope: scope?,
        stack,
        kind: kind?,
    };
    Some(PromotionEntry { id, promotion, products, categories, price_at })
}

/// A text that lacks a language which the title has takes it from the title.
fn filled(text: Localized, title: &Localized) -> Localized {
    let zh = if text.zh.is_empty() { title.zh.clone() } else { text.zh };
    Localized { zh, en: text.en.or_else(|| title.en.clone()) }
}

fn read_window(
    source: &mut Source<'_>,
    terms: &Terms,
    fields: &mut Fields<'_>,
) -> Option<(jiff::Timestamp, jiff::Timestamp)> {
    for key in ["from", "until"] {
        if !fields.has(key) {
            source.report(&fields.span(), &kinds::MISSING_KEY, &[key]);
        }
    }
    let from = moment(fields, source, terms, "from", DayEdge::Start);
    let until = moment(fields, source, terms, "until", DayEdge::End);
    let (from, until) = (from?, until?);
    if until.at <= from.at {
        let names = (from.at.to_string(), until.at.to_string());
        source.report(&fields.span_of("until"), &kinds::TIMES_REVERSED, &[&names.0, &names.1]);
        return None;
    }
    if until.at < terms.clock.now && !until.offset {
        source.report(&fields.span_of("until"), &kinds::PAST_DATE, &[&until.at.to_string()]);
    }
    Some((from.at, until.at))
}

fn read_scope(
    source: &mut Source<'_>,
    fields: &mut Fields<'_>,
    optional: bool,
    products: &mut Vec<Located<String>>,
    categories: &mut Vec<Located<String>>,
) -> Option<Scope> {
    let except = fields.texts(source, "except_products");
    let mut scope = Scope::default();
    let given = if optional { fields.get("scope") } else { fields.need(source, "scope") };
    let Some(node) = given else {
        return optional.then_some(scope);
    };
    let mut table = Fields::of(source, node)?;
    let all = table.boolean(source, "all").unwrap_or(false);
    let named_products = table.texts(source, "products");
    let named_categories = table.texts(source, "categories");
    table.finish(source);
    let named = !named_products.is_empty() || !named_categories.is_empty();
    if named == all {
        source.report(&node.span, &kinds::SCOPE_EMPTY, &[]);
        return None;
    }
    let ids = |texts: &[Located<String>]| -> Vec<ProductId> {
        texts.iter().map(|text| text.value.as_str().into()).collect()
    };
    scope.products = ids(&named_products);
    scope.except = ids(&except);
    scope.categories = named_categories.iter().map(|category| category.value.clone()).collect();
    products.extend(named_products);
    products.extend(except);
    categories.extend(named_categories);
    Some(scope)
}
