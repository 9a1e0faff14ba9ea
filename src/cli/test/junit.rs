//! The outcome of conversation tests as JUnit XML, the form that build servers read: a suite for each file, a case for
//! each test.

use std::{collections::BTreeMap, io, time::Duration};

use quick_xml::{Writer, events::BytesText};

use super::broken;
use crate::app::rehearsal::{Case, Outcome};

/// The report as one document.
///
/// # Errors
/// None in practice: it is written to memory.
pub(super) fn report(outcome: &Outcome) -> io::Result<String> {
    let mut suites: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in &outcome.tests {
        suites.entry(&case.path).or_default().push(case);
    }
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let total: Duration = outcome.tests.iter().map(|case| case.took).sum();
    let tests = (outcome.passed() + outcome.failed()).to_string();
    writer
        .create_element("testsuites")
        .with_attribute(("tests", tests.as_str()))
        .with_attribute(("failures", outcome.failed().to_string().as_str()))
        .with_attribute(("time", seconds(total).as_str()))
        .write_inner_content(|writer| {
            suites.iter().try_for_each(|(path, cases)| suite(writer, path, cases))?;
            outcome.broken.iter().try_for_each(|shop| broken_suite(writer, shop))
        })?;
    let text = String::from_utf8_lossy(&writer.into_inner()).into_owned();
    Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}"))
}

fn suite(writer: &mut Writer<Vec<u8>>, path: &str, cases: &[&Case]) -> io::Result<()> {
    let failures = cases.iter().filter(|case| case.difference.is_some()).count();
    let took: Duration = cases.iter().map(|case| case.took).sum();
    writer
        .create_element("testsuite")
        .with_attribute(("name", plain(path).as_str()))
        .with_attribute(("tests", cases.len().to_string().as_str()))
        .with_attribute(("failures", failures.to_string().as_str()))
        .with_attribute(("time", seconds(took).as_str()))
        .write_inner_content(|writer| cases.iter().try_for_each(|case| test_case(writer, case)))?;
    Ok(())
}

fn test_case(writer: &mut Writer<Vec<u8>>, case: &Case) -> io::Result<()> {
    let (name, file, line) = (plain(&case.name), plain(&case.path), case.line.to_string());
    let element = writer
        .create_element("testcase")
        .with_attribute(("name", name.as_str()))
        .with_attribute(("classname", case.shop.as_str()))
        .with_attribute(("file", file.as_str()))
        .with_attribute(("line", line.as_str()))
        .with_attribute(("time", seconds(case.took).as_str()));
    match &case.difference {
        None => element.write_empty()?,
        Some(difference) => element.write_inner_content(|writer| failure(writer, difference))?,
    };
    Ok(())
}

/// A shop whose tests can't be held is a suite whose one test failed.
fn broken_suite(writer: &mut Writer<Vec<u8>>, shop: &crate::domain::ShopId) -> io::Result<()> {
    writer
        .create_element("testsuite")
        .with_attribute(("name", shop.as_str()))
        .with_attribute(("tests", "1"))
        .with_attribute(("failures", "1"))
        .write_inner_content(|writer| {
            let case = writer.create_element("testcase").with_attribute(("name", "files"));
            let case = case.with_attribute(("classname", shop.as_str()));
            case.write_inner_content(|writer| failure(writer, &broken(shop)))?;
            Ok(())
        })?;
    Ok(())
}

fn failure(writer: &mut Writer<Vec<u8>>, difference: &str) -> io::Result<()> {
    let last = difference.lines().last().unwrap_or_default().trim_start_matches([' ', '✗']);
    let element = writer.create_element("failure").with_attribute(("message", plain(last).as_str()));
    element.write_text_content(BytesText::new(&plain(difference)))?;
    Ok(())
}

/// XML has no way to write most control characters.
fn plain(text: &str) -> String {
    text.replace(
        |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{fffe}' | '\u{ffff}'),
        "\u{fffd}",
    )
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use quick_xml::{Reader, events::Event};

    use super::*;

    fn case(name: &str, difference: Option<&str>) -> Case {
        Case {
            shop: "demo".into(),
            path: "shops/demo/tests/a.toml".to_owned(),
            line: 3,
            name: name.to_owned(),
            difference: difference.map(str::to_owned),
            took: Duration::from_millis(1234),
        }
    }

    #[test]
    fn every_test_is_a_case_whatever_it_is_called() {
        let tests =
            vec![case("a<b & \"c\" \u{1}]]>", None), case("退货", Some("    > 退\n    ✗ “<好>” expected"))];
        let outcome = Outcome { tests, broken: vec!["other".into()], ..Outcome::default() };
        let xml = report(&outcome).expect("it is written");
        let mut reader = Reader::from_str(&xml);
        let mut seen = Vec::new();
        loop {
            match reader.read_event().expect("it is XML") {
                Event::Start(tag) | Event::Empty(tag) => {
                    let attributes = tag.attributes().map(|it| it.expect("an attribute"));
                    let values = attributes.map(|it| {
                        it.normalized_value(quick_xml::XmlVersion::default()).expect("a value").into_owned()
                    });
                    seen.push((tag.name().as_ref().to_owned(), values.collect::<Vec<_>>()));
                }
                Event::Eof => break,
                _ => {}
            }
        }
        let of = |name: &str| {
            seen.iter().filter(|(tag, _)| tag == name).map(|(_, values)| values.clone()).collect::<Vec<_>>()
        };
        assert_eq!(of("testsuites"), [["3", "2", "2.468"]]);
        assert_eq!(
            of("testsuite"),
            [vec!["shops/demo/tests/a.toml", "2", "1", "2.468"], vec!["other", "1", "1"]]
        );
        let cases = [
            vec!["a<b & \"c\" \u{fffd}]]>", "demo", "shops/demo/tests/a.toml", "3", "1.234"],
            vec!["退货", "demo", "shops/demo/tests/a.toml", "3", "1.234"],
            vec!["files", "other"],
        ];
        assert_eq!(of("testcase"), cases);
        assert_eq!(of("failure")[0], ["“<好>” expected"]);
    }
}
