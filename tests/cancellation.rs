//! Cancellation and timeouts take effect in every phase of a call: DNS resolution, connecting, the CONNECT request, the
//! TLS handshake, waiting for the response, the body, between attempts. Jumps of the wall clock have no effect.
//!
//! The bounds allow for busy machines: `cargo test --test cancellation -- --nocapture` prints the measured times.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::path::PathBuf;
use std::process::Output;
use std::sync::{Mutex, OnceLock};

use support::certificates::{self, Flaw};
use support::compiler::Compiler;
use support::fault_server::{FaultServer, Step, unresponsive_listener};
use support::{program, root};

/// The tests measure time, so they run one after the other.
static RUNNING: Mutex<()> = Mutex::new(());

/// Whether a preloaded library can replace the wall clock and the DNS resolution of a program.
const CAN_PRELOAD: bool = cfg!(target_os = "linux");
/// The delay that the best of several runs must meet, for each method. Timers of Windows have a resolution of 16 ms.
const BEST_DELAY_MS: i64 = if cfg!(windows) { 40 } else { 20 };
/// The same if programs are slow.
const SLOW_BEST_DELAY_MS: i64 = 1_000;
/// The interval of the interrupt check, which adds to its delay.
const INTERRUPT_CHECK_INTERVAL_MS: i64 = 15;
/// The maximum delay of a cancellation or timeout, on a busy machine.
fn max_delay_ms() -> i64 {
    if program::is_slow() { 5_000 } else { 400 }
}

/// The number of runs among which the best is searched for.
fn max_runs() -> usize {
    if program::is_slow() { 10 } else { 5 }
}

/// When a call is interrupted: by then it has reached the phase that is tested, such as waiting for a response with TLS.
fn after_ms() -> u32 {
    if program::is_slow() { 1000 } else { 157 }
}

fn test_program() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let source = root().join("tests/c/other/cancel_call.c");
    let compile = || Compiler::of("c99").program_with(&[&format!("-DAFTER_MS={}", after_ms())], &source);
    PROGRAM.get_or_init(compile)
}

fn preload() -> &'static PathBuf {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| Compiler::of("c99").preload_library(&root().join("tests/c/other/preload.c")))
}

fn run(arguments: &[&str], clock_jumps: bool) -> Output {
    if !CAN_PRELOAD {
        return program::run(test_program(), arguments, &[]);
    }
    let mut variables = vec![("LD_PRELOAD", preload().to_str().unwrap())];
    if clock_jumps {
        variables.push(("JUMPING_CLOCK", "1"));
    }
    program::run(test_program(), arguments, &variables)
}

/// A method that interrupts a call, whether the wall clock jumps meanwhile, and the delay that the best run must meet.
type Method = (&'static str, bool, i64);

const CANCELLATIONS: [Method; 4] = [
    ("token", false, BEST_DELAY_MS),
    ("token", true, BEST_DELAY_MS),
    ("shutdown", false, BEST_DELAY_MS),
    ("interrupt", false, BEST_DELAY_MS + INTERRUPT_CHECK_INTERVAL_MS),
];
const TIMEOUTS: [Method; 2] = [("timeout", false, BEST_DELAY_MS), ("timeout", true, BEST_DELAY_MS)];

fn can_run(&(_, clock_jumps, _): &Method) -> bool {
    CAN_PRELOAD || !clock_jumps
}

/// Cancels a call by each method while it is in `phase`, and lets it time out. `arrivals` counts the calls that have
/// reached the phase.
fn assert_interruptible(phase: &str, arguments: &[&str], timeout_message: &str, arrivals: impl Fn() -> usize) {
    let _running = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for method in CANCELLATIONS.iter().chain(&TIMEOUTS).filter(|method| can_run(method)) {
        assert_interrupted_soon(phase, *method, arguments, timeout_message, &arrivals);
    }
}

/// On a busy machine, a call may be interrupted before it has reached the phase, or late, so it has several runs.
fn assert_interrupted_soon(
    phase: &str,
    (method, clock_jumps, best_delay): Method,
    arguments: &[&str],
    timeout_message: &str,
    arrivals: &dyn Fn() -> usize,
) {
    let mut delays = (0..max_runs()).filter_map(|_| {
        let before = arrivals();
        let delay = interrupt(phase, method, clock_jumps, arguments, timeout_message);
        (arrivals() > before).then_some(delay)
    });
    let best_delay = if program::is_slow() { SLOW_BEST_DELAY_MS } else { best_delay };
    let is_soon = delays.any(|delay| delay <= best_delay);
    assert!(is_soon, "{phase}, {method}: each time more than {best_delay} ms late, or not in this phase");
}

/// For the phases before a server could notice the call: nothing precedes them that takes time.
fn first_phase() -> impl Fn() -> usize {
    let calls = std::cell::Cell::new(0);
    move || calls.replace(calls.get() + 1)
}

/// Interrupts a call by one method. Returns the delay in milliseconds.
fn interrupt(phase: &str, method: &str, clock_jumps: bool, arguments: &[&str], timeout_message: &str) -> i64 {
    let (printed, _) = program::expect_code(&run(&[&[method], arguments].concat(), clock_jumps), 0);
    let mut words = printed.splitn(3, ' ');
    let (status, delay, message) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
    let delay: i64 = delay.parse().unwrap();
    println!("{phase}, {method}: {status} after {delay} ms: {}", message.trim());
    let (expected, part) = match method {
        "timeout" => ("DC_ERR_TIMEOUT", timeout_message),
        "token" => ("DC_ERR_CANCELLED", "cancel token"),
        "shutdown" => ("DC_ERR_CANCELLED", "shut down"),
        _ => ("DC_ERR_CANCELLED", "interrupt check"),
    };
    assert!(status == expected && message.contains(part), "{phase}, {method}: {printed}");
    // Nor is it early, except that the call starts before the thread that cancels it.
    assert!((-20..max_delay_ms()).contains(&delay), "{phase}, {method}: {delay} ms late");
    assert!(!printed.contains("canary"), "{printed}");
    delay
}

fn server(steps: Vec<Step>, tls: bool) -> FaultServer {
    FaultServer::start(vec![steps], tls.then(|| certificates::server_config(Flaw::None)))
}

fn url(scheme: &str, server: &FaultServer) -> String {
    format!("{scheme}://{}", server.address())
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "DNS resolution cannot be replaced")]
fn cancels_and_times_out_during_dns_resolution() {
    assert_interruptible(
        "DNS resolution",
        &["https://slow.invalid"],
        &format!("DNS resolution of slow.invalid timed out after {} ms: ", after_ms()),
        first_phase(),
    );
}

/// The second address of a host is tried before the connect timeout of the first.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "DNS resolution cannot be replaced")]
fn unresponsive_address_does_not_delay_the_call() {
    let _running = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let list = r#"{"data":[]}"#;
    let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{list}", list.len());
    let responsive = server(vec![Step::ReadRequest, Step::Send(response.into())], false);
    let port = responsive.address().port();
    let (_listener, _backlog, _) = unresponsive_listener(&format!("127.0.0.2:{port}"));
    let (printed, _) = program::expect_code(&run(&["nothing", &format!("http://two.invalid:{port}")], false), 0);
    let delay: i64 = printed.split(' ').nth(1).unwrap().parse().unwrap();
    println!("second address: {printed}");
    assert!(printed.starts_with("DC_OK") && delay < 2000, "{printed}");
    // An address that refuses the connection costs no time: the call ends before it would be cancelled.
    drop((_listener, _backlog));
    let is_soon = (0..max_runs()).any(|_| {
        let (printed, _) = program::expect_code(&run(&["token", &format!("http://two.invalid:{port}")], false), 0);
        println!("second address after a refusal: {printed}");
        printed.starts_with("DC_OK")
    });
    assert!(is_soon, "each time cancelled before the second address was tried");
}

#[test]
fn cancels_and_times_out_while_connecting() {
    let (_listener, _backlog, address) = unresponsive_listener("127.0.0.1:0");
    let url = format!("http://{address}");
    assert_interruptible(
        "connecting",
        &[&url],
        &format!("timed out after {} ms (1 attempt)", after_ms()),
        first_phase(),
    );
    let output = run(&["connect_timeout", &url], false);
    let (printed, _) = program::expect_code(&output, 0);
    assert!(
        printed.starts_with("DC_ERR_TIMEOUT")
            && printed.contains(&format!("timed out after {} ms (connect_timeout_ms)", after_ms())),
        "{printed}"
    );
}

#[test]
fn cancels_and_times_out_during_the_connect_request_to_a_proxy() {
    let unresponsive = server(vec![Step::ReadRequest, Step::KeepOpen], false);
    assert_interruptible(
        "CONNECT",
        &["https://api.example", "", &url("http", &unresponsive)],
        &format!("timed out after {} ms (1 attempt)", after_ms()),
        || unresponsive.requests().len(),
    );
    let slow = server(vec![Step::ReadRequest, Step::SendSlowly(vec![b'x'; 1000], 50)], false);
    assert_interruptible(
        "CONNECT, slow response",
        &["https://api.example", "", &url("http", &slow)],
        &format!("timed out after {} ms (1 attempt)", after_ms()),
        || slow.requests().len(),
    );
}

#[test]
fn cancels_and_times_out_during_the_tls_handshake() {
    let unresponsive = server(vec![Step::KeepOpen], false);
    assert_interruptible(
        "TLS handshake",
        &[&url("https", &unresponsive)],
        &format!("timed out after {} ms during the TLS handshake", after_ms()),
        || unresponsive.connections(),
    );
}

#[test]
fn cancels_and_times_out_while_waiting_for_the_response() {
    let unresponsive = server(vec![Step::ReadRequest, Step::KeepOpen], false);
    assert_interruptible("response", &[&url("http", &unresponsive)], "timed out after ", || {
        unresponsive.requests().len()
    });
    let unresponsive = server(vec![Step::ReadRequest, Step::KeepOpen], true);
    assert_interruptible(
        "response, TLS",
        &[&url("https", &unresponsive), certificates::ca_file().to_str().unwrap()],
        "timed out after ",
        || unresponsive.requests().len(),
    );
}

/// Delays are not checked: valgrind is slow.
#[test]
fn cancellation_leaks_nothing_under_valgrind() {
    if !program::valgrind_enabled() {
        return;
    }
    let unresponsive = server(vec![Step::ReadRequest, Step::KeepOpen], false);
    for method in ["token", "shutdown", "interrupt", "timeout"] {
        for url in [url("http", &unresponsive), url("https", &unresponsive)] {
            let output = program::run_under_valgrind(test_program(), &[method, &url], &[]);
            let (printed, _) = program::expect_code(&output, 0);
            assert!(printed.starts_with("DC_ERR_"), "{printed}");
        }
    }
}

#[test]
fn cancels_and_times_out_in_the_response_body() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".to_vec();
    let slow = vec![Step::ReadRequest, Step::Send(head), Step::SendSlowly(vec![b' '; 100_000], 5)];
    let plain = server(slow.clone(), false);
    assert_interruptible("body", &[&url("http", &plain)], "timed out after ", || plain.requests().len());
    let encrypted = server(slow, true);
    assert_interruptible(
        "body, TLS",
        &[&url("https", &encrypted), certificates::ca_file().to_str().unwrap()],
        "timed out after ",
        || encrypted.requests().len(),
    );
}

#[test]
fn cancels_in_the_body_of_an_error_response() {
    let endless = server(
        vec![
            Step::ReadRequest,
            Step::Send(b"HTTP/1.1 500 X\r\n\r\n".to_vec()),
            Step::SendSlowly(vec![b' '; 100_000], 1),
        ],
        false,
    );
    let _running = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // Cancelled, although the HTTP status is known.
    let (printed, _) = program::expect_code(&run(&["token", &url("http", &endless)], false), 0);
    assert!(printed.starts_with("DC_ERR_CANCELLED"), "{printed}");
}

#[test]
fn cancels_between_attempts_and_does_not_wait_beyond_the_timeout() {
    let busy = server(
        vec![Step::ReadRequest, Step::Send(b"HTTP/1.1 503 X\r\nRetry-After: 10\r\nContent-Length: 0\r\n\r\n".to_vec())],
        false,
    );
    let _running = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for method in CANCELLATIONS.into_iter().filter(can_run) {
        assert_interrupted_soon("between attempts", method, &[&url("http", &busy)], "", &|| busy.requests().len());
    }
    // A wait beyond the timeout is not started.
    let (printed, _) = program::expect_code(&run(&["timeout", &url("http", &busy)], false), 0);
    let delay: i64 = printed.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(printed.starts_with("DC_ERR_SERVER") && delay < 0, "{printed}");
}
