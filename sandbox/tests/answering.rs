//! What holds for every answer: request ids, gzip, connections, latency.

#![allow(clippy::unwrap_used)] // In a test it is one more assertion.

mod common;

use std::collections::HashSet;
use std::io::Read;
use std::thread;
use std::time::{Duration, Instant};

use common::{Connection, GOOD, ask, page};
use data_connectors_sandbox::Sandbox;
use flate2::read::GzDecoder;

#[test]
fn each_answer_has_an_id_of_its_own_in_the_shape_of_a_uuid() {
    let sandbox = Sandbox::builder().connectors(1).start().unwrap();
    let mut connection = Connection::open(&sandbox);
    let mut seen = HashSet::new();
    for round in 0..3_000 {
        let headers = if round % 2 == 0 { GOOD } else { "" };
        connection.send("GET", "/data_connectors", headers);
        let id = connection.receive("GET").header("x-request-id").unwrap().to_owned();
        let groups: Vec<_> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
        assert!(id.bytes().all(|byte| matches!(byte, b'-' | b'0'..=b'9' | b'a'..=b'f')), "{id}");
        assert!(seen.insert(id));
    }
}

#[test]
fn answers_are_packed_for_who_asks() {
    let sandbox = Sandbox::builder().start().unwrap();
    for target in ["/data_connectors", "/data_connectors?per_page=0", "/nothing"] {
        let plain = ask(&sandbox, "GET", target, GOOD);
        assert_eq!((plain.header("content-encoding"), plain.header("vary")), (None, Some("Accept-Encoding")));
        for accept in ["gzip", "br, GZIP;q=0.5", "gzip, deflate, br"] {
            let packed = ask(&sandbox, "GET", target, &format!("{GOOD}Accept-Encoding: {accept}\r\n"));
            assert_eq!(packed.status, plain.status);
            assert_eq!(packed.header("content-encoding"), Some("gzip"), "{accept}");
            assert_eq!(packed.header("vary"), Some("Accept-Encoding"));
            let mut unpacked = String::new();
            GzDecoder::new(&packed.body[..]).read_to_string(&mut unpacked).unwrap();
            if plain.status == 200 {
                assert_eq!(unpacked.as_bytes(), plain.body);
                assert!(packed.body.len() < plain.body.len() / 2);
            } else {
                assert!(unpacked.starts_with("{\"type\":\"error.list\""), "{unpacked}");
            }
        }
        for accept in ["", "identity", "br", "gzip;q=0", "gzip; q=0.0", "notgzip"] {
            let answer = ask(&sandbox, "GET", target, &format!("{GOOD}Accept-Encoding: {accept}\r\n"));
            assert_eq!(answer.header("content-encoding"), None, "{accept}");
        }
    }
}

#[test]
fn a_connection_serves_many_requests() {
    let sandbox = Sandbox::builder().start().unwrap();
    let mut connection = Connection::open(&sandbox);
    for target in ["/data_connectors", "/nothing", "/data_connectors?per_page=0", "/data_connectors"] {
        connection.send("GET", target, GOOD);
        let answer = connection.receive("GET");
        assert_ne!(answer.header("connection"), Some("close"));
    }
    connection.send("GET", "/data_connectors", &format!("{GOOD}Connection: close\r\n"));
    assert_eq!(connection.receive("GET").status, 200);
    assert!(connection.is_closed());
}

#[test]
fn latency_delays_each_answer_but_not_that_of_others() {
    let latency = Duration::from_millis(300);
    let sandbox = Sandbox::builder().latency(latency).start().unwrap();
    let begun = Instant::now();
    thread::scope(|scope| {
        for round in 0..20 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                let answer = page(sandbox, if round % 2 == 0 { "" } else { "per_page=0" });
                assert_eq!(answer.status, if round % 2 == 0 { 200 } else { 400 });
                assert!(begun.elapsed() >= latency);
            });
        }
    });
    assert!(begun.elapsed() < latency * 10, "{:?}", begun.elapsed());
}

#[test]
fn it_can_be_used_from_other_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&Sandbox::builder().start().unwrap());
}
