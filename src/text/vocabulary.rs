//! General words that no shop has to write down: colours, regions and kinds of goods, in Chinese and English.

use std::{collections::HashMap, ops::Range, sync::LazyLock};

use aho_corasick::AhoCorasick;

use super::{lexicon, normalize};

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

/// Provinces and their like: full name, short name, English.
const PROVINCES: &[(&str, &str, &str)] = &[
    ("北京市", "北京", "beijing"),
    ("天津市", "天津", "tianjin"),
    ("上海市", "上海", "shanghai"),
    ("重庆市", "重庆", "chongqing"),
    ("河北省", "河北", "hebei"),
    ("山西省", "山西", "shanxi"),
    ("辽宁省", "辽宁", "liaoning"),
    ("吉林省", "吉林", "jilin"),
    ("黑龙江省", "黑龙江", "heilongjiang"),
    ("江苏省", "江苏", "jiangsu"),
    ("浙江省", "浙江", "zhejiang"),
    ("安徽省", "安徽", "anhui"),
    ("福建省", "福建", "fujian"),
    ("江西省", "江西", "jiangxi"),
    ("山东省", "山东", "shandong"),
    ("河南省", "河南", "henan"),
    ("湖北省", "湖北", "hubei"),
    ("湖南省", "湖南", "hunan"),
    ("广东省", "广东", "guangdong"),
    ("海南省", "海南", "hainan"),
    ("四川省", "四川", "sichuan"),
    ("贵州省", "贵州", "guizhou"),
    ("云南省", "云南", "yunnan"),
    ("陕西省", "陕西", "shaanxi"),
    ("甘肃省", "甘肃", "gansu"),
    ("青海省", "青海", "qinghai"),
    ("台湾省", "台湾", "taiwan"),
    ("内蒙古自治区", "内蒙古", "inner mongolia"),
    ("广西壮族自治区", "广西", "guangxi"),
    ("西藏自治区", "西藏", "tibet"),
    ("宁夏回族自治区", "宁夏", "ningxia"),
    ("新疆维吾尔自治区", "新疆", "xinjiang"),
    ("香港特别行政区", "香港", "hong kong"),
    ("澳门特别行政区", "澳门", "macau"),
];

/// Cities whose short name means nothing else, with their English name where it is in use.
const CITIES: &[(&str, &str)] = &[
    ("杭州", "hangzhou"),
    ("宁波", "ningbo"),
    ("温州", "wenzhou"),
    ("嘉兴", "jiaxing"),
    ("湖州", "huzhou"),
    ("绍兴", "shaoxing"),
    ("金华", "jinhua"),
    ("衢州", ""),
    ("舟山", "zhoushan"),
    ("台州", "taizhou"),
    ("丽水", ""),
    ("义乌", "yiwu"),
    ("南京", "nanjing"),
    ("苏州", "suzhou"),
    ("无锡", "wuxi"),
    ("常州", "changzhou"),
    ("南通", "nantong"),
    ("扬州", "yangzhou"),
    ("徐州", "xuzhou"),
    ("镇江", ""),
    ("泰州", ""),
    ("盐城", ""),
    ("淮安", ""),
    ("连云港", ""),
    ("宿迁", ""),
    ("昆山", "kunshan"),
    ("广州", "guangzhou"),
    ("深圳", "shenzhen"),
    ("佛山", "foshan"),
    ("东莞", "dongguan"),
    ("珠海", "zhuhai"),
    ("惠州", "huizhou"),
    ("汕头", "shantou"),
    ("湛江", "zhanjiang"),
    ("江门", ""),
    ("肇庆", ""),
    ("茂名", ""),
    ("揭阳", ""),
    ("潮州", ""),
    ("清远", ""),
    ("韶关", ""),
    ("梅州", ""),
    ("成都", "chengdu"),
    ("绵阳", ""),
    ("德阳", ""),
    ("宜宾", ""),
    ("泸州", ""),
    ("武汉", "wuhan"),
    ("宜昌", "yichang"),
    ("襄阳", ""),
    ("荆州", ""),
    ("黄冈", ""),
    ("长沙", "changsha"),
    ("株洲", ""),
    ("湘潭", ""),
    ("衡阳", ""),
    ("岳阳", ""),
    ("常德", ""),
    ("郑州", "zhengzhou"),
    ("洛阳", "luoyang"),
    ("开封", "kaifeng"),
    ("南阳", ""),
    ("新乡", ""),
    ("安阳", ""),
    ("西安", "xi'an"),
    ("咸阳", ""),
    ("宝鸡", ""),
    ("延安", ""),
    ("济南", "jinan"),
    ("青岛", "qingdao"),
    ("烟台", "yantai"),
    ("潍坊", ""),
    ("临沂", ""),
    ("淄博", ""),
    ("威海", "weihai"),
    ("济宁", ""),
    ("石家庄", "shijiazhuang"),
    ("唐山", "tangshan"),
    ("保定", "baoding"),
    ("廊坊", ""),
    ("邯郸", ""),
    ("沧州", ""),
    ("秦皇岛", ""),
    ("太原", "taiyuan"),
    ("大同", "datong"),
    ("沈阳", "shenyang"),
    ("大连", "dalian"),
    ("鞍山", ""),
    ("长春", "changchun"),
    ("哈尔滨", "harbin"),
    ("大庆", ""),
    ("齐齐哈尔", ""),
    ("合肥", "hefei"),
    ("芜湖", ""),
    ("蚌埠", ""),
    ("马鞍山", ""),
    ("福州", "fuzhou"),
    ("厦门", "xiamen"),
    ("泉州", "quanzhou"),
    ("漳州", ""),
    ("莆田", ""),
    ("南昌", "nanchang"),
    ("九江", ""),
    ("赣州", ""),
    ("景德镇", ""),
    ("南宁", "nanning"),
    ("柳州", ""),
    ("桂林", "guilin"),
    ("北海", ""),
    ("海口", "haikou"),
    ("三亚", "sanya"),
    ("贵阳", "guiyang"),
    ("遵义", ""),
    ("昆明", "kunming"),
    ("丽江", "lijiang"),
    ("拉萨", "lhasa"),
    ("兰州", "lanzhou"),
    ("西宁", ""),
    ("银川", "yinchuan"),
    ("乌鲁木齐", "urumqi"),
    ("呼和浩特", "hohhot"),
    ("包头", ""),
    ("鄂尔多斯", ""),
    ("台北", "taipei"),
    ("高雄", "kaohsiung"),
    ("台中", "taichung"),
    ("台南", "tainan"),
];

/// Cities whose short name is also another word (三明, 中山, 白银), read only with 市.
const CITIES_WITH_SUFFIX: &[&str] =
    &["三明", "中山", "白银", "日照", "东营", "铁岭", "保山", "海东", "阳江", "吉林", "大理"];

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

static REGION_NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let provinces = PROVINCES.iter().map(|(full, _, _)| (*full).to_owned());
    let cities = CITIES.iter().map(|(short, _)| format!("{short}市"));
    let suffixed = CITIES_WITH_SUFFIX.iter().map(|short| format!("{short}市"));
    provinces.chain(cities).chain(suffixed).collect()
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
    for (index, short) in CITIES_WITH_SUFFIX.iter().enumerate() {
        words.push((format!("{short}市"), Meaning::Region(PROVINCES.len() + CITIES.len() + index)));
    }
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
