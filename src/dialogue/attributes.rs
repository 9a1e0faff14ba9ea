//! Which facts of a product's page a question is about, by their names and by what shoppers say for them.

use super::words;
use crate::domain::trade::{Attribute, Product};

/// What shoppers say for an attribute's name: a part of the name, and the words that mean it.
const ATTRIBUTE_WORDS: &[(&[&str], &[&str])] = &[
    (
        &["材质", "面料", "成分", "material", "fabric"],
        &[
            "材质",
            "什么料",
            "面料",
            "什么做",
            "成分",
            "纯棉",
            "含棉",
            "material",
            "fabric",
            "made of",
            "cotton",
        ],
    ),
    (
        &["尺寸", "规格", "大小", "size", "dimension"],
        &[
            "尺寸",
            "多大",
            "多长",
            "多宽",
            "多高",
            "规格",
            "dimension",
            "how big",
            "how long",
            "how wide",
            "measure",
        ],
    ),
    (&["重量", "净重", "weight"], &["重量", "多重", "几斤", "净重", "weigh", "heavy", "weight"]),
    (&["容量", "capacity"], &["容量", "多少毫升", "几升", "多少ml", "毫安", "capacity", "mah"]),
    (&["电池", "续航", "battery"], &["电池", "续航", "用多久", "充一次", "battery", "how long does it last"]),
    (
        &["保质期", "shelf"],
        &["保质期", "过期", "能放多久", "生产日期", "shelf life", "expire", "best before"],
    ),
    (&["产地", "origin"], &["产地", "哪里产", "哪产", "国产", "进口", "made in", "origin", "come from"]),
    (&["功率", "power"], &["功率", "多少瓦", "费电", "watt", "power"]),
    (&["防水", "waterproof", "water"], &["防水", "进水", "下水", "waterproof", "water resistant", "swim"]),
    (&["洗", "wash", "care"], &["机洗", "手洗", "怎么洗", "水洗", "洗衣机", "wash"]),
    (&["适用", "肤质", "suitable"], &["适合", "油皮", "干皮", "敏感肌", "肤质", "孕妇", "suitable", "skin"]),
    (&["包装", "清单", "box"], &["包装", "盒子里", "清单", "配件", "in the box", "included"]),
    (&["厚", "thick"], &["厚", "薄", "透", "thick", "thin", "see-through"]),
    (&["弹", "stretch"], &["弹", "stretch"]),
    (&["季", "season"], &["夏天穿", "冬天穿", "什么季节", "season", "summer", "winter"]),
    (
        &["接口", "充电", "port", "charg"],
        &["接口", "充电", "快充", "type-c", "typec", "usb", "charge", "charging"],
    ),
    (&["蓝牙", "bluetooth"], &["蓝牙", "bluetooth"]),
    (&["网络", "network"], &["5g", "4g", "网络", "双卡", "sim"]),
    (&["兼容", "系统", "compat"], &["兼容", "苹果", "安卓", "compatible", "iphone", "android", "work with"]),
    (&["功能", "function", "feature"], &["功能", "能干什么", "有什么用", "function", "feature"]),
];
/// What shoppers compare goods by, and parts of the names of the facts that bear on it.
const COMPARED: &[(&[&str], &[&str])] = &[
    (
        &["暖", "御寒", "抗冻", "warm"],
        &["暖", "适用温度", "充绒", "蓬松", "填充", "厚薄", "面密度", "里料", "克重", "fill", "temperature"],
    ),
    (&["轻", "重", "light", "heavy", "heavier"], &["重量", "净重", "weight"]),
    (&["续航", "耐用", "用得久", "用的久", "lasts", "last longer", "battery"], &["续航", "电池", "battery"]),
    (&["静音", "安静", "噪音", "吵", "quiet", "noise", "noisy"], &["噪音", "noise"]),
    (&["降噪", "noise cancelling"], &["降噪"]),
    (&["透气", "闷", "breath"], &["透气", "鞋面材质", "材质", "面料"]),
    (&["防水", "下雨", "雨天", "waterproof", "rain"], &["防水", "waterproof"]),
    (&["滑", "抓地", "slip", "grip"], &["防滑", "鞋底"]),
    (&["容量", "装得多", "更大", "大一点", "capacity", "bigger", "larger"], &["容量", "尺寸", "capacity"]),
    (&["屏幕", "显示", "screen"], &["屏幕", "screen"]),
    (&["拍照", "拍得", "摄像", "像素", "camera", "photos"], &["摄像", "camera"]),
    (&["内存", "存储", "memory", "storage"], &["内存", "存储", "memory", "storage"]),
    (&["充电", "充得快", "charge", "charging"], &["充电", "自充", "charg"]),
    (&["软", "硬", "soft", "firm"], &["硬度", "软"]),
    (&["油皮", "干皮", "敏感肌", "肤质", "skin"], &["肤质", "功效", "skin"]),
    (&["好洗", "好打理", "打理", "机洗", "wash"], &["洗", "wash"]),
    (&["省电", "费电", "power"], &["能效", "功率", "power"]),
    (&["弹", "stretch"], &["弹", "stretch"]),
    (&["厚", "薄", "thick", "thin"], &["厚", "克重", "thick"]),
    (&["料子", "材质", "面料", "fabric", "material"], &["材质", "面料", "填充", "material"]),
    (&["孕", "pregnan"], &["孕", "pregnan"]),
    (&["吸力", "suction"], &["吸力"]),
];

/// The attributes that a question names: by name, by what shoppers say for it, or by a value.
pub(super) fn asked<'p>(product: &'p Product, question: &str) -> Vec<&'p Attribute> {
    let named = |attribute: &&Attribute| {
        let names = [Some(&attribute.name.zh), attribute.name.en.as_ref()];
        names.into_iter().flatten().any(|name| words::has(question, &name.to_lowercase()))
    };
    let by_name: Vec<_> = product.attributes.iter().filter(named).collect();
    if !by_name.is_empty() {
        return by_name;
    }
    let meant = |attribute: &&Attribute| {
        let name = folded_name(attribute);
        ATTRIBUTE_WORDS.iter().any(|(parts, said)| {
            parts.iter().any(|part| name.contains(part)) && words::has_any(question, said)
        })
    };
    let by_meaning: Vec<_> = product.attributes.iter().filter(meant).collect();
    if !by_meaning.is_empty() {
        return by_meaning;
    }
    let by_value = |attribute: &&Attribute| {
        let values = [Some(&attribute.value.zh), attribute.value.en.as_ref()];
        values.into_iter().flatten().any(|value| words::naming(question, value) >= 2)
    };
    product.attributes.iter().filter(by_value).take(1).collect()
}

/// The facts that a comparison by these words looks at; none where it names nothing to compare by.
pub(super) fn compared<'p>(product: &'p Product, question: &str) -> Vec<&'p Attribute> {
    let parts: Vec<&str> = COMPARED
        .iter()
        .filter(|(said, _)| words::has_any(question, said))
        .flat_map(|(_, parts)| parts.iter().copied())
        .collect();
    // By the name in the shop's first language: "Fill weight" is not how heavy a coat is.
    let is_meant = |attribute: &&Attribute| {
        let name = attribute.name.zh.to_lowercase();
        parts.iter().any(|part| name.contains(part)) || words::has(question, &name)
    };
    product.attributes.iter().filter(is_meant).collect()
}

/// Whether the words name something that goods can be compared by.
pub(super) fn names_a_side(question: &str) -> bool {
    COMPARED.iter().any(|(said, _)| words::has_any(question, said))
}

fn folded_name(attribute: &Attribute) -> String {
    let names = [Some(&attribute.name.zh), attribute.name.en.as_ref()];
    names.into_iter().flatten().map(|name| name.to_lowercase()).collect::<Vec<_>>().join(" ")
}
