//! FAQ that was imported, put into the files where it belongs: what the shop has already is changed where it stands, with
//! every comment kept; the rest joins a file of its own.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::edit::{self, Edit, EditError, Step};
use super::folder::{Change, revision};
use crate::domain::ShopId;
use crate::shop::{FAQ_IMPORTED, FaqRow, Tree};

/// What an import would do to the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intake {
    /// The files that change, each with its whole new text.
    pub changes: Vec<Change>,
    /// Questions that are new.
    pub added: usize,
    /// Questions of which something changes.
    pub changed: usize,
    /// Questions that are there as they are.
    pub unchanged: usize,
}

/// A file that questions can't be put into.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {error}")]
pub struct IntakeError {
    /// Which.
    pub path: String,
    /// Why not.
    #[source]
    pub error: EditError,
}

/// Finds a place for each row.
///
/// # Errors
/// A file that is no TOML, or has something else in the place of questions.
pub fn take_in(tree: &Tree, shop: &ShopId, rows: &[FaqRow]) -> Result<Intake, IntakeError> {
    let folder = format!("shops/{shop}/faq/");
    let mut files: Vec<(&str, Vec<Edit>)> = tree.below(&folder).map(|(path, _)| (path, Vec::new())).collect();
    let mut present: HashMap<String, (usize, Json)> = HashMap::new();
    for (file, (_, text)) in tree.below(&folder).enumerate() {
        for entry in entries(text) {
            let Some(id) = entry["id"].as_str().map(str::to_owned) else { continue };
            present.entry(id).or_insert((file, entry));
        }
    }
    let new_file = format!("shops/{shop}/{FAQ_IMPORTED}");
    let mut intake = Intake::default();
    let mut fresh = Vec::new();
    for row in rows {
        match present.get(&row.id) {
            None => fresh.push(added(row)),
            Some((file, entry)) => {
                let edits = changed(row, entry);
                intake.changed += usize::from(!edits.is_empty());
                intake.unchanged += usize::from(edits.is_empty());
                files[*file].1.extend(edits);
            }
        }
    }
    intake.added = fresh.len();
    match files.iter_mut().find(|(path, _)| *path == new_file) {
        Some((_, edits)) => edits.extend(fresh),
        None => files.push((&new_file, fresh)),
    }
    for (path, edits) in files.iter().filter(|(_, edits)| !edits.is_empty()) {
        let before = tree.get(path);
        let failed = |error| IntakeError { path: (*path).to_owned(), error };
        let text = edit::edit(before.unwrap_or_default(), edits).map_err(failed)?;
        intake.changes.push(Change {
            path: (*path).to_owned(),
            text: Some(text),
            base: before.map(revision),
        });
    }
    Ok(intake)
}

/// The questions of a file; of one that can't be read, none.
fn entries(text: &str) -> Vec<Json> {
    match edit::read(text).ok().and_then(|mut file| file.get_mut("faq").map(Json::take)) {
        Some(Json::Array(entries)) => entries,
        _ => Vec::new(),
    }
}

fn way_to(id: &str) -> Vec<Step> {
    vec![Step::Key("faq".to_owned()), Step::Entry { by: "id".to_owned(), is: id.to_owned() }]
}

/// The one edit that adds a question whole.
fn added(row: &FaqRow) -> Edit {
    let mut fields = Map::from_iter([("id".to_owned(), json!(row.id))]);
    for (way, value) in row.stated.iter().filter(|(_, value)| !value.is_null()) {
        match way {
            [key] => drop(fields.insert((*key).to_owned(), value.clone())),
            [key, inner] => {
                let table = fields.entry((*key).to_owned()).or_insert_with(|| json!({}));
                table[*inner] = value.clone();
            }
            _ => {}
        }
    }
    Edit { at: way_to(&row.id), to: fields.into() }
}

/// The edits of whatever a row states otherwise than it is there.
fn changed(row: &FaqRow, entry: &Json) -> Vec<Edit> {
    let differs = |(way, value): &&(&[&str], Json)| {
        let found = way.iter().try_fold(entry, |value, key| value.get(key)).unwrap_or(&Json::Null);
        found != value
    };
    let edit = |(way, value): &(&[&str], Json)| {
        let keys = way.iter().map(|key| Step::Key((*key).to_owned()));
        Edit { at: way_to(&row.id).into_iter().chain(keys).collect(), to: value.clone() }
    };
    row.stated.iter().filter(differs).map(edit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARE: &str = "version = 1\n\n# 保存\n[[faq]]\nid = \"keep\"\nask = [\n  \"怎么存\", # 最常问\n]\nanswer.zh = \"密封\" # 短\nanswer.en = \"Sealed\"\nintent = \"product.use\"\n\n[[faq]]\nid = \"brew\"\nask = [\"怎么泡\"]\nanswer.zh = \"85 度\"\n";

    fn tree(files: &[(&str, &str)]) -> Tree {
        let own = |(path, text): &(&str, &str)| (format!("shops/tea/{path}"), (*text).to_owned());
        Tree::new(files.iter().map(own))
    }

    fn row(id: &str, stated: &[(&'static [&'static str], Json)]) -> FaqRow {
        FaqRow { id: id.to_owned(), stated: stated.to_vec() }
    }

    #[test]
    fn each_row_goes_where_its_question_stands_and_comments_stay() {
        let tree = tree(&[("faq/care.toml", CARE), ("shop.toml", "version = 1\n")]);
        let rows = [
            row(
                "keep",
                &[
                    (&["ask"], json!(["怎么存", "要冷藏吗"])),
                    (&["answer", "zh"], json!("冷藏")),
                    (&["answer", "en"], Json::Null),
                ],
            ),
            row("brew", &[(&["ask"], json!(["怎么泡"])), (&["intent"], Json::Null)]),
            row(
                "new",
                &[
                    (&["ask"], json!(["多少钱"])),
                    (&["answer", "zh"], json!("见商品页")),
                    (&["intent"], Json::Null),
                ],
            ),
        ];
        let intake = take_in(&tree, &"tea".into(), &rows).expect("all find their place");
        assert_eq!((intake.added, intake.changed, intake.unchanged), (1, 1, 1));
        let [care, imported] = &intake.changes[..] else { panic!("two files: {:?}", intake.changes) };
        assert_eq!((care.path.as_str(), &care.base), ("shops/tea/faq/care.toml", &Some(revision(CARE))));
        let expected = CARE
            .replace("  \"怎么存\", # 最常问\n", "  \"怎么存\", # 最常问\n  \"要冷藏吗\",\n")
            .replace("\"密封\" # 短", "\"冷藏\" # 短")
            .replace("answer.en = \"Sealed\"\n", "");
        assert_eq!(care.text.as_deref(), Some(expected.as_str()));
        let expected = "version = 1\n\n[[faq]]\nid = \"new\"\nask = [\"多少钱\"]\nanswer.zh = \"见商品页\"\n";
        assert_eq!((imported.path.as_str(), &imported.base), ("shops/tea/faq/imported.toml", &None));
        assert_eq!(imported.text.as_deref(), Some(expected));
    }

    #[test]
    fn what_is_there_already_changes_nothing_and_a_broken_file_is_named() {
        let tree = tree(&[("faq/care.toml", CARE), ("faq/imported.toml", "version = \n")]);
        let same = row("brew", &[(&["ask"], json!(["怎么泡"])), (&["answer", "zh"], json!("85 度"))]);
        let intake = take_in(&tree, &"tea".into(), &[same]).expect("nothing to do");
        assert_eq!((intake.changes.len(), intake.unchanged), (0, 1));
        let new = row("new", &[(&["ask"], json!(["多少钱"]))]);
        let error = take_in(&tree, &"tea".into(), &[new]).expect_err("the file is broken");
        assert_eq!(error.path, "shops/tea/faq/imported.toml");
    }
}
