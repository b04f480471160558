//! Pages, their order and the cursors between them.

#![allow(clippy::unwrap_used)] // In a test it is one more assertion.

mod common;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{GOOD, ask, id, page, rows, starting_after};
use data_connectors_sandbox::Sandbox;
use serde_json::json;

#[test]
fn a_walk_gives_each_connector_once_and_in_order() {
    for count in [0, 1, 19, 20, 21, 100, 137] {
        let sandbox = Sandbox::builder().connectors(count).start().unwrap();
        let all: Vec<_> = sandbox.connectors().iter().map(id).collect();
        assert_eq!(all.len(), count);
        for per_page in [1, 20, 50] {
            let mut walked = Vec::new();
            let mut query = format!("per_page={per_page}");
            let mut pages = 0;
            loop {
                let page = page(&sandbox, &query);
                pages += 1;
                walked.extend(page.ids());
                assert_eq!(page.json()["pages"]["per_page"], per_page);
                let Some(cursor) = page.next() else { break };
                query = format!("per_page={per_page}&{}", starting_after(&cursor));
            }
            assert_eq!(walked, all);
            assert_eq!(pages, count.div_ceil(per_page).max(1), "a full last page has no next");
        }
    }
}

#[test]
fn the_body_is_that_of_the_contract() {
    let sandbox = Sandbox::builder().connectors(3).start().unwrap();
    let answer = page(&sandbox, "per_page=2");
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    let expected = json!({
        "type": "list",
        "data": sandbox.connectors()[..2],
        "pages": {"type": "pages", "per_page": 2, "next": {"starting_after": answer.next().unwrap()}},
    });
    assert_eq!(String::from_utf8(answer.body).unwrap(), expected.to_string());
    let last = page(&sandbox, "").json();
    assert_eq!(last["pages"], json!({"type": "pages", "per_page": 20, "next": null}));
}

#[test]
fn the_newest_comes_first_and_of_equals_the_highest_id() {
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
    let mut walked = Vec::new();
    while let Some(cursor) = {
        let page = page(&sandbox, &query);
        walked.extend(page.ids());
        page.next()
    } {
        query = format!("per_page=1&{}", starting_after(&cursor));
    }
    assert_eq!(walked, ["7", "5", "10", "9", "800"]);
}

#[test]
fn a_cursor_has_the_form_of_the_contract() {
    let given = rows(&[("12345", "2024-02-10T20:11:55Z"), ("1", "2020-01-01T00:00:00Z")]);
    let sandbox = Sandbox::builder().data(given).start().unwrap();
    let cursor = page(&sandbox, "per_page=1").next().unwrap();
    assert_eq!(BASE64_STANDARD.decode(&cursor).unwrap(), b"[1707595915.0,12345]");
}

#[test]
fn a_cursor_of_a_place_that_is_gone_goes_on_where_it_was() {
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
        let answer = page(&sandbox, &starting_after(&BASE64_STANDARD.encode(cursor)));
        assert_eq!(answer.ids(), expected, "{cursor}");
        assert_eq!(answer.next(), None);
    }
}

#[test]
fn cursors_can_come_encoded_or_not() {
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
fn a_plus_sign_is_a_space() {
    let sandbox = Sandbox::builder().start().unwrap();
    for (sent, read) in [("+2", " 2"), ("%202", " 2"), ("%2B2", "+2"), ("2+", "2 ")] {
        let message = format!("per_page must be an integer from 1 to 50, not \"{read}\"");
        let answer = page(&sandbox, &format!("per_page={sent}"));
        answer.assert_refusal(400, "parameter_invalid", &message, Some("per_page"));
    }
    assert_eq!(page(&sandbox, "per_page=%32").ids().len(), 2);
}

#[test]
fn unknown_parameters_are_ignored_and_of_repeated_ones_the_last_counts() {
    let sandbox = Sandbox::builder().start().unwrap();
    assert_eq!(page(&sandbox, "order=asc&page=3&per_page%5B%5D=7&&=").ids().len(), 20);
    assert_eq!(page(&sandbox, "per_page=3&per_page=4").ids().len(), 4);
    assert_eq!(ask(&sandbox, "GET", "/data_connectors", GOOD).ids().len(), 20);
}

#[test]
fn page_sizes_go_from_1_to_50() {
    let sandbox = Sandbox::builder().start().unwrap();
    for per_page in [1, 2, 20, 49, 50] {
        assert_eq!(page(&sandbox, &format!("per_page={per_page}")).ids().len(), per_page);
    }
}
