//! C programs that test forks, signals, DNS resolutions, callbacks of background threads, limits and environment of the
//! process, system calls, and secrets in memory. All use Unix interfaces: fork, signals, resource limits, /proc, and
//! symbols of the program that replace those of libraries.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::time::Duration;

use data_connectors_sandbox::Sandbox;
use support::certificates::{self, Flaw};
use support::compiler::Compiler;
use support::fault_server::{FaultServer, Step};
use support::listing::ok_response;
use support::test_proxy::start_proxy;
use support::{library_folder, program, root, scratch};

fn run_program(name: &str, arguments: &[&str]) {
    let program = Compiler::of("c99").program(&root().join(format!("tests/c/other/{name}.c")));
    let output = program::run(&program, arguments, &[]);
    assert_eq!(program::expect_code(&output, 0), Default::default(), "expected no output");
    // Not the other programs: a child forked while threads make calls cannot free their memory, and the search for
    // secrets would find those in valgrind's own memory.
    if program::valgrind_enabled() && ["signals", "prefetch"].contains(&name) {
        let output = program::run_under_valgrind(&program, arguments, &[]);
        assert_eq!(program::expect_code(&output, 0), Default::default(), "under valgrind");
    }
}

/// Runs a program with tests/c/other/preload.c preloaded.
fn run_preloaded(name: &str, arguments: &[&str]) {
    let other = root().join("tests/c/other");
    let program = Compiler::of("c99").program(&other.join(format!("{name}.c")));
    let preload = Compiler::of("c99").preload_library(&other.join("preload.c"));
    let output = program::run(&program, arguments, &[("LD_PRELOAD", preload.to_str().unwrap())]);
    assert_eq!(program::expect_code(&output, 0), Default::default(), "expected no output");
}

/// Sends one page, which has a next page, and never responds again.
fn start_hanging_server() -> FaultServer {
    let page = r#"{"data":[],"pages":{"next":{"starting_after":"a"}}}"#;
    let response = Step::Send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{page}", page.len()).into());
    FaultServer::start(vec![vec![Step::ReadRequest, response, Step::KeepOpen]], None)
}

#[test]
fn forked_children_open_their_own_connections() {
    let sandbox = Sandbox::builder().connectors(45).start().unwrap();
    run_program("fork", &[sandbox.base_url()]);
}

#[test]
fn calls_share_dns_resolutions_whose_number_is_limited() {
    let sandbox = Sandbox::builder().start().unwrap();
    run_program("resolutions", &[sandbox.base_url()]);
}

#[test]
fn error_names_missing_file_descriptors() {
    let sandbox = Sandbox::builder().start().unwrap();
    run_program("descriptors", &[sandbox.base_url()]);
}

#[test]
fn call_fails_without_memory_for_the_response_and_aborts_without_any() {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 64 * 1024 * 1024);
    let server = FaultServer::start(
        vec![vec![Step::ReadRequest, Step::Send(head.into()), Step::SendForever(vec![b' '; 64 * 1024])]],
        None,
    );
    let url = format!("http://{}", server.address());
    run_program("memory", &[&url, "response"]);
    assert_eq!(server.requests().len(), 1);
    let program = Compiler::of("c99").program(&root().join("tests/c/other/memory.c"));
    let output = program::run(&program, &[&url, "anything"], &[]);
    assert_eq!(output.status.signal(), Some(6), "expected SIGABRT: {output:?}");
}

#[test]
fn calls_survive_many_signals() {
    let sandbox = Sandbox::builder().connectors(45).start().unwrap();
    let list = r#"{"data":[]}"#;
    let response = Step::Send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{list}", list.len()).into());
    // After the reset, the next write fails with EPIPE.
    let closing = FaultServer::start(vec![vec![Step::ReadRequest, response, Step::HalfClose, Step::Reset]], None);
    run_program("signals", &[sandbox.base_url(), &format!("http://{}", closing.address())]);
}

#[test]
fn prefetch_runs_callbacks_on_the_calling_thread_and_leaks_nothing() {
    let sandbox = Sandbox::builder().connectors(45).start().unwrap();
    let hanging = start_hanging_server();
    run_program("prefetch", &[sandbox.base_url(), &format!("http://{}", hanging.address())]);
}

#[test]
fn forked_child_prefetches_on_its_own_thread() {
    let sandbox = Sandbox::builder().connectors(45).latency(Duration::from_millis(20)).start().unwrap();
    run_program("prefetch_fork", &[sandbox.base_url()]);
}

#[test]
fn secrets_are_wiped_from_memory() {
    let sandbox = Sandbox::builder().start().unwrap();
    let target = sandbox.base_url().trim_start_matches("http://").to_owned();
    let (address, proxy) = start_proxy("HTTP/1.1 200 OK\r\n\r\n", Some(target));
    run_program("secrets", &[sandbox.base_url(), &address]);
    proxy.join().unwrap();
}

/// Optimized, as the compiler might remove the overwriting. The loader resolves symbols at the start: later it would save
/// the vector registers, which may hold a secret, on the stack.
#[test]
fn cpp_wrapper_leaves_no_copies_of_secrets() {
    let program = Compiler::of("c++17").program_with(&["-O2"], &root().join("tests/c/other/secrets.cpp"));
    let output = program::run(&program, &[], &[("LD_BIND_NOW", "1")]);
    assert_eq!(program::expect_code(&output, 0), Default::default(), "expected no output");
}

#[test]
fn calls_change_no_signal_handler_or_mask_and_background_threads_block_signals() {
    let sandbox = Sandbox::builder().connectors(45).start().unwrap();
    let hanging = start_hanging_server();
    let (_, port) = sandbox.base_url().rsplit_once(':').unwrap();
    run_preloaded("signal_state", &[port, &format!("http://{}", hanging.address())]);
}

#[test]
fn running_out_of_descriptors_or_threads_is_a_system_error() {
    let sandbox = Sandbox::builder().connectors(45).start().unwrap();
    let hanging = start_hanging_server();
    let (_, port) = sandbox.base_url().rsplit_once(':').unwrap();
    run_preloaded("exhausted", &[port, &format!("http://{}", hanging.address())]);
}

#[test]
fn environment_variables_have_no_effect() {
    let sandbox = Sandbox::builder().start().unwrap();
    let server =
        FaultServer::start(vec![vec![Step::ReadRequest, ok_response()]], Some(certificates::server_config(Flaw::None)));
    let url = format!("https://{}", server.address());
    run_program("environment", &[sandbox.base_url(), &url, certificates::ca_file().to_str().unwrap()]);
}

/// One to send, one to wait, one to receive; and one to probe a connection that was idle for more than 1 ms.
#[cfg(target_os = "linux")]
#[test]
fn page_takes_three_system_calls() {
    let program = Compiler::of("c99").program(&root().join("tests/c/other/pages.c"));
    let ca_file = certificates::ca_file();
    for (scheme, tls, ca_file) in
        [("http", None, ""), ("https", Some(certificates::server_config(Flaw::None)), ca_file.to_str().unwrap())]
    {
        let server = FaultServer::start(vec![vec![[Step::ReadRequest, ok_response()]; 120].concat()], tls);
        let trace = scratch().join(format!("pages-{scheme}.strace"));
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o"]).arg(&trace).arg(&program);
        command.args([&format!("{scheme}://{}", server.address()), ca_file]).env("LD_LIBRARY_PATH", library_folder());
        let output = command.output().expect("strace is not installed (Debian package strace)");
        program::expect_code(&output, 0);
        let trace = std::fs::read_to_string(&trace).unwrap();
        // Lines such as: 4711 poll([{fd=4, events=POLLIN}], 1, 60000) = 1
        let calls = trace.lines().filter_map(|line| line.split_once(' ').map(|(_, call)| call.trim_start()));
        let of_pages = calls.skip_while(|call| !call.starts_with("getppid")).skip(1);
        let mut counts = BTreeMap::new();
        for call in of_pages.take_while(|call| !call.starts_with("getppid")) {
            let name = if call.contains("MSG_PEEK") { "probe" } else { call.split('(').next().unwrap() };
            *counts.entry(name).or_insert(0) += 1;
        }
        let probes = counts.remove("probe").unwrap_or_default();
        assert!(probes <= 100, "{scheme}: {probes} probes");
        let waits = if counts.contains_key("ppoll") { "ppoll" } else { "poll" };
        assert_eq!(counts, BTreeMap::from([("sendto", 100), (waits, 100), ("recvfrom", 100)]), "{scheme}");
    }
}
