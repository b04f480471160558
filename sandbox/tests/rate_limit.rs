//! Rate limit headers, and 429 responses above the limit.

#![allow(clippy::unwrap_used)]

mod common;

use std::time::{SystemTime, UNIX_EPOCH};

use common::{Connection, Response, VALID_HEADERS, page, request};
use data_connectors_sandbox::Sandbox;

fn number(response: &Response, header: &str) -> u64 {
    response.header(header).unwrap().parse().unwrap()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn default_limit_is_reported_but_not_enforced() {
    let sandbox = Sandbox::builder().connectors(1).start().unwrap();
    let mut connection = Connection::open(&sandbox);
    let mut last = 1_666;
    let mut reset = None;
    for _ in 0..1_700 {
        connection.send("GET", "/data_connectors", VALID_HEADERS);
        let response = connection.receive("GET");
        assert_eq!(response.status, 200);
        assert_eq!(response.header("x-ratelimit-limit"), Some("10000"));
        let end = number(&response, "x-ratelimit-reset");
        assert!(end > now() - 1 && end <= now() + 10);
        if *reset.get_or_insert(end) != end {
            return; // The machine is too slow to stay within one window.
        }
        let remaining = number(&response, "x-ratelimit-remaining");
        assert_eq!(remaining, u64::saturating_sub(last, 1));
        last = remaining;
    }
    assert_eq!(last, 0);
}

#[test]
fn error_responses_count_and_have_the_headers() {
    let sandbox = Sandbox::builder().start().unwrap();
    let targets = ["/nothing", "/data_connectors?per_page=0", "/data_connectors"];
    for (target, remaining) in targets.into_iter().zip([1_665, 1_664, 1_663]) {
        let response = request(&sandbox, "GET", target, VALID_HEADERS);
        assert_eq!(number(&response, "x-ratelimit-remaining"), remaining);
    }
    request(&sandbox, "GET", "/data_connectors", "");
    assert_eq!(number(&page(&sandbox, ""), "x-ratelimit-remaining"), 1_662, "a 401 must not count");
}

#[test]
fn responds_with_429_above_the_limit() {
    let sandbox = Sandbox::builder().rate_limit(12).start().unwrap();
    for remaining in ["1", "0"] {
        let response = page(&sandbox, "");
        assert_eq!((response.status, response.header("retry-after")), (200, None));
        assert_eq!(response.header("x-ratelimit-limit"), Some("12"));
        assert_eq!(response.header("x-ratelimit-remaining"), Some(remaining));
    }
    let rejected = page(&sandbox, "");
    let wait = number(&rejected, "retry-after");
    assert!((1..=10).contains(&wait));
    let message = format!("Rate limit exceeded: 2 requests per 10 seconds (12 per minute); retry after {wait} seconds");
    rejected.assert_error(429, "rate_limit_exceeded", &message, None);
    assert_eq!(rejected.header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(request(&sandbox, "GET", "/data_connectors", "").status, 401);
}

#[test]
fn smallest_limit_is_one_request_per_window() {
    let sandbox = Sandbox::builder().rate_limit(0).start().unwrap();
    assert_eq!(page(&sandbox, "").status, 200);
    assert_eq!(page(&sandbox, "").status, 429);
}
