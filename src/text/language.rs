//! Which language a message is in, by its scripts and a few function words.
//!
//! A shop's messages are short, so this looks at characters first and refuses to guess beyond them: Latin
//! text without a telling word is English when it is plain ASCII and `und` otherwise.

use crate::domain::{Locale, Utterance};

use super::script;

/// Function words of languages in Latin script, most common shop words included.
const LATIN_WORDS: [(&str, &[&str]); 6] = [
    (
        "en",
        &[
            "the", "is", "are", "do", "does", "can", "you", "your", "i", "my", "it", "to", "for", "have",
            "how", "what", "when", "where", "which", "this", "that", "please", "not", "want", "need", "with",
            "order", "hello", "hi", "hey", "thanks", "thank", "any", "in", "on", "of", "and", "me", "a",
            "there", "would", "will", "be", "bye", "yes", "good", "refund", "return", "under", "shipping",
            "cheaper", "size",
        ],
    ),
    (
        "es",
        &[
            "el", "los", "las", "una", "por", "para", "mi", "pedido", "cuando", "donde", "quiero", "puedo",
            "hola", "gracias", "tiene", "tienen", "esta", "cómo", "qué", "cuánto", "dónde", "está", "y",
            "un", "del", "con",
        ],
    ),
    (
        "it",
        &[
            "il", "lo", "gli", "una", "per", "mio", "ordine", "quando", "dove", "vorrei", "posso", "ciao",
            "grazie", "avete", "è", "che", "di", "un", "non", "sono", "della", "come", "ho", "quanto",
            "costa",
        ],
    ),
    (
        "fr",
        &[
            "le", "les", "une", "pour", "ma", "mon", "commande", "quand", "où", "je", "vous", "bonjour",
            "merci", "avez", "est", "que", "des", "du", "un", "pas", "et", "la", "combien", "voudrais",
            "puis",
        ],
    ),
    (
        "de",
        &[
            "der",
            "die",
            "das",
            "eine",
            "für",
            "mein",
            "meine",
            "bestellung",
            "wann",
            "wo",
            "ich",
            "sie",
            "hallo",
            "danke",
            "haben",
            "ist",
            "und",
            "nicht",
            "kann",
            "ein",
            "wie",
            "bitte",
            "möchte",
            "es",
            "den",
            "viel",
        ],
    ),
    (
        "pt",
        &[
            "os", "uma", "por", "para", "meu", "minha", "pedido", "quando", "onde", "quero", "posso", "olá",
            "obrigado", "obrigada", "tem", "está", "não", "como", "um", "do", "da", "você", "quanto", "é",
        ],
    ),
];

#[derive(Default)]
struct Counts {
    han: usize,
    kana: usize,
    hangul: usize,
    thai: usize,
    cyrillic: usize,
    arabic: usize,
    latin: usize,
    accented: usize,
    vietnamese: usize,
}

fn count(text: &str) -> Counts {
    let mut counts = Counts::default();
    for character in text.chars() {
        match character {
            '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}' => counts.han += 1,
            '\u{3041}'..='\u{30ff}' => counts.kana += 1,
            '\u{ac00}'..='\u{d7af}' | '\u{1100}'..='\u{11ff}' => counts.hangul += 1,
            '\u{e00}'..='\u{e7f}' => counts.thai += 1,
            '\u{400}'..='\u{4ff}' => counts.cyrillic += 1,
            '\u{600}'..='\u{6ff}' => counts.arabic += 1,
            'ă' | 'đ' | 'ơ' | 'ư' | '\u{1ea0}'..='\u{1ef9}' => counts.vietnamese += 1,
            'a'..='z' => counts.latin += 1,
            '\u{c0}'..='\u{24f}' => counts.accented += 1,
            _ => {}
        }
    }
    counts
}

/// The BCP 47 tag of a text; `raw` tells the Chinese scripts apart, `normal` everything else.
pub(crate) fn language(raw: &str, normal: &str) -> &'static str {
    let counts = count(normal);
    let words =
        normal.split(|c: char| !c.is_alphanumeric()).filter(|w| w.starts_with(char::is_alphabetic)).count();
    if counts.kana >= 2 && counts.kana * 4 >= counts.han {
        return "ja";
    }
    let others = [(counts.hangul, "ko"), (counts.thai, "th"), (counts.cyrillic, "ru"), (counts.arabic, "ar")];
    if let Some((_, tag)) = others
        .iter()
        .filter(|(n, _)| *n > 0 && *n >= counts.han && *n * 2 >= counts.latin)
        .max_by_key(|(n, _)| *n)
    {
        return tag;
    }
    if counts.han > 0 && counts.han >= words.saturating_sub(1) {
        let (traditional, simplified) = script::script_counts(raw);
        return if traditional > simplified { "zh-Hant" } else { "zh-Hans" };
    }
    if counts.vietnamese > 0 {
        return "vi";
    }
    if counts.latin + counts.accented == 0 {
        return "und";
    }
    latin_language(normal).unwrap_or(if counts.accented == 0 { "en" } else { "und" })
}

fn latin_language(normal: &str) -> Option<&'static str> {
    let words: Vec<&str> =
        normal.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let mut best: Option<(usize, &'static str)> = None;
    for (tag, known) in LATIN_WORDS {
        let hits = words.iter().filter(|word| known.contains(word)).count();
        // One small word in many is an accident: `le`, `per` and `non` stand in English and in pinyin too.
        let enough = tag == "en" || hits * 2 >= words.len() || hits >= 2 && hits * 4 >= words.len();
        if enough && hits > 0 && best.is_none_or(|(most, _)| hits > most) {
            best = Some((hits, tag));
        }
    }
    best.map(|(_, tag)| tag)
}

/// The locale that a message asks to be answered in. English needs an English word: `ok`, `M` or `iPhone 15`
/// in a Chinese conversation says nothing.
pub(crate) fn locale(language: &str, normal: &str) -> Option<Locale> {
    match language {
        "en" => (latin_language(normal) == Some("en")).then_some(Locale::En),
        tag => Locale::from_tag(tag),
    }
}

/// The locale to answer in, given the one used so far. Characters common to both Chinese scripts (好, 你好)
/// don't move a reader of traditional Chinese to simplified, and words that tell nothing change nothing.
pub fn answer_locale(previous: Locale, utterance: &Utterance) -> Locale {
    match utterance.locale {
        Some(Locale::ZhHans)
            if previous == Locale::ZhHant && script::script_counts(&utterance.raw).1 == 0 =>
        {
            Locale::ZhHant
        }
        Some(locale) => locale,
        None => previous,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_languages_of_short_messages() {
        for (raw, expected) in [
            ("这款连衣裙有货吗", "zh-Hans"),
            ("你好", "zh-Hans"),
            ("著名的品牌", "zh-Hans"),
            ("請問運費多少", "zh-Hant"),
            ("有沒有貨", "zh-Hant"),
            ("iPhone 15 Pro Max 有货吗", "zh-Hans"),
            ("美の", "zh-Hans"),
            ("hello", "en"),
            ("where is my order", "en"),
            ("充电宝 how much is it please", "en"),
            ("この商品はいつ届きますか", "ja"),
            ("배송 언제 와요", "ko"),
            ("สินค้ามีไหม", "th"),
            ("где мой заказ", "ru"),
            ("Đơn hàng của tôi đâu", "vi"),
            ("dove è il mio ordine", "it"),
            ("dónde está mi pedido", "es"),
            ("où est ma commande", "fr"),
            ("wo ist meine Bestellung", "de"),
            ("naïveté", "und"),
            ("bu yong le", "en"),
            ("so its non refundable?", "en"),
            ("hola", "es"),
            ("12345", "und"),
            ("😊", "und"),
            ("", "und"),
        ] {
            let normal = super::super::normalize(raw);
            assert_eq!(language(raw, &normal), expected, "{raw}");
        }
    }

    #[test]
    fn english_needs_an_english_word_to_change_the_locale() {
        for (normal, expected) in [
            ("ok", None),
            ("xl", None),
            ("iphone 15", None),
            ("hello", Some(Locale::En)),
            ("do you have it", Some(Locale::En)),
        ] {
            assert_eq!(locale("en", normal), expected, "{normal}");
        }
    }
}
