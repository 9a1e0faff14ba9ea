//! Languages a shop answers in, and texts that exist in more than one of them.

use std::fmt;

/// The written languages that replies exist in. Traditional Chinese is made from Simplified by conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Locale {
    /// Simplified Chinese.
    #[default]
    ZhHans,
    /// Traditional Chinese.
    ZhHant,
    /// English.
    En,
}

impl Locale {
    /// The BCP 47 tag, as on the wire.
    pub fn tag(self) -> &'static str {
        match self {
            Self::ZhHans => "zh-Hans",
            Self::ZhHant => "zh-Hant",
            Self::En => "en",
        }
    }

    /// The locale that serves a BCP 47 tag best; `None` when none does (`fr`, say).
    pub fn from_tag(tag: &str) -> Option<Self> {
        let tag = tag.trim().replace('_', "-").to_ascii_lowercase();
        let primary = tag.split('-').next().unwrap_or_default();
        match primary {
            "zh" if ["hant", "tw", "hk", "mo"].iter().any(|part| tag.split('-').any(|p| p == *part)) => {
                Some(Self::ZhHant)
            }
            "zh" => Some(Self::ZhHans),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// Whether texts in this locale are Chinese, in either script.
    pub fn is_chinese(self) -> bool {
        self != Self::En
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// A text in Chinese and, where somebody wrote it, English.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Localized {
    /// Simplified Chinese; the shop's first language.
    pub zh: String,
    /// English, if the shop wrote it.
    pub en: Option<String>,
}

impl Localized {
    /// A text in Chinese alone.
    pub fn zh(text: impl Into<String>) -> Self {
        Self { zh: text.into(), en: None }
    }

    /// A text in both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: Some(en.into()) }
    }

    /// The text for a reader of `locale`, falling back to the language that exists.
    /// Traditional readers get the Simplified text; `reply` converts the script at the end.
    pub fn get(&self, locale: Locale) -> &str {
        match (locale, &self.en) {
            (Locale::En, Some(en)) => en,
            (_, Some(en)) if self.zh.is_empty() => en,
            _ => &self.zh,
        }
    }
}
