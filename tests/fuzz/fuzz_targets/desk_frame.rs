//! Feeds `targets::desk_frame`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| xiaoer_fuzz::targets::desk_frame(data));
