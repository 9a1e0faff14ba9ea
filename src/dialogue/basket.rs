//! What a shopper thinks of buying, as their words put it together: "两件T恤和一件羽绒服", "买三件呢", "再加一双袜子".

use super::{
    Query, products,
    talk::{Ask, Talk},
    words,
};
use crate::{
    domain::{
        BasketItem, Entity, EntityKind, EntityValue, Money, ProductId, ProductQuery, Shown,
        trade::{Product, Promotion, Variant, WalletCoupon},
    },
    trade::{self, CouponStanding, Offers},
};

/// More of the same, or something beside it.
const MORE: &[&str] = &[
    "再加",
    "再来",
    "加上",
    "加一",
    "加个",
    "外加",
    "还要",
    "还有",
    "plus",
    "add",
    "and also",
    "with another",
];
/// Without it after all.
const LESS: &[&str] = &["不要", "去掉", "不买", "拿掉", "减掉", "without", "remove", "leave out", "drop"];
/// Everything that was shown.
const ALL: &[&str] = &["这些", "这几", "一起", "全部", "都买", "全要", "all of them", "these", "together"];

/// Something named, and how many of it.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    /// The words and, where they belong to one product, that one.
    pub(super) words: &'a str,
    pub(super) product: Option<&'a ProductId>,
    /// A word beside them that may tell one of several apart: the `lite` of "phone lite".
    mark: Option<&'a str>,
    units: Option<u32>,
    /// Where its words end.
    end: usize,
}

/// Products looked at of those that go by one name.
const ALIKE: usize = 4;

/// How far it is to the next threshold.
const MISSING: &[&str] = &["还差", "差多少", "凑单", "凑到", "how much more", "how far"];

/// An item with its product.
pub(super) type Priced<'a> = (BasketItem, &'a Product);

/// Whether the words speak of everything that was shown.
pub(super) fn means_all_shown(talk: &Talk<'_>) -> bool {
    words::has_any(talk.words(), ALL) && 1 < products::shown(talk).len()
}

/// Whether the words change a basket, or begin one of what was just talked about by a number of it.
pub(super) fn changes_one(talk: &Talk<'_>) -> bool {
    let text = talk.words();
    let counts = talk.entities(EntityKind::Quantity).next().is_some();
    let names = talk.entities(EntityKind::ProductName).next().is_some();
    let topic = matches!(talk.state.topic, Some(Shown::Product(_)));
    if topic && counts && !names && asks(text) {
        return true;
    }
    !talk.state.basket.is_empty()
        && ((words::has_any(text, MORE) && (names || counts))
            || (words::has_any(text, LESS) && names)
            || (counts && asks(text))
            || words::has_any(text, MISSING))
}

fn asks(text: &str) -> bool {
    text.ends_with(['呢', '?', '吧', '的']) || words::has_any(text, &["what about", "how about", "make it"])
}

/// What a message puts together.
#[derive(Default)]
pub(super) struct Put<'a> {
    /// Empty when it names nothing that is sold and nothing is talked about.
    pub(super) items: Vec<Priced<'a>>,
    /// Goods that are not sold here, as they were named.
    pub(super) unknown: Vec<String>,
}

/// How a message bears on the basket there is.
#[derive(Clone, Copy, PartialEq)]
enum Change {
    Begin,
    Add,
    Take,
    /// So many of what is in it.
    Count,
}

/// Reads a message.
pub(super) fn read<'a>(talk: &mut Talk<'a>) -> Ask<Put<'a>> {
    let named = named(talk);
    named.iter().for_each(|one| one.ask_for(talk));
    let before = priced(talk, talk.state.basket.clone())?;
    if named.is_empty() {
        let items = without_names(talk);
        return Ok(Put { items: priced(talk, items)?, unknown: Vec::new() });
    }
    let change = change(talk, &named, &before);
    let mut put =
        Put { items: if change == Change::Begin { Vec::new() } else { before }, unknown: Vec::new() };
    for one in named {
        let in_it = put.items.iter().map(|(_, product)| *product).find(|product| one.means(product));
        let product = if in_it.is_some() { in_it } else { found(talk, &one)? };
        let units = one.units.unwrap_or(1);
        let place =
            put.items.iter().position(|(_, other)| product.is_some_and(|product| product.id == other.id));
        match (product, place) {
            (None, _) => put.unknown.push(one.words.to_owned()),
            (Some(_), Some(place)) => match change {
                Change::Take => drop(put.items.remove(place)),
                Change::Count => put.items[place].0.units = units,
                _ => put.items[place].0.units = put.items[place].0.units.saturating_add(units),
            },
            (Some(_), None) if change == Change::Take => {}
            (Some(product), None) => {
                let variant = wished(talk, product).map(|variant| variant.id.clone());
                put.items.push((BasketItem { product: product.id.clone(), variant, units }, product));
            }
        }
    }
    Ok(put)
}

fn change(talk: &Talk<'_>, named: &[Named<'_>], before: &[Priced<'_>]) -> Change {
    let text = talk.words();
    let in_it = |one: &Named<'_>| before.iter().any(|(_, product)| one.means(product));
    match () {
        () if words::has_any(text, LESS) => Change::Take,
        () if words::has_any(text, MORE) => Change::Add,
        () if !before.is_empty()
            && named.iter().all(|one| one.units.is_some() && in_it(one))
            && asks(text) =>
        {
            Change::Count
        }
        () => Change::Begin,
    }
}

/// The items with their products, all asked for at once: a turn has few rounds.
fn priced<'a>(talk: &mut Talk<'a>, items: Vec<BasketItem>) -> Ask<Vec<Priced<'a>>> {
    items.iter().for_each(|item| talk.want(Query::Product(item.product.clone())));
    let mut priced = Vec::new();
    for item in items {
        if let Some(product) = talk.product(&item.product)? {
            priced.push((item, product));
        }
    }
    Ok(priced)
}

/// What words mean that name nothing: so many of the basket's, or what is pointed at.
fn without_names(talk: &Talk<'_>) -> Vec<BasketItem> {
    let text = talk.words();
    let mut basket = talk.state.basket.clone();
    let said = counts(talk).next();
    let topic = products::meant_id(talk);
    // Something else was talked about since.
    let of_topic = |item: &BasketItem| topic.as_ref().is_none_or(|topic| item.product == *topic);
    match said.filter(|_| !basket.is_empty()) {
        Some(units) if basket.iter().any(of_topic) => {
            let place = basket.iter().position(of_topic).unwrap_or(0);
            let item = &mut basket[place];
            item.units = if words::has_any(text, MORE) { item.units.saturating_add(units) } else { units };
            basket
        }
        None if !basket.is_empty() && words::has_any(text, MISSING) => basket,
        _ => pointed_at(talk, said.unwrap_or(1)),
    }
}

/// The products shown, where all of them are meant; else the one talked about, or the last basket.
fn pointed_at(talk: &Talk<'_>, units: u32) -> Vec<BasketItem> {
    let shown = products::shown(talk);
    let ids = if means_all_shown(talk) {
        shown
    } else if let Some(id) = products::meant_id(talk) {
        vec![id]
    } else {
        return talk.state.basket.clone();
    };
    ids.into_iter().map(|product| BasketItem { product, variant: None, units }).collect()
}

/// What is named, each with the number that stands before it, or right behind it.
pub(super) fn named<'a>(talk: &Talk<'a>) -> Vec<Named<'a>> {
    let mut named: Vec<Named<'a>> = Vec::new();
    let mut waiting: Option<u32> = None;
    let utterance = talk.utterance();
    let mut entities: Vec<&'a Entity> =
        utterance.map_or(&[][..], |utterance| &utterance.entities).iter().collect();
    entities.sort_by_key(|entity| entity.span.start);
    for entity in entities {
        match &entity.value {
            EntityValue::Product { product, .. } => {
                let (words, product) = (entity.text.as_str(), product.as_ref());
                let mark = utterance.and_then(|utterance| mark_beside(&utterance.raw, entity));
                named.push(Named { words, product, mark, units: waiting.take(), end: entity.span.end });
            }
            EntityValue::Integer(count) if entity.kind == EntityKind::Quantity => {
                let count = u32::try_from(*count).ok().filter(|count| (1..=999).contains(count));
                match named
                    .last_mut()
                    .filter(|last| last.units.is_none() && entity.span.start <= last.end + 1)
                {
                    Some(last) => last.units = count,
                    None => waiting = count,
                }
            }
            _ => {}
        }
    }
    named
}

fn counts(talk: &Talk<'_>) -> impl Iterator<Item = u32> {
    talk.entities(EntityKind::Quantity).filter_map(|entity| match &entity.value {
        EntityValue::Integer(count) => u32::try_from(*count).ok().filter(|count| (1..=999).contains(count)),
        _ => None,
    })
}

/// The product named, or of several by that name the one that fits best.
pub(super) fn found<'a>(talk: &mut Talk<'a>, named: &Named<'_>) -> Ask<Option<&'a Product>> {
    let alike = alike(talk, named)?;
    let marked = named.mark.and_then(|mark| alike.iter().find(|product| is_called(product, mark)));
    match named.product {
        _ if marked.is_some() => Ok(marked),
        Some(id) => talk.product(id),
        None => Ok(alike.first()),
    }
}

/// What else goes by that name, the likelier first; nothing where the name is one product's own.
pub(super) fn alike<'a>(talk: &mut Talk<'a>, named: &Named<'_>) -> Ask<&'a [Product]> {
    match named.search() {
        Some(query) => talk.products(query, ALIKE),
        None => Ok(&[]),
    }
}

/// A Latin word or number right beside a name, which may be part of it.
fn mark_beside<'a>(raw: &'a str, entity: &Entity) -> Option<&'a str> {
    /// Words that stand beside names and are no part of them.
    const PLAIN: &[&str] = &[
        "and", "or", "vs", "versus", "the", "an", "with", "is", "are", "which", "what", "how", "for", "of",
        "to", "my", "your", "in", "on", "better", "compare", "between", "this", "that", "two", "both", "new",
        "buy", "want", "do", "does", "have", "has", "it", "one", "please", "than", "from", "at", "be", "can",
        "you",
    ];
    let behind = raw.get(entity.span.end..)?;
    let ahead = raw.get(..entity.span.start)?;
    let behind = behind.strip_prefix(' ').unwrap_or(behind);
    let ahead = ahead.strip_suffix(' ').unwrap_or(ahead);
    let latin = |c: char| c.is_ascii_alphanumeric();
    let behind = &behind[..behind.find(|c| !latin(c)).unwrap_or(behind.len())];
    let ahead = &ahead[ahead
        .rfind(|c| !latin(c))
        .map_or(0, |at| at + ahead[at..].chars().next().map_or(1, char::len_utf8))..];
    let is_mark = |word: &&str| 1 < word.len() && !PLAIN.contains(&word.to_lowercase().as_str());
    [behind, ahead].into_iter().find(is_mark)
}

/// Whether a word stands in one of a product's names.
fn is_called(product: &Product, word: &str) -> bool {
    let word = word.to_lowercase();
    let names = std::iter::once(&product.title.zh).chain(&product.title.en).chain(&product.aliases);
    names.into_iter().any(|name| words::has(&name.to_lowercase(), &word))
}

impl Named<'_> {
    /// Whether it is this product, or named as it is.
    fn means(&self, product: &Product) -> bool {
        let words = self.words.to_lowercase();
        let names = std::iter::once(&product.title.zh).chain(&product.title.en).chain(&product.aliases);
        match self.product {
            _ if self.mark.is_some_and(|mark| is_called(product, mark)) => true,
            Some(id) => product.id == *id,
            None => names.into_iter().any(|name| name.to_lowercase().contains(&words)),
        }
    }

    /// Notes what has to be known to know it.
    pub(super) fn ask_for(&self, talk: &mut Talk<'_>) {
        if let Some(id) = self.product {
            talk.want(Query::Product(id.clone()));
        }
        if let Some(query) = self.search() {
            talk.want(Query::Products(query, ALIKE));
        }
    }

    /// The search for what goes by this name, where that may be more than one product.
    fn search(&self) -> Option<ProductQuery> {
        let words = match self.mark {
            Some(mark) => format!("{mark} {}", self.words).to_lowercase(),
            None if self.product.is_none() => self.words.to_lowercase(),
            None => return None,
        };
        Some(ProductQuery { words, in_stock: true, ..ProductQuery::default() })
    }

    /// The same name as a kind of goods, of which there may be several.
    pub(super) fn as_kind(&self) -> Self {
        Self { product: None, ..*self }
    }
}

/// The variant of the colour and size that the words name, if they name any that there is.
fn wished<'a>(talk: &Talk<'_>, product: &'a Product) -> Option<&'a Variant> {
    let mut wishes = Vec::new();
    for kind in [EntityKind::Color, EntityKind::Size] {
        wishes.extend(talk.entities(kind).map(|entity| entity.text.to_lowercase()));
    }
    let fits = |variant: &&Variant| {
        let has = |wish: &String| {
            variant
                .options
                .iter()
                .any(|(_, value)| value.to_lowercase() == *wish || value.contains(wish.as_str()))
        };
        !wishes.is_empty()
            && wishes.iter().filter(|wish| any_has(product, wish)).all(has)
            && wishes.iter().any(has)
    };
    product.variants.iter().filter(|variant| 0 < variant.stock).find(fits)
}

fn any_has(product: &Product, wish: &str) -> bool {
    let options = product.variants.iter().flat_map(|variant| &variant.options);
    options.into_iter().any(|(_, value)| value.to_lowercase() == wish || value.contains(wish))
}

/// What one costs on its page: in the form wished for, else in the cheapest that is in stock.
pub(super) fn list_price(product: &Product, item: &BasketItem) -> Money {
    let wished = item.variant.as_ref().and_then(|id| product.variant(id));
    let stocked = product.variants.iter().filter(|variant| 0 < variant.stock);
    let cheapest = || stocked.map(|variant| variant.price).min_by_key(|price| price.minor());
    wished.map(|variant| variant.price).or_else(cheapest).unwrap_or(product.price)
}

/// What the shop offers this shopper now: the promotions that run, and of coupons those that are left to them.
pub(super) fn offers<'a>(talk: &Talk<'a>, wallet: &[WalletCoupon]) -> Offers<'a> {
    let now = talk.now();
    let usable = |promotion: &&Promotion| {
        trade::coupon_standing(promotion, wallet, now).is_none_or(CouponStanding::is_usable)
    };
    let running = trade::running(&talk.shop.promotions, talk.turn.shopper.as_ref(), now);
    Offers {
        running: running.into_iter().filter(usable).collect(),
        base: talk.shop.threshold_base,
        policy: &talk.shop.policy,
    }
}
