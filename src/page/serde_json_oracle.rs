//! For tests and the fuzzer: compares a page with what serde_json reads from the same bytes.

use serde_json::Value;

use super::connector::{Connector, HttpMethod, State};
use super::diagnose::diagnose;
use super::field::Field;
use super::timestamp::unix_ms;
use super::{BYTE_ORDER_MARK, Page};
use crate::answer::mended;

/// Panics if the page made from `body` differs from what serde_json reads.
pub(crate) fn check_page(body: &[u8]) {
    let page = Page::parse(body.to_vec());
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let expected = std::str::from_utf8(body).map(diagnose);
    match (page, expected) {
        (Ok(page), Ok(Ok(list))) => {
            assert_eq!((page.count(), page.next()), (list.count, &list.next));
            assert_eq!(page.json().as_bytes(), body);
            check_rows(&page);
        }
        (Err(invalid), Ok(Err(reason))) => assert_eq!((invalid.reason, &*invalid.body), (reason, body)),
        (Err(invalid), Err(_)) => assert!(invalid.reason.contains("UTF-8"), "{}", invalid.reason),
        (page, expected) => panic!("{:?} but {expected:?}", page.map_err(|invalid| invalid.reason)),
    }
}

fn check_rows(page: &Page) {
    let rows: Vec<Connector> = page.connectors().collect();
    assert_eq!(rows.len(), page.count());
    assert!(page.connector(page.count()).is_none());
    // serde_json's tree refuses numbers that are too large, and deep nesting.
    let Ok(list) = serde_json::from_slice::<Value>(&mended(page.json().as_bytes())) else { return };
    for (row, expected) in rows.iter().zip(list["data"].as_array().expect("rows")) {
        let json = mended(row.json().as_bytes());
        assert_eq!(serde_json::from_slice::<Value>(&json).expect("the row's JSON"), *expected);
        assert_eq!(row.json_nul(), Some(&*[row.json(), "\0"].concat().into_bytes()));
        check_row(row, expected);
    }
}

fn check_row(row: &Connector, expected: &Value) {
    for field in Field::ALL {
        let value = expected.get(field.name());
        let value = match field {
            Field::DirectFinUsage => value.and_then(Value::as_bool).map(|value| value.to_string()),
            _ => value.and_then(Value::as_str).map(str::to_owned),
        };
        let value_nul = value.map(|value| value + "\0");
        assert_eq!(row.field_nul(field), value_nul.as_deref().map(str::as_bytes), "{} of {expected}", field.name());
    }
    let string = |name: &str| expected.get(name).and_then(Value::as_str);
    let getters = [
        ("type", row.kind()),
        ("id", row.id()),
        ("name", row.name()),
        ("description", row.description()),
        ("state", row.state()),
        ("http_method", row.http_method()),
        ("created_by_admin_id", row.created_by_admin_id()),
        ("updated_by_admin_id", row.updated_by_admin_id()),
        ("created_at", row.created_at()),
        ("updated_at", row.updated_at()),
        ("execution_results_url", row.execution_results_url()),
    ];
    for (name, value) in getters {
        assert_eq!(value, string(name), "{name} of {expected}");
    }
    let flag = expected.get("direct_fin_usage").and_then(Value::as_bool);
    assert_eq!(row.direct_fin_usage(), flag, "direct_fin_usage of {expected}");
    let state = string("state").map(|state| match state {
        "draft" => State::Draft,
        "live" => State::Live,
        _ => State::Unknown,
    });
    assert_eq!(row.known_state(), state, "state of {expected}");
    let method = string("http_method").map(|method| match method {
        "get" => HttpMethod::Get,
        "post" => HttpMethod::Post,
        "put" => HttpMethod::Put,
        "delete" => HttpMethod::Delete,
        "patch" => HttpMethod::Patch,
        _ => HttpMethod::Unknown,
    });
    assert_eq!(row.known_http_method(), method, "http_method of {expected}");
    let ms = |name: &str| unix_ms(string(name)?.as_bytes());
    assert_eq!((row.created_at_ms(), row.updated_at_ms()), (ms("created_at"), ms("updated_at")), "times of {expected}");
}
