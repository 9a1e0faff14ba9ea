//! What another engine reads instead of SQLite's words. The statements keep to what both know; these few things have
//! no words in common:
//!
//! | SQLite | PostgreSQL |
//! |---|---|
//! | `?`, `?2` | `$1`, `$2` |
//! | `(select value from json_each(?))`, a list bound as JSON | `(select json_array_elements_text($1::json))` |
//! | `column ->> '$.name'` of a text that is JSON | `(column::json ->> 'name')` |

use std::{
    collections::HashMap,
    sync::{OnceLock, PoisonError, RwLock},
};

const LIST: &str = "(select value from json_each(";
const FIELD: &str = " ->> '$.";

/// The statement as PostgreSQL reads it; kept, as there are only so many.
pub(super) fn postgres(text: &str) -> String {
    static KNOWN: OnceLock<RwLock<HashMap<String, String>>> = OnceLock::new();
    let known = KNOWN.get_or_init(RwLock::default);
    if let Some(told) = known.read().unwrap_or_else(PoisonError::into_inner).get(text) {
        return told.clone();
    }
    let told = placeholders(&fields(&lists(text)));
    known.write().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned(), told.clone());
    told
}

fn lists(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(LIST) {
        let (before, after) = (&rest[..at], &rest[at + LIST.len()..]);
        let end = after.find("))").expect("a list ends as it begins");
        told.push_str(before);
        told.push_str("(select json_array_elements_text(");
        told.push_str(&after[..end]);
        told.push_str("::json))");
        rest = &after[end + 2..];
    }
    told.push_str(rest);
    told
}

fn fields(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(FIELD) {
        let column =
            rest[..at].rfind(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '.');
        let column = column.map_or(0, |before| before + 1);
        let after = &rest[at + FIELD.len()..];
        let end = after.find('\'').expect("a name ends with its quote");
        told.push_str(&rest[..column]);
        told.push_str(&format!("({}::json ->> '{}')", &rest[column..at], &after[..end]));
        rest = &after[end + 1..];
    }
    told.push_str(rest);
    told
}

/// Outside of quotes, `?` is the next parameter and `?2` the second.
fn placeholders(text: &str) -> String {
    let mut told = String::with_capacity(text.len() + 16);
    let (mut next, mut quoted) = (1, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        quoted ^= letter == '\'';
        if letter != '?' || quoted {
            told.push(letter);
            continue;
        }
        told.push('$');
        if letters.peek().is_some_and(char::is_ascii_digit) {
            while let Some(digit) = letters.next_if(char::is_ascii_digit) {
                told.push(digit);
            }
        } else {
            told.push_str(&next.to_string());
            next += 1;
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::postgres;

    #[test]
    fn statements_are_told_in_postgresqls_words() {
        for (sqlite, expected) in [
            ("select 1 from a where b = ? and c = ?", "select 1 from a where b = $1 and c = $2"),
            ("update a set b = ?2 where c = ?1 and d < ?2", "update a set b = $2 where c = $1 and d < $2"),
            ("select '?' from a where b = ?", "select '?' from a where b = $1"),
            (
                "x in (select value from json_each(?1)) and y = ?2",
                "x in (select json_array_elements_text($1::json)) and y = $2",
            ),
            (
                "select m.trace ->> '$.source' in (select value from json_each(?))",
                "select (m.trace::json ->> 'source') in (select json_array_elements_text($1::json))",
            ),
            ("document ->> '$.ended' is not null", "(document::json ->> 'ended') is not null"),
        ] {
            assert_eq!(postgres(sqlite), expected);
            assert_eq!(postgres(sqlite), expected, "a second time");
        }
    }
}
