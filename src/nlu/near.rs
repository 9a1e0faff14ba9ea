//! Messages that differ from an example in nothing that carries meaning: marks, spaces, courtesies, soft particles.

use std::collections::HashMap;

use super::training::TrainingSet;

/// Examples by what is left of them without all that; only those whose rest belongs to one class alone.
#[derive(Clone, Debug, Default)]
pub(super) struct NearExamples {
    by_skeleton: HashMap<String, NearExample>,
}

/// An example that a message may nearly equal.
#[derive(Clone, Debug)]
pub(super) struct NearExample {
    /// The folded example.
    pub normal: String,
    pub class: usize,
}

impl NearExamples {
    /// The examples of a set. A counter-example takes its skeleton out: it says that looks deceive.
    pub(super) fn new(set: &TrainingSet) -> Self {
        let mut found: HashMap<String, Option<NearExample>> = HashMap::new();
        for example in &set.examples {
            let one = NearExample { normal: example.normal.clone(), class: example.class };
            let entry = found.entry(skeleton(&example.normal)).or_insert_with(|| Some(one));
            if example.negative || entry.as_ref().is_some_and(|known| known.class != example.class) {
                *entry = None;
            }
        }
        found.remove("");
        let decided = found.into_iter().filter_map(|(skeleton, example)| Some((skeleton, example?)));
        Self { by_skeleton: decided.collect() }
    }

    /// The example that a folded message nearly equals.
    pub(super) fn find(&self, normal: &str) -> Option<&NearExample> {
        self.by_skeleton.get(&skeleton(normal))
    }
}

/// What may stand before a message without changing what it asks; the longer first where one begins like another.
const OPENERS: [&str; 16] = [
    "麻烦问一下",
    "麻烦问下",
    "我想问一下",
    "我想问下",
    "想问一下",
    "想问下",
    "请问一下",
    "问一下",
    "请问",
    "你好",
    "您好",
    "亲亲",
    "亲",
    "hello",
    "hey",
    "hi",
];
/// What may end it.
const PARTICLES: [char; 11] = ['啊', '呀', '哦', '噢', '哈', '呢', '啦', '喔', '哟', '诶', '欸'];
/// Thanks after a request.
const THANKS: [&str; 4] = ["谢谢", "多谢", "thanks", "thankyou"];
/// A question without one of these asks by its mark alone: 可以 is a yes, 可以? is not.
const ASKING: [&str; 18] = [
    "吗", "么", "呢", "嘛", "谁", "几", "多少", "多久", "怎", "哪", "啥", "何", "不能", "没有", "what",
    "when", "where", "how",
];
/// Fewer characters than this are not shortened further: what is left would mean anything.
const LEAST: usize = 2;
const LEAST_BEFORE_THANKS: usize = 4;

/// How shoppers call whoever answers, which asks nothing before something else.
const ADDRESSES: [&str; 8] = ["客服", "老板", "店家", "店主", "掌柜", "掌柜的", "小二", "美女"];

/// Whether a folded text is nothing but what opens a message.
pub(super) fn is_opener(normal: &str) -> bool {
    OPENERS.contains(&normal) || ADDRESSES.contains(&normal)
}

/// What is left of a folded message.
pub(super) fn skeleton(normal: &str) -> String {
    let asks = normal.contains('?') && !ASKING.iter().any(|word| normal.contains(word));
    let bare: String = normal.chars().filter(|c| !is_mark(*c)).collect();
    let mut rest = bare.as_str();
    while let Some(shorter) = OPENERS.iter().find_map(|opener| rest.strip_prefix(opener)) {
        if shorter.chars().count() < LEAST {
            break;
        }
        rest = shorter;
    }
    for thanks in THANKS {
        let before = rest.strip_suffix(thanks).filter(|rest| LEAST_BEFORE_THANKS <= rest.chars().count());
        rest = before.unwrap_or(rest);
    }
    let soft = rest.trim_end_matches(PARTICLES);
    if LEAST <= soft.chars().count() {
        rest = soft;
    }
    let once = once(rest);
    if asks { format!("{once}?") } else { once.to_owned() }
}

/// Marks and spaces; signs such as emoji say something and stay.
fn is_mark(c: char) -> bool {
    c.is_whitespace()
        || c.is_ascii_punctuation()
        || matches!(c, '\u{3000}'..='\u{303f}' | '\u{2010}'..='\u{2027}')
}

/// A text said several times in a row, said once.
fn once(text: &str) -> &str {
    let half = text.len() / 2;
    let period =
        (LEAST..=half).filter(|&length| text.len().is_multiple_of(length) && text.is_char_boundary(length));
    let repeats = |length: &usize| {
        text.as_bytes().chunks_exact(*length).all(|part| part == &text.as_bytes()[..*length])
    };
    period.into_iter().find(repeats).map_or(text, |length| &text[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_carries_no_meaning_comes_off() {
        for (one, other) in [
            ("什么时候发货", "你好,请问什么时候发货呀?"),
            ("什么时候发货", "什么时候 发货。。谢谢"),
            ("在吗", "在吗在吗在吗"),
            ("我要退货", "我要退货!!!"),
            ("好的", "好的呢"),
            ("where is my order", "hi, where is my order?"),
        ] {
            assert_eq!(skeleton(one), skeleton(other), "{one} / {other}");
        }
        for (one, other) in [
            ("可以", "可以?"),
            ("可以", "可以吗"),
            ("好的", "好的谢谢"),
            ("你好", ""),
            ("好的", "好的😡"),
            ("退货", "不退货"),
        ] {
            assert_ne!(skeleton(one), skeleton(other), "{one} / {other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn anything_has_a_skeleton(message in "\\PC{0,40}") {
            skeleton(&message);
        }
    }
}
