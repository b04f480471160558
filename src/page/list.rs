//! Validates a list and finds what pagination needs, as fast as possible: rows are counted and skipped.
//!
//! Unusual lists, such as one whose cursor has escape sequences, and everything that is not a list are passed to
//! `diagnose`.

use std::convert::Infallible;

use super::diagnose::diagnose;
use super::summary::{ListSummary, Next};
use crate::json::depth::MAX_DEPTH;
use crate::json::row_template::{RowTemplate, RowValue, RowVisitor};
use crate::json::scanner::Scanner;

/// Far more than the 50 that the service sends. A parsed row takes about 110 bytes, however short its JSON is.
const MAX_ROWS: usize = 100_000;

/// Validates a list. The error is the reason why it is invalid.
pub(super) fn read_list(json: &str) -> Result<ListSummary, String> {
    // The values of a row are in an object, in an array, in an object.
    let summary = list(&mut Scanner::new(json, 0, MAX_DEPTH - 3)).map_or_else(|| diagnose(json), Ok)?;
    if summary.count > MAX_ROWS {
        return Err(format!("\"data\" has {} rows, more than the maximum of {MAX_ROWS}", summary.count));
    }
    Ok(summary)
}

/// The position of the first row of a list in its JSON.
pub(super) fn find_rows(json: &str) -> Option<usize> {
    let mut start = None;
    object(&mut Scanner::new(json, 0, MAX_DEPTH), |scanner, key| {
        if key == b"data" {
            start = (scanner.peek() == b'[').then_some(scanner.position() + 1);
        }
        scanner.skip_value()
    })?;
    start
}

fn list(scanner: &mut Scanner) -> Option<ListSummary> {
    let mut rows = None;
    let mut next = Next::End;
    // The last of two equal keys is used, as in serde_json.
    object(scanner, |scanner, key| {
        match key {
            b"data" => rows = Some(count_rows(scanner)?),
            b"pages" => next = pages(scanner)?,
            b"type" => {
                // Other types of lists may be added, but an error is not a list.
                let kind = scanner.string().filter(|kind| !kind.has_escapes)?;
                if scanner.raw(kind) == b"error.list" {
                    return None;
                }
            }
            _ => scanner.skip_value()?,
        }
        Some(())
    })?;
    let (rows_start, count) = rows.filter(|_| scanner.is_at_end())?;
    Some(ListSummary { count, next, rows_start: Some(rows_start) })
}

/// Scans an object; `member` scans the value of each key.
fn object(scanner: &mut Scanner, mut member: impl FnMut(&mut Scanner, &[u8]) -> Option<()>) -> Option<()> {
    if !scanner.consume(b'{') {
        return None;
    }
    if scanner.consume(b'}') {
        return Some(());
    }
    loop {
        let key = scanner.key()?;
        member(scanner, &scanner.unescaped(key))?;
        if !scanner.consume(b',') {
            return scanner.consume(b'}').then_some(());
        }
    }
}

/// The position of the first row, and the number of rows.
fn count_rows(scanner: &mut Scanner) -> Option<(usize, usize)> {
    if !scanner.consume(b'[') {
        return None;
    }
    let rows_start = scanner.position();
    if scanner.consume(b']') {
        return Some((rows_start, 0));
    }
    let mut count = 0;
    let mut template = RowTemplate::new();
    loop {
        template.read_row(scanner, &mut SkippedRow)?;
        count += 1;
        if !scanner.consume(b',') {
            return scanner.consume(b']').then_some((rows_start, count));
        }
    }
}

/// A row that is validated only.
struct SkippedRow;

impl RowVisitor for SkippedRow {
    type Key = Infallible;

    fn key(_: &[u8]) -> Option<Infallible> {
        None
    }

    fn set(&mut self, _: Infallible, _: RowValue, _: &Scanner) {}
    fn restart(&mut self) {}
}

fn pages(scanner: &mut Scanner) -> Option<Next> {
    let mut next = Next::End;
    object(scanner, |scanner, key| {
        match key {
            b"next" if scanner.peek() == b'n' => {
                scanner.literal(b"null")?;
                next = Next::End;
            }
            b"next" => next = next_page(scanner)?,
            _ => scanner.skip_value()?,
        }
        Some(())
    })?;
    Some(next)
}

fn next_page(scanner: &mut Scanner) -> Option<Next> {
    let mut cursor = None;
    object(scanner, |scanner, key| {
        match key {
            b"starting_after" => cursor = Some(scanner.string().filter(|string| !string.has_escapes)?),
            _ => scanner.skip_value()?,
        }
        Some(())
    })?;
    // Without a cursor, the next page may be identified in another way.
    std::str::from_utf8(scanner.raw(cursor?)).ok().map(Next::from_cursor)
}
