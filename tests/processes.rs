//! C programs that test forks, signals, callbacks of background threads, and secrets in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::Duration;

use data_connectors_sandbox::Sandbox;
use support::compiler::Compiler;
use support::fault_server::{FaultServer, Step};
use support::test_proxy::start_proxy;
use support::{program, root};

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

#[test]
fn forked_children_open_their_own_connections() {
    let sandbox = Sandbox::builder().connectors(45).start().unwrap();
    run_program("fork", &[sandbox.base_url()]);
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
    let page = r#"{"data":[],"pages":{"next":{"starting_after":"a"}}}"#;
    let response = Step::Send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{page}", page.len()).into());
    let hanging = FaultServer::start(vec![vec![Step::ReadRequest, response, Step::KeepOpen]], None);
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
