//! Every kind of problem: code, severity, and the sentence in Chinese and English that says how to mend it.

use super::{Kind, Severity};

macro_rules! kinds {
    ($($name:ident $code:literal $severity:ident $zh:literal $en:literal;)*) => {
        $(
            #[doc = concat!("The problem `", $code, "`; what it says stands beside it.")]
            pub const $name: Kind = Kind { code: $code, severity: Severity::$severity, zh: $zh, en: $en };
        )*

        /// Every kind there is.
        pub const ALL: &[&Kind] = &[$(&$name),*];
    };
}

kinds! {
    SYNTAX "file.syntax" Error
        "这里写法不对，读不下去：{0}；检查引号、逗号和括号是否成对"
        "this cannot be read: {0}; look for a missing quote, comma or bracket";
    NOT_UTF8 "file.not_utf8" Error
        "文件不是 UTF-8 编码；请在编辑器里另存为 UTF-8"
        "the file is not UTF-8; save it as UTF-8 in the editor";
    FILE_TOO_LARGE "file.too_large" Error
        "文件超过 {0} 字节；请拆成几个文件"
        "the file is over {0} bytes; split it";
    FILE_UNKNOWN "file.unknown" Warning
        "这里不会读名为 {0} 的文件；检查文件名和所在的文件夹"
        "a file named {0} is not read here; check its name and folder";
    FILE_MISSING "file.missing" Error
        "缺少文件 {0}"
        "the file {0} is missing";
    VERSION_MISSING "file.version" Error
        "第一行要写 version = 1"
        "the file must begin with version = 1";
    VERSION_UNKNOWN "file.version" Error
        "不认识格式版本 {0}；本程序只读 version = 1"
        "format version {0} is not known; this program reads version = 1";
    UNKNOWN_KEY_NEAR "key.unknown" Error
        "没有 {0} 这一项；是不是 {1}？"
        "there is no key {0}; did you mean {1}?";
    UNKNOWN_KEY "key.unknown" Error
        "没有 {0} 这一项；这里可以写：{1}"
        "there is no key {0}; what may stand here: {1}";
    MISSING_KEY "key.missing" Error
        "缺少 {0}"
        "{0} is missing";
    REPEATED_KEY "key.repeated" Error
        "{0} 写了两次；留一个"
        "{0} stands here twice; keep one";
    WRONG_TYPE "value.type" Error
        "这里应当是 {0}，写的却是 {1}"
        "this must be a {0}, not a {1}";
    OUT_OF_RANGE "value.range" Error
        "{0} 超出范围；应在 {1} 到 {2} 之间"
        "{0} is out of range; use {1} to {2}";
    EMPTY_TEXT "value.empty" Error
        "这里是空的；填上内容，或删掉这一项"
        "this text is empty; fill it in or remove it";
    TEXT_TOO_LONG "value.too_long" Error
        "内容超过 {0} 个字符；请缩短"
        "the text is over {0} characters; shorten it";
    NUMBER_NEEDS_QUOTES "value.quotes" Error
        "金额和小数要加引号，写成 \"{0}\"，这样一分钱都不会算错"
        "write decimals in quotes, \"{0}\", so that not a cent is lost";
    NOT_A_DECIMAL "value.decimal" Error
        "“{0}”不是数字；写成 \"199.00\" 这样"
        "\"{0}\" is no number; write it like \"199.00\"";
    UNKNOWN_WORD "value.word" Error
        "不认识“{0}”；可以写：{1}"
        "\"{0}\" is not known here; one of: {1}";
    BAD_ID "value.id" Error
        "“{0}”不能作编号；只用英文字母、数字、点、横线和下划线，最多 64 个"
        "\"{0}\" cannot be an id; use letters, digits, dot, dash and underscore, at most 64";
    REPEATED_ID "id.repeated" Error
        "编号 {0} 已经用过（{1}）；换一个"
        "the id {0} is used already ({1}); choose another";
    NO_TRANSLATION "text.untranslated" Warning
        "缺少 {0} 的文字；用这种语言的顾客会看到另一种语言"
        "there is no text in {0}; shoppers of that language will see another";
    NO_DEFAULT_TEXT "text.default" Error
        "缺少默认语言 {0} 的文字"
        "there is no text in the shop's default language, {0}";
    NEGATIVE_MONEY "money.negative" Error
        "金额 {0} 不能是负数"
        "the amount {0} must not be negative";
    MONEY_PLACES "money.places" Error
        "金额 {0} 的小数位太多；最多 {1} 位"
        "the amount {0} has too many decimal places; at most {1}";
    BAD_TIME "time.invalid" Error
        "“{0}”不是时间；写成 2026-11-11T00:00:00+08:00，或相对天数如 -3d、+10d12h"
        "\"{0}\" is no time; write 2026-11-11T00:00:00+08:00, or an offset such as -3d or +10d12h";
    BAD_DATE "time.date" Error
        "“{0}”不是日期；写成 2026-10-01"
        "\"{0}\" is no date; write it like 2026-10-01";
    BAD_CLOCK "time.clock" Error
        "“{0}”不是钟点；写成 09:00"
        "\"{0}\" is no time of day; write it like 09:00";
    PAST_DATE "time.past" Warning
        "{0} 已经过去；可以删掉这一条"
        "{0} is over; it may be removed";
    TIMES_REVERSED "time.order" Error
        "结束时间 {1} 不晚于开始时间 {0}"
        "the end {1} is not after the beginning {0}";
    UNKNOWN_ZONE "shop.time_zone" Error
        "不认识时区“{0}”；中国大陆写 Asia/Shanghai"
        "the time zone \"{0}\" is not known; write it like Asia/Shanghai";
    SHOP_ID_DIFFERS "shop.id" Error
        "id 写的是 {0}，但文件夹叫 {1}；两者必须相同"
        "the id is {0} but the folder is named {1}; they must be the same";
    UNKNOWN_PACK "shop.pack" Error
        "没有名为 {0} 的知识包；现有：{1}"
        "there is no pack named {0}; there are: {1}";
    PACK_NAME_DIFFERS "pack.name" Error
        "name 写的是 {0}，但文件夹叫 {1}；两者必须相同"
        "the name is {0} but the folder is named {1}; they must be the same";
    BAD_LOCALE "shop.locale" Error
        "不支持语言“{0}”；可以写：{1}"
        "the locale \"{0}\" is not supported; one of: {1}";
    SHOP_COLOR "shop.color" Error
        "“{0}”不是颜色；写成 \"#c8362c\" 这样，# 后面六位"
        "\"{0}\" is no colour; write it like \"#c8362c\", six digits after #";
    UNKNOWN_FLOW "shop.flow" Error
        "“{0}”不是可以关掉的流程（转人工不能关）；可以写：{1}"
        "\"{0}\" is no flow that can be off (handing over never is); one of: {1}";
    BAD_CURRENCY "shop.currency" Error
        "“{0}”不是货币代码；人民币写 CNY"
        "\"{0}\" is no currency code; write it like CNY";
    BAD_ORIGIN "shop.origin" Error
        "“{0}”不是网站地址；写成 https://www.example.com（不带路径），或 \"*\""
        "\"{0}\" is no site; write https://www.example.com without a path, or \"*\"";
    BAD_SYSTEM "shop.system" Error
        "这不是店铺系统的地址；写成 https://erp.example.com/xiaoer，不带 ? 和 #"
        "this is no address of a shop's system; write it like https://erp.example.com/xiaoer, without ? and #";
    SYSTEM_PASSWORD "shop.system" Error
        "地址里不能有用户名和密码；令牌放到数据文件夹的 systems/店铺编号.token 里"
        "an address holds no user name or password; put the token into systems/SHOP.token in the data folder";
    SYSTEM_NOT_SECRET "shop.system_open" Warning
        "这个地址没有加密，顾客的资料和令牌在路上能被看到；改用 https://"
        "this address is not encrypted: shoppers' data and tokens can be read on the way; use https://";
    HOURS_EMPTY "hours.empty" Error
        "人工客服的时间是空的：{0} 到 {1}；结束要晚于开始"
        "the hours are empty: {0} to {1}; the end must come after the beginning";
    HOURS_NO_DAYS "hours.days" Warning
        "没有写人工客服上班的日子；顾客永远等不到人工"
        "no days are named, so nobody will ever answer";
    UNKNOWN_INTENT "intent.unknown" Error
        "没有意图 {0}；是不是 {1}？"
        "there is no intent {0}; did you mean {1}?";
    UNKNOWN_INTENT_ALONE "intent.unknown" Error
        "没有意图 {0}；自己加的意图要先在 intents/ 里写例句"
        "there is no intent {0}; an intent of your own needs examples in intents/ first";
    NEW_INTENT_NEAR "intent.misspelt" Warning
        "{0} 不是内置意图，当作新意图处理；是不是想写 {1}？"
        "{0} is no built-in intent and is taken as a new one; did you mean {1}?";
    INTENT_THIN "intent.thin" Warning
        "意图 {0} 只有 {1} 个例句；至少写 5 个，不同的说法越多越准"
        "the intent {0} has {1} examples; write at least 5, the more varied the better";
    EXAMPLE_TOO_LONG "example.too_long" Error
        "例句有 {0} 个字符；最多 2000 个"
        "the example has {0} characters; at most 2000";
    EXAMPLE_REPEATED "example.repeated" Warning
        "这句和同一意图的另一句一样（{0}）；删掉一句"
        "this says the same as another example of the intent ({0}); remove one";
    EXAMPLE_CONFLICT "example.conflict" Warning
        "同样的话也写在意图 {0} 里（{1}）；只留在该在的那一边"
        "the same words stand under the intent {0} ({1}); keep them where they belong";
    EXAMPLE_AND_NOT "example.contradiction" Warning
        "这句既是 {0} 的例句，又写在它的 not 里；删掉一处"
        "this is both an example of {0} and one of its not lines; remove one";
    FAQ_NO_ASK "faq.no_ask" Error
        "这条问答没有一种问法；在 ask 里至少写一句"
        "this answer has no way of asking; write at least one in ask";
    FAQ_NO_ANSWER "faq.no_answer" Error
        "缺少默认语言 {0} 的回答"
        "there is no answer in the shop's default language, {0}";
    FAQ_ASK_REPEATED "faq.ask_repeated" Warning
        "问答 {0} 也有同样的问法（{1}）；顾客只会看到其中一个回答"
        "the FAQ {0} is asked in the same words ({1}); shoppers will see only one of the answers";
    FAQ_UNREACHABLE "faq.unreachable" Warning
        "问答 {0} 的问法别处都有，它永远不会被用到；换几种问法"
        "every way of asking the FAQ {0} belongs to another, so it is never shown; ask it in other words";
    UNKNOWN_SLOT "slot.unknown" Error
        "没有 {{0}} 这个空位，会原样显示给顾客；可以写：{1}"
        "there is no slot {{0}}; shoppers would see it as written; what may stand here: {1}";
    SLOT_UNSET "slot.unset" Warning
        "{{0}} 还没有填，这条问答暂不使用；到 shop.toml 或 policy.toml 里填上"
        "{{0}} is not stated, so this answer is left out; state it in shop.toml or policy.toml";
    SLOT_SYNTAX "slot.syntax" Error
        "花括号不成对；空位写成 {名字}"
        "the braces do not match; write slots like {name}";
    REPLY_EMPTY "reply.empty" Error
        "回复 {0} 没有一句话；在 say 里至少写一句"
        "the reply {0} says nothing; write at least one sentence in say";
    REPLY_UNKNOWN "reply.unknown" Warning
        "没有回复 {0}，这里写的不会被用到；最接近的是 {1}"
        "there is no reply {0}, so this is never said; the nearest is {1}";
    REPLY_LANGUAGE "reply.language" Error
        "不支持回复文件 {0}；只有 zh.toml 和 en.toml"
        "the reply file {0} is not supported; there are zh.toml and en.toml";
    REPLY_SLOT_DIFFERS "reply.slot" Warning
        "空位 {{0}} 在别的语言和说法里都没有；检查有没有写错"
        "the slot {{0}} stands in no other variant or language of this reply; check its spelling";
    TERM_REPEATED "glossary.repeated" Warning
        "“{0}”已经写过（{1}）；合在一起"
        "\"{0}\" is there already ({1}); join the two";
    UNKNOWN_PRODUCT "ref.product" Error
        "商品目录里没有 {0}"
        "there is no product {0} in the catalog";
    UNKNOWN_PRODUCT_NEAR "ref.product" Error
        "商品目录里没有 {0}；是不是 {1}？"
        "there is no product {0} in the catalog; did you mean {1}?";
    UNKNOWN_VARIANT "ref.variant" Error
        "商品 {0} 没有规格 {1}"
        "the product {0} has no variant {1}";
    UNKNOWN_CATEGORY "ref.category" Error
        "商品目录里没有分类 {0}"
        "there is no category {0} in the catalog";
    UNKNOWN_CHART "ref.chart" Error
        "sizes.toml 里没有尺码表 {0}"
        "there is no size chart {0} in sizes.toml";
    UNKNOWN_SHOPPER "ref.shopper" Error
        "没有顾客 {0}；顾客要写在订单之前"
        "there is no shopper {0}; shoppers must stand before their orders";
    UNKNOWN_LINE "ref.line" Error
        "这个订单没有第 {0} 行"
        "this order has no line {0}";
    UNKNOWN_PROMOTION "ref.promotion" Warning
        "promotions.toml 里没有活动 {0}"
        "there is no promotion {0} in promotions.toml";
    PERCENT_RANGE "promotion.percent" Error
        "折扣 {0} 应大于 0 小于 100：八五折写 \"85\""
        "the percent {0} must lie between 0 and 100: \"85\" means the price times 0.85";
    ONE_OF "value.one_of" Error
        "{0} 要写一个，也只能写一个"
        "exactly one of {0} must be given";
    PROMOTION_NO_TIERS "promotion.tiers" Error
        "没有写档位；在 tiers 里至少写一档"
        "there are no tiers; write at least one";
    TIERS_ORDER "promotion.tiers" Error
        "档位要从低到高写，优惠也要一档比一档大"
        "tiers must rise, and each must give more than the one before";
    OFF_TOO_LARGE "promotion.off" Error
        "减 {0} 超过了门槛 {1}"
        "taking off {0} is more than the threshold {1}";
    PRICE_NOT_LOWER "promotion.price" Warning
        "活动价 {0} 不低于 {1} 的原价 {2}"
        "the price {0} is not below the usual price of {1}, {2}";
    DEPOSIT_TOO_HIGH "promotion.deposit" Error
        "定金 {0} 超过 {1} 售价 {2} 的 20%；《民法典》第五百八十六条规定超过部分不算定金，请调低"
        "the deposit {0} is over 20 % of the price of {1}, {2}; by article 586 of the Civil Code the excess is no deposit: lower it";
    DEPOSIT_COUNTS_LESS "promotion.counts_as" Error
        "定金抵扣额 {0} 小于定金 {1}"
        "the deposit counts as {0}, less than the deposit {1}";
    SCOPE_EMPTY "promotion.scope" Error
        "活动范围要么写 all = true，要么列出商品或分类，两者选一"
        "the scope is either all = true or names products or categories, one of the two";
    POLICY_NO_REASON "policy.no_reason_days" Error
        "{0} 是 {1} 天，少于《消费者权益保护法》第二十五条规定的 {2} 天；改为 {2} 或更多"
        "{0} is {1}, less than the {2} days of article 25 of the Consumer Protection Law; make it {2} or more";
    POLICY_FAULT "policy.fault_days" Error
        "{0} 是 {1} 天，少于“三包”规定的 {2} 天；改为 {2} 或更多"
        "{0} is {1}, less than the {2} days of the rules on repair, exchange and return; make it {2} or more";
    POLICY_REFUND "policy.refund_days" Error
        "refund_within_days 是 {0} 天；《消费者权益保护法》第二十五条规定收到退货起七日内退款，改为 7 或更少"
        "refund_within_days is {0}; article 25 of the Consumer Protection Law gives 7 days from receiving the goods: make it 7 or less";
    CHART_EMPTY "size.empty" Error
        "尺码表 {0} 没有尺码"
        "the size chart {0} has no sizes";
    SIZE_RANGE "size.range" Error
        "范围 {0} 到 {1} 写反了，或不合常理"
        "the range {0} to {1} is reversed or not plausible";
    PRODUCT_PRICE "product.price" Error
        "价格必须大于 0"
        "the price must be above zero";
    PRODUCT_PRICE_DIFFERS "product.price_differs" Warning
        "price 写的是 {0}，最便宜的规格却是 {1}；以规格为准"
        "the price is {0} but the cheapest variant costs {1}; the variant counts";
    PRODUCT_LIST_PRICE "product.list_price" Warning
        "划线价 {0} 低于售价 {1}"
        "the list price {0} is below the price {1}";
    PRODUCT_NO_VARIANTS "product.variants" Error
        "商品至少要有一个规格"
        "a product needs at least one variant";
    PRODUCT_VARIANT_OPTIONS "product.options" Warning
        "规格 {0} 和 {1} 的选项一样，顾客分不清"
        "the variants {0} and {1} have the same options and cannot be told apart";
    PRODUCT_NO_CATEGORY "product.category" Warning
        "商品没有分类，按分类找不到它"
        "the product has no category and cannot be found by one";
    ORDER_SUM "orders.sum" Error
        "{0} 是 {1}，算出来却是 {2}"
        "{0} is {1} but adds up to {2}";
    ORDER_STATE "orders.state" Warning
        "订单写的状态是 {0}，按各行算应是 {1}"
        "the order says {0}, but its lines make it {1}";
    ORDER_EMPTY "orders.empty" Error
        "订单没有商品"
        "the order has no lines";
    ORDER_FUTURE "orders.future" Error
        "{0} 在将来；下单和发货只能在过去"
        "{0} lies in the future; orders and shipments are past";
    ORDER_LINE_KIND "orders.line" Error
        "每行应是一个 {\"shopper\": …} 或 {\"order\": …}"
        "each line must be one {\"shopper\": …} or {\"order\": …}";
    TEST_EMPTY "test.empty" Error
        "这个测试没有对话；在 turns 里写顾客说的话和应有的回答"
        "this test has no turns; write what the shopper says and what should be answered";
    TEST_NO_SHOPPER "test.turns" Error
        "对话要以顾客的话开头"
        "a test must begin with a shopper's turn";
    TEST_CHECKS_NOTHING "test.checks_nothing" Warning
        "这个测试什么也没检查；写一条 bot = {…}"
        "this test checks nothing; add a bot = {…} turn";
    TEST_WAIT "test.wait" Error
        "“{0}”不是一段时间；这样写：\"40m\"（40 分钟）、\"26h\"（26 小时）"
        "\"{0}\" is no length of time; write \"40m\" or \"26h\"";
    TURN_KIND "test.turn" Error
        "每一轮写一种：{0}"
        "a turn is exactly one of: {0}";
    NO_SHOPS "tree.empty" Error
        "shops/ 里没有店铺；用 xiaoer shop new 建一个"
        "there is no shop below shops/; make one with xiaoer shop new";
    IMPORT_WORD "import.word" Error
        "{0} 的值“{1}”在映射的 words 里没有；补上，或写 \"*\" = …"
        "the value \"{1}\" of {0} is not among the mapping's words; add it, or a \"*\" for all others";
    IMPORT_MAP_PATH "import.path" Error
        "映射“{0}”写得不对：{1}"
        "the mapping \"{0}\" cannot be used: {1}";
    IMPORT_COLUMNS "import.columns" Error
        "这一行有 {0} 列，表头有 {1} 列"
        "this row has {0} columns, the header {1}";
    IMPORT_NOT_A_SHEET "import.not_a_sheet" Error
        "这不是表格文件，或者坏了（{0}）；在表格软件里打开，另存为 .xlsx"
        "this is no spreadsheet, or it is damaged ({0}); open it in a spreadsheet program and save it as .xlsx";
    IMPORT_OLD_SHEET "import.old_sheet" Error
        "不读 {0} 文件；在表格软件里打开，另存为 .xlsx"
        "{0} files are not read; open it in a spreadsheet program and save it as .xlsx";
    IMPORT_ENCRYPTED "import.encrypted" Error
        "文件加了密码；去掉密码再存一次"
        "the file is protected by a password; save it without one";
    IMPORT_ENCODING "import.encoding" Error
        "认不出文字的编码；另存为 UTF-8 的 CSV，或 .xlsx"
        "the encoding of the text is not known; save it as CSV in UTF-8, or as .xlsx";
    IMPORT_TOO_LARGE "import.too_large" Error
        "内容太多，超过 {0} 字节；拆成几个文件"
        "there is more in it than {0} bytes; split it";
    IMPORT_TOO_MANY "import.too_many" Error
        "超过 {0} 行；拆成几个文件"
        "there are more than {0} rows; split the file";
    IMPORT_TOO_WIDE "import.too_wide" Error
        "超过 {0} 列；删掉不用的列"
        "there are more than {0} columns; remove those that are not needed";
    IMPORT_NO_ROWS "import.empty" Error
        "表里没有内容"
        "there is nothing in the table";
    IMPORT_NO_HEADER "import.header" Error
        "没有找到表头；要有一行写着“{0}”和“{1}”"
        "no row names the columns; one must say \"{0}\" and \"{1}\"";
    IMPORT_UNKNOWN_COLUMN "import.column" Warning
        "没有“{0}”这一列，没有读它；可以写：{1}"
        "the column \"{0}\" is not known and not read; known are: {1}";
    IMPORT_CELL_ERROR "import.cell" Error
        "这一格显示的是 {0}；改好公式，或直接写文字"
        "this cell shows {0}; mend its formula, or write the text";
    IMPORT_NO_RESULT "import.formula" Error
        "这一格是公式，文件里没有存它的结果；在表格软件里打开，保存一次"
        "this cell is a formula whose result is not in the file; open it in a spreadsheet program and save it";
    IMPORT_HEADING "import.heading" Warning
        "问题和回答合成了一格，当作小标题，没有读"
        "question and answer are one cell here; it is taken for a heading and not read";
    IMPORT_ASK_REPEATED "import.repeated" Error
        "同样的问题前面已经有了（{0}）；合成一行"
        "the same question stands in a row before ({0}); make them one";
    UNKNOWN_GOODS "ref.goods" Error
        "“{0}”既不是商品编号，也不是分类名"
        "\"{0}\" is neither a product's id nor a category";
    UNKNOWN_GOODS_NEAR "ref.goods" Error
        "“{0}”既不是商品编号，也不是分类名；是不是 {1}？"
        "\"{0}\" is neither a product's id nor a category; did you mean {1}?";
    AGENT_COUPON "agents.coupon" Error
        "{0} 不是本店的优惠券，客服发不了；写 promotions.toml 里 kind = \"coupon\" 的编号"
        "{0} is no coupon of the shop, so agents can't give it; name one of promotions.toml with kind = \"coupon\"";
    RECOMMEND_BOTH "recommend.both" Error
        "{0} 同时写在 prefer 和 never 里；留一个"
        "{0} stands under both prefer and never; keep one";
    REPLY_ONE_LANGUAGE "reply.one_language" Warning
        "回复 {0} 只改写了 {1}，没有改写 {2}；用 {2} 的顾客听到的仍是知识包里的说法，请一起改写"
        "the reply {0} is rewritten in {1} but not in {2}: shoppers of {2} still hear the pack's; rewrite both";
    REPLY_UNTRANSLATED "reply.untranslated" Warning
        "回复 {0} 没有 {1} 的说法；用这种语言的顾客会看到另一种语言，请补上"
        "the reply {0} has no words in {1}: shoppers of that language will see another; add them";
    REPLY_SLOT_LEFT_OUT "reply.slot_left_out" Warning
        "知识包里的每种说法都有 {{0}}，这里却没有；顾客会少看到一样内容，请写上 {{0}}"
        "every wording of the pack says {{0}} and this one never does, so shoppers miss it; write {{0}}";
    FORBIDDEN_WORD "text.forbidden" Warning
        "这里写了 glossary.toml 禁用的“{0}”，说出来时会被删掉，句子可能不通；换个说法"
        "this says \"{0}\", which glossary.toml forbids: it is cut out when said; find other words";
    TERM_FORBIDDEN "glossary.forbidden" Warning
        "“{0}”既是本店的词，又在 forbidden 里；留一处"
        "\"{0}\" is a word of the shop and stands under forbidden too; keep one";
    INTENT_UNANSWERED "intent.unanswered" Warning
        "自己加的意图 {0} 没有回答；在 faq/ 里写一条 intent = \"{0}\" 的问答"
        "nothing answers your own intent {0}; write a FAQ with intent = \"{0}\"";
    FAQ_ASK_TWICE "faq.ask_twice" Warning
        "这种问法在同一条问答里已经写过（{0}）；删掉一句"
        "this way of asking stands in the same FAQ already ({0}); remove one";
    FAQ_FOLLOWS_ITSELF "faq.follow" Warning
        "follow 里的 {0} 正是这条问答回答的意图，顾客点了又看到同一个回答；换成别的"
        "follow names {0}, which this very FAQ answers: shoppers would be told the same again; name another";
    FAQ_FOLLOWS_TWICE "faq.follow" Warning
        "follow 里 {0} 写了两次；留一个"
        "follow names {0} twice; keep one";
    FAQ_KEYWORD "handoff.keyword_faq" Warning
        "这种问法含有转人工的字眼“{0}”，问了就转人工，永远用不到这条回答；改字眼或改问法"
        "these words contain \"{0}\", which calls a person at once, so this answer is never given; change one of the two";
    KEYWORD_COMMON "handoff.keyword_common" Warning
        "字眼“{0}”在 {1} 个例句里出现，如“{2}”，这些顾客都会被转人工；写得长一些"
        "\"{0}\" occurs in {1} examples, such as \"{2}\": all such shoppers get a person; make it longer";
    KEYWORD_REPEATED "handoff.keyword_repeated" Warning
        "字眼“{0}”已经写过（{1}），只按那里的原因转人工；留一处"
        "\"{0}\" is a keyword already ({1}), and only that reason counts; keep one";
    GROUP_UNUSED "handoff.group" Warning
        "没有一条 route 通向组 {0}，它接不到会话；写一条 route，或删掉这个组"
        "no route leads to the group {0}, so it gets no conversations; add a route or remove it";
    ROUTE_SHADOWED "handoff.route" Warning
        "这条 route 用不到：{0} 的那条没有条件，什么都先归它；把没有条件的放到最后"
        "this route is never reached: the one at {0} has no condition and takes everything; put that one last";
    PROMOTION_OVERLAP "promotion.overlap" Warning
        "{0} 和 {1} 的时间、商品（如 {2}）重叠，只会用其中一个；错开，或写 stack = true"
        "{0} and {1} run at the same time on the same goods, such as {2}, and only one counts; part them, or write stack = true";
    PROMOTION_CONTRADICTS "promotion.contradiction" Warning
        "{0} 和 {1} 同时进行，说法互相矛盾；同一时间只留一个"
        "{0} and {1} run at the same time and contradict each other; keep one at a time";
    PROMOTION_CODE "promotion.code" Warning
        "券码 {0} 已经是 {1} 的，同时只有一个能用；换一个券码"
        "the code {0} belongs to {1} already, and only one can be used at a time; choose another";
    PROMOTION_NOTHING "promotion.nothing" Warning
        "活动 {0} 没有适用的商品，永远不会用到；检查 scope 和 except_products"
        "the promotion {0} applies to no product of the catalog and never counts; look at scope and except_products";
    PROMOTION_GIFT_STOCK "promotion.gift_stock" Warning
        "赠品的 stock 是 0，一件也送不出；写上数量"
        "the gift's stock is 0, so none is ever given; state how many there are";
    PROMOTION_GIFT_SCOPE "promotion.gift_scope" Warning
        "买赠的商品 {0} 不在活动范围里，永远不会送；把它写进 scope"
        "{0}, which the gift comes with, is outside the promotion's scope, so it is never given; put it into scope";
    PROMOTION_CAP "promotion.cap" Warning
        "封顶 {0} 和每次减 {1} 对不上：要么永远到不了，要么一次也减不满；改其中一个"
        "a cap of {0} does not go with taking off {1}: it is never reached, or cuts off the first; change one";
    PROMOTION_BALANCE "promotion.balance" Warning
        "尾款 {0} 开始，早于预售开始的 {1}；检查日期"
        "the balance begins at {0}, before the pre-sale does at {1}; check the dates";
    POLICY_COMPLETE "policy.complete_days" Warning
        "订单签收 {0} 天就算完成，但 {1} 是 {2} 天，之后几天的顾客会被当作过期；改为 {2} 或更多"
        "orders are complete after {0} days while {1} is {2}: shoppers of the last days are turned away; make it {2} or more";
    POLICY_FREE_OVER "policy.free_over" Warning
        "运费 fee 是 0，free_over 没有意义；写上运费，或删掉 free_over"
        "shipping costs nothing, so free_over means nothing; state a fee or remove free_over";
    POLICY_PROMISE "policy.promise_hours" Warning
        "承诺 0 小时发货，每一单都会算超时；写上做得到的小时数"
        "shipping within 0 hours makes every order late; state hours that can be kept";
    PRODUCT_TITLE_REPEATED "product.title_repeated" Warning
        "商品 {0} 也叫这个名字（{1}），顾客和店小二分不清；改得不一样"
        "the product {0} has the same title ({1}) and cannot be told apart; change one";
    PRODUCT_ALIAS "product.alias" Warning
        "别名“{0}”也是商品 {1} 的名字；说到它时分不清是哪件，改一个"
        "the alias \"{0}\" names the product {1} too, and nobody can tell which is meant; change one";
    PRODUCT_LINK "product.link" Warning
        "“{0}”不是能打开的地址；写成 https://… 或以 / 开头的路径"
        "\"{0}\" is no address that opens; write https://… or a path that begins with /";
    SIZE_UNUSED "size.unused" Warning
        "没有商品用尺码表 {0}；在商品的 size_chart 里写上，或删掉"
        "no product uses the size chart {0}; name it in a product's size_chart or remove it";
    SIZE_NO_VARIANT "size.variants" Warning
        "商品 {0} 的规格里没有尺码表 {1} 的任何尺码，推荐的尺码买不到；把两边写成一样"
        "no variant of the product {0} has a size of the chart {1}, so what is advised cannot be bought; make them agree";
    SIZE_GAP "size.gap" Warning
        "{0} 在 {1} 和 {2} 之间没有合适的尺码；把相邻的范围接上"
        "no size fits a {0} between {1} and {2}; let the ranges meet";
    NO_REPLIES "shop.no_replies" Warning
        "用到的知识包都没有回复，店小二会没有话说；在 packs 里加上 base"
        "none of the packs has replies, so the assistant has nothing to say; add base to packs";
    SHOP_PHONE "shop.phone" Warning
        "“{0}”不像电话号码；检查一下"
        "\"{0}\" does not look like a telephone number; check it";
    UNKNOWN_STICKER "ref.sticker" Error
        "stickers.toml 里没有贴纸 {0}"
        "there is no sticker {0} in stickers.toml";
    UNKNOWN_ORDER "ref.order" Error
        "orders/orders.jsonl 里没有订单 {0}"
        "there is no order {0} in orders/orders.jsonl";
    TEST_FLOW_OFF "test.flow_off" Warning
        "流程 {0} 在 shop.toml 里关掉了，这个测试通不过；打开流程，或改测试"
        "the flow {0} is off in shop.toml, so this test fails; switch it on or change the test";
    TEST_SLOT "test.slot" Warning
        "没有流程记着 {0} 这个空位；最接近的是 {1}"
        "no flow keeps a slot named {0}; the nearest is {1}";
    TEST_REPEATED "test.repeated" Warning
        "已经有叫“{0}”的测试（{1}）；换个名字，好知道是哪个没通过"
        "there is a test named \"{0}\" already ({1}); rename one, to tell which fails";
    TEST_CONTRADICTS "test.contradiction" Warning
        "这一条自相矛盾：{0}；它永远通不过"
        "this contradicts itself: {0}; it can never hold";
    EXAMPLE_NEAR "example.near" Warning
        "“{0}”和意图 {1} 的“{2}”（{3}）意思几乎一样（相似度 {4}）；只留在该在的那一边"
        "\"{0}\" means nearly the same as \"{2}\" of the intent {1} ({3}, cosine {4}); keep one where it belongs";
    FAQ_NEAR "faq.near" Warning
        "“{0}”和问答 {1} 的“{2}”（{3}）问的几乎是同一件事（相似度 {4}）；合成一条，或问得更不一样"
        "\"{0}\" asks nearly the same as \"{2}\" of the FAQ {1} ({3}, cosine {4}); join the two or ask apart";
    FAQ_OVERSHADOWED "faq.overshadowed" Warning
        "问答 {0} 的每种问法都更像别的问答（多为 {1}，如“{2}”），换句话问就用不到它；换几种更有特点的问法"
        "each way of asking the FAQ {0} is nearer to others (mostly {1}, such as \"{2}\"), which win as soon as it is asked in other words; ask it more distinctly";
    INTENT_OFF_CENTRE "intent.off_centre" Warning
        "意图 {0} 的 {2} 个例句里有 {1} 个更像意图 {3}（如“{4}”）；挪过去，或写得更有特点"
        "{1} of the {2} examples of the intent {0} are nearer to {3}, such as \"{4}\"; move them or write more distinct ones";
    INTENT_ALIKE "intent.alike" Warning
        "意图 {0} 的 {1} 个例句几乎都是同一句，只有 {2} 种说法；写些不同的说法"
        "the {1} examples of the intent {0} say nearly the same, in {2} ways only; write more varied ones";
}
