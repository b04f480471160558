//! Connectors that are given, as values or in a file.

#![allow(clippy::unwrap_used)] // In a test it is one more assertion.

mod common;

use std::io::ErrorKind;
use std::path::PathBuf;

use common::{ask, page, rows};
use data_connectors_sandbox::Sandbox;
use serde_json::{Value, json};

/// A file that is gone at the end of the test.
struct File(PathBuf);

impl File {
    fn new(name: &str, content: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, content).unwrap();
        File(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn fields_are_served_as_they_came() {
    let row = r#"{"zeta":null,"updated_at":"2026-01-20T14:22:15Z","new":{"b":[1,2.5,"é\u0001"],"a":true},"id":"7","name":null}"#;
    for content in [
        format!("[{row}]"),
        format!("{{\"type\":\"list\",\"data\":[{row}],\"pages\":null}}"),
        format!("\n {{\"data\" : [ {row} ]}} \n"),
    ] {
        let file = File::new("as_they_came.json", &content);
        let sandbox = Sandbox::builder().data_file(&file.0).start().unwrap();
        let body = String::from_utf8(page(&sandbox, "").body).unwrap();
        assert!(body.starts_with(&format!("{{\"type\":\"list\",\"data\":[{row}],")), "{body}");
    }
}

#[test]
fn an_answer_of_the_sandbox_can_be_served_again() {
    let first = Sandbox::builder().connectors(30).start().unwrap();
    let body = String::from_utf8(page(&first, "per_page=50").body).unwrap();
    let file = File::new("again.json", &body);
    let again = Sandbox::builder().data_file(&file.0).start().unwrap();
    assert_eq!(again.connectors(), first.connectors());
}

#[test]
fn no_connectors_make_an_empty_list() {
    let sandbox = Sandbox::builder().data(Vec::new()).start().unwrap();
    let expected = json!({"type": "list", "data": [], "pages": {"type": "pages", "per_page": 20, "next": null}});
    assert_eq!(page(&sandbox, "").json(), expected);
}

#[test]
fn the_last_said_source_counts() {
    let sandbox = Sandbox::builder().data_file("/nowhere").data(Vec::new()).connectors(2).start().unwrap();
    assert_eq!(sandbox.connectors().len(), 2);
}

const ID: &str = "a string of digits, at most \"18446744073709551615\"";
const TIME: &str = "a time in UTC such as \"2026-01-20T14:22:15Z\"";

#[test]
fn rows_that_cannot_be_placed_are_named() {
    let good = json!({"id": "1", "updated_at": "2026-01-20T14:22:15Z"});
    let with = |field: &str, value: Value| {
        let mut row = good.clone();
        row[field] = value;
        row
    };
    let long = "9".repeat(25);
    for (row, wrong) in [
        (json!(5), "has to be an object, not a number".to_owned()),
        (json!(null), "has to be an object, not null".to_owned()),
        (json!({"updated_at": "2026-01-20T14:22:15Z"}), format!("id is missing; it has to be {ID}")),
        (json!({"id": "2"}), format!("updated_at is missing; it has to be {TIME}")),
        (with("id", json!(12345)), format!("id has to be {ID}, not a number")),
        (with("id", json!("")), format!("id has to be {ID}, not \"\"")),
        (with("id", json!("+5")), format!("id has to be {ID}, not \"+5\"")),
        (with("id", json!("12a")), format!("id has to be {ID}, not \"12a\"")),
        (with("id", json!(long)), format!("id has to be {ID}, not \"{long}\"")),
        (with("updated_at", json!(null)), format!("updated_at has to be {TIME}, not null")),
        (with("updated_at", json!(1_707_594_715)), format!("updated_at has to be {TIME}, not a number")),
        (good.clone(), "the same id and updated_at as row 0".to_owned()),
    ] {
        let error = Sandbox::builder().data(vec![good.clone(), row.clone()]).start().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert_eq!(error.to_string(), format!("row 1 (the first is 0): {wrong}"));

        let file = File::new("cannot_be_placed.json", &json!([good, row]).to_string());
        let error = Sandbox::builder().data_file(&file.0).start().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert_eq!(error.to_string(), format!("{}: row 1 (the first is 0): {wrong}", file.0.display()));
    }
}

#[test]
fn times_are_rfc_3339_in_utc() {
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
        assert_eq!(error.to_string(), format!("row 0 (the first is 0): updated_at has to be {TIME}, not {time:?}"));
    }
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let error = Sandbox::builder().data_file("/nowhere/at/all.json").start().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().starts_with("/nowhere/at/all.json: cannot be read: "), "{error}");

    let expected = "has to be an array of connectors or {\"type\":\"list\",\"data\":[...]}";
    for (content, wrong) in [
        ("", "not JSON: EOF"),
        ("{\"data\":[", "not JSON: EOF"),
        ("id,name\n1,x\n", "not JSON: expected value at line 1 column 1"),
        ("5", expected),
        ("{}", expected),
        ("{\"data\":{}}", expected),
        ("{\"type\":\"error.list\",\"errors\":[]}", expected),
    ] {
        let file = File::new("cannot_be_read.json", content);
        let error = Sandbox::builder().data_file(&file.0).start().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert!(error.to_string().starts_with(&format!("{}: {wrong}", file.0.display())), "{error}");
    }
}

#[test]
fn ids_may_repeat_at_another_time() {
    let given = rows(&[("1", "2026-01-20T14:22:15Z"), ("1", "2026-01-20T14:22:16Z")]);
    let sandbox = Sandbox::builder().data(given).start().unwrap();
    assert_eq!(page(&sandbox, "").ids(), ["1", "1"]);
    assert_eq!(ask(&sandbox, "GET", "/data_connectors", common::GOOD).ids().len(), 2);
}
