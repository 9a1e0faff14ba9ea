//! Conversations as data: the shopper's line with its intent, and what is said.

mod answers;
mod anything;
pub(crate) mod builder;
mod changes;
mod evidence;
mod handing_over;
mod listening;
mod recommending;
mod replies;
mod returns;
mod selling;

use builder::{Said, World};

/// Plays lines `(words, intent, keys that must be said, in order and among others)`.
fn play(world: &mut World, lines: &[(&str, &str, &[&str])]) -> Vec<Said> {
    let mut turns = Vec::new();
    for (words, intent, expected) in lines {
        let said = match words.strip_prefix("> ") {
            Some(choice) => world.press(choice),
            None => world.say(words, intent),
        };
        let keys = said.keys();
        let mut rest = keys.iter();
        for key in *expected {
            assert!(
                rest.any(|said| said == key),
                "{words}: expected {expected:?}, said {keys:?}: {}",
                said.text
            );
        }
        assert!(expected.is_empty() || !said.text.contains(['{', '}']), "{words}: {}", said.text);
        turns.push(said);
    }
    turns
}
