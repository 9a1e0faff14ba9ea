//! Edits of files as a merchant sees them, and of every file that is shipped.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

fn edits(edits: Json) -> Vec<Edit> {
    serde_json::from_value(edits).expect("edits")
}

const SHOP: &str = r#"# 常见问题
version = 1

[[faq]] # 营业时间
id = "store.hours"
ask = ["几点上班", "有人吗"] # 顾客怎么问
answer.zh = "全天" # 要改就改这里
answer.en = "All day"

# 门店
[[faq]]
id = "store.where"
ask = [
  # 直接问的
  "店在哪",
  "地址", # 很短
]
answer.zh = "杭州"
"#;

/// What an edit is, the edit, and the lines of [`SHOP`] that go and come by it.
type Row = (&'static str, Json, &'static [&'static str], &'static [&'static str]);

/// Edits of values that are there.
fn of_values() -> Vec<Row> {
    let faq = |id: &str, key: &str| json!(["faq", {"by": "id", "is": id}, key]);
    let answer = |id: &str, language: &str| json!(["faq", {"by": "id", "is": id}, "answer", language]);
    vec![
        (
            "a text keeps the comment behind it",
            json!([{"at": answer("store.hours", "zh"), "to": "早九点到晚九点"}]),
            &["answer.zh = \"全天\" # 要改就改这里"],
            &["answer.zh = \"早九点到晚九点\" # 要改就改这里"],
        ),
        (
            "a language that was missing comes beside the others",
            json!([{"at": answer("store.where", "en"), "to": "Hangzhou"}]),
            &[],
            &["answer.en = \"Hangzhou\""],
        ),
        ("a language goes", json!([{"at": answer("store.hours", "en")}]), &["answer.en = \"All day\""], &[]),
        (
            "a list on one line stays on one",
            json!([{"at": faq("store.hours", "ask"), "to": ["几点上班", "几点下班", "有人吗"]}]),
            &["ask = [\"几点上班\", \"有人吗\"] # 顾客怎么问"],
            &["ask = [\"几点上班\", \"几点下班\", \"有人吗\"] # 顾客怎么问"],
        ),
        (
            "a list of many lines gets a line, and its comments stay",
            json!([{"at": faq("store.where", "ask"), "to": ["店在哪", "地址", "怎么过去"]}]),
            &[],
            &["  \"怎么过去\","],
        ),
        (
            "one item of a list",
            json!([{"at": ["faq", {"by": "id", "is": "store.where"}, "ask", 0], "to": "店在哪里"}]),
            &["  \"店在哪\","],
            &["  \"店在哪里\","],
        ),
        (
            "a key that was not there",
            json!([{"at": faq("store.where", "intent"), "to": "store.info"}]),
            &[],
            &["intent = \"store.info\""],
        ),
    ]
}

/// Edits that change nothing, and of what was not there.
fn of_what_is_not_there() -> Vec<Row> {
    let faq = |id: &str, key: &str| json!(["faq", {"by": "id", "is": id}, key]);
    let answer = |id: &str, language: &str| json!(["faq", {"by": "id", "is": id}, "answer", language]);
    vec![
        (
            "the same again is no change",
            json!([{"at": answer("store.hours", "zh"), "to": "全天"}, {"at": faq("store.where", "ask"), "to": ["店在哪", "地址"]}]),
            &[],
            &[],
        ),
        (
            "what is not there need not go",
            json!([{"at": faq("nobody", "ask")}, {"at": ["x", "y"]}]),
            &[],
            &[],
        ),
        (
            "an entry that was not there is added at the end",
            json!([{"at": ["faq", {"by": "id", "is": "pets"}], "to": {"id": "pets", "ask": ["能带狗吗"], "answer": {"zh": "可以"}}}]),
            &[],
            &["", "[[faq]]", "id = \"pets\"", "ask = [\"能带狗吗\"]", "answer.zh = \"可以\""],
        ),
        (
            "a whole entry becomes another, and what it keeps stays as it was",
            json!([{"at": ["faq", {"by": "id", "is": "store.where"}], "to": {"id": "store.where", "ask": ["店在哪", "地址"], "answer": {"zh": "上海"}}}]),
            &["answer.zh = \"杭州\""],
            &["answer.zh = \"上海\""],
        ),
        ("a value of the file itself", json!([{"at": ["title"], "to": "问答"}]), &[], &["title = \"问答\""]),
        (
            "a table with a header, and a list in it",
            json!([{"at": ["return.policy", "examples"], "to": ["能退吗"]}]),
            &[],
            &["", "[\"return.policy\"]", "examples = [\"能退吗\"]"],
        ),
    ]
}

#[test]
fn one_value_changes_and_nothing_else() {
    for (what, wanted, gone, come) in of_values().into_iter().chain(of_what_is_not_there()) {
        let after = edit(SHOP, &edits(wanted)).unwrap_or_else(|error| panic!("{what}: {error}"));
        let (gone_is, come_is) = difference(SHOP, &after);
        assert_eq!((gone_is.as_slice(), come_is.as_slice()), (gone, come), "{what}:\n{after}");
    }
}

/// The lines that are in one text alone.
fn difference<'t>(before: &'t str, after: &'t str) -> (Vec<&'t str>, Vec<&'t str>) {
    let mut come: Vec<&str> = after.lines().collect();
    let mut gone = Vec::new();
    for line in before.lines() {
        match come.iter().position(|other| *other == line) {
            Some(at) => drop(come.remove(at)),
            None => gone.push(line),
        }
    }
    (gone, come)
}

#[test]
fn an_entry_goes_and_the_others_stay_as_they_were() {
    let gone =
        edit(SHOP, &edits(json!([{"at": ["faq", {"by": "id", "is": "store.hours"}]}]))).expect("it goes");
    assert_eq!(read(&gone).unwrap()["faq"].as_array().unwrap().len(), 1);
    assert!(gone.contains("# 门店") && gone.contains("  \"地址\", # 很短"), "{gone}");
}

#[test]
fn comments_of_a_list_stay_with_their_items() {
    let list =
        "a = [ # all of them\n  \"x\", # first\n  # above y\n  \"y\",\n  \"z\" # last\n  # the end\n]\n";
    for (to, expected) in [
        (
            json!(["x", "y", "z", "w"]),
            "a = [ # all of them\n  \"x\", # first\n  # above y\n  \"y\",\n  \"z\", # last\n  \"w\",\n  # the end\n]\n",
        ),
        (json!(["z", "x"]), "a = [ # all of them\n  \"z\", # last\n  \"x\", # first\n  # the end\n]\n"),
        (json!(["y"]), "a = [ # all of them\n  # above y\n  \"y\",\n  # the end\n]\n"),
    ] {
        assert_eq!(edit(list, &edits(json!([{"at": ["a"], "to": to}]))).unwrap(), expected);
    }
}

#[test]
fn a_file_begins_with_its_version() {
    let made =
        edit("", &edits(json!([{"at": ["faq", {"by": "id", "is": "a"}, "ask"], "to": ["在吗"]}]))).unwrap();
    assert_eq!(made, "version = 1\n\n[[faq]]\nid = \"a\"\nask = [\"在吗\"]\n");
}

#[test]
fn what_cannot_be_done_is_refused_whole() {
    for (text, wanted, expected) in [
        ("version = ", json!([{"at": ["a"], "to": 1}]), "the file can't be read"),
        ("version = 1", json!([{"at": ["version", "deep"], "to": 1}]), "no place version"),
        ("version = 1", json!([{"at": [], "to": 1}]), "no place /"),
        ("a = [1]", json!([{"at": ["a", 5], "to": 1}]), "no place [5]"),
        ("a = [1]", json!([{"at": ["a"], "to": [null]}]), "null within"),
        ("[[a]]\nid = \"x\"", json!([{"at": ["a", {"by": "id", "is": "x"}], "to": 7}]), "no table"),
    ] {
        let error = edit(text, &edits(wanted)).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

/// A place in a document and what is there.
fn leaves(value: &Json, at: &mut Vec<Json>, found: &mut Vec<(Vec<Json>, Json)>) {
    match value {
        Json::Object(fields) => fields.iter().for_each(|(key, inner)| {
            at.push(json!(key));
            leaves(inner, at, found);
            at.pop();
        }),
        Json::Array(items) => items.iter().enumerate().for_each(|(index, inner)| {
            at.push(json!(index));
            leaves(inner, at, found);
            at.pop();
        }),
        leaf => found.push((at.clone(), leaf.clone())),
    }
}

fn at_place<'v>(value: &'v mut Json, at: &[Json]) -> &'v mut Json {
    at.iter().fold(value, |value, step| match step {
        Json::String(key) => &mut value[key.as_str()],
        step => &mut value[usize::try_from(step.as_u64().expect("an index")).expect("small")],
    })
}

fn comments(text: &str) -> usize {
    text.lines().filter(|line| line.trim_start().starts_with('#')).count()
}

/// Every file that is shipped, at places all over it: the value there changes, no other does, and no comment goes.
#[test]
fn shipped_files_are_edited_without_a_loss() {
    let shipped = crate::shop::Tree::read(std::path::Path::new("intents")).expect("the shipped files");
    let mut tried = 0;
    for (path, text) in shipped.files().filter(|(path, _)| path.ends_with(".toml")) {
        let before = read(text).expect(path);
        let mut found = Vec::new();
        leaves(&before, &mut Vec::new(), &mut found);
        let step = found.len().div_ceil(12).max(1);
        for (at, old) in found.iter().step_by(step) {
            let to = if old.is_string() { json!("换成\n\"别的\"") } else { json!(7) };
            let after = edit(text, &edits(json!([{"at": at, "to": to}]))).expect(path);
            let mut expected = before.clone();
            *at_place(&mut expected, at) = to;
            assert_eq!(read(&after).expect(path), expected, "{path} at {at:?}");
            assert_eq!(comments(&after), comments(text), "{path} at {at:?}");
            let back = edit(&after, &edits(json!([{"at": at, "to": old}]))).expect(path);
            assert_eq!(read(&back).expect(path), before, "{path} at {at:?} and back");
            tried += 1;
        }
    }
    assert!(200 < tried, "{tried}");
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "[ -~店小二\n\t\"'#\\[\\]=]{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            proptest::collection::btree_map("[a-z.店 ]{0,4}", inner, 0..4)
                .prop_map(|fields| fields.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    /// Whatever is written at a key is read there, and what was elsewhere is as it was.
    #[test]
    fn what_is_written_is_read(first in any_json(), second in any_json(), key in "[a-z.店]{1,4}") {
        let at = |place: &str| json!(["faq", {"by": "id", "is": "store.where"}, place]);
        let mut text = SHOP.to_owned();
        for to in [first, second] {
            text = edit(&text, &edits(json!([{"at": [format!("x{key}")], "to": to}, {"at": at(&format!("y{key}")), "to": to}]))).unwrap();
            // An empty table below an entry is not written.
            let (now, nothing) = (read(&text).unwrap(), json!({}));
            prop_assert_eq!(now.get(format!("x{key}")).unwrap_or(&nothing), &to);
            prop_assert_eq!(now["faq"][1].get(format!("y{key}")).unwrap_or(&nothing), &to);
            prop_assert_eq!(&now["faq"][0], &read(SHOP).unwrap()["faq"][0]);
        }
    }

    /// No text and no edit make it panic.
    #[test]
    fn nothing_panics(text in "[a-z\\[\\]=\"'.#,{} \n1]{0,40}", at in proptest::collection::vec(prop_oneof!["[a-z]{1,2}".prop_map(Json::from), (0usize..3).prop_map(Json::from), "[a-z]{1,2}".prop_map(|is| json!({"by": "id", "is": is}))], 0..4), to in prop_oneof![Just(Json::Null), any_json()]) {
        drop(edit(&text, &edits(json!([{"at": at, "to": to}]))));
    }
}
