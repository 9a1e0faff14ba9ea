//! Lists in brackets: what stays keeps its comments, what is new looks like the others.

use serde_json::Value as Json;
use toml_edit::{Array, RawString, Value};

use super::{
    EditError, Step,
    place::no_place,
    value::{json_of, replace, value_of},
};

/// A new list of more items, or of more characters, has a line for each item.
const ON_ONE_LINE: usize = 8;
const CHARACTERS_ON_ONE_LINE: usize = 160;
const INDENT: &str = "\n  ";

/// The place of an entry.
pub(super) fn place_of(items: &Array, step: &Step) -> Option<usize> {
    match step {
        Step::Index(index) => (*index < items.len()).then_some(*index),
        Step::Entry { by, is } => items.iter().position(|item| {
            let field = item.as_inline_table().and_then(|table| table.get(by));
            field.and_then(Value::as_str) == Some(is.as_str())
        }),
        Step::Key(_) => None,
    }
}

/// Writes an item, or removes it; one after the last is added.
pub(super) fn put(items: &mut Array, step: &Step, to: &Json) -> Result<(), EditError> {
    let mut wanted: Vec<Json> = items.iter().map(json_of).collect();
    match (place_of(items, step), step) {
        (Some(index), _) if to.is_null() => {
            wanted.remove(index);
        }
        (Some(index), _) => {
            let item = items.get_mut(index).ok_or_else(|| no_place(step))?;
            return replace(item, to);
        }
        (None, Step::Index(index)) if *index == items.len() && !to.is_null() => wanted.push(to.clone()),
        (None, Step::Entry { .. }) if to.is_object() => wanted.push(to.clone()),
        _ => return Err(no_place(step)),
    }
    become_items(items, &wanted)
}

/// The list becomes these items, in this order.
pub(super) fn become_items(items: &mut Array, wanted: &[Json]) -> Result<(), EditError> {
    let by_lines = if items.is_empty() {
        let fresh: Vec<Value> = wanted.iter().map(value_of).collect::<Result<_, _>>()?;
        let characters: usize = fresh.iter().map(|item| item.to_string().chars().count() + 2).sum();
        ON_ONE_LINE < wanted.len() || CHARACTERS_ON_ONE_LINE < characters
    } else {
        items.iter().any(|item| prefix(item).contains('\n')) || trailing(items).contains('\n')
    };
    let indent = items.iter().map(prefix).find_map(last_line).unwrap_or_else(|| INDENT.to_owned());
    let (opening, mut old, end) = taken_apart(items);
    items.clear();
    // What stands on the line of the item before, behind its comma.
    let mut behind = opening;
    for (index, to) in wanted.iter().enumerate() {
        let same =
            old.iter_mut().find(|known| known.as_ref().is_some_and(|known| json_of(&known.item) == *to));
        let known = same.and_then(Option::take);
        let mut item = match &known {
            Some(known) => known.item.clone(),
            None => value_of(to)?,
        };
        let line = known.as_ref().map(|known| known.above.as_str()).filter(|above| above.contains('\n'));
        let before = match (by_lines, index) {
            (true, _) => format!("{behind}{}", line.unwrap_or(&indent)),
            (false, 0) => String::new(),
            (false, _) => " ".to_owned(),
        };
        item.decor_mut().set_prefix(before);
        item.decor_mut().set_suffix("");
        items.push_formatted(item);
        behind = known.map(|known| known.behind).unwrap_or_default();
    }
    if by_lines && !wanted.is_empty() {
        items.set_trailing_comma(true);
        let end = if end.contains('\n') { end } else { "\n".to_owned() };
        items.set_trailing(format!("{behind}{end}"));
    } else if !by_lines {
        items.set_trailing_comma(false);
        items.set_trailing("");
    }
    Ok(())
}

/// An item with the comments that are its own.
struct Known {
    item: Value,
    /// The lines above it, and its indent.
    above: String,
    /// What stands behind it on its line.
    behind: String,
}

/// What stands behind the opening bracket, the items, and what comes after the last line's end. The parser keeps a
/// comment behind an item's comma with the item after it.
fn taken_apart(items: &Array) -> (String, Vec<Option<Known>>, String) {
    let apart = |text: String| match text.find('\n') {
        Some(at) => (text[..at].to_owned(), text[at..].to_owned()),
        None => (String::new(), text),
    };
    let (mut known, mut opening, mut pending): (Vec<Known>, _, _) =
        (Vec::new(), String::new(), String::new());
    for item in items {
        let (behind, above) = apart(format!("{pending}{}", prefix(item)));
        *known.last_mut().map_or(&mut opening, |before| &mut before.behind) = behind;
        pending = item.decor().suffix().and_then(RawString::as_str).unwrap_or_default().to_owned();
        known.push(Known { item: item.clone(), above, behind: String::new() });
    }
    let (behind, end) = apart(format!("{pending}{}", trailing(items)));
    *known.last_mut().map_or(&mut opening, |last| &mut last.behind) = behind;
    (opening, known.into_iter().map(Some).collect(), end)
}

fn prefix(item: &Value) -> &str {
    item.decor().prefix().and_then(RawString::as_str).unwrap_or_default()
}

fn trailing(items: &Array) -> &str {
    items.trailing().as_str().unwrap_or_default()
}

/// The last line's indent, with the line's end before it; a comment on the line before is the item's own.
fn last_line(prefix: &str) -> Option<String> {
    prefix.rfind('\n').map(|at| prefix[at..].to_owned())
}
