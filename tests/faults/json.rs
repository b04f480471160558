//! Bodies that are JSON, or not quite, or not at all.

use super::*;

pub fn table() -> Vec<Fault> {
    let deep = |levels: usize| format!("{{\"data\":[{}{}]}}", "[".repeat(levels), "]".repeat(levels));
    vec![
        body("bad UTF-8", b"{\"data\":[\"\xff\"]}", PROTOCOL, "invalid UTF-8 at byte 10"),
        body("bad UTF-8 outside of a text", b"{\"data\":[]}\xc0", PROTOCOL, "UTF-8"),
        body("byte order mark", format!("\u{feff}{LIST}"), OK, ""),
        body("UTF-16", b"\xff\xfe{\0}\0", PROTOCOL, "UTF-8"),
        body("NUL bytes", b"{\"data\":[]\0}", PROTOCOL, ""),
        body("NUL bytes behind", b"{\"data\":[]}\0\0", PROTOCOL, "trailing characters"),
        body("NUL escaped", br#"{"data":[{"name":"a\u0000b"}]}"#, OK, ""),
        body("deep nesting", deep(1_000_000), PROTOCOL, "nested"),
        body("deep nesting within bounds", deep(100), OK, ""),
        body("numbers at the edges", br#"{"data":[1e999,-1e-999,99999999999999999999999999,-0,1.5E+3]}"#, OK, ""),
        body("a number that is none", br#"{"data":[01]}"#, PROTOCOL, ""),
        body("duplicate keys", br#"{"data":null,"data":[],"data":[{"id":"1","id":"2"}]}"#, OK, ""),
        body("lone surrogates", br#"{"data":[{"name":"\ud800","description":"\udc00\ud800"}]}"#, OK, ""),
        body("data null", br#"{"type":"list","data":null}"#, PROTOCOL, "\"data\" is null"),
        body("data missing", br#"{"type":"list","pages":null}"#, PROTOCOL, "\"data\" is missing"),
        body("data an object", br#"{"data":{}}"#, PROTOCOL, "an object, not an array"),
        body("ids as numbers", br#"{"data":[{"id":12345,"state":7,"name":null}]}"#, OK, ""),
        body("another list type", br#"{"type":"data_connector.list","data":[]}"#, OK, ""),
        body(
            "an error.list with 200",
            br#"{"type":"error.list","errors":[{"code":"x"}]}"#,
            PROTOCOL,
            "an error instead of a list (x)",
        ),
        body("JSON and HTML behind it", format!("{LIST}<html>"), PROTOCOL, "trailing characters"),
        body("cut off JSON", &LIST[..30], PROTOCOL, "EOF while parsing"),
        body("white space only", b" \r\n\t ", PROTOCOL, "EOF while parsing"),
        body("comments", b"/* hi */ {\"data\":[]}", PROTOCOL, "expected value"),
    ]
}
