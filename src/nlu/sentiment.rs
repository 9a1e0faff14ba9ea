//! Which way the words of a message lean, from lists of words that carry a mood, in Chinese and English.
//!
//! It knows what turns a word round (不满意, not good), what strengthens it, and which words only look moody (差价, 好的).
//! It does not know irony. [`super::mood`] weighs it beside what was learnt from reviews.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// Words by what they weigh; `_` stands for a space within a phrase. Where two overlap the longer one, and before that the earlier one, counts.
const LEXICON: &[(f32, &str)] = &[
    (
        -1.0,
        "垃圾 骗子 恶心 无耻 不要脸 去死 滚 傻逼 sb 智障 脑残 废物 他妈 tmd 气死 黑店 黑心 坑人 坑爹 欺骗 诈骗 混蛋 王八 有病 神经病 \
            太差 极差 差劲 差评 烂透 太烂 最差 受够 忍无可忍 辣鸡 倒闭 缺德 丧良心 流氓 狗屁 放屁 欺负 忽悠 糊弄 耍我 被骗 骗人 骗我 假货 \
            scam scammer scammers fraud terrible horrible awful worst garbage rubbish trash disgusting useless liar liars \
            pathetic ridiculous unacceptable furious hate wtf bullshit crap sucks",
    ),
    (
        -0.7,
        "差 烂 破 投诉 举报 生气 失望 无语 糟糕 难用 难看 难闻 难吃 难受 后悔 气愤 恼火 郁闷 敷衍 推卸 踢皮球 不理 没人管 没人理 不管 不负责 态度差 \
            烦死 烦人 讨厌 坑 过分 离谱 可恶 可笑 上当 受骗 掉色 起球 开裂 变形 发霉 变质 臭 漏水 漏电 破损 摔坏 碎 坏 裂 瑕疵 劣质 次品 假 粗糙 呵呵 \
            angry upset disappointed disappointing annoyed annoying bad poor broken damaged defective faulty cheap-looking \
            rude complain complaint frustrated frustrating unhappy regret fake stink smelly ruined wasted",
    ),
    (
        -0.4,
        "慢 太慢 太贵 贵 催 着急 急死 等了 还没 怎么还 还不 到底 一直 又 麻烦死 拖 卡 不行 不好 不对 不满 问题 异常 失败 丢 少发 发错 漏发 \
            slow late delay delayed still wrong missing lost problem issue failed error worried expensive waiting",
    ),
    (
        0.4,
        "谢谢 多谢 感谢 辛苦 麻烦您 麻烦你 好用 可以的 方便 划算 实惠 便宜 舒服 合适 合身 正品 不差 没毛病 不贵 \
            thanks thank thx fine okay nice good useful comfortable",
    ),
    (
        0.7,
        "不错 满意 喜欢 很好 真好 好看 漂亮 好吃 好喝 好评 值得 推荐 给力 贴心 耐心 专业 靠谱 开心 高兴 舒适 精致 结实 清晰 流畅 物美价廉 超值 放心 \
            great happy love lovely like helpful beautiful recommend recommended satisfied pleased perfect impressed glad",
    ),
    (
        1.0,
        "太棒 棒 非常好 特别好 非常满意 超级喜欢 很喜欢 完美 赞 点赞 爱了 绝绝子 惊喜 惊艳 厉害 牛逼 yyds 五星 感动 最好的 太好了 \
            excellent amazing awesome fantastic wonderful brilliant best outstanding superb",
    ),
    (-0.9, "😡 🤬 😠 👎 🤮 😤 💩"),
    (-0.5, "😭 😢 😞 😔 😩 😫 🙄 😒 😰 😱"),
    (0.7, "😊 😀 😃 😄 😁 👍 ❤ 🌹 🎉 😍 🥰 💯 😘 🙏"),
    (
        0.0,
        "差价 色差 补差 时差 差额 差不多 差多少 差一点 出差 差旅 相差 差别 误差 好的 好吗 好不好 最好 好多 好几 好久 正好 刚好 只好 \
            不好意思 假期 放假 请假 假一 破费 打破 坏了吗 会坏 滚筒 滚轮 有病毒 碎屑 裂变 臭氧 除臭 假发 假牙 贵姓 贵司 贵店 贵方 催化 又是你好 \
            显卡 卡片 卡号 卡通 信用卡 银行卡 电话卡 会员卡 礼品卡 购物卡 卡券 刷卡 声卡 内存卡 卡包 没问题 有没有问题 问题已解决 喜欢吗 好用吗 好看吗 满意吗 \
            推荐一 推荐个 推荐下 求推荐 有推荐 什么推荐 好评返 拖鞋 拖把 拖地 赞助 棒球 棒棒糖 五星红旗 \
            would_like i'd_like like_to looks_like like_this like_that no_problem good_morning good_afternoon good_evening best_price best_seller",
    ),
];

/// What turns round a word that follows within a few letters.
const NEGATORS: [&str; 18] = [
    "不是很",
    "不太",
    "不怎么",
    "不够",
    "不算",
    "不是",
    "并不",
    "没有",
    "没",
    "不",
    "别",
    "毫无",
    "not",
    "n't",
    "no ",
    "never",
    "hardly",
    "without",
];
/// What strengthens a word that follows.
const STRENGTHENERS: [&str; 14] = [
    "太",
    "非常",
    "特别",
    "超级",
    "十分",
    "极其",
    "真是",
    "真",
    "很",
    "very",
    "really",
    "so ",
    "extremely",
    "totally",
];
/// How many letters before a word are searched for either.
const REACH: usize = 6;

struct Lexicon {
    automaton: AhoCorasick,
    weights: Vec<f32>,
}

static WORDS: LazyLock<Lexicon> = LazyLock::new(|| {
    let (mut words, mut weights) = (Vec::new(), Vec::new());
    for (weight, list) in LEXICON {
        for word in list.split_whitespace() {
            words.push(word.replace('_', " "));
            weights.push(*weight);
        }
    }
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(&words)
        .expect("the word lists make an automaton");
    Lexicon { automaton, weights }
});

/// How far a folded message leans to the good, or, below nought, to the bad.
pub(super) fn leaning(normal: &str) -> f32 {
    let lexicon = &*WORDS;
    let mut sum = 0.0f32;
    let mut end_of_last = 0;
    for found in lexicon.automaton.find_iter(normal) {
        let weight = lexicon.weights[found.pattern().as_usize()];
        if weight == 0.0 || !stands_alone(normal, found.start(), found.end()) {
            continue;
        }
        let before = tail(&normal[end_of_last..found.start()]);
        end_of_last = found.end();
        let strength = if STRENGTHENERS.iter().any(|s| before.contains(s)) { 1.4 } else { 1.0 };
        let turned = NEGATORS.iter().any(|n| before.contains(n));
        sum += weight * strength * if turned { -0.8 } else { 1.0 };
    }
    if normal.contains("!!") && sum != 0.0 {
        sum *= 1.2;
    }
    sum
}

/// The last few letters of what stands before a word, within its clause.
fn tail(before: &str) -> &str {
    let clause = before.rsplit([',', '.', '!', '?', ';', '。', '\n']).next().unwrap_or(before);
    let start = clause.char_indices().rev().nth(REACH - 1).map_or(0, |(place, _)| place);
    // English negators are longer than their share of Chinese ones; whole words are kept.
    let start = clause[..start].rfind(' ').filter(|_| clause.is_ascii()).unwrap_or(start);
    &clause[start..]
}

/// Whether a match is not a part of a longer Latin word.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    if !text[start..end].is_ascii() {
        return true;
    }
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    !joins(text[..start].chars().next_back()) && !joins(text[end..].chars().next())
}
