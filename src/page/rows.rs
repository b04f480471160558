//! The rows of a page: where their fields are.

use std::ops::Range;

use once_cell::race::OnceBox;

use super::field::Field;
use super::row_scan::RowsVisitor;
use crate::json::row_template::{RowValue, RowVisitor};
use crate::json::scanner::{Scanner, StringSpan};
use crate::json::unescape::unescape;

/// The fields of all rows, in two allocations.
#[derive(Debug)]
pub(crate) struct Rows {
    /// A copy of the page's JSON in which the values of fields are unescaped in place, each followed by a NUL.
    values: Vec<u8>,
    rows: Vec<Row>,
    max_rows: usize,
    /// The row that is being recorded, and its id.
    row: Row,
    id: Option<StringSpan>,
    /// A copy of the page's JSON in which a NUL follows each row; created on the first access from C.
    json_nuls: OnceBox<Vec<u8>>,
}

/// Where the fields of one row are.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    json: Span,
    fields: [Span; Field::COUNT],
}

/// A range in half the space of a `Range<usize>`: a page has at most 1 GiB.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    length: u32,
}

impl Span {
    const ABSENT: Self = Self { start: u32::MAX, length: 0 };

    fn new(start: usize, length: usize) -> Self {
        match (start.try_into(), length.try_into()) {
            (Ok(start), Ok(length)) => Self { start, length },
            _ => Self::ABSENT,
        }
    }

    fn range(self) -> Option<Range<usize>> {
        let start = self.start as usize;
        (self.start != Self::ABSENT.start).then_some(start..start + self.length as usize)
    }

    fn range_with_nul(self) -> Option<Range<usize>> {
        self.range().map(|range| range.start..range.end + 1)
    }
}

impl Rows {
    /// No rows yet, for a page with this JSON. Reserves memory for `expected` rows; records at most `max_rows`.
    pub(super) fn new(json: &str, expected: usize, max_rows: usize) -> Self {
        Self {
            values: json.as_bytes().to_vec(),
            rows: Vec::with_capacity(expected),
            max_rows,
            row: Row::EMPTY,
            id: None,
            json_nuls: OnceBox::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Row> {
        self.rows.get(index)
    }

    /// A field's value and a NUL, UTF-8: an unescaped string, `true` or `false`. `None` if the field is absent.
    pub(super) fn field_nul(&self, row: &Row, field: Field) -> Option<&[u8]> {
        self.values.get(row.fields[field as usize].range_with_nul()?)
    }

    /// The row's JSON and a NUL.
    pub(super) fn json_nul(&self, page_json: &[u8], row: &Row) -> Option<&[u8]> {
        let json_nuls = self.json_nuls.get_or_init(|| {
            let mut json = page_json.to_vec();
            for row in &self.rows {
                // Replaces a comma, white space or the closing bracket.
                if let Some(next) = row.json.range().and_then(|range| json.get_mut(range.end)) {
                    *next = 0;
                }
            }
            Box::new(json)
        });
        json_nuls.get(row.json.range_with_nul()?)
    }
}

impl Row {
    const EMPTY: Self = Self { json: Span::ABSENT, fields: [Span::ABSENT; Field::COUNT] };

    /// The range of the row in the page's JSON.
    pub(super) fn json(&self) -> Option<Range<usize>> {
        self.json.range()
    }
}

impl RowVisitor for Rows {
    type Key = Field;

    fn key(name: &[u8]) -> Option<Field> {
        Field::from_name(name)
    }

    #[inline(always)]
    fn set(&mut self, field: Field, value: RowValue, scanner: &Scanner) {
        if field == Field::Id {
            self.id = value.string();
        }
        let (start, length) = match value {
            RowValue::String(string) if field != Field::DirectFinUsage => {
                let length = match self.values.get_mut(string.start..string.end) {
                    Some(place) if string.has_escapes => unescape(scanner.raw(string), place),
                    _ => string.end - string.start,
                };
                (string.start, length)
            }
            RowValue::Bool { start, end } if field == Field::DirectFinUsage => (start, end - start),
            RowValue::String(_) | RowValue::Bool { .. } | RowValue::Other => {
                self.row.fields[field as usize] = Span::ABSENT;
                return;
            }
        };
        // Replaces the closing quote, or what follows a boolean.
        if let Some(next) = self.values.get_mut(start + length) {
            *next = 0;
        }
        self.row.fields[field as usize] = Span::new(start, length);
    }

    fn restart(&mut self) {
        self.row = Row::EMPTY;
        self.id = None;
    }
}

impl RowsVisitor for Rows {
    fn start_array(&mut self) {
        self.rows.clear();
    }

    #[inline(always)]
    fn end_row(&mut self, json: Range<usize>) -> Option<StringSpan> {
        self.row.json = Span::new(json.start, json.len());
        let row = std::mem::replace(&mut self.row, Row::EMPTY);
        // Limits memory: a list with more rows is invalid.
        if self.rows.len() < self.max_rows {
            self.rows.push(row);
        }
        self.id.take()
    }
}
