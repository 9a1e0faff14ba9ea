//! `policy.toml`: the rules of trade. A shop's file overrides its packs' key by key.

use jiff::SignedDuration;

use super::shop_file::read_time;
use super::{Presence, Terms, localized, money, open};
use crate::domain::trade::{AgentRules, Policy, PrivacyRules, RecommendRules, Reminders};
use crate::domain::{Localized, Money};
use crate::shop::document::fields::Fields;
use crate::shop::document::{Located, Place, Source, parse_toml};
use crate::shop::problem::{Kind, Problem, kinds};

/// How long conversations may be kept, in days: cases about what was bought are not over sooner, and ten years are more
/// than any claim lasts.
const KEPT_DAYS: std::ops::RangeInclusive<i64> = 30..=3650;

/// What a policy file states; absent keys stay as they were.
#[derive(Clone, Debug, Default)]
pub(crate) struct PolicyFile {
    days: Vec<(DaysKey, u32)>,
    amounts: Vec<(AmountKey, Money)>,
    free_returns: Option<bool>,
    return_address: Option<Localized>,
    carriers: Option<Vec<String>>,
    excluded_regions: Option<Vec<String>>,
    reminders: Option<Reminders>,
    recommend: RecommendFile,
    keep_conversations_days: Option<u32>,
    agent_coupons: Option<Vec<Located<String>>>,
    /// Where the days after which an order is complete stand, and from which amount shipping is free.
    complete_at: Option<Place>,
    free_over_at: Option<Place>,
}

/// `[recommend]`: products by id or categories by name, with their places until the catalog is known.
#[derive(Clone, Debug, Default)]
struct RecommendFile {
    prefer: Option<Vec<Located<String>>>,
    never: Option<Vec<Located<String>>>,
    again: Option<Vec<Located<String>>>,
    min_stock: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DaysKey {
    NoReason,
    FaultReturn,
    FaultExchange,
    RefundWithin,
    PromiseHours,
    CompleteAfter,
    PriceProtection,
    Warranty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AmountKey {
    FreightInsurance,
    SmallAmount,
    ShippingFee,
    FreeOver,
    LateCompensation,
    HandoffOver,
    AgentRefund,
}

/// The rules of a shop whose files state none (COMMERCE.md; Consumer Protection Law, art. 25).
pub(crate) fn defaults(terms: &Terms) -> Policy {
    let amount = |whole: i64| Money::new(whole.into(), terms.currency);
    Policy {
        no_reason_days: 7,
        fault_return_days: 7,
        fault_exchange_days: 15,
        free_returns: false,
        freight_insurance_cap: None,
        refund_within_days: 7,
        small_amount_limit: amount(0),
        return_address: Localized::default(),
        ship_promise_hours: 48,
        shipping_fee: amount(0),
        free_shipping_over: None,
        carriers: Vec::new(),
        excluded_regions: Vec::new(),
        late_compensation: None,
        complete_after_days: 15,
        price_protection_days: 15,
        warranty_days: 365,
        handoff_refund_over: None,
        agents: AgentRules::default(),
        reminders: Reminders::default(),
        recommend: RecommendRules::default(),
        privacy: PrivacyRules::default(),
    }
}

/// Reads a policy file.
pub(crate) fn read(source: &mut Source<'_>, terms: &Terms) -> PolicyFile {
    let mut policy = PolicyFile::default();
    let root = parse_toml(source);
    let Some(mut fields) = open(source, &root) else { return policy };
    if let Some(mut table) = fields.table(source, "returns") {
        read_returns(source, terms, &mut table, &mut policy);
        table.finish(source);
    }
    if let Some(mut table) = fields.table(source, "shipping") {
        if policy.days(source, &mut table, "promise_hours", DaysKey::PromiseHours) == Some(0) {
            source.report(&table.span_of("promise_hours"), &kinds::POLICY_PROMISE, &[]);
        }
        policy.amount(source, terms, &mut table, "fee", AmountKey::ShippingFee);
        policy.amount(source, terms, &mut table, "free_over", AmountKey::FreeOver);
        policy.free_over_at = table.has("free_over").then(|| source.place(&table.span_of("free_over")));
        policy.amount(source, terms, &mut table, "late_compensation", AmountKey::LateCompensation);
        policy.carriers = table.has("carriers").then(|| table.plain_texts(source, "carriers"));
        policy.excluded_regions =
            table.has("excluded_regions").then(|| table.plain_texts(source, "excluded_regions"));
        table.get("carriers");
        table.get("excluded_regions");
        table.finish(source);
    }
    let singles: [(&'static str, &'static str, DaysKey); 3] = [
        ("orders", "complete_after_days", DaysKey::CompleteAfter),
        ("price_protection", "days", DaysKey::PriceProtection),
        ("warranty", "default_days", DaysKey::Warranty),
    ];
    for (table, key, what) in singles {
        if let Some(mut table) = fields.table(source, table) {
            let stated = policy.days(source, &mut table, key, what);
            if what == DaysKey::CompleteAfter && stated.is_some() {
                policy.complete_at = Some(source.place(&table.span_of(key)));
            }
            table.finish(source);
        }
    }
    if let Some(mut table) = fields.table(source, "handoff_limits") {
        policy.amount(source, terms, &mut table, "refund_over", AmountKey::HandoffOver);
        table.finish(source);
    }
    if let Some(mut table) = fields.table(source, "agents") {
        policy.amount(source, terms, &mut table, "refund_up_to", AmountKey::AgentRefund);
        policy.agent_coupons = table.has("coupons").then(|| table.texts(source, "coupons"));
        table.get("coupons");
        table.finish(source);
    }
    policy.reminders = fields.table(source, "reminders").map(|table| read_reminders(source, table));
    if let Some(mut table) = fields.table(source, "recommend") {
        policy.recommend = read_recommend(source, &mut table);
        table.finish(source);
    }
    if let Some(mut table) = fields.table(source, "privacy") {
        let days = table.integer(source, "keep_conversations_days", KEPT_DAYS);
        policy.keep_conversations_days = days.map(|days| u32::try_from(days).expect("the range was checked"));
        table.finish(source);
    }
    fields.finish(source);
    policy
}

/// Minutes of silence; 0 is never.
fn read_reminders(source: &mut Source<'_>, mut table: Fields<'_>) -> Reminders {
    let mut minutes = |source: &mut Source<'_>, key| {
        let minutes = table.integer(source, key, 0..=60 * 24 * 7)?;
        (minutes > 0).then(|| SignedDuration::from_mins(minutes))
    };
    let pay_after = minutes(source, "pay_after_minutes");
    let basket_after = minutes(source, "basket_after_minutes");
    let mut quiet = |source: &mut Source<'_>, key, default| {
        if table.has(key) { read_time(source, &mut table, key) } else { Some(default) }
    };
    let from = quiet(source, "quiet_from", jiff::civil::time(22, 0, 0, 0));
    let until = quiet(source, "quiet_until", jiff::civil::time(8, 0, 0, 0));
    table.finish(source);
    let quiet = from.zip(until).filter(|(from, until)| from != until);
    Reminders { pay_after, basket_after, quiet }
}

fn read_recommend(source: &mut Source<'_>, table: &mut Fields<'_>) -> RecommendFile {
    let mut named = |key: &'static str| {
        let given = table.has(key);
        let named = table.texts(source, key);
        given.then_some(named)
    };
    let (prefer, never, again) = (named("prefer"), named("never"), named("again"));
    for one in never.iter().flatten() {
        if prefer.iter().flatten().any(|other| other.value == one.value) {
            source.report_at(&one.at, &kinds::RECOMMEND_BOTH, &[&one.value]);
        }
    }
    let units = table.integer(source, "min_stock", 1..=100_000);
    let min_stock = units.map(|units| u32::try_from(units).expect("the range was checked"));
    RecommendFile { prefer, never, again, min_stock }
}

fn read_returns(source: &mut Source<'_>, terms: &Terms, table: &mut Fields<'_>, policy: &mut PolicyFile) {
    let least: [(&'static str, DaysKey, u32, &'static Kind); 3] = [
        ("no_reason_days", DaysKey::NoReason, 7, &kinds::POLICY_NO_REASON),
        ("fault_return_days", DaysKey::FaultReturn, 7, &kinds::POLICY_FAULT),
        ("fault_exchange_days", DaysKey::FaultExchange, 15, &kinds::POLICY_FAULT),
    ];
    for (key, what, minimum, kind) in least {
        if let Some(days) = policy.days(source, table, key, what).filter(|days| *days < minimum) {
            source.report(&table.span_of(key), kind, &[key, &days.to_string(), &minimum.to_string()]);
        }
    }
    let refund = policy.days(source, table, "refund_within_days", DaysKey::RefundWithin);
    if let Some(days) = refund.filter(|days| *days > 7) {
        source.report(&table.span_of("refund_within_days"), &kinds::POLICY_REFUND, &[&days.to_string()]);
    }
    policy.free_returns = table.boolean(source, "free_returns");
    policy.amount(source, terms, table, "freight_insurance_cap", AmountKey::FreightInsurance);
    policy.amount(source, terms, table, "small_amount_limit", AmountKey::SmallAmount);
    policy.return_address = localized(table, source, terms, "address", Presence::Free);
}

impl PolicyFile {
    fn days(
        &mut self,
        source: &mut Source<'_>,
        table: &mut Fields<'_>,
        key: &'static str,
        what: DaysKey,
    ) -> Option<u32> {
        let days = table.integer(source, key, 0..=3650)?;
        let days = u32::try_from(days).expect("the range was checked");
        self.days.push((what, days));
        Some(days)
    }

    fn amount(
        &mut self,
        source: &mut Source<'_>,
        terms: &Terms,
        table: &mut Fields<'_>,
        key: &'static str,
        what: AmountKey,
    ) {
        self.amounts.extend(money(table, source, terms, key).map(|amount| (what, amount)));
    }

    /// Products and categories that `[recommend]` names, for the catalog to check.
    pub(crate) fn named_goods(&self) -> impl Iterator<Item = &Located<String>> {
        let RecommendFile { prefer, never, again, .. } = &self.recommend;
        [prefer, never, again].into_iter().flatten().flatten()
    }

    /// Coupons that `[agents]` names, for the promotions to check.
    pub(crate) fn agent_coupons(&self) -> impl Iterator<Item = &Located<String>> {
        self.agent_coupons.iter().flatten()
    }

    /// What this file states and the whole policy makes pointless or unfair.
    pub(crate) fn check_against(&self, policy: &Policy, problems: &mut Vec<Problem>) {
        if let Some(at) = self.free_over_at.as_ref().filter(|_| policy.shipping_fee.amount().is_zero()) {
            problems.push(at.problem(&kinds::POLICY_FREE_OVER, &[]));
        }
        let (key, most) = [
            ("no_reason_days", policy.no_reason_days),
            ("fault_return_days", policy.fault_return_days),
            ("fault_exchange_days", policy.fault_exchange_days),
        ]
        .into_iter()
        .rev()
        .max_by_key(|(_, days)| *days)
        .expect("there are three");
        let short = policy.complete_after_days < most;
        if let Some(at) = self.complete_at.as_ref().filter(|_| short) {
            let days = (policy.complete_after_days.to_string(), most.to_string());
            problems.push(at.problem(&kinds::POLICY_COMPLETE, &[&days.0, key, &days.1]));
        }
    }

    /// Puts what this file states over a policy.
    pub(crate) fn apply(&self, policy: &mut Policy) {
        for (key, days) in &self.days {
            *match key {
                DaysKey::NoReason => &mut policy.no_reason_days,
                DaysKey::FaultReturn => &mut policy.fault_return_days,
                DaysKey::FaultExchange => &mut policy.fault_exchange_days,
                DaysKey::RefundWithin => &mut policy.refund_within_days,
                DaysKey::PromiseHours => &mut policy.ship_promise_hours,
                DaysKey::CompleteAfter => &mut policy.complete_after_days,
                DaysKey::PriceProtection => &mut policy.price_protection_days,
                DaysKey::Warranty => &mut policy.warranty_days,
            } = *days;
        }
        for (key, amount) in &self.amounts {
            match key {
                AmountKey::FreightInsurance => policy.freight_insurance_cap = Some(*amount),
                AmountKey::SmallAmount => policy.small_amount_limit = *amount,
                AmountKey::ShippingFee => policy.shipping_fee = *amount,
                AmountKey::FreeOver => policy.free_shipping_over = Some(*amount),
                AmountKey::LateCompensation => policy.late_compensation = Some(*amount),
                AmountKey::HandoffOver => policy.handoff_refund_over = Some(*amount),
                AmountKey::AgentRefund => policy.agents.refund_up_to = Some(*amount),
            }
        }
        if let Some(coupons) = &self.agent_coupons {
            policy.agents.coupons = coupons.iter().map(|coupon| coupon.value.as_str().into()).collect();
        }
        if let Some(free) = self.free_returns {
            policy.free_returns = free;
        }
        if let Some(reminders) = &self.reminders {
            policy.reminders = reminders.clone();
        }
        if let Some(address) = &self.return_address {
            policy.return_address = address.clone();
        }
        if let Some(carriers) = &self.carriers {
            policy.carriers.clone_from(carriers);
        }
        if let Some(regions) = &self.excluded_regions {
            policy.excluded_regions.clone_from(regions);
        }
        let rules = &mut policy.recommend;
        for (stated, rule) in [
            (&self.recommend.prefer, &mut rules.prefer),
            (&self.recommend.never, &mut rules.never),
            (&self.recommend.again, &mut rules.again),
        ] {
            if let Some(stated) = stated {
                *rule = stated.iter().map(|one| one.value.clone()).collect();
            }
        }
        rules.min_stock = self.recommend.min_stock.unwrap_or(rules.min_stock);
        let kept = &mut policy.privacy.keep_conversations_days;
        *kept = self.keep_conversations_days.or(*kept);
    }
}
