//! Reads a list as far as paging needs it, as fast as can be: rows are counted and passed over.
//!
//! What is unusual, such as a cursor with escapes or another form of the next page, and what is no list is left to
//! `judge`, so that this can be short.

use super::Next;
use super::depth::MAX_DEPTH;
use super::field::Field;
use super::judge::judge;
use super::row::{Reader, Row, Value};
use super::scan::Scan;
use crate::request::MAX_CURSOR;

/// Far more than the 50 that the service gives. Each row costs some 130 bytes when it is read, however short it is.
const MAX_ROWS: usize = 100_000;

/// What a skim of a whole list found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub count: usize,
    pub next: Next,
    /// Where in the JSON the rows begin, behind the bracket, if it was the scan that found them.
    pub rows_at: Option<usize>,
}

/// Checks that `json` is a list and finds its row count and what comes next; says what is wrong otherwise.
pub(super) fn skim(json: &str) -> Result<Found, String> {
    // A row's values are within an object, within an array, within an object.
    let found = list(&mut Scan::new(json, 0, MAX_DEPTH - 3)).map_or_else(|| judge(json), Ok)?;
    if found.count > MAX_ROWS {
        return Err(format!("its \"data\" has {} rows, and a page may have {MAX_ROWS}", found.count));
    }
    Ok(found)
}

/// Where in a list its rows begin, behind the bracket.
pub(super) fn rows_of(json: &str) -> Option<usize> {
    let mut at = None;
    object(&mut Scan::new(json, 0, MAX_DEPTH), |scan, key| {
        if key == b"data" {
            at = (scan.peek() == b'[').then_some(scan.at() + 1);
        }
        scan.skip()
    })?;
    at
}

fn list(scan: &mut Scan) -> Option<Found> {
    let mut rows = None;
    let mut next = Next::End;
    // Of a key that stands twice the last one counts, as in serde_json.
    object(scan, |scan, key| {
        match key {
            b"data" => rows = Some(count_rows(scan)?),
            b"pages" => next = pages(scan)?,
            b"type" => {
                // Other types of lists may come, but an error is none, whatever else it has.
                let kind = scan.text().filter(|kind| kind.plain)?;
                if scan.bytes(kind) == b"error.list" {
                    return None;
                }
            }
            _ => scan.skip()?,
        }
        Some(())
    })?;
    let (rows_at, count) = rows.filter(|_| scan.is_at_end())?;
    Some(Found { count, next, rows_at: Some(rows_at) })
}

/// Reads an object; `member` takes the value of each key.
fn object(scan: &mut Scan, mut member: impl FnMut(&mut Scan, &[u8]) -> Option<()>) -> Option<()> {
    if !scan.take(b'{') {
        return None;
    }
    if scan.take(b'}') {
        return Some(());
    }
    loop {
        let key = scan.key()?;
        member(scan, &scan.unescaped(key))?;
        if !scan.take(b',') {
            return scan.take(b'}').then_some(());
        }
    }
}

fn count_rows(scan: &mut Scan) -> Option<(usize, usize)> {
    if !scan.take(b'[') {
        return None;
    }
    let rows_at = scan.at();
    if scan.take(b']') {
        return Some((rows_at, 0));
    }
    let mut count = 0;
    let mut reader = Reader::default();
    loop {
        reader.row(scan, &mut Passed)?;
        count += 1;
        if !scan.take(b',') {
            return scan.take(b']').then_some((rows_at, count));
        }
    }
}

/// A row that is only passed over.
struct Passed;

impl Row for Passed {
    fn set(&mut self, _: Field, _: Value, _: &Scan) {}
    fn restart(&mut self) {}
}

fn pages(scan: &mut Scan) -> Option<Next> {
    let mut next = Next::End;
    object(scan, |scan, key| {
        match key {
            b"next" if scan.peek() == b'n' => {
                scan.word(b"null")?;
                next = Next::End;
            }
            b"next" => next = next_page(scan)?,
            _ => scan.skip()?,
        }
        Some(())
    })?;
    Some(next)
}

fn next_page(scan: &mut Scan) -> Option<Next> {
    let mut cursor = None;
    object(scan, |scan, key| {
        match key {
            b"starting_after" => cursor = Some(scan.text().filter(|text| text.plain)?),
            _ => scan.skip()?,
        }
        Some(())
    })?;
    // Without one it may be another way to name a page.
    std::str::from_utf8(scan.bytes(cursor?)).ok().map(next_of)
}

/// What a cursor says of the next page.
pub(super) fn next_of(cursor: &str) -> Next {
    match cursor {
        "" => Next::End,
        // A cursor must survive as C text, which a NUL would cut short, and fit into a request.
        _ if cursor.contains('\0') || cursor.len() > MAX_CURSOR => Next::Unreadable,
        _ => Next::Cursor(cursor.to_owned()),
    }
}
