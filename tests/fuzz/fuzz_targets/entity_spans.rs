//! Feeds `targets::entity_spans`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| xiaoer_fuzz::targets::entity_spans(data));
