//! Answers, good and bad, and what becomes of them. The whole table through the C ABI is in tests/answers.rs.

use super::*;

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Result<Page> {
    let token = AccessToken::new("s3cret-token").expect("a good token");
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().expect("a good header"));
    }
    Answer {
        status: StatusCode::from_u16(status).expect("a good status"),
        headers: map,
        body: body.as_bytes().to_vec(),
    }
    .judge(&token)
}

#[test]
fn a_page_keeps_its_bytes_and_tells_its_limits() {
    let json = "\u{feff} {\"data\":[{\"id\":\"1\",\"new\":1.50}],\"pages\":null}\n";
    let headers = [
        ("x-request-id", "r-1"),
        ("x-ratelimit-limit", "10000"),
        ("x-ratelimit-remaining", "-3"),
        ("x-ratelimit-reset", "1700000000"),
    ];
    let page = answer(200, &headers, json).expect("a page");
    assert_eq!(page.json(), &json[3..], "all but the byte order mark");
    assert_eq!(page.count(), 1);
    assert_eq!(page.request_id(), Some("r-1"));
    let limit = page.rate_limit();
    assert_eq!((limit.limit, limit.remaining), (Some(10_000), None));
    assert_eq!(limit.reset, Some(Duration::from_secs(1_700_000_000)));
}

#[test]
fn an_error_list_may_lack_everything() {
    for body in [
        r#"{"type":"error.list","errors":[{}]}"#,
        r#"{"errors":[{"code":null,"message":null,"field":null}],"request_id":null}"#,
        r#"{"errors":[7]}"#,
    ] {
        let error = answer(400, &[("x-request-id", "r-2")], body).expect_err(body);
        assert_eq!(error.message(), "the service answered 400 Bad Request", "{body}");
        assert_eq!((error.api_code(), error.request_id()), (None, Some("r-2")));
    }
    let body = r#"{"type":"error.list","request_id":"r-3","errors":[]}"#;
    let error = answer(400, &[("x-request-id", "r-2")], body).expect_err(body);
    assert_eq!((error.message(), error.request_id()), ("the service answered 400 Bad Request", Some("r-3")));
    for body in ["{}", "[]", "7", r#"{"errors":[]}"#, r#"{"errors":null}"#] {
        let error = answer(500, &[], body).expect_err(body);
        assert!(error.message().contains("instead of its JSON"), "{error}");
    }
}

#[test]
fn what_echoes_the_token_is_cleaned() {
    let body = r#"{"errors":[{"code":"s3cret-token","message":"no s3cret-token","field":"s3cret-token"}],"request_id":"s3cret-token"}"#;
    let error =
        answer(400, &[("location", "https://s3cret-token/"), ("content-type", "s3cret-token")], body).expect_err("400");
    assert!(!format!("{error:?}").contains("s3cret-token"), "{error:?}");
    assert_eq!(error.api_code(), Some("[token]"));
    for status in [200, 302, 502] {
        let error =
            answer(status, &[("location", "https://s3cret-token/"), ("content-type", "s3cret-token")], "s3cret-token");
        assert!(!format!("{error:?}").contains("s3cret-token"), "{error:?}");
    }
}

#[test]
fn a_wait_is_asked_for_in_seconds_or_by_the_reset() {
    let after =
        |status, headers: &[(&'static str, &str)]| answer(status, headers, "").expect_err("no page").retry_after();
    assert_eq!(after(429, &[("retry-after", " 7 ")]), Some(Duration::from_secs(7)));
    assert_eq!(after(503, &[("retry-after", "0")]), Some(Duration::ZERO));
    assert_eq!(after(503, &[("retry-after", "-1")]), None);
    assert_eq!(after(429, &[("x-ratelimit-reset", "1")]), None, "long past");
    assert_eq!(after(500, &[("x-ratelimit-reset", "99999999999")]), None, "says nothing of a 500");
    // Times are by the server's clock, where it tells it.
    let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(after(503, &[date, ("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT")]), Some(Duration::from_secs(10)));
    assert_eq!(after(503, &[date, ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(Duration::ZERO));
    assert_eq!(after(503, &[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(Duration::ZERO));
    assert_eq!(after(503, &[("retry-after", "tomorrow")]), None);
    assert_eq!(after(429, &[date, ("x-ratelimit-reset", "784111787")]), Some(Duration::from_secs(10)));
    let far = after(429, &[("x-ratelimit-reset", "99999999999")]).expect("in the future");
    assert!(far > Duration::from_secs(9_000_000_000));
}

#[test]
fn an_error_is_read_whatever_else_is_odd() {
    let half_a_pair =
        r#"{"errors":[{"code":"c","message":"a\ud83d b \\ud83d \ud83d\ude00"},{"code":"d"}],"request_id":"r"}"#;
    let error = answer(400, &[], half_a_pair).expect_err("400");
    assert_eq!(error.message(), "the service answered 400 Bad Request: a\u{fffd} b \\ud83d 😀 (c), and 1 more");
    assert_eq!((error.api_code(), error.request_id()), (Some("c"), Some("r")));
    let error =
        answer(200, &[], r#"{"type":"error.list","data":[],"errors":[{"message":"Access Token Invalid","code":"x"}]}"#);
    let error = error.expect_err("no list");
    assert_eq!((error.kind(), error.api_code()), (ErrorKind::Protocol, Some("x")));
    assert!(error.message().ends_with("an error instead of a list: Access Token Invalid (x)"), "{error}");
    let error = answer(400, &[], "{\"errors\":[{\"message\":\"a\\nb\\u001b[31m\"}]}").expect_err("400");
    assert!(error.message().ends_with("a b [31m"), "{error:?}");
}

#[test]
fn a_redirect_names_the_host_alone() {
    let error = answer(302, &[("location", "https://elsewhere.example/path?key=1")], "").expect_err("no page");
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(error.message().contains("a redirect to elsewhere.example:"), "{error}");
    assert!(!error.message().contains("key="), "{error}");
}
