//! A price found by trying every legal way, in decimals.

use rust_decimal::Decimal;

use super::{super::*, cents};
use crate::domain::trade::{PriceCut, PriceOff, PromotionKind};

/// What one way to buy costs, computed in decimals rule by rule as COMMERCE.md words them.
pub(super) struct Reference<'a> {
    pub(super) basket: &'a Basket<'a>,
    pub(super) offers: &'a Offers<'a>,
}

impl Reference<'_> {
    /// The cheapest of all legal ways.
    pub(super) fn cheapest(&self) -> Decimal {
        let exclusive: Vec<usize> = (0..self.offers.running.len())
            .filter(|n| self.is_shops(*n) && !self.offers.running[*n].stack)
            .collect();
        let free: Vec<usize> = (0..self.offers.running.len())
            .filter(|n| !exclusive.contains(n) && (self.is_shops(*n) || self.is_late(*n)))
            .collect();
        let mut best = Decimal::MAX;
        let ways = (exclusive.len() + 1).pow(self.basket.lines.len() as u32);
        for way in 0..ways {
            let mut rest = way;
            let of_line: Vec<Option<usize>> = (0..self.basket.lines.len())
                .map(|_| {
                    let digit = rest % (exclusive.len() + 1);
                    rest /= exclusive.len() + 1;
                    exclusive.get(digit).copied()
                })
                .collect();
            for mask in 0..1_u32 << free.len() {
                let taken: Vec<usize> = free
                    .iter()
                    .enumerate()
                    .filter(|(bit, _)| mask >> bit & 1 == 1)
                    .map(|(_, n)| *n)
                    .collect();
                if self.is_legal(&of_line, &taken) {
                    best = best.min(self.price(&of_line, &taken));
                }
            }
        }
        best
    }

    fn kind(&self, rule: usize) -> &PromotionKind {
        &self.offers.running[rule].kind
    }

    fn is_shops(&self, rule: usize) -> bool {
        match self.kind(rule) {
            PromotionKind::NPiece { .. } | PromotionKind::Threshold { .. } => true,
            PromotionKind::RepeatingThreshold { platform, .. } => !platform,
            _ => false,
        }
    }

    fn is_late(&self, rule: usize) -> bool {
        matches!(self.kind(rule), PromotionKind::Coupon { .. } | PromotionKind::RepeatingThreshold { .. })
    }

    fn covers(&self, rule: usize, line: usize) -> bool {
        self.offers.running[rule].scope.covers(self.basket.lines[line].product)
    }

    fn is_legal(&self, of_line: &[Option<usize>], taken: &[usize]) -> bool {
        let covered =
            of_line.iter().enumerate().all(|(line, rule)| rule.is_none_or(|rule| self.covers(rule, line)));
        let groups: Vec<&str> = taken.iter().filter_map(|rule| self.group(*rule)).collect();
        let once = groups.iter().all(|group| groups.iter().filter(|other| other == &group).count() == 1);
        covered && once
    }

    fn price(&self, of_line: &[Option<usize>], taken: &[usize]) -> Decimal {
        let item: Vec<Decimal> = (0..self.basket.lines.len()).map(|line| self.item(line)).collect();
        let mut left = item.clone();
        for step in 0..5 {
            let mut rules: Vec<usize> =
                (0..self.offers.running.len()).filter(|n| self.step(*n) == Some(step)).collect();
            // Coupons group by group, by the groups' names.
            rules.sort_by_key(|n| self.group(*n));
            for rule in rules {
                let has: Vec<usize> = (0..left.len())
                    .filter(|line| self.covers(rule, *line))
                    .filter(|line| of_line[*line] == Some(rule) || taken.contains(&rule))
                    .collect();
                let off = self.off(rule, &has, &item, &left);
                self.spread(off, &has, &mut left);
            }
        }
        left.iter().sum::<Decimal>() + self.shipping(&left)
    }

    fn group(&self, rule: usize) -> Option<&str> {
        match self.kind(rule) {
            PromotionKind::Coupon { group, .. } => Some(group),
            _ => None,
        }
    }

    fn step(&self, rule: usize) -> Option<usize> {
        Some(match self.kind(rule) {
            PromotionKind::NPiece { .. } => 0,
            PromotionKind::Threshold { .. } | PromotionKind::RepeatingThreshold { platform: false, .. } => 1,
            PromotionKind::Coupon { platform: false, .. } => 2,
            PromotionKind::RepeatingThreshold { .. } => 3,
            PromotionKind::Coupon { .. } => 4,
            _ => return None,
        })
    }

    fn item(&self, line: usize) -> Decimal {
        let BasketLine { list, units, .. } = self.basket.lines[line];
        let mut price = list.amount();
        for promotion in
            (0..self.offers.running.len()).filter(|n| self.covers(*n, line)).map(|n| self.offers.running[n])
        {
            if let PromotionKind::ItemPrice(cut) = &promotion.kind {
                price = price.min(match cut {
                    PriceCut::Percent(percent) => cents(list.amount() * percent / Decimal::ONE_HUNDRED),
                    PriceCut::Price(price) => price.amount(),
                });
            }
        }
        price * Decimal::from(units)
    }

    fn off(&self, rule: usize, has: &[usize], item: &[Decimal], left: &[Decimal]) -> Decimal {
        let sum = |of: &[Decimal]| has.iter().map(|line| of[*line]).sum::<Decimal>();
        let units: u32 = has.iter().map(|line| self.basket.lines[*line].units).sum();
        let base = if self.offers.base == ThresholdBase::AfterItem { sum(item) } else { sum(left) };
        let remaining = sum(left);
        let share = |pays: &Decimal| cents(remaining * (Decimal::ONE_HUNDRED - pays) / Decimal::ONE_HUNDRED);
        let off = match self.kind(rule) {
            PromotionKind::NPiece { tiers } => {
                let reached = tiers.iter().filter(|(pieces, _)| *pieces <= units);
                reached.map(|(_, pays)| share(pays)).max().unwrap_or_default()
            }
            PromotionKind::Threshold { tiers } => {
                let reached = tiers.iter().filter(|(over, _)| over.amount() <= base);
                reached.map(|(_, off)| off.amount()).max().unwrap_or_default()
            }
            PromotionKind::RepeatingThreshold { over, off, cap, .. } => {
                let all = (base / over.amount()).floor() * off.amount();
                cap.map_or(all, |cap| all.min(cap.amount()))
            }
            PromotionKind::Coupon { over, off, cap, .. } if over.is_none_or(|over| over.amount() <= base) => {
                match off {
                    PriceOff::Amount(off) => off.amount(),
                    PriceOff::Percent(pays) => cap.map_or(share(pays), |cap| share(pays).min(cap.amount())),
                }
            }
            _ => Decimal::ZERO,
        };
        off.min(remaining)
    }

    /// One cent after the other to the line whose exact share is furthest ahead of what it has.
    fn spread(&self, off: Decimal, has: &[usize], left: &mut [Decimal]) {
        let cent = Decimal::new(1, 2);
        let whole: Decimal = has.iter().map(|line| left[*line]).sum();
        if off.is_zero() || whole.is_zero() {
            return;
        }
        let exact: Vec<Decimal> = has.iter().map(|line| off * left[*line] / whole).collect();
        let mut parts: Vec<Decimal> = exact.iter().map(|part| part.trunc_with_scale(2)).collect();
        let mut missing = off - parts.iter().sum::<Decimal>();
        while Decimal::ZERO < missing {
            let mut best = 0;
            for n in 0..parts.len() {
                if exact[best] - parts[best] < exact[n] - parts[n] {
                    best = n;
                }
            }
            parts[best] += cent;
            missing -= cent;
        }
        has.iter().zip(parts).for_each(|(line, part)| left[*line] -= part);
    }

    fn shipping(&self, left: &[Decimal]) -> Decimal {
        let goods =
            |rule| (0..left.len()).filter(|n| self.covers(rule, *n)).map(|n| left[n]).sum::<Decimal>();
        let free = (0..self.offers.running.len()).any(|rule| {
            matches!(self.kind(rule), PromotionKind::FreeShipping { over, .. } if over.amount() <= goods(rule))
        });
        if free { Decimal::ZERO } else { self.offers.policy.shipping_fee.amount() }
    }
}
