//! Attempts: when another one is made, how long is waited before, and which failure is told.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::{Duration, Instant};

use data_connectors::{Client, ErrorKind};
use support::fault::{FaultServer, Step};
use support::listing::{LIST, config, good, list};
use support::scripted::http;

/// An answer that leaves nothing of the limit until a second from now, by the server's clock.
fn exhausted() -> Vec<u8> {
    let headers =
        [("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "784111778")];
    http("200 OK", &headers, LIST)
}

#[test]
fn pacing_waits_for_the_reset_or_fails_at_once() {
    let scripts = vec![vec![Step::Request, Step::Send(exhausted())]];
    let server = FaultServer::start(scripts, None);
    let mut config = config(&format!("http://{}", server.address()));
    let unpaced = Client::new(&config).unwrap();
    let paced = Client::new(config.set_wait_for_rate_limit(true)).unwrap();
    let hurried = Client::new(config.set_timeout(Duration::from_millis(500)).unwrap()).unwrap();
    for client in [&unpaced, &paced, &hurried] {
        list(client).unwrap();
    }
    let started = Instant::now();
    list(&unpaced).unwrap();
    assert!(started.elapsed() < Duration::from_millis(900));
    let error = list(&hurried).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0), "{error}");
    assert!(error.retry_after().unwrap() > Duration::from_millis(100));
    assert!(started.elapsed() < Duration::from_millis(900));
    list(&paced).unwrap();
    assert!(started.elapsed() > Duration::from_millis(500), "it did not wait");
    assert_eq!(server.requests().len(), 5, "one of six calls was not made");
}

/// A second attempt after a silent or broken one doesn't trust the other pooled connections either: not where the first
/// broke before its answer, and not where it broke within it.
#[test]
fn another_attempt_opens_a_connection() {
    let half = Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{".to_vec());
    for (ends, broken) in [(vec![Step::Hold], false), (vec![half], true)] {
        let fails_later = [vec![Step::Request, Step::Wait(100), good(), Step::Request], ends].concat();
        let scripts = vec![fails_later.clone(), fails_later.clone(), fails_later, vec![Step::Request, good()]];
        let server = FaultServer::start(scripts, None);
        let mut config = config(&format!("http://{}", server.address()));
        let timeout = if broken { 10 } else { 15 };
        config.set_timeout(Duration::from_secs(timeout)).unwrap().set_max_retries(2).unwrap();
        let client = Client::new(&config).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| list(&client).unwrap());
            }
        });
        assert_eq!(server.connections(), 3);
        assert_eq!(list(&client).unwrap().count(), 1);
        assert_eq!(server.connections(), 4);
    }
}

/// An answer that came is reported, also when the time ran out while its body was read.
#[test]
fn a_definite_failure_is_not_hidden_by_an_earlier_one() {
    let busy = Step::Send(http("503 X", &[("Retry-After", "0")], ""));
    let refusal = Step::Send(b"HTTP/1.1 401 X\r\nContent-Length: 99\r\n\r\n{".to_vec());
    let server = FaultServer::start(vec![vec![Step::Request, busy], vec![Step::Request, refusal, Step::Hold]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_timeout(Duration::from_millis(600)).unwrap().set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Unauthorized, 2), "{error}");
}

/// Without an answer the failure before says more.
#[test]
fn running_out_of_time_does_not_hide_the_failure_before_it() {
    let busy = Step::Send(http("503 X", &[("Retry-After", "0")], ""));
    let server = FaultServer::start(vec![vec![Step::Request, busy], vec![Step::Request, Step::Hold]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_timeout(Duration::from_millis(600)).unwrap().set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.http_status()), (ErrorKind::Server, 2, Some(503)), "{error}");
    assert!(error.message().ends_with("; retrying timed out after 600 ms (2 attempts)"), "{error}");
}

/// A connect timeout is one attempt's: the call goes on.
#[test]
fn a_connection_that_does_not_open_is_tried_again() {
    let silent = FaultServer::start(vec![vec![Step::Hold]], None);
    let mut config = config(&format!("https://{}", silent.address()));
    config.set_connect_timeout(Duration::from_millis(100)).unwrap().set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3), "{error}");
    assert!(error.message().contains("timed out after 100 ms (connect_timeout_ms)"), "{error}");
    assert_eq!(silent.connections(), 3);
}

/// Each way to ask for a second's wait is waited out.
#[test]
fn a_wait_that_fits_is_waited() {
    let date = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
    for headers in [
        &[("Retry-After", "1")][..],
        &[date, ("Retry-After", "Sun, 06 Nov 1994 08:49:38 GMT")],
        &[date, ("X-RateLimit-Reset", "784111778")],
    ] {
        let busy = Step::Send(http("429 Too Many Requests", headers, "{}"));
        let server = FaultServer::start(vec![vec![Step::Request, busy], vec![Step::Request, good()]], None);
        let mut config = config(&format!("http://{}", server.address()));
        config.set_max_retries(1).unwrap();
        let started = Instant::now();
        assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1, "{headers:?}");
        let took = started.elapsed();
        assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(5), "{headers:?}: {took:?}");
    }
}

/// What the first attempt met is not forgotten because the second one is held back.
#[test]
fn a_hold_does_not_hide_the_failure_before_it() {
    let headers = [
        ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("Retry-After", "0"),
        ("X-RateLimit-Remaining", "0"),
        ("X-RateLimit-Reset", "784111837"),
    ];
    let answer = http("429 Too Many Requests", &headers, r#"{"errors":[{"code":"rate_limit_exceeded"}]}"#);
    let server = FaultServer::start(vec![vec![Step::Request, Step::Send(answer)]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_wait_for_rate_limit(true).set_max_retries(2).unwrap();
    let error = list(&Client::new(&config).unwrap()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1), "{error}");
    assert_eq!((error.http_status(), error.api_code()), (Some(429), Some("rate_limit_exceeded")));
    assert!(error.retry_after().unwrap() > Duration::from_secs(50), "the hold's, not the answer's 0: {error:?}");
    assert!(error.message().ends_with("; not retried: the rate limit resets after the timeout of the call"), "{error}");
}

#[test]
fn a_silent_connection_is_given_up_for_another() {
    let server = FaultServer::start(vec![vec![Step::Request, Step::Hold], vec![Step::Request, good()]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_timeout(Duration::from_secs(11)).unwrap().set_max_retries(1).unwrap();
    let started = Instant::now();
    assert_eq!(list(&Client::new(&config).unwrap()).unwrap().count(), 1);
    assert!(started.elapsed() > Duration::from_secs(5) && started.elapsed() < Duration::from_secs(9));
}
