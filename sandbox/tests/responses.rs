//! Properties of all responses: request ids, gzip, connections, latency.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::HashSet;
use std::io::Read;
use std::thread;
use std::time::{Duration, Instant};

use common::{Connection, VALID_HEADERS, page, request};
use data_connectors_sandbox::Sandbox;
use flate2::read::GzDecoder;

#[test]
fn every_response_has_a_unique_request_id_in_uuid_format() {
    let sandbox = Sandbox::builder().connectors(1).start().unwrap();
    let mut connection = Connection::open(&sandbox);
    let mut seen = HashSet::new();
    for round in 0..3_000 {
        let headers = if round % 2 == 0 { VALID_HEADERS } else { "" };
        connection.send("GET", "/data_connectors", headers);
        let id = connection.receive("GET").header("x-request-id").unwrap().to_owned();
        let groups: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
        assert!(id.bytes().all(|byte| matches!(byte, b'-' | b'0'..=b'9' | b'a'..=b'f')), "{id}");
        assert!(seen.insert(id));
    }
}

#[test]
fn compresses_if_the_client_accepts_gzip() {
    let sandbox = Sandbox::builder().start().unwrap();
    for target in ["/data_connectors", "/data_connectors?per_page=0", "/nothing"] {
        let plain = request(&sandbox, "GET", target, VALID_HEADERS);
        assert_eq!((plain.header("content-encoding"), plain.header("vary")), (None, Some("Accept-Encoding")));
        for accept in ["gzip", "br, GZIP;q=0.5", "gzip, deflate, br"] {
            let compressed = request(&sandbox, "GET", target, &format!("{VALID_HEADERS}Accept-Encoding: {accept}\r\n"));
            assert_eq!(compressed.status, plain.status);
            assert_eq!(compressed.header("content-encoding"), Some("gzip"), "{accept}");
            assert_eq!(compressed.header("vary"), Some("Accept-Encoding"));
            let mut decompressed = String::new();
            GzDecoder::new(&compressed.body[..]).read_to_string(&mut decompressed).unwrap();
            if plain.status == 200 {
                assert_eq!(decompressed.as_bytes(), plain.body);
                assert!(compressed.body.len() < plain.body.len() / 2);
            } else {
                assert!(decompressed.starts_with("{\"type\":\"error.list\""), "{decompressed}");
            }
        }
        for accept in ["", "identity", "br", "gzip;q=0", "gzip; q=0.0", "notgzip"] {
            let response = request(&sandbox, "GET", target, &format!("{VALID_HEADERS}Accept-Encoding: {accept}\r\n"));
            assert_eq!(response.header("content-encoding"), None, "{accept}");
        }
    }
}

#[test]
fn keeps_connections_alive() {
    let sandbox = Sandbox::builder().start().unwrap();
    let mut connection = Connection::open(&sandbox);
    for target in ["/data_connectors", "/nothing", "/data_connectors?per_page=0", "/data_connectors"] {
        connection.send("GET", target, VALID_HEADERS);
        let response = connection.receive("GET");
        assert_ne!(response.header("connection"), Some("close"));
    }
    connection.send("GET", "/data_connectors", &format!("{VALID_HEADERS}Connection: close\r\n"));
    assert_eq!(connection.receive("GET").status, 200);
    assert!(connection.is_closed());
}

#[test]
fn latency_delays_concurrent_requests_independently() {
    let latency = Duration::from_millis(300);
    let sandbox = Sandbox::builder().latency(latency).start().unwrap();
    let start = Instant::now();
    thread::scope(|scope| {
        for round in 0..20 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                let response = page(sandbox, if round % 2 == 0 { "" } else { "per_page=0" });
                assert_eq!(response.status, if round % 2 == 0 { 200 } else { 400 });
                assert!(start.elapsed() >= latency);
            });
        }
    });
    assert!(start.elapsed() < latency * 10, "{:?}", start.elapsed());
}

#[test]
fn sandbox_is_send_and_sync() {
    fn assert_send_sync<T: Send + Sync>(_: &T) {}
    assert_send_sync(&Sandbox::builder().start().unwrap());
}
