//! Rate limit headers, and refusals when there is a limit.

#![allow(clippy::unwrap_used)] // In a test it is one more assertion.

mod common;

use std::time::{SystemTime, UNIX_EPOCH};

use common::{Answer, Connection, GOOD, ask, page};
use data_connectors_sandbox::Sandbox;

fn number(answer: &Answer, header: &str) -> u64 {
    answer.header(header).unwrap().parse().unwrap()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn without_a_limit_the_headers_count_down_and_nobody_is_refused() {
    let sandbox = Sandbox::builder().connectors(1).start().unwrap();
    let mut connection = Connection::open(&sandbox);
    let mut last = 1_666;
    let mut reset = None;
    for _ in 0..1_700 {
        connection.send("GET", "/data_connectors", GOOD);
        let answer = connection.receive("GET");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("x-ratelimit-limit"), Some("10000"));
        let end = number(&answer, "x-ratelimit-reset");
        assert!(end > now() - 1 && end <= now() + 10);
        if *reset.get_or_insert(end) != end {
            return; // A new window: too slow a machine for the rest.
        }
        let remaining = number(&answer, "x-ratelimit-remaining");
        assert_eq!(remaining, u64::saturating_sub(last, 1));
        last = remaining;
    }
    assert_eq!(last, 0);
}

#[test]
fn refusals_count_and_carry_the_headers_too() {
    let sandbox = Sandbox::builder().start().unwrap();
    let targets = ["/nothing", "/data_connectors?per_page=0", "/data_connectors"];
    for (target, remaining) in targets.into_iter().zip([1_665, 1_664, 1_663]) {
        let answer = ask(&sandbox, "GET", target, GOOD);
        assert_eq!(number(&answer, "x-ratelimit-remaining"), remaining);
    }
    ask(&sandbox, "GET", "/data_connectors", "");
    assert_eq!(number(&page(&sandbox, ""), "x-ratelimit-remaining"), 1_662, "401 is not counted");
}

#[test]
fn beyond_the_limit_requests_are_refused() {
    let sandbox = Sandbox::builder().rate_limit(12).start().unwrap();
    for remaining in ["1", "0"] {
        let answer = page(&sandbox, "");
        assert_eq!((answer.status, answer.header("retry-after")), (200, None));
        assert_eq!(answer.header("x-ratelimit-limit"), Some("12"));
        assert_eq!(answer.header("x-ratelimit-remaining"), Some(remaining));
    }
    let refused = page(&sandbox, "");
    let wait = number(&refused, "retry-after");
    assert!((1..=10).contains(&wait));
    let message =
        format!("Rate limit exceeded: 2 requests per 10 seconds (12 per minute); try again in {wait} seconds");
    refused.assert_refusal(429, "rate_limit_exceeded", &message, None);
    assert_eq!(refused.header("x-ratelimit-remaining"), Some("0"));
    assert_eq!(ask(&sandbox, "GET", "/data_connectors", "").status, 401);
}

#[test]
fn a_small_limit_lets_one_request_per_window_pass() {
    let sandbox = Sandbox::builder().rate_limit(0).start().unwrap();
    assert_eq!(page(&sandbox, "").status, 200);
    assert_eq!(page(&sandbox, "").status, 429);
}
