//! Feeds `targets::table`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| xiaoer_fuzz::targets::table(data));
