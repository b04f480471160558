//! Failures on purpose.

#![allow(clippy::unwrap_used)] // In a test it is one more assertion.

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;

use common::{GOOD, ask, page};
use data_connectors_sandbox::Sandbox;

#[test]
fn a_share_of_the_requests_fails_each_in_its_way() {
    let sandbox = Sandbox::builder().connectors(1).fault_percent(50).start().unwrap();
    assert_eq!(page(&sandbox, "").status, 200);
    let message = "This sandbox was asked to fail now and then";
    page(&sandbox, "").assert_refusal(503, "service_unavailable", message, None);
    assert_eq!(page(&sandbox, "").status, 200);
    let gateway = ask(&sandbox, "GET", "/data_connectors", GOOD);
    assert_eq!((gateway.status, gateway.header("content-type")), (502, Some("text/html")));
    assert!(gateway.body.starts_with(b"<html>"));
    assert_eq!(page(&sandbox, "").status, 200);

    let mut stream = TcpStream::connect(sandbox.base_url().strip_prefix("http://").unwrap()).unwrap();
    write!(stream, "GET /data_connectors HTTP/1.1\r\nHost: sandbox\r\n{GOOD}\r\n").unwrap();
    let mut answer = Vec::new();
    // It may be reset as well as closed.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.to_lowercase().contains("content-length: 20000") && answer.ends_with(r#""id":"1""#), "{answer:?}");
}
