//! Snapshots of pages that a correct service would not send, or not in this order.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use super::known_rows::KnownRows;
use super::reader::{ListReader, ReadError};
use super::scan::{Scan, ScanResult, Start};
use super::{SnapshotOptions, SnapshotState};
use crate::error::{ErrorKind, Result};
use crate::page::Page;
use crate::rate_limit::RateLimit;

/// 2026-01-20, 12:00.
const NOON_MS: i64 = 1_768_910_400_000;

/// Serves these pages in order, whichever is requested, and the last one again and again.
struct ScriptedReader {
    pages: Vec<Page>,
    position: usize,
    waited: Duration,
}

impl ListReader for ScriptedReader {
    fn first_page(&mut self) -> std::result::Result<Page, ReadError> {
        self.position += 1;
        Ok(self.pages[(self.position - 1).min(self.pages.len() - 1)].clone())
    }

    fn next_page(&mut self) -> std::result::Result<Option<Page>, ReadError> {
        let previous = &self.pages[self.position - 1];
        if previous.has_next() { self.first_page().map(Some) } else { Ok(None) }
    }

    fn wait(&mut self, duration: Duration, _: &str) -> std::result::Result<bool, ReadError> {
        self.waited += duration;
        Ok(true)
    }
}

/// The time so many seconds after noon.
fn time(second: i64) -> String {
    let seconds = 12 * 3600 + second;
    format!("2026-01-20T{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A page of rows, each an id and the second of its update. `date`: the second of the response.
fn page(rows: &[(&str, i64)], has_next: bool, date: Option<i64>) -> Page {
    let row = |(id, second): &(&str, i64)| format!(r#"{{"id":"{id}","updated_at":"{}"}}"#, time(*second));
    let rows: Vec<String> = rows.iter().map(row).collect();
    let next = if has_next { r#"{"starting_after":"c"}"# } else { "null" };
    let json = format!(r#"{{"data":[{}],"pages":{{"next":{next}}}}}"#, rows.join(","));
    let date = date.map(|second| {
        let time = std::time::UNIX_EPOCH + Duration::from_millis((NOON_MS + second * 1_000) as u64);
        httpdate::fmt_http_date(time).into()
    });
    Page::parse(json.into_bytes()).ok().unwrap().with_response_head(None, RateLimit::default(), date)
}

/// The result, and how many requests were made.
fn scan(pages: Vec<Page>, start: Option<Start>) -> (ScanResult, usize) {
    let mut reader = ScriptedReader { pages, position: 0, waited: Duration::ZERO };
    let options = SnapshotOptions::new().overlap(Duration::from_secs(60)).unwrap();
    let result = Scan::new(&mut reader, &options).run(start).ok().unwrap();
    (result, reader.position)
}

#[test]
fn later_page_from_a_cache_makes_another_pass_necessary() {
    // Of the second page a cache keeps a version in which "x", which was updated since, is still further down.
    let old_second_page = page(&[("c", -300), ("d", -310)], true, Some(-150));
    let pages = vec![
        page(&[("a", -61), ("b", -62)], true, Some(0)),
        old_second_page,
        page(&[("e", -400)], false, Some(1)),
        page(&[("a", -61), ("b", -62)], true, Some(2)),
        page(&[("x", -100), ("c", -300)], true, Some(3)),
        page(&[("a", -61), ("b", -62)], true, Some(4)),
    ];
    let (result, requests) = scan(pages, None);
    assert_eq!((result.state, requests), (SnapshotState::Complete, 6));
    let ids: Vec<_> = result.rows.sorted().iter().map(|row| row.json[..9].to_owned()).collect();
    assert!(ids.iter().any(|id| id.contains("\"x\"")), "{ids:?}");
}

#[test]
fn page_without_a_date_makes_it_incomplete() {
    for dates in [[None, Some(0)], [Some(0), None]] {
        let pages = vec![page(&[("a", -100)], true, dates[0]), page(&[("b", -200)], false, dates[1])];
        let (result, _) = scan(pages, None);
        assert_eq!((result.state, result.date_ms), (SnapshotState::Incomplete, None));
        assert!(result.reason.unwrap().starts_with("a response has no valid Date header"));
    }
}

#[test]
fn unsorted_list_makes_it_incomplete() {
    for pages in [
        vec![page(&[("a", -500), ("b", -100)], true, Some(0)), page(&[("c", -600)], false, Some(1))],
        vec![page(&[("a", -100), ("b", -500)], true, Some(0)), page(&[("c", -400)], false, Some(1))],
    ] {
        let (result, _) = scan(pages, None);
        assert_eq!((result.state, result.date_ms), (SnapshotState::Incomplete, None));
        assert!(result.reason.unwrap().contains("the list is not sorted"));
    }
}

#[test]
fn time_after_that_of_the_service_makes_it_read_everything() {
    let pages = || {
        vec![
            page(&[("a", -10), ("b", -100)], true, Some(0)),
            page(&[("c", -200)], false, Some(1)),
            page(&[("a", -10), ("b", -100)], true, Some(2)),
        ]
    };
    // An hour ahead, and within the overlap.
    for (second, requests) in [(3_600, 3), (60, 1), (61, 3)] {
        let start = Start { rows: KnownRows::default(), date_ms: NOON_MS + second * 1_000 };
        let (result, requested) = scan(pages(), Some(start));
        assert_eq!((result.state, requested), (SnapshotState::Refreshed, requests), "{second}");
    }
}

#[test]
fn refresh_starts_over_after_a_problem() {
    let start = Start { rows: KnownRows::default(), date_ms: NOON_MS };
    let (result, _) = scan(vec![page(&[("a", 10), ("a", 5)], true, Some(20)), page(&[], false, Some(21))], Some(start));
    assert_eq!((result.state, result.date_ms), (SnapshotState::Incomplete, None));
    assert_eq!(result.reason.as_deref(), Some("connector a is twice on a page"));
}

#[test]
fn wait_begins_at_the_end_of_a_pass() {
    let first = |date| page(&[("a", 0), ("b", 0)], true, Some(date));
    let last = |date| page(&[("c", -200)], false, Some(date));
    let pages = vec![first(0), last(50), first(61), last(62), first(63)];
    let mut reader = ScriptedReader { pages, position: 0, waited: Duration::ZERO };
    let result = Scan::new(&mut reader, &SnapshotOptions::new()).run(None).ok().unwrap();
    assert_eq!((result.state, reader.waited), (SnapshotState::Complete, Duration::from_secs(11)));
}

#[test]
fn reason_is_safe_to_print() {
    let json = format!(r#"{{"data":[{{"id":"a\n\u001b[31m{}"}}]}}"#, "b".repeat(5_000));
    let (result, _) = scan(vec![Page::parse(json.into_bytes()).ok().unwrap()], None);
    let reason = result.reason.unwrap();
    assert!(reason.starts_with("updated_at of connector a  [31mbbb") && reason.len() < 1_100, "{reason:?}");
}

#[test]
fn snapshot_has_a_maximum_size() {
    let mut reader =
        ScriptedReader { pages: vec![page(&[("a", 0)], false, Some(0))], position: 0, waited: Duration::ZERO };
    let mut scan = Scan::new(&mut reader, &SnapshotOptions::new());
    scan.max_bytes = 46;
    let error = Result::err(scan.run(None)).unwrap();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
}
