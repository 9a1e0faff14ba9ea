//! A small shop, its orders, and the words of a shopper, built by hand.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, ZonedDateTime, civil, tz::TimeZone};
use rust_decimal::Decimal;

use super::listening;
use crate::{
    dialogue::{Fact, Facts, FaqMatch, Input, Page, Query, Recommended, Source, Step, Turn, step},
    domain::{
        Act, Change, ChangeOutcome, Content, Currency, DialogueState, Locale, Localized, Mode, Money,
        ProductQuery, Sort,
        act::ChangeRequest,
        trade::{
            Address, Attribute, LineState, Order, OrderLine, Policy, PriceCut, PriceOff, PrivacyRules,
            Product, Promotion, PromotionKind, RecommendRules, ReturnClass, Scope, Shipment, ShipmentEvent,
            ShipmentState, Shopper, SizeChart, SizeRow, Ticket, Variant, WalletCoupon,
        },
    },
    reply,
    shop::{Faq, Glossary, HandoffRules, Hours, Look, Replies, Shop, people::Keyword},
    trade::recommend::Recommender,
};

/// Monday, 23 November 2026, ten in the morning in Shanghai.
pub(crate) fn now() -> ZonedDateTime {
    "2026-11-23T10:00:00+08:00[Asia/Shanghai]".parse().unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse::<civil::DateTime>().unwrap().in_tz("Asia/Shanghai").unwrap().timestamp()
}

pub(crate) fn yuan(text: &str) -> Money {
    Money::parse(text, Currency::CNY).unwrap()
}

/// The base pack's reply files, read as the shop reads them.
pub(crate) fn replies() -> Replies {
    let read = |text: &str| -> BTreeMap<String, Vec<String>> {
        let table: toml::Table = text.parse().unwrap();
        let entries = table.into_iter().filter(|(key, _)| key != "version");
        let variants = |value: &toml::Value| match &value["say"] {
            toml::Value::String(one) => vec![one.clone()],
            several => several.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect(),
        };
        entries.map(|(key, value)| (key, variants(&value))).collect()
    };
    Replies {
        zh: read(include_str!("../../../intents/packs/base/replies/zh.toml")),
        en: read(include_str!("../../../intents/packs/base/replies/en.toml")),
    }
}

pub(crate) fn policy() -> Policy {
    Policy {
        no_reason_days: 7,
        fault_return_days: 7,
        fault_exchange_days: 15,
        free_returns: false,
        freight_insurance_cap: Some(yuan("12")),
        refund_within_days: 7,
        small_amount_limit: yuan("20"),
        return_address: Localized::new("杭州市余杭区仓前路1号", "1 Cangqian Road, Hangzhou"),
        ship_promise_hours: 48,
        shipping_fee: yuan("8"),
        free_shipping_over: Some(yuan("99")),
        carriers: vec!["顺丰".into(), "中通".into()],
        excluded_regions: vec!["西藏".into()],
        late_compensation: Some(yuan("5")),
        complete_after_days: 15,
        price_protection_days: 15,
        warranty_days: 365,
        handoff_refund_over: Some(yuan("2000")),
        agents: Default::default(),
        reminders: Default::default(),
        recommend: RecommendRules::default(),
        privacy: PrivacyRules::default(),
    }
}

pub(crate) fn shop() -> Shop {
    let every_day = civil::Weekday::Monday.cycle_forward().take(7).collect();
    Shop {
        id: "demo".into(),
        name: Localized::new("店小二演示店", "Xiaoer Demo Store"),
        version: "test".into(),
        locales: vec![Locale::ZhHans, Locale::ZhHant, Locale::En],
        currency: Currency::CNY,
        time_zone: TimeZone::get("Asia/Shanghai").unwrap(),
        origins: vec!["*".into()],
        look: Look::default(),
        system: None,
        hours: Hours {
            days: every_day,
            from: civil::time(9, 0, 0, 0),
            to: civil::time(23, 0, 0, 0),
            holidays: Vec::new(),
        },
        phone: Some("400-000-0000".into()),
        address: None,
        flow_resume_hours: 24,
        flows_off: Vec::new(),
        search_limit: 3,
        intents: BTreeMap::new(),
        faq: vec![Faq {
            id: "invoice.how".into(),
            ask: vec!["怎么开发票".into()],
            answer: Localized::new("付款后在订单页申请电子发票。", "Ask for an e-invoice on the order page."),
            intent: Some("invoice.request".into()),
            follow: vec!["order.status".into()],
        }],
        replies: replies(),
        glossary: Glossary { forbidden: vec!["全网最便宜".into()], ..Glossary::default() },
        promotions: promotions(),
        threshold_base: Default::default(),
        policy: policy(),
        sizes: [("tops".to_owned(), size_chart())].into(),
        handoff: HandoffRules {
            keywords: vec![Keyword { word: "差评".into(), reason: crate::domain::Reason::Keyword }],
            vip_levels: vec!["diamond".into()],
            ..HandoffRules::standard()
        },
        stickers: BTreeMap::new(),
    }
}

fn size_chart() -> SizeChart {
    let row = |size: &str, height: (i64, i64), weight: (i64, i64)| SizeRow {
        size: size.into(),
        ranges: [("height", height), ("weight", weight)]
            .map(|(name, (from, to))| (name.to_owned(), (from.into(), to.into())))
            .into(),
        ..SizeRow::default()
    };
    SizeChart { rows: vec![row("M", (160, 166), (48, 56)), row("L", (166, 172), (56, 64))] }
}

fn promotions() -> Vec<Promotion> {
    let promotion = |id: &str, title: &str, from: &str, until: &str, kind| Promotion {
        id: id.into(),
        title: Localized::zh(title),
        text: Localized::zh(""),
        from: at(from),
        until: at(until),
        scope: Scope::default(),
        stack: false,
        kind,
    };
    let percent = |percent: u32| PriceCut::Percent(Decimal::from(percent));
    vec![
        promotion(
            "autumn",
            "秋季9折",
            "2026-11-20T00:00",
            "2026-11-30T00:00",
            PromotionKind::ItemPrice(percent(90)),
        ),
        promotion(
            "past",
            "双十一8折",
            "2026-11-10T00:00",
            "2026-11-12T00:00",
            PromotionKind::ItemPrice(percent(80)),
        ),
        promotion(
            "member",
            "会员7折",
            "2026-11-01T00:00",
            "2026-12-30T00:00",
            PromotionKind::MemberPrice(percent(70)),
        ),
        promotion(
            "december",
            "双十二5折",
            "2026-12-12T00:00",
            "2026-12-13T00:00",
            PromotionKind::ItemPrice(percent(50)),
        ),
        promotion(
            "coupon",
            "新客券",
            "2026-11-01T00:00",
            "2026-12-01T00:00",
            PromotionKind::Coupon {
                off: PriceOff::Amount(yuan("20")),
                cap: None,
                over: Some(yuan("199")),
                code: None,
                claim: true,
                per_shopper: 1,
                group: "shop".into(),
                platform: false,
            },
        ),
    ]
}

pub(crate) fn product(id: &str, zh: &str, en: &str, price: &str) -> Product {
    let variant = |id: String, color: &str, size: &str, stock| Variant {
        id: id.into(),
        options: vec![("颜色".into(), color.into()), ("尺码".into(), size.into())],
        price: yuan(price),
        stock,
    };
    Product {
        id: id.into(),
        title: Localized::new(zh, en),
        subtitle: Localized::default(),
        brand: String::new(),
        category: vec![Localized::new("女装", "Women")],
        price: yuan(price),
        list_price: None,
        image: None,
        url: Some(format!("/#/p/{id}")),
        attributes: vec![Attribute {
            name: Localized::new("材质", "Material"),
            value: Localized::new("100%棉", "100% cotton"),
        }],
        variants: vec![
            variant(format!("{id}-white-m"), "白色", "M", 12),
            variant(format!("{id}-black-m"), "黑色", "M", 0),
        ],
        option_words: vec![Localized::new("白色", "White"), Localized::new("黑色", "Black")],
        size_chart: Some("tops".into()),
        aliases: Vec::new(),
        tags: Vec::new(),
        audience: Vec::new(),
        return_class: ReturnClass::Normal,
        warranty_days: None,
        sales: 100,
    }
}

pub(crate) fn line(
    id: &str,
    product: &str,
    zh: &str,
    en: &str,
    units: u32,
    paid: &str,
    state: LineState,
) -> OrderLine {
    OrderLine {
        id: id.into(),
        product: product.into(),
        variant: format!("{product}-white-m").into(),
        title: Localized::new(zh, en),
        variant_text: Localized::new("白色 M", "White M"),
        units,
        unit_price: yuan(paid),
        paid: yuan(paid),
        state,
        delivered_at: (state >= LineState::Delivered).then(|| at("2026-11-20T12:00")),
        return_class: ReturnClass::Normal,
        no_reason_waived_at: None,
        gift: false,
    }
}

pub(crate) fn order(id: &str, placed: &str, lines: Vec<OrderLine>) -> Order {
    let total = lines.iter().map(|line| line.paid.amount()).sum();
    Order {
        id: id.into(),
        shopper: "lin".into(),
        placed_at: at(placed),
        address: Address {
            name: "林小满".into(),
            phone: "13800000001".into(),
            region: "浙江省杭州市".into(),
            detail: String::new(),
        },
        lines,
        shipments: Vec::new(),
        shipping_fee: yuan("0"),
        discounts: Vec::new(),
        total: Money::new(total, Currency::CNY),
        coupons: Vec::new(),
        points_spent: 0,
        refund: None,
        picking: false,
    }
}

pub(crate) fn shopper() -> Shopper {
    Shopper {
        id: "lin".into(),
        name: "林小满".into(),
        phone: "13800000001".into(),
        level: String::new(),
        points: 0,
        locale: None,
        note: String::new(),
    }
}

/// Everything outside the step: what the shop's systems and indexes would answer.
pub(crate) struct World {
    pub(crate) shop: Shop,
    pub(crate) products: Vec<Product>,
    pub(crate) orders: Vec<Order>,
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) wallet: Vec<WalletCoupon>,
    pub(crate) faq: Vec<FaqMatch>,
    pub(crate) shopper: Option<Shopper>,
    pub(crate) page: Page,
    pub(crate) mode: Mode,
    pub(crate) now: ZonedDateTime,
    pub(crate) people_open: bool,
    pub(crate) assist: bool,
    pub(crate) systems_down: bool,
    pub(crate) state: DialogueState,
}

/// What a turn came to.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) acts: Vec<Act>,
    pub(crate) source: Source,
    pub(crate) text: String,
}

impl Said {
    pub(crate) fn keys(&self) -> Vec<&str> {
        let keys = self.acts.iter().filter_map(|act| match act {
            Act::Say { key, .. } => Some(key.as_str()),
            _ => None,
        });
        keys.collect()
    }

    pub(crate) fn change(&self) -> Option<&Change> {
        self.acts.iter().find_map(|act| match act {
            Act::Change(change) => Some(change),
            _ => None,
        })
    }

    pub(crate) fn handoff(&self) -> Option<&crate::domain::Handoff> {
        self.acts.iter().find_map(|act| match act {
            Act::Handoff(handoff) => Some(handoff),
            _ => None,
        })
    }
}

impl World {
    /// Lin, signed in, with a parcel on its way, a delivered order of a tee (two) and shoes, and one not shipped.
    pub(crate) fn new() -> Self {
        let mut on_its_way = order(
            "20261118001",
            "2026-11-18T09:00",
            vec![line("1", "lamp", "护眼台灯", "Desk lamp", 1, "89", LineState::Shipped)],
        );
        on_its_way.shipments.push(Shipment {
            carrier: "中通".into(),
            number: "ZT1234567890".into(),
            lines: vec!["1".into()],
            state: ShipmentState::InTransit,
            shipped_at: at("2026-11-21T10:00"),
            delivered_at: None,
            events: vec![ShipmentEvent {
                at: at("2026-11-23T08:10"),
                place: "杭州".into(),
                text: "已到达分拨中心".into(),
            }],
        });
        let delivered = order(
            "20261110002",
            "2026-11-10T20:00",
            vec![
                line("1", "tee", "纯棉T恤", "Cotton tee", 2, "168.31", LineState::Delivered),
                line("2", "shoe", "轻便跑步鞋", "Running shoes", 1, "239", LineState::Delivered),
            ],
        );
        let waiting = order(
            "20261122003",
            "2026-11-22T21:00",
            vec![line("1", "coat", "连帽外套", "Hooded coat", 1, "299", LineState::Paid)],
        );
        Self {
            shop: shop(),
            products: vec![
                product("tee", "纯棉T恤", "Cotton tee", "99"),
                product("shoe", "轻便跑步鞋", "Running shoes", "239"),
                product("coat", "连帽外套", "Hooded coat", "299"),
            ],
            orders: vec![waiting, on_its_way, delivered],
            tickets: Vec::new(),
            wallet: Vec::new(),
            faq: Vec::new(),
            shopper: Some(shopper()),
            page: Page::default(),
            mode: Mode::Bot,
            now: now(),
            people_open: true,
            assist: false,
            systems_down: false,
            state: DialogueState::default(),
        }
    }

    pub(crate) fn guest() -> Self {
        Self { shopper: None, ..Self::new() }
    }

    /// Words with the intent that `nlu` would state; `?` before it means unsure, an empty one not understood.
    pub(crate) fn say(&mut self, words: &str, intent: &str) -> Said {
        let utterance = listening::read(words, &self.products);
        let understanding = listening::understand(words, intent, &utterance.entities);
        self.turn(Input::Said {
            content: Content::Text(words.to_owned()),
            utterance: Some(utterance),
            understanding: Some(understanding),
        })
    }

    pub(crate) fn press(&mut self, choice: &str) -> Said {
        assert!(
            crate::dialogue::accepts(&self.state, choice),
            "{choice} was not offered: {:?}",
            self.state.offered
        );
        self.send(Content::Choice(choice.to_owned()))
    }

    pub(crate) fn send(&mut self, content: Content) -> Said {
        self.turn(Input::Said { content, utterance: None, understanding: None })
    }

    /// Carries out a change as the shop's system would, and brings its outcome.
    pub(crate) fn carry_out(&mut self, change: &Change) -> Said {
        let ChangeRequest::OpenTicket {
            shopper,
            order,
            kind,
            reason,
            lines,
            evidence,
            amount,
            shipping_payer,
            state,
            due,
        } = change.request.clone()
        else {
            return self.turn(Input::Outcome { key: change.key.clone(), outcome: ChangeOutcome::Done });
        };
        let id = crate::domain::TicketId::from(format!("R{}", 1001 + self.tickets.len()));
        self.tickets.push(Ticket {
            id: id.clone(),
            shopper,
            order,
            kind,
            reason,
            lines,
            evidence,
            amount,
            shipping_payer,
            state,
            due,
            opened_at: self.now.timestamp(),
            history: vec![(self.now.timestamp(), state)],
        });
        self.turn(Input::Outcome { key: change.key.clone(), outcome: ChangeOutcome::TicketOpened(id) })
    }

    pub(crate) fn turn(&mut self, input: Input) -> Said {
        let turn = Turn {
            input,
            now: self.now.clone(),
            shopper: self.shopper.clone(),
            page: self.page.clone(),
            can_sign_in: true,
            people_open: self.people_open,
            assist: self.assist,
            mode: self.mode,
        };
        let mut facts = Facts::default();
        for _ in 0..=3 {
            match step(&self.shop, self.state.clone(), &turn, &facts) {
                Step::Need(queries) => {
                    assert!(!queries.is_empty(), "nothing is missing and the step does not end");
                    for query in queries {
                        let fact = self.answer(&query, &turn);
                        facts.insert(query, fact);
                    }
                }
                Step::Done(state, acts, source) => {
                    self.state = *state;
                    let messages = reply::render(&self.shop, &self.state, &acts, &self.now, &str::to_owned);
                    let text = messages
                        .iter()
                        .flatten()
                        .map(|part| part.text.as_str())
                        .collect::<Vec<_>>()
                        .join("\n");
                    return Said { acts, source, text };
                }
            }
        }
        panic!("the step needs more than three rounds");
    }

    fn answer(&self, query: &Query, turn: &Turn) -> Fact {
        if self.systems_down {
            return Fact::Unavailable;
        }
        let words = match &turn.input {
            Input::Said { utterance: Some(utterance), .. } => utterance.normal.clone(),
            _ => String::new(),
        };
        match query {
            Query::Orders(id) => {
                Fact::Orders(self.orders.iter().filter(|it| it.shopper == *id).cloned().collect())
            }
            Query::Order(id, order) => Fact::Orders(
                self.orders.iter().filter(|it| it.shopper == *id && it.id == *order).cloned().collect(),
            ),
            Query::Tickets(id) => {
                Fact::Tickets(self.tickets.iter().filter(|it| it.shopper == *id).cloned().collect())
            }
            Query::Wallet(_) => Fact::Wallet(self.wallet.clone()),
            Query::SaidOnce(_) => Fact::Keys(Vec::new()),
            Query::Bought(id) => {
                let orders = self.orders.iter().filter(|it| it.shopper == *id);
                let lines: Vec<_> = orders.flat_map(|order| &order.lines).collect();
                let bought = |product: &&Product| lines.iter().any(|line| line.product == product.id);
                Fact::Products(self.products.iter().filter(bought).cloned().collect())
            }
            Query::Product(id) => {
                Fact::Products(self.products.iter().filter(|it| it.id == *id).cloned().collect())
            }
            Query::Products(_, limit) => Fact::Products(self.products.iter().take(*limit).cloned().collect()),
            Query::Search { previous, .. } => self.search(&words, previous.as_ref()),
            Query::Faq => Fact::Faq(self.faq.clone()),
            Query::Recommend(wish) => {
                let recommender = Recommender::of(Arc::new(self.products.clone()), &self.orders);
                let picks = recommender.picks(wish, &self.shop.policy.recommend);
                let picks = picks.into_iter().map(|pick| (pick.product.clone(), pick.why)).collect();
                Fact::Recommended(Recommended { picks, kinds: recommender.kinds(4) })
            }
        }
    }

    /// A toy search: titles that share a run of characters with the words; "便宜" refines by price.
    fn search(&self, words: &str, previous: Option<&ProductQuery>) -> Fact {
        let refined = previous.filter(|_| words.contains("便宜") || words.contains("cheaper"));
        let query = match refined {
            Some(previous) => {
                ProductQuery { price_to: Some(Decimal::from(150)), sort: Sort::PriceAsc, ..previous.clone() }
            }
            None if words.contains('随') => ProductQuery::default(),
            None => ProductQuery { words: words.to_owned(), ..ProductQuery::default() },
        };
        let fits = |product: &&Product| {
            let names = [&product.title.zh, product.title.en.as_ref().unwrap()];
            names.into_iter().any(|name| crate::dialogue::words::naming(&query.words, name) > 0)
                && query.price_to.is_none_or(|most| product.price.amount() <= most)
        };
        let products = self.products.iter().filter(fits).cloned().collect();
        Fact::Found { query, refined: refined.is_some(), products }
    }
}
