//! Eight threads on one client, half of them by walks that fetch ahead, against a server that fails one answer in ten in
//! random ways: every page that comes back is whole and right, and all ends in time. `DC_TEST_SOAK_SECONDS` makes it longer
//! than the usual few seconds.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use data_connectors::{Client, Config, Error, ErrorKind, Page, PageRequest};

const USUAL_SECONDS: u64 = 8;
const THREADS: u32 = 8;

fn random(below: u64) -> u64 {
    RandomState::new().hash_one(()) % below
}

/// The page that a cursor asks for: its rows and its checksum follow from the cursor alone.
fn body(cursor: &str) -> String {
    let rows: Vec<String> =
        (0..50).map(|row| format!(r#"{{"id":"{row}","name":"{}"}}"#, cursor.repeat(1 + row % 3))).collect();
    format!(r#"{{"type":"list","data":[{}],"pages":{{"next":{{"starting_after":"after-{cursor}"}}}}}}"#, rows.join(","))
}

/// Answers requests on a connection until it is to fail.
fn serve(mut stream: TcpStream, faults: &AtomicU64) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0; 1];
            stream.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let cursor = head.split_once("starting_after=").unwrap().1.split([' ', '&']).next().unwrap().to_owned();
        let body = body(&cursor);
        let good = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
        if random(10) > 0 {
            stream.write_all(&good)?;
            continue;
        }
        faults.fetch_add(1, Ordering::Relaxed);
        let half = good.len() / 2;
        match random(8) {
            0 => return Ok(()),
            1 => return stream.write_all(&good[..half]),
            2 => {
                stream.write_all(&good[..half])?;
                socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
                return Ok(());
            }
            3 => stream.write_all(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")?,
            4 => stream.write_all(b"HTTP/1.1 429 No\r\nRetry-After: 0\r\nContent-Length: 2\r\n\r\n{}")?,
            5 => stream.write_all(b"HTTP/1.1 502 No\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>")?,
            6 => {
                stream.write_all(&good)?;
                return Ok(());
            }
            _ => {
                for part in good.chunks(1 + half / 3) {
                    stream.write_all(part)?;
                    std::thread::sleep(Duration::from_millis(3));
                }
            }
        }
    }
}

/// Kinds of failures, and how often each came.
type Failures = BTreeMap<String, u64>;

fn work(client: &Client, thread: u32, until: Instant) -> (u64, Failures) {
    let (mut pages, mut failures) = (0, Failures::new());
    while Instant::now() < until {
        let cursor = format!("t{thread}n{pages}");
        let request = PageRequest::new().starting_after(cursor.clone()).unwrap();
        match client.list_page(&request, None) {
            Ok(page) => {
                check(&page, &cursor);
                pages += 1;
            }
            Err(error) => note(&error, &mut failures),
        }
    }
    (pages, failures)
}

/// The same by walks that fetch ahead, each left at some page.
fn walk_ahead(client: &Client, thread: u32, until: Instant) -> (u64, Failures) {
    let (mut pages, mut failures) = (0, Failures::new());
    while Instant::now() < until {
        let mut cursor = format!("t{thread}n{pages}");
        let mut pager = client.pager(PageRequest::new().starting_after(cursor.clone()).unwrap());
        pager.set_prefetch(true);
        for _ in 0..=random(20) {
            match pager.next_page(None) {
                Ok(page) => {
                    check(&page.unwrap(), &cursor);
                    cursor = format!("after-{cursor}");
                    pages += 1;
                }
                Err(error) => note(&error, &mut failures),
            }
        }
    }
    (pages, failures)
}

fn check(page: &Page, cursor: &str) {
    assert_eq!(page.json(), body(cursor));
    assert_eq!((page.count(), page.next_cursor()), (50, Some(format!("after-{cursor}").as_str())));
    let last = page.connectors().next_back().unwrap();
    assert_eq!((last.id(), last.name()), (Some("49"), Some(cursor.repeat(2).as_str())));
}

fn note(error: &Error, failures: &mut Failures) {
    let passing = [ErrorKind::Connection, ErrorKind::Server, ErrorKind::RateLimited];
    assert!(passing.contains(&error.kind()), "{error:?}");
    assert_eq!(error.attempts(), 3, "{error:?}");
    *failures.entry(format!("{:?}", error.kind())).or_default() += 1;
}

#[test]
fn every_page_is_whole_and_right() {
    let seconds = std::env::var("DC_TEST_SOAK_SECONDS").map_or(USUAL_SECONDS, |text| text.parse().unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, faults) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let server = std::thread::spawn({
        let (stop, faults) = (stop.clone(), faults.clone());
        move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (stream, faults) = (stream.unwrap(), faults.clone());
                std::thread::spawn(move || serve(stream, &faults));
            }
        }
    });
    let mut config = Config::new();
    config.set_access_token("canary-7d1f").unwrap().set_base_url(&format!("http://{address}")).unwrap();
    config.set_timeout(Duration::from_secs(20)).unwrap();
    let client = Client::new(&config).unwrap();

    let started = Instant::now();
    let until = started + Duration::from_secs(seconds);
    let total = Mutex::new((0, Failures::new()));
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (client, total) = (&client, &total);
            scope.spawn(move || {
                let work = if thread % 2 == 0 { work } else { walk_ahead };
                let (pages, failures) = work(client, thread, until);
                let mut total = total.lock().unwrap();
                total.0 += pages;
                for (kind, count) in failures {
                    *total.1.entry(kind).or_default() += count;
                }
            });
        }
    });
    let took = started.elapsed();
    let (pages, failures) = total.into_inner().unwrap();
    let faults = faults.load(Ordering::Relaxed);
    println!("{pages} pages, {faults} faults, failed for good: {failures:?}, in {took:?}");
    assert!(took < Duration::from_secs(seconds + 25), "{took:?}");
    assert!(pages > 100 && faults > pages / 40, "{pages} pages, {faults} faults");
    let failed: u64 = failures.values().sum();
    assert!(failed < pages / 20, "of {pages}: {failures:?}");
    drop(client);
    stop.store(true, Ordering::SeqCst);
    let _ = TcpStream::connect(address);
    server.join().unwrap();
}
