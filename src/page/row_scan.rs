//! Scans the rows of a list: counts them, hashes their ids, and passes their fields to a visitor.

use std::ops::Range;

use super::field::Field;
use super::ids_hash::IdsHash;
use super::summary::RowsSummary;
use crate::json::row_template::{RowTemplate, RowValue, RowVisitor};
use crate::json::scanner::{Scanner, StringSpan};

/// Receives the rows of an array.
pub(super) trait RowsVisitor: RowVisitor<Key = Field> {
    /// An array begins: discards the rows of an earlier one.
    fn start_array(&mut self);

    /// A row ends. Returns its id, if that is a string.
    fn end_row(&mut self, json: Range<usize>) -> Option<StringSpan>;
}

/// Scans an array of rows. `None` if it is not an array, or not valid JSON.
pub(super) fn scan_rows(scanner: &mut Scanner, visitor: &mut impl RowsVisitor) -> Option<RowsSummary> {
    if !scanner.consume(b'[') {
        return None;
    }
    visitor.start_array();
    let mut ids = IdsHash::new();
    let mut count = 0;
    if scanner.consume(b']') {
        return Some(RowsSummary { count, ids_hash: ids.finish() });
    }
    let mut template = RowTemplate::new();
    loop {
        // White space before a row is not part of it.
        scanner.peek();
        let start = scanner.position();
        template.read_row(scanner, visitor)?;
        match visitor.end_row(start..scanner.position()) {
            Some(id) => ids.add(*scanner, id),
            None => ids.add_bytes(scanner.bytes_since(start)),
        }
        count += 1;
        if !scanner.consume(b',') {
            return scanner.consume(b']').then_some(RowsSummary { count, ids_hash: ids.finish() });
        }
    }
}

/// Keeps only the id of each row.
#[derive(Default)]
pub(super) struct IdVisitor {
    id: Option<StringSpan>,
}

impl RowVisitor for IdVisitor {
    type Key = Field;

    fn key(name: &[u8]) -> Option<Field> {
        (name == Field::Id.name().as_bytes()).then_some(Field::Id)
    }

    #[inline(always)]
    fn set(&mut self, _: Field, value: RowValue, _: &Scanner) {
        self.id = value.string();
    }

    fn restart(&mut self) {
        self.id = None;
    }
}

impl RowsVisitor for IdVisitor {
    fn start_array(&mut self) {}

    #[inline(always)]
    fn end_row(&mut self, _: Range<usize>) -> Option<StringSpan> {
        self.id.take()
    }
}
