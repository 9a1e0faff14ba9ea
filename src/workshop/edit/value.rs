//! Values of TOML and of JSON, each as the other.

use serde_json::{Map, Value as Json};
use toml_edit::{Array, ArrayOfTables, Datetime, InlineTable, Item, Table, TableLike, Value};

use super::{EditError, list};

/// The keys of a text in several languages, which is written `answer.zh = "…"`.
const LANGUAGES: [&str; 3] = ["zh", "hant", "en"];

/// What stands first in an entry, in this order: people look for it there.
const FIRST: [&str; 9] = ["id", "word", "name", "title", "kind", "intent", "ask", "answer", "examples"];

pub(super) fn json_of_table(table: &dyn TableLike) -> Json {
    table.iter().map(|(key, item)| (key.to_owned(), json_of_item(item))).collect::<Map<_, _>>().into()
}

fn json_of_item(item: &Item) -> Json {
    match item {
        Item::None => Json::Null,
        Item::Value(value) => json_of(value),
        Item::Table(table) => json_of_table(table),
        Item::ArrayOfTables(entries) => entries.iter().map(|entry| json_of_table(entry)).collect(),
    }
}

/// A value as JSON. TOML's infinities and NaN, which no file of ours holds, are null.
pub(super) fn json_of(value: &Value) -> Json {
    match value {
        Value::String(text) => text.value().as_str().into(),
        Value::Integer(number) => (*number.value()).into(),
        Value::Float(number) => (*number.value()).into(),
        Value::Boolean(truth) => (*truth.value()).into(),
        Value::Datetime(time) => time.value().to_string().into(),
        Value::Array(items) => items.iter().map(json_of).collect(),
        Value::InlineTable(table) => json_of_table(table),
    }
}

/// JSON as a value in its plain look.
pub(super) fn value_of(json: &Json) -> Result<Value, EditError> {
    Ok(match json {
        Json::Null => return Err(EditError::NoForm("null within a list or a table")),
        Json::Bool(truth) => (*truth).into(),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => number.into(),
            (None, Some(number)) if !number.is_infinite() && !number.is_nan() => number.into(),
            _ => return Err(EditError::NoForm("a number of this size")),
        },
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => {
            let mut array = Array::new();
            list::become_items(&mut array, items)?;
            array.into()
        }
        Json::Object(fields) => {
            let mut table = InlineTable::new();
            for (key, field) in fields.iter().filter(|(_, field)| !field.is_null()) {
                table.insert(key, value_of(field)?);
            }
            table.into()
        }
    })
}

/// An empty table: with a header at the root, `key.inner = …` below it.
pub(super) fn new_table(is_root: bool) -> Table {
    let mut table = Table::new();
    table.set_dotted(!is_root);
    table
}

/// Writes a value at a key, or removes what is there. What is the same already is left as it is.
pub(super) fn put(table: &mut dyn TableLike, key: &str, to: &Json, is_root: bool) -> Result<(), EditError> {
    if to.is_null() {
        table.remove(key);
        return Ok(());
    }
    match (table.get_mut(key), to) {
        (Some(item), to) if json_of_item(item) == *to => return Ok(()),
        (Some(Item::Table(inner)), Json::Object(fields)) => return become_fields(inner, fields),
        (Some(Item::Value(Value::InlineTable(inner))), Json::Object(fields)) => {
            return become_fields(inner, fields);
        }
        (Some(Item::Value(Value::Array(items))), Json::Array(wanted)) => {
            return list::become_items(items, wanted);
        }
        (Some(Item::ArrayOfTables(entries)), Json::Array(wanted))
            if !wanted.is_empty() && wanted.iter().all(Json::is_object) =>
        {
            return become_entries(entries, wanted);
        }
        (Some(Item::Value(value)), to) => return replace(value, to),
        _ => {}
    }
    let fresh = match to {
        Json::Object(fields) if is_root || is_localized(fields) => {
            let mut inner = new_table(is_root);
            become_fields(&mut inner, fields)?;
            Item::Table(inner)
        }
        Json::Array(wanted) if is_root && !wanted.is_empty() && wanted.iter().all(Json::is_object) => {
            let mut entries = ArrayOfTables::new();
            become_entries(&mut entries, wanted)?;
            Item::ArrayOfTables(entries)
        }
        to => Item::Value(value_of(to)?),
    };
    table.insert(key, fresh);
    Ok(())
}

fn is_localized(fields: &Map<String, Json>) -> bool {
    !fields.is_empty() && fields.keys().all(|key| LANGUAGES.contains(&key.as_str()))
}

/// Puts another value in the place of one, with the comment behind it.
pub(super) fn replace(value: &mut Value, to: &Json) -> Result<(), EditError> {
    if json_of(value) == *to {
        return Ok(());
    }
    let written = match (&*value, to) {
        (Value::Datetime(_), Json::String(text)) => text.parse::<Datetime>().ok().map(Value::from),
        _ => None,
    };
    let fresh = written.map_or_else(|| value_of(to), Ok)?;
    let decor = value.decor().clone();
    *value = fresh;
    *value.decor_mut() = decor;
    Ok(())
}

/// A table becomes these fields: others go, and those that stay keep their place.
pub(super) fn become_fields(table: &mut dyn TableLike, fields: &Map<String, Json>) -> Result<(), EditError> {
    let gone: Vec<String> = table
        .iter()
        .map(|(key, _)| key.to_owned())
        .filter(|key| fields.get(key).is_none_or(Json::is_null))
        .collect();
    for key in gone {
        table.remove(&key);
    }
    let mut wanted: Vec<(&String, &Json)> = fields.iter().filter(|(_, to)| !to.is_null()).collect();
    wanted.sort_by_key(|(key, _)| FIRST.iter().position(|first| first == key).unwrap_or(FIRST.len()));
    for (key, to) in wanted {
        put(table, key, to, false)?;
    }
    Ok(())
}

fn become_entries(entries: &mut ArrayOfTables, wanted: &[Json]) -> Result<(), EditError> {
    while wanted.len() < entries.len() {
        entries.remove(entries.len() - 1);
    }
    for (index, to) in wanted.iter().enumerate() {
        let Json::Object(fields) = to else { return Err(EditError::NoForm("an entry that is no table")) };
        if index == entries.len() {
            entries.push(Table::new());
        }
        if let Some(entry) = entries.get_mut(index) {
            become_fields(entry, fields)?;
        }
    }
    Ok(())
}
