//! For tests and the fuzzer: compares a parsed page with serde_json's result for the same bytes.

use serde_json::Value;

use super::connector::{Connector, HttpMethod, State};
use super::diagnose::diagnose;
use super::field::Field;
use super::list::{MAX_ROWS, find_rows};
use super::packed_rows::PackedFormat;
use super::row_access::RowAccess;
use super::row_scan::IdVisitor;
use super::timestamp::unix_ms;
use super::{BYTE_ORDER_MARK, Page};
use crate::api_error::replace_lone_surrogates;

/// Panics if the page parsed from `body` differs from serde_json's result.
pub(crate) fn check_page(body: &[u8]) {
    let row_access = RowAccess::default();
    check_page_with(body, &row_access);
    row_access.record();
    check_page_with(body, &row_access);
}

fn check_page_with(body: &[u8], row_access: &RowAccess) {
    let page = Page::parse_as(body.to_vec(), MAX_ROWS, row_access);
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let expected = std::str::from_utf8(body).map(diagnose);
    match (page, expected) {
        (Ok(page), Ok(Ok((count, next)))) => {
            assert_eq!((page.count(), page.next()), (count, &next));
            assert_eq!(find_rows(page.json(), &mut IdVisitor::default()), Some(page.rows_summary));
            assert_eq!(page.json().as_bytes(), body);
            check_rows(&page);
            check_json_columns(&page);
            check_separated(&page);
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
    // serde_json's `Value` rejects numbers that are too large, and deep nesting.
    let Ok(list) = serde_json::from_slice::<Value>(&replace_lone_surrogates(page.json().as_bytes())) else { return };
    for (row, expected) in rows.iter().zip(list["data"].as_array().expect("rows")) {
        let json = replace_lone_surrogates(row.json().as_bytes());
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

/// The columns after the fields, as JSON.
fn derived_columns(row: &Connector) -> [(&'static str, Value); 4] {
    let ms = |ms: Option<i64>| ms.filter(|&ms| ms >= 0).into();
    [
        ("created_at_ms", ms(row.created_at_ms())),
        ("updated_at_ms", ms(row.updated_at_ms())),
        ("state_code", row.known_state().map(|state| state as i32).into()),
        ("http_method_code", row.known_http_method().map(|method| method as i32).into()),
    ]
}

fn check_json_columns(page: &Page) {
    let packed = page.packed_rows(PackedFormat::JsonColumns);
    let columns: Value = serde_json::from_slice(&packed).expect("packed rows are valid JSON");
    for (name, column) in columns.as_object().expect("an object") {
        assert_eq!(column.as_array().map(Vec::len), Some(page.count()), "{name}");
    }
    for (index, row) in page.connectors().enumerate() {
        for field in Field::ALL {
            let expected: Value = match field {
                Field::DirectFinUsage => row.direct_fin_usage().into(),
                _ => row.field(field).map(|value| String::from_utf8(value.to_vec()).expect("UTF-8")).into(),
            };
            assert_eq!(columns[field.name()][index], expected, "{} of {}", field.name(), row.json());
        }
        for (name, expected) in derived_columns(&row) {
            assert_eq!(columns[name][index], expected, "{name} of {}", row.json());
        }
        let range = ["json_start", "json_length"].map(|name| columns[name][index].as_u64().expect("a range") as usize);
        assert_eq!(page.json().get(range[0]..range[0] + range[1]), Some(row.json()));
    }
}

fn check_separated(page: &Page) {
    let packed = page.packed_rows(PackedFormat::Separated);
    let mut rows = packed.split(|&byte| byte == 0xFF);
    for row in page.connectors() {
        let mut columns = rows.next().expect("a row").split(|&byte| byte == 0xFE);
        let mut next_column = || columns.next().expect("a column");
        for field in Field::ALL {
            assert_eq!(next_column(), row.field(field).unwrap_or(b"\xFD"), "{} of {}", field.name(), row.json());
        }
        for (name, value) in derived_columns(&row) {
            let expected = if value.is_null() { b"\xFD".to_vec() } else { value.to_string().into_bytes() };
            assert_eq!(next_column(), expected, "{name} of {}", row.json());
        }
        assert_eq!(next_column(), row.json().as_bytes());
        assert_eq!(columns.next(), None);
    }
    assert!(page.count() == 0 || rows.next().is_none());
}
