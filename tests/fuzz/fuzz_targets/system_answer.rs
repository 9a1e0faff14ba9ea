//! Feeds `targets::system_answer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| xiaoer_fuzz::targets::system_answer(data));
