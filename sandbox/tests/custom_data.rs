//! Custom connectors, from values or from a file.

#![allow(clippy::unwrap_used)]

mod common;

use std::io::ErrorKind;
use std::path::PathBuf;

use common::{page, request, rows};
use data_connectors_sandbox::Sandbox;
use serde_json::{Value, json};

/// A file that is removed at the end of the test.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str, content: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, content).unwrap();
        TempFile(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn serves_fields_unchanged() {
    let row = r#"{"zeta":null,"updated_at":"2026-01-20T14:22:15Z","new":{"b":[1,2.5,"é\u0001"],"a":true},"id":"7","name":null}"#;
    for content in [
        format!("[{row}]"),
        format!("{{\"type\":\"list\",\"data\":[{row}],\"pages\":null}}"),
        format!("\n {{\"data\" : [ {row} ]}} \n"),
    ] {
        let file = TempFile::new("unchanged_fields.json", &content);
        let sandbox = Sandbox::builder().data_file(&file.0).start().unwrap();
        let body = String::from_utf8(page(&sandbox, "").body).unwrap();
        assert!(body.starts_with(&format!("{{\"type\":\"list\",\"data\":[{row}],")), "{body}");
    }
}

#[test]
fn serves_a_saved_response() {
    let first = Sandbox::builder().connectors(30).start().unwrap();
    let body = String::from_utf8(page(&first, "per_page=50").body).unwrap();
    let file = TempFile::new("saved_response.json", &body);
    let again = Sandbox::builder().data_file(&file.0).start().unwrap();
    assert_eq!(again.connectors(), first.connectors());
}

#[test]
fn no_connectors_give_an_empty_list() {
    let sandbox = Sandbox::builder().data(Vec::new()).start().unwrap();
    let expected = json!({"type": "list", "data": [], "pages": {"type": "pages", "per_page": 20, "next": null}});
    assert_eq!(page(&sandbox, "").json(), expected);
}

#[test]
fn last_source_replaces_earlier_ones() {
    let sandbox = Sandbox::builder().data_file("/nowhere").data(Vec::new()).connectors(2).start().unwrap();
    assert_eq!(sandbox.connectors().len(), 2);
}

const ID: &str = "a string of digits, at most \"18446744073709551615\"";
const TIME: &str = "a time in UTC such as \"2026-01-20T14:22:15Z\"";

#[test]
fn names_the_invalid_row() {
    let good = json!({"id": "1", "updated_at": "2026-01-20T14:22:15Z"});
    let replaced = |field: &str, value: Value| {
        let mut row = good.clone();
        row[field] = value;
        row
    };
    let long = "9".repeat(25);
    for (row, reason) in [
        (json!(5), "expected an object, found a number".to_owned()),
        (json!(null), "expected an object, found null".to_owned()),
        (json!({"updated_at": "2026-01-20T14:22:15Z"}), format!("id is missing: use {ID}")),
        (json!({"id": "2"}), format!("updated_at is missing: use {TIME}")),
        (replaced("id", json!(12345)), format!("id is a number: use {ID}")),
        (replaced("id", json!("")), format!("id is \"\": use {ID}")),
        (replaced("id", json!("+5")), format!("id is \"+5\": use {ID}")),
        (replaced("id", json!("12a")), format!("id is \"12a\": use {ID}")),
        (replaced("id", json!(long)), format!("id is \"{long}\": use {ID}")),
        (replaced("updated_at", json!(null)), format!("updated_at is null: use {TIME}")),
        (replaced("updated_at", json!(1_707_594_715)), format!("updated_at is a number: use {TIME}")),
        (good.clone(), "it has the same id and updated_at as row 0".to_owned()),
    ] {
        let error = Sandbox::builder().data(vec![good.clone(), row.clone()]).start().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert_eq!(error.to_string(), format!("invalid row 1 (counted from 0): {reason}"));

        let file = TempFile::new("invalid_row.json", &json!([good, row]).to_string());
        let error = Sandbox::builder().data_file(&file.0).start().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert_eq!(
            error.to_string(),
            format!("invalid data file {}: invalid row 1 (counted from 0): {reason}", file.0.display())
        );
    }
}

#[test]
fn accepts_only_rfc_3339_times_in_utc() {
    for time in
        ["2026-01-20T14:22:15Z", "2024-02-29T23:59:59Z", "2026-01-20T14:22:15.123456Z", "2026-01-20T14:22:15.500Z"]
    {
        assert!(Sandbox::builder().data(rows(&[("1", time)])).start().is_ok(), "{time}");
    }
    for time in [
        "",
        "yesterday",
        "2026-01-20",
        "2026-01-20T14:22:15",
        "2026-01-20T14:22:15+01:00",
        "2026-01-20T14:22:15+00:00",
        "20260120T142215Z",
        "2026-01-20 14:22:15Z",
        "2026-01-20T14:22Z",
        "2025-02-29T14:22:15Z",
        "2026-01-20T24:00:00Z",
        "2026-01-20T14:22:15Z ",
    ] {
        let error = Sandbox::builder().data(rows(&[("1", time)])).start().unwrap_err();
        assert_eq!(error.to_string(), format!("invalid row 0 (counted from 0): updated_at is {time:?}: use {TIME}"));
    }
}

#[test]
fn names_the_invalid_file() {
    let error = Sandbox::builder().data_file("/nowhere/at/all.json").start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().starts_with("could not read /nowhere/at/all.json ("), "{error}");

    let expected = "use a JSON array of connectors or {\"type\":\"list\",\"data\":[...]}";
    for (content, reason) in [
        ("", "not valid JSON (EOF"),
        ("{\"data\":[", "not valid JSON (EOF"),
        ("id,name\n1,x\n", "not valid JSON (expected value at line 1 column 1)"),
        ("5", expected),
        ("{}", expected),
        ("{\"data\":{}}", expected),
        ("{\"type\":\"error.list\",\"errors\":[]}", expected),
    ] {
        let file = TempFile::new("invalid_file.json", content);
        let error = Sandbox::builder().data_file(&file.0).start().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert!(error.to_string().starts_with(&format!("invalid data file {}: {reason}", file.0.display())), "{error}");
    }
}

#[test]
fn accepts_repeated_ids_with_different_times() {
    let given = rows(&[("1", "2026-01-20T14:22:15Z"), ("1", "2026-01-20T14:22:16Z")]);
    let sandbox = Sandbox::builder().data(given).start().unwrap();
    assert_eq!(page(&sandbox, "").ids(), ["1", "1"]);
    assert_eq!(request(&sandbox, "GET", "/data_connectors", common::VALID_HEADERS).ids().len(), 2);
}
