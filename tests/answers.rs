//! Each answer that the contract documents, and those that gateways are known to give, through the C ABI: one C program,
//! a scripted server, and for each answer what it has to become.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::path::Path;
use std::sync::OnceLock;

use support::compiler::Compiler;
use support::scripted::{Scripted, http, json};
use support::{program, root};

const ROW: &str =
    r#"{"type":"data_connector","id":"1","name":"Ünïcode \"quoted\"","state":"archived","new":[1.50,null]}"#;

/// What the C program prints when it gets `answer`.
fn told(answer: Vec<u8>) -> String {
    static PROGRAM: OnceLock<std::path::PathBuf> = OnceLock::new();
    let program: &Path = PROGRAM.get_or_init(|| Compiler::of("c99").program(&root().join("tests/c/other/answers.c")));
    let server = Scripted::always(answer);
    let arguments = [server.base_url()];
    let output = program::run(program, &arguments, &[]);
    let (printed, complaints) = program::expect_code(&output, 0);
    assert_eq!(complaints, "");
    if program::valgrind_is_wanted() {
        let output = program::run_under_valgrind(program, &arguments, &[]);
        assert_eq!(program::expect_code(&output, 0), (printed.clone(), String::new()), "under valgrind");
    }
    printed
}

fn is_page(answer: Vec<u8>, count: usize, next: &str, has_next: i32, json: &str) {
    let expected =
        format!("status DC_OK\ncount {count}\nnext {next}\nhas_next {has_next}\nrequest_id header-id\njson {json}\n");
    assert_eq!(told(answer), expected);
}

/// `lines` are all that is told but the message, of which `says` is a part.
fn is_failure(answer: Vec<u8>, lines: [&str; 6], says: &str) {
    let [status, http, code, field, request_id, retry_after] = lines;
    let told = told(answer);
    let expected = format!(
        "status {status}\nhttp {http}\ncode {code}\nfield {field}\nrequest_id {request_id}\nretry_after {retry_after}\nmessage "
    );
    assert!(told.starts_with(&expected), "it should begin with\n{expected}\nbut is\n{told}");
    let message = &told[expected.len()..];
    assert!(message.contains(says), "{message:?} should contain {says:?}");
}

fn error_list(code: &str, message: &str, field: &str) -> String {
    format!(
        r#"{{"type":"error.list","request_id":"body-id","errors":[{{"code":{code},"message":{message},"field":{field}}}]}}"#
    )
}

#[test]
fn ok_with_a_next_page() {
    let body = format!(
        r#"{{"type":"list","data":[{ROW}],"pages":{{"type":"pages","per_page":20,"next":{{"starting_after":"WzE3MDc1OTQ3MTUuMCwxMjM0NV0="}}}}}}"#
    );
    is_page(json("200 OK", &body), 1, "WzE3MDc1OTQ3MTUuMCwxMjM0NV0=", 1, &body);
}

#[test]
fn ok_without_a_next_page() {
    for pages in [
        r#","pages":{"type":"pages","per_page":20,"next":null}"#,
        r#","pages":{"per_page":20}"#,
        r#","pages":null"#,
        "",
    ] {
        let body = format!(r#"{{"type":"list","data":[{ROW},{ROW}]{pages}}}"#);
        is_page(json("200 OK", &body), 2, "NULL", 0, &body);
    }
}

#[test]
fn ok_with_a_next_page_that_cannot_be_followed() {
    let body = r#"{"data":[],"pages":{"next":"https://host/data_connectors?page=2"}}"#;
    is_page(json("200 OK", body), 0, "NULL", 1, body);
}

#[test]
fn bad_request() {
    let body = error_list("\"parameter_invalid\"", "\"per_page must be between 1 and 50.\"", "\"per_page\"");
    is_failure(
        json("400 Bad Request", &body),
        ["DC_ERR_BAD_REQUEST", "400", "parameter_invalid", "per_page", "body-id", "-1"],
        "400 Bad Request: per_page must be between 1 and 50 (parameter_invalid, field per_page)",
    );
}

#[test]
fn unauthorized() {
    let body = error_list("\"unauthorized\"", "\"Access Token Invalid\"", "null");
    is_failure(
        json("401 Unauthorized", &body),
        ["DC_ERR_UNAUTHORIZED", "401", "unauthorized", "NULL", "body-id", "-1"],
        "401 Unauthorized: Access Token Invalid (unauthorized); check the token, and the region",
    );
}

#[test]
fn rate_limited() {
    let body = error_list("\"rate_limit_exceeded\"", "\"Exceeded rate limit\"", "null");
    let headers = [("Content-Type", "application/json"), ("Retry-After", "7")];
    is_failure(
        http("429 Too Many Requests", &headers, &body),
        ["DC_ERR_RATE_LIMITED", "429", "rate_limit_exceeded", "NULL", "body-id", "7000"],
        "429 Too Many Requests: Exceeded rate limit",
    );
}

#[test]
fn forbidden_and_not_found() {
    let body = error_list("\"api_plan_restricted\"", "null", "null");
    is_failure(
        json("403 Forbidden", &body),
        ["DC_ERR_FORBIDDEN", "403", "api_plan_restricted", "NULL", "body-id", "-1"],
        "403 Forbidden (api_plan_restricted)",
    );
    is_failure(
        json("404 Not Found", &error_list("\"not_found\"", "\"Not found\"", "null")),
        ["DC_ERR_BAD_REQUEST", "404", "not_found", "NULL", "body-id", "-1"],
        "check the base URL and the API version",
    );
}

#[test]
fn server_errors() {
    for status in ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"] {
        let body = error_list("\"server_error\"", "\"Something went wrong\"", "null");
        is_failure(
            json(status, &body),
            ["DC_ERR_SERVER", &status[..3], "server_error", "NULL", "body-id", "-1"],
            &format!("{status}: Something went wrong (server_error)"),
        );
    }
}

#[test]
fn a_gateways_html() {
    let html = "<html><body><h1>502 Bad Gateway</h1></body></html>";
    is_failure(
        http("502 Bad Gateway", &[("Content-Type", "text/html")], html),
        ["DC_ERR_SERVER", "502", "NULL", "NULL", "NULL", "-1"],
        "502 Bad Gateway with content type text/html instead of its JSON",
    );
    is_failure(
        http("403 Forbidden", &[("Content-Type", "text/html")], html),
        ["DC_ERR_FORBIDDEN", "403", "NULL", "NULL", "NULL", "-1"],
        "text/html instead of its JSON",
    );
    is_failure(
        http("200 OK", &[("Content-Type", "text/html")], html),
        ["DC_ERR_PROTOCOL", "200", "NULL", "NULL", "NULL", "-1"],
        "200 OK with content type text/html, but not the JSON of a list",
    );
}

#[test]
fn nothing_at_all() {
    is_failure(http("200 OK", &[], ""), ["DC_ERR_PROTOCOL", "200", "NULL", "NULL", "NULL", "-1"], "the body is empty");
    is_failure(
        http("503 Service Unavailable", &[], ""),
        ["DC_ERR_SERVER", "503", "NULL", "NULL", "NULL", "-1"],
        "with an empty body",
    );
    is_failure(
        b"HTTP/1.1 204 No Content\r\nX-Request-Id: header-id\r\n\r\n".to_vec(),
        ["DC_ERR_PROTOCOL", "204", "NULL", "NULL", "header-id", "-1"],
        "204 No Content",
    );
    is_failure(Vec::new(), ["DC_ERR_CONNECTION", "0", "NULL", "NULL", "NULL", "-1"], "closed the connection");
}

#[test]
fn truncated_json() {
    is_failure(
        json("200 OK", r#"{"type":"list","data":[{"id":"1","na"#),
        ["DC_ERR_PROTOCOL", "200", "NULL", "NULL", "header-id", "-1"],
        "EOF while parsing a string at line 1",
    );
    // Cut off on the way: fewer bytes than announced.
    is_failure(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"data\":[".to_vec(),
        ["DC_ERR_CONNECTION", "200", "NULL", "NULL", "NULL", "-1"],
        "closed the connection before the whole answer",
    );
}

#[test]
fn json_of_another_shape() {
    for (body, says) in [
        (r#"[{"id":"1"}]"#, "it is an array, not an object"),
        (r#"{"type":"list"}"#, "its object has no \"data\""),
        (r#"{"type":"list","data":null}"#, "its \"data\" is null, not an array"),
        (r#"{"type":"list","data":{}}"#, "its \"data\" is an object, not an array"),
        ("\"list\"", "it is a text, not an object"),
    ] {
        is_failure(json("200 OK", body), ["DC_ERR_PROTOCOL", "200", "NULL", "NULL", "header-id", "-1"], says);
    }
    let mut bad_utf8 = json("200 OK", "{\"data\":[\"?\"]}");
    let at = bad_utf8.iter().rposition(|byte| *byte == b'?').unwrap();
    bad_utf8[at] = 0xff;
    is_failure(
        bad_utf8,
        ["DC_ERR_PROTOCOL", "200", "NULL", "NULL", "header-id", "-1"],
        "it isn't UTF-8 from byte 10 on",
    );
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Scripted::always(json("200 OK", r#"{"data":[]}"#));
    let location = format!("{}/data_connectors", elsewhere.base_url());
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        is_failure(
            http(status, &[("Location", &location)], ""),
            ["DC_ERR_PROTOCOL", &status[..3], "NULL", "NULL", "NULL", "-1"],
            "a redirect to 127.0.0.1: redirects are not followed",
        );
    }
    assert_eq!(elsewhere.requests(), Vec::<String>::new());
}

#[test]
fn not_http_at_all() {
    is_failure(
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec(),
        ["DC_ERR_PROTOCOL", "0", "NULL", "NULL", "NULL", "-1"],
        "gave no proper HTTP answer",
    );
}
