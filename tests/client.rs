//! The client and the pager of the Rust API: requests, retries, errors, pagination.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::io::Write;
use std::net::TcpListener;
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use data_connectors::{Client, Config, ErrorKind, LogLevel, PageRequest};
use data_connectors_sandbox::Sandbox;
use support::scripted_server::{ScriptedServer, http_response, json_response};

const TOKEN: &str = "canary-7d1f";

fn config(base_url: &str) -> Config {
    let mut config = Config::new();
    config.set_access_token(TOKEN).unwrap().set_base_url(base_url).unwrap();
    config
}

fn client(base_url: &str) -> Client {
    Client::new(&config(base_url)).unwrap()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn page_with(next: &str) -> Vec<u8> {
    json_response("200 OK", &format!(r#"{{"data":[{{"id":"1"}}],"pages":{{"next":{next}}}}}"#))
}

#[test]
fn request_has_exactly_the_expected_headers() {
    let server = ScriptedServer::always(page_with("null"));
    let mut config = config(server.base_url());
    config.set_user_agent_suffix("audit/1.0").unwrap();
    let client = Client::new(&config).unwrap();
    let request = PageRequest::new().per_page(50).unwrap().starting_after("a+b/c=\n").unwrap();
    client.list_page(&request, None).unwrap();
    client.list_page(&PageRequest::new(), None).unwrap();

    let requests = server.requests();
    let mut lines: Vec<String> = requests[0].trim_end().split("\r\n").map(str::to_lowercase).collect();
    let request_line = lines.remove(0);
    assert_eq!(request_line, "get /data_connectors?per_page=50&starting_after=a%2bb%2fc%3d%0a http/1.1");
    lines.sort();
    let version = env!("CARGO_PKG_VERSION");
    let expected = [
        "accept-encoding: gzip".to_owned(),
        "accept: application/json".to_owned(),
        format!("authorization: bearer {TOKEN}"),
        format!("host: {}", server.base_url().trim_start_matches("http://")),
        "intercom-version: preview".to_owned(),
        format!("user-agent: libdata_connectors/{version} audit/1.0"),
    ];
    assert_eq!(lines, expected);
    assert!(requests[1].starts_with("GET /data_connectors HTTP/1.1\r\n"), "{}", requests[1]);
}

#[test]
fn decompresses_responses_and_limits_their_decompressed_size() {
    let sandbox = Sandbox::builder().start().unwrap();
    let mut config = config(sandbox.base_url());
    let page = Client::new(&config).unwrap().list_page(&PageRequest::new().per_page(50).unwrap(), None).unwrap();
    assert!(page.json().len() > 10_000);
    config.set_max_response_bytes(page.json().len() as u64).unwrap();
    let request = PageRequest::new().per_page(50).unwrap();
    assert_eq!(Client::new(&config).unwrap().list_page(&request, None).unwrap().json(), page.json());
    config.set_max_response_bytes(page.json().len() as u64 - 1).unwrap();
    let error = Client::new(&config).unwrap().list_page(&request, None).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::TooLarge, 1));
    assert!(error.message().contains("larger than max_response_bytes ("), "{error}");
}

#[test]
fn accepts_a_response_of_exactly_max_response_bytes() {
    for (length, accepted) in [(1024, true), (1025, false)] {
        let body = format!("{:length$}", r#"{"data":[]}"#);
        let server = ScriptedServer::always(http_response("200 OK", &[], &body));
        let mut config = config(server.base_url());
        config.set_max_response_bytes(1024).unwrap();
        let result = Client::new(&config).unwrap().list_page(&PageRequest::new(), None);
        assert_eq!(result.as_ref().map_err(|error| error.kind()).err(), (!accepted).then_some(ErrorKind::TooLarge));
        assert!(!accepted || result.unwrap().json().len() == length);
    }
}

#[test]
fn compressed_body_can_be_64_kib_larger_than_max_response_bytes() {
    const LIMIT: usize = 1024;
    const OVERHEAD: usize = 64 * 1024;
    let padded = |content: &[u8], length: usize| {
        let mut member = gzip(content);
        assert!(member.len() < length);
        member.resize(length, 0);
        member
    };
    let list = format!("{:LIMIT$}", r#"{"data":[]}"#);
    for (length, accepted) in [(LIMIT + OVERHEAD, true), (LIMIT + OVERHEAD + 1, false)] {
        let once = padded(list.as_bytes(), length);
        let twice = gzip(&once);
        for (codings, body) in [("gzip", once), ("gzip, gzip", twice)] {
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Encoding: {codings}\r\nContent-Length: {}\r\n\r\n", body.len());
            let server = ScriptedServer::always([head.as_bytes(), &body].concat());
            let mut config = config(server.base_url());
            config.set_max_response_bytes(LIMIT as u64).unwrap();
            let result = Client::new(&config).unwrap().list_page(&PageRequest::new(), None);
            let kind = result.as_ref().map_err(|error| error.kind()).err();
            assert_eq!(kind, (!accepted).then_some(ErrorKind::TooLarge), "{codings} of {length} bytes");
        }
    }
}

#[test]
fn shutdown_cancels_the_calls_of_all_threads() {
    const THREADS: usize = 8;
    let sandbox = Sandbox::builder().start().unwrap();
    for _ in 0..20 {
        let client = client(sandbox.base_url());
        let all_listed = Barrier::new(THREADS + 1);
        let list = || client.list_page(&PageRequest::new(), None);
        let list_until_cancelled = || {
            list().unwrap();
            all_listed.wait();
            let error = std::iter::from_fn(|| Some(list())).find_map(Result::err).unwrap();
            assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(list_until_cancelled)).collect();
            all_listed.wait();
            client.shutdown();
            let cancelled = threads.into_iter().map(|thread| thread.join().unwrap()).count();
            assert_eq!(cancelled, THREADS);
        });
    }
}

#[test]
fn retries_transient_failures_only_and_logs_each_attempt() {
    let server = ScriptedServer::start(vec![
        http_response("503 Service Unavailable", &[("Retry-After", "0")], ""),
        Vec::new(),
        page_with("null"),
    ]);
    let lines = Arc::new(Mutex::new(Vec::new()));
    let mut config = config(server.base_url());
    let logged = lines.clone();
    config.set_logger(LogLevel::Debug, move |level, line| logged.lock().unwrap().push(format!("{level:?} {line}")));
    let request = PageRequest::new().per_page(5).unwrap().starting_after("the-cursor").unwrap();
    let page = Client::new(&config).unwrap().list_page(&request, None).unwrap();
    assert_eq!(page.count(), 1);
    assert_eq!(server.requests().len(), 3);
    let lines = lines.lock().unwrap().join("\n");
    let path = "GET /data_connectors, attempt";
    let target = "data_connectors, per_page 5, with a cursor, attempt 1";
    assert!(lines.contains(&format!("Debug GET {}/{target}", server.base_url())), "{lines}");
    assert!(!lines.contains("the-cursor"), "{lines}");
    assert!(lines.contains(&format!("Info {path} 2: no response, ")), "{lines}");
    assert!(lines.contains(&format!("Info {path} 1: 503, 0 bytes, ")), "{lines}");
    assert!(lines.contains(&format!("Warn {path} 1 failed, retrying in 0 ms: HTTP 503")), "{lines}");
    assert!(lines.contains(&format!("Warn {path} 2 failed, retrying in ")), "{lines}");
    assert!(lines.contains(&format!("Info {path} 3: 200, 43 bytes, ")), "{lines}");
    assert!(lines.contains(" ms, request id header-id"), "{lines}");
    assert!(!lines.contains(TOKEN), "{lines}");

    let server = ScriptedServer::always(http_response("500 Internal Server Error", &[("Retry-After", "0")], ""));
    let last_line = Arc::new(Mutex::new(String::new()));
    let logged = last_line.clone();
    let mut config = self::config(server.base_url());
    config.set_logger(LogLevel::Error, move |_, line| *logged.lock().unwrap() = line.to_owned());
    let error = Client::new(&config).unwrap().list_page(&PageRequest::new(), None).unwrap_err();
    assert_eq!((error.kind(), error.attempts(), server.requests().len()), (ErrorKind::Server, 3, 3));
    let line = "GET /data_connectors failed: HTTP 500 Internal Server Error with an empty body (3 attempts)";
    assert_eq!(*last_line.lock().unwrap(), line);

    let server = ScriptedServer::always(http_response("422 Unprocessable Entity", &[("Retry-After", "0")], ""));
    let error = client(server.base_url()).list_page(&PageRequest::new(), None).unwrap_err();
    assert_eq!((error.kind(), error.attempts(), server.requests().len()), (ErrorKind::BadRequest, 1, 1));
}

#[test]
fn retry_after_beyond_the_timeout_fails_at_once() {
    let server = ScriptedServer::always(http_response("429 Too Many Requests", &[("Retry-After", "3600")], ""));
    let started = Instant::now();
    let error = client(server.base_url()).list_page(&PageRequest::new(), None).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(started.elapsed() < Duration::from_secs(30), "it waited");
}

#[test]
fn times_out_if_the_server_does_not_respond() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = config(&format!("http://{}", listener.local_addr().unwrap()));
    config.set_timeout(Duration::from_millis(300)).unwrap();
    let started = Instant::now();
    let error = Client::new(&config).unwrap().list_page(&PageRequest::new(), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn connection_errors_name_the_host() {
    let mut config = config("http://127.0.0.1:1");
    config.set_max_retries(0).unwrap();
    let error = Client::new(&config).unwrap().list_page(&PageRequest::new(), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(
        error.message().starts_with("could not connect to 127.0.0.1:1 (connection refused): check the base URL"),
        "{error}"
    );
    // The resolver rejects labels of more than 63 characters without asking a name server.
    let host = format!("{}.invalid", "n".repeat(64));
    config.set_base_url(&format!("https://{host}")).unwrap();
    let error = Client::new(&config).unwrap().list_page(&PageRequest::new(), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
    assert!(error.message().contains(&format!("could not resolve host {host} (")), "{error}");
}

#[test]
fn pager_returns_every_connector_once_in_order() {
    let sandbox = Sandbox::builder().connectors(137).start().unwrap();
    let client = client(sandbox.base_url());
    for per_page in [1, 20, 50] {
        let mut pager = client.pager(PageRequest::new().per_page(per_page).unwrap());
        let mut ids = Vec::new();
        while let Some(page) = pager.next_page(None).unwrap() {
            let json: serde_json::Value = serde_json::from_str(page.json()).unwrap();
            ids.extend(json["data"].as_array().unwrap().iter().map(|row| row["id"].clone()));
        }
        let expected: Vec<_> = sandbox.connectors().iter().map(|row| row["id"].clone()).collect();
        assert_eq!(ids, expected);
    }
}

#[test]
fn pager_continues_after_an_error() {
    let next = |cursor: &str| page_with(&format!(r#"{{"starting_after":"{cursor}"}}"#));
    let server = ScriptedServer::start(vec![
        next("a"),
        json_response("400 Bad Request", "{}"),
        json_response("200 OK", "{}"),
        next("b"),
        page_with("null"),
    ]);
    let mut pager = client(server.base_url()).pager(PageRequest::new());
    assert_eq!(pager.cursor(), None);
    assert!(pager.next_page(None).unwrap().is_some());
    for kind in [ErrorKind::BadRequest, ErrorKind::Protocol] {
        assert_eq!(pager.next_page(None).unwrap_err().kind(), kind);
        assert_eq!(pager.cursor(), Some("a"));
    }
    assert!(pager.next_page(None).unwrap().is_some());
    assert!(pager.next_page(None).unwrap().is_some());
    assert!(pager.next_page(None).unwrap().is_none());
    assert!(pager.next_page(None).unwrap().is_none());
    let request_lines: Vec<_> =
        server.requests().iter().map(|request| request.lines().next().unwrap().to_owned()).collect();
    let after = |cursor: &str| format!("GET /data_connectors?starting_after={cursor} HTTP/1.1");
    assert_eq!(
        request_lines,
        ["GET /data_connectors HTTP/1.1".to_owned(), after("a"), after("a"), after("a"), after("b")]
    );
}

#[test]
fn repeated_cursor_ends_the_iteration() {
    let next = |cursor: &str| page_with(&format!(r#"{{"starting_after":"{cursor}"}}"#));
    for (cursors, pages) in [(vec!["a"], 2), (vec!["a", "b", "c", "b"], 4), (vec!["start"], 1)] {
        let server = ScriptedServer::start(cursors.iter().map(|cursor| next(cursor)).collect());
        let first = PageRequest::new().starting_after("start").unwrap();
        let mut pager = client(server.base_url()).pager(first);
        for _ in 0..pages {
            assert!(pager.next_page(None).unwrap().is_some(), "{cursors:?}");
        }
        for _ in 0..3 {
            let error = pager.next_page(None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol);
            assert!(error.message().contains("a cursor that it had returned before"), "{error}");
        }
        assert_eq!(server.requests().len(), pages, "no further request was sent");
    }
}

/// A page of these rows, and a new cursor with an escape sequence, which the fast scanner leaves to serde_json.
fn page_with_new_cursor(ids: &[usize], number: usize) -> Vec<u8> {
    let rows: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":"{id}","name":"{number}"}}"#)).collect();
    let slash = if number % 2 == 0 { "/" } else { r"\/" };
    let next = format!(r#"{{"next":{{"starting_after":"c{slash}{number}"}}}}"#);
    json_response("200 OK", &format!(r#"{{"type":"list","data":[{}],"pages":{next}}}"#, rows.join(",")))
}

#[test]
fn pages_without_new_rows_end_the_iteration_though_each_has_a_new_cursor() {
    for (ids, pages) in [(&[&[1, 2][..]][..], 101), (&[&[1], &[2], &[]], 102), (&[&[]], 100)] {
        let responses = (0..110).map(|number| page_with_new_cursor(ids[number % ids.len()], number));
        let server = ScriptedServer::start(responses.collect());
        let mut pager = client(server.base_url()).pager(PageRequest::new());
        for _ in 0..pages {
            assert!(pager.next_page(None).unwrap().is_some(), "{ids:?}");
        }
        for _ in 0..3 {
            let error = pager.next_page(None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol);
            assert!(error.message().contains("100 consecutive pages without new rows"), "{error}");
        }
        assert_eq!(server.requests().len(), pages, "no further request was sent");
    }
}

#[test]
fn last_of_100_pages_without_new_rows_may_be_the_last_of_the_list() {
    let mut responses: Vec<_> = (0..99).map(|number| page_with_new_cursor(&[], number)).collect();
    responses.push(page_with("null"));
    let server = ScriptedServer::start(responses);
    let mut pager = client(server.base_url()).pager(PageRequest::new());
    for _ in 0..100 {
        assert!(pager.next_page(None).unwrap().is_some());
    }
    assert!(pager.next_page(None).unwrap().is_none());
}

#[test]
fn unusable_next_page_is_an_error() {
    let server = ScriptedServer::always(page_with(r#""https://host/data_connectors?page=2""#));
    let mut pager = client(server.base_url()).pager(PageRequest::new());
    let page = pager.next_page(None).unwrap().unwrap();
    assert!(page.has_next() && page.next_cursor().is_none());
    for _ in 0..2 {
        let error = pager.next_page(None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol);
        assert!(error.message().contains("the list has more pages"), "{error}");
    }
}

#[test]
fn clients_pages_and_errors_are_sync_and_all_types_are_send() {
    fn assert_sync<T: Send + Sync>() {}
    fn assert_send<T: Send>() {}
    assert_sync::<Client>();
    assert_sync::<data_connectors::Page>();
    assert_sync::<data_connectors::Error>();
    assert_send::<data_connectors::Pager>();
    assert_send::<Config>();
}

/// The log records of ureq and rustls, at trace level.
#[test]
fn log_records_of_dependencies_do_not_contain_the_access_token() {
    struct Recorder(Mutex<String>);
    impl log::Log for Recorder {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            true
        }
        fn log(&self, record: &log::Record<'_>) {
            self.0.lock().unwrap().push_str(&format!("{} {}\n", record.target(), record.args()));
        }
        fn flush(&self) {}
    }
    static RECORDER: Recorder = Recorder(Mutex::new(String::new()));
    log::set_logger(&RECORDER).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let sandbox = Sandbox::builder().token(TOKEN).start().unwrap();
    client(sandbox.base_url()).list_page(&PageRequest::new(), None).unwrap();
    log::set_max_level(log::LevelFilter::Off);
    let lines = RECORDER.0.lock().unwrap();
    assert!(lines.contains("ureq"), "{lines}");
    // Requests are dumped in hexadecimal, too, with a line break at any position.
    for part in ["canar", "7d1f", "6361 6e61", "616e 6172", "3764 3166"] {
        assert!(!lines.contains(part), "{part}");
    }
}
