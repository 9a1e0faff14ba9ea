//! `orders/orders.jsonl`: shoppers, then their orders, as seeded when the shop is first made.

mod shipment;

use jiff::Timestamp;

use super::{Terms, is_id, moment, money, need_id, need_money, word};
use crate::domain::Money;
use crate::domain::trade::{Address, LineState, OrderDiscount, OrderRefund, OrderState, Shipment, Shopper};
use crate::domain::{Locale, PromotionId, ShopperId};
use crate::shop::document::fields::Fields;
use crate::shop::document::{Located, Node, Place, Source, json};
use crate::shop::problem::kinds;
use crate::shop::times::DayEdge;

/// A file of orders.
#[derive(Clone, Debug, Default)]
pub(crate) struct OrdersFile {
    /// Shoppers with the places of their ids.
    pub(crate) shoppers: Vec<Located<Shopper>>,
    /// Coupons in their wallets: whose, and the promotion.
    pub(crate) coupons: Vec<(ShopperId, Located<String>)>,
    /// Their orders.
    pub(crate) orders: Vec<OrderEntry>,
}

/// An order before its products are known.
#[derive(Clone, Debug)]
pub(crate) struct OrderEntry {
    /// Its number.
    pub(crate) id: Located<String>,
    /// Whose.
    pub(crate) shopper: Located<String>,
    /// When it was placed.
    pub(crate) placed_at: Timestamp,
    /// The state the file states.
    pub(crate) state: Located<OrderState>,
    /// Where it goes.
    pub(crate) address: Address,
    /// What was bought.
    pub(crate) lines: Vec<LineEntry>,
    /// Its parcels.
    pub(crate) shipments: Vec<Shipment>,
    /// Outbound shipping.
    pub(crate) shipping_fee: Money,
    /// Discounts.
    pub(crate) discounts: Vec<OrderDiscount>,
    /// Promotions the discounts name.
    pub(crate) rules: Vec<Located<String>>,
    /// What was paid in all.
    pub(crate) total: Money,
    /// Coupons it used.
    pub(crate) coupons: Vec<String>,
    /// Points it spent.
    pub(crate) points_spent: u32,
    /// A refund.
    pub(crate) refund: Option<OrderRefund>,
    /// Whether the warehouse picks it.
    pub(crate) picking: bool,
    /// Whether nothing was wrong in it, so that what follows from its lines may be judged.
    pub(crate) sound: bool,
}

/// A line before its product is known.
#[derive(Clone, Debug)]
pub(crate) struct LineEntry {
    /// Its id within the order.
    pub(crate) id: String,
    /// What was bought.
    pub(crate) product: Located<String>,
    /// In which form.
    pub(crate) variant: Located<String>,
    /// The title when it was bought; with it, the product need not be in the catalog any more.
    pub(crate) title: Option<String>,
    /// The variant in words when it was bought.
    pub(crate) variant_text: Option<String>,
    /// How many.
    pub(crate) units: u32,
    /// List price of one.
    pub(crate) unit_price: Money,
    /// What was paid for all of them.
    pub(crate) paid: Money,
    /// Where it stands.
    pub(crate) state: LineState,
    /// A gift.
    pub(crate) gift: bool,
    /// Whether the shopper gave up the no-reason return at the purchase.
    pub(crate) no_reason_waived: bool,
}

const LINE_STATES: [(&str, LineState); 8] = [
    ("unpaid", LineState::Unpaid),
    ("deposit_paid", LineState::DepositPaid),
    ("paid", LineState::Paid),
    ("shipped", LineState::Shipped),
    ("delivered", LineState::Delivered),
    ("completed", LineState::Completed),
    ("closed", LineState::Closed),
    ("refunded", LineState::Refunded),
];

/// The states of an order by their names in files.
pub(crate) const ORDER_STATES: [(&str, OrderState); 9] = [
    ("unpaid", OrderState::Unpaid),
    ("deposit_paid", OrderState::DepositPaid),
    ("paid", OrderState::Paid),
    ("partly_shipped", OrderState::PartlyShipped),
    ("shipped", OrderState::Shipped),
    ("delivered", OrderState::Delivered),
    ("completed", OrderState::Completed),
    ("closed", OrderState::Closed),
    ("refunded", OrderState::Refunded),
];

const LOCALES: [(&str, Locale); 3] =
    [("zh-Hans", Locale::ZhHans), ("zh-Hant", Locale::ZhHant), ("en", Locale::En)];

/// Reads a file of shoppers and orders.
pub(crate) fn read(source: &mut Source<'_>, terms: &Terms) -> OrdersFile {
    let mut file = OrdersFile::default();
    for line in json::parse_lines(source) {
        read_line(source, terms, &line, &mut file);
    }
    file
}

/// Reads one line into the file's content.
pub(crate) fn read_line(source: &mut Source<'_>, terms: &Terms, line: &Node, file: &mut OrdersFile) {
    let Some(mut fields) = Fields::of(source, line) else { return };
    let shopper = fields.get("shopper");
    let order = fields.get("order");
    if shopper.is_some() == order.is_some() {
        source.report(&line.span, &kinds::ORDER_LINE_KIND, &[]);
        return;
    }
    if let Some(fields) = shopper.and_then(|node| Fields::of(source, node)) {
        read_shopper(source, fields, file);
    }
    if let Some(fields) = order.and_then(|node| Fields::of(source, node)) {
        file.orders.extend(read_order(source, terms, fields));
    }
    fields.finish(source);
}

fn read_shopper(source: &mut Source<'_>, mut fields: Fields<'_>, file: &mut OrdersFile) {
    let id = need_id(&mut fields, source, "id");
    let shopper = Shopper {
        id: id.clone().unwrap_or_default().into(),
        name: fields.need_text(source, "name").unwrap_or_default(),
        phone: fields.free_text(source, "phone").unwrap_or_default(),
        level: fields.free_text(source, "level").unwrap_or_default(),
        points: count(fields.integer(source, "points", 0..=i64::from(u32::MAX)).unwrap_or(0)),
        locale: word(&mut fields, source, "locale", &LOCALES),
        note: fields.free_text(source, "note").unwrap_or_default(),
    };
    let coupons = fields.texts(source, "coupons");
    let at = fields.span_of("id");
    fields.finish(source);
    if id.is_some() {
        file.coupons.extend(coupons.into_iter().map(|coupon| (shopper.id.clone(), coupon)));
        file.shoppers.push(source.locate(&at, shopper));
    }
}

fn count(number: i64) -> u32 {
    u32::try_from(number).expect("the range was checked")
}

fn read_order(source: &mut Source<'_>, terms: &Terms, mut fields: Fields<'_>) -> Option<OrderEntry> {
    let before = source.problem_count();
    let id = need_id(&mut fields, source, "id").map(|id| source.locate(&fields.span_of("id"), id));
    fields.need(source, "shopper");
    let shopper = fields.located_text(source, "shopper");
    fields.need(source, "placed_at");
    let placed_at = past(source, terms, &mut fields, "placed_at");
    fields.need(source, "state");
    let state_at = fields.span_of("state");
    let state =
        word(&mut fields, source, "state", &ORDER_STATES).map(|state| source.locate(&state_at, state));
    let address = fields.table(source, "address").map(|table| read_address(source, table));
    let lines: Vec<LineEntry> = fields
        .tables(source, "lines")
        .into_iter()
        .filter_map(|table| read_order_line(source, terms, table))
        .collect();
    if lines.is_empty() && source.problem_count() == before {
        source.report(&fields.span_of("lines"), &kinds::ORDER_EMPTY, &[]);
    }
    let shipments = shipment::read(source, terms, &mut fields, &lines);
    let (discounts, rules) = read_discounts(source, terms, &mut fields);
    let shipping_fee =
        money(&mut fields, source, terms, "shipping_fee").unwrap_or(Money::zero(terms.currency));
    let total = need_money(&mut fields, source, terms, "total");
    let coupons = fields.plain_texts(source, "coupons");
    let points_spent = count(fields.integer(source, "points_spent", 0..=i64::from(u32::MAX)).unwrap_or(0));
    let refund = read_refund(source, terms, &mut fields);
    let picking = fields.boolean(source, "picking").unwrap_or(false);
    let total_at = source.place(&fields.span_of("total"));
    fields.finish(source);
    let order = OrderEntry {
        id: id?,
        shopper: shopper?,
        placed_at: placed_at?,
        state: state?,
        address: address.unwrap_or_default(),
        lines,
        shipments,
        shipping_fee,
        discounts,
        rules,
        total: total?,
        coupons,
        points_spent,
        refund,
        picking,
        sound: source.problem_count() == before,
    };
    if source.problem_count() == before {
        check_sums(source, &order, &total_at);
    }
    Some(order)
}

/// What the lines and the shipping fee add up to is the total; what the list prices less the discounts add up to is
/// what the lines were paid. A gift's list price counts or not, as its seller likes; a deposit is not the price yet.
fn check_sums(source: &mut Source<'_>, order: &OrderEntry, at: &Place) {
    let paid: rust_decimal::Decimal = order.lines.iter().map(|line| line.paid.amount()).sum();
    let sum = paid + order.shipping_fee.amount();
    if sum != order.total.amount() {
        source.report_at(at, &kinds::ORDER_SUM, &["total", &order.total.digits(), &sum.to_string()]);
    }
    if order.state.value == OrderState::DepositPaid {
        return;
    }
    let listed = |gifts: bool| -> rust_decimal::Decimal {
        let lines = order.lines.iter().filter(|line| gifts || !line.gift);
        lines.map(|line| line.unit_price.amount() * rust_decimal::Decimal::from(line.units)).sum()
    };
    let off: rust_decimal::Decimal = order.discounts.iter().map(|discount| discount.amount.amount()).sum();
    if listed(true) - off != paid && listed(false) - off != paid {
        let expected = listed(false) - off;
        source.report_at(at, &kinds::ORDER_SUM, &["lines.paid", &paid.to_string(), &expected.to_string()]);
    }
    if let Some(refund) = order.refund.as_ref().filter(|refund| refund.amount.amount() > order.total.amount())
    {
        source.report_at(
            at,
            &kinds::ORDER_SUM,
            &["refund.amount", &refund.amount.digits(), &order.total.digits()],
        );
    }
}

/// A moment that must not lie in the future.
fn past(
    source: &mut Source<'_>,
    terms: &Terms,
    fields: &mut Fields<'_>,
    key: &'static str,
) -> Option<Timestamp> {
    let at = moment(fields, source, terms, key, DayEdge::Start)?.at;
    if at > terms.clock.now.max(terms.clock.seeded_at) {
        source.report(&fields.span_of(key), &kinds::ORDER_FUTURE, &[&at.to_string()]);
    }
    Some(at)
}

fn read_address(source: &mut Source<'_>, mut fields: Fields<'_>) -> Address {
    let address = Address {
        name: fields.free_text(source, "name").unwrap_or_default(),
        phone: fields.free_text(source, "phone").unwrap_or_default(),
        region: fields.free_text(source, "region").unwrap_or_default(),
        detail: fields.free_text(source, "detail").unwrap_or_default(),
    };
    fields.finish(source);
    address
}

fn read_order_line(source: &mut Source<'_>, terms: &Terms, mut fields: Fields<'_>) -> Option<LineEntry> {
    let id = fields.need_text(source, "id");
    if let Some(id) = id.as_ref().filter(|id| !is_id(id)) {
        source.report(&fields.span_of("id"), &kinds::BAD_ID, &[id]);
    }
    for key in ["product", "variant", "units", "state"] {
        fields.need(source, key);
    }
    let product = fields.located_text(source, "product");
    let variant = fields.located_text(source, "variant");
    let title = fields.free_text(source, "title");
    let variant_text = fields.free_text(source, "variant_text");
    let units = fields.integer(source, "units", 1..=100_000);
    let unit_price = need_money(&mut fields, source, terms, "unit_price");
    let paid = need_money(&mut fields, source, terms, "paid");
    let state = word(&mut fields, source, "state", &LINE_STATES);
    let gift = fields.boolean(source, "gift").unwrap_or(false);
    let no_reason_waived = fields.boolean(source, "no_reason_waived").unwrap_or(false);
    fields.finish(source);
    Some(LineEntry {
        id: id?,
        product: product?,
        variant: variant?,
        title,
        variant_text,
        units: count(units?),
        unit_price: unit_price?,
        paid: paid?,
        state: state?,
        gift,
        no_reason_waived,
    })
}

fn read_discounts(
    source: &mut Source<'_>,
    terms: &Terms,
    fields: &mut Fields<'_>,
) -> (Vec<OrderDiscount>, Vec<Located<String>>) {
    let mut discounts = Vec::new();
    let mut rules = Vec::new();
    for mut table in fields.tables(source, "discounts") {
        let label = table.need_text(source, "label");
        let rule = table.located_text(source, "rule");
        let amount = need_money(&mut table, source, terms, "amount");
        table.finish(source);
        if let (Some(label), Some(amount)) = (label, amount) {
            let id = rule.as_ref().map(|rule| PromotionId::from(rule.value.as_str()));
            discounts.push(OrderDiscount { label, rule: id, amount });
        }
        rules.extend(rule);
    }
    (discounts, rules)
}

fn read_refund(source: &mut Source<'_>, terms: &Terms, fields: &mut Fields<'_>) -> Option<OrderRefund> {
    let mut table = fields.table(source, "refund")?;
    let amount = need_money(&mut table, source, terms, "amount");
    table.need(source, "state");
    let states = [("processing", "processing"), ("done", "done")];
    let state = word(&mut table, source, "state", &states);
    table.need(source, "at");
    let at = past(source, terms, &mut table, "at");
    table.finish(source);
    Some(OrderRefund { amount: amount?, state: state?.to_owned(), at: at? })
}
