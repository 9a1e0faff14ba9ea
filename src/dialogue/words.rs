//! Small closed word lists: yes, no, never mind, a question's marks, pointing words.
//!
//! They decide only where a question is open or a thing is pointed at; meaning in general is `nlu`'s.

const CANCEL: &[&str] = &[
    "算了",
    "取消",
    "取消吧",
    "不退了",
    "不换了",
    "不弄了",
    "先不退了",
    "先不弄了",
    "不用退了",
    "不办了",
    "放弃",
    "退出",
    "算啦",
    "不要退了",
    "不想退了",
    "先这样",
    "cancel",
    "never mind",
    "nevermind",
    "forget it",
    "stop",
    "quit",
    "leave it",
];
const CANCEL_STARTS: &[&str] = &["算了", "不退了", "不换了", "never mind", "forget it", "取消这次", "先不退"];
const YES: &[&str] = &[
    "是",
    "是的",
    "对",
    "对的",
    "好",
    "好的",
    "可以",
    "行",
    "嗯",
    "嗯嗯",
    "确认",
    "确认提交",
    "提交",
    "提交吧",
    "submit",
    "确定",
    "没问题",
    "提交",
    "要",
    "要的",
    "需要的",
    "行的",
    "要啊",
    "需要",
    "同意",
    "ok",
    "okay",
    "yes",
    "y",
    "yep",
    "yeah",
    "sure",
    "confirm",
    "confirmed",
    "please do",
    "go ahead",
    "correct",
    "好啊",
    "好呀",
    "可以的",
    "行吧",
    "没错",
    "就这样",
    "确认提交",
    "yes please",
    "是啊",
    "是呀",
    "对啊",
    "对呀",
    "对哒",
    "恩",
    "恩恩",
    "嗯啊",
    "是滴",
];
const NO: &[&str] = &[
    "不",
    "不是",
    "不对",
    "不行",
    "不要",
    "不用",
    "不用了",
    "否",
    "没有",
    "错了",
    "no",
    "n",
    "nope",
    "wrong",
    "not right",
    "no thanks",
    "不是的",
    "不需要",
    "不可以",
    "别",
];
const QUESTION: &[&str] = &[
    "?",
    "吗",
    "呢",
    "么",
    "谁",
    "什么",
    "多少",
    "几",
    "怎么",
    "哪",
    "能不能",
    "可不可以",
    "是不是",
    "有没有",
    "多久",
    "为什么",
    "如何",
    "what",
    "who",
    "how",
    "when",
    "where",
    "which",
    "why",
    "can i",
    "do you",
    "is it",
    "does",
];
const ORDINALS: &[(&str, usize)] = &[
    ("第一", 0),
    ("第1", 0),
    ("first", 0),
    ("第二", 1),
    ("第2", 1),
    ("second", 1),
    ("第三", 2),
    ("第3", 2),
    ("third", 2),
    ("第四", 3),
    ("第4", 3),
    ("fourth", 3),
    ("第五", 4),
    ("第5", 4),
    ("fifth", 4),
];

/// The words without marks and final particles: `好的呀！` is `好的`.
fn bare(words: &str) -> &str {
    let words = words.trim_matches(|c: char| !c.is_alphanumeric());
    words.trim_end_matches(['吧', '啊', '呀', '哦', '了', '哈', '啦'])
}

fn is_one_of(words: &str, list: &[&str]) -> bool {
    let trimmed = words.trim_matches(|c: char| !c.is_alphanumeric());
    !trimmed.is_empty() && (list.contains(&trimmed) || list.contains(&bare(words)))
}

/// "Never mind."
pub(super) fn cancels(words: &str) -> bool {
    let short = words.chars().count() <= 24;
    is_one_of(words, CANCEL) || (short && CANCEL_STARTS.iter().any(|start| words.starts_with(start)))
}

/// What is said after "never mind": 算了 我想退货 → 我想退货. Empty when there is nothing more.
pub(super) fn after_cancel(words: &str) -> &str {
    let mut rest = words;
    let begins = |rest: &str| {
        let starts = CANCEL_STARTS.iter().chain(CANCEL).filter(|start| rest.starts_with(**start));
        starts.map(|start| start.len()).max()
    };
    while let Some(length) = begins(rest) {
        rest = rest[length..].trim_start_matches(|c: char| !c.is_alphanumeric());
        rest = rest
            .strip_prefix(['吧', '了', '啦', '呢'])
            .unwrap_or(rest)
            .trim_start_matches(|c: char| !c.is_alphanumeric());
    }
    rest
}

/// A plain yes.
pub(super) fn affirms(words: &str) -> bool {
    is_one_of(words, YES)
        || words.split([',', '，', ' ', '。', '!', '！']).all(|part| part.is_empty() || is_one_of(part, YES))
            && !words.is_empty()
            && words.chars().any(char::is_alphanumeric)
}

/// A plain no, or a no that begins a correction.
pub(super) fn denies(words: &str) -> bool {
    is_one_of(words, NO)
        || words.split([',', '，', ' ', '。']).next().is_some_and(|first| is_one_of(first, NO))
}

/// Whether words out of scope still speak of goods, so that they are better called not understood.
pub(super) fn asks_for_goods(words: &str) -> bool {
    has_any(
        words,
        &["商品", "宝贝", "订单", "快递", "发货", "退", "换货", "order", "product", "parcel", "refund"],
    )
}

/// What says no more than that the shopper is there, or is a number or an address without a word around it.
const FRAGMENTS: &[&str] = &[
    "啊",
    "哦",
    "噢",
    "额",
    "呃",
    "嗯呢",
    "那个",
    "我看看",
    "我看一下",
    "我找一下",
    "我找找",
    "稍等",
    "等一下",
    "等下",
    "等等",
    "我知道",
    "知道",
    "知道了",
    "um",
    "hmm",
    "wait",
    "one moment",
    "let me see",
    "let me check",
];

/// Whether words are a scrap that waits for more: nothing to be understood, and nothing to be turned away.
pub(super) fn is_fragment(words: &str) -> bool {
    let is_link = |word: &str| word.starts_with("http") || word.starts_with("www.");
    let spoken = words.split_whitespace().filter(|word| !is_link(word));
    let letters = spoken.flat_map(str::chars).filter(|c| c.is_alphabetic()).count();
    !words.is_empty()
        && (letters == 0 && words.chars().any(char::is_alphanumeric) || is_one_of(words, FRAGMENTS))
}

/// Whether it asks something.
pub(super) fn asks(words: &str) -> bool {
    has_any(words, QUESTION)
}

/// Whether any of the words occurs. Latin words must stand alone.
pub(super) fn has_any(words: &str, list: &[&str]) -> bool {
    list.iter().any(|word| has(words, word))
}

/// Whether a word occurs; a Latin word must stand alone, so that `no` is not found in `now`.
pub(super) fn has(words: &str, word: &str) -> bool {
    if word.is_empty() {
        return false;
    }
    if !word.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return words.contains(word);
    }
    words.match_indices(word).any(|(start, found)| {
        let before = words[..start].chars().next_back();
        let after = words[start + found.len()..].chars().next();
        !before.is_some_and(|c| c.is_ascii_alphanumeric())
            && !after.is_some_and(|c| c.is_ascii_alphanumeric())
    })
}

/// What is meant where the words first say what is not: 不是这件，是那条裤子 → 是那条裤子. All of them otherwise.
pub(super) fn after_denial(words: &str) -> &str {
    const DENIALS: &[&str] = &["不是", "不要", "不对", "错了", "not ", "wrong"];
    let denied = DENIALS.iter().filter_map(|denial| Some(words.find(denial)? + denial.len())).min();
    let rest = denied.and_then(|end| {
        let stop = words[end..].find([',', '，', '。', ';', '；', '、'])?;
        Some(words[end + stop..].trim_start_matches(|c: char| !c.is_alphanumeric()))
    });
    rest.filter(|rest| !rest.is_empty()).unwrap_or(words)
}

/// "The second one": its place, from 0.
pub(super) fn ordinal(words: &str) -> Option<usize> {
    if has_any(words, &["最后一个", "最后一件", "last one"]) {
        return Some(usize::MAX);
    }
    ORDINALS.iter().find(|(word, _)| has(words, word) && !words.contains("第一次")).map(|(_, place)| *place)
}

/// "The first and the third": their places, from 0, as they are said.
pub(super) fn ordinals(words: &str) -> Vec<usize> {
    let said = ORDINALS.iter().filter(|(word, _)| has(words, word));
    let mut said: Vec<(usize, usize)> =
        said.filter_map(|(word, place)| Some((words.find(word)?, *place))).collect();
    said.sort_unstable();
    said.dedup_by_key(|(_, place)| *place);
    said.into_iter().map(|(_, place)| place).collect()
}

/// The thing at a place of a list that was shown.
pub(super) fn pick<'t, T>(list: &'t [T], words: &str) -> Option<&'t T> {
    match ordinal(words)? {
        usize::MAX => list.last(),
        place => list.get(place),
    }
}

/// Words for goods of one character, that name a thing by themselves ("那双鞋").
const GOODS: &str = "鞋衣裤裙帽包杯锅灯椅桌枕被表机伞茶酒碗刀壶袜巾床柜书笔车球";

/// After one of [`GOODS`], these make another word of it: 机器, 表格, 球场.
const FURTHER: &str = "器会票构能格现示场员队面里上下";

/// How well words name a title: the length of the longest run of characters they share, 0 when they share
/// nothing that names goods.
pub(super) fn naming(words: &str, title: &str) -> usize {
    let title = title.to_lowercase();
    let runs = title.split(|c: char| !c.is_alphanumeric());
    runs.map(|run| if run.is_ascii() { latin_naming(words, run) } else { chinese_naming(words, run) })
        .max()
        .unwrap_or_default()
}

fn latin_naming(words: &str, word: &str) -> usize {
    let plural = format!("{word}s");
    let singular = word.strip_suffix('s').unwrap_or(word);
    let named = word.len() >= 3 && [word, &plural, singular].iter().any(|form| has(words, form));
    if named { word.len() } else { 0 }
}

fn chinese_naming(words: &str, run: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (words.chars().collect(), run.chars().collect());
    let mut best = 0;
    for i in 0..a.len() {
        for j in 0..b.len() {
            let length = a[i..].iter().zip(&b[j..]).take_while(|(x, y)| x == y).count();
            // The last character names what a thing is: 鞋 in 跑步鞋, not 机 in 机器人.
            let last = a.get(i + 1).is_none_or(|next| !FURTHER.contains(*next));
            let single_good = length == 1 && GOODS.contains(a[i]) && last;
            if length > best && (length >= 2 || single_good) {
                best = length;
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_denied_is_not_what_is_meant() {
        for (words, meant) in [
            ("不是这件,是那条裤子", "是那条裤子"),
            ("选错了，原因是尺码", "原因是尺码"),
            ("not the shirt, the shoes", "the shoes"),
            ("不是质量问题", "不是质量问题"),
            ("不要了，", "不要了，"),
            ("退那双鞋", "退那双鞋"),
        ] {
            assert_eq!(after_denial(words), meant, "{words}");
        }
    }

    #[test]
    fn yes_no_and_never_mind() {
        for (words, yes, no, cancel) in [
            ("好的", true, false, false),
            ("嗯嗯,可以", true, false, false),
            ("yes!", true, false, false),
            ("不对,是那双鞋", false, true, false),
            ("no", false, true, false),
            ("now?", false, false, false),
            ("算了吧,不退了", false, false, true),
            ("取消", false, false, true),
            ("取消订单", false, false, false),
            ("好的,那运费谁出", false, false, false),
            ("", false, false, false),
            ("!!", false, false, false),
        ] {
            assert_eq!((affirms(words), denies(words), cancels(words)), (yes, no, cancel), "{words}");
        }
    }

    #[test]
    fn goods_are_named_by_what_their_titles_share_with_the_words() {
        for (words, title, named) in [
            ("不对,是那双鞋", "轻便跑步鞋", true),
            ("那件外套", "连帽外套 男款", true),
            ("我要退货", "纯棉T恤", false),
            ("你是机器人吧", "高速负离子吹风机", false),
            ("the running shoes", "Light running shoe", true),
            ("i want a return", "Cotton tee", false),
        ] {
            assert_eq!(naming(words, title) > 0, named, "{words} / {title}");
        }
    }
}
