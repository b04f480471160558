//! Answers other than a list: failures, redirects, and whatever gateways say.

use super::*;

pub fn table() -> Vec<Fault> {
    let html = "<html><h1>no</h1></html>";
    let answer = |status: &str, headers: &[(&str, &str)], body: &str| http(status, headers, body);
    let mut all = vec![
        gives("wrong content type", answer("200 OK", &[("Content-Type", "text/html")], LIST), OK, 0, ""),
        gives(
            "HTML for 200",
            answer("200 OK", &[("Content-Type", "text/html")], html),
            PROTOCOL,
            200,
            "content type text/html",
        ),
        gives(
            "HTML for 403",
            answer("403 Forbidden", &[("Content-Type", "text/html")], html),
            "DC_ERR_FORBIDDEN",
            403,
            "text/html",
        ),
        gives(
            "HTML for 502",
            answer("502 Bad Gateway", &[("Content-Type", "text/html")], html),
            SERVER,
            502,
            "text/html",
        ),
        gives(
            "text for 503",
            answer("503 Service Unavailable", &[("Content-Type", "text/plain")], "no"),
            SERVER,
            503,
            "text/plain",
        ),
        gives("empty 200", answer("200 OK", &[], ""), PROTOCOL, 200, "the body is empty"),
        gives("204", "HTTP/1.1 204 No Content\r\n\r\n", PROTOCOL, 204, "204 No Content"),
        gives("206", answer("206 Partial Content", &[], LIST), PROTOCOL, 206, "expected HTTP 200 with a list"),
        gives("304", "HTTP/1.1 304 Not Modified\r\n\r\n", PROTOCOL, 304, "304"),
        gives(
            "401",
            answer("401 Unauthorized", &[], "{}"),
            "DC_ERR_UNAUTHORIZED",
            401,
            "check access_token and region",
        ),
        gives("404", answer("404 Not Found", &[], "{}"), BAD_REQUEST, 404, "check base_url and api_version"),
        gives("418", answer("418 I'm a teapot", &[], "{}"), BAD_REQUEST, 418, "418"),
        gives("599", answer("599 Whatever", &[], "{}"), SERVER, 599, "599"),
        gives("999", answer("999 Whatever", &[], "{}"), PROTOCOL, 999, "999"),
        gives("a failure whose body breaks off", "HTTP/1.1 500 X\r\nContent-Length: 99\r\n\r\n{", SERVER, 500, "500"),
        Fault {
            settings: short,
            ..fault(
                "a failure whose body never comes",
                vec![Step::Request, Step::Send(b"HTTP/1.1 500 X\r\nContent-Length: 99\r\n\r\n".to_vec()), Step::Hold],
                SERVER,
                500,
                "500",
            )
        },
        gives("429 without a hint", answer("429 Too Many Requests", &[], "{}"), RATE_LIMITED, 429, "429"),
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
        let bytes = answer(status, &[("Location", "https://elsewhere.example/x?y=z")], "");
        all.push(gives(
            format!("{number}, a redirect to another host"),
            bytes,
            PROTOCOL,
            number,
            "(redirect to elsewhere.example)",
        ));
    }
    for status in ["408 Request Timeout", "429 Too Many Requests", "500 X", "502 X", "503 X", "504 X"] {
        let bad = vec![Step::Request, Step::Send(answer(status, &[("Retry-After", "0")], "{}"))];
        let good = vec![Step::Request, Step::Send(with_body(LIST.as_bytes(), ""))];
        all.push(Fault {
            scripts: vec![bad, good],
            settings: one_retry,
            ..fault(format!("{}, then good", &status[..3]), vec![], OK, 0, "")
        });
    }
    let date = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
    for (name, headers, retry_after_ms) in [
        ("429 with seconds", &[("Retry-After", "7")][..], 7_000),
        ("429 with a date", &[date, ("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT")], 10_000),
        (
            "429 with the limit's reset",
            &[date, ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "784111792")],
            15_000,
        ),
        ("429 with a reset that is past", &[date, ("X-RateLimit-Reset", "784111700")], -1),
        ("429 with nonsense", &[("Retry-After", "soon"), ("X-RateLimit-Reset", "-1")], -1),
        ("503 with seconds", &[("Retry-After", "7")], 7_000),
    ] {
        let (number, status) = if name.starts_with("429") { (429, RATE_LIMITED) } else { (503, SERVER) };
        let bytes = answer(&format!("{number} X"), headers, "{}");
        all.push(Fault { retry_after_ms, ..gives(name, bytes, status, number, "") });
    }
    all
}
