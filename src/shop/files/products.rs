//! `catalog/products.jsonl`: one product a line, as seeded when the shop is first made.

use super::{Terms, money, need_id, need_money};
use crate::domain::trade::{Attribute, Product, ReturnClass, Variant};
use crate::domain::{Localized, Money};
use crate::shop::document::fields::{Fields, text_of};
use crate::shop::document::{Entry, Located, Node, Source, Value, json};
use crate::shop::problem::kinds;

/// A product and where its parts stand.
#[derive(Clone, Debug)]
pub(crate) struct ProductEntry {
    /// Its id.
    pub(crate) id: Located<String>,
    /// The product.
    pub(crate) product: Product,
    /// The size chart it names.
    pub(crate) chart: Option<Located<String>>,
    /// Other names of it.
    pub(crate) aliases: Vec<Located<String>>,
}

const RETURN_CLASSES: [(&str, ReturnClass); 8] = [
    ("normal", ReturnClass::Normal),
    ("custom", ReturnClass::Custom),
    ("fresh", ReturnClass::Fresh),
    ("opened_media", ReturnClass::OpenedMedia),
    ("hygiene", ReturnClass::Sealed),
    ("sealed", ReturnClass::Sealed),
    ("digital", ReturnClass::Digital),
    ("periodical", ReturnClass::Periodical),
];

/// Reads a catalog.
pub(crate) fn read(source: &mut Source<'_>, terms: &Terms) -> Vec<ProductEntry> {
    let lines = json::parse_lines(source);
    lines.iter().filter_map(|line| read_one(source, terms, line)).collect()
}

/// Reads one product.
pub(crate) fn read_one(source: &mut Source<'_>, terms: &Terms, node: &Node) -> Option<ProductEntry> {
    let mut fields = Fields::of(source, node)?;
    let id = need_id(&mut fields, source, "id").map(|id| source.locate(&fields.span_of("id"), id));
    let title = fields.need_text(source, "title");
    let subtitle = fields.free_text(source, "subtitle").unwrap_or_default();
    let english = fields.table(source, "en").map(|table| English::read(source, table)).unwrap_or_default();
    let price = need_money(&mut fields, source, terms, "price");
    let list_price = money(&mut fields, source, terms, "list_price");
    let category = fields.plain_texts(source, "category");
    if category.is_empty() {
        source.report(&fields.span_of("category"), &kinds::PRODUCT_NO_CATEGORY, &[]);
    }
    let attributes = fields.get("attributes").map(|node| pairs(source, node)).unwrap_or_default();
    let variants = read_variants(source, terms, &mut fields, price, id.as_ref());
    let chart = fields.located_text(source, "size_chart");
    let class = super::word(&mut fields, source, "return_class", &RETURN_CLASSES).unwrap_or_default();
    let warranty = fields.integer(source, "warranty_days", 0..=36_500);
    let sales = fields.integer(source, "sales", 0..=i64::from(u32::MAX)).unwrap_or(0);
    let aliases = fields.texts(source, "aliases");
    let product = Product {
        id: id.as_ref().map_or("", |id| id.value.as_str()).into(),
        title: Localized { zh: title.clone().unwrap_or_default(), en: english.title.clone() },
        subtitle: Localized { zh: subtitle, en: english.subtitle.clone() },
        brand: fields.free_text(source, "brand").unwrap_or_default(),
        category: english.paired_categories(category),
        price: cheapest(&variants).or(price).unwrap_or(Money::zero(terms.currency)),
        list_price,
        image: link(source, &mut fields, "image"),
        url: link(source, &mut fields, "url"),
        attributes: english.paired_attributes(attributes),
        option_words: english.options.iter().map(|(zh, en)| Localized::new(zh, en)).collect(),
        variants,
        size_chart: chart.as_ref().map(|chart| chart.value.clone()),
        aliases: aliases.iter().map(|alias| alias.value.clone()).collect(),
        tags: fields.plain_texts(source, "tags"),
        audience: fields.plain_texts(source, "for"),
        return_class: class,
        warranty_days: warranty.and_then(|days| u32::try_from(days).ok()),
        sales: u32::try_from(sales).expect("the range was checked"),
    };
    check_prices(source, &fields, price, &product);
    fields.finish(source);
    let (id, _) = (id?, title?);
    if product.variants.is_empty()
        && matches!(node.get("variants").map(|list| &list.value), Some(Value::List(_)))
    {
        source.report(&node.span, &kinds::PRODUCT_NO_VARIANTS, &[]);
    }
    Some(ProductEntry { id, product, chart, aliases })
}

/// An address that a page can open: another relative one would lead somewhere else on each page of the site.
fn link(source: &mut Source<'_>, fields: &mut Fields<'_>, key: &'static str) -> Option<String> {
    let written = fields.free_text(source, key)?;
    let absolute =
        url::Url::parse(&written).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "data"));
    if !absolute && !written.starts_with('/') {
        source.report(&fields.span_of(key), &kinds::PRODUCT_LINK, &[&written]);
    }
    Some(written)
}

fn cheapest(variants: &[Variant]) -> Option<Money> {
    variants.iter().map(|variant| variant.price).min_by_key(Money::amount)
}

fn check_prices(source: &mut Source<'_>, fields: &Fields<'_>, price: Option<Money>, product: &Product) {
    let Some(price) = price else { return };
    if price.amount().is_zero() {
        source.report(&fields.span_of("price"), &kinds::PRODUCT_PRICE, &[]);
    }
    if price != product.price {
        let names = (price.digits(), product.price.digits());
        source.report(&fields.span_of("price"), &kinds::PRODUCT_PRICE_DIFFERS, &[&names.0, &names.1]);
    }
    if let Some(list) = product.list_price.filter(|list| list.amount() < price.amount()) {
        source.report(
            &fields.span_of("list_price"),
            &kinds::PRODUCT_LIST_PRICE,
            &[&list.digits(), &price.digits()],
        );
    }
}

/// The variants; a product without any is one variant under its own id, with the product's `stock`.
fn read_variants(
    source: &mut Source<'_>,
    terms: &Terms,
    fields: &mut Fields<'_>,
    price: Option<Money>,
    id: Option<&Located<String>>,
) -> Vec<Variant> {
    let stock = fields.integer(source, "stock", 0..=i64::from(u32::MAX));
    if !fields.has("variants") {
        fields.get("variants");
        let (Some(id), Some(price)) = (id, price) else { return Vec::new() };
        let stock = u32::try_from(stock.unwrap_or(0)).expect("the range was checked");
        return vec![Variant { id: id.value.as_str().into(), options: Vec::new(), price, stock }];
    }
    let mut variants: Vec<Variant> = Vec::new();
    for mut table in fields.tables(source, "variants") {
        let variant_id = need_id(&mut table, source, "id");
        let options = table.get("options").map(|node| pairs(source, node)).unwrap_or_default();
        let own_price = money(&mut table, source, terms, "price").or(price);
        table.need(source, "stock");
        let stock = table.integer(source, "stock", 0..=i64::from(u32::MAX)).unwrap_or(0);
        let span = table.span_of("id");
        table.finish(source);
        let (Some(variant_id), Some(price)) = (variant_id, own_price) else { continue };
        if variants.iter().any(|earlier| earlier.id.as_str() == variant_id) {
            source.report(&span, &kinds::REPEATED_KEY, &[&variant_id]);
        }
        if let Some(twin) = variants.iter().find(|earlier| earlier.options == options) {
            source.report(&span, &kinds::PRODUCT_VARIANT_OPTIONS, &[twin.id.as_str(), &variant_id]);
        }
        let stock = u32::try_from(stock).expect("the range was checked");
        variants.push(Variant { id: variant_id.into(), options, price, stock });
    }
    variants
}

/// Names with texts, in the order written; whole numbers and true/false are taken as they are written.
fn pairs(source: &mut Source<'_>, node: &Node) -> Vec<(String, String)> {
    let Some(fields) = Fields::of(source, node) else { return Vec::new() };
    fields.entries().iter().filter_map(|entry| pair(source, entry)).collect()
}

fn pair(source: &mut Source<'_>, entry: &Entry) -> Option<(String, String)> {
    let value = match &entry.node.value {
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.clone(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Null => return None,
        _ => text_of(source, &entry.node)?,
    };
    Some((entry.key.clone(), value))
}

/// The English side of a product.
#[derive(Clone, Debug, Default)]
struct English {
    title: Option<String>,
    subtitle: Option<String>,
    category: Vec<String>,
    attributes: Vec<(String, String)>,
    options: Vec<(String, String)>,
}

impl English {
    fn read(source: &mut Source<'_>, mut fields: Fields<'_>) -> Self {
        let english = English {
            title: fields.free_text(source, "title"),
            subtitle: fields.free_text(source, "subtitle"),
            category: fields.plain_texts(source, "category"),
            attributes: fields.get("attributes").map(|node| pairs(source, node)).unwrap_or_default(),
            options: fields.get("options").map(|node| pairs(source, node)).unwrap_or_default(),
        };
        fields.finish(source);
        english
    }

    /// Categories pair by their position.
    fn paired_categories(&self, category: Vec<String>) -> Vec<Localized> {
        let english = self.category.iter().cloned().map(Some).chain(std::iter::repeat(None));
        category.into_iter().zip(english).map(|(zh, en)| Localized { zh, en }).collect()
    }

    /// Attributes pair by their position, where both sides have as many.
    fn paired_attributes(&self, attributes: Vec<(String, String)>) -> Vec<Attribute> {
        let paired = self.attributes.len() == attributes.len();
        let english = |index: usize| self.attributes.get(index).filter(|_| paired).cloned();
        attributes
            .into_iter()
            .enumerate()
            .map(|(index, (name, value))| {
                let (en_name, en_value) = english(index).unzip();
                Attribute {
                    name: Localized { zh: name, en: en_name },
                    value: Localized { zh: value, en: en_value },
                }
            })
            .collect()
    }
}
