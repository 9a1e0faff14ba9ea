//! Whether goods are genuine: the page's facts and the merchant's own text, but a suspicion about something bought goes to
//! a person at once (COMMERCE.md, "Suspected counterfeit … go to staff at once").
//!
//! ```text
//! shopper  是正品吗
//! bot      (the merchant's text)
//! shopper  我买的口红是假货吧
//! bot      怀疑买到假货，这件事很要紧，由同事马上核实…              [a person]
//! ```

use super::{Flow, Heard, Next, product_question::ProductQuestion};
use crate::{
    dialogue::{
        handover,
        talk::{Ask, Talk},
        words,
    },
    domain::{FlowRun, Reason, Shown},
};

pub(super) struct Authenticity;

const SUSPECTS: &[&str] = &[
    "假货",
    "是假的",
    "假的吧",
    "不是正品",
    "非正品",
    "不像正品",
    "不像真的",
    "不是真的",
    "高仿",
    "仿品",
    "山寨",
    "冒牌",
    "fake",
    "fakes",
    "counterfeit",
    "knockoff",
    "knock-off",
    "not genuine",
    "not authentic",
    "isn't genuine",
    "isn't authentic",
];
/// Of something that has come.
const BOUGHT: &[&str] = &[
    "买的",
    "买了",
    "买到",
    "收到",
    "到手",
    "拿到",
    "寄来",
    "发来",
    "发的",
    "发给我",
    "订单",
    "鉴定",
    "退一赔",
    "扫码",
    "验出来",
    "i got",
    "i bought",
    "i received",
    "you sent",
    "my order",
    "arrived",
];
/// Asked before buying.
const ASKS: &[&str] =
    &["会不会", "会是假", "有没有假", "怕", "假一赔", "如果", "万一", "怎么", "保证", "do you sell", "what if", "guarantee"];

impl Flow for Authenticity {
    fn id(&self) -> &'static str {
        "authenticity"
    }

    fn source(&self) -> &'static str {
        "product"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["product.authenticity"]
    }

    fn claims(&self, talk: &Talk<'_>) -> Option<&'static str> {
        suspects(talk).then_some("product.authenticity")
    }

    fn hear(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Heard> {
        ProductQuestion.hear(talk, run)
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        if suspects(talk) {
            talk.say("authenticity.suspected", &[]);
            handover::hand_over(talk, Reason::Policy);
            return Ok(Next::Done);
        }
        ProductQuestion.go_on(talk, run)
    }
}

/// Whether something bought is called a fake, rather than asked about before buying.
fn suspects(talk: &Talk<'_>) -> bool {
    let text = talk.words();
    if !words::has_any(text, SUSPECTS) {
        return false;
    }
    let order = matches!(talk.state.topic, Some(Shown::Order(_))) || talk.turn.page.order.is_some();
    // On no product's page, who has signed in speaks of what they have.
    let at_home = talk.turn.shopper.is_some() && talk.turn.page.product.is_none();
    words::has_any(text, BOUGHT) || ((order || at_home) && !words::has_any(text, ASKS))
}
