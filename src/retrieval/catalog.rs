//! A product as a document: its words by what they say of it, and the fields that searches filter by.

use std::collections::BTreeSet;

use rust_decimal::prelude::ToPrimitive;
use tantivy::{
    Index, TantivyDocument,
    schema::{FAST, Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions},
    tokenizer::TextAnalyzer,
};

use super::{
    listing::{Listing, Reader},
    names::latin_key,
    query::is_color,
    tokenizer::{GoodsTokenizer, WHOLE},
};
use crate::domain::trade::Product;

/// For whom a product is that is for everybody.
pub(super) const EVERYBODY: &str = "*";

/// The fields of a document.
pub(super) struct Fields {
    /// The product's place on the shelves.
    pub(super) place: Field,
    /// Its id, by which it is replaced.
    pub(super) id: Field,
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
    price: Field,
    stock: Field,
    sales: Field,
    pub(super) brand: Field,
    pub(super) category: Field,
    pub(super) color: Field,
    pub(super) size: Field,
    pub(super) audience: Field,
}

/// Fields that are read by their document's number.
pub(super) mod columns {
    pub(in crate::retrieval) const PLACE: &str = "place";
    pub(in crate::retrieval) const PRICE: &str = "price";
    pub(in crate::retrieval) const STOCK: &str = "stock";
    pub(in crate::retrieval) const SALES: &str = "sales";
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
        place: schema.add_u64_field(columns::PLACE, FAST),
        id: schema.add_text_field("id", STRING),
        title: schema.add_text_field("title", text()),
        names: schema.add_text_field("names", text()),
        kinds: schema.add_text_field("kinds", text()),
        facts: schema.add_text_field("facts", text()),
        heads: schema.add_text_field("heads", STRING),
        price: schema.add_u64_field(columns::PRICE, FAST),
        stock: schema.add_u64_field(columns::STOCK, FAST),
        sales: schema.add_u64_field(columns::SALES, FAST),
        brand: schema.add_text_field("brand", STRING),
        category: schema.add_text_field("category", STRING),
        color: schema.add_text_field("color", STRING),
        size: schema.add_text_field("size", STRING),
        audience: schema.add_text_field("audience", STRING),
    };
    let index = Index::create_in_ram(schema.build());
    index.tokenizers().register("goods", TextAnalyzer::from(GoodsTokenizer::default()));
    (index, fields)
}

/// The term of a name as a whole.
pub(super) fn whole(name: &str) -> String {
    format!("{WHOLE}{name}")
}

/// The document of a product, which the reader learns the words of.
pub(super) fn document(
    fields: &Fields,
    reader: &mut Reader<'_>,
    product: &Product,
    place: u32,
) -> TantivyDocument {
    let listing = reader.read(product);
    let mut document = TantivyDocument::default();
    document.add_u64(fields.place, u64::from(place));
    document.add_text(fields.id, product.id.as_str());
    add_words(&mut document, fields, reader, product, &listing);
    document.add_u64(fields.price, minor(product.price.amount()));
    document.add_u64(fields.stock, u64::from(product.stock()));
    document.add_u64(fields.sales, u64::from(product.sales));
    document.add_text(fields.brand, &product.brand);
    for category in &product.category {
        document.add_text(fields.category, &category.zh);
    }
    if listing.audience.is_empty() {
        document.add_text(fields.audience, EVERYBODY);
    }
    for audience in listing.audience {
        document.add_text(fields.audience, audience);
    }
    let options = product.variants.iter().flat_map(|variant| &variant.options);
    let options: BTreeSet<(bool, &String)> = options.map(|(name, value)| (is_color(name), value)).collect();
    for (is_color, value) in options {
        if is_color {
            document.add_text(fields.color, value);
        } else {
            document.add_text(fields.size, value.to_uppercase());
        }
    }
    document
}

fn add_words(
    document: &mut TantivyDocument,
    fields: &Fields,
    reader: &mut Reader<'_>,
    product: &Product,
    listing: &Listing,
) {
    let mut add = |field: Field, folded: &str| {
        if !folded.is_empty() {
            document.add_text(field, folded);
        }
    };
    for name in &listing.names {
        add(fields.names, &whole(&latin_key(name)));
        add(fields.names, name);
    }
    for head in &listing.heads {
        add(fields.heads, head.encode_utf8(&mut [0; 4]));
    }
    add(fields.title, &listing.title);
    let mut fold = |field: Field, text: &String| add(field, &reader.fold(text));
    product.title.en.iter().for_each(|title| fold(fields.title, title));
    for category in &product.category {
        std::iter::once(&category.zh).chain(&category.en).for_each(|name| fold(fields.kinds, name));
    }
    product.tags.iter().chain([&product.brand]).for_each(|word| fold(fields.kinds, word));
    for text in std::iter::once(&product.subtitle.zh).chain(&product.subtitle.en) {
        fold(fields.facts, text);
    }
    for fact in &product.attributes {
        std::iter::once(&fact.value.zh).chain(&fact.value.en).for_each(|value| fold(fields.facts, value));
    }
    for words in &product.option_words {
        std::iter::once(&words.zh).chain(&words.en).for_each(|word| fold(fields.facts, word));
    }
    let values = product.variants.iter().flat_map(|variant| &variant.options).map(|(_, value)| value);
    let values: BTreeSet<&String> = values.collect();
    values.into_iter().for_each(|value| fold(fields.facts, value));
}

/// A price in hundredths; more than fits is as good as endless.
pub(super) fn minor(price: rust_decimal::Decimal) -> u64 {
    (price * rust_decimal::Decimal::from(100)).to_u64().unwrap_or(u64::MAX)
}
