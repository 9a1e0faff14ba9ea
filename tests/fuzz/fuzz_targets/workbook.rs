//! Feeds `targets::workbook`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| xiaoer_fuzz::targets::workbook(data));
