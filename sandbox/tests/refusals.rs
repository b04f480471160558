//! Each request that is refused, and the whole answer to it.

#![allow(clippy::unwrap_used)] // In a test it is one more assertion.

mod common;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use common::{GOOD, ask, page, starting_after};
use data_connectors_sandbox::Sandbox;

const PREVIEW: &str = "Intercom-Version: Preview\r\n";

#[test]
fn a_request_without_a_token_is_told_so_first() {
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
            let answer = ask(&sandbox, method, target, authorization);
            answer.assert_refusal(401, "unauthorized", "Access Token Invalid", None);
            assert_eq!(answer.header("x-ratelimit-limit"), None);
        }
    }
}

#[test]
fn any_token_will_do_unless_one_is_insisted_on() {
    let open = Sandbox::builder().start().unwrap();
    let strict = Sandbox::builder().token("dG9rOmVu=").start().unwrap();
    for (authorization, right) in [
        ("Bearer dG9rOmVu=", true),
        ("bearer dG9rOmVu=", true),
        ("BEARER   dG9rOmVu=", true),
        ("Bearer dg9romvu=", false),
        ("Bearer dG9rOmVu", false),
        ("Bearer x", false),
    ] {
        let headers = format!("Authorization: {authorization}\r\n{PREVIEW}");
        assert_eq!(ask(&open, "GET", "/data_connectors", &headers).status, 200, "{authorization}");
        let answer = ask(&strict, "GET", "/data_connectors", &headers);
        if right {
            assert_eq!(answer.status, 200, "{authorization}");
        } else {
            answer.assert_refusal(401, "unauthorized", "Access Token Invalid", None);
        }
    }
}

#[test]
fn a_token_that_cannot_be_sent_is_no_token() {
    for token in ["", "two words", "line\nbreak", "tök\u{e9}n"] {
        let error = Sandbox::builder().token(token).start().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert!(token.is_empty() || !error.to_string().contains(token), "{error}");
    }
    let shown = format!("{:?}", Sandbox::builder().token("secret"));
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn other_paths_are_not_found() {
    let sandbox = Sandbox::builder().start().unwrap();
    for path in ["/", "/data_connectors/", "/data_connectors/12345", "/Data_Connectors", "//data_connectors"] {
        for method in ["GET", "DELETE"] {
            let message = format!("There is nothing at {path}; this sandbox serves GET /data_connectors only");
            ask(&sandbox, method, &format!("{path}?x=1"), GOOD).assert_refusal(404, "not_found", &message, None);
        }
    }
}

#[test]
fn other_methods_are_not_allowed() {
    let sandbox = Sandbox::builder().start().unwrap();
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let answer = ask(&sandbox, method, "/data_connectors", GOOD);
        let message = format!("/data_connectors can be read with GET only, not {method}");
        answer.assert_refusal(405, "method_not_allowed", &message, None);
        assert_eq!(answer.header("allow"), Some("GET"));
    }
    assert_eq!(ask(&sandbox, "HEAD", "/data_connectors", GOOD).status, 405);
}

#[test]
fn the_operation_exists_in_preview_and_from_2_16_on() {
    let sandbox = Sandbox::builder().start().unwrap();
    for version in ["Preview", "2.16", "2.17", "2.99", "3.0", "10.1"] {
        assert_eq!(versioned(&sandbox, version).status, 200, "{version}");
    }
    for version in ["0.0", "1.0", "2.9", "2.14", "2.15", "Unstable"] {
        let message = format!(
            "GET /data_connectors does not exist for version {version}; \
             it does with Intercom-Version: Preview, 2.16 or later"
        );
        versioned(&sandbox, version).assert_refusal(404, "not_found", &message, None);
    }
    let message = "GET /data_connectors does not exist for requests without the Intercom-Version header; \
                   it does with Intercom-Version: Preview, 2.16 or later";
    ask(&sandbox, "GET", "/data_connectors", "Authorization: Bearer x\r\n").assert_refusal(
        404,
        "not_found",
        message,
        None,
    );
}

#[test]
fn a_malformed_version_is_told_so() {
    let sandbox = Sandbox::builder().start().unwrap();
    for version in ["", "preview", "2", "2.", ".16", "2.16.1", "2.160", "+2.16", "2.016", "v2.16", "2,16", "2.1\u{e9}"]
    {
        let message = "The Intercom-Version header is not a version: \
                       it has to be Preview, Unstable or a number such as 2.16";
        versioned(&sandbox, version).assert_refusal(400, "intercom_version_invalid", message, None);
    }
}

fn versioned(sandbox: &Sandbox, version: &str) -> common::Answer {
    let headers = format!("Authorization: Bearer x\r\nIntercom-Version: {version}\r\n");
    ask(sandbox, "GET", "/data_connectors", &headers)
}

#[test]
fn page_sizes_out_of_range_are_told_so() {
    let sandbox = Sandbox::builder().start().unwrap();
    for (sent, read) in [
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
        let message = format!("per_page must be an integer from 1 to 50, not \"{read}\"");
        page(&sandbox, &format!("per_page={sent}")).assert_refusal(
            400,
            "parameter_invalid",
            &message,
            Some("per_page"),
        );
    }
}

#[test]
fn cursors_that_cannot_be_read_are_told_so() {
    let sandbox = Sandbox::builder().start().unwrap();
    let message = "Invalid starting_after param. It must be pages.next.starting_after of a page as it came, \
                   percent-encoded; leave it out for the first page";
    let refused = |query: &str| {
        page(&sandbox, query).assert_refusal(400, "client_error", message, Some("starting_after"));
    };
    for query in
        ["starting_after=", "starting_after", "starting_after=None", "starting_after=null", "starting_after=%FF"]
    {
        refused(query);
    }
    // Broken on the way: padding cut off, encoded twice, a plus sign for something else.
    let good = "WzE3MDc1OTQ3MTUuMCwxMjM0NV0=";
    assert_eq!(page(&sandbox, &starting_after(good)).status, 200);
    for broken in [&good[..27], "WzE3MDc1OTQ3MTUuMCwxMjM0NV0%3D", " WzE3MDc1OTQ3MTUuMCwxMjM0NV0="] {
        refused(&starting_after(broken));
    }
    refused(&format!("starting_after=+{good}"));
    for json in
        ["", "[]", "[1.0]", "[1.0,2,3]", "[1.0,2.5]", "[1.0,-2]", "[1.0,\"2\"]", "[\"1\",2]", "{}", "[1.0,2", "\u{1}"]
    {
        refused(&starting_after(&BASE64_STANDARD.encode(json)));
    }
}
