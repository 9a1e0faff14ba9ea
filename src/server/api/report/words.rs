//! What the tables are headed with, and what their cells say.

use crate::domain::{Ended, Locale, Reason};

/// The code of a visit's reason.
pub(super) fn reason_code(reason: Option<Reason>) -> &'static str {
    reason.map_or("again", Reason::code)
}

/// The words of a key, in simplified and traditional Chinese and in English. Keys are written in this module and its
/// neighbours alone.
pub(super) fn word(key: &'static str, locale: Locale) -> &'static str {
    let found = WORDS.iter().find(|(known, ..)| *known == key);
    found.map_or(key, |(_, zh, hant, en)| match locale {
        Locale::ZhHans => zh,
        Locale::ZhHant => hant,
        Locale::En => en,
    })
}

/// How a stay ended.
pub(super) fn ended(how: Ended) -> &'static str {
    match how {
        Ended::Closed => "closed",
        Ended::Released => "released",
        Ended::Transferred => "transferred",
        Ended::Requeued => "requeued",
        Ended::Left => "left",
    }
}

const WORDS: &[(&str, &str, &str, &str)] = &[
    ("id", "编号", "編號", "id"),
    ("agents", "客服", "客服", "agent"),
    ("groups", "分组", "分組", "group"),
    ("reasons", "转人工原因", "轉人工原因", "reason"),
    ("days", "日期", "日期", "day"),
    ("hours", "时段", "時段", "hour"),
    ("came", "会话数", "會話數", "came"),
    ("served", "已接待", "已接待", "served"),
    ("left", "放弃排队", "放棄排隊", "left"),
    ("left_share", "放弃率（%）", "放棄率（%）", "left (%)"),
    ("dropped", "未接待结束", "未接待結束", "closed unserved"),
    ("waiting", "仍在等待", "仍在等待", "waiting"),
    ("messages", "留言", "留言", "messages"),
    ("wait_median", "等待中位数（秒）", "等待中位數（秒）", "wait median (s)"),
    ("wait_p90", "等待 90 分位（秒）", "等待 90 分位（秒）", "wait p90 (s)"),
    ("first_median", "首次回复中位数（秒）", "首次回覆中位數（秒）", "first reply median (s)"),
    ("first_p90", "首次回复 90 分位（秒）", "首次回覆 90 分位（秒）", "first reply p90 (s)"),
    ("level", "首次回复达标率（%）", "首次回覆達標率（%）", "first reply in time (%)"),
    ("message_level", "留言达标率（%）", "留言達標率（%）", "messages in time (%)"),
    ("handling_median", "处理时长中位数（秒）", "處理時長中位數（秒）", "handling median (s)"),
    ("handling_p90", "处理时长 90 分位（秒）", "處理時長 90 分位（秒）", "handling p90 (s)"),
    ("replies", "回复条数", "回覆條數", "replies"),
    ("transferred", "转出", "轉出", "transferred"),
    ("requeued", "退回排队", "退回排隊", "requeued"),
    ("released", "交还店小二", "交還店小二", "given back"),
    ("rated", "评价数", "評價數", "ratings"),
    ("rating", "平均评分", "平均評分", "mean rating"),
    ("needless", "不必转人工", "不必轉人工", "needless"),
    ("missed", "该转未转", "該轉未轉", "missed"),
    ("again", "回访", "回訪", "back again"),
    ("conversation", "会话", "會話", "conversation"),
    ("number", "第几次", "第幾次", "stay"),
    ("priority", "优先级", "優先順序", "priority"),
    ("queued_at", "开始等待", "開始等待", "began to wait"),
    ("taken_at", "接入", "接入", "taken"),
    ("first_reply_at", "首次回复", "首次回覆", "first reply"),
    ("ended_at", "结束", "結束", "ended"),
    ("ended", "结束方式", "結束方式", "how it ended"),
    ("closed", "已结束", "已結束", "closed"),
    ("agent_id", "客服编号", "客服編號", "agent id"),
    ("wait", "等待（秒）", "等待（秒）", "wait (s)"),
    ("first", "首次回复（秒）", "首次回覆（秒）", "first reply (s)"),
    ("handling", "处理时长（秒）", "處理時長（秒）", "handling (s)"),
    ("wrap_up", "结束原因", "結束原因", "wrap-up"),
    ("note", "备注", "備註", "note"),
    ("score", "评分", "評分", "rating"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_once_and_has_words() {
        for (place, (key, ..)) in WORDS.iter().enumerate() {
            assert!(WORDS[place + 1..].iter().all(|(other, ..)| other != key), "{key}");
            for locale in [Locale::ZhHans, Locale::ZhHant, Locale::En] {
                assert!(!word(key, locale).is_empty(), "{key}");
            }
        }
    }
}
