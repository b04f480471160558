//! Responses and the pages or errors they become.

use super::*;

fn parse(status: u16, headers: &[(&'static str, &str)], body: &str) -> Result<Page> {
    let token = AccessToken::new("s3cret-token").expect("a valid access token");
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().expect("a valid header"));
    }
    HttpResponse {
        status: StatusCode::from_u16(status).expect("a valid status"),
        headers: map,
        body: body.as_bytes().to_vec(),
    }
    .into_page(&token, &RowAccess::default())
}

#[test]
fn page_keeps_json_request_id_and_rate_limit() {
    let json = "\u{feff} {\"data\":[{\"id\":\"1\",\"new\":1.50}],\"pages\":null}\n";
    let headers = [
        ("x-request-id", "r-1"),
        ("x-ratelimit-limit", "10000"),
        ("x-ratelimit-remaining", "-3"),
        ("x-ratelimit-reset", "1700000000"),
    ];
    let page = parse(200, &headers, json).expect("a page");
    assert_eq!(page.json(), &json[3..], "all but the byte order mark");
    assert_eq!(page.count(), 1);
    assert_eq!(page.request_id(), Some("r-1"));
    let limit = page.rate_limit();
    assert_eq!((limit.limit, limit.remaining), (Some(10_000), None));
    assert_eq!(limit.reset, Some(Duration::from_secs(1_700_000_000)));
}

#[test]
fn error_keeps_the_details_of_head_and_body() {
    let headers = [
        ("x-request-id", "r-1"),
        ("retry-after", "3"),
        ("x-ratelimit-limit", "10000"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "1700000000"),
    ];
    for (body, message, code, field) in [
        (r#"{"errors":[{"code":"c","message":"m.","field":"f"}]}"#, ": m (c, field f)", Some("c"), Some("f")),
        (r#"{"errors":[{"code":"c"},{},{}]}"#, " (c), and 2 more", Some("c"), None),
        (r#"{"errors":[{"field":"f"}]}"#, " (field f)", None, Some("f")),
        // A code of another name is not the service's.
        (r#"{"errors":[{"message":"m","errorCode":"c"}]}"#, ": m", None, None),
    ] {
        let error = parse(429, &headers, body).expect_err("429");
        assert_eq!(error.message(), format!("HTTP 429 Too Many Requests{message}"));
        assert_eq!((error.kind(), error.http_status()), (ErrorKind::RateLimited, Some(429)));
        assert_eq!((error.api_code(), error.api_field(), error.request_id()), (code, field, Some("r-1")));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
        let limit = error.rate_limit();
        assert_eq!((limit.limit, limit.remaining), (Some(10_000), Some(0)));
        assert_eq!(limit.reset, Some(Duration::from_secs(1_700_000_000)));
    }
    for (status, has_advice) in [(404, true), (400, false), (410, false)] {
        let error = parse(status, &[], r#"{"errors":[{}]}"#).expect_err("no list");
        assert_eq!(error.message().contains("; check base_url and api_version"), has_advice, "{error}");
    }
    for status in [206, 302] {
        let error = parse(status, &[], r#"{"errors":[{"message":"m"}]}"#).expect_err("no list");
        assert!(error.message().contains(": m"), "{error}");
    }
    let body = r#"{"errors":[{}],"request_id":"r-2"}"#;
    assert_eq!(parse(400, &headers, body).expect_err("400").request_id(), Some("r-2"));
}

#[test]
fn error_list_may_lack_every_part() {
    for body in [
        r#"{"type":"error.list","errors":[{}]}"#,
        r#"{"errors":[{"code":null,"message":null,"field":null}],"request_id":null}"#,
        r#"{"errors":[7]}"#,
    ] {
        let error = parse(400, &[("x-request-id", "r-2")], body).expect_err(body);
        assert_eq!(error.message(), "HTTP 400 Bad Request", "{body}");
        assert_eq!((error.api_code(), error.request_id()), (None, Some("r-2")));
    }
    let body = r#"{"type":"error.list","request_id":"r-3","errors":[]}"#;
    let error = parse(400, &[("x-request-id", "r-2")], body).expect_err(body);
    assert_eq!((error.message(), error.request_id()), ("HTTP 400 Bad Request", Some("r-3")));
}

/// The text is found in the JSON of gateways, identity providers and frameworks. Their codes are not `api_code`, whose
/// values are the service's.
#[test]
fn finds_the_text_of_errors_of_other_services() {
    for (body, text) in [
        // API gateways and content delivery networks.
        (r#"{"message":"Forbidden"}"#, "Forbidden"),
        (
            r#"{"Message":"User is not authorized to access this resource"}"#,
            "User is not authorized to access this resource",
        ),
        (r#"{"message":"API rate limit exceeded","request_id":"7f2"}"#, "API rate limit exceeded"),
        (r#"{"fault":{"faultstring":"Invalid token","detail":{"errorcode":"oauth.v2.Invalid"}}}"#, "Invalid token"),
        (r#"{"fault":{"code":900901,"type":"Status report","message":"Expired"}}"#, "Expired"),
        (r#"{"errorMessage":"boom","errorType":"Error"}"#, "boom"),
        (r#"{"error_code":"APIG.0301","error_msg":"Incorrect token","request_id":"9"}"#, "Incorrect token (APIG.0301)"),
        (r#"{"httpCode":"401","httpMessage":"Unauthorized","moreInformation":"Not registered"}"#, "Not registered"),
        (r#"{"statusCode":401,"message":"Missing key"}"#, "Missing key"),
        // Identity providers.
        (r#"{"error":"invalid_token","error_description":"The token expired."}"#, "The token expired (invalid_token)"),
        (r#"{"error":"invalid_client"}"#, "invalid_client"),
        (r#"{"errorCode":"E0000011","errorSummary":"Invalid token","errorCauses":[]}"#, "Invalid token (E0000011)"),
        // RFC 9457 and JSON:API.
        (r#"{"type":"about:blank","title":"Gone","status":403}"#, "Gone"),
        (r#"{"title":"No","detail":"The plan ended","status":403,"instance":"/x"}"#, "The plan ended"),
        // Frameworks and other services.
        (r#"{"timestamp":1,"status":403,"error":"Forbidden","message":"Access Denied","path":"/"}"#, "Access Denied"),
        (r#"{"timestamp":1,"status":403,"error":"No access","message":"","path":"/"}"#, "No access"),
        (r#"{"error":{"code":403,"message":"Disabled","status":"PERMISSION_DENIED"}}"#, "Disabled"),
        (r#"{"error":{"code":"Denied","message":"No role","innererror":{"code":"x"}}}"#, "No role (Denied)"),
        (r#"{"code":"ACCESS_FAILED","message":"Denied"}"#, "Denied (ACCESS_FAILED)"),
        (r#"{"error":"text"}"#, "text"),
        (r#"{"detail":"No credentials"}"#, "No credentials"),
        (r#"{"detail":[{"loc":["query","per_page"],"msg":"not an integer","type":"int"}]}"#, "not an integer"),
        (r#"{"statusCode":403,"message":["a","b"],"error":"Forbidden"}"#, "a"),
        (r#"{"errors":{"base":[],"per_page":["is too large"]}}"#, "per_page: is too large"),
        (r#"[{"message":"Session expired","errorCode":"INVALID_SESSION_ID"}]"#, "Session expired (INVALID_SESSION_ID)"),
        (r#"{"error":{"root_cause":[],"type":"t","reason":"blocked"},"status":403}"#, "blocked"),
        (r#""Forbidden by policy""#, "Forbidden by policy"),
        (r#"{"message":" two\nlines, s3cret-token\u001b[0m "}"#, "two lines, [token] [0m"),
    ] {
        let error = parse(403, &[], body).expect_err(body);
        assert_eq!(error.message(), format!("HTTP 403 Forbidden: {text}; a gateway may have sent it"), "{body}");
        assert_eq!((error.kind(), error.api_code()), (ErrorKind::Forbidden, None), "{body}");
    }
    let error = parse(429, &[("x-request-id", "r-1")], r#"{"message":"no","request_id":"r-2"}"#).expect_err("429");
    assert_eq!(error.request_id(), Some("r-2"));
    let error = parse(401, &[("x-request-id", "r-1")], r#"{"message":"no"}"#).expect_err("401");
    assert_eq!(error.request_id(), Some("r-1"));
    assert!(error.message().contains(": no; a gateway may have sent it; check access_token and region"), "{error}");
}

/// Lists of errors in the form of the service, or nearly so.
#[test]
fn finds_the_text_of_each_item_of_an_error_list() {
    for (body, message, code) in [
        (r#"{"errors":["text"]}"#, ": text", None),
        (r#"{"success":false,"errors":[{"code":1000,"message":"no"},{}]}"#, ": no, and 1 more", None),
        (r#"{"errors":[{"status":"403","code":"c","title":"No","detail":"Why"}]}"#, ": Why (c)", Some("c")),
        (r#"{"errors":[{"message":"m","extensions":{"code":"x"}}]}"#, ": m", None),
    ] {
        let error = parse(403, &[], body).expect_err(body);
        assert_eq!(error.message(), format!("HTTP 403 Forbidden{message}"), "{body}");
        assert_eq!(error.api_code(), code, "{body}");
    }
}

#[test]
fn error_without_a_text_describes_the_body() {
    for body in ["{}", "[]", "7", "null", r#"{"errors":[]}"#, r#"{"errors":null,"message":" "}"#, r#"{"id":"text"}"#] {
        let error = parse(500, &[], body).expect_err(body);
        let expected = "HTTP 500 Internal Server Error with JSON in an unknown format; a gateway may have sent it";
        assert_eq!(error.message(), expected, "{body}");
    }
    let deep = "{\"error\":".repeat(120) + "7" + &"}".repeat(120);
    assert!(parse(500, &[], &deep).expect_err("500").message().contains("with JSON in an unknown format"));
    let json = ("content-type", "application/json");
    for (status, headers, body, message) in [
        (502, &[("content-type", "text/html")][..], "<p>", "text/html instead of the service's JSON error: a gateway"),
        (502, &[], "no", "with no content type instead of the service's JSON error: a gateway may have sent it"),
        (
            502,
            &[json],
            "{\"message\":",
            "with content type application/json, but invalid JSON: a gateway may have sent it",
        ),
        (502, &[json], "", "HTTP 502 Bad Gateway with an empty body"),
        (503, &[("content-encoding", "br")], "?", "with no content type, content coding br instead of"),
        (206, &[json], r#"{"message":"a list"}"#, "HTTP 206 Partial Content; expected HTTP 200 with a list"),
        (302, &[("location", "https://a.example/")], r#"{"message":"moved"}"#, "302 Found (redirect to a.example): "),
    ] {
        let error = parse(status, headers, body).expect_err(body);
        assert!(error.message().contains(message), "{error}");
    }
}

#[test]
fn redacts_an_echoed_access_token() {
    let body = r#"{"errors":[{"code":"s3cret-token","message":"no s3cret-token","field":"s3cret-token"}],"request_id":"s3cret-token"}"#;
    let error =
        parse(400, &[("location", "https://s3cret-token/"), ("content-type", "s3cret-token")], body).expect_err("400");
    assert!(!format!("{error:?}").contains("s3cret-token"), "{error:?}");
    assert_eq!(error.api_code(), Some("[token]"));
    for status in [200, 302, 502] {
        let error =
            parse(status, &[("location", "https://s3cret-token/"), ("content-type", "s3cret-token")], "s3cret-token");
        assert!(!format!("{error:?}").contains("s3cret-token"), "{error:?}");
    }
}

#[test]
fn retry_after_comes_from_seconds_a_date_or_the_reset() {
    let retry_after =
        |status, headers: &[(&'static str, &str)]| parse(status, headers, "").expect_err("an error").retry_after();
    assert_eq!(retry_after(429, &[("retry-after", " 7 ")]), Some(Duration::from_secs(7)));
    assert_eq!(retry_after(503, &[("retry-after", "0")]), Some(Duration::ZERO));
    assert_eq!(retry_after(503, &[("retry-after", "-1")]), None);
    assert_eq!(retry_after(429, &[("x-ratelimit-reset", "1")]), None, "in the past");
    assert_eq!(retry_after(500, &[("x-ratelimit-reset", "99999999999")]), None, "applies to 429 only");
    // Times refer to the server's clock if the response has a date.
    let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(
        retry_after(503, &[date, ("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT")]),
        Some(Duration::from_secs(10))
    );
    assert_eq!(retry_after(503, &[date, ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(Duration::ZERO));
    assert_eq!(retry_after(503, &[("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")]), Some(Duration::ZERO));
    assert_eq!(retry_after(503, &[("retry-after", "tomorrow")]), None);
    assert_eq!(retry_after(429, &[date, ("x-ratelimit-reset", "784111787")]), Some(Duration::from_secs(10)));
}

#[test]
fn retry_after_may_have_decimals() {
    let retry_after = |value: &str| parse(503, &[("retry-after", value)], "").expect_err("503").retry_after();
    for (value, milliseconds) in [
        ("1.5", 1_500),
        ("0.25", 250),
        ("2.0", 2_000),
        ("2.00000000000000000000000000000000", 2_000),
        ("0.0001", 1),
        ("1.9990000001", 2_000),
        ("007", 7_000),
    ] {
        assert_eq!(retry_after(value), Some(Duration::from_millis(milliseconds)), "{value}");
    }
    for value in ["", ".", "1.", ".5", "1.5.5", "1,5", "1e1", "0x1", "+1", "-1.5", "1 s", "nan", "inf", "1.5s", "1.-5"]
    {
        assert_eq!(retry_after(value), None, "{value}");
    }
}

#[test]
fn implausible_delays_are_ignored() {
    let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    let (hour, now) = (3_600, 784_111_777_u64);
    let parse = |headers: &[(&'static str, &str)]| parse(429, headers, "").expect_err("429").retry_after();
    let retry_after = |value: &str| parse(&[date, ("retry-after", value)]);
    let reset = |value: u64| parse(&[date, ("x-ratelimit-reset", &value.to_string())]);
    assert_eq!(retry_after("3600"), Some(Duration::from_secs(hour)));
    assert_eq!(retry_after("Sun, 06 Nov 1994 09:49:37 GMT"), Some(Duration::from_secs(hour)));
    assert_eq!(reset(now + hour), Some(Duration::from_secs(hour)));
    for value in [
        "3600.0001",
        "3601",
        "1700000000",
        "18446744073709551615.9999",
        "99999999999999999999999999999999",
        "Sun, 06 Nov 1994 09:49:38 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ] {
        assert_eq!(retry_after(value), None, "{value}");
        let headers = [date, ("retry-after", value), ("x-ratelimit-reset", "784111784")];
        assert_eq!(parse(&headers), Some(Duration::from_secs(7)), "{value}");
    }
    for value in [now + hour + 1, now * 1_000, u64::MAX] {
        assert_eq!(reset(value), None, "{value}");
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-reset", value.into());
        headers.insert("date", date.1.parse().expect("a date"));
        let response = HttpResponse { status: StatusCode::OK, headers, body: Vec::new() };
        assert_eq!(response.time_to_rate_limit_reset(), None, "{value}");
    }
}

#[test]
fn parses_errors_in_unusual_bodies() {
    let lone_surrogate =
        r#"{"errors":[{"code":"c","message":"a\ud83d b \\ud83d \ud83d\ude00"},{"code":"d"}],"request_id":"r"}"#;
    let error = parse(400, &[], lone_surrogate).expect_err("400");
    assert_eq!(error.message(), "HTTP 400 Bad Request: a\u{fffd} b \\ud83d 😀 (c), and 1 more");
    assert_eq!((error.api_code(), error.request_id()), (Some("c"), Some("r")));
    let error =
        parse(200, &[], r#"{"type":"error.list","data":[],"errors":[{"message":"Access Token Invalid","code":"x"}]}"#);
    let error = error.expect_err("an error");
    assert_eq!((error.kind(), error.api_code()), (ErrorKind::Protocol, Some("x")));
    assert!(error.message().ends_with("an error instead of a list: Access Token Invalid (x)"), "{error}");
    let error = parse(400, &[], "{\"errors\":[{\"message\":\"a\\nb\\u001b[31m\"}]}").expect_err("400");
    assert!(error.message().ends_with("a b [31m"), "{error:?}");
}

#[test]
fn redirect_error_contains_only_the_host() {
    let error = parse(302, &[("location", "https://elsewhere.example/path?key=1")], "").expect_err("an error");
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert!(error.message().contains("(redirect to elsewhere.example):"), "{error}");
    assert!(!error.message().contains("key="), "{error}");
}

#[test]
fn error_pages_about_tls_are_recognized() {
    for (page, hint) in [
        ("<center>The plain HTTP request was sent to HTTPS port</center>", "use https:// in base_url"),
        ("Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />", "use https:// in base_url"),
        ("Client sent an HTTP request to an HTTPS server.\n", "use https:// in base_url"),
        ("Bad Request\r\nThis combination of host and port requires TLS.\r\n", "use https:// in base_url"),
        ("<center>No required SSL certificate was sent</center>", "set client_certificate_file and client_key_file"),
        (
            "<center>The SSL certificate error</center>",
            "not accept the client certificate: check client_certificate_file",
        ),
    ] {
        let error = parse(400, &[("content-type", "text/html")], page).expect_err(page);
        assert!(error.message().ends_with(hint), "{error}");
        // The service itself, or another error.
        let body = format!(r#"{{"errors":[{{"message":"{}"}}]}}"#, page.replace(['\r', '\n'], ""));
        for error in [parse(400, &[], &body), parse(502, &[], page), parse(400, &[], "Bad Request")] {
            let error = error.expect_err(page);
            assert!(!error.message().ends_with(hint), "{error}");
        }
    }
}

#[test]
fn request_ids_are_not_cut_off_like_codes() {
    let id = "r".repeat(300);
    let body = format!(r#"{{"errors":[{{}}],"request_id":"{id}"}}"#);
    assert_eq!(parse(400, &[], &body).expect_err("400").request_id(), Some(&*id));
    assert_eq!(parse(400, &[("x-request-id", &id)], "").expect_err("400").request_id(), Some(&*id));
    let body = "{\"errors\":[{\"code\":\"\u{200b}\"}],\"request_id\":\"\u{feff}\"}";
    let error = parse(400, &[], body).expect_err("400");
    assert_eq!((error.message(), error.request_id()), ("HTTP 400 Bad Request", None));
}

/// As parsing can take a hundred times the memory of the body, longer ones are not parsed.
#[test]
fn bodies_longer_than_64_kib_are_not_searched_for_an_error() {
    let body = |bytes: usize| {
        let start = r#"{"errors":[{"message":"m","code":"c"}],"x":""#;
        format!("{start}{}\"}}", "x".repeat(bytes - start.len() - 2))
    };
    let json = ("content-type", "application/json");
    let error = parse(400, &[json], &body(64 * 1024)).expect_err("400");
    assert_eq!((error.message(), error.api_code()), ("HTTP 400 Bad Request: m (c)", Some("c")));
    let error = parse(400, &[json], &body(64 * 1024 + 1)).expect_err("400");
    let expected =
        "HTTP 400 Bad Request with content type application/json, but longer than 64 KiB: a gateway may have sent it";
    assert_eq!((error.message(), error.api_code()), (expected, None));
    let error = parse(200, &[], &body(64 * 1024)).expect_err("no list");
    assert_eq!(error.message(), "HTTP 200 OK with an error instead of a list: m (c)");
    let error = parse(200, &[json, ("x-request-id", "r")], &body(64 * 1024 + 1)).expect_err("no list");
    assert!(error.message().ends_with("but the body is not a JSON list: \"data\" is missing"), "{error}");
    assert_eq!((error.kind(), error.api_code(), error.request_id()), (ErrorKind::Protocol, None, Some("r")));
}

#[test]
fn long_strings_of_the_server_leave_room_for_the_advice() {
    let long = "ü".repeat(600);
    let list = format!(r#"{{"errors":[{{"message":"{long}","code":"{long}","field":"{long}"}},{{}}]}}"#);
    let advice = "; check access_token and region: an access token is valid in one region only";
    let error = parse(401, &[], &list).expect_err("401");
    assert!(error.message().len() < 1_000 - 100 && error.message().ends_with(advice), "{error}");
    let [text, name] = [250, 50].map(|length| "ü".repeat(length) + "…");
    assert!(error.message().contains(&format!(": {text} ({name}, field {name}), and 1 more;")), "{error}");
    let foreign = format!(r#"{{"message":"{long}","code":"{long}"}}"#);
    let (ascii, host) = ("x".repeat(1_200), format!("https://{}/", "x".repeat(950)));
    for (status, headers, body, end) in [
        (401, &[][..], &*foreign, advice),
        (401, &[("content-type", &*ascii), ("content-encoding", &*ascii)], "", advice),
        (401, &[("content-type", &*ascii), ("content-encoding", &*ascii)], "<p>", advice),
        (302, &[("location", &*host)], "", "; set base_url to the final URL"),
        (302, &[], &list, "; set base_url to the final URL"),
        (200, &[("content-type", &*ascii), ("content-encoding", &*ascii)], &foreign, "; a gateway may have sent it"),
    ] {
        let message = parse(status, headers, body).expect_err(body).message().to_owned();
        assert!(message.len() <= 1_000 && message.ends_with(end), "{message}");
    }
}

#[test]
fn first_field_with_a_text_is_used_among_those_of_similar_names() {
    for body in [
        r#"{"Message":null,"message":"Denied","error":"Forbidden"}"#,
        r#"{"message":" ","Message":"Denied"}"#,
        r#"{"MESSAGE":{},"Message":[],"message":{"detail":"Denied"}}"#,
        r#"{"errors":[{"Message":7,"message":"Denied"}]}"#,
        "{\"message\":\"\u{200b}\u{feff} \",\"detail\":\"Denied\"}",
    ] {
        let error = parse(403, &[], body).expect_err(body);
        assert!(error.message().starts_with("HTTP 403 Forbidden: Denied"), "{body}: {error}");
    }
    let error = parse(403, &[], r#"{"Code":7,"code":"c","message":"Denied"}"#).expect_err("403");
    assert!(error.message().starts_with("HTTP 403 Forbidden: Denied (c)"), "{error}");
}

#[test]
fn error_of_a_gateway_with_status_200_is_in_the_message() {
    let json = ("content-type", "application/json");
    for (body, end) in [
        (r#"{"message":"Forbidden"}"#, "\"data\" is missing: Forbidden; a gateway may have sent it"),
        (r#"{"message":"no s3cret-token","code":"c"}"#, ": no [token] (c); a gateway may have sent it"),
        (r#"{"object":"x"}"#, "\"data\" is missing"),
    ] {
        let error = parse(200, &[json], body).expect_err(body);
        let start = "HTTP 200 OK with content type application/json, but the body is not a JSON list: ";
        assert!(error.message().starts_with(start) && error.message().ends_with(end), "{error}");
        assert_eq!((error.kind(), error.api_code()), (ErrorKind::Protocol, None));
    }
    // Rows without the list around them are not an error of a gateway.
    let error = parse(200, &[json], r#"[{"description":"a connector"}]"#).expect_err("no list");
    assert!(!error.message().contains("a connector"), "{error}");
}

#[test]
fn invisible_characters_do_not_hide_the_access_token() {
    let body = "{\"errors\":[{\"message\":\"a\u{202e}b s3c\u{200b}ret-\u{feff}to\\u2066ken\",\"code\":\"s3cret\u{2060}-token\"}]}";
    let error = parse(400, &[], body).expect_err("400");
    assert_eq!((error.message(), error.api_code()), ("HTTP 400 Bad Request: ab [token] ([token])", Some("[token]")));
    // The part of an access token before the limit.
    let body = format!(r#"{{"message":"{}s3cret-token"}}"#, "x".repeat(495));
    assert!(!parse(400, &[], &body).expect_err("400").message().contains("s3c"));
}

#[test]
fn message_says_which_retry_after_was_ignored() {
    for (value, reason) in [
        ("7200", "7200 (more than an hour)"),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 GMT (more than an hour)"),
        ("99999999999999999999999999999999", "99999999999999999999999999999999 (invalid)"),
        (" tomorrow", "tomorrow (invalid)"),
    ] {
        let error = parse(503, &[("retry-after", value)], "").expect_err("503");
        let expected = format!("HTTP 503 Service Unavailable with an empty body; ignored Retry-After {reason}");
        assert_eq!(error.message(), expected);
    }
    let error = parse(503, &[("retry-after", &"9".repeat(1_000))], "").expect_err("503");
    assert!(error.message().len() < 200 && error.message().ends_with("9… (invalid)"), "{error}");
    for value in ["3600", "0", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        let error = parse(503, &[("retry-after", value)], "").expect_err("503");
        assert!(!error.message().contains("ignored"), "{error}");
    }
}

#[test]
fn json_content_types_are_recognized_in_any_case() {
    for name in ["application/json", "Application/JSON", "application/problem+Json"] {
        let error = parse(502, &[("content-type", name)], "{").expect_err("502");
        assert!(error.message().contains(", but invalid JSON"), "{error}");
    }
}
