//! Pages, their order, and cursors.

#![allow(clippy::unwrap_used)]

mod common;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{VALID_HEADERS, id, page, request, rows, starting_after};
use data_connectors_sandbox::Sandbox;
use serde_json::json;

#[test]
fn iteration_returns_each_connector_once_in_order() {
    for count in [0, 1, 19, 20, 21, 100, 137] {
        let sandbox = Sandbox::builder().connectors(count).start().unwrap();
        let all: Vec<_> = sandbox.connectors().iter().map(id).collect();
        assert_eq!(all.len(), count);
        for per_page in [1, 20, 50] {
            let mut listed = Vec::new();
            let mut query = format!("per_page={per_page}");
            let mut pages = 0;
            loop {
                let page = page(&sandbox, &query);
                pages += 1;
                listed.extend(page.ids());
                assert_eq!(page.json()["pages"]["per_page"], per_page);
                let Some(cursor) = page.next() else { break };
                query = format!("per_page={per_page}&{}", starting_after(&cursor));
            }
            assert_eq!(listed, all);
            assert_eq!(pages, count.div_ceil(per_page).max(1), "a full last page must have no next cursor");
        }
    }
}

#[test]
fn body_matches_the_api_contract() {
    let sandbox = Sandbox::builder().connectors(3).start().unwrap();
    let response = page(&sandbox, "per_page=2");
    assert_eq!(response.header("content-type"), Some("application/json; charset=utf-8"));
    let expected = json!({
        "type": "list",
        "data": sandbox.connectors()[..2],
        "pages": {"type": "pages", "per_page": 2, "next": {"starting_after": response.next().unwrap()}},
    });
    assert_eq!(String::from_utf8(response.body).unwrap(), expected.to_string());
    let last = page(&sandbox, "").json();
    assert_eq!(last["pages"], json!({"type": "pages", "per_page": 20, "next": null}));
}

#[test]
fn sorts_by_updated_at_then_id_descending() {
    let given = rows(&[
        ("9", "2024-02-10T20:11:55Z"),
        ("10", "2024-02-10T20:11:55Z"),
        ("7", "2024-02-10T20:11:56Z"),
        ("800", "2019-12-31T23:59:59Z"),
        ("5", "2024-02-10T20:11:55.5Z"),
    ]);
    let sandbox = Sandbox::builder().data(given).start().unwrap();
    assert_eq!(page(&sandbox, "").ids(), ["7", "5", "10", "9", "800"]);
    assert_eq!(sandbox.connectors().iter().map(id).collect::<Vec<_>>(), ["7", "5", "10", "9", "800"]);

    let mut query = "per_page=1".to_owned();
    let mut listed = Vec::new();
    while let Some(cursor) = {
        let page = page(&sandbox, &query);
        listed.extend(page.ids());
        page.next()
    } {
        query = format!("per_page=1&{}", starting_after(&cursor));
    }
    assert_eq!(listed, ["7", "5", "10", "9", "800"]);
}

#[test]
fn cursor_has_the_format_of_the_api_contract() {
    let given = rows(&[("12345", "2024-02-10T20:11:55Z"), ("1", "2020-01-01T00:00:00Z")]);
    let sandbox = Sandbox::builder().data(given).start().unwrap();
    let cursor = page(&sandbox, "per_page=1").next().unwrap();
    assert_eq!(BASE64_STANDARD.decode(&cursor).unwrap(), b"[1707595915.0,12345]");
}

#[test]
fn cursor_of_a_missing_row_continues_at_its_position() {
    let given = rows(&[
        ("30", "1970-01-01T00:00:30Z"),
        ("21", "1970-01-01T00:00:20Z"),
        ("20", "1970-01-01T00:00:20Z"),
        ("10", "1970-01-01T00:00:10Z"),
    ]);
    let sandbox = Sandbox::builder().data(given).start().unwrap();
    for (cursor, expected) in [
        ("[99.0,1]", &["30", "21", "20", "10"][..]),
        ("[30.0,31]", &["30", "21", "20", "10"]),
        ("[30.0,30]", &["21", "20", "10"]),
        ("[25.0,1]", &["21", "20", "10"]),
        ("[20.0,21]", &["20", "10"]),
        ("[20.0,5]", &["10"]),
        ("[10.0,10]", &[]),
        ("[-1e300,10]", &[]),
    ] {
        let response = page(&sandbox, &starting_after(&BASE64_STANDARD.encode(cursor)));
        assert_eq!(response.ids(), expected, "{cursor}");
        assert_eq!(response.next(), None);
    }
}

#[test]
fn accepts_cursors_with_and_without_percent_encoding() {
    let sandbox = Sandbox::builder().connectors(60).start().unwrap();
    let cursor = page(&sandbox, "per_page=1").next().unwrap();
    assert!(cursor.ends_with('='), "{cursor}");
    let expected: Vec<_> = sandbox.connectors()[1..21].iter().map(id).collect();
    let encoded = cursor.replace('=', "%3d");
    for query in [
        starting_after(&cursor),
        format!("starting_after={encoded}"),
        format!("starting_after={cursor}"),
        format!("starting%5Fafter={cursor}"),
    ] {
        assert_eq!(page(&sandbox, &query).ids(), expected, "{query}");
    }
}

#[test]
fn decodes_plus_as_space() {
    let sandbox = Sandbox::builder().start().unwrap();
    for (sent, decoded) in [("+2", " 2"), ("%202", " 2"), ("%2B2", "+2"), ("2+", "2 ")] {
        let message = format!("per_page must be an integer from 1 to 50, not \"{decoded}\"");
        let response = page(&sandbox, &format!("per_page={sent}"));
        response.assert_error(400, "parameter_invalid", &message, Some("per_page"));
    }
    assert_eq!(page(&sandbox, "per_page=%32").ids().len(), 2);
}

#[test]
fn ignores_unknown_parameters_and_uses_the_last_repeated_one() {
    let sandbox = Sandbox::builder().start().unwrap();
    assert_eq!(page(&sandbox, "order=asc&page=3&per_page%5B%5D=7&&=").ids().len(), 20);
    assert_eq!(page(&sandbox, "per_page=3&per_page=4").ids().len(), 4);
    assert_eq!(request(&sandbox, "GET", "/data_connectors", VALID_HEADERS).ids().len(), 20);
}

#[test]
fn accepts_per_page_from_1_to_50() {
    let sandbox = Sandbox::builder().start().unwrap();
    for per_page in [1, 2, 20, 49, 50] {
        assert_eq!(page(&sandbox, &format!("per_page={per_page}")).ids().len(), per_page);
    }
}
