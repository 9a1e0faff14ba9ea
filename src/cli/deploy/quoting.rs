//! How a text stands in each kind of file, so that its reader gets exactly the text back.
//!
//! Control characters stand in none: some readers have no form for them, and nobody means them.

use anyhow::bail;

/// The text, if every kind of file can hold it.
///
/// # Errors
/// A character that is not for print, named with the flag it came by.
pub(super) fn printable<'a>(flag: &str, text: &'a str) -> anyhow::Result<&'a str> {
    // Those beyond ASCII end a line for some readers of YAML, or are no characters at all.
    let refused = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    match text.chars().find(|c| refused(*c)) {
        Some(c) => bail!("{flag} has the character U+{:04X}, which can't stand in the file", u32::from(c)),
        None => Ok(text),
    }
}

/// A word of a unit's command line: no word splitting, no specifier (`%`), no variable (`$`).
pub(super) fn unit_argument(text: &str) -> String {
    unit_path(&text.replace('$', "$$"))
}

/// A word of a unit's list of paths, where variables are not looked for.
pub(super) fn unit_path(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-:=@,+".contains(c);
    let text = text.replace('%', "%%");
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    if !text.is_empty() && text.chars().all(|c| plain(c) || c == '%' || c == '$') {
        text
    } else {
        format!("\"{escaped}\"")
    }
}

/// A scalar of YAML, or a string of JSON.
pub(super) fn scalar(text: &str) -> String {
    serde_json::to_string(text).expect("a text is JSON")
}

/// An argument of a container, where Kubernetes looks for `$(NAME)`.
pub(super) fn container_argument(text: &str) -> String {
    scalar(&text.replace('$', "$$"))
}

/// A word that the builder of images expands: variables, quotes and backslashes have a meaning there.
pub(super) fn image_word(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '$' | '"' | '\'') {
            word.push('\\');
        }
        word.push(c);
    }
    word
}

/// A list in an instruction's form of JSON.
pub(super) fn json_list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(scalar).collect();
    format!("[{}]", words.join(", "))
}

/// A word for a shell, in a comment that people copy from.
pub(super) fn shell(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:=@,+%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
