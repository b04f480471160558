//! Faults of servers, gateways and networks, and the status that each causes: over plain HTTP and TLS, through the C
//! ABI. None of them leaks file descriptors, threads or memory.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod connections;
mod content_encoding;
mod framing;
mod json;
mod multiple_calls;
mod statuses;
#[path = "../support/mod.rs"]
mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use data_connectors::ffi::config::dc_config;
use support::abi_client::{self, AbiClient, Outcome, TOKEN};
use support::certificates::{self, Flaw};
use support::fault_server::{FaultServer, Scripts, Step, can_reset};
use support::resources;
use support::scripted_server::http_response;

/// Counts the bytes allocated by Rust code.
struct CountingAllocator;

static ALLOCATED: AtomicI64 = AtomicI64::new(0);

#[allow(unsafe_code)]
// SAFETY: it forwards every call to the system allocator.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size() as i64, Ordering::SeqCst);
        // SAFETY: guaranteed by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size() as i64, Ordering::SeqCst);
        // SAFETY: guaranteed by the caller.
        unsafe { System.dealloc(address, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const OK: &str = "DC_OK";
const CONNECTION: &str = "DC_ERR_CONNECTION";
const TIMEOUT: &str = "DC_ERR_TIMEOUT";
const PROTOCOL: &str = "DC_ERR_PROTOCOL";
const TOO_LARGE: &str = "DC_ERR_TOO_LARGE";
const SERVER: &str = "DC_ERR_SERVER";
const RATE_LIMITED: &str = "DC_ERR_RATE_LIMITED";
const BAD_REQUEST: &str = "DC_ERR_BAD_REQUEST";

/// The timeout of the client: a busy machine needs much less, and every fault is noticed without it or with a shorter one.
const MAX_DURATION: Duration = Duration::from_secs(10);

const LIST: &str = r#"{"type":"list","data":[{"id":"1"}],"pages":null}"#;

/// A fault, and the expected result of the call.
#[derive(Clone)]
struct Fault {
    name: String,
    scripts: Scripts,
    configure: fn(*mut dc_config),
    status: &'static str,
    http_status: i32,
    attempts: i32,
    retry_after_ms: i64,
    /// Part of the error message, which says why the call failed.
    message: &'static str,
    /// The rows, if the call succeeds.
    rows: &'static [&'static str],
    /// The number of requests that the server receives, and of connections that it accepts.
    requests: usize,
    connections: usize,
}

fn defaults(_: *mut dc_config) {}

fn short_timeout(config: *mut dc_config) {
    abi_client::set_timeout(config, 400);
}

fn one_retry(config: *mut dc_config) {
    abi_client::set_max_retries(config, 1);
}

fn fault(
    name: impl Into<String>,
    script: Vec<Step>,
    status: &'static str,
    http_status: i32,
    message: &'static str,
) -> Fault {
    Fault {
        name: name.into(),
        scripts: vec![script],
        configure: defaults,
        status,
        http_status,
        attempts: 1,
        retry_after_ms: -1,
        message,
        rows: if status == OK { &["id=1"] } else { &[] },
        requests: 1,
        connections: 1,
    }
}

/// The server reads the request, sends these bytes and closes the connection.
fn response(
    name: impl Into<String>,
    bytes: impl Into<Vec<u8>>,
    status: &'static str,
    http_status: i32,
    message: &'static str,
) -> Fault {
    fault(name, vec![Step::ReadRequest, Step::Send(bytes.into())], status, http_status, message)
}

/// The server sends a 200 response with this body.
fn body(name: impl Into<String>, body: impl AsRef<[u8]>, status: &'static str, message: &'static str) -> Fault {
    response(name, ok_response(body.as_ref(), ""), status, if status == OK { 0 } else { 200 }, message)
}

fn ok_response(body: &[u8], headers: &str) -> Vec<u8> {
    let mut response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{headers}\r\n", body.len()).into_bytes();
    response.extend_from_slice(body);
    response
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn all_faults() -> Vec<Fault> {
    let mut faults =
        [connections::faults(), content_encoding::faults(), framing::faults(), statuses::faults(), json::faults()]
            .concat();
    if !can_reset() {
        faults.retain(|fault| !fault.scripts.iter().flatten().any(|step| matches!(step, Step::Reset)));
    }
    faults
}

/// A client for the server. Its log lines are checked for the access token.
fn client_for(server: &FaultServer, tls: bool, configure: fn(*mut dc_config)) -> AbiClient {
    let scheme = if tls { "https" } else { "http" };
    abi_client::client(&format!("{scheme}://{}", server.address()), |config| {
        configure(config);
        abi_client::check_log_lines(config);
        if tls {
            abi_client::set_ca_file(config, &certificates::ca_file());
        }
    })
}

fn start_server(scripts: Scripts, tls: bool) -> FaultServer {
    FaultServer::start(scripts, tls.then(|| certificates::server_config(Flaw::None)))
}

/// Runs one fault; fails with a description of the unexpected result.
fn run(fault: &Fault, tls: bool) -> Result<(), String> {
    let server = start_server(fault.scripts.clone(), tls);
    let client = client_for(&server, tls, fault.configure);
    let started = Instant::now();
    let outcome = client.list();
    let elapsed = started.elapsed();
    let (requests, connections) = (server.requests().len(), server.connections());
    let Outcome { status, http_status, attempts, retry_after_ms, message, rows, .. } = &outcome;
    let is_expected = *status == fault.status
        && *http_status == fault.http_status
        && (status == OK || *attempts == fault.attempts)
        && *retry_after_ms == fault.retry_after_ms
        && message.contains(fault.message)
        && rows == fault.rows
        && (requests, connections) == (fault.requests, fault.connections);
    if is_expected && elapsed < MAX_DURATION && !format!("{outcome:?}").contains(TOKEN) {
        return Ok(());
    }
    Err(format!(
        "{} (tls: {tls}), after {elapsed:?}, {requests} requests, {connections} connections: {outcome:?}\n  \
         expected {} {} after {} attempts, wait {}, {} requests, {} connections: {:?} {:?}",
        fault.name,
        fault.status,
        fault.http_status,
        fault.attempts,
        fault.retry_after_ms,
        fault.requests,
        fault.connections,
        fault.message,
        fault.rows
    ))
}

fn run_all() -> Vec<String> {
    let table = all_faults();
    let names: BTreeSet<&str> = table.iter().map(|fault| fault.name.as_str()).collect();
    assert!(table.len() >= 40 && names.len() == table.len(), "{} faults, {} names", table.len(), names.len());
    let unexplained: Vec<_> = table.iter().filter(|fault| fault.status != OK && fault.message.is_empty()).collect();
    assert!(unexplained.is_empty(), "no reason: {:?}", unexplained.iter().map(|fault| &fault.name).collect::<Vec<_>>());
    let mut failures = Vec::new();
    for tls in [false, true] {
        failures.extend(table.iter().filter_map(|fault| run(fault, tls).err()));
        multiple_calls::run(tls);
    }
    failures
}

/// The only test of this program: it measures the whole process.
#[test]
fn each_fault_returns_its_status_without_leaks() {
    // Once, as the harness keeps what is printed.
    if !can_reset() {
        println!("skipped: faults that reset a connection, which this system closes instead");
    }
    let at_start = (resources::descriptors(), resources::threads());
    let failures = run_all();
    assert!(failures.is_empty(), "{} faults:\n{}", failures.len(), failures.join("\n"));
    // Measured after the first run, as std, rustls and the tests allocate some memory once.
    let allocated = || ALLOCATED.load(Ordering::SeqCst);
    let before = (resources::wait_until_at_most(at_start), allocated());
    assert_eq!(run_all(), Vec::<String>::new());
    let after = (resources::wait_until_at_most(before.0), allocated());
    assert_eq!(after, before, "descriptors (on Windows handles), threads, bytes: after (left) and before (right)");
}
