//! A walk that fetches ahead gives what it gives otherwise, in the same order, and ends by the same; only sooner.
//! `processes` has what it does about forks, callbacks and descriptors.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use data_connectors::{CancelToken, Client, ErrorKind, Page, PageRequest, Pager};
use data_connectors_sandbox::Sandbox;
use support::fault::{FaultServer, Step};
use support::gate::Gate;
use support::listing::config;

/// What never takes as long, however busy the machine is.
const LONG: Duration = Duration::from_secs(10);

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < LONG, "not so after {LONG:?}: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Long enough for a request that should not come.
fn a_while() {
    std::thread::sleep(Duration::from_millis(100));
}

/// A page of one row, and the cursor of the one behind it.
fn page(row: u32, next: Option<u32>) -> String {
    let next = next.map_or("null".to_owned(), |next| format!(r#"{{"starting_after":"c{next}"}}"#));
    format!(r#"{{"data":[{{"id":"{row}"}}],"pages":{{"next":{next}}}}}"#)
}

fn answer(status: &str, body: &str) -> Step {
    let head = format!("HTTP/1.1 {status}\r\nX-Request-Id: of-{body}\r\nContent-Length: {}", body.len());
    Step::Send(format!("{head}\r\n\r\n{body}").into())
}

/// Each is sent for a request, over one connection.
fn serving(answers: &[Step]) -> FaultServer {
    let script = answers.iter().flat_map(|answer| [Step::Request, answer.clone()]).collect();
    FaultServer::start(vec![script], None)
}

fn client(base_url: &str) -> Client {
    Client::new(&config(base_url)).unwrap()
}

fn of(server: &FaultServer) -> (Client, Pager) {
    walk(&format!("http://{}", server.address()))
}

fn walk(base_url: &str) -> (Client, Pager) {
    let client = client(base_url);
    let mut pager = client.pager(PageRequest::new());
    pager.set_prefetch(true);
    (client, pager)
}

/// The row of the next page.
fn row(pager: &mut Pager) -> String {
    let page = pager.next_page(None).unwrap().expect("a page");
    page.json().split('"').nth(5).unwrap().to_owned()
}

fn kind(pager: &mut Pager, cancel: Option<&CancelToken>) -> (ErrorKind, String) {
    let error = pager.next_page(cancel).unwrap_err();
    (error.kind(), error.message().to_owned())
}

fn cancelled(by: &str) -> (ErrorKind, String) {
    (ErrorKind::Cancelled, by.to_owned())
}

const BY_TOKEN: &str = "request cancelled by its cancel token";
const BY_SHUTDOWN: &str = "request cancelled: the client was shut down";

#[test]
fn it_gives_the_same_pages() {
    let sandbox = Sandbox::builder().connectors(137).start().unwrap();
    let walks = [false, true].map(|prefetch| {
        let mut pager = client(sandbox.base_url()).pager(PageRequest::new().per_page(5).unwrap());
        pager.set_prefetch(prefetch);
        let mut seen: Vec<(Page, Option<String>)> = Vec::new();
        while let Some(page) = pager.next_page(None).unwrap() {
            seen.push((page, pager.cursor().map(str::to_owned)));
        }
        assert!(pager.next_page(None).unwrap().is_none());
        seen.into_iter().map(|(page, cursor)| (page.json().to_owned(), cursor)).collect::<Vec<_>>()
    });
    assert_eq!(walks[0].len(), 28);
    assert_eq!(walks[0], walks[1]);
}

#[test]
fn the_next_page_is_asked_for_while_the_caller_works() {
    let gate = Gate::start();
    let (_client, mut pager) = walk(&gate.base_url);
    gate.let_through(&page(1, Some(2)));
    assert_eq!(row(&mut pager), "1");
    wait_until("the second request comes by itself", || gate.requests().len() == 2);
    assert!(gate.requests()[1].contains("starting_after=c2"));
    assert_eq!(pager.cursor(), Some("c2"));
    gate.let_through(&page(2, None));
    assert_eq!(row(&mut pager), "2");
    assert!(pager.next_page(None).unwrap().is_none());
    a_while();
    assert_eq!(gate.requests().len(), 2, "nothing is asked for behind the last page");
}

#[test]
fn it_is_off_until_it_is_wanted() {
    let gate = Gate::start();
    let mut pager = client(&gate.base_url).pager(PageRequest::new());
    for number in 1..=3 {
        gate.let_through(&page(number, Some(number + 1)));
        assert_eq!(row(&mut pager), number.to_string());
        a_while();
        assert_eq!(gate.requests().len(), number as usize);
        // What is turned on and off again between calls has begun nothing.
        pager.set_prefetch(true);
        pager.set_prefetch(false);
    }
}

#[test]
fn what_is_under_way_is_kept_when_it_is_turned_off() {
    let gate = Gate::start();
    let (_client, mut pager) = walk(&gate.base_url);
    gate.let_through(&page(1, Some(2)));
    row(&mut pager);
    wait_until("the second request", || gate.requests().len() == 2);
    pager.set_prefetch(false);
    gate.let_through(&page(2, Some(3)));
    assert_eq!(row(&mut pager), "2");
    a_while();
    assert_eq!(gate.requests().len(), 2);
}

/// The page before is given first; the failure once, with all that is known of it; and then the page is asked for anew.
#[test]
fn failures_come_in_their_order() {
    let server = serving(&[
        answer("200 OK", &page(1, Some(2))),
        answer("503 Busy", "busy"),
        answer("200 OK", &page(2, Some(3))),
        answer("200 OK", &page(3, None)),
    ]);
    let (_client, mut pager) = of(&server);
    assert_eq!(row(&mut pager), "1");
    wait_until("the second request", || server.requests().len() == 2);
    let error = pager.next_page(None).unwrap_err();
    assert_eq!((error.kind(), error.http_status(), error.attempts()), (ErrorKind::Server, Some(503), 1));
    assert_eq!(error.request_id(), Some("of-busy"));
    assert_eq!(pager.cursor(), Some("c2"));
    assert_eq!((row(&mut pager), row(&mut pager)), ("2".to_owned(), "3".to_owned()));
    assert!(pager.next_page(None).unwrap().is_none());
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn its_time_is_that_of_a_call() {
    let first = vec![Step::Request, answer("200 OK", &page(1, Some(2))), Step::Request, Step::Hold];
    let server = FaultServer::start(vec![first, vec![Step::Request, answer("200 OK", &page(2, None))]], None);
    let mut config = config(&format!("http://{}", server.address()));
    config.set_timeout(Duration::from_millis(400)).unwrap();
    let mut pager = Client::new(&config).unwrap().pager(PageRequest::new());
    pager.set_prefetch(true);
    row(&mut pager);
    wait_until("it has ended by itself", || server.connections() == 1 && server.open() == 0);
    let error = pager.next_page(None).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
    assert!(error.message().contains("timed out after 400 ms"), "{error}");
    assert_eq!(row(&mut pager), "2");
}

#[test]
fn a_wait_that_is_cancelled_loses_nothing() {
    let gate = Gate::start();
    let (_client, mut pager) = walk(&gate.base_url);
    gate.let_through(&page(1, Some(2)));
    row(&mut pager);
    for _ in 0..3 {
        let token = CancelToken::new().unwrap();
        let theirs = token.clone();
        let canceller = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(30));
            theirs.cancel();
        });
        assert_eq!(kind(&mut pager, Some(&token)), cancelled(BY_TOKEN));
        canceller.join().unwrap();
    }
    gate.let_through(&page(2, Some(3)));
    assert_eq!(row(&mut pager), "2");
    gate.let_through(&page(3, None));
    assert_eq!(row(&mut pager), "3");
    assert_eq!(gate.requests().len(), 3, "each was asked for once");
}

#[test]
fn a_token_that_is_cancelled_already_ends_a_call_whose_page_is_there() {
    let server = serving(&[answer("200 OK", &page(1, Some(2))), answer("200 OK", &page(2, None))]);
    let (_client, mut pager) = of(&server);
    row(&mut pager);
    // The script is over, and so the page is sent.
    wait_until("the second page has come", || server.open() == 0);
    a_while();
    let token = CancelToken::new().unwrap();
    token.cancel();
    assert_eq!(kind(&mut pager, Some(&token)), cancelled(BY_TOKEN));
    assert_eq!(kind(&mut pager, Some(&token)), cancelled(BY_TOKEN));
    assert_eq!(row(&mut pager), "2");
    assert_eq!(server.requests().len(), 2);
}

fn hung() -> FaultServer {
    FaultServer::start(vec![vec![Step::Request, answer("200 OK", &page(1, Some(2))), Step::Request, Step::Hold]], None)
}

#[test]
fn a_shutdown_ends_it() {
    let server = hung();
    let (client, mut pager) = of(&server);
    row(&mut pager);
    wait_until("the second request", || server.requests().len() == 2);
    client.shutdown();
    wait_until("its connection is closed, though nobody waits for it", || server.open() == 0);
    assert_eq!(kind(&mut pager, None), cancelled(BY_SHUTDOWN));
    assert_eq!(kind(&mut pager, None), cancelled(BY_SHUTDOWN));
}

#[test]
fn a_shutdown_ends_the_wait_for_it() {
    let server = hung();
    let (client, mut pager) = of(&server);
    row(&mut pager);
    let ender = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        client.shutdown();
    });
    assert_eq!(kind(&mut pager, None), cancelled(BY_SHUTDOWN));
    ender.join().unwrap();
}

#[test]
fn dropping_the_pager_ends_it() {
    let server = hung();
    let (client, mut pager) = of(&server);
    row(&mut pager);
    wait_until("the second request", || server.requests().len() == 2);
    let started = Instant::now();
    drop(pager);
    let took = started.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    wait_until("its connection is closed", || server.open() == 0);
    drop(client);
}

/// In the look-up and in the handshake of its own connection, too: the first page's is closed by the server.
#[test]
fn dropping_the_pager_ends_it_while_it_connects() {
    let close = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ";
    let body = page(1, Some(2));
    let script = vec![Step::Request, Step::Send(format!("{close}{}\r\n\r\n{body}", body.len()).into())];
    let server = FaultServer::start(vec![script, vec![Step::Hold]], None);
    let (_client, mut pager) = of(&server);
    row(&mut pager);
    wait_until("the second connection", || server.connections() == 2);
    let started = Instant::now();
    drop(pager);
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[test]
fn nothing_is_fetched_ahead_by_a_cursor_that_came_before() {
    let server = serving(&[answer("200 OK", &page(1, Some(2))), answer("200 OK", &page(2, Some(2)))]);
    let (_client, mut pager) = of(&server);
    assert_eq!((row(&mut pager), row(&mut pager)), ("1".to_owned(), "2".to_owned()));
    for _ in 0..2 {
        let (kind, message) = kind(&mut pager, None);
        assert!(kind == ErrorKind::Protocol && message.contains("had returned before"), "{message}");
    }
    a_while();
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn many_walks_of_one_client_are_left_at_any_moment() {
    let sandbox = Sandbox::builder().connectors(45).start().unwrap();
    let client = Arc::new(client(sandbox.base_url()));
    let threads = (0..4).map(|thread| {
        let client = Arc::clone(&client);
        std::thread::spawn(move || {
            for turn in 0..100 {
                let mut pager = client.pager(PageRequest::new().per_page(9).unwrap());
                pager.set_prefetch(true);
                for _ in 0..(turn + thread) % 7 {
                    pager.next_page(None).unwrap();
                }
                std::thread::sleep(Duration::from_micros(turn * 37 % 900));
            }
        })
    });
    threads.collect::<Vec<_>>().into_iter().for_each(|thread| thread.join().unwrap());
}

/// With 20 ms of latency and 20 ms of work for each page they go on at the same time. On a machine that does nothing else
/// it is 0.54 of the time (`cargo test --test prefetch half -- --nocapture`); the bound is generous, as these are busy.
#[test]
fn a_walk_takes_about_half_the_time() {
    let sandbox = Sandbox::builder().connectors(150).latency(Duration::from_millis(20)).start().unwrap();
    let took = |prefetch: bool| {
        let mut pager = client(sandbox.base_url()).pager(PageRequest::new().per_page(5).unwrap());
        pager.set_prefetch(prefetch);
        let started = Instant::now();
        while pager.next_page(None).unwrap().is_some() {
            std::thread::sleep(Duration::from_millis(20));
        }
        started.elapsed()
    };
    let is_good = (0..5).any(|_| {
        let ratio = took(true).as_secs_f64() / took(false).as_secs_f64();
        println!("with prefetch a walk takes {ratio:.3} of the time");
        ratio <= 0.75
    });
    assert!(is_good);
}
