//! Feeds `targets::shopper_frame`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| xiaoer_fuzz::targets::shopper_frame(data));
