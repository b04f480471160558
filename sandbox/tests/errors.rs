//! Error responses: status, body and headers.

#![allow(clippy::unwrap_used)]

mod common;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{VALID_HEADERS, page, request, starting_after};
use data_connectors_sandbox::Sandbox;

const PREVIEW: &str = "Intercom-Version: Preview\r\n";

#[test]
fn checks_authentication_first() {
    let sandbox = Sandbox::builder().start().unwrap();
    for authorization in [
        "",
        "Authorization:\r\n",
        "Authorization: Bearer\r\n",
        "Authorization: Bearer  \r\n",
        "Authorization: Bearer two words\r\n",
        "Authorization: Bearertoken\r\n",
        "Authorization: Basic dXNlcjpwYXNz\r\n",
        "Authorization: t\u{f6}ken\r\n",
        "X-Authorization: Bearer token\r\n",
    ] {
        for (method, target) in
            [("GET", "/data_connectors?per_page=0"), ("GET", "/other"), ("POST", "/data_connectors")]
        {
            let response = request(&sandbox, method, target, authorization);
            response.assert_error(401, "unauthorized", "Access Token Invalid", None);
            assert_eq!(response.header("x-ratelimit-limit"), None);
        }
    }
}

#[test]
fn accepts_any_token_unless_one_is_required() {
    let any_token = Sandbox::builder().start().unwrap();
    let required = Sandbox::builder().token("dG9rOmVu=").start().unwrap();
    for (authorization, accepted) in [
        ("Bearer dG9rOmVu=", true),
        ("bearer dG9rOmVu=", true),
        ("BEARER   dG9rOmVu=", true),
        ("Bearer dg9romvu=", false),
        ("Bearer dG9rOmVu", false),
        ("Bearer x", false),
    ] {
        let headers = format!("Authorization: {authorization}\r\n{PREVIEW}");
        assert_eq!(request(&any_token, "GET", "/data_connectors", &headers).status, 200, "{authorization}");
        let response = request(&required, "GET", "/data_connectors", &headers);
        if accepted {
            assert_eq!(response.status, 200, "{authorization}");
        } else {
            response.assert_error(401, "unauthorized", "Access Token Invalid", None);
        }
    }
}

#[test]
fn rejects_tokens_that_cannot_be_sent_in_a_header() {
    for token in ["", "two words", "line\nbreak", "tök\u{e9}n"] {
        let error = Sandbox::builder().token(token).start().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert!(token.is_empty() || !error.to_string().contains(token), "{error}");
    }
    let debug = format!("{:?}", Sandbox::builder().token("secret"));
    assert!(!debug.contains("secret"), "{debug}");
}

#[test]
fn responds_with_404_for_other_paths() {
    let sandbox = Sandbox::builder().start().unwrap();
    for path in ["/", "/data_connectors/", "/data_connectors/1/x", "/Data_Connectors", "//data_connectors"] {
        for method in ["GET", "DELETE"] {
            let message =
                format!("Path {path} not found: this sandbox serves only /data_connectors and /data_connectors/{{id}}");
            request(&sandbox, method, &format!("{path}?x=1"), VALID_HEADERS).assert_error(
                404,
                "not_found",
                &message,
                None,
            );
        }
    }
}

#[test]
fn responds_with_405_for_other_methods() {
    let sandbox = Sandbox::builder().start().unwrap();
    for (path, methods, allowed) in [
        ("/data_connectors", ["PUT", "PATCH", "DELETE", "OPTIONS"], "GET, POST"),
        ("/data_connectors/12345", ["PUT", "POST", "CONNECT", "OPTIONS"], "GET, PATCH, DELETE"),
    ] {
        for method in methods {
            let response = request(&sandbox, method, path, VALID_HEADERS);
            let message = format!("Method {method} not allowed for {path}: use {allowed}");
            response.assert_error(405, "method_not_allowed", &message, None);
            assert_eq!(response.header("allow"), Some(allowed));
        }
    }
    assert_eq!(request(&sandbox, "HEAD", "/data_connectors", VALID_HEADERS).status, 405);
}

#[test]
fn supports_preview_and_2_16_or_later() {
    let sandbox = Sandbox::builder().start().unwrap();
    for version in ["Preview", "2.16", "2.17", "2.99", "3.0", "10.1"] {
        assert_eq!(request_with_version(&sandbox, version).status, 200, "{version}");
    }
    for version in ["0.0", "1.0", "2.9", "2.14", "2.15", "Unstable"] {
        let message = format!(
            "GET /data_connectors is not available in version {version}: \
             set Intercom-Version to Preview, 2.16 or later"
        );
        request_with_version(&sandbox, version).assert_error(404, "not_found", &message, None);
    }
    let message = "GET /data_connectors is not available without the Intercom-Version header: \
                   set Intercom-Version to Preview, 2.16 or later";
    request(&sandbox, "GET", "/data_connectors", "Authorization: Bearer x\r\n").assert_error(
        404,
        "not_found",
        message,
        None,
    );
}

#[test]
fn responds_with_400_for_a_malformed_version() {
    let sandbox = Sandbox::builder().start().unwrap();
    for version in ["", "preview", "2", "2.", ".16", "2.16.1", "2.160", "+2.16", "2.016", "v2.16", "2,16", "2.1\u{e9}"]
    {
        let message = "Invalid Intercom-Version header: use Preview, Unstable or a version number such as 2.16";
        request_with_version(&sandbox, version).assert_error(400, "intercom_version_invalid", message, None);
    }
}

fn request_with_version(sandbox: &Sandbox, version: &str) -> common::Response {
    let headers = format!("Authorization: Bearer x\r\nIntercom-Version: {version}\r\n");
    request(sandbox, "GET", "/data_connectors", &headers)
}

#[test]
fn responds_with_400_for_an_invalid_per_page() {
    let sandbox = Sandbox::builder().start().unwrap();
    for (sent, decoded) in [
        ("0", "0"),
        ("51", "51"),
        ("-1", "-1"),
        ("", ""),
        ("ten", "ten"),
        ("20.0", "20.0"),
        ("1e1", "1e1"),
        ("0x10", "0x10"),
        ("99999999999999999999999", "99999999999999999999999"),
        ("%D9%A1", "\u{661}"),
        ("%FF", "\u{fffd}"),
    ] {
        let message = format!("per_page must be an integer from 1 to 50, not \"{decoded}\"");
        page(&sandbox, &format!("per_page={sent}")).assert_error(400, "parameter_invalid", &message, Some("per_page"));
    }
}

#[test]
fn responds_with_400_for_an_invalid_cursor() {
    let sandbox = Sandbox::builder().start().unwrap();
    let message = "Invalid starting_after param. Use pages.next.starting_after of the previous page, unchanged and \
                   percent-encoded, or omit it for the first page";
    let assert_invalid = |query: &str| {
        page(&sandbox, query).assert_error(400, "client_error", message, Some("starting_after"));
    };
    for query in
        ["starting_after=", "starting_after", "starting_after=None", "starting_after=null", "starting_after=%FF"]
    {
        assert_invalid(query);
    }
    // Damaged by clients: padding cut off, encoded twice, a space in place of a character.
    let valid = "WzE3MDc1OTQ3MTUuMCwxMjM0NV0=";
    assert_eq!(page(&sandbox, &starting_after(valid)).status, 200);
    for damaged in [&valid[..27], "WzE3MDc1OTQ3MTUuMCwxMjM0NV0%3D", " WzE3MDc1OTQ3MTUuMCwxMjM0NV0="] {
        assert_invalid(&starting_after(damaged));
    }
    assert_invalid(&format!("starting_after=+{valid}"));
    for json in
        ["", "[]", "[1.0]", "[1.0,2,3]", "[1.0,2.5]", "[1.0,-2]", "[1.0,\"2\"]", "[\"1\",2]", "{}", "[1.0,2", "\u{1}"]
    {
        assert_invalid(&starting_after(&BASE64_STANDARD.encode(json)));
    }
}
