//! Pictures of what is wrong: asked for once where the seller answers for it, taken whenever they come, and never a
//! condition: who has none goes on without.

use super::{Case, Next};
use crate::{
    dialogue::{talk::Talk, words},
    domain::{Content, FlowRun, SlotValue, UploadId},
    trade::Ground,
};

/// A ticket has no more pictures than these.
const MOST: usize = 9;
/// What is said by those who have no picture.
const NONE: &[&str] = &[
    "没有", "没照片", "没有拍", "没拍", "拍不了", "拍不到", "没法拍", "不方便拍", "不想拍", "发不了", "不方便发", "已经扔了", "扔掉了",
    "no photo", "no picture", "don't have", "do not have", "can't take", "cannot take", "can't send", "without",
];
/// What is said by those who are about to take one.
const COMING: &[&str] = &["拍", "照", "稍等", "等一下", "等下", "等会", "马上发", "这就发", "我发", "wait", "moment", "take one", "send it", "coming"];

/// The pictures in hand.
pub(super) fn pictures(run: &FlowRun) -> Vec<UploadId> {
    run.text("evidence").unwrap_or_default().split_whitespace().map(UploadId::from).collect()
}

/// Takes what the message says about pictures, or the picture that it is.
pub(super) fn hear(talk: &Talk<'_>, run: &mut FlowRun) {
    let asked = run.asking.as_deref() == Some("evidence");
    match talk.content() {
                Some(Content::Image(id)) if add(run, UploadId::from(id.as_str())) => {
            run.slots.insert("evidence_new".to_owned(), SlotValue::Bool(true));
        }
        Some(Content::Choice(value)) if value == "evidence:none" => goes_without(run),
        Some(Content::Text(_)) if asked => {
            let words = talk.words();
            let says = |signs| words::has_any(words, signs) && !words::asks(words);
            if words::denies(words) || says(NONE) {
                goes_without(run);
            } else if words::affirms(words) || says(COMING) {
                run.slots.insert("evidence_coming".to_owned(), SlotValue::Bool(true));
            }
        }
        _ => {}
    }
}

fn goes_without(run: &mut FlowRun) {
    run.slots.insert("no_evidence".to_owned(), SlotValue::Bool(true));
}

/// Whether it is one more.
fn add(run: &mut FlowRun, id: UploadId) -> bool {
    let mut all = pictures(run);
    let fits = all.len() < MOST && !all.contains(&id);
    if fits {
        all.push(id);
        let all: Vec<&str> = all.iter().map(UploadId::as_str).collect();
        run.put("evidence", all.join(" "));
    }
    fits
}

/// A picture that came is acknowledged before whatever is asked next.
pub(super) fn acknowledge(talk: &mut Talk<'_>, run: &mut FlowRun) {
    if run.slots.remove("evidence_new").is_some() {
        let count = pictures(run).len().to_string();
        talk.say("return.evidence_taken", &[("count", &count)]);
    }
}

/// Asks for a picture where one helps. `None` when there is one, or none to be had.
pub(super) fn settle(talk: &mut Talk<'_>, run: &mut FlowRun, case: &Case<'_>) -> Option<Next> {
    let coming = run.slots.remove("evidence_coming").is_some();
    if !Ground::of(&case.reason).is_sellers() {
        return None;
    }
    // 先发图再说坏了: a picture from before is meant for this.
    let before = std::mem::take(&mut talk.state.pictures);
    for id in before {
        add(run, id);
    }
    if !pictures(run).is_empty() || run.slots.contains_key("no_evidence") {
        return None;
    }
    talk.say(if coming { "return.evidence_wait" } else { "return.ask_evidence" }, &[]);
    let none = talk.choice_of("choice.no_photos", "evidence:none");
    talk.offer(vec![none]);
    Some(Next::Ask("evidence"))
}
