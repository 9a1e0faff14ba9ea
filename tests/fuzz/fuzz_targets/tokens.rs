//! Feeds `targets::tokens`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| xiaoer_fuzz::targets::tokens(data));
