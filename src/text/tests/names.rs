//! Colours, regions, and products of a small catalog.

use super::*;
use crate::domain::{
    Currency, Localized, Money, ProductId, VariantId,
    trade::{Product, ReturnClass, Variant},
};

#[test]
fn colours() {
    check(
        EntityKind::Color,
        &[
            ("黑色", "黑色"),
            ("有黑的吗", "黑色"),
            ("要白", "白色"),
            ("红款", "红色"),
            ("深蓝色", "藏青色"),
            ("浅灰", "浅灰色"),
            ("米白色", "米白色"),
            ("粉红", "粉色"),
            ("藏青", "藏青色"),
            ("black one", "黑色"),
            ("navy blue", "藏青色"),
            ("do you have it in grey", "灰色"),
            ("黑色和白色", "黑色 白色"),
            ("酒红色", "酒红色"),
            ("香槟金", "香槟金"),
            ("香檳色", "香槟色"),
            ("雾霾蓝", "雾霾蓝"),
            ("霧霾藍色的", "雾霾蓝"),
            ("奶茶色", "奶茶色"),
            ("焦糖色的包", "焦糖色"),
            ("燕麦色", "燕麦色"),
            ("枣红色", "枣红色"),
            ("玫红", "玫红色"),
            ("玫瑰金的", "玫瑰金"),
            ("克莱因蓝", "克莱因蓝"),
            ("牛油果绿", "牛油果绿"),
            ("荧光绿", "荧光绿"),
            ("藕粉色", "藕粉色"),
            ("湖蓝", "湖蓝色"),
            ("深绿", "深绿色"),
            ("浅紫色", "浅紫色"),
            ("橄榄绿", "橄榄绿"),
            ("墨綠色", "墨绿色"),
            ("银灰", "银灰色"),
            ("藍色的有嗎", "蓝色"),
            ("換黑的", "黑色"),
            ("紅色跟綠色", "红色 绿色"),
            ("黑白两色", "黑色 白色"),
            ("肤色", "肤色"),
            ("裸色口红", "裸色"),
            ("豆沙色", "豆沙色"),
            ("咖色", "咖啡色"),
            ("BLACK", "黑色"),
            ("ｗｈｉｔｅ", "白色"),
            ("light blue or pink?", "浅蓝色 粉色"),
            ("dark grey", "深灰色"),
            ("dark brown", "深棕色"),
            ("米黄色", "米黄色"),
            ("off-white", "米白色"),
            ("rose gold please", "玫瑰金"),
            ("maroon", "枣红色"),
            ("teal", "蓝绿色"),
            ("红包", ""),
            ("明白", ""),
            ("bored", ""),
            ("白天发货吗", ""),
            ("黑五活动", ""),
            ("小白求助", ""),
            ("黄金周", ""),
            ("什么颜色", ""),
            ("blackout curtains", ""),
        ],
    );
}

#[test]
fn regions() {
    check(
        EntityKind::Region,
        &[
            ("浙江", "浙江省"),
            ("浙江省", "浙江省"),
            ("杭州", "杭州市"),
            ("浙江杭州", "浙江省 杭州市"),
            ("寄到新疆要多久", "新疆维吾尔自治区"),
            ("內蒙古能送嗎", "内蒙古自治区"),
            ("北京", "北京市"),
            ("香港", "香港特别行政区"),
            ("ship to Shanghai?", "上海市"),
            ("Hong Kong", "香港特别行政区"),
            ("from Hangzhou", "杭州市"),
            ("中山市", "中山市"),
            ("四川省成都市", "四川省 成都市"),
            ("黑龙江省哈尔滨市", "黑龙江省 哈尔滨市"),
            ("內蒙", "内蒙古自治区"),
            ("广东深圳南山区", "广东省 深圳市"),
            ("廣東省東莞市", "广东省 东莞市"),
            ("臺灣", "台湾省"),
            ("寄台北", "台北市"),
            ("新疆西藏包邮吗", "新疆维吾尔自治区 西藏自治区"),
            ("海南三亚", "海南省 三亚市"),
            ("江浙沪包邮吗", "江苏省 浙江省 上海市"),
            ("港澳台能寄吗", "香港特别行政区 澳门特别行政区 台湾省"),
            ("发重庆要几天", "重庆市"),
            ("河南开封", "河南省 开封市"),
            ("开封市", "开封市"),
            ("云南大理", "云南省 大理市"),
            ("大理市", "大理市"),
            ("山西大同", "山西省 大同市"),
            ("广西壮族自治区", "广西壮族自治区"),
            ("宁夏银川能到吗", "宁夏回族自治区 银川市"),
            ("澳門", "澳门特别行政区"),
            ("湖北省十堰市", "湖北省 十堰市"),
            ("遂宁", "遂宁市"),
            ("亳州能送吗", "亳州市"),
            ("呼伦贝尔", "呼伦贝尔市"),
            ("滁州到货多久", "滁州市"),
            ("拉萨偏远吗", "拉萨市"),
            ("從上海發貨嗎", "上海市"),
            ("deliver to Chengdu", "成都市"),
            ("Guangdong province", "广东省"),
            ("do you ship to macau", "澳门特别行政区"),
            ("Macao", "澳门特别行政区"),
            ("Inner Mongolia", "内蒙古自治区"),
            ("ｓｈｅｎｚｈｅｎ", "深圳市"),
            ("I live in Xi'an", "西安市"),
            ("三明治", ""),
            ("大理石", ""),
            ("中山装", ""),
            ("已经开封了还能退吗", ""),
            ("大同小异", ""),
            ("北海道牛奶", ""),
            ("包头不包头", ""),
            ("偏远地区", ""),
            ("发货地是哪里", ""),
            ("china", ""),
        ],
    );
}

#[test]
fn kinds_of_goods() {
    check(
        EntityKind::ProductName,
        &[
            ("那件外套", "外套"),
            ("連衣裙有貨嗎", "連衣裙"),
            ("手机壳", "手机壳"),
            ("where is my jacket", "jacket"),
            ("蓝牙耳机多少钱", "蓝牙耳机"),
            ("纯棉T恤", "T恤"),
            ("two jackets", "jackets"),
            ("black dresses?", "dresses"),
            ("a headphone", "headphone"),
            ("hatch", ""),
            ("什么时候发货", ""),
            ("it is too short", ""),
            ("watching", ""),
        ],
    );
}

fn product(id: &str, title: &str, english: &str, aliases: &[&str], category: &str) -> Product {
    let price = Money::new("99".parse().expect("a price"), Currency::CNY);
    let plain = |zh: &str| Localized { zh: zh.to_owned(), en: None };
    Product {
        id: ProductId::from(id),
        title: Localized { zh: title.to_owned(), en: (!english.is_empty()).then(|| english.to_owned()) },
        subtitle: plain(""),
        brand: title
            .split(' ')
            .next()
            .filter(|brand| brand.chars().count() == 2)
            .unwrap_or_default()
            .to_owned(),
        category: vec![plain(category)],
        price,
        list_price: None,
        image: None,
        url: None,
        attributes: Vec::new(),
        variants: vec![Variant { id: VariantId::from(id), options: Vec::new(), price, stock: 1 }],
        option_words: Vec::new(),
        size_chart: None,
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        tags: Vec::new(),
        audience: Vec::new(),
        return_class: ReturnClass::Normal,
        warranty_days: None,
        sales: 0,
    }
}

/// The same, built once for all tests.
pub(super) fn catalog() -> &'static Lexicon {
    static CATALOG: std::sync::LazyLock<Lexicon> = std::sync::LazyLock::new(goods);
    &CATALOG
}

/// A few goods, some of one kind.
fn goods() -> Lexicon {
    Lexicon::new(
        Vec::new(),
        &[
            product("dress", "法式碎花雪纺连衣裙", "French floral chiffon dress", &["碎花裙"], "连衣裙"),
            product("slip", "醋酸缎面吊带连衣裙", "", &["吊带裙", "slip dress"], "连衣裙"),
            product("down", "轻暖90白鸭绒短款羽绒服 女款", "", &["女羽绒服", "轻薄羽绒服"], "羽绒服"),
            product("earbuds", "砚声 主动降噪真无线蓝牙耳机", "", &["降噪耳机", "earbuds"], "耳机"),
            product("bank", "20000毫安22.5W快充充电宝", "Fast power bank", &["充电宝", "移动电源"], "充电宝"),
            product("keyboard", "凌台 K87 三模机械键盘", "", &["机械键盘"], "键盘"),
            product("humidifier", "净屿 4升上加水静音加湿器", "", &["加湿器", "humidifier"], "家电"),
            product("robot", "净屿 扫拖一体机器人 自动集尘", "", &["扫地机器人", "扫地机"], "家电"),
            product("coat", "双面呢羊毛大衣 中长款", "", &["羊毛大衣", "wool coat"], "大衣"),
            product("fryer", "禾灶 5升可视空气炸锅", "Air fryer", &["空气炸锅"], "厨电"),
            product("shoes", "缓震透气跑步鞋 男女同款", "", &["跑步鞋", "running shoes"], "鞋"),
        ],
    )
}

#[test]
fn products_of_a_catalog() {
    check_in(
        catalog(),
        EntityKind::ProductName,
        &[
            // Full titles, and with other spaces.
            ("法式碎花雪纺连衣裙有货吗", "法式碎花雪纺连衣裙=dress"),
            ("凌台K87三模机械键盘", "凌台K87三模机械键盘=keyboard"),
            ("French floral chiffon dress", "French floral chiffon dress=dress"),
            ("砚声主动降噪真无线蓝牙耳机", "砚声主动降噪真无线蓝牙耳机=earbuds"),
            // Short names and pieces of titles.
            ("碎花裙", "碎花裙=dress"),
            ("雪纺连衣裙", "雪纺连衣裙=dress"),
            ("碎花连衣裙什么时候发", "碎花连衣裙=dress"),
            ("吊带连衣裙还有吗", "吊带连衣裙=slip"),
            ("缎面连衣裙", "缎面连衣裙=slip"),
            ("白鸭绒羽绒服", "白鸭绒羽绒服=down"),
            ("短款羽绒服", "短款羽绒服=down"),
            ("真无线蓝牙耳机", "真无线蓝牙耳机=earbuds"),
            ("K87多少钱", "K87=keyboard"),
            ("快充充电宝", "快充充电宝=bank"),
            ("静音加湿器", "静音加湿器=humidifier"),
            ("扫拖一体机器人", "扫拖一体机器人=robot"),
            ("双面呢羊毛大衣", "双面呢羊毛大衣=coat"),
            ("透气跑步鞋", "透气跑步鞋=shoes"),
            ("连衣裙", "连衣裙"),
            ("power bank", "power bank=bank"),
            // Traditional characters, full width.
            ("碎花連衣裙", "碎花連衣裙=dress"),
            ("機械鍵盤", "機械鍵盤=keyboard"),
            ("掃地機器人", "掃地機器人=robot"),
            ("Ｋ８７", "Ｋ８７=keyboard"),
            ("空氣炸鍋", "空氣炸鍋=fryer"),
            // Words that sound the same.
            ("充电报", "充电报=bank"),
            ("充电保多大容量", "充电保=bank"),
            ("加湿气", "加湿气=humidifier"),
            ("机械建盘", "机械建盘=keyboard"),
            ("空气炸郭", "空气炸郭=fryer"),
            ("降躁耳机", "降躁耳机=earbuds"),
            ("扫地机七人", "扫地机七人=robot"),
            ("羊毛大依", "羊毛大依=coat"),
            ("跑步协", "跑步协=shoes"),
            // One wrong character.
            ("空汽炸锅", "空汽炸锅=fryer"),
            ("机戒键盘", "机戒键盘=keyboard"),
            ("移动电原", "移动电原=bank"),
            ("扫地机噐人", "扫地机噐人=robot"),
            // Spelt by sound.
            ("chongdianbao", "chongdianbao=bank"),
            ("jiashiqi怎么用", "jiashiqi=humidifier"),
            ("jixie jianpan", "jixie jianpan=keyboard"),
            ("kong qi zha guo", "kong qi zha guo=fryer"),
            // Mistyped English.
            ("earbud", "earbud=earbuds"),
            ("humidifer", "humidifer=humidifier"),
            ("runing shoes", "runing shoes=shoes"),
            // What only looks like them.
            ("羊绒大衣", "大衣"),
            ("男羽绒服", "羽绒服"),
            ("充电线", ""),
            ("什么时候发货", ""),
            ("跑步的时候", ""),
            ("this is charging", ""),
            ("ni hao zai ma", ""),
        ],
    );
}

/// Writes one character of a name as another that sounds the same.
fn homophone(name: &str, place: usize) -> Option<String> {
    const PAIRS: &[(char, char)] = &[
        ('宝', '堡'),
        ('器', '汽'),
        ('械', '谢'),
        ('盘', '磐'),
        ('机', '鸡'),
        ('炸', '榨'),
        ('锅', '郭'),
        ('毛', '茅'),
        ('湿', '诗'),
    ];
    let mut characters: Vec<char> = name.chars().collect();
    let place = place % characters.len();
    let other = PAIRS.iter().find(|(right, _)| *right == characters[place])?.1;
    characters[place] = other;
    Some(characters.into_iter().collect())
}

proptest! {
    #[test]
    fn a_colour_is_read_in_every_dress(color in prop_oneof![Just("黑"), Just("白"), Just("红"), Just("蓝"), Just("绿"), Just("紫"), Just("灰")]) {
        let full = format!("{color}色");
        for message in [full.clone(), format!("{color}的"), format!("换{color}色"), format!("有{color}色的吗"), to_traditional(&format!("这件{color}色的")), format!("{full}M码2件")] {
            reads(&message, EntityKind::Color, &full)?;
        }
    }

    #[test]
    fn a_region_is_read_in_every_dress(region in prop_oneof![Just(("浙江", "省")), Just(("广东", "省")), Just(("杭州", "市")), Just(("哈尔滨", "市")), Just(("乌鲁木齐", "市")), Just(("十堰", "市")), Just(("济宁", "市"))]) {
        let full = format!("{}{}", region.0, region.1);
        for message in [region.0.to_owned(), full.clone(), format!("寄到{}要几天", region.0), to_traditional(&format!("{full}包郵嗎")), format!("收货地址{full}某某路8号")] {
            reads(&message, EntityKind::Region, &full)?;
        }
    }

    #[test]
    fn a_product_is_read_in_every_dress(named in prop_oneof![Just(("充电宝", "bank")), Just(("机械键盘", "keyboard")), Just(("加湿器", "humidifier")), Just(("空气炸锅", "fryer")), Just(("羊毛大衣", "coat"))], place in 0..8_usize) {
        let forms = [Some(named.0.to_owned()), Some(to_traditional(named.0)), homophone(named.0, place)];
        for name in forms.into_iter().flatten() {
            for message in [name.clone(), format!("那个{name}什么时候到"), format!("我想买{name}，有货吗")] {
                let read = found_in(catalog(), &message, EntityKind::ProductName);
                prop_assert_eq!(read, vec![format!("{name}={}", named.1)], "{}", message);
            }
        }
    }
}
