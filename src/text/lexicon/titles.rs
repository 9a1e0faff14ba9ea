//! Short names that a title implies: 法式碎花雪纺连衣裙 → 碎花连衣裙, 雪纺连衣裙.
//!
//! A short name is a modifier of the title, or what the title ends with, and the kind of goods. The kind alone
//! is never one: it names no product.

use std::collections::BTreeSet;

use crate::domain::trade::Product;

use super::{super::normalize, super::vocabulary::GOODS, base_dictionary};

/// Short names of a product's titles, folded.
pub(super) fn short_names(product: &Product) -> BTreeSet<String> {
    let aliases = product.aliases.iter().map(|alias| normalize(alias));
    let kinds = product.category.iter().map(|kind| normalize(&kind.zh));
    let known: Vec<String> =
        aliases.chain(kinds).chain(GOODS.iter().map(|kind| (*kind).to_owned())).collect();
    let title = normalize(&product.title.zh);
    let mut names = BTreeSet::from([title.replace(' ', "")]);
    let pieces: Vec<&str> = title.split(|c: char| !(c.is_alphanumeric() || c == '.')).collect();
    for piece in &pieces {
        if is_model(piece) {
            names.insert((*piece).to_owned());
        }
        if let Some(head) = head(piece, &known) {
            with_modifiers(&piece[..piece.len() - head.len()], head, &mut names);
            let marks = pieces.iter().filter(|other| is_model(other) || **other == normalize(&product.brand));
            names.extend(marks.map(|mark| format!("{mark}{head}")));
        }
    }
    if let Some(english) = &product.title.en {
        let normal = normalize(english);
        let words: Vec<&str> = normal.split(' ').collect();
        names.extend((1..words.len().saturating_sub(1)).map(|from| words[from..].join(" ")));
    }
    names
}

/// K87, x1: letters and then digits.
fn is_model(piece: &str) -> bool {
    let rest = piece.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    (3..=12).contains(&piece.len())
        && (1..=5).contains(&(piece.len() - rest.len()))
        && rest.starts_with(|c: char| c.is_ascii_digit())
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The kind of goods that a piece of a title ends with.
fn head<'a>(piece: &'a str, known: &[String]) -> Option<&'a str> {
    let fitting = known.iter().filter(|name| piece.len() > name.len() && piece.ends_with(name.as_str()));
    if let Some(name) = fitting.max_by_key(|name| name.len()) {
        return Some(&piece[piece.len() - name.len()..]);
    }
    let last = base_dictionary().cut(piece, true).last()?.word;
    let is_kind = |name: &String| name.chars().next_back() == last.chars().next_back();
    let fits = last.chars().count() >= 2 && piece.len() > last.len() && known.iter().any(is_kind);
    fits.then_some(&piece[piece.len() - last.len()..])
}

fn with_modifiers(modifiers: &str, head: &str, names: &mut BTreeSet<String>) {
    let cut = base_dictionary().cut(modifiers, true);
    for (at, word) in cut.iter().enumerate() {
        // A single character is the end of a word that was cut: 中长 款.
        if at == 0 || word.word.chars().count() >= 2 {
            names.insert(format!("{}{head}", &modifiers[word.byte_start..]));
        }
        for end in [at + 1, at + 2] {
            let Some(last) = cut.get(end - 1) else { continue };
            let modifier = &modifiers[word.byte_start..last.byte_end];
            let han = modifier.chars().all(|c| c >= '\u{3400}');
            if han && modifier.chars().count() >= 2 {
                names.insert(format!("{modifier}{head}"));
            }
        }
    }
}
