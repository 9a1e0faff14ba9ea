//! A large made-up catalog: titles, options, prices, stock and sales of goods that do not exist, drawn with a fixed seed,
//! and what shoppers would ask of it.

use rand::{RngExt, SeedableRng, rngs::StdRng};
use xiaoer::domain::{
    Currency, Localized, Money, ProductId,
    trade::{Attribute, Product, ReturnClass, Variant},
};

/// Kinds of goods: name, wide category, whether in sizes, materials.
const KINDS: &[(&str, &str, bool, &[&str])] = &[
    ("连衣裙", "女装", true, &["雪纺", "纯棉", "真丝", "亚麻", "针织"]),
    ("半身裙", "女装", true, &["牛仔", "灯芯绒", "雪纺", "羊毛"]),
    ("衬衫", "服装", true, &["纯棉", "真丝", "亚麻", "牛津纺"]),
    ("T恤", "服装", true, &["纯棉", "莫代尔", "冰丝", "竹纤维"]),
    ("卫衣", "服装", true, &["纯棉", "抓绒", "华夫格"]),
    ("羽绒服", "服装", true, &["白鸭绒", "鹅绒", "轻薄面料"]),
    ("风衣", "服装", true, &["棉质", "聚酯", "华达呢"]),
    ("牛仔裤", "服装", true, &["弹力牛仔", "水洗牛仔"]),
    ("休闲裤", "服装", true, &["纯棉", "亚麻", "速干面料"]),
    ("睡衣", "内衣", true, &["纯棉", "真丝", "法兰绒", "莫代尔"]),
    ("袜子", "内衣", false, &["精梳棉", "羊毛", "竹纤维"]),
    ("围巾", "配饰", false, &["羊绒", "羊毛", "真丝"]),
    ("帽子", "配饰", false, &["棉麻", "羊毛", "草编"]),
    ("运动鞋", "鞋靴", true, &["网面", "头层牛皮", "飞织"]),
    ("凉鞋", "鞋靴", true, &["牛皮", "橡胶"]),
    ("短靴", "鞋靴", true, &["牛皮", "磨砂皮"]),
    ("双肩包", "箱包", false, &["帆布", "尼龙", "牛津布"]),
    ("拉杆箱", "箱包", false, &["铝框", "聚碳酸酯"]),
    ("四件套", "家纺", true, &["长绒棉", "天丝", "磨毛"]),
    ("蚕丝被", "家纺", true, &["桑蚕丝", "柞蚕丝"]),
    ("乳胶枕", "家纺", false, &["天然乳胶"]),
    ("地毯", "家居", true, &["短绒", "羊毛", "剑麻"]),
    ("窗帘", "家居", true, &["遮光布", "棉麻", "纱质"]),
    ("收纳箱", "家居", false, &["加厚塑料", "布艺"]),
    ("台灯", "灯具", false, &["铝合金", "实木"]),
    ("保温杯", "厨具", false, &["不锈钢", "纯钛"]),
    ("炒锅", "厨具", false, &["铸铁", "不锈钢", "麦饭石"]),
    ("电饭锅", "小家电", false, &["陶瓷内胆", "球釜"]),
    ("吹风机", "小家电", false, &["负离子", "轻音"]),
    ("空气炸锅", "小家电", false, &["可视", "不粘涂层"]),
    ("充电宝", "数码", false, &["金属外壳", "磁吸"]),
    ("蓝牙耳机", "数码", false, &["入耳式", "头戴式"]),
    ("手机壳", "数码", false, &["液态硅胶", "磨砂"]),
    ("键盘", "数码", false, &["机械", "静音"]),
    ("面霜", "护肤", false, &["玻尿酸", "神经酰胺"]),
    ("洗面奶", "护肤", false, &["氨基酸", "绿茶"]),
    ("口红", "彩妆", false, &["哑光", "丝绒"]),
    ("坚果礼盒", "食品", false, &["每日", "混合"]),
    ("绿茶", "食品", false, &["明前", "高山"]),
    ("积木", "玩具", false, &["大颗粒", "木质"]),
    ("婴儿推车", "母婴", false, &["铝合金", "碳纤维"]),
    ("瑜伽垫", "运动", false, &["天然橡胶", "加厚丁腈"]),
    ("帐篷", "户外", false, &["防雨布", "涂银布"]),
    ("鱼竿", "户外", false, &["碳素"]),
    ("猫爬架", "宠物", false, &["实木", "剑麻"]),
];
const AUDIENCES: &[(&str, &str)] = &[("女款", "女"), ("男款", "男"), ("儿童", "儿童"), ("", ""), ("", "")];
const SEASONS: &[&str] = &["春季", "夏季", "秋冬", "冬季", "四季", "2026新款", "早秋", ""];
const STYLES: &[&str] = &[
    "法式",
    "复古",
    "简约",
    "韩版",
    "日系",
    "北欧风",
    "国潮",
    "学院风",
    "通勤",
    "运动",
    "轻奢",
    "森系",
    "甜美",
    "工装",
    "美式",
    "新中式",
];
const FEATURES: &[&str] = &[
    "加厚",
    "保暖",
    "透气",
    "防水",
    "显瘦",
    "宽松",
    "修身",
    "抗皱",
    "速干",
    "静音",
    "便携",
    "大容量",
    "可折叠",
    "防滑",
    "耐磨",
    "高弹",
    "防晒",
    "抗菌",
    "免烫",
    "轻便",
    "高腰",
    "长款",
    "短款",
    "碎花",
    "条纹",
    "格子",
    "刺绣",
    "纯色",
    "印花",
    "双层",
];
const COLORS: &[&str] = &[
    "黑色",
    "白色",
    "米白色",
    "红色",
    "酒红色",
    "粉色",
    "蓝色",
    "藏青色",
    "天蓝色",
    "绿色",
    "墨绿色",
    "黄色",
    "灰色",
    "咖啡色",
    "卡其色",
    "紫色",
];
const SIZES: &[&str] = &["S", "M", "L", "XL", "XXL"];
const ORIGINS: &[&str] = &["杭州", "广州", "泉州", "宁波", "义乌", "佛山", "青岛", "苏州"];
/// What brands are made of.
const SYLLABLES: &[&str] = &[
    "安", "悦", "木", "禾", "云", "初", "朴", "素", "青", "知", "岚", "屿", "沐", "言", "里", "川", "橙",
    "念", "拾", "光", "未", "夏", "南", "北", "星", "野", "半", "山", "晴", "柚",
];
const LATIN_SYLLABLES: &[&str] =
    &["lu", "ma", "nor", "vik", "sol", "ena", "ko", "ri", "tan", "be", "zu", "fel", "mo", "da", "quin", "ar"];

/// Draws goods, one after the other.
pub(crate) struct Goods {
    random: StdRng,
    drawn: usize,
    /// Titles that others wrote, to be recombined.
    titles: Vec<String>,
}

impl Goods {
    /// Goods of a seed, their titles recombined from these where there are any.
    pub(crate) fn new(seed: u64, titles: Vec<String>) -> Self {
        Self { random: StdRng::seed_from_u64(seed), drawn: 0, titles }
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.random.random_range(0..of.len())]
    }

    fn brand(&mut self) -> String {
        // Some brands have most of the goods.
        let number = (self.random.random::<f64>().powi(3) * 3_000.0) as usize;
        let (count, latin) = (SYLLABLES.len(), LATIN_SYLLABLES.len());
        if number.is_multiple_of(5) {
            let parts = [number / 5 % latin, number * 7 / 5 % latin, number * 3 / 5 % latin];
            parts.map(|part| LATIN_SYLLABLES[part]).concat()
        } else {
            format!("{}{}", SYLLABLES[number % count], SYLLABLES[number / count * 11 % count])
        }
    }

    fn recombined(&mut self) -> Option<String> {
        let titles = self.titles.len();
        if titles == 0 {
            return None;
        }
        let half = |title: &str, last: bool| -> String {
            let length = title.chars().count() / 2;
            if last { title.chars().skip(length).collect() } else { title.chars().take(length).collect() }
        };
        let one = half(&self.titles[self.random.random_range(0..titles)], false);
        Some(one + &half(&self.titles[self.random.random_range(0..titles)], true))
    }

    /// The next product.
    pub(crate) fn product(&mut self) -> Product {
        let number = self.drawn;
        self.drawn += 1;
        let (kind, wide, sized, materials) = self.one(KINDS);
        let (audience, whom) = self.one(AUDIENCES);
        let (material, style, season) = (self.one(materials), self.one(STYLES), self.one(SEASONS));
        let features = [self.one(FEATURES), self.one(FEATURES)];
        let brand = self.brand();
        let model = match self.random.random_range(0..8) {
            0 => format!(" {}{}", self.one(&["K", "X", "AT", "M"]), self.random.random_range(10..9_999)),
            _ => String::new(),
        };
        let written =
            format!("{brand}{season}{audience}{style}{material}{}{}{kind}{model}", features[0], features[1]);
        let title = self.recombined().unwrap_or(written);
        let cents = (self.random.random::<f64>() * 6.2 + 2.3).exp() * 100.0;
        let price = Money::from_minor(cents as i64, Currency::CNY);
        let fact =
            |name: &str, value: &str| Attribute { name: Localized::zh(name), value: Localized::zh(value) };
        let variants = self.variants(number, sized, price);
        Product {
            id: ProductId::from(format!("p{number}").as_str()),
            title: Localized::zh(title),
            subtitle: Localized::zh(format!("{style}设计，{}又{}", features[1], self.one(FEATURES))),
            brand,
            category: vec![Localized::zh(wide), Localized::zh(kind)],
            price,
            list_price: None,
            image: None,
            url: None,
            attributes: vec![fact("材质", material), fact("风格", style), fact("产地", self.one(ORIGINS))],
            variants,
            option_words: Vec::new(),
            size_chart: None,
            aliases: Vec::new(),
            tags: vec![self.one(FEATURES).to_owned()],
            audience: if whom.is_empty() { Vec::new() } else { vec![whom.to_owned()] },
            return_class: ReturnClass::Normal,
            warranty_days: None,
            // Few sell much and most hardly at all.
            sales: (0.5 / (self.random.random::<f64>() + 1e-5)) as u32,
        }
    }

    fn variants(&mut self, number: usize, sized: bool, price: Money) -> Vec<Variant> {
        let colors = [self.one(COLORS), self.one(COLORS)];
        let from = self.random.random_range(0..3);
        let sizes: &[&str] = if sized { &SIZES[from..from + 2] } else { &[""] };
        let sold_out = self.random.random_range(0..10) == 0;
        let mut variants = Vec::with_capacity(4);
        for color in if colors[0] == colors[1] { &colors[..1] } else { &colors[..] } {
            for size in sizes {
                let mut options = vec![("颜色".to_owned(), (*color).to_owned())];
                if !size.is_empty() {
                    options.push(("尺码".to_owned(), (*size).to_owned()));
                }
                let stock = if sold_out { 0 } else { self.random.random_range(0..200) };
                let id = format!("p{number}-{}", variants.len());
                variants.push(Variant { id: id.as_str().into(), options, price, stock });
            }
        }
        variants
    }

    /// What a shopper asks for.
    pub(crate) fn query(&mut self) -> String {
        if !self.titles.is_empty() && self.random.random_range(0..2) == 0 {
            return self.piece();
        }
        let (kind, _, _, materials) = self.one(KINDS);
        let (color, style, feature) = (self.one(COLORS), self.one(STYLES), self.one(FEATURES));
        let price = self.one(&[50, 100, 200, 300, 500, 1000]);
        match self.random.random_range(0..14) {
            0 => format!("{color} {price}元以内 {kind}"),
            1 => format!("{style}{}{kind}", self.one(materials)),
            2 => format!("有没有{feature}的{kind}"),
            3 => format!("{kind}{price}到{}元", price * 3),
            4 => format!("{}{kind}{feature}", self.one(&["男士", "女士", "儿童"])),
            5 => format!("{}{kind}", self.brand()),
            6 => misspelt(&mut self.random, &format!("{feature}{kind}")),
            7 => format!("最便宜的{kind}"),
            8 => format!("{kind} {}码 {color}有货吗", self.one(SIZES)),
            9 => format!("我想买一件{}{style}{feature}的{color}{kind}，{price}元左右", self.one(SEASONS)),
            10 => format!("{feature}{}", self.one(&["挖掘机", "航天飞机", "火星车票", "恐龙"])),
            11 => {
                let brand = self.one(LATIN_SYLLABLES).repeat(3);
                misspelt(&mut self.random, &format!("{brand} headphones"))
            }
            12 => format!("{price}元以下有货的"),
            _ => kind.to_owned(),
        }
    }

    /// A piece of somebody's title.
    fn piece(&mut self) -> String {
        let title: Vec<char> = self.titles[self.random.random_range(0..self.titles.len())].chars().collect();
        let length = self.random.random_range(3..12).min(title.len());
        let from = self.random.random_range(0..=title.len() - length);
        title[from..from + length].iter().collect()
    }
}

/// A character left out or two exchanged.
fn misspelt(random: &mut StdRng, words: &str) -> String {
    let mut characters: Vec<char> = words.chars().collect();
    let at = random.random_range(1..characters.len());
    if random.random_range(0..2) == 0 {
        characters.remove(at);
    } else {
        characters.swap(at - 1, at);
    }
    characters.into_iter().collect()
}
