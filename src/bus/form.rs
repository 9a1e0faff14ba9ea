//! Events and whom they are for, as other nodes read them. Use with `#[serde(with = "form")]`.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Event, Topic};
use crate::{
    domain::{Message, Mode},
    wire::{self, names::Named},
};

#[derive(Serialize, Deserialize)]
struct Form {
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    desk: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shops: Option<bool>,
    event: EventForm,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EventForm {
    Message(String),
    Standing {
        mode: String,
        queue: Option<(u32, u64)>,
        agent: Option<(String, String)>,
    },
    Typing(String),
    Read(String, u64),
    /// `at` in nanoseconds since 1970.
    Note {
        number: u64,
        agent: String,
        text: String,
        at: i64,
    },
    Gone,
    Board,
    Published,
    Lost,
}

/// Who types or reads: one of few words, each of which lives as long as the program.
fn known(from: &str) -> Option<&'static str> {
    ["shopper", "bot", "agent"].into_iter().find(|known| *known == from)
}

pub(super) fn serialize<S: Serializer>(
    (topic, event): &(Topic, Event),
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let (mut conversation, mut desk, mut shops) = (None, None, None);
    match topic {
        Topic::Conversation(id) => conversation = Some(id.to_string()),
        Topic::Desk(id) => desk = Some(id.to_string()),
        Topic::Shops => shops = Some(true),
    }
    let event = match event {
        Event::Message(message) => EventForm::Message(wire::encode(message)),
        Event::Standing { mode, queue, agent } => EventForm::Standing {
            mode: mode.wire_name().to_owned(),
            queue: *queue,
            agent: agent.as_ref().map(|(id, name)| (id.to_string(), name.clone())),
        },
        Event::Typing { from } => EventForm::Typing((*from).to_owned()),
        Event::Read { from, seq } => EventForm::Read((*from).to_owned(), *seq),
        Event::Note { number, agent, text, at } => {
            let at = i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX);
            EventForm::Note { number: *number, agent: agent.clone(), text: text.clone(), at }
        }
        Event::Gone => EventForm::Gone,
        Event::Board => EventForm::Board,
        Event::Published => EventForm::Published,
        Event::Lost => EventForm::Lost,
    };
    Form { conversation, desk, shops, event }.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Topic, Event), D::Error> {
    let form = Form::deserialize(deserializer)?;
    let topic = match (form.conversation, form.desk, form.shops) {
        (Some(id), None, None) => Topic::Conversation(id.into()),
        (None, Some(id), None) => Topic::Desk(id.into()),
        (None, None, Some(true)) => Topic::Shops,
        _ => return Err(D::Error::custom("an event is for one topic")),
    };
    let unknown = || D::Error::custom("an unknown name");
    let event = match form.event {
        EventForm::Message(json) => Event::Message(wire::decode::<Message>(&json).map_err(D::Error::custom)?),
        EventForm::Standing { mode, queue, agent } => Event::Standing {
            mode: Mode::from_wire_name(&mode).ok_or_else(unknown)?,
            queue,
            agent: agent.map(|(id, name)| (id.into(), name)),
        },
        EventForm::Typing(from) => Event::Typing { from: known(&from).ok_or_else(unknown)? },
        EventForm::Read(from, seq) => Event::Read { from: known(&from).ok_or_else(unknown)?, seq },
        EventForm::Note { number, agent, text, at } => {
            let at = Timestamp::from_nanosecond(at.into())
                .expect("64 bits of nanoseconds lie within jiff's range");
            Event::Note { number, agent, text, at }
        }
        EventForm::Gone => Event::Gone,
        EventForm::Board => Event::Board,
        EventForm::Published => Event::Published,
        EventForm::Lost => Event::Lost,
    };
    Ok((topic, event))
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::domain::{Author, Part};

    #[derive(Serialize, Deserialize)]
    struct Sent(#[serde(with = "super")] (Topic, Event));

    #[test]
    fn what_is_sent_is_what_is_heard() {
        let conversation = || Topic::Conversation("c1".into());
        let message = Message {
            seq: 3,
            from: Author::Agent { name: "小林".into() },
            client_id: Some("m1".into()),
            at: jiff::Timestamp::UNIX_EPOCH,
            parts: vec![Part::text("“好的”\u{0}")],
            trace: None,
        };
        let events = [
            (conversation(), Event::Message(message)),
            (conversation(), Event::Typing { from: "agent" }),
            (conversation(), Event::Read { from: "shopper", seq: 7 }),
            (
                conversation(),
                Event::Standing {
                    mode: Mode::Queue,
                    queue: Some((2, 90)),
                    agent: Some(("a1".into(), "小林".to_owned())),
                },
            ),
            (
                conversation(),
                Event::Note {
                    number: 1,
                    agent: "小林".into(),
                    text: "急".into(),
                    at: jiff::Timestamp::UNIX_EPOCH,
                },
            ),
            (conversation(), Event::Gone),
            (Topic::Desk("demo".into()), Event::Board),
            (Topic::Shops, Event::Published),
        ];
        for sent in events {
            let json = serde_json::to_string(&Sent(sent.clone())).unwrap();
            let Sent(heard) = serde_json::from_str(&json).unwrap();
            assert_eq!(heard, sent, "{json}");
        }
    }

    #[test]
    fn what_no_node_says_is_refused() {
        for json in [
            r#"{"event":"board"}"#,
            r#"{"conversation":"a","desk":"b","event":"board"}"#,
            r#"{"conversation":"a","event":{"typing":"somebody"}}"#,
            r#"{"conversation":"a","event":{"message":"{}"}}"#,
            r#"{"conversation":"a","event":{"standing":{"mode":"asleep","queue":null,"agent":null}}}"#,
            r#"{"shops":false,"event":"board"}"#,
        ] {
            assert!(serde_json::from_str::<Sent>(json).is_err(), "{json}");
        }
    }
}
