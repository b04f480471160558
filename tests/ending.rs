//! What ends a call ends it in every phase: look-up, connecting, a proxy's CONNECT, the TLS handshake, waiting for the
//! answer, in the body, between attempts. And the wall clock may jump meanwhile.
//!
//! The bounds are generous, as these machines are: `cargo test --test ending -- --nocapture` prints what it took.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::path::PathBuf;
use std::process::Output;
use std::sync::{Mutex, OnceLock};

use support::certificates::{self, Flaw};
use support::compiler::Compiler;
use support::fault::{FaultServer, Step, full};
use support::{program, root};

/// One at a time: what is measured is time.
static ALONE: Mutex<()> = Mutex::new(());

/// Milliseconds beyond the moment at which the call should end. Of several the best has to be as good as promised; the
/// others may have met a busy machine.
const BOUND: i64 = 400;
const PROMISED: i64 = 20;

fn ending() -> &'static PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| Compiler::of("c99").program(&root().join("tests/c/other/ending.c")))
}

fn preload() -> &'static PathBuf {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| Compiler::of("c99").shared(&root().join("tests/c/other/preload.c")))
}

fn run(arguments: &[&str], jumping: bool) -> Output {
    let mut variables = vec![("LD_PRELOAD", preload().to_str().unwrap())];
    if jumping {
        variables.push(("JUMPING_CLOCK", "1"));
    }
    program::run(ending(), arguments, &variables)
}

/// Ends a call in each way while it is in `phase`.
fn ends(phase: &str, arguments: &[&str], timeout_says: &str) {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let ways = ["token", "shutdown", "interrupt", "timeout"];
    let mut best = BOUND;
    for (way, jumping) in ways.iter().map(|way| (way, false)).chain([(&"timeout", true), (&"token", true)]) {
        let output = run(&[&[*way], arguments].concat(), jumping);
        let (printed, _) = program::expect_code(&output, 0);
        let mut words = printed.splitn(3, ' ');
        let (status, took, message) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
        let took: i64 = took.parse().unwrap();
        println!("{phase}, {way}: {status} after {took} ms: {}", message.trim());
        let (expected, says) =
            if *way == "timeout" { ("DC_ERR_TIMEOUT", timeout_says) } else { ("DC_ERR_CANCELLED", "") };
        assert!(status == expected && message.contains(says), "{phase}, {way}: {printed}");
        assert!((-20..BOUND).contains(&took), "{phase}, {way}: {took} ms after it should have ended");
        assert!(!printed.contains("canary"), "{printed}");
        best = best.min(took);
    }
    assert!(best <= PROMISED, "{phase}: {best} ms at best");
}

fn server(steps: Vec<Step>, tls: bool) -> FaultServer {
    FaultServer::start(vec![steps], tls.then(|| certificates::server(Flaw::None)))
}

fn url(scheme: &str, server: &FaultServer) -> String {
    format!("{scheme}://{}", server.address())
}

#[test]
fn in_the_look_up() {
    ends("look-up", &["https://slow.invalid"], "timed out after 157 ms (1 attempt)");
}

/// The first address of the host doesn't answer: the second one serves, without waiting for the first to fail.
#[test]
fn not_by_an_address_that_is_dead() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let list = r#"{"data":[]}"#;
    let good = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{list}", list.len());
    let served = server(vec![Step::Request, Step::Send(good.into())], false);
    let port = served.address().port();
    let (_listener, _waiting, _) = full(&format!("127.0.0.2:{port}"));
    let (printed, _) = program::expect_code(&run(&["nothing", &format!("http://two.invalid:{port}")], false), 0);
    let took: i64 = printed.split(' ').nth(1).unwrap().parse().unwrap();
    println!("second address: {printed}");
    assert!(printed.starts_with("DC_OK") && took < 2000, "{printed}");
    // One that refuses costs no time at all.
    drop((_listener, _waiting));
    let (printed, _) = program::expect_code(&run(&["token", &format!("http://two.invalid:{port}")], false), 0);
    assert!(printed.starts_with("DC_OK"), "{printed}");
}

#[test]
fn while_connecting() {
    let (_listener, _waiting, address) = full("127.0.0.1:0");
    let url = format!("http://{address}");
    ends("connecting", &[&url], "timed out after 157 ms (1 attempt)");
    let output = run(&["connect_timeout", &url], false);
    let (printed, _) = program::expect_code(&output, 0);
    assert!(
        printed.starts_with("DC_ERR_TIMEOUT") && printed.contains("timed out after 157 ms (connect_timeout_ms)"),
        "{printed}"
    );
}

#[test]
fn in_a_proxys_connect() {
    let silent = server(vec![Step::Request, Step::Hold], false);
    ends("CONNECT", &["https://api.example", "", &url("http", &silent)], "timed out after 157 ms (1 attempt)");
    let dripping = server(vec![Step::Request, Step::Drip(vec![b'x'; 1000], 50)], false);
    ends(
        "CONNECT, dripping",
        &["https://api.example", "", &url("http", &dripping)],
        "timed out after 157 ms (1 attempt)",
    );
}

#[test]
fn in_the_tls_handshake() {
    let silent = server(vec![Step::Hold], false);
    ends("TLS handshake", &[&url("https", &silent)], "timed out after 157 ms (1 attempt)");
}

#[test]
fn while_waiting_for_the_answer() {
    let silent = server(vec![Step::Request, Step::Hold], false);
    ends("waiting", &[&url("http", &silent)], "timed out after ");
    let silent = server(vec![Step::Request, Step::Hold], true);
    ends("waiting, TLS", &[&url("https", &silent), certificates::ca_file().to_str().unwrap()], "timed out after ");
}

/// Without a word on time: what ends a call leaves nothing behind.
#[test]
fn under_valgrind() {
    if !program::valgrind_is_wanted() {
        return;
    }
    let silent = server(vec![Step::Request, Step::Hold], false);
    for way in ["token", "shutdown", "interrupt", "timeout"] {
        for url in [url("http", &silent), url("https", &silent)] {
            let output = program::run_under_valgrind(ending(), &[way, &url], &[]);
            let (printed, _) = program::expect_code(&output, 0);
            assert!(printed.starts_with("DC_ERR_"), "{printed}");
        }
    }
}

#[test]
fn in_the_body() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".to_vec();
    let dripping = vec![Step::Request, Step::Send(head), Step::Drip(vec![b' '; 100_000], 5)];
    ends("body", &[&url("http", &server(dripping.clone(), false))], "timed out after ");
    let encrypted = server(dripping, true);
    ends("body, TLS", &[&url("https", &encrypted), certificates::ca_file().to_str().unwrap()], "timed out after ");
}

#[test]
fn in_the_body_of_a_failure() {
    let endless = server(
        vec![Step::Request, Step::Send(b"HTTP/1.1 500 X\r\n\r\n".to_vec()), Step::Drip(vec![b' '; 100_000], 1)],
        false,
    );
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // Of a failure, what ends the call ends the reading of its body, too: the status is known, the call is cancelled.
    let (printed, _) = program::expect_code(&run(&["token", &url("http", &endless)], false), 0);
    assert!(printed.starts_with("DC_ERR_CANCELLED"), "{printed}");
}

#[test]
fn between_attempts() {
    let busy = server(
        vec![Step::Request, Step::Send(b"HTTP/1.1 503 X\r\nRetry-After: 10\r\nContent-Length: 0\r\n\r\n".to_vec())],
        false,
    );
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for way in ["token", "shutdown", "interrupt"] {
        let (printed, _) = program::expect_code(&run(&[way, &url("http", &busy)], false), 0);
        println!("between attempts, {way}: {printed}");
        let took: i64 = printed.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(printed.starts_with("DC_ERR_CANCELLED") && (-20..BOUND).contains(&took), "{way}: {printed}");
    }
    // A wait that doesn't fit is no wait.
    let (printed, _) = program::expect_code(&run(&["timeout", &url("http", &busy)], false), 0);
    let took: i64 = printed.split(' ').nth(1).unwrap().parse().unwrap();
    assert!(printed.starts_with("DC_ERR_SERVER") && took < 0, "{printed}");
}
