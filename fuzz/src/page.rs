//! Compares the page made from any response body with what serde_json reads, and loads it as a stored snapshot.

#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    data_connectors::check_page(body);
    data_connectors::check_stored_snapshot(body);
});
