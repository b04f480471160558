//! Responses that violate HTTP, are too long, or have an invalid compression.

use super::*;

pub fn faults() -> Vec<Fault> {
    let chunked = |chunks: &str| format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
    let many = |count: usize| (0..count).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    let size = LIST.len();
    vec![
        response(
            "chunks",
            chunked(&format!("5\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n", &LIST[..5], size - 5, &LIST[5..])),
            OK,
            0,
            "",
        ),
        response(
            "chunk extension and trailer",
            chunked(&format!("{size:x};a=b\r\n{LIST}\r\n0\r\nX-T: y\r\n\r\n")),
            OK,
            0,
            "",
        ),
        response("invalid chunk size", chunked("xyz\r\n{}\r\n0\r\n\r\n"), PROTOCOL, 200, "invalid HTTP response from "),
        response(
            "truncated chunk",
            chunked(&format!("{:x}\r\n{LIST}", size + 10)),
            CONNECTION,
            200,
            "before the response was complete",
        ),
        response(
            "no last chunk",
            chunked(&format!("{size:x}\r\n{LIST}\r\n")),
            CONNECTION,
            200,
            "before the response was complete",
        ),
        response(
            "chunk without its line break",
            chunked(&format!("{size:x}\r\n{LIST}XX0\r\n\r\n")),
            PROTOCOL,
            200,
            "chunk expected crlf",
        ),
        response(
            "Content-Length too short",
            format!("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{LIST}"),
            PROTOCOL,
            200,
            "EOF while parsing",
        ),
        response(
            "Content-Length that is not a number",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
            PROTOCOL,
            0,
            "content-length header not a number",
        ),
        response(
            "two Content-Lengths",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
            PROTOCOL,
            0,
            "conflicting content-length headers",
        ),
        response("body until the end of the connection", format!("HTTP/1.1 200 OK\r\n\r\n{LIST}"), OK, 0, ""),
        response(
            "truncated body without Content-Length",
            format!("HTTP/1.1 200 OK\r\n\r\n{}", &LIST[..20]),
            PROTOCOL,
            200,
            "EOF while parsing",
        ),
        response("HTTP/1.0", format!("HTTP/1.0 200 OK\r\n\r\n{LIST}"), OK, 0, ""),
        response(
            "100 Continue first",
            [b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), ok_response(LIST.as_bytes(), "")].concat(),
            OK,
            0,
            "",
        ),
        response(
            "100, 102 and 103 first",
            [
                b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX: y\r\n\r\n".to_vec(),
                b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".to_vec(),
                ok_response(LIST.as_bytes(), ""),
            ]
            .concat(),
            OK,
            0,
            "",
        ),
        response(
            "not HTTP",
            "SSH-2.0-OpenSSH_9.2\r\n\r\n",
            PROTOCOL,
            0,
            " is not HTTP/1.1: check base_url and the port",
        ),
        response(
            "HTTP/2",
            b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0d\0\x04\0\x10\0\0".to_vec(),
            PROTOCOL,
            0,
            " is not HTTP/1.1: check base_url and the port",
        ),
        response("invalid status", "HTTP/1.1 abc OK\r\n\r\n", PROTOCOL, 0, "invalid response status"),
        response(
            "a header of 100 kB",
            ok_response(LIST.as_bytes(), &format!("X-Big: {}\r\n", "y".repeat(100_000))),
            TOO_LARGE,
            0,
            "are larger than 32 KiB: check which headers",
        ),
        response(
            "a header of 31 kB",
            ok_response(LIST.as_bytes(), &format!("X: {}\r\n", "y".repeat(31_000))),
            OK,
            0,
            "",
        ),
        response(
            "a folded header of 100 kB",
            ok_response(LIST.as_bytes(), &format!("X: y\r\n{}", " yyyyyyy\r\n".repeat(10_000))),
            TOO_LARGE,
            0,
            "are larger than 32 KiB",
        ),
        response("128 header lines", ok_response(LIST.as_bytes(), &many(127)), OK, 0, ""),
        response(
            "129 header lines",
            ok_response(LIST.as_bytes(), &many(128)),
            TOO_LARGE,
            0,
            "has more than 128 header lines: check which headers",
        ),
        response(
            "1,000 headers",
            ok_response(LIST.as_bytes(), &many(1_000)),
            TOO_LARGE,
            0,
            "has more than 128 header lines",
        ),
        fault(
            "endless headers",
            vec![
                Step::ReadRequest,
                Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()),
                Step::SendForever(b"X-More: y\r\n".repeat(100)),
            ],
            TOO_LARGE,
            0,
            "has more than 128 header lines",
        ),
        response(
            "folded header line",
            ok_response(LIST.as_bytes(), "Content-Security-Policy: a;\r\n\tb\r\n"),
            OK,
            0,
            "",
        ),
        fault(
            "folded header lines in single bytes",
            vec![Step::ReadRequest, Step::SendSlowly(ok_response(LIST.as_bytes(), "X: a\r\n b\r\nY:\r\n\tc\r\n"), 0)],
            OK,
            0,
            "",
        ),
        response(
            "folded header line before a body that looks like one",
            ok_response(b"{\r\n \"data\": [\r\n {\"id\" :\"1\"}]\r\n}\r\n\r\n", "X: a\r\n b\r\n"),
            OK,
            0,
            "",
        ),
        response("space before the colon", ok_response(LIST.as_bytes(), "X-A : a\r\nX B: b\r\n"), OK, 0, ""),
        response(
            "control character in the reason phrase",
            format!("HTTP/1.1 200 \x1b[1mOK\r\nContent-Length: {size}\r\n\r\n{LIST}"),
            OK,
            0,
            "",
        ),
        response("HTTP/2.0", format!("HTTP/2.0 200 OK\r\nContent-Length: {size}\r\n\r\n{LIST}"), OK, 0, ""),
        response(
            "100 and 103 with headers first",
            [
                b"HTTP/1.1 100 Continue\r\nDate: x\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>;\r\n x\r\n\r\n"
                    .to_vec(),
                ok_response(LIST.as_bytes(), "X: a\r\n b\r\n"),
            ]
            .concat(),
            OK,
            0,
            "",
        ),
        response(
            "folded error response",
            http_response("401 Unauthorized", &[("X", "a\r\n b")], "{}"),
            "DC_ERR_UNAUTHORIZED",
            401,
            "401",
        ),
        response(
            "folded Content-Length",
            format!("HTTP/1.1 200 OK\r\nContent-Length:\r\n {size}\r\n\r\n{LIST}"),
            PROTOCOL,
            0,
            "invalid header name",
        ),
        response(
            "folded Transfer-Encoding",
            format!("HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n chunked\r\n\r\n{size:x}\r\n{LIST}\r\n0\r\n\r\n"),
            PROTOCOL,
            0,
            "invalid header name",
        ),
        response(
            "space after the name of Content-Length",
            format!("HTTP/1.1 200 OK\r\nContent-Length : {size}\r\n\r\n{LIST}"),
            PROTOCOL,
            0,
            "invalid header name",
        ),
        response(
            "space after the name of Transfer-Encoding",
            ok_response(LIST.as_bytes(), "Transfer-Encoding : chunked\r\n"),
            PROTOCOL,
            0,
            "invalid header name",
        ),
        response(
            "folded header line before the first header",
            format!("HTTP/1.1 200 OK\r\n X: a\r\nContent-Length: {size}\r\n\r\n{LIST}"),
            PROTOCOL,
            0,
            "invalid header name",
        ),
        response(
            "folded head without an end",
            "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n",
            CONNECTION,
            0,
            "before the response",
        ),
        response(
            "control character in a header",
            ok_response(LIST.as_bytes(), "X: a\x01b\r\n"),
            PROTOCOL,
            0,
            "invalid header value",
        ),
        fault(
            "endless body",
            vec![
                Step::ReadRequest,
                Step::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
                Step::SendForever(vec![b' '; 65_536]),
            ],
            TOO_LARGE,
            200,
            "larger than max_response_bytes (8388608)",
        ),
        fault(
            "endless chunks",
            vec![
                Step::ReadRequest,
                Step::Send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec()),
                Step::SendForever([b"8000\r\n".to_vec(), vec![b' '; 0x8000], b"\r\n".to_vec()].concat()),
            ],
            TOO_LARGE,
            200,
            "larger than max_response_bytes",
        ),
        response(
            "Content-Length above the limit",
            "HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n{",
            TOO_LARGE,
            200,
            "larger than max_response_bytes",
        ),
        response("gzip", ok_response(&gzip(LIST.as_bytes()), "Content-Encoding: gzip\r\n"), OK, 0, ""),
        response(
            "gzip bomb",
            ok_response(&gzip(&vec![b' '; 50_000_000]), "Content-Encoding: gzip\r\n"),
            TOO_LARGE,
            200,
            "max_response_bytes",
        ),
        response(
            "corrupt gzip",
            ok_response(&with_inverted_byte(gzip(LIST.as_bytes()), 15), "Content-Encoding: gzip\r\n"),
            PROTOCOL,
            200,
            "gzip",
        ),
        response(
            "gzip with an invalid checksum",
            ok_response(&with_inverted_byte(gzip(LIST.as_bytes()), usize::MAX), "Content-Encoding: gzip\r\n"),
            PROTOCOL,
            200,
            "gzip",
        ),
    ]
}

/// Inverts the byte at `at`; if that is beyond the end, the first one of the checksum.
fn with_inverted_byte(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    let at = at.min(bytes.len() - 8);
    bytes[at] ^= 0xff;
    bytes
}
