//! What shoppers may say on a sale's night, made up: a grammar of our own with far more sentences than any bench says.

use rand::{RngExt, rngs::StdRng};

const OPENINGS: &[&str] = &[
    "",
    "",
    "",
    "你好",
    "亲",
    "在吗",
    "请问",
    "老板",
    "客服",
    "哈喽",
    "那个",
    "打扰一下",
    "我想问下",
    "麻烦问一下",
    "你们家",
];
const GOODS: &[&str] = &[
    "白色的T恤",
    "那件羽绒服",
    "红色连衣裙",
    "条纹衬衫",
    "牛仔裤",
    "羊毛大衣",
    "运动鞋",
    "四件套",
    "针织衫",
    "百褶裙",
    "休闲裤",
    "防晒衣",
    "卫衣",
    "棒球帽",
    "围巾",
    "纯棉睡衣",
    "西装外套",
    "短袖",
    "瑜伽裤",
    "加绒打底裤",
];
const SIZES: &[&str] = &["S码", "M码", "L码", "XL", "2XL", "160的", "165的", "170/88A", "38码", "42码"];
const PLACES: &[&str] = &[
    "新疆",
    "西藏",
    "海南",
    "广州",
    "杭州",
    "哈尔滨",
    "成都",
    "内蒙古",
    "香港",
    "乌鲁木齐",
    "青岛",
    "昆明",
    "武汉",
    "长沙乡下",
];
const ENDINGS: &[&str] =
    &["", "", "", "呀", "呢", "啊", "?", "？", "谢谢", "急", "在线等", "哦", "吗亲", "~"];
/// `G` goods, `S` a size, `P` a place, `N` a small number, `H` a height, `W` a weight.
const QUESTIONS: &[&str] = &[
    "G是什么材质的",
    "G有没有S",
    "G会不会掉色",
    "G洗了缩水吗",
    "G起球不",
    "身高H体重W穿G要多大",
    "我H W斤G拍S合适吗",
    "G现在多少钱",
    "G双十一还会降价不",
    "G买N件能便宜点吗",
    "满多少包邮到P",
    "发P要几天",
    "寄到P什么快递",
    "我的快递怎么N天没动了",
    "拍了N件G什么时候发货",
    "G不喜欢可以退吗",
    "G退货运费谁出",
    "收到G有个洞怎么办",
    "G尺码小了想换S",
    "少发了N件G",
    "优惠券怎么用不了",
    "满减和券能一起用吗",
    "N件G怎么买最划算",
    "G有现货吗 要N件",
    "能开发票吗 公司的",
    "地址写错了想改到P",
    "N天前的单还没到P",
    "G拍错颜色了能改吗",
    "保价吗 G刚买就降价了N块",
    "退款N天了还没到账",
    "G和图片色差大不大",
    "有没有N百元以内的G",
    "推荐一款送妈妈的G",
    "G适合什么季节穿",
    "你们是正品吗 G怎么验",
    "会员有什么折扣 买G",
];

/// A sentence, most likely one that nobody has said yet.
pub(crate) fn sentence(random: &mut StdRng) -> String {
    let mut said = String::new();
    let opening = pick(random, OPENINGS);
    said.push_str(opening);
    if !opening.is_empty() && random.random_bool(0.5) {
        said.push('，');
    }
    for letter in pick(random, QUESTIONS).chars() {
        match letter {
            'G' => said.push_str(pick(random, GOODS)),
            'S' if !said.ends_with(|before: char| before.is_ascii_alphabetic()) => {
                said.push_str(pick(random, SIZES))
            }
            'P' => said.push_str(pick(random, PLACES)),
            'N' => said.push_str(&random.random_range(2..20).to_string()),
            'H' => said.push_str(&random.random_range(150..190).to_string()),
            'W' => said.push_str(&random.random_range(80..190).to_string()),
            other => said.push(other),
        }
    }
    said.push_str(pick(random, ENDINGS));
    said
}

fn pick<'a>(random: &mut StdRng, from: &[&'a str]) -> &'a str {
    from[random.random_range(0..from.len())]
}
