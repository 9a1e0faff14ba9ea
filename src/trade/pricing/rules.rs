//! One promotion as arithmetic: what it takes off a number of lines. Each rule cites COMMERCE.md, "Promotions and price".

use rust_decimal::Decimal;

use crate::domain::trade::{PriceOff, Promotion, PromotionKind};

use super::StepKind;

/// A promotion that works on what the item step leaves.
#[derive(Clone, Debug)]
pub(super) struct Rule<'a> {
    pub(super) promotion: &'a Promotion,
    pub(super) kind: StepKind,
    pub(super) effect: Effect,
    /// Whether it covers a line, by line.
    pub(super) covers: Vec<bool>,
    /// Whether a line that has it can have no other such rule ("One N-piece or one shop threshold a line").
    pub(super) exclusive: bool,
    /// Coupons of one group exclude each other.
    pub(super) group: Option<&'a str>,
}

/// What it does.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    /// From so many pieces on, this share off.
    Pieces(Vec<(i64, Share)>),
    /// From this amount on, this much off; the best tier once.
    Tiers(Vec<(i64, i64)>),
    /// For each such amount, this much off, up to a cap.
    Repeating { over: i64, off: i64, cap: i64 },
    /// This much off from an amount on.
    Amount { over: i64, off: i64 },
    /// This share off from an amount on, up to a cap.
    Percent { over: i64, off: Share, cap: i64 },
}

/// A part of a whole, exact.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    parts: i128,
    of: i128,
}

impl Share {
    /// What is not paid where the shopper pays `percent`.
    pub(super) fn off(percent: Decimal) -> Self {
        Self::percent(Decimal::ONE_HUNDRED - percent)
    }

    pub(super) fn percent(percent: Decimal) -> Self {
        let percent = percent.clamp(Decimal::ZERO, Decimal::ONE_HUNDRED).normalize();
        Self { parts: percent.mantissa(), of: 100 * 10_i128.pow(percent.scale()) }
    }

    /// Of an amount, rounded half up.
    pub(super) fn rounded(self, amount: i64) -> i64 {
        ((2 * i128::from(amount) * self.parts + self.of).div_euclid(2 * self.of)) as i64
    }

    pub(super) fn floored(self, amount: i64) -> i64 {
        (i128::from(amount) * self.parts).div_euclid(self.of) as i64
    }

    pub(super) fn as_number(self) -> f64 {
        self.parts as f64 / self.of as f64
    }
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Units of the lines that it has.
    pub(super) units: i64,
    /// What their thresholds are judged by.
    pub(super) base: i64,
    /// What is left of them to take from.
    pub(super) left: i64,
}

impl Effect {
    /// Of the promotions that are rules of this kind: the step, the effect, and the coupon's group.
    pub(super) fn of(promotion: &Promotion) -> Option<(StepKind, Self, Option<&str>)> {
        let minor = |money: &Option<crate::domain::Money>, none| money.map_or(none, |money| money.minor());
        Some(match &promotion.kind {
            PromotionKind::NPiece { tiers } => {
                let tiers = tiers.iter().map(|(pieces, percent)| (i64::from(*pieces), Share::off(*percent)));
                (StepKind::NPiece, Self::Pieces(tiers.collect()), None)
            }
            PromotionKind::Threshold { tiers } => {
                let tiers = tiers.iter().map(|(over, off)| (over.minor(), off.minor())).collect();
                (StepKind::Threshold, Self::Tiers(tiers), None)
            }
            PromotionKind::RepeatingThreshold { over, off, cap, platform } => {
                let kind = if *platform { StepKind::PlatformThreshold } else { StepKind::Threshold };
                let (over, off) = (over.minor().max(1), off.minor());
                (kind, Self::Repeating { over, off, cap: minor(cap, i64::MAX) }, None)
            }
            PromotionKind::Coupon { off, cap, over, group, platform, .. } => {
                let kind = if *platform { StepKind::PlatformCoupon } else { StepKind::Coupon };
                let over = minor(over, 0);
                let effect = match off {
                    PriceOff::Amount(off) => Self::Amount { over, off: off.minor() },
                    PriceOff::Percent(percent) => {
                        Self::Percent { over, off: Share::off(*percent), cap: minor(cap, i64::MAX) }
                    }
                };
                (kind, effect, Some(group.as_str()))
            }
            _ => return None,
        })
    }

    /// What it takes off, never more than is left ("a deduction is capped at the amount left").
    pub(super) fn takes(&self, seen: Seen) -> i64 {
        let Seen { units, base, left } = seen;
        let off = match self {
            Self::Pieces(tiers) => {
                let shares = tiers.iter().filter(|(pieces, _)| *pieces <= units);
                shares.map(|(_, share)| share.rounded(left)).max().unwrap_or(0)
            }
            Self::Tiers(tiers) => {
                tiers.iter().filter(|(over, _)| *over <= base).map(|(_, off)| *off).max().unwrap_or(0)
            }
            Self::Repeating { over, off, cap } => (base / over).saturating_mul(*off).min(*cap),
            Self::Amount { over, off } if *over <= base => *off,
            Self::Percent { over, off, cap } if *over <= base => off.rounded(left).min(*cap),
            _ => 0,
        };
        off.clamp(0, left.max(0))
    }

    /// The largest share of a line that it can take, however many lines it has of those that `seen` sums up.
    pub(super) fn best_rate(&self, seen: Seen) -> f64 {
        match self {
            Self::Pieces(tiers) => {
                let reached = tiers.iter().filter(|(pieces, _)| *pieces <= seen.units);
                reached.map(|(_, share)| share.as_number()).fold(0.0, f64::max)
            }
            Self::Tiers(tiers) => {
                let reached = tiers.iter().filter(|(over, _)| *over <= seen.base);
                reached.map(|(over, off)| *off as f64 / (*over).max(1) as f64).fold(0.0, f64::max)
            }
            Self::Repeating { over, off, .. } if *over <= seen.base => *off as f64 / *over as f64,
            Self::Amount { .. } | Self::Percent { .. } | Self::Repeating { .. } => 0.0,
        }
        .min(1.0)
    }

    /// From which base on it takes how much, rising, up to a base of `all`.
    pub(super) fn steps(&self, all: i64) -> Vec<(i64, i64)> {
        /// More steps than this are put together into one, which promises too much.
        const MOST: i64 = 64;
        match self {
            Self::Tiers(tiers) => {
                let mut steps: Vec<_> = tiers.iter().copied().filter(|(over, _)| *over <= all).collect();
                steps.sort_unstable();
                steps
            }
            Self::Repeating { over, off, cap } => {
                let times = (all / over).min(cap.div_euclid((*off).max(1)).saturating_add(1));
                let mut steps: Vec<_> =
                    (1..=times.min(MOST)).map(|n| (n * over, n.saturating_mul(*off).min(*cap))).collect();
                if let (true, Some(last)) = (MOST < times, steps.last_mut()) {
                    last.1 = times.saturating_mul(*off).min(*cap);
                }
                steps
            }
            _ => Vec::new(),
        }
    }

    /// How far a base is from the next threshold, where there is one.
    pub(super) fn gap(&self, base: i64) -> Option<i64> {
        let next = match self {
            Self::Tiers(tiers) => tiers.iter().map(|(over, _)| *over).filter(|over| base < *over).min()?,
            Self::Repeating { over, off, cap } => {
                let times = base / over;
                (times.saturating_mul(*off) < *cap).then_some((times + 1) * over)?
            }
            Self::Amount { over, .. } | Self::Percent { over, .. } if base < *over => *over,
            _ => return None,
        };
        Some(next - base)
    }
}
