//! Eight threads share one client, half of them with prefetching pagers, against a server that fails one response in
//! ten in random ways: every page returned is complete and correct, and no call hangs. `DC_TEST_SOAK_SECONDS` sets the
//! duration, `DC_TEST_SOAK_SEED` the seed of the failures.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, RandomState};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use data_connectors::{Client, Config, Error, ErrorKind, Page, PageRequest};

const DEFAULT_SECONDS: u64 = 8;
const THREADS: u32 = 8;

/// A number that depends on the seed and the purpose, but not on the order of the threads.
fn random(seed: u64, purpose: (&str, u32, &str), below: u64) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one((seed, purpose)) % below
}

/// A fault of the server, or `None`, for the n-th request with a cursor: the same for the same seed.
fn fault(seed: u64, cursor: &str, number: u32) -> Option<u64> {
    (random(seed, ("is a fault", number, cursor), 10) == 0).then(|| random(seed, ("which fault", number, cursor), 8))
}

/// The seed, and the counts of faults and requests.
struct Faults {
    seed: u64,
    count: AtomicU64,
    /// The number of requests for each cursor.
    requests: Mutex<HashMap<String, u32>>,
}

impl Faults {
    fn new(seed: u64) -> Self {
        Self { seed, count: AtomicU64::new(0), requests: Mutex::default() }
    }

    fn for_next_request(&self, cursor: &str) -> Option<u64> {
        let mut requests = self.requests.lock().unwrap();
        let number = requests.entry(cursor.to_owned()).or_default();
        *number += 1;
        fault(self.seed, cursor, *number)
    }
}

/// The page for a cursor; all its values are derived from the cursor.
fn body(cursor: &str) -> String {
    let rows: Vec<String> =
        (0..50).map(|row| format!(r#"{{"id":"{row}","name":"{}"}}"#, cursor.repeat(1 + row % 3))).collect();
    format!(r#"{{"type":"list","data":[{}],"pages":{{"next":{{"starting_after":"after-{cursor}"}}}}}}"#, rows.join(","))
}

/// Responds to requests on a connection, until a fault closes it.
fn serve(mut stream: TcpStream, faults: &Faults) -> std::io::Result<()> {
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
        let response = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
        let Some(fault) = faults.for_next_request(&cursor) else {
            stream.write_all(&response)?;
            continue;
        };
        faults.count.fetch_add(1, Ordering::Relaxed);
        let half = response.len() / 2;
        match fault {
            0 => return Ok(()),
            1 => return stream.write_all(&response[..half]),
            2 => {
                stream.write_all(&response[..half])?;
                socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
                return Ok(());
            }
            3 => stream.write_all(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")?,
            4 => stream.write_all(b"HTTP/1.1 429 No\r\nRetry-After: 0\r\nContent-Length: 2\r\n\r\n{}")?,
            5 => stream.write_all(b"HTTP/1.1 502 No\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>")?,
            6 => {
                stream.write_all(&response)?;
                return Ok(());
            }
            _ => {
                for part in response.chunks(1 + half / 3) {
                    stream.write_all(part)?;
                    std::thread::sleep(Duration::from_millis(3));
                }
            }
        }
    }
}

/// How often each kind of error occurred.
type ErrorCounts = BTreeMap<String, u64>;

fn list_pages(client: &Client, thread: u32, _: u64, until: Instant) -> (u64, ErrorCounts) {
    let (mut pages, mut errors) = (0, ErrorCounts::new());
    while Instant::now() < until {
        let cursor = format!("t{thread}n{pages}");
        let request = PageRequest::new().starting_after(cursor.clone()).unwrap();
        match client.list_page(&request, None) {
            Ok(page) => {
                assert_page(&page, &cursor);
                pages += 1;
            }
            Err(error) => count_error(&error, &mut errors),
        }
    }
    (pages, errors)
}

/// Like [`list_pages`], with prefetching pagers that are dropped after a few pages.
fn iterate_with_prefetch(client: &Client, thread: u32, seed: u64, until: Instant) -> (u64, ErrorCounts) {
    let (mut pages, mut errors) = (0, ErrorCounts::new());
    while Instant::now() < until {
        let mut cursor = format!("t{thread}n{pages}");
        let mut pager = client.pager(PageRequest::new().starting_after(cursor.clone()).unwrap());
        pager.set_prefetch(true);
        for _ in 0..=random(seed, ("pages", thread, &cursor), 20) {
            match pager.next_page(None) {
                Ok(page) => {
                    assert_page(&page.unwrap(), &cursor);
                    cursor = format!("after-{cursor}");
                    pages += 1;
                }
                Err(error) => count_error(&error, &mut errors),
            }
        }
    }
    (pages, errors)
}

fn assert_page(page: &Page, cursor: &str) {
    assert_eq!(page.json(), body(cursor));
    assert_eq!((page.count(), page.next_cursor()), (50, Some(format!("after-{cursor}").as_str())));
    let last = page.connectors().next_back().unwrap();
    assert_eq!((last.id(), last.name()), (Some("49"), Some(cursor.repeat(2).as_str())));
}

fn count_error(error: &Error, errors: &mut ErrorCounts) {
    let transient = [ErrorKind::Connection, ErrorKind::Server, ErrorKind::RateLimited];
    assert!(transient.contains(&error.kind()), "{error:?}");
    assert_eq!(error.attempts(), 3, "{error:?}");
    *errors.entry(format!("{:?}", error.kind())).or_default() += 1;
}

fn new_seed() -> u64 {
    RandomState::new().hash_one(()) >> 32
}

#[test]
fn faults_depend_on_the_seed_alone() {
    let faults = |seed| {
        let faults = Faults::new(seed);
        let cursors = (0..2000).map(|number| format!("t0n{}", number / 2));
        cursors.map(|cursor| faults.for_next_request(&cursor)).collect::<Vec<_>>()
    };
    let of_seed = faults(1);
    assert_eq!(of_seed, faults(1));
    assert_ne!(of_seed, faults(2));
    let (first, second): (Vec<_>, Vec<_>) = of_seed.chunks(2).map(|requests| (requests[0], requests[1])).unzip();
    assert_ne!(first, second, "a repeated request may succeed");
    for kind in 0..8 {
        assert!(of_seed.contains(&Some(kind)), "fault {kind}");
    }
}

#[test]
fn every_page_is_complete_and_correct() {
    let seconds = std::env::var("DC_TEST_SOAK_SECONDS").map_or(DEFAULT_SECONDS, |seconds| seconds.parse().unwrap());
    let seed = std::env::var("DC_TEST_SOAK_SEED").map_or_else(|_| new_seed(), |seed| seed.parse().unwrap());
    // Unlike println!, visible even if the process crashes or hangs.
    writeln!(std::io::stderr(), "soak: DC_TEST_SOAK_SEED={seed}").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, faults) = (Arc::new(AtomicBool::new(false)), Arc::new(Faults::new(seed)));
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
    let total = Mutex::new((0, ErrorCounts::new()));
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (client, total) = (&client, &total);
            scope.spawn(move || {
                let work = if thread % 2 == 0 { list_pages } else { iterate_with_prefetch };
                let (pages, errors) = work(client, thread, seed, until);
                let mut total = total.lock().unwrap();
                total.0 += pages;
                for (kind, count) in errors {
                    *total.1.entry(kind).or_default() += count;
                }
            });
        }
    });
    let elapsed = started.elapsed();
    let (pages, errors) = total.into_inner().unwrap();
    let faults = faults.count.load(Ordering::Relaxed);
    println!("{pages} pages, {faults} faults, failed calls: {errors:?}, in {elapsed:?}");
    assert!(elapsed < Duration::from_secs(seconds + 25), "{elapsed:?}");
    assert!(pages > 100 && faults > pages / 40, "{pages} pages, {faults} faults");
    let failed: u64 = errors.values().sum();
    assert!(failed < pages / 20, "of {pages}: {errors:?}");
    drop(client);
    stop.store(true, Ordering::SeqCst);
    let _ = TcpStream::connect(address);
    server.join().unwrap();
}
