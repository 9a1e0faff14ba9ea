//! Understanding as a whole, on a handful of intents, without a model.

use std::collections::BTreeMap;

use super::*;
use crate::{
    encoder::{Encoder, HashingEncoder},
    shop::{Example, IntentExamples},
};

const LINES: [(&str, &[&str]); 6] = [
    (
        "shipping.when",
        &["什么时候发货", "几天能到", "多久发货", "今天下单几天到", "什么时候能发货呀", "when will it ship"],
    ),
    ("return.request", &["我要退货", "帮我退货", "申请退货", "这件退了", "想退货", "i want to return this"]),
    ("price.ask", &["多少钱", "这个多少钱", "什么价格", "价格多少", "怎么卖", "how much is it"]),
    ("chat.affirm", &["好的", "可以", "嗯嗯", "行", "没问题", "ok"]),
    ("chat.greet", &["你好", "在吗", "您好", "有人吗", "hello", "亲在吗"]),
    ("oos", &["今天天气怎么样", "写首诗", "讲个笑话", "股票会涨吗", "你吃饭了吗", "彩票开奖"]),
];

fn intents() -> BTreeMap<IntentId, IntentExamples> {
    let example = |text: &&str| Example { text: (*text).to_owned() };
    LINES
        .iter()
        .map(|(id, lines)| {
            (
                IntentId::from(*id),
                IntentExamples { examples: lines.iter().map(example).collect(), not: vec![] },
            )
        })
        .collect()
}

fn read(text: &str) -> Utterance {
    Utterance {
        raw: text.to_owned(),
        normal: text.to_lowercase(),
        language: "zh-Hans".to_owned(),
        locale: None,
        tokens: Vec::new(),
        entities: Vec::new(),
    }
}

fn by_words() -> Nlu {
    Nlu::fit(&TrainingSet::new(&intents(), str::to_lowercase)).expect("fits")
}

fn first(found: &Understanding) -> &str {
    found.top().map_or("", |top| top.id.as_str())
}

#[test]
fn an_example_is_understood_as_itself_without_a_vector() {
    let nlu = by_words();
    for (id, lines) in LINES {
        for line in lines {
            let found = nlu.understand(&nlu.prepare(&read(line)), &[], &Context::default());
            assert_eq!(found.why.tier, "exact");
            assert_eq!(found.oos, id == "oos", "{line}");
            if id == "oos" {
                assert_eq!((found.stated.len(), found.band), (0, Band::Unknown));
            } else {
                assert_eq!((first(&found), found.band), (id, Band::Answer), "{line}");
                assert_eq!(found.stated, [IntentId::from(id)]);
            }
        }
    }
}

#[test]
fn words_alone_understand_what_is_near_an_example() {
    let nlu = by_words();
    for (text, id) in
        [("大概什么时候发货", "shipping.when"), ("我想退货", "return.request"), ("这双多少钱", "price.ask")]
    {
        let found = nlu.understand(&nlu.prepare(&read(text)), &[], &Context::default());
        assert_eq!((first(&found), found.why.tier), (id, "words"), "{text}");
    }
}

#[test]
fn marks_courtesies_and_sounds_do_not_hide_an_example() {
    let nlu = by_words();
    for (text, id) in [
        ("请问什么时候发货呢??", "shipping.when"),
        ("亲,我要退货~~", "return.request"),
        ("hi, how much is it", "price.ask"),
        ("在吗在吗在吗", "chat.greet"),
    ] {
        let utterance = read(text);
        let found = nlu.understand(&nlu.prepare(&utterance), &[], &Context::default());
        assert_eq!((first(&found), found.why.tier, found.band), (id, "near", Band::Answer), "{text}");
        assert!(nlu.knows(&utterance));
        let found = by_words().with_options(NluOptions { tiers: false });
        assert_eq!(
            found.understand(&found.prepare(&utterance), &[], &Context::default()).why.tier,
            "words",
            "{text}"
        );
    }
}

#[test]
fn courtesies_around_a_request_are_left_out_and_nothing_else_is() {
    let nlu = by_words();
    for (text, judged) in [
        ("你好,白色的什么时候能发", "白色的什么时候能发"),
        ("客服,请问,白色的什么时候能发", "白色的什么时候能发"),
        ("有人吗 白色的怎么还不发", "白色的怎么还不发"),
        // Two requests, an answer, or courtesies alone stay as they are.
        ("你好,白色的多少,黑色的什么时候发", "你好,白色的多少,黑色的什么时候发"),
        ("您好,没问题", "您好,没问题"),
        ("老板 有人吗", "老板 有人吗"),
    ] {
        assert_eq!(nlu.form(&read(text)), judged, "{text}");
    }
}

#[tokio::test]
async fn vectors_bring_the_head_and_the_nearest_examples() {
    let encoder = HashingEncoder::new(64);
    let mut set = TrainingSet::new(&intents(), str::to_lowercase);
    set.attach(encoder.encode(&set.texts()).await.expect("encodes"), *encoder.fingerprint());
    let nlu = Nlu::fit(&set).expect("fits");
    assert!(nlu.uses_vectors());
    let utterance = read("大概什么时候发货");
    let vectors = encoder.encode(&nlu.prepare(&utterance).texts).await.expect("encodes");
    let found = nlu.understand(&nlu.prepare(&utterance), &vectors, &Context::default());
    assert_eq!((first(&found), found.why.tier), ("shipping.when", "head"));
    assert_eq!(found.why.nearest.len(), 3);
    assert_eq!(found.why.nearest[0].intent.as_str(), "shipping.when");
    assert!(found.why.nearest[0].score >= found.why.nearest[1].score);
}

#[test]
fn whatever_comes_gives_five_ranked_intents_in_scope() {
    let nlu = by_words();
    for text in
        ["", " ", "😀", "?", "\u{0}", &"退".repeat(2000), "什么时候发货,我要退货,多少钱,你好,好的,在吗,ok"]
    {
        for vectors in [vec![], vec![Vector::from(vec![f32::NAN; 64])], vec![Vector::from(vec![0.0; 3])]] {
            let found = nlu.understand(&nlu.prepare(&read(text)), &vectors, &Context::default());
            assert_eq!(found.intents.len(), 5);
            assert!(found.intents.windows(2).all(|pair| pair[0].confidence >= pair[1].confidence));
            assert!(
                found.intents.iter().all(|i| (0.0..=1.0).contains(&i.confidence) && i.id.as_str() != "oos")
            );
            assert!(found.intents.iter().map(|i| i.confidence).sum::<f32>() < 1.001);
            assert_eq!(found.stated.is_empty(), found.oos);
        }
    }
}

#[test]
fn what_was_asked_decides_between_readings() {
    let nlu = by_words();
    let utterance = read("可以的");
    let expecting = Context { expecting: vec!["chat.affirm".into(), "chat.deny".into()] };
    let alone = nlu.understand(&nlu.prepare(&utterance), &[], &Context::default());
    let asked = nlu.understand(&nlu.prepare(&utterance), &[], &expecting);
    let confidence = |found: &Understanding| {
        found.intents.iter().find(|i| i.id.as_str() == "chat.affirm").map_or(0.0, |i| i.confidence)
    };
    assert_eq!(first(&asked), "chat.affirm");
    assert!(confidence(&asked) > confidence(&alone));
}

#[test]
fn the_same_files_give_the_same_understanding() {
    let (one, other) = (by_words(), by_words());
    for text in ["发货了吗", "退", "好", "今天下雨吗"] {
        let mut found = one.understand(&one.prepare(&read(text)), &[], &Context::default());
        let again = other.understand(&other.prepare(&read(text)), &[], &Context::default());
        found.micros = again.micros;
        assert_eq!(found, again);
    }
}

#[test]
fn nothing_to_learn_from_is_an_error() {
    let nothing = TrainingSet::new(&BTreeMap::new(), str::to_owned);
    assert!(matches!(Nlu::fit(&nothing), Err(NluError::NoExamples)));
}

#[test]
fn evaluation_reports_what_it_promises() {
    use super::eval::{EvalFigures, EvalOptions, LabelledMessage, evaluate};
    let lines: Vec<LabelledMessage> = LINES
        .iter()
        .flat_map(|(id, lines)| {
            lines.iter().map(|text| LabelledMessage { text: (*text).to_owned(), label: (*id).to_owned() })
        })
        .collect();
    let encoder = HashingEncoder::new(64);
    let options = EvalOptions { per_intent: Some(4), seeds: 2, tiers: true };
    let report = evaluate(&lines, &lines, &encoder, read, options).expect("evaluates");
    assert_eq!(report.runs.len(), 2);
    assert_eq!((report.mean.train_lines, report.mean.test_lines), (24, 36));
    for run in &report.runs {
        assert!(run.accuracy <= run.accuracy_forced && run.accuracy > 0.5, "{run:?}");
        assert!(run.oos_recall.is_some() && run.oos_auroc.is_some());
    }
    assert_ne!(report.runs[0], EvalFigures { seed: Some(0), ..report.runs[1].clone() });
}

#[test]
fn an_edit_is_learnt_without_weighing_everything_again() {
    let mut edited = intents();
    edited.entry("store.info".into()).or_default().examples.extend(
        ["几点关门", "营业时间", "几点开门", "周末开门吗"].map(|text| Example { text: text.to_owned() }),
    );
    let by_words = by_words();
    let edited = TrainingSet::new(&edited, str::to_lowercase);
    let nlu = by_words.edited(&edited).expect("has examples").expect("is a small edit");
    for (text, id) in [("请问几点开门呢", "store.info"), ("请问什么时候发货呢", "shipping.when")]
    {
        assert_eq!(first(&nlu.understand(&nlu.prepare(&read(text)), &[], &Context::default())), id);
    }
    let found = nlu.understand(&nlu.prepare(&read("几点关门")), &[], &Context::default());
    assert_eq!((first(&found), found.why.tier), ("store.info", "exact"));
}

#[test]
fn by_heart_an_example_is_understood_and_nothing_else() {
    let nlu = Nlu::by_heart(&TrainingSet::new(&intents(), str::to_lowercase)).expect("knows");
    for (text, known, oos, band) in [
        ("我要退货", true, false, Band::Answer),
        ("写首诗", true, true, Band::Unknown),
        ("我想退货", false, false, Band::Unknown),
        ("", false, false, Band::Unknown),
    ] {
        let utterance = read(text);
        let found = nlu.understand(&nlu.prepare(&utterance), &[], &Context::default());
        assert_eq!((nlu.knows(&utterance), found.oos, found.band), (known, oos, band), "{text}");
    }
}

#[tokio::test]
async fn an_edit_is_learnt_by_vectors_as_well() {
    let encoder = HashingEncoder::new(64);
    let mut set = TrainingSet::new(&intents(), str::to_lowercase);
    set.attach(encoder.encode(&set.texts()).await.expect("encodes"), *encoder.fingerprint());
    let before = Nlu::fit(&set).expect("fits");
    let mut edited = intents();
    let lines = ["尺码怎么选", "我穿多大", "选什么尺码", "尺码偏大吗", "该穿什么码", "what size fits me"];
    edited.entry("size".into()).or_default().examples =
        lines.map(|text| Example { text: text.to_owned() }).to_vec();
    edited.remove(&IntentId::from("chat.greet"));
    let mut set = TrainingSet::new(&edited, str::to_lowercase);
    set.attach(encoder.encode(&set.texts()).await.expect("encodes"), *encoder.fingerprint());
    let nlu = before.edited(&set).expect("has examples").expect("is a small edit");
    for (text, id) in [("尺码一般怎么选", "size"), ("大概什么时候发货", "shipping.when")] {
        let utterance = read(text);
        let vectors = encoder.encode(&nlu.prepare(&utterance).texts).await.expect("encodes");
        let found = nlu.understand(&nlu.prepare(&utterance), &vectors, &Context::default());
        assert_eq!((first(&found), found.why.tier), (id, "head"));
    }
}

#[test]
fn a_large_edit_is_not_learnt_by_the_way() {
    let mut edited = intents();
    let lines = (0..100).map(|i| Example { text: format!("第{i}个问题是什么") });
    edited.entry("new".into()).or_default().examples = lines.collect();
    let set = TrainingSet::new(&edited, str::to_lowercase);
    assert!(by_words().edited(&set).expect("has examples").is_none());
}

#[test]
fn a_counter_example_is_never_what_it_is_said_not_to_be() {
    let mut intents = intents();
    let line = Example { text: "请问什么时候发货呢".to_owned() };
    intents.entry("shipping.when".into()).or_default().not.push(line);
    let nlu = Nlu::fit(&TrainingSet::new(&intents, str::to_lowercase)).expect("fits");
    let found = nlu.understand(&nlu.prepare(&read("请问什么时候发货呢")), &[], &Context::default());
    assert_ne!(first(&found), "shipping.when");
}
