//! A basket and its offers as numbers, and the arithmetic of one choice.

use crate::domain::{
    Currency, Money, ProductId, PromotionId,
    trade::{Product, Promotion, PromotionKind, ThresholdBase},
};

use super::{
    Basket, Offers, Quote, QuoteStep, StepKind,
    rules::{Effect, Rule, Seen, Share},
    search::Found,
};
use crate::trade::{item_price, of_product, spread};

/// Everything that a price depends on. Amounts by line are of all its units.
#[derive(Clone, Debug)]
pub(super) struct Ledger<'a> {
    pub(super) currency: Currency,
    pub(super) units: Vec<i64>,
    list: Vec<i64>,
    /// After the item step, and the promotion that did it.
    pub(super) after_item: Vec<i64>,
    item_rules: Vec<Option<&'a Promotion>>,
    /// In the order of work.
    pub(super) rules: Vec<Rule<'a>>,
    pub(super) base: ThresholdBase,
    points: Option<Points<'a>>,
    shipping: Shipping<'a>,
    gifts: Vec<Gift<'a>>,
}

#[derive(Clone, Debug)]
struct Points<'a> {
    promotion: &'a Promotion,
    covers: Vec<bool>,
    /// What all points of the shopper are worth.
    worth: i64,
    most: Share,
    per_unit: u32,
}

#[derive(Clone, Debug)]
struct Shipping<'a> {
    /// `None` where it is charged separately.
    fee: Option<i64>,
    /// Free from an amount of goods on; by a promotion, or by the shop's policy.
    free: Vec<(i64, Option<&'a Promotion>, Vec<bool>)>,
}

#[derive(Clone, Debug)]
struct Gift<'a> {
    promotion: &'a Promotion,
    gift: &'a ProductId,
    over: Option<i64>,
    covers: Vec<bool>,
    with: bool,
}

/// What is chosen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    /// Of each line, the exclusive rule that has it.
    pub(super) of_line: Vec<Option<usize>>,
    /// Of each rule that is not exclusive, whether it takes part.
    pub(super) taken: Vec<bool>,
}

impl<'a> Ledger<'a> {
    /// `None` for an empty basket or one of several currencies.
    pub(super) fn new(basket: &Basket<'a>, offers: &Offers<'a>) -> Option<Self> {
        let currency = basket.lines.first()?.list.currency();
        if basket.lines.iter().any(|line| line.list.currency() != currency || line.units == 0) {
            return None;
        }
        let member = basket.shopper.is_some_and(|shopper| !shopper.level.is_empty());
        let (mut after_item, mut item_rules) = (Vec::new(), Vec::new());
        for line in &basket.lines {
            let (price, rule) = item_step(line.product, line.list, &offers.running, member);
            after_item.push(price.saturating_mul(i64::from(line.units)));
            item_rules.push(rule);
        }
        let covers = |promotion: &Promotion| -> Vec<bool> {
            basket.lines.iter().map(|line| promotion.scope.covers(line.product)).collect()
        };
        let mut rules: Vec<Rule<'a>> = offers
            .running
            .iter()
            .filter_map(|promotion| {
                let (kind, effect, group) = Effect::of(promotion)?;
                let shops = matches!(kind, StepKind::NPiece | StepKind::Threshold);
                let exclusive = shops && !promotion.stack;
                Some(Rule { promotion, kind, effect, covers: covers(promotion), exclusive, group })
            })
            .filter(|rule| rule.covers.contains(&true))
            .collect();
        // A group's coupons stand together, and groups by name: the place of a coupon that is not used must not decide
        // which of two others is worked first, or the best of all could cost more than the best of some.
        rules.sort_by_key(|rule| (rule.kind as u8, rule.group));
        Some(Self {
            currency,
            units: basket.lines.iter().map(|line| i64::from(line.units)).collect(),
            list: basket
                .lines
                .iter()
                .map(|line| line.list.minor().saturating_mul(i64::from(line.units)))
                .collect(),
            after_item,
            item_rules,
            rules,
            base: offers.base,
            points: points(basket, offers, covers),
            shipping: shipping(basket, offers, covers),
            gifts: gifts(basket, offers, covers),
        })
    }

    /// The same basket with goods for so much more, of a kind that this promotion covers, and those that cover all.
    pub(super) fn with_more(&self, promotion: &Promotion, amount: i64) -> Self {
        let mut more = self.clone();
        let covers = |other: &Promotion| other.id == promotion.id || other.scope.is_everything();
        more.units.push(1);
        more.list.push(amount);
        more.after_item.push(amount);
        more.item_rules.push(None);
        more.rules.iter_mut().for_each(|rule| rule.covers.push(covers(rule.promotion)));
        more.points.iter_mut().for_each(|points| points.covers.push(covers(points.promotion)));
        for (_, by, lines) in &mut more.shipping.free {
            lines.push(by.is_none_or(covers));
        }
        more
    }

    /// The lines that a rule has under a choice.
    pub(super) fn has(&self, rule: usize, choice: &Choice, line: usize) -> bool {
        let Rule { covers, exclusive, .. } = &self.rules[rule];
        covers[line] && if *exclusive { choice.of_line[line] == Some(rule) } else { choice.taken[rule] }
    }

    /// What a rule sees of some lines when `left` is left of each.
    pub(super) fn seen(&self, left: &[i64], has: impl Fn(usize) -> bool) -> Seen {
        let mut seen = Seen::default();
        for line in (0..left.len()).filter(|line| has(*line)) {
            seen.units += self.units[line];
            seen.left += left[line];
            seen.base += match self.base {
                ThresholdBase::AfterItem => self.after_item[line],
                ThresholdBase::Remaining => left[line],
            };
        }
        seen
    }

    /// Takes a rule's discount off the lines that it has, in proportion to what is left of them, and returns it.
    pub(super) fn apply(&self, rule: usize, left: &mut [i64], has: impl Fn(usize) -> bool) -> i64 {
        let off = self.rules[rule].effect.takes(self.seen(left, &has));
        if 0 < off {
            let weights: Vec<i64> =
                left.iter().enumerate().map(|(line, left)| if has(line) { *left } else { 0 }).collect();
            left.iter_mut().zip(spread(off, &weights)).for_each(|(left, part)| *left -= part);
        }
        off
    }

    /// What points pay of what is left.
    pub(super) fn points_off(&self, left: &[i64]) -> i64 {
        let Some(points) = &self.points else { return 0 };
        let goods: i64 =
            left.iter().zip(&points.covers).filter(|(_, covers)| **covers).map(|(left, _)| left).sum();
        points.worth.min(points.most.floored(goods)).max(0)
    }

    /// The least that is paid in the end where no less than `goods` is left: either shipping is paid for, or there are
    /// goods enough to make it free.
    pub(super) fn least_with_shipping(&self, goods: i64) -> i64 {
        let points = |goods| {
            self.points.as_ref().map_or(0, |points| points.worth.min(points.most.floored(goods)).max(0))
        };
        let fee = self.shipping.fee.unwrap_or(0);
        let with_fee = goods - points(goods) + fee;
        let free = self.shipping.free.iter().map(|(over, ..)| goods.max(*over)).min();
        free.map_or(with_fee, |goods| with_fee.min(goods - points(goods)))
    }

    /// What is charged for shipping; judged by the goods before points. With the promotion that makes it free.
    pub(super) fn shipping_fee(&self, left: &[i64]) -> (i64, Option<&'a Promotion>) {
        let Some(fee) = self.shipping.fee else { return (0, None) };
        for (over, by, covers) in &self.shipping.free {
            let goods: i64 =
                left.iter().zip(covers).filter(|(_, covers)| **covers).map(|(left, _)| left).sum();
            if *over <= goods {
                return (0, *by);
            }
        }
        (fee, None)
    }

    /// The thresholds out of reach, with what is missing by the amounts after the item step.
    pub(super) fn gaps(&self) -> Vec<(&'a Promotion, i64)> {
        let goods = |covers: &[bool]| -> i64 {
            self.after_item.iter().zip(covers).filter(|(_, covers)| **covers).map(|(amount, _)| amount).sum()
        };
        let rules = self
            .rules
            .iter()
            .filter_map(|rule| Some((rule.promotion, rule.effect.gap(goods(&rule.covers))?)));
        let free =
            self.shipping.free.iter().filter_map(|(over, by, covers)| Some(((*by)?, over - goods(covers))));
        rules.chain(free.filter(|_| self.shipping.fee.is_some_and(|fee| 0 < fee))).collect()
    }

    /// The quote of what was found.
    pub(super) fn quote(&self, found: &Found) -> Quote {
        let money = |minor: i64| Money::from_minor(minor, self.currency);
        let mut steps: Vec<QuoteStep> = Vec::new();
        let mut step = |kind, line, rule: Option<&Promotion>, amount: i64| {
            steps.push(QuoteStep {
                kind,
                line,
                rule: rule.map(|rule| rule.id.clone()),
                amount: money(amount),
            });
        };
        for (line, list) in self.list.iter().enumerate() {
            step(StepKind::Goods, Some(line), None, *list);
            if let Some(rule) = self.item_rules[line] {
                step(StepKind::Item, Some(line), Some(rule), self.after_item[line] - list);
            }
        }
        let mut left = self.after_item.clone();
        for (rule, Rule { kind, promotion, .. }) in self.rules.iter().enumerate() {
            let off = self.apply(rule, &mut left, |line| self.has(rule, &found.choice, line));
            if 0 < off {
                step(*kind, None, Some(promotion), -off);
            }
        }
        let gifts = self.gifts_of(&left);
        let (fee, free_by) = self.shipping_fee(&left);
        let off = self.points_off(&left);
        let mut spent = 0;
        if let Some(points) = self.points.as_ref().filter(|_| 0 < off) {
            step(StepKind::Points, None, Some(points.promotion), -off);
            let whole = i128::from(off) * i128::from(points.per_unit);
            let unit = 10_i128.pow(self.currency.minor_digits());
            spent = u32::try_from((whole + unit - 1) / unit).unwrap_or(u32::MAX);
            let weights: Vec<i64> = left
                .iter()
                .zip(&points.covers)
                .map(|(left, covers)| if *covers { *left } else { 0 })
                .collect();
            left.iter_mut().zip(spread(off, &weights)).for_each(|(left, part)| *left -= part);
        }
        match self.shipping.fee {
            Some(_) => step(StepKind::Shipping, None, free_by, fee),
            None => step(StepKind::ShippingUnknown, None, None, 0),
        }
        let total = left.iter().sum::<i64>() + fee;
        let list: i64 = self.list.iter().sum();
        Quote {
            steps,
            total: money(total),
            paid: left.into_iter().map(money).collect(),
            saved: money(list + self.shipping.fee.unwrap_or(0) - total),
            proven: found.proven,
            points: spent,
            gifts,
            next: None,
        }
    }

    fn gifts_of(&self, left: &[i64]) -> Vec<(PromotionId, ProductId)> {
        let earned = |gift: &&Gift<'_>| {
            let base = self.seen(left, |line| gift.covers[line]).base;
            gift.with || gift.over.is_some_and(|over| over <= base)
        };
        let gifts = self.gifts.iter().filter(earned);
        gifts.map(|gift| (gift.promotion.id.clone(), gift.gift.clone())).collect()
    }
}

impl Choice {
    /// Nothing chosen.
    pub(super) fn none(ledger: &Ledger<'_>) -> Self {
        Self { of_line: vec![None; ledger.units.len()], taken: vec![false; ledger.rules.len()] }
    }
}

/// The price of one after the item step, in the smallest unit, and the promotion that made it; a pre-sale's price is less
/// by what the deposit counts for beyond itself.
fn item_step<'a>(
    product: &Product,
    list: Money,
    running: &[&'a Promotion],
    member: bool,
) -> (i64, Option<&'a Promotion>) {
    let open: Vec<&'a Promotion> = running
        .iter()
        .copied()
        .filter(|promotion| member || !matches!(promotion.kind, PromotionKind::MemberPrice(_)))
        .collect();
    let price = item_price(product, list, &open);
    let rule = open.iter().copied().find(|promotion| Some(&promotion.id) == price.rule.as_ref());
    let mut best = (price.now.minor().max(0), rule);
    for promotion in of_product(&open, product) {
        let PromotionKind::Presale { deposit, counts_as, .. } = &promotion.kind else { continue };
        let price = (list.minor() - (counts_as.minor() - deposit.minor())).max(0);
        if price < best.0 {
            best = (price, Some(promotion));
        }
    }
    best
}

fn points<'a>(
    basket: &Basket<'a>,
    offers: &Offers<'a>,
    covers: impl Fn(&Promotion) -> Vec<bool>,
) -> Option<Points<'a>> {
    let has = basket.shopper.map_or(0, |shopper| shopper.points);
    let minor = 10_i64.pow(basket.lines.first()?.list.currency().minor_digits());
    offers.running.iter().find_map(|promotion| match &promotion.kind {
        PromotionKind::Points { per_unit, max_percent } if 0 < has && 0 < *per_unit => Some(Points {
            promotion,
            covers: covers(promotion),
            worth: i64::from(has) * minor / i64::from(*per_unit),
            most: Share::percent(*max_percent),
            per_unit: *per_unit,
        }),
        _ => None,
    })
}

fn shipping<'a>(
    basket: &Basket<'a>,
    offers: &Offers<'a>,
    covers: impl Fn(&Promotion) -> Vec<bool>,
) -> Shipping<'a> {
    let goes_to =
        |regions: &[String]| basket.region.is_some_and(|to| regions.iter().any(|name| to.contains(name)));
    let mut free = Vec::new();
    let mut separate = goes_to(&offers.policy.excluded_regions);
    for promotion in &offers.running {
        if let PromotionKind::FreeShipping { over, except_regions } = &promotion.kind {
            separate |= goes_to(except_regions);
            free.push((over.minor(), Some(*promotion), covers(promotion)));
        }
    }
    if let Some(over) = offers.policy.free_shipping_over {
        free.push((over.minor(), None, vec![true; basket.lines.len()]));
    }
    Shipping { fee: (!separate).then(|| offers.policy.shipping_fee.minor()), free }
}

fn gifts<'a>(
    basket: &Basket<'a>,
    offers: &Offers<'a>,
    covers: impl Fn(&Promotion) -> Vec<bool>,
) -> Vec<Gift<'a>> {
    let gift_of = |promotion: &&'a Promotion| match &promotion.kind {
        PromotionKind::Gift { over, with, gift, stock } if 0 < *stock => Some(Gift {
            promotion,
            gift,
            over: over.map(|over| over.minor()),
            covers: covers(promotion),
            with: with.as_ref().is_some_and(|with| basket.lines.iter().any(|line| line.product.id == *with)),
        }),
        _ => None,
    };
    offers.running.iter().filter_map(gift_of).collect()
}
