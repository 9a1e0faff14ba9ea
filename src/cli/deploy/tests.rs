//! Whatever a flag holds, each format's reader gets exactly that back, or the flag is refused; and no password is printed.
//!
//! The readers here are our own, written from what systemd, Kubernetes and the builder of images document.

use std::iter::Peekable;

use proptest::prelude::*;
use serde_json::Value;

use super::{Server, docker, kubernetes, quoting, systemd};

/// What people call folders, and what they would call them to break something.
fn nasty() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        " ",
        "  ",
        "'",
        "\"",
        "\\",
        "\\\\",
        "%",
        "%h",
        "%%",
        "$",
        "$$",
        "${HOME}",
        "$(reboot)",
        "`id`",
        ";",
        " ; ",
        "#",
        ": ",
        "- ",
        "{}",
        "[",
        "]",
        ",",
        "&",
        "*",
        "!",
        "|",
        ">",
        "<",
        "<<data>>",
        ">>",
        "@",
        "\u{e9}",
        "店",
        "\u{1f600}",
        "\\n",
        "a",
        "-",
    ]);
    prop::collection::vec(nasty, 1..8).prop_map(|parts| format!("/{}", parts.concat()))
}

/// A text of any characters.
fn any_text() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter)
}

/// A unit's words, as systemd reads them: quotes, backslashes, then `%%`; for command lines `$$` too.
fn unit_words(text: &str, variables: bool) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    let (mut words, mut characters) = (Vec::new(), joined.chars().peekable());
    loop {
        while characters.next_if(|c| c.is_whitespace()).is_some() {}
        if characters.peek().is_none() {
            return words;
        }
        let word = doubled(&unit_word(&mut characters), '%');
        words.push(if variables { doubled(&word, '$') } else { word });
    }
}

fn unit_word(characters: &mut Peekable<impl Iterator<Item = char>>) -> String {
    let (mut word, mut quote) = (String::new(), None);
    while let Some(&c) = characters.peek() {
        if quote.is_none() && c.is_whitespace() {
            break;
        }
        characters.next();
        match c {
            '\\' => {
                let escaped = characters.next().expect("a backslash escapes something");
                assert!("\\\"'".contains(escaped), "an escape that is not ours: {escaped}");
                word.push(escaped);
            }
            '"' | '\'' if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(c),
            _ => word.push(c),
        }
    }
    assert_eq!(quote, None, "quotes end");
    word
}

/// A text in which a sign stands for itself when doubled, and for something else when not.
fn doubled(text: &str, sign: char) -> String {
    let twice = format!("{sign}{sign}");
    let parts: Vec<&str> = text.split(&twice).collect();
    assert!(parts.iter().all(|part| !part.contains(sign)), "a lone {sign} in {text}");
    parts.join(&sign.to_string())
}

/// An instruction's words, as the builder expands them.
fn image_word(text: &str) -> String {
    let (mut word, mut characters) = (String::new(), text.chars());
    while let Some(c) = characters.next() {
        assert!(!"$\"'".contains(c), "{c} has a meaning in {text}");
        word.push(if c == '\\' { characters.next().expect("it escapes something") } else { c });
    }
    word
}

/// What Kubernetes makes of an argument: `$$` is `$`, `$(NAME)` a variable.
fn container_argument(text: &str) -> String {
    doubled(text, '$')
}

/// Whether a text is refused: for its characters, or because it leads elsewhere.
fn refused(path: &str) -> bool {
    quoting::printable("", path).is_err() || path.split('/').any(|part| part == "..")
}

fn server(data: &str, intents: &str) -> Server {
    Server { data: Some(data.into()), intents: Some(intents.into()), ..Server::default() }
}

fn value_of<'a>(words: &'a [String], flag: &str) -> &'a str {
    let place = words.iter().position(|word| word == flag).expect("the flag is there");
    &words[place + 1]
}

/// Lines of a unit that set a key, continued ones whole.
fn settings<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    let key = format!("\n{key}=");
    let found = unit.split(key.as_str()).skip(1);
    found
        .map(|rest| {
            let mut end = 0;
            for line in rest.split_inclusive('\n') {
                end += line.len();
                if !line.ends_with("\\\n") {
                    break;
                }
            }
            rest[..end].trim_end_matches('\n')
        })
        .collect()
}

fn json_after(file: &str, instruction: &str) -> Vec<Vec<String>> {
    let lines =
        file.lines().filter_map(|line| line.strip_prefix(instruction)).filter(|rest| rest.starts_with('['));
    lines.map(|list| serde_json::from_str(list).expect("a list of texts")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_printable_text_comes_back(text in any_text()) {
        prop_assume!(quoting::printable("", &text).is_ok());
        prop_assert_eq!(unit_words(&quoting::unit_argument(&text), true), [text.clone()]);
        prop_assert_eq!(unit_words(&quoting::unit_path(&text), false), [text.clone()]);
        let scalar: String = serde_saphyr::from_str(&quoting::scalar(&text)).expect("it is YAML");
        prop_assert_eq!(&scalar, &text);
        let argument: String = serde_json::from_str(&quoting::container_argument(&text)).expect("it is JSON");
        prop_assert_eq!(container_argument(&argument), text.clone());
        prop_assert_eq!(image_word(&quoting::image_word(&text)), text);
    }

    #[test]
    fn what_can_stand_in_no_file_is_refused(before in any_text(), after in any_text(), bad in prop::sample::select(vec!['\n', '\r', '\0', '\t', '\u{7f}', '\u{85}', '\u{2028}', '\u{feff}'])) {
        let path = format!("/{before}{bad}{after}");
        let options = systemd::Options { server: server(&path, "/srv/intents"), binary: "/usr/bin/xiaoer".into(), user: None };
        let error = systemd::file(&options).expect_err("it is refused").to_string();
        prop_assert!(error.contains("--data") && error.lines().count() == 1, "{}", error);
    }

    #[test]
    fn folders_come_back_from_a_unit(data in nasty(), intents in nasty()) {
        prop_assume!(!refused(&data) && !refused(&intents));
        let options = systemd::Options { server: server(&data, &intents), binary: "/usr/bin/xiaoer".into(), user: None };
        let unit = systemd::file(&options).expect("a unit");
        let lines = settings(&unit, "ExecStart");
        prop_assert_eq!(lines.len(), 1);
        let words = unit_words(lines[0], true);
        prop_assert_eq!(&words[..2], ["/usr/bin/xiaoer", "serve"]);
        prop_assert_eq!(value_of(&words, "--data"), &data);
        prop_assert_eq!(value_of(&words, "--intents"), &intents);
        let writable: Vec<String> = settings(&unit, "ReadWritePaths").into_iter().flat_map(|line| unit_words(line, false)).collect();
        prop_assert!(writable.contains(&data) && writable.contains(&intents), "{:?}", writable);
    }

    #[test]
    fn folders_come_back_from_an_image(data in nasty(), intents in nasty()) {
        prop_assume!(!refused(&data) && !refused(&intents));
        let file = docker::file(&docker::Options { server: server(&data, &intents) }).expect("a file");
        let commands = json_after(&file, "CMD ");
        prop_assert_eq!(commands.len(), 1);
        prop_assert_eq!(value_of(&commands[0], "--data"), &data);
        prop_assert_eq!(value_of(&commands[0], "--intents"), &intents);
        let volumes: Vec<String> = json_after(&file, "VOLUME ").concat().iter().map(|word| image_word(word)).collect();
        prop_assert!(volumes.contains(&data), "{:?}", volumes);
        let made: Vec<Vec<String>> = json_after(&file, "RUN ");
        prop_assert!(made.iter().any(|words| words.last() == Some(&data)), "{:?}", made);
    }

    #[test]
    fn folders_come_back_from_kubernetes(data in nasty()) {
        prop_assume!(!refused(&data) && !data.contains(':'));
        let intents = format!("{data}/intents");
        let server = server(&data, &intents);
        let options = kubernetes::Options { server, image: None, replicas: None, host: None };
        let file = kubernetes::file(&options).expect("a file");
        let set: Value = serde_saphyr::from_multiple(&file).expect("YAML").swap_remove(0);
        let container = &set["spec"]["template"]["spec"]["containers"][0];
        let words: Vec<String> = container["args"].as_array().expect("arguments").iter()
            .map(|word| container_argument(word.as_str().expect("a text"))).collect();
        prop_assert_eq!(value_of(&words, "--data"), &data);
        prop_assert_eq!(value_of(&words, "--intents"), &intents);
        prop_assert_eq!(&container["volumeMounts"][0]["mountPath"], &Value::from(data));
    }

    #[test]
    fn a_password_is_printed_nowhere(password in "[ -~]{6,24}", user in "[a-z]{0,5}", scheme in prop::sample::select(vec!["postgres", "postgresql"])) {
        // One that stands in the file anyway, such as `xiaoer`, proves nothing.
        let database = format!("{scheme}://{user}:{password}@db.internal:5432/shop");
        let bus = format!("nats://{user}:{password}@bus.internal:4222");
        let server = Server { database: Some(database), bus: Some(bus), ..Server::default() };
        let unit = systemd::Options { server: server.clone(), binary: "/usr/bin/xiaoer".into(), user: None };
        let image = docker::Options { server: server.clone() };
        let set = kubernetes::Options { server, image: None, replicas: None, host: None };
        for file in [systemd::file(&unit), docker::file(&image), kubernetes::file(&set)] {
            let file = file.expect("a file");
            prop_assert!(file.contains("XIAOER_DATABASE") && file.contains("PASSWORD@"), "{}", file);
            let usual = docker::file(&docker::Options { server: Server::default() }).expect("a file");
            prop_assert!(usual.contains(&password) || !file.contains(&password) , "{}", file);
        }
    }
}
