//! Unusual rows, read by a C program.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use support::compiler::Compiler;
use support::scripted_server::ScriptedServer;
use support::{program, root};

const ROWS: [&str; 5] = [
    r#"{"id":"1","id":"2","name":"a\u0000bc","state":"archived","http_method":"QUERY","direct_fin_usage":false,
        "created_at":"1970-01-01T00:00:00Z","updated_at":"2026-01-20T14:22:15.5+01:00"}"#,
    r#"{"created_at":"1969-12-31T23:59:59Z","updated_at":"yesterday","description":"half a pair: \ud83d"}"#,
    r#"{"type":null,"id":null,"state":null,"http_method":null,"direct_fin_usage":null,"created_at":null,"updated_at":null}"#,
    r#"{"type":1,"id":2,"state":[],"http_method":{},"direct_fin_usage":"true","created_at":1763199000,"updated_at":true}"#,
    "[7]",
];

#[test]
fn reads_unusual_rows_from_c() {
    let body = format!(r#"{{"data":[{}]}}"#, ROWS.join(","));
    let server = ScriptedServer::always(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    let program = Compiler::of("c99").program(&root().join("tests/c/other/unusual_rows.c"));
    let output = program::run(&program, &[server.base_url()], &[]);
    assert_eq!(program::expect_code(&output, 0), Default::default(), "expected no output");
    if program::valgrind_enabled() {
        let output = program::run_under_valgrind(&program, &[server.base_url()], &[]);
        assert_eq!(program::expect_code(&output, 0), Default::default(), "under valgrind");
    }
}
