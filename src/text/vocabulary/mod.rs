//! General words that no shop has to write down: colours, regions and kinds of goods, in Chinese and English.

mod regions;

use std::{collections::HashMap, ops::Range, sync::LazyLock};

use aho_corasick::AhoCorasick;

use super::{lexicon, normalize};
use regions::{CITIES, CITIES_WITH_SUFFIX, MORE_CITIES, PROVINCES};

/// Colours: the full name, then other ways of saying it. Single characters (黑) are read by their context.
const COLORS: &[(&str, &[&str])] = &[
    ("黑色", &["black", "纯黑", "玄色"]),
    ("白色", &["white", "纯白"]),
    ("灰色", &["grey", "gray"]),
    ("红色", &["red", "大红", "正红"]),
    ("橙色", &["orange", "橘色", "桔色"]),
    ("黄色", &["yellow"]),
    ("绿色", &["green"]),
    ("青色", &["cyan"]),
    ("蓝色", &["blue"]),
    ("紫色", &["purple", "violet"]),
    ("粉色", &["pink", "粉红色", "粉红"]),
    ("棕色", &["brown", "褐色"]),
    ("咖啡色", &["coffee brown", "咖色"]),
    ("米色", &["beige"]),
    ("米白色", &["off-white", "off white", "米白"]),
    ("杏色", &["apricot"]),
    ("卡其色", &["khaki", "卡其"]),
    ("驼色", &[]),
    ("藏青色", &["navy", "navy blue", "藏青", "藏蓝", "藏蓝色", "深蓝色", "深蓝", "dark blue"]),
    ("浅蓝色", &["light blue", "浅蓝", "天蓝", "天蓝色", "sky blue"]),
    ("浅灰色", &["light grey", "light gray", "浅灰"]),
    ("深灰色", &["dark grey", "dark gray", "深灰"]),
    ("酒红色", &["burgundy", "wine red", "酒红"]),
    ("墨绿色", &["dark green", "墨绿"]),
    ("军绿色", &["army green", "军绿"]),
    ("薄荷绿", &["mint green"]),
    ("金色", &["gold", "golden"]),
    ("银色", &["silver"]),
    ("玫瑰金", &["rose gold"]),
    ("香槟色", &["champagne"]),
    ("深棕色", &["dark brown", "深棕", "深褐色"]),
    ("浅粉色", &["light pink", "浅粉"]),
    ("深咖色", &["深咖", "深咖啡色"]),
    ("浅咖色", &["浅咖", "浅咖啡色"]),
    ("米黄色", &["米黄"]),
    ("土黄色", &["土黄"]),
    ("黑灰色", &["黑灰"]),
    ("湖水蓝", &[]),
    ("枣红色", &["枣红", "maroon"]),
    ("玫红色", &["玫红", "玫瑰红", "rose red"]),
    ("藕粉色", &["藕粉", "藕色"]),
    ("银灰色", &["银灰", "silver grey", "silver gray"]),
    ("湖蓝色", &["湖蓝"]),
    ("宝蓝色", &["宝蓝", "royal blue"]),
    ("蓝绿色", &["蓝绿", "teal", "turquoise"]),
    ("奶茶色", &[]),
    ("奶白色", &["奶白"]),
    ("焦糖色", &["caramel"]),
    ("燕麦色", &[]),
    ("豆沙色", &[]),
    ("肤色", &["肉色"]),
    ("裸色", &["nude"]),
    ("姜黄色", &["姜黄", "mustard"]),
    ("古铜色", &["古铜", "bronze"]),
    ("原木色", &[]),
    ("象牙白", &["象牙白色", "ivory"]),
    ("珊瑚色", &["coral"]),
    ("薰衣草紫", &["lavender"]),
    ("透明", &["transparent"]),
    ("彩色", &["multicolor", "colourful", "colorful"]),
];

/// Single colour characters and their full names.
const COLOR_CHARACTERS: &[(char, &str)] = &[
    ('黑', "黑色"),
    ('白', "白色"),
    ('灰', "灰色"),
    ('红', "红色"),
    ('橙', "橙色"),
    ('黄', "黄色"),
    ('绿', "绿色"),
    ('青', "青色"),
    ('蓝', "蓝色"),
    ('紫', "紫色"),
    ('粉', "粉色"),
    ('棕', "棕色"),
];

/// Kinds of goods that shoppers name; a catalog's own names win where they are longer.
pub(crate) const GOODS: &[&str] = &[
    "外套",
    "连衣裙",
    "裙子",
    "半身裙",
    "t恤",
    "衬衫",
    "衬衣",
    "毛衣",
    "卫衣",
    "羽绒服",
    "棉服",
    "大衣",
    "风衣",
    "西装",
    "夹克",
    "背心",
    "裤子",
    "牛仔裤",
    "短裤",
    "打底裤",
    "内衣",
    "内裤",
    "睡衣",
    "袜子",
    "鞋子",
    "运动鞋",
    "跑鞋",
    "板鞋",
    "靴子",
    "高跟鞋",
    "凉鞋",
    "拖鞋",
    "帽子",
    "围巾",
    "手套",
    "腰带",
    "包包",
    "双肩包",
    "行李箱",
    "手表",
    "手机",
    "手机壳",
    "数据线",
    "充电器",
    "充电宝",
    "耳机",
    "蓝牙耳机",
    "音箱",
    "键盘",
    "鼠标",
    "平板",
    "电脑",
    "笔记本电脑",
    "显示器",
    "电视",
    "冰箱",
    "洗衣机",
    "空调",
    "电饭煲",
    "热水壶",
    "保温杯",
    "水杯",
    "台灯",
    "风扇",
    "吹风机",
    "剃须刀",
    "牙刷",
    "牙膏",
    "洗发水",
    "沐浴露",
    "面膜",
    "面霜",
    "口红",
    "防晒霜",
    "洗面奶",
    "被子",
    "枕头",
    "床单",
    "毛巾",
    "沙发",
    "椅子",
    "桌子",
    "雨伞",
    "玩具",
    "奶粉",
    "纸尿裤",
    "茶叶",
    "咖啡",
    "零食",
    "坚果",
    "饼干",
    "牛奶",
    "猫粮",
    "狗粮",
    "jacket",
    "coat",
    "dress",
    "skirt",
    "t-shirt",
    "tshirt",
    "shirt",
    "sweater",
    "hoodie",
    "jeans",
    "pants",
    "trousers",
    "shorts",
    "socks",
    "shoes",
    "sneakers",
    "boots",
    "sandals",
    "slippers",
    "hat",
    "scarf",
    "gloves",
    "backpack",
    "handbag",
    "suitcase",
    "watch",
    "phone case",
    "charger",
    "power bank",
    "headphones",
    "earbuds",
    "earphones",
    "speaker",
    "keyboard",
    "laptop",
    "tablet",
    "lamp",
    "water bottle",
    "umbrella",
    "pillow",
    "blanket",
    "towel",
    "lipstick",
    "sunscreen",
    "shampoo",
    "toothbrush",
    "snacks",
];

struct Vocabulary {
    automaton: Option<AhoCorasick>,
    meanings: Vec<Meaning>,
}

/// What a general word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A colour's full name.
    Color(&'static str),
    /// A place's place in `region_names`.
    Region(usize),
}

fn more_cities() -> impl Iterator<Item = &'static str> {
    MORE_CITIES.iter().flat_map(|line| line.split(' '))
}

fn province(full: &str) -> Meaning {
    Meaning::Region(PROVINCES.iter().position(|row| row.0 == full).unwrap_or_default())
}

static REGION_NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let provinces = PROVINCES.iter().map(|(full, _, _)| (*full).to_owned());
    let cities = CITIES.iter().map(|(short, _)| format!("{short}市"));
    let others = more_cities().chain(CITIES_WITH_SUFFIX.iter().copied()).map(|short| format!("{short}市"));
    provinces.chain(cities).chain(others).collect()
});

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let mut words: Vec<(String, Meaning)> = Vec::new();
    for (full, others) in COLORS {
        words.extend(
            std::iter::once(full).chain(*others).map(|word| ((*word).to_owned(), Meaning::Color(full))),
        );
    }
    for (index, (full, short, english)) in PROVINCES.iter().enumerate() {
        words.extend([*full, *short, *english].map(|word| (word.to_owned(), Meaning::Region(index))));
        words.push((format!("{short}省"), Meaning::Region(index)));
    }
    for (index, (short, english)) in CITIES.iter().enumerate() {
        let region = Meaning::Region(PROVINCES.len() + index);
        words.extend([(format!("{short}市"), region), ((*short).to_owned(), region)]);
        if !english.is_empty() {
            words.push(((*english).to_owned(), region));
        }
    }
    let more = PROVINCES.len() + CITIES.len();
    for (index, short) in more_cities().enumerate() {
        words.extend(
            [format!("{short}市"), short.to_owned()].map(|word| (word, Meaning::Region(more + index))),
        );
    }
    let suffixed = more + more_cities().count();
    for (index, short) in CITIES_WITH_SUFFIX.iter().enumerate() {
        words.push((format!("{short}市"), Meaning::Region(suffixed + index)));
    }
    words.push(("内蒙".to_owned(), province("内蒙古自治区")));
    words.push(("macao".to_owned(), province("澳门特别行政区")));
    words.sort_by(|one, other| one.0.cmp(&other.0));
    words.dedup_by(|one, other| one.0 == other.0);
    Vocabulary {
        automaton: lexicon::automaton(words.iter().map(|(word, _)| word)),
        meanings: words.iter().map(|(_, meaning)| *meaning).collect(),
    }
});

static COLOR_NAMES: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let every = COLORS.iter().flat_map(|(full, others)| {
        std::iter::once(*full).chain(others.iter().copied()).map(|word| (word, *full))
    });
    every.collect()
});

/// Where a folded text holds general words, with what they mean.
pub(super) fn find(text: &str) -> impl Iterator<Item = (Range<usize>, Meaning)> {
    let matches = VOCABULARY.automaton.iter().flat_map(move |automaton| automaton.find_iter(text));
    matches
        .filter(move |found| lexicon::is_whole(text, &found.range()))
        .map(|found| (found.range(), VOCABULARY.meanings[found.pattern().as_usize()]))
}

/// The full name behind [`Meaning::Region`].
pub(super) fn region(index: usize) -> &'static str {
    &REGION_NAMES[index]
}

/// The full name of a city whose short name is also another word, for a place where only a city fits.
pub(super) fn city(short: &str) -> Option<&'static str> {
    let index = CITIES_WITH_SUFFIX.iter().position(|known| *known == short)?;
    Some(region(PROVINCES.len() + CITIES.len() + more_cities().count() + index))
}

/// The longest city of [`CITIES_WITH_SUFFIX`] that a text begins with: its short form and full name.
pub(super) fn city_at(text: &str) -> Option<(&'static str, &'static str)> {
    let short = CITIES_WITH_SUFFIX.iter().find(|short| text.starts_with(**short))?;
    Some((short, city(short)?))
}

/// The full name of the colour that one character stands for.
pub(super) fn color_of_character(character: char) -> Option<&'static str> {
    COLOR_CHARACTERS.iter().find(|(known, _)| *known == character).map(|(_, full)| *full)
}

/// The Chinese full name of a colour word in either language: `black`, `黑`, `纯黑` → `黑色`.
/// A colour that is not general (雾霾蓝) has none.
pub fn color_name(word: &str) -> Option<&'static str> {
    let word = normalize(word);
    let mut characters = word.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => color_of_character(character),
        _ => COLOR_NAMES.get(word.as_str()).copied(),
    }
}

/// The full name of a province or city named in a text in either language: `Hangzhou`, `杭州` → `杭州市`.
/// The first one named counts.
pub fn region_name(text: &str) -> Option<&'static str> {
    let text = normalize(text);
    find(&text).find_map(|(_, meaning)| match meaning {
        Meaning::Region(index) => Some(region(index)),
        Meaning::Color(_) => None,
    })
}
