//! Fault injection.

#![allow(clippy::unwrap_used)]

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;

use common::{VALID_HEADERS, page, request};
use data_connectors_sandbox::Sandbox;

#[test]
fn injects_each_kind_of_fault_in_turn() {
    let sandbox = Sandbox::builder().connectors(1).fault_percent(50).start().unwrap();
    assert_eq!(page(&sandbox, "").status, 200);
    let message = "Fault injected by the sandbox (--fault-percent)";
    page(&sandbox, "").assert_error(503, "service_unavailable", message, None);
    assert_eq!(page(&sandbox, "").status, 200);
    let gateway = request(&sandbox, "GET", "/data_connectors", VALID_HEADERS);
    assert_eq!((gateway.status, gateway.header("content-type")), (502, Some("text/html")));
    assert!(gateway.body.starts_with(b"<html>"));
    assert_eq!(page(&sandbox, "").status, 200);

    let mut stream = TcpStream::connect(sandbox.base_url().strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "GET /data_connectors HTTP/1.1\r\nHost: sandbox\r\n{VALID_HEADERS}\r\n").unwrap();
    let mut response = Vec::new();
    // The connection may be reset instead of closed.
    let _ = stream.read_to_end(&mut response);
    let response = String::from_utf8(response).unwrap();
    assert!(
        response.to_lowercase().contains("content-length: 20000") && response.ends_with(r#""id":"1""#),
        "{response:?}"
    );
}
