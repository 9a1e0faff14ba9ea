//! Words that bring a person at once: asked for plainly, harm, money gone, threats, the law.
//!
//! A word alone often means something else (工商银行, 律师穿的西装, 防漏电的插座), so each list holds what is said by those who
//! mean it, and words of harm count only in messages that don't ask about goods.

use super::words::{has, has_any};
use crate::domain::Reason;

const PLAIN: &[&str] = &[
    "人工",
    "转人工",
    "人工客服",
    "找人工",
    "要人工",
    "真人",
    "真人客服",
    "转人工客服",
    "转客服",
    "接人工",
    "我要人工",
    "我要转人工",
    "帮我转人工",
    "叫人工",
    "请转人工",
    "找真人",
    "human",
    "agent",
    "real person",
    "a human",
    "talk to a human",
    "talk to a person",
    "human please",
    "human agent",
    "human agent now",
    "representative",
    "speak to someone",
    "speak to an agent",
    "talk to an agent",
    "live agent",
];
const SAFETY: &[&str] = &[
    "受伤",
    "烫伤",
    "割伤",
    "划伤了",
    "起火",
    "着火",
    "冒烟",
    "爆炸",
    "炸了",
    "漏电",
    "触电",
    "电到",
    "中毒",
    "过敏了",
    "过敏红肿",
    "过敏反应",
    "起疹",
    "起红疹",
    "烂脸",
    "吃坏",
    "拉肚子",
    "呕吐",
    "进医院",
    "住院",
    "去医院",
    "送医",
    "injured",
    "caught fire",
    "exploded",
    "smoke",
    "electric shock",
    "allergic reaction",
    "hospital",
    "burned me",
    "poisoning",
];
/// Allergy is harm where it is told of the body.
const ALLERGY: &str = "过敏";
const BODY: &[&str] = &["脸上", "皮肤", "身上", "手上", "脖子", "红肿", "发痒", "很痒", "起包"];
const FRAUD: &[&str] = &[
    "诈骗",
    "盗刷",
    "被骗",
    "扣了两次",
    "扣两次",
    "重复扣款",
    "扣了我两次",
    "多扣",
    "扣了两遍",
    "付了两次",
    "charged twice",
    "double charged",
    "scam",
    "fraud",
    "stolen card",
];
const THREAT: &[&str] = &[
    "12315",
    "12345",
    "消协",
    "消费者协会",
    "工商局",
    "工商投诉",
    "工商举报",
    "投诉工商",
    "市监局",
    "市场监管",
    "曝光",
    "找媒体",
    "媒体曝光",
    "告诉媒体",
    "媒体投诉",
    "找记者",
    "记者曝光",
    "记者来",
    "黑猫投诉",
    "向平台投诉",
    "投诉到",
    "举报你",
    "发抖音",
    "发微博",
    "consumer protection",
    "report you",
    "go to the press",
    "expose you",
    "better business bureau",
];
const LEGAL: &[&str] = &[
    "律师函",
    "找律师",
    "请律师",
    "我的律师",
    "让律师",
    "律师会",
    "律师联系",
    "律师已经",
    "起诉",
    "法院见",
    "告到法院",
    "上法院",
    "去法院告",
    "告你们",
    "法律途径",
    "诉讼",
    "lawyer",
    "sue you",
    "lawsuit",
    "legal action",
    "court",
];
/// What makes a word of harm a question about goods, or a wish for goods, rather than a report of harm.
const ONLY_ASKING: &[&str] = &[
    "会不会",
    "防",
    "会过敏",
    "会漏",
    "会起",
    "会爆",
    "会着",
    "会烫",
    "会割",
    "会触",
    "会拉肚子",
    "能用吗",
    "可以用吗",
    "适合",
    "容易过敏",
    "过敏肌",
    "过敏体质",
    "will it",
    "does it",
    "can it",
    "would it",
    "suitable for",
];

/// Why a person has to come at once, if the words say so.
pub(super) fn reason(words: &str) -> Option<Reason> {
    let hurt = has_any(words, SAFETY) || has(words, ALLERGY) && has_any(words, BODY);
    if hurt && !only_asks(words) {
        Some(Reason::Safety)
    } else if has_any(words, FRAUD) {
        Some(Reason::Fraud)
    } else if has_any(words, THREAT) {
        Some(Reason::Threat)
    } else if has_any(words, LEGAL) {
        Some(Reason::Legal)
    } else {
        PLAIN.contains(&words.trim_matches(|c: char| !c.is_alphanumeric())).then_some(Reason::Asked)
    }
}

/// Whether words of harm only ask about goods.
pub(super) fn only_asks(words: &str) -> bool {
    has_any(words, ONLY_ASKING)
}
