//! What a page tells is what serde_json reads from the same bytes.

use serde_json::Value;

use super::judge::judge;
use super::{BYTE_ORDER_MARK, Page};
use crate::answer::mended;
use crate::connector::time::unix_ms;
use crate::connector::{Connector, HttpMethod, State};

/// Panics where the page that `body` makes differs from what serde_json makes of it.
pub(crate) fn check(body: &[u8]) {
    let page = Page::read(body.to_vec());
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let judged = std::str::from_utf8(body).map(judge);
    match (page, judged) {
        (Ok(page), Ok(Ok(found))) => {
            assert_eq!((page.count(), page.next()), (found.count, &found.next));
            assert_eq!(page.json().as_bytes(), body);
            check_rows(&page);
        }
        (Err(not), Ok(Err(why))) => assert_eq!((not.why, &*not.body), (why, body)),
        (Err(not), Err(_)) => assert!(not.why.contains("UTF-8"), "{}", not.why),
        (page, judged) => panic!("{:?} but {judged:?}", page.map_err(|not| not.why)),
    }
}

fn check_rows(page: &Page) {
    let rows: Vec<Connector> = page.connectors().collect();
    assert_eq!(rows.len(), page.count());
    assert!(page.connector(page.count()).is_none());
    // A number may be too large for serde_json's tree, and what is nested deeply too deep.
    let Ok(list) = serde_json::from_slice::<Value>(&mended(page.json().as_bytes())) else { return };
    for (row, expected) in rows.iter().zip(list["data"].as_array().expect("rows")) {
        let json = mended(row.json().as_bytes());
        assert_eq!(serde_json::from_slice::<Value>(&json).expect("a row's own JSON"), *expected);
        assert_eq!(row.json_nul(), Some(&*[row.json(), "\0"].concat().into_bytes()));
        check_row(row, expected);
    }
}

fn check_row(row: &Connector, expected: &Value) {
    let texts = [
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
    for (name, text) in texts {
        assert_eq!(text, expected.get(name).and_then(Value::as_str), "{name} of {expected}");
    }
    let text = |name: &str| expected.get(name).and_then(Value::as_str);
    let state = text("state").map(|state| match state {
        "draft" => State::Draft,
        "live" => State::Live,
        _ => State::Unknown,
    });
    assert_eq!(row.known_state(), state, "state of {expected}");
    let method = text("http_method").map(|method| match method {
        "get" => HttpMethod::Get,
        "post" => HttpMethod::Post,
        "put" => HttpMethod::Put,
        "delete" => HttpMethod::Delete,
        "patch" => HttpMethod::Patch,
        _ => HttpMethod::Unknown,
    });
    assert_eq!(row.known_http_method(), method, "http_method of {expected}");
    let ms = |name: &str| unix_ms(text(name)?.as_bytes());
    assert_eq!((row.created_at_ms(), row.updated_at_ms()), (ms("created_at"), ms("updated_at")), "times of {expected}");
    let flag = expected.get("direct_fin_usage").and_then(Value::as_bool);
    assert_eq!(row.direct_fin_usage(), flag, "direct_fin_usage of {expected}");
}
