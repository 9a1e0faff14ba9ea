//! Feeds `targets::merchant_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| xiaoer_fuzz::targets::merchant_file(data));
