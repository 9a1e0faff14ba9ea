//! A product as a document: its words by what they say of it, and the fields that searches filter by.

use rust_decimal::prelude::ToPrimitive;
use tantivy::{
    Index, TantivyDocument,
    schema::{
        FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
    },
    tokenizer::TextAnalyzer,
};

use super::{
    names,
    query::{audience_of, is_color},
    tokenizer::{TermTokenizer, product_terms},
};
use crate::{domain::trade::Product, shop::Shop, text::normalize};

/// For whom a product is that is for everybody.
pub(super) const EVERYBODY: &str = "*";
/// Stands before a name that is indexed as a whole; no other term begins so.
const WHOLE: char = '=';

/// The fields of a document.
pub(super) struct Fields {
    /// The product's place in the catalog.
    pub(super) place: Field,
    /// Words of its titles.
    pub(super) title: Field,
    /// Words of what shoppers call it, and these names as wholes.
    pub(super) names: Field,
    /// Words of its categories, tags and brand.
    pub(super) kinds: Field,
    /// Words of its selling line, attributes and options.
    pub(super) facts: Field,
    /// The last characters of its names: 鞋 of 跑步鞋.
    pub(super) heads: Field,
    pub(super) price: Field,
    pub(super) brand: Field,
    pub(super) category: Field,
    pub(super) color: Field,
    pub(super) size: Field,
    pub(super) audience: Field,
    pub(super) stock: Field,
}

/// An empty index in memory.
pub(super) fn empty_index() -> (Index, Fields) {
    let mut schema = Schema::builder();
    let text = || {
        // Where and how often a word stands says nothing in a shop's short texts.
        let indexing = TextFieldIndexing::default()
            .set_tokenizer("goods")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic);
        TextOptions::default().set_indexing_options(indexing)
    };
    let fields = Fields {
        place: schema.add_u64_field("place", STORED | FAST),
        title: schema.add_text_field("title", text()),
        names: schema.add_text_field("names", text()),
        kinds: schema.add_text_field("kinds", text()),
        facts: schema.add_text_field("facts", text()),
        heads: schema.add_text_field("heads", STRING),
        price: schema.add_u64_field("price", INDEXED | FAST),
        brand: schema.add_text_field("brand", STRING),
        category: schema.add_text_field("category", STRING),
        color: schema.add_text_field("color", STRING),
        size: schema.add_text_field("size", STRING),
        audience: schema.add_text_field("audience", STRING),
        stock: schema.add_u64_field("stock", INDEXED | FAST),
    };
    let index = Index::create_in_ram(schema.build());
    index.tokenizers().register("goods", TextAnalyzer::from(TermTokenizer(name_or_terms)));
    (index, fields)
}

/// The term of a name as a whole.
pub(super) fn whole(name: &str) -> String {
    format!("{WHOLE}{name}")
}

fn name_or_terms(text: &str) -> Vec<String> {
    if text.starts_with(WHOLE) { vec![text.to_owned()] } else { product_terms(text) }
}

/// The document of a product.
pub(super) fn document(fields: &Fields, shop: &Shop, product: &Product, place: usize) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_u64(fields.place, place as u64);
    add_words(&mut document, fields, shop, product);
    document.add_u64(fields.price, minor(product.price.amount()));
    document.add_text(fields.brand, &product.brand);
    for category in &product.category {
        document.add_text(fields.category, &category.zh);
    }
    let audience = audience_of(product);
    if audience.is_empty() {
        document.add_text(fields.audience, EVERYBODY);
    }
    for audience in audience {
        document.add_text(fields.audience, audience);
    }
    for (name, value) in product.variants.iter().flat_map(|variant| &variant.options) {
        let field = if is_color(name) { fields.color } else { fields.size };
        let value = if field == fields.size { value.to_uppercase() } else { value.clone() };
        document.add_text(field, &value);
    }
    document.add_u64(fields.stock, u64::from(product.stock()));
    document
}

fn add_words(document: &mut TantivyDocument, fields: &Fields, shop: &Shop, product: &Product) {
    let mut add = |field: Field, text: &str| {
        if !text.is_empty() {
            document.add_text(field, text);
        }
    };
    let mut add_name = |name: &str| {
        let name = normalize(name);
        add(fields.names, &whole(&names::latin_key(&name)));
        add(fields.names, &name);
    };
    product.aliases.iter().for_each(|alias| add_name(alias));
    names::title_kinds(&product.title.zh).iter().for_each(|kind| add_name(kind));
    // What bears one of the shop's terms is found by its synonyms.
    for term in shop.glossary.terms.iter().filter(|term| names::bears(product, &term.word)) {
        std::iter::once(&term.word).chain(&term.synonyms).chain(&term.en).for_each(|form| add_name(form));
    }
    for title in std::iter::once(&product.title.zh).chain(&product.title.en) {
        add(fields.title, title);
    }
    for category in &product.category {
        std::iter::once(&category.zh).chain(&category.en).for_each(|name| add(fields.kinds, name));
    }
    product.tags.iter().chain([&product.brand]).for_each(|word| add(fields.kinds, word));
    for head in names::heads(product) {
        add(fields.heads, &head.to_string());
    }
    for text in std::iter::once(&product.subtitle.zh).chain(&product.subtitle.en) {
        add(fields.facts, text);
    }
    for fact in &product.attributes {
        std::iter::once(&fact.value.zh).chain(&fact.value.en).for_each(|value| add(fields.facts, value));
    }
    for words in &product.option_words {
        std::iter::once(&words.zh).chain(&words.en).for_each(|word| add(fields.facts, word));
    }
    let mut values: Vec<&String> =
        product.variants.iter().flat_map(|variant| &variant.options).map(|(_, value)| value).collect();
    values.sort_unstable();
    values.dedup();
    values.into_iter().for_each(|value| add(fields.facts, value));
}

/// A price in hundredths; more than fits is as good as endless.
pub(super) fn minor(price: rust_decimal::Decimal) -> u64 {
    (price * rust_decimal::Decimal::from(100)).to_u64().unwrap_or(u64::MAX)
}
