//! Snapshots: complete even if the list changes, with few requests, storable, comparable.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use data_connectors::{
    CancelToken, Client, Config, ErrorKind, LogLevel, PageRequest, Snapshot, SnapshotOptions, SnapshotState,
};
use data_connectors_sandbox::{Builder, Change, Sandbox};
use serde_json::Value;

mod support;

use support::scripted_server::{ScriptedServer, http_response};

/// A client, and the log lines of its requests.
struct TestClient {
    client: Client,
    requests: Arc<Mutex<usize>>,
}

impl TestClient {
    fn new(base_url: &str) -> Self {
        Self::with_timeout(base_url, Duration::from_secs(60))
    }

    fn with_timeout(base_url: &str, timeout: Duration) -> Self {
        let mut config = Config::new();
        config.set_timeout(timeout).unwrap();
        config.set_access_token("any").unwrap();
        config.set_base_url(base_url).unwrap();
        config.set_max_retries(0).unwrap();
        let requests = Arc::new(Mutex::new(0));
        let counter = Arc::clone(&requests);
        config.set_logger(LogLevel::Debug, move |_, line| {
            *counter.lock().unwrap() += usize::from(line.contains("GET http"));
        });
        Self { client: Client::new(&config).unwrap(), requests }
    }

    /// A snapshot, and the number of its requests.
    fn snapshot(&self, previous: Option<&Snapshot>, options: &SnapshotOptions) -> (Snapshot, usize) {
        let before = *self.requests.lock().unwrap();
        let snapshot = self.client.snapshot(previous, options, None).unwrap();
        (snapshot, *self.requests.lock().unwrap() - before)
    }
}

fn ids(rows: &[Value]) -> Vec<String> {
    let mut ids: Vec<String> = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

fn ids_of(snapshot: &Snapshot) -> Vec<String> {
    let mut ids: Vec<String> = snapshot.page().connectors().map(|row| row.id().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

fn number(id: &str) -> u64 {
    id.parse().unwrap()
}

fn start(builder: Builder) -> (Sandbox, TestClient) {
    let sandbox = builder.start().unwrap();
    let client = TestClient::new(sandbox.base_url());
    (sandbox, client)
}

#[test]
fn contains_a_connector_that_the_pager_misses() {
    let rows = Sandbox::builder().start().unwrap().connectors();
    // On the third page when the second one is requested.
    let moved = rows[120]["id"].as_str().unwrap();
    let builder = || Sandbox::builder().change_before(2, Change::Update(number(moved)));
    for _ in 0..3 {
        let (_sandbox, client) = start(builder());
        let mut pager = client.client.pager(PageRequest::new().per_page(50).unwrap());
        let mut listed = Vec::new();
        while let Some(page) = pager.next_page(None).unwrap() {
            listed.extend(page.connectors().map(|row| row.id().unwrap().to_owned()));
        }
        assert!(listed.len() == 136 && !listed.iter().any(|id| id == moved));

        let (sandbox, client) = start(builder());
        let (snapshot, requests) = client.snapshot(None, &SnapshotOptions::default());
        assert_eq!((snapshot.state(), snapshot.reason(), requests), (SnapshotState::Complete, None, 4));
        let connectors = sandbox.connectors();
        assert_eq!(ids_of(&snapshot), ids(&connectors));
        let first: Value = serde_json::from_str(snapshot.page().connector(0).unwrap().json()).unwrap();
        assert_eq!(first, connectors[0], "newest first, in its current version");
    }
}

#[test]
fn sends_one_request_more_than_there_are_pages() {
    for (connectors, expected) in [(0, 1), (1, 1), (50, 1), (51, 3), (137, 4), (200, 5)] {
        let (_sandbox, client) = start(Sandbox::builder().connectors(connectors));
        let (snapshot, requests) = client.snapshot(None, &SnapshotOptions::default());
        assert_eq!((snapshot.page().count(), requests), (connectors, expected));
        assert_eq!(snapshot.state(), SnapshotState::Complete);
        let (refreshed, requests) = client.snapshot(Some(&snapshot), &SnapshotOptions::default());
        assert_eq!((refreshed.page().count(), requests), (connectors, 1));
        let state = if connectors > 50 { SnapshotState::Refreshed } else { SnapshotState::Complete };
        assert_eq!(refreshed.state(), state);
    }
}

#[test]
fn one_pass_suffices_if_nothing_changes() {
    let (_sandbox, client) = start(Sandbox::builder());
    let options = SnapshotOptions::new().max_passes(1).unwrap();
    let (snapshot, requests) = client.snapshot(None, &options);
    assert_eq!((snapshot.state(), snapshot.reason(), requests), (SnapshotState::Complete, None, 4));
}

#[test]
fn refresh_has_changes_but_no_removals() {
    let (sandbox, client) = start(Sandbox::builder());
    let (older, _) = client.snapshot(None, &SnapshotOptions::default());
    let rows = sandbox.connectors();
    let (updated, deleted) = (rows[100]["id"].as_str().unwrap(), rows[3]["id"].as_str().unwrap());
    sandbox.change(Change::Update(number(updated)));
    sandbox.change(Change::Create);
    sandbox.change(Change::Delete(number(deleted)));
    let (refreshed, requests) = client.snapshot(Some(&older), &SnapshotOptions::default());
    assert_eq!((refreshed.state(), refreshed.page().count(), requests), (SnapshotState::Refreshed, 138, 1));
    let diff: Value = serde_json::from_str(refreshed.diff(&older).unwrap().json()).unwrap();
    assert_eq!((diff["added"].as_array().unwrap().len(), &diff["removed"]), (1, &Value::Null));
    assert_eq!(diff["changed"][0]["id"], updated);
    assert_eq!(diff["changed"][0]["fields"], serde_json::json!(["description", "updated_at"]));
    assert_eq!(diff["changed"][0]["old"], rows[100]);

    let (complete, _) = client.snapshot(None, &SnapshotOptions::default());
    let diff: Value = serde_json::from_str(complete.diff(&older).unwrap().json()).unwrap();
    assert_eq!((diff["removed"].as_array().unwrap().len(), &diff["removed"][0]), (1, &rows[3]));
    assert_eq!(ids_of(&complete), ids(&sandbox.connectors()));
}

#[test]
fn waits_after_a_bulk_edit() {
    let (sandbox, client) = start(Sandbox::builder());
    for row in sandbox.connectors().iter().take(60) {
        sandbox.change(Change::Update(number(row["id"].as_str().unwrap())));
    }
    let options = SnapshotOptions::new().overlap(Duration::from_secs(1)).unwrap();
    let (snapshot, _) = client.snapshot(None, &options);
    assert_eq!((snapshot.state(), ids_of(&snapshot)), (SnapshotState::Complete, ids(&sandbox.connectors())));

    for row in sandbox.connectors().iter().take(60) {
        sandbox.change(Change::Update(number(row["id"].as_str().unwrap())));
    }
    let started = Instant::now();
    let options = SnapshotOptions::new().timeout(Duration::from_secs(20)).unwrap();
    let (snapshot, _) = client.snapshot(None, &options);
    assert_eq!(snapshot.state(), SnapshotState::Incomplete);
    let reason = snapshot.reason().unwrap();
    assert!(reason.contains("had changed within 60 s, and the timeout leaves no time to wait for"), "{reason}");
    assert!(started.elapsed() < Duration::from_secs(15), "it does not wait in vain");
}

#[test]
fn waits_for_longer_than_the_timeout_of_a_request() {
    let sandbox = Sandbox::builder().start().unwrap();
    for row in sandbox.connectors().iter().take(60) {
        sandbox.change(Change::Update(number(row["id"].as_str().unwrap())));
    }
    let client = TestClient::with_timeout(sandbox.base_url(), Duration::from_millis(500));
    let options = SnapshotOptions::new().overlap(Duration::from_secs(1)).unwrap();
    let (snapshot, _) = client.snapshot(None, &options);
    assert_eq!((snapshot.state(), snapshot.reason()), (SnapshotState::Complete, None));
}

#[test]
fn continues_an_incomplete_snapshot() {
    let (sandbox, client) = start(Sandbox::builder().connectors(500));
    for row in sandbox.connectors().iter().take(60) {
        sandbox.change(Change::Update(number(row["id"].as_str().unwrap())));
    }
    let options = SnapshotOptions::new().overlap(Duration::from_secs(2)).unwrap();
    let short_timeout = options.timeout(Duration::from_secs(2)).unwrap();
    let (incomplete, requests) = client.snapshot(None, &short_timeout);
    assert_eq!((incomplete.state(), requests), (SnapshotState::Incomplete, 10), "{:?}", incomplete.reason());
    let (snapshot, requests) = client.snapshot(Some(&incomplete), &options);
    assert_eq!((snapshot.state(), ids_of(&snapshot)), (SnapshotState::Refreshed, ids(&sandbox.connectors())));
    assert!(requests < 10, "it reads the changes only: {requests} requests");

    // Nothing to continue from: no pass was made.
    let page = r#"{"data":[],"snapshot":{"version":1,"state":"incomplete","as_of_ms":null,"base_url":"URL"}}"#;
    let stored = page.replace("URL", sandbox.base_url());
    let unfinished = Snapshot::load(stored.into_bytes()).unwrap();
    let (snapshot, requests) = client.snapshot(Some(&unfinished), &options);
    assert_eq!((snapshot.state(), requests), (SnapshotState::Complete, 11));
}

#[test]
fn continues_after_failures() {
    let (sandbox, client) = start(Sandbox::builder().connectors(400).fault_percent(25));
    let mut snapshot = None;
    // The fourth request fails, then every fourth one.
    for _ in 0..4 {
        snapshot = client.client.snapshot(None, &SnapshotOptions::default(), None).ok().or(snapshot);
    }
    let snapshot = snapshot.expect("only a first request fails");
    assert_eq!((snapshot.state(), ids_of(&snapshot)), (SnapshotState::Complete, ids(&sandbox.connectors())));
}

#[test]
fn says_why_it_is_incomplete() {
    let head = |date: &str| format!("HTTP/1.1 200 OK\r\n{date}Content-Type: application/json\r\n");
    let page = |rows: &str, next: &str, date: &str| {
        let body = format!(r#"{{"data":[{rows}],"pages":{{"next":{next}}}}}"#);
        format!("{}Content-Length: {}\r\n\r\n{body}", head(date), body.len()).into_bytes()
    };
    let date = "Date: Tue, 20 Jan 2026 14:22:15 GMT\r\n";
    let row = r#"{"id":"1","updated_at":"2026-01-01T00:00:00Z"}"#;
    let next = r#"{"starting_after":"a"}"#;
    for (first, second, reason) in [
        (page(row, next, ""), page("", "null", ""), "no valid Date header"),
        (page(r#"{"name":"x"}"#, next, date), page("", "null", date), "a connector has no id"),
        (page(&format!("{row},{row}"), next, date), page("", "null", date), "connector 1 is twice on a page"),
        (page(r#"{"id":"1"}"#, "null", date), Vec::new(), "updated_at of connector 1 is missing or not a time"),
        (page(row, r#""https://host/data_connectors?page=2""#, date), Vec::new(), "without a usable cursor"),
        (page(row, next, date), http_response("403 Forbidden", &[], ""), "a request failed: HTTP 403"),
    ] {
        let server = ScriptedServer::start(vec![first, second]);
        let snapshot = TestClient::new(server.base_url()).client.snapshot(None, &SnapshotOptions::default(), None);
        let snapshot = snapshot.unwrap();
        assert_eq!(snapshot.state(), SnapshotState::Incomplete, "{reason}");
        assert!(snapshot.reason().unwrap().contains(reason), "{reason}: {:?}", snapshot.reason());
        assert!(snapshot.page().count() > 0, "the rows that were read are kept: {reason}");
        let loaded = Snapshot::load(snapshot.json().as_bytes().to_vec()).unwrap();
        assert_eq!(loaded.reason(), snapshot.reason());
    }
}

#[test]
fn timeout_of_the_snapshot_is_named() {
    let options = |ms| SnapshotOptions::new().timeout(Duration::from_millis(ms)).unwrap();
    let (_sandbox, client) = start(Sandbox::builder().latency(Duration::from_secs(5)));
    let error = client.client.snapshot(None, &options(30), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.message(), "snapshot timed out after 30 ms: increase its timeout");

    let (_sandbox, client) = start(Sandbox::builder().connectors(10_000).latency(Duration::from_millis(50)));
    let (snapshot, _) = client.snapshot(None, &options(1_000));
    assert_eq!(snapshot.reason(), Some("snapshot timed out after 1000 ms: increase its timeout"));
}

#[test]
fn first_failure_and_cancellation_are_errors() {
    let (sandbox, client) = start(Sandbox::builder().token("other"));
    let error = client.client.snapshot(None, &SnapshotOptions::default(), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    drop(sandbox);
    let (_sandbox, client) = start(Sandbox::builder());
    let cancel = CancelToken::new().unwrap();
    cancel.cancel();
    let error = client.client.snapshot(None, &SnapshotOptions::default(), Some(&cancel)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    let options = SnapshotOptions::new;
    for (result, expected) in [
        (options().max_passes(0), "invalid max_passes 0: use 1 to 1000"),
        (options().timeout(Duration::ZERO), "invalid timeout 0 ms"),
        (options().overlap(Duration::from_secs(3601)), "use 0 to 3600000"),
    ] {
        let error = result.unwrap_err();
        assert!(error.kind() == ErrorKind::InvalidArgument && error.message().contains(expected), "{error}");
    }
}

#[test]
fn stored_form_has_the_rows_as_the_service_sent_them() {
    let (sandbox, client) = start(Sandbox::builder().connectors(60));
    let (snapshot, _) = client.snapshot(None, &SnapshotOptions::default());
    let loaded = Snapshot::load(snapshot.json().as_bytes().to_vec()).unwrap();
    assert_eq!(loaded.json(), snapshot.json());
    assert_eq!((loaded.state(), loaded.as_of_ms()), (SnapshotState::Complete, snapshot.as_of_ms()));
    assert!(loaded.as_of_ms().is_some());
    for row in sandbox.connectors() {
        assert!(snapshot.json().contains(&row.to_string()), "{row}");
    }
    let (_, requests) = client.snapshot(Some(&loaded), &SnapshotOptions::default());
    assert_eq!(requests, 1);

    let other = TestClient::new(Sandbox::builder().start().unwrap().base_url());
    let error = other.client.snapshot(Some(&loaded), &SnapshotOptions::default(), None).unwrap_err();
    assert!(error.message().contains("is from another base URL"), "{error}");
}

/// A stored snapshot of `https://host`.
fn stored(rows: &str, state: &str, as_of_ms: &str) -> String {
    let member = format!(r#"{{"version":1,"state":"{state}","as_of_ms":{as_of_ms},"base_url":"https://host"}}"#);
    format!(r#"{{"data":[{rows}],"snapshot":{member}}}"#)
}

fn load(json: &str) -> Snapshot {
    Snapshot::load(json.as_bytes().to_vec()).unwrap()
}

#[test]
fn unknown_members_of_the_stored_form_are_ignored() {
    let json = stored(r#"{"id":"1"}"#, "complete", "1").replace(r#""version""#, r#""z":1e400,"y":"\ud800","version""#);
    assert_eq!(load(&json).as_of_ms(), Some(1));
}

#[test]
fn stored_reason_is_safe_to_print() {
    let json = stored("", "incomplete", "1").replace(r#""version""#, r#""reason":"a\n\u001b[31mb","version""#);
    assert_eq!(load(&json).reason(), Some("a  [31mb"));
}

#[test]
fn only_a_newer_complete_snapshot_shows_removals() {
    let (one, two) = (r#"{"id":"1"}"#, r#"{"id":"2"},{"id":"1"}"#);
    let removed = |newer: &str, older: &str| {
        let diff: Value = serde_json::from_str(load(newer).diff(&load(older)).unwrap().json()).unwrap();
        diff["removed"].as_array().map(Vec::len)
    };
    let older = stored(two, "complete", "2000");
    assert_eq!(removed(&stored(one, "complete", "2000"), &older), Some(1));
    assert_eq!(removed(&stored(one, "complete", "1000"), &older), None, "it is the older one");
    assert_eq!(removed(&stored(one, "refreshed", "3000"), &older), None);
    assert_eq!(removed(&stored(one, "incomplete", "3000"), &older), None);
}

#[test]
fn rejects_what_is_not_a_stored_snapshot() {
    for (json, reason) in [
        ("", "it is empty: take a new snapshot"),
        ("all.json", "it is not JSON: pass the contents of a stored snapshot, not its path"),
        (" []", "it is a JSON array"),
        (r#"{"data":[{"id":"#, "EOF"),
        (r#"{"data":[]}"#, "\"snapshot\" is missing: pass the JSON of a snapshot, not that of a page"),
        (r#"{"data":[],"snapshot":{}}"#, "\"version\" is missing"),
        (r#"{"data":[],"snapshot":{"version":2}}"#, "version 2 is not supported, only 1"),
        (r#"{"data":[],"snapshot":{"version":1,"state":"done"}}"#, "\"state\" is not complete"),
        (r#"{"data":[],"snapshot":{"version":1,"state":"complete"}}"#, "\"base_url\" is missing"),
        (r#"{"snapshot":{"version":1}}"#, "\"data\" is missing"),
        (r#"{"data":[],"snapshot":{"version":"1"}}"#, "version \"1\" is not supported"),
        (r#"{"data":[],"snapshot":{"version":99999999999999999999}}"#, "version 99999999999999999999 is not"),
        (&stored("{}", "complete", "-7"), "\"as_of_ms\" is neither null nor a time"),
        (&stored("{}", "complete", "-9223372036854775808"), "\"as_of_ms\" is neither null nor a time"),
        (&stored("{}", "incomplete", "253402300800000"), "\"as_of_ms\" is neither null nor a time"),
        (&stored("{}", "complete", "\"1\""), "\"as_of_ms\" is neither null nor a time"),
        (&stored(r#"{"name":"x"}"#, "complete", "1"), "a connector has no id"),
        (&stored("5", "refreshed", "1"), "a connector has no id"),
        (&stored("5", "incomplete", "1"), "a connector has no id"),
        (&stored(r#"{"id":"7"},{"id":"7"}"#, "refreshed", "1"), "connector 7 is in it twice"),
        (&stored("", "complete", "1").replace(r#""data""#, r#""pages":{"next":"x"},"data""#), "it has a next page"),
    ] {
        let error = Snapshot::load(json.as_bytes().to_vec()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().starts_with("stored snapshot is invalid: "), "{error}");
        assert!(error.message().contains(reason), "{json}: {error}");
    }
}
