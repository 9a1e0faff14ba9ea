//! JSON text into [`Node`]s. `serde_json` says whether the text is JSON; the walk here only adds the places.

use super::{Entry, Node, Source, Span, Value};
use crate::shop::problem::kinds;

/// The JSON value in `span` of the file; `None` (and a problem) if it is not one.
pub(crate) fn parse(source: &mut Source<'_>, span: Span) -> Option<Node> {
    let text = &source.text()[span.clone()];
    if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
        let line_start = byte_of_line(text, error.line());
        let at = span.start + (line_start + error.column().saturating_sub(1)).min(text.len());
        let sentence = error.to_string();
        let what = sentence.split(" at line ").next().unwrap_or_default();
        source.report(&(at..at), &kinds::SYNTAX, &[what]);
        return None;
    }
    // Every token was just accepted, and nested at most 128 deep, so the walk neither fails nor overflows.
    Some(Walk { text: source.text(), at: span.start }.value())
}

/// The JSON objects of a file with one a line; empty lines are skipped, broken ones noted.
pub(crate) fn parse_lines(source: &mut Source<'_>) -> Vec<Node> {
    let text = source.text();
    let mut start = 0;
    let mut nodes = Vec::new();
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            nodes.extend(parse(source, start..start + line.trim_end().len()));
        }
        start += line.len();
    }
    nodes
}

fn byte_of_line(text: &str, line: usize) -> usize {
    text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum()
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl Walk<'_> {
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(b' ')
    }

    fn skip_space(&mut self) {
        while self.text.as_bytes().get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Node {
        self.skip_space();
        let start = self.at;
        let value = match self.peek() {
            b'{' => self.object(),
            b'[' => self.array(),
            b'"' => Value::Text(self.string()),
            _ => self.word(),
        };
        Node { span: start..self.at, value }
    }

    fn object(&mut self) -> Value {
        let mut entries = Vec::new();
        self.at += 1;
        loop {
            self.skip_space();
            match self.peek() {
                b'}' => break,
                b',' => self.at += 1,
                _ => {
                    let start = self.at;
                    let key = self.string();
                    let key_span = start..self.at;
                    self.skip_space();
                    self.at += 1; // the colon
                    entries.push(Entry { key, key_span, node: self.value() });
                }
            }
        }
        self.at += 1;
        Value::Table(entries)
    }

    fn array(&mut self) -> Value {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            self.skip_space();
            match self.peek() {
                b']' => break,
                b',' => self.at += 1,
                _ => items.push(self.value()),
            }
        }
        self.at += 1;
        Value::List(items)
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while self.peek() != b'"' {
            self.at += if self.peek() == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        serde_json::from_str(&self.text[start..self.at]).unwrap_or_default()
    }

    fn word(&mut self) -> Value {
        let start = self.at;
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}');
        while self.text.as_bytes().get(self.at).is_some_and(|byte| !ends(byte)) {
            self.at += 1;
        }
        match &self.text[start..self.at] {
            "null" => Value::Null,
            "true" => Value::Boolean(true),
            "false" => Value::Boolean(false),
            "-0" => Value::Number("-0".to_owned()),
            number => number.parse().map_or_else(|_| Value::Number(number.to_owned()), Value::Integer),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_read_with_their_places() {
        let mut source = Source::new("a", "{\"a\": [1, \"\\u5e97\\\"\"]}\n\n{\"b\":{}}\n{oops\n{\"c\":1.50}");
        let nodes = parse_lines(&mut source);
        assert_eq!(nodes.len(), 3);
        let list = nodes[0].get("a").expect("a");
        assert_eq!(source.line_column(list.span.start), (1, 7));
        let Value::List(items) = &list.value else { panic!("a list") };
        assert_eq!(items[1].value, Value::Text("店\"".to_owned()));
        assert_eq!(nodes[2].get("c").map(|node| &node.value), Some(&Value::Number("1.50".to_owned())));
        let problems = source.into_problems();
        assert_eq!((problems.len(), problems[0].line, problems[0].column), (1, 4, 2));
    }

    fn back(node: &Node) -> serde_json::Value {
        match &node.value {
            Value::Null => serde_json::Value::Null,
            Value::Boolean(boolean) => (*boolean).into(),
            Value::Integer(number) => (*number).into(),
            Value::Number(number) => serde_json::from_str(number).expect("a number"),
            Value::Text(text) | Value::Time(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(back).collect(),
            Value::Table(entries) => {
                entries.iter().map(|entry| (entry.key.clone(), back(&entry.node))).collect()
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_plain_reader(text in r#"[\[\]{}",:\\ 0-9a-e\.\-店]{0,40}"#) {
            let mut source = Source::new("a", &text);
            let expected = serde_json::from_str::<serde_json::Value>(&text).ok();
            prop_assert_eq!(parse(&mut source, 0..text.len()).as_ref().map(back), expected);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>()) {
            parse_lines(&mut Source::new("a", &text));
        }
    }
}
