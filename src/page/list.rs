//! Validates a list and finds what pagination needs, as fast as possible: rows are counted, their ids hashed, and, if they
//! will be read, their fields recorded. The rest is skipped.
//!
//! Unusual lists, such as one whose cursor has escape sequences, and everything that is not a list are passed to
//! `diagnose`.

use std::collections::BTreeMap;

use super::diagnose::diagnose;
use super::row_scan::{IdVisitor, RowsVisitor, scan_rows};
use super::rows::Rows;
use super::summary::{ListSummary, Next, RowsSummary};
use crate::json::depth::MAX_DEPTH;
use crate::json::scanner::Scanner;

/// Far more than the 50 that the service sends. A parsed row takes about 110 bytes, however short its JSON is.
pub(crate) const MAX_ROWS: usize = 100_000;

/// Memory for more rows is reserved only as they are found.
const MAX_RESERVED_ROWS: usize = 1_000;

/// Validates a list; also records its rows if `with_rows` is true. The error is the reason why it is invalid.
pub(super) fn read_list(json: &str, max_rows: usize, with_rows: bool) -> Result<(ListSummary, Option<Rows>), String> {
    // A row of the service takes 400 bytes.
    let expected = (json.len() / 256).min(MAX_RESERVED_ROWS);
    let mut rows = with_rows.then(|| Rows::new(json, expected, max_rows));
    // The values of a row are in an object, in an array, in an object.
    let mut scanner = Scanner::new(json, 0, MAX_DEPTH - 3);
    let found = match &mut rows {
        Some(rows) => list(&mut scanner, rows),
        None => list(&mut scanner, &mut IdVisitor::default()),
    };
    let summary = match found {
        Some(summary) => summary,
        None => {
            rows = None;
            let (count, next) = diagnose(json)?;
            // Never absent in a valid list.
            let rows = find_rows(json, &mut IdVisitor::default());
            ListSummary { rows: rows.unwrap_or(RowsSummary { count, ids_hash: 0 }), next }
        }
    };
    if summary.rows.count > max_rows {
        return Err(format!("\"data\" has {} rows, more than the maximum of {max_rows}", summary.rows.count));
    }
    Ok((summary, rows))
}

/// Records the `count` rows of a list that has been validated.
pub(super) fn record_rows(json: &str, count: usize) -> Rows {
    let mut rows = Rows::new(json, count, count);
    // Never absent in a valid list.
    let _ = find_rows(json, &mut rows);
    rows
}

/// Finds the rows of a list that has been validated.
pub(super) fn find_rows(json: &str, visitor: &mut impl RowsVisitor) -> Option<RowsSummary> {
    let mut rows = None;
    object(&mut Scanner::new(json, 0, MAX_DEPTH), |scanner, key| {
        if key == b"data" && scanner.peek() == b'[' {
            rows = Some(scan_rows(scanner, visitor)?);
            return Some(());
        }
        scanner.skip_value()
    })?;
    rows
}

/// The value of a member of an object, which has been validated, as JSON.
pub(crate) fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    members(json)?.remove(name.as_bytes())
}

/// The members of an object, which has been validated: their values as JSON, by name. The last of two with the same name
/// is used, as in serde_json.
pub(crate) fn members(json: &str) -> Option<BTreeMap<Vec<u8>, &str>> {
    let mut members = BTreeMap::new();
    object(&mut Scanner::new(json, 0, MAX_DEPTH), |scanner, key| {
        scanner.peek();
        let start = scanner.position();
        scanner.skip_value()?;
        members.insert(key.to_vec(), json.get(start..scanner.position())?);
        Some(())
    })?;
    Some(members)
}

#[inline(never)]
fn list(scanner: &mut Scanner, visitor: &mut impl RowsVisitor) -> Option<ListSummary> {
    let mut rows = None;
    let mut next = Next::End;
    // The last of two equal keys is used, as in serde_json.
    object(scanner, |scanner, key| {
        match key {
            b"data" => rows = Some(scan_rows(scanner, visitor)?),
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
    let rows = rows.filter(|_| scanner.is_at_end())?;
    Some(ListSummary { rows, next })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ids_hash(rows: &str, rest: &str) -> u64 {
        let json = format!(r#"{{"data":[{rows}]{rest}}}"#);
        read_list(&json, MAX_ROWS, false).expect(&json).0.rows.ids_hash
    }

    /// A recorded row takes 50 times as much memory as the shortest one in JSON.
    #[test]
    fn records_no_more_rows_than_the_maximum() {
        let json = r#"{"data":[0,0,0]}"#;
        let mut rows = Rows::new(json, 0, 2);
        assert_eq!(find_rows(json, &mut rows).map(|rows| rows.count), Some(3));
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn ids_hash_depends_on_the_ids_and_their_order_only() {
        let expected = ids_hash(r#"{"id":"1","name":"a"},{"id":"23"}"#, "");
        for same in [
            r#" {"id":"1","name":"b"} , {"id":"23","state":"live"}"#,
            r#"{"name":"a","id":"1"},{"name":"a","id":"23"}"#,
            r#"{"name":"a","id":"1"},{"name":"b","id":"23"}"#,
            r#"{"id":"1","x":{"id":"2"}},{"i\u0064":"23"}"#,
        ] {
            assert_eq!(ids_hash(same, ""), expected, "{same}");
        }
        for other in [
            r#"{"id":"23"},{"id":"1"}"#,
            r#"{"id":"12"},{"id":"3"}"#,
            r#"{"id":"1"},{"id":"23"},{"id":"1"}"#,
            r#"{"id":"1"}"#,
            r#"{"id":"1"},{"id":23}"#,
        ] {
            assert_ne!(ids_hash(other, ""), expected, "{other}");
        }
    }

    #[test]
    fn ids_hash_does_not_depend_on_the_cursor_or_its_form() {
        let rows = r#"{"id":"1"},{"id":"2"}"#;
        for rest in [
            r#","pages":null"#,
            r#","pages":{"next":{"starting_after":"a"}}"#,
            r#","pages":{"next":{"starting_after":"a\/b"}}"#,
            r#","pages":{"next":"https://host/x?starting_after=c"}"#,
        ] {
            assert_eq!(ids_hash(rows, rest), ids_hash(rows, ""), "{rest}");
        }
    }

    #[test]
    fn rows_without_an_id_are_distinguished_by_their_json() {
        let rows = ["{}", "null", "7", r#"{"id":1}"#, r#"{"id":2}"#, r#"{"id":null}"#, r#"{"name":"a"}"#, r#"[]"#];
        let hashes: std::collections::HashSet<u64> = rows.iter().map(|row| ids_hash(row, "")).collect();
        assert_eq!(hashes.len(), rows.len());
    }

    /// `diagnose` gives the same result, but takes longer.
    #[test]
    fn lists_of_the_service_need_no_diagnosis() {
        let rows = r#"{"type":"list","data":[{"type":"data_connector","id":"1"}, {"id":"2"}],"total_count":2,"#;
        for (pages, next) in [
            (r#""pages":{"type":"pages","page":1,"next":{"per_page":2,"starting_after":"a="}}}"#, "a="),
            (r#""pages":{"type":"pages","next":null,"per_page":2}}"#, ""),
            (r#""pages":{"next":{"starting_after":"a"},"next":null}} "#, ""),
            (r#""pages":{}}"#, ""),
        ] {
            let json = [rows, pages].concat();
            let list = list(&mut Scanner::new(&json, 0, MAX_DEPTH), &mut IdVisitor::default()).expect(&json);
            assert_eq!((list.rows.count, list.next), (2, Next::from_cursor(next)), "{json}");
        }
    }
}
