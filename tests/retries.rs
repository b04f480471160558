//! Retries: when a call is retried, how long it waits before, and which error it reports.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::Barrier;
use std::time::{Duration, Instant};

use data_connectors::{Client, ErrorKind};
use support::fault_server::{FaultServer, Step};
use support::listing::{LIST, config, list, ok_response};
use support::scripted_server::http_response;

/// A response with no requests remaining and a reset in one second by its `Date`.
fn rate_limit_exhausted() -> Vec<u8> {
    let headers =
        [("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "784111778")];
    http_response("200 OK", &headers, LIST)
}

#[test]
fn wait_for_rate_limit_waits_for_the_reset_or_fails_at_once() {
    let scripts = vec![vec![Step::ReadRequest, Step::Send(rate_limit_exhausted())]];
    let server = FaultServer::start(scripts, None);
    let mut config = config(&format!("http://{}", server.address()));
    let not_waiting = Client::new(&config).unwrap();
    let waiting = Client::new(config.set_wait_for_rate_limit(true)).unwrap();
    let short_timeout = Client::new(config.set_timeout(Duration::from_millis(500)).unwrap()).unwrap();
    for client in [&not_waiting, &waiting, &short_timeout] {
        list(client).unwrap();
    }
    let started = Instant::now();
    list(&not_waiting).unwrap();
    assert!(started.elapsed() < Duration::from_millis(900));
    let error = list(&short_timeout).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0), "{error}");
    assert!(error.retry_after().unwrap() > Duration::from_millis(100));
    assert!(started.elapsed() < Duration::from_millis(900));
    list(&waiting).unwrap();
    assert!(started.elapsed() > Duration::from_millis(500), "it did not wait");
    assert_eq!(server.requests().len(), 5, "one of the six calls sends no request");
}

/// The other pooled connections may have failed as well.
#[test]
fn retry_after_a_stalled_or_broken_connection_opens_a_new_one() {
    let truncated = Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec());
    for (failure, is_broken) in [(vec![Step::KeepOpen], false), (vec![truncated], true)] {
        let script = [vec![Step::ReadRequest, Step::Sleep(100), ok_response(), Step::ReadRequest], failure].concat();
        let scripts = vec![script.clone(), script.clone(), script, vec![Step::ReadRequest, ok_response()]];
        let server = FaultServer::start(scripts, None);
        let mut config = config(&format!("http://{}", server.address()));
        let timeout = if is_broken { 10 } else { 15 };
        config.set_timeout(Duration::from_secs(timeout)).unwrap().set_max_retries(2).unwrap();
        let client = Client::new(&config).unwrap();
        let start = Barrier::new(3);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    start.wait();
                    list(&client).unwrap()
                });
            }
        });
        assert_eq!(server.connections(), 3);
        assert_eq!(list(&client).unwrap().count(), 1);
        assert_eq!(server.connections(), 4);
    }
}

/// With less time per attempt than 5 s, a slow response is waited for, not requested again.
#[test]
fn no_stall_timeout_below_five_seconds_per_attempt() {
    let slow = vec![Step::ReadRequest, Step::Sleep(5_200), ok_response()];
    let server = FaultServer::start(vec![slow, vec![Step::ReadRequest, ok_response()]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_timeout(Duration::from_millis(14_990)).unwrap().set_max_retries(2).unwrap();
    let started = Instant::now();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
    assert!(started.elapsed() >= Duration::from_millis(5_200), "{:?}", started.elapsed());
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn timeout_in_the_body_of_an_error_response_reports_its_status() {
    let busy = Step::Send(http_response("503 X", &[("Retry-After", "0")], ""));
    let unauthorized = Step::Send(b"HTTP/1.1 401 X\r\nContent-Length: 99\r\n\r\n{".to_vec());
    let server = FaultServer::start(
        vec![vec![Step::ReadRequest, busy], vec![Step::ReadRequest, unauthorized, Step::KeepOpen]],
        None,
    );
    let mut config = config(&format!("http://{}", server.address()));
    config.set_timeout(Duration::from_millis(600)).unwrap().set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unauthorized, 2), "{error}");
}

#[test]
fn timeout_of_a_retry_reports_the_previous_error() {
    let busy = Step::Send(http_response("503 X", &[("Retry-After", "0")], ""));
    let server = FaultServer::start(vec![vec![Step::ReadRequest, busy], vec![Step::ReadRequest, Step::KeepOpen]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_timeout(Duration::from_millis(600)).unwrap().set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.http_status()), (ErrorKind::Server, 2, Some(503)), "{error}");
    assert!(error.message().ends_with("; retrying timed out after 600 ms (2 attempts)"), "{error}");
}

#[test]
fn retries_after_connect_timeout() {
    let unresponsive = FaultServer::start(vec![vec![Step::KeepOpen]], None);
    let mut config = config(&format!("https://{}", unresponsive.address()));
    config.set_connect_timeout(Duration::from_millis(100)).unwrap().set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3), "{error}");
    assert!(error.message().contains("timed out after 100 ms (connect_timeout_ms)"), "{error}");
    assert_eq!(unresponsive.connections(), 3);
}

#[test]
fn waits_as_long_as_the_response_asks() {
    let date = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
    for (headers, milliseconds) in [
        (&[("Retry-After", "1")][..], 1_000),
        (&[("Retry-After", "1.5")], 1_500),
        (&[date, ("Retry-After", "Sun, 06 Nov 1994 08:49:38 GMT")], 1_000),
        (&[date, ("X-RateLimit-Reset", "784111778")], 1_000),
    ] {
        let busy = Step::Send(http_response("429 Too Many Requests", headers, "{}"));
        let server =
            FaultServer::start(vec![vec![Step::ReadRequest, busy], vec![Step::ReadRequest, ok_response()]], None);
        let mut config = config(&format!("http://{}", server.address()));
        config.set_max_retries(1).unwrap();
        let started = Instant::now();
        assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1, "{headers:?}");
        let elapsed = started.elapsed();
        let expected = Duration::from_millis(milliseconds);
        assert!(elapsed >= expected && elapsed < expected + Duration::from_secs(4), "{headers:?}: {elapsed:?}");
    }
}

/// Some servers send milliseconds, a date or an invalid value instead of seconds.
#[test]
fn implausible_delay_is_ignored_and_the_second_attempt_succeeds() {
    let date = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
    for headers in [
        &[date, ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "784111778000")][..],
        &[("X-RateLimit-Reset", "18446744073709551615")],
        &[("Retry-After", "1700000000")],
        &[("Retry-After", "3601")],
        &[("Retry-After", "-1")],
        &[("Retry-After", "nan")],
        &[date, ("Retry-After", "Sun, 06 Nov 2094 08:49:37 GMT")],
    ] {
        let busy = vec![Step::ReadRequest, Step::Send(http_response("429 Too Many Requests", headers, "{}"))];
        let server = FaultServer::start(vec![busy.clone(), busy, vec![Step::ReadRequest, ok_response()]], None);
        let mut config = config(&format!("http://{}", server.address()));
        let error = list(&Client::new(&config).unwrap()).unwrap_err();
        assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, None), "{headers:?}: {error}");
        config.set_wait_for_rate_limit(true).set_max_retries(1).unwrap();
        assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1, "{headers:?}");
        assert_eq!(server.requests().len(), 3, "{headers:?}");
    }
}

#[test]
fn implausible_reset_does_not_delay_the_next_call() {
    let headers = [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1795678000000")];
    let response = Step::Send(http_response("200 OK", &headers, LIST));
    let server = FaultServer::start(vec![vec![Step::ReadRequest, response]], None);
    let mut config = config(&format!("http://{}", server.address()));
    let client = Client::new(config.set_wait_for_rate_limit(true)).unwrap();
    for _ in 0..2 {
        assert_eq!(list(&client).unwrap().rate_limit().remaining, Some(0));
    }
}

#[test]
fn message_says_how_often_or_why_not_the_request_was_retried() {
    for (headers, attempts, suffix) in [
        (&[("Retry-After", "0")][..], 3, "HTTP 503 Service Unavailable with an empty body (3 attempts)"),
        (&[("Retry-After", "60")], 1, "; not retried: the requested delay of 60000 ms exceeds the time remaining"),
    ] {
        let server =
            FaultServer::start(vec![vec![Step::ReadRequest, Step::Send(http_response("503 X", headers, ""))]], None);
        let mut config = config(&format!("http://{}", server.address()));
        config.set_max_retries(2).unwrap();
        let error = list(&Client::new(&config).unwrap()).unwrap_err();
        assert_eq!(error.attempts(), attempts);
        assert!(error.message().ends_with(suffix), "{error}");
        config.set_max_retries(0).unwrap();
        let error = list(&Client::new(&config).unwrap()).unwrap_err();
        assert_eq!(error.message(), "HTTP 503 Service Unavailable with an empty body");
    }
}

#[test]
fn long_error_message_of_the_server_leaves_room_for_the_number_of_attempts() {
    let body = format!(r#"{{"errors":[{{"message":"{}"}}]}}"#, "x".repeat(1_200));
    for (delay, suffix) in [
        ("0", "x… (2 attempts)"),
        ("60", "x…; not retried: the requested delay of 60000 ms exceeds the time remaining"),
        ("7200", "x…; ignored Retry-After 7200 (more than an hour) (2 attempts)"),
    ] {
        let response = http_response("503 X", &[("Retry-After", delay)], &body);
        let server = FaultServer::start(vec![vec![Step::ReadRequest, Step::Send(response)]], None);
        let mut config = config(&format!("http://{}", server.address()));
        config.set_max_retries(1).unwrap();
        let error = list(&Client::new(&config).unwrap()).unwrap_err();
        assert!(error.message().ends_with(suffix) && error.message().len() <= 1_000, "{error}");
    }
}

#[test]
fn error_response_longer_than_64_kib_is_described() {
    let body = |length: usize| format!(r#"{{"errors":[{{"message":"m"}}],"x":"{}"}}"#, "x".repeat(length));
    for (length, message) in [
        (60_000, "HTTP 400 Bad Request: m"),
        (70_000, "HTTP 400 Bad Request with no content type, but longer than 64 KiB: a gateway may have sent it"),
        (5_000_000, "HTTP 400 Bad Request with no content type, but longer than 64 KiB: a gateway may have sent it"),
    ] {
        let response = http_response("400 X", &[], &body(length));
        let server = FaultServer::start(vec![vec![Step::ReadRequest, Step::Send(response)]], None);
        let error = list(&Client::new(&config(&format!("http://{}", server.address()))).unwrap()).unwrap_err();
        assert_eq!(error.message(), message);
    }
}

#[test]
fn reset_after_the_timeout_reports_the_error_of_the_attempt() {
    let headers = [
        ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("Retry-After", "0"),
        ("X-RateLimit-Remaining", "0"),
        ("X-RateLimit-Reset", "784111837"),
    ];
    let response = http_response("429 Too Many Requests", &headers, r#"{"errors":[{"code":"rate_limit_exceeded"}]}"#);
    let server = FaultServer::start(vec![vec![Step::ReadRequest, Step::Send(response)]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_wait_for_rate_limit(true).set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1), "{error}");
    assert_eq!((error.http_status(), error.api_code()), (Some(429), Some("rate_limit_exceeded")));
    assert!(
        error.retry_after().unwrap() > Duration::from_secs(50),
        "the time to the reset, not the 0 of Retry-After: {error:?}"
    );
    assert!(error.message().ends_with("; not retried: the rate limit resets after the timeout of the call"), "{error}");
}

#[test]
fn retries_on_a_new_connection_after_a_stall() {
    let server =
        FaultServer::start(vec![vec![Step::ReadRequest, Step::KeepOpen], vec![Step::ReadRequest, ok_response()]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_timeout(Duration::from_secs(11)).unwrap().set_max_retries(1).unwrap();
    let started = Instant::now();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
    assert!(started.elapsed() > Duration::from_secs(5) && started.elapsed() < Duration::from_secs(9));
}
