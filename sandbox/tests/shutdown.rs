//! Dropping a sandbox. This file has a single test, as it counts the threads of the process.

#![allow(clippy::unwrap_used)]

mod common;

use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::{Connection, VALID_HEADERS};
use data_connectors_sandbox::Sandbox;

#[test]
fn drop_closes_connections_thread_and_port_at_once() {
    let before = threads();
    let sandbox = Sandbox::builder().start().unwrap();
    let slow = Sandbox::builder().latency(Duration::from_secs(60)).start().unwrap();
    let address = sandbox.base_url().strip_prefix("http://").unwrap().to_owned();
    let port = address.rsplit(':').next().unwrap().parse().unwrap();

    let mut idle = Connection::open(&sandbox);
    idle.send("GET", "/data_connectors", VALID_HEADERS);
    assert_eq!(idle.receive("GET").status, 200);
    let mut fresh = Connection::open(&sandbox);
    let mut waiting = Connection::open(&slow);
    waiting.send("GET", "/data_connectors", VALID_HEADERS);

    let start = Instant::now();
    drop(sandbox);
    drop(slow);
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    assert_eq!(threads(), before);
    assert!(idle.is_closed() && fresh.is_closed() && waiting.is_closed());
    assert!(TcpStream::connect(&address).is_err());

    // The port is free again, and an error names a port in use.
    let again = Sandbox::builder().port(port).start().unwrap();
    assert_eq!(again.base_url(), format!("http://{address}"));
    let error = Sandbox::builder().port(port).start().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert!(error.to_string().starts_with(&format!("could not listen on {address} (")), "{error}");
}

/// Returns the number of threads of this process; 0 where `/proc` is not supported.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}
