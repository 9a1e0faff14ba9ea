//! Feeds `targets::product_feed`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| xiaoer_fuzz::targets::product_feed(data));
