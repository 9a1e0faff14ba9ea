//! Reviews: how to write one, and a draft for something that was really bought, with facts of its page and gaps for the
//! shopper's own impression. Cash, gifts or points for praise are never offered, and what went wrong goes to after-sales
//! first (COMMERCE.md, "Reviews").
//!
//! ```text
//! shopper  帮我写个羽绒服的好评，有返现吗
//! bot      不用红包、返现或积分换好评…
//!          草稿给您，〔〕里换成您的真实感受再发：…
//! ```

use super::{Flow, Heard, Next};
use crate::{
    dialogue::{
        flows, products,
        talk::{Ask, Stop, Talk},
        words,
    },
    domain::{
        Choice, FlowRun, Shown, SlotValue,
        trade::{LineState, Order, OrderLine, Product},
    },
};

pub(super) struct Review;

/// Goods to choose from.
const LISTED: usize = 4;
/// Facts of the page in a draft.
const FACTS: usize = 2;

const REVIEWS: &[&str] = &["评价", "好评", "评论", "晒单", "评语", "review", "reviews", "feedback"];
const WRITES: &[&str] =
    &["写", "帮我评", "代评", "文案", "模板", "范文", "草稿", "怎么夸", "write", "draft", "template", "sample"];
/// A draft is wished for, not told how.
const DRAFT: &[&str] = &[
    "帮我", "帮忙", "替我", "给我", "写个", "写一", "写条", "写段", "写几", "代写", "代评", "文案", "模板", "范文", "草稿", "不会写",
    "懒得写", "怎么夸", "for me", "draft", "template", "sample", "write a", "write me",
];
const HOW: &[&str] = &["怎么写", "写什么", "写点什么", "写啥", "如何写", "how to write", "how do i write", "what to write", "what should i write"];
const PAY: &[&str] = &[
    "返现", "返钱", "返多少", "返几", "红包", "奖励", "好处", "礼物", "赠品", "送什么", "有礼", "给券", "送券", "积分", "表示", "cash",
    "gift", "reward", "rewards", "points", "paid", "voucher", "money", "coupon", "refund",
];
const DAMAGE: &[&str] =
    &["坏了", "坏的", "破了", "破洞", "烂", "瑕疵", "质量差", "质量太差", "质量问题", "开线", "掉色", "broken", "damaged", "faulty", "defective", "fell apart"];
const BAD: &[&str] = &["写差评", "给差评", "打差评", "要差评", "差评走", "个差评", "bad review", "one star", "1 star", "negative review"];
/// Facts that nobody feels in use.
const DRY: &[&str] = &[
    "产地", "执行", "尺码建议", "保质期", "生产日期", "备案", "包装", "安全类别", "3C", "洗涤", "清洗", "护理", "退换", "储存", "起订",
    "制作", "电压", "能效", "配料", "发货", "能发地区", "发放",
];

impl Flow for Review {
    fn id(&self) -> &'static str {
        "review"
    }

    fn name_key(&self) -> &'static str {
        "flow.name.review"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["review.ask"]
    }

    fn insists(&self) -> bool {
        false
    }

    fn claims(&self, talk: &Talk<'_>) -> Option<&'static str> {
        let text = talk.words();
        let wish = words::has_any(text, REVIEWS) && (words::has_any(text, WRITES) || words::has_any(text, PAY));
        (wish || words::has_any(text, BAD)).then_some("review.ask")
    }

    fn hear(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
        let before = run.slots.clone();
        let text = talk.words();
        let asking = run.asking.as_deref();
        let yes = |text: &str| words::affirms(text.split([' ', ',', '，']).next().unwrap_or_default());
        let named = !products::named(talk).is_empty() && !words::asks(text);
        if asking == Some("draft") && (yes(text) || named || words::has_any(text, WRITES)) {
            run.slots.insert("draft".to_owned(), SlotValue::Bool(true));
        }
        if let Some(line) = talk.choice().and_then(|choice| choice.strip_prefix("line:")) {
            run.put("line", line);
        } else if asking == Some("line") && !words::asks(text) {
            let bought = bought(talk.orders()?);
            if let Some((order, line)) = picked(talk, &bought) {
                run.put("line", format!("{}/{}", order.id, line.id));
            }
        }
        Ok(if run.slots == before { Heard::Nothing } else { Heard::Took })
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        let text = talk.words();
        if run.asking.is_none() {
            if let Some(next) = after_sales_first(talk)? {
                return Ok(next);
            }
            let pays = words::has_any(text, PAY);
            let drafts = words::has_any(text, DRAFT) && words::has_any(text, WRITES) && !words::has_any(text, HOW);
            if pays {
                talk.say("review.no_pay", &[]);
            } else if !drafts && words::has_any(text, HOW) {
                talk.say("review.how", &[]);
            } else if !drafts {
                return Ok(Next::Pass);
            }
            if !drafts {
                talk.say("review.offer", &[]);
                return Ok(Next::Ask("draft"));
            }
        }
        draft(talk, run)
    }
}

/// Who has a complaint is helped before they write about it.
fn after_sales_first(talk: &mut Talk<'_>) -> Ask<Option<Next>> {
    let text = talk.words();
    let (damaged, bad) = (words::has_any(text, DAMAGE), words::has_any(text, BAD));
    if !damaged && !bad {
        return Ok(None);
    }
    talk.say("review.sorry", &[]);
    if damaged {
        return match flows::start(talk, "item.defective", None) {
            Err(Stop::SignIn) => Err(Stop::SignIn),
            started => Ok(started?.map(|_| Next::Done)),
        };
    }
    let choices = vec![
        talk.intent_choice(&"item.defective".into()),
        talk.intent_choice(&"return.request".into()),
        talk.choice_of("choice.person", "handoff:yes"),
    ];
    talk.offer(choices);
    Ok(Some(Next::Done))
}

/// What has come to the shopper and can be reviewed: each product once, the latest first.
fn bought(orders: &[Order]) -> Vec<(&Order, &OrderLine)> {
    let mut bought: Vec<(&Order, &OrderLine)> = Vec::new();
    for order in orders {
        let came = order.lines.iter().filter(|line| {
            !line.gift && matches!(line.state, LineState::Delivered | LineState::Completed)
        });
        for line in came {
            if !bought.iter().any(|(_, known)| known.product == line.product) {
                bought.push((order, line));
            }
        }
    }
    bought
}

/// The one that the words name, or that is talked about.
fn picked<'a>(talk: &Talk<'_>, bought: &[(&'a Order, &'a OrderLine)]) -> Option<(&'a Order, &'a OrderLine)> {
    let of = |id: &crate::domain::ProductId| bought.iter().copied().find(|(_, line)| line.product == *id);
    if let Some(found) = products::named(talk).iter().find_map(of) {
        return Some(found);
    }
    let naming = |line: &OrderLine| {
        let titles = std::iter::once(&line.title.zh).chain(&line.title.en);
        titles.map(|title| words::naming(talk.words(), title)).max().unwrap_or_default()
    };
    let best = bought.iter().copied().max_by_key(|(_, line)| naming(line));
    if let Some(found) = best.filter(|(_, line)| 0 < naming(line)) {
        let alike = bought.iter().filter(|(_, line)| naming(line) == naming(found.1)).count();
        return (alike == 1).then_some(found);
    }
    let listed = &bought[..bought.len().min(LISTED)];
    let choosing = words::pick(listed, talk.words()).copied();
    choosing.or_else(|| products::meant_id(talk).as_ref().and_then(of))
}

fn draft(talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
    let orders = talk.orders()?;
    let bought = bought(orders);
    let chosen = run.text("line").and_then(|line| {
        let (order, line) = line.split_once('/')?;
        let is = |(of, known): &&(&Order, &OrderLine)| of.id.as_str() == order && known.id.as_str() == line;
        bought.iter().find(is).copied()
    });
    let only = || if bought.len() == 1 { bought.first().copied() } else { None };
    let Some((_, line)) = chosen.or_else(|| picked(talk, &bought)).or_else(only) else {
        if bought.is_empty() {
            talk.say("review.nothing", &[]);
            return Ok(Next::Done);
        }
        talk.say("review.which", &[]);
        let choices = bought.iter().take(LISTED).map(|(order, line)| Choice {
            label: talk.text(&line.title).to_owned(),
            value: format!("line:{}/{}", order.id, line.id),
        });
        let choices = choices.collect();
        talk.offer(choices);
        return Ok(Next::Ask("line"));
    };
    let product = talk.product(&line.product)?;
    talk.about(Shown::Product(line.product.clone()));
    let item = match talk.text(&line.variant_text) {
        "" => talk.text(&line.title).to_owned(),
        variant => format!("{}（{variant}）", talk.text(&line.title)),
    };
    let facts = product.map(|product| facts(talk, product)).unwrap_or_default();
    if facts.is_empty() {
        talk.say("review.draft_plain", &[("item", &item)]);
    } else {
        let facts = talk.list(&facts);
        talk.say("review.draft", &[("item", &item), ("facts", &facts)]);
    }
    Ok(Next::Done)
}

/// What the page says and a shopper can tell by using it.
fn facts(talk: &Talk<'_>, product: &Product) -> Vec<String> {
    let felt = product.attributes.iter().filter(|fact| !DRY.iter().any(|dry| fact.name.zh.contains(dry)));
    felt.take(FACTS).map(|fact| format!("{} {}", talk.text(&fact.name), talk.text(&fact.value))).collect()
}
