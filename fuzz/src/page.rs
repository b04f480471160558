//! Any bytes as an answer: what a page tells of them is what serde_json reads.

#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| data_connectors::check_page(body));
