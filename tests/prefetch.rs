//! Prefetching: the same pages and errors, in the same order, but sooner. `processes` has the tests with forks,
//! callbacks and descriptors.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use data_connectors::{CancelToken, Client, ErrorKind, Page, PageRequest, Pager};
use data_connectors_sandbox::Sandbox;
use support::fault_server::{FaultServer, Step};
use support::gated_server::GatedServer;
use support::listing::config;

/// Longer than any wait takes on a busy machine.
const MAX_WAIT: Duration = Duration::from_secs(10);

fn wait_until(description: &str, condition: impl Fn() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < MAX_WAIT, "not after {MAX_WAIT:?}: {description}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Long enough for a request that should not be sent to arrive.
fn wait_for_unexpected_request() {
    std::thread::sleep(Duration::from_millis(100));
}

/// A page of one row and the cursor of the next page.
fn page(id: u32, next: Option<u32>) -> String {
    let next = next.map_or("null".to_owned(), |next| format!(r#"{{"starting_after":"c{next}"}}"#));
    format!(r#"{{"data":[{{"id":"{id}"}}],"pages":{{"next":{next}}}}}"#)
}

fn response(status: &str, body: &str) -> Step {
    let head = format!("HTTP/1.1 {status}\r\nX-Request-Id: of-{body}\r\nContent-Length: {}", body.len());
    Step::Send(format!("{head}\r\n\r\n{body}").into())
}

/// Sends one response per request, over one connection.
fn server_with(responses: &[Step]) -> FaultServer {
    let script = responses.iter().flat_map(|response| [Step::ReadRequest, response.clone()]).collect();
    FaultServer::start(vec![script], None)
}

fn client(base_url: &str) -> Client {
    Client::new(&config(base_url)).unwrap()
}

fn pager_for(server: &FaultServer) -> (Client, Pager) {
    prefetching_pager(&format!("http://{}", server.address()))
}

fn prefetching_pager(base_url: &str) -> (Client, Pager) {
    let client = client(base_url);
    let mut pager = client.pager(PageRequest::new());
    pager.set_prefetch(true);
    (client, pager)
}

/// The same, and a channel with a message whenever a call runs the interrupt check. Each comes at least 15 ms after the
/// start of the call, when the call waits for the prefetch.
fn prefetching_pager_with_checks(base_url: &str) -> (Client, Pager, Receiver<()>) {
    let (sender, checks) = channel();
    let mut config = config(base_url);
    config.set_interrupt_check(move || sender.send(()).is_err());
    let client = Client::new(&config).unwrap();
    let mut pager = client.pager(PageRequest::new());
    pager.set_prefetch(true);
    (client, pager, checks)
}

/// Makes a call that fails, and runs `interrupt` on another thread when the call waits.
fn next_error_after(
    pager: &mut Pager,
    checks: &Receiver<()>,
    token: Option<&CancelToken>,
    interrupt: impl FnOnce() + Send,
) -> (ErrorKind, String) {
    while checks.try_recv().is_ok() {}
    std::thread::scope(|scope| {
        let call = scope.spawn(|| next_error(pager, token));
        checks.recv_timeout(MAX_WAIT).expect("the call waits");
        interrupt();
        call.join().unwrap()
    })
}

/// The id of the only row of the next page.
fn next_id(pager: &mut Pager) -> String {
    let page = pager.next_page(None).unwrap().expect("a page");
    page.json().split('"').nth(5).unwrap().to_owned()
}

fn next_error(pager: &mut Pager, cancel: Option<&CancelToken>) -> (ErrorKind, String) {
    let error = pager.next_page(cancel).unwrap_err();
    (error.kind(), error.message().to_owned())
}

fn cancelled(message: &str) -> (ErrorKind, String) {
    (ErrorKind::Cancelled, message.to_owned())
}

const BY_TOKEN: &str = "request cancelled by its cancel token";
const BY_SHUTDOWN: &str = "request cancelled: the client was shut down";

#[test]
fn returns_the_same_pages_as_without_prefetch() {
    let sandbox = Sandbox::builder().connectors(137).start().unwrap();
    let iterations = [false, true].map(|prefetch| {
        let mut pager = client(sandbox.base_url()).pager(PageRequest::new().per_page(5).unwrap());
        pager.set_prefetch(prefetch);
        let mut pages: Vec<(Page, Option<String>)> = Vec::new();
        while let Some(page) = pager.next_page(None).unwrap() {
            pages.push((page, pager.cursor().map(str::to_owned)));
        }
        assert!(pager.next_page(None).unwrap().is_none());
        pages.into_iter().map(|(page, cursor)| (page.json().to_owned(), cursor)).collect::<Vec<_>>()
    });
    assert_eq!(iterations[0].len(), 28);
    assert_eq!(iterations[0], iterations[1]);
}

#[test]
fn requests_the_next_page_while_the_caller_works() {
    let gate = GatedServer::start();
    let (_client, mut pager) = prefetching_pager(&gate.base_url);
    gate.respond_with(&page(1, Some(2)));
    assert_eq!(next_id(&mut pager), "1");
    wait_until("the second request is sent without a call", || gate.requests().len() == 2);
    assert!(gate.requests()[1].contains("starting_after=c2"));
    assert_eq!(pager.cursor(), Some("c2"));
    gate.respond_with(&page(2, None));
    assert_eq!(next_id(&mut pager), "2");
    assert!(pager.next_page(None).unwrap().is_none());
    wait_for_unexpected_request();
    assert_eq!(gate.requests().len(), 2, "no request after the last page");
}

#[test]
fn is_off_by_default() {
    let gate = GatedServer::start();
    let mut pager = client(&gate.base_url).pager(PageRequest::new());
    for number in 1..=3 {
        gate.respond_with(&page(number, Some(number + 1)));
        assert_eq!(next_id(&mut pager), number.to_string());
        wait_for_unexpected_request();
        assert_eq!(gate.requests().len(), number as usize);
        // Enabled and disabled between two calls, it starts nothing.
        pager.set_prefetch(true);
        pager.set_prefetch(false);
    }
}

#[test]
fn disabling_keeps_a_running_prefetch() {
    let gate = GatedServer::start();
    let (_client, mut pager) = prefetching_pager(&gate.base_url);
    gate.respond_with(&page(1, Some(2)));
    next_id(&mut pager);
    wait_until("the second request", || gate.requests().len() == 2);
    pager.set_prefetch(false);
    gate.respond_with(&page(2, Some(3)));
    assert_eq!(next_id(&mut pager), "2");
    wait_for_unexpected_request();
    assert_eq!(gate.requests().len(), 2);
}

/// The previous page is returned first, then the error with all its details, once; the next call requests the page
/// again.
#[test]
fn errors_are_reported_in_order() {
    let server = server_with(&[
        response("200 OK", &page(1, Some(2))),
        response("503 Busy", "busy"),
        response("200 OK", &page(2, Some(3))),
        response("200 OK", &page(3, None)),
    ]);
    let (_client, mut pager) = pager_for(&server);
    assert_eq!(next_id(&mut pager), "1");
    wait_until("the second request", || server.requests().len() == 2);
    let error = pager.next_page(None).unwrap_err();
    assert_eq!((error.kind(), error.http_status(), error.attempts()), (ErrorKind::Server, Some(503), 1));
    assert_eq!(error.request_id(), Some("of-busy"));
    assert_eq!(pager.cursor(), Some("c2"));
    assert_eq!((next_id(&mut pager), next_id(&mut pager)), ("2".to_owned(), "3".to_owned()));
    assert!(pager.next_page(None).unwrap().is_none());
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn prefetch_times_out_like_a_call() {
    let first = vec![Step::ReadRequest, response("200 OK", &page(1, Some(2))), Step::ReadRequest, Step::KeepOpen];
    let server = FaultServer::start(vec![first, vec![Step::ReadRequest, response("200 OK", &page(2, None))]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_timeout(Duration::from_millis(400)).unwrap();
    let mut pager = Client::new(&config).unwrap().pager(PageRequest::new());
    pager.set_prefetch(true);
    next_id(&mut pager);
    wait_until("the prefetch times out", || server.connections() == 1 && server.open_connections() == 0);
    let error = pager.next_page(None).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
    assert!(error.message().contains("timed out after 400 ms"), "{error}");
    assert_eq!(next_id(&mut pager), "2");
}

#[test]
fn cancelling_a_call_keeps_the_prefetch() {
    let gate = GatedServer::start();
    let (_client, mut pager, checks) = prefetching_pager_with_checks(&gate.base_url);
    gate.respond_with(&page(1, Some(2)));
    next_id(&mut pager);
    for _ in 0..3 {
        let token = CancelToken::new().unwrap();
        let error = next_error_after(&mut pager, &checks, Some(&token), || token.cancel());
        assert_eq!(error, cancelled(BY_TOKEN));
    }
    gate.respond_with(&page(2, Some(3)));
    assert_eq!(next_id(&mut pager), "2");
    gate.respond_with(&page(3, None));
    assert_eq!(next_id(&mut pager), "3");
    assert_eq!(gate.requests().len(), 3, "one request per page");
}

#[test]
fn cancelled_token_cancels_a_call_whose_page_was_prefetched() {
    let server = server_with(&[response("200 OK", &page(1, Some(2))), response("200 OK", &page(2, None))]);
    let (_client, mut pager) = pager_for(&server);
    next_id(&mut pager);
    // The server closes the connection after the last response.
    wait_until("the second page is sent", || server.open_connections() == 0);
    // Usually the client has received it by then; if not, the results are the same.
    wait_for_unexpected_request();
    let token = CancelToken::new().unwrap();
    token.cancel();
    assert_eq!(next_error(&mut pager, Some(&token)), cancelled(BY_TOKEN));
    assert_eq!(next_error(&mut pager, Some(&token)), cancelled(BY_TOKEN));
    assert_eq!(next_id(&mut pager), "2");
    assert_eq!(server.requests().len(), 2);
}

/// Does not respond to the second request.
fn hanging_server() -> FaultServer {
    FaultServer::start(
        vec![vec![Step::ReadRequest, response("200 OK", &page(1, Some(2))), Step::ReadRequest, Step::KeepOpen]],
        None,
    )
}

#[test]
fn shutdown_cancels_a_prefetch() {
    let server = hanging_server();
    let (client, mut pager) = pager_for(&server);
    next_id(&mut pager);
    wait_until("the second request", || server.requests().len() == 2);
    client.shutdown();
    wait_until("its connection is closed without a call that waits for it", || server.open_connections() == 0);
    assert_eq!(next_error(&mut pager, None), cancelled(BY_SHUTDOWN));
    assert_eq!(next_error(&mut pager, None), cancelled(BY_SHUTDOWN));
}

#[test]
fn shutdown_cancels_a_call_that_waits_for_a_prefetch() {
    let server = hanging_server();
    let (client, mut pager, checks) = prefetching_pager_with_checks(&format!("http://{}", server.address()));
    next_id(&mut pager);
    let error = next_error_after(&mut pager, &checks, None, || client.shutdown());
    assert_eq!(error, cancelled(BY_SHUTDOWN));
}

#[test]
fn dropping_the_pager_cancels_the_prefetch() {
    let server = hanging_server();
    let (client, mut pager) = pager_for(&server);
    next_id(&mut pager);
    wait_until("the second request", || server.requests().len() == 2);
    let started = Instant::now();
    drop(pager);
    let elapsed = started.elapsed();
    assert!(elapsed < Duration::from_secs(1), "{elapsed:?}");
    wait_until("its connection is closed", || server.open_connections() == 0);
    drop(client);
}

/// The server closes the connection after the first page, so the prefetch opens another.
#[test]
fn dropping_the_pager_cancels_a_prefetch_that_connects() {
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ";
    let body = page(1, Some(2));
    let script = vec![Step::ReadRequest, Step::Send(format!("{head}{}\r\n\r\n{body}", body.len()).into())];
    let server = FaultServer::start(vec![script, vec![Step::KeepOpen]], None);
    let (_client, mut pager) = pager_for(&server);
    next_id(&mut pager);
    wait_until("the second connection", || server.connections() == 2);
    let started = Instant::now();
    drop(pager);
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[test]
fn does_not_prefetch_a_repeated_cursor() {
    let server = server_with(&[response("200 OK", &page(1, Some(2))), response("200 OK", &page(2, Some(2)))]);
    let (_client, mut pager) = pager_for(&server);
    assert_eq!((next_id(&mut pager), next_id(&mut pager)), ("1".to_owned(), "2".to_owned()));
    for _ in 0..2 {
        let (kind, message) = next_error(&mut pager, None);
        assert!(kind == ErrorKind::Protocol && message.contains("had returned before"), "{message}");
    }
    wait_for_unexpected_request();
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn pagers_of_one_client_can_be_dropped_at_any_time() {
    let sandbox = Sandbox::builder().connectors(45).start().unwrap();
    let client = Arc::new(client(sandbox.base_url()));
    let start = Arc::new(Barrier::new(4));
    let threads = (0..4).map(|thread| {
        let (client, start) = (Arc::clone(&client), Arc::clone(&start));
        std::thread::spawn(move || {
            start.wait();
            for round in 0..100 {
                let mut pager = client.pager(PageRequest::new().per_page(9).unwrap());
                pager.set_prefetch(true);
                for _ in 0..(round + thread) % 7 {
                    pager.next_page(None).unwrap();
                }
                std::thread::sleep(Duration::from_micros(round * 37 % 900));
            }
        })
    });
    threads.collect::<Vec<_>>().into_iter().for_each(|thread| thread.join().unwrap());
}

/// 20 ms of latency and 20 ms of work per page overlap: 0.54 of the time on an idle machine (`cargo test --test
/// prefetch half -- --nocapture`). The bound allows for busy ones.
#[test]
fn iteration_takes_about_half_the_time() {
    let sandbox = Sandbox::builder().connectors(150).latency(Duration::from_millis(20)).start().unwrap();
    let duration = |prefetch: bool| {
        let mut pager = client(sandbox.base_url()).pager(PageRequest::new().per_page(5).unwrap());
        pager.set_prefetch(prefetch);
        let started = Instant::now();
        while pager.next_page(None).unwrap().is_some() {
            std::thread::sleep(Duration::from_millis(20));
        }
        started.elapsed()
    };
    let is_faster = (0..5).any(|_| {
        let ratio = duration(true).as_secs_f64() / duration(false).as_secs_f64();
        println!("an iteration with prefetch takes {ratio:.3} of the time");
        ratio <= 0.75
    });
    assert!(is_faster);
}
