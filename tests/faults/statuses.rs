//! Responses other than a list: HTTP errors, redirects, and what gateways send.

use super::*;

pub fn faults() -> Vec<Fault> {
    let html = "<html><h1>no</h1></html>";
    let mut all = vec![
        response("wrong content type", http_response("200 OK", &[("Content-Type", "text/html")], LIST), OK, 0, ""),
        response(
            "HTML for 200",
            http_response("200 OK", &[("Content-Type", "text/html")], html),
            PROTOCOL,
            200,
            "content type text/html",
        ),
        response(
            "HTML for 403",
            http_response("403 Forbidden", &[("Content-Type", "text/html")], html),
            "DC_ERR_FORBIDDEN",
            403,
            "text/html",
        ),
        response(
            "HTML for 502",
            http_response("502 Bad Gateway", &[("Content-Type", "text/html")], html),
            SERVER,
            502,
            "text/html",
        ),
        response(
            "text for 503",
            http_response("503 Service Unavailable", &[("Content-Type", "text/plain")], "no"),
            SERVER,
            503,
            "text/plain",
        ),
        response("empty 200", http_response("200 OK", &[], ""), PROTOCOL, 200, "the body is empty"),
        response("204", "HTTP/1.1 204 No Content\r\n\r\n", PROTOCOL, 204, "204 No Content"),
        response(
            "206",
            http_response("206 Partial Content", &[], LIST),
            PROTOCOL,
            206,
            "expected HTTP 200 with a list",
        ),
        response(
            "final 101",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
            PROTOCOL,
            101,
            "HTTP 101 Switching Protocols",
        ),
        response("only a 100", "HTTP/1.1 100 Continue\r\n\r\n", CONNECTION, 0, "before the response was complete"),
        response(
            "only a 103 and half a 200",
            "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-",
            CONNECTION,
            0,
            "before the response was complete",
        ),
        Fault {
            configure: short_timeout,
            ..fault(
                "only a 103, and the connection stays open",
                vec![
                    Step::ReadRequest,
                    Step::Send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".to_vec()),
                    Step::KeepOpen,
                ],
                TIMEOUT,
                0,
                "timed out after 400 ms",
            )
        },
        response("304", "HTTP/1.1 304 Not Modified\r\n\r\n", PROTOCOL, 304, "304"),
        response(
            "401",
            http_response("401 Unauthorized", &[], "{}"),
            "DC_ERR_UNAUTHORIZED",
            401,
            "check access_token and region",
        ),
        response("404", http_response("404 Not Found", &[], "{}"), BAD_REQUEST, 404, "check base_url and api_version"),
        response("418", http_response("418 I'm a teapot", &[], "{}"), BAD_REQUEST, 418, "418"),
        response("599", http_response("599 Whatever", &[], "{}"), SERVER, 599, "599"),
        response("999", http_response("999 Whatever", &[], "{}"), PROTOCOL, 999, "999"),
        response("error with a truncated body", "HTTP/1.1 500 X\r\nContent-Length: 99\r\n\r\n{", SERVER, 500, "500"),
        Fault {
            configure: short_timeout,
            ..fault(
                "error whose body is never sent",
                vec![
                    Step::ReadRequest,
                    Step::Send(b"HTTP/1.1 500 X\r\nContent-Length: 99\r\n\r\n".to_vec()),
                    Step::KeepOpen,
                ],
                SERVER,
                500,
                "500",
            )
        },
        response("429 without a time", http_response("429 Too Many Requests", &[], "{}"), RATE_LIMITED, 429, "429"),
    ];
    for status in [
        "300 X",
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "305 X",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let number = status[..3].parse().unwrap();
        let bytes = http_response(status, &[("Location", "https://elsewhere.example/x?y=z")], "");
        all.push(response(
            format!("{number} to another host"),
            bytes,
            PROTOCOL,
            number,
            "(redirect to elsewhere.example)",
        ));
    }
    for status in ["408 Request Timeout", "429 Too Many Requests", "500 X", "502 X", "503 X", "504 X"] {
        let error = vec![Step::ReadRequest, Step::Send(http_response(status, &[("Retry-After", "0")], "{}"))];
        let list = vec![Step::ReadRequest, Step::Send(ok_response(LIST.as_bytes(), ""))];
        all.push(Fault {
            scripts: vec![error, list],
            configure: one_retry,
            requests: 2,
            connections: 2,
            ..fault(format!("{}, then a list", &status[..3]), vec![], OK, 0, "")
        });
    }
    let date = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
    for (name, headers, retry_after_ms) in [
        ("429 with seconds", &[("Retry-After", "7")][..], 7_000),
        ("429 with a date", &[date, ("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT")], 10_000),
        (
            "429 with the reset of the rate limit",
            &[date, ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "784111792")],
            15_000,
        ),
        ("429 with a reset in the past", &[date, ("X-RateLimit-Reset", "784111700")], -1),
        ("429 with invalid times", &[("Retry-After", "soon"), ("X-RateLimit-Reset", "-1")], -1),
        ("503 with seconds", &[("Retry-After", "7")], 7_000),
    ] {
        let (number, status) = if name.starts_with("429") { (429, RATE_LIMITED) } else { (503, SERVER) };
        let bytes = http_response(&format!("{number} X"), headers, "{}");
        all.push(Fault { retry_after_ms, ..response(name, bytes, status, number, &name[..3]) });
    }
    all
}
