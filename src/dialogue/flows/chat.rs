//! Small talk: greetings, thanks, goodbye, yes and no without a question, who is this, praise and abuse.
//!
//! ```text
//! shopper  在吗
//! bot      在的，请问有什么可以帮您？
//! shopper  你是机器人吗
//! bot      是的，我是本店的智能助手… 需要时可以随时转人工。
//! ```

use super::{Flow, Next};
use crate::{
    dialogue::talk::{Ask, Talk},
    domain::{FlowRun, SlotValue},
};

pub(super) struct Chat;

impl Flow for Chat {
    fn id(&self) -> &'static str {
        "chat"
    }

    fn intents(&self) -> &'static [&'static str] {
        &[
            "chat.greet",
            "chat.thanks",
            "chat.bye",
            "chat.affirm",
            "chat.deny",
            "chat.bot_identity",
            "chat.praise",
            "chat.insult",
        ]
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        let Some(SlotValue::Text(intent)) = run.slots.get("intent") else { return Ok(Next::Pass) };
        let shop = talk.shop.name.get(talk.locale()).to_owned();
        match intent.as_str() {
            "chat.greet" => greet(talk, &shop),
            "chat.thanks" => talk.say("chat.thanks", &[]),
            "chat.bye" => talk.say("chat.bye", &[]),
            "chat.affirm" => talk.say("chat.affirm", &[]),
            "chat.deny" => talk.say("chat.deny", &[]),
            "chat.bot_identity" => {
                talk.say("chat.bot_identity", &[("shop", &shop)]);
                talk.offer_person();
            }
            "chat.praise" => talk.say("chat.praise", &[]),
            "chat.insult" => {
                talk.say("chat.insult", &[]);
                talk.offer_person();
            }
            _ => return Ok(Next::Pass),
        }
        Ok(Next::Done)
    }
}

fn greet(talk: &mut Talk<'_>, shop: &str) {
    match talk.turn.shopper.as_ref().filter(|shopper| !shopper.name.is_empty()) {
        Some(shopper) => talk.say("chat.greet_known", &[("shop", shop), ("name", &shopper.name)]),
        None => talk.say("chat.greet", &[("shop", shop)]),
    }
}
