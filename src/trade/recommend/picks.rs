//! From scores to recommendations: the rules that hold however well something sells, and one reason each.

use std::collections::BTreeMap;

use super::{Mixture, Pick, Recommender, Seed, SeedKind, Wish, mixture::Signals};
use crate::domain::{
    Localized, ProductId,
    trade::{Product, RecommendRules, ReturnClass},
};

/// Days in which what lasts is not suggested again.
const DURABLE_DAYS: i64 = 365;
/// Days in which another of the same kind as something that lasts is hardly wanted.
const SAME_KIND_DAYS: i64 = 60;
/// What a score of the same kind counts meanwhile.
const SAME_KIND_SHARE: f64 = 0.3;
/// Days after which what is used up may be wanted again.
const USED_UP_DAYS: i64 = 14;
/// What that adds to its score.
const AGAIN: f64 = 0.3;
/// What the shop's preference adds to a score. Enough to go before what fits about as well, not before all.
const PREFERRED: f64 = 0.25;
/// What the search's own order counts beside the recommender's score: the first fits the words better.
const SEARCH_ORDER: f64 = 0.6;
/// Of one narrow category, so many are shown before others have had their turn.
const OF_A_KIND: usize = 1;
/// From this similarity on it may be said that goods are alike.
const PLAINLY_ALIKE: f64 = 0.2;

/// Why something is recommended, the plainest reason that is true of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// Shoppers who bought this bought it too; the shopper bought it, or looks at it.
    Together(Localized, SeedKind),
    /// It is like this, which the shopper bought or looks at.
    Alike(Localized, SeedKind),
    /// It goes with this.
    GoesWith(Localized),
    /// The shopper bought it before, and it is used up by now.
    Again,
    /// It keeps to the price that was stated.
    Budget,
    /// It is what the words asked for.
    Asked,
    /// The shop recommends it.
    Shop,
    /// Nothing sells better among what could be recommended.
    Bestseller,
    /// It sells well.
    Popular,
    /// Nothing but that it is there.
    InStock,
}

/// What may be recommended, with its score.
struct Candidate<'a> {
    place: usize,
    product: &'a Product,
    score: f64,
    shown: bool,
}

pub(super) fn picks<'a>(of: &'a Recommender, wish: &Wish, rules: &RecommendRules) -> Vec<Pick<'a>> {
    let seeds: Vec<(usize, f64)> =
        wish.seeds.iter().filter_map(|seed| Some((*of.places.get(&seed.product)?, seed.weight))).collect();
    let signals = Signals::of(&seeds, &of.together, &of.alike, of.products.len());
    let viewed = wish.seeds.iter().any(|seed| seed.kind == SeedKind::Viewed);
    let mixture = if viewed || wish.goes_with.is_some() { Mixture::BESIDE } else { of.mixture };
    let scores = mixture.blend(&signals, &of.popular);
    let rules = Rules::of(of, wish, rules);
    let places: Vec<usize> = match &wish.among {
        Some(found) => found.iter().filter_map(|id| of.places.get(id).copied()).collect(),
        None => (0..of.products.len()).collect(),
    };
    let mut candidates: Vec<Candidate<'_>> = places
        .into_iter()
        .enumerate()
        .filter(|(_, place)| rules.allow(&of.products[*place]))
        .map(|(order, place)| {
            let product = &of.products[place];
            let by_search = if wish.among.is_some() { SEARCH_ORDER / (order as f64 + 1.0) } else { 0.0 };
            let score = rules.adjusted(scores[place], product) + by_search;
            Candidate { place, product, score, shown: wish.shown.contains(&product.id) }
        })
        .collect();
    candidates.sort_by(|a, b| a.shown.cmp(&b.shown).then(b.score.total_cmp(&a.score)));
    let most = candidates.iter().map(|candidate| candidate.product.sales).max().unwrap_or_default();
    let chosen = if wish.among.is_some() { candidates } else { spread_over_kinds(candidates) };
    let reasons = Reasons { of, wish, rules: rules.shop, seeds: by_strength(&wish.seeds), most };
    let chosen = chosen.into_iter().take(wish.limit);
    chosen.map(|one| Pick { product: one.product, why: reasons.why(one.place, one.product) }).collect()
}

/// The best of each kind before the next best of any; what was shown stays last.
fn spread_over_kinds(candidates: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rounds: Vec<(bool, usize, Candidate<'_>)> = Vec::new();
    for candidate in candidates {
        let count = taken.entry(kind(candidate.product)).or_default();
        rounds.push((candidate.shown, *count / OF_A_KIND, candidate));
        *count += 1;
    }
    rounds.sort_by_key(|(shown, round, _)| (*shown, *round));
    rounds.into_iter().map(|(_, _, candidate)| candidate).collect()
}

/// The narrowest category; goods without one are a kind each.
fn kind(product: &Product) -> &str {
    product.category.last().map_or(product.id.as_str(), |narrowest| narrowest.zh.as_str())
}

/// Whether it is used up and bought again: as the shop says, and what has a seal of hygiene or does not keep. What is
/// worn has a size chart, and what is built to last a warranty, whatever its seal.
fn is_used_up(product: &Product, rules: &RecommendRules) -> bool {
    let sealed = matches!(product.return_class, ReturnClass::Sealed | ReturnClass::Fresh);
    rules.repeats(product)
        || (sealed && product.size_chart.is_none() && product.warranty_days.unwrap_or_default() == 0)
}

/// Whether two goods have to do with each other: the same wide category, or bought together.
fn are_related(of: &Recommender, one: &Product, other: &Product) -> bool {
    let widest = |product: &Product| product.category.first().map(|category| category.zh.clone());
    let places = (of.places.get(&one.id), of.places.get(&other.id));
    let together = matches!(places, (Some(one), Some(other)) if of.together.is_known(*one, *other));
    together || widest(one).is_some_and(|category| widest(other) == Some(category))
}

/// Whether two goods are for different people, such as women and men.
fn are_for_others(one: &Product, other: &Product) -> bool {
    let said = !one.audience.is_empty() && !other.audience.is_empty();
    said && !one.audience.iter().any(|whom| other.audience.contains(whom))
}

/// What may come, and what moves it.
struct Rules<'a> {
    of: &'a Recommender,
    wish: &'a Wish,
    shop: &'a RecommendRules,
    /// Days since the last purchase, by product.
    owned: BTreeMap<&'a ProductId, i64>,
    /// Days since something lasting of a kind was bought.
    kinds: BTreeMap<&'a str, i64>,
    goes_with: Option<&'a Product>,
    /// What the shopper looks at most.
    viewed: Option<&'a Product>,
}

impl<'a> Rules<'a> {
    fn of(of: &'a Recommender, wish: &'a Wish, shop: &'a RecommendRules) -> Self {
        let mut owned: BTreeMap<&ProductId, i64> = BTreeMap::new();
        let mut kinds: BTreeMap<&str, i64> = BTreeMap::new();
        for one in &wish.owned {
            let days = owned.entry(&one.product).or_insert(one.days_ago);
            *days = one.days_ago.min(*days);
            if let Some(product) = of.product(&one.product).filter(|product| !is_used_up(product, shop)) {
                let days = kinds.entry(kind(product)).or_insert(one.days_ago);
                *days = one.days_ago.min(*days);
            }
        }
        let goes_with = wish.goes_with.as_ref().and_then(|id| of.product(id));
        let viewed = wish.seeds.iter().find(|seed| seed.kind == SeedKind::Viewed);
        let viewed = viewed.and_then(|seed| of.product(&seed.product));
        Self { of, wish, shop, owned, kinds, goes_with, viewed }
    }

    fn allow(&self, product: &Product) -> bool {
        let stocked = self.shop.min_stock.max(1) <= product.stock();
        let refused = self.wish.never.contains(&product.id) || self.shop.forbids(product);
        let price = product.price.amount();
        let affordable = self.wish.price_to.is_none_or(|most| price <= most)
            && self.wish.price_from.is_none_or(|least| least <= price);
        stocked && affordable && !refused && !self.has_enough(product) && self.suits(product)
    }

    /// It was bought not long ago, and lasts, or is not used up yet.
    fn has_enough(&self, product: &Product) -> bool {
        let lasts = if is_used_up(product, self.shop) { USED_UP_DAYS } else { DURABLE_DAYS };
        self.owned.get(&product.id).is_some_and(|days| *days < lasts)
    }

    /// Whether it is for the people whom what is looked at is for; and where it shall go with something, of another kind
    /// and not for the same part of the body, which a size chart tells.
    fn suits(&self, product: &Product) -> bool {
        if self.wish.among.is_none() && self.viewed.is_some_and(|viewed| are_for_others(viewed, product)) {
            return false;
        }
        let Some(with) = self.goes_with else { return true };
        let same_part = with.size_chart.is_some() && product.size_chart == with.size_chart;
        let related = self.wish.among.is_some() || are_related(self.of, with, product);
        kind(product) != kind(with) && !same_part && related && !are_for_others(with, product)
    }

    fn adjusted(&self, score: f64, product: &Product) -> f64 {
        let same_kind = self.kinds.get(kind(product)).is_some_and(|days| *days < SAME_KIND_DAYS);
        let same_kind = same_kind && !is_used_up(product, self.shop) && self.wish.among.is_none();
        let again = is_used_up(product, self.shop) && self.owned.contains_key(&product.id);
        let share = if same_kind { SAME_KIND_SHARE } else { 1.0 };
        let preferred = if self.shop.prefers(product) { PREFERRED } else { 0.0 };
        share * score + preferred + if again { AGAIN } else { 0.0 }
    }
}

/// The seeds that tell most first.
fn by_strength(seeds: &[Seed]) -> Vec<&Seed> {
    let mut seeds: Vec<&Seed> = seeds.iter().collect();
    seeds.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    seeds
}

/// What reasons are found by.
struct Reasons<'a> {
    of: &'a Recommender,
    wish: &'a Wish,
    rules: &'a RecommendRules,
    seeds: Vec<&'a Seed>,
    /// The most units sold of any candidate.
    most: u32,
}

impl Reasons<'_> {
    fn why(&self, place: usize, product: &Product) -> Why {
        if self.wish.price_to.is_some() {
            return Why::Budget;
        }
        if is_used_up(product, self.rules) && self.wish.owned.iter().any(|owned| owned.product == product.id)
        {
            return Why::Again;
        }
        let together = self.seeds.iter().find_map(|seed| {
            let other = *self.of.places.get(&seed.product)?;
            self.of.together.is_known(other, place).then(|| Why::Together(self.title(other), seed.kind))
        });
        if let Some(together) = together {
            return together;
        }
        let with = self.wish.goes_with.as_ref().and_then(|id| self.of.product(id));
        if let Some(with) = with.filter(|with| are_related(self.of, with, product)) {
            return Why::GoesWith(with.title.clone());
        }
        if self.wish.among.is_some() {
            return if self.is_bestseller(product) { Why::Bestseller } else { Why::Asked };
        }
        self.alike(place).unwrap_or_else(|| match () {
            () if self.rules.prefers(product) => Why::Shop,
            () if self.is_bestseller(product) => Why::Bestseller,
            () if 0 < product.sales => Why::Popular,
            () => Why::InStock,
        })
    }

    fn alike(&self, place: usize) -> Option<Why> {
        // Goods of different wide categories may share a tag and a price; nobody would call them alike.
        let widest = |place: usize| self.of.products[place].category.first().map(|category| &category.zh);
        let nearest = self.seeds.iter().filter_map(|seed| {
            let other = *self.of.places.get(&seed.product)?;
            let alike = widest(other).is_some() && widest(other) == widest(place);
            alike.then(|| (other, seed.kind, self.of.alike.similarity(other, place)))
        });
        let (other, kind, similarity) = nearest.max_by(|a, b| a.2.total_cmp(&b.2))?;
        (PLAINLY_ALIKE <= similarity).then(|| Why::Alike(self.title(other), kind))
    }

    fn title(&self, place: usize) -> Localized {
        self.of.products[place].title.clone()
    }

    fn is_bestseller(&self, product: &Product) -> bool {
        0 < product.sales && product.sales == self.most
    }
}
