//! Bodies that are unusual or invalid JSON, or not a list.

use super::*;

pub fn faults() -> Vec<Fault> {
    let deep = |levels: usize| format!("{{\"data\":[{}{}]}}", "[".repeat(levels), "]".repeat(levels));
    vec![
        body("invalid UTF-8", b"{\"data\":[\"\xff\"]}", PROTOCOL, "invalid UTF-8 at byte 10"),
        body("invalid UTF-8 outside of a string", b"{\"data\":[]}\xc0", PROTOCOL, "UTF-8"),
        body("byte order mark", format!("\u{feff}{LIST}"), OK, ""),
        body("UTF-16", b"\xff\xfe{\0}\0", PROTOCOL, "UTF-8"),
        body("NUL bytes", b"{\"data\":[]\0}", PROTOCOL, "expected `,` or `}`"),
        body("trailing NUL bytes", b"{\"data\":[]}\0\0", PROTOCOL, "trailing characters"),
        Fault { rows: &["name=a\0b"], ..body("escaped NUL", br#"{"data":[{"name":"a\u0000b"}]}"#, OK, "") },
        // Enough to exhaust the stack of a recursive parser.
        body("deep nesting", deep(100_000), PROTOCOL, "nested"),
        Fault { rows: &[""], ..body("allowed nesting", deep(100), OK, "") },
        Fault {
            rows: &["", "", "", "", ""],
            ..body("extreme numbers", br#"{"data":[1e999,-1e-999,99999999999999999999999999,-0,1.5E+3]}"#, OK, "")
        },
        body("invalid number", br#"{"data":[01]}"#, PROTOCOL, "invalid number"),
        Fault {
            rows: &["id=2"],
            ..body("duplicate keys", br#"{"data":null,"data":[],"data":[{"id":"1","id":"2"}]}"#, OK, "")
        },
        Fault {
            rows: &["name=\u{fffd} description=\u{fffd}\u{fffd}"],
            ..body("lone surrogates", br#"{"data":[{"name":"\ud800","description":"\udc00\ud800"}]}"#, OK, "")
        },
        body("data null", br#"{"type":"list","data":null}"#, PROTOCOL, "\"data\" is null"),
        body("data missing", br#"{"type":"list","pages":null}"#, PROTOCOL, "\"data\" is missing"),
        body("data an object", br#"{"data":{}}"#, PROTOCOL, "an object, not an array"),
        Fault { rows: &[""], ..body("ids as numbers", br#"{"data":[{"id":12345,"state":7,"name":null}]}"#, OK, "") },
        Fault { rows: &[], ..body("another list type", br#"{"type":"data_connector.list","data":[]}"#, OK, "") },
        body(
            "200 with an error.list",
            br#"{"type":"error.list","errors":[{"code":"x"}]}"#,
            PROTOCOL,
            "an error instead of a list (x)",
        ),
        body("HTML after the JSON", format!("{LIST}<html>"), PROTOCOL, "trailing characters"),
        body("truncated JSON", &LIST[..30], PROTOCOL, "EOF while parsing"),
        body("white space only", b" \r\n\t ", PROTOCOL, "EOF while parsing"),
        body("comments", b"/* hi */ {\"data\":[]}", PROTOCOL, "expected value"),
    ]
}
