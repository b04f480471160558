//! Connectors that are created, updated and deleted while the sandbox runs.

#![allow(clippy::unwrap_used)]

mod common;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::{VALID_HEADERS, id, page, request, request_with_body, rows};
use data_connectors_sandbox::{Change, Sandbox, VirtualClock};
use serde_json::{Value, json};

/// 2026-01-20T14:22:15.5Z.
fn clock() -> VirtualClock {
    VirtualClock::new(UNIX_EPOCH + Duration::from_millis(1_768_918_935_500))
}

fn three_rows() -> Vec<Value> {
    rows(&[("7", "2026-01-03T00:00:00Z"), ("5", "2026-01-02T00:00:00Z"), ("9", "2026-01-01T00:00:00Z")])
}

fn sandbox() -> Sandbox {
    Sandbox::builder().data(three_rows()).clock(clock()).start().unwrap()
}

#[test]
fn post_creates_a_draft_at_the_front() {
    let sandbox = sandbox();
    let body =
        r#"{"name":"Orders","description":"d","state":"live","http_method":"put","direct_fin_usage":true,"url":"u"}"#;
    let response = request_with_body(&sandbox, "POST", "/data_connectors", body);
    let expected = json!({
        "type": "data_connector", "id": "10", "name": "Orders", "description": "d", "state": "draft",
        "http_method": "put", "direct_fin_usage": true, "created_by_admin_id": "991266214",
        "updated_by_admin_id": "991266214", "created_at": "2026-01-20T14:22:15Z",
        "updated_at": "2026-01-20T14:22:15Z", "execution_results_url": "/data_connectors/10/execution_results",
    });
    assert_eq!((response.status, response.json()), (201, expected.clone()));
    assert_eq!(page(&sandbox, "").ids(), ["10", "7", "5", "9"]);
    assert_eq!(request(&sandbox, "GET", "/data_connectors/10", VALID_HEADERS).json(), expected);
}

#[test]
fn patch_updates_and_moves_to_the_front() {
    let sandbox = sandbox();
    let response = request_with_body(&sandbox, "PATCH", "/data_connectors/9", r#"{"state":"live"}"#);
    assert_eq!((response.status, &response.json()["state"]), (200, &json!("live")));
    assert_eq!(response.json()["updated_at"], "2026-01-20T14:22:15Z");
    assert_eq!(page(&sandbox, "").ids(), ["9", "7", "5"]);
    assert_eq!(sandbox.connectors()[0]["state"], "live");
}

#[test]
fn delete_removes_drafts_only() {
    let sandbox = sandbox();
    request_with_body(&sandbox, "PATCH", "/data_connectors/5", r#"{"state":"live"}"#);
    let message = "Data connector must be in draft state to be deleted";
    request(&sandbox, "DELETE", "/data_connectors/5", VALID_HEADERS).assert_error(409, "conflict", message, None);
    request_with_body(&sandbox, "PATCH", "/data_connectors/5", r#"{"state":"draft"}"#);
    let response = request(&sandbox, "DELETE", "/data_connectors/5", VALID_HEADERS);
    let expected = json!({"id": "5", "object": "data_connector", "deleted": true});
    assert_eq!((response.status, response.json()), (200, expected));
    assert_eq!(page(&sandbox, "").ids(), ["7", "9"]);
    for method in ["GET", "PATCH", "DELETE"] {
        request_with_body(&sandbox, method, "/data_connectors/5", "{}").assert_error(
            404,
            "data_connector_not_found",
            "Data connector not found",
            None,
        );
    }
}

#[test]
fn rejects_invalid_fields() {
    let sandbox = sandbox();
    for (method, path, body, code, field, message) in [
        ("POST", "/data_connectors", "{}", "parameter_not_found", "name", "Name is required"),
        ("POST", "/data_connectors", r#"{"name":" "}"#, "parameter_not_found", "name", "Name is required"),
        (
            "PATCH",
            "/data_connectors/7",
            r#"{"http_method":"head"}"#,
            "parameter_invalid",
            "http_method",
            "Http Method isn't an option",
        ),
        (
            "PATCH",
            "/data_connectors/7",
            r#"{"state":"on"}"#,
            "parameter_invalid",
            "state",
            "Invalid state. Must be one of: draft, live",
        ),
        ("PATCH", "/data_connectors/7", r#"{"name":1}"#, "parameter_invalid", "name", "Name must be a string"),
        (
            "PATCH",
            "/data_connectors/7",
            r#"{"direct_fin_usage":"no"}"#,
            "parameter_invalid",
            "direct_fin_usage",
            "Direct fin usage must be a boolean",
        ),
    ] {
        request_with_body(&sandbox, method, path, body).assert_error(422, code, message, Some(field));
    }
    let message = "The body must be a JSON object";
    request_with_body(&sandbox, "POST", "/data_connectors", "[]").assert_error(400, "client_error", message, None);
    assert_eq!(sandbox.connectors(), three_rows());
}

#[test]
fn scheduled_changes_precede_their_request() {
    let builder = Sandbox::builder().data(three_rows()).clock(clock());
    let sandbox = builder
        .change_before(2, Change::Update(9))
        .change_before(3, Change::Delete(7))
        .change_before(3, Change::Create)
        .start()
        .unwrap();
    let expected: [&[&str]; 3] = [&["7", "5", "9"], &["9", "7", "5"], &["10", "9", "5"]];
    for ids in expected {
        // Only list requests count.
        request(&sandbox, "GET", "/data_connectors/5", VALID_HEADERS);
        assert_eq!(page(&sandbox, "").ids(), ids);
    }
    let error = Sandbox::builder().data(three_rows()).change_before(2, Change::Update(4)).start().unwrap_err();
    assert_eq!(error.to_string(), "invalid change before request 2: there is no connector 4");
}

#[test]
fn churn_is_repeatable_by_its_seed() {
    let bodies = |seed| {
        let sandbox = Sandbox::builder().connectors(30).clock(clock()).churn(1.5).seed(seed).start().unwrap();
        let bodies: Vec<_> = (0..40).map(|_| page(&sandbox, "per_page=50").json()).collect();
        (bodies, sandbox.connectors())
    };
    let (first, last) = bodies(1);
    assert_eq!((first.clone(), last), bodies(1));
    assert_ne!(first, bodies(2).0);
    let ids = |body: &Value| body["data"].as_array().unwrap().iter().map(id).collect::<std::collections::HashSet<_>>();
    assert!(ids(&first[39]).difference(&ids(&first[0])).count() > 2, "connectors are created");
    assert!(ids(&first[0]).difference(&ids(&first[39])).count() > 1, "connectors are deleted");
}

#[test]
fn random_changes_before_a_request_may_concern_one_connector() {
    for seed in 0..20 {
        let sandbox = Sandbox::builder().connectors(3).clock(clock()).churn(30.0).seed(seed).start().unwrap();
        for _ in 0..5 {
            let mut ids = page(&sandbox, "per_page=50").ids();
            let count = ids.len();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), count, "seed {seed}: an id is listed twice");
        }
    }
}

#[test]
fn changes_are_listed_after_the_lag_in_order() {
    for seed in 0..20 {
        let clock = clock();
        let lag = Duration::from_secs(30);
        let builder = Sandbox::builder().data(three_rows()).clock(clock.clone()).visibility_lag(lag).seed(seed);
        let sandbox = builder.start().unwrap();
        sandbox.change(Change::Update(9));
        let mut states = vec![page(&sandbox, "").ids()];
        clock.advance(Duration::from_secs(1));
        sandbox.change(Change::Delete(9));
        // Requests for one connector see it as it is.
        assert_eq!(request(&sandbox, "GET", "/data_connectors/9", VALID_HEADERS).status, 404);
        for _ in 0..31 {
            states.push(page(&sandbox, "").ids());
            clock.advance(Duration::from_secs(1));
        }
        states.dedup();
        let (moved, deleted) = (vec!["9", "7", "5"], vec!["7", "5"]);
        assert_eq!(states[0], ["7", "5", "9"], "seed {seed}");
        assert_eq!(states[states.len() - 1], deleted, "seed {seed}");
        assert!(states.len() == 2 || states.len() == 3 && states[1] == moved, "seed {seed}: {states:?}");
    }
}

#[test]
fn date_header_has_the_time_of_the_clock() {
    let clock = clock();
    let sandbox = Sandbox::builder().clock(clock.clone()).start().unwrap();
    assert_eq!(page(&sandbox, "").header("date"), Some("Tue, 20 Jan 2026 14:22:15 GMT"));
    clock.advance(Duration::from_secs(86_400));
    assert_eq!(page(&sandbox, "").header("date"), Some("Wed, 21 Jan 2026 14:22:15 GMT"));
    assert_eq!(clock.now(), UNIX_EPOCH + Duration::from_millis(1_768_918_935_500 + 86_400_000));
    let system = Sandbox::builder().start().unwrap();
    assert!(page(&system, "").header("date").is_some() && SystemTime::now() > clock.now());
}
