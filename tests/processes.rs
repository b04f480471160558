//! C programs about the process they run in: forks, signals, and what is left in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::Duration;

use data_connectors_sandbox::Sandbox;
use support::compiler::Compiler;
use support::fault::{FaultServer, Step};
use support::proxy::proxy;
use support::{program, root};

fn passes(name: &str, arguments: &[&str]) {
    let test = Compiler::of("c99").program(&root().join(format!("tests/c/other/{name}.c")));
    let output = program::run(&test, arguments, &[]);
    assert_eq!(program::expect_code(&output, 0), Default::default(), "it should print nothing");
    // A child that is forked while threads call has their memory, and can't free it; and what is wiped is looked for in all
    // of the memory, valgrind's own included.
    if program::valgrind_is_wanted() && ["signals", "prefetch"].contains(&name) {
        let output = program::run_under_valgrind(&test, arguments, &[]);
        assert_eq!(program::expect_code(&output, 0), Default::default(), "under valgrind");
    }
}

#[test]
fn parent_and_children_share_no_connections() {
    let sandbox = Sandbox::builder().connectors(45).start().unwrap();
    passes("fork", &[sandbox.base_url()]);
}

#[test]
fn a_storm_of_signals_changes_nothing() {
    let sandbox = Sandbox::builder().connectors(45).start().unwrap();
    let list = r#"{"data":[]}"#;
    let good = Step::Send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{list}", list.len()).into());
    // Closed, and then reset: the next write is a broken pipe.
    let closing = FaultServer::start(vec![vec![Step::Request, good, Step::HalfClose, Step::Reset]], None);
    passes("signals", &[sandbox.base_url(), &format!("http://{}", closing.address())]);
}

#[test]
fn fetching_ahead_calls_back_on_the_callers_thread_and_leaves_nothing() {
    let sandbox = Sandbox::builder().connectors(45).start().unwrap();
    let page = r#"{"data":[],"pages":{"next":{"starting_after":"a"}}}"#;
    let one = Step::Send(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{page}", page.len()).into());
    let hanging = FaultServer::start(vec![vec![Step::Request, one, Step::Hold]], None);
    passes("prefetch", &[sandbox.base_url(), &format!("http://{}", hanging.address())]);
}

#[test]
fn a_child_fetches_ahead_for_itself() {
    let sandbox = Sandbox::builder().connectors(45).latency(Duration::from_millis(20)).start().unwrap();
    passes("prefetch_fork", &[sandbox.base_url()]);
}

#[test]
fn secrets_are_wiped_from_memory() {
    let sandbox = Sandbox::builder().start().unwrap();
    let target = sandbox.base_url().trim_start_matches("http://").to_owned();
    let (place, proxy) = proxy("HTTP/1.1 200 OK\r\n\r\n", Some(target));
    passes("wiped", &[sandbox.base_url(), &place]);
    proxy.join().unwrap();
}
