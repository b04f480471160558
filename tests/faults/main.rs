//! Every fault that a server, a gateway or a network is known for, and the exact status that each becomes: over plain
//! HTTP and over TLS, through the C ABI. Afterwards no descriptor, thread or byte more is in use than before.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod connections;
mod framing;
mod json;
mod several;
mod statuses;
#[path = "../support/mod.rs"]
mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use data_connectors::ffi::config::dc_config;
use support::abi::{self, AbiClient, Outcome, TOKEN};
use support::certificates::{self, Flaw};
use support::fault::{FaultServer, Scripts, Step};
use support::scripted::http;

/// Counts the bytes that Rust code has allocated, the library's among them.
struct Counting;

static ALLOCATED: AtomicI64 = AtomicI64::new(0);

#[allow(unsafe_code)]
// SAFETY: it passes everything on to the system's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size() as i64, Ordering::SeqCst);
        // SAFETY: as the caller vouches.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size() as i64, Ordering::SeqCst);
        // SAFETY: as the caller vouches.
        unsafe { System.dealloc(address, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const OK: &str = "DC_OK";
const CONNECTION: &str = "DC_ERR_CONNECTION";
const TIMEOUT: &str = "DC_ERR_TIMEOUT";
const PROTOCOL: &str = "DC_ERR_PROTOCOL";
const TOO_LARGE: &str = "DC_ERR_TOO_LARGE";
const SERVER: &str = "DC_ERR_SERVER";
const RATE_LIMITED: &str = "DC_ERR_RATE_LIMITED";
const BAD_REQUEST: &str = "DC_ERR_BAD_REQUEST";

const LIST: &str = r#"{"type":"list","data":[{"id":"1"}],"pages":null}"#;

/// A fault, and what it has to become.
struct Fault {
    name: String,
    scripts: Scripts,
    settings: fn(*mut dc_config),
    status: &'static str,
    http: i32,
    attempts: i32,
    retry_after_ms: i64,
    says: &'static str,
}

fn plain(_: *mut dc_config) {}

fn short(config: *mut dc_config) {
    abi::timeout(config, 400);
}

fn one_retry(config: *mut dc_config) {
    abi::retries(config, 1);
}

fn fault(name: impl Into<String>, script: Vec<Step>, status: &'static str, http: i32, says: &'static str) -> Fault {
    Fault {
        name: name.into(),
        scripts: vec![script],
        settings: plain,
        status,
        http,
        attempts: 1,
        retry_after_ms: -1,
        says,
    }
}

/// The server reads the request and gives these bytes.
fn gives(
    name: impl Into<String>,
    bytes: impl Into<Vec<u8>>,
    status: &'static str,
    http: i32,
    says: &'static str,
) -> Fault {
    fault(name, vec![Step::Request, Step::Send(bytes.into())], status, http, says)
}

fn body(name: impl Into<String>, body: impl AsRef<[u8]>, status: &'static str, says: &'static str) -> Fault {
    gives(name, with_body(body.as_ref(), ""), status, if status == OK { 0 } else { 200 }, says)
}

fn with_body(body: &[u8], headers: &str) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{headers}\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn all() -> Vec<Fault> {
    [connections::table(), framing::table(), statuses::table(), json::table()].into_iter().flatten().collect()
}

/// A client of the server, with its log lines at their most talkative looked through for the token.
fn client_of(server: &FaultServer, tls: bool, settings: fn(*mut dc_config)) -> AbiClient {
    let scheme = if tls { "https" } else { "http" };
    abi::client(&format!("{scheme}://{}", server.address()), |config| {
        settings(config);
        abi::log_without_token(config);
        if tls {
            abi::ca_file(config, &certificates::ca_file());
        }
    })
}

fn server_of(scripts: Scripts, tls: bool) -> FaultServer {
    FaultServer::start(scripts, tls.then(|| certificates::server(Flaw::None)))
}

/// Runs one fault, and says what is wrong with what became of it.
fn run(fault: &Fault, tls: bool) -> Result<(), String> {
    let server = server_of(fault.scripts.clone(), tls);
    let client = client_of(&server, tls, fault.settings);
    let started = Instant::now();
    let outcome = client.list();
    let took = started.elapsed();
    let Outcome { status, http, attempts, retry_after_ms, message, .. } = &outcome;
    let right = *status == fault.status
        && *http == fault.http
        && (status == OK || *attempts == fault.attempts)
        && *retry_after_ms == fault.retry_after_ms
        && message.contains(fault.says);
    if right && took < Duration::from_secs(5) && !format!("{outcome:?}").contains(TOKEN) {
        return Ok(());
    }
    Err(format!(
        "{} (tls: {tls}), after {took:?}: {outcome:?}\n  expected {} {} after {} attempts, wait {}: {:?}",
        fault.name, fault.status, fault.http, fault.attempts, fault.retry_after_ms, fault.says
    ))
}

fn run_all() -> Vec<String> {
    let table = all();
    let names: BTreeSet<&str> = table.iter().map(|fault| fault.name.as_str()).collect();
    assert!(table.len() >= 40 && names.len() == table.len(), "{} faults, {} names", table.len(), names.len());
    let mut wrong = Vec::new();
    for tls in [false, true] {
        wrong.extend(table.iter().filter_map(|fault| run(fault, tls).err()));
        several::run(tls);
    }
    wrong
}

/// Descriptors, threads, and bytes allocated.
fn in_use() -> (usize, usize, i64) {
    let entries = |folder: &str| std::fs::read_dir(folder).unwrap().count();
    (entries("/proc/self/fd"), entries("/proc/self/task"), ALLOCATED.load(Ordering::SeqCst))
}

/// The only test here: it counts what the process has in use.
#[test]
fn each_becomes_its_status_and_leaves_nothing_behind() {
    let wrong = run_all();
    assert!(wrong.is_empty(), "{} of the faults:\n{}", wrong.len(), wrong.join("\n"));
    // What is made once, by std, by rustls and by the tests, has been made.
    let before = in_use();
    assert_eq!(run_all(), Vec::<String>::new());
    assert_eq!(in_use(), before, "descriptors, threads, bytes: after (left) and before (right)");
}
