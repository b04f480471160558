//! Bodies with a `Content-Encoding`: names and lists of codings, and bodies that are not what the header says.

use super::*;

const ERROR_LIST: &str =
    r#"{"type":"error.list","request_id":"r-1","errors":[{"code":"the_code","message":"The reason"}]}"#;

pub fn faults() -> Vec<Fault> {
    let list = gzip(LIST.as_bytes());
    let twice = gzip(&list);
    let members = [gzip(&LIST.as_bytes()[..9]), gzip(b""), gzip(&LIST.as_bytes()[9..])].concat();
    let with_flipped_byte = |index: usize| {
        let mut gzip = list.clone();
        gzip[index] ^= 0xFF;
        gzip
    };
    let (corrupt, wrong_checksum) = (with_flipped_byte(20), with_flipped_byte(list.len() - 8));
    let mut all = Vec::new();
    for (headers, body) in [
        ("Content-Encoding: GZIP", &list),
        ("Content-Encoding: x-gzip", &list),
        ("content-encoding:\t X-GZip ,, identity,", &list),
        ("Content-Encoding: gzip, gzip", &twice),
        ("Content-Encoding: gzip\r\nContent-Encoding: Gzip", &twice),
        ("Content-Encoding: identity\r\nContent-Encoding:", &LIST.as_bytes().to_vec()),
        // Not a content coding: servers write it instead of a charset.
        ("Content-Encoding: utf-8", &LIST.as_bytes().to_vec()),
        ("Content-Encoding: gzip, utf-8", &list),
    ] {
        all.push(one_request(headers, ok_response(body, &format!("{headers}\r\n")), OK, ""));
    }
    let not_gzip = |kind: &str, body: &[u8], message| {
        one_request(&format!("gzip that is {kind}"), gzip_header(body), PROTOCOL, message)
    };
    all.extend([
        not_gzip("a list", LIST.as_bytes(), "has Content-Encoding gzip, but its body is plain JSON: a gateway may"),
        not_gzip("HTML", b"\n<html>", "but its body is HTML or XML: "),
        not_gzip("text", b"busy\n", "but its body is plain text: "),
        not_gzip("binary", b"\x1f\x00\xff", "but its body is not gzip: "),
        not_gzip("nothing", b"", "the body is empty"),
        not_gzip("an empty list of bytes", &gzip(b""), "the body is empty"),
        one_request("gzip members", gzip_header(&members), OK, ""),
        one_request("gzip with zero padding", gzip_header(&[&list[..], &[0; 512]].concat()), OK, ""),
        one_request(
            "gzip, then a line",
            gzip_header(&[&list[..], b"\r\n"].concat()),
            PROTOCOL,
            "other data follows the gzip data",
        ),
        one_request(
            "gzip, then padding and a byte",
            gzip_header(&[&list[..], b"\0\0x"].concat()),
            PROTOCOL,
            "other data follows",
        ),
        one_request(
            "gzip, then a truncated member",
            gzip_header(&[&list[..], &list[..2]].concat()),
            PROTOCOL,
            "truncated",
        ),
        one_request("truncated gzip", gzip_header(&list[..30]), PROTOCOL, "is not valid gzip: the data is truncated"),
        one_request("gzip with a wrong checksum", gzip_header(&wrong_checksum), PROTOCOL, "gzip: the data is corrupt"),
        one_request("corrupt gzip", gzip_header(&corrupt), PROTOCOL, "is not valid gzip: the data is corrupt"),
        one_request("gzip without its checksum", gzip_header(&list[..list.len() - 8]), PROTOCOL, "truncated"),
        one_request(
            "gzip list that is gzip once",
            ok_response(&list, "Content-Encoding: gzip, gzip\r\n"),
            PROTOCOL,
            "plain JSON",
        ),
        one_request(
            "br",
            ok_response(b"\x0b\x02\x80xyz\x03", "Content-Encoding: br\r\n"),
            PROTOCOL,
            "unsupported content coding br: only gzip",
        ),
        one_request(
            "br of a list",
            ok_response(LIST.as_bytes(), "Content-Encoding: BR\r\n"),
            PROTOCOL,
            "unsupported content coding BR: ",
        ),
        one_request(
            "zstd in gzip",
            ok_response(&gzip(b"\x28\xb5\x2f\xfd"), "Content-Encoding: zstd, gzip\r\n"),
            PROTOCOL,
            "content coding zstd",
        ),
        one_request(
            "five codings",
            ok_response(&list, "Content-Encoding: gzip,gzip,gzip,gzip,gzip\r\n"),
            PROTOCOL,
            "more than 4 content codings",
        ),
        one_request(
            "the access token as a coding",
            ok_response(b"\xff", &format!("Content-Encoding: {TOKEN}\r\n")),
            PROTOCOL,
            "content coding [token]",
        ),
    ]);
    // Without a length, only the gzip data shows that the connection was closed early.
    let unfinished = [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", &list[..30]].concat();
    all.push(Fault {
        attempts: 2,
        requests: 2,
        connections: 2,
        configure: one_retry,
        ..response(
            "truncated gzip until the end of the connection",
            unfinished,
            CONNECTION,
            200,
            "before the response was complete",
        )
    });
    for (name, body) in [
        ("plain", ERROR_LIST.as_bytes().to_vec()),
        ("gzip", gzip(ERROR_LIST.as_bytes())),
        ("gzip with trailing data", [&gzip(ERROR_LIST.as_bytes())[..], b"\r\n"].concat()),
        ("gzip without its checksum", gzip(ERROR_LIST.as_bytes()).into_iter().rev().skip(8).rev().collect()),
    ] {
        for (number, status) in [(401, "DC_ERR_UNAUTHORIZED"), (503, SERVER)] {
            let head =
                format!("HTTP/1.1 {number} X\r\nContent-Length: {}\r\nContent-Encoding: Gzip\r\n\r\n", body.len());
            let bytes = [head.into_bytes(), body.clone()].concat();
            all.push(response(
                format!("{number} with Content-Encoding gzip: {name}"),
                bytes,
                status,
                number,
                ": The reason (the_code)",
            ));
        }
    }
    let plain_in_br =
        format!("HTTP/1.1 403 X\r\nContent-Encoding: br\r\nContent-Length: {}\r\n\r\n{ERROR_LIST}", ERROR_LIST.len());
    all.push(response(
        "403 with an error.list that is not br",
        plain_in_br,
        "DC_ERR_FORBIDDEN",
        403,
        "The reason (the_code)",
    ));
    let br = "HTTP/1.1 403 X\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\n\x0b\x02!";
    all.push(response(
        "403 in br",
        br,
        "DC_ERR_FORBIDDEN",
        403,
        "no content type, content coding br instead of the service's JSON error",
    ));
    all
}

/// The response is not requested again, although a retry is allowed.
fn one_request(name: &str, bytes: Vec<u8>, status: &'static str, message: &'static str) -> Fault {
    let http_status = if status == OK { 0 } else { 200 };
    Fault { configure: one_retry, ..response(format!("Content-Encoding: {name}"), bytes, status, http_status, message) }
}

fn gzip_header(body: &[u8]) -> Vec<u8> {
    ok_response(body, "Content-Encoding: gzip\r\n")
}
