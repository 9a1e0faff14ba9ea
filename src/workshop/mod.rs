//! The merchant's workshop: files edited as text and by what they mean, tried and compared before they are live.

pub mod compare;
pub mod coverage;
pub mod draft;
pub mod edit;
pub mod folder;
pub mod intake;
pub mod record;
pub mod rehearsal;
