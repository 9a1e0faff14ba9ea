//! A person, asked for. A plain request is granted at once by `handover::urgent`; here come the others.
//!
//! ```text
//! shopper  我想找你们客服的人说一下
//! bot      好的，正在为您转接人工…
//! shopper  之前人工客服说可以退的
//! bot      (the rest is answered, with the choice of a person below)
//! ```

use super::{Flow, Next};
use crate::{
    dialogue::{
        handover,
        talk::{Ask, Talk},
        words,
    },
    domain::{FlowRun, Reason},
};

pub(super) struct HandoffFlow;

/// Words that ask for something rather than tell of it.
const ASKING_FOR: &[&str] = &[
    "转", "找", "要人工", "叫", "接", "换人", "有人吗", "人呢", "在哪", "怎么联系", "联系", "want", "need", "talk", "speak", "get me", "connect",
    "transfer", "can i", "please",
];
/// What has the word in it and speaks of work or goods, not of a person.
const NOT_PEOPLE: &[&str] =
    &["人工费", "人工智", "人工缝", "人工做", "人工制", "人工草", "人工合成", "人工培育", "手工", "真人照", "真人试", "真人秀", "真人上身"];
/// Longer messages that merely hold the word get the choice.
const PLAIN_LENGTH: usize = 12;

impl Flow for HandoffFlow {
    fn id(&self) -> &'static str {
        "handoff"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["human.request", "complaint"]
    }

    fn changes_something(&self) -> bool {
        true
    }

    fn go_on(&self, talk: &mut Talk<'_>, run: &mut FlowRun) -> Ask<Next> {
        let complaint = run.slots.get("intent") == Some(&crate::domain::SlotValue::Text("complaint".to_owned()));
        if complaint {
            talk.say("complaint.sorry", &[]);
            talk.offer_person();
            return Ok(Next::Done);
        }
        let said = talk.words();
        let plain = (said.chars().count() <= PLAIN_LENGTH || words::has_any(said, ASKING_FOR))
            && !words::has_any(said, NOT_PEOPLE);
        if plain {
            handover::hand_over(talk, Reason::Asked);
        } else {
            talk.say("handoff.offer", &[]);
            talk.offer_person();
        }
        Ok(Next::Done)
    }
}
