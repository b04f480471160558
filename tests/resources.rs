//! No call leaks file descriptors (on Windows: handles) or threads: thousands of calls later
//! there are no more than after the first ones. `cargo test --test resources -- --nocapture` prints them.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::cell::Cell;
use std::time::{Duration, Instant};

use data_connectors::{CancelToken, Client, ErrorKind, PageRequest};
use data_connectors_sandbox::Sandbox;
use support::fault_server::{FaultServer, Step};
use support::listing::{config, list, ok_response, with_plain_and_tls};
use support::resources::{descriptors, threads, wait_until_at_most};

const ROUNDS: usize = 100;
const CALLS_PER_ROUND: usize = 50;
const WARM_UP_ROUNDS: usize = 3;

/// Makes `CALLS_PER_ROUND` calls, most of them with a client that is kept. A TLS server takes long to start under emulators,
/// so not every round has one.
fn make_calls(kept: &Client, sandbox: &Sandbox, has_tls: bool) {
    let calls = Cell::new(0);
    let expect = |is_expected: bool| {
        assert!(is_expected, "call {}", calls.get());
        calls.set(calls.get() + 1);
    };
    let silent = FaultServer::start(vec![vec![Step::ReadRequest, Step::KeepOpen]], None);
    let mut silent_config = config(&format!("http://{}", silent.address()));
    let cancelled = |client: &Client| {
        let token = CancelToken::new().unwrap();
        let canceller = std::thread::spawn({
            let token = token.clone();
            move || {
                std::thread::sleep(Duration::from_millis(2));
                token.cancel();
            }
        });
        let error = client.list_page(&PageRequest::new(), Some(&token)).unwrap_err();
        canceller.join().unwrap();
        error.kind()
    };
    expect(cancelled(&Client::new(&silent_config).unwrap()) == ErrorKind::Cancelled);
    silent_config.set_timeout(Duration::from_millis(3)).unwrap();
    expect(list(&Client::new(&silent_config).unwrap()).unwrap_err().kind() == ErrorKind::Timeout);
    drop(silent);
    expect(list(&Client::new(&silent_config).unwrap()).is_err());
    // Dropped while it prefetches.
    let mut pager = Client::new(&config(sandbox.base_url())).unwrap().pager(PageRequest::new());
    pager.set_prefetch(true);
    for _ in 0..3 {
        expect(pager.next_page(None).unwrap().is_some());
    }
    drop(pager);
    if has_tls {
        with_plain_and_tls(&[vec![Step::ReadRequest, ok_response()]], |_, client| {
            for _ in 0..2 {
                expect(list(&client).unwrap().count() == 1);
            }
        });
    }
    while calls.get() < CALLS_PER_ROUND {
        expect(list(kept).unwrap().count() == 20);
    }
}

/// The only test of this program: it counts what the whole process has open.
#[test]
fn five_thousand_calls_leave_nothing_open() {
    let sandbox = Sandbox::builder().start().unwrap();
    let kept = Client::new(&config(sandbox.base_url())).unwrap();
    for _ in 0..WARM_UP_ROUNDS {
        make_calls(&kept, &sandbox, true);
    }
    std::thread::sleep(Duration::from_millis(500));
    let before = (descriptors(), threads());
    let started = Instant::now();
    for round in 0..ROUNDS {
        make_calls(&kept, &sandbox, round % 10 == 0);
    }
    let calls = ROUNDS * CALLS_PER_ROUND;
    println!("{calls} calls in {:?}", started.elapsed());
    let after = wait_until_at_most(before);
    println!("descriptors and threads: {before:?} before, {after:?} after");
    assert!(after.0 <= before.0 && after.1 <= before.1, "before {before:?}, after {after:?}");
}
