//! TOML text into [`Node`]s, with every mistake of syntax noted and the rest of the file still read.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Entry, Node, Source, Value};

/// The file's root table; where syntax is broken, as much as could be made out.
pub(in crate::shop) fn parse(source: &mut Source<'_>) -> Node {
    let text = source.text();
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut errors: Vec<_> =
        errors.iter().map(|error| (error.span().unwrap_or(0..0).start, error.message())).collect();
    errors.sort_unstable();
    for (at, message) in errors {
        source.report_syntax(at, message);
    }
    Node { span: 0..0, value: table(root.get_ref()) }
}

fn table(table: &DeTable<'_>) -> Value {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry { key: key.get_ref().to_string(), key_span: key.span(), node: node(value) })
        .collect();
    entries.sort_by_key(|entry| entry.key_span.start);
    Value::Table(entries)
}

fn node(value: &Spanned<DeValue<'_>>) -> Node {
    let converted = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Number(number.as_str().to_owned()),
        },
        DeValue::Float(number) => Value::Number(number.as_str().to_owned()),
        DeValue::Boolean(boolean) => Value::Boolean(*boolean),
        DeValue::Datetime(time) => Value::Time(time.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(node).collect()),
        DeValue::Table(inner) => table(inner),
    };
    Node { span: value.span(), value: converted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_order_and_place() {
        let mut source = Source::new("a.toml", "b = 1\n[\"x.y\"]\na = \"店\"\nlist = [true, 1.50]\n");
        let root = parse(&mut source);
        let Value::Table(entries) = &root.value else { panic!("a table") };
        assert_eq!(entries.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), ["b", "x.y"]);
        let list = root.get("x.y").and_then(|node| node.get("list")).expect("the list");
        assert_eq!(source.line_column(list.span.start), (4, 8));
        let Value::List(items) = &list.value else { panic!("a list") };
        assert_eq!(items[1].value, Value::Number("1.50".to_owned()));
        assert!(source.into_problems().is_empty());
    }

    #[test]
    fn broken_syntax_is_reported_where_it_stands_and_the_rest_is_read() {
        let mut source = Source::new("a.toml", "a = \nb = 2\nc = 3\nd = [1,\n");
        let root = parse(&mut source);
        assert!(root.get("b").is_some());
        let places: Vec<_> = source.into_problems().into_iter().map(|problem| problem.line).collect();
        assert!(places.len() >= 2 && places[0] == 1, "{places:?}");
    }
}
